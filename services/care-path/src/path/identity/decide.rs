//! Decisions on who somebody is: claims, links, and matches that are none.

use super::{
    IdentityEvent, IdentityInput, IdentityUpdated, MatchAgreed, MatchDismissed, MatchReleased, PersonsLinked,
    PersonsUnlinked, is_of,
};
use crate::codes::{Assurance, LinkBasis};
use crate::command::{Context, Decide, Refusal, Requires, refusals};
use crate::event::Event;
use crate::ids::PersonId;
use crate::path::CarePath;
use crate::private::private;
use crate::text::Text;
use serde::Deserialize;

refusals! {
    /// Why a link is not made or undone, or a match not dismissed.
    IdentityRefusal {
        NothingClaimed = "identity_nothing_claimed": "the claim says nothing",
        LinkedToItself = "link_to_itself": "a person cannot be linked to itself",
        AlreadyLinked = "already_linked": "these persons are linked already",
        Related = "linked_persons_related":
            "it is on record that these two belong together, so they are two: end that relation first",
        NotLinked = "not_linked": "these persons are not linked",
        MatchWithItself = "match_with_itself": "a person is always the same as itself",
        AlreadyReleased = "match_already_released": "who the person is was released already",
        NotReleased = "match_not_released": "release who this person is first: the others must see it too",
        AlreadyAgreed = "match_already_agreed": "you agreed already; the other municipality has not answered yet",
        MatchAlreadyDismissed = "match_already_dismissed": "it was said already that these persons are not the same",
    }
}

/// Says who somebody is, and how sure that is. A field that is `null`, or an empty list, is emptied of what was said of
/// it as surely or less.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UpdateIdentity {
    pub claim: IdentityInput,
    pub assurance: Assurance,
}

impl Decide for UpdateIdentity {
    type Subject = ();

    fn decide(self, (): (), _: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let claim = self.claim.claim(at, "claim/birth_date")?;
        if claim.is_empty() {
            return Err(IdentityRefusal::NothingClaimed.into());
        }
        let assurance = self.assurance;
        Ok(vec![IdentityEvent::IdentityUpdated(IdentityUpdated { claim: claim.into(), assurance }).into()])
    }
}

/// Says that two persons are one human being.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LinkPersons {
    /// The other person's id.
    pub with: PersonId,
    pub basis: LinkBasis,
    pub explanation: Option<Text>,
}

impl Decide for LinkPersons {
    type Subject = ();

    fn decide(self, (): (), _: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        if at.person_id == self.with {
            return Err(IdentityRefusal::LinkedToItself.into());
        }
        if at.members.contains(&self.with) {
            return Err(IdentityRefusal::AlreadyLinked.into());
        }
        let explanation = private(self.explanation);
        Ok(vec![IdentityEvent::PersonsLinked(PersonsLinked { with: self.with, basis: self.basis, explanation }).into()])
    }
}

/// Says that two linked persons are two human beings after all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UnlinkPersons {
    pub explanation: Option<Text>,
}

impl Decide for UnlinkPersons {
    type Subject = PersonId;

    fn decide(self, with: PersonId, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        // Of three who are linked in a row, the first and the last have no link of their own.
        if !path.identity.links.iter().any(|link| is_of(link, at.person_id, with)) {
            return Err(IdentityRefusal::NotLinked.into());
        }
        Ok(vec![
            IdentityEvent::PersonsUnlinked(PersonsUnlinked { with, explanation: private(self.explanation) }).into(),
        ])
    }
}

/// Says that somebody who was suggested as the same human being is another one. The suggestion is not made again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DismissMatch {
    pub explanation: Option<Text>,
}

impl Decide for DismissMatch {
    type Subject = PersonId;

    fn decide(self, other: PersonId, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        if at.person_id == other {
            return Err(IdentityRefusal::MatchWithItself.into());
        }
        if at.members.contains(&other) {
            return Err(IdentityRefusal::AlreadyLinked.into());
        }
        if path.identity.dismissed.iter().any(|dismissed| dismissed.fact == other) {
            return Err(IdentityRefusal::MatchAlreadyDismissed.into());
        }
        Ok(vec![IdentityEvent::MatchDismissed(MatchDismissed { other, explanation: private(self.explanation) }).into()])
    }
}

/// Lets the coordinators of other municipalities, where the person may be known, see who they are, and nothing else.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReleaseMatch {
    pub explanation: Option<Text>,
}

impl Decide for ReleaseMatch {
    type Subject = ();

    const REQUIRES: Requires = Requires::OpenCase;

    fn decide(self, (): (), path: &CarePath, _: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        if path.is_released() {
            return Err(IdentityRefusal::AlreadyReleased.into());
        }
        Ok(vec![IdentityEvent::MatchReleased(MatchReleased { explanation: private(self.explanation) }).into()])
    }
}

/// Agrees that somebody whom another municipality released is this person. Once both have agreed, the two are linked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AgreeMatch {
    pub explanation: Option<Text>,
}

impl Decide for AgreeMatch {
    type Subject = PersonId;

    fn decide(self, with: PersonId, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        if at.person_id == with {
            return Err(IdentityRefusal::MatchWithItself.into());
        }
        if at.members.contains(&with) {
            return Err(IdentityRefusal::AlreadyLinked.into());
        }
        if !path.is_released() {
            return Err(IdentityRefusal::NotReleased.into());
        }
        if path.dismissed().any(|other| other == with) {
            return Err(IdentityRefusal::MatchAlreadyDismissed.into());
        }
        if path.agreed_with().any(|other| other == with) {
            return Err(IdentityRefusal::AlreadyAgreed.into());
        }
        let agreed = MatchAgreed { with, explanation: private(self.explanation) };
        let mut events = vec![IdentityEvent::MatchAgreed(agreed).into()];
        if path.is_agreed_by(with) {
            let basis = LinkBasis::MatchingDescription;
            events.push(IdentityEvent::PersonsLinked(PersonsLinked { with, basis, explanation: None }).into());
        }
        Ok(events)
    }
}
