//! Writing a snapshot: the events that came since are read from the log, opened once more, and sealed in files of their
//! own, in which the read models have no part. These are asked where every case stands, some cases at a time, so that
//! nobody who reads or writes waits.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::RwLock;
use tokio::sync::OwnedMutexGuard;

use super::folder::{self, Kept, NewStandings};
use super::standings::{self, AT_ONCE, Writing};
use super::stretch::Stretch;
use super::{SnapshotError, Snapshots};
use crate::event_log::{Position, contract};
use crate::projections::World;
use crate::sealing::Purpose;

/// Events that are read at a time.
const PAGE: usize = 500;
/// Events after which whoever waits has a turn: some hundreds of microseconds.
const TURN: usize = 16;

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Written {
    /// The position that the snapshot reaches now.
    pub position: Position,
    /// Events in the files that were written.
    pub events: u64,
    pub files: usize,
    pub bytes: u64,
    pub took: Duration,
}

/// Standings that are written, and not in their place yet.
struct Stood {
    file: NewStandings,
    position: Position,
    is_compared: bool,
    /// Where the position goes when they are; until then nobody else writes any.
    place: OwnedMutexGuard<Position>,
}

/// What the next file is to hold.
struct Next {
    from: Position,
    /// Where another file goes on.
    until: Option<Position>,
    /// The place of the file, in the row.
    place: usize,
    /// A last file that is not full, whose place it takes.
    instead: Option<Position>,
}

/// The position that files reach without a gap.
pub fn reached(kept: &[Kept]) -> Position {
    let on = |at: u64, file: &Kept| (file.header.from == at).then_some(file.header.to);
    Position(kept.iter().try_fold(0, |at, file| on(at, file).ok_or(at)).unwrap_or_else(|at| at))
}

fn next(kept: &[Kept], full: u64) -> Next {
    let mut from = Position::START;
    for (place, file) in kept.iter().enumerate() {
        if file.header.from != from.0 {
            return Next { from, until: Some(Position(file.header.from)), place, instead: None };
        }
        if place + 1 == kept.len() && file.header.events < full {
            return Next { from, until: None, place, instead: Some(Position(file.header.to)) };
        }
        from = Position(file.header.to);
    }
    Next { from, until: None, place: kept.len(), instead: None }
}

impl Snapshots {
    /// Brings the snapshot up to the log, and writes down where all cases stand.
    ///
    /// # Errors
    /// Where the log, the keys or the folder cannot be used. What was written until then stays.
    pub async fn write(&self, world: &Arc<RwLock<World>>) -> Result<Written, SnapshotError> {
        let began = Instant::now();
        let standings = self.write_standings(world.clone()).await;
        let written = self.write_events().await?;
        let Some(Stood { file, position, is_compared, mut place }) = standings? else { return Ok(written) };
        // They stand on the events before their position, which are there now.
        if position <= written.position {
            file.put_in_place()?;
            // With some still to be compared, it is worth writing once more when they are.
            *place = if is_compared { position } else { Position::START };
            let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
            tracing::info!(%position, milliseconds, "it is written down where all cases stand");
        }
        Ok(written)
    }

    /// Writes down where all cases stand, in a file that is not in its place yet.
    async fn write_standings(&self, world: Arc<RwLock<World>>) -> Result<Option<Stood>, SnapshotError> {
        let Some(build) = self.build else { return Ok(None) };
        let place = self.stood_at.clone().lock_owned().await;
        // Before anything is looked at, as for events.
        let (key, cipher) = self.sealer.new_file(Purpose::Snapshot).await?;
        let (sealer, folder) = (self.sealer.clone(), self.options.folder.clone());
        let written = tokio::task::spawn_blocking(move || {
            let file = NewStandings::begin(&folder)?;
            let is_erased = |person| sealer.ring().is_erased(person);
            let header = standings::Header::new(build, key);
            let writing = Writing { header: &header, cipher: &cipher, at_once: AT_ONCE, is_erased };
            let end = writing.write(&world, &file.file)?;
            Ok::<_, SnapshotError>(end.map(|end| {
                let (position, is_compared) = (end.position(), end.is_compared());
                Stood { file, position, is_compared, place }
            }))
        });
        written.await?
    }

    /// Brings the files of events up to the log.
    ///
    /// # Errors
    /// Where the log, the keys or the folder cannot be used. What was written until then stays.
    pub async fn write_events(&self) -> Result<Written, SnapshotError> {
        let began = Instant::now();
        let mut kept = self.kept.lock().await;
        let mut written = Written::default();
        // Not to where the log is by then: under a load the last file would be written anew again and again.
        let head = self.log.head().await?;
        while let Some(file) = self.write_one(head, &mut kept, &mut written).await? {
            written.events += file;
            written.files += 1;
        }
        written.position = reached(&kept);
        written.took = began.elapsed();
        self.metrics.written(&written);
        self.metrics.kept(&kept);
        if written.files > 0 {
            let Written { position, events, files, bytes, took } = written;
            let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
            tracing::info!(%position, events, files, bytes, milliseconds, "a snapshot is written");
        }
        Ok(written)
    }

    /// Writes the next file, if the log up to `head` has anything for it, and says how many events are in it.
    async fn write_one(
        &self,
        head: Position,
        kept: &mut Vec<Kept>,
        written: &mut Written,
    ) -> Result<Option<u64>, SnapshotError> {
        // Before anything is read: what is read from now on holds nothing of those who were erased before, or its key is
        // destroyed with theirs.
        let (key, cipher) = self.sealer.new_file(Purpose::Snapshot).await?;
        kept.retain(|file| {
            let alive = file.header.key().id == key.id;
            if !alive {
                folder::remove(&file.path);
            }
            alive
        });
        let next = next(kept, self.options.events);
        if next.until.is_none() && head <= next.instead.unwrap_or(next.from) {
            return Ok(None);
        }
        let stretch = self.read_log(&next).await?;
        if next.instead == Some(stretch.to()) {
            return Ok(None);
        }
        let events = stretch.events();
        let Some((header, content)) = stretch.seal(self.form, key, &cipher)? else { return Ok(None) };
        written.bytes += content.len() as u64;
        let folder = self.options.folder.clone();
        let file = tokio::task::spawn_blocking(move || folder::write(&folder, header, &content)).await??;
        if next.instead.is_some() {
            let before = std::mem::replace(&mut kept[next.place], file);
            if before.path != kept[next.place].path {
                folder::remove(&before.path);
            }
        } else {
            kept.insert(next.place, file);
        }
        Ok(Some(events))
    }

    async fn read_log(&self, next: &Next) -> Result<Stretch, SnapshotError> {
        let mut stretch = Stretch::after(next.from);
        let mut after = next.from;
        loop {
            let left = usize::try_from(self.options.events - stretch.events()).unwrap_or(PAGE).min(PAGE);
            let page = self.log.read_all(after, left).await?;
            for (index, recorded) in page.events.iter().enumerate() {
                if next.until.is_some_and(|until| recorded.position > until) {
                    return Ok(stretch);
                }
                if contract::is_of_a_check(&recorded.stream) {
                    stretch.pass(recorded.position);
                    continue;
                }
                let happened = self.decoder.decode(recorded).await?;
                stretch.push(recorded, &happened)?;
                if index % TURN == 0 {
                    tokio::task::yield_now().await;
                }
            }
            after = page.next;
            if page.at_head || stretch.events() >= self.options.events {
                return Ok(stretch);
            }
        }
    }
}
