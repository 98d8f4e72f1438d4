//! The query root. Every field asks the application, which asks the policy; nothing is decided here.

use std::sync::Arc;

use async_graphql::connection::{Connection, EmptyFields};
use async_graphql::{
    ComplexObject, Context, CustomValidator, ID, InputObject, InputValueError, Object, ObjectType, OutputType,
    SimpleObject,
};
use care_path::PersonId;
use care_path::codes::{LocationType, Offering, OrgKind, Phase, ReferralState, TargetGroup, TaskKind, TurnAwayReason};
use care_path::ids::{Municipality, OrgId};
use care_path::matching::{PersonSought, Sought};
use care_path::text::{Language, Line};
use care_path::time::{BirthDate, DateTime, Day, Moment};
use care_path::views::{
    CareAlertView, CaseFileView, EndedView, EveningView, ExceptionView, FacilityView, HandoverView, LookoutView,
    LostView, MatchElsewhereView, MatchView, OrganisationView, PersonSummaryView, PhaseView, ReferralView, TaskView,
    TimelineEntryView, TurnAwaysView, Wanted,
};
use chrono::NaiveDate;

use super::connection::Window;
use super::error::{QueryRefused, found, or_null};
use crate::app::{
    self, Baken, CodeListView, DefinitionView, HandoverCounts, LabelLanguage, MeView, Page, PageRequest, QueryError,
    Reading, ReleaseView, SourceView, TableView,
};
use crate::edge::rates::Rates;
use crate::edge::rest::headers::uuid;

/// A list; null where its arguments were refused, so that the rest of the answer stands.
type List<T, F = EmptyFields> = Option<Connection<String, T, F>>;

/// Who asks whom.
pub(super) struct Asked<'a> {
    pub baken: &'a Arc<Baken>,
    pub reader: &'a Arc<Reading>,
}

pub(super) fn asked<'a>(ctx: &Context<'a>) -> Result<Asked<'a>, QueryRefused> {
    let baken = ctx.data_opt::<Arc<Baken>>().ok_or(QueryRefused::NotSetUp)?;
    let reader = ctx.data_opt::<Arc<Reading>>().ok_or(QueryRefused::NotSetUp)?;
    Ok(Asked { baken, reader })
}

