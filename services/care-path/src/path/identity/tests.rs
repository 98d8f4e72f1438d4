use super::super::intake::RecordIntake;
use super::super::signal::ReportSignal;
use super::super::testing::*;
use super::*;

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

#[test]
fn a_later_claim_adds_to_an_earlier_one_field_by_field() {
    let first = UpdateIdentity { claim: claim("the Captain"), assurance: Assurance::Alias };
    let born = UpdateIdentity {
        claim: IdentityInput { approximate_age: Age::new(50), ..IdentityInput::default() },
        assurance: Assurance::SelfDeclared,
    };
    given([signalled()]).when(first).and(born).then(|path| {
        let alias = path.identity.newest(|claim| claim.alias.as_ref());
        let age = path.identity.newest(|claim| claim.approximate_age);
        assert_eq!((alias.map(Line::as_str), age.map(Age::years)), (Some("the Captain"), Some(50)));
        assert_eq!(path.identity.assurance, Some(Assurance::SelfDeclared));
    });
}
