//! Starting from a snapshot. Where the standings can be used, every case is put as it stood, and its events lie unread
//! beside it; else the events are read and folded like the log. What is not used says why, is removed, and is read from
//! the log.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use tokio::task::JoinHandle;

use super::boxes::{Sealed, Unusable};
use super::folder::{self, Kept};
use super::standings::{self, Standings};
use super::stretch::{self, Header, fingerprint};
use super::{SnapshotError, Snapshots};
use crate::event_log::{EventLog, Position};
use crate::history::{Happened, Heading};
use crate::projections::rows::Rows;
use crate::projections::{FollowError, World, catch_up_to};
use crate::sealing::{FileCipher, FileKey, OpenError, Purpose, Sealer};

/// Files that are read ahead of the one that is taken in.
const AHEAD: usize = 2;

/// What a start found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Restored {
    /// The position that it came to.
    pub position: Position,
    /// Events that came out of the snapshot.
    pub events: u64,
    /// Cases that were put as they stood: nothing was read of their events.
    pub cases: usize,
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

/// A box of events: what stands before a position is known by its heading, what comes after it is read.
struct Part {
    rows: Rows,
    before: Vec<Heading>,
    after: Vec<Happened>,
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
        let mut standings = self.standings(&mut restored).await;
        let compared = standings.as_ref().filter(|standings| standings.is_compared());
        let stood_at = compared.map_or(Position::START, Standings::position);
        let (world, kept) = loop {
            let anew = world.anew();
            match Box::pin(self.attempt(world, standings.take(), &mut restored)).await? {
                Some(done) => break done,
                // Once more, without them.
                None => world = anew,
            }
        };
        restored.position = world.position();
        restored.took = began.elapsed();
        let Restored { position, events, cases, files, thrown_away, took } = restored;
        let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        tracing::info!(%position, events, cases, files, thrown_away, milliseconds, "started from a snapshot");
        self.metrics.restored(&restored);
        self.metrics.kept(&kept);
        *self.kept.lock().await = kept;
        *self.stood_at.lock().await = if restored.cases > 0 { stood_at } else { Position::START };
        Ok((world, restored))
    }

    /// Takes in the files. `None` where the events for the standings are not all there.
    async fn attempt(
        &self,
        mut world: World,
        mut standings: Option<Standings>,
        restored: &mut Restored,
    ) -> Result<Option<(World, Vec<Kept>)>, FollowError> {
        let (row, superseded) = in_a_row(self.listed(restored));
        (restored.events, restored.files, restored.cases) = (0, 0, 0);
        let mut kept = Vec::new();
        let reader = self.reader();
        let events = row.iter().map(|file| file.header.events).sum::<u64>();
        world.reserve(usize::try_from(events).unwrap_or_default());
        let until = standings.as_ref().map_or(Position::START, Standings::position);
        let mut read = stream::iter(row).map(|file| tokio::spawn(reader.clone().read(file, until))).buffered(AHEAD);
        while let Some(read) = read.next().await {
            let (file, parts) = read.unwrap_or_else(|panicked| std::panic::resume_unwind(panicked.into_panic()));
            let parts = match parts {
                Ok(parts) => parts,
                Err(Not::Usable(reason)) => {
                    throw_away(&file.path, &reason, restored);
                    continue;
                }
                Err(Not::Known(error)) => {
                    tracing::warn!(file = folder::name(&file.path), error, "a file of a snapshot is not read now");
                    if standings.is_some() {
                        // They lack its events, this time.
                        return Ok(None);
                    }
                    continue;
                }
            };
            let from = Position(file.header.from);
            if world.position() < from {
                if standings.take().is_some() {
                    self.without_standings(&Unusable::Damaged, restored);
                    return Ok(None);
                }
                world = catch_up_to(self.log.clone(), &self.decoder, world, from).await?;
            }
            if world.position() != from {
                throw_away(&file.path, &Unusable::OtherLog, restored);
                continue;
            }
            restored.events += file.header.events;
            restored.files += 1;
            for part in parts {
                if let Err(reason) = take_in(&mut world, part, &mut standings, restored) {
                    self.without_standings(&reason, restored);
                    return Ok(None);
                }
            }
            kept.push(file);
        }
        if standings.is_some() {
            self.without_standings(&Unusable::OtherLog, restored);
            return Ok(None);
        }
        for file in superseded {
            throw_away(&file.path, &Unusable::Superseded, restored);
        }
        Ok(Some((world, kept)))
    }

    /// The files of events that there are, by what they say of themselves.
    fn listed(&self, restored: &mut Restored) -> Vec<Kept> {
        let listed = folder::list(&self.options.folder).unwrap_or_else(|error| {
            tracing::warn!(%error, "the folder of snapshots cannot be read");
            Vec::new()
        });
        let mut found = Vec::new();
        for (path, header) in listed {
            match header {
                Ok(header) if header.form == self.form => found.push(Kept { path, header }),
                Ok(_) => throw_away(&path, &Unusable::OtherForm, restored),
                Err(reason) => throw_away(&path, &reason, restored),
            }
        }
        found
    }

    /// Where the cases stood, if that can be used.
    async fn standings(&self, restored: &mut Restored) -> Option<Standings> {
        let path = folder::standings(&self.options.folder);
        let build = self.build.filter(|_| path.exists())?;
        match self.reader().standings(&path, build).await {
            Ok(standings) => Some(standings),
            Err(Not::Usable(reason)) => {
                self.without_standings(&reason, restored);
                None
            }
            Err(Not::Known(error)) => {
                tracing::warn!(error, "the standings of a snapshot are not read now");
                None
            }
        }
    }

    fn without_standings(&self, reason: &Unusable, restored: &mut Restored) {
        throw_away(&folder::standings(&self.options.folder), reason, restored);
    }

    fn reader(&self) -> Reader {
        Reader { log: self.log.clone(), sealer: self.sealer.clone() }
    }
}

