//! Places: what waits, where most is at stake first and then what is due first, for each addressee. An index into what waits, not the tasks themselves.

use std::collections::BTreeSet;

use care_path::PersonId;
use care_path::codes::{TaskKind, TaskStake};
use care_path::ids::SubjectId;
use care_path::path::tasks::{Addressee, Task};
use care_path::time::DateTime;

use crate::event_log::Position;
use crate::projections::map::Map;

/// A task's place on the worklist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub stake: TaskStake,
    pub due: DateTime,
    pub case: PersonId,
    pub kind: TaskKind,
    pub subject: Option<SubjectId>,
}

impl Place {
    /// Where a task of a case stands.
    #[must_use]
    pub fn of(case: PersonId, task: &Task) -> Self {
        Self { stake: task.stake, due: task.due, case, kind: task.kind, subject: task.subject }
    }
}

/// When anything last happened to a case of which something waits, or waited, for somebody.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Touched {
    /// How often that was.
    pub times: u64,
    /// How far the log had been read then.
    pub at: Position,
}

/// Places by whom they wait for.
#[derive(Default)]
pub struct Places {
    waiting: Map<Addressee, BTreeSet<Place>>,
    of_case: Map<PersonId, Vec<(Addressee, Place)>>,
    touched: Map<Addressee, Touched>,
    /// What changed before is not known.
    begun: Position,
}

impl Places {
    /// From here on it is known what changes.
    pub fn begin(&mut self, at: Position) {
        self.begun = at;
    }

    /// Puts what waits on a case in the place of what waited before.
    pub fn put(&mut self, case: PersonId, tasks: &[Task], at: Position) {
        self.remove(case, at);
        if tasks.is_empty() {
            return;
        }
        let places: Vec<_> = tasks.iter().map(|task| (task.addressee.clone(), Place::of(case, task))).collect();
        for (addressee, place) in &places {
            self.waiting.entry(addressee.clone()).or_default().insert(*place);
            self.touch(addressee, at);
        }
        self.of_case.insert(case, places);
    }

    /// Takes off what waits on a case.
    pub fn remove(&mut self, case: PersonId, at: Position) {
        for (addressee, place) in self.of_case.remove(&case).unwrap_or_default() {
            if let Some(waiting) = self.waiting.get_mut(&addressee) {
                waiting.remove(&place);
            }
            self.touch(&addressee, at);
        }
    }

    fn touch(&mut self, addressee: &Addressee, at: Position) {
        let touched = self.touched.entry(addressee.clone()).or_default();
        *touched = Touched { times: touched.times + 1, at };
    }

    /// Every place, by whom it waits for.
    pub fn all(&self) -> impl Iterator<Item = (&Addressee, &Place)> {
        self.waiting.iter().flat_map(|(addressee, places)| places.iter().map(move |place| (addressee, place)))
    }

    /// What waits for an addressee, in the order of the list.
    pub fn of(&self, addressee: &Addressee) -> Option<&BTreeSet<Place>> {
        self.waiting.get(addressee)
    }

    /// Whether anything may have changed of what waits for an addressee: it has not, while this is the same.
    pub fn touched(&self, addressee: &Addressee) -> Touched {
        // All that waited may have been done before.
        self.touched.get(addressee).copied().unwrap_or(Touched { times: 0, at: self.begun })
    }
}
