//! A command that somebody gives in a script or a simulation, complete: what executing it takes, and what calling it
//! over HTTP takes.

use care_path::command::{Command, CommandKind, UnreadableCommand, WithoutPerson};
use care_path::ids::CorrelationId;
use care_path::time::Occurred;
use care_path::{PersonId, Principal};
use serde_json::Value;
use uuid::Uuid;

use super::rest::{RestCall, rest_path};
use crate::app::Request;
use crate::history::{Idempotency, Purpose};

/// A command of a script.
#[derive(Clone)]
pub struct Scripted {
    pub by: Principal,
    pub kind: CommandKind,
    /// Whose path; `None` where the command opens one, or is about people whom nobody knows.
    pub person: Option<PersonId>,
    /// What on the path it is about: a referral, a lookout, …
    pub subject: Option<Uuid>,
    pub body: Value,
    pub occurred: Occurred,
    /// The idempotency key, from which every id that the command makes follows.
    pub key: String,
    idempotency: Idempotency,
}

impl Scripted {
    /// A command with its key. `written` is what repeated loading must find unchanged.
    #[must_use]
    pub fn new(
        by: &Principal,
        kind: CommandKind,
        occurred: Occurred,
        key: String,
        body: Value,
        written: &[u8],
    ) -> Self {
        let idempotency = Idempotency::of(by, &key, "POST", "demo", written);
        Self { by: by.clone(), kind, person: None, subject: None, body, occurred, key, idempotency }
    }

    /// About this person.
    #[must_use]
    pub fn about(self, person: Option<PersonId>) -> Self {
        Self { person, ..self }
    }

    /// On this referral, lookout, …
    #[must_use]
    pub fn on(self, subject: Option<Uuid>) -> Self {
        Self { subject, ..self }
    }

    /// The person whose path it opens, where it opens one.
    #[must_use]
    pub fn opens(&self) -> Option<PersonId> {
        let opening = self.person.is_none() && self.kind.without_person() == Some(WithoutPerson::Opens);
        opening.then(|| PersonId(self.idempotency.key.id("person")))
    }

    /// The id of what it creates, if it creates something.
    #[must_use]
    pub fn creates(&self) -> Uuid {
        self.idempotency.key.id("created")
    }

    /// The command itself.
    ///
    /// # Errors
    /// Where the body or the subject is not what a command of this kind takes.
    pub fn command(&self) -> Result<Command, UnreadableCommand> {
        self.kind.read(self.subject, &self.body)
    }

    /// The request that executes it.
    ///
    /// # Errors
    /// As [`Self::command`].
    pub fn request(&self) -> Result<Request, UnreadableCommand> {
        Ok(Request {
            principal: self.by.clone(),
            person_id: self.person,
            command: self.command()?,
            occurred: Some(self.occurred),
            if_match: None,
            idempotency: Some(self.idempotency),
            correlation_id: CorrelationId(self.idempotency.key.id("correlation")),
            causation_id: None,
            purpose: Purpose::CareCoordination,
        })
    }

    /// The call that does the same over HTTP; `None` for what only the watch does.
    #[must_use]
    pub fn rest(&self) -> Option<RestCall> {
        let (method, path) = rest_path(self.kind, self.person, self.subject, &self.body)?;
        let mut body = self.body.clone();
        if let Value::Object(fields) = &mut body {
            if let Ok(Value::Object(occurred)) = serde_json::to_value(self.occurred) {
                fields.extend(occurred);
            }
            let in_body = self.kind.without_person().is_some();
            if let Some(person) = self.person.filter(|_| in_body) {
                fields.insert("person_id".to_owned(), Value::String(person.to_string()));
            }
        }
        Some(RestCall { user: self.by.user.clone(), method, path, key: self.key.clone(), body })
    }
}
