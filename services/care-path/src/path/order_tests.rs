//! An undoing comes never before what it undoes, whenever it is said to have happened.

use super::super::case::{CloseCase, ReopenCase};
use super::super::exception::{DecideException, Decision};
use super::super::identity::{DismissMatch, LinkPersons, UnlinkPersons};
use super::super::lost::{EndCareAlert, EndLookout, FileCareAlert, ResolveLookout};
use super::super::privacy::{LiftHold, PlaceHold};
use super::super::referral::{AcceptReferral, EndCare, RecordDropout, StartCare, WaitlistReferral, WithdrawReferral};
use super::super::relations::{RelatePersons, UnrelatePersons};
use super::super::repatriation::{GiveConsent, Recipient, WithdrawConsent};
use super::super::stay::ReleaseBed;
use super::super::testing::*;
use crate::codes::{
    BedReleaseReason, CloseReason, ConsentPurpose, DataClass, DropoutReason, ExceptionState, HoldReason, LinkBasis,
    LookoutEndReason, LookoutOutcome, Phase, ReferralState, RelationKind, WithdrawReason,
};
use crate::ids::{BedId, CareAlertId, ConsentId, ExceptionId, HoldId, LookoutId, ReferralId};

fn link() -> LinkPersons {
    LinkPersons { with: another_person(), basis: LinkBasis::RecognisedByProfessional, explanation: None }
}

fn close() -> CloseCase {
    CloseCase { reason: CloseReason::Housed, explanation: None }
}

/// Somebody, and an undoing after this that is said to have happened three days before.
fn late() -> Given {
    given([signalled()]).days_later(5)
}

#[test]
fn a_link_is_undone_and_made_again_in_the_order_in_which_that_was_said() {
    let unlinked = || late().when(link()).days_late(3).and_on(another_person(), UnlinkPersons::default());
    unlinked().then(|path| {
        assert_eq!(path.linked_with().count(), 0);
        assert_eq!(path.dismissed().collect::<Vec<_>>(), [another_person()]);
    });
    unlinked().days_late(4).and(link()).then(|path| {
        assert_eq!((path.linked_with().count(), path.dismissed().count()), (1, 0));
    });
    let dismissed = late().when_on(another_person(), DismissMatch::default());
    dismissed.days_late(3).and(link()).then(|path| assert_eq!(path.dismissed().count(), 0));
}

#[test]
fn a_relation_that_is_ended_as_of_before_it_was_told_of_is_over() {
    let child = RelatePersons { with: another_person(), kind: RelationKind::Child, explanation: None };
    late()
        .when(child)
        .days_late(3)
        .and_on(another_person(), UnrelatePersons::default())
        .then(|path| assert!(path.relations().is_empty()));
}

#[test]
fn a_case_that_is_reopened_as_of_before_it_was_closed_is_open_and_closed_again_as_of_then_is_closed() {
    let reopened = || late().by(coordinator()).when(close()).days_late(3).and(ReopenCase::default());
    reopened().then(|path| assert!(!path.is_closed()));
    reopened().days_late(4).and(close()).then(|path| assert!(path.is_closed()));
}

#[test]
fn what_is_told_late_of_before_a_closing_does_not_open_the_case() {
    late().when(close()).days_late(3).and(a_contact()).then(|path| assert!(path.is_closed()));
}

#[test]
fn a_bed_is_released_and_a_hold_lifted_though_it_is_said_to_have_been_before() {
    let release = ReleaseBed { reason: BedReleaseReason::OwnChoice, explanation: None };
    late()
        .when(a_bed())
        .days_late(3)
        .and_on(BedId(id_of_command(0)), release)
        .then(|path| assert_eq!(path.open_stays().count(), 0));
    late()
        .when(PlaceHold { reason: HoldReason::Complaint })
        .days_late(3)
        .and_on(HoldId(id_of_command(0)), LiftHold {})
        .then(|path| assert!(!path.is_on_hold()));
}

#[test]
fn a_search_is_over_though_it_is_said_to_have_ended_before_it_began() {
    let lookout = LookoutId(id_of_command(0));
    let end = EndLookout { reason: LookoutEndReason::NoLongerNeeded };
    let found = ResolveLookout { outcome: LookoutOutcome::FoundSafe, explanation: None };
    let over = |path: &crate::CarePath| assert!(path.lost.lookouts[0].end.is_some());
    late().when(a_lookout()).days_late(3).and_on(lookout, end).then(over);
    late().when(a_lookout()).days_late(3).and_on(lookout, found).then(over);
    let alert = FileCareAlert {
        to: "police-rotterdam".parse().unwrap(),
        description: "a man of 50".parse().unwrap(),
        expires_at: None,
    };
    late()
        .when(alert)
        .days_late(3)
        .and_on(CareAlertId(id_of_command(0)), EndCareAlert { reason: LookoutEndReason::NoLongerNeeded })
        .then(|path| assert!(path.lost.care_alerts[0].over.is_some()));
}

#[test]
fn a_request_is_decided_and_a_consent_withdrawn_though_it_is_said_to_have_been_before() {
    let granted = DecideException {
        decision: Decision::Granted,
        reason: "as the doctor says".parse().unwrap(),
        expires_at: None,
    };
    late()
        .when(a_bed())
        .and(an_exception_request())
        .by(coordinator())
        .days_late(3)
        .and_on(ExceptionId(id_of_command(1)), granted)
        .then(|path| assert_eq!(path.exceptions[0].state(), ExceptionState::Granted));
    let consent = GiveConsent {
        purpose: ConsentPurpose::Repatriation,
        recipient: Recipient::Country("PL".parse().unwrap()),
        data_classes: [DataClass::Identity].into(),
        language: "pl".parse().unwrap(),
        interpreter: true,
    };
    late()
        .by(supporter())
        .when(consent)
        .days_late(3)
        .and_on(ConsentId(id_of_command(0)), WithdrawConsent {})
        .then(|path| assert!(path.repatriation.consents[0].withdrawn.is_some()));
}

#[test]
fn a_referral_takes_its_steps_in_the_order_in_which_they_were_taken() {
    let referral = ReferralId(id_of_command(0));
    let state = |expected: ReferralState| move |path: &crate::CarePath| assert_eq!(path.referrals[0].state(), expected);
    let asked = || late().by(night_shelter()).when(a_referral()).by(street_doctor());
    let listed = || asked().and_on(referral, WaitlistReferral::default());
    let accepted = || listed().days_late(3).and_on(referral, AcceptReferral::default());
    accepted().then(state(ReferralState::Accepted));
    let started = || accepted().days_late(4).and_on(referral, StartCare {});
    started().then(state(ReferralState::Started));
    started().days_late(5).and_on(referral, EndCare::default()).then(state(ReferralState::Ended)).then(|path| {
        assert_ne!(path.phase(), Phase::InCare);
    });
    let dropout = RecordDropout { reason: DropoutReason::Language, explanation: None };
    started().days_late(5).and_on(referral, dropout).then(state(ReferralState::DroppedOut));
    let withdraw = WithdrawReferral { reason: WithdrawReason::NoLongerNeeded, explanation: None };
    listed().by(night_shelter()).days_late(3).and_on(referral, withdraw).then(state(ReferralState::Withdrawn));
}
