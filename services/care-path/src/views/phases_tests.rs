use super::*;
use crate::actor::{Actor, Principal};
use crate::deadlines::Deadlines;
use crate::path::lost::MarkOutOfSight;
use crate::path::testing::*;

fn told_to(reader: &Principal, given: &Given) -> Vec<Phase> {
    let (path, deadlines) = (given.path(), Deadlines::default());
    let Some(sight) = Sight::of(reader, path, evening(9), &deadlines, &directory()) else { return Vec::new() };
    let told = disclose_phases(&sight, given.events().iter().map(|(stamp, event)| (stamp, event)), path.heard());
    assert!(told.windows(2).all(|two| two[0].from <= two[1].from && two[0].phase != two[1].phase));
    told.into_iter().map(|each| each.phase).collect()
}

#[test]
fn each_phase_is_told_from_when_it_held() {
    let lost = given([confused()]).when(a_bed()).a_day_later().and(MarkOutOfSight {});
    let phases = told_to(&coordinator(), &lost);
    assert_eq!(phases.first(), Some(&Phase::Signalled));
    assert_eq!(phases.last(), Some(&Phase::OutOfSight));
    assert!(phases.contains(&Phase::Sheltered), "{phases:?}");
}

#[test]
fn who_may_not_know_where_somebody_was_is_told_no_phases() {
    let sheltered = given([confused()]).when(a_bed());
    assert!(!told_to(&night_shelter(), &sheltered).is_empty());
    let municipality = "rotterdam".parse().unwrap();
    let assessor = Principal { actor: Actor::MunicipalAssessor { municipality }, ..coordinator() };
    assert!(Sight::of(&assessor, sheltered.path(), evening(9), &Deadlines::default(), &directory()).is_some());
    assert!(told_to(&assessor, &sheltered).is_empty());
}
