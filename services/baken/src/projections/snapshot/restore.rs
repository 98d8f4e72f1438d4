//! Starting from a snapshot: its files are read one after the other, several boxes at once, and folded like the log. What
//! is not used says why, is removed, and is read from the log.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};

use super::folder::{self, Kept};
use super::stretch::{Header, Unusable, boxes, fingerprint, read_header};
use super::{SnapshotError, Snapshots};
use crate::app::Happened;
use crate::event_log::{EventLog, Filter, Position};
use crate::projections::{FollowError, World, catch_up_to};
use crate::sealing::{OpenError, Purpose, Sealer};

/// Files that are read ahead of the one that is folded in.
const AHEAD: usize = 2;

/// What a start found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Restored {
    /// The position that it came to.
    pub position: Position,
    /// Events that came out of the snapshot.
    pub events: u64,
    pub files: usize,
    pub thrown_away: usize,
    pub took: Duration,
}

/// Why a file of a snapshot is not read, now.
enum Not {
    Usable(Unusable),
    /// The log or the key store does not answer: the file may be good.
    Known(String),
}

impl<E: Into<Unusable>> From<E> for Not {
    fn from(error: E) -> Self {
        Self::Usable(error.into())
    }
}

impl Snapshots {
    /// Brings a world that has seen nothing to where the snapshot is. What of it cannot be used is thrown away: then it
    /// is as if it had never been there.
    ///
    /// # Errors
    /// Where the log does not answer, or an event is not understood, that had to be read in the place of a file.
    pub async fn restore(&self, mut world: World) -> Result<(World, Restored), FollowError> {
        let began = Instant::now();
        let mut restored = Restored::default();
        let listed = folder::list(&self.options.folder).unwrap_or_else(|error| {
            tracing::warn!(%error, "the folder of snapshots cannot be read");
            Vec::new()
        });
        let mut found = Vec::new();
        for (path, header) in listed {
            match header {
                Ok(header) if header.form == self.form => found.push(Kept { path, header }),
                Ok(_) => throw_away(&path, &Unusable::OtherForm, &mut restored),
                Err(reason) => throw_away(&path, &reason, &mut restored),
            }
        }
        let (row, superseded) = in_a_row(found);
        let mut kept = Vec::new();
        let reader = Reader { log: self.log.clone(), sealer: self.sealer.clone() };
        let mut read = stream::iter(row).map(|file| tokio::spawn(reader.clone().read(file))).buffered(AHEAD);
        while let Some(read) = read.next().await {
            let (file, happened) = read.unwrap_or_else(|panicked| std::panic::resume_unwind(panicked.into_panic()));
            let happened = match happened {
                Ok(happened) => happened,
                Err(Not::Usable(reason)) => {
                    throw_away(&file.path, &reason, &mut restored);
                    continue;
                }
                Err(Not::Known(error)) => {
                    tracing::warn!(file = folder::name(&file.path), error, "a file of a snapshot is not read now");
                    continue;
                }
            };
            let from = Position(file.header.from);
            if world.position() < from {
                world = catch_up_to(self.log.clone(), &self.decoder, world, from).await?;
            }
            if world.position() != from {
                throw_away(&file.path, &Unusable::OtherLog, &mut restored);
                continue;
            }
            restored.events += happened.len() as u64;
            restored.files += 1;
            for happened in happened {
                world.apply(happened);
            }
            kept.push(file);
        }
        for file in superseded {
            throw_away(&file.path, &Unusable::Superseded, &mut restored);
        }
        restored.position = world.position();
        restored.took = began.elapsed();
        let Restored { position, events, files, thrown_away, took } = restored;
        let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        tracing::info!(%position, events, files, thrown_away, milliseconds, "started from a snapshot");
        self.metrics.restored(&restored);
        self.metrics.kept(&kept);
        *self.kept.lock().await = kept;
        Ok((world, restored))
    }
}

/// What a file is read with.
#[derive(Clone)]
struct Reader {
    log: Arc<dyn EventLog>,
    sealer: Arc<Sealer>,
}

impl Reader {
    async fn read(self, file: Kept) -> (Kept, Result<Vec<Happened>, Not>) {
        let happened = self.open(&file).await;
        (file, happened)
    }

    async fn open(&self, file: &Kept) -> Result<Vec<Happened>, Not> {
        let header = &file.header;
        let cipher = match self.sealer.known_file(Purpose::Snapshot, header.key()).await {
            Ok(cipher) => Arc::new(cipher),
            Err(OpenError::KeyMissing(_)) => return Err(Unusable::KeyGone.into()),
            Err(error) => return Err(Not::Known(error.to_string())),
        };
        if !self.is_of_this_log(header).await? {
            return Err(Unusable::OtherLog.into());
        }
        let path = file.path.clone();
        let content = tokio::task::spawn_blocking(move || std::fs::read(path)).await.map_err(interrupted)??;
        if read_header(&content)? != *header {
            return Err(Unusable::Damaged.into());
        }
        let opening = boxes(&content)?.into_iter().map(|sealed| {
            let cipher = cipher.clone();
            tokio::spawn(async move { sealed.open(&cipher) })
        });
        let opening: Vec<_> = opening.collect();
        let mut happened = Vec::new();
        for opened in opening {
            happened.extend(opened.await.map_err(interrupted)??);
        }
        Ok(happened)
    }

    /// Whether the last event of the file is in the log where it was when the file was written.
    async fn is_of_this_log(&self, header: &Header) -> Result<bool, Not> {
        let page = self.log.read_all(Position(header.before_last), &Filter::All, 1).await;
        let page = page.map_err(|error| Not::Known(error.to_string()))?;
        Ok(page.events.first().is_some_and(|last| fingerprint(last) == header.last))
    }
}

fn throw_away(path: &Path, reason: &Unusable, restored: &mut Restored) {
    let file = folder::name(path);
    tracing::warn!(file, %reason, "a file of a snapshot is thrown away");
    folder::remove(path);
    restored.thrown_away += 1;
}

fn interrupted(error: tokio::task::JoinError) -> Not {
    Not::Known(SnapshotError::from(error).to_string())
}

/// Files one after the other, each the one that goes furthest from where the one before ended, and what is left over. There
/// may be gaps between them.
fn in_a_row(mut found: Vec<Kept>) -> (Vec<Kept>, Vec<Kept>) {
    found.sort_by_key(|file| (file.header.from, std::cmp::Reverse(file.header.to)));
    let (mut row, mut left_over, mut at) = (Vec::new(), Vec::new(), 0);
    for file in found {
        if file.header.from >= at && file.header.to > file.header.from {
            at = file.header.to;
            row.push(file);
        } else {
            left_over.push(file);
        }
    }
    (row, left_over)
}
