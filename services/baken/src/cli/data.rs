//! The data folder: where the embedded log and its keys lie.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tamper_evidence::{KeyFileError, create_key, open_key};
use transparency::{KeyKind, Signer};

use crate::access_log::SqliteAccessLog;
use crate::edge::board::OfflineKeys;
use crate::event_log::LogUrl;
use crate::owner_only::{self, make_folder};
use crate::sealing::{FileKek, KekProvider, KeysPlace};
use crate::settings::Settings;
use crate::sources::{IdSource, RandomIds, SystemClock};
use crate::startup::{Parts, Service, StartError, open_log};

/// The embedded log.
pub fn log_file(folder: &Path) -> PathBuf {
    folder.join("log.db")
}

/// The key store.
pub fn keys_file(folder: &Path) -> PathBuf {
    folder.join("keys.db")
}

/// The webhook store.
pub fn webhooks_file(folder: &Path) -> PathBuf {
    folder.join("webhooks.db")
}

/// The key-encryption key.
pub fn kek_file(folder: &Path) -> PathBuf {
    folder.join("kek")
}

/// What the keys of outreach workers' phones follow from: made once, and kept.
///
/// # Errors
/// Where it can be neither read nor written.
pub fn board_secret(folder: &Path) -> std::io::Result<String> {
    let file = folder.join("board.secret");
    match std::fs::read_to_string(&file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let secret = OfflineKeys::new_secret().map_err(std::io::Error::other)?;
            owner_only::write(&file, &secret)?;
            Ok(secret)
        }
        read => read,
    }
}

/// The key that checkpoints of the log are signed with; `.pub` after it, the one that they are verified by.
pub fn checkpoint_key_file(folder: &Path) -> PathBuf {
    folder.join("checkpoint.key")
}

/// That key: made once, under a name that no other log has, and kept.
///
/// # Errors
/// Where it can be neither read nor made.
pub fn checkpoint_key(folder: &Path, ids: &dyn IdSource) -> Result<Signer, KeyFileError> {
    let file = checkpoint_key_file(folder);
    if file.exists() {
        return open_key(&file);
    }
    create_key(&file, &format!("localhost/baken-{}", ids.uuid_v7().simple()), KeyKind::Log)
}

/// Where a running service says by what URL it is reached.
pub fn address_file(folder: &Path) -> PathBuf {
    folder.join("address")
}

/// The access log, beside an embedded log.
pub fn access_file(folder: &Path) -> PathBuf {
    folder.join("access.db")
}

/// Starts the service on a data folder, making the folder where there is none.
pub async fn start(folder: &Path, settings: Settings) -> Result<Service, StartError> {
    let (log, keys) = (LogUrl::Sqlite(log_file(folder)), KeysPlace::File(keys_file(folder)));
    start_on(folder, &log, &keys, settings).await
}

/// Starts the service on a log and a key store. The key-encryption key lies in the folder.
pub async fn start_on(
    folder: &Path,
    log: &LogUrl,
    keys: &KeysPlace,
    settings: Settings,
) -> Result<Service, StartError> {
    make_folder(folder)?;
    // A new key-encryption key opens nothing of a key store that is there.
    let is_used = keys.file().is_some_and(Path::exists);
    let kek = if is_used { FileKek::open(kek_file(folder))? } else { FileKek::open_or_create(kek_file(folder))? };
    let kek: Arc<dyn KekProvider> = Arc::new(kek);
    let keys = keys.open().await?;
    let log = open_log(log, &keys, &kek).await?;
    let access = Arc::new(SqliteAccessLog::open(&access_file(folder))?);
    let parts = Parts { log, access, keys, kek, settings, clock: Arc::new(SystemClock), ids: Arc::new(RandomIds) };
    Service::start(parts).await
}
