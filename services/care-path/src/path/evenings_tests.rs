use chrono::NaiveDate;
use uuid::Uuid;

use super::*;
use crate::codes::{
    AttendanceStatus, CloseReason, DischargeEndReason, GuestState, IncidentKind, LocationType, OrgKind, Precision,
    RetractReason, Severity,
};
use crate::directory::Organisation;
use crate::event::Event;
use crate::ids::EventId;
use crate::path::Story;
use crate::path::case::{CaseClosed, CaseEvent, DeathRecorded};
use crate::path::correction::{CorrectionEvent, EntryRetracted};
use crate::path::discharge::{DischargeAnnounced, DischargeCalledOff, DischargeEvent, DischargedTo};
use crate::path::exception::{ExceptionEvent, ExceptionGranted, ExceptionRequested};
use crate::path::identity::{IdentityEvent, PersonsUnlinked};
use crate::path::incident::{Incident, IncidentEvent, IncidentObserved, What};
use crate::path::lost::{LostEvent, WentOutOfSight};
use crate::path::signal::{ContactMade, SignalEvent};
use crate::path::stay::{AttendanceRecorded, BedAssigned, BedReleased, NoShowRecorded, StayEvent};
use crate::path::testing::{a_facility, an_organisation, confused, night_shelter, signalled, this_person};
use crate::time::Occurred;

const BED: BedId = BedId(Uuid::from_u128(7));

fn at(text: &str) -> DateTime {
    text.parse().unwrap()
}

/// A night shelter where people are expected by that time.
fn shelter(cut_off: &str) -> Directory {
    let mut beds = a_facility("beds", LocationType::NightShelterEu, "23:00");
    beds.profile.cut_off = cut_off.parse().ok();
    let shelter = an_organisation(night_shelter().organisation.as_str(), OrgKind::NightShelter, None);
    [Organisation { facilities: vec![beds], ..shelter }].into_iter().collect()
}

/// A path that is told as it happens.
struct Told {
    story: Story,
    events: u128,
}

impl Told {
    fn new(first: &Event, when: &str) -> Self {
        Self { story: Story::default(), events: 0 }.then(when, first)
    }

    fn then(self, when: &str, event: &Event) -> Self {
        self.told(when, when, Precision::Instant, event)
    }

    fn told(mut self, when: &str, told: &str, precision: Precision, event: &Event) -> Self {
        self.events += 1;
        let stamp = Stamp {
            event_id: EventId(Uuid::from_u128(self.events)),
            person_id: this_person(),
            occurred: Occurred { at: at(when), precision },
            recorded_at: at(told),
            by: night_shelter().author(),
            caused_by: None,
            moved: None,
        };
        self.story.tell(Arc::new(stamp), event.clone());
        self
    }

    /// Baken records it, for that event.
    fn because_of(mut self, cause: u128, when: &str, event: &Event) -> Self {
        self.events += 1;
        let stamp = Stamp {
            event_id: EventId(Uuid::from_u128(self.events)),
            person_id: this_person(),
            occurred: Occurred::instant(at(when)),
            recorded_at: at(when),
            by: crate::actor::Principal::baken().author(),
            caused_by: Some(EventId(Uuid::from_u128(cause))),
            moved: None,
        };
        self.story.tell(Arc::new(stamp), event.clone());
        self
    }

    /// When the person counts as not come next.
    fn due(&self, cut_off: &str) -> Option<String> {
        let evenings = self.story.path.evenings(&Deadlines::default(), &shelter(cut_off));
        evenings.first().map(|evening| evening.due.to_rfc3339())
    }

    /// The next evenings on which nobody comes, as the watch records them.
    fn missed_evenings<const N: usize>(mut self, cut_off: &str) -> [String; N] {
        std::array::from_fn(|_| {
            let due = self.due(cut_off).unwrap();
            let story = std::mem::take(&mut self.story);
            let told = Self { story, events: self.events }.then(&due, &no_show());
            self = told;
            due
        })
    }
}

fn bed(from: &str, expected_by: Option<&str>) -> Event {
    let assigned = BedAssigned {
        bed: BED,
        organisation: night_shelter().organisation,
        facility: Some("beds".parse().unwrap()),
        kind: LocationType::NightShelterEu,
        from: at(from),
        until: None,
        expected_by: expected_by.map(at),
        overbooked: None,
    };
    StayEvent::BedAssigned(assigned).into()
}

