//! What is known of streams without asking: the ids on those that were lately written to, and where lately seen ids are.
//!
//! Both only save questions. That what is known of a stream is all of it is for the server to confirm, by the exact
//! revision that every append names.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use hashlink::LruCache;
use parking_lot::Mutex;
use tokio::time::Instant;
use uuid::Uuid;

use crate::port::{Position, Proposed, Recorded, StreamName};
use crate::rules::Repeat;

/// The ids on a stream, as far as it was read.
#[derive(Default)]
pub(super) struct Tail {
    /// Where each id is. The position is `START` where the server has not told it yet.
    ids: HashMap<Uuid, (u64, Position)>,
    next: u64,
    /// The server has confirmed, at some time since then, that there is no more on the stream than this.
    confirmed: Option<Instant>,
}

impl Tail {
    /// Its last revision.
    pub(crate) fn last(&self) -> Option<u64> {
        self.next.checked_sub(1)
    }

    /// The revision from which it is to be read on.
    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    pub(crate) fn known(&self, id: Uuid) -> Option<Repeat> {
        self.ids.get(&id).map(|(revision, position)| Repeat { here: true, revision: *revision, position: *position })
    }

    /// Whether something is known of it at all.
    pub(crate) fn was_read(&self) -> bool {
        self.confirmed.is_some()
    }

    /// Whether it is as the server had it at some time since then.
    pub(crate) fn is_as_of(&self, since: Instant) -> bool {
        self.confirmed.is_some_and(|confirmed| confirmed >= since)
    }

    /// Takes in what was read from `next` on, by a read that began then.
    pub(crate) fn extend(&mut self, events: &[Recorded], began: Instant) {
        self.confirmed = Some(began);
        for event in events {
            self.ids.insert(event.id, (event.revision, event.position));
            self.next = event.revision + 1;
        }
    }

    /// Takes in what was appended at its end, by an append that began then; the server tells the position of the last
    /// event alone.
    pub(crate) fn append(&mut self, events: &[Proposed], position: Position, began: Instant) {
        self.confirmed = Some(began);
        for (place, event) in events.iter().enumerate() {
            let position = if place + 1 == events.len() { position } else { Position::START };
            self.ids.insert(event.id, (self.next, position));
            self.next += 1;
        }
    }
}

/// The tails of the streams written to last, each for one append at a time.
pub(super) struct Tails(Mutex<LruCache<StreamName, Arc<tokio::sync::Mutex<Tail>>>>);

impl Tails {
    pub(crate) fn new(most: usize) -> Self {
        Self(Mutex::new(LruCache::new(most.max(1))))
    }

    pub(crate) fn of(&self, stream: &StreamName) -> Arc<tokio::sync::Mutex<Tail>> {
        let mut tails = self.0.lock();
        if let Some(tail) = tails.get(stream) {
            return tail.clone();
        }
        let tail = Arc::default();
        tails.insert(stream.clone(), Arc::clone(&tail));
        tail
    }
}

/// On which stream each of the ids is that this node has seen last. KurrentDB does not look for an id on other streams.
pub(super) struct RecentIds {
    ids: Mutex<LruCache<Uuid, u64>>,
    hash: RandomState,
}

impl RecentIds {
    pub(crate) fn new(most: usize) -> Self {
        Self { ids: Mutex::new(LruCache::new(most.max(1))), hash: RandomState::new() }
    }

    pub(crate) fn note(&self, events: &[Recorded]) {
        let mut ids = self.ids.lock();
        for event in events {
            ids.insert(event.id, self.hash.hash_one(&event.stream));
        }
    }

    /// Takes the ids for a stream, unless one of them is on another; says which are new.
    pub(crate) fn claim(&self, stream: &StreamName, events: &[Proposed]) -> Option<Vec<Uuid>> {
        let stream = self.hash.hash_one(stream);
        let mut ids = self.ids.lock();
        if events.iter().any(|event| ids.peek(&event.id).is_some_and(|on| *on != stream)) {
            return None;
        }
        let fresh = events.iter().filter(|event| ids.insert(event.id, stream).is_none()).map(|event| event.id);
        Some(fresh.collect())
    }

    /// Gives back ids that were not written.
    pub(crate) fn release(&self, claimed: &[Uuid]) {
        let mut ids = self.ids.lock();
        for id in claimed {
            ids.remove(id);
        }
    }
}
