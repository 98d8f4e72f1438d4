//! Pages: what each tells of persons is what the queries give to this reader.

use std::collections::BTreeSet;
use std::sync::Arc;

use access_log::Surface;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use board::form::Ask;
use board::pages::{
    Asked, CaseDesk, Door, Figures, FormAbout, Found as FoundPersons, LastSignIn, Privacy, Returning, SeenBy, WhoSaw,
};
use board::{Draft, Flash, Known, Language, OwnLanguage, Page, pages};
use care_path::codes::Role;
use care_path::command::CommandKind;
use care_path::directory::Organisation;
use care_path::event::EventKind;
use care_path::figures::releases_figures;
use care_path::ids::{FacilityId, OrgId};
use care_path::policy::Places;
use care_path::policy::directory::{shows_evenings, shows_free_places};
use care_path::policy::opens_unseen;
use care_path::policy::rules::{AccessLogOf, FiguresOf, access_log_of, figures_of, keeps_records};
use care_path::views::{BreakGlassState, CaseFileView, OrganisationView, TimelineEntryView, Wanted};
use care_path::{EventId, PersonId};
use maud::Markup;
use monitor::frozen::Frozen;
use monitor::period::Period;

use super::filled;
use super::names::{NamesOf, place_and_name, place_of};
use super::place::{FormPlace, Further, Pairs, Place};
use super::search::{self, ToMove};
use super::session::{self, Found, Session, language_cookie, language_of, name_of};
use super::sign_in::{answer_with, to};
use crate::app::{FiguresForm, LabelLanguage, OrganisationsFilter, PageRequest, PersonsFilter, Reading, SeenByView};
use crate::edge::Edge;
use crate::edge::caller::reading;
use crate::edge::problem::Problem;
use crate::edge::rest::accesses::proof_of;
use crate::edge::rest::figures::file_of;
use crate::edge::rest::records::certificate_of;

/// As much of a list as a page shows.
pub const SHOWN: usize = 50;

/// Answers with a page.
pub async fn page(request: HttpRequest, edge: Data<Edge>) -> Result<HttpResponse, Problem> {
    let language = language_of(&request);
    let name = name_of(&request);
    let session = match session::open(&request, &edge).await? {
        Found::Open(session) => session,
        Found::Ended(session) => {
            return Ok(answer_with(StatusCode::UNAUTHORIZED, pages::ended(language, !session.drafts.is_empty())));
        }
        Found::None if session::asks_by_itself(&request) => {
            return Ok(answer_with(StatusCode::UNAUTHORIZED, pages::signed_out(language)));
        }
        Found::None => return Ok(to("/").finish()),
    };
    let at = request.uri().path_and_query().map_or("/board/", |at| at.as_str()).to_owned();
    // What was kept for this page, or is to be said on it, is there once.
    let draft = session.drafts.on(&at).cloned();
    if let Some(name) = name.as_ref().filter(|_| !session::asks_by_itself(&request)) {
        edge.board.sessions.change(name, |session| {
            session.flash = None;
            if draft.is_some() {
                session.drafts.take(&at);
            }
        });
    }
    let viewed = Viewed::of(&request, &edge, &session, &at, draft.as_ref());
    if let Some(page) = viewed.searched().await {
        return Ok(page);
    }
    // It is read from a store that is asked and waited for.
    if let Some(Place::WhoSaw(person, language)) = Place::parse(&at) {
        return Ok(match viewed.who_saw(person, language).await {
            Ok(page) => answer_with(StatusCode::OK, page),
            Err(problem) => viewed.problem(&problem),
        });
    }
    if let Some(Place::Accesses(place)) = Place::parse(&at) {
        return Ok(match viewed.accesses(&place).await {
            Ok(page) => answer_with(StatusCode::OK, page),
            Err(problem) => viewed.problem(&problem),
        });
    }
    Ok(viewed.answer(StatusCode::OK))
}

