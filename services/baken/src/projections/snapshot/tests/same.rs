//! A world that was started from a snapshot is the world that the whole log tells.

use std::sync::LazyLock;

use proptest::prelude::*;
use tokio::runtime::Runtime;
use uuid::Uuid;

use super::*;

static GROUND: LazyLock<(Runtime, Told)> = LazyLock::new(|| {
    let runtime = Runtime::new().unwrap();
    let told = runtime.block_on(told(25));
    (runtime, told)
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_snapshot_of_any_position_and_what_came_after_it_are_the_whole_log(
        at in any::<prop::sample::Index>(),
        then in any::<prop::sample::Index>(),
        events in prop_oneof![1_u64..20, 20_u64..2_000],
    ) {
        let (runtime, told) = &*GROUND;
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let at = *at.get(&told.positions);
            let first = told.snapshots_of(told.until(at), folder.path(), events);
            let written = first.write_events().await.unwrap();
            assert_eq!(written.position, at);
            // Another run goes on where the first one ended.
            let then = at.max(*then.get(&told.positions));
            let second = told.snapshots_of(told.until(then), folder.path(), events);
            let (world, restored) = second.restore(World::new(Arc::new(settings()))).await.unwrap();
            assert_eq!((restored.position, restored.thrown_away), (at, 0));
            assert_eq!(world.position(), at);
            second.write_events().await.unwrap();
            assert_eq!(second.position().await, then);

            let (mut started, restored) = told.started(folder.path()).await.unwrap();
            assert_eq!((restored.position, restored.thrown_away), (then, 0));
            let place = told.positions.partition_point(|position| *position <= then) as u64;
            assert_eq!(restored.events, place);
            assert_eq!(restored.files as u64, place.div_ceil(events), "only the last file is not full");
            assert_same(&mut started, &mut told.rebuilt().await);
        });
    }
}

#[test]
fn what_is_there_is_not_written_again_and_only_the_last_file_is_replaced() {
    let (runtime, told) = &*GROUND;
    runtime.block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let (early, head) = (told.positions[249], told.head());
        let snapshots = told.snapshots_of(told.until(early), folder.path(), 100);
        let written = snapshots.write_events().await.unwrap();
        assert_eq!((written.files, written.events, written.position), (3, 250, early));
        let again = snapshots.write_events().await.unwrap();
        assert_eq!((again.files, again.bytes, again.position), (0, 0, early));
        let before = files(folder.path());

        let snapshots = told.snapshots(folder.path(), 100);
        snapshots.restore(World::new(Arc::new(settings()))).await.unwrap();
        let written = snapshots.write_events().await.unwrap();
        assert_eq!((written.position, written.events), (head, told.positions.len() as u64 - 200));
        let after = files(folder.path());
        assert_eq!(before[..2], after[..2]);
        assert!(!after.contains(&before[2]), "the one that was not full");
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_a_check_are_passed_over_and_end_nothing() {
    let told = told(2).await;
    let written = |events| {
        let (folder, told) = (tempfile::tempdir().unwrap(), &told);
        async move {
            let written = told.snapshots(folder.path(), events).write_events().await.unwrap();
            let again = told.snapshots(folder.path(), events);
            let (mut world, restored) = again.restore(World::new(Arc::new(settings()))).await.unwrap();
            assert_eq!((restored.events, restored.thrown_away), (written.events, 0));
            assert_same(&mut world, &mut told.rebuilt().await);
            assert_eq!(again.write_events().await.unwrap().files, 0);
            written
        }
    };
    let events = written(50).await.events;
    // A check leaves events of its own, which nobody can open, at the end of the log.
    let stream = StreamName::new("contract-7".to_owned());
    assert!(crate::event_log::contract::is_of_a_check(&stream));
    for id in 1..4 {
        let id = uuid::Uuid::from_u128(id);
        let event = Proposed { id, kind: "checked".to_owned(), data: vec![], metadata: vec![] };
        told.log.append(&stream, Expected::Any, vec![event]).await.unwrap();
    }
    assert!(told.log.head().await.unwrap() > told.head());
    assert_eq!(written(50).await.events, events);
    assert_eq!(written(events).await.events, events);
}

#[cfg(unix)]
#[test]
fn files_are_their_owners_alone_and_what_was_not_finished_goes() {
    use std::os::unix::fs::PermissionsExt;
    let (runtime, told) = &*GROUND;
    runtime.block_on(async {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("1-2.unfinished"), b"half of it").unwrap();
        std::fs::write(folder.path().join("README"), b"somebody's own").unwrap();
        told.started(folder.path()).await.unwrap();
        told.snapshots(folder.path(), 1_000).write_events().await.unwrap();
        let names: Vec<_> = files(folder.path());
        assert!(names.iter().any(|file| file.ends_with("README")));
        assert!(!names.iter().any(|file| file.to_string_lossy().contains("unfinished")));
        for file in names.iter().filter(|file| file.extension().is_some()) {
            assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
        }
    });
}

#[test]
fn a_log_that_passes_over_what_is_not_ours_keeps_its_snapshots() {
    let (runtime, told) = &*GROUND;
    runtime.block_on(async {
        let folder = tempfile::tempdir().unwrap();
        told.snapshots(folder.path(), 100).write_events().await.unwrap();
        let halting = Arc::new(Halting { log: told.log.clone(), looks: AtomicUsize::new(0) });
        let snapshots = told.snapshots_of(halting, folder.path(), 100);
        let (_, restored) = snapshots.restore(World::new(Arc::new(settings()))).await.unwrap();
        assert_eq!((restored.position, restored.thrown_away), (told.head(), 0));
    });
}

#[test]
fn read_models_that_have_lived_are_those_that_the_log_tells_also_where_it_ends_with_what_changes_none() {
    GROUND.0.block_on(async {
        let test = TestBaken::start_at(now()).await;
        demo::load(&test.baken, now()).await.unwrap();
        let directory = &test.baken.settings().directory;
        let simulation = Simulation::new(10, 5);
        simulate::run(&*test.baken, directory, &simulation, &ProgressBar::hidden()).await.unwrap();
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
            let decoder = Decoder::new(test.sealer.clone());
            let world = World::new(Arc::new(settings()));
            let mut rebuilt = catch_up_to(test.log.clone(), &decoder, world, head).await.unwrap();
            rebuilt.settle(live.as_of);
            assert_eq!(rebuilt.digests(live.as_of), live, "{hours} hours later");
        }
    });
}