/// A request to keep the bed for longer.
fn asks_to_stay() -> ExceptionRequested {
    ExceptionRequested {
        exception: crate::ids::ExceptionId(Uuid::from_u128(9)),
        kind: crate::codes::ExceptionKind::LongerNightStay,
        bed: Some(BED),
        until: None,
        reason: "he is ill".parse::<crate::text::Text>().unwrap().into(),
    }
}

/// It is granted until a time.
fn may_stay(until: &str) -> ExceptionGranted {
    let ExceptionRequested { exception, reason, .. } = asks_to_stay();
    ExceptionGranted { exception, reason, expires_at: Some(at(until)) }
}

fn no_show() -> Event {
    StayEvent::NoShowRecorded(NoShowRecorded { bed: BED, expected_by: None, bed_held: true }).into()
}

fn attended() -> Event {
    let attendance = AttendanceRecorded { bed: Some(BED), status: AttendanceStatus::Present, location_type: None };
    StayEvent::AttendanceRecorded(attendance).into()
}

fn left() -> Event {
    let attendance = AttendanceRecorded { bed: Some(BED), status: AttendanceStatus::Left, location_type: None };
    StayEvent::AttendanceRecorded(attendance).into()
}

fn taken_in() -> Event {
    let given = crate::path::testing::given([signalled()]).when(crate::path::intake::RecordIntake::default());
    given.last_event()
}

fn met() -> Event {
    let contact = ContactMade {
        location_type: None,
        location: None,
        language: None,
        summary: None,
        observations: None,
        problems: crate::path::Problems::default(),
    };
    SignalEvent::ContactMade(contact).into()
}

/// Somebody with a bed since noon of a day.
fn sheltered(day: &str) -> Told {
    let noon = format!("{day}T11:00:00Z");
    Told::new(&signalled(), &noon).then(&noon, &bed(&noon, None))
}

#[test]
fn in_the_nights_of_the_clock_change_the_cut_off_is_at_its_local_time() {
    // Grace 60 minutes: midnight in Amsterdam, in winter 23:00 UTC and in summer 22:00.
    assert_eq!(
        sheltered("2026-03-27").missed_evenings("23:00"),
        ["2026-03-27T23:00:00+00:00", "2026-03-28T23:00:00+00:00", "2026-03-29T22:00:00+00:00"]
    );
    assert_eq!(
        sheltered("2026-10-23").missed_evenings("23:00"),
        ["2026-10-23T22:00:00+00:00", "2026-10-24T22:00:00+00:00", "2026-10-25T23:00:00+00:00"]
    );
}

#[test]
fn a_cut_off_in_the_hour_that_is_skipped_is_the_hour_after_and_one_shown_twice_the_first() {
    assert_eq!(
        sheltered("2026-03-27").missed_evenings("02:30"),
        ["2026-03-28T02:30:00+00:00", "2026-03-29T02:30:00+00:00", "2026-03-30T01:30:00+00:00"]
    );
    assert_eq!(
        sheltered("2026-10-23").missed_evenings("02:30"),
        ["2026-10-24T01:30:00+00:00", "2026-10-25T01:30:00+00:00", "2026-10-26T02:30:00+00:00"]
    );
}

#[test]
fn every_evening_of_a_year_has_one_no_show_at_midnight() {
    let due: [String; 365] = sheltered("2026-01-01").missed_evenings("23:00");
    let local: Vec<_> = due.iter().map(|due| at(due).with_timezone(&chrono_tz::Europe::Amsterdam)).collect();
    assert!(local.iter().all(|due| due.format("%H:%M").to_string() == "00:00"), "{local:?}");
    let days: Vec<NaiveDate> = local.iter().map(chrono::DateTime::date_naive).collect();
    assert!(days.is_sorted_by(|one, next| one.succ_opt() == Some(*next)));
}

#[test]
fn on_the_first_evening_somebody_is_expected_when_the_stay_says_and_then_by_the_cut_off() {
    let noon = "2026-01-12T11:00:00Z";
    let told = Told::new(&signalled(), noon).then(noon, &bed(noon, Some("2026-01-12T19:00:00Z")));
    assert_eq!(told.missed_evenings("23:00"), ["2026-01-12T20:00:00+00:00", "2026-01-13T23:00:00+00:00"]);
}

