//! A start from the standings reads no event of before them, and is the same start. A file of them that is damaged, another
//! build's, or has lost its events is thrown away, and the events are folded.

use std::fs;
use std::sync::LazyLock;

use care_path::PersonId;
use care_path::deadlines::Deadlines;
use chrono::TimeDelta;
use proptest::prelude::*;
use tokio::runtime::Runtime;

use super::super::{folder, standings};
use super::damage::copied;
use super::*;
use crate::projections::rows::Rows;
use crate::sealing::Purpose;
use crate::settings::Settings;

static GROUND: LazyLock<(Runtime, Told)> = LazyLock::new(|| {
    let runtime = Runtime::new().unwrap();
    let told = runtime.block_on(told(60));
    (runtime, told)
});

/// A world that has lived until a position, was asked at a time what waits, and has compared so many cases with others.
async fn lived(told: &Told, at: Position, now: DateTime, compared: usize) -> Arc<RwLock<World>> {
    let mut world = told.rebuilt_to(at).await;
    world.settle(now);
    world.compare_some(compared, now);
    Arc::new(RwLock::new(world))
}

/// A snapshot of such a world, in files of so many events.
async fn written(told: &Told, at: Position, now: DateTime, events: u64) -> (tempfile::TempDir, usize) {
    written_of(told, at, lived(told, at, now, usize::MAX).await, events).await
}

async fn written_of(told: &Told, at: Position, world: Arc<RwLock<World>>, events: u64) -> (tempfile::TempDir, usize) {
    let folder = tempfile::tempdir().unwrap();
    told.snapshots_of(told.until(at), folder.path(), events).write(&world).await.unwrap();
    let cases = world.read().len();
    (folder, cases)
}

fn folded(world: &World) -> usize {
    world.cases.values().filter(|held| held.unread().is_none()).count()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn where_all_cases_stood_at_any_position_and_what_came_after_it_are_the_whole_log(
        at in any::<prop::sample::Index>(),
        hours_later in 0_i64..1_500,
        compared in prop_oneof![Just(usize::MAX), 0_usize..100],
        events in prop_oneof![20_u64..200, Just(2_000)],
    ) {
        let (runtime, told) = &*GROUND;
        runtime.block_on(async {
            let at = *at.get(&told.positions);
            let world = lived(told, at, now(), compared).await;
            let (folder, cases) = written_of(told, at, world, events).await;
            let (mut started, restored) = told.started(folder.path()).await.unwrap();
            assert_eq!((restored.cases, restored.position, restored.thrown_away), (cases, at, 0));
            assert_same_at(now() + TimeDelta::hours(hours_later), &mut started, &mut told.rebuilt().await);
        });
    }

    #[test]
    fn what_changes_while_it_is_written_down_is_in_it(at in any::<prop::sample::Index>(), pace in 0_u64..60) {
        let (runtime, told) = &*GROUND;
        runtime.block_on(async {
            let at = *at.get(&told.positions[..told.positions.len() / 2]);
            let world = lived(told, at, now(), 0).await;
            let later = read(&*told.log).await.into_iter().filter(|event| event.position > at);
            let mut happened = Vec::new();
            for recorded in later {
                happened.push(Decoder::new(told.sealer.clone()).decode(&recorded).await.unwrap());
            }
            let folder = tempfile::tempdir().unwrap();
            let (key, cipher) = told.sealer.new_file(Purpose::Snapshot).await.unwrap();
            let header = standings::Header::new(standings::build(&settings()).unwrap(), key);
            let new = folder::NewStandings::begin(folder.path()).unwrap();
            let end = std::thread::scope(|scope| {
                let writing = scope.spawn(|| {
                    let writing =
                        standings::Writing { header: &header, cipher: &cipher, at_once: 2, is_erased: |_| false };
                    writing.write(&world, &new.file).unwrap().unwrap()
                });
                for each in happened {
                    world.write().apply(each);
                    world.write().compare_some(1, now());
                    std::thread::sleep(Duration::from_micros(pace));
                }
                writing.join().unwrap()
            });
            new.put_in_place().unwrap();
            assert!(end.position() >= at);
            told.snapshots(folder.path(), 500).write_events().await.unwrap();
            let (mut started, restored) = told.started(folder.path()).await.unwrap();
            assert!(restored.cases > 0 && restored.thrown_away == 0);
            assert_same(&mut started, &mut told.rebuilt().await);
        });
    }
}

