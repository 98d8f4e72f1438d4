//! Figures of others: counts that somebody else made of whom Baken does not know. Each source has a definition of its own. They
//! are shown beside the monitor's figures and never added up, neither with those nor with one another.
//!
//! So that nothing can be subtracted either, a source tells no number twice: its periods do not overlap, and there are no totals
//! beside the categories that they are of.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{Datelike as _, Months, NaiveDate};
use serde::{Deserialize, Serialize};
use serde_with::{DeserializeFromStr, SerializeDisplay, skip_serializing_none};

use crate::fact::facts;
use crate::ids::{Municipality, SourceId};
use crate::text::{Line, Text, WebAddress};

/// The most figures of a source.
pub const MOST_FIGURES: usize = 2_000;
/// The most cuts of a source, and the most categories of a cut.
const MOST_CUTS: usize = 2;
const MOST_CATEGORIES: usize = 100;
/// From so many persons on, a category that is the sum of the others is no chance.
const TELLING_TOTAL: u32 = 10;

/// Figures of a source were imported, in place of those of before.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SourceImported {
    pub source: SourceId,
    pub definition: SourceDefinition,
    pub figures: SourceFigures,
}

facts! { SourceImported as it {} }

/// The figures of a source are not shown any more.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SourceWithdrawn {
    pub source: SourceId,
}

facts! { SourceWithdrawn as it {} }

/// A short name in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema, async_graphql::SimpleObject))]
#[serde(deny_unknown_fields)]
pub struct NameInBoth {
    /// In Dutch.
    pub nl: Line,
    /// In English.
    pub en: Line,
}

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema, async_graphql::SimpleObject))]
#[serde(deny_unknown_fields)]
pub struct TextInBoth {
    /// In Dutch.
    pub nl: Text,
    /// In English.
    pub en: Text,
}

/// What the figures of a source count.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema, async_graphql::SimpleObject))]
#[serde(deny_unknown_fields)]
pub struct SourceDefinition {
    pub name: NameInBoth,
    /// Who counted.
    pub publisher: Line,
    /// What one is: a report, a person, a death.
    pub unit: NameInBoth,
    /// Who or what counts, and by which date.
    pub counts: TextInBoth,
    /// What the figures are known not to tell.
    pub gaps: Option<TextInBoth>,
    /// What they are cut by, beside the period and the municipality: at most two.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schema(max_items = 2))]
    pub cuts: Vec<SourceCut>,
    /// Where the same numbers can be read by everybody. Then they are shown as they are. Without it counts from 1 to 9 are not shown,
    /// and others are rounded to a multiple of 5.
    pub published_at: Option<WebAddress>,
}

/// What figures are cut by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema, async_graphql::SimpleObject))]
#[serde(deny_unknown_fields)]
pub struct SourceCut {
    pub name: NameInBoth,
    /// At most 100, without totals.
    #[cfg_attr(feature = "schema", schema(min_items = 1, max_items = 100))]
    pub categories: Vec<SourceCategory>,
}

/// A category of a cut.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema, async_graphql::SimpleObject))]
#[serde(deny_unknown_fields)]
pub struct SourceCategory {
    /// As the figures name it.
    pub code: Line,
    pub name: NameInBoth,
}

/// One number of a source.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema, async_graphql::SimpleObject))]
#[serde(deny_unknown_fields)]
pub struct SourceFigure {
    pub period: SourcePeriod,
    /// Absent where the source does not tell municipalities apart.
    pub municipality: Option<Municipality>,
    /// The code of a category of each cut, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schema(max_items = 2))]
    pub categories: Vec<Line>,
    /// How many, in the source's unit; absent where it is not shown.
    #[cfg_attr(feature = "schema", schema(maximum = 4_294_967_295_u32))]
    pub count: Option<u32>,
}

/// The figures of a source, 1 to 2,000 of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(min_items = 1, max_items = 2000))]
#[serde(try_from = "Vec<SourceFigure>")]
pub struct SourceFigures(Vec<SourceFigure>);

/// A list of figures is empty or too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must have 1 to {MOST_FIGURES} items")]
pub struct NoFigures;

impl TryFrom<Vec<SourceFigure>> for SourceFigures {
    type Error = NoFigures;

    fn try_from(figures: Vec<SourceFigure>) -> Result<Self, NoFigures> {
        if (1..=MOST_FIGURES).contains(&figures.len()) { Ok(Self(figures)) } else { Err(NoFigures) }
    }
}

impl std::ops::Deref for SourceFigures {
    type Target = [SourceFigure];

