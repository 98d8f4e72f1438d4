use care_path::ids::CorrelationId;
use care_path::policy::{Categories, Relation};
use care_path::sight::Disclosed;
use uuid::Uuid;

use super::*;
use crate::{Asks, Surface};

/// A Monday in November: Amsterdam is an hour ahead of UTC.
const MORNING: &str = "2026-11-30T09:00:00Z";

fn shown(person: u128, break_glass: Option<u128>) -> Disclosed {
    Disclosed {
        person_id: PersonId(Uuid::from_u128(person)),
        relation: if break_glass.is_some() { Relation::BreakGlass } else { Relation::Involved },
        break_glass_id: break_glass.map(Uuid::from_u128).map(BreakGlassId),
        categories: Categories::default(),
    }
}

fn access(user: &str, role: Role, at: &str, persons: Vec<Disclosed>) -> Access {
    Access {
        at: at.parse().unwrap(),
        asks: Asks {
            request_id: CorrelationId(Uuid::nil()),
            surface: Surface::Rest,
            action: Action::Read,
            operation: "GET /v1/persons/{person_id}".to_owned(),
            address: None,
        },
        outcome: Outcome::Shown,
        user: user.parse().unwrap(),
        role,
        organisation: "somewhere".parse().unwrap(),
        persons,
    }
}

fn acting(action: Action, access: Access) -> Access {
    Access { asks: Asks { action, ..access.asks }, ..access }
}

fn found(records: &[Access]) -> Vec<(PatternKind, usize)> {
    let found = patterns(records, &Thresholds::default());
    found.into_iter().map(|pattern| (pattern.kind, pattern.count)).collect()
}

#[test]
fn each_case_that_was_read_in_an_emergency_stands_out_and_repeating_it_does_as_well() {
    let read = |person, glass| access("anna", Role::CareProvider, MORNING, vec![shown(person, Some(glass))]);
    assert_eq!(found(&[read(1, 7), read(1, 7)]), [(PatternKind::WithoutRelation, 2)]);
    let again = [read(1, 7), read(2, 8)];
    let kinds =
        [(PatternKind::WithoutRelation, 1), (PatternKind::WithoutRelation, 1), (PatternKind::RepeatedBreakGlass, 2)];
    assert_eq!(found(&again), kinds);
}

#[test]
fn many_records_that_one_user_opened_on_a_day_stand_out_and_a_list_does_not() {
    let opened = |person| access("anna", Role::CareProvider, MORNING, vec![shown(person, None)]);
    let many: Vec<_> = (0..40).map(opened).collect();
    assert_eq!(found(&many), [(PatternKind::ManyPersons, 40)]);
    assert_eq!(found(&many[1..]), []);
    let same: Vec<_> = (0..100).map(|_| opened(1)).collect();
    assert_eq!(found(&same), []);
    let list = access("anna", Role::CareProvider, MORNING, (0..100).map(|person| shown(person, None)).collect());
    assert_eq!(found(&[list]), []);
}

#[test]
fn two_days_and_two_users_are_counted_apart() {
    let opened = |user, at, person| access(user, Role::CareProvider, at, vec![shown(person, None)]);
    let next = "2026-12-01T09:00:00Z";
    let apart: Vec<_> = (0..39).flat_map(|each| [opened("anna", MORNING, each), opened("anna", next, each)]).collect();
    assert_eq!(found(&apart), []);
    let users: Vec<_> =
        (0..39).flat_map(|each| [opened("anna", MORNING, each), opened("bram", MORNING, each)]).collect();
    assert_eq!(found(&users), []);
}

#[test]
fn a_day_and_its_hours_are_those_of_amsterdam() {
    let at = |role: Role, at: &str| access("anna", role, at, vec![shown(1, None)]);
    let evening = |role, time: &str| vec![at(role, time); 5];
    // 19:00 in winter is 18:00 UTC, and in summer 17:00 UTC.
    assert_eq!(found(&evening(Role::ProcessCoordinator, "2026-11-30T18:00:00Z")), [(PatternKind::OutsideHours, 5)]);
    assert_eq!(found(&evening(Role::ProcessCoordinator, "2026-11-30T17:59:00Z")), []);
    assert_eq!(found(&evening(Role::ProcessCoordinator, "2026-07-06T17:00:00Z")), [(PatternKind::OutsideHours, 5)]);
    assert_eq!(found(&evening(Role::ProcessCoordinator, "2026-11-29T12:00:00Z")), [(PatternKind::OutsideHours, 5)]);
    assert_eq!(found(&evening(Role::ShelterWorker, "2026-11-29T23:00:00Z")), [], "a shelter works at night");
    // An hour before midnight UTC is the next day there.
    let opened = |time: &str, person| access("anna", Role::CareProvider, time, vec![shown(person, None)]);
    let night: Vec<_> = (0..20)
        .flat_map(|each| [opened("2026-11-30T22:59:00Z", each), opened("2026-11-30T23:01:00Z", 100 + each)])
        .collect();
    assert_eq!(found(&night), []);
}

#[test]
fn the_same_person_found_again_and_again_stands_out() {
    let search =
        |person| acting(Action::Search, access("anna", Role::CareProvider, MORNING, vec![shown(person, None)]));
    assert_eq!(found(&[search(1), search(1), search(1), search(1), search(1)]), [(PatternKind::SearchedAgain, 5)]);
    assert_eq!(found(&[search(1), search(2), search(3), search(4), search(5)]), []);
}

#[test]
fn ids_that_lead_nowhere_stand_out() {
    let tried = |person| Access {
        outcome: Outcome::Hidden,
        ..access("anna", Role::Police, MORNING, vec![shown(person, None)])
    };
    let attempts: Vec<_> = (0..5).map(tried).collect();
    assert_eq!(found(&attempts), [(PatternKind::IdsTried, 5)]);
    let same: Vec<_> = (0..9).map(|_| tried(1)).collect();
    assert_eq!(found(&same), []);
}

#[test]
fn what_was_told_without_asking_and_reading_this_log_do_not_stand_out() {
    let opened = |person| access("anna", Role::PrivacyOfficer, "2026-11-29T12:00:00Z", vec![shown(person, None)]);
    for action in [Action::Deliver, Action::Review] {
        let many: Vec<_> = (0..100).map(|person| acting(action, opened(person))).collect();
        assert_eq!(found(&many), []);
    }
}

#[test]
fn the_order_of_the_records_makes_no_difference() {
    let read = |user, glass| access(user, Role::CareProvider, MORNING, vec![shown(1, Some(glass))]);
    let mut records = vec![read("anna", 7), read("bram", 9), read("anna", 8)];
    let one = patterns(&records, &Thresholds::default());
    records.reverse();
    assert_eq!(patterns(&records, &Thresholds::default()), one);
}
