//! Whatever a log holds can be folded, looked at by everybody, and waited on: events of every type with the most
//! extreme values that decode, in any order. And many of them cost so much each, and no more.

use std::sync::Arc;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::{Sight, too_late};
use crate::codes::{Code, Precision};
use crate::command::{Context, Decide};
use crate::deadlines::Deadlines;
use crate::event::{Event, EventKind, read, samples};
use crate::ids::{EventId, HandoverId};
use crate::path::matching::{Population, Traits, compare};
use crate::path::random::{everybody, principals};
use crate::path::testing::{evening, norms, this_person};
use crate::path::{CarePath, Stamp, Story};
use crate::private::{MARK, VALUE};
use crate::time::{DateTime, Occurred};
use crate::views::{
    disclose_alerts, disclose_case_file, disclose_document, disclose_entry, disclose_exceptions, disclose_handovers,
    disclose_lookouts, disclose_lost, disclose_match, disclose_notice, disclose_phases, disclose_referrals,
    disclose_summary, disclose_tasks, last_known, progress,
};

const TIMES: [&str; 8] = [
    "+262142-12-31T23:59:59.999999999Z",
    "-262143-01-01T00:00:00Z",
    "+262142-12-31T23:30:00Z",
    "9999-12-31T23:59:59Z",
    "0000-02-29T12:00:00Z",
    "2026-01-10T21:00:00Z",
    "2026-01-11T21:00:00Z",
    "2016-12-31T23:59:60Z",
];
const DATES: [&str; 6] = ["+262142-12-31", "-262143-01-01", "+10000-01-01", "0001-01-01", "2062-02-14", "1975-05-02"];
const NUMBERS: [u64; 5] = [0, 1, 120, u16::MAX as u64, u32::MAX as u64];
const LENGTHS: [usize; 4] = [0, 1, 7, 300];

/// Changes what it finds to something extreme, as the bytes say.
struct Mutation<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Mutation<'_> {
    fn choose<T: Copy>(&mut self, all: &[T]) -> T {
        self.at += 1;
        all[usize::from(self.bytes[self.at % self.bytes.len()]) % all.len()]
    }

    fn change(&mut self, value: &mut Value) {
        match value {
            Value::Object(object) if object.contains_key(MARK) => {
                if self.choose(&[true, false, false, false]) {
                    object.remove(VALUE);
                } else if let Some(value) = object.get_mut(VALUE) {
                    self.change(value);
                }
            }
            Value::Object(object) => object.values_mut().for_each(|each| self.change(each)),
            Value::Array(items) => {
                for each in items.iter_mut() {
                    self.change(each);
                }
                let length = self.choose(&LENGTHS);
                *items = items.iter().cycle().take(length).cloned().collect();
            }
            Value::Number(_) => *value = json!(self.choose(&NUMBERS)),
            Value::String(text) => {
                let changed = if text.parse::<DateTime>().is_ok() {
                    self.choose(&TIMES).to_owned()
                } else if text.parse::<chrono::NaiveDate>().is_ok() {
                    self.choose(&DATES).to_owned()
                } else if Uuid::try_parse(text).is_ok() {
                    // Some are of what there is, and some of nothing.
                    Uuid::from_u128(self.choose(&[1, 2, 3, 4])).to_string()
                } else {
                    return;
                };
                *text = changed;
            }
            Value::Null | Value::Bool(_) => {}
        }
    }
}

/// An event that decodes: with extreme values, or as it was where the changed one does not.
fn extreme(sample: &Event, bytes: &[u8]) -> Event {
    let mut data = sample.data().unwrap();
    Mutation { bytes, at: 0 }.change(&mut data);
    let kind = sample.kind();
    read(kind.name(), kind.version(), data).unwrap_or_else(|_| sample.clone())
}

type Told = Vec<(Arc<Stamp>, Event)>;

fn stamp(number: u128, bytes: &[u8]) -> Arc<Stamp> {
    let mut mutation = Mutation { bytes, at: 1 };
    let by = principals()[mutation.choose(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9])].author();
    let at = mutation.choose(&TIMES).parse().unwrap();
    let precision = mutation.choose(Precision::ALL);
    let recorded_at = mutation.choose(&TIMES).parse().unwrap();
    let event_id = EventId(Uuid::from_u128(0x9000 + number));
    Arc::new(Stamp {
        event_id,
        person_id: this_person(),
        occurred: Occurred { at, precision },
        recorded_at,
        by,
        caused_by: None,
        moved: None,
    })
}

