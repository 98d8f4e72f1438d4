//! A command as it comes in over REST: who sends it, about whom, what it says, and under which conditions. One handler
//! takes all of them.

use access_log::Surface;
use actix_web::dev::Payload;
use actix_web::http::header::{ETAG, HeaderName, IF_MATCH, LOCATION};
use actix_web::{HttpRequest, HttpResponse};
use care_path::PersonId;
use care_path::codes::Precision;
use care_path::command::{Command, CommandKind, WithoutPerson};
use care_path::ids::OrgId;
use care_path::list::Few;
use care_path::time::{Moment, Occurred};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::receipt::{CompanionAnswer, ReceiptBody};
use super::{body, fields, headers, query};
use crate::app::{ExecuteError, Receipt, Request};
use crate::edge::caller::{Caller, RequestId, reading};
use crate::edge::problem::{FieldProblem, FieldProblems, Problem};
use crate::history::{Idempotency, Purpose};

/// The header of the position that a write has reached, and that a read waits for.
pub const POSITION: HeaderName = HeaderName::from_static("baken-position");

/// Executes a command of a kind.
///
/// # Errors
/// Where the request cannot be read as one, or the command is refused.
pub async fn execute(kind: CommandKind, request: HttpRequest, payload: Payload) -> Result<HttpResponse, Problem> {
    let caller = Caller::of(&request).await?;
    query::none(&request)?;
    let key = headers::idempotency_key(&request)?;
    let if_match = headers::revision(&request, &IF_MATCH, "If-Match")?;
    let Named { person, subject, more } = Named::of(&request, kind)?;
    let body = body::read(&request, payload, &caller.edge.limits).await?;
    let mut rest = body::object(&request, &body)?;
    rest.extend(more);
    let mut problems = FieldProblems::default();
    let occurred = take_occurred(&mut rest, &mut problems);
    // Where the path names nothing, the body may name a person.
    let person = match person {
        None if subject.is_none() => take::<PersonId>(&mut rest, "person_id", "must be a UUID", &mut problems),
        named => named,
    };
    let companions = if kind.takes_companions() {
        let rule = "must be a list of the ids of at most 16 persons";
        take::<Few<PersonId, MOST_COMPANIONS>>(&mut rest, TOGETHER_WITH, rule, &mut problems).unwrap_or_default()
    } else {
        Few::default()
    };
    let command = problems.checked(fields::command(kind, subject, rest)).map_err(Problem::Fields)?;
    let idempotency = Idempotency::of(&caller.principal, &key, request.method().as_str(), request.path(), &body);
    let request_id = RequestId::of(&request, &caller.edge);
    let terms = Conditions { occurred, if_match, idempotency, request_id };
    let shared = command.for_companion();
    let executed = terms.execute(&caller, person, command).await;
    if let (CommandKind::BreakGlass, Err(ExecuteError::NotFound), Some(person)) = (kind, &executed, person) {
        // Whoever may open a case by its number could try numbers: each that leads nowhere is on record.
        reading(&request, &caller.edge, &caller.principal, Surface::Rest).hidden(person);
    }
    let receipt = executed?;
    let mut body_of = ReceiptBody::of(&receipt);
    if let (Some(person), Some(shared)) = (person, shared) {
        for companion in companions.iter().filter(|companion| **companion != person) {
            // Each has a key of its own that follows from the caller's: a repeated request is executed once for each.
            let key = format!("{key} {companion}");
            let idempotency =
                Idempotency::of(&caller.principal, &key, request.method().as_str(), request.path(), &body);
            let terms = Conditions { if_match: None, idempotency, ..terms };
            let answered = if caller.edge.baken.are_related(&caller.principal, person, *companion) {
                terms.execute(&caller, Some(*companion), shared.clone()).await.map_err(Problem::from)
            } else {
                let mut problems = FieldProblems::default();
                let unrelated = "must be persons of whom a relation with this one is on record";
                problems.push(FieldProblem::at(format!("/{TOGETHER_WITH}"), unrelated));
                Err(Problem::Fields(problems))
            };
            body_of.together.push(CompanionAnswer::of(*companion, request_id, answered));
        }
    }
    Ok(answer(&receipt, kind, body_of))
}

