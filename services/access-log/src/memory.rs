//! A store in memory, for tests: it can be told to fail.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use parking_lot::RwLock;

use crate::{Access, AccessError, AccessLog, Numbered, Of};

/// Keeps records as long as the process lives.
#[derive(Debug, Default)]
pub struct MemoryAccessLog {
    kept: RwLock<Kept>,
    fails: AtomicBool,
}

/// The records, and how many were removed before them.
#[derive(Debug, Default)]
struct Kept {
    removed: u64,
    records: VecDeque<Access>,
}

impl Kept {
    fn numbered(&self) -> impl DoubleEndedIterator<Item = (u64, &Access)> + ExactSizeIterator {
        let first = self.removed + 1;
        self.records.iter().enumerate().map(move |(place, access)| (first + place as u64, access))
    }
}

fn own((number, access): (u64, &Access)) -> Numbered {
    Numbered { number, access: access.clone() }
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
        self.kept.write().records.push_back(access);
        Ok(())
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
        kept.removed += count as u64;
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
