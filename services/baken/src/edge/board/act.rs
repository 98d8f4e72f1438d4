//! What is sent from a page: read into a command like a body of REST, and executed by the same write path. What is not
//! recorded comes back in its form, with what must change; nothing that was written is lost.

use access_log::Surface;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use board::form::{Ask, Input};
use board::pages::{self, Unrecorded};
use board::{Draft, Flash, Language, form};
use care_path::PersonId;
use care_path::codes::{Code, ReturnCondition};
use care_path::command::CommandKind;
use care_path::directory::Directory;
use care_path::ids::OrgId;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::names::{label, place_and_name};
use super::place::Pairs;
use super::search;
use super::session::{self, Found, Session, language_of, name_of};
use super::show::Viewed;
use super::sign_in::{answer, answer_with, own_page, says_own_page, to};
use crate::app::{ExecuteError, Receipt};
use crate::edge::Edge;
use crate::edge::caller::{Caller, RequestId, reading};
use crate::edge::problem::{FieldProblem, FieldProblems, Problem, ProblemDetails};
use crate::edge::rest::evening::List;
use crate::edge::rest::submission::{Conditions, take_occurred};
use crate::edge::rest::{body, fields};
use crate::history::Idempotency;

/// The names of a form that are not the command's.
const OURS: [&str; 8] = ["csrf", "as", "key", "back", "form", "person", "subject", "new"];

/// What a form said.
struct Sent {
    command: CommandKind,
    pairs: Pairs,
    raw: Vec<u8>,
}

impl Sent {
    fn id(&self, name: &str) -> Result<Option<Uuid>, Problem> {
        self.pairs.of(name).map(|id| id.parse().map_err(|_| Problem::NotFound)).transpose()
    }

    fn key(&self) -> Result<String, Problem> {
        Ok(self.id("key")?.ok_or(Problem::Malformed("The form has no key."))?.to_string())
    }

    fn back(&self) -> String {
        self.pairs.back().unwrap_or_else(|| "/board/".to_owned())
    }

    /// What was written, without what is ours.
    fn written(&self) -> Vec<(String, String)> {
        self.pairs.0.iter().filter(|(name, _)| !OURS.contains(&name.as_str())).cloned().collect()
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
        let form = self.pairs.of("form").unwrap_or_default().to_owned();
        Draft { form, values: self.written(), problems, message, ask: self.ask() }
    }

    /// What was asked for; `None` where a page has a form of its own for it.
    fn ask(&self) -> Option<Ask> {
        let id = |name| self.id(name).ok().flatten();
        let whole = Ask { person: id("person").map(PersonId), subject: id("subject"), ..Ask::of(self.command) };
        // Ids are not asked for: the page knew them.
        let known = form::form_of(self.command)?.fields.iter().filter(|field| field.input == Input::Id);
        let known = known.filter_map(|field| Some((field.at, self.pairs.of(field.at)?)));
        let ask = known.fold(whole, |ask, (at, value)| ask.given(at, value));
        (self.pairs.of("form") != Some(pages::NEW_GUEST)).then_some(ask)
    }
}

/// What is wrong with the whole of what was sent, and which conditions of a return are missing.
fn told(details: &ProblemDetails, language: Language) -> String {
    let missing = details.missing_conditions.iter().flatten();
    let missing: Vec<_> =
        missing.filter_map(|condition| label(ReturnCondition::LIST, condition.code(), language.tag())).collect();
    let said = board::refusal(details.code, language);
    if missing.is_empty() {
        return said.to_owned();
    }
    format!("{said} {} {}.", language.say("Nog nodig:", "Still needed:"), missing.join("; "))
}

/// A form that was sent from a page of an open session.
struct Form<'a> {
    request: &'a HttpRequest,
    edge: &'a Data<Edge>,
    session: Session,
    /// The session's name.
    name: String,
    sent: Sent,
    language: Language,
}

impl Form<'_> {
    /// Back on its page, which says what was recorded.
    fn done(&self, next: &str, flash: Flash) -> HttpResponse {
        self.edge.board.sessions.change(&self.name, |session| session.flash = Some(flash));
        to(next).finish()
    }

    /// Whether the sender may open somebody's case.
    fn opens(&self, person: PersonId) -> bool {
        self.edge.baken.knows_of(&self.session.reader.principal, person)
    }

    /// To the case that somebody wanted to open, and sees already.
    fn to_the_case(&self, problem: &Problem) -> Result<HttpResponse, Problem> {
        let person = self.sent.id("/person_id")?.ok_or(Problem::NotFound)?;
        let said = board::refusal(problem.details().code, self.language).to_owned();
        Ok(self.done(&search::on_the_case(PersonId(person)), Flash { said, ..Flash::default() }))
    }

    /// What is said of a form of an earlier session.
    fn of_earlier(&self) -> &'static str {
        let user = self.session.reader.principal.user.as_str();
        if self.sent.pairs.of("as").is_some_and(|by| by != user) {
            return self.language.say(
                "Hier is nu iemand anders aangemeld dan toen dit werd geschreven. Verstuur het alleen als het van u is.",
                "Somebody else is signed in here now than when this was written. Send it only if it is yours.",
            );
        }
        self.language.say(
            "Dit formulier was van een eerdere sessie. Kijk het nog even na en verstuur het.",
            "This form was of an earlier session. Look it over and send it.",
        )
    }
}

