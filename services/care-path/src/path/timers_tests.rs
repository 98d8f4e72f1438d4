use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::TimeDelta;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use uuid::Uuid;

use super::*;
use crate::actor::Principal;
use crate::codes::Role;
use crate::event::Event;
use crate::path::Story;
use crate::path::deadline::DeadlineEvent;
use crate::path::lost::LostEvent;
use crate::path::random::{everybody, histories};
use crate::path::stay::{BedAssigned, NoShowRecorded, StayEvent};
use crate::path::testing::*;

/// What a timer's event is the one of: no two may be the same.
fn fired(event: &Event, stamp: &Stamp) -> Option<String> {
    match event {
        Event::Deadline(DeadlineEvent::DeadlinePassed(passed)) => {
            Some(format!("{:?} {:?} {} {}", passed.task.kind(), passed.subject, passed.cause, passed.round))
        }
        Event::Stay(StayEvent::NoShowRecorded(no_show)) => Some(format!("{} {:?}", no_show.bed, no_show.expected_by)),
        Event::Lost(LostEvent::LookoutExpired(expired)) => Some(expired.lookout.to_string()),
        Event::Lost(LostEvent::LookoutEnded(ended)) => Some(format!("{} {:?}", ended.lookout, stamp.caused_by)),
        Event::Lost(LostEvent::CareAlertEnded(ended)) => Some(format!("{} {:?}", ended.alert, stamp.caused_by)),
        Event::Lost(LostEvent::WentOutOfSight(lost)) => Some(format!("{} {}", lost.episode, stamp.recorded_at)),
        _ => None,
    }
}

/// Whether a timer is the one that fired.
fn is_of(timer: &Timer, event: &Event) -> bool {
    match (timer.what, event) {
        (TimerKind::OutOfSight, Event::Lost(LostEvent::WentOutOfSight { .. })) => true,
        (TimerKind::LookoutExpires(expires), Event::Lost(LostEvent::LookoutExpired(event))) => expires == event.lookout,
        (TimerKind::LookoutEnds(ends), Event::Lost(LostEvent::LookoutEnded(event))) => ends == event.lookout,
        (TimerKind::CareAlertEnds(ends), Event::Lost(LostEvent::CareAlertEnded(event))) => ends == event.alert,
        (TimerKind::NoShow { bed, expected_by }, Event::Stay(StayEvent::NoShowRecorded(no_show))) => {
            no_show.bed == bed && no_show.expected_by == Some(expected_by)
        }
        (TimerKind::Deadline { task, subject, round }, Event::Deadline(DeadlineEvent::DeadlinePassed(passed))) => {
            let passed_for = (passed.task.kind(), passed.subject, passed.round, passed.cause);
            passed_for == (Some(task), subject, round, timer.cause)
        }
        _ => false,
    }
}

/// The first event of those that a timer's command records; what follows from it comes with it.
fn begins(event: &Event) -> bool {
    matches!(
        event,
        Event::Deadline(_)
            | Event::Stay(StayEvent::NoShowRecorded(_))
            | Event::Lost(
                LostEvent::LookoutExpired { .. }
                    | LostEvent::WentOutOfSight { .. }
                    | LostEvent::LookoutEnded { .. }
                    | LostEvent::CareAlertEnded { .. }
            )
    )
}

proptest! {
    /// Baken stops and starts again at random in these histories, and knows nothing then but what was recorded.
    #[test]
    fn every_deadline_fires_once_when_it_is_due_or_is_overtaken_by_something_recorded(history in histories()) {
        let (deadlines, directory) = (Deadlines::default(), everybody());
        let (mut story, mut once) = (Story::default(), BTreeSet::new());
        let mut pending: Vec<Timer> = Vec::new();
        for (stamp, event) in history.iter() {
            let by_watch = stamp.by == Principal::baken().author() && begins(event);
            if by_watch {
                let timer = pending.iter().find(|timer| is_of(timer, event));
                let due = timer.map(|timer| timer.due);
                prop_assert_eq!(due, Some(stamp.occurred.at), "{} fires and is not due", event.kind());
                prop_assert!(stamp.recorded_at >= stamp.occurred.at, "{} fires before it is due", event.kind());
                let first = fired(event, stamp).is_some_and(|fired| once.insert(fired));
                prop_assert!(first, "{} fires twice", event.kind());
            }
            story.tell(stamp.clone(), event.clone());
            let next = story.path.timers(&deadlines, &directory);
            // Between two events time alone overtakes nothing: what is not fired is not there because of this event.
            let gone = pending.iter().filter(|timer| !next.iter().any(|other| other.key() == timer.key()));
            if by_watch && !matches!(event, Event::Lost(LostEvent::WentOutOfSight { .. })) {
                for timer in gone {
                    prop_assert!(is_of(timer, event) || overtakes(event, timer), "{timer:?} is lost with {}", event.kind());
                }
            }
            pending = next;
        }
        prop_assert!(pending.iter().all(|timer| timer.due > history.now), "something due is left");
    }

    #[test]
    fn timers_are_the_same_after_a_restart(history in histories(), stop in any::<prop::sample::Index>()) {
        let events = &history.events[..stop.index(history.events.len())];
        let mut lived = Story::default();
        for (stamp, event) in events {
            lived.tell(stamp.clone(), event.clone());
        }
        let started = CarePath::fold(events.iter().map(|(stamp, event)| (stamp, event)));
        let timers = |path: &CarePath| path.timers(&Deadlines::default(), &everybody());
        prop_assert_eq!(timers(&lived.path), timers(&started));
    }
}

