use super::super::intake::RecordIntake;
use super::super::signal::ReportSignal;
use super::super::testing::*;
use super::*;
use crate::text::Age;

fn link(with: PersonId) -> LinkPersons {
    LinkPersons { with, basis: LinkBasis::RecognisedByProfessional, explanation: None }
}

fn claim(name: &str) -> IdentityInput {
    IdentityInput { alias: Some(name.parse().unwrap()), ..IdentityInput::default() }
}

#[test]
fn a_link_can_be_undone_and_made_again() {
    given([signalled()])
        .when(link(another_person()))
        .and_on(another_person(), UnlinkPersons::default())
        .and(link(another_person()))
        .then(|path| assert_eq!(path.linked_with().collect::<Vec<_>>(), [another_person()]));
}

#[test]
fn whoever_undoes_a_link_says_that_the_two_are_not_the_same_until_it_is_made_again() {
    let apart = |path: &CarePath| path.dismissed().collect::<Vec<_>>();
    let unlinked =
        || given([signalled()]).when(link(another_person())).and_on(another_person(), UnlinkPersons::default());
    unlinked().then(|path| assert_eq!(apart(path), [another_person()]));
    unlinked()
        .and_on(another_person(), DismissMatch { explanation: None })
        .then_err(IdentityRefusal::MatchAlreadyDismissed);
    unlinked().and(link(another_person())).then(|path| assert!(apart(path).is_empty()));
}

#[test]
fn a_person_cannot_be_linked_twice_nor_to_itself() {
    given([signalled()]).when(link(this_person())).then_err(IdentityRefusal::LinkedToItself);
    given([signalled()])
        .when(link(another_person()))
        .and(link(another_person()))
        .then_err(IdentityRefusal::AlreadyLinked);
}

#[test]
fn what_is_not_linked_cannot_be_unlinked() {
    given([signalled()]).when_on(another_person(), UnlinkPersons::default()).then_err(IdentityRefusal::NotLinked);
}

#[test]
fn a_match_is_dismissed_once_and_may_turn_out_to_be_one_after_all() {
    let dismiss = || DismissMatch { explanation: None };
    given([signalled()]).when_on(this_person(), dismiss()).then_err(IdentityRefusal::MatchWithItself);
    given([signalled()])
        .when(link(another_person()))
        .and_on(another_person(), dismiss())
        .then_err(IdentityRefusal::AlreadyLinked);
    given([signalled()])
        .when_on(another_person(), dismiss())
        .then_types(["match_dismissed"])
        .and(link(another_person()))
        .then_types(["persons_linked"]);
    given([signalled()])
        .when_on(another_person(), dismiss())
        .and_on(another_person(), dismiss())
        .then_err(IdentityRefusal::MatchAlreadyDismissed);
}

#[test]
fn an_empty_claim_is_refused_and_any_single_field_is_enough() {
    let empty = UpdateIdentity { claim: IdentityInput::default(), assurance: Assurance::None };
    given([signalled()]).when(empty).then_err(IdentityRefusal::NothingClaimed);
    let alias = UpdateIdentity { claim: claim("the Captain"), assurance: Assurance::Alias };
    given([signalled()]).when(alias).then_types(["identity_updated"]);
}

#[test]
fn nobody_is_born_in_the_future() {
    let born = |day: &str| IdentityInput { birth_date: Some(day.parse().unwrap()), ..IdentityInput::default() };
    let update = |day: &str| UpdateIdentity { claim: born(day), assurance: Assurance::SelfDeclared };
    given([signalled()]).when(update("2062-02-14")).then_field("claim/birth_date");
    given([signalled()]).when(update("2026-01-10")).then_types(["identity_updated"]);
    let signal = ReportSignal { identity: Some(born("2062-02-14")), ..a_signal() };
    given([]).when(signal).then_field("identity/birth_date");
    let intake = RecordIntake { identity: Some(born("2062-02-14")), ..RecordIntake::default() };
    given([signalled()]).when(intake).then_field("identity/birth_date");
}

