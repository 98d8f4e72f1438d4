//! Readers who stay: each is a place in the log, and asks again from there when the read models have moved on. Nothing
//! is kept for them, so that a slow one costs no more than a place, and what they are told is decided as it is told.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use care_path::event::EventKind;
use care_path::views::{NoticeView, TaskView};
use care_path::{PersonId, Principal};
use tokio::time::{Instant, sleep_until, timeout_at};

use super::page::PageRequest;
use super::reading::Reading;
use super::{Baken, Notices, QueryError};
use crate::event_log::{LogError, Position};
use crate::projections::{Touched, addresses};

/// While the log moves all the time, readers look this often and not at each event.
const PACE: Duration = Duration::from_millis(10);
/// How often the worklist is looked at where nothing happens: some of what waits goes with time alone.
const LOOK_AGAIN: Duration = Duration::from_mins(1);

/// Which notices somebody wants.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cares {
    /// Of these types; of all, unless said.
    pub types: Option<BTreeSet<EventKind>>,
    /// About this person, and whom they are linked to.
    pub person: Option<PersonId>,
}

/// A reader of notices, and their place.
pub struct Following {
    baken: Arc<Baken>,
    reader: Arc<Reading>,
    cares: Cares,
    after: Position,
    /// Whether there is more that was not looked at yet.
    behind: bool,
    looked: Instant,
}

impl Following {
    /// Follows from a position on.
    #[must_use]
    pub fn new(baken: Arc<Baken>, reader: Arc<Reading>, cares: Cares, after: Position) -> Self {
        Self { baken, reader, cares, after, behind: true, looked: Instant::now() }
    }

    /// What to go on from the next time: everything up to here was told, or is none of the reader's.
    #[must_use]
    pub fn position(&self) -> Position {
        self.after
    }

    /// Waits until there is something new to look at and tells it; which may be nothing, where it is not the reader's.
    /// It may be dropped while it waits.
    pub async fn step(&mut self) -> Vec<NoticeView> {
        if self.behind {
            // A long way behind, others get their turn.
            tokio::task::yield_now().await;
        } else {
            self.baken.moved_on(self.after).await;
            sleep_until(self.looked + PACE).await;
        }
        let notices = self.look();
        (self.after, self.behind, self.looked) = (notices.next, notices.more, Instant::now());
        notices.items
    }

    /// Waits until something happened that the reader may know of. It may be dropped while it waits.
    pub async fn next(&mut self) -> Vec<NoticeView> {
        loop {
            let told = self.step().await;
            if !told.is_empty() {
                return told;
            }
        }
    }

    fn look(&self) -> Notices {
        let of_type = |kind: EventKind| self.cares.types.as_ref().is_none_or(|types| types.contains(&kind));
        match self.cares.person {
            Some(person) => self.baken.notices_of(&self.reader, person, self.after, of_type),
            None => self.baken.notices(&self.reader, self.after, |kind, _| of_type(kind)),
        }
    }
}

/// What waits for somebody, as of a position.
#[derive(Debug, Clone, PartialEq)]
pub struct WorklistNow {
    pub position: Position,
    pub tasks: Vec<TaskView>,
    /// Whether more waits than these.
    pub more: bool,
}

/// A reader of the worklist.
pub struct WorklistFollowing {
    baken: Arc<Baken>,
    reader: Arc<Reading>,
    page: PageRequest,
    told: Option<WorklistNow>,
    touched: Option<u64>,
    looked: Instant,
    look_again: Instant,
}

impl WorklistFollowing {
    /// Follows the first page of a worklist: it is told as it is now, and whenever it is another. Whoever was told of
    /// it at a position before is not told again, unless something happened since to a case that waits for them.
    ///
    /// # Errors
    /// Where the page has a cursor that is none of a worklist.
    pub fn new(
        baken: Arc<Baken>,
        reader: Arc<Reading>,
        page: PageRequest,
        after: Option<Position>,
    ) -> Result<Self, QueryError> {
        let touched = baken.worklist_touched(&reader);
        let known = after.is_some_and(|after| touched.at <= after);
        let told = if known { Some(baken.worklist_now(&reader, &page)?) } else { None };
        let touched = known.then_some(touched.times);
        let looked = Instant::now();
        let mut new = Self { baken, reader, page, told: None, touched, looked, look_again: looked };
        if let Some(told) = told {
            new.look_again = looked + new.patience(&told.tasks);
            new.told = Some(told);
        }
        Ok(new)
    }

    /// Waits until what waits has changed. It may be dropped while it waits.
    ///
    /// # Errors
    /// Where the page has a cursor that is none of a worklist.
    pub async fn next(&mut self) -> Result<WorklistNow, QueryError> {
        loop {
            let seen = self.baken.position();
            let touched = self.baken.worklist_touched(&self.reader).times;
            if self.touched != Some(touched) || Instant::now() >= self.look_again {
                let now = self.baken.worklist_now(&self.reader, &self.page)?;
                let same = self.told.as_ref().is_some_and(|told| told.tasks == now.tasks && told.more == now.more);
                (self.touched, self.looked) = (Some(touched), Instant::now());
                self.look_again = self.looked + self.patience(&now.tasks);
                self.told = Some(now.clone());
                if !same {
                    return Ok(now);
                }
            }
            // Whether it moved on or not, it is looked at again.
            let _ = timeout_at(self.look_again, self.baken.moved_on(seen)).await;
            sleep_until(self.looked + PACE).await;
        }
    }

    /// How long the page stays as it is if nothing happens: until the next term passes.
    fn patience(&self, tasks: &[TaskView]) -> Duration {
        let now = self.baken.clock().now();
        let terms = tasks.iter().filter(|task| !task.overdue).map(|task| task.due_at - now);
        let next = terms.filter_map(|term| term.to_std().ok()).min().unwrap_or(LOOK_AGAIN);
        next.min(LOOK_AGAIN) + PACE
    }
}

impl Baken {
    /// Whether the log has a position: nobody was told of one that it does not have.
    ///
    /// # Errors
    /// Where the log does not answer.
    pub async fn has(&self, position: Position) -> Result<bool, LogError> {
        Ok(position <= self.position() || position <= self.head().await?)
    }

    fn worklist_touched(&self, principal: &Principal) -> Touched {
        let world = self.world.read();
        let each = addresses(principal, world.directory());
        each.iter()
            .map(|address| world.touched(address))
            .fold(Touched::default(), |all, one| Touched { times: all.times + one.times, at: all.at.max(one.at) })
    }

    fn worklist_now(&self, reader: &Reading, page: &PageRequest) -> Result<WorklistNow, QueryError> {
        // The list may be newer than the position, never older.
        let position = self.world.read().position();
        let page = self.worklist(reader, None, page)?;
        let tasks = page.edges.into_iter().map(|edge| edge.node).collect();
        Ok(WorklistNow { position, tasks, more: page.more })
    }
}
