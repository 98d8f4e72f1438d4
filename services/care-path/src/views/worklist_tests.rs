//! Random histories, read by everybody: nobody is ever asked for what they may not see, may not do, or cannot look up.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::TimeDelta;
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::actor::Principal;
use crate::actor::{Actor, Area};
use crate::codes::{Code, ReturnCondition, Role};
use crate::command::{CommandKind, Context, Decide};
use crate::deadlines::Deadlines;
use crate::ids::EventId;
use crate::path::Stamp;
use crate::path::Story;
use crate::path::testing::*;
use crate::policy::{Depth, disclosed, may, own_recordings};
use crate::sight::Standing;
use crate::time::Occurred;
use crate::views::disclose_emergencies;
use crate::views::{disclose_alerts, disclose_exceptions, disclose_handovers, disclose_lookouts, disclose_referrals};

use CommandKind as C;
use TaskKind as T;

/// Somebody's command; its subject is what the step of that index created.
struct Step(Principal, CommandKind, Option<usize>, Value);

/// A history in the order of a path. With any of its steps left out, what then cannot happen does not.
fn steps() -> Vec<Step> {
    let to = |id: &str| json!({ "organisation": id });
    let consent = || {
        let recipient = json!({ "country": "PL" });
        json!({
            "purpose": "repatriation", "recipient": recipient, "data_classes": ["identity", "return"], "language": "pl",
        })
    };
    let likely_not = json!({
        "union_citizen": "yes", "works": "no", "months_of_stay": 2, "asks_for_shelter": "yes",
        "domestic_violence": "no", "temporarily_unfit_for_work": "no", "involuntarily_unemployed": "no",
        "in_vocational_training": "no",
    });
    let discharge = json!({ "destination": "night_shelter_eu", "warned": false });
    let lost = || json!({ "kind": "lost_at_night", "severity": "medium" });
    let lookout = json!({
        "recipients": [to("shelter24-rotterdam"), to("night-shelter-utrecht")], "description": "a man of 50",
    });
    vec![
        Step(
            police(),
            C::ReportSignal,
            None,
            json!({ "channel": "police_contact", "problems": ["confused_behaviour"] }),
        ),
        Step(shelter24(), C::Refer, None, json!({ "to": "night-shelter-rotterdam", "offering": "night_bed" })),
        Step(night_shelter(), C::RecordIntake, None, json!({ "head_injury_suspected": true })),
        Step(
            night_shelter(),
            C::AssignBed,
            None,
            json!({ "kind": "night_shelter_eu", "until": "2026-01-12T10:00:00Z" }),
        ),
        Step(night_shelter(), C::ObserveIncident, None, lost()),
        Step(night_shelter(), C::ObserveIncident, None, lost()),
        Step(supporter(), C::RecordIntake, None, json!({})),
        Step(coordinator(), C::AssessRights, None, likely_not),
        Step(
            night_shelter(),
            C::Refer,
            None,
            json!({ "to": "street-doctor-rotterdam", "offering": "medical_drop_in" }),
        ),
        Step(night_shelter(), C::RecordInsurance, None, json!({ "status": "uninsured" })),
        Step(street_doctor(), C::AcceptReferral, Some(8), json!({})),
        Step(night_shelter(), C::IssueLookout, None, lookout),
        Step(
            night_shelter(),
            C::FileCareAlert,
            None,
            json!({ "to": "police-rotterdam", "description": "a man of 50" }),
        ),
        Step(hospital(), C::ReportDischarge, None, discharge),
        Step(shelter24(), C::AssignBed, None, json!({ "kind": "emergency_bed" })),
        Step(shelter24(), C::RequestException, None, json!({ "kind": "longer_24h_stay", "reason": "he is ill" })),
        Step(supporter(), C::GiveConsent, None, consent()),
        Step(supporter(), C::ProposeHandover, None, json!({ "country": "PL", "receiving": "care-provider-pl" })),
        Step(liaison("PL"), C::AcknowledgeHandover, Some(17), json!({})),
        Step(liaison("PL"), C::AcceptHandover, Some(17), json!({})),
        Step(liaison("PL"), C::AskHandoverQuestion, Some(17), json!({ "question": "Which medicines does he take?" })),
        Step(supporter(), C::RecordDeparture, Some(17), json!({})),
        Step(liaison("PL"), C::ConfirmArrival, Some(17), json!({})),
        Step(street_doctor(), C::StartCare, Some(8), json!({})),
        Step(coordinator(), C::DecideException, Some(15), json!({ "decision": "denied", "reason": "a bed is free" })),
        Step(coordinator(), C::CloseCase, None, json!({ "reason": "returned" })),
        Step(supporter(), C::WithdrawConsent, Some(16), json!({})),
        Step(night_shelter(), C::RecordIntake, None, json!({})),
        Step(
            night_shelter(),
            C::AssignBed,
            None,
            json!({ "kind": "night_shelter_eu", "until": "2026-01-12T10:00:00Z" }),
        ),
        Step(night_shelter(), C::RecordNoShow, None, json!({})),
        Step(
            hospital(),
            C::ReportDischarge,
            None,
            json!({
                "destination": "night_shelter_eu", "to": "night-shelter-utrecht", "warned": true,
            }),
        ),
        Step(night_shelter(), C::Refer, None, json!({ "to": "supporter-rotterdam", "offering": "client_support" })),
        Step(supporter(), C::DeclineReferral, Some(31), json!({ "reason": "language" })),
        Step(supporter(), C::GiveConsent, None, consent()),
        Step(supporter(), C::ProposeHandover, None, json!({ "country": "PL", "receiving_organisation": "a clinic" })),
        Step(liaison("PL"), C::DeclineHandover, Some(34), json!({ "reason": "no_place" })),
        Step(coordinator(), C::RecordDeath, None, json!({})),
        Step(night_shelter(), C::RecordAttendance, None, json!({ "status": "present" })),
    ]
}