#[test]
fn a_claim_that_comes_in_has_bounds_and_one_that_was_recorded_may_be_anything() {
    let claim = |countries: usize, birth_date: &str| serde_json::json!({ "countries": vec!["PL"; countries], "birth_date": birth_date });
    let input = |claim| serde_json::from_value::<IdentityInput>(claim).map_err(|error| error.to_string());
    assert_eq!(input(claim(8, "1975-05-02")).unwrap().countries.len(), 1, "said twice, kept once");
    assert_eq!(input(claim(9, "1975-05-02")), Err("must have at most 8 items".to_owned()));
    assert_eq!(input(claim(1, "+10000-01-01")), Err("must lie in the years 1900 to 2099".to_owned()));
    let recorded: IdentityClaim = serde_json::from_value(claim(80_000, "+10000-01-01")).unwrap();
    assert_eq!(recorded.countries.len(), 80_000);
}

fn named(name: &str) -> IdentityInput {
    IdentityInput { name: Some(name.parse().unwrap()), ..IdentityInput::default() }
}

fn update(claim: IdentityInput, assurance: Assurance) -> UpdateIdentity {
    UpdateIdentity { claim, assurance }
}

/// What a body of an update says.
fn said(claim: serde_json::Value, assurance: Assurance) -> UpdateIdentity {
    update(serde_json::from_value(claim).unwrap(), assurance)
}

#[track_caller]
fn is_called(path: &CarePath, name: Option<&str>) {
    let said = path.identity.best(ClaimFacts::name);
    assert_eq!(said.map(|said| said.value.as_str()), name);
}

#[track_caller]
fn was_born(path: &CarePath, date: Option<&str>) {
    let said = path.identity.best(ClaimFacts::birth_date);
    assert_eq!(said.map(|said| said.value.to_string()).as_deref(), date);
}

#[test]
fn a_later_claim_adds_to_an_earlier_one_field_by_field() {
    let first = update(claim("the Captain"), Assurance::Alias);
    let aged = IdentityInput { approximate_age: Age::new(50), ..IdentityInput::default() };
    given([signalled()]).when(first).and(update(aged, Assurance::SelfDeclared)).then(|path| {
        let alias = path.identity.best(ClaimFacts::alias).map(|said| said.value.as_str());
        let age = path.identity.best(ClaimFacts::approximate_age).map(|said| said.value.years());
        assert_eq!((alias, age), (Some("the Captain"), Some(50)));
        assert_eq!(path.identity.assurance(), Some(Assurance::SelfDeclared));
    });
}

#[test]
fn of_equally_sure_claims_the_last_is_known_and_a_weaker_one_replaces_none() {
    use Assurance::{Alias, AuthorityConfirmed, DocumentSeen, SelfDeclared};
    let claims = [
        (SelfDeclared, "Jan Kowal", "Jan Kowal"),
        (SelfDeclared, "Jan Kowalski", "Jan Kowalski"),
        (Alias, "Janek", "Jan Kowalski"),
        (DocumentSeen, "Jan Kowalczyk", "Jan Kowalczyk"),
        (SelfDeclared, "Jan Nowak", "Jan Kowalczyk"),
        (AuthorityConfirmed, "Jan Kowalewski", "Jan Kowalewski"),
        (DocumentSeen, "Jan Kowalczuk", "Jan Kowalewski"),
    ];
    let mut given = given([signalled()]);
    for (assurance, name, known) in claims {
        given = given.days_later(1).and(update(named(name), assurance)).then(|path| is_called(path, Some(known)));
    }
}

#[test]
fn an_older_claim_that_is_told_later_does_not_replace_a_newer_one_and_a_surer_one_does() {
    use Assurance::{DocumentSeen, SelfDeclared};
    let newer = || given([signalled()]).days_later(3).when(update(named("Jan Nowak"), SelfDeclared));
    let older = |assurance| newer().days_later(-2).and(update(named("Jan Kowal"), assurance));
    older(SelfDeclared).then(|path| is_called(path, Some("Jan Nowak")));
    older(DocumentSeen).then(|path| is_called(path, Some("Jan Kowal")));
    let emptied = said(serde_json::json!({ "name": null }), SelfDeclared);
    newer().days_later(-2).and(emptied).then(|path| is_called(path, Some("Jan Nowak")));
}

