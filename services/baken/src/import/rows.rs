//! From rows to the lines of a batch, and everything that is wrong on the way. Each line is read here as the service
//! will read it, so that what it would refuse for its form is known beforehand, by column.

use std::collections::{BTreeMap, HashMap, HashSet};

use care_path::command::CommandKind;
use care_path::{Actor, Principal};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::cell::BadCell;
use super::mapping::{Condition, Field, Mapped, OPENING, When};
use super::{Finding, IdKey, Mapping, Row, Table};
use crate::edge::rest::batch;

/// A line to be sent.
pub struct Outgoing {
    /// The line of the file that it is made of.
    pub row: u64,
    /// The command's name in the mapping.
    pub name: String,
    pub command: CommandKind,
    pub text: String,
    /// It opens a person, who may have been opened by an earlier file.
    pub opens: bool,
    /// Which column each pointer into the line comes from.
    origins: BTreeMap<String, String>,
}

/// What would be sent, and what is wrong.
#[derive(Default)]
pub struct Plan {
    pub lines: Vec<Outgoing>,
    pub findings: Vec<Finding>,
    /// Rows that everything is in order with.
    pub rows: usize,
}

impl Outgoing {
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

/// Makes the lines of a table. A row that something is wrong with makes none.
#[must_use]
pub fn plan(table: Table, mapping: &Mapping, key: &IdKey) -> Plan {
    let mut planning = Planning { mapping, key, seen: HashMap::new(), opened: HashSet::new(), plan: Plan::default() };
    planning.plan.findings = table.findings;
    for row in &table.rows {
        planning.row(row);
    }
    planning.plan.findings.sort();
    planning.plan
}

struct Planning<'a> {
    mapping: &'a Mapping,
    key: &'a IdKey,
    /// What the lines of each id say, and which row said it first.
    seen: HashMap<Uuid, (String, u64)>,
    /// The persons whom this file opens.
    opened: HashSet<Uuid>,
    plan: Plan,
}

