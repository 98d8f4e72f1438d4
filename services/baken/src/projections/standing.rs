//! Where a case stands: what the read models have derived from its events, as of a position. A start that knows it needs
//! not read the events.

use std::sync::Arc;

use care_path::PersonId;
use care_path::path::tasks::Addressee;
use care_path::time::DateTime;
use serde::{Deserialize, Serialize};

use super::World;
use super::index::Indexed;
use super::instant::{Instant, NoInstant};
use super::map::Set;
use super::matches::Comparable;
use super::rows::Unread;
use super::worklist::Place;
use crate::event_log::Position;

/// A case, and where it stands.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Standing {
    /// Whose streams it is folded from; the first names it.
    pub members: Vec<PersonId>,
    /// `None` where it is to be derived again: from what the events tell by then.
    pub derived: Option<Derived>,
}

/// What was derived from the events of a case.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Derived {
    indexed: Indexed,
    waiting: Vec<(Addressee, Place)>,
    changes: Option<Instant>,
    due: Option<Instant>,
    compared: Option<Comparable>,
}

/// The cases that change while it is written down where all of them stand.
#[derive(Default)]
pub(super) struct Touching(Option<Set<PersonId>>);

impl Touching {
    pub fn touch(&mut self, case: PersonId) {
        if let Some(touched) = &mut self.0 {
            touched.insert(case);
        }
    }

    /// From now on it is known what changes.
    pub fn begin(&mut self) {
        self.0 = Some(Set::default());
    }

    /// Which cases have changed since the beginning, or since this was asked.
    pub fn take(&mut self) -> Vec<PersonId> {
        self.0.as_mut().map(std::mem::take).into_iter().flatten().collect()
    }

    pub fn end(&mut self) {
        self.0 = None;
    }
}

impl Standing {
    /// Of whom it tells anything: whose case it is, and whom they may be.
    pub fn tells_of(&self) -> impl Iterator<Item = PersonId> {
        let compared = self.derived.iter().filter_map(|derived| derived.compared.as_ref());
        self.members.iter().copied().chain(compared.flat_map(Comparable::suggested))
    }
}

fn kept(at: Option<DateTime>) -> Option<Instant> {
    at.map(Instant::from)
}

fn read(at: Option<Instant>) -> Result<Option<DateTime>, NoInstant> {
    at.map(DateTime::try_from).transpose()
}

impl World {
    /// Where a case stands; `None` where there is no such case.
    pub(super) fn standing(&self, id: PersonId) -> Option<Standing> {
        let held = self.cases.get(&id)?;
        let derived = self.index.of(id).map(|indexed| Derived {
            indexed: indexed.clone(),
            waiting: self.worklist.of_case(id).to_vec(),
            changes: kept(self.changes.of(id)),
            due: kept(self.due.of(id)),
            compared: self.matches().comparable(id),
        });
        Some(Standing { members: held.members().to_vec(), derived })
    }

    /// Takes in cases as they stood, with the events that they were folded from, which the world has noted; and which of
    /// them are still to be compared with others.
    pub(super) fn stand(
        &mut self,
        cases: Vec<(Option<Derived>, Unread)>,
        uncompared: Vec<PersonId>,
    ) -> Result<(), NoInstant> {
        self.uncompared = uncompared;
        self.cases.reserve(cases.len());
        let (mut indexed, mut compared, mut waiting) = (Vec::new(), Vec::new(), Vec::new());
        for (derived, events) in cases {
            let events = Arc::new(events);
            let Some((id, others)) = events.members().split_first() else { continue };
            let id = *id;
            self.case_of.extend(others.iter().map(|other| (*other, id)));
            self.cases.insert(id, events.clone().into());
            let Some(derived) = derived else {
                self.stale.insert(id);
                continue;
            };
            indexed.push((id, derived.indexed));
            waiting.push((id, derived.waiting, read(derived.changes)?, read(derived.due)?));
            compared.extend(derived.compared.map(|comparable| (id, comparable, events)));
        }
        let Self { index, worklist, matches, changes, due, position, .. } = self;
        std::thread::scope(|scope| {
            scope.spawn(|| index.fill(indexed));
            scope.spawn(|| {
                for (id, comparable, events) in compared {
                    matches.restore(id, comparable, events);
                }
            });
            for (id, places, changed, fires) in waiting {
                worklist.put_places(id, places, *position);
                changes.put(id, changed);
                due.put(id, fires);
            }
        });
        if !self.stale.is_empty() {
            // Whoever was suggested to be one of these is asked about again when these are compared.
            self.stale.extend(self.matches.forget_unknown());
        }
        Ok(())
    }

    /// The last event that it has taken in; `None` while what is derived is not complete.
    pub(super) fn stands_at(&self) -> Option<(Position, care_path::EventId)> {
        self.last.filter(|_| self.settled)
    }
}
