//! A store, read record by record to be held against checkpoints of it: what its leaves are, and what in it cannot be where
//! nobody changed it. What was removed because its time was over is told from what was removed before.

mod file;

use std::collections::BTreeSet;
use std::fmt;

use care_path::time::DateTime;
use chrono::TimeDelta;
use transparency::Hash;
use uuid::Uuid;

pub use file::FileExamination;

#[cfg(feature = "postgres")]
use crate::PostgresExamination;
use crate::leaf::{RecordLeaf, Seed, StoredRecord};
use crate::{AccessPlace, KeptDays, OpenError};

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

/// A store, as it is when this is opened.
pub enum Examination {
    File(FileExamination),
    #[cfg(feature = "postgres")]
    Postgres(PostgresExamination),
}

impl Examination {
    /// Opens a store that is there, and makes nothing.
    ///
    /// # Errors
    /// See [`OpenError`].
    #[cfg_attr(not(feature = "postgres"), expect(clippy::unused_async, reason = "a file is opened at once"))]
    pub async fn open(place: &AccessPlace) -> Result<Self, OpenError> {
        match place {
            AccessPlace::File(path) => FileExamination::open(path).map(Self::File),
            #[cfg(feature = "postgres")]
            AccessPlace::Postgres(url) => PostgresExamination::open(url).await.map(Self::Postgres),
        }
    }

    /// Which store it is.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::File(file) => file.name(),
            #[cfg(feature = "postgres")]
            Self::Postgres(database) => database.name(),
        }
    }

    /// Reads all records and hands each on, in the order of their numbers; answers what is wrong with them. Records may be
    /// removed that are older than they are kept for, at this time.
    ///
    /// # Errors
    /// Where the store cannot be read.
    #[cfg_attr(not(feature = "postgres"), expect(clippy::unused_async, reason = "a file is read at once"))]
    pub async fn read(
        &self,
        kept: KeptDays,
        now: DateTime,
        take: impl FnMut(Examined),
    ) -> Result<Vec<AccessFault>, OpenError> {
        match self {
            Self::File(file) => file.read(kept, now, take),
            #[cfg(feature = "postgres")]
            Self::Postgres(database) => database.read(kept, now, take).await,
        }
    }
}

/// Judges the rows of a store, which it is given in the order of their numbers.
pub(crate) struct Examiner {
    oldest_kept: DateTime,
    faults: Faults,
    expected: i64,
    /// A record was there that was not removed.
    has_begun: bool,
    /// The last number, and whether its record was removed.
    last: Option<(i64, bool)>,
}

impl Examiner {
    /// Records may be removed that are older than they are kept for, at this time.
    pub(crate) fn new(kept: KeptDays, now: DateTime) -> Self {
        let oldest_kept = now - TimeDelta::days(kept.get().into());
        Self { oldest_kept, faults: Faults::default(), expected: 1, has_begun: false, last: None }
    }

    /// The next row, with the persons by whom records up to its number are found and that were not given before.
    pub(crate) fn row(&mut self, row: &ExaminedRow, persons: &[(i64, Vec<u8>)]) -> Examined {
        let (number, expected) = (row.number, self.expected);
        if number != expected {
            self.faults.add(AccessFault::Numbering { number, expected });
        }
        self.expected = number.saturating_add(1);
        let found = self.persons_of(number, persons);
        let examined = match row.stored() {
            None => {
                let is_over = || row.leaf.at.parse::<DateTime>().is_ok_and(|at| at < self.oldest_kept);
                let in_time = !self.has_begun && row.seed.is_none() && (row.leaf.is_of_nothing() || is_over());
                if !in_time {
                    self.faults.removed(number);
                }
                if !found.is_empty() {
                    self.faults.add(AccessFault::Index(number));
                }
                row.removed()
            }
            Some(stored) => {
                self.has_begun = true;
                row.kept(&stored, &found, &mut self.faults)
            }
        };
        self.last = Some((number, examined.is_removed));
        examined
    }

    /// What is wrong, after the last row: with the persons that are left, and the numbers of records that have no leaf.
    pub(crate) fn end(mut self, persons: &[(i64, Vec<u8>)], alone: impl IntoIterator<Item = i64>) -> Vec<AccessFault> {
        for (number, _) in persons {
            self.faults.add(AccessFault::Index(*number));
        }
        // The last one stays, however old it is.
        if let Some((number, true)) = self.last {
            self.faults.removed(number);
        }
        for number in alone {
            self.faults.add(AccessFault::NoLeaf(number));
        }
        self.faults.0
    }

    /// Those of a record; there are none of a number in between.
    fn persons_of(&mut self, number: i64, persons: &[(i64, Vec<u8>)]) -> BTreeSet<Uuid> {
        let mut found = BTreeSet::new();
        for (of, person) in persons {
            match Uuid::from_slice(person) {
                Ok(person) if *of == number => drop(found.insert(person)),
                _ => self.faults.add(AccessFault::Index(*of)),
            }
        }
        found
    }
}

/// A leaf, and the record that it should be of.
pub(crate) struct ExaminedRow {
    pub(crate) number: i64,
    pub(crate) leaf: RecordLeaf,
    pub(crate) seed: Option<Vec<u8>>,
    pub(crate) record: Option<Vec<u8>>,
    pub(crate) user: Option<String>,
    pub(crate) organisation: Option<String>,
}

impl ExaminedRow {
    /// The record, where there is one. One whose seed is missing has another leaf with any other.
    fn stored(&self) -> Option<StoredRecord> {
        let record = self.record.clone()?;
        let seed = self.seed.as_deref().and_then(|seed| seed.try_into().ok()).unwrap_or([0; Seed::LEN]);
        Some(StoredRecord { number: self.leaf.number, seed: Seed::from_bytes(seed), record })
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
