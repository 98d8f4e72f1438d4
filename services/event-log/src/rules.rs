//! What every engine that judges appends itself must judge alike: expectations and repeats.

use std::collections::HashSet;

use super::port::{Appended, Expected, LogError, Position, Proposed};

/// Where the log already holds an event under a proposed id.
#[derive(Debug, Clone, Copy)]
pub(super) struct Repeat {
    /// On the stream of this append.
    pub here: bool,
    pub revision: u64,
    pub position: Position,
}

/// Holds a writer's expectation against the stream's last revision.
pub(super) fn expect(expected: Expected, actual: Option<u64>) -> Result<(), LogError> {
    let met = match expected {
        Expected::NoStream => actual.is_none(),
        Expected::Revision(revision) => actual == Some(revision),
        Expected::Any => true,
    };
    if met { Ok(()) } else { Err(LogError::Conflict { expected, actual }) }
}

/// Refuses an append that no state of the log could make right.
pub(super) fn well_formed(events: &[Proposed]) -> Result<(), LogError> {
    match events {
        [] => Err(LogError::Empty),
        [_] => Ok(()),
        several => {
            let mut seen = HashSet::with_capacity(several.len());
            if several.iter().all(|event| seen.insert(event.id)) { Ok(()) } else { Err(LogError::IdReused) }
        }
    }
}

/// Refuses an append of more bytes than the engine takes.
pub(super) fn within(limit: usize, events: &[Proposed]) -> Result<(), LogError> {
    let bytes: usize = events.iter().map(Proposed::bytes).sum();
    if bytes <= limit { Ok(()) } else { Err(LogError::TooLarge { limit, setting: None }) }
}

/// Tells a repeat from a first append, by what the log knows of each proposed id: `None` is a first append, and a
/// repeat comes with the answer that it had the first time.
pub(super) fn repeated(known: impl IntoIterator<Item = Option<Repeat>>) -> Result<Option<Appended>, LogError> {
    let mut fresh = false;
    let mut last: Option<Repeat> = None;
    for found in known {
        match (found, last) {
            (None, None) => fresh = true,
            (Some(found), None) if !fresh && found.here => last = Some(found),
            (Some(found), Some(before)) if found.here && found.revision == before.revision + 1 => last = Some(found),
            _ => return Err(LogError::IdReused),
        }
    }
    Ok(last.map(|last| Appended { revision: last.revision, position: last.position }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(revision: u64) -> Repeat {
        Repeat { here: true, revision, position: Position(revision + 100) }
    }

    #[test]
    fn ids_that_nobody_used_are_a_first_append() {
        assert_eq!(repeated([None, None]).unwrap(), None);
    }

    #[test]
    fn a_repeat_is_answered_with_its_last_event() {
        let answer = Appended { revision: 5, position: Position(105) };
        assert_eq!(repeated([Some(at(4)), Some(at(5))]).unwrap(), Some(answer));
    }

    #[test]
    fn ids_in_other_company_or_order_are_reused() {
        let elsewhere = Repeat { here: false, ..at(4) };
        for (first, second) in [
            (Some(at(4)), None),
            (None, Some(at(4))),
            (Some(at(5)), Some(at(4))),
            (Some(at(4)), Some(at(6))),
            (Some(elsewhere), Some(at(5))),
            (Some(at(4)), Some(Repeat { here: false, ..at(5) })),
        ] {
            assert!(matches!(repeated([first, second]), Err(LogError::IdReused)), "{first:?} {second:?}");
        }
    }
}
