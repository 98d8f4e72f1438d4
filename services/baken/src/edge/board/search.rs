//! Finding somebody on the board: by a name and a year of birth, as they are typed into one box.

use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse};
use board::Page;
use board::pages::{self, Found as FoundPersons, Moving, Others, Part};
use care_path::command::CommandKind;
use care_path::matching::PersonSought;
use care_path::views::{CaseFileView, PersonSummaryView, TimelineEntryView, Wanted};
use care_path::{EventId, PersonId};
use serde_json::{Map, Value};

use super::place::Place;
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

/// Searches for somebody. What is searched for is in no address.
pub async fn search(request: HttpRequest, payload: web::Payload, edge: Data<Edge>) -> Result<HttpResponse, Problem> {
    let Some((session, sent)) = session::sent(&request, payload, &edge).await? else {
        return Ok(to("/").finish());
    };
    let name = sent.of("name").unwrap_or_default().trim();
    let viewed = Viewed::of(&request, &edge, &session, "/board/persons", None);
    if name.is_empty() {
        return Ok(viewed.answer(StatusCode::OK));
    }
    let looked = match viewed.look_for(name).await {
        Ok(looked) => looked,
        Err(problem) => return Ok(viewed.problem(&problem)),
    };
    let page = |page: &Page<'_>| answer_with(looked.status(), pages::persons(&page.still(), &looked.found(name)));
    Ok(viewed.with_page("/board/persons", page))
}

/// Searches for another person: whom an entry is really about, or who belongs together with somebody.
pub async fn search_for_another(
    request: HttpRequest,
    payload: web::Payload,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let Some((session, sent)) = session::sent(&request, payload, &edge).await? else {
        return Ok(to("/").finish());
    };
    let at = request.uri().path_and_query().map_or("", |at| at.as_str()).to_owned();
    let place = Place::parse(&at).ok_or(Problem::NotFound)?;
    let name = sent.of("name").unwrap_or_default().trim();
    let viewed = Viewed::of(&request, &edge, &session, &at, None);
    if name.is_empty() {
        return Ok(viewed.answer(StatusCode::OK));
    }
    Ok(viewed.another(&place, name).await.unwrap_or_else(|problem| viewed.problem(&problem)))
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

/// An entry that is to be moved, and on whom it stands.
pub struct ToMove {
    file: CaseFileView,
    entry: TimelineEntryView,
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

    /// The page on which another person is looked for, with who fits.
    async fn another(&self, place: &Place, name: &str) -> Result<HttpResponse, Problem> {
        match *place {
            Place::Move(person, entry) => {
                let moving = self.moving(person, entry)?;
                let looked = self.look_for(name).await?;
                Ok(self.with_page(&on_the_case(person), |page| {
                    answer_with(looked.status(), pages::moving(&page.still(), &moving.page(Some(looked.found(name)))))
                }))
            }
            Place::Others(person) => {
                let others = self.others(person)?;
                let looked = self.look_for(name).await?;
                Ok(self.with_page(&on_the_case(person), |page| {
                    answer_with(looked.status(), pages::others(&page.still(), &others.page(Some(looked.found(name)))))
                }))
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
        let timeline = all(|request| baken.timeline(reader, person, request))?;
        let entry = timeline.into_iter().find(|each| each.event_id == entry && each.retracted_by.is_none());
        Ok(ToMove { file: baken.case_file(reader, person)?, entry: entry.ok_or(Problem::NotFound)? })
    }
}

/// Who fits, the best first, of those whom the reader may see.
///
/// # Errors
/// Where nobody can be looked for by it, or the reader searches too often.
async fn fitting(edge: &Edge, reader: &Reading, typed: &str) -> Result<(Vec<PersonSummaryView>, bool), Problem> {
    let is_year = |word: &&str| word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    let (years, names): (Vec<_>, Vec<_>) = typed.split_whitespace().partition(is_year);
    let known = [("name", names.join(" ")), ("birth_date", years.first().copied().unwrap_or_default().to_owned())];
    look_up(edge, reader, known.into_iter().collect()).await
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