/// The field with those for whom a call is executed too: they are related to the person.
pub const TOGETHER_WITH: &str = "together_with";
/// A household, and those who travel with it.
pub const MOST_COMPANIONS: usize = 16;

/// What a path names by a short name, and not by a UUID.
const SHORT_NAMES: [&str; 2] = ["organisation_id", "facility_id"];

/// Under which conditions a command is executed.
#[derive(Clone, Copy)]
pub struct Conditions {
    pub occurred: Option<Occurred>,
    pub if_match: Option<u64>,
    pub idempotency: Idempotency,
    pub request_id: RequestId,
}

impl Conditions {
    /// Executes a command of a caller.
    ///
    /// # Errors
    /// Where it is refused.
    pub async fn execute(
        self,
        caller: &Caller,
        person_id: Option<PersonId>,
        command: Command,
    ) -> Result<Receipt, ExecuteError> {
        let request = Request {
            principal: caller.principal.clone(),
            person_id,
            command,
            occurred: self.occurred,
            if_match: self.if_match,
            idempotency: Some(self.idempotency),
            correlation_id: self.request_id.0,
            causation_id: None,
            purpose: Purpose::default(),
        };
        caller.edge.baken.execute(request).await
    }
}

/// Whom and what the path names: the person, then what the command is about. What it names within that is a field of the
/// command.
#[derive(Default)]
struct Named {
    person: Option<PersonId>,
    subject: Option<Uuid>,
    more: Map<String, Value>,
}

impl Named {
    /// Reads them from the path. What is no id names nothing that exists.
    fn of(request: &HttpRequest, kind: CommandKind) -> Result<Self, Problem> {
        let mut named = Self::default();
        for (name, text) in request.match_info().iter() {
            if SHORT_NAMES.contains(&name) {
                // What is no short name is none of an organisation's or a facility's.
                let short = text.parse::<OrgId>().map_err(|_| Problem::NotFound)?;
                named.more.insert(name.to_owned(), Value::from(short.as_str()));
                continue;
            }
            let id = headers::uuid(text).ok_or(Problem::NotFound)?;
            match name {
                "person_id" => named.person = Some(PersonId(id)),
                _ if named.subject.is_none() => named.subject = Some(id),
                name => drop(named.more.insert(name.to_owned(), Value::from(id.to_string()))),
            }
        }
        if kind.takes(named.subject) { Ok(named) } else { Err(Problem::NotFound) }
    }
}

/// Takes a field out of the body that is not the command's own.
fn take<T: DeserializeOwned>(
    fields: &mut Map<String, Value>,
    name: &str,
    rule: &str,
    problems: &mut FieldProblems,
) -> Option<T> {
    let value = fields.remove(name).filter(|value| !value.is_null())?;
    serde_json::from_value(value).map_err(|_| problems.push(FieldProblem::at(format!("/{name}"), rule))).ok()
}

/// Takes out of a body when it happened, and how precisely that is known.
pub fn take_occurred(fields: &mut Map<String, Value>, problems: &mut FieldProblems) -> Option<Occurred> {
    let at = take::<Moment>(fields, "occurred_at", "must be a time as in RFC 3339 in the years 2000 to 2099", problems);
    let wanted = "must be a code of the list occurred_precision";
    let precision = take::<Precision>(fields, "occurred_precision", wanted, problems);
    if at.is_none() && precision.is_some() && problems.is_empty() {
        problems.push(FieldProblem::at("/occurred_precision", "must come with occurred_at"));
    }
    Some(Occurred { at: at?.get(), precision: precision.unwrap_or(Precision::Instant) })
}

/// The answer to a command that was executed, now or when it was first sent.
fn answer(receipt: &Receipt, kind: CommandKind, body: ReceiptBody) -> HttpResponse {
    let mut response = if receipt.repeated { HttpResponse::Ok() } else { HttpResponse::Created() };
    response.insert_header((ETAG, headers::etag(receipt.revision)));
    response.insert_header((POSITION, receipt.position.to_string()));
    if let (Some(WithoutPerson::Opens), Some(person)) = (kind.without_person(), receipt.person_id) {
        response.insert_header((LOCATION, format!("/v1/persons/{person}")));
    }
    response.json(body)
}
