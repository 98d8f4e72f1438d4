//! Where somebody is and was, as a reader is shown it.

use serde::Serialize;

use super::{EpisodeView, IncidentView, NotedView, RemarkView, section, views};
use crate::codes::{BedReleaseReason, DischargeEndReason, LocationType};
use crate::ids::{BedId, DischargeId, FacilityId, OrgId};
use crate::path::Noted;
use crate::path::discharge::{AnnouncedDischarge, DischargedTo};
use crate::path::stay::Stay;
use crate::sight::Sight;
use crate::text::{Line, Text};
use crate::time::DateTime;

views! {
    /// Where somebody is and was.
    #[derive(Default)]
    pub struct PresenceView as "Presence" {
        /// Since when nobody knows where they are.
        pub out_of_sight_since: Option<DateTime>,
        /// How often that happened.
        pub out_of_sight_episodes: Option<u32>,
        /// Each time, when it began and ended, and with what.
        pub episodes: Option<Vec<EpisodeView>>,
        pub last_seen: Option<SeenView>,
        pub last_contact_at: Option<DateTime>,
        pub stays: Option<Vec<StayView>>,
        pub discharges: Option<Vec<DischargeView>>,
        pub announced_discharges: Option<Vec<AnnouncedDischargeView>>,
    }

    /// Where and when somebody was last seen, and by whom.
    pub struct SeenView as "LastSeen" {
        pub location_type: Option<LocationType>,
        pub location: Option<Line>,
        #[serde(flatten)]
        pub noted: NotedView,
    }

    /// A stay in a bed.
    pub struct StayView as "Stay" {
        pub bed_id: BedId,
        pub organisation: OrgId,
        pub facility: Option<FacilityId>,
        pub kind: LocationType,
        pub from: DateTime,
        /// As it was assigned, or as long as an exception was granted, if that is longer.
        pub until: Option<DateTime>,
        pub expected_by: Option<DateTime>,
        /// The bed is not given away: a decision about it is pending, or the person is at risk and did not come.
        pub held: Option<bool>,
        pub no_shows: u32,
        pub last_attended_at: Option<DateTime>,
        pub released_at: Option<DateTime>,
        pub release_reason: Option<BedReleaseReason>,
        #[serde(flatten)]
        pub noted: NotedView,
    }

    /// A discharge from a hospital.
    pub struct DischargeView as "Discharge" {
        pub from: Option<OrgId>,
        pub destination: LocationType,
        pub to: Option<OrgId>,
        pub warned: bool,
        /// Arrived without a warning.
        pub r#unsafe: bool,
        pub letter_received: Option<bool>,
        #[serde(flatten)]
        pub noted: NotedView,
    }

    /// A discharge that a hospital announced.
    pub struct AnnouncedDischargeView as "AnnouncedDischarge" {
        pub discharge_id: DischargeId,
        pub from: Option<OrgId>,
        pub destination: LocationType,
        /// The organisation that was warned.
        pub to: Option<OrgId>,
        pub expected_at: DateTime,
        /// What the receiving place must know.
        pub care_needs: Option<Text>,
        /// The person was discharged as announced.
        pub came_about: Option<bool>,
        /// Why it does not come about as announced.
        pub called_off: Option<DischargeEndReason>,
        #[serde(flatten)]
        pub noted: NotedView,
    }
}

impl AnnouncedDischargeView {
    fn of(sight: &Sight<'_>, discharge: &AnnouncedDischarge) -> Option<Self> {
        let (whole, announced) = (discharge.facts(), discharge.announced.addressed(discharge.address()));
        let (destination, stamp) = sight.show_noted(announced.destination())?;
        Some(Self {
            discharge_id: *sight.show(announced.discharge())?,
            from: sight.show(announced.from()).cloned(),
            destination: *destination,
            to: sight.show(announced.to()).cloned(),
            expected_at: *sight.show(announced.expected_at())?,
            care_needs: sight.show(announced.care_needs()).cloned(),
            came_about: sight.show(whole.has_come_about()),
            called_off: sight.show(whole.called_off_because()),
            noted: NotedView::of(sight, stamp),
        })
    }
}

