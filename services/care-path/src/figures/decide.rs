//! The decision to release the figures of a period.

use serde::Deserialize;

use super::{FiguresEvent, FiguresReleased, FrozenTables, MunicipalTables, ReleasePeriod};
use crate::actor::{Actor, Area};
use crate::command::{Context, Decide, Refusal, refusals};
use crate::event::Event;
use crate::path::CarePath;

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
        if !releases_figures(&at.by.actor) {
            return Err(Refusal::NotYours);
        }
        // Without tables nobody asked for a release: the service makes them first.
        let frozen = self.frozen.ok_or(Refusal::NotYours)?;
        let Frozen { tables, of_municipalities, beside: _ } = frozen;
        let released = FiguresReleased { period: self.period, tables, of_municipalities };
        Ok(vec![FiguresEvent::FiguresReleased(released).into()])
    }
}
