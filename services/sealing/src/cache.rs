//! Unwrapped data keys in memory: bounded, wiped when they leave, and never there for somebody who was erased.
//!
//! A person's keys and tombstone are under one lock, so that a key which is being read from the store while its person
//! is erased cannot come in afterwards.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use care_path::ids::PersonId;
use hashlink::LruCache;
use parking_lot::{Mutex, MutexGuard};

use super::key_store::{KeyPurpose, Owner, Slot};
use super::secret::DataKey;

const SHARDS: usize = 16;

/// What is known of a slot without asking the store.
#[derive(Debug, Clone)]
pub enum Cached {
    Key(Arc<DataKey>),
    /// The person was erased.
    Erased,
    /// Nothing: ask the store.
    Unknown,
}

struct Shard {
    keys: LruCache<Slot, Arc<DataKey>>,
    erased: HashSet<PersonId>,
}

impl Shard {
    fn is_erased(&self, slot: Slot) -> bool {
        matches!(slot.owner(), Owner::Person(person) if self.erased.contains(&person))
    }
}

pub(super) struct KeyCache {
    shards: [Mutex<Shard>; SHARDS],
    /// Keys a shard holds while nobody needs all of them.
    bound: usize,
    unbounded_for: AtomicUsize,
}

impl KeyCache {
    /// A cache of about that many keys, some 200 bytes each. Tombstones come on top, with 16 bytes each.
    pub(super) fn new(capacity: usize) -> Self {
        let bound = capacity.div_ceil(SHARDS).max(1);
        let shard = |_| Mutex::new(Shard { keys: LruCache::new(bound), erased: HashSet::new() });
        Self { shards: std::array::from_fn(shard), bound, unbounded_for: AtomicUsize::new(0) }
    }

    pub(super) fn get(&self, slot: Slot) -> Cached {
        let mut shard = self.shard(slot.owner());
        if shard.is_erased(slot) {
            return Cached::Erased;
        }
        shard.keys.get(&slot).map_or(Cached::Unknown, |key| Cached::Key(Arc::clone(key)))
    }

    /// Puts a key in, unless its person has been erased meanwhile; answers what is there then.
    pub(super) fn insert(&self, slot: Slot, key: Arc<DataKey>) -> Cached {
        let mut shard = self.shard(slot.owner());
        if shard.is_erased(slot) {
            return Cached::Erased;
        }
        shard.keys.insert(slot, Arc::clone(&key));
        Cached::Key(key)
    }

    /// Drops a person's keys and remembers that there will be none.
    pub(super) fn erase(&self, person: PersonId) {
        self.shard(Owner::Person(person)).erased.insert(person);
        self.evict(person);
    }

    /// Whether there will be no keys of a person any more.
    pub(super) fn is_erased(&self, person: PersonId) -> bool {
        self.shard(Owner::Person(person)).erased.contains(&person)
    }

    /// Drops a person's keys; the next need asks the store.
    pub(super) fn evict(&self, person: PersonId) {
        use care_path::codes::{Code as _, DataClass};
        let mut shard = self.shard(Owner::Person(person));
        for class in DataClass::ALL {
            shard.keys.remove(&Slot::Person(person, *class));
        }
    }

    pub(super) fn evict_purpose(&self, purpose: KeyPurpose) {
        self.shard(Owner::Service).keys.remove(&Slot::Service(purpose));
    }

    /// Holds whatever comes in until `bound_again`; the two are called in pairs.
    pub(super) fn unbound(&self) {
        if self.unbounded_for.fetch_add(1, Ordering::AcqRel) == 0 {
            self.set_bound(usize::MAX);
        }
    }

    pub(super) fn bound_again(&self) {
        if self.unbounded_for.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.set_bound(self.bound);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().keys.len()).sum()
    }

    fn set_bound(&self, bound: usize) {
        for shard in &self.shards {
            shard.lock().keys.set_capacity(bound);
        }
    }

    fn shard(&self, owner: Owner) -> MutexGuard<'_, Shard> {
        // The last byte of a person's id is random also where the id is ordered by time.
        let at = match owner {
            Owner::Person(person) => usize::from(person.0.as_bytes()[15]) % SHARDS,
            Owner::Service => 0,
        };
        self.shards[at].lock()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Weak;

    use care_path::codes::DataClass;
    use uuid::Uuid;

    use super::*;

    fn slot(number: u128) -> Slot {
        Slot::Person(PersonId(Uuid::from_u128(number * 16)), DataClass::Medical)
    }

    fn fill(cache: &KeyCache, number: u128) -> Weak<DataKey> {
        let key = Arc::new(DataKey::generate().unwrap());
        cache.insert(slot(number), Arc::clone(&key));
        Arc::downgrade(&key)
    }

    #[test]
    fn the_key_that_was_used_longest_ago_leaves_and_is_dropped() {
        let cache = KeyCache::new(2 * SHARDS);
        let (first, second) = (fill(&cache, 1), fill(&cache, 2));
        assert!(matches!(cache.get(slot(1)), Cached::Key(_)));
        fill(&cache, 3);
        assert!(matches!(cache.get(slot(2)), Cached::Unknown));
        assert!(second.upgrade().is_none());
        assert!(first.upgrade().is_some());
    }

    #[test]
    fn while_all_keys_are_needed_none_leaves_and_afterwards_the_bound_holds_again() {
        let cache = KeyCache::new(SHARDS);
        cache.unbound();
        cache.unbound();
        for number in 0..50 {
            fill(&cache, number);
        }
        cache.bound_again();
        assert_eq!(cache.len(), 50);
        cache.bound_again();
        assert_eq!(cache.len(), 1);
    }

    #[test]
    fn a_key_that_arrives_after_its_person_was_erased_is_not_kept() {
        let cache = KeyCache::new(100);
        let early = fill(&cache, 1);
        let Slot::Person(person, _) = slot(1) else { unreachable!() };
        cache.erase(person);
        assert!(early.upgrade().is_none());
        let late = fill(&cache, 1);
        assert!(late.upgrade().is_none());
        assert!(matches!(cache.get(slot(1)), Cached::Erased));
    }
}