#[test]
fn the_grace_is_shorter_for_somebody_at_risk() {
    let noon = "2026-01-12T11:00:00Z";
    let told = Told::new(&confused(), noon).then(noon, &bed(noon, None));
    assert_eq!(told.due("23:00").unwrap(), "2026-01-12T22:15:00+00:00");
}

#[test]
fn who_came_that_evening_is_expected_the_next_and_who_was_met_elsewhere_before_the_time_may_still_not_come() {
    let after = |when: &str, event| sheltered("2026-01-12").then(when, &event).due("23:00").unwrap();
    assert_eq!(after("2026-01-12T20:00:00Z", attended()), "2026-01-13T23:00:00+00:00");
    assert_eq!(after("2026-01-12T20:00:00Z", met()), "2026-01-12T23:00:00+00:00");
    assert_eq!(after("2026-01-12T22:10:00Z", met()), "2026-01-13T23:00:00+00:00", "it is known where they are tonight");
}

#[test]
fn who_was_at_the_place_earlier_that_day_or_left_it_may_not_come_in_the_evening() {
    let told = |events: &[(&str, Event)]| {
        let told = events.iter().fold(sheltered("2026-01-12"), |told, (when, event)| told.then(when, event));
        told.due("23:00").unwrap()
    };
    let tonight = "2026-01-12T23:00:00+00:00";
    assert_eq!(told(&[("2026-01-12T13:00:00Z", attended())]), tonight);
    assert_eq!(told(&[("2026-01-12T13:00:00Z", taken_in())]), tonight);
    assert_eq!(told(&[("2026-01-12T20:00:00Z", attended()), ("2026-01-12T21:00:00Z", left())]), tonight);
    assert_eq!(told(&[("2026-01-12T22:30:00Z", left())]), tonight);
    assert_ne!(told(&[("2026-01-12T20:00:00Z", taken_in())]), tonight);
    assert_ne!(told(&[("2026-01-12T20:00:00Z", left()), ("2026-01-12T21:00:00Z", attended())]), tonight);
}

#[test]
fn the_list_of_an_evening_and_the_watch_agree_on_who_has_come() {
    let deadlines = Deadlines::default();
    for cut_off in ["18:30", "21:00", "22:30", "23:00", "23:30", "23:59", "00:30", "02:00"] {
        let directory = shelter(cut_off);
        for minutes in (0..11 * 60).step_by(10) {
            let came = at("2026-01-12T11:00:00Z") + chrono::TimeDelta::minutes(minutes);
            let told = sheltered("2026-01-12").then(&came.to_rfc3339(), &attended());
            let evenings = told.story.path.evenings(&deadlines, &directory);
            let Some(missed) = evenings.first().map(|evening| evening.due) else { panic!("{cut_off}") };
            // Said to be there after they were missed, they have come as well.
            if missed < came {
                continue;
            }
            let night = Night::of(came);
            let state = told.story.path.guests(night, came, &deadlines, &directory).next().map(|guest| guest.state);
            let is_missed = Night::of(missed) == night;
            let expected = if is_missed { GuestState::Expected } else { GuestState::Arrived };
            assert_eq!(state, Some(expected), "{cut_off}, there at {came}");
            // What Baken recorded all the same is overtaken.
            let late = told.then(&missed.to_rfc3339(), &no_show());
            let counts = late.story.path.stays.iter().any(|stay| !stay.no_shows.is_empty());
            assert!(counts || !is_missed, "{cut_off}, there at {came}");
        }
    }
}

#[test]
fn an_evening_begins_at_five_or_five_hours_before_people_are_expected() {
    let missed = |cut_off: &str, came: &str| {
        let told = sheltered("2026-01-12").then(came, &attended());
        told.due(cut_off).is_some_and(|due| due.as_str() < "2026-01-13T12:00:00+00:00")
    };
    assert!(missed("23:30", "2026-01-12T15:59:00Z") && !missed("23:30", "2026-01-12T16:00:00Z"));
    assert!(missed("23:59", "2026-01-12T15:59:00Z") && !missed("23:59", "2026-01-12T17:30:00Z"));
    assert!(missed("02:00", "2026-01-12T15:59:00Z") && !missed("02:00", "2026-01-12T16:00:00Z"));
    assert!(missed("21:00", "2026-01-12T14:59:00Z") && !missed("21:00", "2026-01-12T15:00:00Z"));
}

