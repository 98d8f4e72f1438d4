//! How somebody comes to stand in a relation to a person, and how it ends.

use chrono::TimeDelta;

use super::super::{Sight, Standing};
use crate::actor::{Actor, Area, Principal};
use crate::codes::{
    Assurance, BedReleaseReason, CareAlertOutcome, CloseReason, ConsentPurpose, DataClass, DeclineReason,
    DischargeEndReason, HandoverDeclineReason, HandoverWithdrawReason, LocationType, LookoutOutcome, RelationKind,
    ReturnCondition, ReturnWish,
};
use crate::deadlines::Deadlines;
use crate::ids::{BedId, CareAlertId, ConsentId, DischargeId, HandoverId, LookoutId, ReferralId};
use crate::path::CarePath;
use crate::path::case::{AssignCoordinator, RecordDeath};
use crate::path::discharge::{AnnounceDischarge, CallOffDischarge, ReportDischarge};
use crate::path::identity::UpdateIdentity;
use crate::path::intake::RecordIntake;
use crate::path::lost::{
    AnswerCareAlert, ExpireLookout, FileCareAlert, IssueLookout, LookoutRecipient, ResolveLookout,
};
use crate::path::referral::{AcceptReferral, DeclineReferral, EndCare, StartCare};
use crate::path::relations::RelatePersons;
use crate::path::repatriation::{
    AcceptHandover, AcknowledgeHandover, ConfirmArrival, DeclineHandover, EvidenceReturnCondition, GiveConsent,
    PresentReturnOptions, ProposeHandover, Recipient, RecordDeparture, WithdrawConsent, WithdrawHandover,
};
use crate::path::stay::ReleaseBed;
use crate::path::testing::*;
use crate::policy::Relation;
use crate::time::DateTime;

fn standing(who: &Principal, path: &CarePath, now: DateTime) -> Standing {
    Standing::of(who, path, now, &Deadlines::default(), &directory())
}

fn relation(who: &Principal, path: &CarePath, now: DateTime) -> Relation {
    standing(who, path, now).relation
}

fn of_utrecht(actor: fn(crate::ids::Municipality) -> Actor) -> Principal {
    principal("municipality-utrecht", actor("utrecht".parse().unwrap()))
}

fn assessor() -> Principal {
    principal("municipality-rotterdam", Actor::MunicipalAssessor { municipality: rotterdam() })
}

fn coordinates(municipality: crate::ids::Municipality) -> Actor {
    Actor::ProcessCoordinator { municipality }
}

#[test]
fn coordinator_and_assessor_stand_in_the_region_of_the_persons_municipality_and_of_no_other() {
    given([signalled()]).then(|path| {
        assert_eq!(relation(&coordinator(), path, evening(0)), Relation::Region);
        assert_eq!(relation(&assessor(), path, evening(0)), Relation::Region);
        assert_eq!(relation(&of_utrecht(coordinates), path, evening(0)), Relation::None);
        let assesses = |municipality| Actor::MunicipalAssessor { municipality };
        assert_eq!(relation(&of_utrecht(assesses), path, evening(0)), Relation::None);
    });
}

#[test]
fn the_region_moves_with_the_case() {
    let to_utrecht = AssignCoordinator { municipality: Some("utrecht".parse().unwrap()), coordinator: None };
    given([signalled()]).when(to_utrecht).then(|path| {
        assert_eq!(relation(&coordinator(), path, evening(0)), Relation::None);
        assert_eq!(relation(&of_utrecht(coordinates), path, evening(0)), Relation::Region);
    });
}

#[test]
fn nobody_stands_in_the_region_of_a_path_without_a_municipality() {
    let nowhere = CarePath::default();
    assert_eq!(relation(&coordinator(), &nowhere, evening(0)), Relation::None);
}

#[test]
fn a_signal_alone_involves_nobody() {
    given([signalled()]).then(|path| {
        assert_eq!(relation(&night_shelter(), path, evening(0)), Relation::None);
        assert!(path.was_recorded_by(&night_shelter()));
    });
}

