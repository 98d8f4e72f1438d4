//! Finding somebody on the board: by a name and a year of birth, as they are typed into one box.

use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse};
use board::pages::{self, Found as FoundPersons, Moving, Others, Part};
use board::{Page, form};
use care_path::command::CommandKind;
use care_path::matching::PersonSought;
use care_path::views::{CaseFileView, PersonSummaryView, TimelineEntryView, Wanted};
use care_path::{EventId, PersonId};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::place::{Pairs, Place};
use super::session;
use super::show::{Viewed, all};
use super::sign_in::{answer_with, to};
use crate::app::{PageRequest, PersonsFilter, Reading};
use crate::edge::Edge;
use crate::edge::problem::{FieldProblem, Problem};
use crate::edge::rest::fields;
use crate::edge::rest::search::look_for;

/// As many as are offered.
const OFFERED: usize = 20;

/// Searches that a reader made, the newest last: each has an address of its own, which holds nothing of what was typed.
#[derive(Debug, Clone, Default)]
pub struct Searches(Vec<(Uuid, String)>);

impl Searches {
    /// As many as one goes back to.
    const MOST: usize = 16;

    fn keep(&mut self, id: Uuid, typed: String) {
        if self.0.len() == Self::MOST {
            self.0.remove(0);
        }
        self.0.push((id, typed));
    }

    /// What was typed for the search that an address names.
    fn at(&self, at: &str) -> Option<&str> {
        let query = Pairs::read(at.split_once('?')?.1.as_bytes());
        let named: Uuid = query.of(SEARCH)?.parse().ok()?;
        self.0.iter().find(|(id, _)| *id == named).map(|(_, typed)| typed.as_str())
    }
}

/// Where an address names a search.
const SEARCH: &str = "search";

/// Searches for somebody, or for another person: whom an entry is really about, or who belongs together with somebody. What
/// is searched for is in no address; the page with who fits has one all the same, so that one can go back to it.
pub async fn search(request: HttpRequest, payload: web::Payload, edge: Data<Edge>) -> Result<HttpResponse, Problem> {
    let Some((_, sent)) = session::sent(&request, payload, &edge).await? else {
        return Ok(to("/").finish());
    };
    let (path, query) = (request.path(), Pairs::read(request.query_string().as_bytes()));
    let rest = query.0.iter().filter(|(name, _)| name == "entry").map(|(name, value)| format!("{name}={value}&"));
    let at = format!("{path}?{}", rest.collect::<String>());
    Place::parse(&at).ok_or(Problem::NotFound)?;
    let typed = sent.of("name").unwrap_or_default().trim();
    if typed.is_empty() {
        return Ok(to(at.trim_end_matches(['?', '&'])).finish());
    }
    let id = edge.baken.ids().uuid_v7();
    if let Some(name) = session::name_of(&request) {
        edge.board.sessions.change(&name, |session| session.searches.keep(id, typed.to_owned()));
    }
    Ok(to(&format!("{at}{SEARCH}={id}")).finish())
}

/// Who was found by what was typed, or what is wrong with that.
struct Looked {
    persons: Part<PersonSummaryView>,
    wrong: Option<String>,
    more: bool,
}

impl Looked {
    fn status(&self) -> StatusCode {
        if self.wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
    }

    fn found<'a>(&'a self, name: &'a str) -> FoundPersons<'a> {
        FoundPersons { name, persons: &self.persons, wrong: self.wrong.as_deref(), more: self.more }
    }
}

/// An entry that is to be moved or taken back, and on whom it stands.
pub struct ToMove {
    pub file: CaseFileView,
    pub entry: TimelineEntryView,
}

impl ToMove {
    pub fn page<'a>(&'a self, found: Option<FoundPersons<'a>>) -> Moving<'a> {
        Moving { person: self.file.person_id, identity: self.file.identity.as_ref(), entry: &self.entry, found }
    }
}

/// Somebody of whom another is looked for.
pub struct OneOfTwo {
    file: CaseFileView,
    may: Vec<CommandKind>,
}

impl OneOfTwo {
    pub fn page<'a>(&'a self, found: Option<FoundPersons<'a>>) -> Others<'a> {
        Others { person: self.file.person_id, identity: self.file.identity.as_ref(), may: &self.may, found }
    }
}

/// Where somebody's case is.
pub fn on_the_case(person: PersonId) -> String {
    format!("/board/persons/{person}")
}

