//! What holds of whatever anybody may do, for whoever looks. The judge is the table as it was reviewed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value};

use super::super::Standing;
use super::Reviewed;
use super::shown::{
    History, all_of, given, histories, labels_of, principals, sees_anything, shown_to, sight, standing, texts, whence,
    without,
};
use crate::actor::{Actor, Principal};
use crate::codes::{DataClass, Role, TaskKind, Urgency};
use crate::deadlines::Deadlines;
use crate::event::{Event, EventKind, read};
use crate::fact::Label;
use crate::ids::OrgId;
use crate::path::deadline::DeadlineEvent;
use crate::path::lost::LostEvent;
use crate::path::order::in_order;
use crate::path::random::everybody;
use crate::path::referral::ReferralEvent;
use crate::path::repatriation::RepatriationEvent;
use crate::path::{CarePath, List, Listed, Stamp, Story};
use crate::policy::{Address, Category, Depth, Relation, Stands};
use crate::sight::Sight;
use crate::text::Country;
use crate::time::DateTime;
use crate::views::{
    CareAlertView, EndedView, ExceptionView, HandoverView, ListedView, LookoutView, ReferralView, disclose_ended,
    disclose_entry,
};

/// The rules beyond the cells. The organisation that was asked by a referral may read why, or it could not answer. And
/// where a sighting was is where the person was: their presence, as well as a matter of the lookout.
fn is_given_beyond_the_cells(who: &Principal, history: &History, label: Label, at: (&Stamp, &Event)) -> bool {
    match (at.1, label.name) {
        (Event::Referral(ReferralEvent::ReferralMade(_)), "reason") => {
            let to = all_of(at.1)["to"] == who.organisation.as_str();
            to && given(who, history, &Label { depth: Depth::Minimal, ..label }, at)
        }
        (Event::Lost(LostEvent::SightingReported(_)), "location") => {
            let presence = Label { category: Category::Presence, depth: Depth::Full, ..label };
            let stands = standing(who, history);
            let key = (who.actor.role(), stands.relation, stands.has_consent());
            Reviewed::read().gives(key, &presence)
        }
        _ => false,
    }
}

/// Whether an event is of an open handover to a country, for which the person's consent holds.
fn is_of_open_handover_to(country: Country, event: &RepatriationEvent, path: &CarePath) -> bool {
    let Some(handover) = event.handover().and_then(|id| path.repatriation.handover(id)) else { return false };
    matches!(path.repatriation.address(handover),
        Address::Handover { country: to, stands: Stands::Open, consented: Some(_), .. } if to == country)
}

