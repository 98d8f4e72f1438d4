//! Snapshots: what a start needs, kept beside the log, so that it costs what came since and not all that ever happened.
//!
//! There are two kinds of files. *Stretches* hold the events of the log, opened and read: nearly all of a rebuild's time
//! goes into opening. They depend on nothing but the log, and what was written stays: the next snapshot adds a file. The
//! *standings* hold what the read models have derived from the events, case by case, as of one position: with them a start
//! does not read events either, but puts every case where it stood, with its events unread beside it, until somebody looks
//! at it. They are read by the build and with the settings that wrote them alone; any other folds the events once more.
//!
//! A file that cannot be used is thrown away, and what it held is read from the files below it, or from the log. All are
//! sealed under a key of their own, which is destroyed with anybody's keys.

mod boxes;
mod folder;
mod metrics;
mod restore;
mod standings;
mod stretch;
#[cfg(test)]
mod tests;
mod write;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::RwLock;
use tokio::sync::Mutex;

use self::boxes::NotWritten;
use self::folder::Kept;
use super::World;
use super::rows::{BadRow, form};
use crate::event_log::{EventLog, LogError, Position};
use crate::history::{DecodeError, Decoder};
use crate::owner_only;
use crate::sealing::{CryptoFailed, SealError, Sealer};
use crate::settings::Settings;

pub use metrics::SnapshotMetrics;
pub use restore::Restored;
pub use write::Written;

/// How often it is looked whether there is enough for another file.
const LOOK: Duration = Duration::from_secs(5);
/// How long nothing is tried after it failed: a disk that is full stays so for a while.
const PAUSE: Duration = Duration::from_mins(5);

/// Where snapshots lie, and when they are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotOptions {
    pub folder: PathBuf,
    /// Events of a file. With as many new ones, another is written.
    pub events: u64,
    /// With as many new ones, one is written after the start and at the end.
    pub least: u64,
}

impl SnapshotOptions {
    /// Events of a file, unless said otherwise.
    pub const EVENTS: u64 = 50_000;

    /// In a folder, a file for so many events.
    #[must_use]
    pub const fn new(folder: PathBuf, events: u64) -> Self {
        let events = if events == 0 { 1 } else { events };
        Self { folder, events, least: events.div_ceil(20) }
    }

    /// Makes the folder, for its owner alone. Where that cannot be, the service does without snapshots.
    #[must_use]
    pub fn can_be_used(&self) -> bool {
        let made = owner_only::make_folder(&self.folder);
        if let Err(error) = &made {
            tracing::warn!(%error, "the folder of snapshots cannot be made: none are kept");
        }
        made.is_ok()
    }
}

/// Why no snapshot was written.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    #[error("the folder of snapshots cannot be used: {0}")]
    Folder(#[from] std::io::Error),
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    Decode(#[from] DecodeError),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    Crypto(#[from] CryptoFailed),
    #[error(transparent)]
    Row(#[from] BadRow),
    #[error("it cannot be written: {0}")]
    NotWritten(#[from] NotWritten),
    /// The task that was to do it did not.
    #[error("it was not written: {0}")]
    Interrupted(#[from] tokio::task::JoinError),
}

/// The snapshots of one node.
pub struct Snapshots {
    options: SnapshotOptions,
    log: Arc<dyn EventLog>,
    sealer: Arc<Sealer>,
    decoder: Decoder,
    /// What this version's rows look like.
    form: [u8; 32],
    /// The program and its settings; `None` where the program cannot be read: no standings are kept then.
    build: Option<[u8; 32]>,
    /// The files, in the order of the log.
    kept: Mutex<Vec<Kept>>,
    /// The position of the standings. Whoever writes them has it, until the file is in its place or gone, also where
    /// nobody waits for that any more.
    stood_at: Arc<Mutex<Position>>,
    metrics: SnapshotMetrics,
}

impl Snapshots {
    /// Snapshots of a log, in a folder that is there.
    ///
    /// # Errors
    /// Where this version's own events have no rows, which a test excludes.
    pub fn new(
        options: SnapshotOptions,
        log: Arc<dyn EventLog>,
        sealer: Arc<Sealer>,
        settings: &Settings,
        metrics: SnapshotMetrics,
    ) -> Result<Self, SnapshotError> {
        let decoder = Decoder::new(sealer.clone());
        let form = form()?;
        let build = standings::build(settings);
        if let Err(error) = &build {
            tracing::warn!(%error, "the program cannot be read: it is not kept where cases stand");
        }
        let (kept, stood_at) = (Mutex::default(), Arc::new(Mutex::new(Position::START)));
        Ok(Self { options, log, sealer, decoder, form, build: build.ok(), kept, stood_at, metrics })
    }

    /// Writes a snapshot whenever there is enough that is new, for as long as it is not dropped, and anew when somebody
    /// was erased. Nobody waits for it: it reads the log, and looks at the read models a little at a time.
    pub async fn keep(self: Arc<Self>, world: Arc<RwLock<World>>) {
        let mut erasures = self.sealer.ring().erasures();
        let mut enough = self.options.least;
        loop {
            let mut until = LOOK;
            // What is still to be compared after a start would be compared again after the next.
            let is_compared = world.read().is_compared();
            if is_compared && self.is_new(&world).await >= enough {
                if self.write_or_warn(&world).await {
                    enough = self.options.events;
                } else {
                    until = PAUSE;
                }
            }
            tokio::select! {
                () = tokio::time::sleep(until) => {}
                // The ring is held by the sealer, so it counts for as long as this waits.
                Ok(()) = erasures.changed() => {
                    self.forget().await;
                    enough = self.options.least;
                }
            }
        }
    }

    /// Writes one at the end, if that saves something at the next start.
    pub async fn finish(&self, world: &Arc<RwLock<World>>) {
        if self.is_new(world).await >= self.options.least {
            self.write_or_warn(world).await;
        }
    }

    async fn write_or_warn(&self, world: &Arc<RwLock<World>>) -> bool {
        let written = self.write(world).await;
        if let Err(error) = &written {
            tracing::warn!(%error, "a snapshot could not be written, or not all of it");
        }
        written.is_ok()
    }

    /// How many events have come since.
    async fn is_new(&self, world: &RwLock<World>) -> u64 {
        let mut reached = self.position().await;
        if self.build.is_some() {
            reached = reached.min(*self.stood_at.lock().await);
        }
        world.read().trail().after(reached).len() as u64
    }

    /// The position that the files reach without a gap.
    pub async fn position(&self) -> Position {
        write::reached(&self.kept.lock().await)
    }

    /// Removes all files: their key was destroyed.
    async fn forget(&self) {
        let (mut stood_at, mut kept) = (self.stood_at.lock().await, self.kept.lock().await);
        kept.drain(..).for_each(|file| folder::remove(&file.path));
        folder::remove(&folder::standings(&self.options.folder));
        *stood_at = Position::START;
        self.metrics.kept(&kept);
        tracing::info!("the snapshots of before an erasure are removed");
    }
}
