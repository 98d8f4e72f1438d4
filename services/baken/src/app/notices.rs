//! What happened since: the one source of every channel that tells somebody without being asked. Server-sent events,
//! subscriptions and webhooks are cursors over it; what a reader is told is decided as they are told, by the policy.

use care_path::event::{Event, EventKind};
use care_path::path::lost::LostEvent;
use care_path::sight::{Disclosed, Sight};
use care_path::views::{self, HandoverView, LookoutView, NoticeView};
use care_path::{PersonId, Principal};

use super::Baken;
use super::guard::of_many;
use super::reading::Reading;
use crate::event_log::Position;
use crate::projections::{Case, Entry, World};

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
/// Of these, as many as are told in one go: whoever takes their time over them is told the rest by the policy of then.
const TOLD: usize = 100;

impl Baken {
    /// What happened after a position, as far as the principal may know of it now and cares.
    #[must_use]
    pub fn notices(&self, reader: &Reading, after: Position, cares: impl Fn(EventKind, PersonId) -> bool) -> Notices {
        let world = self.world.read();
        let rest = world.trail().after(after);
        let mut notices = Notices { items: Vec::new(), next: after, more: rest.len() > STRETCH };
        for (position, person) in rest.iter().take(STRETCH) {
            if notices.items.len() == TOLD {
                notices.more = true;
                return notices;
            }
            notices.next = *position;
            let Some(case) = world.case(*person) else { continue };
            let entry = case.at(*position);
            let told = |case: &Case, person: PersonId| {
                let entry = case.at(*position).filter(|entry| cares(entry.event.kind(), person))?;
                self.told_of(reader, &world, case, entry)
            };
            // That two were taken apart is told of both, to whoever sees but the other.
            let other = || {
                let named = entry.and_then(Entry::links)?;
                told(world.case(named).filter(|other| other.id() != case.id())?, named)
            };
            if let Some((notice, disclosed)) = told(case, *person).or_else(other) {
                reader.shown(disclosed);
                notices.items.push(notice);
            }
        }
        if !notices.more {
            notices.next = after.max(world.position());
        }
        notices
    }

    /// The same of one person's case, with whom they are linked to now: it is found without looking at anybody else's.
    #[must_use]
    pub fn notices_of(
        &self,
        reader: &Reading,
        person: PersonId,
        after: Position,
        cares: impl Fn(EventKind) -> bool,
    ) -> Notices {
        let world = self.world.read();
        let history = world.case(person).map(|case| (case, case.since(after)));
        let told = history.into_iter().flat_map(|(case, entries)| entries.iter().map(move |entry| (case, entry)));
        let mut told = told
            .filter(|(_, entry)| cares(entry.event.kind()))
            .filter_map(|(case, entry)| self.told_of(reader, &world, case, entry));
        let mut items = Vec::new();
        for (notice, disclosed) in told.by_ref().take(TOLD) {
            reader.shown(disclosed);
            items.push(notice);
        }
        let more = told.next().is_some();
        let last = items.last().filter(|_| more).map(|notice| Position(notice.position));
        let next = last.unwrap_or_else(|| after.max(world.position()));
        Notices { items, next, more }
    }

