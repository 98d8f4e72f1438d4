//! What is sent from a page: read into a command like a body of REST, and executed by the same write path. What is not
//! recorded comes back in its form, with what must change; nothing that was written is lost.

use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use board::form::Ask;
use board::{Draft, Flash, Language, form, pages};
use care_path::PersonId;
use care_path::codes::{Code, Precision, ReturnCondition};
use care_path::command::CommandKind;
use care_path::time::{Moment, Occurred};
use care_path::views::PersonSummaryView;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::session::{self, Found, Session, language_of, name_of};
use super::show::Viewed;
use super::sign_in::{answer_with, own_page, to};
use super::{place, search};
use crate::app::{LabelLanguage, Receipt, code_labels};
use crate::edge::Edge;
use crate::edge::caller::{Caller, RequestId};
use crate::edge::problem::{FieldProblem, FieldProblems, Problem, ProblemDetails};
use crate::edge::rest::evening::List;
use crate::edge::rest::submission::Conditions;
use crate::edge::rest::{body, fields};
use crate::history::Idempotency;

/// The names of a form that are not the command's.
const OURS: [&str; 7] = ["csrf", "key", "back", "form", "person", "subject", "new"];

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

    fn key(&self) -> Result<String, Problem> {
        Ok(self.id("key")?.ok_or(Problem::Malformed("The form has no key."))?.to_string())
    }

    fn back(&self) -> String {
        self.of("back").and_then(place::within).unwrap_or_else(|| "/board/".to_owned())
    }

    /// What was written, without what is ours.
    fn written(&self) -> Vec<(String, String)> {
        self.pairs.iter().filter(|(name, _)| !OURS.contains(&name.as_str())).cloned().collect()
    }

    /// What was written, to be shown in its form again.
    fn draft(&self, problem: Option<&Problem>, language: Language) -> Draft {
        let details = problem.map(Problem::details);
        let of_fields = details.as_ref().and_then(|details| details.errors.clone()).unwrap_or_default();
        let problems: Vec<_> = of_fields
            .into_iter()
            .map(|each| (each.pointer.unwrap_or_default(), board::field_problem(&each.message, language)))
            .collect();
        let message = details.filter(|_| problems.is_empty()).map(|details| told(&details, language));
        Draft { form: self.of("form").unwrap_or_default().to_owned(), values: self.written(), problems, message }
    }
}

/// What is wrong with the whole of what was sent, and which conditions of a return are missing.
fn told(details: &ProblemDetails, language: Language) -> String {
    let labels = LabelLanguage::ALL.into_iter().find(|each| each.tag() == language.tag()).unwrap_or_default();
    let named =
        |code: &str| code_labels(ReturnCondition::LIST, labels).find(|(each, _)| *each == code).map(|(_, label)| label);
    let missing = details.missing_conditions.iter().flatten().filter_map(|condition| named(condition.code()));
    let missing: Vec<_> = missing.collect();
    let said = board::refusal(details.code, language);
    if missing.is_empty() {
        return said.to_owned();
    }
    format!("{said} {} {}.", language.say("Nog nodig:", "Still needed:"), missing.join("; "))
}

/// The session in which a form was sent, and its name; or the answer to whoever has none any more. What was written is kept.
async fn open_session(
    request: &HttpRequest,
    edge: &Edge,
    sent: &Sent,
    language: Language,
) -> Result<Result<(Session, String), HttpResponse>, Problem> {
    let (sessions, name) = (&edge.board.sessions, name_of(request).unwrap_or_default());
    let session = match session::of(request, edge).await {
        Found::Open(session) => session,
        Found::Ended(_) => {
            let draft = sent.draft(None, language);
            let message = language.say(
                "Uw sessie was verlopen. Kijk het nog even na en verstuur het.",
                "Your session had ended. Look it over and send it.",
            );
            let draft = Draft { message: Some(message.to_owned()), ..draft };
            sessions.change(&name, |session| session.draft = Some((sent.back(), draft)));
            return Ok(Err(answer_with(StatusCode::UNAUTHORIZED, pages::ended(language, true))));
        }
        Found::None => return Ok(Err(answer_with(StatusCode::UNAUTHORIZED, pages::ended(language, false)))),
    };
    if sent.of("csrf") != Some(session.csrf.as_str()) {
        return Err(Problem::ForeignOrigin);
    }
    edge.rates.user(&session.reader.principal.user)?;
    Ok(Ok((session, name)))
}

/// The reader of a session, as one who calls.
pub fn caller(edge: &Data<Edge>, session: &Session) -> Caller {
    Caller { principal: session.reader.principal.clone(), expires_at: session.expires_at, edge: edge.clone() }
}

