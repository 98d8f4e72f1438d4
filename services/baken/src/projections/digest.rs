//! Digests of the read models: equal content gives equal digests, in whatever order it came about.

use std::hash::{DefaultHasher, Hash, Hasher};

use care_path::PersonId;
use care_path::codes::TaskKind;
use care_path::path::tasks::Task;
use care_path::time::DateTime;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::World;
use super::worklist::Place;

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
    /// The digests of all read models, as of a moment; or as of a later one that it was looked at already: events that
    /// another node has recorded may lie ahead of this one's clock.
    #[must_use]
    pub fn digests(&self, as_of: DateTime) -> Digests {
        let as_of = self.looked_at.map_or(as_of, |looked_at| looked_at.max(as_of));
        let mut models = vec![
            sum("cases", self.cases.iter().map(hash)),
            sum("links", self.case_of.iter().map(hash)),
            sum("revisions", self.revisions.iter().map(hash)),
            sum("answers", self.answers.iter().map(hash)),
            sum("index", self.index.places().map(hash)),
            sum("trail", self.trail().all().iter().map(hash)),
            sum("due", self.due.all().map(hash)),
        ];
        models.extend(self.digests_of_waiting(as_of));
        Digests { position: self.position.0, as_of, models }
    }

    /// What follows from paths and time. Cases on which time has changed it are looked at every now and then: of those that
    /// are to be looked at now it counts what will be found.
    fn digests_of_waiting(&self, as_of: DateTime) -> Vec<ModelDigest> {
        let aged = self.aged(as_of);
        let of_paths = |place: &Place| place.kind != TaskKind::ReviewMatch;
        let kept = self.worklist.all().filter(|(_, place)| of_paths(place) && !aged.contains_key(&place.case));
        let places = |(case, (tasks, _)): (&PersonId, &(Vec<Task>, _))| -> Vec<u64> {
            tasks.iter().map(|task| hash((&task.addressee, Place::of(*case, task)))).collect()
        };
        let found = aged.iter().flat_map(places);
        let changes = self.changes.all().filter(|(_, case)| !aged.contains_key(case));
        let next = aged.iter().filter_map(|(case, (_, next))| next.map(|next| (next, *case)));
        vec![sum("worklist", kept.map(hash).chain(found)), sum("changes", changes.chain(next).map(hash))]
    }
}
