//! Marek's twelve steps, and what Baken asks of whom after each of them by itself.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use super::testing::waiting;
use super::{Addressee, Task};
use crate::Principal;
use crate::actor::Actor;
use crate::codes::{
    ExceptionState, IncidentKind, LocationType, LookoutOutcome, Offering, Phase, Problem, RetractReason, Severity,
    SignalChannel, TaskKind,
};
use crate::deadlines::Deadlines;
use crate::ids::LookoutId;
use crate::path::CarePath;
use crate::path::correction::{MoveEntry, RetractEntry};
use crate::path::discharge::ReportDischarge;
use crate::path::exception::{ExceptionRequest, RequestException};
use crate::path::incident::ObserveIncident;
use crate::path::intake::RecordIntake;
use crate::path::lost::{
    AcknowledgeLookout, FileCareAlert, IssueLookout, Lookout, LookoutRecipient as To, ReportSighting, ResolveLookout,
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
            let referral = Refer { to, offering: Offering::NightBed, urgency: None, reason: None, overbook: None };
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

/// Something of the twelve steps, told on the twelfth day: how many hours after he was found it happened, by whom, what.
type Told = (i64, fn() -> Principal, fn(Given) -> Given);

const FIRST: LookoutId = LookoutId(id_of_command(900));

const TOLD: [Told; 17] = [
    (0, police, |case| case.and(police_signal())),
    (1, day_shelter, |case| {
        let to = "night-shelter-rotterdam".parse().unwrap();
        case.and(Refer { to, offering: Offering::NightBed, urgency: None, reason: None, overbook: None })
    }),
    (2, night_shelter, |case| case.and(a_bed())),
    (3, night_shelter, |case| case.and(intake())),
    (4, night_shelter, |case| case.and(lost_at_night())),
    (5, night_shelter, |case| case.and(lost_at_night())),
    (6, night_shelter, |case| case.and(lost_at_night())),
    (26, night_shelter, |case| case.and(RecordNoShow::default())),
    (27, night_shelter, |case| case.making(FIRST.0).and(lookout())),
    (28, shelter24, |case| case.and_on(FIRST, AcknowledgeLookout {})),
    (29, night_shelter, |case| {
        let (to, description) = ("police-rotterdam".parse().unwrap(), "a man of 50".parse().unwrap());
        case.and(FileCareAlert { to, description, expires_at: None })
    }),
    (96, hospital, |case| {
        let (destination, warned, letter_received) = (LocationType::NightShelterEu, false, false);
        case.and(ReportDischarge { from: None, destination, to: None, warned, letter_received, findings: None })
    }),
    (97, night_shelter, |case| case.and_on(FIRST, ReportSighting::default())),
    (98, night_shelter, |case| {
        case.and_on(FIRST, ResolveLookout { outcome: LookoutOutcome::FoundSafe, explanation: None })
    }),
    (99, shelter24, |case| case.and(AssignBed { kind: LocationType::EmergencyBed, ..a_bed() })),
    (100, shelter24, |case| case.and(RequestException { until: Some(moment(40)), ..an_exception_request() })),
    (122, shelter24, |case| case.and(lookout())),
];

fn intake() -> RecordIntake {
    RecordIntake { head_injury_suspected: Some(true), ..RecordIntake::default() }
}

/// He, on the twelfth day, when some of it was told.
fn told(order: &[usize], correct: bool) -> Given {
    const INTAKE: usize = 3;
    let mut case = given([]).days_later(12);
    for place in order {
        let (hours, by, tell) = TOLD[*place];
        let happened = evening(0) + TimeDelta::hours(hours);
        if correct && *place == INTAKE {
            // It was written down for the man who came with him, and is put right; and a fight was his neighbour's.
            let moved = given([signalled()]).days_later(12).by(by()).of(happened).when(intake());
            let entry = moved.last_id();
            let moved = moved.and_on(entry, MoveEntry { to: another_person(), explanation: None });
            case = case.by(by()).and_received(&moved);
            let fight = ObserveIncident { kind: IncidentKind::Aggression, severity: Severity::High, description: None };
            case = case.by(by()).of(happened).and(fight);
            let entry = case.last_id();
            case = case.and_on(entry, RetractEntry { reason: RetractReason::WrongPerson, explanation: None });
        } else {
            case = tell(case.by(by()).of(happened));
        }
    }
    case.then(|_| {})
}

/// Where he stands for everybody.
fn standing(case: &Given) -> (Phase, BTreeSet<String>, Vec<String>, String) {
    let path = case.path();
    let directory = directory();
    let timers = path.timers(&Deadlines::default(), &directory);
    let mut timers: Vec<_> = timers.iter().map(|timer| timer.what.name().to_owned()).collect();
    timers.sort();
    let stays: Vec<_> = path.stays.iter().map(|stay| (stay.assigned.kind, stay.end_reason())).collect();
    let lookouts: Vec<_> = path.lost.lookouts.iter().map(Lookout::state).collect();
    let exceptions: Vec<_> = path.exceptions.iter().map(ExceptionRequest::state).collect();
    let rest = (path.lost.episodes.len(), path.lost.escalated.is_some(), path.incidents.len(), path.intakes.len());
    (path.phase(), labels(path, 12), timers, format!("{stays:?} {lookouts:?} {exceptions:?} {rest:?}"))
}

#[test]
fn told_in_other_orders_and_with_two_mistakes_corrected_it_is_the_same_case() {
    let in_order: Vec<_> = (0..TOLD.len()).collect();
    let expected = standing(&told(&in_order, false));
    assert_eq!(expected.0, Phase::OutOfSight);
    let orders: [&[usize]; 4] = [
        &in_order,
        // The night shelter writes up what it saw at the end.
        &[0, 1, 2, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 6, 3, 5, 4],
        // The 24-hour shelter tells before the others how he came there.
        &[0, 1, 2, 3, 6, 5, 4, 7, 10, 8, 9, 14, 11, 12, 13, 15, 16],
        // That he did not come is told when he was looked for already.
        &[0, 1, 2, 10, 8, 9, 7, 6, 5, 4, 3, 12, 13, 11, 14, 15, 16],
    ];
    for order in orders {
        for correct in [false, true] {
            assert_eq!(standing(&told(order, correct)), expected, "{order:?}, {correct}");
        }
    }
}
