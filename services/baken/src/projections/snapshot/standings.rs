//! The file of standings: where every case stood at one position, in sealed boxes. With it a start reads no event of
//! before that position; the events themselves are in the stretches.
//!
//! What is derived depends on the program that derived it and on its settings, so a file is read by the same program with
//! the same settings alone. It is written while others read and write: first what each case is, some at a time, and then
//! once more those that changed meanwhile, at once, which makes all of it the state at one position.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::sync::OnceLock;

use care_path::{EventId, PersonId};
use parking_lot::RwLock;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::boxes::{self, BoxWriter, Magic, NotWritten, Sealed, Unusable};
use crate::event_log::Position;
use crate::history::{Heading, Stream};
use crate::projections::World;
use crate::projections::rows::{BadRow, Place, Rows, Shelf, Unread};
use crate::projections::standing::Standing;
use crate::sealing::{CryptoFailed, FileCipher, FileKey, OpenedBox};
use crate::settings::Settings;
use crate::sha256::Sha256;

const MAGIC: Magic = *b"BAKNSTD1";
/// Cases that are looked at while the read models cannot be changed: a millisecond or less.
pub const AT_ONCE: usize = 250;
/// Bytes that a case takes at most, but for a few.
const ROOM: usize = 2_048;
/// How often those that changed meanwhile are looked at again, before nothing may change any more.
const ROUNDS: usize = 5;

/// What a file says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    pub build: [u8; 32],
    key: Uuid,
    salt: [u8; 32],
}

impl Header {
    /// Of a file that a program writes.
    #[must_use]
    pub fn new(build: [u8; 32], key: FileKey) -> Self {
        Self { build, key: key.id.0, salt: key.salt }
    }

    /// What the file is opened with.
    #[must_use]
    pub fn key(&self) -> FileKey {
        FileKey::of(self.key, self.salt)
    }
}

/// What is in a box. Of a person who is in several, the last one holds: a case that is none any more, because it was
/// linked with others or taken apart, has left each of its persons to one that is told of later.
#[derive(Default, Serialize, Deserialize)]
pub struct Block {
    pub cases: Vec<Standing>,
    end: Option<End>,
}

/// The last event of those that the file tells of. Without it there is no file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    position: u64,
    event: Uuid,
    /// Cases that are still to be compared with others, the last of them first.
    uncompared: Vec<PersonId>,
}

impl End {
    #[must_use]
    pub const fn position(&self) -> Position {
        Position(self.position)
    }

    /// Whether nobody is left to be compared with others.
    #[must_use]
    pub const fn is_compared(&self) -> bool {
        self.uncompared.is_empty()
    }
}

/// The program and its settings, as far as anything is derived by them.
///
/// # Errors
/// Where the program cannot be read.
pub fn build(settings: &Settings) -> io::Result<[u8; 32]> {
    static PROGRAM: OnceLock<[u8; 32]> = OnceLock::new();
    let program = if let Some(program) = PROGRAM.get() {
        *program
    } else {
        let digest = digest_of(program()?)?;
        *PROGRAM.get_or_init(|| digest)
    };
    // Every setting is shown in it, in the order of its name: all of them are maps that keep one.
    digest_of([&program[..], format!("{settings:?}").as_bytes()].concat().as_slice())
}

/// The program that runs, which on Linux is not the one that has taken its place since.
fn program() -> io::Result<File> {
    if cfg!(target_os = "linux") { File::open("/proc/self/exe") } else { File::open(std::env::current_exe()?) }
}

fn digest_of(mut source: impl Read) -> io::Result<[u8; 32]> {
    let mut context = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = source.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        context.update(&buffer[..read]);
    }
    Ok(context.finish())
}

/// What a file is written with.
pub struct Writing<'a, E> {
    pub header: &'a Header,
    pub cipher: &'a FileCipher,
    /// Cases that are looked at while the read models cannot be changed.
    pub at_once: usize,
    /// Whose cases are to be derived again at the start, from what can be read of them then.
    pub is_erased: E,
}

