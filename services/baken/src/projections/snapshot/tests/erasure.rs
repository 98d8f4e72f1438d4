//! Nothing of somebody who was erased can be had from a snapshot: of before, because its key is destroyed, on whichever
//! node it lies; of after, because it is not in it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use care_path::PersonId;

use super::*;
use crate::sealing::{EnvironmentKek, KEY_LEN, KeyRing, KeyStore, MemoryKeyStore};

async fn ring(store: &Arc<MemoryKeyStore>) -> Arc<Sealer> {
    let kek = EnvironmentKek::parse(&format!("1:{}", STANDARD.encode([1; KEY_LEN]))).unwrap();
    let store: Arc<dyn KeyStore> = store.clone();
    Arc::new(Sealer::new(Arc::new(KeyRing::open(store, Arc::new(kek), KeyRing::CAPACITY).await.unwrap())))
}

/// The log of another test, sealed anew with keys of this one's store, so that several nodes can share it.
async fn shared() -> (Arc<MemoryKeyStore>, Told, Told) {
    let store = Arc::new(MemoryKeyStore::default());
    let (here, there) = (ring(&store).await, ring(&store).await);
    let told = told(6).await;
    let log: Arc<dyn EventLog> = Arc::new(crate::event_log::MemoryLog::new());
    for recorded in read(&*told.log).await {
        let happened = Decoder::new(told.sealer.clone()).decode(&recorded).await.unwrap();
        let binding = crate::sealing::Binding {
            person: happened.stream.key_owner(),
            event: recorded.id.into(),
            kind: &recorded.kind,
            stream: recorded.stream.as_str(),
        };
        let data = here.seal(binding, happened.event.data().unwrap()).await.unwrap();
        let proposed = Proposed { id: recorded.id, kind: recorded.kind.clone(), data, metadata: recorded.metadata };
        log.append(&recorded.stream, Expected::Any, vec![proposed]).await.unwrap();
    }
    let on = |sealer| Told { log: log.clone(), sealer, positions: told.positions.clone() };
    (store, on(here), on(there))
}

/// Everybody of whom something private is known.
fn known(world: &World) -> std::collections::BTreeSet<PersonId> {
    let persons = world.trail().after(Position::START).iter().map(|(_, person)| *person);
    persons.filter(|person| private_values(world, *person) > 3).collect()
}

fn somebody(world: &World) -> PersonId {
    *known(world).first().unwrap()
}

/// How many private values of a person a world knows.
fn private_values(world: &World, person: PersonId) -> usize {
    let history = &world.case(person).unwrap().history;
    let own = history.iter().filter(|entry| entry.stamp.person_id == person);
    own.map(|entry| count(&entry.event.data().unwrap())).sum()
}

fn count(value: &serde_json::Value) -> usize {
    match value {
        serde_json::Value::Object(object) if object.contains_key("$private") => {
            usize::from(object.contains_key("value"))
        }
        serde_json::Value::Object(object) => object.values().map(count).sum(),
        serde_json::Value::Array(items) => items.iter().map(count).sum(),
        _ => 0,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_makes_the_snapshots_of_every_node_unreadable_and_the_next_ones_are_without_the_person() {
    let (store, here, there) = shared().await;
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let (first, second) = (here.snapshots(folders[0].path(), 40), there.snapshots(folders[1].path(), 40));
    first.write_events().await.unwrap();
    second.write_events().await.unwrap();
    let (world, restored) = there.started(folders[1].path()).await.unwrap();
    let person = somebody(&world);
    assert_eq!(restored.events, here.positions.len() as u64);
    let stolen = tempfile::tempdir().unwrap();
    for file in files(folders[1].path()) {
        std::fs::copy(&file, stolen.path().join(file.file_name().unwrap())).unwrap();
    }

    here.sealer.ring().destroy(person).await.unwrap();
    // Whoever starts now, with the files of before, cannot read them.
    let later = Told { sealer: ring(&store).await, ..here };
    let (world, restored) = later.started(stolen.path()).await.unwrap();
    assert_eq!((restored.events, restored.files), (0, 0));
    assert!(restored.thrown_away > 0 && files(stolen.path()).is_empty());
    assert_eq!(private_values(&world, person), 0);

    // The other node has heard nothing and has the keys of before in memory.
    assert!(matches!(there.sealer.ring().cached(slot(person)), crate::sealing::Cached::Key(_)));
    let written = second.write_events().await.unwrap();
    assert_eq!(written.events, there.positions.len() as u64, "all files are written anew");
    assert_eq!(files(folders[1].path()).len(), written.files);
    let (mut world, restored) = later.started(folders[1].path()).await.unwrap();
    assert_eq!((restored.events, restored.thrown_away), (written.events, 0));
    assert_eq!(private_values(&world, person), 0);
    assert!(somebody(&world) != person, "of others it knows what it knew");
    assert_same(&mut world, &mut later.rebuilt().await);
}

fn slot(person: PersonId) -> crate::sealing::Slot {
    crate::sealing::Slot::Person(person, care_path::codes::DataClass::Identity)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_that_is_being_written_while_somebody_is_erased_cannot_be_read_afterwards() {
    let (store, here, there) = shared().await;
    let persons = known(&here.rebuilt().await);
    assert!(persons.len() >= 8);
    for (turns, person) in persons.into_iter().take(12).enumerate() {
        let folder = tempfile::tempdir().unwrap();
        let snapshots = Arc::new(there.snapshots(folder.path(), 30));
        let writing = {
            let snapshots = snapshots.clone();
            tokio::spawn(async move { snapshots.write_events().await })
        };
        for _ in 0..turns * 5 {
            tokio::task::yield_now().await;
        }
        here.sealer.ring().destroy(person).await.unwrap();
        writing.await.unwrap().unwrap();
        let later = Told { sealer: ring(&store).await, log: here.log.clone(), positions: here.positions.clone() };
        let snapshots = later.snapshots(folder.path(), 30);
        let (world, _) = snapshots.restore(World::new(Arc::new(settings()))).await.unwrap();
        if world.case(person).is_some() {
            assert_eq!(private_values(&world, person), 0, "after {turns} turns");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_node_that_erases_removes_its_files_and_writes_them_anew() {
    let (_, here, _) = shared().await;
    let folder = tempfile::tempdir().unwrap();
    let world = Arc::new(RwLock::new(here.rebuilt().await));
    let person = somebody(&world.read());
    let keeping = tokio::spawn(Arc::new(here.snapshots(folder.path(), 100)).keep(world.clone()));
    let written = |but: Vec<PathBuf>| {
        let folder = folder.path().to_owned();
        async move {
            for _ in 0..500 {
                let found: Vec<_> =
                    files(&folder).into_iter().filter(|file| file.extension().unwrap() == "snapshot").collect();
                if found.len() >= 3 && found.iter().all(|file| !but.contains(file)) {
                    return found;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            panic!("no snapshot is written");
        }
    };
    let before = written(vec![]).await;
    here.sealer.ring().destroy(person).await.unwrap();
    let after = written(before.clone()).await;
    assert!(before.iter().all(|file| !file.exists()) && !after.is_empty());
    keeping.abort();
}
