//! The monitor's figures: how a release is made of what is recorded now, and what is shown of those that were made.
//!
//! Nothing is counted for a reader. A period is frozen once, with everything suppressed that tells of anybody, and all readers
//! are shown that release: so two answers never differ by one person.

mod export;
mod facts;
#[cfg(test)]
mod tests;
mod views;

use std::sync::Arc;

use care_path::Principal;
use care_path::command::Command;
use care_path::command::Refusal;
use care_path::figures::{
    self, FiguresRefusal, FiguresReleased, Frozen as Made, FrozenTables, MunicipalTables, ReleaseFigures, SmallNumbers,
    releases_figures,
};
use care_path::ids::Municipality;
use care_path::policy::rules::{FiguresOf, figures_of};
use care_path::time::{Night, local_date};
use monitor::definitions::{INDICATORS, definition};
use monitor::disclosure::Rule;
use monitor::freeze;
use monitor::frozen::{Frozen, NotFrozen};
use monitor::period::Period;

use super::{Baken, ExecuteError, LabelLanguage, Reading};

pub use export::FiguresForm;
pub use views::{
    CategoryView, CellView, CurvePointView, CutView, DaysView, DefinitionView, EstimateView, FigureRemarkView,
    ReleaseView, SourceView, TableView,
};

/// Why figures are not shown.
#[derive(Debug, thiserror::Error)]
pub enum FiguresError {
    #[error("the role may not read figures")]
    Forbidden,
    #[error("there is no such release")]
    NotFound,
    /// What was frozen cannot be read any more.
    #[error("a release cannot be read")]
    Damaged(#[source] serde_json::Error),
    #[error("a release cannot be written in this form")]
    Unwritten(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Which figures are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FiguresFilter {
    pub indicator: Option<String>,
    pub period: Option<Period>,
    /// Those of the own municipality, as its coordinators are shown them.
    pub own: bool,
}

impl Baken {
    /// Adds to a command about figures what the monitor says and nobody sends.
    pub(super) async fn with_figures(&self, principal: &Principal, command: &mut Command) -> Result<(), ExecuteError> {
        if !releases_figures(&principal.actor) {
            return Ok(());
        }
        if let Command::ReleaseFigures((), release) = command {
            // All that was answered before is in them, on whichever node it was.
            self.caught_up(self.log.head().await.map_err(ExecuteError::from)?).await?;
            release.frozen = Some(self.freeze(release).await?);
        }
        if let Command::RemarkOnFigures((), remark) = command
            && definition(remark.indicator.as_str()).is_none()
        {
            return Err(Refusal::Field { field: "indicator", message: "no such indicator" }.into());
        }
        if let Command::ImportSource((), import) = command {
            let Rule { threshold, base } = Rule::OUTSIDE;
            let small = |number: u64| u32::try_from(number).map_err(internal);
            import.small = Some(SmallNumbers { threshold: small(threshold)?, base: small(base)? });
        }
        Ok(())
    }

    async fn freeze(&self, release: &ReleaseFigures) -> Result<Made, ExecuteError> {
        let period: Period = release.period.to_string().parse().map_err(internal)?;
        let (world, now) = (self.world.clone(), self.clock.now());
        // Its last night goes on until noon, and whoever comes late in it counts.
        if Night::of(now).date() < period.day_after() {
            return Err(not_frozen(NotFrozen::NotOver(period.day_after())));
        }
        let releases = self.world.read().figures().all().releases.clone();
        let made = tokio::task::spawn_blocking(move || {
            let (mut all, beside) = (Vec::new(), releases.len());
            for earlier in &releases {
                all.extend(every_table(earlier).map_err(internal)?);
            }
            let facts = facts::facts(&world, period, now);
            let made = freeze(&facts, period, local_date(now), &all).map_err(not_frozen)?;
            let mut of_municipalities = Vec::new();
            for frozen in &made.cities {
                let Some(municipality) = frozen.audience.municipality() else { continue };
                let municipality: Municipality = municipality.parse().map_err(internal)?;
                of_municipalities.push(MunicipalTables { municipality, tables: written(frozen)? });
            }
            Ok(Made { tables: written(&made.everybody)?, of_municipalities, beside })
        });
        made.await.map_err(internal)?
    }

    /// What each indicator counts, in Dutch or English.
    #[must_use]
    pub fn figures_definitions(&self, language: LabelLanguage) -> Vec<DefinitionView> {
        let language = views::language_of(language);
        INDICATORS.iter().map(|definition| DefinitionView::of(definition, language)).collect()
    }

    /// All releases that a reader may read, the newest first, without their tables.
    ///
    /// # Errors
    /// Where the role may not.
    pub fn releases(&self, reader: &Reading) -> Result<Vec<ReleaseView>, FiguresError> {
        let shown = self.shown(reader, &FiguresFilter::default())?;
        let view = |(number, frozen): &(u32, Frozen)| {
            let remarks = self.remarks(frozen.period);
            ReleaseView { tables: Vec::new(), ..ReleaseView::of(*number, frozen, remarks) }
        };
        Ok(shown.iter().rev().map(view).collect())
    }

    /// The release of a period.
    ///
    /// # Errors
    /// Where there is none, or the role may not.
    pub fn release(&self, reader: &Reading, period: Period, own: bool) -> Result<ReleaseView, FiguresError> {
        let filter = FiguresFilter { period: Some(period), own, indicator: None };
        let shown = self.shown(reader, &filter)?;
        let (number, frozen) = shown.first().ok_or(FiguresError::NotFound)?;
        Ok(ReleaseView::of(*number, frozen, self.remarks(period)))
    }

    /// What experts remark on a release.
    fn remarks(&self, period: Period) -> Vec<FigureRemarkView> {
        let figures = self.figures();
        let of_period = figures.remarks.iter().filter(|((of, _), _)| of.to_string() == period.to_string());
        of_period.map(|((_, indicator), remark)| FigureRemarkView::of(indicator, remark)).collect()
    }

    /// The figures of others, by their names.
    ///
    /// # Errors
    /// Where the role may not.
    pub fn figures_sources(&self, reader: &Reading) -> Result<Vec<SourceView>, FiguresError> {
        if figures_of(reader.actor.role()) == FiguresOf::Nothing {
            return Err(FiguresError::Forbidden);
        }
        reader.reads_of_nobody();
        Ok(self.figures().shown_sources().map(SourceView::of).collect())
    }

    fn figures(&self) -> Arc<figures::Figures> {
        self.world.read().figures().all().clone()
    }

    /// All releases as they were frozen, the first first.
    ///
    /// # Errors
    /// Where the role may not.
    pub fn every_release(&self, reader: &Reading, own: bool) -> Result<Vec<Frozen>, FiguresError> {
        let filter = FiguresFilter { own, ..FiguresFilter::default() };
        Ok(self.shown(reader, &filter)?.into_iter().map(|(_, frozen)| frozen).collect())
    }

    /// The tables that are asked for, of all releases, the first first.
    ///
    /// # Errors
    /// Where there is no such indicator, or the role may not.
    pub fn indicators(&self, reader: &Reading, filter: &FiguresFilter) -> Result<Vec<TableView>, FiguresError> {
        if filter.indicator.as_deref().is_some_and(|indicator| definition(indicator).is_none()) {
            return Err(FiguresError::NotFound);
        }
        let fits = |indicator: &str| filter.indicator.as_deref().is_none_or(|asked| asked == indicator);
        let shown = self.shown(reader, filter)?;
        let tables = shown.iter().flat_map(|(_, frozen)| {
            frozen.tables.iter().filter(|table| fits(&table.indicator)).map(move |table| TableView::of(frozen, table))
        });
        Ok(tables.collect())
    }

    /// What a reader is shown of the releases, with their numbers; that it is read is recorded.
    fn shown(&self, reader: &Reading, filter: &FiguresFilter) -> Result<Vec<(u32, Frozen)>, FiguresError> {
        let own = match (figures_of(reader.actor.role()), &reader.actor) {
            (FiguresOf::Nothing, _) => return Err(FiguresError::Forbidden),
            (FiguresOf::ReleasesAndOwn, actor) => actor.municipality().filter(|_| filter.own),
            (FiguresOf::Releases, _) => None,
        };
        if filter.own && own.is_none() {
            return Err(FiguresError::Forbidden);
        }
        reader.reads_of_nobody();
        let releases = self.figures().releases.clone();
        let period = filter.period.map(|period| period.to_string());
        let is_asked =
            |released: &FiguresReleased| period.as_ref().is_none_or(|asked| released.period.to_string() == *asked);
        let mut shown = Vec::new();
        for (number, released) in (1..).zip(&releases) {
            let tables = match own {
                None => Some(&released.tables),
                Some(own) => {
                    let of_own = released.of_municipalities.iter().find(|each| each.municipality == *own);
                    of_own.map(|each| &each.tables)
                }
            };
            if let Some(tables) = tables.filter(|_| is_asked(released)) {
                shown.push((number, read(tables).map_err(FiguresError::Damaged)?));
            }
        }
        Ok(shown)
    }
}

/// All tables of a release, of every audience.
fn every_table(released: &Arc<FiguresReleased>) -> Result<Vec<Frozen>, serde_json::Error> {
    let municipal = released.of_municipalities.iter().map(|each| &each.tables);
    [&released.tables].into_iter().chain(municipal).map(read).collect()
}

fn written(frozen: &Frozen) -> Result<FrozenTables, ExecuteError> {
    serde_json::to_string(frozen).map(FrozenTables).map_err(internal)
}

fn read(FrozenTables(text): &FrozenTables) -> Result<Frozen, serde_json::Error> {
    serde_json::from_str(text)
}

fn internal<E: std::error::Error + Send + Sync + 'static>(error: E) -> ExecuteError {
    ExecuteError::Internal(Box::new(error))
}

fn not_frozen(why: NotFrozen) -> ExecuteError {
    let refusal = match why {
        NotFrozen::NotOver(_) => FiguresRefusal::PeriodNotOver,
        NotFrozen::Released => FiguresRefusal::AlreadyReleased,
        NotFrozen::YearIsFrozen => FiguresRefusal::YearReleased,
        NotFrozen::TooMany(_) => return internal(why),
    };
    ExecuteError::Refused(refusal.into())
}