/// A page of a list.
fn page<T: OutputType>(
    ctx: &Context<'_>,
    first: Option<i32>,
    after: Option<String>,
    list: impl FnOnce(&Asked<'_>, &PageRequest) -> Result<Page<T>, QueryError>,
) -> List<T> {
    page_with(ctx, first, after, list, |_| EmptyFields)
}

/// A page of a list, with something that is said of the list as a whole.
fn page_with<T: OutputType, F: ObjectType>(
    ctx: &Context<'_>,
    first: Option<i32>,
    after: Option<String>,
    list: impl FnOnce(&Asked<'_>, &PageRequest) -> Result<Page<T>, QueryError>,
    whole: impl FnOnce(&Asked<'_>) -> F,
) -> List<T, F> {
    let show = || {
        let asked = asked(ctx)?;
        let window = Window::new(first, after)?;
        let page = found(list(&asked, &window.request))?;
        Ok(page.map(|page| window.show(page, whole(&asked))))
    };
    or_null(ctx, show())
}

/// All that can be read. What somebody may not see is null: that is the policy's answer, and no error.
pub struct Query;

#[Object]
impl Query {
    /// Who I am, and what I may do.
    async fn me(&self, ctx: &Context<'_>) -> Option<MeView> {
        or_null(ctx, asked(ctx).map(|asked| Some(MeView::of(asked.reader))))
    }

    /// The labels of a code list; null where there is no such list.
    async fn codes(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The list's name, such as `phase`; `organisations` are those that take part, as far as the reader is shown them."
        )]
        list: String,
        #[graphql(desc = "The language of the labels; English unless said.")] language: Option<LabelLanguage>,
    ) -> Option<CodeListView> {
        let language = language.unwrap_or_default();
        let labels = |asked: Asked<'_>| asked.baken.code_list(asked.reader, &list, language);
        or_null(ctx, asked(ctx).map(labels))
    }

    /// The organisations that take part, as far as the reader is shown them.
    async fn organisations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<OrganisationsFilter>,
        #[graphql(desc = "How many: 1 to 200, 50 unless said.")] first: Option<i32>,
        #[graphql(desc = "After which cursor.")] after: Option<String>,
    ) -> List<OrganisationView> {
        let filter = filter.map(app::OrganisationsFilter::from).unwrap_or_default();
        page(ctx, first, after, |asked, request| asked.baken.organisations(asked.reader, &filter, request))
    }

    /// The facilities where people are taken in, as far as the reader is shown them.
    async fn facilities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<FacilitiesFilter>,
        #[graphql(desc = "How many: 1 to 200, 50 unless said.")] first: Option<i32>,
        #[graphql(desc = "After which cursor.")] after: Option<String>,
    ) -> List<FacilityView> {
        let filter = filter.map(app::FacilitiesFilter::from).unwrap_or_default();
        page(ctx, first, after, |asked, request| asked.baken.facilities(asked.reader, &filter, request))
    }

    /// The evening of a facility, tonight's unless a day is named: to its people, and to the coordinators of its
    /// municipality; to everybody else null.
    async fn evening(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The facility's short name.")] facility: String,
        #[graphql(desc = "The day on whose evening the night begins, in the years 2000 to 2099.")] night: Option<
            String,
        >,
    ) -> Option<EveningView> {
        let facility = facility.parse().ok()?;
        let show = || {
            let asked = asked(ctx)?;
            let night = night.map(|text| text.parse().map(Day::get).map_err(|_| QueryRefused::Night)).transpose()?;
            found(asked.baken.evening(asked.reader, &facility, night))
        };
        or_null(ctx, show())
    }

    /// A person's case file; null where there is none, or none that the reader may know of.
    async fn person(&self, ctx: &Context<'_>, id: ID) -> Option<Person> {
        // What is no id names nobody, as a path of REST does.
        let person = PersonId(uuid(&id)?);
        let wanted = Person::wanted(ctx);
        let file = asked(ctx).and_then(|asked| found(asked.baken.case_file_parts(asked.reader, person, &wanted)));
        or_null(ctx, file).map(|file| Person { file })
    }

    /// The persons whom the reader may see.
    async fn persons(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<PersonsFilter>,
        #[graphql(desc = "How many: 1 to 200, 50 unless said.")] first: Option<i32>,
        #[graphql(desc = "After which cursor.")] after: Option<String>,
    ) -> List<PersonSummaryView> {
        let mut filter = filter.unwrap_or_default();
        let Some(sought) = filter.sought().transpose() else {
            let filter = app::PersonsFilter::from(filter);
            return page(ctx, first, after, |asked, request| asked.baken.persons(asked.reader, &filter, request));
        };
        let find = async || {
            let (asked, window) = (asked(ctx)?, Window::new(first, after)?);
            let sought = Sought::of(sought?, asked.reader, asked.baken.clock().now())?;
            let rates = ctx.data_opt::<Arc<Rates>>().ok_or(QueryRefused::NotSetUp)?;
            rates.search(&asked.reader.user).map_err(|_| QueryRefused::TooOften)?;
            let answer = asked.baken.search(asked.reader, &sought, &filter.into(), &window.request).await;
            Ok(found(answer)?.map(|page| window.show(page, EmptyFields)))
        };
        or_null(ctx, find().await)
    }

    /// What waits for the reader: where most is at stake first, then what is due first.
    async fn worklist(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Tasks of this kind alone.")] kind: Option<TaskKind>,
        #[graphql(desc = "How many: 1 to 200, 50 unless said.")] first: Option<i32>,
        #[graphql(desc = "After which cursor.")] after: Option<String>,
    ) -> List<TaskView> {
        page(ctx, first, after, |asked, request| asked.baken.worklist(asked.reader, kind, request))
    }

    /// Who is lost, due first.
    async fn lost(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many: 1 to 200, 50 unless said.")] first: Option<i32>,
        #[graphql(desc = "After which cursor.")] after: Option<String>,
    ) -> List<LostView> {
        page(ctx, first, after, |asked, request| asked.baken.lost(asked.reader, request))
    }

    /// The lookouts that the reader may see, the latest first.
    async fn lookouts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Those alone that still go on.", default)] open: bool,
        #[graphql(desc = "How many: 1 to 200, 50 unless said.")] first: Option<i32>,
        #[graphql(desc = "After which cursor.")] after: Option<String>,
    ) -> List<LookoutView> {
        page(ctx, first, after, |asked, request| asked.baken.list(asked.reader, open.into(), request))
    }

    /// The care alerts that the reader may see.
    async fn care_alerts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Those alone that still go on.", default)] open: bool,
        #[graphql(desc = "How many: 1 to 200, 50 unless said.")] first: Option<i32>,
        #[graphql(desc = "After which cursor.")] after: Option<String>,
    ) -> List<CareAlertView> {
        page(ctx, first, after, |asked, request| asked.baken.list(asked.reader, open.into(), request))
    }

    /// The referrals that the reader may see: the latest first; of those that are open, the most urgent, then the one that has
    /// waited longest.
    async fn referrals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<ReferralsFilter>,
        #[graphql(desc = "How many: 1 to 200, 50 unless said.")] first: Option<i32>,
        #[graphql(desc = "After which cursor.")] after: Option<String>,
    ) -> List<ReferralView> {
        let ReferralsFilter { open, states, to, from } = filter.unwrap_or_default();
        let filter = app::ReferralsFilter { only: open.unwrap_or_default().into(), states, to, from };
        page(ctx, first, after, |asked, request| asked.baken.referrals(asked.reader, &filter, request))
    }

    /// The requests for an exception that the reader may see.
    async fn exceptions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Those alone that still go on.", default)] open: bool,
        #[graphql(desc = "How many: 1 to 200, 50 unless said.")] first: Option<i32>,
        #[graphql(desc = "After which cursor.")] after: Option<String>,
    ) -> List<ExceptionView> {
        page(ctx, first, after, |asked, request| asked.baken.list(asked.reader, open.into(), request))
    }

    /// What the reader was asked for and is over, for 14 days: the latest first.
    async fn ended(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many: 1 to 200, 50 unless said.")] first: Option<i32>,
        #[graphql(desc = "After which cursor.")] after: Option<String>,
    ) -> List<EndedView> {
        page(ctx, first, after, |asked, request| asked.baken.ended(asked.reader, request))
    }

    /// Who was turned away, by place, night and reason: the last night first.
    async fn turn_aways(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<TurnAwaysFilter>,
        #[graphql(desc = "How many: 1 to 200, 50 unless said.")] first: Option<i32>,
        #[graphql(desc = "After which cursor.")] after: Option<String>,
    ) -> List<TurnAwaysView> {
        let TurnAwaysFilter { organisation, from, until, reason } = filter.unwrap_or_default();
        let filter = app::TurnAwaysFilter { organisation, from, until, reason };
        if filter.is_backwards() {
            return or_null(ctx, Err(QueryRefused::Backwards));
        }
        page(ctx, first, after, |asked, request| asked.baken.turn_aways(asked.reader, &filter, request))
    }

    /// What each figure of the monitor counts.
    async fn indicator_definitions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Dutch, or else English.")] language: Option<LabelLanguage>,
    ) -> Option<Vec<DefinitionView>> {
        let definitions = |asked: Asked<'_>| Some(asked.baken.figures_definitions(language.unwrap_or_default()));
        or_null(ctx, asked(ctx).map(definitions))
    }

    /// The releases of the monitor's figures, the newest first, without their tables; null to a role that may not read them.
    async fn figures_releases(&self, ctx: &Context<'_>) -> Option<Vec<ReleaseView>> {
        or_null(ctx, asked(ctx).map(|asked| asked.baken.releases(asked.reader).ok()))
    }

    /// Tables of the monitor's figures, the first release first; null to a role that may not read them.
    async fn figures(&self, ctx: &Context<'_>, filter: Option<FiguresFilter>) -> Option<Vec<TableView>> {
        let FiguresFilter { indicator, period, own } = filter.unwrap_or_default();
        let show = || {
            let period = period.map(|text| text.parse().map_err(|_| QueryRefused::Period)).transpose()?;
            let filter = app::FiguresFilter { indicator, period, own: own.unwrap_or_default() };
            Ok(asked(ctx)?.baken.indicators(asked(ctx)?.reader, &filter).ok())
        };
        or_null(ctx, show())
    }

    /// Figures of others, which are shown beside the monitor's and never added up; null to a role that may not read them.
    async fn figures_sources(&self, ctx: &Context<'_>) -> Option<Vec<SourceView>> {
        or_null(ctx, asked(ctx).map(|asked| asked.baken.figures_sources(asked.reader).ok()))
    }

    /// The handovers that the reader may see; to an ambassador, their counts.
    async fn handovers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Those alone that still go on.", default)] open: bool,
        #[graphql(desc = "How many: 1 to 200, 50 unless said.")] first: Option<i32>,
        #[graphql(desc = "After which cursor.")] after: Option<String>,
    ) -> List<HandoverView, Counted> {
        let list = |asked: &Asked<'_>, request: &PageRequest| asked.baken.list(asked.reader, open.into(), request);
        let counted = |asked: &Asked<'_>| Counted { counts: asked.baken.handover_counts(asked.reader) };
        page_with(ctx, first, after, list, counted)
    }
}