/// Takes a form in, and does what it asks for. What is wrong with it is shown in the form; what was written is not lost, also
/// where the session has ended.
async fn taken(
    request: &HttpRequest,
    payload: web::Payload,
    edge: &Data<Edge>,
    command: CommandKind,
    act: impl AsyncFnOnce(&Form<'_>) -> Result<HttpResponse, Problem>,
) -> Result<HttpResponse, Problem> {
    own_page(request)?;
    let language = language_of(request);
    let raw = body::read(request, payload.into_inner(), &edge.limits).await?;
    let sent = Sent { command, pairs: Pairs::read(&raw), raw };
    let (sessions, name) = (&edge.board.sessions, name_of(request).unwrap_or_default());
    let session = match session::of(request, edge).await {
        Found::Open(session) => session,
        Found::Ended(session) => {
            is_typed_here(request, &session, &sent)?;
            let message = language.say(
                "Uw sessie was verlopen. Kijk het nog even na en verstuur het.",
                "Your session had ended. Look it over and send it.",
            );
            let draft = Draft { message: Some(message.to_owned()), ..sent.draft(None, language) };
            sessions.change(&name, |session| session.drafts.keep(sent.back(), draft));
            return Ok(answer_with(StatusCode::UNAUTHORIZED, pages::ended(language, true)));
        }
        Found::None => return Ok(answer_with(StatusCode::UNAUTHORIZED, pages::signed_out(language))),
    };
    is_typed_here(request, &session, &sent)?;
    if let Err(problem) = session.goes_on(edge) {
        let draft = sent.draft(Some(&problem), language);
        sessions.change(&name, |session| session.drafts.keep(sent.back(), draft));
        return Err(problem);
    }
    let form = Form { request, edge, session, name, sent, language };
    let is_of_another_session = form.session.check(&form.sent.pairs).err();
    let is_late = is_of_another_session.is_some();
    let acted = match is_of_another_session {
        None => act(&form).await,
        Some(problem) => Err(problem),
    };
    match acted {
        Ok(answer) => Ok(answer),
        Err(problem) => {
            problem.log(RequestId::of(request, edge));
            let (back, mut draft) = (form.sent.back(), form.sent.draft(Some(&problem), language));
            if is_late {
                draft.message = Some(form.of_earlier().to_owned());
            }
            let page = Viewed::of(request, edge, &form.session, &back, Some(&draft));
            Ok(page.answer(problem.status_code()))
        }
    }
}

/// Whether what was sent was typed into one of our pages: only that is kept, or shown again. It has the session's token, or the
/// browser says itself that it comes from here. Where the token is of an earlier session, it is shown to whoever sent it, and
/// nothing is executed.
///
/// What stops another site from planting a draft: its posts come without the session's cookie (`SameSite=Lax`), so that there
/// is no session to plant one in. A site of the same domain has the cookie sent along, but not the token, and a browser says
/// `same-site` or names that site as the `Origin`; no page can set either header. Where a browser says neither, nothing is kept.
///
/// # Errors
/// Where it was not, or nothing shows it.
fn is_typed_here(request: &HttpRequest, session: &Session, sent: &Sent) -> Result<(), Problem> {
    if says_own_page(request) { Ok(()) } else { session.check(&sent.pairs) }
}

/// The reader of a session, as one who calls.
pub fn caller(edge: &Data<Edge>, session: &Session) -> Caller {
    Caller { principal: session.reader.principal.clone(), expires_at: session.expires_at, edge: edge.clone() }
}

/// Executes what a form asks for.
pub async fn act(request: HttpRequest, payload: web::Payload, edge: Data<Edge>) -> Result<HttpResponse, Problem> {
    let named = request.match_info().get("command").unwrap_or_default();
    let command = CommandKind::ALL.iter().copied().find(|kind| kind.name() == named).ok_or(Problem::NotFound)?;
    let executed = async |form: &Form<'_>| {
        if let Some(asked) = one_of_these(form, command == CommandKind::ReportSignal).await {
            return Ok(asked);
        }
        let back = form.sent.back();
        let receipt = match execute(form).await {
            Err(problem) if is_open_already(&problem) => return form.to_the_case(&problem),
            executed => executed?,
        };
        // Whoever was not known before, or not seen, has a page now.
        let opens = matches!(command, CommandKind::ReportSignal | CommandKind::BreakGlass);
        let opened = receipt.person_id.filter(|_| opens);
        let next = opened.map_or(back, search::on_the_case);
        // Whoever sees the case no more, having closed it, does not come back to it.
        let is_left = |person| next.starts_with(&search::on_the_case(person)) && !form.opens(person);
        let next = if receipt.person_id.is_some_and(is_left) { "/board/".to_owned() } else { next };
        let flash = said(&receipt, form, &next);
        // What was changed in the directory is shown in its place.
        let place = place_and_name(&edge.baken.directory(), |at| form.sent.pairs.of(at));
        let Some((place, name)) = place else { return Ok(form.done(&next, flash)) };
        let said = format!("{}: {name}", flash.said);
        Ok(form.done(&format!("{next}#{place}"), Flash { said, place: Some(place), ..flash }))
    };
    taken(&request, payload, &edge, command, executed).await
}

