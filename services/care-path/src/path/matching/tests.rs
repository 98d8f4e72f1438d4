use serde_json::json;

use super::*;
use crate::actor::Actor;
use crate::codes::{Assurance, CloseReason, Problem, Sex};
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
    let (found, turned) = (compare(&one, &other, &Population::NOBODY), compare(&other, &one, &Population::NOBODY));
    assert_eq!(
        found.as_ref().map(|found| (found.score(), found.since().0.recorded_at)),
        turned.as_ref().map(|found| (found.score(), found.since().0.recorded_at)),
        "whichever is compared with whichever"
    );
    found.map(|found| {
        let mut reasons: Vec<_> =
            found.evidence.iter().filter(|each| each.weight > 0).map(|each| each.reason).collect();
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
fn one_contradiction_is_weighed_and_several_exclude_whatever_else_agrees() {
    let woman = |claim| IdentityInput { sex: Some(Sex::Female), ..claim };
    let marek = |claim| on(0, called("Marek", claim), CONFUSED);
    let one = || marek(from("PL", born("1975-03-02", man_of(50))));
    assert!(reasons(one(), one()).is_some());
    let contradicts = [
        woman(born("1975-03-02", man_of(50))),
        from("RO", born("1975-03-02", man_of(50))),
        from("PL", born("1957-03-02", man_of(50))),
        from("PL", born("1995-03-02", man_of(50))),
    ];
    for other in contradicts {
        assert!(reasons(one(), marek(other)).is_some());
    }
    assert_eq!(reasons(one(), marek(woman(born("1960-11-28", man_of(50))))), None);
    assert_eq!(reasons(one(), marek(from("RO", born("1960-11-28", man_of(50))))), None);
    assert_eq!(reasons(marek(man_of(50)), marek(woman(man_of(20)))), None);
}

fn identity(claim: serde_json::Value) -> IdentityInput {
    serde_json::from_value(claim).unwrap()
}

/// Whether two are suggested who were signalled on the same day with nothing but these claims.
fn are_suggested(one: &serde_json::Value, other: &serde_json::Value) -> bool {
    let signalled = |claim: &serde_json::Value| on(0, identity(claim.clone()), &[]);
    let are_alike = reasons(signalled(one), signalled(other)).is_some();
    let (one_traits, other_traits) = (traits(signalled(one)), traits(signalled(other)));
    let looked_up: Vec<_> = one_traits.keys().into_iter().flat_map(Key::neighbours).collect();
    let are_found = other_traits.keys().iter().any(|key| looked_up.contains(key));
    assert!(are_found || !are_alike, "{one} and {other} share no key");
    are_alike
}

#[test]
fn what_is_entered_wrongly_or_otherwise_is_weighed() {
    for (one, other) in [
        (
            json!({ "name": "Wiśniewska, Krystyna", "countries": ["PL"] }),
            json!({ "name": "Krystyna Wiśniewska", "countries": ["PL"] }),
        ),
        (
            json!({ "name": "Andrea Bianchi", "birth_date": "1985-04-09", "sex": "male" }),
            json!({ "name": "Andrea Bianchi", "birth_date": "1985-04-09", "sex": "female" }),
        ),
        (
            json!({ "name": "Andrea Bianchi", "birth_date": "1985-04-09" }),
            json!({ "name": "Andrea Bianchi", "birth_date": "1958-04-09" }),
        ),
        (
            json!({ "name": "Vasile Munteanu", "birth_date": "1985-04-09", "countries": ["RO"] }),
            json!({ "name": "Vasile Munteanu", "birth_date": "1985-09-04", "countries": ["RO"] }),
        ),
        (
            json!({ "name": "Georgi Ivanov", "birth_date": "1979" }),
            json!({ "name": "Георги Иванов", "birth_date": "1979-06-11" }),
        ),
        (
            json!({ "name": "Krzysztof Zając", "birth_date": "1981-01-01" }),
            json!({ "name": "Zajac Krzysiek", "birth_date": "1981-07-30" }),
        ),
        (
            json!({ "name": "István Szabó", "birth_date": "1970-02-03", "countries": ["HU"] }),
            json!({ "alias": "Pista", "birth_date": "1970-02-03", "countries": ["HU"] }),
        ),
        (
            json!({ "name": "Ana Costa", "documents": [{ "kind": "passport", "number": "P 123-456", "country": "PT" }] }),
            json!({ "alias": "Aninha", "documents": [{ "kind": "passport", "number": "p123456", "country": "PT" }] }),
        ),
    ] {
        assert!(are_suggested(&one, &other), "{one} and {other}");
    }
}

#[test]
fn what_many_share_does_not_make_two_one() {
    for (one, other) in [
        (
            json!({ "name": "Pawel Zielinski", "birth_date": "1981-01-01", "countries": ["PL"] }),
            json!({ "name": "Dorin Adamczyk", "birth_date": "1981-01-01", "countries": ["PL"] }),
        ),
        (
            json!({ "name": "Pawel Zielinski", "birth_date": "1981", "countries": ["PL"], "sex": "male" }),
            json!({ "name": "Dorin Adamczyk", "birth_date": "1981-01-01", "countries": ["PL"], "sex": "male" }),
        ),
        (
            json!({ "name": "Pawel Zielinski", "contact": "Pauluskerk, Rotterdam", "countries": ["PL"] }),
            json!({ "name": "Dorin Adamczyk", "contact": "Pauluskerk Rotterdam", "countries": ["PL"] }),
        ),
        (
            json!({ "name": "Maria Popescu", "birth_date": "1980-05-06", "contact": "+31 6 12345678" }),
            json!({ "name": "Elena Popescu", "birth_date": "1983-07-01", "contact": "06-12345678" }),
        ),
        (
            json!({ "name": "Onbekend", "birth_date": "1981-01-01", "countries": ["PL"] }),
            json!({ "name": "onbekend", "birth_date": "1981-01-01", "countries": ["PL"] }),
        ),
        (
            json!({ "name": "Jan Kowalski", "birth_date": "1971-02-03", "countries": ["PL"] }),
            json!({ "name": "Jan Kowalski", "birth_date": "1994-11-30", "countries": ["RO"] }),
        ),
    ] {
        assert!(!are_suggested(&one, &other), "{one} and {other}");
    }
}

#[test]
fn a_telephone_that_many_here_have_tells_little() {
    let claim = |name: &str| identity(json!({ "name": name, "contact": "010 123 45 67", "countries": ["BG"] }));
    let [one, other] = ["Marin", "Marin Kolev"].map(|name| traits(on(0, claim(name), &[])));
    let few = Population { persons: 400, having: &|_| 2 };
    let many = Population { persons: 400, having: &|key| if matches!(key, Key::Contact(_)) { 150 } else { 2 } };
    let score = |population| compare(&one, &other, population).unwrap().score();
    assert!(score(&many) + 40 < score(&few));
}

#[test]
fn names_are_compared_in_plain_letters() {
    let one = || on(0, called("Łukasz  Wójcik", man_of(30)), &[]);
    assert!(reasons(one(), on(9, called("lukasz wojcik", man_of(32)), &[])).is_some());
    assert!(reasons(one(), on(1, called("Lukas", man_of(32)), &[])).is_some());
    assert_eq!(reasons(one(), on(1, called("Zbigniew", man_of(32)), &[])), None);
}

#[test]
fn two_of_whom_one_knows_who_they_are_are_compared_by_that_alone_unless_one_is_lost() {
    let known = |name: &str| {
        let claim = called(name, born("1976-02-14", man_of(50)));
        let update = UpdateIdentity { claim, assurance: Assurance::DocumentSeen };
        on(0, man_of(50), CONFUSED).and(update)
    };
    let marek = || {
        let update = UpdateIdentity { claim: called("Marek", man_of(50)), assurance: Assurance::DocumentSeen };
        on(0, man_of(50), CONFUSED).and(update)
    };
    assert_eq!(reasons(marek(), marek()), None);
    assert!(reasons(marek(), on(0, called("Marek", man_of(50)), CONFUSED)).is_some());
    assert!(reasons(marek().and(MarkOutOfSight {}), marek()).is_some());
    let agree = vec![MatchReason::Name, MatchReason::BirthDate, MatchReason::Sex];
    assert_eq!(reasons(known("Marek Wrona"), known("Wrona Marek")), Some(agree));
}

#[test]
fn somebody_who_comes_back_after_months_is_found_by_who_they_are_and_not_by_what_happened() {
    let full = || called("Zdzisław Wrona", from("PL", man_of(50)));
    assert!(reasons(on(0, full(), &[]), on(200, full(), &[])).is_some());
    let confused = || called("Marek", man_of(50));
    assert!(reasons(on(0, confused(), CONFUSED_AND_FORGETFUL), on(1, confused(), CONFUSED_AND_FORGETFUL)).is_some());
    assert_eq!(reasons(on(0, confused(), CONFUSED_AND_FORGETFUL), on(90, confused(), CONFUSED_AND_FORGETFUL)), None);
}

#[test]
fn in_another_municipality_more_must_agree_and_nobody_is_suggested_on_a_closed_case() {
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
    let found = compare(&one, &other, &Population::NOBODY).unwrap();
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
        for other in all.iter().filter(|other| compare(one, other, &Population::NOBODY).is_some()) {
            let looked_up: Vec<_> = one.keys().into_iter().flat_map(Key::neighbours).collect();
            assert!(other.keys().iter().any(|key| looked_up.contains(key)));
            alike += 1;
        }
    }
    assert!(alike > all.len());
}
