//! Who saw what of whom: one record for each disclosure, after NEN 7513, in a store of its own: a file of one node, or a
//! PostgreSQL database that all nodes share. It grows until a record has been kept for its time.
//!
//! Whoever discloses appends the record first and sends when the append has returned. Where it fails, nothing is sent. A
//! record names the reader and the persons by their ids, and says of what categories something was shown; of what was shown
//! itself it holds nothing.
//!
//! The records are the leaves of a Merkle tree, in their order. A record that is removed leaves its leaf behind.

#[cfg(test)]
mod contract;
mod examine;
mod leaf;
mod memory;
mod patterns;
mod place;
#[cfg(feature = "postgres")]
mod postgres;
mod proof;
mod record;
mod sqlite;
#[cfg(test)]
mod tests;

use async_trait::async_trait;
use care_path::PersonId;
use care_path::ids::{OrgId, UserId};

pub use examine::{AccessFault, Examination, Examined, FileExamination};
pub use leaf::{RecordLeaf, Seed, StoredRecord};
pub use memory::MemoryAccessLog;
pub use patterns::{Pattern, PatternKind, Thresholds, patterns};
pub use place::{AccessPlace, AccessPlaceError};
#[cfg(feature = "postgres")]
pub use postgres::{PostgresAccessLog, PostgresExamination};
pub use proof::{AccessProof, AccessProofError, HashText, ProvedRecord, ToldPerson, ToldReader};
pub use record::{Access, Action, Asks, Outcome, Surface};
pub use sqlite::SqliteAccessLog;

/// Why a record was not written, or the records cannot be read.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AccessError {
    /// It may work later: the disk is full, somebody else holds the file, or the server does not answer. What it was said of
    /// may have been written all the same.
    #[error("the access log cannot be used now: {0}")]
    Unavailable(String),
    /// What the disk holds is no longer known: nothing is written until the next start. Only a file stops so.
    #[error("the access log has stopped: {0}")]
    Stopped(String),
    #[error("record {0} of the access log cannot be read")]
    Damaged(u64),
    #[error("the machine has no randomness")]
    NoRandomness,
}

/// Why the store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    File(#[from] std::io::Error),
    #[error(transparent)]
    NotOurs(#[from] storage::sqlite_file::NotOurs),
    #[cfg(feature = "postgres")]
    #[error(transparent)]
    Connect(#[from] storage::postgres::ConnectError),
    #[cfg(feature = "postgres")]
    #[error("the database was written by a newer Baken: the layout of its access log is {0}")]
    NewerDatabase(i32),
    #[cfg(feature = "postgres")]
    #[error("the database holds no access log of Baken")]
    NotInDatabase,
    #[cfg(feature = "postgres")]
    #[error("the schema `baken_access` of the database is not an access log of Baken; it was left as it is")]
    ForeignDatabase,
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        Self::NotOurs(error.into())
    }
}

/// A record, and its number in the store: 1 for the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbered {
    pub number: u64,
    pub access: Access,
}

/// For how many days records are kept: five years at the least, as NEN 7513 asks for, and a hundred at the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "u32")]
pub struct KeptDays(u32);

impl KeptDays {
    /// Five years, of which two may be leap years.
    pub const LEAST: u32 = 1_827;
    const MOST: u32 = 36_525;

    /// As a number.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0
    }
}

impl Default for KeptDays {
    fn default() -> Self {
        Self(Self::LEAST)
    }
}

impl TryFrom<u32> for KeptDays {
    type Error = &'static str;

    fn try_from(days: u32) -> Result<Self, Self::Error> {
        let within = (Self::LEAST..=Self::MOST).contains(&days);
        if within { Ok(Self(days)) } else { Err("must be 1827 (five years) to 36525 days") }
    }
}

/// Whose records are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Of {
    Everybody,
    /// Disclosures of any of these persons, who are one human being.
    Persons(Vec<PersonId>),
    /// What a user saw.
    User(UserId),
    /// What an organisation's people saw.
    Organisation(OrgId),
}

/// The store.
#[async_trait]
pub trait AccessLog: Send + Sync {
    /// Which store it is: a name of lower-case letters and digits that no other store has.
    fn name(&self) -> &str;

    /// Appends a record. When this answers it is durable.
    ///
    /// # Errors
    /// Where it is not: then nothing may be disclosed.
    async fn append(&self, access: Access) -> Result<(), AccessError>;

    /// The latest records, newest first: at most `limit` before a number.
    ///
    /// # Errors
    /// Where the store does not answer, or holds what is no record.
    async fn read(&self, of: Of, before: Option<u64>, limit: usize) -> Result<Vec<Numbered>, AccessError>;

    /// The oldest records, oldest first: at most `limit` after a number.
    ///
    /// # Errors
    /// Where the store does not answer, or holds what is no record.
    async fn oldest(&self, after: u64, limit: usize) -> Result<Vec<Numbered>, AccessError>;

    /// The latest records as they are stored, newest first: at most `limit` before a number.
    ///
    /// # Errors
    /// Where the store does not answer.
    async fn stored(&self, of: Of, before: Option<u64>, limit: usize) -> Result<Vec<StoredRecord>, AccessError>;

    /// The leaves of the records, oldest first: at most `limit` after a number. Those of removed records are among them.
    ///
    /// # Errors
    /// Where the store does not answer.
    async fn leaves(&self, after: u64, limit: usize) -> Result<Vec<RecordLeaf>, AccessError>;

    /// Removes all records up to a number, this one among them, and says how many those were. Their leaves stay. The last
    /// record of all stays too, so that no number is given twice.
    ///
    /// # Errors
    /// Where the store does not answer. What was removed before that is gone.
    async fn forget(&self, until: u64) -> Result<u64, AccessError>;
}
