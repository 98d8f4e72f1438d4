//! Sealing as the rest of the service meets it.

mod blobs;
mod erasure;
mod events;
mod keys;
mod properties;
mod tampering;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use care_path::codes::DataClass;
use care_path::ids::{EventId, PersonId};
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;

const STREAM: &str = "person-1";

fn person(number: u128) -> PersonId {
    PersonId(Uuid::from_u128(number))
}

fn binding(number: u128) -> Binding<'static> {
    Binding { person: person(number), event: EventId(Uuid::from_u128(900)), kind: "signal_received", stream: STREAM }
}

fn marek() -> Value {
    json!({
        "name": {"$private": "identity", "value": "Marek Nowak"},
        "age": {"$private": "identity", "value": 50},
        "channel": "police_contact",
        "problems": [{"$private": "medical", "value": {"confused_behaviour": true, "since": "Tuesday"}}],
        "origin": {"$private": "social"},
    })
}

/// What is left of it when the person was erased.
fn marek_erased() -> Value {
    json!({
        "name": {"$private": "identity"},
        "age": {"$private": "identity"},
        "channel": "police_contact",
        "problems": [{"$private": "medical"}],
        "origin": {"$private": "social"},
    })
}

/// A folder with a key file and a key store in it.
struct Scratch(tempfile::TempDir);

impl Scratch {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn kek_path(&self) -> PathBuf {
        self.0.path().join("kek")
    }

    fn store_folder(&self) -> PathBuf {
        let folder = self.0.path().join("store");
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn store(&self) -> Arc<SqliteKeyStore> {
        Arc::new(SqliteKeyStore::open(self.store_folder().join("keys.db")).unwrap())
    }

    async fn open_with(&self, kek: impl KekProvider) -> Result<Sealer, KeyError> {
        Ok(Sealer::new(Arc::new(KeyRing::open(self.store(), Arc::new(kek), KeyRing::CAPACITY).await?)))
    }

    async fn sealer(&self) -> Sealer {
        self.open_with(FileKek::open_or_create(self.kek_path()).unwrap()).await.unwrap()
    }
}

/// A sealer that lasts as long as the test, and a store that other rings can share.
async fn sealer() -> (Sealer, Arc<MemoryKeyStore>) {
    let store = Arc::new(MemoryKeyStore::default());
    (sealer_on(store.clone()).await, store)
}

async fn sealer_on(store: Arc<dyn KeyStore>) -> Sealer {
    let kek = EnvironmentKek::parse(&kek_text(1)).unwrap();
    Sealer::new(Arc::new(KeyRing::open(store, Arc::new(kek), KeyRing::CAPACITY).await.unwrap()))
}

/// A key-encryption key of a test: an epoch, and that number all over.
fn kek_text(epoch: u8) -> String {
    use base64::Engine as _;
    format!("{epoch}:{}", base64::engine::general_purpose::STANDARD.encode([epoch; KEY_LEN]))
}

fn copy_files(from: &Path, to: &Path) {
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for byte in bytes {
        write!(text, "{byte:02x}").unwrap();
    }
    text
}
