//! Where somebody is and was, as a reader is shown it.

use serde::Serialize;

use super::{EpisodeView, IncidentView, NotedView, RemarkView, section, views};
use crate::codes::{BedReleaseReason, LocationType};
use crate::ids::{BedId, FacilityId, OrgId};
use crate::path::Seen;
use crate::path::discharge::DischargedTo;
use crate::path::stay::Stay;
use crate::policy::Category::{Medical, Presence};
use crate::policy::Depth::{Full, Minimal};
use crate::policy::Sight;
use crate::private::open;
use crate::text::Line;
use crate::time::DateTime;

views! {
    /// Where somebody is and was.
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
    }

    /// Where and when somebody was last seen, and by whom.
    pub struct SeenView as "LastSeen" {
        pub location_type: Option<LocationType>,
        pub location: Option<Line>,
        #[serde(flatten)]
        #[cfg_attr(feature = "schema", graphql(flatten))]
        pub noted: NotedView,
    }

    /// A stay in a bed.
    pub struct StayView as "Stay" {
        pub bed_id: BedId,
        pub organisation: OrgId,
        pub facility: Option<FacilityId>,
        pub kind: LocationType,
        pub from: DateTime,
        pub until: Option<DateTime>,
        pub expected_by: Option<DateTime>,
        /// Nobody gives the bed away while a decision about it is pending.
        pub held: bool,
        pub no_shows: u32,
        pub last_attended_at: Option<DateTime>,
        pub released_at: Option<DateTime>,
        pub release_reason: Option<BedReleaseReason>,
        #[serde(flatten)]
        #[cfg_attr(feature = "schema", graphql(flatten))]
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
        #[cfg_attr(feature = "schema", graphql(flatten))]
        pub noted: NotedView,
    }
}

impl PresenceView {
    pub(super) fn of(sight: &Sight<'_>) -> Option<Self> {
        if !sight.opens(Presence) {
            return None;
        }
        let path = sight.path();
        let knows = sight.shows_derived(Presence, Minimal);
        let stays = path.stays.iter().filter(|stay| sight.shows(Presence, Full, &stay.stamp));
        let discharges = path.discharges.iter().filter(|discharge| sight.shows(Presence, Minimal, &discharge.stamp));
        let episodes = u32::try_from(path.lost.episodes.len()).unwrap_or(u32::MAX);
        let view = Self {
            out_of_sight_since: path.lost.open_episode().filter(|_| knows).map(|episode| episode.began.occurred.at),
            out_of_sight_episodes: (knows && episodes > 0).then_some(episodes),
            episodes: EpisodeView::all(sight),
            last_seen: path.lost.last_seen.as_ref().and_then(|seen| SeenView::of(sight, seen)),
            last_contact_at: path.case.last_contact.as_ref().filter(|_| knows).map(|stamp| stamp.occurred.at),
            stays: section(stays.map(|stay| StayView::of(sight, stay)).collect()),
            discharges: section(
                discharges.map(|discharge| DischargeView::of(sight, &discharge.stamp, &discharge.fact)).collect(),
            ),
        };
        let empty = Self {
            out_of_sight_since: None,
            out_of_sight_episodes: None,
            episodes: None,
            last_seen: None,
            last_contact_at: None,
            stays: None,
            discharges: None,
        };
        (view != empty).then_some(view)
    }
}

impl SeenView {
    pub(super) fn of(sight: &Sight<'_>, seen: &Seen) -> Option<Self> {
        if !sight.shows(Presence, Minimal, &seen.stamp) {
            return None;
        }
        let exactly = sight.shows(Presence, Full, &seen.stamp);
        Some(Self {
            location_type: seen.location_type,
            location: open(seen.location.as_ref()).filter(|_| exactly).cloned(),
            noted: NotedView::of(&seen.stamp),
        })
    }
}

impl StayView {
    fn of(sight: &Sight<'_>, stay: &Stay) -> Self {
        Self {
            bed_id: stay.bed.bed,
            organisation: stay.bed.organisation.clone(),
            facility: stay.bed.facility.clone(),
            kind: stay.bed.kind,
            from: stay.bed.from,
            until: stay.bed.until,
            expected_by: stay.bed.expected_by,
            held: sight.path().is_held(stay.bed.bed),
            no_shows: u32::try_from(stay.no_shows.len()).unwrap_or(u32::MAX),
            last_attended_at: stay.last_attended.as_ref().map(|stamp| stamp.occurred.at),
            released_at: stay.released.as_ref().map(|released| released.stamp.occurred.at),
            release_reason: stay.released.as_ref().map(|released| released.fact),
            noted: NotedView::of(&stay.stamp),
        }
    }
}

impl DischargeView {
    fn of(sight: &Sight<'_>, stamp: &crate::path::Stamp, discharge: &DischargedTo) -> Self {
        let medical = sight.shows(Medical, Minimal, stamp);
        Self {
            from: medical.then(|| discharge.from.clone()),
            destination: discharge.destination,
            to: discharge.to.clone().filter(|_| sight.shows(Presence, Full, stamp)),
            warned: discharge.warned,
            r#unsafe: discharge.is_unsafe(),
            letter_received: medical.then_some(discharge.letter_received),
            noted: NotedView::of(stamp),
        }
    }
}

/// Incidents whose kind a reader may not know still show that something happened.
pub(super) fn incidents(sight: &Sight<'_>) -> Option<Vec<IncidentView>> {
    use crate::path::incident::What;
    use crate::policy::Category::Justice;
    let shown = sight.path().incidents.iter().filter_map(|incident| {
        let (category, what) = match &incident.what {
            What::Health(what) => (Medical, what.get()),
            What::Conduct(what) => (Justice, what.get()),
        };
        let stamp = &incident.stamp;
        let known = sight.shows(category, Minimal, stamp);
        if !known && !sight.shows(Presence, Minimal, stamp) {
            return None;
        }
        let told = sight.shows(category, Full, stamp);
        Some(IncidentView {
            severity: incident.severity,
            kind: what.filter(|_| known).map(|what| what.kind),
            description: what.filter(|_| told).and_then(|what| what.description.clone()),
            noted: NotedView::of(stamp),
        })
    });
    section(shown.collect())
}

/// Remarks of one kind, over the whole path.
pub(super) fn remarks(found: impl Iterator<Item = Option<RemarkView>>) -> Option<Vec<RemarkView>> {
    section(found.flatten().collect())
}
