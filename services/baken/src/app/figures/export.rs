//! Releases as files, for other programs and for paper.

use std::collections::BTreeMap;

use access_log::Action;
use monitor::export::{csv, csvw, json_stat};
use monitor::period::Period;
use monitor::report::report;

use super::{FiguresError, views::language_of};
use crate::app::{Baken, LabelLanguage, Reading};

/// The form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FiguresForm {
    /// CSV (RFC 4180).
    Csv,
    /// The metadata of that CSV file: CSV on the Web, <https://www.w3.org/TR/tabular-metadata/>.
    CsvMetadata,
    /// <https://json-stat.org/format/>, version 2.0.
    JsonStat,
    /// A page that prints.
    Report,
}

impl FiguresForm {
    /// The form that an address names.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        [Self::Csv, Self::CsvMetadata, Self::JsonStat, Self::Report].into_iter().find(|form| form.name() == name)
    }

    /// Its name in addresses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::CsvMetadata => "csvw",
            Self::JsonStat => "json-stat",
            Self::Report => "report",
        }
    }

    /// Its media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::CsvMetadata => "application/csvm+json",
            Self::JsonStat => "application/json",
            Self::Report => "text/html; charset=utf-8",
        }
    }
}

impl Baken {
    /// The release of a period as a file. `address` is where its CSV file is.
    ///
    /// # Errors
    /// Where there is no such release, or the role may not read it.
    pub fn figures_file(
        &self,
        reader: &Reading,
        (period, own): (Period, bool),
        form: FiguresForm,
        language: LabelLanguage,
        address: &str,
    ) -> Result<String, FiguresError> {
        reader.acts(Action::Export);
        let all = self.every_release(reader, own)?;
        let release = all.iter().find(|each| each.period == period).ok_or(FiguresError::NotFound)?;
        let language = language_of(language);
        Ok(match form {
            FiguresForm::Csv => csv(release),
            FiguresForm::CsvMetadata => csvw(release, address, language),
            FiguresForm::JsonStat => json_stat(release, language),
            FiguresForm::Report => {
                // What came after the period is no part of its report.
                let until: Vec<_> = all.iter().filter(|each| each.period <= period).cloned().collect();
                report(&until, &BTreeMap::new(), language)
            }
        })
    }
}