#[test]
fn an_intake_involves_for_thirty_days_and_not_longer() {
    given([signalled()]).when(RecordIntake::default()).then(|path| {
        assert_eq!(relation(&night_shelter(), path, evening(0)), Relation::Involved);
        assert_eq!(relation(&night_shelter(), path, evening(30)), Relation::Involved);
        assert_eq!(relation(&night_shelter(), path, evening(30) + TimeDelta::seconds(1)), Relation::None);
        assert_eq!(relation(&shelter24(), path, evening(0)), Relation::None);
    });
}

/// Asked by the night shelter to look out (command 0), another shelter writes an intake (1).
fn an_intake_of_one_who_was_asked_to_look_out() -> Given {
    given([signalled()]).when(a_lookout()).by(shelter24()).and(RecordIntake::default())
}

#[test]
fn an_organisation_that_was_asked_to_look_out_does_not_involve_itself_by_an_intake() {
    an_intake_of_one_who_was_asked_to_look_out()
        // The person is there, so nobody is asked to look out any more.
        .then(|path| assert_eq!(relation(&shelter24(), path, evening(0)), Relation::None));
}

#[test]
fn its_intake_opens_the_file_once_those_who_look_for_the_person_say_that_they_are_found() {
    let found = ResolveLookout { outcome: LookoutOutcome::FoundSafe, explanation: None };
    let lookout = LookoutId(id_of_command(0));
    an_intake_of_one_who_was_asked_to_look_out()
        .by(night_shelter())
        .and_on(lookout, found)
        .then(|path| assert_eq!(relation(&shelter24(), path, evening(0)), Relation::Involved));
}

#[test]
fn a_bed_or_a_referral_opens_it_as_well() {
    an_intake_of_one_who_was_asked_to_look_out()
        .and(a_bed())
        .then(|path| assert_eq!(relation(&shelter24(), path, evening(0)), Relation::Involved));
}

#[test]
fn a_stay_involves_for_as_long_as_it_lasts_and_thirty_days_after() {
    let release = ReleaseBed { reason: BedReleaseReason::MovedOn, explanation: None };
    let stayed = || given([signalled()]).when(a_bed());
    stayed().then(|path| assert_eq!(relation(&night_shelter(), path, evening(400)), Relation::Involved));
    stayed().days_later(100).and_on(BedId(id_of_command(0)), release).then(|path| {
        assert_eq!(relation(&night_shelter(), path, evening(130)), Relation::Involved);
        assert_eq!(relation(&night_shelter(), path, evening(131)), Relation::None);
    });
}

#[test]
fn a_referral_involves_both_sides_while_it_is_open_and_thirty_days_after() {
    let referral = ReferralId(id_of_command(0));
    given([signalled()]).when(a_referral()).then(|path| {
        assert_eq!(relation(&night_shelter(), path, evening(200)), Relation::Involved);
        assert_eq!(relation(&street_doctor(), path, evening(200)), Relation::Involved);
        assert_eq!(relation(&supporter(), path, evening(200)), Relation::None);
    });
    let decline = DeclineReferral { reason: DeclineReason::PlaceScarcity, explanation: None };
    given([signalled()]).when(a_referral()).by(street_doctor()).days_later(3).and_on(referral, decline).then(|path| {
        assert_eq!(relation(&street_doctor(), path, evening(33)), Relation::Involved);
        assert_eq!(relation(&street_doctor(), path, evening(34)), Relation::None);
        assert_eq!(relation(&night_shelter(), path, evening(34)), Relation::None);
    });
}

#[test]
fn care_involves_until_thirty_days_after_it_ended() {
    let referral = ReferralId(id_of_command(0));
    given([signalled()])
        .when(a_referral())
        .by(street_doctor())
        .and_on(referral, AcceptReferral::default())
        .and_on(referral, StartCare::default())
        .then(|path| assert_eq!(relation(&street_doctor(), path, evening(500)), Relation::Involved))
        .days_later(90)
        .and_on(referral, EndCare::default())
        .then(|path| {
            assert_eq!(relation(&street_doctor(), path, evening(120)), Relation::Involved);
            assert_eq!(relation(&street_doctor(), path, evening(121)), Relation::None);
        });
}

