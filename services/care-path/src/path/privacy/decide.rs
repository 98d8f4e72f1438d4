//! Decisions on legal holds, and on erasing a person.

use super::{HoldLifted, HoldPlaced, PrivacyEvent, SubjectErased};
use crate::actor::Actor;
use crate::codes::{ErasureGround, HoldReason};
use crate::command::{CommandKind, Context, Decide, Refusal, refusals};
use crate::event::Event;
use crate::ids::HoldId;
use crate::path::CarePath;
use serde::Deserialize;

refusals! {
    /// Why a hold is not lifted, or nothing erased.
    PrivacyRefusal {
        UnknownHold = "unknown_hold": "there is no such hold",
        OnHold = "on_hold": "a legal hold keeps the record; it can be erased once the hold is lifted",
        StillRetained = "still_retained": "the time is not over for which the record is kept",
        ToReview = "break_glass_to_review":
            "the record was opened in an emergency, and that was not reviewed yet: review it, and then erase",
        AlreadyErased = "already_erased": "the data of the person were erased before",
        Erased = "erased": "the data of the person were erased; nothing more is recorded of them",
    }
}

/// Places a legal hold: the record must not be erased while it lasts.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PlaceHold {
    pub reason: HoldReason,
}

impl Decide for PlaceHold {
    type Subject = ();

    fn decide(self, (): (), _: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        Ok(vec![PrivacyEvent::HoldPlaced(HoldPlaced { hold: HoldId(at.id), reason: self.reason }).into()])
    }
}

/// Lifts a legal hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LiftHold {}

impl Decide for LiftHold {
    type Subject = HoldId;

    fn decide(self, hold: HoldId, path: &CarePath, _: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        if !path.privacy.holds.iter().any(|held| held.hold == hold) {
            return Err(PrivacyRefusal::UnknownHold.into());
        }
        Ok(vec![PrivacyEvent::HoldLifted(HoldLifted { hold }).into()])
    }
}

/// Refuses whatever would record more of somebody who was erased.
///
/// # Errors
/// Where they were, and the command neither erases another of their ids nor finishes what was begun before.
pub(crate) fn refuse_of_the_erased(kind: CommandKind, path: &CarePath) -> Result<(), PrivacyRefusal> {
    let is_allowed = matches!(kind, CommandKind::EraseSubject | CommandKind::FinishMove);
    if path.is_erased() && !is_allowed { Err(PrivacyRefusal::Erased) } else { Ok(()) }
}

/// Erases a person: the keys of what describes them are destroyed, for ever.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EraseSubject {
    pub ground: ErasureGround,
}

impl Decide for EraseSubject {
    type Subject = ();

    fn decide(self, (): (), path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        if path.privacy.erased.contains_key(&at.person_id) {
            return Err(PrivacyRefusal::AlreadyErased.into());
        }
        if path.is_on_hold() {
            return Err(PrivacyRefusal::OnHold.into());
        }
        // Of an erased record nobody could say any more whether it was right to open it. What has had its time goes by itself.
        let mut opened = path.privacy.glasses();
        if at.by.actor != Actor::System && !path.is_erased() && opened.any(|glass| glass.reviewed().is_none()) {
            return Err(PrivacyRefusal::ToReview.into());
        }
        let is_kept = || path.kept_until(at.deadlines).is_some_and(|until| at.now < until);
        // Under another of the person's ids it was decided already.
        if self.ground == ErasureGround::RetentionEnded && !path.is_erased() && is_kept() {
            return Err(PrivacyRefusal::StillRetained.into());
        }
        Ok(vec![PrivacyEvent::SubjectErased(SubjectErased { ground: Some(self.ground) }).into()])
    }
}
