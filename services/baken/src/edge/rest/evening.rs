//! `/v1/facilities/{facility_id}/evening`: who is expected, there and not there, and the whole list of an evening in one
//! call.

use actix_web::dev::Payload;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use care_path::command::Command;
use care_path::directory::Facility;
use care_path::ids::FacilityId;
use care_path::time::Day;
use care_path::views::EveningView;
use care_path::{PersonId, Principal};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::batch::{self, read};
use super::query::Parameters;
use super::reader::{ReadingCaller, shown};
use super::receipt::ReceiptBody;
use super::submission::Conditions;
use super::{body, fields, headers, query};
use crate::app::{EveningLine, Receipt, opens};
use crate::edge::caller::{Caller, RequestId};
use crate::edge::problem::{FieldProblem, FieldProblems, Problem, ProblemDetails};
use crate::history::Idempotency;

/// As many lines as a list may have.
const MOST_LINES: usize = 200;

/// Shows the evening of a facility
///
/// Its people are shown whom they expect, who is there and who did not come, with what must be known of each before bed. The
/// coordinators of its municipality are shown those whom they may know of, and how many there are of all. A night that is over
/// is told as it is known now.
#[utoipa::path(
    get, path = "/v1/facilities/{facility_id}/evening", tag = "Evening", impl_for = evening,
    params(("night" = Option<Day>, Query, description = "The day on whose evening the night begins; tonight unless said.")),
    responses((status = 200, description = "The evening.", body = EveningView))
)]
#[get("/v1/facilities/{facility_id}/evening")]
pub async fn evening(reader: ReadingCaller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let facility = facility(&request)?;
    let mut parameters = Parameters::of(&request)?;
    let rule = "must be a day such as 2026-12-01, in the years 2000 to 2099";
    let night = parameters.take("night", rule, |text| text.parse().map(Day::get).ok());
    parameters.end()?;
    Ok(shown(&reader.baken().evening(reader.reading(), &facility, night)?))
}

/// The list of an evening.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it documents what `take_list` reads")]
pub struct EveningList {
    /// At most 200. Beside lines of an evening it takes lines of a batch, which have a `command`.
    #[schema(max_items = 200)]
    lines: Vec<EveningLine>,
}

/// What the lines of a list were answered.
#[derive(Serialize, ToSchema)]
pub struct EveningAnswers {
    /// In the order of the lines.
    pub items: Vec<EveningAnswer>,
}

/// What a line of a list was answered.
#[derive(Serialize, ToSchema)]
pub struct EveningAnswer {
    /// The number of the line, from 1.
    pub line: usize,
    /// The line's own id, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// 201 recorded, 200 recorded when it was first sent; else what the problem says.
    pub status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person_id: Option<PersonId>,
    /// One for each command that the line means: somebody new is opened, given a bed, taken in, and there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub receipts: Vec<ReceiptBody>,
    /// Why it went no further. What has a receipt was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<ProblemDetails>,
}

/// Records the whole list of an evening
///
/// Each line is executed by itself, in the order of the list, and answered by itself: one that is refused does not stop the
/// others. Send the list again, unchanged and with the same `Idempotency-Key`, whenever you do not know what became of it; another
/// list under that key is refused as a whole, unless each of its lines has an `id`. A
/// bed at a full place is refused with `place_full` before anybody is opened; `overbook` gives it all the same.
#[utoipa::path(
    post, path = "/v1/facilities/{facility_id}/evening", tag = "Evening", impl_for = take_list,
    request_body = EveningList,
    responses((status = 200, description = "An answer for each line.", body = EveningAnswers))
)]
#[post("/v1/facilities/{facility_id}/evening")]
pub async fn take_list(request: HttpRequest, payload: web::Payload) -> Result<HttpResponse, Problem> {
    take(&request, payload.into_inner()).await
}

async fn take(request: &HttpRequest, payload: Payload) -> Result<HttpResponse, Problem> {
    let caller = Caller::of(request).await?;
    query::none(request)?;
    let facility = facility(request)?;
    let own = caller.edge.baken.own_facility(&caller.principal, &facility)?;
    let place = own.ok_or(crate::app::ExecuteError::Refused(care_path::command::Refusal::NotYours))?;
    let key = headers::idempotency_key(request)?;
    let text = body::read(request, payload, &caller.edge.limits).await?;
    let lines = lines(body::object(request, &text)?)?;
    let list = List { path: request.path(), key: &key, body: &text, request_id: RequestId::of(request, &caller.edge) };
    // Another list under the same key would be recorded from where it is longer: who stands in both would be two persons.
    let places: Vec<_> = (1..=MOST_LINES).map(|number| list.idempotency(&caller.principal, number, 0)).collect();
    if caller.edge.baken.is_any_reused(&places).await? {
        return Err(crate::app::ExecuteError::KeyReused.into());
    }
    let _going_on = caller.edge.rates.batch(&caller.principal.user)?;
    let mut items = Vec::with_capacity(lines.len());
    for (number, line) in (1..).zip(lines) {
        caller.edge.rates.line(&caller.principal.user).await;
        items.push(list.answer(&caller, &place, number, line).await);
    }
    Ok(HttpResponse::Ok().json(EveningAnswers { items }))
}

fn facility(request: &HttpRequest) -> Result<FacilityId, Problem> {
    let named = request.match_info().get("facility_id").and_then(|text| text.parse().ok());
    named.ok_or(Problem::NotFound)
}