fn histories() -> impl Strategy<Value = Told> {
    let samples = samples().unwrap();
    let bytes = || prop::collection::vec(any::<u8>(), 4..24);
    prop::collection::vec((any::<Index>(), bytes(), bytes()), 1..80).prop_map(move |told| {
        let event = |(number, (which, of_event, of_stamp)): (usize, (Index, Vec<u8>, Vec<u8>))| {
            (stamp(number as u128, &of_stamp), extreme(which.get(&samples), &of_event))
        };
        told.into_iter().enumerate().map(event).collect()
    })
}

/// What the read models derive after each event.
fn derive(path: &CarePath, now: DateTime) {
    let (deadlines, directory) = (Deadlines::default(), everybody());
    let _ = (path.open_tasks(now, &deadlines, &directory), path.timers(&deadlines, &directory));
    let _ = (path.changes_by_itself(now, &deadlines), Traits::of(path).map(|traits| traits.keys()), path.phase());
}

/// All that is shown to everybody, as JSON.
fn show(told: &Told, path: &CarePath, now: DateTime) {
    let (deadlines, directory) = (Deadlines::default(), everybody());
    let tasks = path.open_tasks(now, &deadlines, &directory);
    let likeness = Traits::of(path).and_then(|traits| compare(&traits, &traits, &Population::NOBODY));
    for who in &principals() {
        let Some(sight) = Sight::of(who, path, now, &deadlines, &directory) else { continue };
        let entries = told.iter().filter_map(|(stamp, event)| disclose_entry(&sight, stamp, event));
        let notices = told.iter().filter_map(|(stamp, event)| disclose_notice(&sight, stamp, event, 7));
        let handovers = told.iter().filter_map(|(_, event)| match event {
            Event::Repatriation(event) => event.handover(),
            _ => None,
        });
        let documents = handovers.chain([HandoverId(Uuid::nil())]).filter_map(|id| disclose_document(&sight, id));
        let history = || told.iter().map(|(stamp, event)| (&**stamp, event));
        let last = history().collect::<Vec<_>>().into_iter().rev();
        let shown = json!({
            "alerts": disclose_alerts(&sight),
            "case_file": disclose_case_file(&sight, this_person(), progress(&sight, history()), &[]),
            "documents": documents.collect::<Vec<_>>(),
            "exceptions": disclose_exceptions(&sight),
            "handovers": disclose_handovers(&sight),
            "lookouts": disclose_lookouts(&sight),
            "lost": disclose_lost(&sight, this_person(), &tasks),
            "match": likeness.as_ref().and_then(|like| disclose_match(&sight, &sight, this_person(), like)),
            "notices": notices.collect::<Vec<_>>(),
            "phases": disclose_phases(&sight, told.iter().map(|(stamp, event)| (stamp, event)), path.heard()),
            "referrals": disclose_referrals(&sight),
            "summary": disclose_summary(&sight, this_person(), last_known(&sight, last)),
            "tasks": disclose_tasks(&sight, &tasks, this_person(), &directory),
            "timeline": entries.collect::<Vec<_>>(),
        });
        assert!(shown.is_object());
    }
}

