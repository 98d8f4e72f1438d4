//! Legal holds, how long a record is kept, that a person was erased, and who opened the case in an emergency.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{CarePath, Noted, Stamp};
use crate::codes::{
    BreakGlassOutcome, BreakGlassReason, ErasureGround, HandoverWithdrawReason, HoldReason, LookoutEndReason,
};
use crate::fact::{events, part_events};
use crate::ids::{BreakGlassId, HoldId, PersonId};
use crate::private::Social;
use crate::text::Text;
use crate::time::DateTime;

mod break_glass;
mod decide;
mod retention;
#[cfg(test)]
mod tests;

pub(crate) use break_glass::BrokenGlass;
pub(in crate::path) use break_glass::is_of_break_glass;
pub use break_glass::{BreakGlass, BreakGlassRefusal, EndBreakGlass, ReviewBreakGlass};
pub(crate) use decide::refuse_of_the_erased;
pub use decide::{EraseSubject, LiftHold, PlaceHold, PrivacyRefusal};
pub use retention::{LISTED_DAYS, RecordClass};

part_events! {
    /// Keeping and forgetting.
    pub enum PrivacyEvent {
        HoldPlaced(HoldPlaced),
        HoldLifted(HoldLifted),
        GlassBroken(GlassBroken),
        BreakGlassEnded(BreakGlassEnded),
        BreakGlassReviewed(BreakGlassReviewed),
        SubjectErased(SubjectErased),
    }
}

events! {
    /// The record must not be erased.
    pub struct HoldPlaced {
        hold: clear HoldId as "hold_id" => Notes, Full;
        reason: clear HoldReason => Notes, Full;
    }

    /// It may be again.
    pub struct HoldLifted {
        hold: clear HoldId as "hold_id" => Notes, Full;
    }

    /// Somebody without a relation to the person opened the case, in an emergency and until a time.
    pub struct GlassBroken {
        glass: clear BreakGlassId as "break_glass_id" => Notes, Full;
        reason: clear BreakGlassReason => Notes, Full;
        explanation: maybe sealed(Text, Social) => Notes, Full;
        until: clear DateTime => Notes, Full;
    }

    /// It was closed again before its time.
    pub struct BreakGlassEnded {
        glass: clear BreakGlassId as "break_glass_id" => Notes, Full;
    }

    /// Somebody looked into whether it was justified.
    pub struct BreakGlassReviewed {
        glass: clear BreakGlassId as "break_glass_id" => Notes, Full;
        outcome: clear BreakGlassOutcome => Notes, Full;
        explanation: maybe sealed(Text, Social) => Notes, Full;
    }

    /// The person's keys are destroyed: what described them reads as erased from here back to the beginning.
    pub struct SubjectErased {
        ground: maybe ErasureGround => Presence, Minimal;
    }
}

/// What must be kept, and whether the person was forgotten.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct PrivacyState {
    pub(in crate::path) holds: Vec<Noted<HoldPlaced>>,
    glasses: Vec<BrokenGlass>,
    /// Which of the person's ids were erased, and by what.
    pub(in crate::path) erased: BTreeMap<PersonId, Noted<SubjectErased>>,
}

impl PrivacyEvent {
    /// The legal hold that it is about, if it is about one.
    #[must_use]
    pub fn hold(&self) -> Option<HoldId> {
        match self {
            Self::HoldPlaced(event) => Some(event.hold),
            Self::HoldLifted(event) => Some(event.hold),
            Self::GlassBroken(_) | Self::BreakGlassEnded(_) | Self::BreakGlassReviewed(_) | Self::SubjectErased(_) => {
                None
            }
        }
    }

    /// The opening of the case in an emergency that it is about, if it is about one.
    #[must_use]
    pub fn break_glass(&self) -> Option<BreakGlassId> {
        match self {
            Self::GlassBroken(event) => Some(event.glass),
            Self::BreakGlassEnded(event) => Some(event.glass),
            Self::BreakGlassReviewed(event) => Some(event.glass),
            Self::HoldPlaced(_) | Self::HoldLifted(_) | Self::SubjectErased(_) => None,
        }
    }
}

pub(super) fn evolve(path: &mut CarePath, stamp: &Arc<Stamp>, event: &PrivacyEvent) {
    match event {
        PrivacyEvent::HoldPlaced(placed) => path.privacy.holds.push(Noted::new(stamp, placed)),
        PrivacyEvent::HoldLifted(lifted) => path.privacy.holds.retain(|held| held.hold != lifted.hold),
        PrivacyEvent::GlassBroken(broken) => {
            let broken = Noted::new(stamp, broken);
            path.privacy.glasses.push(BrokenGlass { broken, end: None, review: None });
        }
        PrivacyEvent::BreakGlassEnded(ended) => {
            break_glass::evolve(&mut path.privacy, ended.glass, |glass| glass.end = Some(Noted::new(stamp, ended)));
        }
        PrivacyEvent::BreakGlassReviewed(reviewed) => {
            break_glass::evolve(&mut path.privacy, reviewed.glass, |glass| {
                glass.review = Some(Noted::new(stamp, reviewed));
            });
        }
        PrivacyEvent::SubjectErased(erased) => {
            path.privacy.erased.insert(stamp.person_id, Noted::new(stamp, erased));
            path.end_with(stamp, LookoutEndReason::NoLongerNeeded, HandoverWithdrawReason::Other);
        }
    }
}

impl CarePath {
    /// Whether the person was erased.
    #[must_use]
    pub fn is_erased(&self) -> bool {
        !self.privacy.erased.is_empty()
    }

    /// By what the person of this id was erased: the ground, where it says one, and the event.
    pub(crate) fn erasure_of(&self, person: PersonId) -> Option<(Option<ErasureGround>, &Stamp)> {
        self.privacy.erased.get(&person).map(|erased| (erased.fact.ground, &*erased.stamp))
    }

    /// The legal holds that keep the record, each with its reason and who placed it when.
    pub(crate) fn holds(&self) -> impl Iterator<Item = (HoldId, HoldReason, &Stamp)> {
        self.privacy.holds.iter().map(|placed| (placed.hold, placed.reason, &*placed.stamp))
    }

    /// Whether a legal hold keeps the record from being erased.
    #[must_use]
    pub fn is_on_hold(&self) -> bool {
        !self.privacy.holds.is_empty()
    }
}
