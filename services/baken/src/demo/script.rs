//! Scripts: cases as data. A step has commands; a body may name what an earlier command created, a person, or a time.
//!
//! All ids follow from the idempotency keys, so a script is worked out in full before anything is executed: the same
//! seed gives the same persons, whenever and wherever it is loaded.

use std::collections::BTreeMap;

use care_path::codes::Precision;
use care_path::command::CommandKind;
use care_path::ids::UserId;
use care_path::time::{DateTime, Occurred};
use care_path::{PersonId, Principal};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::moment::{Moment, date, parse_days};
use super::{DemoUser, Scripted};

/// A case, or several, as data.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// Its name, which the idempotency keys begin with.
    pub script: String,
    /// What it tells.
    pub about: String,
    pub steps: Vec<Step>,
}

/// A step of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub step: u32,
    pub title: String,
    pub commands: Vec<Line>,
}

/// One command of a step, as it is written.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// The user who gives it.
    r#as: UserId,
    command: CommandKind,
    /// The person by their name in the script; nobody in particular without one.
    person: Option<String>,
    /// `$name` of what an earlier command created, or `$person:name`.
    subject: Option<String>,
    /// The name by which later commands know what this one creates.
    save: Option<String>,
    occurred: When,
    /// Not of the story itself: what must happen so that the next organisation knows of the person.
    #[serde(default)]
    bridge: bool,
    /// What the watch does by itself on a service that is running at the time.
    #[serde(default)]
    watch: bool,
    #[serde(default = "nothing")]
    body: Value,
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Line({} by {})", self.command.name(), self.r#as)
    }
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct When {
    offset: String,
    precision: Precision,
}

fn nothing() -> Value {
    Value::Object(serde_json::Map::new())
}

/// A command of a script, worked out, and where in the script it stands.
#[derive(Clone)]
pub struct Planned {
    pub step: u32,
    pub title: String,
    /// Its place among the commands of the step.
    pub index: usize,
    /// The person's name in the script.
    pub person: Option<String>,
    /// Not of the story itself, but needed so that the next organisation knows of the person.
    pub bridge: bool,
    /// What the watch does by itself on a service that is running at the time.
    pub watch: bool,
    pub scripted: Scripted,
}

/// Why a script cannot be worked out: where, and what is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("script `{script}`, step {step}, command {index}: {problem}")]
pub struct PlanError {
    pub script: String,
    pub step: u32,
    pub index: usize,
    pub problem: PlanProblem,
}

/// What is wrong with a line of a script.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanProblem {
    #[error("there is no such user")]
    UnknownUser,
    #[error("`{0}` is not the name of an earlier step")]
    UnknownName(String),
    #[error("`{0}` is not a time")]
    BadTime(String),
    #[error("the command cannot be written as JSON")]
    Unwritable,
}

/// Works out a script for a time at which it is loaded.
///
/// # Errors
/// Where a line names a user, a thing, a person or a time that is not there.
pub fn plan(script: &Script, users: &[DemoUser], now: DateTime) -> Result<Vec<Planned>, PlanError> {
    let mut cast = Cast { now, things: BTreeMap::new(), persons: BTreeMap::new() };
    let mut planned = Vec::new();
    for step in &script.steps {
        for (index, line) in step.commands.iter().enumerate() {
            let key = format!("demo/{}/{}/{index}", script.script, step.step);
            let scripted = cast.play(line, users, key).map_err(|problem| PlanError {
                script: script.script.clone(),
                step: step.step,
                index,
                problem,
            })?;
            planned.push(Planned {
                step: step.step,
                title: step.title.clone(),
                index,
                person: line.person.clone(),
                bridge: line.bridge,
                watch: line.watch,
                scripted,
            });
        }
    }
    Ok(planned)
}

/// Who and what the lines so far have brought in.
struct Cast {
    now: DateTime,
    things: BTreeMap<String, Uuid>,
    persons: BTreeMap<String, PersonId>,
}

impl Cast {
    fn play(&mut self, line: &Line, users: &[DemoUser], key: String) -> Result<Scripted, PlanProblem> {
        let by = principal(users, &line.r#as)?;
        let written = serde_json::to_vec(line).map_err(|_| PlanProblem::Unwritable)?;
        let mut body = line.body.clone();
        self.fill(&mut body)?;
        let subject = line.subject.as_deref().map(|name| self.id(name)).transpose()?;
        let person = line.person.as_ref().and_then(|name| self.persons.get(name).copied());
        let occurred = Occurred { at: self.time(&line.occurred.offset)?, precision: line.occurred.precision };
        let scripted = Scripted::new(by, line.command, occurred, key, body, &written).about(person).on(subject);
        if let (Some(name), Some(opened)) = (&line.person, scripted.opens()) {
            self.persons.insert(name.clone(), opened);
        }
        if let Some(name) = &line.save {
            self.things.insert(name.clone(), scripted.creates());
        }
        Ok(scripted)
    }

    /// Puts ids and times where a body names them.
    fn fill(&self, value: &mut Value) -> Result<(), PlanProblem> {
        match value {
            Value::String(text) if text.starts_with('$') => *text = self.text(text)?,
            Value::Array(items) => items.iter_mut().try_for_each(|item| self.fill(item))?,
            Value::Object(fields) => fields.values_mut().try_for_each(|field| self.fill(field))?,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
        Ok(())
    }

    fn text(&self, name: &str) -> Result<String, PlanProblem> {
        if let Some(moment) = name.strip_prefix("$time:") {
            return self.time(moment).map(|at| at.to_rfc3339());
        }
        if let Some(days) = name.strip_prefix("$date:") {
            let day = parse_days(days).ok().and_then(|days| date(self.now, days));
            return day.map(|day| day.to_string()).ok_or(PlanProblem::BadTime(name.to_owned()));
        }
        self.id(name).map(|id| id.to_string())
    }

    fn time(&self, moment: &str) -> Result<DateTime, PlanProblem> {
        let at = moment.parse::<Moment>().ok().and_then(|moment| moment.at(self.now));
        at.ok_or_else(|| PlanProblem::BadTime(moment.to_owned()))
    }

    fn id(&self, name: &str) -> Result<Uuid, PlanProblem> {
        let found = match name.strip_prefix("$person:") {
            Some(person) => self.persons.get(person).map(|person| person.0),
            None => name.strip_prefix('$').and_then(|thing| self.things.get(thing).copied()),
        };
        found.ok_or_else(|| PlanProblem::UnknownName(name.to_owned()))
    }
}

fn principal<'a>(users: &'a [DemoUser], user: &UserId) -> Result<&'a Principal, PlanProblem> {
    let found = users.iter().find(|each| each.user == *user);
    found.map(|found| &found.principal).ok_or(PlanProblem::UnknownUser)
}
