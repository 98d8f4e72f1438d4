//! `baken monitor source`: figures of others, from a CSV file by a mapping, as the body of `POST /v1/monitor/sources`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use care_path::figures::{
    MOST_FIGURES, NameInBoth, SourceCategory, SourceCut, SourceDefinition, SourceFault, SourceFigure, SourceFigures,
    TextInBoth,
};
use care_path::ids::SourceId;
use care_path::text::{Line, WebAddress};
use care_path::time::local_date;
use chrono::NaiveDate;
use clap::Args;
use serde::{Deserialize, Serialize};

use super::sheet::{self, Names, ReadError, Row};
use crate::cli::Failure;
use crate::sources::{Clock as _, SystemClock};

/// Makes the import of figures of others out of a CSV file
///
/// The mapping says what the figures count and which columns hold them: see `seeds/monitor/police-nuisance.toml`. The body of
/// `POST /v1/monitor/sources` goes to standard output; nothing is sent. What the mapping does not name stays in the file.
#[derive(Debug, Args)]
pub struct SourceFile {
    /// The figures: CSV.
    file: PathBuf,
    /// What they count, and in which columns.
    #[arg(long, value_name = "FILE")]
    mapping: PathBuf,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mapping {
    source: SourceId,
    definition: Definition,
    period: Column,
    municipality: Option<Column>,
    count: Count,
    #[serde(default, rename = "cut")]
    cuts: Vec<Cut>,
}

/// A definition as the service takes it, without the cuts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Definition {
    name: NameInBoth,
    publisher: Line,
    unit: NameInBoth,
    counts: TextInBoth,
    gaps: Option<TextInBoth>,
    published_at: Option<WebAddress>,
}

/// Where something is said: in a column, or for the whole file.
#[derive(Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Column {
    Always {
        always: String,
    },
    In {
        column: String,
        /// What its cells stand for. Where there are some, other cells are errors; where there are none, a cell stands for itself.
        #[serde(default)]
        values: BTreeMap<String, String>,
        /// Cells whose rows are left out, such as totals.
        #[serde(default)]
        leave_out: Vec<String>,
    },
}

/// Where the numbers are.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Count {
    column: String,
    /// What cells say where the source shows no number.
    #[serde(default)]
    hidden: Vec<String>,
}

/// What figures are cut by.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cut {
    name: NameInBoth,
    column: String,
    categories: Vec<Category>,
    #[serde(default)]
    leave_out: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Category {
    value: String,
    nl: Line,
    en: Line,
}

/// The body that is sent.
#[derive(Debug, Serialize)]
struct Body {
    source: SourceId,
    definition: SourceDefinition,
    figures: SourceFigures,
}

/// A column of the file, and what its cells stand for.
struct Reading<'a> {
    place: usize,
    values: BTreeMap<&'a str, &'a str>,
    leave_out: &'a [String],
}

/// What a cell says.
enum Said<'a> {
    That(&'a str),
    LeftOut,
}

impl SourceFile {
    pub fn run(self) -> Result<(), Failure> {
        let told = |file: &PathBuf, why: &dyn std::fmt::Display| Failure::from(format!("{}: {why}", file.display()));
        let mapping = std::fs::read_to_string(&self.mapping).map_err(|error| told(&self.mapping, &error))?;
        let mapping: Mapping = toml::from_str(&mapping).map_err(|error| told(&self.mapping, &error))?;
        let bytes = std::fs::read(&self.file).map_err(|error| told(&self.file, &error))?;
        let body = body(mapping, &bytes, local_date(SystemClock.now())).map_err(|error| told(&self.file, &error))?;
        println!("{}", serde_json::to_string_pretty(&body)?);
        Ok(())
    }
}

