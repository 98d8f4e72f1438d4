//! One after another by key: whoever comes while another has the turn of the same key waits for it.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use parking_lot::Mutex;

/// The turns of all keys that somebody has, or waits for.
pub struct Turns<K>(pub(super) Mutex<HashMap<K, Arc<tokio::sync::Mutex<()>>>>);

impl<K> Default for Turns<K> {
    fn default() -> Self {
        Self(Mutex::new(HashMap::new()))
    }
}

impl<K: Clone + Eq + Hash> Turns<K> {
    /// Waits for the turn of a key.
    pub async fn turn(&self, key: K) -> Turn<'_, K> {
        let lock = self.0.lock().entry(key.clone()).or_default().clone();
        let guard = lock.lock_owned().await;
        Turn { all: self, key, guard: Some(guard) }
    }
}

/// The turn of a key; the next one begins when it is dropped.
pub struct Turn<'a, K: Eq + Hash> {
    all: &'a Turns<K>,
    key: K,
    guard: Option<tokio::sync::OwnedMutexGuard<()>>,
}

impl<K: Eq + Hash> Drop for Turn<'_, K> {
    fn drop(&mut self) {
        let mut all = self.all.0.lock();
        self.guard.take();
        // Only this map holds it still: nobody waits.
        if all.get(&self.key).is_some_and(|lock| Arc::strong_count(lock) == 1) {
            all.remove(&self.key);
        }
    }
}
