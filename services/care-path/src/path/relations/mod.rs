//! Relations between persons: partner, parent and child, guardian, who travels together. They are never one human being,
//! and each keeps a path of their own. A relation is recorded on one of the two paths; the other hears of it, and tells it
//! from its own side.

use std::sync::Arc;

use super::identity::MatchAgreed;
use super::tasks::{happened, recorded};
use super::{CarePath, Moved, Noted, Stamp};
use crate::codes::RelationKind;
use crate::fact::{Facts, events, part_events};
use crate::ids::{EventId, PersonId};
use crate::private::Social;
use crate::text::Text;

mod decide;
#[cfg(test)]
mod tests;

pub use decide::{RelatePersons, RelationRefusal, UnrelatePersons};

part_events! {
    /// How persons belong together.
    pub enum RelationEvent {
        PersonsRelated(PersonsRelated),
        PersonsUnrelated(PersonsUnrelated),
    }
}

events! {
    /// Two persons belong together. Who the other is, is told to those alone who may see both: see `views`.
    pub struct PersonsRelated {
        /// The other, who is to the person what the kind says.
        with: only PersonId;
        kind: sealed(RelationKind, Social) => Social, Minimal;
        explanation: maybe sealed(Text, Social) => Social, Full;
    }

    /// They do not, or no more.
    pub struct PersonsUnrelated {
        with: only PersonId;
        explanation: maybe sealed(Text, Social) => Social, Full;
    }
}

/// What was said of who belongs together, in the order in which it was taken in.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Statements {
    related: Vec<Noted<PersonsRelated>>,
    unrelated: Vec<Noted<PersonsUnrelated>>,
    /// That another is this person after all, as far as one municipality has it.
    agreed: Vec<Noted<MatchAgreed>>,
    /// Whose entries have arrived on a path, and by which move.
    arrived: Vec<Moved>,
    /// That somebody was erased, to those on whose paths a relation with them is on record.
    erased: Vec<Gone>,
}

/// Somebody who was erased, told to a person who belonged together with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Gone {
    to: PersonId,
    who: PersonId,
}

/// What a path knows of relations.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub(in crate::path) struct RelationsState {
    own: Statements,
    /// What the paths of others say of this person.
    heard: Statements,
}

/// A relation that stands, as it is from one side.
pub struct Relation<'a> {
    /// The other person.
    pub with: PersonId,
    /// What the other is to this person.
    pub kind: RelationKind,
    pub(crate) facts: Facts<'a, PersonsRelated>,
}

impl Statements {
    /// What of it is about some persons.
    #[must_use]
    pub fn about(&self, persons: &[PersonId]) -> Self {
        Self {
            related: self.related.iter().filter(|said| persons.contains(&said.with)).cloned().collect(),
            unrelated: self.unrelated.iter().filter(|said| persons.contains(&said.with)).cloned().collect(),
            agreed: self.agreed.iter().filter(|said| persons.contains(&said.with)).cloned().collect(),
            arrived: self.arrived.iter().filter(|moved| persons.contains(&moved.from)).copied().collect(),
            erased: self.erased.iter().filter(|gone| persons.contains(&gone.to)).copied().collect(),
        }
    }

    /// Of whom something is said.
    pub fn persons(&self) -> impl Iterator<Item = PersonId> {
        let related = self.related.iter().map(|said| said.with);
        let unrelated = self.unrelated.iter().map(|said| said.with);
        let agreed = self.agreed.iter().map(|said| said.with);
        let others = self.arrived.iter().map(|moved| moved.from).chain(self.erased.iter().map(|gone| gone.to));
        related.chain(unrelated).chain(agreed).chain(others)
    }

    /// Whether it says that what a move carries has arrived.
    #[must_use]
    pub fn tells_of(&self, moved: EventId) -> bool {
        self.arrived.iter().any(|arrived| arrived.by == moved)
    }

    /// Whether two say the same of what has arrived.
    #[must_use]
    pub fn agrees_on_arrivals(&self, other: &Self) -> bool {
        self.arrived == other.arrived
    }

    /// Puts what others say beside it, in an order that is the same however it came together.
    pub fn extend(&mut self, other: &Self) {
        self.related.extend(other.related.iter().cloned());
        self.related.sort_by_key(|said| happened(&said.stamp));
        self.unrelated.extend(other.unrelated.iter().cloned());
        self.unrelated.sort_by_key(|said| happened(&said.stamp));
        self.agreed.extend(other.agreed.iter().cloned());
        self.agreed.sort_by_key(|said| happened(&said.stamp));
        self.arrived.extend(&other.arrived);
        self.arrived.sort_unstable();
        self.erased.extend(&other.erased);
        self.erased.sort_unstable();
    }

    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self { related, unrelated, agreed, arrived, erased } = self;
        related.is_empty() && unrelated.is_empty() && agreed.is_empty() && arrived.is_empty() && erased.is_empty()
    }
}