#[test]
fn what_a_signal_or_an_intake_says_is_as_sure_as_an_alias() {
    let intake = || RecordIntake { identity: Some(named("Janek")), ..RecordIntake::default() };
    let signal = || ReportSignal { identity: Some(named("Jasiek")), ..a_signal() };
    given([signalled()]).when(intake()).then(|path| is_called(path, Some("Janek"))).and(signal()).then(|path| {
        is_called(path, Some("Jasiek"));
        assert_eq!(path.identity.assurance(), Some(Assurance::Alias));
    });
    given([signalled()])
        .when(update(named("Jan Kowal"), Assurance::SelfDeclared))
        .and(intake())
        .and(signal())
        .then(|path| is_called(path, Some("Jan Kowal")));
}

#[test]
fn each_field_has_an_assurance_of_its_own() {
    let born = said(serde_json::json!({ "birth_date": "1976-02-14" }), Assurance::DocumentSeen);
    let other = said(serde_json::json!({ "birth_date": "1981", "name": "Jan Kowal" }), Assurance::SelfDeclared);
    given([signalled()]).when(born).and(other).then(|path| {
        is_called(path, Some("Jan Kowal"));
        was_born(path, Some("1976-02-14"));
        assert_eq!(path.identity.assurance(), Some(Assurance::DocumentSeen));
    });
}

#[test]
fn a_field_can_be_emptied_of_what_was_said_as_surely_or_less() {
    use Assurance::{DocumentSeen, SelfDeclared};
    let born = |assurance| said(serde_json::json!({ "birth_date": "1976-02-14", "name": "Jan" }), assurance);
    let emptied = |assurance| said(serde_json::json!({ "birth_date": null }), assurance);
    let empty = || given([signalled()]).when(born(SelfDeclared)).and(emptied(SelfDeclared));
    empty().then(|path| {
        was_born(path, None);
        is_called(path, Some("Jan"));
    });
    empty().and(emptied(DocumentSeen)).and(born(SelfDeclared)).then(|path| was_born(path, Some("1976-02-14")));
    given([signalled()]).when(born(SelfDeclared)).and(emptied(DocumentSeen)).then(|path| was_born(path, None));
    given([signalled()])
        .when(born(DocumentSeen))
        .and(emptied(SelfDeclared))
        .then(|path| was_born(path, Some("1976-02-14")));
    given([signalled()]).when(born(SelfDeclared)).and(born(DocumentSeen)).and(emptied(SelfDeclared)).then(|path| {
        was_born(path, Some("1976-02-14"));
    });
}

#[test]
fn every_field_can_be_emptied_and_then_nothing_is_known() {
    let full = serde_json::json!({
        "name": "Jan Kowal", "alias": "Janek", "birth_date": "1976-02", "birth_place": "Radom", "approximate_age": 50,
        "sex": "male", "countries": ["PL"], "origin": "Eastern Europe", "languages": [{ "language": "pl" }],
        "documents": [{ "kind": "passport", "number": "ZS 1234567", "country": "PL" }], "contact": "the drop-in",
        "appearance": "a scar",
    });
    let fields = full.as_object().unwrap().clone();
    assert_eq!(fields.len(), ClaimField::NAMES.len());
    let emptied = |value: &serde_json::Value| match value {
        serde_json::Value::Array(_) => serde_json::json!([]),
        _ => serde_json::Value::Null,
    };
    let empty: serde_json::Map<_, _> = fields.iter().map(|(name, value)| (name.clone(), emptied(value))).collect();
    given([signalled()])
        .when(said(full, Assurance::SelfDeclared))
        .then(|path| assert_eq!(path.identity.assurance(), Some(Assurance::SelfDeclared)))
        .and(said(empty.into(), Assurance::SelfDeclared))
        .then(|path| assert_eq!(path.identity.assurance(), None));
}

