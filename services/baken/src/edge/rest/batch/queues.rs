//! The order among the lines of a batch: those that concern the same person or thing one after the other, all others as
//! they come.

use std::collections::HashMap;

use futures_util::FutureExt;
use futures_util::future::Shared;
use tokio::sync::oneshot;
use uuid::Uuid;

/// What a line leaves to the ones behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// It was recorded, or refused for good.
    Settled,
    /// It may be recorded when it is sent again, and must then come before them.
    Open,
}

/// The queues of a batch, one for each person or thing that a line under way concerns.
#[derive(Default)]
pub struct Queues(HashMap<Uuid, Last>);

/// The last line of a queue.
struct Last {
    line: u64,
    left: Shared<oneshot::Receiver<Left>>,
}

/// A line's place in its queues.
pub struct Ticket {
    before: Vec<Shared<oneshot::Receiver<Left>>>,
    done: oneshot::Sender<Left>,
}

impl Queues {
    /// Puts a line behind all those that concern the same.
    pub fn join(&mut self, line: u64, concerns: &[Uuid]) -> Ticket {
        let (done, left) = oneshot::channel();
        let left = left.shared();
        let join = |id: &Uuid| self.0.insert(*id, Last { line, left: left.clone() });
        let before = concerns.iter().filter_map(join).filter(|last| last.line != line).map(|last| last.left).collect();
        Ticket { before, done }
    }

    /// Forgets a line that is answered.
    pub fn leave(&mut self, line: u64, concerns: &[Uuid]) {
        for id in concerns {
            if self.0.get(id).is_some_and(|last| last.line == line) {
                self.0.remove(id);
            }
        }
    }
}

impl Ticket {
    /// Waits until the lines before it are done.
    pub async fn turn(&mut self) -> Left {
        let mut left = Left::Settled;
        for before in self.before.drain(..) {
            // One that panicked left nothing, and is answered as such.
            if before.await == Ok(Left::Open) {
                left = Left::Open;
            }
        }
        left
    }

    /// Lets the lines behind it go on.
    pub fn leave(self, left: Left) {
        // Nobody may be there to hear it.
        let _ = self.done.send(left);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Uuid = Uuid::from_u128(1);
    const OTHER: Uuid = Uuid::from_u128(2);

    #[tokio::test]
    async fn a_line_waits_for_all_before_it_that_concern_the_same_persons() {
        let mut queues = Queues::default();
        let (one, other) = (queues.join(1, &[ONE, ONE]), queues.join(2, &[OTHER]));
        let mut link = queues.join(3, &[ONE, OTHER]);
        let mut alone = queues.join(4, &[Uuid::from_u128(4)]);
        assert_eq!(alone.turn().now_or_never(), Some(Left::Settled));
        other.leave(Left::Settled);
        assert_eq!(Box::pin(link.turn()).now_or_never(), None);
        one.leave(Left::Settled);
        let mut behind = queues.join(5, &[OTHER]);
        link.leave(Left::Settled);
        assert_eq!(behind.turn().await, Left::Settled);
    }

    #[tokio::test]
    async fn a_line_hears_that_one_before_it_is_still_to_be_sent_again() {
        let mut queues = Queues::default();
        let first = queues.join(1, &[ONE]);
        let mut second = queues.join(2, &[ONE]);
        first.leave(Left::Open);
        assert_eq!(second.turn().await, Left::Open);
    }

    #[test]
    fn what_is_answered_is_forgotten() {
        let mut queues = Queues::default();
        let places = [queues.join(1, &[ONE]), queues.join(2, &[ONE, OTHER])];
        queues.leave(1, &[ONE]);
        assert_eq!(queues.0.len(), 2);
        queues.leave(2, &[ONE, OTHER]);
        assert!(queues.0.is_empty());
        drop(places);
    }
}
