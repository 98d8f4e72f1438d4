//! What holds of whatever anybody may do, for whoever looks. The judge is the table as it was reviewed.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value};

use super::super::random::{History, everybody, histories, principals};
use super::super::{Category, Depth, Details, Field, Relation, Sight, Standing};
use super::Reviewed;
use crate::actor::{Actor, Principal};
use crate::codes::{Code, DataClass, Role};
use crate::deadlines::Deadlines;
use crate::event::{Event, EventKind, read};
use crate::ids::{HandoverId, SubjectId};
use crate::path::deadline::DeadlineEvent;
use crate::path::lost::{CareAlert, LostEvent};
use crate::path::referral::ReferralEvent;
use crate::path::repatriation::RepatriationEvent;
use crate::path::tasks::tells_of;
use crate::path::testing::{principal, this_person};
use crate::path::{CarePath, Stamp};
use crate::private::{MARK, VALUE};
use crate::text::Country;
use crate::views::{disclose_case_file, disclose_entry, disclose_lost, disclose_tasks};

/// The fields that an event has, with where each lies.
fn fields_of(event: &Event) -> Vec<Field> {
    let mut details = Details::for_catalogue();
    event.describe(&mut details);
    details.into_catalogue()
}

/// All that an event says: as a coordinator sees it who recorded it herself.
fn all_of(event: &Event, stamp: &Stamp) -> Map<String, Value> {
    let municipality = "nowhere".parse().unwrap();
    let author = principal(stamp.by.organisation.as_str(), Actor::ProcessCoordinator { municipality });
    let stamp = Arc::new(Stamp { by: author.author(), ..stamp.clone() });
    let path = CarePath::fold([(&stamp, event)]);
    let sight = Sight::of(&author, &path, stamp.recorded_at, &Deadlines::default()).unwrap();
    let mut details = Details::for_reader(&sight, &stamp);
    event.describe(&mut details);
    details.into_shown()
}

/// How a reader stands to the person of a history, now.
fn standing(who: &Principal, history: &History) -> (Role, Relation, bool) {
    let standing = Standing::of(who, &history.path, history.now, &Deadlines::default());
    (who.actor.role(), standing.relation, standing.consent)
}

fn sight<'a>(who: &'a Principal, history: &'a History) -> Option<Sight<'a>> {
    Sight::of(who, &history.path, history.now, &Deadlines::default())
}

/// The texts that were typed: `<17>`, wherever they are.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) if text.starts_with('<') => vec![text.clone()],
        Value::Object(object) => object.values().flat_map(texts).collect(),
        Value::Array(array) => array.iter().flat_map(texts).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => vec![],
    }
}

/// Where each text was recorded: no two that were typed are the same.
fn whence(history: &History) -> BTreeMap<String, (&Event, Field, &Stamp)> {
    let mut lies = BTreeMap::new();
    for (stamp, event) in history.iter() {
        let whole = all_of(event, stamp);
        for field in fields_of(event) {
            for text in whole.get(field.name).into_iter().flat_map(texts) {
                lies.insert(text, (event, field, &**stamp));
            }
        }
    }
    lies
}

/// All that a reader is shown in one document: the case file, the timeline, the worklist, the list of the lost.
fn shown_to(who: &Principal, history: &History) -> Option<Value> {
    let sight = sight(who, history)?;
    let timeline: Vec<_> = history.iter().filter_map(|(stamp, event)| disclose_entry(&sight, stamp, event)).collect();
    let case_file = disclose_case_file(&sight, this_person(), 0, &[]);
    let open_tasks = history.path.open_tasks(history.now, &Deadlines::default(), &everybody());
    let tasks = disclose_tasks(&sight, &open_tasks, this_person(), &everybody());
    let lost = disclose_lost(&sight, this_person(), &Deadlines::default(), &everybody());
    Some(serde_json::json!({ "case_file": case_file, "timeline": timeline, "worklist": tasks, "lost": lost }))
}

/// The history as it is read when the keys of some classes are destroyed for some events.
fn without(history: &History, destroyed: impl Fn(&Event, &Stamp, DataClass) -> bool) -> History {
    let events: Vec<(Arc<Stamp>, Event)> = history
        .iter()
        .map(|(stamp, event)| {
            let (kind, mut data) = (event.kind(), event.data().unwrap());
            erase(&mut data, &|class| destroyed(event, stamp, class));
            (stamp.clone(), read(kind.name(), kind.version(), data).unwrap())
        })
        .collect();
    let path = CarePath::fold(events.iter().map(|(stamp, event)| (stamp, event)));
    History { events, path, now: history.now }
}

