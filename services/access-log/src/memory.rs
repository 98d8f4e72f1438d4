//! A store in memory, for tests: it can be told to fail.

use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use parking_lot::RwLock;

use crate::{Access, AccessError, AccessLog, Numbered, Of};

/// Keeps records as long as the process lives.
#[derive(Debug, Default)]
pub struct MemoryAccessLog {
    kept: RwLock<Vec<Access>>,
    fails: AtomicBool,
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
        self.kept.write().push(access);
        Ok(())
    }

    async fn read(&self, of: Of, before: Option<u64>, limit: usize) -> Result<Vec<Numbered>, AccessError> {
        let kept = self.kept.read();
        let numbered = (1..=kept.len() as u64).rev().zip(kept.iter().rev());
        let wanted = numbered.filter(|(number, access)| before.is_none_or(|before| *number < before) && of.has(access));
        Ok(wanted.take(limit).map(|(number, access)| Numbered { number, access: access.clone() }).collect())
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