impl CarePath {
    /// What the path of one of its persons says of others: who belongs together with them, or that the person was erased, and whose
    /// entries have arrived.
    #[must_use]
    pub fn says_of_others(&self, person: PersonId) -> Statements {
        let mut arrived: Vec<Moved> = self.moved_here(|stamp| stamp.person_id == person).collect();
        arrived.sort_unstable();
        arrived.dedup();
        if self.is_erased() {
            return Statements { arrived, erased: self.told_of_the_erasure().collect(), ..Statements::default() };
        }
        let own = &self.relations.own;
        Statements {
            related: own.related.iter().filter(|said| said.stamp.person_id == person).cloned().collect(),
            unrelated: own.unrelated.iter().filter(|said| said.stamp.person_id == person).cloned().collect(),
            agreed: own.agreed.iter().filter(|said| said.stamp.person_id == person).cloned().collect(),
            arrived,
            erased: Vec::new(),
        }
    }

    /// Those on whose paths a relation with this person is on record.
    fn told_of_the_erasure(&self) -> impl Iterator<Item = Gone> {
        self.relations.heard.related.iter().map(|said| Gone { to: said.stamp.person_id, who: said.with })
    }

    /// What was moved here, whether it counts or not.
    fn moved_here(&self, of: impl Fn(&Stamp) -> bool) -> impl Iterator<Item = Moved> {
        self.record.entries().filter(move |entry| of(&entry.stamp)).filter_map(|entry| entry.stamp.moved)
    }

    /// Whether what a move carries has arrived on the other person's path.
    pub(in crate::path) fn has_arrived(&self, moved: EventId) -> bool {
        self.relations.heard.tells_of(moved)
    }

    /// Of whom it says something, or did before the person was erased.
    pub fn spoken_of(&self) -> impl Iterator<Item = PersonId> {
        let moved = self.moved_here(|_| true).map(|moved| moved.from);
        let told = self.told_of_the_erasure().filter(|_| self.is_erased()).map(|gone| gone.to);
        self.relations.own.persons().chain(moved).chain(told)
    }

    /// Whether others' paths have a part in what is told of the person's relations.
    #[must_use]
    pub fn has_relations(&self) -> bool {
        !(self.relations.own.is_empty() && self.relations.heard.is_empty())
    }

    /// Whether who the person is was released to municipalities where they may be known.
    #[must_use]
    pub fn is_released(&self) -> bool {
        self.identity.is_released() && !self.is_erased()
    }

    /// Hears what the paths of others say of this person, in the place of what was heard before.
    pub fn hear(&mut self, statements: Statements) {
        self.relations.heard = statements;
    }

    /// What the paths of others say of this person.
    #[must_use]
    pub fn heard(&self) -> &Statements {
        &self.relations.heard
    }

    /// The relations that stand, whichever path says so, but for those with persons who were erased.
    #[must_use]
    pub fn relations(&self) -> Vec<Relation<'_>> {
        if self.is_erased() {
            return Vec::new();
        }
        let (own, heard) = (&self.relations.own, &self.relations.heard);
        let ended = |with: PersonId, related: &Stamp| {
            let by_this = own.unrelated.iter().filter(|said| said.with == with);
            let by_other = heard.unrelated.iter().filter(|said| said.stamp.person_id == with);
            // An undoing undoes what was on record, whenever it is said to have happened.
            let ends = |said: &Stamp| recorded(said) > recorded(related) || happened(said) > happened(related);
            by_this.chain(by_other).any(|said| ends(&said.stamp))
        };
        let is_gone = |who: PersonId| heard.erased.iter().any(|gone| gone.who == who);
        let told = own.related.iter().filter(|said| !is_gone(said.with));
        let told = told.filter_map(|said| Some((said.with, *said.kind.get()?, said)));
        let turned =
            heard.related.iter().filter_map(|said| Some((said.stamp.person_id, said.kind.get()?.turned(), said)));
        let mut standing: Vec<Relation<'_>> = Vec::new();
        for (with, kind, said) in told.chain(turned) {
            let is_known = standing.iter().any(|each| (each.with, each.kind) == (with, kind));
            if !is_known && !ended(with, &said.stamp) {
                standing.push(Relation { with, kind, facts: said.facts() });
            }
        }
        standing
    }

    /// Of whom this person's coordinator agreed that they are the same.
    pub fn agreed_with(&self) -> impl Iterator<Item = PersonId> {
        self.relations.own.agreed.iter().map(|agreed| agreed.with)
    }

    /// Whether the coordinator of another person agreed that they are this one.
    #[must_use]
    pub fn is_agreed_by(&self, other: PersonId) -> bool {
        self.relations.heard.agreed.iter().any(|agreed| agreed.stamp.person_id == other)
    }

    /// Whether somebody is on record who is responsible for the person as a parent or guardian is.
    #[must_use]
    pub(crate) fn has_guardian(&self) -> bool {
        self.relations().iter().any(|relation| relation.kind.is_responsible())
    }
}

pub(super) fn agree(path: &mut CarePath, stamp: &Arc<Stamp>, agreed: &MatchAgreed) {
    path.relations.own.agreed.push(Noted::new(stamp, agreed));
}

pub(super) fn evolve(path: &mut CarePath, stamp: &Arc<Stamp>, event: &RelationEvent) {
    let own = &mut path.relations.own;
    match event {
        RelationEvent::PersonsRelated(related) => own.related.push(Noted::new(stamp, related)),
        RelationEvent::PersonsUnrelated(unrelated) => own.unrelated.push(Noted::new(stamp, unrelated)),
    }
}
