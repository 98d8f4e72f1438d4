//! The log's events as leaves, in their order.

use std::sync::Arc;

use event_log::copy::Keep;
use event_log::{EventLog, LogError, Position, Recorded};
use transparency::Hash;

use crate::{EventPlace, leaf_of};

/// Events that are read at a time.
const PAGE: usize = 1_000;

/// An event on its way into the tree.
#[derive(Debug)]
pub struct LeafRead {
    pub leaf: Hash,
    pub place: EventPlace,
}

/// A place in the log, from which it is read on.
pub struct LeafReading {
    log: Arc<dyn EventLog>,
    keep: Keep,
    after: Position,
    number: u64,
    at_once: usize,
}

impl LeafReading {
    /// From the first event on.
    pub fn new(log: Arc<dyn EventLog>, keep: Keep) -> Self {
        Self { log, keep, after: Position::START, number: 0, at_once: PAGE }
    }

    /// The position up to which the log was read.
    pub const fn position(&self) -> Position {
        self.after
    }

    /// The next events, as leaves, with every event's position; `None` at the end of the log.
    ///
    /// # Errors
    /// Where the log does not answer. Where it is damaged, what lies before the damage was given before.
    pub async fn next(&mut self) -> Result<Option<LeafPage>, LogError> {
        loop {
            let page = match self.log.read_all(self.after, self.at_once).await {
                // A page ends where the damage begins only if it is asked for event by event.
                Err(LogError::Damaged(_)) if self.at_once > 1 => {
                    self.at_once = 1;
                    continue;
                }
                read => read?,
            };
            self.after = page.next;
            let positions = page.events.iter().map(|event| event.position).collect();
            let kept: Vec<Recorded> = page.events.into_iter().filter(|event| (self.keep)(&event.stream)).collect();
            let leaves = (self.number + 1..).zip(kept).map(|(number, event)| {
                let leaf = leaf_of(&event);
                let Recorded { stream, revision, position, kind, .. } = event;
                LeafRead { leaf, place: EventPlace { number, position, stream, revision, kind } }
            });
            let page = LeafPage { positions, leaves: leaves.collect(), at_head: page.at_head };
            self.number += page.leaves.len() as u64;
            return Ok((!page.at_head || !page.positions.is_empty()).then_some(page));
        }
    }
}

/// Some events of the log.
pub struct LeafPage {
    /// Of all events, also of those that are no leaves.
    pub positions: Vec<Position>,
    pub leaves: Vec<LeafRead>,
    /// Nothing was left to read.
    pub at_head: bool,
}
