//! The timeline: what happened, in the order in which it was recorded, each entry as far as a reader may know it.

use serde::Serialize;
use serde_json::Value;

use super::{NotedView, views};
use crate::codes::Role;
use crate::event::{Event, EventKind};
use crate::ids::{EventId, HandoverId};
use crate::path::Stamp;
use crate::path::deadline::{DeadlineEvent, NOTICED_LATE};
use crate::path::lost::LostEvent;
use crate::policy::{Details, Sight};

views! {
    /// An entry of the timeline.
    pub struct TimelineEntryView as "TimelineEntry" {
        pub event_id: EventId,
        /// What happened: the event's type.
        pub r#type: EventKind,
        #[serde(flatten)]
        #[cfg_attr(feature = "schema", graphql(flatten))]
        pub noted: NotedView,
        /// Baken itself recorded it later than it was due, for it was not running then. Absent where it did not.
        pub late: Option<bool>,
        /// The event's fields that the reader may see, by name.
        #[cfg_attr(feature = "schema", schema(value_type = Object))]
        pub details: DetailsView,
    }
}

/// Fields by name, as far as a reader may see them.
#[derive(Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct DetailsView(Value);

#[cfg(feature = "schema")]
#[async_graphql::Scalar(name = "Details")]
impl async_graphql::ScalarType for DetailsView {
    fn parse(_: async_graphql::Value) -> async_graphql::InputValueResult<Self> {
        Err(async_graphql::InputValueError::custom("details are never an input"))
    }

    fn to_value(&self) -> async_graphql::Value {
        async_graphql::Value::from_json(self.0.clone()).unwrap_or_default()
    }
}

/// The entry of one event, if the reader may know that it happened.
#[must_use]
pub fn disclose_entry(sight: &Sight<'_>, stamp: &Stamp, event: &Event) -> Option<TimelineEntryView> {
    if !may_know(sight, stamp, event) {
        return None;
    }
    let mut details = Details::for_reader(sight, stamp);
    event.describe(&mut details);
    Some(TimelineEntryView {
        event_id: stamp.event_id,
        r#type: event.kind(),
        noted: NotedView::of(stamp),
        late: is_late(stamp, event).then_some(true),
        details: DetailsView(Value::Object(details.into_shown())),
    })
}

/// Whether Baken noticed by itself what it did not notice in time: a deadline knows, for it may have become known late;
/// anything else happened when it was due.
fn is_late(stamp: &Stamp, event: &Event) -> bool {
    match event {
        Event::Deadline(DeadlineEvent::DeadlinePassed(passed)) => passed.late,
        _ => stamp.by.role == Role::System && stamp.recorded_at - stamp.occurred.at > NOTICED_LATE,
    }
}

/// Whether the reader may know that it happened at all.
pub(super) fn may_know(sight: &Sight<'_>, stamp: &Stamp, event: &Event) -> bool {
    let (category, depth) = event.tells_of();
    let knows = sight.shows(category, depth, stamp);
    (knows || sight.keeps_own(stamp)) && within_reach(sight, event)
}

/// What is addressed to somebody reaches those it is addressed to, and those who know the case.
fn within_reach(sight: &Sight<'_>, event: &Event) -> bool {
    let path = sight.path();
    match event {
        Event::Repatriation(event) => match event.handover() {
            Some(id) => path.repatriation.handover(id).is_some_and(|handover| sight.sees_handover(handover)),
            None => sight.sees_return_preparation(),
        },
        Event::Lost(event) => {
            let lookout = |id: &crate::ids::LookoutId| {
                path.lost
                    .lookouts
                    .iter()
                    .find(|lookout| lookout.issued.lookout == *id)
                    .is_some_and(|lookout| sight.sees_lookout(lookout))
            };
            let alert = |id: &crate::ids::CareAlertId| {
                path.lost
                    .care_alerts
                    .iter()
                    .find(|alert| alert.filed.alert == *id)
                    .is_some_and(|alert| sight.sees_alert(alert))
            };
            match event {
                LostEvent::WentOutOfSight { .. } | LostEvent::Escalated { .. } => true,
                LostEvent::LookoutIssued(issued) => lookout(&issued.lookout),
                LostEvent::LookoutAcknowledged { lookout: id }
                | LostEvent::LookoutResolved { lookout: id, .. }
                | LostEvent::LookoutExpired { lookout: id } => lookout(id),
                LostEvent::SightingReported(sighting) => lookout(&sighting.lookout),
                LostEvent::CareAlertFiled(filed) => alert(&filed.alert),
                LostEvent::CareAlertAnswered { alert: id, .. } => alert(id),
            }
        }
        Event::Deadline(DeadlineEvent::DeadlinePassed(passed)) => passed.subject.is_none_or(|subject| {
            // Ids are nobody else's: what the subject is not of, it is not hidden by.
            let lookouts = path.lost.lookouts.iter().filter(|lookout| lookout.issued.lookout.0 == subject.0);
            let alerts = path.lost.care_alerts.iter().filter(|alert| alert.filed.alert.0 == subject.0);
            lookouts.into_iter().all(|lookout| sight.sees_lookout(lookout))
                && alerts.into_iter().all(|alert| sight.sees_alert(alert))
                && path
                    .repatriation
                    .handover(HandoverId(subject.0))
                    .is_none_or(|handover| sight.sees_handover(handover))
        }),
        Event::Signal(_)
        | Event::Identity(_)
        | Event::Intake(_)
        | Event::Stay(_)
        | Event::Incident(_)
        | Event::Rights(_)
        | Event::Referral(_)
        | Event::Exception(_)
        | Event::Discharge(_)
        | Event::Case(_)
        | Event::Privacy(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use uuid::Uuid;

    use super::*;
    use crate::actor::Principal;
    use crate::ids::BedId;
    use crate::path::stay::{NoShowRecorded, StayEvent};
    use crate::path::testing::{evening, night_shelter, this_person};
    use crate::time::Occurred;

    #[test]
    fn what_baken_noticed_too_late_says_so_and_what_people_tell_later_does_not() {
        let no_show = NoShowRecorded { bed: BedId(Uuid::from_u128(1)), expected_by: None, bed_held: false };
        let no_show: Event = StayEvent::NoShowRecorded(no_show).into();
        let late = |by: &Principal, minutes| {
            let stamp = Stamp {
                event_id: EventId(Uuid::from_u128(2)),
                person_id: this_person(),
                occurred: Occurred::instant(evening(0)),
                recorded_at: evening(0) + TimeDelta::minutes(minutes),
                by: by.author(),
            };
            is_late(&stamp, &no_show)
        };
        let baken = Principal::baken();
        assert_eq!([late(&baken, 1), late(&baken, 300)], [false, true]);
        assert!(!late(&night_shelter(), 300));
    }
}