/// Which persons a list is asked for. What it asks must be the reader's to know: others are left out.
#[derive(InputObject, Default)]
struct PersonsFilter {
    /// Somebody to look for: a name or alias, or a part of one, in any spelling. Those who fit best come first, each with what
    /// fits in `matched`.
    name: Option<Line>,
    /// With `name`: the year of birth, as far as it is known.
    birth_year: Option<i32>,
    phase: Option<Phase>,
    municipality: Option<Municipality>,
    out_of_sight: Option<bool>,
    /// Of whom something was recorded at or after this time, in the years 2000 to 2099.
    #[graphql(validator(custom = "InBounds"))]
    updated_since: Option<DateTime>,
}

impl PersonsFilter {
    /// Who is looked for, if anybody is.
    fn sought(&mut self) -> Result<Option<PersonSought>, QueryRefused> {
        let year = |year: i32| format!("{year:04}").parse::<BirthDate>().map_err(|_| QueryRefused::BirthYear);
        let birth_date = self.birth_year.take().map(year).transpose()?;
        match self.name.take() {
            None if birth_date.is_some() => Err(QueryRefused::BirthYear),
            None => Ok(None),
            name => Ok(Some(PersonSought { name, birth_date, ..PersonSought::default() })),
        }
    }
}

/// Which figures are asked for.
#[derive(InputObject, Default)]
struct FiguresFilter {
    /// The id of a definition, such as `unique_persons`.
    indicator: Option<String>,
    /// A calendar year or quarter, such as `2026-Q3`.
    period: Option<String>,
    /// As coordinators are shown them of their own municipality.
    own: Option<bool>,
}

