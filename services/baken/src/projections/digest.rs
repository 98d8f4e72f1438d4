//! Digests of the read models: equal content gives equal digests, in whatever order it came about.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::World;

/// The digests of all read models at one position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Digests {
    /// The position of the log that they are at.
    pub position: u64,
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

fn sum(model: &str, rows: impl Iterator<Item = u64>) -> ModelDigest {
    let (mut count, mut total) = (0_u64, 0_u64);
    for row in rows {
        total = total.wrapping_add(row);
        count += 1;
    }
    ModelDigest { model: model.to_owned(), rows: count, digest: format!("{total:016x}") }
}

fn hash(row: impl Hash) -> u64 {
    // The standard hasher starts from fixed keys: two processes of one build hash alike.
    let mut hasher = DefaultHasher::new();
    row.hash(&mut hasher);
    hasher.finish()
}

impl World {
    /// The digests of all read models.
    #[must_use]
    pub fn digests(&self) -> Digests {
        Digests {
            position: self.position.0,
            models: vec![
                sum("cases", self.cases.iter().map(|(id, held)| held.glance(|case| hash((id, case))))),
                sum("links", self.case_of.iter().map(hash)),
                sum("revisions", self.revisions.iter().map(hash)),
                sum("answers", self.answers.iter().map(hash)),
            ],
        }
    }
}
