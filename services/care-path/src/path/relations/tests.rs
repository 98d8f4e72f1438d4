use uuid::Uuid;

use super::*;
use crate::path::testing::*;

fn relate(kind: RelationKind) -> RelatePersons {
    RelatePersons { with: another_person(), kind, explanation: None }
}

fn kinds(path: &CarePath) -> Vec<(PersonId, RelationKind)> {
    path.relations().iter().map(|relation| (relation.with, relation.kind)).collect()
}

/// The path of the other person, who heard what this one's path says.
fn heard_by_other(given: Given) -> CarePath {
    let mut said = Statements::default();
    given.then(|path| said = path.says_of_others(this_person()).about(&[another_person()]));
    let mut other = CarePath::default();
    other.hear(said);
    other
}

#[test]
fn a_relation_is_told_on_both_paths_each_from_its_side() {
    use RelationKind::{Child, Guardian, Parent, Partner, TravelsWith, Ward};
    let sides = [
        (Parent, Child),
        (Child, Parent),
        (Guardian, Ward),
        (Ward, Guardian),
        (Partner, Partner),
        (TravelsWith, TravelsWith),
    ];
    for (kind, turned) in sides {
        let related = || given([signalled()]).when(relate(kind)).then_types(["persons_related"]);
        related().then(|path| assert_eq!(kinds(path), [(another_person(), kind)]));
        assert_eq!(kinds(&heard_by_other(related())), [(this_person(), turned)]);
    }
}

#[test]
fn a_relation_can_be_ended_and_recorded_again() {
    let parent = || relate(RelationKind::Parent);
    given([signalled()])
        .when(parent())
        .days_later(1)
        .and_on(another_person(), UnrelatePersons::default())
        .then(|path| assert!(kinds(path).is_empty()))
        .days_later(1)
        .and(parent())
        .then(|path| assert_eq!(kinds(path), [(another_person(), RelationKind::Parent)]));
}

#[test]
fn what_the_other_path_ended_is_over_on_both() {
    let mut said = Statements::default();
    let child =
        given([signalled()]).when(relate(RelationKind::Parent)).then(|path| said = path.says_of_others(this_person()));
    let mut other = CarePath::default();
    other.hear(said);
    // The parent's path says that it is over.
    let stamp = Stamp {
        event_id: EventId(Uuid::from_u128(7)),
        person_id: another_person(),
        occurred: crate::time::Occurred::instant(evening(1)),
        recorded_at: evening(1),
        by: night_shelter().author(),
        caused_by: None,
        moved: None,
    };
    let ended = RelationEvent::PersonsUnrelated(PersonsUnrelated { with: this_person(), explanation: None });
    evolve(&mut other, &Arc::new(stamp), &ended);
    assert!(kinds(&other).is_empty());
    child.then(|path| {
        let mut path = path.clone();
        path.hear(other.says_of_others(another_person()));
        assert!(kinds(&path).is_empty() && !path.has_guardian());
    });
}

#[test]
fn several_relations_may_stand_but_none_twice_nor_with_oneself_nor_with_the_same_human_being() {
    let partner = || given([signalled()]).when(relate(RelationKind::Partner));
    partner().and(relate(RelationKind::Partner)).then_err(RelationRefusal::AlreadyRelated);
    partner().and(relate(RelationKind::TravelsWith)).then(|path| assert_eq!(kinds(path).len(), 2));
    let itself = RelatePersons { with: this_person(), ..relate(RelationKind::Partner) };
    given([signalled()]).when(itself).then_err(RelationRefusal::RelatedToItself);
    given([signalled()]).when_on(another_person(), UnrelatePersons::default()).then_err(RelationRefusal::NotRelated);
    let link = crate::path::identity::LinkPersons {
        with: another_person(),
        basis: crate::codes::LinkBasis::RecognisedByProfessional,
        explanation: None,
    };
    given([signalled()]).when(link).and(relate(RelationKind::Partner)).then_err(RelationRefusal::SamePerson);
}

#[test]
fn a_parent_or_guardian_is_responsible_and_nobody_else_is() {
    for (kind, responsible) in [
        (RelationKind::Parent, true),
        (RelationKind::Guardian, true),
        (RelationKind::Child, false),
        (RelationKind::Ward, false),
        (RelationKind::Partner, false),
        (RelationKind::TravelsWith, false),
    ] {
        given([signalled()]).when(relate(kind)).then(|path| assert_eq!(path.has_guardian(), responsible));
    }
}