/// Which referrals a list is asked for.
#[derive(InputObject, Default)]
struct ReferralsFilter {
    /// Those alone that still go on.
    open: Option<bool>,
    states: Option<Vec<ReferralState>>,
    to: Option<OrgId>,
    from: Option<OrgId>,
}

/// Which turn-aways a list is asked for.
#[derive(InputObject, Default)]
struct TurnAwaysFilter {
    organisation: Option<OrgId>,
    /// Nights from this one on: the day on whose evening it begins.
    from: Option<NaiveDate>,
    /// Nights until this one, with it.
    until: Option<NaiveDate>,
    reason: Option<TurnAwayReason>,
}

/// A time that comes in has the same bounds everywhere.
struct InBounds;

impl CustomValidator<DateTime> for InBounds {
    fn check(&self, time: &DateTime) -> Result<(), InputValueError<DateTime>> {
        Moment::try_from(*time).map(drop).map_err(InputValueError::custom)
    }
}

impl From<PersonsFilter> for app::PersonsFilter {
    fn from(filter: PersonsFilter) -> Self {
        Self {
            phase: filter.phase,
            municipality: filter.municipality,
            out_of_sight: filter.out_of_sight,
            updated_since: filter.updated_since,
        }
    }
}

/// Which organisations a list is asked for.
#[derive(InputObject)]
struct OrganisationsFilter {
    kind: Option<OrgKind>,
    municipality: Option<Municipality>,
    offering: Option<Offering>,
    /// Where people are helped in this language.
    language: Option<Language>,
    /// Those that are meant for them, or for everybody.
    target_group: Option<TargetGroup>,
}