#[test]
fn the_term_is_the_municipalitys_to_set() {
    let short = Deadlines { involvement_days: 2, ..Deadlines::default() };
    given([signalled()]).when(RecordIntake::default()).then(|path| {
        assert_eq!(Standing::of(&night_shelter(), path, evening(3), &short, &directory()).relation, Relation::None);
    });
}

#[test]
fn a_lookout_addresses_its_recipients_until_it_expires() {
    given([signalled()]).when(a_lookout()).then(|path| {
        assert_eq!(relation(&shelter24(), path, evening(13)), Relation::Addressed);
        assert_eq!(relation(&shelter24(), path, evening(14)), Relation::None);
        assert_eq!(relation(&street_doctor(), path, evening(0)), Relation::None);
    });
    let expired = given([signalled()]).when(a_lookout()).days_later(15);
    expired.and_on(LookoutId(id_of_command(0)), ExpireLookout {}).then(|path| {
        assert_eq!(relation(&shelter24(), path, evening(1)), Relation::None);
    });
}

#[test]
fn a_resolved_lookout_addresses_nobody_any_more() {
    let resolve = ResolveLookout { outcome: LookoutOutcome::FoundSafe, explanation: None };
    given([signalled()]).when(a_lookout()).and_on(LookoutId(id_of_command(0)), resolve).then(|path| {
        assert_eq!(relation(&shelter24(), path, evening(0)), Relation::None);
    });
}

#[test]
fn whoever_is_involved_and_addressed_is_involved() {
    given([signalled()]).by(shelter24()).when(a_bed()).by(night_shelter()).and(a_lookout()).then(|path| {
        assert_eq!(relation(&shelter24(), path, evening(0)), Relation::Involved);
    });
}

#[test]
fn a_hospital_that_is_asked_to_look_out_is_addressed() {
    let recipients = [LookoutRecipient::Organisation { organisation: "hospital-rotterdam".parse().unwrap() }].into();
    given([signalled()]).when(IssueLookout { recipients, ..a_lookout() }).then(|path| {
        assert_eq!(relation(&hospital(), path, evening(0)), Relation::Addressed);
        assert_eq!(relation(&hospital(), path, evening(14)), Relation::None);
        assert_eq!(relation(&street_doctor(), path, evening(0)), Relation::None);
    });
}

#[test]
fn a_call_reaches_the_street_doctors_of_the_municipality_until_somebody_who_gives_care_met_the_person() {
    let to_utrecht = AssignCoordinator { municipality: Some("utrecht".parse().unwrap()), coordinator: None };
    let called = |path: &CarePath| relation(&street_doctor(), path, evening(0)) == Relation::Called;
    given([confused()]).then(|path| assert!(called(path)));
    given([signalled()]).then(|path| assert!(!called(path)));
    given([confused()]).by(hospital()).when(a_contact()).then(|path| assert!(!called(path)));
    given([confused()]).when(to_utrecht).then(|path| assert!(!called(path)));
    given([confused(), closed(CloseReason::Housed)]).then(|path| assert!(!called(path)));
    given([confused()]).when(RecordDeath::default()).then(|path| assert!(!called(path)));
    given([confused()]).when(a_referral()).then(|path| {
        assert_eq!(relation(&street_doctor(), path, evening(0)), Relation::Involved);
    });
}

#[test]
fn a_call_reaches_child_protection_for_as_long_as_a_minor_is_alone() {
    let claim = serde_json::from_value(serde_json::json!({ "birth_date": "2012" })).unwrap();
    let minor = || given([signalled()]).when(UpdateIdentity { claim, assurance: Assurance::SelfDeclared });
    let with = RelatePersons { with: another_person(), kind: RelationKind::Parent, explanation: None };
    minor()
        .then(|path| {
            assert_eq!(relation(&child_protection(), path, evening(0)), Relation::Called);
            assert_eq!(relation(&supporter(), path, evening(0)), Relation::None);
            assert_eq!(relation(&street_doctor(), path, evening(0)), Relation::None);
        })
        .and(with)
        .then(|path| assert_eq!(relation(&child_protection(), path, evening(0)), Relation::None));
}