/// A path that grows step by step.
struct Living {
    story: Story,
    now: DateTime,
    events: u128,
}

impl Living {
    fn new() -> Self {
        Self { story: Story::default(), now: evening(0), events: 0 }
    }

    /// Wishes and conditions of a return are there before the consent, on every path.
    fn prepare_return(&mut self) {
        let options = json!({ "language": "pl", "wish": "wants_to_return" });
        self.send(0, &Step(supporter(), C::PresentReturnOptions, None, options));
        for condition in ReturnCondition::ALL {
            let evidence = json!({ "condition": condition, "country": "PL", "evidence": "a letter" });
            self.send(0, &Step(supporter(), C::EvidenceReturnCondition, None, evidence));
        }
    }

    fn send(&mut self, index: usize, Step(by, kind, subject, body): &Step) {
        let id = |index: usize| Uuid::from_u128(0x2000 + index as u128);
        if *kind == C::GiveConsent {
            self.prepare_return();
        }
        let command = kind.read(subject.map(id), body).unwrap();
        let (directory, deadlines, norms) = (directory(), Deadlines::default(), norms());
        let occurred = Occurred::instant(self.now);
        let context = Context {
            now: self.now,
            occurred,
            by,
            person_id: this_person(),
            members: &[],
            id: id(index),
            directory: &directory,
            figures: &crate::figures::Figures::default(),
            is_full: false,
            deadlines: &deadlines,
            norms: &norms,
            nobody: false,
        };
        for event in command.decide((), &self.story.path, &context).unwrap_or_default() {
            self.events += 1;
            let event_id = EventId(Uuid::from_u128(self.events));
            let (recorded_at, by) = (self.now, by.author());
            let stamp =
                Stamp { event_id, person_id: this_person(), occurred, recorded_at, by, caused_by: None, moved: None };
            self.story.tell(Arc::new(stamp), event);
        }
    }

