//! Digests of the read models: equal content gives equal digests, in whatever order it came about.

use std::hash::{DefaultHasher, Hash, Hasher};

use care_path::time::DateTime;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The digests of all read models at one position, but for suggestions of who may be the same: they come in by and by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Digests {
    /// The position of the log that they are at.
    pub position: u64,
    /// The moment that they are as of: some of what waits comes and goes with time alone.
    pub as_of: DateTime,
    pub models: Vec<ModelDigest>,
}

/// The digest of one read model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ModelDigest {
    pub model: String,
    pub rows: u64,
    /// 64 bits in hexadecimal: of every row, added up.
    pub digest: String,
}

/// The digest of a read model of these rows.
pub fn sum(model: &str, rows: impl Iterator<Item = u64>) -> ModelDigest {
    let (mut count, mut total) = (0_u64, 0_u64);
    for row in rows {
        total = total.wrapping_add(row);
        count += 1;
    }
    ModelDigest { model: model.to_owned(), rows: count, digest: format!("{total:016x}") }
}

/// The digest of a row.
pub fn hash(row: impl Hash) -> u64 {
    // The standard hasher starts from fixed keys: two processes of one build hash alike.
    let mut hasher = DefaultHasher::new();
    row.hash(&mut hasher);
    hasher.finish()
}
