//! Releases of the monitor's figures: which period was released, and the tables as they were frozen. None of it is about a
//! person, and the paths know nothing of it. The tables themselves are made and read elsewhere; here they are one text.

mod decide;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_with::{DeserializeFromStr, SerializeDisplay};

pub use decide::{FiguresRefusal, Frozen, ReleaseFigures, releases_figures};

use crate::fact::{facts, part_events};
use crate::ids::Municipality;

part_events! {
    /// Releases of figures.
    pub enum FiguresEvent {
        FiguresReleased(FiguresReleased),
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
