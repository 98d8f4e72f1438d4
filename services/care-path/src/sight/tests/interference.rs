//! Non-interference: what a reader may not see makes no difference to any document that they are shown, be it that it
//! happened at all, when, or with which code or number. It is how a leak is found that is neither a text nor known yet.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::TimeDelta;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;

use super::Reviewed;
use super::shown::{History, all_of, given, histories, labels_of, of_events, principals, shown_to, standing};
use crate::actor::Principal;
use crate::codes::LISTS;
use crate::event::{Event, EventKind, read};
use crate::fact::Label;
use crate::path::Stamp;
use crate::path::lost::{CareAlert, Lookout};
use crate::path::referral::ReferralEvent;
use crate::path::repatriation::Addressed;
use crate::policy::rules::tells_of_presence;
use crate::policy::{Category, Depth};
use crate::private::MARK;

/// Documents that are made of what the reader sees alone. Tasks have terms that risk shortens, and are held to the
/// property of texts.
const DOCUMENTS: [&str; 3] = ["case_file", "summary", "timeline"];

/// The document of a reader before and after a change that concerns only what is hidden from them. `None` where the change
/// altered how they stand to the person: then they are another reader.
fn compared(who: &Principal, history: &History, changed: &History) -> Option<(Value, Value)> {
    if standing(who, history) != standing(who, changed) || reached(who, history) != reached(who, changed) {
        return None;
    }
    Some((shown_to(who, history)?, shown_to(who, changed)?))
}

/// What is addressed to a reader and stands: an ending is theirs to notice, for the thing is gone.
fn reached(who: &Principal, history: &History) -> Vec<String> {
    let relation = standing(who, history).relation;
    let lookouts = history.path.lost.lookouts.iter().map(Lookout::address);
    let alerts = history.path.lost.care_alerts.iter().map(CareAlert::address);
    let handovers = history.path.repatriation.addressed().map(Addressed::address);
    let addresses = lookouts.chain(alerts).chain(handovers);
    addresses
        .filter(|address| address.reaches(who, relation, history.now))
        .map(|address| format!("{address:?}"))
        .collect()
}

/// The history with one event in another form, or without it.
fn with(history: &History, index: usize, other: Option<(Arc<Stamp>, Event)>) -> History {
    let mut events = history.events.clone();
    match other {
        Some(other) => events[index] = other,
        None => drop(events.remove(index)),
    }
    of_events(events, history)
}

/// Where a sighting was is where the person was, to those who may see that; and whose care has started is in sight, whatever
/// it was that they were referred for.
fn is_told_as_presence(who: &Principal, history: &History, (stamp, event): (&Arc<Stamp>, &Event)) -> bool {
    let started = |other: &Event| match (event, other) {
        (Event::Referral(event), Event::Referral(other @ ReferralEvent::CareStarted(_))) => {
            event.referral() == other.referral()
        }
        _ => false,
    };
    let presence = Label { category: Category::Presence, depth: Depth::Minimal, ..event.label() };
    let told = given(who, history, &presence, (stamp, event));
    // To whomever the sighting was reported.
    let sees_presence = || {
        let stands = standing(who, history);
        Reviewed::read().gives((who.actor.role(), stands.relation, stands.has_consent()), &presence)
    };
    let tells_of_it = tells_of_presence(event.kind()).is_some() && (told || sees_presence());
    tells_of_it || (told && history.iter().any(|(_, other)| started(other)))
}

/// Whether nothing of an event is the reader's to know: not that it happened, nor any of its facts.
fn is_hidden(who: &Principal, history: &History, (stamp, event): (&Arc<Stamp>, &Event)) -> bool {
    let own_entry = || {
        let Event::Correction(correction) = event else { return false };
        let struck = history.iter().find(|(stamp, _)| stamp.event_id == correction.entry());
        struck.is_some_and(|(stamp, _)| who.recorded(&stamp.by))
    };
    // Whoever sees anything of somebody who was erased is told so: it reads as erased.
    let knows_of = event.kind() == EventKind::SubjectErased
        || who.recorded(&stamp.by)
        || own_entry()
        || given(who, history, &event.label(), (stamp, event))
        || is_told_as_presence(who, history, (stamp, event));
    !knows_of && labels_of(event).iter().all(|label| !given(who, history, label, (stamp, event)))
}

