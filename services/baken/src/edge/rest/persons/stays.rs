//! `/v1/persons/{person_id}/beds`, `/attendances` and `/no-shows`: where the person stays, and whether they came.

use care_path::path::stay::{AssignBed, RecordAttendance, RecordNoShow, ReleaseBed};

use crate::edge::rest::macros::writes;

writes! { "Stays";
    /// Assigns a bed of your organisation
    assign_bed: post "/v1/persons/{person_id}/beds" => AssignBed;

    /// Releases a bed
    release_bed: post "/v1/persons/{person_id}/beds/{bed_id}/release" => ReleaseBed;

    /// Records that the person came, or left
    record_attendance: post "/v1/persons/{person_id}/attendances" => RecordAttendance;

    /// Records that the person was expected and did not come
    record_no_show: post "/v1/persons/{person_id}/no-shows" => RecordNoShow;
}
