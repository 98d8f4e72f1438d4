//! The monitor's figures: which period was released, with the tables as they were frozen; what an expert remarks on them; and
//! figures of others, which are shown beside them. None of it is about a person, and the paths know nothing of it. The frozen
//! tables are made and read elsewhere; here they are one text.

mod decide;
mod sources;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_with::{DeserializeFromStr, SerializeDisplay, skip_serializing_none};

pub use decide::{
    FiguresRefusal, Frozen, ImportSource, ReleaseFigures, RemarkOnFigures, WithdrawSource, releases_figures,
};
pub use sources::{
    BadSource, MOST_FIGURES, NameInBoth, SmallNumbers, SourceCategory, SourceCut, SourceDefinition, SourceFault,
    SourceFigure, SourceFigures, SourceImported, SourcePeriod, SourceWithdrawn, TextInBoth,
};

use crate::fact::{facts, part_events};
use crate::ids::{Municipality, SourceId};
use crate::text::Text;

part_events! {
    /// Releases of figures, remarks on them, and figures of others.
    pub enum FiguresEvent {
        FiguresReleased(FiguresReleased),
        FiguresRemarked(FiguresRemarked),
        SourceImported(SourceImported),
        SourceWithdrawn(SourceWithdrawn),
    }
}

/// What was released, remarked and imported.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// The releases, the first first.
    pub releases: Vec<Arc<FiguresReleased>>,
    /// The present remark on each indicator of a release.
    pub remarks: BTreeMap<(ReleasePeriod, IndicatorId), Remark>,
    /// What was imported of each source at last.
    pub sources: BTreeMap<SourceId, Source>,
}

/// Figures of others, as they were imported at last.
#[derive(Debug, Clone, Hash)]
pub struct Source {
    /// How often figures of this source were imported.
    pub imports: u32,
    /// `None` since they were withdrawn.
    pub imported: Option<Arc<SourceImported>>,
}

impl Figures {
    /// Whether a period was released.
    #[must_use]
    pub fn is_released(&self, period: &ReleasePeriod) -> bool {
        self.releases.iter().any(|release| release.period == *period)
    }

    /// The sources that are shown.
    pub fn shown_sources(&self) -> impl Iterator<Item = (&SourceId, u32, &SourceImported)> {
        self.sources.iter().filter_map(|(id, source)| Some((id, source.imports, source.imported.as_deref()?)))
    }

    /// Takes an event in.
    pub fn apply(&mut self, event: FiguresEvent) {
        match event {
            FiguresEvent::FiguresReleased(released) => self.releases.push(Arc::new(released)),
            FiguresEvent::FiguresRemarked(FiguresRemarked { period, indicator, nl, en }) => {
                let (key, remark) = ((period, indicator), Remark { nl, en });
                if remark.is_empty() {
                    self.remarks.remove(&key);
                } else {
                    self.remarks.insert(key, remark);
                }
            }
            FiguresEvent::SourceImported(imported) => {
                let source =
                    self.sources.entry(imported.source.clone()).or_insert(Source { imports: 0, imported: None });
                source.imports = source.imports.saturating_add(1);
                source.imported = Some(Arc::new(imported));
            }
            FiguresEvent::SourceWithdrawn(SourceWithdrawn { source }) => {
                if let Some(source) = self.sources.get_mut(&source) {
                    source.imported = None;
                }
            }
        }
    }
}

/// An expert remarked on an indicator of a release, or took the remark back. It stands beside the figures and alters none.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FiguresRemarked {
    pub period: ReleasePeriod,
    pub indicator: IndicatorId,
    /// In Dutch. Where there is no text in either language, the remark was taken back.
    pub nl: Option<Text>,
    /// In English.
    pub en: Option<Text>,
}

facts! { FiguresRemarked as it {} }

/// A remark, in Dutch, English or both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Remark {
    pub nl: Option<Text>,
    pub en: Option<Text>,
}

impl Remark {
    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nl.is_none() && self.en.is_none()
    }
}

/// A period was released. A release is never altered, nor is its period released again.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FiguresReleased {
    pub period: ReleasePeriod,
    /// What everybody is shown who may read figures.
    pub tables: FrozenTables,
    /// What the coordinators of a municipality are shown of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub of_municipalities: Vec<MunicipalTables>,
}

facts! { FiguresReleased as it {} }

/// The tables of a municipality, for its own coordinators.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MunicipalTables {
    pub municipality: Municipality,
    pub tables: FrozenTables,
}

/// Tables as they were frozen: JSON in the monitor's format, in which small numbers are suppressed already.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FrozenTables(pub String);

impl fmt::Debug for FrozenTables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FrozenTables({} bytes)", self.0.len())
    }
}

/// A calendar year or quarter: `2026` or `2026-Q3`, in the years 2000 to 2099.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, DeserializeFromStr, SerializeDisplay)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(value_type = String, pattern = "^20[0-9]{2}(-Q[1-4])?$", example = "2026-Q3"))]
pub struct ReleasePeriod(String);

/// A text that is no period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a calendar year or quarter such as 2026 or 2026-Q3")]
pub struct NoPeriod;

impl std::str::FromStr for ReleasePeriod {
    type Err = NoPeriod;

    fn from_str(text: &str) -> Result<Self, NoPeriod> {
        let year = match text.split_once("-Q") {
            Some((year, "1" | "2" | "3" | "4")) => year,
            Some(_) => return Err(NoPeriod),
            None => text,
        };
        let is_year = year.len() == 4 && year.starts_with("20") && year.bytes().all(|byte| byte.is_ascii_digit());
        if is_year { Ok(Self(text.to_owned())) } else { Err(NoPeriod) }
    }
}

impl fmt::Display for ReleasePeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The id of an indicator, such as `unique_persons`. Which there are, the monitor's definitions say.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, DeserializeFromStr, SerializeDisplay)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(value_type = String, pattern = "^[a-z][a-z0-9_]{0,63}$", example = "unique_persons"))]
pub struct IndicatorId(String);

/// A text that is no id of an indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be the id of an indicator, such as unique_persons")]
pub struct NoIndicator;

impl IndicatorId {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for IndicatorId {
    type Err = NoIndicator;

    fn from_str(text: &str) -> Result<Self, NoIndicator> {
        let may_be = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let begins = text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
        if begins && text.len() <= 64 && text.bytes().all(may_be) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NoIndicator)
        }
    }
}

impl fmt::Display for IndicatorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
