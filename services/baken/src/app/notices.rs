//! What happened since: the one source of every channel that tells somebody without being asked. Server-sent events,
//! subscriptions and webhooks are cursors over it; what a reader is told is decided as they are told, by the policy.

use care_path::event::EventKind;
use care_path::views::{self, NoticeView};
use care_path::{PersonId, Principal};

use super::Baken;
use crate::event_log::Position;

/// What a reader may know of a stretch of the log.
#[derive(Clone)]
pub struct Notices {
    pub items: Vec<NoticeView>,
    /// Where the stretch ends: what to ask from the next time. It moves on also where nothing is the reader's to know.
    pub next: Position,
    /// Whether there was more to look at.
    pub more: bool,
}

/// Events that are looked at in one go, while the read models cannot be written to.
const STRETCH: usize = 1_000;

impl Baken {
    /// What happened after a position, as far as the principal may know of it now and cares.
    #[must_use]
    pub fn notices(
        &self,
        principal: &Principal,
        after: Position,
        cares: impl Fn(EventKind, PersonId) -> bool,
    ) -> Notices {
        let world = self.world.read();
        let rest = world.trail().after(after);
        let stretch = &rest[..rest.len().min(STRETCH)];
        let more = rest.len() > stretch.len();
        let told = stretch.iter().filter_map(|(position, person)| {
            let case = world.case(*person)?;
            let entry = case.at(*position).filter(|entry| cares(entry.event.kind(), *person))?;
            let sight = self.sight(principal, case)?;
            views::disclose_notice(&sight, &entry.stamp, &entry.event, position.0)
        });
        let items = told.collect();
        let reached = if more { stretch.last().map(|(position, _)| *position) } else { Some(world.position()) };
        Notices { items, next: reached.unwrap_or(after).max(after), more }
    }

    /// What happened at one position, if the principal may know of it now: for whoever was to be told later.
    #[must_use]
    pub fn notice(&self, principal: &Principal, person: PersonId, position: Position) -> Option<NoticeView> {
        let world = self.world.read();
        let case = world.case(person)?;
        let entry = case.at(position)?;
        let sight = self.sight(principal, case)?;
        views::disclose_notice(&sight, &entry.stamp, &entry.event, position.0)
    }

    /// Waits until the read models have moved on from a position. Ends only with the service.
    pub async fn moved_on(&self, from: Position) -> Position {
        let mut applied = self.applied.clone();
        let moved = applied.wait_for(|position| *position > from).await.map(|position| *position);
        match moved {
            Ok(position) => position,
            // Nothing follows the log any more: nothing will ever move.
            Err(_) => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::app::testing::TestBaken;
    use crate::app::{Cursor, PageRequest, PersonsFilter};
    use crate::demo;

    type Told = BTreeMap<(PersonId, u64), (EventKind, care_path::EventId)>;

    /// Everything that a principal is told, when they ask again from where the last answer ended.
    fn told(baken: &Baken, principal: &Principal) -> Told {
        let mut told = Told::new();
        let mut after = Position::START;
        loop {
            let notices = baken.notices(principal, after, |_, _| true);
            for notice in notices.items {
                let before = told.insert((notice.person_id, notice.position), (notice.r#type, notice.event_id));
                assert_eq!(before, None, "nothing is told twice");
            }
            after = notices.next;
            if !notices.more {
                return told;
            }
        }
    }

    /// The same, as the timelines of everybody whom the principal finds on the list tell it.
    fn timelines(baken: &Baken, principal: &Principal) -> Vec<care_path::EventId> {
        let all = |after: Option<Cursor>| PageRequest::new(Some(PageRequest::MOST), after).unwrap();
        let mut events = Vec::new();
        let persons = baken.persons(principal, &PersonsFilter::default(), &all(None)).unwrap();
        assert!(persons.next().is_none(), "the demo world fits on one page");
        for person in persons.edges {
            let mut page = all(None);
            loop {
                let entries = baken.timeline(principal, person.node.person_id, &page).unwrap();
                let next = entries.next().cloned();
                events.extend(entries.edges.into_iter().map(|edge| edge.node.event_id));
                if next.is_none() {
                    break;
                }
                page = all(next);
            }
        }
        events.sort();
        events
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn everybody_is_told_of_each_entry_of_the_timelines_that_they_may_read_and_of_nothing_else() {
        let test = TestBaken::start().await;
        demo::load(&test.baken, test.baken.clock().now()).await.unwrap();
        let mut somebody_is_told = false;
        for user in demo::users().unwrap() {
            let mut events: Vec<_> = told(&test.baken, &user.principal).into_values().map(|(_, id)| id).collect();
            events.sort();
            somebody_is_told |= events.len() > 100;
            assert_eq!(events, timelines(&test.baken, &user.principal), "{}", user.user);
        }
        assert!(somebody_is_told);
    }
}