    fn worklist(&self, principal: &Principal) -> Vec<TaskView> {
        let (deadlines, directory) = (Deadlines::default(), directory());
        let sight = Sight::of(principal, &self.story.path, self.now, &deadlines, &directory);
        let Some(sight) = sight else { return Vec::new() };
        disclose_tasks(&sight, &self.story.path.open_tasks(self.now, &deadlines, &directory), this_person(), &directory)
    }
}

fn everybody() -> Vec<Principal> {
    let utrecht = || "utrecht".parse().unwrap();
    let country = |code: &str| code.parse().unwrap();
    let mut all = vec![
        coordinator(),
        principal("municipality-utrecht", Actor::ProcessCoordinator { municipality: utrecht() }),
        principal("municipality-rotterdam", Actor::MunicipalAssessor { municipality: rotterdam() }),
        principal("municipality-utrecht", Actor::MunicipalAssessor { municipality: utrecht() }),
        police(),
        principal("police-utrecht", Actor::Police),
        liaison("PL"),
        liaison("RO"),
        receiving("PL"),
        receiving("RO"),
        principal("embassy-pl", Actor::Ambassador { country: country("PL") }),
        principal("ggd-ghor", Actor::MonitorAnalyst { area: Area::National }),
        principal("municipality-rotterdam", Actor::PrivacyOfficer),
        principal("municipality-rotterdam", Actor::Administrator),
        principal("municipality-rotterdam", Actor::System),
    ];
    let organisations = [
        "night-shelter-rotterdam",
        "night-shelter-utrecht",
        "shelter24-rotterdam",
        "street-doctor-rotterdam",
        "supporter-rotterdam",
        "hospital-rotterdam",
        "child-protection-rotterdam",
        "elsewhere",
    ];
    for organisation in organisations {
        all.extend([
            principal(organisation, Actor::ShelterWorker),
            principal(organisation, Actor::OutreachWorker { municipality: rotterdam() }),
            principal(organisation, Actor::CareProvider),
            principal(organisation, Actor::ClientSupporter),
        ]);
    }
    all
}

/// What a role may be asked for at all.
fn ever_asked(role: Role, task: TaskKind) -> bool {
    let of_care = matches!(
        task,
        T::AnswerReferral
            | T::StartCare
            | T::AcknowledgeLookout
            | T::SendDischargeLetter
            | T::EstablishLanguage
            | T::NextStep
            | T::NextStepAfterException
            | T::TraceNoShow
            | T::ReviewStay
            | T::PrepareArrival
            | T::FollowUpDischarge
            | T::ProtectMinor
            | T::KnownElsewhere
            | T::ReviewSighting
    );
    match role {
        Role::ProcessCoordinator => !matches!(
            task,
            T::RightsAssessment
                | T::AnswerReferral
                | T::StartCare
                | T::AcknowledgeLookout
                | T::AnswerCareAlert
                | T::AcknowledgeHandover
                | T::AnswerHandover
        ),
        Role::ShelterWorker | Role::OutreachWorker => of_care,
        Role::CareProvider => {
            let of_doctors = matches!(task, T::StreetDoctorVisit | T::HeadInjuryScreen | T::PlanDischarge);
            of_care || of_doctors || task == T::UninsuredReport
        }
        Role::ClientSupporter => {
            let of_return = matches!(
                task,
                T::RecordDeparture
                    | T::ConfirmArrival
                    | T::FollowUp
                    | T::ReviewStoppedReturn
                    | T::AnswerHandoverQuestion
                    | T::TraceArrival
            );
            of_care || of_return || task == T::UninsuredReport
        }
        Role::MunicipalAssessor => task == T::RightsAssessment,
        Role::Police => task == T::AnswerCareAlert,
        Role::EmbassyLiaison => {
            matches!(task, T::AcknowledgeHandover | T::AnswerHandover | T::ConfirmArrival)
        }
        Role::ReceivingProvider => matches!(task, T::AnswerHandover | T::ConfirmArrival | T::FollowUp),
        Role::Ambassador | Role::MonitorAnalyst | Role::PrivacyOfficer | Role::Administrator | Role::System => false,
    }
}