fn body(mapping: Mapping, bytes: &[u8], today: NaiveDate) -> Result<Body, ReadError> {
    let (figures, lines) = sheet::read(bytes, |names, rows| {
        let columns = Columns::of(&mapping, names)?;
        let (mut figures, mut lines) = (Vec::new(), Vec::new());
        for row in rows {
            let row = row?;
            if let Some(figure) = columns.figure(names, &row)? {
                figures.push(figure);
                lines.push(row.line);
            }
            if figures.len() > MOST_FIGURES {
                return Err(ReadError::Line {
                    line: row.line,
                    why: format!("there are more than {MOST_FIGURES} figures"),
                });
            }
        }
        Ok((figures, lines))
    })?;
    let Mapping { source, definition, cuts, .. } = mapping;
    let Definition { name, publisher, unit, counts, gaps, published_at } = definition;
    let category = |Category { value, nl, en }: Category| {
        value.parse().ok().map(|code| SourceCategory { code, name: NameInBoth { nl, en } })
    };
    let cut = |Cut { name, categories, .. }: Cut| SourceCut {
        name,
        categories: categories.into_iter().filter_map(category).collect(),
    };
    let cuts = cuts.into_iter().map(cut).collect();
    let definition = SourceDefinition { name, publisher, unit, counts, gaps, cuts, published_at };
    let figures = SourceFigures::try_from(figures).map_err(|_| ReadError::Empty)?;
    figures.check(&definition, today).map_err(|SourceFault { figure, why }| ReadError::Line {
        line: figure.and_then(|figure| lines.get(figure)).or(lines.first()).copied().unwrap_or_default(),
        why: why.to_string(),
    })?;
    Ok(Body { source, definition, figures })
}

/// Where everything is in the file.
struct Columns<'a> {
    period: Where<'a>,
    municipality: Option<Where<'a>>,
    count: usize,
    hidden: &'a [String],
    cuts: Vec<Reading<'a>>,
}

enum Where<'a> {
    Always(&'a str),
    In(Reading<'a>),
}

impl<'a> Columns<'a> {
    fn of(mapping: &'a Mapping, names: &Names) -> Result<Self, ReadError> {
        let place = |column: &str| {
            names.names.iter().position(|name| name == column).ok_or_else(|| {
                let there = names.names.join(", ");
                ReadError::Line { line: names.line, why: format!("there is no column {column:?}. There are: {there}") }
            })
        };
        let at = |column: &'a Column| -> Result<Where<'a>, ReadError> {
            Ok(match column {
                Column::Always { always } => Where::Always(always),
                Column::In { column, values, leave_out } => {
                    let values = values.iter().map(|(cell, stands_for)| (cell.as_str(), stands_for.as_str())).collect();
                    Where::In(Reading { place: place(column)?, values, leave_out })
                }
            })
        };
        let cut = |cut: &'a Cut| -> Result<Reading<'a>, ReadError> {
            let values = cut.categories.iter().map(|each| (each.value.as_str(), each.value.as_str())).collect();
            Ok(Reading { place: place(&cut.column)?, values, leave_out: &cut.leave_out })
        };
        Ok(Self {
            period: at(&mapping.period)?,
            municipality: mapping.municipality.as_ref().map(at).transpose()?,
            count: place(&mapping.count.column)?,
            hidden: &mapping.count.hidden,
            cuts: mapping.cuts.iter().map(cut).collect::<Result<_, _>>()?,
        })
    }

    /// The figure of a row; `None` where the row is left out.
    fn figure(&self, names: &Names, row: &Row) -> Result<Option<SourceFigure>, ReadError> {
        let mut categories = Vec::new();
        for cut in &self.cuts {
            match cut.said(names, row)? {
                Said::LeftOut => return Ok(None),
                Said::That(value) => categories.push(read(value, names, row, cut.place)?),
            }
        }
        let Some(period) = self.period.read(names, row)? else { return Ok(None) };
        let municipality = match &self.municipality {
            None => None,
            Some(at) => match at.read(names, row)? {
                None => return Ok(None),
                found => found,
            },
        };
        let cell = &row.cells[self.count];
        let count = if self.hidden.contains(cell) {
            None
        } else if !cell.is_empty() && cell.bytes().all(|byte| byte.is_ascii_digit()) {
            Some(read(cell, names, row, self.count)?)
        } else {
            return Err(names.error(row, self.count, &format!("{cell:?} is not a whole number in plain digits")));
        };
        Ok(Some(SourceFigure { period, municipality, categories, count }))
    }
}

impl Reading<'_> {
    fn said<'b>(&'b self, names: &Names, row: &'b Row) -> Result<Said<'b>, ReadError> {
        let cell = &row.cells[self.place];
        if self.leave_out.contains(cell) {
            return Ok(Said::LeftOut);
        }
        match self.values.get(cell.as_str()) {
            Some(stands_for) => Ok(Said::That(stands_for)),
            None if self.values.is_empty() => Ok(Said::That(cell)),
            None => Err(names.error(row, self.place, &format!("the mapping does not say what {cell:?} stands for"))),
        }
    }
}

