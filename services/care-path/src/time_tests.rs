use proptest::prelude::*;

use super::*;

fn at(text: &str) -> DateTime {
    text.parse().unwrap()
}

#[test]
fn a_local_time_is_right_in_summer_in_winter_and_in_the_nights_between() {
    let at = |date: &str, time: &str| local(date.parse().unwrap(), time.parse().unwrap()).unwrap().to_rfc3339();
    assert_eq!(at("2026-07-01", "23:00:00"), "2026-07-01T21:00:00+00:00");
    assert_eq!(at("2026-12-01", "23:00:00"), "2026-12-01T22:00:00+00:00");
    assert_eq!(at("2026-03-29", "02:30:00"), "2026-03-29T01:30:00+00:00", "the hour that is skipped");
    assert_eq!(at("2026-10-25", "02:30:00"), "2026-10-25T00:30:00+00:00", "the first of two");
}

#[test]
fn the_day_begins_at_midnight_in_amsterdam() {
    assert_eq!(local_date(at("2026-07-01T22:30:00Z")).to_string(), "2026-07-02");
    assert_eq!(local_date(at("2026-12-01T22:30:00Z")).to_string(), "2026-12-01");
}

#[test]
fn an_instant_is_in_the_span_of_its_night_and_of_no_other() {
    // Through both changes of the clock.
    let instants = (0..24 * 366).map(|hour| hours_after(at("2026-01-01T00:00:00Z"), hour));
    for instant in instants.flat_map(|at| [at, at - TimeDelta::nanoseconds(1)]) {
        let night = Night::of(instant);
        assert!(night.span().contains(&instant), "{instant}");
        assert!(!Night::of(night.span().end).span().contains(&instant), "{instant}");
        assert_eq!(Night::of(night.span().start), night);
    }
}

#[test]
fn an_evening_and_the_small_hours_after_it_are_one_night() {
    let night = |text: &str| Night::of(at(text));
    assert_eq!(night("2026-01-10T21:30:00Z"), night("2026-01-11T03:00:00Z"));
    assert_ne!(night("2026-01-10T09:00:00Z"), night("2026-01-10T21:30:00Z"));
    assert_ne!(night("2026-07-10T09:59:00Z"), night("2026-07-10T10:00:00Z"), "noon in Amsterdam");
}

#[test]
fn a_time_of_the_small_hours_is_on_the_day_after_the_evening() {
    let night = Night::of(at("2026-01-10T21:30:00Z"));
    let shown = |time: &str| night.at(time.parse().unwrap()).unwrap().to_rfc3339();
    assert_eq!(shown("23:00:00"), "2026-01-10T22:00:00+00:00");
    assert_eq!(shown("00:30:00"), "2026-01-10T23:30:00+00:00");
    assert_eq!(night.morning(), at("2026-01-11T08:00:00Z"));
    assert_eq!(night.and_around().nth(1), Some(night));
}

#[test]
fn a_time_that_is_not_precise_has_the_benefit_of_a_day_and_a_night_that_of_its_rest() {
    let latest = |text: &str, precision| Occurred { at: at(text), precision }.latest();
    assert_eq!(latest("2026-01-10T21:30:00Z", Precision::Instant), at("2026-01-10T21:30:00Z"));
    assert_eq!(latest("2026-01-10T21:30:00Z", Precision::Night), at("2026-01-11T08:00:00Z"));
    assert_eq!(latest("2026-01-10T10:30:00Z", Precision::Night), at("2026-01-10T10:30:00Z"), "told in the morning");
    assert_eq!(latest("2026-01-10T21:30:00Z", Precision::Day), at("2026-01-11T21:30:00Z"));
    assert_eq!(latest("2026-01-10T21:30:00Z", Precision::Approximate), at("2026-01-11T21:30:00Z"));
}

#[test]
fn what_comes_in_lies_within_the_bounds_of_the_domain_and_what_does_not_is_told_them() {
    let read = |text: &str| serde_json::from_value::<Moment>(text.into()).map_err(|error| error.to_string());
    for leap in ["2026-11-20T08:00:60Z", "2016-12-31T23:59:60Z"] {
        assert_eq!(read(leap), Err(BadTime::NoTime.to_string()), "{leap}");
    }
    assert_eq!(read("2026-01-10T21:30:00Z").unwrap().get(), at("2026-01-10T21:30:00Z"));
    for beyond in ["+262142-12-31T23:30:00Z", "-262143-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1999-12-31T23:59:59Z"]
    {
        assert_eq!(read(beyond), Err("must lie in the years 2000 to 2099".to_owned()), "{beyond}");
    }
    assert!("2099-12-31".parse::<Day>().is_ok() && "1900-01-01".parse::<BirthDate>().is_ok());
    assert_eq!("1999-12-31".parse::<Day>(), Err(BadTime::OutOfBounds(2000)));
    assert_eq!("tomorrow".parse::<Day>(), Err(BadTime::NoDate));
    for beyond in ["0001-01-01", "1899-12-31", "+10000-01-01", "-262143-01-01"] {
        let read = serde_json::from_value::<BirthDate>(beyond.into()).unwrap_err().to_string();
        assert_eq!(read, "must lie in the years 1900 to 2099", "{beyond}");
    }
}