/// Every thing of that kind that a reader can look up.
fn can_look_up(sight: &Sight<'_>, task: TaskKind) -> Option<Vec<Uuid>> {
    Some(match task {
        T::TraceNoShow | T::ReviewStay => {
            let beds = sight.path().stays.iter().filter_map(|stay| sight.show(stay.assigned.facts().bed()));
            beds.map(|bed| bed.0).collect()
        }
        T::AnswerReferral | T::StartCare | T::NextStep => {
            disclose_referrals(sight).iter().map(|each| each.referral_id.0).collect()
        }
        T::ReviewSighting => {
            let lookouts = disclose_lookouts(sight).into_iter().map(|each| each.lookout_id.0);
            lookouts.chain(disclose_alerts(sight).into_iter().map(|each| each.care_alert_id.0)).collect()
        }
        T::AcknowledgeLookout => disclose_lookouts(sight).iter().map(|each| each.lookout_id.0).collect(),
        T::AnswerCareAlert => disclose_alerts(sight).iter().map(|each| each.care_alert_id.0).collect(),
        T::DecideException | T::NextStepAfterException => {
            disclose_exceptions(sight).iter().map(|each| each.exception_id.0).collect()
        }
        T::AcknowledgeHandover
        | T::AnswerHandover
        | T::RecordDeparture
        | T::ConfirmArrival
        | T::FollowUp
        | T::ReviewStoppedReturn
        | T::AnswerHandoverQuestion
        | T::TraceArrival => disclose_handovers(sight).iter().map(|each| each.handover_id.0).collect(),
        T::PlanDischarge | T::FollowUpDischarge => {
            let announced = sight.path().announced.iter();
            let facts = announced.map(|each| each.announced.addressed(each.address()).discharge());
            facts.filter_map(|discharge| sight.show(discharge)).map(|discharge| discharge.0).collect()
        }
        T::ReviewBreakGlass => disclose_emergencies(sight).iter().map(|each| each.break_glass_id.0).collect(),
        T::AssignCoordinator
        | T::ReviewReopened
        | T::ReviewSignOfLife
        | T::CloseAfterDeath
        | T::PrepareArrival
        | T::ReviewMatch
        | T::KnownElsewhere
        | T::ProtectMinor
        | T::StreetDoctorVisit
        | T::HeadInjuryScreen
        | T::EstablishLanguage
        | T::RightsAssessment
        | T::IndDecision
        | T::UninsuredReport
        | T::SuitabilityReview
        | T::FindPerson
        | T::ReviewUnsafeDischarge
        | T::SendDischargeLetter
        | T::PartiesMeeting
        | T::WeeklyReview => return None,
    })
}

