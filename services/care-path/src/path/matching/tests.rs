use super::*;
use crate::actor::Actor;
use crate::codes::{Assurance, CloseReason, Sex};
use crate::path::CarePath;
use crate::path::case::CloseCase;
use crate::path::identity::{IdentityInput, UpdateIdentity};
use crate::path::intake::RecordIntake;
use crate::path::lost::MarkOutOfSight;
use crate::path::signal::ReportSignal;
use crate::path::testing::*;
use crate::text::Age;

fn man_of(age: u8) -> IdentityInput {
    IdentityInput { sex: Some(Sex::Male), approximate_age: Age::new(age), ..IdentityInput::default() }
}

fn from(country: &str, claim: IdentityInput) -> IdentityInput {
    IdentityInput { countries: [country.parse().unwrap()].into(), ..claim }
}

fn called(name: &str, claim: IdentityInput) -> IdentityInput {
    IdentityInput { alias: Some(name.parse().unwrap()), ..claim }
}

fn born(date: &str, claim: IdentityInput) -> IdentityInput {
    IdentityInput { birth_date: Some(date.parse().unwrap()), ..claim }
}

fn signal(claim: IdentityInput, problems: &[Problem]) -> ReportSignal {
    let location_type = None;
    ReportSignal { identity: Some(claim), problems: problems.to_vec().try_into().unwrap(), location_type, ..a_signal() }
}

/// Somebody who was signalled on that day.
fn on(day: i64, claim: IdentityInput, problems: &[Problem]) -> Given {
    given([]).days_later(day).when(signal(claim, problems))
}

fn traits(given: Given) -> Traits {
    let mut found = None;
    given.then(|path: &CarePath| found = Traits::of(path));
    found.unwrap()
}

fn reasons(one: Given, other: Given) -> Option<Vec<MatchReason>> {
    let (one, other) = (traits(one), traits(other));
    let (found, turned) = (compare(&one, &other), compare(&other, &one));
    assert_eq!(
        found.as_ref().map(|found| (found.score(), found.since().0.recorded_at)),
        turned.as_ref().map(|found| (found.score(), found.since().0.recorded_at)),
        "whichever is compared with whichever"
    );
    found.map(|found| {
        let mut reasons: Vec<_> = found.evidence.iter().filter_map(|evidence| evidence.reason).collect();
        reasons.sort_unstable();
        reasons.dedup();
        reasons
    })
}

const CONFUSED: &[Problem] = &[Problem::ConfusedBehaviour];
const CONFUSED_AND_FORGETFUL: &[Problem] = &[Problem::ConfusedBehaviour, Problem::MemoryProblem];

#[test]
fn the_confused_man_of_the_intake_may_be_the_one_whom_the_police_found() {
    let by_police = on(0, man_of(50), CONFUSED_AND_FORGETFUL);
    let at_the_shelter = on(1, IdentityInput::default(), &[]);
    let intake = RecordIntake {
        identity: Some(called("Marek", man_of(48))),
        problems: CONFUSED.to_vec().try_into().unwrap(),
        ..RecordIntake::default()
    };
    let agree = vec![MatchReason::ApproximateAge, MatchReason::Sex, MatchReason::Problems, MatchReason::OccurredAt];
    assert_eq!(reasons(by_police, at_the_shelter.and(intake)), Some(agree));
}

#[test]
fn that_two_are_men_of_an_age_is_not_enough() {
    assert_eq!(reasons(on(0, man_of(50), &[]), on(0, man_of(50), &[])), None);
    assert_eq!(reasons(on(0, from("PL", man_of(50)), &[]), on(0, from("PL", man_of(48)), &[])), None);
}

#[test]
fn whoever_is_looked_for_may_be_a_countryman_of_that_age_who_comes_into_view() {
    let lost = || on(0, from("PL", man_of(50)), &[]).days_later(1).and(MarkOutOfSight {});
    assert!(reasons(lost(), on(2, from("PL", man_of(48)), &[])).is_some());
    assert_eq!(reasons(lost(), on(0, from("PL", man_of(48)), &[])), None, "seen before, and not since");
    assert_eq!(reasons(lost(), on(20, from("PL", man_of(48)), &[])), None, "too long after");
}

