use super::super::testing::*;
use super::*;
use crate::event::Event;

const REFERRAL: ReferralId = ReferralId(id_of_command(0));

fn decline() -> DeclineReferral {
    DeclineReferral { reason: DeclineReason::PlaceScarcity, explanation: None }
}

fn dropout() -> RecordDropout {
    RecordDropout { reason: DropoutReason::FearOfReturn, explanation: None }
}

fn referred() -> Given {
    given([signalled()]).when(a_referral()).by(street_doctor())
}

fn declined_for(referral: &Referral) -> Option<DeclineReason> {
    match &referral.answer {
        Some(Answer::Declined(declined)) => Some(declined.reason),
        _ => None,
    }
}

#[test]
fn a_referral_moves_through_acceptance_and_care_to_its_end() {
    referred()
        .then(|path| assert_eq!(path.phase(), Phase::Referred))
        .and_on(REFERRAL, AcceptReferral::default())
        .and_on(REFERRAL, StartCare::default())
        .then(|path| assert_eq!(path.phase(), Phase::InCare))
        .and_on(REFERRAL, EndCare::default())
        .then(|path| assert_eq!(path.referrals[0].state(), ReferralState::Ended));
}

#[test]
fn a_declined_referral_cannot_be_accepted_afterwards() {
    referred()
        .and_on(REFERRAL, decline())
        .and_on(REFERRAL, AcceptReferral::default())
        .then_err(ReferralRefusal::AlreadyAnswered);
}

#[test]
fn a_declined_referral_needs_a_reason() {
    let without = serde_json::from_value::<DeclineReferral>(serde_json::json!({}));
    assert!(without.unwrap_err().to_string().contains("missing field `reason`"));
    referred().and_on(REFERRAL, decline()).then(|path| {
        assert_eq!(declined_for(&path.referrals[0]), Some(DeclineReason::PlaceScarcity));
    });
}

#[test]
fn a_waiting_person_can_still_be_taken_on() {
    referred()
        .and_on(REFERRAL, WaitlistReferral::default())
        .and_on(REFERRAL, AcceptReferral::default())
        .then(|path| assert_eq!(path.referrals[0].state(), ReferralState::Accepted));
}

#[test]
fn only_the_organisation_that_was_asked_answers() {
    referred().by(shelter24()).and_on(REFERRAL, AcceptReferral::default()).then_not_yours();
    referred().by(shelter24()).and_on(REFERRAL, decline()).then_not_yours();
}

#[test]
fn only_the_referring_organisation_or_the_coordinator_takes_a_referral_back() {
    let withdraw = || WithdrawReferral { reason: WithdrawReason::OtherOffer, explanation: None };
    referred().and_on(REFERRAL, withdraw()).then_not_yours();
    referred().by(night_shelter()).and_on(REFERRAL, withdraw()).then_types(["referral_withdrawn"]);
    referred()
        .by(coordinator())
        .and_on(REFERRAL, withdraw())
        .and_on(REFERRAL, withdraw())
        .then_err(ReferralRefusal::NotOpen);
}

#[test]
fn care_starts_only_after_acceptance_and_ends_only_after_it_started() {
    referred().and_on(REFERRAL, StartCare::default()).then_err(ReferralRefusal::NotAccepted);
    referred().and_on(REFERRAL, EndCare::default()).then_err(ReferralRefusal::CareNotStarted);
}

#[test]
fn a_dropout_keeps_its_reason_and_the_phase_in_which_it_happened() {
    referred()
        .and_on(REFERRAL, AcceptReferral::default())
        .and_on(REFERRAL, StartCare::default())
        .and_on(REFERRAL, dropout())
        .then_event(|event| {
            matches!(
                event,
                Event::Referral(ReferralEvent::DroppedOut(DroppedOut {
                    reason: DropoutReason::FearOfReturn,
                    phase: Phase::InCare,
                    ..
                }))
            )
        })
        .then(|path| assert_eq!(path.phase(), Phase::DroppedOut));
}

#[test]
fn nobody_drops_out_of_what_was_never_agreed() {
    referred().and_on(REFERRAL, dropout()).then_err(ReferralRefusal::NotOpen);
}

#[test]
fn a_contact_after_a_dropout_brings_the_person_back_on_the_path() {
    referred()
        .and_on(REFERRAL, AcceptReferral::default())
        .and_on(REFERRAL, dropout())
        .and(a_contact())
        .then(|path| assert_eq!(path.phase(), Phase::InContact));
}

#[test]
fn one_asks_others_for_what_they_offer_and_only_once() {
    let to =
        |to: &str, offering| Refer { to: to.parse().unwrap(), offering, urgency: None, reason: None, overbook: None };
    given([signalled()]).when(to("night-shelter-rotterdam", Offering::NightBed)).then_err(ReferralRefusal::ToItself);
    given([signalled()]).when(to("nowhere", Offering::NightBed)).then_field("to");
    given([signalled()])
        .when(to("street-doctor-rotterdam", Offering::Repatriation))
        .then_err(ReferralRefusal::NotOffered);
    given([signalled()]).when(a_referral()).and(a_referral()).then_err(ReferralRefusal::AlreadyOpen);
}

#[test]
fn what_is_not_on_the_path_cannot_be_answered() {
    given([signalled()]).when_on(REFERRAL, decline()).then_err(ReferralRefusal::Unknown);
}

#[test]
fn giving_the_bed_answers_the_referral_that_asked_for_it() {
    let for_a_bed = Refer {
        to: "shelter24-rotterdam".parse().unwrap(),
        offering: Offering::Bed24h,
        urgency: None,
        reason: None,
        overbook: None,
    };
    given([signalled()])
        .when(for_a_bed)
        .by(shelter24())
        .and(a_bed())
        .then_types(["referral_accepted", "bed_assigned"])
        .then(|path| assert_eq!(path.phase(), Phase::Sheltered));
}

#[test]
fn a_waiting_list_ends_on_a_day_that_is_still_to_come() {
    let until = |day: &str| {
        let waitlisted = WaitlistReferral { until: Some(day.parse().unwrap()) };
        given([signalled()]).when(a_referral()).by(street_doctor()).and_on(REFERRAL, waitlisted)
    };
    until("2026-01-09").then_field("until");
    until("2026-01-10").then_types(["referral_waitlisted"]);
}
