//! `/v1/persons/{person_id}/coordinator`, `/close`, `/reopen` and `/holds`: the case itself.

use care_path::path::case::{AssignCoordinator, CloseCase, ReopenCase};
use care_path::path::privacy::{LiftHold, PlaceHold};

use crate::edge::rest::macros::writes;

writes! { "Case";
    /// Assigns the municipality that coordinates the case, and who does so there
    assign_coordinator: post "/v1/persons/{person_id}/coordinator" => AssignCoordinator;

    /// Closes the case
    close_case: post "/v1/persons/{person_id}/close" => CloseCase;

    /// Opens the case again
    reopen_case: post "/v1/persons/{person_id}/reopen" => ReopenCase;

    /// Places a legal hold: nothing of the person is erased while it stands
    place_hold: post "/v1/persons/{person_id}/holds" => PlaceHold;

    /// Lifts a legal hold
    lift_hold: post "/v1/persons/{person_id}/holds/{hold_id}/lift" => LiftHold;
}