#[test]
fn what_contradicts_excludes_whatever_else_agrees() {
    let woman = IdentityInput { sex: Some(Sex::Female), ..man_of(50) };
    let marek = |claim| on(0, called("Marek", claim), CONFUSED);
    assert!(reasons(marek(man_of(50)), marek(man_of(50))).is_some());
    for other in [woman, man_of(20), from("RO", man_of(50)), born("1960-03-02", man_of(50))] {
        let one = from("PL", born("1975-03-02", man_of(50)));
        assert_eq!(reasons(marek(one), marek(other)), None);
    }
}

#[test]
fn a_date_of_birth_may_be_misheard() {
    let with = |date: &str| on(0, called("Marek", born(date, man_of(50))), &[]);
    assert!(
        reasons(with("1975-03-02"), with("1975-03-02")).is_some_and(|found| found.contains(&MatchReason::BirthDate))
    );
    assert!(reasons(with("1975-03-02"), with("1975-02-03")).is_some(), "day and month turned");
    assert_eq!(reasons(with("1975-03-02"), with("1975-11-28")), None);
    assert_eq!(closeness("1975-03-02".parse().unwrap(), "1976-03-02".parse().unwrap()), Some(Closeness::Nearly));
    assert_eq!(closeness("1975-03-02".parse().unwrap(), "1985-03-02".parse().unwrap()), None);
}

#[test]
fn names_are_compared_in_plain_letters() {
    let one = || on(0, called("Łukasz  Wójcik", man_of(30)), &[]);
    assert!(reasons(one(), on(9, called("lukasz wojcik", man_of(32)), &[])).is_some());
    assert!(reasons(one(), on(1, called("Lukas", man_of(32)), &[])).is_some());
    assert_eq!(reasons(one(), on(1, called("Zbigniew", man_of(32)), &[])), None);
}

#[test]
fn two_of_whom_one_knows_who_they_are_are_not_suggested_unless_one_is_lost() {
    let known = || {
        let claim = called("Marek", man_of(50));
        let update = UpdateIdentity { claim, assurance: Assurance::DocumentSeen };
        on(0, man_of(50), CONFUSED).and(update)
    };
    assert_eq!(reasons(known(), known()), None);
    assert!(reasons(known(), on(0, called("Marek", man_of(50)), CONFUSED)).is_some());
    assert!(reasons(known().and(MarkOutOfSight {}), known()).is_some());
}

#[test]
fn nobody_is_suggested_in_another_municipality_or_on_a_closed_case() {
    let marek = || signal(called("Marek", man_of(50)), CONFUSED);
    let utrecht = given([]).by(principal("night-shelter-utrecht", Actor::ShelterWorker)).when(marek());
    assert_eq!(reasons(given([]).when(marek()), utrecht), None);
    let closed = CloseCase { reason: CloseReason::Housed, explanation: None };
    given([]).when(marek()).by(coordinator()).and(closed).then(|path| assert!(Traits::of(path).is_none()));
}

#[test]
fn it_waits_since_what_is_known_was_enough() {
    let one = traits(on(0, called("Marek", man_of(50)), &[]));
    let other = on(1, man_of(50), &[]);
    let update = UpdateIdentity { claim: called("Marek", man_of(50)), assurance: Assurance::SelfDeclared };
    let other = traits(other.days_later(2).and(update).days_later(1).and(a_contact()));
    let found = compare(&one, &other).unwrap();
    let (cause, kind) = found.since();
    assert_eq!((cause.recorded_at, kind), (evening(3), EventKind::IdentityUpdated));
}

#[test]
fn who_are_alike_enough_share_a_key() {
    let all = [
        on(0, called("Marek", man_of(50)), CONFUSED),
        on(1, from("PL", man_of(48)), CONFUSED),
        on(1, from("PL", called("Mareck", man_of(54))), &[]).and(MarkOutOfSight {}),
        on(2, born("1976-04-04", man_of(50)), &[]),
        on(2, from("PL", born("1976-04-04", man_of(50))), &[]),
    ];
    let all: Vec<_> = all.into_iter().map(traits).collect();
    let mut alike = 0;
    for one in &all {
        for other in all.iter().filter(|other| compare(one, other).is_some()) {
            let looked_up: Vec<_> = one.keys().into_iter().flat_map(Key::neighbours).collect();
            assert!(other.keys().iter().any(|key| looked_up.contains(key)));
            alike += 1;
        }
    }
    assert!(alike > all.len());
}