/// Announced to the night shelter, for the second evening (command 0).
fn discharge_announced(by: Principal) -> Given {
    let announce = AnnounceDischarge {
        from: Some("hospital-rotterdam".parse().unwrap()),
        destination: LocationType::NightShelterEu,
        to: Some("night-shelter-rotterdam".parse().unwrap()),
        expected_at: moment(2),
        care_needs: None,
    };
    given([]).by(coordinator()).when(a_signal()).by(by).and(announce)
}

#[test]
fn a_place_that_is_warned_of_a_discharge_is_involved_until_it_is_called_off_or_given_up() {
    let announced = || discharge_announced(hospital());
    let warned = |path: &CarePath, day| relation(&night_shelter(), path, evening(day)) == Relation::Involved;
    announced().then(|path| {
        assert!(warned(path, 0) && warned(path, 4) && !warned(path, 5));
        assert_eq!(relation(&shelter24(), path, evening(0)), Relation::None);
        assert_eq!(relation(&hospital(), path, evening(0)), Relation::None);
    });
    let reason = DischargeEndReason::Stays;
    let called_off = announced().and_on(DischargeId(id_of_command(1)), CallOffDischarge { reason, explanation: None });
    called_off.then(|path| {
        assert!(!warned(path, 0));
        // It is told that it is over, and sees nothing of the person.
        let (deadlines, who) = (Deadlines::default(), night_shelter());
        assert!(Sight::of(&who, path, evening(1), &deadlines, &directory()).is_none());
        assert!(Sight::of_ends(&who, path, evening(13), &deadlines).is_some());
        assert!(Sight::of_ends(&who, path, evening(14), &deadlines).is_none());
        assert!(Sight::of_ends(&shelter24(), path, evening(1), &deadlines).is_none());
    });
    announced().by(coordinator()).and(RecordDeath::default()).then(|path| assert!(!warned(path, 0)));
}

#[test]
fn nobody_involves_themselves_by_saying_that_they_were_warned() {
    let report = |by: Principal| {
        let discharge = ReportDischarge {
            from: Some("hospital-rotterdam".parse().unwrap()),
            destination: LocationType::NightShelterEu,
            to: Some("night-shelter-rotterdam".parse().unwrap()),
            warned: true,
            letter_received: false,
            findings: None,
        };
        given([]).by(coordinator()).when(a_signal()).by(by).and(discharge)
    };
    let warned = |path: &CarePath| relation(&night_shelter(), path, evening(0)) == Relation::Involved;
    report(hospital()).then(|path| assert!(warned(path)));
    report(night_shelter()).then(|path| assert!(!warned(path)));
    // Who was warned by the hospital stays involved when they say that the person came.
    let arrived = ReportDischarge {
        from: Some("hospital-rotterdam".parse().unwrap()),
        destination: LocationType::NightShelterEu,
        to: None,
        warned: false,
        letter_received: false,
        findings: None,
    };
    discharge_announced(hospital()).by(night_shelter()).and(arrived).then(|path| {
        assert!(warned(path));
        assert_eq!(relation(&night_shelter(), path, evening(31)), Relation::None);
    });
}

fn alert() -> FileCareAlert {
    FileCareAlert {
        to: "police-rotterdam".parse().unwrap(),
        description: "a man of 50".parse().unwrap(),
        expires_at: None,
    }
}

#[test]
fn an_alert_addresses_the_police_that_it_is_filed_to_while_it_runs() {
    given([signalled()]).when(alert()).then(|path| {
        assert_eq!(relation(&police(), path, evening(13)), Relation::Addressed);
        assert_eq!(relation(&police(), path, evening(14)), Relation::None);
        assert_eq!(relation(&principal("police-utrecht", Actor::Police), path, evening(0)), Relation::None);
        // An alert is for the police: to a worker of the same organisation it addresses nothing.
        assert_eq!(relation(&principal("police-rotterdam", Actor::ShelterWorker), path, evening(0)), Relation::None);
    });
}