    fn deref(&self) -> &[SourceFigure] {
        &self.0
    }
}

/// What is wrong with the figures of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}: {}", self.field(), self.message())]
pub enum BadSource {
    Cuts,
    CategoryTwice,
    Categories,
    UnknownCategory,
    NotOver,
    Twice,
    Municipality,
    Overlapping,
    Total,
}

impl BadSource {
    /// The field that is wrong.
    #[must_use]
    pub fn field(self) -> &'static str {
        match self {
            Self::Cuts | Self::CategoryTwice => "definition/cuts",
            Self::Categories
            | Self::UnknownCategory
            | Self::NotOver
            | Self::Twice
            | Self::Municipality
            | Self::Overlapping
            | Self::Total => "figures",
        }
    }

    /// The rule that it breaks.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::Cuts => "must be at most two, each with 1 to 100 categories",
            Self::CategoryTwice => "must name each category of a cut once",
            Self::Categories => "must have a category for each cut of the definition, in their order",
            Self::UnknownCategory => "must have categories that the definition names",
            Self::NotOver => "must be of periods that are over",
            Self::Twice => "must tell a number of each period, municipality and category once",
            Self::Municipality => "must all have a municipality, or none: a total could be subtracted from",
            Self::Overlapping => "must be of periods that do not overlap: one could be subtracted from another",
            Self::Total => {
                "must have no category that is the sum of all others: leave totals out, they give small numbers away"
            }
        }
    }
}

/// Up to which count a number is small, and to a multiple of what others are rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SmallNumbers {
    pub threshold: u32,
    pub base: u32,
}

/// What is wrong, and with which figure, counted from 0; `None` where it is the definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceFault {
    pub figure: Option<usize>,
    pub why: BadSource,
}

impl SourceFigures {
    /// Whether they are what the definition says, as of a day.
    ///
    /// # Errors
    /// With the first thing that is wrong.
    pub fn check(&self, definition: &SourceDefinition, today: NaiveDate) -> Result<(), SourceFault> {
        definition.check().map_err(|why| SourceFault { figure: None, why })?;
        let mut told = BTreeSet::new();
        for (place, figure) in self.iter().enumerate() {
            let fault = |why| Err(SourceFault { figure: Some(place), why });
            if figure.categories.len() != definition.cuts.len() {
                return fault(BadSource::Categories);
            }
            let mut of_cuts = definition.cuts.iter().zip(&figure.categories);
            if !of_cuts.all(|(cut, code)| cut.categories.iter().any(|category| category.code == *code)) {
                return fault(BadSource::UnknownCategory);
            }
            if figure.period.last_day() > today {
                return fault(BadSource::NotOver);
            }
            if figure.municipality.is_some() != self[0].municipality.is_some() {
                return fault(BadSource::Municipality);
            }
            if !told.insert((&figure.period, &figure.municipality, &figure.categories)) {
                return fault(BadSource::Twice);
            }
        }
        let mut periods: Vec<(usize, &SourcePeriod)> = self.iter().map(|figure| &figure.period).enumerate().collect();
        periods.sort_by_key(|(_, period)| (period.first_day(), period.last_day()));
        let overlap = |pair: &&[(usize, &SourcePeriod)]| matches!(pair, [(_, one), (_, next)] if one != next && next.first_day() <= one.last_day());
        if let Some(pair) = periods.windows(2).find(overlap) {
            return Err(SourceFault { figure: pair.last().map(|(place, _)| *place), why: BadSource::Overlapping });
        }
        let is_total = |cut: usize| definition.cuts[cut].categories.iter().any(|category| self.is_total(cut, category));
        if definition.published_at.is_none() && (0..definition.cuts.len()).any(is_total) {
            return Err(SourceFault { figure: None, why: BadSource::Total });
        }
        Ok(())
    }

    /// What may be shown of them, unless they are public already: small numbers are not, and others are rounded.
    #[must_use]
    pub fn protected(self, rule: SmallNumbers) -> Self {
        let shown = |count: u32| match count {
            0 => Some(0),
            small if small <= rule.threshold => None,
            count => Some((count.saturating_add(rule.base / 2) / rule.base).saturating_mul(rule.base)),
        };
        Self(self.0.into_iter().map(|figure| SourceFigure { count: figure.count.and_then(shown), ..figure }).collect())
    }

