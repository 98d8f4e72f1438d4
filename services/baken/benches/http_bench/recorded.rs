//! What it costs that each reading is durably on record before its answer leaves: the same reads, with an access log that can be
//! told to acknowledge at once and keep nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use baken::access_log::{Access, AccessError, AccessLog, Numbered, Of, RecordLeaf, StoredRecord};

/// An access log whose appends can be switched off.
pub struct Switched {
    log: Arc<dyn AccessLog>,
    keeps: AtomicBool,
}

impl Switched {
    pub fn new(log: Arc<dyn AccessLog>) -> Self {
        Self { log, keeps: AtomicBool::new(true) }
    }

    pub fn keep(&self, keeps: bool) {
        self.keeps.store(keeps, Ordering::SeqCst);
    }
}

#[async_trait]
impl AccessLog for Switched {
    fn name(&self) -> &str {
        self.log.name()
    }

    async fn append(&self, access: Access) -> Result<(), AccessError> {
        if self.keeps.load(Ordering::SeqCst) { self.log.append(access).await } else { Ok(()) }
    }

    async fn read(&self, of: Of, before: Option<u64>, limit: usize) -> Result<Vec<Numbered>, AccessError> {
        self.log.read(of, before, limit).await
    }

    async fn oldest(&self, after: u64, limit: usize) -> Result<Vec<Numbered>, AccessError> {
        self.log.oldest(after, limit).await
    }

    async fn stored(&self, of: Of, before: Option<u64>, limit: usize) -> Result<Vec<StoredRecord>, AccessError> {
        self.log.stored(of, before, limit).await
    }

    async fn leaves(&self, after: u64, limit: usize) -> Result<Vec<RecordLeaf>, AccessError> {
        self.log.leaves(after, limit).await
    }

    async fn forget(&self, until: u64) -> Result<u64, AccessError> {
        self.log.forget(until).await
    }
}