impl Planning<'_> {
    fn row(&mut self, row: &Row) {
        let Some(client) = row.cell(&self.mapping.person.column) else {
            self.found(row, Some(&self.mapping.person.column), None, "must tell whom the row is about");
            return;
        };
        let before = self.plan.findings.len();
        let person = self.key.id([self.mapping.source.as_str(), client, OPENING]);
        let mut lines = Vec::new();
        if !self.opened.contains(&person) {
            let Mapping { person: opening, .. } = self.mapping;
            let when = opening.occurred.as_ref();
            let line = self.line(row, person, OPENING, CommandKind::ReportSignal, when, &opening.data, Map::new());
            lines.extend(line);
        }
        let parts = self.mapping.row.iter().map(|column| row.cell(column).unwrap_or_default());
        let row_parts: Vec<&str> = [self.mapping.source.as_str(), client].into_iter().chain(parts).collect();
        for mapped in &self.mapping.commands {
            if mapped.when.as_ref().is_none_or(|condition| condition.holds(row)) {
                lines.extend(self.mapped(row, &row_parts, person, mapped));
            }
        }
        let sound = self.plan.findings.len() == before;
        if sound {
            self.opened.insert(person);
            self.plan.rows += 1;
            self.plan.lines.extend(lines);
        }
    }

    fn mapped(&mut self, row: &Row, parts: &[&str], person: Uuid, mapped: &Mapped) -> Option<Outgoing> {
        let id = |name: &str| self.key.id(parts.iter().copied().chain([name]));
        let mut line = Map::from_iter([("person_of".to_owned(), json!(person))]);
        if let Some(of) = &mapped.subject_of {
            line.insert("subject_of".to_owned(), json!(id(of)));
        }
        let id = id(&mapped.name);
        let line = self.line(row, id, &mapped.name, mapped.command, mapped.occurred.as_ref(), &mapped.data, line)?;
        match self.seen.get(&id) {
            Some((text, _)) if *text == line.text => None,
            Some((_, first)) => {
                let message = format!("is the same row as the one of line {first}, and says something else");
                self.found(row, None, Some(&mapped.name), &message);
                None
            }
            None => {
                self.seen.insert(id, (line.text.clone(), row.line));
                Some(line)
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "a line has so many parts, and two callers who name each")]
    fn line(
        &mut self,
        row: &Row,
        id: Uuid,
        name: &str,
        command: CommandKind,
        when: Option<&When>,
        fields: &BTreeMap<String, Field>,
        mut line: Map<String, Value>,
    ) -> Option<Outgoing> {
        let before = self.plan.findings.len();
        let mut origins = BTreeMap::new();
        line.insert("id".to_owned(), json!(id));
        line.insert("command".to_owned(), json!(command));
        if let Some(when) = when {
            origins.insert("/occurred_at".to_owned(), when.date.clone());
            match when.of(row, &self.mapping.file) {
                Ok(Some(occurred)) => {
                    line.insert("occurred_at".to_owned(), json!(occurred.at));
                    line.insert("occurred_precision".to_owned(), json!(occurred.precision));
                }
                // Without it, it would be recorded as of today.
                Ok(None) => self.found(row, Some(&when.date), Some(name), "must tell when it happened"),
                Err(BadCell { column, message }) => self.found(row, Some(&column), Some(name), &message),
            }
        }
        let mut data = Value::Object(Map::new());
        for (path, field) in fields {
            let column = field.column.as_ref().or(field.moment.as_ref().map(|when| &when.date));
            if let Some(column) = column {
                origins.insert(format!("/data/{}", path.replace('.', "/")), column.clone());
            }
            match field.of(row, &self.mapping.file) {
                Ok(Some(value)) => put(&mut data, path, value),
                Ok(None) => {}
                Err(BadCell { column, message }) => self.found(row, Some(&column), Some(name), &message),
            }
        }
        listed(&mut data);
        line.insert("data".to_owned(), data);
        let text = Value::Object(line).to_string();
        let opens = name == OPENING;
        let line = Outgoing { row: row.line, name: name.to_owned(), command, text, opens, origins };
        self.judge(row, &line, self.plan.findings.len() > before);
        (self.plan.findings.len() == before).then_some(line)
    }

    /// Reads the line as the service does.
    fn judge(&mut self, row: &Row, line: &Outgoing, has_findings: bool) {
        let Some(reader) = nobody() else { return };
        let Err(rejected) = batch::read(&reader, line.text.as_bytes()) else { return };
        let details = rejected.problem.details();
        for error in details.errors.into_iter().flatten() {
            let pointer = error.pointer.unwrap_or_default();
            let column = line.column(&pointer).map(str::to_owned);
            // A cell that could not be understood is missing here, and was told already.
            if has_findings && error.message == "is required" {
                continue;
            }
            let message = if column.is_some() { error.message } else { format!("{pointer} {}", error.message) };
            self.found(row, column.as_deref(), Some(&line.name), &message);
        }
    }

    fn found(&mut self, row: &Row, column: Option<&str>, command: Option<&str>, message: &str) {
        self.plan.findings.push(Finding {
            line: row.line,
            column: column.map(str::to_owned),
            command: command.map(str::to_owned),
            message: message.to_owned(),
        });
    }
}

impl Condition {
    fn holds(&self, row: &Row) -> bool {
        let cell = row.cell(&self.column);
        match &self.is {
            None => cell.is_some(),
            Some(texts) => {
                let cell = cell.unwrap_or_default().to_lowercase();
                texts.iter().any(|text| text.trim().to_lowercase() == cell)
            }
        }
    }
}

/// Somebody to read a line as, which is not sent as theirs.
fn nobody() -> Option<Principal> {
    Some(Principal { user: "import".parse().ok()?, organisation: "import".parse().ok()?, actor: Actor::System })
}

/// Puts a value at a path with dots.
fn put(data: &mut Value, path: &str, value: Value) {
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
fn listed(value: &mut Value) {
    let Value::Object(fields) = value else { return };
    fields.values_mut().for_each(listed);
    let numbers = fields.keys().all(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit()));
    if numbers && !fields.is_empty() {
        *value = Value::Array(std::mem::take(fields).into_iter().map(|(_, item)| item).collect());
    }
}