impl PresenceView {
    pub(super) fn of(sight: &Sight<'_>) -> Option<Self> {
        let path = sight.path();
        let stays = path.stays.iter().filter_map(|stay| StayView::of(sight, stay));
        let discharges = path.discharges.iter().filter_map(|discharge| DischargeView::of(sight, discharge));
        let announced = path.announced.iter().filter_map(|announced| AnnouncedDischargeView::of(sight, announced));
        let view = Self {
            out_of_sight_since: sight.show(path.facts().out_of_sight_since()),
            out_of_sight_episodes: sight.show(path.facts().out_of_sight_episodes()),
            episodes: section(EpisodeView::all(sight)),
            last_seen: SeenView::of(sight),
            last_contact_at: sight.show(path.facts().last_contact_at()),
            stays: section(stays.collect()),
            discharges: section(discharges.collect()),
            announced_discharges: section(announced.collect()),
        };
        (view != Self::default()).then_some(view)
    }
}

impl SeenView {
    pub(super) fn of(sight: &Sight<'_>) -> Option<Self> {
        let seen = sight.path().last_seen()?;
        let stamp = sight.show(seen.stamp())?;
        Some(Self {
            location_type: sight.show(seen.location_type()),
            location: sight.show(seen.location()).cloned(),
            noted: NotedView::of(sight, stamp),
        })
    }
}

impl StayView {
    pub(super) fn of(sight: &Sight<'_>, stay: &Stay) -> Option<Self> {
        let assigned = stay.assigned.facts();
        let (bed_id, stamp) = sight.show_noted(assigned.bed())?;
        let no_shows = stay.no_shows.iter().filter(|missed| sight.show(missed.facts().bed()).is_some()).count();
        let attended = stay.attended.last().and_then(|attended| sight.show_noted(attended.facts().status()));
        let moved_end = sight.show(sight.path().until_of(stay));
        let ended = stay.told_ends().find_map(|end| sight.show(end));
        Some(Self {
            bed_id: *bed_id,
            organisation: sight.show(assigned.organisation())?.clone(),
            facility: sight.show(assigned.facility()).cloned(),
            kind: *sight.show(assigned.kind())?,
            from: *sight.show(assigned.from())?,
            until: moved_end.unwrap_or_else(|| sight.show(assigned.until()).copied()),
            expected_by: sight.show(assigned.expected_by()).copied(),
            held: sight.show(sight.path().hold_on(*bed_id, sight.now(), sight.deadlines())),
            no_shows: u32::try_from(no_shows).unwrap_or(u32::MAX),
            last_attended_at: attended.map(|(_, stamp)| stamp.occurred.at),
            released_at: ended.map(|(at, _)| at),
            release_reason: ended.map(|(_, reason)| reason),
            noted: NotedView::of(sight, stamp),
        })
    }
}

impl DischargeView {
    fn of(sight: &Sight<'_>, discharge: &Noted<DischargedTo>) -> Option<Self> {
        let facts = discharge.facts();
        let (destination, stamp) = sight.show_noted(facts.destination())?;
        Some(Self {
            from: sight.show(facts.from()).cloned(),
            destination: *destination,
            to: sight.show(facts.to()).cloned(),
            warned: *sight.show(facts.warned())?,
            r#unsafe: sight.show(facts.is_unsafe())?,
            letter_received: sight.show(facts.letter_received()).copied(),
            noted: NotedView::of(sight, stamp),
        })
    }
}

/// Incidents whose kind a reader may not know still show that something happened.
pub(super) fn incidents(sight: &Sight<'_>) -> Option<Vec<IncidentView>> {
    let shown = sight.path().incidents.iter().filter_map(|incident| {
        let facts = incident.facts();
        let severity = sight.show_noted(facts.severity());
        let kind = sight.show_noted(facts.kind());
        let stamp = severity.map(|(_, stamp)| stamp).or(kind.map(|(_, stamp)| stamp))?;
        Some(IncidentView {
            severity: severity.map(|(severity, _)| *severity),
            kind: kind.map(|(kind, _)| *kind),
            description: sight.show(facts.description()).cloned(),
            noted: NotedView::of(sight, stamp),
        })
    });
    section(shown.collect())
}

/// Remarks of one kind, over the whole path.
pub(super) fn remarks(found: impl Iterator<Item = Option<RemarkView>>) -> Option<Vec<RemarkView>> {
    section(found.flatten().collect())
}