#[test]
fn police_who_answered_an_alert_or_signalled_somebody_are_not_involved() {
    let answer = AnswerCareAlert { outcome: CareAlertOutcome::Seen, explanation: None };
    given([])
        .by(police())
        .when(a_signal())
        .then(|path| assert_eq!(relation(&police(), path, evening(0)), Relation::None))
        .by(night_shelter())
        .and(alert())
        .by(police())
        .and_on(CareAlertId(id_of_command(1)), answer)
        .then(|path| {
            assert_eq!(relation(&police(), path, evening(0)), Relation::Addressed);
            assert_eq!(relation(&police(), path, evening(20)), Relation::None);
        });
}

const HANDOVER: HandoverId = HandoverId(id_of_command(8));

/// The supporter prepares the return (commands 0 to 6), the person consents (7), and a handover is proposed (8).
fn proposed() -> Given {
    let options = PresentReturnOptions {
        language: "pl".parse().unwrap(),
        wish: ReturnWish::WantsToReturn,
        options: None,
        barriers: [].into(),
    };
    let mut given = given([signalled()]).by(supporter()).when(options);
    for condition in <ReturnCondition as crate::codes::Code>::ALL {
        let evidence = "a letter".parse().unwrap();
        let country = Some("PL".parse().unwrap());
        given = given.and(EvidenceReturnCondition { condition: *condition, country, status: None, evidence });
    }
    let consent = GiveConsent {
        purpose: ConsentPurpose::Repatriation,
        recipient: Recipient::Country("PL".parse().unwrap()),
        data_classes: [DataClass::Identity, DataClass::Return].into(),
        language: "pl".parse().unwrap(),
        interpreter: false,
    };
    let proposal = ProposeHandover {
        country: "PL".parse().unwrap(),
        receiving_organisation: None,
        receiving: Some("care-provider-pl".parse().unwrap()),
        guardian: None,
        plan: None,
    };
    given.and(consent).and(proposal)
}

/// How a liaison stands: her relation, and what the person consented to.
fn liaisons(country: &str, path: &CarePath, day: i64) -> (Relation, Vec<DataClass>) {
    let standing = standing(&liaison(country), path, evening(day));
    (standing.relation, standing.consented.unwrap())
}

#[test]
fn a_handover_addresses_the_country_that_it_is_proposed_to_and_no_other() {
    proposed().then(|path| {
        let consented = vec![DataClass::Identity, DataClass::Return];
        assert_eq!(liaisons("PL", path, 0), (Relation::Addressed, consented));
        assert_eq!(liaisons("RO", path, 0), (Relation::None, vec![]));
    });
    given([signalled()]).then(|path| assert_eq!(relation(&liaison("PL"), path, evening(0)), Relation::None));
}

#[test]
fn a_consent_that_is_withdrawn_closes_the_liaisons_sight_at_once() {
    proposed().and_on(ConsentId(id_of_command(7)), WithdrawConsent {}).then(|path| {
        assert_eq!(liaisons("PL", path, 0), (Relation::None, vec![]));
    });
}

#[test]
fn a_handover_that_was_declined_or_withdrawn_closes_it_too() {
    let (reason, explanation) = (HandoverDeclineReason::NoPlace, None);
    let declined = proposed().by(liaison("PL")).and_on(HANDOVER, DeclineHandover { reason, explanation });
    declined.then(|path| assert_eq!(liaisons("PL", path, 0), (Relation::None, vec![])));
    let (reason, explanation) = (HandoverWithdrawReason::PersonChangedMind, None);
    let withdrawn = proposed().and_on(HANDOVER, WithdrawHandover { reason, explanation });
    withdrawn.then(|path| assert_eq!(liaisons("PL", path, 0), (Relation::None, vec![])));
}

