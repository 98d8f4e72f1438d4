//! The decisions on the monitor's figures: to release those of a period, to remark on them, and to show those of others.

use serde::Deserialize;

use super::{
    FiguresEvent, FiguresReleased, FiguresRemarked, FrozenTables, IndicatorId, MunicipalTables, ReleasePeriod,
    SmallNumbers, SourceDefinition, SourceFault, SourceFigures, SourceImported, SourceWithdrawn,
};
use crate::actor::{Actor, Area};
use crate::command::{Context, Decide, Refusal, refusals};
use crate::event::Event;
use crate::ids::SourceId;
use crate::path::CarePath;
use crate::text::Text;
use crate::time::local_date;

/// Releases the figures of a period. The service makes the tables before the decision.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReleaseFigures {
    /// A calendar year or quarter that is over.
    pub period: ReleasePeriod,
    /// Made by the service, and never sent.
    #[serde(skip)]
    #[cfg_attr(feature = "schema", schema(ignore))]
    pub frozen: Option<Frozen>,
}

/// Remarks on an indicator of a release, in place of the remark of before.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RemarkOnFigures {
    /// A period that was released.
    pub period: ReleasePeriod,
    /// The id of an indicator of the release.
    pub indicator: IndicatorId,
    /// In Dutch. It is published, so it tells of no person. Without a text in either language the remark is taken back.
    pub nl: Option<Text>,
    /// In English.
    pub en: Option<Text>,
}

/// Imports the figures of a source, in place of those of before.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ImportSource {
    /// A name of one's own choice, always the same for the same source.
    pub source: SourceId,
    pub definition: SourceDefinition,
    /// All figures of the source. Numbers that may not be shown are not kept.
    pub figures: SourceFigures,
    /// Said by the service, and never sent.
    #[serde(skip)]
    #[cfg_attr(feature = "schema", schema(ignore))]
    pub small: Option<SmallNumbers>,
}

/// Shows the figures of a source no more.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WithdrawSource {
    pub source: SourceId,
}

/// The tables of a release before it is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frozen {
    pub tables: FrozenTables,
    pub of_municipalities: Vec<MunicipalTables>,
    /// How many releases they were made beside.
    pub beside: usize,
}

refusals! {
    /// Why figures are not released.
    FiguresRefusal {
        PeriodNotOver = "period_not_over": "the period is not over yet",
        AlreadyReleased = "period_already_released": "the figures of this period were released already: a release is never altered",
        YearReleased = "year_already_released":
            "the figures of the whole year were released already: those of its quarters would tell small numbers apart",
        NotReleased = "period_not_released": "the figures of this period were not released",
        UnknownSource = "unknown_source": "no figures of this source are shown",
    }
}

/// Whether somebody releases figures: they are of all municipalities together.
#[must_use]
pub fn releases_figures(actor: &Actor) -> bool {
    *actor == Actor::MonitorAnalyst { area: Area::National }
}

impl Decide for ReleaseFigures {
    type Subject = ();

    fn decide(self, (): (), _: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        by_national_analyst(at)?;
        // Without tables nobody asked for a release: the service makes them first.
        let frozen = self.frozen.ok_or(Refusal::NotYours)?;
        let Frozen { tables, of_municipalities, beside: _ } = frozen;
        let released = FiguresReleased { period: self.period, tables, of_municipalities };
        Ok(vec![FiguresEvent::FiguresReleased(released).into()])
    }
}

impl Decide for RemarkOnFigures {
    type Subject = ();

    fn decide(self, (): (), _: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        by_national_analyst(at)?;
        if !at.figures.is_released(&self.period) {
            return Err(FiguresRefusal::NotReleased.into());
        }
        let Self { period, indicator, nl, en } = self;
        Ok(vec![FiguresEvent::FiguresRemarked(FiguresRemarked { period, indicator, nl, en }).into()])
    }
}

impl Decide for ImportSource {
    type Subject = ();

    fn decide(self, (): (), _: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        by_national_analyst(at)?;
        let Self { source, definition, figures, small } = self;
        // Without the rule nobody asked for an import: the service says it first.
        let small = small.ok_or(Refusal::NotYours)?;
        figures
            .check(&definition, local_date(at.now))
            .map_err(|SourceFault { why, .. }| Refusal::field(why.field(), why.message()))?;
        let figures = if definition.published_at.is_some() { figures } else { figures.protected(small) };
        Ok(vec![FiguresEvent::SourceImported(SourceImported { source, definition, figures }).into()])
    }
}

impl Decide for WithdrawSource {
    type Subject = ();

    fn decide(self, (): (), _: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        by_national_analyst(at)?;
        if !at.figures.shown_sources().any(|(source, ..)| *source == self.source) {
            return Err(FiguresRefusal::UnknownSource.into());
        }
        Ok(vec![FiguresEvent::SourceWithdrawn(SourceWithdrawn { source: self.source }).into()])
    }
}

fn by_national_analyst(at: &Context<'_>) -> Result<(), Refusal> {
    if releases_figures(&at.by.actor) { Ok(()) } else { Err(Refusal::NotYours) }
}