/// Baken does what is due, whatever the clock says.
fn act(path: &CarePath, now: DateTime) {
    let (deadlines, directory, norms, by) =
        (Deadlines::default(), everybody(), norms(), crate::actor::Principal::baken());
    for timer in path.timers(&deadlines, &directory) {
        assert!(!timer.key().is_empty());
        let (occurred, id) = (Occurred::instant(timer.due), Uuid::nil());
        let context = Context {
            now,
            occurred,
            by: &by,
            person_id: this_person(),
            members: &[],
            id,
            directory: &directory,
            figures: &crate::figures::Figures::default(),
            is_full: false,
            deadlines: &deadlines,
            norms: &norms,
            nobody: false,
        };
        let _ = too_late(&by, &timer.command(), path, now);
        let _ = timer.command().decide((), path, &context);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn whatever_a_log_holds_can_be_folded_shown_and_waited_on(told in histories()) {
        let mut story = Story::default();
        for (stamp, event) in &told {
            story.tell(stamp.clone(), event.clone());
            derive(&story.path, stamp.recorded_at);
        }
        let path = story.path;
        for now in [DateTime::MIN_UTC, evening(3), DateTime::MAX_UTC] {
            derive(&path, now);
            show(&told, &path, now);
            act(&path, now);
        }
        // What was read is written as it was, and read again.
        for (_, event) in &told {
            let (kind, data) = (event.kind(), event.data().unwrap());
            prop_assert_eq!(&read(kind.name(), kind.version(), data).unwrap(), event);
        }
    }
}

#[test]
fn most_extreme_values_decode_so_that_they_are_tried() {
    let samples = samples().unwrap();
    let changed =
        samples.iter().filter(|sample| (0..8_u8).any(|byte| extreme(sample, &[byte, 255 - byte, 3]) != **sample));
    let bare = samples.iter().filter(|sample| sample.data().unwrap().as_object().is_none_or(serde_json::Map::is_empty));
    assert!(changed.count() > (samples.len() - bare.count()) * 3 / 4);
}

/// A path that somebody follows, on which each of these events happened so many times, a minute apart, about things of
/// their own.
fn long(of_each: &[Event], times: u32) -> (Told, CarePath) {
    let mut told = Told::new();
    let first = samples().unwrap().into_iter().find(|sample| sample.kind() == EventKind::SignalReceived);
    let repeated = (0..times).flat_map(|time| of_each.iter().map(move |each| (time, each)));
    let all = first.iter().map(|first| (0, first)).chain(repeated);
    for (time, sample) in all {
        let (kind, mut data) = (sample.kind(), sample.data().unwrap());
        number_ids(&mut data, time);
        let event = read(kind.name(), kind.version(), data).unwrap();
        let number = u128::from(told.len() as u64);
        let at = evening(0) + chrono::TimeDelta::minutes(i64::try_from(number).unwrap());
        let by = principals()[usize::try_from(time).unwrap() % 10].author();
        let (event_id, occurred) = (EventId(Uuid::from_u128(0x9000 + number)), Occurred::instant(at));
        told.push((
            Arc::new(Stamp {
                event_id,
                person_id: this_person(),
                occurred,
                recorded_at: at,
                by,
                caused_by: None,
                moved: None,
            }),
            event,
        ));
    }
    let path = CarePath::fold(told.iter().map(|(stamp, event)| (stamp, event)));
    (told, path)
}

fn number_ids(value: &mut Value, time: u32) {
    match value {
        Value::Object(object) => object.values_mut().for_each(|each| number_ids(each, time)),
        Value::Array(items) => items.iter_mut().for_each(|each| number_ids(each, time)),
        Value::String(text) => {
            if let Ok(id) = Uuid::try_parse(text) {
                *text = Uuid::from_u128(id.as_u128() ^ u128::from(time)).to_string();
            } else if text.contains(' ') && text.len() < 150 {
                *text = format!("{text} {time}");
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// How long this thread has had a processor, where the system says so: others that run meanwhile make nothing slower.
fn on_processor() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    told.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

/// How long it takes to derive what waits after one more event.
fn cost(path: &CarePath) -> Duration {
    let (begun, before) = (Instant::now(), on_processor());
    derive(path, evening(9));
    before.zip(on_processor()).map_or_else(|| begun.elapsed(), |(before, after)| after.saturating_sub(before))
}

/// Of every type of event but those that end everything.
fn lasting() -> Vec<Event> {
    let ends = ["death_recorded", "subject_erased", "case_closed", "departed", "arrival_confirmed"];
    samples().unwrap().into_iter().filter(|sample| !ends.contains(&sample.kind().name())).collect()
}

#[test]
fn many_events_of_one_type_or_of_all_cost_so_much_each_and_no_more() {
    const GENEROUS: Duration = Duration::from_secs(2);
    for sample in samples().unwrap() {
        let (_, path) = long(std::slice::from_ref(&sample), 2_000);
        let cost = cost(&path);
        assert!(cost < GENEROUS, "{}: {cost:?}", sample.kind());
    }
    let (_, path) = long(&lasting(), 200);
    let cost = cost(&path);
    assert!(cost < GENEROUS, "all: {cost:?}");
}

#[test]
#[ignore = "measures: run it in release with --nocapture"]
fn what_one_more_event_costs_on_a_path_of_five_thousand_of_each() {
    for sample in samples().unwrap() {
        let (_, path) = long(std::slice::from_ref(&sample), 5_000);
        println!("{:>10.3?} {}", cost(&path), sample.kind());
    }
    for times in [50, 500] {
        let (told, path) = long(&lasting(), times);
        println!("{:>10.3?} all, {} events", cost(&path), told.len());
    }
}
