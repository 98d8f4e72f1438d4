//! Decisions on who belongs together.

use super::{PersonsRelated, PersonsUnrelated, RelationEvent};
use crate::codes::RelationKind;
use crate::command::{Context, Decide, Refusal, refusals};
use crate::event::Event;
use crate::ids::PersonId;
use crate::path::CarePath;
use crate::private::private;
use crate::text::Text;
use serde::Deserialize;

refusals! {
    /// Why a relation is not recorded or ended.
    RelationRefusal {
        RelatedToItself = "related_to_itself": "a person is not related to itself",
        SamePerson = "same_person": "these persons are linked as one human being",
        AlreadyRelated = "already_related": "this relation of the two is on record already",
        NotRelated = "not_related": "no relation of these two is on record",
    }
}

/// Records how another person belongs together with this one. It never says that they are the same: that is a link.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RelatePersons {
    /// The other person's id.
    pub with: PersonId,
    /// What the other is to this person: `parent` on a child's path names the child's parent.
    pub kind: RelationKind,
    pub explanation: Option<Text>,
}

impl Decide for RelatePersons {
    type Subject = ();

    fn decide(self, (): (), path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        if at.person_id == self.with {
            return Err(RelationRefusal::RelatedToItself.into());
        }
        if at.members.contains(&self.with) {
            return Err(RelationRefusal::SamePerson.into());
        }
        if path.relations().iter().any(|relation| (relation.with, relation.kind) == (self.with, self.kind)) {
            return Err(RelationRefusal::AlreadyRelated.into());
        }
        let related =
            PersonsRelated { with: self.with, kind: self.kind.into(), explanation: private(self.explanation) };
        Ok(vec![RelationEvent::PersonsRelated(related).into()])
    }
}

/// Ends all relations with another person, from either of the two.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UnrelatePersons {
    pub explanation: Option<Text>,
}

impl Decide for UnrelatePersons {
    type Subject = PersonId;

    fn decide(self, with: PersonId, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        // Of linked persons, another's path may have it: all of them are told as one.
        let is_alone = at.members.len() <= 1;
        if is_alone && !path.relations().iter().any(|relation| relation.with == with) {
            return Err(RelationRefusal::NotRelated.into());
        }
        let unrelated = PersonsUnrelated { with, explanation: private(self.explanation) };
        Ok(vec![RelationEvent::PersonsUnrelated(unrelated).into()])
    }
}