#[test]
fn who_is_still_compared_as_they_were_is_not_written_down() {
    let (runtime, told) = &*GROUND;
    runtime.block_on(async {
        let at = told.positions[told.positions.len() / 2];
        let (folder, _) = written(told, at, now(), 1_000).await;
        let standings = folder::standings(folder.path());
        let before = fs::read(&standings).unwrap();
        // Much is new since, and the service is stopped before any of it is compared.
        let (mut started, _) = told.started(folder.path()).await.unwrap();
        started.settle(now());
        assert!(!started.outdated.is_empty());
        told.snapshots(folder.path(), 1_000).write(&Arc::new(RwLock::new(started))).await.unwrap();
        assert!(fs::read(&standings).unwrap() == before);
        let (mut again, restored) = told.started(folder.path()).await.unwrap();
        assert!(restored.cases > 0);
        assert_same(&mut again, &mut told.rebuilt().await);
    });
}

#[test]
fn a_start_reads_no_case_of_which_nothing_is_new() {
    let (runtime, told) = &*GROUND;
    runtime.block_on(async {
        let before_last = told.positions[told.positions.len() - 2];
        let (folder, cases) = written(told, before_last, now(), 1_000).await;
        let (mut started, _) = told.started(folder.path()).await.unwrap();
        started.settle(now());
        assert!(cases > 20, "{cases}");
        assert_eq!((started.len(), folded(&started)), (cases, 1), "the one that the last event is of");
        assert_eq!(started.uncompared.len(), 1);
        let read =
            started.cases.values().find(|held| held.unread().is_none()).unwrap().case().path.updated_at().unwrap();
        let new = |since| started.cases.keys().filter(|id| started.index().is_updated_since(**id, since)).count();
        assert!(new(read) > 0 && new(read + TimeDelta::nanoseconds(1)) == 0);
        assert_eq!(folded(&started), 1, "who is new is known without reading");
        assert!(!started.compare_some(7, now()));
        assert!(folded(&started) < cases / 2, "whoever is compared with others is only glanced at");
        let person = started.trail().after(Position::START)[0].1;
        assert!(started.case(person).is_some_and(|case| !case.history.is_empty()));
    });
}

#[test]
fn a_write_that_nobody_waits_for_any_more_is_not_in_the_way_of_the_next() {
    let (runtime, told) = &*GROUND;
    runtime.block_on(async {
        let world = lived(told, told.head(), now(), usize::MAX).await;
        for turns in 0..40 {
            let folder = tempfile::tempdir().unwrap();
            let snapshots = Arc::new(told.snapshots(folder.path(), 1_000));
            let first = tokio::spawn({
                let (snapshots, world) = (snapshots.clone(), world.clone());
                async move { snapshots.write(&world).await }
            });
            tokio::time::sleep(Duration::from_micros(turns * 500)).await;
            first.abort();
            snapshots.write(&world).await.unwrap();
            let (_, restored) = told.started(folder.path()).await.unwrap();
            assert_eq!((restored.cases, restored.position), (world.read().len(), told.head()), "{turns}");
        }
    });
}

/// Starts from a folder: the standings are not used, and thrown away where they were there; the world is the log's.
async fn starts_without_standings(told: &Told, folder: &std::path::Path, thrown_away: usize, what: &str) {
    let (mut started, restored) = told.started(folder).await.unwrap();
    assert_eq!((restored.cases, restored.thrown_away), (0, thrown_away), "{what}");
    assert!(!folder::standings(folder).exists(), "{what}");
    assert_same(&mut started, &mut told.rebuilt().await);
}

#[test]
fn standings_with_any_byte_changed_or_cut_off_are_thrown_away_and_the_events_are_folded() {
    let (runtime, told) = &*GROUND;
    runtime.block_on(async {
        let (folder, _) = written(told, told.head(), now(), 500).await;
        let content = fs::read(folder::standings(folder.path())).unwrap();
        let damaged = |content: Vec<u8>| {
            let copy = copied(folder.path());
            fs::write(folder::standings(copy.path()), content).unwrap();
            copy
        };
        let places = (0..120).step_by(17).chain((120..content.len()).step_by(content.len() / 9));
        for place in places.chain([content.len() - 1]) {
            let mut changed = content.clone();
            changed[place] ^= 1;
            starts_without_standings(told, damaged(changed).path(), 1, &format!("byte {place}")).await;
        }
        for length in [0, 7, 12, 90, content.len() / 2, content.len() - 1] {
            let cut = damaged(content[..length].to_vec());
            starts_without_standings(told, cut.path(), 1, &format!("cut off at {length}")).await;
        }
        let longer = damaged([&content[..], b"x"].concat());
        starts_without_standings(told, longer.path(), 1, "with a byte more").await;
    });
}

