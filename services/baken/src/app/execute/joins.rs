//! Commands that say of two persons that they are one, or belong together.

use care_path::command::{CommandKind, Refusal};
use care_path::path::identity::IdentityRefusal;

use super::ExecuteError;
use crate::projections::Case;

/// Nobody is linked or related with somebody who was forgotten; and who belongs together with somebody is not the same.
pub(super) fn may_join(kind: CommandKind, case: &Case, other: &Case) -> Result<(), ExecuteError> {
    if other.path.is_erased() {
        return Err(ExecuteError::Erased);
    }
    let names =
        |one: &Case, other: &Case| one.path.relations().iter().any(|relation| other.members.contains(&relation.with));
    if kind != CommandKind::RelatePersons && (names(case, other) || names(other, case)) {
        return Err(Refusal::from(IdentityRefusal::Related).into());
    }
    Ok(())
}

/// Whether a command says that two are one, or belong together.
pub(super) fn joins(kind: CommandKind) -> bool {
    matches!(kind, CommandKind::LinkPersons | CommandKind::AgreeMatch | CommandKind::RelatePersons)
}

/// Whether a command may name somebody whom another municipality released.
pub(super) fn answers_a_release(kind: CommandKind) -> bool {
    matches!(kind, CommandKind::AgreeMatch | CommandKind::DismissMatch)
}
