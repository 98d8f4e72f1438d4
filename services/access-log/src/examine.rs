//! A store's file, read record by record to be held against checkpoints of it: what its leaves are, and what in it cannot be
//! where nobody changed it. What was removed because its time was over is told from what was removed before.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use care_path::time::DateTime;
use chrono::TimeDelta;
use rusqlite::{Connection, OpenFlags, Row, Rows, Statement};
use storage::sqlite_file::NotOurs;
use transparency::Hash;
use uuid::Uuid;

use crate::leaf::{RecordLeaf, Seed, StoredRecord};
use crate::sqlite::LAYOUT;
use crate::{KeptDays, OpenError};

/// Faults that are told; more of them are like these.
const TOLD: usize = 20;

/// Something that cannot be in a store where nobody changed it. Records are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccessFault {
    /// Its text is no record.
    Unreadable(i64),
    /// The record is not the one that its leaf was made of.
    NotItsLeaf(i64),
    /// Records were removed whose time was not over, or while older ones stayed.
    Removed { from: i64, until: i64 },
    /// The numbers are not counted on.
    Numbering { number: i64, expected: i64 },
    /// A record without a leaf.
    NoLeaf(i64),
    /// The store finds it by another user or organisation, or by other persons than it names.
    Index(i64),
}

impl fmt::Display for AccessFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(number) => write!(f, "record {number} cannot be read"),
            Self::NotItsLeaf(number) => write!(f, "record {number} was altered: it is not what its leaf was made of"),
            Self::Removed { from, until } if from == until => write!(f, "record {from} was removed before its time"),
            Self::Removed { from, until } => write!(f, "the records {from} to {until} were removed before their time"),
            Self::Numbering { number, expected } => {
                write!(f, "record {number} comes where record {expected} is the next: numbers have no gaps")
            }
            Self::NoLeaf(number) => write!(f, "record {number} has no leaf"),
            Self::Index(number) => {
                write!(f, "record {number} is found by other persons, another user or organisation than it names")
            }
        }
    }
}

/// A record on its way into the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined {
    pub number: u64,
    pub at: String,
    pub leaf: Hash,
    /// It was removed: of it only the leaf is left.
    pub is_removed: bool,
}

/// A store's file, as it is when this is opened.
pub struct Examination {
    connection: Connection,
    name: String,
}

impl Examination {
    /// Opens the file to read it. It is not made where there is none, and an older one is not brought up to date.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let of = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i32>(0));
        if of("application_id")? != LAYOUT.application {
            return Err(NotOurs::Foreign.into());
        }
        if of("user_version")? != LAYOUT.version {
            return Err(NotOurs::OtherVersion.into());
        }
        // Others may write meanwhile; what they add is for the next time.
        connection.execute_batch("BEGIN")?;
        let names = {
            let mut statement = connection.prepare("SELECT name FROM store")?;
            statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?
        };
        let name = names.join("+");
        Ok(Self { connection, name })
    }

    /// Which store it is.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Reads all records and hands each on, in the order of their numbers; answers what is wrong with them. Records may be
    /// removed that are older than they are kept for, at this time.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn read(
        &self,
        kept: KeptDays,
        now: DateTime,
        mut take: impl FnMut(Examined),
    ) -> Result<Vec<AccessFault>, OpenError> {
        let oldest_kept = now - TimeDelta::days(kept.get().into());
        let mut faults = Faults::default();
        let mut persons = self.connection.prepare("SELECT number, person FROM persons ORDER BY number")?;
        let mut persons = ByNumber::new(&mut persons)?;
        let mut rows = self.connection.prepare(
            "SELECT leaves.number, at, body, seed, record, user, organisation
             FROM leaves LEFT JOIN accesses USING (number) ORDER BY leaves.number",
        )?;
        let mut rows = rows.query([])?;
        let (mut expected, mut has_begun, mut last) = (1, false, None);
        while let Some(row) = rows.next()? {
            let read = ReadRow::of(row)?;
            let number = read.number;
            if number != expected {
                faults.add(AccessFault::Numbering { number, expected });
            }
            expected = number.saturating_add(1);
            let found = persons.of(number, &mut faults)?;
            let examined = match read.stored() {
                None => {
                    let is_over = || read.leaf.at.parse::<DateTime>().is_ok_and(|at| at < oldest_kept);
                    let in_time = !has_begun && !read.has_seed && (read.leaf.is_of_nothing() || is_over());
                    if !in_time {
                        faults.removed(number);
                    }
                    if !found.is_empty() {
                        faults.add(AccessFault::Index(number));
                    }
                    read.removed()
                }
                Some(stored) => {
                    has_begun = true;
                    read.kept(&stored, &found, &mut faults)
                }
            };
            last = Some((number, examined.is_removed));
            take(examined);
        }
        persons.of(i64::MAX, &mut faults)?;
        // The last one stays, however old it is.
        if let Some((number, true)) = last {
            faults.removed(number);
        }
        let sql =
            "SELECT number FROM accesses WHERE number NOT IN (SELECT number FROM leaves) ORDER BY number LIMIT 20";
        let mut alone = self.connection.prepare(sql)?;
        for number in alone.query_map([], |row| row.get(0))? {
            faults.add(AccessFault::NoLeaf(number?));
        }
        Ok(faults.0)
    }
}