/// Ends what a writer began, however it ends.
struct Touched<'a>(&'a RwLock<World>);

impl Drop for Touched<'_> {
    fn drop(&mut self) {
        self.0.write().touching.end();
    }
}

impl<E: Fn(PersonId) -> bool> Writing<'_, E> {
    /// Writes down where all cases stand. `None` where the read models have not derived everything yet.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn write(&self, world: &RwLock<World>, file: &File) -> Result<Option<End>, NotWritten> {
        let header = rmp_serde::to_vec(self.header).map_err(|_| CryptoFailed)?;
        let mut writer = BoxWriter::begin(BufWriter::new(file), MAGIC, header, self.cipher)?;
        world.write().touching.begin();
        let _ending = Touched(world);
        let mut next: Vec<_> = {
            let world = world.read();
            // Whoever is still compared as they were before would be taken for compared as they are now.
            if !world.outdated.is_empty() {
                return Ok(None);
            }
            world.cases.keys().copied().collect()
        };
        for _ in 0..ROUNDS {
            for some in next.chunks(self.at_once) {
                let block = self.block(&world.read(), some);
                writer.add(&encode(&block)?)?;
                std::thread::yield_now();
            }
            next = world.write().touching.take();
            if next.len() <= self.at_once {
                break;
            }
        }
        let block = {
            let mut world = world.write();
            next.extend(world.touching.take());
            next.sort_unstable();
            next.dedup();
            let end = world.stands_at().map(|(position, event)| End {
                position: position.0,
                event: event.0,
                uncompared: world.uncompared.clone(),
            });
            Block { end, ..self.block(&world, &next) }
        };
        let Some(end) = block.end.clone() else { return Ok(None) };
        let mut file = writer.end(&encode(&block)?)?;
        file.flush()?;
        file.get_ref().sync_all()?;
        Ok(Some(end))
    }

    fn block(&self, world: &World, cases: &[PersonId]) -> Block {
        let mut cases: Vec<_> = cases.iter().filter_map(|id| world.standing(*id)).collect();
        for standing in &mut cases {
            if standing.tells_of().any(|person| (self.is_erased)(person)) {
                standing.derived = None;
            }
        }
        Block { cases, end: None }
    }
}

fn encode(block: &Block) -> Result<Zeroizing<Vec<u8>>, NotWritten> {
    // Room for all of it: what it outgrew would not be wiped.
    let mut content = Zeroizing::new(Vec::with_capacity((block.cases.len() + 1) * ROOM));
    rmp_serde::encode::write(&mut *content, block).map_err(|_| CryptoFailed)?;
    Ok(content)
}

/// Reads what is in a box.
///
/// # Errors
/// Where it is not what was written.
pub fn read_block(content: &OpenedBox) -> Result<Block, BadRow> {
    rmp_serde::from_slice(content).map_err(|_| BadRow)
}

/// What is at the beginning of a file: what it says of itself, not yet known to be true.
///
/// # Errors
/// Where it is not the beginning of such a file.
pub fn read_header(file: &[u8]) -> Result<Header, Unusable> {
    rmp_serde::from_slice(boxes::header(file, MAGIC)?).map_err(|_| Unusable::NotOne)
}

/// The boxes of a file.
///
/// # Errors
/// Where they are not whole.
pub fn read_boxes(file: &[u8]) -> Result<Vec<Sealed>, Unusable> {
    boxes::boxes(file, MAGIC)
}

/// The standings of a file, and the events that they stand on, which are gathered on the way to its position.
pub struct Standings {
    end: End,
    cases: Vec<Standing>,
    /// The place of each person's case among them.
    case_of: HashMap<PersonId, u32>,
    boxes: Vec<Rows>,
    /// All rows so far, with the place of their case.
    rows: Vec<(u32, Place)>,
    is_complete: bool,
}