/// Executes what a form asks for.
pub async fn act(request: HttpRequest, payload: web::Payload, edge: Data<Edge>) -> Result<HttpResponse, Problem> {
    own_page(&request)?;
    let language = language_of(&request);
    let named = request.match_info().get("command").unwrap_or_default();
    let command = CommandKind::ALL.iter().copied().find(|kind| kind.name() == named).ok_or(Problem::NotFound)?;
    let raw = body::read(&request, payload.into_inner(), &edge.limits).await?;
    let sent = Sent { command, pairs: place::pairs(&raw), raw };
    let (session, name) = match open_session(&request, &edge, &sent, language).await? {
        Ok(open) => open,
        Err(ended) => return Ok(ended),
    };
    let back = sent.back();
    let here = Viewed { edge: &edge, session: &session, language, at: &back, draft: None };
    let known = known_already(&edge, &session, &sent).await;
    if !known.is_empty() {
        let ask = Ask::of(command);
        let asked = |page: &board::Page<'_>| pages::one_of_these(page, &ask, &sent.written(), &known);
        return Ok(here.with_page(&back, |page| answer_with(StatusCode::OK, asked(page))));
    }
    match execute(&request, &edge, &session, &sent).await {
        Ok(receipt) => {
            let flash = said(&receipt, command, language);
            edge.board.sessions.change(&name, |session| session.flash = Some(flash));
            // Whoever was not known before has a page now.
            let opened = receipt.person_id.filter(|_| command == CommandKind::ReportSignal);
            let next = opened.map_or(back, |person| format!("/board/persons/{person}"));
            Ok(to(&next).finish())
        }
        Err(problem) => {
            problem.log(RequestId::of(&request, &edge));
            let draft = sent.draft(Some(&problem), language);
            Ok(Viewed { draft: Some(&draft), ..here }.answer(problem.status_code()))
        }
    }
}

/// Takes somebody in at a place of whom nothing need be known.
pub async fn new_guest(request: HttpRequest, payload: web::Payload, edge: Data<Edge>) -> Result<HttpResponse, Problem> {
    own_page(&request)?;
    let language = language_of(&request);
    let raw = body::read(&request, payload.into_inner(), &edge.limits).await?;
    let sent = Sent { command: CommandKind::AssignBed, pairs: place::pairs(&raw), raw };
    let (session, name) = match open_session(&request, &edge, &sent, language).await? {
        Ok(open) => open,
        Err(ended) => return Ok(ended),
    };
    let back = sent.back();
    let here = Viewed { edge: &edge, session: &session, language, at: &back, draft: None };
    match take_in(&request, &edge, &session, &sent).await {
        Ok(person) => {
            let said = language.say("Heeft een bed en is binnen.", "Has a bed and is in.").to_owned();
            let flash = Flash { said, undo: None, person: person.map(|person| person.0) };
            edge.board.sessions.change(&name, |session| session.flash = Some(flash));
            Ok(to(&back).finish())
        }
        Err(problem) => {
            problem.log(RequestId::of(&request, &edge));
            let draft = sent.draft(Some(&problem), language);
            Ok(Viewed { draft: Some(&draft), ..here }.answer(problem.status_code()))
        }
    }
}

async fn take_in(
    request: &HttpRequest,
    edge: &Data<Edge>,
    session: &Session,
    sent: &Sent,
) -> Result<Option<PersonId>, Problem> {
    let facility = request.match_info().get("facility").and_then(|id| id.parse().ok()).ok_or(Problem::NotFound)?;
    let place = edge.baken.own_facility(&session.reader.principal, &facility)?.ok_or(Problem::NotFound)?;
    let mut line = serde_json::json!({ "status": "new" });
    for (pointer, name, inner) in [
        ("/identity/alias", "identity", Some("alias")),
        ("/care_needs", "care_needs", None),
        ("/overbook/reason", "overbook", Some("reason")),
    ] {
        let value = sent.of(pointer).map(str::trim).filter(|value| !value.is_empty());
        let Some(value) = value else { continue };
        line[name] = inner.map_or_else(|| Value::from(value), |inner| serde_json::json!({ inner: value }));
    }
    let caller = caller(edge, session);
    let key = sent.key()?;
    let list = List { path: request.path(), key: &key, body: &sent.raw, request_id: RequestId::of(request, edge) };
    let mut done = Vec::new();
    list.execute(&caller, &place, 1, line, &mut done).await?;
    Ok(done.iter().find_map(|receipt| receipt.person_id))
}

/// Those whom a new person may be, where one is about to be opened and nobody has said yet that it is somebody else.
async fn known_already(edge: &Edge, session: &Session, sent: &Sent) -> Vec<PersonSummaryView> {
    let is_new =
        sent.command == CommandKind::ReportSignal && sent.of("person").is_none() && sent.of("/person_id").is_none();
    if !is_new || sent.of("new").is_some() {
        return Vec::new();
    }
    let fields = ["name", "alias", "birth_date"];
    let known =
        fields.map(|field| (field, sent.of(&format!("/identity/{field}")).unwrap_or_default().trim().to_owned()));
    // Where one cannot be looked for by what was written, nobody is offered, and recording it says what is wrong.
    search::look_up(edge, &session.reader.principal, known.into()).await.unwrap_or_default()
}

async fn execute(request: &HttpRequest, edge: &Data<Edge>, session: &Session, sent: &Sent) -> Result<Receipt, Problem> {
    let (mut rest, unread) = form::read(sent.command, &sent.pairs);
    let mut problems = FieldProblems::default();
    for (at, rule) in unread {
        problems.push(FieldProblem::at(at, rule));
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
    let caller = caller(edge, session);
    if !edge.baken.follows() {
        return Err(Problem::Outdated);
    }
    let key = sent.key()?;
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
    Flash { said: format!("{}: {title}", language.say("Vastgelegd", "Recorded")), undo, person: None }
}