/// Whether an event is of a handover that names an organisation, goes on or has led to the arrival, and has consent.
fn is_of_handover_that_names(organisation: &OrgId, event: &RepatriationEvent, path: &CarePath) -> bool {
    let Some(handover) = event.handover().and_then(|id| path.repatriation.handover(id)) else { return false };
    matches!(path.repatriation.address(handover),
        Address::Handover { receiving: Some(named), stands: Stands::Open | Stands::Arrived(_), consented: Some(_), .. }
            if named == organisation)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn folding_a_history_gives_the_path_that_was_lived_and_the_same_one_each_time(history in histories()) {
        let folded = CarePath::fold(history.iter());
        prop_assert!(folded == history.path);
        prop_assert!(folded == CarePath::fold(history.iter()));
    }

    #[test]
    fn folding_may_stop_anywhere_and_go_on(history in histories(), stop in any::<prop::sample::Index>()) {
        let stop = stop.index(history.events.len());
        let events = history.events[..stop].to_vec();
        let mut story = Story { path: CarePath::fold(history.iter().take(stop)), events };
        for (stamp, event) in history.iter().skip(stop) {
            story.tell(stamp.clone(), event.clone());
        }
        prop_assert!(story.path == history.path);
    }

    /// What is told late takes its place in the past. What Baken recorded by itself is left out: that had to be told in
    /// between.
    #[test]
    fn the_order_of_recording_makes_no_difference_to_where_a_path_stands(
        history in histories(), keys in prop::collection::vec(any::<u32>(), 64),
    ) {
        let told = history.iter().filter(|(stamp, event)| {
            stamp.by.role != Role::System && !matches!(event, Event::Correction(_))
        });
        let told: Vec<_> = told.collect();
        let as_told = CarePath::fold(told.iter().copied());
        // Of what happened at one time the log says what came first: it stays together. What had to wait for its time stays
        // with what it waited for: nothing is told of a lookout that was not issued yet.
        let ordered = in_order(&told, |_| false);
        let happened: HashMap<_, _> = ordered.iter().map(|(at, stamp, _)| (stamp.event_id, *at)).collect();
        let times: BTreeSet<_> = happened.values().copied().collect();
        let place: BTreeMap<_, _> = times.into_iter().zip(keys.iter().cycle()).collect();
        let mut shuffled = told;
        shuffled.sort_by_key(|(stamp, _)| {
            let at = happened[&stamp.event_id];
            (place[&at], at)
        });
        let mut story = Story::default();
        for (stamp, event) in shuffled {
            story.tell(stamp.clone(), event.clone());
        }
        prop_assert!(story.path.stands_like(&as_told));
        let (deadlines, directory) = (Deadlines::default(), everybody());
        let tasks = |path: &CarePath| {
            // Before any contact the review goes by when the path was opened.
            let open = path.open_tasks(history.now, &deadlines, &directory).into_iter();
            open.filter(|task| task.kind != TaskKind::WeeklyReview).collect::<Vec<_>>()
        };
        prop_assert_eq!(tasks(&story.path), tasks(&as_told));
    }

    #[test]
    fn taking_in_any_event_at_any_time_never_fails(history in histories(), order in any::<prop::sample::Index>()) {
        // What happened, happened: also in an order that no decision would have allowed, and twice.
        let turned = order.index(history.events.len());
        let mut events: Vec<_> = history.iter().collect();
        events.rotate_left(turned);
        let twice: Vec<_> = events.iter().chain(&events).copied().collect();
        let path = CarePath::fold(twice.into_iter());
        for who in principals() {
            let _ = Standing::of(&who, &path, history.now, &Deadlines::default(), &everybody());
        }
        prop_assert!(path.exists());
    }

    #[test]
    fn what_went_into_the_log_comes_out_of_it_as_the_same_path(history in histories()) {
        let read_again: Vec<(Arc<Stamp>, Event)> = history
            .iter()
            .map(|(stamp, event)| {
                let kind = event.kind();
                (stamp.clone(), read(kind.name(), kind.version(), event.data().unwrap()).unwrap())
            })
            .collect();
        prop_assert!(read_again == history.events);
        prop_assert!(CarePath::fold(read_again.iter().map(|(stamp, event)| (stamp, event))) == history.path);
    }

    #[test]
    fn a_reader_is_shown_of_an_event_exactly_what_the_table_gives(history in histories()) {
        for who in principals() {
            let Some(sight) = sight(&who, &history) else { continue };
            for (stamp, event) in history.iter() {
                let Some(entry) = disclose_entry(&sight, stamp, event) else { continue };
                let shown = serde_json::to_value(&entry).unwrap()["details"].clone();
                let whole = all_of(event);
                let given: Map<_, _> = labels_of(event)
                    .into_iter()
                    .filter(|label| given(&who, &history, label, (stamp, event)))
                    .filter_map(|label| Some((label.name.to_owned(), whole.get(label.name)?.clone())))
                    .collect();
                prop_assert_eq!(&shown, &Value::Object(given), "{} to {:?}", event.kind(), who.actor.role());
            }
        }
    }

    /// Who recorded something is shown as deep as what their name tells, and to themselves.
    #[test]
    fn a_recorder_is_named_to_those_alone_who_may_know_what_the_name_tells(history in histories()) {
        let reviewed = Reviewed::read();
        for who in principals() {
            let Some(sight) = sight(&who, &history) else { continue };
            let stands = standing(&who, &history);
            let key = (who.actor.role(), stands.relation, stands.has_consent());
            for (stamp, event) in history.iter() {
                let Some(entry) = disclose_entry(&sight, stamp, event) else { continue };
                let tells = reviewed.recorder(stamp.by.role);
                let may_know = tells.is_none_or(|(category, depth)| reviewed.shows(key, (category, depth), false));
                let named = entry.noted.recorded_by.is_some();
                prop_assert_eq!(named, may_know || who.recorded(&stamp.by), "{} to {:?}", stamp.by.role, key);
                prop_assert_eq!(named, entry.noted.recorded_by_role.is_some());
            }
        }
    }

    #[test]
    fn a_reader_to_whom_the_table_gives_nothing_learns_not_even_that_the_person_exists(history in histories()) {
        for who in principals() {
            prop_assert_eq!(sight(&who, &history).is_some(), sees_anything(&who, &history), "{:?}", who.actor.role());
        }
    }

    /// A list leaves out nothing that anybody is told of, nor that they are told to be open; and its order tells nothing that
    /// they are not told.
    #[test]
    fn parts_stand_in_lists_by_what_their_readers_are_told(history in histories()) {
        fn told<T: ListedView>(
            sight: &Sight<'_>,
            history: &History,
            tells: impl Fn(&T) -> (Option<Urgency>, DateTime),
        ) -> Vec<(List, Listed)> {
            let listed = |part: &T| {
                let (urgency, since) = tells(part);
                let urgency = urgency.unwrap_or(Urgency::Routine);
                (T::LIST, Listed { id: part.id(), urgency, since, is_open: part.is_open(history.now) })
            };
            T::disclose(sight).iter().map(listed).collect()
        }
        fn over(who: &Principal, history: &History) -> Vec<(List, Listed)> {
            let terms = Deadlines::default();
            let sight = Sight::of_ends(who, &history.path, history.now, &terms);
            let listed = |it: EndedView| {
                let (id, urgency, since) = (it.subject_id.0, Urgency::Routine, it.ended_at);
                (List::Ended, Listed { id, urgency, since, is_open: false })
            };
            sight.iter().flat_map(disclose_ended).map(listed).collect()
        }
        for who in principals() {
            let Some(sight) = sight(&who, &history) else { continue };
            let told = [
                told::<LookoutView>(&sight, &history, |it| (None, it.noted.occurred_at)),
                told::<CareAlertView>(&sight, &history, |it| (None, it.noted.occurred_at)),
                told::<ReferralView>(&sight, &history, |it| (Some(it.urgency), it.noted.occurred_at)),
                told::<ExceptionView>(&sight, &history, |it| (None, it.noted.occurred_at)),
                told::<HandoverView>(&sight, &history, |it| (None, it.noted.occurred_at)),
            ];
            for (list, told) in told.into_iter().flatten().chain(over(&who, &history)) {
                let listed = history.path.listed(list);
                let found = listed.iter().find(|it| (it.id, it.urgency, it.since) == (told.id, told.urgency, told.since));
                prop_assert!(
                    found.is_some_and(|found| found.is_open || !told.is_open),
                    "{list:?} to {:?}: {told:?} is told, {found:?} is listed", who.actor.role()
                );
            }
        }
    }

    #[test]
    fn that_a_deadline_passed_is_told_to_those_alone_who_may_see_what_waited(history in histories()) {
        for who in principals() {
            let Some(sight) = sight(&who, &history) else { continue };
            for (stamp, event) in history.iter() {
                let Event::Deadline(DeadlineEvent::DeadlinePassed(passed)) = event else { continue };
                let (category, depth) = event.tells_of();
                let label = Label { name: "task", category, depth, sealed: None };
                let may_see = given(&who, &history, &label, (stamp, event));
                let shown = disclose_entry(&sight, stamp, event);
                prop_assert!(may_see || shown.is_none(), "{:?} to {:?}", passed, who.actor.role());
            }
        }
    }

    /// Whatever view it comes in, by whatever way it was folded.
    #[test]
    fn no_text_is_shown_anywhere_that_the_table_does_not_give(history in histories()) {
        let lies = whence(&history);
        for who in principals() {
            for text in shown_to(&who, &history).iter().flat_map(texts) {
                let (event, label, stamp) = &lies[&text];
                let given = given(&who, &history, label, (stamp, event))
                    || is_given_beyond_the_cells(&who, &history, *label, (stamp, event));
                prop_assert!(given, "`{}` of {} to {:?}", label.name, event.kind(), who.actor.role());
            }
        }
    }

    /// The cells say which category; the wall also says whose.
    #[test]
    fn police_read_their_own_alerts_and_those_abroad_their_own_handovers_and_no_others(history in histories()) {
        let lies = whence(&history);
        for who in principals() {
            for text in shown_to(&who, &history).iter().flat_map(texts) {
                let (event, label, stamp) = &lies[&text];
                let theirs = who.recorded(&stamp.by) || match &who.actor {
                    Actor::Police => match event {
                        Event::Lost(LostEvent::CareAlertFiled(_)) => all_of(event)["to"] == who.organisation.as_str(),
                        _ => false,
                    },
                    Actor::EmbassyLiaison { country } => match event {
                        Event::Repatriation(event) => is_of_open_handover_to(*country, event, &history.path),
                        _ => label.category == Category::Identity,
                    },
                    Actor::ReceivingProvider => match event {
                        Event::Repatriation(event) => {
                            is_of_handover_that_names(&who.organisation, event, &history.path)
                        }
                        _ => matches!(label.category, Category::Identity | Category::Social),
                    },
                    _ => true,
                };
                prop_assert!(theirs, "`{}` of {} to {:?}", label.name, event.kind(), who.actor.role());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Not in a word, and not by what follows from it. Where a reader is given any of what an event seals in a class,
    /// all of that class stays here. A task arises once, from the first that asks for it: it may be missing because
    /// somebody else's recording asked for it before the reader's own did, but it is never there because of one.
    #[test]
    fn what_a_reader_may_not_see_makes_no_difference_to_what_they_are_shown(history in histories()) {
        for who in principals() {
            let kept = |event: &Event, stamp: &Stamp, class: DataClass| {
                labels_of(event).iter().filter(|label| label.sealed == Some(class)).any(|label| {
                    given(&who, &history, label, (stamp, event))
                        || is_given_beyond_the_cells(&who, &history, *label, (stamp, event))
                })
            };
            let reduced = without(&history, |event, stamp, class| !kept(event, stamp, class));
            // Whom a task calls in follows from what they could not see before: called in, they are another reader.
            let relations = [&history, &reduced].map(|history| standing(&who, history).relation);
            if relations[0] != relations[1] && relations.contains(&Relation::Called) {
                continue;
            }
            let (shown, of_reduced) = (shown_to(&who, &history), shown_to(&who, &reduced));
            prop_assert_eq!(shown.is_some(), of_reduced.is_some(), "{:?}", who.actor.role());
            let (Some(shown), Some(of_reduced)) = (shown, of_reduced) else { continue };
            for document in ["case_file", "summary", "timeline", "lost"] {
                prop_assert_eq!(&shown[document], &of_reduced[document], "{:?}", who.actor.role());
            }
            let tasks = |document: &Value| -> Vec<(Value, Value)> {
                let all = document["worklist"].as_array().unwrap().iter();
                all.map(|task| (task["kind"].clone(), task["subject_id"].clone())).collect()
            };
            for task in tasks(&shown) {
                prop_assert!(tasks(&of_reduced).contains(&task), "{:?} to {:?}", task, who.actor.role());
            }
        }
    }

    #[test]
    fn nobody_is_shown_anything_that_described_an_erased_person(history in histories()) {
        let mut erased = without(&history, |_, _, _| true);
        let (stamp, event) = (erased.events[0].0.clone(), read("subject_erased", 1, Value::Null).unwrap());
        erased.events.push((stamp, event));
        erased.path = CarePath::fold(erased.iter());
        prop_assert!(erased.path.is_erased());
        for who in principals() {
            let shown: Vec<_> = shown_to(&who, &erased).iter().flat_map(texts).collect();
            prop_assert!(shown.is_empty(), "{:?} to {:?}", shown, who.actor.role());
        }
    }
}

/// Properties of histories say little if the histories are poor.
#[test]
fn random_histories_come_to_every_kind_of_event_and_to_every_way_of_standing() {
    let mut runner = TestRunner::deterministic();
    let mut kinds: BTreeMap<_, usize> = EventKind::ALL.iter().map(|kind| (*kind, 0)).collect();
    let mut stands = BTreeMap::new();
    for _ in 0..900 {
        let history = histories().new_tree(&mut runner).unwrap().current();
        for (_, event) in history.iter() {
            *kinds.entry(event.kind()).or_default() += 1;
        }
        for who in principals() {
            let standing = standing(&who, &history);
            let (role, relation, consent) = (who.actor.role(), standing.relation, standing.has_consent());
            *stands.entry((role, relation, consent)).or_insert(0_usize) += 1;
        }
    }
    kinds.retain(|kind, _| kind.is_of_a_path());
    let never: Vec<_> = kinds.iter().filter(|(_, times)| **times == 0).map(|(kind, _)| kind.name()).collect();
    assert!(never.is_empty(), "never happened: {never:?}");
    let reviewed = Reviewed::read();
    for (role, relation, consent) in super::standings() {
        let sees = |category| reviewed.shows((role, relation, consent), (category, Depth::Minimal), false);
        if Category::ALL.into_iter().any(sees) {
            let abroad = matches!(role, Role::EmbassyLiaison | Role::ReceivingProvider);
            let met = stands.keys().any(|(r, l, c)| (*r, *l) == (role, relation) && (*c || !abroad));
            assert!(met, "{role} never stood in {}", relation.name());
        }
    }
}
