//! The timeline: what happened, in the order in which it was recorded, each entry as far as a reader may know it.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{NotedView, views};
use crate::codes::Role;
use crate::event::{Event, EventKind};
use crate::fact::{Fact, Visitor};
use crate::ids::{EventId, PersonId};
use crate::path::deadline::{DeadlineEvent, NOTICED_LATE};
use crate::path::{Stamp, Uncounted};
use crate::sight::Sight;

views! {
    /// An entry of the timeline.
    pub struct TimelineEntryView as "TimelineEntry" {
        pub event_id: EventId,
        /// What happened: the event's type.
        pub r#type: EventKind,
        #[serde(flatten)]
        pub noted: NotedView,
        /// Baken itself recorded it later than it was due, for it was not running then. Absent where it did not.
        pub late: Option<bool>,
        /// The entry that took it back: it counts for nothing, and is shown struck through.
        pub retracted_by: Option<EventId>,
        /// It counts for nothing, for what it rested on does not, or had been answered before it. Absent where it counts.
        pub overtaken: Option<bool>,
        /// The event's fields that the reader may see, by name.
        #[cfg_attr(feature = "schema", schema(value_type = Object))]
        pub details: DetailsView,
    }
}

/// Fields by name, as far as a reader may see them.
#[derive(Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct DetailsView {
    shown: Value,
    #[serde(skip)]
    why: Vec<String>,
}

/// The fields in which people say why they did something. What else they write has a place of its own in the case file.
const WHY: [&str; 2] = ["explanation", "overbooked"];

impl DetailsView {
    /// A code among them.
    #[must_use]
    pub fn code(&self, field: &str) -> Option<&str> {
        self.shown.get(field)?.as_str()
    }

    /// The parts of a field that has parts, by name.
    pub fn parts(&self, field: &str) -> impl Iterator<Item = (&str, String)> {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let parts = self.shown.get(field).and_then(Value::as_object);
        parts.into_iter().flatten().map(move |(name, value)| (name.as_str(), text(value)))
    }

    /// Why somebody did it, in their own words.
    pub fn why(&self) -> impl Iterator<Item = &str> {
        self.why.iter().map(String::as_str)
    }
}

#[cfg(feature = "schema")]
#[async_graphql::Scalar(name = "Details")]
impl async_graphql::ScalarType for DetailsView {
    fn parse(_: async_graphql::Value) -> async_graphql::InputValueResult<Self> {
        Err(async_graphql::InputValueError::custom("details are never an input"))
    }

    fn to_value(&self) -> async_graphql::Value {
        async_graphql::Value::from_json(self.shown.clone()).unwrap_or_default()
    }
}

impl TimelineEntryView {
    /// The other person whose id it tells: whom this one was linked with, or found not to be.
    #[must_use]
    pub fn other_person(&self) -> Option<PersonId> {
        let told = ["with", "other_person_id"].iter().find_map(|name| self.details.shown.get(name)?.as_str())?;
        told.parse().ok().map(PersonId)
    }
}

/// The entry of one event, if the reader may know that it happened.
#[must_use]
pub fn disclose_entry(sight: &Sight<'_>, stamp: &Stamp, event: &Event) -> Option<TimelineEntryView> {
    if !sight.knows_of(stamp, event) {
        return None;
    }
    let (retracted_by, overtaken) = match sight.path().uncounted(stamp.event_id) {
        None => (None, false),
        Some(Uncounted::Retracted(by)) => (Some(by), false),
        // What overtook it may be hidden from those who see but their own recordings.
        Some(Uncounted::Overtaken) => {
            let (category, depth) = event.tells_of();
            (None, sight.knows(category, depth))
        }
    };
    let mut details = Details { sight, shown: Map::new(), why: Vec::new() };
    event.describe(sight.path().origin(stamp, event), &mut details);
    Some(TimelineEntryView {
        event_id: stamp.event_id,
        r#type: event.kind(),
        noted: NotedView::of(sight, stamp),
        late: is_late(stamp, event).then_some(true),
        retracted_by,
        overtaken: overtaken.then_some(true),
        details: DetailsView { shown: Value::Object(details.shown), why: details.why },
    })
}

/// Collects the facts of one event that a reader is shown.
struct Details<'s, 'p> {
    sight: &'s Sight<'p>,
    shown: Map<String, Value>,
    why: Vec<String>,
}

impl<'a> Visitor<'a> for Details<'_, '_> {
    fn fact<T: Serialize>(&mut self, fact: Fact<'a, T>) {
        let name = fact.label().name;
        // No fact fails to be written: all that events hold is written to the log.
        if let Some(value) = self.sight.show(fact)
            && let Ok(value) = serde_json::to_value(value)
        {
            if let (Value::String(words), true) = (&value, WHY.contains(&name)) {
                self.why.push(words.clone());
            }
            self.shown.insert(name.to_owned(), value);
        }
    }
}

/// Whether Baken noticed by itself what it did not notice in time: a deadline knows, for it may have become known late;
/// anything else happened when it was due.
fn is_late(stamp: &Stamp, event: &Event) -> bool {
    match event {
        Event::Deadline(DeadlineEvent::DeadlinePassed(passed)) => passed.late,
        _ => stamp.by.role == Role::System && stamp.recorded_at - stamp.occurred.at > NOTICED_LATE,
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use uuid::Uuid;

    use super::*;
    use crate::actor::Principal;
    use crate::event::read;
    use crate::path::testing::{evening, night_shelter, this_person};
    use crate::time::Occurred;

    #[test]
    fn what_baken_noticed_too_late_says_so_and_what_people_tell_later_does_not() {
        let no_show = serde_json::json!({ "bed": Uuid::from_u128(1), "bed_held": false });
        let no_show = read("no_show_recorded", 1, no_show).unwrap();
        let late = |by: &Principal, minutes| {
            let stamp = Stamp {
                event_id: EventId(Uuid::from_u128(2)),
                person_id: this_person(),
                occurred: Occurred::instant(evening(0)),
                recorded_at: evening(0) + TimeDelta::minutes(minutes),
                by: by.author(),
                caused_by: None,
                moved: None,
            };
            is_late(&stamp, &no_show)
        };
        let baken = Principal::baken();
        assert_eq!([late(&baken, 1), late(&baken, 300)], [false, true]);
        assert!(!late(&night_shelter(), 300));
    }
}
