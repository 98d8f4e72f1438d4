//! Repeats of a request that is being answered wait for it: what it was answered is looked for after that.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::history::KeyDigest;

/// Requests that are being answered: a repeat waits for the first to finish.
#[derive(Default)]
pub struct InFlight(Mutex<HashMap<KeyDigest, Arc<tokio::sync::Mutex<()>>>>);

impl InFlight {
    /// Waits for its turn among requests with this key.
    pub async fn turn(&self, key: KeyDigest) -> Turn<'_> {
        let lock = self.0.lock().entry(key).or_default().clone();
        let guard = lock.lock_owned().await;
        Turn { all: self, key, guard: Some(guard) }
    }
}

/// The turn of one request; the next one begins when it is dropped.
pub struct Turn<'a> {
    all: &'a InFlight,
    key: KeyDigest,
    guard: Option<tokio::sync::OwnedMutexGuard<()>>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut all = self.all.0.lock();
        self.guard.take();
        // Only this map holds it still: nobody waits.
        if all.get(&self.key).is_some_and(|lock| Arc::strong_count(lock) == 1) {
            all.remove(&self.key);
        }
    }
}