    fn told_of(
        &self,
        principal: &Principal,
        world: &World,
        case: &Case,
        entry: &Entry,
    ) -> Option<(NoticeView, Disclosed)> {
        of_many(case, || {
            // Whoever was asked, and sees no more of it, is still told that it is over.
            let told = |sight: Sight<'_>| {
                let notice = views::disclose_notice(&sight, &entry.stamp, &entry.event, entry.position.0)?;
                let disclosed = sight.disclosed(notice.person_id);
                Some((notice, disclosed))
            };
            let seen = self.sight(principal, world, case).and_then(told);
            seen.or_else(|| self.sight_of_ends(principal, case).and_then(told))
        })
    }

    /// Whether the principal may know of a person now.
    #[must_use]
    pub fn knows_of(&self, principal: &Principal, person: PersonId) -> bool {
        let world = self.world.read();
        let known = |case| of_many(case, || self.sight(principal, &world, case).map(|_| ()));
        world.case(person).and_then(known).is_some()
    }

    /// The lookout that a notice says was issued, as far as the principal may see it now.
    #[must_use]
    pub fn lookout_of(&self, reader: &Reading, notice: &NoticeView) -> Option<LookoutView> {
        self.part_of(reader, notice, |sight, event| {
            let Event::Lost(lost @ LostEvent::LookoutIssued(_)) = event else { return None };
            views::disclose_lookouts(sight).into_iter().find(|view| Some(view.lookout_id) == lost.lookout())
        })
    }

    /// The handover that a notice is about, as far as the principal may see it now.
    #[must_use]
    pub fn handover_of(&self, reader: &Reading, notice: &NoticeView) -> Option<HandoverView> {
        self.part_of(reader, notice, |sight, event| {
            let Event::Repatriation(event) = event else { return None };
            let handover = event.handover()?;
            views::disclose_handovers(sight).into_iter().find(|view| view.handover_id == handover)
        })
    }

    fn part_of<T>(
        &self,
        reader: &Reading,
        notice: &NoticeView,
        part: impl FnOnce(&Sight<'_>, &Event) -> Option<T>,
    ) -> Option<T> {
        let shown = self.seen(reader, notice.person_id, |case, sight, _| {
            of_many(case, || part(sight, &case.at(Position(notice.position))?.event))
        });
        shown.ok().flatten()
    }

    /// What happened at one position, if the principal may know of it now: for whoever was to be told later.
    #[must_use]
    pub fn notice(&self, reader: &Reading, person: PersonId, position: Position) -> Option<NoticeView> {
        let world = self.world.read();
        let case = world.case(person)?;
        let (notice, disclosed) = self.told_of(reader, &world, case, case.at(position)?)?;
        reader.shown(disclosed);
        Some(notice)
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
    use std::collections::{BTreeMap, BTreeSet};

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
            let notices = baken.notices(&Reading::from(principal), after, |_, _| true);
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
        let persons = baken.persons(&Reading::from(principal), &PersonsFilter::default(), &all(None)).unwrap();
        assert!(persons.next().is_none(), "the demo world fits on one page");
        for person in persons.edges {
            let mut page = all(None);
            loop {
                let entries = baken.timeline(&Reading::from(principal), person.node.person_id, &page).unwrap();
                let next = entries.next();
                events.extend(entries.edges.into_iter().map(|edge| edge.node.event_id));
                if next.is_none() {
                    break;
                }
                page = all(next);
            }
        }
        // That two were linked, and are not any more, is on the timelines of both.
        events.sort();
        events.dedup();
        events
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn everybody_is_told_of_each_entry_of_the_timelines_that_they_may_read_and_those_who_were_asked_of_ends() {
        let test = TestBaken::start().await;
        demo::load(&test.baken, test.baken.clock().now()).await.unwrap();
        let (mut somebody_is_told, mut ends) = (false, BTreeSet::new());
        for user in demo::users().unwrap() {
            let told = told(&test.baken, &user.principal);
            somebody_is_told |= told.len() > 100;
            let timelines = timelines(&test.baken, &user.principal);
            let (mut in_them, beyond): (Vec<_>, Vec<_>) =
                told.into_values().partition(|(_, id)| timelines.contains(id));
            in_them.sort_by_key(|(_, id)| *id);
            assert_eq!(in_them.iter().map(|(_, id)| *id).collect::<Vec<_>>(), timelines, "{}", user.user);
            ends.extend(beyond.iter().map(|(kind, _)| kind.name()));
            // Whoever was asked, and sees no more of the person, knows that it is over. Agnieszka took her
            // consent back: the embassy sees nothing of her, and knows that it is over.
            let abroad = user.user.as_str() == "liaison-pl";
            let is_end = |kind: EventKind| match kind {
                EventKind::HandoverWithdrawn => abroad,
                kind => kind.name().starts_with("lookout_") || kind == EventKind::CareAlertEnded,
            };
            assert!(beyond.iter().all(|(kind, _)| is_end(*kind)), "{}: {beyond:?}", user.user);
        }
        assert!(somebody_is_told);
        let ended = ["handover_withdrawn", "lookout_resolved"];
        assert!(ended.iter().all(|end| ends.contains(end)), "{ends:?}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_long_history_is_told_a_little_at_a_time_and_each_of_it_once() {
        let test = TestBaken::start().await;
        demo::load(&test.baken, test.baken.clock().now()).await.unwrap();
        let persons: std::collections::BTreeSet<_> = {
            let world = test.baken.world.read();
            let all = world.trail().after(Position::START).iter().filter_map(|(_, person)| world.case(*person));
            all.map(Case::id).collect()
        };
        for user in demo::users().unwrap() {
            for person in persons.iter().copied() {
                let is_of = |(of, position): &(PersonId, u64)| {
                    let world = test.baken.world.read();
                    let entry = world.case(person).and_then(|case| case.at(Position(*position)));
                    // What stands on the record of another is told of that one, to whoever sees both.
                    *of == person && !entry.is_some_and(|entry| entry.turned)
                };
                let all: Vec<_> = told(&test.baken, &user.principal).into_keys().filter(is_of).collect();
                let (mut of_person, mut after) = (Vec::new(), Position::START);
                loop {
                    let notices = test.baken.notices_of(&Reading::from(&user.principal), person, after, |_| true);
                    assert!(notices.items.len() <= TOLD && notices.next >= after);
                    of_person.extend(notices.items.iter().map(|notice| (notice.person_id, notice.position)));
                    after = notices.next;
                    if !notices.more {
                        break;
                    }
                }
                of_person.retain(is_of);
                assert_eq!(of_person, all, "{}", user.user);
            }
        }
    }
}
