//! Who somebody is, as far as is known, and who turned out to be the same human being.
//!
//! Persons are linked, never merged: a link is an event and can be undone.

use std::sync::Arc;

use super::{CarePath, Noted, Stamp, relations};
use crate::codes::{Assurance, LinkBasis};
use crate::fact::{events, part_events};
use crate::ids::PersonId;
use crate::private::{Identity, Private, Social};
use crate::text::Text;

mod claim;
mod decide;
mod input;
mod language;
#[cfg(test)]
mod tests;

pub(crate) use claim::{ClaimFacts, Claimed};
pub use claim::{ClaimField, IdentityClaim, IdentityDocument, LanguageUse};
pub(in crate::path) use claim::{Said, ThePath, best};
pub use decide::{AgreeMatch, DismissMatch, IdentityRefusal, LinkPersons, ReleaseMatch, UnlinkPersons, UpdateIdentity};
pub use input::IdentityInput;
pub use language::LanguageInput;

part_events! {
    /// Who somebody is, and with whom they are one.
    pub enum IdentityEvent {
        IdentityUpdated(IdentityUpdated),
        PersonsLinked(PersonsLinked),
        PersonsUnlinked(PersonsUnlinked),
        MatchDismissed(MatchDismissed),
        MatchReleased(MatchReleased),
        MatchAgreed(MatchAgreed),
    }
}

events! {
    /// Somebody said who the person is.
    pub struct IdentityUpdated {
        assurance: clear Assurance => Identity, Minimal;
        claim: ..Private<IdentityClaim, Identity>;
    }

    /// Two persons turned out to be one human being.
    pub struct PersonsLinked {
        with: clear PersonId => Identity, Full;
        basis: clear LinkBasis => Identity, Full;
        explanation: maybe sealed(Text, Identity) => Identity, Full;
    }

    /// They are two after all.
    pub struct PersonsUnlinked {
        with: clear PersonId => Identity, Full;
        explanation: maybe sealed(Text, Identity) => Identity, Full;
    }

    /// A coordinator looked at two who might have been one, and they are not.
    pub struct MatchDismissed {
        other: clear PersonId as "other_person_id" => Notes, Full;
        explanation: maybe sealed(Text, Social) => Notes, Full;
    }

    /// The coordinator lets those of other municipalities, where the person may be known, see who they are.
    pub struct MatchReleased {
        explanation: maybe sealed(Text, Social) => Notes, Full;
    }

    /// The coordinator agrees that somebody whom another municipality released is this person.
    pub struct MatchAgreed {
        with: only PersonId;
        explanation: maybe sealed(Text, Social) => Notes, Full;
    }
}

/// What is known of who somebody is.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct IdentityState {
    /// In the order in which they happened.
    claims: Vec<Noted<Claimed>>,
    pub(crate) links: Vec<Noted<PersonId>>,
    /// Who is not this person: a match that was dismissed, or a link that was undone and not made again.
    pub(crate) dismissed: Vec<Noted<PersonId>>,
    /// Who the person is was released to municipalities where they may be known.
    released: bool,
}

impl IdentityEvent {
    /// Whom it says to be the same human being, or to be another one after all.
    #[must_use]
    pub fn links(&self) -> Option<PersonId> {
        match self {
            Self::PersonsLinked(event) => Some(event.with),
            Self::PersonsUnlinked(event) => Some(event.with),
            Self::IdentityUpdated(_) | Self::MatchDismissed(_) | Self::MatchReleased(_) | Self::MatchAgreed(_) => None,
        }
    }

    /// What it says of them, told from their side of one on whose record it stands. Why somebody said so stands there alone.
    #[must_use]
    pub fn turned(&self, of: PersonId) -> Option<Self> {
        match self {
            Self::PersonsLinked(event) => {
                Some(Self::PersonsLinked(PersonsLinked { with: of, basis: event.basis, explanation: None }))
            }
            Self::PersonsUnlinked(_) => Some(Self::PersonsUnlinked(PersonsUnlinked { with: of, explanation: None })),
            Self::IdentityUpdated(_) | Self::MatchDismissed(_) | Self::MatchReleased(_) | Self::MatchAgreed(_) => None,
        }
    }
}

impl IdentityState {
    /// Takes in what a signal or an intake says of who the person is.
    pub(super) fn first_claim(
        path: &mut CarePath,
        stamp: &Arc<Stamp>,
        claim: Option<&Private<IdentityClaim, Identity>>,
    ) {
        if let Some(claim) = claim {
            path.identity.claim(stamp, claim, Assurance::Alias);
        }
    }

    pub(super) fn is_released(&self) -> bool {
        self.released
    }

    /// What was released to other municipalities is theirs to see no longer.
    pub(super) fn take_release_back(&mut self) {
        self.released = false;
    }

    fn claim(&mut self, stamp: &Arc<Stamp>, claim: &Private<IdentityClaim, Identity>, assurance: Assurance) {
        self.claims.push(Noted::new(stamp, &Claimed { claim: claim.clone(), assurance }));
    }
}

/// Whether something is said of these two, on the record of either.
fn is_of(said: &Noted<PersonId>, one: PersonId, other: PersonId) -> bool {
    let pair = [said.stamp.person_id, said.fact];
    pair == [one, other] || pair == [other, one]
}

pub(super) fn evolve(path: &mut CarePath, stamp: &Arc<Stamp>, event: &IdentityEvent) {
    match event {
        IdentityEvent::IdentityUpdated(updated) => {
            path.identity.claim(stamp, &updated.claim, updated.assurance);
        }
        IdentityEvent::PersonsLinked(linked) => {
            path.identity.dismissed.retain(|said| !is_of(said, stamp.person_id, linked.with));
            path.identity.links.push(Noted::new(stamp, &linked.with));
        }
        // Whoever takes two apart says that they are not the same.
        IdentityEvent::PersonsUnlinked(unlinked) => {
            path.identity.links.retain(|link| !is_of(link, stamp.person_id, unlinked.with));
            path.identity.dismissed.push(Noted::new(stamp, &unlinked.with));
        }
        IdentityEvent::MatchReleased(_) => path.identity.released = true,
        IdentityEvent::MatchAgreed(agreed) => relations::agree(path, stamp, agreed),
        IdentityEvent::MatchDismissed(dismissed) => path.identity.dismissed.push(Noted::new(stamp, &dismissed.other)),
    }
}
