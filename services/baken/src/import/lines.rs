//! A line of a batch that a row makes, and where each of its parts comes from.
//!
//! A row that was corrected makes the line again, as its next version with an id of its own: whoever imports need not remember
//! what was sent, for Baken knows each version by its id.

use std::collections::BTreeMap;

use care_path::codes::RetractReason;
use care_path::command::CommandKind;
use care_path::time::local_date;
use chrono::NaiveDate;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::IdKey;
use super::mapping::{CLAIM, OPENING};

/// The ids of what a row makes.
pub struct Ids {
    pub person: Uuid,
    /// The system, the client's number, and the row's key.
    pub row: Vec<String>,
}

impl Ids {
    pub fn of(&self, key: &IdKey, name: &str) -> Uuid {
        key.id(self.row.iter().map(String::as_str).chain([name]))
    }

    /// The line that opens the person.
    pub fn opening(&self) -> LineIds<'static> {
        let command = CommandKind::ReportSignal;
        LineIds { id: self.person, name: OPENING, command, person_of: None, subject_of: None }
    }
}

/// Which line, of which row and about whom.
pub struct LineIds<'a> {
    pub id: Uuid,
    pub name: &'a str,
    pub command: CommandKind,
    pub person_of: Option<Uuid>,
    pub subject_of: Option<Uuid>,
}

/// A line to be sent.
#[derive(Clone)]
pub struct Outgoing {
    /// The line of the file that it is made of.
    pub row: u64,
    /// The command's name in the mapping.
    pub name: String,
    pub command: CommandKind,
    pub id: Uuid,
    /// The id of its first version.
    pub(super) first: Uuid,
    version: u32,
    /// The id of the line that opened the person; none where it opens one itself, who may have been opened by an earlier file.
    pub person_of: Option<Uuid>,
    /// The id of the line that made what it is about.
    pub subject_of: Option<Uuid>,
    /// Its other fields.
    pub(super) said: Map<String, Value>,
    /// Which column each pointer into the line comes from.
    pub(super) origins: BTreeMap<String, String>,
}

/// Why an entry is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakenBack {
    Corrected,
    Deleted,
}

impl Outgoing {
    pub(super) fn new(row: u64, LineIds { id, name, command, person_of, subject_of }: LineIds<'_>) -> Self {
        let (said, origins) = (Map::new(), BTreeMap::new());
        let name = name.to_owned();
        Self { row, name, command, id, first: id, version: 0, person_of, subject_of, said, origins }
    }

    /// What is sent.
    #[must_use]
    pub fn text(&self) -> String {
        let mut line = self.said.clone();
        line.insert("id".to_owned(), json!(self.id));
        line.insert("command".to_owned(), json!(self.command));
        let of = [("person_of", self.person_of), ("subject_of", self.subject_of)];
        line.extend(of.into_iter().filter_map(|(name, id)| Some((name.to_owned(), json!(id?)))));
        Value::Object(line).to_string()
    }

    /// The body of the command.
    pub(super) fn data(&self) -> &Value {
        self.said.get("data").unwrap_or(&Value::Null)
    }

    /// On which day it happened, where it says so.
    pub(super) fn occurred_on(&self) -> Option<NaiveDate> {
        self.said.get("occurred_at").and_then(|at| at.as_str()?.parse().ok()).map(local_date)
    }

    /// Whether it opens a person.
    #[must_use]
    pub fn opens(&self) -> bool {
        self.person_of.is_none()
    }

    /// Whether it says who somebody is who was opened before.
    #[must_use]
    pub fn claims(&self) -> bool {
        self.name == CLAIM
    }

    /// Whether Baken learns by it what it had been told otherwise, or not at all, of the same row or person.
    #[must_use]
    pub fn updates(&self) -> bool {
        self.claims() || self.version > 0
    }

    /// Its next version: the same row says something else than it said then.
    pub(super) fn next(mut self, key: &IdKey) -> Self {
        self.version += 1;
        self.id = key.id([self.first.to_string().as_str(), "version", self.version.to_string().as_str()]);
        self
    }

    /// Its first version, about another thing.
    pub(super) fn about(mut self, subject_of: Uuid) -> Self {
        (self.id, self.version) = (self.first, 0);
        self.subject_of = Some(subject_of);
        self
    }

    /// The line that takes back what this one recorded.
    pub(super) fn taken_back(&self, why: TakenBack, key: &IdKey) -> Self {
        let (reason, explanation) = match why {
            TakenBack::Corrected => (RetractReason::WrongValue, "corrected in the system that it came from"),
            TakenBack::Deleted => (RetractReason::Other, "deleted in the system that it came from"),
        };
        let id = key.id([self.id.to_string().as_str(), "taken back", explanation]);
        // What opened a person is on that person's path.
        let person_of = self.person_of.or(Some(self.id));
        let line =
            LineIds { id, name: &self.name, command: CommandKind::RetractEntry, person_of, subject_of: Some(self.id) };
        let mut line = Self::new(self.row, line);
        line.said.insert("data".to_owned(), json!({ "reason": reason, "explanation": explanation }));
        line
    }

    /// The column that a pointer into the line comes from.
    #[must_use]
    pub fn column(&self, pointer: &str) -> Option<&str> {
        let within = |outer: &str, inner: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'));
        let exact = self.origins.get(pointer);
        let near = || {
            self.origins
                .iter()
                .find(|(each, _)| within(each, pointer) || within(pointer, each))
                .map(|(_, column)| column)
        };
        exact.or_else(near).map(String::as_str)
    }
}

/// Puts a value at a path with dots.
pub fn put(data: &mut Value, path: &str, value: Value) {
    let mut place = data;
    for name in path.split('.') {
        if !place.is_object() {
            *place = Value::Object(Map::new());
        }
        let Value::Object(fields) = place else { return };
        place = fields.entry(name).or_insert(Value::Null);
    }
    *place = value;
}

/// What has numbers for names is a list: `languages.0.language`.
pub fn listed(value: &mut Value) {
    let Value::Object(fields) = value else { return };
    fields.values_mut().for_each(listed);
    let numbers = fields.keys().all(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit()));
    if numbers && !fields.is_empty() {
        *value = Value::Array(std::mem::take(fields).into_iter().map(|(_, item)| item).collect());
    }
}
