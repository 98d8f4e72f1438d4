use super::super::testing::*;
use super::*;
use crate::codes::{Phase, Problem};

#[test]
fn an_intake_needs_no_name_no_date_of_birth_and_no_document() {
    given([signalled()]).when(RecordIntake::default()).then(|path| {
        assert_eq!(path.phase(), Phase::InContact);
        assert_eq!(path.identity.assurance(), None);
    });
}

#[test]
fn turning_away_a_known_person_counts_one() {
    let turn_away = |persons| TurnAway { reason: TurnAwayReason::Full, offering: None, facility: None, persons };
    given([signalled()]).when(turn_away(None)).then_types(["turned_away"]);
    given([signalled()]).when(turn_away(Some(2))).then_field("persons");
}

#[test]
fn problems_are_kept_apart_by_the_class_they_are_sealed_in() {
    let intake = RecordIntake {
        problems: [Problem::Uninsured, Problem::MemoryProblem, Problem::Shoplifting, Problem::MemoryProblem].into(),
        ..RecordIntake::default()
    };
    given([signalled()]).when(intake).then(|path| {
        let problems = &path.intakes[0].problems;
        assert_eq!(problems.social.as_ref().unwrap().get().unwrap(), &[Problem::Uninsured]);
        assert_eq!(problems.medical.as_ref().unwrap().get().unwrap(), &[Problem::MemoryProblem]);
        assert_eq!(problems.justice.as_ref().unwrap().get().unwrap(), &[Problem::Shoplifting]);
    });
}