impl Where<'_> {
    fn read<T: std::str::FromStr<Err: ToString>>(&self, names: &Names, row: &Row) -> Result<Option<T>, ReadError> {
        match self {
            Where::Always(value) => {
                let of_mapping = |error: T::Err| ReadError::Line {
                    line: row.line,
                    why: format!("the mapping says {value:?}, and it {}", error.to_string()),
                };
                value.parse().map(Some).map_err(of_mapping)
            }
            Where::In(reading) => match reading.said(names, row)? {
                Said::LeftOut => Ok(None),
                Said::That(value) => read(value, names, row, reading.place).map(Some),
            },
        }
    }
}

/// What a text stands for.
fn read<T: std::str::FromStr<Err: ToString>>(
    text: &str,
    names: &Names,
    row: &Row,
    place: usize,
) -> Result<T, ReadError> {
    text.parse().map_err(|error: T::Err| names.error(row, place, &format!("{text:?} {}", error.to_string())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAPPING: &str = include_str!("../../../../../seeds/monitor/police-nuisance.toml");
    const FILE: &str = "Gemeente;Jaar;Soort;Aantal;Naam\nRotterdam;2025;Verward;1240;x\nRotterdam;2025;Zwerver;x;x\n\
                        's-Gravenhage;2025;Verward;7;x\nTotaal;2025;Verward;9999;x\nRotterdam;2025;Totaal;9999;x\n";

    fn made(mapping: &str, file: &str) -> Result<serde_json::Value, String> {
        let mapping = toml::from_str(mapping).map_err(|error| error.to_string())?;
        let today = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
        let body = body(mapping, file.as_bytes(), today).map_err(|error| error.to_string())?;
        serde_json::to_value(body).map_err(|error| error.to_string())
    }

    #[test]
    fn the_example_makes_a_body_of_what_the_mapping_names_and_of_nothing_else() {
        let body = made(MAPPING, FILE).unwrap();
        let figures = serde_json::json!([
            {"period": "2025", "municipality": "rotterdam", "categories": ["Verward"], "count": 1240},
            {"period": "2025", "municipality": "rotterdam", "categories": ["Zwerver"]},
            {"period": "2025", "municipality": "den-haag", "categories": ["Verward"], "count": 7},
        ]);
        assert_eq!(body["figures"], figures);
        assert_eq!(body["source"], "police-nuisance");
        assert_eq!(body["definition"]["cuts"][0]["categories"][0]["code"], "Verward");
    }

    #[test]
    fn what_is_wrong_in_the_file_is_told_with_its_line_and_column() {
        let wrong = |from: &str, to: &str| made(MAPPING, &FILE.replacen(from, to, 1)).unwrap_err();
        assert_eq!(
            wrong("1240", "1.240"),
            "line 2, column 4 (Aantal): \"1.240\" is not a whole number in plain digits"
        );
        assert_eq!(
            wrong("Verward", "Anders"),
            "line 2, column 3 (Soort): the mapping does not say what \"Anders\" stands for"
        );
        assert!(wrong("Jaar", "Year").starts_with("line 1: there is no column \"Jaar\""));
        assert!(wrong("2025", "25").starts_with("line 2, column 2 (Jaar): \"25\" must be a year, quarter"));
        assert!(wrong("'s-Gravenhage", "Rotterdam").starts_with("line 4: figures: must tell a number of each period"));
        assert!(wrong("'s-Gravenhage;2025", "'s-Gravenhage;2025-Q1").contains("do not overlap"));
        assert!(wrong("2025", "2026").starts_with("line 2: figures: must be of periods that are over"));
        let huge = wrong("1240", "99999999999999999999999");
        assert!(huge.starts_with("line 2, column 4 (Aantal):"), "{huge}");
    }

    #[test]
    fn a_file_without_a_figure_is_an_error() {
        assert_eq!(made(MAPPING, "Gemeente;Jaar;Soort;Aantal\n").unwrap_err(), "the file is empty");
    }
}