/// Where two documents differ, as JSON pointers with both values.
fn differences(one: &Value, other: &Value, at: &str, found: &mut Vec<String>) {
    match (one, other) {
        (Value::Object(left), Value::Object(right)) => {
            for key in left.keys().chain(right.keys()).collect::<BTreeSet<_>>() {
                differences(&one[key], &other[key], &format!("{at}/{key}"), found);
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (index, (left, right)) in left.iter().zip(right).enumerate() {
                differences(left, right, &format!("{at}/{index}"), found);
            }
        }
        _ if one == other => {}
        _ => found.push(format!("{at}: {one} and {other}")),
    }
}

/// A change that concerns only what is hidden from a reader must change nothing that they are shown.
fn makes_no_difference(who: &Principal, history: &History, changed: &History, what: &str) -> Result<(), TestCaseError> {
    let Some((shown, otherwise)) = compared(who, history, changed) else { return Ok(()) };
    for document in DOCUMENTS {
        let mut found = Vec::new();
        differences(&shown[document], &otherwise[document], document, &mut found);
        prop_assert!(found.is_empty(), "{} shows {:?}: {:#?}", what, who.actor.role(), found);
    }
    Ok(())
}

/// Other values for the parts of an event that are in clear: another code of the same list, another number or time. What
/// other events refer to stays as it is.
fn others(data: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    let Value::Object(object) = data else { return found };
    for (key, value) in object {
        if value.get(MARK).is_some() {
            continue;
        }
        let other = match value {
            Value::String(text) => other_text(text),
            Value::Bool(told) if key != "binding" => Some(Value::Bool(!told)),
            Value::Number(number) => number.as_u64().map(|number| Value::from(number + 1)),
            _ => None,
        };
        if let Some(other) = other {
            let mut changed = data.clone();
            changed[key] = other;
            found.push(changed);
        }
    }
    found
}

fn other_text(text: &str) -> Option<Value> {
    if let Ok(at) = text.parse::<chrono::DateTime<chrono::Utc>>() {
        return Some(Value::from((at + TimeDelta::minutes(1)).to_rfc3339()));
    }
    let lists = LISTS.iter().map(|list| (list.codes)()).filter(|codes| codes.contains(&text));
    lists.flatten().find(|code| *code != text).map(Value::from)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_event_that_is_hidden_might_as_well_not_have_happened(history in histories(), which in any::<Index>()) {
        let index = which.index(history.events.len());
        let (stamp, event) = (&history.events[index].0, &history.events[index].1);
        let removed = with(&history, index, None);
        for who in principals().into_iter().filter(|who| is_hidden(who, &history, (stamp, event))) {
            makes_no_difference(&who, &history, &removed, event.kind().name())?;
        }
    }

    #[test]
    fn when_something_hidden_happened_and_was_recorded_makes_no_difference(
        history in histories(),
        which in any::<Index>(),
    ) {
        let index = which.index(history.events.len());
        let (stamp, event) = (&history.events[index].0, &history.events[index].1);
        let mut later = (**stamp).clone();
        later.occurred.at += TimeDelta::seconds(1);
        later.recorded_at += TimeDelta::seconds(1);
        let changed = with(&history, index, Some((Arc::new(later), event.clone())));
        for who in principals().into_iter().filter(|who| is_hidden(who, &history, (stamp, event))) {
            makes_no_difference(&who, &history, &changed, event.kind().name())?;
        }
    }

    #[test]
    fn a_code_or_number_that_is_hidden_makes_no_difference(history in histories(), which in any::<Index>()) {
        let index = which.index(history.events.len());
        let (stamp, event) = (&history.events[index].0, &history.events[index].1);
        let (kind, whole) = (event.kind(), all_of(event));
        for data in others(&event.data().unwrap()) {
            let Ok(other) = read(kind.name(), kind.version(), data) else { continue };
            let told_otherwise = all_of(&other);
            let differs = |label: &Label| whole.get(label.name) != told_otherwise.get(label.name);
            let changed: Vec<_> = labels_of(event).into_iter().filter(differs).collect();
            let otherwise = with(&history, index, Some((stamp.clone(), other.clone())));
            let hidden = |who: &Principal| {
                // What a value tells of may depend on the value.
                let told = labels_of(&other).into_iter().filter(differs);
                let shown = |label: &Label| given(who, &history, label, (stamp, event));
                !changed.iter().any(shown) && !told.clone().any(|label| shown(&label)) && !is_told_as_presence(who, &history, (stamp, event))
            };
            for who in principals().into_iter().filter(|who| !changed.is_empty() && hidden(who)) {
                makes_no_difference(&who, &history, &otherwise, &format!("{} of {kind}", changed[0].name))?;
            }
        }
    }
}
