//! The evening of a facility: who is expected, there, gone and not there. Each guest is shown through the sight of their own
//! path; how many there are is told of all.

use chrono::NaiveDate;
use serde::Serialize;

use super::presence::{StayView, incidents};
use super::{FacilityView, IdentityView, IncidentView, MedicalView, section, views};
use crate::codes::{BedReleaseReason, GuestState};
use crate::directory::left_over;
use crate::ids::{BedId, PersonId};
use crate::path::guests::{Guest, GuestBy};
use crate::sight::Sight;
use crate::time::{DateTime, days_after};

/// For how many days an incident is told of before bed.
const INCIDENT_DAYS: i64 = 7;

views! {
    /// An evening in a facility.
    pub struct EveningView as "Evening" {
        pub facility: FacilityView,
        /// The day on whose evening the night begins.
        pub night: NaiveDate,
        /// How many there are of each, also of those whom the reader may not know of.
        pub counts: EveningCountsView,
        /// The guests whom the reader may know of: expected first, then whose time is over, who is there, who
        /// left, who did not come, and who has no bed there any more.
        pub guests: Vec<GuestView>,
    }

    /// How many guests there are of each kind, and places.
    #[derive(Default)]
    pub struct EveningCountsView as "EveningCounts" {
        pub expected: u32,
        pub leaves: u32,
        pub arrived: u32,
        pub left: u32,
        pub not_come: u32,
        pub held: u32,
        pub no_bed: u32,
        /// As far as anybody said how many places there are.
        pub places: Option<u16>,
        pub free: Option<u32>,
        pub overbooked: Option<u32>,
    }

    /// Somebody who has a bed there, or is in the house without one, and what must be known of them before bed.
    pub struct GuestView as "Guest" {
        pub person_id: PersonId,
        /// Absent where they are in the house and have no bed.
        pub bed_id: Option<BedId>,
        pub state: GuestState,
        /// When they came, left, or did not come.
        pub since: Option<DateTime>,
        /// By when they are expected that evening.
        pub expected_by: Option<DateTime>,
        /// From when the bed is theirs.
        pub from: Option<DateTime>,
        /// Until when the bed is theirs.
        pub until: Option<DateTime>,
        /// The bed was given up, and is nobody's: it takes no place.
        pub released: Option<bool>,
        /// Why it is theirs no longer.
        pub release_reason: Option<BedReleaseReason>,
        /// The bed is not given away: a decision about it is pending, or the person is at risk and did not come.
        pub held: Option<bool>,
        pub identity: Option<IdentityView>,
        /// Being out of sight would at once be dangerous.
        pub vulnerable: Option<bool>,
        /// What those around the person must know.
        pub medical: Option<MedicalView>,
        /// The incidents of the last seven days.
        pub incidents: Option<Vec<IncidentView>>,
    }
}

impl EveningCountsView {
    /// Counts one more guest, and says of all how many places are left.
    pub fn count(&mut self, state: GuestState) {
        let count = match state {
            GuestState::Expected => &mut self.expected,
            GuestState::Leaves => &mut self.leaves,
            GuestState::Arrived => &mut self.arrived,
            GuestState::Left => &mut self.left,
            GuestState::NotCome => &mut self.not_come,
            GuestState::Held => &mut self.held,
            GuestState::NoBed => &mut self.no_bed,
        };
        *count += 1;
    }

    /// Says how many places are left of those that there are.
    pub fn of_places(&mut self, places: Option<u16>, taken: u32) {
        self.places = places;
        if let Some((free, overbooked)) = places.map(|places| left_over(places, taken)) {
            (self.free, self.overbooked) = (Some(free), Some(overbooked).filter(|more| *more > 0));
        }
    }
}

impl EveningView {
    /// An evening of a facility.
    #[must_use]
    pub fn new(facility: FacilityView, night: NaiveDate, counts: EveningCountsView, guests: Vec<GuestView>) -> Self {
        Self { facility, night, counts, guests }
    }
}

/// A guest, where the reader may know of the bed.
#[must_use]
pub fn disclose_guest(sight: &Sight<'_>, guest: &Guest<'_>, person_id: PersonId) -> Option<GuestView> {
    let stay = match guest.by {
        GuestBy::Bed(stay) => Some(StayView::of(sight, stay)?),
        GuestBy::Visit(visit) => {
            sight.show(visit.facts().status())?;
            None
        }
    };
    let told_since = days_after(sight.now(), -INCIDENT_DAYS);
    let lately = incidents(sight).unwrap_or_default().into_iter().filter(|each| each.noted.occurred_at >= told_since);
    Some(GuestView {
        person_id,
        bed_id: stay.as_ref().map(|stay| stay.bed_id),
        state: guest.state,
        since: guest.since,
        expected_by: guest.expected_by,
        from: stay.as_ref().map(|stay| stay.from),
        until: stay.as_ref().and_then(|stay| stay.until),
        released: guest.over.then_some(true),
        release_reason: stay.as_ref().and_then(|stay| stay.release_reason),
        held: stay.as_ref().and_then(|stay| stay.held),
        identity: IdentityView::of(sight),
        vulnerable: sight.show(sight.path().vulnerable(sight.now())),
        medical: MedicalView::of(sight),
        incidents: section(lately.collect()),
    })
}