fn erase(value: &mut Value, destroyed: &impl Fn(DataClass) -> bool) {
    match value {
        Value::Object(object) => match object.get(MARK).and_then(Value::as_str).and_then(DataClass::from_code) {
            Some(class) if destroyed(class) => drop(object.remove(VALUE)),
            Some(_) => {}
            None => object.values_mut().for_each(|each| erase(each, destroyed)),
        },
        Value::Array(array) => array.iter_mut().for_each(|each| erase(each, destroyed)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The two rules beyond the cells. Who is asked by a referral may read why, or they could not answer. And where a
/// sighting was is where the person was: their presence, as well as a matter of the lookout.
fn is_given_beyond_the_cells(
    reviewed: &Reviewed,
    who: &Principal,
    stands: (Role, Relation, bool),
    (event, field, stamp): (&Event, &Field, &Stamp),
) -> bool {
    match (event, field.name) {
        (Event::Referral(ReferralEvent::ReferralMade(made)), "reason") => made.to == who.organisation,
        (Event::Lost(LostEvent::SightingReported(_)), "location") => {
            let own = who.recorded(&stamp.by);
            reviewed.shows(stands, (Category::Presence, Depth::Full), own)
        }
        _ => false,
    }
}

/// Whether a step is one of a handover to a country, for which the person's consent holds.
fn is_of_handover_to(country: Country, event: &RepatriationEvent, path: &CarePath) -> bool {
    let id = match event {
        RepatriationEvent::HandoverProposed(proposed) => proposed.handover,
        RepatriationEvent::HandoverDocumentAttached(attached) => attached.handover,
        RepatriationEvent::HandoverAcknowledged { handover }
        | RepatriationEvent::HandoverAccepted { handover, .. }
        | RepatriationEvent::HandoverDeclined { handover, .. }
        | RepatriationEvent::Departed { handover, .. }
        | RepatriationEvent::ArrivalConfirmed { handover }
        | RepatriationEvent::FollowUpRecorded { handover, .. }
        | RepatriationEvent::HandoverWithdrawn { handover, .. } => *handover,
        RepatriationEvent::ReturnOptionsPresented(_)
        | RepatriationEvent::ReturnConditionEvidenced(_)
        | RepatriationEvent::ConsentGiven(_)
        | RepatriationEvent::ConsentWithdrawn { .. } => return false,
    };
    let handover = path.repatriation.handover(id);
    handover.is_some_and(|found| found.proposed.country == country && path.repatriation.consent_holds(found))
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
        let mut path = CarePath::fold(history.iter().take(stop));
        for (stamp, event) in history.iter().skip(stop) {
            path.evolve(stamp, event);
        }
        prop_assert!(path == history.path);
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
            let _ = Standing::of(&who, &path, history.now, &Deadlines::default());
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
        let reviewed = Reviewed::read();
        for who in principals() {
            let stands = standing(&who, &history);
            let Some(sight) = sight(&who, &history) else { continue };
            for (stamp, event) in history.iter() {
                let own = who.recorded(&stamp.by);
                let mut details = Details::for_reader(&sight, stamp);
                event.describe(&mut details);
                let shown = details.into_shown();
                let whole = all_of(event, stamp);
                let given: Map<_, _> = fields_of(event)
                    .into_iter()
                    .filter(|field| reviewed.shows(stands, (field.category, field.depth), own))
                    .filter_map(|field| Some((field.name.to_owned(), whole.get(field.name)?.clone())))
                    .collect();
                prop_assert_eq!(&shown, &given, "{} to {:?}, own: {}", event.kind(), stands, own);
            }
        }
    }

    #[test]
    fn a_reader_to_whom_the_table_gives_nothing_learns_not_even_that_the_person_exists(history in histories()) {
        let reviewed = Reviewed::read();
        for who in principals() {
            let stands = standing(&who, &history);
            let recorded = history.path.was_recorded_by(&who);
            let anything = Category::ALL
                .into_iter()
                .any(|category| reviewed.shows(stands, (category, Depth::Minimal), recorded));
            prop_assert_eq!(sight(&who, &history).is_some(), anything, "{:?}", stands);
        }
    }

    #[test]
    fn that_a_deadline_passed_is_told_to_those_alone_who_may_see_what_waited(history in histories()) {
        let reviewed = Reviewed::read();
        for who in principals() {
            let stands = standing(&who, &history);
            let Some(sight) = sight(&who, &history) else { continue };
            for (stamp, event) in history.iter() {
                let Event::Deadline(DeadlineEvent::DeadlinePassed(passed)) = event else { continue };
                let kind = passed.task.kind().unwrap();
                let may_see = reviewed.shows(stands, tells_of(kind), false);
                let shown = disclose_entry(&sight, stamp, event);
                prop_assert!(may_see || shown.is_none(), "{kind} to {:?}", stands);
                if shown.is_some() && stands.0 == Role::Police {
                    let alerts = &history.path.lost.care_alerts;
                    let own = |subject: SubjectId| {
                        let to_them = |alert: &CareAlert| alert.filed.to == who.organisation;
                        alerts.iter().any(|alert| to_them(alert) && alert.filed.alert.0 == subject.0)
                    };
                    prop_assert!(passed.subject.is_some_and(own), "{kind} to the police");
                }
                if shown.is_some() && stands.0 == Role::EmbassyLiaison {
                    let handover = passed.subject.and_then(|id| history.path.repatriation.handover(HandoverId(id.0)));
                    let consents = handover.is_some_and(|found| history.path.repatriation.consent_holds(found));
                    prop_assert!(consents, "{kind} to an embassy");
                }
            }
        }
    }

    /// Whatever view it comes in, by whatever way it was folded.
    #[test]
    fn no_text_is_shown_anywhere_that_the_table_does_not_give(history in histories()) {
        let reviewed = Reviewed::read();
        let lies = whence(&history);
        for who in principals() {
            let stands = standing(&who, &history);
            for text in shown_to(&who, &history).iter().flat_map(texts) {
                let (event, field, stamp) = &lies[&text];
                let own = who.recorded(&stamp.by);
                let given = reviewed.shows(stands, (field.category, field.depth), own)
                    || is_given_beyond_the_cells(reviewed, &who, stands, (event, field, stamp));
                prop_assert!(given, "`{}` of {} to {:?}", field.name, event.kind(), stands);
            }
        }
    }

    /// The cells say which category; the wall also says whose.
    #[test]
    fn police_read_their_own_alerts_and_embassies_their_own_handovers_and_nobody_elses(history in histories()) {
        let lies = whence(&history);
        for who in principals() {
            for text in shown_to(&who, &history).iter().flat_map(texts) {
                let (event, field, stamp) = &lies[&text];
                let theirs = match &who.actor {
                    Actor::Police => match event {
                        Event::Lost(LostEvent::CareAlertFiled(filed)) => filed.to == who.organisation,
                        _ => who.recorded(&stamp.by),
                    },
                    Actor::EmbassyLiaison { country } => match event {
                        Event::Repatriation(event) => is_of_handover_to(*country, event, &history.path),
                        _ => field.category == Category::Identity,
                    },
                    _ => true,
                };
                prop_assert!(theirs, "`{}` of {} to {:?}", field.name, event.kind(), who.actor.role());
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
        let reviewed = Reviewed::read();
        for who in principals() {
            let stands = standing(&who, &history);
            let kept = |event: &Event, stamp: &Stamp, class: DataClass| {
                let own = who.recorded(&stamp.by);
                fields_of(event).iter().filter(|field| field.sealed == Some(class)).any(|field| {
                    reviewed.shows(stands, (field.category, field.depth), own)
                        || is_given_beyond_the_cells(reviewed, &who, stands, (event, field, stamp))
                })
            };
            let reduced = without(&history, |event, stamp, class| !kept(event, stamp, class));
            let (shown, of_reduced) = (shown_to(&who, &history), shown_to(&who, &reduced));
            prop_assert_eq!(shown.is_some(), of_reduced.is_some(), "{:?}", stands);
            let (Some(shown), Some(of_reduced)) = (shown, of_reduced) else { continue };
            for document in ["case_file", "timeline", "lost"] {
                prop_assert_eq!(&shown[document], &of_reduced[document], "{:?}", stands);
            }
            let tasks = |document: &Value| -> Vec<(Value, Value)> {
                let all = document["worklist"].as_array().unwrap().iter();
                all.map(|task| (task["kind"].clone(), task["subject_id"].clone())).collect()
            };
            for task in tasks(&shown) {
                prop_assert!(tasks(&of_reduced).contains(&task), "{:?} to {:?}", task, stands);
            }
        }
    }

    #[test]
    fn nobody_is_shown_anything_that_described_an_erased_person(history in histories()) {
        let mut erased = without(&history, |_, _, _| true);
        let (stamp, event) = (erased.events[0].0.clone(), read("subject_erased", 1, Value::Null).unwrap());
        erased.path.evolve(&stamp, &event);
        erased.events.push((stamp, event));
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
    for _ in 0..600 {
        let history = histories().new_tree(&mut runner).unwrap().current();
        for (_, event) in history.iter() {
            *kinds.entry(event.kind()).or_default() += 1;
        }
        for who in principals() {
            let (role, relation, consent) = standing(&who, &history);
            *stands.entry((role, relation, consent)).or_insert(0_usize) += 1;
        }
    }
    // Erasing is not decided on the path: `nobody_is_shown_anything_that_described_an_erased_person` adds it.
    kinds.remove(&EventKind::SubjectErased);
    let never: Vec<_> = kinds.iter().filter(|(_, times)| **times == 0).map(|(kind, _)| kind.name()).collect();
    assert!(never.is_empty(), "never happened: {never:?}");
    let reviewed = Reviewed::read();
    for (role, relation, consent) in super::standings() {
        let sees = |category| reviewed.shows((role, relation, consent), (category, Depth::Minimal), false);
        if Category::ALL.into_iter().any(sees) {
            let met =
                stands.keys().any(|(r, l, c)| (*r, *l) == (role, relation) && (*c || role != Role::EmbassyLiaison));
            assert!(met, "{role} never stood in {}", relation.name());
        }
    }
}