/// Answers with a release of figures as a file.
pub async fn figures_file(request: HttpRequest, edge: Data<Edge>) -> Result<HttpResponse, Problem> {
    let Found::Open(session) = session::open(&request, &edge).await? else { return Ok(to("/").finish()) };
    let at = request.uri().path_and_query().map_or("/board/", |at| at.as_str()).to_owned();
    let viewed = Viewed::of(&request, &edge, &session, &at, None);
    let named = |name: &str| request.match_info().get(name).unwrap_or_default();
    let (Ok(period), Some(form)) = (named("period").parse(), FiguresForm::of_name(named("form"))) else {
        return Ok(viewed.problem(&Problem::NotFound));
    };
    let own = Pairs::read(request.query_string().as_bytes()).of("audience") == Some("own");
    let language = match viewed.language {
        Language::Dutch => LabelLanguage::Nl,
        Language::English => LabelLanguage::En,
    };
    let file = file_of(&edge.baken, &viewed.reading, (period, own), form, language);
    Ok(file.unwrap_or_else(|problem| viewed.problem(&problem)))
}

/// Answers with the proof of who saw somebody, as a file.
pub async fn who_saw_proof(request: HttpRequest, edge: Data<Edge>) -> Result<HttpResponse, Problem> {
    file(&request, &edge, async |viewed, person| proof_of(viewed.edge, &viewed.reading, person).await).await
}

/// Answers with the certificate that somebody was erased, as a file.
pub async fn erasure_certificate(request: HttpRequest, edge: Data<Edge>) -> Result<HttpResponse, Problem> {
    file(&request, &edge, async |viewed, person| certificate_of(viewed.edge, &viewed.reading, person).await).await
}

/// Answers with a file about the person whom a path names, or with a page that says why there is none.
async fn file(
    request: &HttpRequest,
    edge: &Edge,
    of: impl AsyncFnOnce(&Viewed<'_>, PersonId) -> Result<HttpResponse, Problem>,
) -> Result<HttpResponse, Problem> {
    let Found::Open(session) = session::open(request, edge).await? else { return Ok(to("/").finish()) };
    let at = request.uri().path_and_query().map_or("/board/", |at| at.as_str()).to_owned();
    let viewed = Viewed::of(request, edge, &session, &at, None);
    let Some(person) = request.match_info().get("person").and_then(|id| id.parse().ok()).map(PersonId) else {
        return Ok(viewed.problem(&Problem::NotFound));
    };
    let file = of(&viewed, person).await;
    Ok(file.unwrap_or_else(|problem| viewed.problem(&problem)))
}

/// Keeps the language that the reader chose.
pub async fn language(request: HttpRequest, edge: Data<Edge>) -> HttpResponse {
    let query = Pairs::read(request.query_string().as_bytes());
    let language = query.of("language").and_then(Language::of).unwrap_or_default();
    let back = query.back().unwrap_or_else(|| "/".to_owned());
    to(&back).cookie(language_cookie(language, edge.board.sign_in.secure)).finish()
}

/// A page as one session sees it.
pub struct Viewed<'a> {
    pub edge: &'a Edge,
    pub session: &'a Session,
    pub reading: Arc<Reading>,
    pub language: Language,
    pub at: &'a str,
    pub draft: Option<&'a Draft>,
}

impl<'a> Viewed<'a> {
    /// A page that a request is answered with.
    pub fn of(
        request: &HttpRequest,
        edge: &'a Edge,
        session: &'a Session,
        at: &'a str,
        draft: Option<&'a Draft>,
    ) -> Self {
        let reading = reading(request, edge, &session.reader.principal, Surface::Board);
        Self { edge, session, reading, language: language_of(request), at, draft }
    }

    /// The page, or one that says why there is none.
    pub fn answer(&self, status: StatusCode) -> HttpResponse {
        match self.markup() {
            Ok(page) => answer_with(status, page),
            Err(problem) => self.problem(&problem),
        }
    }

    /// A page that says what is wrong.
    pub fn problem(&self, problem: &Problem) -> HttpResponse {
        let details = problem.details();
        let title = board::problem_title(details.status, self.language);
        let detail = board::refusal(details.code, self.language);
        self.with_page("/board/", |page| answer_with(problem.status_code(), pages::problem(page, title, detail)))
    }