fn lines(mut object: Map<String, Value>) -> Result<Vec<Value>, Problem> {
    let mut problems = FieldProblems::default();
    let lines = object.remove("lines");
    object.keys().for_each(|name| problems.push(FieldProblem::at(format!("/{name}"), "is not a field here")));
    match lines {
        Some(Value::Array(lines)) if (1..=MOST_LINES).contains(&lines.len()) && problems.is_empty() => {
            return Ok(lines);
        }
        Some(Value::Array(lines)) if (1..=MOST_LINES).contains(&lines.len()) => {}
        Some(_) => problems.push(FieldProblem::at("/lines", format!("must be a list of 1 to {MOST_LINES} lines"))),
        None => problems.push(FieldProblem::at("/lines", "is required")),
    }
    Err(Problem::Fields(problems))
}

/// What the lines of a list have in common.
pub struct List<'a> {
    pub path: &'a str,
    pub key: &'a str,
    pub body: &'a [u8],
    pub request_id: RequestId,
}

impl List<'_> {
    /// What a line without an id of its own is known by: the list, and its place there.
    fn idempotency(&self, principal: &Principal, number: usize, step: usize) -> Idempotency {
        Idempotency::of(principal, &format!("{} {number} {step}", self.key), "POST", self.path, self.body)
    }

    async fn answer(&self, caller: &Caller, place: &Facility, number: usize, line: Value) -> EveningAnswer {
        let id = line["id"].as_str().and_then(headers::uuid);
        let is_of_a_batch = is_of_a_batch(&line);
        let mut done = Vec::new();
        let refused = self.execute(caller, place, number, line, &mut done).await.err();
        let problem = refused.map(|problem| {
            problem.log(self.request_id);
            let details = if is_of_a_batch {
                batch::in_line(&problem, self.request_id)
            } else {
                problem.details_of(self.request_id)
            };
            in_list(details, number)
        });
        let repeated = done.iter().all(|receipt: &Receipt| receipt.repeated);
        let status = problem.as_ref().map_or(if repeated { 200 } else { 201 }, |problem| problem.status);
        let person_id = done.iter().find_map(|receipt| receipt.person_id);
        EveningAnswer {
            line: number,
            id,
            status,
            person_id,
            receipts: done.iter().map(ReceiptBody::of).collect(),
            problem,
        }
    }

    /// Executes a line of the list. What was recorded of it is in `done`, also where it is refused further on.
    ///
    /// # Errors
    /// Where it cannot be read, or is refused.
    pub async fn execute(
        &self,
        caller: &Caller,
        place: &Facility,
        number: usize,
        line: Value,
        done: &mut Vec<Receipt>,
    ) -> Result<(), Problem> {
        if is_of_a_batch(&line) {
            let read = read(&caller.principal, line.to_string().as_bytes());
            let instruction = read.map_err(|rejected| rejected.problem)?;
            done.push(batch::execute(caller, self.request_id, instruction).await?);
            return Ok(());
        }
        let text = line.to_string();
        let Value::Object(object) = line else {
            return Err(missing("", "must be an object"));
        };
        let line: EveningLine = fields::read(object).map_err(Problem::Fields)?;
        let commands = line.commands(place).map_err(|field| missing(field, "is required"))?;
        let mut person = line.person_id;
        let idempotency = |step: usize| match line.id {
            Some(id) => Idempotency::of(&caller.principal, &format!("{id} {step}"), "POST", self.path, text.as_bytes()),
            None => self.idempotency(&caller.principal, number, step),
        };
        let first = idempotency(0);
        // Nobody is opened for a bed that there is not; a repeat is told what the first was told.
        if commands.first().is_some_and(opens) && caller.edge.baken.entry_of(first.key).await?.is_none() {
            caller.edge.baken.has_place(&caller.principal, &commands, line.occurred())?;
        }
        for (step, command) in commands.into_iter().enumerate() {
            let opens = opens(&command);
            let terms = Conditions {
                occurred: line.occurred(),
                if_match: None,
                idempotency: idempotency(step),
                request_id: self.request_id,
            };
            let receipt = terms.execute(caller, person_of(&command, person), command).await?;
            if opens {
                person = receipt.person_id;
            }
            done.push(receipt);
        }
        Ok(())
    }
}

/// Whether a line is one of a batch, and not of an evening.
fn is_of_a_batch(line: &Value) -> bool {
    line.get("command").is_some()
}

/// A signal opens a person; all else is about the one of the line.
fn person_of(command: &Command, person: Option<PersonId>) -> Option<PersonId> {
    if opens(command) { None } else { person }
}

fn missing(field: &str, rule: &str) -> Problem {
    let mut problems = FieldProblems::default();
    let pointer = if field.is_empty() { String::new() } else { format!("/{field}") };
    problems.push(FieldProblem::at(pointer, rule.to_owned()));
    Problem::Fields(problems)
}

/// What is said of a field of a line, is said of the list.
fn in_list(mut details: ProblemDetails, number: usize) -> ProblemDetails {
    let pointers = details.errors.iter_mut().flatten().filter_map(|error| error.pointer.as_mut());
    pointers.for_each(|pointer| pointer.insert_str(0, &format!("/lines/{}", number - 1)));
    details
}

/// Registers these endpoints.
pub fn routes(routes: &mut ServiceConfig<'_>) {
    routes.service(evening).service(take_list);
}
