//! What is recorded of a person as it happens: contacts, intakes, incidents, notes and the like.

use care_path::path::case::{AddNote, RecordDeath};
use care_path::path::discharge::ReportDischarge;
use care_path::path::identity::UpdateIdentity;
use care_path::path::incident::ObserveIncident;
use care_path::path::intake::RecordIntake;
use care_path::path::lost::MarkOutOfSight;
use care_path::path::signal::RecordContact;

use crate::edge::rest::macros::writes;

writes! { "Path";
    /// Records that the person was met
    record_contact: post "/v1/persons/{person_id}/contacts" => RecordContact;

    /// Records who the person is
    ///
    /// What was claimed before is kept beside it, each with how sure it is.
    update_identity: post "/v1/persons/{person_id}/identity" => UpdateIdentity;

    /// Records an intake
    ///
    /// No field is required: no name, no date of birth, no document.
    record_intake: post "/v1/persons/{person_id}/intakes" => RecordIntake;

    /// Records an incident
    observe_incident: post "/v1/persons/{person_id}/incidents" => ObserveIncident;

    /// Reports that the person is discharged from a hospital or an institution
    report_discharge: post "/v1/persons/{person_id}/discharges" => ReportDischarge;

    /// Adds a note
    add_note: post "/v1/persons/{person_id}/notes" => AddNote;

    /// Records that the person is out of sight
    mark_out_of_sight: post "/v1/persons/{person_id}/out-of-sight" => MarkOutOfSight;

    /// Records that the person has died
    record_death: post "/v1/persons/{person_id}/death" => RecordDeath;
}
