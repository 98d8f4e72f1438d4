//! What is sent from a page: read into a command like a body of REST, and executed by the same write path. What is not
//! recorded comes back in its form, with what must change; nothing that was written is lost.

use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use board::{Draft, Flash, Language, form, pages};
use care_path::PersonId;
use care_path::codes::Precision;
use care_path::command::CommandKind;
use care_path::time::{Moment, Occurred};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::place;
use super::session::{Found, Session, language_of, name_of};
use super::show::Viewed;
use super::sign_in::{answer_with, own_page, to};
use crate::app::Receipt;
use crate::edge::Edge;
use crate::edge::caller::{Caller, RequestId};
use crate::edge::problem::{FieldProblem, FieldProblems, Problem};
use crate::edge::rest::submission::Conditions;
use crate::edge::rest::{body, fields};
use crate::history::Idempotency;

/// The names of a form that are not the command's.
const OURS: [&str; 6] = ["csrf", "key", "back", "form", "person", "subject"];

/// What a form said.
struct Sent {
    command: CommandKind,
    pairs: Vec<(String, String)>,
    raw: Vec<u8>,
}

impl Sent {
    fn of(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(each, _)| each == name).map(|(_, value)| value.as_str())
    }

    fn id(&self, name: &str) -> Result<Option<Uuid>, Problem> {
        self.of(name).map(|id| id.parse().map_err(|_| Problem::NotFound)).transpose()
    }

    fn back(&self) -> String {
        self.of("back").and_then(place::within).unwrap_or_else(|| "/board/".to_owned())
    }

    /// What was written, to be shown in its form again.
    fn draft(&self, problem: Option<&Problem>, language: Language) -> Draft {
        let details = problem.map(Problem::details);
        let of_fields = details.as_ref().and_then(|details| details.errors.clone()).unwrap_or_default();
        let problems: Vec<_> = of_fields
            .into_iter()
            .map(|each| (each.pointer.unwrap_or_default(), board::field_problem(&each.message, language)))
            .collect();
        let message = details
            .filter(|_| problems.is_empty())
            .map(|details| board::refusal(details.code, &details.detail, language).to_owned());
        Draft {
            form: self.of("form").unwrap_or_default().to_owned(),
            values: self.pairs.iter().filter(|(name, _)| !OURS.contains(&name.as_str())).cloned().collect(),
            problems,
            message,
        }
    }
}

/// Executes what a form asks for.
pub async fn act(request: HttpRequest, payload: web::Payload, edge: Data<Edge>) -> Result<HttpResponse, Problem> {
    own_page(&request)?;
    let language = language_of(&request);
    let named = request.match_info().get("command").unwrap_or_default();
    let command = CommandKind::ALL.iter().copied().find(|kind| kind.name() == named).ok_or(Problem::NotFound)?;
    let raw = body::read(&request, payload.into_inner(), &edge.limits).await?;
    let sent = Sent { command, pairs: place::pairs(&raw), raw };
    let (sessions, name) = (&edge.board.sessions, name_of(&request));
    let session = match sessions.find(name.as_deref(), edge.baken.clock().now()) {
        Found::Open(session) => session,
        Found::Ended(_) => {
            let draft = sent.draft(None, language);
            let message = language.say(
                "Uw sessie was verlopen. Kijk het nog even na en verstuur het.",
                "Your session had ended. Look it over and send it.",
            );
            let draft = Draft { message: Some(message.to_owned()), ..draft };
            if let Some(name) = &name {
                sessions.change(name, |session| session.draft = Some((sent.back(), draft)));
            }
            return Ok(answer_with(StatusCode::UNAUTHORIZED, pages::ended(language, true)));
        }
        Found::None => return Ok(answer_with(StatusCode::UNAUTHORIZED, pages::ended(language, false))),
    };
    if sent.of("csrf") != Some(session.csrf.as_str()) {
        return Err(Problem::ForeignOrigin);
    }
    edge.rates.user(&session.reader.principal.user)?;
    let back = sent.back();
    match execute(&request, &edge, &session, &sent, language).await {
        Ok(receipt) => {
            let flash = said(&receipt, command, language);
            if let Some(name) = &name {
                sessions.change(name, |session| session.flash = Some(flash));
            }
            // Whoever was not known before has a page now.
            let opened = receipt.person_id.filter(|_| command == CommandKind::ReportSignal);
            let next = opened.map_or(back, |person| format!("/board/persons/{person}"));
            Ok(to(&next).finish())
        }
        Err(problem) => {
            problem.log(RequestId::of(&request, &edge));
            let draft = sent.draft(Some(&problem), language);
            let viewed =
                Viewed { edge: &edge, session: &session, language, at: &back, draft: Some(&draft), found: None };
            Ok(viewed.answer(problem.status_code()))
        }
    }
}

async fn execute(
    request: &HttpRequest,
    edge: &Data<Edge>,
    session: &Session,
    sent: &Sent,
    language: Language,
) -> Result<Receipt, Problem> {
    let (mut rest, unread) = form::read(sent.command, &sent.pairs, language);
    let mut problems = FieldProblems::default();
    for (at, said) in unread {
        problems.push(FieldProblem::at(at, said));
    }
    let occurred = occurred(&mut rest, &mut problems);
    let person = sent.id("person")?.map(PersonId);
    let person = person.or_else(|| rest.remove("person_id").and_then(|id| id.as_str()?.parse().ok()));
    let command = match fields::command(sent.command, sent.id("subject")?, rest) {
        Ok(command) if problems.is_empty() => command,
        Ok(_) => return Err(Problem::Fields(problems)),
        Err(found) if found.is_empty() && problems.is_empty() => return Err(Problem::NotFound),
        Err(found) => {
            problems.append(found);
            return Err(Problem::Fields(problems));
        }
    };
    let caller =
        Caller { principal: session.reader.principal.clone(), expires_at: session.expires_at, edge: edge.clone() };
    if !edge.baken.follows() {
        return Err(Problem::Outdated);
    }
    let key = sent.id("key")?.ok_or(Problem::Malformed("The form has no key."))?.to_string();
    let idempotency = Idempotency::of(&caller.principal, &key, "POST", request.path(), &sent.raw);
    let request_id = RequestId::of(request, edge);
    let terms = Conditions { occurred, if_match: None, idempotency, request_id };
    Ok(terms.execute(&caller, person, command).await?)
}

/// When it happened, where the form says so.
fn occurred(rest: &mut Map<String, Value>, problems: &mut FieldProblems) -> Option<Occurred> {
    let at = rest.remove("occurred_at");
    let precision = rest.remove("occurred_precision").and_then(|code| serde_json::from_value(code).ok());
    let Ok(at) = serde_json::from_value::<Moment>(at?) else {
        problems.push(FieldProblem::at("/occurred_at", "must be a time as in RFC 3339 in the years 2000 to 2099"));
        return None;
    };
    Some(Occurred { at: at.get(), precision: precision.unwrap_or(Precision::Instant) })
}

/// What is said of what was recorded, and how it is taken back.
fn said(receipt: &Receipt, command: CommandKind, language: Language) -> Flash {
    let title = form::form_of(command).map_or("", |form| form.title.r#in(language));
    let first = receipt.event_ids.first().filter(|_| command != CommandKind::RetractEntry);
    let undo = receipt.person_id.zip(first).map(|(person, entry)| (person.0, entry.0));
    Flash { said: format!("{}: {title}", language.say("Vastgelegd", "Recorded")), undo }
}
