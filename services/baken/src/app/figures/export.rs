//! Releases as files, for other programs and for paper.

use std::collections::BTreeMap;

use access_log::Action;
use care_path::figures::{NameInBoth, Remark, SourceCut, SourceFigure, SourceImported, TextInBoth};
use care_path::text::Line;
use monitor::definitions::Language;
use monitor::export::{csv, csvw, json_stat};
use monitor::frozen::Frozen;
use monitor::period::Period;
use monitor::report::{Beside, BesideRow, report};

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
    /// <https://parquet.apache.org/>, where the service is built with it.
    #[cfg(feature = "parquet")]
    Parquet,
    /// A page that prints.
    Report,
}

impl FiguresForm {
    /// All forms.
    pub const ALL: &[Self] = &[
        Self::Csv,
        Self::CsvMetadata,
        Self::JsonStat,
        #[cfg(feature = "parquet")]
        Self::Parquet,
        Self::Report,
    ];

    /// The form that an address names.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|form| form.name() == name)
    }

    /// Its name in addresses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::CsvMetadata => "csvw",
            Self::JsonStat => "json-stat",
            #[cfg(feature = "parquet")]
            Self::Parquet => "parquet",
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
            #[cfg(feature = "parquet")]
            Self::Parquet => "application/vnd.apache.parquet",
            Self::Report => "text/html; charset=utf-8",
        }
    }

    /// What the name of its file ends in.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::CsvMetadata | Self::JsonStat => "json",
            #[cfg(feature = "parquet")]
            Self::Parquet => "parquet",
            Self::Report => "html",
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
    ) -> Result<Vec<u8>, FiguresError> {
        reader.acts(Action::Export);
        let all = self.every_release(reader, own)?;
        let release = all.iter().find(|each| each.period == period).ok_or(FiguresError::NotFound)?;
        let language = language_of(language);
        let text = match form {
            #[cfg(feature = "parquet")]
            FiguresForm::Parquet => {
                return monitor::export::parquet(release).map_err(|error| FiguresError::Unwritten(Box::new(error)));
            }
            FiguresForm::Csv => csv(release),
            FiguresForm::CsvMetadata => csvw(release, address, language),
            FiguresForm::JsonStat => json_stat(release, language),
            FiguresForm::Report => {
                // What came after the period is no part of its report.
                let until: Vec<_> = all.iter().filter(|each| each.period <= period).cloned().collect();
                report(&until, &self.remarks_in(period, language), &self.figures_beside(release, language), language)
            }
        };
        Ok(text.into_bytes())
    }

    /// The remarks on a release by indicator, in a language where there are any, else in the other.
    #[must_use]
    pub fn remarks_in(&self, period: Period, language: Language) -> BTreeMap<String, String> {
        let text = |Remark { nl, en }: &Remark| {
            let (first, second) = match language {
                Language::Dutch => (nl, en),
                Language::English => (en, nl),
            };
            first.as_ref().or(second.as_ref()).map(|text| text.as_str().to_owned())
        };
        let figures = self.figures();
        let of_period = figures.remarks.iter().filter(|((of, _), _)| of.to_string() == period.to_string());
        of_period.filter_map(|((_, indicator), remark)| Some((indicator.to_string(), text(remark)?))).collect()
    }

    /// The figures of others that lie in the period of a release, in a language; of its municipality, if it is about one.
    #[must_use]
    pub fn figures_beside(&self, release: &Frozen, language: Language) -> Vec<Beside> {
        let figures = self.figures();
        figures.shown_sources().filter_map(|(_, _, imported)| beside(imported, release, language)).collect()
    }
}

/// What a source tells of the period of a release; `None` where it tells nothing.
fn beside(imported: &SourceImported, release: &Frozen, language: Language) -> Option<Beside> {
    let SourceImported { source, definition, figures } = imported;
    let pick = |nl: &str, en: &str| match language {
        Language::Dutch => nl.to_owned(),
        Language::English => en.to_owned(),
    };
    let name = |name: &NameInBoth| pick(name.nl.as_str(), name.en.as_str());
    let text = |text: &TextInBoth| pick(text.nl.as_str(), text.en.as_str());
    let (period, own) = (release.period, release.audience.municipality());
    let is_told = |figure: &&SourceFigure| {
        let is_of_place = own.is_none_or(|own| figure.municipality.as_ref().is_none_or(|place| place.as_str() == own));
        is_of_place && period.contains(figure.period.first_day()) && period.contains(figure.period.last_day())
    };
    let row = |figure: &SourceFigure| {
        let of_cuts = definition.cuts.iter().zip(&figure.categories);
        let category = |(cut, code): (&SourceCut, &Line)| {
            let named = cut.categories.iter().find(|category| category.code == *code);
            named.map_or_else(|| code.as_str().to_owned(), |category| name(&category.name))
        };
        BesideRow {
            period: figure.period.to_string(),
            place: figure.municipality.as_ref().map(|place| place.as_str().to_owned()),
            categories: of_cuts.map(category).collect(),
            count: figure.count.map(u64::from),
        }
    };
    let rows: Vec<_> = figures.iter().filter(is_told).map(row).collect();
    (!rows.is_empty()).then(|| Beside {
        id: source.as_str().to_owned(),
        name: name(&definition.name),
        publisher: definition.publisher.as_str().to_owned(),
        unit: name(&definition.unit),
        counts: text(&definition.counts),
        gaps: definition.gaps.as_ref().map(text),
        published_at: definition.published_at.as_ref().map(|address| address.as_str().to_owned()),
        cuts: definition.cuts.iter().map(|cut| name(&cut.name)).collect(),
        rows,
    })
}
