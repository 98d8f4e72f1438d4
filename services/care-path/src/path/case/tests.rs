use super::super::identity::{IdentityInput, UpdateIdentity};
use super::super::testing::*;
use super::*;
use crate::codes::LinkBasis;
use crate::codes::{Assurance, Phase};
use crate::path::identity::LinkPersons;

fn close() -> CloseCase {
    CloseCase { reason: CloseReason::Housed, explanation: None }
}

#[test]
fn a_case_is_closed_with_a_reason_and_reopened() {
    given([signalled()]).when(close()).then(|path| assert_eq!(path.phase(), Phase::Closed));
    given([signalled()])
        .when(close())
        .and(ReopenCase::default())
        .then(|path| assert_eq!(path.phase(), Phase::Signalled));
}

#[test]
fn what_is_closed_is_not_closed_again_and_what_is_open_not_reopened() {
    given([signalled()]).when(close()).and(close()).then_err(CaseRefusal::Closed);
    given([signalled()]).when(ReopenCase::default()).then_err(CaseRefusal::NotClosed);
}

#[test]
fn nothing_closes_a_case_by_itself_not_even_a_death() {
    given([signalled()]).when(RecordDeath::default()).then(|path| assert!(!path.is_closed()));
    given([signalled()])
        .when(RecordDeath::default())
        .and(RecordDeath::default())
        .then_err(CaseRefusal::DeathAlreadyRecorded);
}

#[test]
fn of_somebody_whose_death_is_on_record_nothing_new_is_asked() {
    let died = || given([signalled()]).when(RecordDeath::default());
    died().and(a_lookout()).then_err(CaseRefusal::Died);
    died().and(a_referral()).then_err(CaseRefusal::Died);
    died().and(an_exception_request()).then_err(CaseRefusal::Died);
    died().and(a_bed()).then_types(["bed_assigned"]);
    died().and(close()).then_types(["case_closed"]);
}

#[test]
fn nobody_dies_in_the_future_or_before_they_were_born() {
    let died = |day: &str| RecordDeath { died_on: Some(day.parse().unwrap()), explanation: None };
    let born = |day: &str| UpdateIdentity {
        claim: IdentityInput { birth_date: Some(day.parse().unwrap()), ..IdentityInput::default() },
        assurance: Assurance::SelfDeclared,
    };
    given([signalled()]).when(died("2026-01-11")).then_field("died_on");
    given([signalled()]).when(born("2005-03-02")).and(died("2005-03-01")).then_field("died_on");
    given([signalled()]).when(born("2005-03-02")).and(died("2005-03-02")).then_types(["death_recorded"]);
    given([signalled()]).when(died("2026-01-10")).then_types(["death_recorded"]);
}

#[test]
fn a_case_moves_with_its_coordinator() {
    let to_utrecht = AssignCoordinator { municipality: Some("utrecht".parse().unwrap()), coordinator: None };
    given([signalled()]).when(to_utrecht).then(|path| {
        assert_eq!(path.municipality().map(Municipality::as_str), Some("utrecht"));
    });
}

#[test]
fn a_case_is_assigned_only_to_a_coordinator_who_exists_and_is_of_the_municipality() {
    let assign = |municipality: Option<&str>, coordinator: &str| AssignCoordinator {
        municipality: municipality.map(|name| name.parse().unwrap()),
        coordinator: Some(coordinator.parse().unwrap()),
    };
    given([signalled()]).when(assign(None, "coordinator-rotterdam")).then_types(["coordinator_assigned"]);
    given([signalled()]).when(assign(None, "nobody")).then_field("coordinator");
    given([signalled()]).when(assign(Some("utrecht"), "coordinator-rotterdam")).then_field("coordinator");
}

#[test]
fn a_note_may_be_added_to_a_closed_case() {
    let note = AddNote { text: "called the family".parse().unwrap() };
    given([signalled(), closed(CloseReason::Housed)]).when(note).then_types(["note_added"]);
}

#[test]
fn what_shows_that_the_person_is_there_opens_a_closed_case_unless_it_was_before() {
    let closed =
        || given([signalled()]).a_day_later().by(coordinator()).when(close()).a_day_later().by(night_shelter());
    closed().and(a_contact()).then_types(["contact_made", "case_reopened"]).then(|path| assert!(!path.is_closed()));
    let before = Some(evening(0));
    closed().happened(before).and(a_contact()).then_types(["contact_made"]).then(|path| assert!(path.is_closed()));
}