#[test]
fn working_days_step_over_the_weekend() {
    // The 12th of January 2026 is a Monday.
    let (monday, thursday, friday) =
        (at("2026-01-12T09:00:00Z"), at("2026-01-15T09:00:00Z"), at("2026-01-16T09:00:00Z"));
    assert_eq!(working_days_after(monday, 3), thursday);
    assert_eq!(working_days_after(thursday, 1), friday);
    assert_eq!(working_days_after(thursday, 3), at("2026-01-20T09:00:00Z"));
    assert_eq!(working_days_after(friday, 5), at("2026-01-23T09:00:00Z"));
    assert_eq!(working_days_after(friday, 11), at("2026-02-02T09:00:00Z"));
}

#[test]
fn a_weekend_is_no_head_start() {
    for begun in ["2026-01-16T21:00:00Z", "2026-01-17T21:00:00Z", "2026-01-18T21:00:00Z"] {
        assert_eq!(working_days_after(at(begun), 1), at("2026-01-19T21:00:00Z"), "{begun}");
        assert_eq!(working_days_after(at(begun), 5), at("2026-01-23T21:00:00Z"), "{begun}");
    }
}

#[test]
fn no_days_are_no_delay() {
    assert_eq!(working_days_after(at("2026-01-17T21:00:00Z"), 0), at("2026-01-17T21:00:00Z"));
}

#[test]
fn a_term_beyond_all_time_is_never_due_and_one_before_it_always_was() {
    let now = at("2026-01-12T09:00:00Z");
    assert_eq!(hours_after(now, i64::MAX), DateTime::MAX_UTC);
    assert_eq!(days_after(DateTime::MAX_UTC, 1), DateTime::MAX_UTC);
    assert_eq!(working_days_after(now, i64::MAX), DateTime::MAX_UTC);
    assert_eq!(hours_after(DateTime::MIN_UTC, -1), DateTime::MIN_UTC);
    assert_eq!(days_after(now, i64::MIN), DateTime::MIN_UTC);
}

/// Instants from all over the calendar, most of them at its ends.
fn instants() -> impl Strategy<Value = DateTime> {
    let seconds = DateTime::MAX_UTC.timestamp();
    let near = |end: DateTime| (0_i64..400_000).prop_map(move |offset| (end, offset));
    let ends = prop_oneof![near(DateTime::MAX_UTC), near(DateTime::MIN_UTC)];
    let ends =
        ends.prop_map(|(end, offset)| minutes_after(end, if end == DateTime::MAX_UTC { -offset } else { offset }));
    let anywhere = (-seconds..seconds).prop_map(|second| DateTime::from_timestamp(second, 0).unwrap());
    prop_oneof![ends, anywhere, Just(DateTime::MAX_UTC), Just(DateTime::MIN_UTC)]
}

proptest! {
    #[test]
    fn no_time_of_the_calendar_is_too_extreme(from in instants(), term in any::<i64>(), precision in 0_usize..4) {
        use crate::codes::Code;
        let night = Night::of(from);
        let precision = Precision::ALL[precision % Precision::ALL.len()];
        let latest = Occurred { at: from, precision }.latest();
        prop_assert!(latest >= from);
        for at in [minutes_after, hours_after, days_after, working_days_after].map(|after| after(from, term)) {
            let ordered = if term < 0 { at <= from } else { at >= from };
            prop_assert!(ordered);
            // Whatever is calculated can be kept and read again.
            let kept = serde_json::to_value(at).unwrap();
            prop_assert_eq!(serde_json::from_value::<DateTime>(kept).unwrap(), at);
        }
        let _ = (local_date(from), night.morning(), night.and_around().take(5).count(), local(from.date_naive(), from.time()));
    }

    #[test]
    fn between_the_ends_lie_as_many_working_days_as_were_asked(start in 0_i64..4_000, days in 1_i64..60) {
        let from = days_after(at("2024-01-01T10:00:00Z"), start);
        let due = working_days_after(from, days);
        let works = |day: &DateTime| day.weekday().num_days_from_monday() < 5;
        let passed = (1..100).map(|step| days_after(from, step)).take_while(|day| *day <= due).filter(works).count();
        prop_assert!(works(&due));
        prop_assert_eq!(i64::try_from(passed).unwrap(), days);
    }
}

#[test]
fn a_date_that_is_known_in_part_lies_between_two_days() {
    let span = |text: &str| {
        let date: PartialDate = text.parse().unwrap();
        assert_eq!(date.to_string(), text);
        (date.first().to_string(), date.last().to_string())
    };
    assert_eq!(span("1976"), ("1976-01-01".to_owned(), "1976-12-31".to_owned()));
    assert_eq!(span("1976-02"), ("1976-02-01".to_owned(), "1976-02-29".to_owned()));
    assert_eq!(span("1976-12"), ("1976-12-01".to_owned(), "1976-12-31".to_owned()));
    assert_eq!(span("1976-02-14"), ("1976-02-14".to_owned(), "1976-02-14".to_owned()));
    assert_eq!(span("+10000-01-01").0, "+10000-01-01", "a log may hold any day");
}

#[test]
fn in_the_morning_somebody_looks_for_a_bed_for_the_evening_to_come() {
    let ahead = |at: &str| Night::ahead(at.parse().unwrap()).date().to_string();
    assert_eq!(ahead("2026-01-10T23:30:00Z"), "2026-01-10");
    assert_eq!(ahead("2026-01-11T07:59:00Z"), "2026-01-10");
    assert_eq!(ahead("2026-01-11T08:00:00Z"), "2026-01-11");
    assert_eq!(ahead("2026-01-11T12:00:00Z"), "2026-01-11");
    // The clock goes forward in that night.
    assert_eq!(ahead("2026-03-29T06:59:00Z"), "2026-03-28");
    assert_eq!(ahead("2026-03-29T07:00:00Z"), "2026-03-29");
}