/// What the watch itself overtakes: a no-show that an evening had before it, and what comes of not having come. A later bed has
/// begun with it, and the one before is no more to be looked at.
fn overtakes(event: &Event, timer: &Timer) -> bool {
    let traced = matches!(timer.what, TimerKind::Deadline { task: TaskKind::TraceNoShow | TaskKind::ReviewStay, .. });
    matches!(event, Event::Stay(StayEvent::NoShowRecorded(_)))
        && (traced || matches!(timer.what, TimerKind::OutOfSight | TimerKind::NoShow { .. }))
}

/// A path with a bed, of whose person a worker recorded that they did not come.
fn missed(vulnerable: bool) -> CarePath {
    let bed = BedId(Uuid::from_u128(7));
    let assigned = BedAssigned {
        bed,
        organisation: night_shelter().organisation,
        facility: None,
        kind: crate::codes::LocationType::NightShelterEu,
        from: evening(0),
        until: None,
        expected_by: None,
        overbooked: None,
    };
    let no_show = NoShowRecorded { bed, expected_by: None, bed_held: false };
    let signal = if vulnerable { confused() } else { signalled() };
    let mut story = Story::default();
    let events =
        [(0, signal), (0, StayEvent::BedAssigned(assigned).into()), (1, StayEvent::NoShowRecorded(no_show).into())];
    for (id, (day, event)) in (1..).zip(events) {
        let stamp = Stamp {
            event_id: EventId(Uuid::from_u128(id)),
            person_id: this_person(),
            occurred: crate::time::Occurred::instant(evening(day)),
            recorded_at: evening(day),
            by: night_shelter().author(),
            caused_by: None,
            moved: None,
        };
        story.tell(Arc::new(stamp), event);
    }
    story.path
}

fn out_of_sight(path: &CarePath) -> Option<DateTime> {
    let timers = path.timers(&Deadlines::default(), &directory());
    timers.iter().find(|timer| timer.what == TimerKind::OutOfSight).map(|timer| timer.due)
}

#[test]
fn who_did_not_come_counts_as_out_of_sight_a_day_later_and_sooner_at_risk() {
    assert_eq!(out_of_sight(&missed(false)), Some(evening(2)));
    assert_eq!(out_of_sight(&missed(true)), Some(evening(1) + TimeDelta::hours(6)), "vulnerable and confused");
}

#[test]
fn baken_says_of_nobody_that_they_are_out_of_sight_or_did_not_come_before_it_is_so() {
    let baken = || given([signalled()]).when(a_bed()).by(Principal::baken());
    baken().and(MarkOutOfSight {}).then_err(crate::path::lost::LostRefusal::NotMissed);
    let no_show = RecordNoShow { bed_id: Some(BedId(id_of_command(0))) };
    baken().and(no_show).then_err(crate::path::stay::StayRefusal::NotExpected);
    assert_eq!(Principal::baken().actor.role(), Role::System);
}

#[test]
fn timers_of_the_same_thing_have_the_same_key_whenever_they_are_due() {
    let path = missed(false);
    let keys = |deadlines: &Deadlines| -> Vec<_> {
        let mut keys: Vec<_> = path.timers(deadlines, &directory()).iter().map(Timer::key).collect();
        keys.sort();
        keys
    };
    let patient = Deadlines { out_of_sight_hours: 48, review_days: 9, ..Deadlines::default() };
    assert_eq!(keys(&Deadlines::default()), keys(&patient));
    let distinct: BTreeSet<_> = keys(&patient).into_iter().collect();
    assert_eq!(distinct.len(), keys(&patient).len());
}

#[test]
fn in_the_random_histories_everything_fires_that_can() {
    let mut runner = TestRunner::deterministic();
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..400 {
        let history = histories().new_tree(&mut runner).unwrap().current();
        for (stamp, event) in history.iter().filter(|(stamp, event)| stamp.by.role == Role::System && begins(event)) {
            let task = match event {
                Event::Deadline(DeadlineEvent::DeadlinePassed(passed)) => passed.task.kind().map(Code::code),
                _ => None,
            };
            assert!(stamp.recorded_at >= stamp.occurred.at);
            *found.entry(task.unwrap_or(event.kind().name()).to_owned()).or_default() += 1;
        }
    }
    for kind in ["no_show_recorded", "went_out_of_sight", "lookout_expired", "weekly_review", "acknowledge_handover"] {
        assert!(found.get(kind).is_some_and(|times| *times > 9), "{kind} hardly ever fires: {found:?}");
    }
    assert!(found.len() > 18, "{found:?}");
}
