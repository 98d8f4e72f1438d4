//! What the writer remembers of streams, so that the next append to one of them needs no look-up of its last revision.

use std::collections::HashMap;

use crate::port::StreamName;

/// A stream as the writer knows it: its row, and the revision of its last event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tail {
    pub stream: i64,
    pub revision: i64,
}

/// A bounded memory of streams. Two generations: what is used is in the younger one; when that is full it becomes the
/// older, and the older is forgotten. So what was used recently stays, at the cost of a plain map.
pub(super) struct KnownStreams {
    younger: HashMap<StreamName, Tail>,
    older: HashMap<StreamName, Tail>,
    generation: usize,
}

impl KnownStreams {
    /// Remembers the last `generation` streams used, and up to as many again.
    pub(crate) fn new(generation: usize) -> Self {
        Self { younger: HashMap::new(), older: HashMap::new(), generation: generation.max(1) }
    }

    pub(crate) fn get(&mut self, name: &StreamName) -> Option<Tail> {
        if let Some(tail) = self.younger.get(name) {
            return Some(*tail);
        }
        let (name, tail) = self.older.remove_entry(name)?;
        self.make_room();
        self.younger.insert(name, tail);
        Some(tail)
    }

    pub(crate) fn put(&mut self, name: &StreamName, tail: Tail) {
        if let Some(known) = self.younger.get_mut(name) {
            *known = tail;
            return;
        }
        // Before the insertion: a turn of generations must not bring an outdated tail back.
        self.older.remove(name);
        self.make_room();
        self.younger.insert(name.clone(), tail);
    }

    /// Forgets all of them.
    pub(crate) fn forget(&mut self) {
        self.younger.clear();
        self.older.clear();
    }

    fn make_room(&mut self) {
        if self.younger.len() >= self.generation {
            self.older = std::mem::take(&mut self.younger);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(n: i64) -> StreamName {
        StreamName::new(format!("s-{n}"))
    }

    #[test]
    fn what_is_used_stays_and_what_is_not_is_forgotten() {
        let mut known = KnownStreams::new(4);
        let favourite = Tail { stream: 1000, revision: 7 };
        known.put(&name(1000), favourite);
        for n in 0..100 {
            known.put(&name(n), Tail { stream: n, revision: 0 });
            assert_eq!(known.get(&name(1000)), Some(favourite), "after {n}");
        }
        assert_eq!(known.get(&name(0)), None);
        assert!(known.younger.len() + known.older.len() <= 8);
    }

    #[test]
    fn the_newest_tail_of_a_stream_is_the_one_that_counts() {
        let mut known = KnownStreams::new(2);
        for revision in 0..10 {
            known.put(&name(0), Tail { stream: 0, revision });
            known.put(&name(revision + 1), Tail { stream: 1, revision: 0 });
            assert_eq!(known.get(&name(0)), Some(Tail { stream: 0, revision }));
        }
    }
}