#[test]
fn where_nobody_said_by_when_people_are_expected_it_is_midnight_where_they_sleep_by_the_night() {
    let mut directory = shelter("unsaid");
    assert_eq!(directory.all().next().unwrap().facilities[0].cut_off, None);
    let told = sheltered("2026-01-12");
    let due = |directory: &Directory| {
        let evenings = told.story.path.evenings(&Deadlines::default(), directory);
        evenings.first().map(|evening| evening.expected_by)
    };
    assert_eq!(due(&directory), Some(at("2026-01-12T23:00:00Z")));
    let mut hospital = directory.all().next().unwrap().clone();
    hospital.facilities[0].profile.location_type = LocationType::Hospital;
    directory = [hospital].into_iter().collect();
    assert_eq!(due(&directory), None, "a hospital keeps its patients");
}

#[test]
fn an_attendance_of_the_evening_that_is_told_late_undoes_what_followed_from_the_no_show_alone() {
    let gone = LostEvent::WentOutOfSight(WentOutOfSight { episode: 1 }).into();
    let missed = || {
        let missed = sheltered("2026-01-12").then("2026-01-12T23:00:00Z", &no_show());
        missed.because_of(3, "2026-01-13T12:00:00Z", &gone)
    };
    assert!(missed().story.path.is_out_of_sight());
    for came in ["2026-01-12T21:50:00Z", "2026-01-12T23:10:00Z"] {
        let told = missed().told(came, "2026-01-13T14:00:00Z", Precision::Instant, &attended());
        assert!(told.story.path.lost.episodes.is_empty(), "{came}");
        assert_eq!(told.story.path.vanishing(&Deadlines::default()).map(|vanishing| vanishing.due), None);
    }
    // Who was seen only after they counted as out of sight was out of sight until then.
    let found = missed().told("2026-01-13T13:00:00Z", "2026-01-13T14:00:00Z", Precision::Instant, &attended());
    assert_eq!((found.story.path.lost.episodes.len(), found.story.path.is_out_of_sight()), (1, false));
}

#[test]
fn who_was_met_at_noon_may_still_not_come_in_the_evening() {
    let told = sheltered("2026-01-12").then("2026-01-12T12:30:00Z", &met());
    assert_eq!(told.due("23:00").unwrap(), "2026-01-12T23:00:00+00:00");
}

#[test]
fn a_time_that_is_not_precise_may_have_been_in_the_evening_but_a_night_ends_in_the_morning() {
    let told = |precision| {
        let told = sheltered("2026-01-12").told("2026-01-13T02:30:00Z", "2026-01-13T08:00:00Z", precision, &met());
        told.due("23:00").unwrap()
    };
    assert_eq!(told(Precision::Night), "2026-01-13T23:00:00+00:00");
    assert_eq!(told(Precision::Approximate), "2026-01-14T23:00:00+00:00");
}

#[test]
fn nobody_is_missed_on_an_evening_before_baken_knew_of_the_bed() {
    let told = Told::new(&signalled(), "2026-01-20T11:00:00Z").told(
        "2026-01-12T11:00:00Z",
        "2026-01-20T11:00:00Z",
        Precision::Instant,
        &bed("2026-01-12T11:00:00Z", Some("2026-01-12T19:00:00Z")),
    );
    assert_eq!(told.due("23:00").unwrap(), "2026-01-20T23:00:00+00:00");
}

#[test]
fn a_bed_without_a_named_place_is_watched_as_one_in_the_only_place_of_its_kind() {
    let Event::Stay(StayEvent::BedAssigned(mut assigned)) = bed("2026-01-12T11:00:00Z", None) else { unreachable!() };
    assigned.facility = None;
    let told = Told::new(&signalled(), "2026-01-12T11:00:00Z")
        .then("2026-01-12T11:00:00Z", &StayEvent::BedAssigned(assigned).into());
    assert_eq!(told.due("23:00"), sheltered("2026-01-12").due("23:00"));
    let mut two = shelter("23:00").find(&night_shelter().organisation).unwrap().clone();
    two.facilities.push(a_facility("annex", LocationType::NightShelterEu, "22:00"));
    let directory: Directory = [two].into_iter().collect();
    assert!(told.story.path.evenings(&Deadlines::default(), &directory).is_empty(), "nobody knows in which of the two");
}