#[test]
fn after_the_arrival_a_liaison_may_still_say_how_it_goes_and_sees_nothing_of_the_person() {
    let accepted = proposed().by(liaison("PL")).and_on(HANDOVER, AcknowledgeHandover {});
    let accepted = accepted.and_on(HANDOVER, AcceptHandover::default());
    let departed = accepted.by(supporter()).and_on(HANDOVER, RecordDeparture::default());
    departed.by(liaison("PL")).and_on(HANDOVER, ConfirmArrival {}).then(|path| {
        assert_eq!(liaisons("PL", path, 0), (Relation::Addressed, vec![]));
    });
}

/// How a receiving provider stands: its relation, and what the person consented to.
fn receivers(country: &str, path: &CarePath, day: i64) -> (Relation, Vec<DataClass>) {
    let standing = standing(&receiving(country), path, evening(day));
    (standing.relation, standing.consented.unwrap())
}

#[test]
fn a_handover_addresses_the_provider_that_it_names_and_no_other() {
    proposed().then(|path| {
        let consented = vec![DataClass::Identity, DataClass::Return];
        assert_eq!(receivers("PL", path, 0), (Relation::Addressed, consented));
        assert_eq!(receivers("RO", path, 0), (Relation::None, vec![]));
        // A handover is for its receiving side in that role alone.
        let worker = principal("care-provider-pl", Actor::CareProvider);
        assert_eq!(relation(&worker, path, evening(0)), Relation::None);
    });
}

#[test]
fn a_receiving_provider_sees_the_person_after_the_arrival_too_and_not_after_a_withdrawal() {
    let accepted = || proposed().by(liaison("PL")).and_on(HANDOVER, AcknowledgeHandover {});
    let accepted = || accepted().by(receiving("PL")).and_on(HANDOVER, AcceptHandover::default());
    let arrived = || accepted().by(supporter()).and_on(HANDOVER, RecordDeparture::default());
    let arrived = || arrived().by(receiving("PL")).and_on(HANDOVER, ConfirmArrival {});
    let consented = vec![DataClass::Identity, DataClass::Return];
    arrived().then(|path| assert_eq!(receivers("PL", path, 0), (Relation::Addressed, consented)));
    let taken_back = || arrived().by(supporter()).and_on(ConsentId(id_of_command(7)), WithdrawConsent {});
    taken_back().then(|path| assert_eq!(receivers("PL", path, 0), (Relation::None, vec![])));
    let (reason, explanation) = (HandoverWithdrawReason::ConditionNoLongerMet, None);
    let withdrawn = accepted().by(supporter()).and_on(HANDOVER, WithdrawHandover { reason, explanation });
    withdrawn.then(|path| assert_eq!(receivers("PL", path, 0), (Relation::None, vec![])));
}

#[test]
fn those_who_work_without_persons_stand_in_no_relation_to_anybody() {
    for actor in [
        Actor::MonitorAnalyst { area: Area::Region(rotterdam()) },
        Actor::MonitorAnalyst { area: Area::National },
        Actor::Ambassador { country: "PL".parse().unwrap() },
        Actor::PrivacyOfficer,
        Actor::Administrator,
        Actor::System,
    ] {
        let who = principal("night-shelter-rotterdam", actor);
        proposed().by(night_shelter()).and(a_bed()).then(|path| {
            let nothing = Standing::none();
            assert_eq!(standing(&who, path, evening(0)), nothing);
        });
    }
}

#[test]
fn an_index_of_cases_by_organisation_misses_nobody_who_is_related() {
    let related =
        || proposed().by(night_shelter()).and(a_bed()).and(a_lookout()).and(alert()).and_happened(&confused());
    related().then(|path| {
        for who in [night_shelter(), shelter24(), street_doctor(), police(), supporter(), receiving("PL")] {
            let related = relation(&who, path, evening(0)) != Relation::None;
            let directory = directory();
            let mut listed = path.concerned_organisations().chain(path.may_call(&directory));
            let indexed = listed.any(|each| *each == who.organisation);
            assert!(indexed || !related, "{}", who.organisation);
        }
        let countries: Vec<_> = path.concerned_countries().collect();
        assert_eq!(countries, ["PL".parse().unwrap()]);
    });
}
