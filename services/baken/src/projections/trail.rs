//! Whose event stands where in the log: what whoever follows it is told from. A position and an id of each event.

use care_path::PersonId;

use crate::event_log::Position;

/// The persons of all events, in the order of the log.
#[derive(Default)]
pub struct Trail(Vec<(Position, PersonId)>);

impl Trail {
    pub(super) fn push(&mut self, position: Position, person: PersonId) {
        debug_assert!(self.0.last().is_none_or(|(last, _)| *last < position), "the log is read in its order");
        self.0.push((position, person));
    }

    /// All of it.
    pub(super) fn all(&self) -> &[(Position, PersonId)] {
        &self.0
    }

    /// What follows a position.
    #[must_use]
    pub fn after(&self, position: Position) -> &[(Position, PersonId)] {
        let first = self.0.partition_point(|(each, _)| *each <= position);
        &self.0[first..]
    }
}
