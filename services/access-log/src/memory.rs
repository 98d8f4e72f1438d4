//! A store in memory, for tests: it can be told to fail.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use parking_lot::RwLock;

use crate::{Access, AccessError, AccessLog, Numbered, Of, RecordLeaf, Seed, StoredRecord};

/// Keeps records as long as the process lives.
#[derive(Debug)]
pub struct MemoryAccessLog {
    name: String,
    kept: RwLock<Kept>,
    fails: AtomicBool,
}

/// The records that were not removed, and the leaves of all.
#[derive(Debug, Default)]
struct Kept {
    records: VecDeque<(Access, StoredRecord)>,
    leaves: Vec<RecordLeaf>,
}

impl Kept {
    fn numbered(&self) -> impl DoubleEndedIterator<Item = (u64, &Access)> + ExactSizeIterator {
        self.records.iter().map(|(access, stored)| (stored.number, access))
    }
}

fn own((number, access): (u64, &Access)) -> Numbered {
    Numbered { number, access: access.clone() }
}

impl Default for MemoryAccessLog {
    /// An empty one. Where the machine has no randomness, nothing can be appended to it.
    fn default() -> Self {
        let name = Seed::random().map_or_else(String::new, |seed| seed.name());
        Self { name, kept: RwLock::default(), fails: AtomicBool::default() }
    }
}

impl MemoryAccessLog {
    /// From now on appends fail, or work again.
    pub fn fail(&self, fails: bool) {
        self.fails.store(fails, Ordering::SeqCst);
    }
}

#[async_trait]
impl AccessLog for MemoryAccessLog {
    async fn append(&self, access: Access) -> Result<(), AccessError> {
        if self.fails.load(Ordering::SeqCst) {
            return Err(AccessError::Unavailable("it was told to fail".to_owned()));
        }
        let mut kept = self.kept.write();
        let number = kept.leaves.len() as u64 + 1;
        let record = serde_json::to_vec(&access).map_err(|_| AccessError::Damaged(number))?;
        let stored = StoredRecord { number, seed: Seed::random().ok_or(AccessError::NoRandomness)?, record };
        kept.leaves.push(stored.leaf().ok_or(AccessError::Damaged(number))?);
        kept.records.push_back((access, stored));
        Ok(())
    }

    fn name(&self) -> &str {
        &self.name
    }

    async fn stored(&self, of: Of, before: Option<u64>, limit: usize) -> Result<Vec<StoredRecord>, AccessError> {
        let kept = self.kept.read();
        let wanted = kept
            .records
            .iter()
            .rev()
            .filter(|(access, stored)| before.is_none_or(|before| stored.number < before) && of.has(access));
        Ok(wanted.take(limit).map(|(_, stored)| stored.clone()).collect())
    }

    async fn leaves(&self, after: u64, limit: usize) -> Result<Vec<RecordLeaf>, AccessError> {
        Ok(self.kept.read().leaves.iter().filter(|leaf| leaf.number > after).take(limit).cloned().collect())
    }

    async fn read(&self, of: Of, before: Option<u64>, limit: usize) -> Result<Vec<Numbered>, AccessError> {
        let kept = self.kept.read();
        let newest = kept.numbered().rev();
        let wanted = newest.filter(|(number, access)| before.is_none_or(|before| *number < before) && of.has(access));
        Ok(wanted.take(limit).map(own).collect())
    }

    async fn oldest(&self, after: u64, limit: usize) -> Result<Vec<Numbered>, AccessError> {
        Ok(self.kept.read().numbered().filter(|(number, _)| *number > after).take(limit).map(own).collect())
    }

    async fn forget(&self, until: u64) -> Result<u64, AccessError> {
        let mut kept = self.kept.write();
        let but_the_last = kept.records.len().saturating_sub(1);
        let count = kept.numbered().take(but_the_last).take_while(|(number, _)| *number <= until).count();
        kept.records.drain(..count);
        Ok(count as u64)
    }
}

impl Of {
    fn has(&self, access: &Access) -> bool {
        match self {
            Self::Everybody => true,
            Self::Persons(ids) => access.persons.iter().any(|shown| ids.contains(&shown.person_id)),
            Self::User(user) => access.user == *user,
            Self::Organisation(organisation) => access.organisation == *organisation,
        }
    }
}