#[test]
fn nobody_is_expected_who_is_out_of_sight_or_whose_bed_is_gone() {
    let out_of_sight = LostEvent::WentOutOfSight(WentOutOfSight { episode: 1 });
    assert_eq!(sheltered("2026-01-12").then("2026-01-12T15:00:00Z", &out_of_sight.into()).due("23:00"), None);
    let reason = BedReleaseReason::Ended;
    let released = StayEvent::BedReleased(BedReleased { bed: BED, reason, explanation: None });
    assert_eq!(sheltered("2026-01-12").then("2026-01-12T15:00:00Z", &released.into()).due("23:00"), None);
}

#[test]
fn whoever_was_heard_of_since_or_given_another_bed_or_said_why_is_not_out_of_sight() {
    let missed = || sheltered("2026-01-12").then("2026-01-12T23:00:00Z", &no_show());
    let vanishes = |told: &Told| told.story.path.vanishing(&Deadlines::default()).map(|vanishing| vanishing.due);
    assert_eq!(vanishes(&missed()), Some(at("2026-01-13T23:00:00Z")));
    assert_eq!(vanishes(&missed().then("2026-01-12T23:30:00Z", &met())), None);
    assert_eq!(vanishes(&missed().then("2026-01-13T10:00:00Z", &bed("2026-01-13T10:00:00Z", None))), None);
    let released = |reason| StayEvent::BedReleased(BedReleased { bed: BED, reason, explanation: None }).into();
    assert_eq!(vanishes(&missed().then("2026-01-13T10:00:00Z", &released(BedReleaseReason::OwnChoice))), None);
    let given_away = missed().then("2026-01-13T10:00:00Z", &released(BedReleaseReason::NoShow));
    assert_eq!(vanishes(&given_away), Some(at("2026-01-13T23:00:00Z")));
}

#[test]
fn who_may_stay_longer_is_expected_until_the_end_that_moved() {
    let asked = asks_to_stay();
    let granted = may_stay("2026-01-14T12:00:00Z");
    let Event::Stay(StayEvent::BedAssigned(mut assigned)) = bed("2026-01-10T11:00:00Z", None) else { unreachable!() };
    assigned.until = Some(at("2026-01-12T12:00:00Z"));
    let until_the_twelfth = || {
        Told::new(&signalled(), "2026-01-10T11:00:00Z")
            .then("2026-01-10T11:00:00Z", &StayEvent::BedAssigned(assigned.clone()).into())
            .then("2026-01-11T21:00:00Z", &attended())
            .then("2026-01-11T23:30:00Z", &attended())
    };
    let requested =
        || until_the_twelfth().then("2026-01-12T09:00:00Z", &ExceptionEvent::ExceptionRequested(asked.clone()).into());
    assert_eq!(until_the_twelfth().due("23:00"), None);
    // Until somebody decides the bed is held for them.
    assert_eq!(requested().due("23:00").as_deref(), Some("2026-01-12T23:00:00+00:00"));
    let denied = crate::path::exception::ExceptionDenied { exception: asked.exception, reason: asked.reason.clone() };
    let denied = requested().then("2026-01-12T10:00:00Z", &ExceptionEvent::ExceptionDenied(denied).into());
    assert_eq!(denied.due("23:00"), None);
    let longer = requested().then("2026-01-12T10:00:00Z", &ExceptionEvent::ExceptionGranted(granted).into());
    assert_eq!(longer.due("23:00").as_deref(), Some("2026-01-12T23:00:00+00:00"));
    let [_, second] = longer.missed_evenings("23:00");
    assert_eq!(second, "2026-01-13T23:00:00+00:00");
}

#[test]
fn who_comes_on_no_evening_is_missed_from_the_first_of_them() {
    let out_of_sight = |told: &Told| told.story.path.vanishing(&Deadlines::default()).map(|lost| lost.due.to_rfc3339());
    let missed = || {
        let bed = Told::new(&signalled(), "2026-03-01T12:00:00Z")
            .then("2026-03-01T18:00:00Z", &bed("2026-03-01T18:00:00Z", None));
        bed.then("2026-03-01T23:00:00Z", &no_show())
    };
    let lost = Some("2026-03-02T23:00:00+00:00".to_owned());
    assert_eq!(out_of_sight(&missed()), lost);
    let again = || missed().then("2026-03-02T22:59:00Z", &no_show());
    assert_eq!(out_of_sight(&again()), lost, "that they stay away again makes it no later");
    assert_eq!(out_of_sight(&again().then("2026-03-03T23:00:00Z", &no_show())), lost);
    // Heard of in between, they are missed from the next evening on.
    let heard = missed().then("2026-03-02T12:00:00Z", &met());
    assert_eq!(out_of_sight(&heard), None);
    let heard = heard.then("2026-03-02T23:00:00Z", &no_show());
    assert_eq!(out_of_sight(&heard).as_deref(), Some("2026-03-03T23:00:00+00:00"));
}

