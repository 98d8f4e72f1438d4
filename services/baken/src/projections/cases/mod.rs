//! The cases: what every other read model is derived from. A case is the fold of a person's events, or of those of several
//! who are linked; a link that is made or undone puts cases together and takes them apart.

mod case;

use std::collections::BTreeSet;

use care_path::PersonId;
use care_path::event::EventKind;

pub use case::{Case, Entry};

use super::aside::SetAside;
use super::digest::{ModelDigest, hash, sum};
use super::map::Map;
use crate::history::Heading;

/// All cases, and whose case is whose.
#[derive(Default)]
pub struct Cases {
    by_id: Map<PersonId, Box<Case>>,
    /// The case of each person that is not the first of its own.
    case_of: Map<PersonId, PersonId>,
    /// The last revision of each person's own stream.
    revisions: Map<PersonId, u64>,
}

/// What an event changed.
#[derive(Debug, Default)]
pub struct Changed {
    /// Cases that are not there any more, or are to be taken in from the beginning.
    pub gone: BTreeSet<PersonId>,
    /// Cases that are there and are not what they were.
    pub there: BTreeSet<PersonId>,
}

impl Changed {
    /// A case is to be taken in from the beginning.
    pub fn anew(case: PersonId) -> Self {
        Self { gone: BTreeSet::from([case]), there: BTreeSet::from([case]) }
    }

    /// A case is there and is not what it was.
    pub fn since(case: PersonId) -> Self {
        Self { gone: BTreeSet::new(), there: BTreeSet::from([case]) }
    }
}

impl Cases {
    /// The case that a person belongs to.
    pub fn of(&self, person: PersonId) -> Option<&Case> {
        self.by_id.get(&self.id_of(person)).map(|case| &**case)
    }

    /// The last revision of a person's own stream.
    pub fn revision(&self, person: PersonId) -> Option<u64> {
        self.revisions.get(&person).copied()
    }

    /// Every case, in no order.
    pub fn all(&self) -> impl Iterator<Item = &Case> {
        self.by_id.values().map(|case| &**case)
    }

    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    fn id_of(&self, person: PersonId) -> PersonId {
        *self.case_of.get(&person).unwrap_or(&person)
    }

    /// An event was recorded.
    pub fn note(&mut self, event: &Heading) {
        if let Some(person) = event.person {
            self.revisions.insert(person, event.revision);
        }
    }

    /// Folds an event into the case of a person.
    pub fn take_in(&mut self, person: PersonId, entry: Entry) -> Changed {
        let id = self.id_of(person);
        if relinks(entry.event.kind()) {
            let mut case = self.by_id.get(&id).map_or_else(|| Case::new(person), |case| (**case).clone());
            case.take_in(entry);
            return self.regroup(&case);
        }
        self.by_id.entry(id).or_insert_with(|| Box::new(Case::new(person))).take_in(entry);
        Changed::since(id)
    }

    /// Folds the case of a person anew, with one of its events set aside.
    pub fn set_aside(&mut self, person: PersonId, aside: SetAside) -> Changed {
        let case = self.of(person).map_or_else(|| Case::new(person), Clone::clone).without(aside);
        if relinks(aside.kind) { self.regroup(&case) } else { Changed::anew(self.put(case)) }
    }

    /// Takes a case out, to be put back.
    pub fn take(&mut self, person: PersonId) -> Option<Case> {
        self.by_id.remove(&self.id_of(person)).map(|case| *case)
    }

    /// Takes apart a case that has changed, and those that it is linked with, and puts together anew what links join. Until
    /// all of it is folded nothing is changed here.
    fn regroup(&mut self, changed: &Case) -> Changed {
        let mut gone = BTreeSet::from([changed.id()]);
        gone.extend(changed.path.linked_with().map(|other| self.id_of(other)));
        let cases = gone.iter().filter_map(|id| match id {
            id if *id == changed.id() => Some(changed),
            id => self.by_id.get(id).map(|case| &**case),
        });
        let mut pieces: Vec<_> = cases.flat_map(|case| case.members.iter().map(|member| case.part(*member))).collect();
        // Pieces that a link of either side joins are one case.
        let mut joined = Vec::new();
        while let Some(mut seed) = pieces.pop() {
            while let Some(next) = pieces.iter().position(|piece| joins(&seed, piece)) {
                seed = Case::joined(vec![seed, pieces.swap_remove(next)]);
            }
            joined.push(seed);
        }
        for id in &gone {
            for member in self.by_id.remove(id).into_iter().flat_map(|case| case.members) {
                self.case_of.remove(&member);
            }
        }
        let there = joined.into_iter().map(|case| self.put(case)).collect();
        Changed { gone, there }
    }

    /// Puts a case, in the place of what it was.
    pub fn put(&mut self, case: Case) -> PersonId {
        let id = case.id();
        self.case_of.extend(case.members.iter().filter(|member| **member != id).map(|member| (*member, id)));
        self.by_id.insert(id, Box::new(case));
        id
    }

    /// The digests of all cases, of who is linked, and of revisions.
    pub fn digests(&self) -> [ModelDigest; 3] {
        [
            sum("cases", self.by_id.iter().map(hash)),
            sum("links", self.case_of.iter().map(hash)),
            sum("revisions", self.revisions.iter().map(hash)),
        ]
    }
}

fn relinks(kind: EventKind) -> bool {
    matches!(kind, EventKind::PersonsLinked | EventKind::PersonsUnlinked)
}

fn joins(one: &Case, other: &Case) -> bool {
    one.path.linked_with().any(|person| other.members.contains(&person))
        || other.path.linked_with().any(|person| one.members.contains(&person))
}