impl Viewed<'_> {
    async fn look_for(&self, name: &str) -> Result<Looked, Problem> {
        match fitting(self.edge, &self.reading, name).await {
            Ok((persons, more)) => Ok(Looked { persons: Part::whole(persons), wrong: None, more }),
            Err(Problem::Fields(problems)) => {
                let wrong = problems.told().first().map(|each| board::field_problem(&each.message, self.language));
                Ok(Looked { persons: Part::whole(Vec::new()), wrong, more: false })
            }
            Err(problem) => Err(problem),
        }
    }

    /// The page of a search, with who fits; `None` where its address names none that was made.
    pub async fn searched(&self) -> Option<HttpResponse> {
        let typed = self.session.searches.at(self.at)?;
        let page = self.with_who_fits(&Place::parse(self.at)?, typed).await;
        Some(page.unwrap_or_else(|problem| self.problem(&problem)))
    }

    async fn with_who_fits(&self, place: &Place, typed: &str) -> Result<HttpResponse, Problem> {
        let looked = self.look_for(typed).await?;
        let (status, found) = (looked.status(), looked.found(typed));
        match *place {
            Place::Persons(_) => {
                Ok(self.with_page(self.at, |page| answer_with(status, pages::persons(&page.still(), &found))))
            }
            Place::Move(person, entry) => {
                let moving = self.moving(person, entry)?;
                let page = |page: &Page<'_>| pages::moving(&page.still(), &moving.page(Some(found)));
                Ok(answer_with(status, self.with_page(&on_the_case(person), page)))
            }
            Place::Others(person) => {
                let others = self.others(person)?;
                let page = |page: &Page<'_>| pages::others(&page.still(), &others.page(Some(found)));
                Ok(answer_with(status, self.with_page(&on_the_case(person), page)))
            }
            _ => Err(Problem::NotFound),
        }
    }

    /// Somebody whom the reader may relate to others, or link with them.
    pub fn others(&self, person: PersonId) -> Result<OneOfTwo, Problem> {
        let (baken, reader) = (&*self.edge.baken, &*self.reading);
        let wanted = Wanted::Parts(["identity", "closed", "death", "erased"].map(str::to_owned).into());
        let file = baken.case_file_parts(reader, person, &wanted)?;
        let may = self.may_on(&file)?;
        if pages::joins_persons(&may) { Ok(OneOfTwo { file, may }) } else { Err(Problem::NotFound) }
    }

    /// An entry that the reader may move, if it still counts here.
    pub fn moving(&self, person: PersonId, entry: EventId) -> Result<ToMove, Problem> {
        let (baken, reader) = (&*self.edge.baken, &*self.reading);
        if !baken.may_send(reader, person)?.contains(&CommandKind::MoveEntry) {
            return Err(Problem::NotFound);
        }
        self.entry(person, entry)
    }

    /// An entry that still counts, with whom it stands with.
    pub fn entry(&self, person: PersonId, entry: EventId) -> Result<ToMove, Problem> {
        let (baken, reader) = (&*self.edge.baken, &*self.reading);
        let timeline = all(|request| baken.timeline(reader, person, request))?;
        let entry = timeline.into_iter().find(|each| each.event_id == entry && each.retracted_by.is_none());
        Ok(ToMove { file: baken.case_file(reader, person)?, entry: entry.ok_or(Problem::NotFound)? })
    }
}

/// Who fits, the best first, of those whom the reader may see. A date is looked for as one of birth, in each way of writing
/// that the board reads; the number that the board gives to somebody without a name is looked for as one.
///
/// # Errors
/// Where nobody can be looked for by it, or the reader searches too often.
async fn fitting(edge: &Edge, reader: &Reading, typed: &str) -> Result<(Vec<PersonSummaryView>, bool), Problem> {
    let (dates, names): (Vec<_>, Vec<_>) = typed.split_whitespace().partition(|word| is_date(word));
    if let ([number], []) = (names.as_slice(), dates.as_slice())
        && is_number(number)
    {
        edge.rates.search(&reader.user)?;
        let numbered = edge.baken.numbered(reader, &number.to_ascii_lowercase()).await;
        if !numbered.is_empty() {
            return Ok((numbered, false));
        }
    }
    let born = dates.first().map(|date| form::birth(date)).unwrap_or_default();
    look_up(edge, reader, vec![("name", names.join(" ")), ("birth_date", born)]).await
}

/// Whether a word is a year, or a date with one: digits and what stands between them.
fn is_date(word: &str) -> bool {
    let mut parts = word.split(['-', '/', '.']);
    let are_digits = word.bytes().all(|byte| byte.is_ascii_digit() || b"-/.".contains(&byte));
    are_digits && parts.any(|part| part.len() == 4)
}

fn is_number(word: &str) -> bool {
    word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Who may be meant by what is known of somebody, and whether there are more.
///
/// # Errors
/// As [`fitting`].
pub async fn look_up(
    edge: &Edge,
    reader: &Reading,
    known: Vec<(&str, String)>,
) -> Result<(Vec<PersonSummaryView>, bool), Problem> {
    let said = known.into_iter().filter(|(_, value)| !value.is_empty());
    let body: Map<String, Value> = said.map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
    let sought = fields::read::<PersonSought>(body).map_err(Problem::Fields)?;
    let at = |field: &str, rule: String| FieldProblem::at(format!("/{field}"), rule);
    let page = PageRequest::new(Some(OFFERED), None).unwrap_or_default();
    let found = look_for(edge, reader, sought, &PersonsFilter::default(), &page, at).await?;
    let more = found.more;
    Ok((found.into_nodes(), more))
}