    pub fn with_page<T>(&self, back: &str, make: impl FnOnce(&Page<'_>) -> T) -> T {
        self.with_known(&Known::new(), back, make)
    }

    /// Who persons are, as far as the reader may know.
    pub fn known(&self, persons: impl IntoIterator<Item = PersonId>) -> Known {
        let wanted = Wanted::Parts(["identity".to_owned()].into());
        let identity = |person| {
            let file = self.edge.baken.case_file_parts(&self.reading, person, &wanted).ok()?;
            Some((person, file.identity?))
        };
        persons.into_iter().collect::<BTreeSet<_>>().into_iter().filter_map(identity).collect()
    }

    /// A page that tells of persons by their ids.
    pub fn with_known<T>(&self, known: &Known, back: &str, make: impl FnOnce(&Page<'_>) -> T) -> T {
        let baken = &self.edge.baken;
        let told = self.session.flash.iter().filter_map(|flash| flash.person.map(PersonId));
        let known = &known.clone().into_iter().chain(self.known(told)).collect();
        let flash: Option<&Flash> = self.session.flash.as_ref();
        let (directory, reader) = (baken.directory(), &self.session.reader);
        let now = baken.clock().now();
        let names = NamesOf { directory: &directory, reader: &reader.principal };
        let unsent = self.session.drafts.all_but(self.draft);
        make(&Page {
            language: self.language,
            now,
            reader,
            names: &names,
            known,
            csrf: &self.session.csrf,
            at: self.at,
            back,
            draft: self.draft,
            unsent: &unsent,
            flash,
            live: true,
            new_key: &|| baken.ids().uuid_v7(),
            demo: self.edge.board.sign_in.demo.is_some(),
            offline: super::offline::is_offered(self.edge, &reader.principal),
        })
    }

    fn markup(&self) -> Result<Markup, Problem> {
        let place = Place::parse(self.at).ok_or(Problem::NotFound)?;
        let (baken, reader) = (&*self.edge.baken, &*self.reading);
        match place {
            Place::Landing => {
                let at = pages::lands_on(reader.actor.role());
                Viewed { at, reading: self.reading.clone(), ..*self }.markup()
            }
            Place::Desk(further) => self.desk(&further),
            Place::Door(facility) => self.door(facility),
            Place::Persons(further) => {
                let found = baken.persons(reader, &PersonsFilter::default(), &further.request("persons", SHOWN))?;
                let persons = further.part("/board/persons", "persons", found);
                let found = FoundPersons { name: "", persons: &persons, wrong: None, more: false };
                Ok(self.with_page(self.at, |page| pages::persons(page, &found)))
            }
            Place::Lookouts(further) => self.lookouts(&further),
            Place::Referrals(further) => self.referrals(&further),
            Place::Handovers(further) => self.handovers(&further),
            Place::Directory(find) => self.directory(&find),
            Place::Places => self.places(),
            Place::TurnAways(further) => self.turn_aways(&further),
            Place::Webhooks => self.webhooks(),
            Place::Privacy(typed, further) => self.privacy(&typed, &further),
            Place::Figures(period, own) => self.figures(period, own),
            // Only its own page has it: no form is sent from there.
            Place::WhoSaw(..) | Place::Accesses(_) => Err(Problem::NotFound),
            Place::New => {
                let ask = Ask::of(CommandKind::ReportSignal);
                Ok(self.with_page(self.at, |page| pages::form(page, &ask, &FormAbout::Said)))
            }
            Place::Person(person) => self.case(person),
            Place::Rights(person) => self.rights(person),
            Place::Others(person) => {
                let others = self.others(person)?;
                Ok(self.with_page(&search::on_the_case(person), |page| pages::others(page, &others.page(None))))
            }
            Place::Move(person, entry) => {
                let moving = self.moving(person, entry)?;
                Ok(self.with_page(&search::on_the_case(person), |page| pages::moving(page, &moving.page(None))))
            }
            Place::Return(person, language) => self.about(person, pages::prepares_a_return, |page, file, may| {
                pages::returning(page, &Returning { file, may, language })
            }),
            Place::Consent(person, language) => self
                .about(person, pages::prepares_a_return, |page, file, may| pages::consent(page, file, may, language)),
            Place::BreakGlass => {
                if !opens_unseen(reader.actor.role(), CommandKind::BreakGlass) {
                    return Err(Problem::NotFound);
                }
                Ok(self.with_page(self.at, pages::break_glass))
            }
            Place::Form(form) => self.form(&form),
        }
    }

    /// The directory, for those who keep it.
    fn directory(&self, find: &str) -> Result<Markup, Problem> {
        let (baken, reader) = (&*self.edge.baken, &*self.reading);
        if reader.actor.role() != Role::Administrator {
            return Err(Problem::NotFound);
        }
        let organisations = self.organisations()?;
        let sign_ins: Vec<_> = self.edge.board.sessions.last_sign_ins().into_iter().collect();
        let directory = baken.directory();
        let name = |organisation: &OrgId| directory.find(organisation).map(|each| each.name.as_str().to_owned());
        let sign_ins: Vec<_> = sign_ins
            .into_iter()
            .map(|(user, (organisation, at))| LastSignIn {
                user: user.to_string(),
                organisation: name(&organisation).unwrap_or_default(),
                at,
            })
            .collect();
        Ok(self.with_page(self.at, |page| pages::directory(page, &organisations, find, &sign_ins)))
    }

    /// The webhooks of all, for administrators.
    fn webhooks(&self) -> Result<Markup, Problem> {
        let principal = &self.session.reader.principal;
        if principal.actor.role() != Role::Administrator {
            return Err(Problem::NotFound);
        }
        let webhooks = self.edge.webhooks.as_ref().map(|webhooks| super::webhooks::list(webhooks, principal));
        Ok(self.with_page(self.at, |page| pages::webhooks(page, webhooks.as_deref())))
    }

    /// What is kept and what holds it, for those who keep records.
    fn privacy(&self, typed: &str, further: &Further) -> Result<Markup, Problem> {
        let (baken, reader) = (&*self.edge.baken, &*self.reading);
        if !keeps_records(reader.actor.role()) {
            return Err(Problem::NotFound);
        }
        let at = "/board/privacy";
        let retention = further.part(at, "goes", baken.retention(reader, &further.request("goes", SHOWN))?);
        let holds = further.part(at, "holds", baken.holds(reader, &further.request("holds", SHOWN))?);
        let to_review = Some(BreakGlassState::ToReview);
        let to_review = baken.break_glass(reader, to_review, &further.request("opened", SHOWN))?;
        let mut opened = further.part(at, "opened", to_review);
        // Those that are open now are few: each ends after hours.
        let open = all(|request| baken.break_glass(reader, Some(BreakGlassState::Open), request))?;
        opened.items.splice(..0, open);
        let counts = baken.break_glass_counts(reader)?;
        let reviewed = (counts.justified, counts.not_justified);
        let certified = self.edge.notaries.is_some();
        let asked = match typed.parse().map(PersonId) {
            _ if typed.is_empty() => Asked::Nothing,
            Err(_) => Asked::NoNumber,
            Ok(person) if !baken.has_record(reader, person)? => Asked::Nobody,
            Ok(person) if baken.was_erased(person) => Asked::Erased { person, certified },
            Ok(person) => Asked::Kept(person),
        };
        let privacy = Privacy { retention: &retention, holds: &holds, opened: &opened, reviewed, typed, asked };
        Ok(self.with_page(self.at, |page| pages::privacy(page, &privacy)))
    }

    /// The monitor's figures, for those who may read them.
    fn figures(&self, period: Option<Period>, own: bool) -> Result<Markup, Problem> {
        let (baken, reader) = (&*self.edge.baken, &*self.reading);
        let has_own = match figures_of(reader.actor.role()) {
            FiguresOf::Nothing => return Err(Problem::NotFound),
            FiguresOf::ReleasesAndOwn => true,
            FiguresOf::Releases => false,
        };
        let all = baken.every_release(reader, own)?;
        let shown = match period {
            Some(period) => Some(all.iter().find(|each| each.period == period).ok_or(Problem::NotFound)?),
            None => all.last(),
        };
        let may_release = releases_figures(&reader.actor);
        let language = match self.language {
            Language::Dutch => monitor::definitions::Language::Dutch,
            Language::English => monitor::definitions::Language::English,
        };
        let of_shown =
            |shown: &Frozen| (baken.remarks_in(shown.period, language), baken.figures_beside(shown, language));
        let (remarks, others) = shown.map(of_shown).unwrap_or_default();
        let forms: Vec<_> = FiguresForm::ALL.iter().map(|form| form.name()).collect();
        let (remarks, others, forms) = (&remarks, &*others, &*forms);
        let figures = Figures { all: &all, shown, own, has_own, may_release, remarks, others, forms };
        Ok(self.with_page(self.at, |page| pages::figures(page, &figures)))
    }

    /// Who saw somebody, for those who may tell the person.
    async fn who_saw(&self, person: PersonId, language: Option<OwnLanguage>) -> Result<Markup, Problem> {
        let (baken, reader) = (&*self.edge.baken, &*self.reading);
        let identity = match access_log_of(reader.actor.role()) {
            AccessLogOf::Person => baken.case_file(reader, person)?.identity,
            AccessLogOf::Everybody => None,
            AccessLogOf::Nobody => return Err(Problem::NotFound),
        };
        let seen_by: Vec<_> = baken.who_saw(reader, person).await?.into_iter().map(seen_by).collect();
        let has_proof = self.edge.notaries.is_some();
        let who_saw = WhoSaw { person, identity: identity.as_ref(), seen_by: &seen_by, has_proof, language };
        Ok(self.with_page(self.at, |page| pages::who_saw(page, &who_saw)))
    }

    /// All organisations that the reader is shown.
    fn organisations(&self) -> Result<Vec<OrganisationView>, Problem> {
        let (baken, reader) = (&*self.edge.baken, &*self.reading);
        all(|request| baken.organisations(reader, &OrganisationsFilter::default(), request))
    }

    /// Where a bed is free tonight, for those who look for one.
    fn places(&self) -> Result<Markup, Problem> {
        let (baken, reader) = (&*self.edge.baken, &*self.reading);
        let role = reader.actor.role();
        if !shows_free_places(role, Places::Local) {
            return Err(Problem::NotFound);
        }
        let (organisations, directory) = (self.organisations()?, baken.directory());
        let sees = |owner: &Organisation| shows_evenings(role, Places::of(reader, owner, &directory));
        let evenings = directory.facilities().filter(|(_, owner)| sees(owner)).map(|(each, _)| each.id.clone());
        let evenings: Vec<_> = evenings.collect();
        Ok(self.with_page(self.at, |page| pages::places(page, &organisations, &evenings)))
    }

    /// What a form that says something anew begins with: what is said now.
    fn filled(&self, ask: Ask) -> Result<Ask, Problem> {
        let given = |at: &str| ask.given.iter().find(|(name, _)| *name == at).map(|(_, value)| value.clone());
        Ok(match ask.command {
            CommandKind::ChangeOrganisation => {
                let id = given("/organisation_id").unwrap_or_default();
                let organisations = self.organisations()?;
                let now = organisations.iter().find(|each| each.organisation_id.as_str() == id);
                filled::organisation(ask, now.ok_or(Problem::NotFound)?)
            }
            CommandKind::ChangeFacility => {
                let id = given("/facility_id").unwrap_or_default();
                let organisations = self.organisations()?;
                let mut facilities = organisations.iter().flat_map(|each| each.facilities.iter().flatten());
                let now = facilities.find(|each| each.facility_id.as_str() == id);
                filled::facility(ask, now.ok_or(Problem::NotFound)?)
            }
            _ => ask,
        })
    }

    /// Tonight at a place of the reader's own organisation; at its first where people sleep, unless one is named.
    fn door(&self, facility: Option<FacilityId>) -> Result<Markup, Problem> {
        let (baken, reader) = (&*self.edge.baken, &*self.reading);
        let directory = baken.directory();
        let own = directory.find(&reader.organisation).into_iter().flat_map(Organisation::open_facilities);
        let with_beds: Vec<_> = own.filter(|facility| facility.location_type.has_beds()).collect();
        let first = with_beds.first().map(|facility| facility.id.clone());
        let evening = match facility.or(first) {
            Some(facility) => Some(baken.evening(reader, &facility, None)?),
            None => None,
        };
        let places: Vec<_> = with_beds.into_iter().map(place_of).collect();
        let door = Door { evening: evening.as_ref(), places: &places };
        Ok(self.with_page(self.at, |page| pages::door(page, &door)))
    }

    fn case(&self, person: PersonId) -> Result<Markup, Problem> {
        let (baken, reader) = (&*self.edge.baken, &*self.reading);
        let file = baken.case_file(reader, person)?;
        let timeline = all(|request| baken.timeline(reader, person, request))?;
        let phases = baken.phases(reader, person)?;
        let may = self.may_on(&file)?;
        let tasks = baken.tasks_of(reader, person)?;
        let first = PageRequest::new(Some(SHOWN), None).unwrap_or_default();
        let (matches, elsewhere) = if may.contains(&CommandKind::LinkPersons) {
            let matches = baken.matches(reader, person, &first)?.into_nodes();
            (matches, baken.matches_elsewhere(reader, person, &first)?.into_nodes())
        } else {
            (Vec::new(), Vec::new())
        };
        let desk = CaseDesk {
            file: &file,
            phases: &phases,
            timeline: &timeline,
            tasks: &tasks,
            matches: &matches,
            elsewhere: &elsewhere,
            may: &may,
        };
        let related = file.relations.iter().flatten().filter_map(|relation| relation.person_id);
        let known = self.known(file.linked_persons.iter().flatten().copied().chain(related));
        Ok(self.with_known(&known, self.at, |page| pages::case(page, &desk)))
    }

    /// The commands that the reader may send about a person now, as the case stands to them.
    pub fn may_on(&self, file: &CaseFileView) -> Result<Vec<CommandKind>, Problem> {
        let mut may = self.edge.baken.may_send(&self.reading, file.person_id)?;
        may.retain(|kind| pages::stands_for(file, *kind));
        Ok(may)
    }

    /// A page about a part of somebody's case, for those who work on it.
    fn about(
        &self,
        person: PersonId,
        works_on_it: impl FnOnce(&[CommandKind]) -> bool,
        make: impl FnOnce(&Page<'_>, &CaseFileView, &[CommandKind]) -> Markup,
    ) -> Result<Markup, Problem> {
        let (baken, reader) = (&*self.edge.baken, &*self.reading);
        if !works_on_it(&baken.may_send(reader, person)?) {
            return Err(Problem::NotFound);
        }
        let file = baken.case_file(reader, person)?;
        let may = self.may_on(&file)?;
        Ok(self.with_page(self.at, |page| make(page, &file, &may)))
    }

    /// The checklist, with the answers of the last assessment as far as the reader is shown them.
    fn rights(&self, person: PersonId) -> Result<Markup, Problem> {
        let timeline = all(|request| self.edge.baken.timeline(&self.reading, person, request))?;
        let is_assessed =
            |entry: &&TimelineEntryView| entry.r#type == EventKind::RightsAssessed && entry.retracted_by.is_none();
        let latest = timeline.iter().rev().find(is_assessed);
        let answers: Vec<_> = latest.iter().flat_map(|entry| entry.details.parts("answers")).collect();
        let answers: Vec<_> = answers.into_iter().map(|(name, answer)| (format!("/{name}"), answer)).collect();
        let assesses = |may: &[CommandKind]| may.contains(&CommandKind::AssessRights);
        self.about(person, assesses, |page, file, may| pages::rights(page, file, may, &answers))
    }

    fn form(&self, form: &FormPlace) -> Result<Markup, Problem> {
        let (baken, reader) = (&*self.edge.baken, &*self.reading);
        // Of whom the reader may not know, there is no form either.
        if let Some(person) = form.person {
            baken.may_send(reader, person)?;
        }
        let fields = board::form::form_of(form.command).ok_or(Problem::NotFound)?.fields;
        let mut ask = Ask { person: form.person, subject: form.subject, ..Ask::of(form.command) };
        for (name, value) in &form.given {
            let field = fields.iter().find(|field| field.at == name).ok_or(Problem::NotFound)?;
            ask = ask.given(field.at, value.clone());
        }
        let ask = self.filled(ask)?;
        let given = |at: &str| ask.given.iter().find(|(name, _)| *name == at).map(|(_, value)| value.as_str());
        let named = place_and_name(&baken.directory(), given);
        let entry = match (ask.command, form.person, form.subject) {
            (CommandKind::RetractEntry, Some(person), Some(entry)) => Some(self.entry(person, EventId(entry))?),
            _ => None,
        };
        let about = match (&entry, &named) {
            (Some(ToMove { file, entry }), _) => FormAbout::Entry { file, entry },
            (None, Some((_, name))) => FormAbout::Named(name),
            (None, None) => FormAbout::Said,
        };
        Ok(self.with_page(&form.back, |page| pages::form(page, &ask, &about)))
    }
}

/// All of a list, page after page.
pub fn all<T, E>(list: impl Fn(&PageRequest) -> Result<crate::app::Page<T>, E>) -> Result<Vec<T>, Problem>
where
    Problem: From<E>,
{
    let (mut items, mut after) = (Vec::new(), None);
    loop {
        let part = list(&PageRequest::new(Some(PageRequest::MOST), after).unwrap_or_default())?;
        after = part.next();
        items.extend(part.into_nodes());
        if after.is_none() {
            return Ok(items);
        }
    }
}

/// Who saw somebody, as the page takes it.
fn seen_by(view: SeenByView) -> SeenBy {
    let SeenByView { organisation, role, first_at, last_at, times, categories } = view;
    SeenBy { organisation, role, first_at, last_at, times, categories }
}