#[test]
fn standings_without_all_of_their_events_are_thrown_away() {
    let (runtime, told) = &*GROUND;
    runtime.block_on(async {
        let (folder, _) = written(told, told.head(), now(), 100).await;
        let stretches: Vec<_> =
            files(folder.path()).into_iter().filter(|file| file.extension().unwrap() == "snapshot").collect();
        assert!(stretches.len() >= 3);
        for (number, stretch) in stretches.iter().enumerate() {
            let copy = copied(folder.path());
            fs::remove_file(copy.path().join(stretch.file_name().unwrap())).unwrap();
            starts_without_standings(told, copy.path(), 1, &format!("without file {number}")).await;
            let copy = copied(folder.path());
            let damaged = copy.path().join(stretch.file_name().unwrap());
            let mut content = fs::read(&damaged).unwrap();
            let middle = content.len() / 2;
            content[middle] ^= 1;
            fs::write(&damaged, content).unwrap();
            starts_without_standings(told, copy.path(), 2, &format!("file {number} is damaged")).await;
        }
    });
}

#[test]
fn standings_of_a_log_that_went_another_way_are_thrown_away() {
    let (runtime, told) = &*GROUND;
    runtime.block_on(async {
        let middle = told.positions[told.positions.len() / 2];
        let (folder, _) = written(told, told.head(), now(), 300).await;
        let other = damage::set_back(told, middle, usize::MAX / 2).await;
        let other = Told { log: other, sealer: told.sealer.clone(), positions: told.positions.clone() };
        // Files of its own events, and the standings of the other.
        let own = tempfile::tempdir().unwrap();
        other.snapshots(own.path(), 300).write_events().await.unwrap();
        fs::copy(folder::standings(folder.path()), folder::standings(own.path())).unwrap();
        let (mut started, restored) = other.started(own.path()).await.unwrap();
        assert_same(&mut started, &mut other.rebuilt().await);
        // The same events were recorded there once more, so they stand as they stood.
        assert_eq!(restored.thrown_away, 0);
        starts_without_standings(&other, folder.path(), 2 + 1, "with the files of the other").await;
    });
}

#[test]
fn other_settings_derive_anew() {
    let (runtime, told) = &*GROUND;
    runtime.block_on(async {
        let (folder, _) = written(told, told.head(), now(), 500).await;
        let mut deadlines = Deadlines::default();
        deadlines.out_of_sight_hours += 48;
        let other = || Arc::new(Settings { deadlines: deadlines.clone().into(), ..settings() });
        let options = SnapshotOptions::new(folder.path().to_owned(), 500);
        let (log, sealer, metrics) = (told.log.clone(), told.sealer.clone(), SnapshotMetrics::default());
        let snapshots = Snapshots::new(options, log, sealer, &other(), metrics).unwrap();
        let (mut started, restored) = snapshots.restore(World::new(other())).await.unwrap();
        assert_eq!((restored.cases, restored.thrown_away), (0, 1));
        let decoder = Decoder::new(told.sealer.clone());
        let mut rebuilt = catch_up_to(told.log.clone(), &decoder, World::new(other()), told.head()).await.unwrap();
        assert_same(&mut started, &mut rebuilt);
        assert!(!started.due().all().eq(told.rebuilt().await.due().all()));
    });
}

#[test]
fn digests_are_the_same_whenever_the_worklist_was_looked_at_and_are_of_no_moment_before_that() {
    let (runtime, told) = &*GROUND;
    runtime.block_on(async {
        let looked_at = async |at: DateTime| {
            let mut world = told.rebuilt().await;
            world.settle(at);
            world
        };
        for hours in [0, 1, 30, 24 * 20] {
            let later = now() + TimeDelta::hours(hours);
            let digests = looked_at(now()).await.digests(later);
            assert_eq!(digests, looked_at(later).await.digests(later), "{hours} hours later");
            assert!(digests.models.iter().all(|model| model.rows > 0));
        }
        let later = now() + TimeDelta::days(20);
        let (ahead, as_it_is) = (looked_at(later).await.digests(now()), looked_at(now()).await.digests(now()));
        assert_eq!(ahead, looked_at(now()).await.digests(later));
        let pairs = ahead.models.iter().zip(&as_it_is.models);
        let different: Vec<_> = pairs.filter(|(one, other)| one != other).map(|(one, _)| one.model.as_str()).collect();
        assert_eq!(different, ["worklist", "changes"]);
    });
}