#[test]
fn a_bed_that_a_request_holds_is_watched_past_its_end() {
    let until = |until: &str| match bed("2026-03-01T18:00:00Z", None) {
        Event::Stay(StayEvent::BedAssigned(assigned)) => {
            StayEvent::BedAssigned(BedAssigned { until: Some(at(until)), ..assigned })
        }
        _ => panic!("a bed"),
    };
    let given = Told::new(&signalled(), "2026-03-01T12:00:00Z")
        .then("2026-03-01T18:00:00Z", &until("2026-03-01T20:00:00Z").into());
    assert_eq!(given.due("23:00"), None);
    let request = asks_to_stay();
    let asked = given.then("2026-03-01T19:00:00Z", &ExceptionEvent::ExceptionRequested(request).into());
    assert_eq!(asked.due("23:00").as_deref(), Some("2026-03-01T23:00:00+00:00"));
}

#[test]
fn who_asks_to_stay_after_the_end_is_not_missed_on_the_evenings_before() {
    let Event::Stay(StayEvent::BedAssigned(mut assigned)) = bed("2026-03-01T11:00:00Z", None) else { unreachable!() };
    assigned.until = Some(at("2026-03-02T11:00:00Z"));
    let request = asks_to_stay();
    let granted = may_stay("2026-03-20T12:00:00Z");
    let asked = Told::new(&signalled(), "2026-03-01T11:00:00Z")
        .then("2026-03-01T11:00:00Z", &StayEvent::BedAssigned(assigned).into())
        .then("2026-03-01T21:00:00Z", &attended())
        .then("2026-03-10T11:30:00Z", &ExceptionEvent::ExceptionRequested(request).into());
    let next = Some("2026-03-10T23:00:00+00:00");
    assert_eq!(asked.due("23:00").as_deref(), next);
    let granted = asked.then("2026-03-10T15:00:00Z", &ExceptionEvent::ExceptionGranted(granted).into());
    assert_eq!(granted.due("23:00").as_deref(), next);
}

#[test]
fn a_no_show_that_is_told_late_or_of_the_next_bed_makes_it_no_later() {
    let out_of_sight = |told: &Told| told.story.path.vanishing(&Deadlines::default()).map(|lost| lost.due.to_rfc3339());
    let missed = || sheltered("2026-03-01").then("2026-03-02T23:00:00Z", &no_show());
    let lost = Some("2026-03-03T23:00:00+00:00".to_owned());
    let late = missed().told("2026-03-01T23:00:00Z", "2026-03-03T21:00:00Z", Precision::Instant, &no_show());
    assert_eq!(out_of_sight(&late), lost);
    // They have a bed elsewhere for the next evening, and do not come there either.
    let Event::Stay(StayEvent::BedAssigned(assigned)) = bed("2026-03-03T18:00:00Z", None) else { unreachable!() };
    let next = BedId(Uuid::from_u128(8));
    let both = sheltered("2026-03-01")
        .then("2026-03-01T12:00:00Z", &StayEvent::BedAssigned(BedAssigned { bed: next, ..assigned }).into())
        .then("2026-03-02T23:00:00Z", &no_show());
    let of_next = StayEvent::NoShowRecorded(NoShowRecorded { bed: next, expected_by: None, bed_held: true });
    assert_eq!(out_of_sight(&both.then("2026-03-03T20:30:00Z", &of_next.into())), lost);
}

/// A hospital says when the person will be discharged.
fn announced(expected_at: &str) -> DischargeAnnounced {
    DischargeAnnounced {
        discharge: crate::ids::DischargeId(Uuid::from_u128(11)),
        from: "hospital-rotterdam".parse().unwrap(),
        destination: LocationType::NightShelterEu,
        to: Some(night_shelter().organisation),
        expected_at: at(expected_at),
        care_needs: None,
    }
}