impl From<OrganisationsFilter> for app::OrganisationsFilter {
    fn from(filter: OrganisationsFilter) -> Self {
        let OrganisationsFilter { kind, municipality, offering, language, target_group } = filter;
        Self { kind, municipality, offering, language, target_group }
    }
}

/// Which facilities a list is asked for.
#[derive(InputObject)]
struct FacilitiesFilter {
    municipality: Option<Municipality>,
    location_type: Option<LocationType>,
    /// Where the reader is told that a place is free tonight, or none.
    free_tonight: Option<bool>,
}

impl From<FacilitiesFilter> for app::FacilitiesFilter {
    fn from(filter: FacilitiesFilter) -> Self {
        let FacilitiesFilter { municipality, location_type, free_tonight } = filter;
        Self { municipality, location_type, free_tonight }
    }
}

/// All that a reader may see of a person. What they may not see is null.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(super) struct Person {
    #[graphql(flatten)]
    pub file: CaseFileView,
}

impl Person {
    /// What is asked for of the person whom a field tells of, by the names in JSON.
    pub fn wanted(ctx: &Context<'_>) -> Wanted {
        let person = ctx.field();
        Wanted::Parts(person.selection_set().map(|field| snake_case(field.name())).collect())
    }
}

fn snake_case(name: &str) -> String {
    let mut spelt = String::with_capacity(name.len());
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            spelt.push('_');
        }
        spelt.push(letter.to_ascii_lowercase());
    }
    spelt
}

#[ComplexObject]
impl Person {
    /// What happened, in the order in which it was recorded, as far as the reader may know it.
    async fn timeline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many: 1 to 200, 50 unless said.")] first: Option<i32>,
        #[graphql(desc = "After which cursor.")] after: Option<String>,
    ) -> List<TimelineEntryView> {
        let person = self.file.person_id;
        page(ctx, first, after, |asked, request| asked.baken.timeline(asked.reader, person, request))
    }

    /// The phases that the path went through, in the order of happening; none to those who may not know where the person was.
    async fn phases(&self, ctx: &Context<'_>) -> Option<Vec<PhaseView>> {
        let phases = |asked: Asked<'_>| asked.baken.phases(asked.reader, self.file.person_id).ok();
        or_null(ctx, asked(ctx).map(phases))
    }

    /// Who may be the same human being, likeliest first. It is a suggestion, to those who may link the two; to everybody
    /// else there is none.
    async fn matches(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many: 1 to 200, 50 unless said.")] first: Option<i32>,
        #[graphql(desc = "After which cursor.")] after: Option<String>,
    ) -> List<MatchView> {
        let person = self.file.person_id;
        page(ctx, first, after, |asked, request| asked.baken.matches(asked.reader, person, request))
    }

    /// Whom other municipalities released who may be the same human being. Before another has released anybody there is none.
    async fn matches_elsewhere(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many: 1 to 200, 50 unless said.")] first: Option<i32>,
        #[graphql(desc = "After which cursor.")] after: Option<String>,
    ) -> List<MatchElsewhereView> {
        let person = self.file.person_id;
        page(ctx, first, after, |asked, request| asked.baken.matches_elsewhere(asked.reader, person, request))
    }
}

/// What an ambassador sees of handovers.
#[derive(SimpleObject)]
struct Counted {
    /// How many handovers to the ambassador's country are in each state; to everybody else null.
    counts: Option<HandoverCounts>,
}
