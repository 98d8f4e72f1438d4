//! A line of a batch that a row makes, and where each of its parts comes from.

use std::collections::BTreeMap;

use care_path::command::CommandKind;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::mapping::CLAIM;
use super::rows::Line;

/// A line to be sent.
#[derive(Clone)]
pub struct Outgoing {
    /// The line of the file that it is made of.
    pub row: u64,
    /// The command's name in the mapping.
    pub name: String,
    pub command: CommandKind,
    pub id: Uuid,
    /// The id of the line that opened the person; none where it opens one itself, who may have been opened by an earlier file.
    pub person_of: Option<Uuid>,
    /// The id of the line that made what it is about.
    pub subject_of: Option<Uuid>,
    /// Its other fields.
    pub(super) said: Map<String, Value>,
    /// Which column each pointer into the line comes from.
    pub(super) origins: BTreeMap<String, String>,
}

impl Outgoing {
    pub(super) fn new(row: u64, Line { id, name, command, person_of, subject_of }: Line<'_>) -> Self {
        let (said, origins) = (Map::new(), BTreeMap::new());
        Self { row, name: name.to_owned(), command, id, person_of, subject_of, said, origins }
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

    /// Whether it opens a person.
    #[must_use]
    pub fn opens(&self) -> bool {
        self.person_of.is_none()
    }

    /// Whether it says who somebody is who was opened before.
    #[must_use]
    pub fn updates(&self) -> bool {
        self.name == CLAIM
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