#[test]
fn a_closing_that_is_told_late_does_not_close_the_case_of_somebody_who_was_there_since() {
    let told_late = |given: Given| given.by(coordinator()).a_day_later().happened(Some(evening(1))).and(close());
    let there = || given([signalled()]).days_later(2);
    for there in [there().when(a_contact()), there().when(a_bed())] {
        told_late(there).then(|path| {
            assert!(!path.is_closed());
            assert_eq!(path.open_stays().count(), path.stays.len());
        });
    }
    // What was asked for since shows nothing of the person.
    told_late(there().when(a_referral())).then(|path| assert!(path.is_closed() && !path.referrals[0].is_open()));
}

#[test]
fn in_doubt_what_is_told_after_a_closing_happened_after_it() {
    let that_day = |precision| {
        let occurred = crate::time::Occurred { at: evening(0) - chrono::TimeDelta::hours(2), precision };
        given([signalled()]).when(close()).and_told(occurred, a_contact())
    };
    that_day(crate::codes::Precision::Day).then(|path| assert!(!path.is_closed()));
    that_day(crate::codes::Precision::Instant).then(|path| assert!(path.is_closed()));
}

/// Another record of the same man, that was closed on the first day; they turn out to be one on the third.
fn linked_with_one_that_was_closed() -> Given {
    let link = LinkPersons { with: another_person(), basis: LinkBasis::SameDocument, explanation: None };
    let both = given([signalled()]).and_happened_to(another_person(), &signalled());
    let there = both.when(a_bed()).and(a_referral()).and(a_lookout()).a_day_later();
    let closed = there.and_happened_to(another_person(), &closed(CloseReason::TransferredElsewhere));
    closed.days_later(2).and(link)
}

#[test]
fn a_record_that_was_closed_before_it_was_linked_says_nothing_of_the_other() {
    linked_with_one_that_was_closed().then(|path| {
        assert!(!path.is_closed());
        assert_eq!(path.open_stays().count(), 1);
        assert!(path.referrals[0].is_open() && path.lost.lookouts[0].end.is_none());
    });
    // Once they are one, a closing closes both, whichever of the two it is said of.
    let close = CloseCase { reason: CloseReason::Housed, explanation: None };
    linked_with_one_that_was_closed().and(close).then(|path| {
        assert!(path.is_closed());
        assert_eq!(path.open_stays().count(), 0);
        assert!(!path.referrals[0].is_open() && path.lost.lookouts[0].end.is_some());
    });
    let other = linked_with_one_that_was_closed().and_happened_to(another_person(), &closed(CloseReason::Housed));
    other.then(|path| assert!(path.is_closed() && path.open_stays().next().is_none()));
}

#[test]
fn two_records_that_were_each_closed_are_closed_together_and_opened_by_a_sign_on_either() {
    let link = LinkPersons { with: another_person(), basis: LinkBasis::SameDocument, explanation: None };
    let both = || {
        let one = given([signalled(), closed(CloseReason::Housed)]).and_happened_to(another_person(), &signalled());
        one.a_day_later().and_happened_to(another_person(), &closed(CloseReason::Housed)).a_day_later()
    };
    both().then(|path| assert!(path.is_closed()));
    let linked = || both().and(link.clone()).then(|path| assert!(path.is_closed()));
    linked().a_day_later().and_happened(&signalled()).then(|path| assert!(!path.is_closed()));
    linked().a_day_later().and_happened_to(another_person(), &signalled()).then(|path| assert!(!path.is_closed()));
}

#[test]
fn which_records_a_closing_closes_goes_by_what_was_known_and_not_by_when_it_is_said_to_have_been() {
    let link = || LinkPersons { with: another_person(), basis: LinkBasis::SameDocument, explanation: None };
    let both = || given([signalled()]).and_happened_to(another_person(), &signalled());
    let close = CloseCase { reason: CloseReason::Housed, explanation: None };
    // Both were closed by whoever knew of both, as of before they were linked.
    let backdated = both().days_later(2).when(link()).a_day_later().and_told(Occurred::instant(evening(1)), close);
    backdated.then(|path| assert!(path.is_closed()));
    // Whoever closed one did not know of the other, whenever the two are said to have been linked.
    let closed = both().when(a_bed()).a_day_later().and_happened_to(another_person(), &closed(CloseReason::Housed));
    let linked = closed.a_day_later().and_told(Occurred::instant(evening(0)), link());
    linked.then(|path| assert!(!path.is_closed() && path.open_stays().count() == 1));
}

#[test]
fn a_case_is_opened_again_through_either_id_also_as_of_before_it_was_closed() {
    let link = LinkPersons { with: another_person(), basis: LinkBasis::SameDocument, explanation: None };
    let both = given([signalled()]).and_happened_to(another_person(), &signalled()).when(link).days_later(2);
    let closed = both.and_happened_to(another_person(), &closed(CloseReason::Housed)).a_day_later();
    let opened = closed.and_told(Occurred::instant(evening(1)), ReopenCase::default());
    opened.then(|path| assert!(!path.is_closed()));
}