    /// Whether a category is the sum of the others wherever it is told, and of more than a few.
    fn is_total(&self, cut: usize, category: &SourceCategory) -> bool {
        /// The count of the category, the sum of the others, and how many those are.
        type Group = (Option<u32>, u32, usize);
        let mut groups: BTreeMap<_, Group> = BTreeMap::new();
        for figure in self.iter() {
            let Some(count) = figure.count else { continue };
            let other = figure.categories.iter().enumerate().filter(|(place, _)| *place != cut);
            let other: Vec<&Line> = other.map(|(_, code)| code).collect();
            let (own, sum, others) = groups.entry((&figure.period, &figure.municipality, other)).or_default();
            if figure.categories[cut] == category.code {
                *own = Some(count);
            } else {
                *sum = sum.saturating_add(count);
                *others += 1;
            }
        }
        let mut told = groups.values().filter_map(|(own, sum, others)| Some((own.as_ref()?, sum, others))).peekable();
        let is_told = told.peek().is_some();
        is_told && told.all(|(own, sum, others)| own == sum && *others >= 2 && *own >= TELLING_TOTAL)
    }
}

impl SourceDefinition {
    fn check(&self) -> Result<(), BadSource> {
        let is_right = |cut: &SourceCut| (1..=MOST_CATEGORIES).contains(&cut.categories.len());
        if self.cuts.len() > MOST_CUTS || !self.cuts.iter().all(is_right) {
            return Err(BadSource::Cuts);
        }
        let names_once = |cut: &SourceCut| {
            let codes: BTreeSet<_> = cut.categories.iter().map(|category| &category.code).collect();
            codes.len() == cut.categories.len()
        };
        if self.cuts.iter().all(names_once) { Ok(()) } else { Err(BadSource::CategoryTwice) }
    }
}

/// What a figure of others is of: a year `2026`, a quarter `2026-Q3`, a month `2026-09`, or a day `2026-09-15`, in the years 2000
/// to 2099.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, DeserializeFromStr, SerializeDisplay)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(
    feature = "schema",
    schema(value_type = String, pattern = "^20[0-9]{2}(-Q[1-4]|-[0-9]{2}(-[0-9]{2})?)?$", example = "2026-09")
)]
pub struct SourcePeriod(Covered);

/// The days that a period covers, and how it is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Covered {
    first_day: NaiveDate,
    last_day: NaiveDate,
    text: String,
}

#[cfg(feature = "schema")]
async_graphql::scalar!(SourcePeriod);

/// A text that is no such period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a year, quarter, month or day such as 2026, 2026-Q3, 2026-09 or 2026-09-15")]
pub struct NoSourcePeriod;

impl SourcePeriod {
    /// The first day that it covers.
    #[must_use]
    pub fn first_day(&self) -> NaiveDate {
        self.0.first_day
    }

    /// The last day that it covers.
    #[must_use]
    pub fn last_day(&self) -> NaiveDate {
        self.0.last_day
    }

    fn parse(text: &str) -> Option<Self> {
        let number = |text: &str, digits: usize| -> Option<u32> {
            let is_plain = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
            is_plain.then(|| text.parse().ok()).flatten()
        };
        let (year, rest) = text.split_at_checked(4)?;
        let year = i32::try_from(number(year, 4)?).ok().filter(|year| (2000..=2099).contains(year))?;
        let (first_day, months) = match rest.strip_prefix('-') {
            None if rest.is_empty() => (NaiveDate::from_ymd_opt(year, 1, 1)?, 12),
            None => return None,
            Some(rest) => match (rest.strip_prefix('Q'), rest.split_once('-')) {
                (Some(quarter), _) => {
                    let quarter = number(quarter, 1).filter(|quarter| (1..=4).contains(quarter))?;
                    (NaiveDate::from_ymd_opt(year, quarter * 3 - 2, 1)?, 3)
                }
                (None, None) => (NaiveDate::from_ymd_opt(year, number(rest, 2)?, 1)?, 1),
                (None, Some((month, day))) => {
                    let day = NaiveDate::from_ymd_opt(year, number(month, 2)?, number(day, 2)?)?;
                    return Some(Self(Covered { first_day: day, last_day: day, text: text.to_owned() }));
                }
            },
        };
        let last_day = first_day.checked_add_months(Months::new(months))?.pred_opt()?;
        debug_assert_eq!(first_day.year(), last_day.year());
        Some(Self(Covered { first_day, last_day, text: text.to_owned() }))
    }
}

impl std::str::FromStr for SourcePeriod {
    type Err = NoSourcePeriod;

    fn from_str(text: &str) -> Result<Self, NoSourcePeriod> {
        Self::parse(text).ok_or(NoSourcePeriod)
    }
}

impl fmt::Display for SourcePeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.text)
    }
}