#[test]
fn whom_a_hospital_has_announced_for_later_is_not_awaited_in_their_bed_before() {
    let event = DischargeEvent::DischargeAnnounced(announced("2026-03-06T10:00:00Z")).into();
    let in_hospital = sheltered("2026-03-02").then("2026-03-02T15:00:00Z", &event);
    assert_eq!(in_hospital.due("23:00"), Some("2026-03-06T23:00:00+00:00".into()));
    assert_eq!(sheltered("2026-03-02").due("23:00"), Some("2026-03-02T23:00:00+00:00".into()));
}

#[test]
fn whom_a_hospital_announced_and_who_came_before_is_awaited_again() {
    let event = DischargeEvent::DischargeAnnounced(announced("2026-03-06T10:00:00Z")).into();
    let there = AttendanceRecorded { bed: Some(BED), status: AttendanceStatus::Present, location_type: None };
    let came = sheltered("2026-03-02")
        .then("2026-03-02T15:00:00Z", &event)
        .then("2026-03-03T21:00:00Z", &StayEvent::AttendanceRecorded(there).into());
    assert_eq!(came.due("23:00"), Some("2026-03-04T23:00:00+00:00".into()));
    let met = sheltered("2026-03-02").then("2026-03-02T15:00:00Z", &event).then("2026-03-03T12:00:00Z", &met());
    assert_eq!(met.due("23:00"), Some("2026-03-03T23:00:00+00:00".into()), "in the street");
}

#[test]
fn who_was_at_the_place_before_the_bed_was_theirs_has_come_whatever_was_said_of_where() {
    for location_type in [None, Some(LocationType::NightShelterEu)] {
        let there = AttendanceRecorded { bed: None, status: AttendanceStatus::Present, location_type };
        let walked_in = Told::new(&signalled(), "2026-03-02T20:00:00Z")
            .then("2026-03-02T20:55:00Z", &StayEvent::AttendanceRecorded(there).into())
            .then("2026-03-02T21:25:00Z", &bed("2026-03-02T21:25:00Z", None));
        assert_eq!(walked_in.due("23:00"), Some("2026-03-03T23:00:00+00:00".into()), "{location_type:?}");
    }
}

#[test]
fn who_is_given_a_bed_in_the_morning_is_awaited_in_the_evening_or_when_it_is_said() {
    let given = |by: Option<&str>| {
        let begun = Told::new(&signalled(), "2026-03-02T07:00:00Z");
        begun.then("2026-03-02T09:30:00Z", &bed("2026-03-02T09:30:00Z", by)).due("23:00").unwrap()
    };
    assert_eq!(given(None), "2026-03-02T23:00:00+00:00");
    assert_eq!(given(Some("2026-03-02T10:30:00Z")), "2026-03-02T11:30:00+00:00");
}

#[test]
fn who_is_given_a_bed_after_the_cut_off_is_awaited_that_night_too() {
    let begun = || Told::new(&signalled(), "2026-03-02T07:00:00Z");
    let given = |by: Option<&str>| begun().then("2026-03-02T22:30:00Z", &bed("2026-03-02T22:30:00Z", by));
    let first = Some("2026-03-02T23:30:00+00:00".to_owned());
    for by in [None, Some("2026-03-02T20:00:00Z")] {
        assert_eq!(given(by).due("23:00"), first, "{by:?}");
    }
    let there = AttendanceRecorded { bed: Some(BED), status: AttendanceStatus::Present, location_type: None };
    for dawn in ["04:00", "05:30", "07:30", "07:59", "08:00"] {
        let from = format!("2026-03-03T{dawn}:00Z");
        let begun = begun().then(&from, &bed(&from, None));
        assert_eq!(begun.due("23:00"), Some("2026-03-03T23:00:00+00:00".into()), "{dawn}: no night is left");
    }
    let came = given(None).then("2026-03-02T22:40:00Z", &StayEvent::AttendanceRecorded(there).into());
    assert_eq!(came.due("23:00"), Some("2026-03-03T23:00:00+00:00".into()));
}