fn check(living: &Living, principal: &Principal) -> Result<(), TestCaseError> {
    let (path, now, deadlines) = (&living.story.path, living.now, Deadlines::default());
    let role = principal.actor.role();
    let standing = Standing::of(principal, path, now, &deadlines, &directory());
    let shown_of_others = disclosed(role, standing.relation, standing.has_consent());
    for view in living.worklist(principal) {
        prop_assert!(ever_asked(role, view.kind), "{role} is asked for {}", view.kind);
        let may_do = done_by(view.kind).iter().any(|command| may(role, *command, standing.relation));
        prop_assert!(may_do, "{role} is asked for {} and may not do it", view.kind);

        let directory = directory();
        let mut tasks = path.open_tasks(now, &deadlines, &directory).into_iter();
        let same = |task: &Task| task.kind == view.kind && task.subject == view.subject_id && task.due == view.due_at;
        let task = tasks.find(|task| same(task) && task.addressee.is(principal, &directory));
        let task = task.ok_or_else(|| TestCaseError::fail("a task that is not theirs"))?;
        let own = principal.recorded(&task.told().origin().stamp.unwrap().by);
        let shows = |category, depth: Depth| {
            let of_own = || own && depth.within(own_recordings(role, standing.consents).level(category));
            depth.within(shown_of_others.level(category)) || of_own()
        };
        prop_assert!(shows(task.category, task.depth), "{role}, {:?}, is shown {}", standing.relation, view.kind);
        let knows_why = view.because.is_none_or(|because| shows(because.category(), Depth::Minimal));
        prop_assert!(knows_why, "{role}, {:?}, learns why {} waits", standing.relation, view.kind);

        let sight =
            Sight::of(principal, path, now, &deadlines, &directory).ok_or_else(|| TestCaseError::fail("no sight"))?;
        let known = can_look_up(&sight, view.kind);
        prop_assert_eq!(known.is_some(), view.subject_id.is_some());
        if let (Some(known), Some(subject)) = (known, view.subject_id) {
            prop_assert!(known.contains(&subject.0), "{role} cannot look up what {} is about", view.kind);
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn nobody_is_asked_for_what_they_may_not_see_may_not_do_or_cannot_look_up(
        happens in prop::collection::vec((prop::bool::weighted(0.85), 0_i64..60), steps().len()),
        later in 0_i64..40,
    ) {
        let mut living = Living::new();
        for (index, (step, (happens, hours))) in steps().iter().zip(happens).enumerate() {
            if happens {
                living.now += TimeDelta::hours(hours);
                living.send(index, step);
            }
        }
        living.now += TimeDelta::days(later);
        for principal in everybody() {
            check(&living, &principal)?;
        }
    }
}

#[test]
fn every_kind_of_task_reaches_somebody_on_a_path_on_which_everything_happens() {
    let (mut living, mut reached) = (Living::new(), BTreeSet::new());
    for (index, step) in steps().iter().enumerate() {
        living.send(index, step);
        for principal in everybody() {
            check(&living, &principal).unwrap();
            reached.extend(living.worklist(&principal).into_iter().map(|view| view.kind));
        }
        // Some tasks come with time alone.
        living.now += TimeDelta::days(3);
        reached.extend(everybody().iter().flat_map(|who| living.worklist(who)).map(|view| view.kind));
        living.now -= TimeDelta::days(3);
    }
    // A return that arrived does not stop.
    let stopped = self::living([0, 6, 16, 17, 26]);
    reached.extend(kinds(&stopped, &supporter()));
    let mut sighted = self::living([0, 1, 11]);
    sighted.send(12, &Step(shelter24(), C::ReportSighting, Some(11), json!({})));
    for principal in [coordinator(), night_shelter()] {
        check(&sighted, &principal).unwrap();
        assert!(kinds(&sighted, &principal).contains(&T::ReviewSighting));
    }
    reached.extend(kinds(&sighted, &coordinator()));
    let mut minor = self::living([0]);
    let claim = json!({ "claim": { "birth_date": "2012" }, "assurance": "self_declared" });
    minor.send(1, &Step(coordinator(), C::UpdateIdentity, None, claim));
    reached.extend(kinds(&minor, &coordinator()));
    let mut leaving = self::living([0]);
    let announcement = json!({ "destination": "street", "expected_at": "2026-01-11T21:00:00Z" });
    leaving.send(1, &Step(hospital(), C::AnnounceDischarge, None, announcement));
    for _ in 0..2 {
        for principal in everybody() {
            check(&leaving, &principal).unwrap();
            reached.extend(kinds(&leaving, &principal));
        }
        leaving.now += TimeDelta::days(2);
    }
    let mut opened = self::living([0]);
    let doctor: crate::ids::UserId = "a-doctor".parse().unwrap();
    let opens = crate::Principal { user: doctor.clone(), ..hospital() };
    opened.send(1, &Step(opens, C::BreakGlass, None, json!({ "reason": "danger_to_life" })));
    check(&opened, &coordinator()).unwrap();
    // Whoever opened it does not review it, also where they follow the case by now.
    assert!(!kinds(&opened, &crate::Principal { user: doctor, ..coordinator() }).contains(&T::ReviewBreakGlass));
    reached.extend(kinds(&opened, &coordinator()));
    // A match to review does not follow from one path alone.
    let elsewhere = [T::AssignCoordinator, T::ReviewMatch, T::KnownElsewhere];
    let all: BTreeSet<_> = T::ALL.iter().copied().filter(|kind| !elsewhere.contains(kind)).collect();
    assert_eq!(reached, all);
}

/// A path on which the steps of these indexes happened.
fn living<const N: usize>(happened: [usize; N]) -> Living {
    let (mut living, steps) = (Living::new(), steps());
    for index in happened {
        living.send(index, &steps[index]);
    }
    living
}

fn kinds(living: &Living, principal: &Principal) -> Vec<TaskKind> {
    living.worklist(principal).into_iter().map(|view| view.kind).collect()
}

#[test]
fn a_street_doctor_is_called_in_by_a_signal_and_sees_whom_to_look_for() {
    let mut signalled = living([]);
    let signal = json!({
        "channel": "police_contact", "problems": ["confused_behaviour"], "location": "behind the station",
        "identity": { "alias": "Marek", "approximate_age": 50, "appearance": "scars on his face" },
    });
    signalled.send(0, &Step(police(), C::ReportSignal, None, signal));
    assert_eq!(kinds(&signalled, &street_doctor()), [T::StreetDoctorVisit]);
    assert_eq!(kinds(&signalled, &coordinator()), [T::StreetDoctorVisit, T::WeeklyReview]);
    let listed = serde_json::to_value(signalled.worklist(&street_doctor())).unwrap();
    assert_eq!(listed[0]["identity"]["appearance"], "scars on his face");
    let (deadlines, directory, doctor) = (Deadlines::default(), directory(), street_doctor());
    let sight = Sight::of(&doctor, &signalled.story.path, signalled.now, &deadlines, &directory).unwrap();
    let seen = crate::views::disclose_summary(&sight, this_person(), None);
    assert_eq!(seen.vulnerable, Some(true));
    let file = crate::views::disclose_case_file(&sight, this_person(), crate::views::Progress::default(), &[]);
    let file = serde_json::to_value(file).unwrap();
    assert_eq!(file["presence"]["last_seen"]["location"], "behind the station");
}

#[test]
fn who_is_called_in_sees_nobody_any_more_once_it_is_done_and_others_never_do() {
    let mut signalled = living([0]);
    for other in [hospital(), principal("street-doctor-rotterdam", Actor::ShelterWorker)] {
        assert_eq!(kinds(&signalled, &other), [], "{}", other.organisation);
    }
    signalled.send(1, &Step(hospital(), C::RecordContact, None, json!({})));
    assert_eq!(kinds(&signalled, &street_doctor()), []);
    let (deadlines, directory, doctor) = (Deadlines::default(), directory(), street_doctor());
    assert!(Sight::of(&doctor, &signalled.story.path, signalled.now, &deadlines, &directory).is_none());
}

#[test]
fn child_protection_is_called_in_for_a_minor_alone_and_sees_which_child_it_is() {
    let mut minor = living([]);
    let signal = json!({ "channel": "outreach_round", "identity": { "alias": "Ana", "birth_date": "2012" } });
    minor.send(0, &Step(night_shelter(), C::ReportSignal, None, signal));
    assert_eq!(kinds(&minor, &child_protection()), [T::ProtectMinor]);
    let listed = serde_json::to_value(minor.worklist(&child_protection())).unwrap();
    assert_eq!(listed[0]["identity"]["alias"], "Ana");
    assert_eq!(listed[0]["stake"], "danger");
    assert_eq!(listed[0]["due_at"], "2026-01-10T22:00:00Z");
    minor.send(1, &Step(child_protection(), C::RecordIntake, None, json!({})));
    assert_eq!(kinds(&minor, &coordinator()), [T::WeeklyReview]);
}

#[test]
fn the_police_see_their_care_alert_and_nothing_else() {
    assert_eq!(kinds(&living([0, 2, 11, 12]), &police()), [T::AnswerCareAlert]);
}

#[test]
fn who_looks_out_sees_the_lookout_and_nothing_else() {
    let utrecht = principal("night-shelter-utrecht", Actor::ShelterWorker);
    assert_eq!(kinds(&living([0, 2, 11, 12]), &utrecht), [T::AcknowledgeLookout]);
}

#[test]
fn a_withdrawn_consent_empties_the_liaisons_list_at_once() {
    let proposed = [0, 6, 16, 17];
    assert_eq!(kinds(&living(proposed), &liaison("PL")), [T::AcknowledgeHandover]);
    assert_eq!(kinds(&living(proposed), &liaison("RO")), []);
    assert_eq!(kinds(&living([0, 6, 16, 17, 26]), &liaison("PL")), []);
}

#[test]
fn a_shelter_worker_of_the_same_organisation_is_not_asked_for_what_the_care_provider_is() {
    let uninsured = living([0, 2, 8, 9]);
    let shelter_worker = principal("street-doctor-rotterdam", Actor::ShelterWorker);
    assert!(kinds(&uninsured, &street_doctor()).contains(&T::UninsuredReport));
    assert_eq!(kinds(&uninsured, &shelter_worker), [T::AnswerReferral]);
}

#[test]
fn a_task_is_overdue_after_its_time_and_not_at_it() {
    let mut living = living([0]);
    let overdue = |living: &Living| living.worklist(&coordinator())[0].overdue;
    living.now = evening(1);
    assert!(!overdue(&living));
    living.now += TimeDelta::seconds(1);
    assert!(overdue(&living));
}

#[test]
fn a_task_is_serialised_without_what_it_does_not_have() {
    let views = living([0]).worklist(&coordinator());
    assert_eq!(
        serde_json::to_value(&views).unwrap(),
        json!([
            {
                "kind": "street_doctor_visit", "person_id": this_person(), "since": "2026-01-10T21:00:00Z",
                "due_at": "2026-01-11T21:00:00Z", "overdue": false, "because": "signal_received", "stake": "urgent",
            },
            {
                "kind": "weekly_review", "person_id": this_person(), "since": "2026-01-10T21:00:00Z",
                "due_at": "2026-01-17T21:00:00Z", "overdue": false, "stake": "review",
            },
        ])
    );
}

#[test]
fn a_shelter_that_is_warned_of_a_discharge_sees_whom_it_prepares_for_and_what_it_must_know() {
    let mut leaving = living([0]);
    let announcement = json!({
        "destination": "night_shelter_eu", "to": "night-shelter-rotterdam", "expected_at": "2026-01-11T21:00:00Z",
        "care_needs": "a lower bunk",
    });
    leaving.send(1, &Step(hospital(), C::AnnounceDischarge, None, announcement));
    assert_eq!(kinds(&leaving, &night_shelter()), [T::PrepareArrival]);
    let (deadlines, directory, shelter) = (Deadlines::default(), directory(), night_shelter());
    let sight = Sight::of(&shelter, &leaving.story.path, leaving.now, &deadlines, &directory).unwrap();
    let file = crate::views::disclose_case_file(&sight, this_person(), crate::views::Progress::default(), &[]);
    let announced = serde_json::to_value(file).unwrap()["presence"]["announced_discharges"][0].clone();
    assert_eq!(announced["care_needs"], "a lower bunk");
    assert_eq!((&announced["to"], &announced["came_about"]), (&json!("night-shelter-rotterdam"), &json!(false)));
    // The hospital keeps what it recorded, and sees nothing else.
    leaving.now = evening(2);
    assert_eq!(kinds(&leaving, &hospital()), [T::FollowUpDischarge]);
}