/// A leaf, and the record that it should be of.
struct ReadRow {
    number: i64,
    leaf: RecordLeaf,
    has_seed: bool,
    seed: Option<Seed>,
    record: Option<Vec<u8>>,
    user: Option<String>,
    organisation: Option<String>,
}

impl ReadRow {
    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        let number: i64 = row.get(0)?;
        let leaf = RecordLeaf { number: number.cast_unsigned(), at: row.get(1)?, body: row.get(2)? };
        let seed: Option<Vec<u8>> = row.get(3)?;
        Ok(Self {
            number,
            leaf,
            has_seed: seed.is_some(),
            seed: seed.and_then(|seed| seed.try_into().ok()).map(Seed::from_bytes),
            record: row.get(4)?,
            user: row.get(5)?,
            organisation: row.get(6)?,
        })
    }

    /// The record, where there is one. One whose seed is missing has another leaf with any other.
    fn stored(&self) -> Option<StoredRecord> {
        let record = self.record.clone()?;
        let seed = self.seed.clone().unwrap_or_else(|| Seed::from_bytes([0; Seed::LEN]));
        Some(StoredRecord { number: self.leaf.number, seed, record })
    }

    fn removed(&self) -> Examined {
        let RecordLeaf { number, at, .. } = self.leaf.clone();
        Examined { number, at, leaf: self.leaf.hash(), is_removed: true }
    }

    fn kept(&self, stored: &StoredRecord, found: &BTreeSet<Uuid>, faults: &mut Faults) -> Examined {
        let not_removed = Examined { is_removed: false, ..self.removed() };
        let (Some(fields), Some(leaf)) = (stored.fields(), stored.leaf()) else {
            // As it was when the store got its leaves.
            if !self.leaf.is_of_nothing() {
                faults.add(AccessFault::Unreadable(self.number));
            }
            return not_removed;
        };
        if leaf != self.leaf {
            faults.add(AccessFault::NotItsLeaf(self.number));
        }
        let named = fields.persons.iter().map(|person| person.person_id.parse()).collect::<Result<BTreeSet<Uuid>, _>>();
        let user = serde_json::from_slice::<Named>(&stored.record).ok().map(|named| named.user);
        let is_found = named.is_ok_and(|named| named == *found)
            && self.organisation.as_deref() == Some(&*fields.organisation)
            && self.user == user;
        if !is_found {
            faults.add(AccessFault::Index(self.number));
        }
        Examined { leaf: leaf.hash(), at: leaf.at, ..not_removed }
    }
}

#[derive(serde::Deserialize)]
struct Named {
    user: String,
}

#[derive(Default)]
struct Faults(Vec<AccessFault>);

impl Faults {
    fn add(&mut self, fault: AccessFault) {
        if self.0.len() < TOLD && !self.0.contains(&fault) {
            self.0.push(fault);
        }
    }

    fn removed(&mut self, number: i64) {
        match self.0.last_mut() {
            Some(AccessFault::Removed { until, .. }) if *until == number => {}
            Some(AccessFault::Removed { until, .. }) if until.checked_add(1) == Some(number) => *until = number,
            _ => self.add(AccessFault::Removed { from: number, until: number }),
        }
    }
}

/// The persons by whom records are found, by the records' numbers.
struct ByNumber<'a> {
    rows: Rows<'a>,
    next: Option<(i64, Vec<u8>)>,
}

impl<'a> ByNumber<'a> {
    fn new(statement: &'a mut Statement<'_>) -> rusqlite::Result<Self> {
        let mut by_number = Self { rows: statement.query([])?, next: None };
        by_number.advance()?;
        Ok(by_number)
    }

    fn advance(&mut self) -> rusqlite::Result<()> {
        self.next = match self.rows.next()? {
            Some(row) => Some((row.get(0)?, row.get(1)?)),
            None => None,
        };
        Ok(())
    }

    /// Those of a record; there are none of a number in between.
    fn of(&mut self, number: i64, faults: &mut Faults) -> rusqlite::Result<BTreeSet<Uuid>> {
        let mut found = BTreeSet::new();
        while let Some((of, person)) = self.next.as_ref().filter(|(of, _)| *of <= number) {
            match Uuid::from_slice(person) {
                Ok(person) if *of == number => drop(found.insert(person)),
                _ => faults.add(AccessFault::Index(*of)),
            }
            self.advance()?;
        }
        Ok(found)
    }
}
