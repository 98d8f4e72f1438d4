//! Samples of every type of event: its golden JSON, read. They are what the policy's table of fields is listed from, so
//! that no field is in an event and not in the table.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::{Event, EventKind, Unreadable, read};
use crate::fact::{Fact, Label, Origin, Visitor};

/// An event as it is stored, before it is sealed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stored {
    pub(super) r#type: String,
    pub(super) version: u32,
    pub(super) data: Value,
}

impl Stored {
    pub(super) fn read(&self) -> Result<Event, Unreadable> {
        read(&self.r#type, self.version, self.data.clone())
    }
}

/// The samples of a file of golden JSON, by name. `full` has every field, `bare` none that may be missing.
pub(super) fn parse(golden: &str) -> Result<BTreeMap<String, Stored>, serde_json::Error> {
    serde_json::from_str(golden)
}

/// Events of every type, with every field and with none that may be missing: what a copy of events is tried on.
///
/// # Errors
/// Where a sample is not one of its type, which a test excludes.
pub fn samples() -> Result<Vec<Event>, Unreadable> {
    EventKind::ALL.iter().map(|kind| of(*kind)).collect::<Result<Vec<_>, _>>().map(|all| all.concat())
}

fn of(kind: EventKind) -> Result<Vec<Event>, Unreadable> {
    let malformed =
        |error: serde_json::Error| Unreadable::Malformed { kind: kind.name().to_owned(), reason: error.to_string() };
    parse(kind.golden()).map_err(malformed)?.values().map(Stored::read).collect()
}

/// The labels of what can be told of a type of event, in their order.
///
/// # Errors
/// Where a sample is not one of this type, which a test excludes.
pub(crate) fn fields(kind: EventKind) -> Result<Vec<Label>, Unreadable> {
    let mut labels = Labels(Vec::new());
    for sample in of(kind)? {
        sample.describe(Origin::derived(), &mut labels);
    }
    Ok(labels.0)
}

/// Collects labels, each once.
#[derive(Default)]
pub(crate) struct Labels(pub(crate) Vec<Label>);

impl<'a> Visitor<'a> for Labels {
    fn fact<T: serde::Serialize>(&mut self, fact: Fact<'a, T>) {
        if !self.0.contains(&fact.label()) {
            self.0.push(fact.label());
        }
    }
}
