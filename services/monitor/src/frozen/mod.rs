//! A frozen release: the figures of one period as they were published, once and for ever.
//!
//! Everything in it is safe to publish to its audience. It is read back as a constraint on later releases, so that two of
//! them together tell of nobody either.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::definitions::{Cut, Unit};
use crate::disclosure::Rule;
use crate::period::Period;

/// The format of [`Frozen`] as JSON. A change that a reader may stumble over gets the next number.
pub const FORMAT: &str = "baken-monitor-release/1";

/// Who may read a release.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// [`Rule::OUTSIDE`], all municipalities.
    Everybody,
    /// [`Rule::COORDINATORS`], the figures of their municipality alone.
    Coordinators(String),
}

impl Audience {
    /// The municipality for whose coordinators it is.
    #[must_use]
    pub fn municipality(&self) -> Option<&str> {
        match self {
            Self::Everybody => None,
            Self::Coordinators(municipality) => Some(municipality),
        }
    }

    #[must_use]
    pub fn rule(&self) -> Rule {
        match self {
            Self::Everybody => Rule::OUTSIDE,
            Self::Coordinators(_) => Rule::COORDINATORS,
        }
    }
}

/// A release as it was published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Frozen {
    /// [`FORMAT`].
    pub format: String,
    pub period: Period,
    /// The facts are as they were known on this day.
    pub frozen_on: NaiveDate,
    pub audience: Audience,
    pub rule: Rule,
    pub tables: Vec<Table>,
    /// Indicators of which nothing could be published without telling of somebody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<String>,
}

/// One indicator, crossed by some cuts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// The id of its definition.
    pub indicator: String,
    /// The version of its definition.
    pub version: u32,
    pub unit: Unit,
    pub cuts: Vec<Cut>,
    pub cells: Vec<Cell>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// A category of each cut; the total where a cut is absent. Without a municipality: the four cities together.
    pub categories: BTreeMap<Cut, String>,
    pub value: Value,
}

/// What a cell shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Rounded to the rule's base, in the table's unit. A 0 is nobody.
    Count(u64),
    /// Not shown: it is small, or it would give a small one away.
    Suppressed,
    Days(Durations),
    Estimate(Estimated),
    /// There is no estimate; the code of the refusal, as `baken monitor estimate` gives it.
    Refused(String),
}

/// Durations with censoring, by the estimator of Kaplan and Meier (1958). All rounded to the rule's base.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Durations {
    /// Days; `None` where the curve does not fall so far, or too few are on one side of it.
    pub lower_quartile: Option<u32>,
    pub median: Option<u32>,
    pub upper_quartile: Option<u32>,
    /// Percent to whom it has not happened after so many days.
    pub curve: BTreeMap<u32, u32>,
}

/// An estimate of the size of the population, in persons, rounded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estimated {
    pub estimate: u64,
    /// An interval of 95%.
    pub lower: u64,
    /// `None` where the data set no upper bound.
    pub upper: Option<u64>,
    pub is_lower_bound: bool,
    /// The estimator's name, and for a log-linear model its interactions.
    pub method: String,
    /// Codes of what speaks against it.
    pub warnings: Vec<String>,
}

/// Why a period is not frozen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotFrozen {
    #[error("the period is not over before {0}")]
    NotOver(NaiveDate),
    #[error("the period is frozen already")]
    Released,
    #[error("its year is frozen, and with it the quarters that were not frozen before")]
    YearIsFrozen,
    #[error("a count is larger than {0}")]
    TooMany(u64),
}