#[test]
fn standings_say_nothing_that_is_derived_of_somebody_who_was_erased_and_the_start_is_the_same() {
    let (runtime, told) = &*GROUND;
    runtime.block_on(async {
        let world = lived(told, told.head(), now(), usize::MAX).await;
        let is_suggested = |person: &PersonId| world.read().matches().of(*person).next().is_some();
        let persons: Vec<_> = world.read().trail().after(Position::START).iter().map(|(_, person)| *person).collect();
        let erased: PersonId = persons.into_iter().find(is_suggested).unwrap();
        let (key, cipher) = told.sealer.new_file(Purpose::Snapshot).await.unwrap();
        let header = standings::Header::new(standings::build(&settings()).unwrap(), key);
        let folder = tempfile::tempdir().unwrap();
        let new = folder::NewStandings::begin(folder.path()).unwrap();
        let is_erased = |person| person == erased;
        let writing = standings::Writing { header: &header, cipher: &cipher, at_once: 9, is_erased };
        writing.write(&world, &new.file).unwrap().unwrap();
        new.put_in_place().unwrap();
        let content = fs::read(folder::standings(folder.path())).unwrap();
        let (mut own, mut of_others, mut with) = (0, 0, 0);
        for sealed in standings::read_boxes(&content).unwrap() {
            let opened = sealed.open(&cipher).unwrap_or_else(|error| panic!("{error}"));
            for standing in standings::read_block(&opened).unwrap().cases {
                match standing.derived {
                    Some(_) => {
                        assert!(standing.tells_of().all(|person| person != erased));
                        with += 1;
                    }
                    None if standing.members.contains(&erased) => own += 1,
                    None => of_others += 1,
                }
            }
        }
        assert!(own == 1 && of_others >= 1 && with > 20, "{own} {of_others} {with}");
        told.snapshots(folder.path(), 500).write_events().await.unwrap();
        let (mut started, restored) = told.started(folder.path()).await.unwrap();
        assert_eq!((restored.cases, restored.thrown_away), (world.read().len(), 0));
        assert_same(&mut started, &mut told.rebuilt().await);
    });
}

#[test]
fn standings_do_not_stand_on_another_event_at_their_position() {
    let (runtime, told) = &*GROUND;
    runtime.block_on(async {
        let (folder, _) = written(told, told.head(), now(), 2_000).await;
        let stretch = files(folder.path()).into_iter().find(|file| file.extension().unwrap() == "snapshot").unwrap();
        let content = fs::read(stretch).unwrap();
        let header = super::super::stretch::read_header(&content).unwrap();
        let cipher = told.sealer.known_file(Purpose::Snapshot, header.key()).await.unwrap();
        let boxes = || {
            let sealed = super::super::stretch::read_boxes(&content).unwrap();
            sealed.into_iter().map(|sealed| Rows::of(sealed.open(&cipher).unwrap_or_else(|e| panic!("{e}"))).unwrap())
        };
        let standing = fs::read(folder::standings(folder.path())).unwrap();
        let of_standings = standings::read_header(&standing).unwrap();
        let cipher = told.sealer.known_file(Purpose::Snapshot, of_standings.key()).await.unwrap();
        let read = || {
            let blocks = standings::read_boxes(&standing)
                .unwrap()
                .into_iter()
                .map(|sealed| standings::read_block(&sealed.open(&cipher).unwrap_or_else(|e| panic!("{e}"))).unwrap());
            standings::Standings::of(blocks.collect()).unwrap_or_else(|e| panic!("{e}"))
        };
        for is_other in [false, true] {
            let mut gathering = read();
            let mut gathered = Ok(());
            for rows in boxes() {
                let mut headings: Vec<_> = (0..rows.len()).map(|row| rows.heading(row).unwrap()).collect();
                for heading in headings.iter_mut().filter(|heading| is_other && heading.position == told.head()) {
                    heading.event_id = care_path::EventId(uuid::Uuid::nil());
                }
                gathered = gathering.gather(rows, &headings);
            }
            assert_eq!(gathered.is_err(), is_other);
        }
    });
}
