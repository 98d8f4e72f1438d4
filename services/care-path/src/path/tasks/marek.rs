//! Marek's twelve steps, and what Baken asks of whom after each of them by itself.

use std::collections::BTreeSet;

use super::testing::waiting;
use super::{Addressee, Task};
use crate::Principal;
use crate::actor::Actor;
use crate::codes::{
    ExceptionState, IncidentKind, LocationType, LookoutOutcome, Offering, Problem, Severity, SignalChannel, TaskKind,
};
use crate::ids::LookoutId;
use crate::path::CarePath;
use crate::path::discharge::ReportDischarge;
use crate::path::exception::RequestException;
use crate::path::incident::ObserveIncident;
use crate::path::intake::RecordIntake;
use crate::path::lost::{
    AcknowledgeLookout, Addressee as To, FileCareAlert, IssueLookout, ReportSighting, ResolveLookout,
};
use crate::path::referral::Refer;
use crate::path::signal::ReportSignal;
use crate::path::stay::{AssignBed, RecordNoShow};
use crate::path::testing::*;

/// One step: the evening on which it happens, what happens, and which tasks come and go with it.
struct Step {
    day: i64,
    happens: fn(Given) -> Given,
    comes: &'static [&'static str],
    goes: &'static [&'static str],
}

/// The first lookout is the ninth command.
const LOOKOUT: LookoutId = LookoutId(id_of_command(8));

fn day_shelter() -> Principal {
    principal("day-shelter-rotterdam", Actor::ShelterWorker)
}

fn hospital() -> Principal {
    principal("hospital-rotterdam", Actor::CareProvider)
}

fn police_signal() -> ReportSignal {
    ReportSignal {
        channel: SignalChannel::PoliceContact,
        problems: [Problem::ConfusedBehaviour, Problem::MemoryProblem].into(),
        ..a_signal()
    }
}

fn lookout() -> IssueLookout {
    let to = |id: &str| To::Organisation { organisation: id.parse().unwrap() };
    let recipients = ["shelter24-rotterdam", "night-shelter-utrecht"].map(to).into();
    IssueLookout { recipients, ..a_lookout() }
}

fn lost_at_night() -> ObserveIncident {
    ObserveIncident { kind: IncidentKind::LostAtNight, severity: Severity::Medium, description: None }
}