impl Standings {
    /// What the boxes of a file say.
    ///
    /// # Errors
    /// Where they do not make a whole.
    pub fn of(mut blocks: Vec<Block>) -> Result<Self, Unusable> {
        let end = blocks.last_mut().and_then(|block| block.end.take()).ok_or(Unusable::Damaged)?;
        let most = blocks.iter().map(|block| block.cases.len()).sum();
        let mut cases = Vec::with_capacity(most);
        let mut case_of = HashMap::with_capacity(most);
        for standing in blocks.into_iter().rev().flat_map(|block| block.cases) {
            let id = standing.members.first().ok_or(Unusable::Damaged)?;
            if case_of.contains_key(id) {
                continue;
            }
            let place = u32::try_from(cases.len()).map_err(|_| Unusable::Damaged)?;
            for member in &standing.members {
                if case_of.insert(*member, place).is_some() {
                    return Err(Unusable::Damaged);
                }
            }
            cases.push(standing);
        }
        Ok(Self { end, cases, case_of, boxes: Vec::new(), rows: Vec::new(), is_complete: false })
    }

    /// The position that they are of.
    #[must_use]
    pub const fn position(&self) -> Position {
        self.end.position()
    }

    /// Whether nobody is left to be compared with others.
    #[must_use]
    pub const fn is_compared(&self) -> bool {
        self.end.is_compared()
    }

    /// Takes in a box, of which so many rows stand before that position or at it.
    ///
    /// # Errors
    /// Where one is of nobody whose case is known, or another event stands at the end.
    pub fn gather(&mut self, rows: Rows, headings: &[Heading]) -> Result<(), Unusable> {
        let of_box = u32::try_from(self.boxes.len()).map_err(|_| Unusable::Damaged)?;
        for (heading, row) in headings.iter().zip(0..) {
            if let Stream::Person(person) = heading.stream {
                let case = *self.case_of.get(&person).ok_or(Unusable::Damaged)?;
                self.rows.push((case, Place { of_box, row }));
            }
            if heading.position == self.position() {
                if heading.event_id != EventId(self.end.event) {
                    return Err(Unusable::OtherLog);
                }
                self.is_complete = true;
            }
        }
        self.boxes.push(rows);
        Ok(())
    }

    /// Puts all cases into a world as they stood, unread. How many they are.
    ///
    /// # Errors
    /// Where not all of their events were there.
    pub fn put(self, world: &mut World) -> Result<usize, Unusable> {
        let Self { end, cases, boxes, rows, is_complete, .. } = self;
        if !is_complete {
            return Err(Unusable::Damaged);
        }
        let (ends, places) = by_case(&rows, cases.len());
        drop(rows);
        let rows = Shelf::new(boxes, places);
        let mut first = 0;
        let mut stood = Vec::with_capacity(cases.len());
        for (Standing { members, derived }, end) in cases.into_iter().zip(ends) {
            if first == end {
                return Err(Unusable::Damaged);
            }
            stood.push((derived, Unread::new(members, rows.clone(), first..end)));
            first = end;
        }
        let count = stood.len();
        world.stand(stood, end.uncompared).map_err(|_| Unusable::Damaged)?;
        Ok(count)
    }
}

/// Rows by case, in the order of the cases: where those of each end, and the rows.
fn by_case(rows: &[(u32, Place)], cases: usize) -> (Vec<usize>, Vec<Place>) {
    let mut counts = vec![0_usize; cases];
    for (case, _) in rows {
        counts[*case as usize] += 1;
    }
    // Where the rows of each case begin, until all of them are in their places.
    let mut next = 0;
    let mut ends = Vec::with_capacity(cases);
    for count in counts {
        ends.push(next);
        next += count;
    }
    let mut places = vec![Place::default(); rows.len()];
    for (case, place) in rows {
        let end = &mut ends[*case as usize];
        places[*end] = *place;
        *end += 1;
    }
    (ends, places)
}
