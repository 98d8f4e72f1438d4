//! The cases: what every other read model is derived from. A case is the fold of a person's events, or of those of several
//! who are linked; a link that is made or undone puts cases together and takes them apart.

mod case;

use std::collections::{BTreeMap, BTreeSet};

use care_path::PersonId;
use care_path::event::EventKind;
use care_path::path::relations::Statements;

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
    /// By person, what each other person's path says of their belonging together.
    said_of: Map<PersonId, BTreeMap<PersonId, Statements>>,
    /// Those who were erased.
    erased: BTreeSet<PersonId>,
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

    /// Those who were erased.
    pub fn erased(&self) -> &BTreeSet<PersonId> {
        &self.erased
    }

    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    fn id_of(&self, person: PersonId) -> PersonId {
        *self.case_of.get(&person).unwrap_or(&person)
    }

    /// An event was recorded.
    pub fn note(&mut self, event: &Heading) {
        if let Some(person) = event.person() {
            self.revisions.insert(person, event.revision);
        }
    }

    /// Folds an event into the case of a person.
    pub fn take_in(&mut self, person: PersonId, entry: Entry) -> Changed {
        let (id, kind) = (self.id_of(person), entry.event.kind());
        let speaks_of_others = relates(kind) || entry.stamp.moved.is_some();
        if relinks(kind) {
            let mut case = self.by_id.get(&id).map_or_else(|| self.opened(person), |case| (**case).clone());
            case.take_in(entry);
            return self.regroup(&case);
        }
        if !self.by_id.contains_key(&id) {
            self.by_id.insert(id, Box::new(self.opened(person)));
        }
        self.by_id.entry(id).and_modify(|case| case.take_in(entry));
        let mut changed = Changed::since(id);
        if kind == EventKind::SubjectErased {
            self.erased.insert(person);
            changed = Changed::anew(id);
        }
        if speaks_of_others {
            changed.there.extend(self.spread(person, self.spoken_of(person)));
        }
        changed
    }

    /// A case without events, which knows what others say of it.
    fn opened(&self, person: PersonId) -> Case {
        let mut case = Case::new(person);
        case.path.hear(self.heard_by(&[person]));
        case
    }

    /// What the paths of others say of some persons.
    fn heard_by(&self, persons: &[PersonId]) -> Statements {
        let mut heard = Statements::default();
        for said in persons.iter().filter_map(|person| self.said_of.get(person)).flat_map(BTreeMap::values) {
            heard.extend(said);
        }
        heard
    }

    /// Lets others hear what a person's path says of them now, be it nothing, and says whose cases that changes.
    fn spread(&mut self, person: PersonId, others: BTreeSet<PersonId>) -> BTreeSet<PersonId> {
        let says = self.of(person).map(|case| case.path.says_of_others(person)).unwrap_or_default();
        let mut changed = BTreeSet::new();
        for other in others {
            let (said, heard) = (says.about(&[other]), self.said_of.entry(other).or_default());
            if said.is_empty() {
                drop(heard.remove(&person));
            } else {
                drop(heard.insert(person, said));
            }
            let id = self.id_of(other);
            let Some(members) = self.by_id.get(&id).map(|case| case.members.clone()) else { continue };
            let heard = self.heard_by(&members);
            if let Some(case) = self.by_id.get_mut(&id).filter(|case| *case.path.heard() != heard) {
                case.hear(heard);
                changed.insert(id);
            }
        }
        changed
    }

    /// Of whom the path of a person's case says something, or did.
    fn spoken_of(&self, person: PersonId) -> BTreeSet<PersonId> {
        self.of(person).into_iter().flat_map(|case| case.path.spoken_of()).collect()
    }

    /// Folds the case of a person anew, with one of its events set aside.
    pub fn set_aside(&mut self, person: PersonId, aside: SetAside) -> Changed {
        let spoken_of = self.spoken_of(person);
        let case = self.of(person).map_or_else(|| self.opened(person), Clone::clone).without(aside);
        if relinks(aside.kind) {
            return self.regroup(&case);
        }
        let mut changed = Changed::anew(self.put(case));
        changed.there.extend(self.spread(person, spoken_of));
        changed
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

/// Whether what a path says of others may change with it.
fn relates(kind: EventKind) -> bool {
    use EventKind::{MatchAgreed, PersonsRelated, PersonsUnrelated, SubjectErased};
    matches!(kind, PersonsRelated | PersonsUnrelated | MatchAgreed | SubjectErased)
}

fn joins(one: &Case, other: &Case) -> bool {
    one.path.linked_with().any(|person| other.members.contains(&person))
        || other.path.linked_with().any(|person| one.members.contains(&person))
}