/// Takes in a box: up to where the standings are, it is gathered for them; at that position they are put; and what is
/// after it is folded.
fn take_in(
    world: &mut World,
    part: Part,
    standings: &mut Option<Standings>,
    restored: &mut Restored,
) -> Result<(), Unusable> {
    if let Some(gathering) = standings.as_mut() {
        world.note_all(&part.before);
        gathering.gather(part.rows, &part.before)?;
    }
    if let Some(complete) = standings.take_if(|standings| standings.position() <= world.position()) {
        restored.cases = complete.put(world)?;
    }
    for happened in part.after {
        world.apply(happened);
    }
    Ok(())
}

/// What a file is read with.
#[derive(Clone)]
struct Reader {
    log: Arc<dyn EventLog>,
    sealer: Arc<Sealer>,
}

impl Reader {
    async fn read(self, file: Kept, until: Position) -> (Kept, Result<Vec<Part>, Not>) {
        let parts = self.parts(&file, until).await;
        (file, parts)
    }

    async fn parts(&self, file: &Kept, until: Position) -> Result<Vec<Part>, Not> {
        let header = &file.header;
        let cipher = self.cipher(header.key()).await?;
        if !self.is_of_this_log(header).await? {
            return Err(Unusable::OtherLog.into());
        }
        let content = content(&file.path).await?;
        if stretch::read_header(&content)? != *header {
            return Err(Unusable::Damaged.into());
        }
        let parts = opened(stretch::read_boxes(&content)?, &cipher, move |content| {
            let rows = Rows::of(content)?;
            let mut before = Vec::new();
            for index in 0..rows.len() {
                let heading = rows.heading(index)?;
                if heading.position > until {
                    break;
                }
                before.push(heading);
            }
            let after = (before.len()..rows.len()).map(|index| rows.read(index)).collect::<Result<_, _>>()?;
            Ok(Part { rows, before, after })
        });
        let parts = parts.await?;
        let events = parts.iter().map(|part| part.rows.len() as u64).sum::<u64>();
        if events == header.events { Ok(parts) } else { Err(Unusable::Damaged.into()) }
    }

    async fn standings(&self, path: &Path, build: [u8; 32]) -> Result<Standings, Not> {
        let path = path.to_owned();
        let header = standings::read_header(&folder::beginning(&path)?)?;
        if header.build != build {
            return Err(Unusable::OtherBuild.into());
        }
        let cipher = self.cipher(header.key()).await?;
        let content = content(&path).await?;
        let blocks = opened(standings::read_boxes(&content)?, &cipher, |content| Ok(standings::read_block(&content)?));
        Ok(Standings::of(blocks.await?)?)
    }

    async fn cipher(&self, key: FileKey) -> Result<Arc<FileCipher>, Not> {
        match self.sealer.known_file(Purpose::Snapshot, key).await {
            Ok(cipher) => Ok(Arc::new(cipher)),
            Err(OpenError::KeyMissing(_)) => Err(Unusable::KeyGone.into()),
            Err(error) => Err(Not::Known(error.to_string())),
        }
    }

    /// Whether the last event of the file is in the log where it was when the file was written.
    async fn is_of_this_log(&self, header: &Header) -> Result<bool, Not> {
        let mut after = Position(header.before_last);
        // A page may be empty although the log goes on.
        loop {
            let page = self.log.read_all(after, 1).await;
            let page = page.map_err(|error| Not::Known(error.to_string()))?;
            if let Some(last) = page.events.first() {
                return Ok(fingerprint(last) == header.last);
            }
            if page.at_head || page.next >= Position(header.to) {
                return Ok(false);
            }
            after = page.next;
        }
    }
}

async fn content(path: &Path) -> Result<Vec<u8>, Not> {
    let path = path.to_owned();
    Ok(tokio::task::spawn_blocking(move || std::fs::read(path)).await.map_err(interrupted)??)
}

/// Opens boxes on all cores, in their order.
async fn opened<T: Send + 'static>(
    boxes: Vec<Sealed>,
    cipher: &Arc<FileCipher>,
    read: impl Fn(crate::sealing::OpenedBox) -> Result<T, Unusable> + Clone + Send + 'static,
) -> Result<Vec<T>, Not> {
    let open = |sealed: Sealed| -> JoinHandle<Result<T, Unusable>> {
        let (cipher, read) = (cipher.clone(), read.clone());
        tokio::spawn(async move { read(sealed.open(&cipher)?) })
    };
    let opening: Vec<_> = boxes.into_iter().map(open).collect();
    let mut contents = Vec::with_capacity(opening.len());
    for opened in opening {
        contents.push(opened.await.map_err(interrupted)??);
    }
    Ok(contents)
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
