//! Digests of the read models: equal content gives equal digests, in whatever order it came about.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::World;
use super::rows::Unread;

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

/// Digests that lack the cases which nobody has read yet. Their rows never change, so that they can be read while the read
/// models go on.
pub struct Begun {
    position: u64,
    folded: Vec<u64>,
    unread: Vec<Arc<Unread>>,
    others: Vec<ModelDigest>,
}

impl Begun {
    /// Reads the rest of the cases.
    #[must_use]
    pub fn finish(self) -> Digests {
        let Self { position, folded, unread, others } = self;
        let unread = unread.iter().map(|events| {
            let case = events.case();
            hash((case.id(), &case))
        });
        let cases = sum("cases", folded.into_iter().chain(unread));
        Digests { position, models: [vec![cases], others].concat() }
    }
}

impl World {
    /// The digests of all read models.
    #[must_use]
    pub fn digests(&self) -> Digests {
        self.begin_digests().finish()
    }

    /// The digests, as far as they can be had without reading what nobody has read yet.
    #[must_use]
    pub fn begin_digests(&self) -> Begun {
        let (mut folded, mut unread) = (Vec::new(), Vec::new());
        for (id, held) in &self.cases {
            match held.unread() {
                Some(events) => unread.push(events.clone()),
                None => folded.push(hash((id, held.case()))),
            }
        }
        let others = vec![
            sum("links", self.case_of.iter().map(hash)),
            sum("revisions", self.revisions.iter().map(hash)),
            sum("answers", self.answers.iter().map(hash)),
        ];
        Begun { position: self.position.0, folded, unread, others }
    }
}
