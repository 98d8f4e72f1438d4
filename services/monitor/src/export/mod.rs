//! Releases for other programs: CSV with its metadata (CSV on the Web, W3C 2015), JSON-stat 2.0, and Parquet.
//!
//! All are made of a [`Frozen`] alone, so that nothing else can be in them.

mod csv;
mod json_stat;
#[cfg(feature = "parquet")]
mod parquet;

#[cfg(test)]
mod tests;

pub use csv::{csv, csvw};
pub use json_stat::json_stat;
#[cfg(feature = "parquet")]
pub use parquet::parquet;

use crate::definitions::{Cut, Text};
use crate::frozen::{Cell, Frozen, Table, Value};

/// All cuts, in the order of columns.
pub(crate) const CUTS: [Cut; 15] = [
    Cut::Municipality,
    Cut::Country,
    Cut::Sex,
    Cut::AgeBand,
    Cut::EthosLight,
    Cut::Channel,
    Cut::Offering,
    Cut::Outcome,
    Cut::Reason,
    Cut::FacilityKind,
    Cut::Conditions,
    Cut::After30Days,
    Cut::After90Days,
    Cut::Beds,
    Cut::Timeliness,
];

/// A number of a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Measured {
    pub measure: String,
    /// `None` where it is not told.
    pub number: Option<u64>,
    pub status: &'static str,
}

pub(crate) const TOLD: &str = "told";
pub(crate) const SUPPRESSED: &str = "suppressed";
pub(crate) const REFUSED: &str = "refused";

/// All numbers of a release, each with its cell and its table.
fn rows(release: &Frozen) -> impl Iterator<Item = (&Table, &Cell, Measured)> {
    let cells = release.tables.iter().flat_map(|table| table.cells.iter().map(move |cell| (table, cell)));
    cells.flat_map(|(table, cell)| measured(&cell.value).into_iter().map(move |number| (table, cell, number)))
}

/// The numbers of a cell.
pub(crate) fn measured(value: &Value) -> Vec<Measured> {
    let one = |measure: &str, number: Option<u64>| Measured {
        measure: measure.to_owned(),
        number,
        status: if number.is_some() { TOLD } else { SUPPRESSED },
    };
    match value {
        Value::Count(count) => vec![one("count", Some(*count))],
        Value::Suppressed => vec![one("", None)],
        Value::Refused(reason) => {
            vec![Measured { measure: format!("refused_{reason}"), number: None, status: REFUSED }]
        }
        Value::Days(days) => {
            let quartiles = [
                ("lower_quartile", days.lower_quartile),
                ("median", days.median),
                ("upper_quartile", days.upper_quartile),
            ];
            let quartiles = quartiles.into_iter().map(|(measure, days)| one(measure, days.map(u64::from)));
            let curve = days.curve.iter();
            quartiles
                .chain(curve.map(|(day, part)| one(&format!("percent_after_{day}_days"), Some(u64::from(*part)))))
                .collect()
        }
        Value::Estimate(of) => vec![
            one("estimate", Some(of.estimate)),
            one("estimate_lower", Some(of.lower)),
            // No upper end is no secret.
            Measured { status: TOLD, ..one("estimate_upper", of.upper) },
        ],
    }
}

/// What a measure is called.
pub(crate) fn measure_label(measure: &str) -> Text {
    match measure {
        "count" => Text { nl: "aantal", en: "count" },
        "lower_quartile" => Text { nl: "eerste kwartiel", en: "lower quartile" },
        "median" => Text { nl: "mediaan", en: "median" },
        "upper_quartile" => Text { nl: "derde kwartiel", en: "upper quartile" },
        "estimate" => Text { nl: "schatting", en: "estimate" },
        "estimate_lower" => Text { nl: "ondergrens (95%)", en: "lower end (95%)" },
        "estimate_upper" => Text { nl: "bovengrens (95%)", en: "upper end (95%)" },
        _ => Text { nl: "procent nog niet na zoveel dagen", en: "percent not yet after so many days" },
    }
}