/// Takes somebody in at a place of whom nothing need be known.
pub async fn new_guest(request: HttpRequest, payload: web::Payload, edge: Data<Edge>) -> Result<HttpResponse, Problem> {
    let taken_in = async |form: &Form<'_>| {
        if let Some(asked) = one_of_these(form, true).await {
            return Ok(asked);
        }
        let person = take_in(form).await?.filter(|person| form.opens(*person));
        let said = form.language.say("Heeft een bed en is binnen.", "Has a bed and is in.").to_owned();
        let flash = Flash { said, person: person.map(|person| person.0), ..Flash::default() };
        Ok(form.done(&form.sent.back(), flash))
    };
    taken(&request, payload, &edge, CommandKind::AssignBed, taken_in).await
}

async fn take_in(form: &Form<'_>) -> Result<Option<PersonId>, Problem> {
    let Form { request, edge, session, sent, .. } = form;
    let facility = request.match_info().get("facility").and_then(|id| id.parse().ok()).ok_or(Problem::NotFound)?;
    let place = edge.baken.own_facility(&session.reader.principal, &facility)?.ok_or(Problem::NotFound)?;
    let mut line = json!({ "status": "new" });
    for pointer in ["/identity/alias", "/care_needs", "/overbook/reason"] {
        if let Some(value) = sent.pairs.of(pointer).map(str::trim).filter(|value| !value.is_empty()) {
            form::put(&mut line, pointer, Value::from(value));
        }
    }
    if let Some(person) = sent.id("person")? {
        form::put(&mut line, "/person_id", Value::from(person.to_string()));
    }
    let key = sent.key()?;
    let list = List { path: request.path(), key: &key, body: &sent.raw, request_id: RequestId::of(request, edge) };
    let mut done = Vec::new();
    list.execute(&caller(edge, session), &place, 1, line, &mut done).await?;
    Ok(done.iter().find_map(|receipt| receipt.person_id))
}

/// Asks whether it is somebody who is known, where a new person is about to be opened and nobody has said yet that it is
/// somebody else.
async fn one_of_these(form: &Form<'_>, opens: bool) -> Option<HttpResponse> {
    let Form { request, edge, session, sent, .. } = form;
    let is_said = ["person", "/person_id", "new"].iter().any(|name| sent.pairs.of(name).is_some());
    if !opens || is_said {
        return None;
    }
    let known = ["name", "alias", "birth_date"]
        .map(|field| (field, sent.pairs.of(&format!("/identity/{field}")).unwrap_or_default().trim().to_owned()));
    // Where one cannot be looked for by what was written, nobody is offered, and recording it says what is wrong.
    let reading = reading(request, edge, &session.reader.principal, Surface::Board);
    let (known, more) = search::look_up(edge, &reading, known.into()).await.unwrap_or_default();
    if known.is_empty() {
        return None;
    }
    let (back, written) = (sent.back(), sent.written());
    let name = sent.pairs.of("form").unwrap_or_default();
    let unrecorded = Unrecorded { to: request.path(), form: name, written: &written };
    let page = Viewed::of(request, edge, session, &back, None);
    Some(page.with_page(&back, |page| answer(pages::one_of_these(&page.still(), &unrecorded, (&known, more)))))
}

