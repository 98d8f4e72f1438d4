//! The data folder: where the embedded log and its keys lie.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::app::Settings;
use crate::event_log::sqlite::{Options, SqliteLog};
use crate::owner_only::make_folder;
use crate::projections::SnapshotOptions;
use crate::sealing::{FileKek, KekProvider, KeyStore, SqliteKeyStore};
use crate::sources::{RandomIds, SystemClock};
use crate::startup::{Parts, Service, StartError};

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

/// The folder of snapshots.
pub fn snapshots_folder(folder: &Path) -> PathBuf {
    folder.join("snapshots")
}

/// The key-encryption key.
pub fn kek_file(folder: &Path) -> PathBuf {
    folder.join("kek")
}

/// Where a running service says by what URL it is reached.
pub fn address_file(folder: &Path) -> PathBuf {
    folder.join("address")
}

/// A key store, and what wraps its keys.
pub type Keys = (Arc<dyn KeyStore>, Arc<dyn KekProvider>);

/// Opens the key store of a data folder and what wraps its keys.
pub fn open_keys(folder: &Path) -> Result<Keys, StartError> {
    let keys = SqliteKeyStore::open(keys_file(folder))?;
    let kek = FileKek::open_or_create(kek_file(folder))?;
    Ok((Arc::new(keys), Arc::new(kek)))
}

/// Starts the service on a data folder, making the folder where there is none.
pub async fn start(folder: &Path, settings: Settings) -> Result<Service, StartError> {
    make_folder(folder)?;
    let log =
        Arc::new(SqliteLog::open(&log_file(folder), &Options::default()).map_err(crate::event_log::OpenError::from)?);
    let (keys, kek) = open_keys(folder)?;
    let parts = Parts { log, keys, kek, settings, clock: Arc::new(SystemClock), ids: Arc::new(RandomIds) };
    let snapshots = SnapshotOptions::new(snapshots_folder(folder), SnapshotOptions::EVENTS);
    Service::start_from(parts, Some(snapshots)).await
}
