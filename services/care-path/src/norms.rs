//! The norms of the rights assessment: numbers with a date and a source, kept apart from the rules that use them.
//!
//! Law and policy change. Each version is a file in `seeds/rights/`, every assessment names the version that it was made
//! with, and a version that was used is never edited.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize};

/// The name of a version of the ruleset, such as `2026-1`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(value_type = String, pattern = "^[a-z0-9][a-z0-9-]{0,31}$", example = "2026-1"))]
pub struct Ruleset(Arc<str>);

/// Why a name is not that of a ruleset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 32 characters of a-z, 0-9 and hyphen, and begin with a letter or digit")]
pub struct BadRuleset;

impl Ruleset {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Ruleset {
    type Err = BadRuleset;

    fn from_str(text: &str) -> Result<Self, BadRuleset> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if text.is_empty() || text.len() > 32 || text.starts_with('-') || !text.bytes().all(allowed) {
            return Err(BadRuleset);
        }
        Ok(Self(Arc::from(text)))
    }
}

impl fmt::Display for Ruleset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Ruleset {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "schema")]
async_graphql::scalar!(Ruleset);

/// One version of the ruleset's numbers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Norms {
    pub ruleset: Ruleset,
    /// The first day on which these norms hold.
    pub valid_from: NaiveDate,
    #[serde(rename = "norms")]
    pub figures: Figures,
    /// For each figure what it rests on: an article, a judgment, a policy rule, or Baken's own choice.
    pub sources: BTreeMap<String, String>,
}

impl Norms {
    /// Reads a version from its file in `seeds/rights/`.
    ///
    /// # Errors
    /// Where the text is not JSON of that shape, or a share is not a whole number of hundredths from 0 to 1.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }
}

/// The figures themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figures {
    /// Work is genuine and effective in any case from this share of the full working time on.
    pub genuine_work_share_of_full_working_time: Share,
    pub full_working_time_hours_per_week: u16,
    /// The same norm by the month, where hours differ from week to week.
    pub genuine_work_hours_per_month: u16,
    /// Work is genuine and effective in any case where the income from it is above this share.
    pub genuine_work_income_share_of_social_assistance_norm: Share,
    pub worker_status_retained_fully_after_months_of_work: u16,
    pub retained_worker_status_months_after_less_than_a_year: u16,
    pub permanent_residence_years: u16,
    pub initial_stay_months: u16,
}

/// A share from 0 to 1, held in whole hundredths so that a border is exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share(u8);

impl Share {
    /// The share in hundredths.
    #[must_use]
    pub fn percent(self) -> u16 {
        u16::from(self.0)
    }
}

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let share = f64::deserialize(deserializer)?;
        let same = |percent: &u8| (f64::from(*percent) - share * 100.0).abs() < 1e-6;
        let percent = (0..=100).find(same);
        percent.map(Self).ok_or_else(|| serde::de::Error::custom("a share is a whole number of hundredths from 0 to 1"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const FILE: &str = include_str!("../../../seeds/rights/2026-1.json");

    fn changed(change: impl FnOnce(&mut Value)) -> Result<Norms, serde_json::Error> {
        let mut file = serde_json::from_str(FILE).unwrap();
        change(&mut file);
        Norms::from_json(&file.to_string())
    }

    #[test]
    fn the_norms_of_2026_are_read_and_each_has_a_source() {
        let norms = Norms::from_json(FILE).unwrap();
        assert_eq!(norms.ruleset.as_str(), "2026-1");
        assert_eq!(norms.figures.genuine_work_share_of_full_working_time.percent(), 40);
        assert_eq!(norms.figures.genuine_work_income_share_of_social_assistance_norm.percent(), 50);
        let file: Value = serde_json::from_str(FILE).unwrap();
        let figures: Vec<_> = file["norms"].as_object().unwrap().keys().collect();
        let sourced: Vec<_> = norms.sources.keys().collect();
        assert_eq!(figures.len(), sourced.len());
        assert!(figures.iter().all(|figure| sourced.contains(figure)));
    }

    #[test]
    fn the_norm_by_the_month_is_the_norm_by_the_week_over_a_year_rounded_down() {
        let figures = Norms::from_json(FILE).unwrap().figures;
        let share = figures.genuine_work_share_of_full_working_time.percent();
        let by_the_month = u32::from(share) * u32::from(figures.full_working_time_hours_per_week) * 52 / 100 / 12;
        assert_eq!(u32::from(figures.genuine_work_hours_per_month), by_the_month);
    }

    #[test]
    fn a_norm_that_is_missing_unknown_or_no_share_is_refused() {
        assert!(changed(|_| ()).is_ok());
        assert!(changed(|file| drop(file["norms"].as_object_mut().unwrap().remove("initial_stay_months"))).is_err());
        assert!(changed(|file| file["norms"]["initial_stay_weeks"] = json!(13)).is_err());
        for bad in [json!(1.2), json!(-0.1), json!(0.405), json!("0.4")] {
            let share = bad.clone();
            let read = changed(|file| file["norms"]["genuine_work_share_of_full_working_time"] = share);
            assert!(read.is_err(), "{bad}");
        }
    }

    #[test]
    fn every_hundredth_is_read_exactly() {
        for percent in 0..=100_u16 {
            let share: Share = serde_json::from_value(json!(f64::from(percent) / 100.0)).unwrap();
            assert_eq!(share.percent(), percent);
        }
    }

    #[test]
    fn a_ruleset_has_a_short_lower_case_name() {
        assert!("2026-1".parse::<Ruleset>().is_ok());
        for bad in ["", "-1", "2026 1", "Ruleset", "2026-1-2026-1-2026-1-2026-1-2026-1"] {
            assert_eq!(bad.parse::<Ruleset>(), Err(BadRuleset), "{bad:?}");
        }
    }
}
