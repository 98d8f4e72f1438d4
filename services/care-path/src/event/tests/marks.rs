//! In the samples every text that somebody types begins with the class it belongs in: `medical: limps`. So it can be
//! seen of each whether it lies below a mark, and below the right one.

use chrono::{DateTime, NaiveDate};
use serde_json::Value;
use uuid::Uuid;

use super::{Sample, samples};
use crate::codes::{Code, DataClass, LISTS};
use crate::event::{EventKind, fields};
use crate::policy::Category;
use crate::private::{MARK, VALUE};
use crate::text::Country;
use crate::time::PartialDate;

/// The class that a sample's text says it belongs in.
fn told_class(text: &str) -> Option<DataClass> {
    text.split_once(": ").and_then(|(class, _)| DataClass::from_code(class))
}

/// Calls for each value that is no object and no list, with the class of the mark above it.
fn leaves(value: &Value, below: Option<DataClass>, name: &str, call: &mut impl FnMut(&str, &Value, Option<DataClass>)) {
    match value {
        Value::Object(object) => match object.get(MARK).and_then(Value::as_str).and_then(DataClass::from_code) {
            Some(class) => object.get(VALUE).into_iter().for_each(|value| leaves(value, Some(class), name, call)),
            None => object.iter().for_each(|(name, each)| leaves(each, below, name, call)),
        },
        Value::Array(array) => array.iter().for_each(|each| leaves(each, below, name, call)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => call(name, value, below),
    }
}

#[test]
fn every_text_lies_below_the_mark_of_the_class_that_it_belongs_in() {
    let mut texts = 0;
    for sample in samples() {
        leaves(&sample.stored.data, None, "", &mut |name, value, below| {
            if let Some(class) = value.as_str().and_then(told_class) {
                texts += 1;
                assert_eq!(below, Some(class), "`{name}` in {}", sample.name());
            }
        });
    }
    assert!(texts > 60, "only {texts} texts in the samples");
}

#[test]
fn outside_the_marks_there_is_nothing_but_codes_ids_times_and_names_of_organisations() {
    for sample in of_persons() {
        leaves(&sample.stored.data, None, "", &mut |name, value, below| {
            let harmless = match value {
                Value::String(text) => says_nothing_of_a_person(text),
                Value::Number(_) => ["episode", "persons", "round"].contains(&name),
                Value::Bool(_) | Value::Null => true,
                Value::Object(_) | Value::Array(_) => false,
            };
            assert!(below.is_some() || harmless, "`{name}` of {} is in clear", sample.name());
        });
    }
}

/// The directory describes no person: what is said of an organisation lies in clear, in words that people type.
fn of_persons() -> impl Iterator<Item = Sample> {
    samples().into_iter().filter(|sample| {
        let kind: EventKind = sample.stored.r#type.parse().unwrap();
        kind.is_of_a_path()
    })
}

fn says_nothing_of_a_person(text: &str) -> bool {
    let is_code = || LISTS.iter().any(|list| (list.codes)().contains(&text));
    let is_time = || DateTime::parse_from_rfc3339(text).is_ok() || text.parse::<NaiveDate>().is_ok();
    let configured = [
        "rotterdam",
        "night-shelter-rotterdam",
        "shelter24-rotterdam",
        "day-shelter-rotterdam",
        "street-doctor-rotterdam",
        "outreach-rotterdam",
        "care-provider-pl",
        "hospital-rotterdam",
        "police-rotterdam",
        "coordinator-rotterdam",
        "north-wing",
        "2026-1",
    ];
    Uuid::parse_str(text).is_ok()
        || text.parse::<EventKind>().is_ok()
        || is_code()
        || is_time()
        || text.parse::<Country>().is_ok()
        || configured.contains(&text)
}

#[test]
fn below_the_marks_every_text_says_its_class_so_that_none_escapes_the_tests_above() {
    let foreseen = |text: &str| {
        let is_code = LISTS.iter().any(|list| (list.codes)().contains(&text));
        let is_document = text.split('.').count() == 5;
        let is_language_or_country = text.len() == 2;
        is_code || is_document || is_language_or_country || text.parse::<PartialDate>().is_ok()
    };
    for sample in of_persons() {
        leaves(&sample.stored.data, None, "", &mut |name, value, _| {
            if let Some(text) = value.as_str().filter(|text| !says_nothing_of_a_person(text)) {
                let told = told_class(text).is_some();
                assert!(told || foreseen(text), "the text `{name}` of {} does not tell its class", sample.name());
            }
        });
    }
}

/// Whether the class that a field is sealed in suits the category that it is shown in.
fn suits(class: DataClass, category: Category) -> bool {
    match category {
        Category::Presence | Category::Social | Category::Rights | Category::Notes => class == DataClass::Social,
        Category::Identity => class == DataClass::Identity,
        // Why somebody is referred to care is about their health.
        Category::Medical | Category::Referrals => class == DataClass::Medical,
        Category::Justice => class == DataClass::Justice,
        Category::Return => class == DataClass::Return,
        Category::Lookout => matches!(class, DataClass::Identity | DataClass::Social),
    }
}

#[test]
fn every_field_is_sealed_in_a_class_that_suits_the_category_in_which_it_is_shown() {
    for kind in EventKind::ALL {
        for field in fields(*kind).unwrap() {
            if let Some(class) = field.sealed {
                let name = field.name;
                assert!(suits(class, field.category), "`{name}` of {kind}: {class} in {}", field.category.name());
            }
        }
    }
}

#[test]
fn of_the_special_categories_nothing_is_in_clear_but_what_is_listed_here() {
    let mut clear = Vec::new();
    for kind in EventKind::ALL {
        for field in fields(*kind).unwrap() {
            let special = match field.category {
                Category::Identity | Category::Social | Category::Medical | Category::Justice => true,
                Category::Presence
                | Category::Rights
                | Category::Referrals
                | Category::Return
                | Category::Lookout
                | Category::Notes => false,
            };
            if special && field.sealed.is_none() {
                clear.push(format!("{kind}.{}", field.name));
            }
        }
    }
    assert_eq!(
        clear,
        [
            "signal_received.urgency",
            "identity_updated.assurance",
            "persons_linked.with",
            "persons_linked.basis",
            "persons_unlinked.with",
            "intake_completed.urgency",
            "discharged_to.from",
            "discharged_to.letter_received",
            "discharge_announced.from",
            "deadline_passed.subject_id",
            "deadline_passed.addressees",
            "deadline_passed.late",
            "entry_retracted.entry_id",
            "entry_retracted.entry_type",
            "entry_retracted.reason",
            "entry_retracted.entry_id",
            "entry_retracted.entry_type",
            "entry_retracted.reason",
            "entry_moved.entry_id",
            "entry_moved.entry_type",
        ]
    );
}

#[test]
fn a_text_in_clear_would_be_found() {
    let stored = serde_json::json!({ "explanation": "social: has a room of his own", "name": "Marek" });
    let mut found = Vec::new();
    leaves(&stored, None, "", &mut |name, value, below| {
        let text = value.as_str().unwrap();
        found.push((name.to_owned(), told_class(text), below, says_nothing_of_a_person(text)));
    });
    assert_eq!(
        found,
        [("explanation".to_owned(), Some(DataClass::Social), None, false), ("name".to_owned(), None, None, false)]
    );
}