#[test]
fn whom_the_place_received_from_hospital_or_saw_in_an_incident_has_come() {
    let received = DischargedTo {
        from: "hospital-rotterdam".parse().unwrap(),
        destination: LocationType::NightShelterEu,
        to: Some(night_shelter().organisation),
        warned: false,
        letter_received: false,
        findings: None,
    };
    let incident = IncidentObserved {
        severity: Severity::Low,
        what: What::Health(Incident { kind: IncidentKind::LostAtNight, description: None }.into()),
    };
    for event in [DischargeEvent::DischargedTo(received).into(), IncidentEvent::IncidentObserved(incident).into()] {
        let there = sheltered("2026-03-02").then("2026-03-02T21:40:00Z", &event);
        assert_eq!(there.due("23:00"), Some("2026-03-03T23:00:00+00:00".into()), "{event:?}");
    }
}

#[test]
fn what_becomes_of_a_discharge_tells_nothing_of_the_evenings_before_that() {
    let event = DischargeEvent::DischargeAnnounced(announced("2026-03-20T10:00:00Z")).into();
    let in_hospital = || sheltered("2026-03-02").then("2026-03-02T15:00:00Z", &event);
    let discharge = announced("2026-03-20T10:00:00Z").discharge;
    let (reason, explanation) = (DischargeEndReason::OtherDestination, None);
    let called_off = DischargeEvent::DischargeCalledOff(DischargeCalledOff { discharge, reason, explanation }).into();
    for (when, next) in [("02T23:30", "03"), ("10T15:00", "10"), ("12T23:00", "12")] {
        let told = in_hospital().then(&format!("2026-03-{when}:00Z"), &called_off);
        assert_eq!(told.due("23:00"), Some(format!("2026-03-{next}T23:00:00+00:00")), "called off at {when}");
    }
}

#[test]
fn what_baken_did_because_of_somebody_who_is_another_person_after_all_counts_for_nothing() {
    let discharge = announced("2026-03-06T10:00:00Z").discharge;
    let told = || {
        let event = DischargeEvent::DischargeAnnounced(announced("2026-03-06T10:00:00Z")).into();
        sheltered("2026-03-02").then("2026-03-02T15:00:00Z", &event)
    };
    let called_off = DischargeCalledOff { discharge, reason: DischargeEndReason::Died, explanation: None };
    let called_off = DischargeEvent::DischargeCalledOff(called_off).into();
    let is_called_off = |told: &Told| told.story.path.announced[0].called_off().is_some();
    assert!(is_called_off(&told().because_of(1, "2026-03-03T15:00:00Z", &called_off)));
    // What it followed from is on no record of this person, once the two were taken apart. What cannot be read may be.
    let groundless = told().because_of(99, "2026-03-03T15:00:00Z", &called_off);
    assert!(is_called_off(&groundless));
    let with = crate::path::testing::another_person();
    let apart = IdentityEvent::PersonsUnlinked(PersonsUnlinked { with, explanation: None }).into();
    let groundless = groundless.then("2026-03-04T15:00:00Z", &apart);
    let groundless = Told { story: refolded(&groundless.story), events: 0 };
    assert!(!is_called_off(&groundless) && !is_called_off(&Told { story: refolded(&groundless.story), events: 0 }));
}

fn refolded(story: &Story) -> Story {
    Story { events: story.events.clone(), path: CarePath::fold(story.iter()) }
}

#[test]
fn evenings_on_which_nobody_waited_because_of_a_mistake_were_not_missed() {
    let died = CaseEvent::DeathRecorded(DeathRecorded { died_on: None, explanation: None });
    let closed = CaseEvent::CaseClosed(CaseClosed { reason: CloseReason::Other, explanation: None });
    let released = BedReleased { bed: BED, reason: BedReleaseReason::Ended, explanation: None };
    for mistake in [died.into(), closed.into(), StayEvent::BedReleased(released).into()] {
        let told = sheltered("2026-03-02").then("2026-03-02T21:00:00Z", &mistake);
        assert_eq!(told.due("23:00"), None);
        let entry = EventId(Uuid::from_u128(told.events));
        let reason = RetractReason::WrongPerson;
        let taken_back =
            CorrectionEvent::EntryRetracted(EntryRetracted { entry, kind: mistake.kind(), reason, explanation: None });
        let told = told.then("2026-03-11T14:00:00Z", &taken_back.into());
        let told = Told { story: refolded(&told.story), ..told };
        assert_eq!(told.due("23:00"), Some("2026-03-11T23:00:00+00:00".into()), "{mistake:?}");
    }
}