async fn execute(form: &Form<'_>) -> Result<Receipt, Problem> {
    let Form { request, edge, session, sent, .. } = form;
    let (mut rest, unread) = form::read(sent.command, &sent.pairs.0);
    let mut problems = FieldProblems::default();
    for (at, rule) in unread {
        problems.push(FieldProblem::at(at, rule));
    }
    // How precisely a time is known says nothing without the time.
    if !rest.contains_key("occurred_at") {
        rest.remove("occurred_precision");
    }
    if sent.command == CommandKind::ChangeOrganisation {
        keep_opening_times(&mut rest, &edge.baken.directory());
    }
    let occurred = take_occurred(&mut rest, &mut problems);
    let person = sent.id("person")?.map(PersonId);
    let typed = rest.remove("person_id").map(|id| id.as_str().and_then(|id| id.parse().ok()));
    if typed == Some(None) {
        problems.push(FieldProblem::at("/person_id", board::WHOLE_NUMBER));
    }
    let person = person.or(typed.flatten());
    let subject = sent.id("subject")?;
    if !sent.command.takes(subject) {
        return Err(Problem::NotFound);
    }
    let command = problems.checked(fields::command(sent.command, subject, rest)).map_err(Problem::Fields)?;
    let caller = caller(edge, session);
    let idempotency = Idempotency::of(&caller.principal, &sent.key()?, "POST", request.path(), &sent.raw);
    let terms = Conditions { occurred, if_match: None, idempotency, request_id: RequestId::of(request, edge) };
    let executed = terms.execute(&caller, person, command).await;
    if let (CommandKind::BreakGlass, Err(ExecuteError::NotFound), Some(person)) = (sent.command, &executed, person) {
        reading(request, edge, &caller.principal, Surface::Board).hidden(person);
    }
    Ok(executed?)
}

/// Whether what a command recorded can be taken back as an entry: what takes an entry away is none, and some things are undone
/// by a command of their own.
fn takes_back(command: CommandKind) -> bool {
    use CommandKind as C;
    !matches!(
        command,
        C::RetractEntry
            | C::MoveEntry
            | C::BreakGlass
            | C::EndBreakGlass
            | C::ReviewBreakGlass
            | C::AssignCoordinator
            | C::ReopenCase
            | C::LinkPersons
            | C::UnlinkPersons
            | C::DismissMatch
            | C::ReleaseMatch
            | C::AgreeMatch
            | C::RelatePersons
            | C::UnrelatePersons
            | C::ProposeHandover
            | C::WithdrawHandover
            | C::WithdrawConsent
            | C::PlaceHold
            | C::LiftHold
            | C::EraseSubject
    )
}

/// A change says anew what an organisation is. Its opening times have no field in the form: they stay as they are.
fn keep_opening_times(change: &mut Map<String, Value>, directory: &Directory) {
    let id = change.get("organisation_id").and_then(|id| id.as_str()?.parse().ok());
    if let Some(times) = id.and_then(|id: OrgId| Some(json!(directory.find(&id)?.opening_times))) {
        change.insert("opening_times".to_owned(), times);
    }
}

/// What is said of what was recorded, about whom where the next page is not theirs, and how it is taken back.
fn said(receipt: &Receipt, form: &Form<'_>, next: &str) -> Flash {
    let (Form { sent, language, .. }, opens) = (form, |person: &PersonId| form.opens(*person));
    let language = *language;
    let asked = form::form_of(sent.command);
    let title = asked.map_or("", |form| form.title.r#in(language));
    let chosen = asked.and_then(|form| chosen(form, sent, language));
    let chosen = chosen.map(|chosen| format!(": {chosen}")).unwrap_or_default();
    let first = receipt.event_ids.first().filter(|_| takes_back(sent.command));
    let undo = receipt.person_id.zip(first).map(|(person, entry)| (person.0, entry.0));
    let about = receipt.moved_to.as_ref().map(|moved| moved.person_id).or(receipt.person_id);
    let person = about.filter(|person| !next.contains(&person.to_string())).filter(opens).map(|person| person.0);
    Flash { said: format!("{}: {title}{chosen}", language.say("Vastgelegd", "Recorded")), undo, person, place: None }
}

/// Whether a case was to be opened in an emergency that the reader sees already.
fn is_open_already(problem: &Problem) -> bool {
    ["break_glass_already_open", "break_glass_not_needed"].contains(&problem.details().code)
}

/// What was chosen, of a form that asks for a choice first: present or left, granted or denied.
fn chosen(form: form::Form, sent: &Sent, language: Language) -> Option<String> {
    let first = form.fields.first().filter(|field| field.required)?;
    let value = sent.pairs.of(first.at)?;
    match first.input {
        Input::Code(list) => label(list, value, language.tag()),
        Input::Among(few) => {
            few.iter().find(|(code, _)| *code == value).map(|(_, said)| said.r#in(language).to_owned())
        }
        _ => None,
    }
}
