//! Read models that have lived are those that the log tells: the demo world with some made-up paths beside it, with links,
//! turn-aways, repeats and all.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use care_path::command::CommandKind;
use care_path::time::DateTime;
use chrono::TimeDelta;
use indicatif::ProgressBar;
use proptest::prelude::*;
use serde_json::json;
use tokio::runtime::Runtime;
use uuid::Uuid;

use super::{World, addresses, catch_up_to};
use crate::app::testing::{TestBaken, directory, request, settings, user};
use crate::demo;
use crate::event_log::{EventLog, Expected, Position, Proposed, StreamName};
use crate::history::Decoder;
use crate::simulate::{self, Simulation};

fn now() -> DateTime {
    "2026-11-20T09:00:00Z".parse().unwrap()
}

async fn told(persons: u64) -> TestBaken {
    let test = TestBaken::start_at(now()).await;
    demo::load(&test.baken, now()).await.unwrap();
    let directory = &directory();
    // Two signals about one man, so that somebody is suggested.
    let claim = json!({"name": "Kamil Urbański", "birth_date": "1990-02-03", "sex": "male", "countries": ["PL"]});
    for _ in 0..2 {
        let signal = json!({"channel": "shelter_intake", "municipality": "rotterdam", "identity": claim});
        let command = CommandKind::ReportSignal.read(None, &signal).unwrap();
        test.baken.execute(request(user("night-shelter-rotterdam"), None, command)).await.unwrap();
    }
    simulate::run(&*test.baken, directory, &Simulation::new(persons, 3), &ProgressBar::hidden()).await.unwrap();
    test
}

async fn positions(log: &dyn EventLog) -> Vec<Position> {
    let page = log.read_all(Position::START, 100_000).await.unwrap();
    assert!(page.at_head);
    page.events.iter().map(|event| event.position).collect()
}

/// A world, read on up to a position.
async fn read_on(test: &TestBaken, world: World, last: Position) -> World {
    catch_up_to(test.log.clone(), &Decoder::new(test.sealer.clone()), world, last).await.unwrap()
}

fn nothing() -> World {
    World::new(Arc::new(settings())).with_directory(directory())
}

/// Everything that anybody is answered from is the same in both, but for suggestions, which come in by and by.
#[track_caller]
fn assert_same(one: &World, other: &World, now: DateTime) {
    assert_eq!(one.digests(now), other.digests(now));
    assert_eq!(one.trail().after(Position::START), other.trail().after(Position::START));
    assert!(one.worklist().changes().all().eq(other.worklist().changes().all()), "when the worklist changes by itself");
    assert!(one.due().all().eq(other.due().all()), "what Baken does by itself");
    for (_, person) in one.trail().after(Position::START) {
        let (case, same) = (one.case(*person).unwrap(), other.case(*person).unwrap());
        assert_eq!(case.id(), same.id());
        for world in [one, other] {
            let updated = case.path.updated_at().unwrap();
            assert!(world.index().is_updated_since(case.id(), updated));
            assert!(!world.index().is_updated_since(case.id(), updated + TimeDelta::nanoseconds(1)));
        }
    }
}

static GROUND: LazyLock<(Runtime, TestBaken, Vec<Position>)> = LazyLock::new(|| {
    let runtime = Runtime::new().unwrap();
    let (test, positions) = runtime.block_on(async {
        let test = told(25).await;
        let positions = positions(&*test.log).await;
        (test, positions)
    });
    (runtime, test, positions)
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn a_world_that_lived_from_any_position_on_is_the_one_that_reads_the_whole_log_at_once(
        at in any::<prop::sample::Index>(),
        compared in prop_oneof![Just(usize::MAX), 0_usize..100],
        hours_later in 0_i64..1_500,
    ) {
        let (runtime, test, positions) = &*GROUND;
        runtime.block_on(async {
            let (at, head) = (*at.get(positions), *positions.last().unwrap());
            let mut lived = read_on(test, nothing(), at).await;
            lived.settle(now());
            lived.compare_some(compared, now());
            let mut lived = read_on(test, lived, head).await;
            let mut rebuilt = read_on(test, nothing(), head).await;
            let later = now() + TimeDelta::hours(hours_later);
            lived.look_again(&lived.aged(later, usize::MAX), later);
            rebuilt.settle(later);
            assert_same(&lived, &rebuilt, later);
            let models = lived.digests(now()).models;
            assert!(models.iter().all(|model| model.rows > 0 || ["set aside", "changes", "figures"].contains(&&*model.model)), "there is something of everything: {models:?}");
        });
    }
}

#[test]
fn whoever_was_compared_at_the_start_is_found_by_the_same_addressees() {
    let (runtime, test, positions) = &*GROUND;
    runtime.block_on(async {
        let mut world = read_on(test, nothing(), *positions.last().unwrap()).await;
        world.settle(now());
        while world.compare_some(100, now()) {}
        let alike: BTreeSet<_> = world
            .trail()
            .after(Position::START)
            .iter()
            .flat_map(|(_, person)| world.matches().of(*person).map(|(other, _)| (*person, other)))
            .collect();
        assert!(!alike.is_empty() && alike.iter().all(|(one, other)| alike.contains(&(*other, *one))));
        let users = demo::users().unwrap();
        let addressees = users.iter().flat_map(|user| addresses(&user.principal, world.directory()));
        assert!(
            addressees
                .flat_map(|addressee| world.waiting(&addressee).map(BTreeSet::len).collect::<Vec<_>>())
                .any(|waiting| waiting > 0)
        );
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn read_models_that_have_lived_are_those_that_the_log_tells_also_where_it_ends_with_what_changes_none() {
    let test = told(10).await;
    let check = StreamName::new("contract-1");
    for hours in [0, 5, 24 * 30] {
        test.clock.advance(TimeDelta::hours(hours));
        let of_a_check = Proposed {
            id: Uuid::from_u128(1 + u128::from(hours.unsigned_abs())),
            kind: "checked".to_owned(),
            data: Vec::new(),
            metadata: Vec::new(),
        };
        let head = test.log.append(&check, Expected::Any, vec![of_a_check]).await.unwrap().position;
        test.baken.reach(head).await.unwrap();
        let live = test.baken.digests();
        assert_eq!(live.position, head.0);
        let mut rebuilt = read_on(&test, nothing(), head).await;
        rebuilt.settle(live.as_of);
        assert_eq!(rebuilt.digests(live.as_of), live, "{hours} hours later");
    }
}
