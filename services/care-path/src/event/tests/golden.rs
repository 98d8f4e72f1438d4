use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Sample, objects, samples};
use crate::event::{Event, EventKind, Unreadable, read};
use crate::private::{MARK, VALUE};

#[track_caller]
fn event_of(sample: &Sample) -> Event {
    sample.stored.read().unwrap_or_else(|error| panic!("{}: {error}", sample.name()))
}

#[test]
fn every_version_of_every_event_that_was_ever_written_has_its_golden_and_every_golden_its_event() {
    let named: BTreeSet<_> = samples().into_iter().map(|sample| sample.file).collect();
    let known: BTreeSet<_> = EventKind::ALL
        .iter()
        .flat_map(|kind| (1..=kind.version()).map(move |version| format!("{kind}.v{version}.json")))
        .collect();
    assert_eq!(named, known);
    for sample in samples() {
        assert_eq!(sample.file, format!("{}.v{}.json", sample.stored.r#type, sample.stored.version), "{}", sample.case);
    }
}

#[test]
fn every_golden_is_read_and_written_the_same_way_as_it_is_stored() {
    for sample in samples() {
        let event = event_of(&sample);
        assert_eq!(event.kind().name(), sample.stored.r#type);
        if sample.stored.version == event.kind().version() {
            assert_eq!(event.data().unwrap(), sample.stored.data, "{}", sample.name());
        }
    }
}

#[test]
fn every_event_has_a_sample_with_all_that_it_can_hold_and_a_bare_one_where_something_may_be_missing() {
    for kind in EventKind::ALL {
        let of_kind: Vec<_> = samples().into_iter().filter(|sample| sample.stored.r#type == kind.name()).collect();
        let case = |name: &str| of_kind.iter().find(|sample| sample.case == name);
        let full = case("full").unwrap_or_else(|| panic!("{kind} has no full sample"));
        let fields = |sample: &Sample| sample.stored.data.as_object().cloned().unwrap_or_default();
        let barest = case("bare").unwrap_or(full);
        for name in fields(barest).keys() {
            let mut data = barest.stored.data.clone();
            data.as_object_mut().unwrap().remove(name);
            let read = read(kind.name(), kind.version(), data);
            assert!(read.is_err(), "{kind} is read without `{name}`: leave it out of the bare sample");
        }
    }
}

#[test]
fn an_unknown_field_is_refused_at_every_depth_of_every_event() {
    for sample in samples() {
        for pointer in objects(&sample.stored.data) {
            let mut data = sample.stored.data.clone();
            data.pointer_mut(&pointer).unwrap()["surprise"] = json!("Marek");
            let read = read(&sample.stored.r#type, sample.stored.version, data);
            let found = matches!(read, Err(Unreadable::Malformed { .. }));
            assert!(found, "{} is read with an unknown field at `{pointer}`", sample.name());
        }
    }
}

#[test]
fn an_event_without_data_is_not_read_with_some() {
    let read = read("subject_erased", 1, json!({ "surprise": true }));
    assert!(matches!(read, Err(Unreadable::Malformed { .. })), "{read:?}");
}

#[test]
fn a_text_that_was_recorded_before_hidden_characters_were_refused_is_still_read() {
    let claim = json!({ "claim": { "$private": "identity", "value": { "name": "Jan\u{200b}", "alias": "\u{2800}" } },
        "assurance": "alias" });
    let read = read("identity_updated", 1, claim).unwrap();
    assert_eq!(read.data().unwrap()["claim"]["value"], json!({ "name": "Jan", "alias": "\u{fffd}" }));
}

#[test]
fn an_unknown_type_is_refused_by_its_name() {
    let refused = read("person_deported", 1, json!({})).unwrap_err();
    assert_eq!(refused, Unreadable::UnknownType("person_deported".to_owned()));
    assert_eq!(refused.to_string(), "event type `person_deported` is not known to this version");
}

#[test]
fn a_version_that_is_newer_than_this_program_or_was_never_written_is_refused() {
    for sample in samples() {
        let kind: EventKind = sample.stored.r#type.parse().unwrap();
        for version in [0, kind.version() + 1, u32::MAX] {
            let refused = read(kind.name(), version, sample.stored.data.clone()).unwrap_err();
            assert_eq!(
                refused,
                Unreadable::TooNew { kind: kind.name().to_owned(), found: version, known: kind.version() }
            );
        }
    }
}

#[test]
fn what_is_refused_is_never_quoted() {
    let bad = [
        ("note_added", json!({ "note": "Marek Wrona", "text": { "$private": "social", "value": "x" } })),
        ("case_closed", json!({ "reason": "Marek Wrona" })),
        ("case_closed", json!({ "reason": "housed", "Marek Wrona": 1 })),
        ("turned_away", json!({ "reason": "full", "persons": "Marek Wrona" })),
        ("contact_made", json!({ "summary": { "$private": "Marek Wrona" } })),
    ];
    for (kind, data) in bad {
        let refused = read(kind, 1, data).unwrap_err();
        assert!(!format!("{refused} {refused:?}").contains("Marek"), "{refused}");
    }
}

#[test]
fn an_event_whose_keys_were_destroyed_is_read_as_erased_and_written_so() {
    for sample in samples() {
        let mut data = sample.stored.data.clone();
        erase(&mut data, &|_| true);
        let event = read(&sample.stored.r#type, sample.stored.version, data.clone())
            .unwrap_or_else(|error| panic!("{} erased: {error}", sample.name()));
        if sample.stored.version == event.kind().version() {
            assert_eq!(event.data().unwrap(), data, "{}", sample.name());
            let known = read(&sample.stored.r#type, sample.stored.version, sample.stored.data.clone()).unwrap();
            assert_eq!(known.erased().unwrap(), event, "{}", sample.name());
        }
    }
}
