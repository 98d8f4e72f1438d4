//! What stands beside a command's own fields: when it happened, and what is to be known before it is sent.

use care_path::command::CommandKind as K;

use super::Field;
use super::Input::{Code, Moment};
use super::catalogue::may;
use crate::words::Said;

/// What every command may say: when it happened.
const WHEN: &[Field] = &[
    may("/occurred_at", "Wanneer was dit?", "When was this?", Moment)
        .hint("Leeg laten betekent: nu.", "Left empty it means: now."),
    may("/occurred_precision", "Hoe precies weet u dat?", "How precisely is that known?", Code("occurred_precision")),
];

/// When something happened: what a command may say, unless it does what it says as it is sent.
pub(super) const fn when(kind: K) -> &'static [Field] {
    let is_done_now = matches!(
        kind,
        K::RetractEntry
            | K::MoveEntry
            | K::RetractTurnAway
            | K::PlaceHold
            | K::LiftHold
            | K::BreakGlass
            | K::EndBreakGlass
            | K::ReviewBreakGlass
            | K::EraseSubject
            | K::ReleaseFigures
            | K::RemarkOnFigures
            | K::WithdrawSource
            | K::RegisterOrganisation
            | K::ChangeOrganisation
            | K::CloseOrganisation
            | K::ReopenOrganisation
            | K::RegisterFacility
            | K::ChangeFacility
            | K::CloseFacility
            | K::ReopenFacility
            | K::SetCapacity
    );
    if is_done_now { &[] } else { WHEN }
}

/// What whoever opens a form is to know before they send it.
pub(super) const fn warning(kind: K) -> Option<Said> {
    if matches!(kind, K::CloseOrganisation) {
        return Some(Said(
            "Niemand kan deze organisatie dan nog kiezen. U kunt haar later weer laten meedoen.",
            "Nobody can choose this organisation then. You can have it take part again later.",
        ));
    }
    if matches!(kind, K::CloseFacility) {
        return Some(Said(
            "Niemand kan hier dan nog een bed krijgen. U kunt de locatie later heropenen.",
            "Nobody can have a bed here then. You can reopen the facility later.",
        ));
    }
    None
}