#[test]
fn a_field_that_a_signal_or_an_intake_leaves_empty_was_not_asked_and_is_kept() {
    let identity: IdentityInput = serde_json::from_value(serde_json::json!({ "name": null, "countries": [] })).unwrap();
    let intake = RecordIntake { identity: Some(identity.clone()), ..RecordIntake::default() };
    let signal = ReportSignal { identity: Some(identity), ..a_signal() };
    let named = ReportSignal { identity: Some(named("Jan")), ..a_signal() };
    given([]).when(named).and(intake).and(signal).then(|path| is_called(path, Some("Jan")));
}

#[test]
fn a_date_of_birth_is_kept_as_precisely_as_it_was_given() {
    for date in ["1976", "1976-02", "1976-02-14"] {
        let born = said(serde_json::json!({ "birth_date": date }), Assurance::SelfDeclared);
        given([signalled()]).when(born).then(|path| was_born(path, Some(date)));
    }
    for bad in ["76", "197", "19760", "1976-2", "1976-13", "1976-00", "1976-02-30", "1976-", "00-00-1976", "1976-02-00"]
    {
        let claim = serde_json::json!({ "birth_date": bad });
        let refused = serde_json::from_value::<IdentityInput>(claim).unwrap_err().to_string();
        assert!(refused.starts_with("must be a date of birth"), "{bad}: {refused}");
    }
    for beyond in ["1899", "0000", "2100", "2100-01", "1899-12"] {
        let claim = serde_json::json!({ "birth_date": beyond });
        let refused = serde_json::from_value::<IdentityInput>(claim).unwrap_err().to_string();
        assert_eq!(refused, "must lie in the years 1900 to 2099", "{beyond}");
    }
    // It is the tenth of January 2026.
    for (date, is_taken) in [("2026", true), ("2026-01", true), ("2026-02", false), ("2027", false)] {
        let born = said(serde_json::json!({ "birth_date": date }), Assurance::SelfDeclared);
        let given = given([signalled()]).when(born);
        if is_taken { drop(given.then_types(["identity_updated"])) } else { given.then_field("claim/birth_date") }
    }
}

#[test]
fn a_person_is_released_once_and_before_anything_is_agreed() {
    let (release, agree) = (|| ReleaseMatch { explanation: None }, || AgreeMatch { explanation: None });
    let other = another_person();
    given([signalled()]).when_on(other, agree()).then_err(IdentityRefusal::NotReleased);
    given([signalled()]).when(release()).and(release()).then_err(IdentityRefusal::AlreadyReleased);
    let agreed = || given([signalled()]).when(release()).and_on(other, agree());
    agreed().then_types(["match_agreed"]).then(|path| assert_eq!(path.linked_with().count(), 0));
    agreed().and_on(other, agree()).then_err(IdentityRefusal::AlreadyAgreed);
    given([signalled()])
        .when(release())
        .and_on(other, DismissMatch { explanation: None })
        .and_on(other, agree())
        .then_err(IdentityRefusal::MatchAlreadyDismissed);
    given([signalled()]).when(release()).and_on(this_person(), agree()).then_err(IdentityRefusal::MatchWithItself);
}

#[test]
fn of_three_in_a_row_the_first_and_the_last_have_no_link_that_could_be_undone() {
    let link = |with: PersonId| LinkPersons { with, basis: LinkBasis::SameDocument, explanation: None };
    let next = PersonsLinked { with: a_relative(), basis: LinkBasis::SameDocument, explanation: None };
    let three = || {
        let two = given([signalled()]).and_happened_to(another_person(), &signalled()).when(link(another_person()));
        two.and_happened_to(another_person(), &IdentityEvent::PersonsLinked(next.clone()).into())
    };
    three().and_on(a_relative(), UnlinkPersons::default()).then_err(IdentityRefusal::NotLinked);
    let apart = three().and_on(another_person(), UnlinkPersons::default()).then_types(["persons_unlinked"]);
    apart.then(|path| assert_eq!(path.linked_with().collect::<Vec<_>>(), [a_relative()]));
}