const STEPS: &[Step] = &[
    // 1: found confused by the police.
    Step {
        day: 0,
        happens: |case| case.by(police()).when(police_signal()),
        comes: &[
            "street_doctor_visit: street doctors in rotterdam",
            "street_doctor_visit: coordinator of rotterdam",
            "weekly_review: coordinator of rotterdam",
        ],
        goes: &[],
    },
    // 2: referred to the night shelter, which gives a bed and so answers.
    Step {
        day: 0,
        happens: |case| {
            let to = "night-shelter-rotterdam".parse().unwrap();
            let referral = Refer { to, offering: Offering::NightBed, urgency: None, reason: None };
            let asked = case.by(day_shelter()).and(referral);
            asked
                .then(|path| assert!(labels(path, 0).contains("answer_referral: night-shelter-rotterdam")))
                .by(night_shelter())
                .and(a_bed())
        },
        comes: &[],
        goes: &[],
    },
    // 3: the intake sees scars on face and head.
    Step {
        day: 0,
        happens: |case| case.and(RecordIntake { head_injury_suspected: Some(true), ..RecordIntake::default() }),
        comes: &[
            "head_injury_screen: street doctors in rotterdam",
            "head_injury_screen: coordinator of rotterdam",
            "establish_language: night-shelter-rotterdam",
            "rights_assessment: assessor of rotterdam",
        ],
        goes: &[],
    },
    // 4: three times lost at night.
    Step {
        day: 0,
        happens: |case| case.and(lost_at_night()).and(lost_at_night()).and(lost_at_night()),
        comes: &["suitability_review: coordinator of rotterdam"],
        goes: &[],
    },
    // 5: he does not come back the next evening. The watch knows, and holds his bed.
    Step {
        day: 1,
        happens: |case| case.and(RecordNoShow::default()).then(|path| assert!(path.stays[0].no_shows[0].bed_held)),
        comes: &["trace_no_show: night-shelter-rotterdam", "trace_no_show: coordinator of rotterdam"],
        goes: &[],
    },
    // 6: he is looked for, and one of two shelters says that it looks out.
    Step {
        day: 1,
        happens: |case| case.and(lookout()).by(shelter24()).and_on(LOOKOUT, AcknowledgeLookout {}),
        comes: &["find_person: coordinator of rotterdam", "acknowledge_lookout: night-shelter-utrecht"],
        goes: &["trace_no_show: night-shelter-rotterdam", "trace_no_show: coordinator of rotterdam"],
    },
    // 7: a care alert to the police.
    Step {
        day: 1,
        happens: |case| {
            let description = "a man of 50".parse().unwrap();
            let to = "police-rotterdam".parse().unwrap();
            case.by(night_shelter()).and(FileCareAlert { to, description, expires_at: None })
        },
        comes: &["answer_care_alert: police-rotterdam"],
        goes: &[],
    },
    // 8: out of hospital by taxi, in hospital clothing, and nobody had been warned.
    Step {
        day: 4,
        happens: |case| {
            let discharge = ReportDischarge {
                from: None,
                destination: LocationType::NightShelterEu,
                to: None,
                warned: false,
                letter_received: false,
                findings: None,
            };
            let resolved = ResolveLookout { outcome: LookoutOutcome::FoundSafe, explanation: None };
            let out = case.by(hospital()).and(discharge).by(night_shelter());
            out.and_on(LOOKOUT, ReportSighting::default()).and_on(LOOKOUT, resolved)
        },
        comes: &["review_unsafe_discharge: coordinator of rotterdam", "send_discharge_letter: hospital-rotterdam"],
        goes: &[
            "find_person: coordinator of rotterdam",
            "acknowledge_lookout: night-shelter-utrecht",
            "answer_care_alert: police-rotterdam",
        ],
    },
    // 9: an emergency bed in the 24-hour shelter, which is a bed of another kind.
    Step {
        day: 4,
        happens: |case| case.by(shelter24()).and(AssignBed { kind: LocationType::EmergencyBed, ..a_bed() }),
        comes: &["parties_meeting: coordinator of rotterdam"],
        goes: &["suitability_review: coordinator of rotterdam"],
    },
    // 10: may he stay longer?
    Step {
        day: 4,
        happens: |case| case.and(RequestException { until: Some(moment(40)), ..an_exception_request() }),
        comes: &["decide_exception: coordinator of rotterdam"],
        goes: &[],
    },
    // 11: out of sight again, with the request still open. The first lookout and the alert ended when he was found.
    Step {
        day: 5,
        happens: |case| {
            case.and(lookout()).then(|path| {
                let find = waiting(path, 5).into_iter().find(|task| task.kind == TaskKind::FindPerson).unwrap();
                assert_eq!((find.since, find.due), (evening(5), evening(5)), "the second time at once");
                assert_eq!(path.exceptions[0].state(), ExceptionState::Overtaken);
            })
        },
        comes: &["find_person: coordinator of rotterdam", "acknowledge_lookout: night-shelter-utrecht"],
        goes: &["decide_exception: coordinator of rotterdam"],
    },
    // 12: no clear picture. The review is overdue, and the case stays open.
    Step {
        day: 12,
        happens: |case| {
            case.then(|path| {
                let review = waiting(path, 12).into_iter().find(|task| task.kind == TaskKind::WeeklyReview).unwrap();
                assert!(review.due < evening(12) && !path.is_closed());
            })
        },
        comes: &[],
        goes: &[],
    },
];

fn label(task: &Task) -> String {
    let whom = match &task.addressee {
        Addressee::Coordinator(municipality) => format!("coordinator of {municipality}"),
        Addressee::Assessor(municipality) => format!("assessor of {municipality}"),
        Addressee::Organisation(organisation) => organisation.to_string(),
        Addressee::CareProvidersIn(municipality) => format!("street doctors in {municipality}"),
        Addressee::Embassy(country) => format!("embassy of {country}"),
    };
    format!("{}: {whom}", task.kind)
}

fn labels(path: &CarePath, day: i64) -> BTreeSet<String> {
    waiting(path, day).iter().map(label).collect()
}

#[test]
fn every_proactive_item_fires_on_its_step_and_is_gone_when_it_is_overtaken() {
    assert_eq!(STEPS.len(), 12);
    let (mut case, mut day, mut expected) = (given([]), 0, BTreeSet::new());
    for (row, step) in (1..).zip(STEPS) {
        case = (step.happens)(case.days_later(step.day - day));
        day = step.day;
        for task in step.goes {
            assert!(expected.remove(*task), "row {row} takes away {task}, which was not there");
        }
        for task in step.comes {
            assert!(expected.insert((*task).to_owned()), "row {row} brings {task}, which was there already");
        }
        case = case.then(|path| assert_eq!(labels(path, day), expected, "row {row}"));
    }
}
