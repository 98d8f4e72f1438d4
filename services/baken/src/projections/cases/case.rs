//! A case: the person, or the linked persons, whose events are folded as one path.

use std::sync::Arc;

use care_path::event::Event;
use care_path::{CarePath, PersonId, Stamp};

use crate::event_log::Position;

/// An event of a case, in the order of the log.
#[derive(Clone, Hash)]
pub struct Entry {
    pub stamp: Arc<Stamp>,
    pub event: Event,
    pub position: Position,
}

/// A row of the read models: the path of one human being, as far as is known. It cannot be serialised; a view of it is
/// made by the policy alone.
#[derive(Clone, Hash)]
pub struct Case {
    /// Whose streams it is folded from; the first that was seen comes first and names the case.
    pub members: Vec<PersonId>,
    pub path: CarePath,
    pub history: Vec<Entry>,
}

impl Case {
    pub(super) fn new(person: PersonId) -> Self {
        Self { members: vec![person], path: CarePath::default(), history: Vec::new() }
    }

    /// The id that names the case.
    #[must_use]
    pub fn id(&self) -> PersonId {
        self.members[0]
    }

    /// Whether several persons were found to be one.
    #[must_use]
    pub fn is_linked(&self) -> bool {
        self.members.len() > 1
    }

    /// The event at a position, if it is one of this case.
    #[must_use]
    pub fn at(&self, position: Position) -> Option<&Entry> {
        let found = self.history.binary_search_by_key(&position, |entry| entry.position);
        found.ok().map(|index| &self.history[index])
    }

    /// The events after a position.
    #[must_use]
    pub fn since(&self, position: Position) -> &[Entry] {
        let first = self.history.partition_point(|entry| entry.position <= position);
        &self.history[first..]
    }

    pub(super) fn take_in(&mut self, entry: Entry) {
        self.path.evolve(&entry.stamp, &entry.event);
        self.history.push(entry);
    }

    /// Folds the histories of several cases into one, in the order of the log.
    pub(super) fn joined(cases: Vec<Self>) -> Self {
        let mut members = Vec::new();
        let mut history = Vec::new();
        for case in cases {
            members.extend(case.members);
            history.extend(case.history);
        }
        Self::folded(members, history)
    }

    /// The case of one of its members alone.
    pub(crate) fn part(&self, member: PersonId) -> Self {
        let of_member = |entry: &&Entry| entry.stamp.person_id == member;
        Self::folded(vec![member], self.history.iter().filter(of_member).cloned().collect())
    }

    /// Folds events of some persons, in whatever order they are given.
    fn folded(mut members: Vec<PersonId>, mut history: Vec<Entry>) -> Self {
        history.sort_by_key(|entry| entry.position);
        let first_seen = |person: &PersonId| history.iter().position(|entry| entry.stamp.person_id == *person);
        members.sort_by_key(first_seen);
        let path = CarePath::fold(history.iter().map(|entry| (&entry.stamp, &entry.event)));
        Self { members, path, history }
    }
}
