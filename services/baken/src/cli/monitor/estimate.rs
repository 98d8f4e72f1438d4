//! `baken monitor estimate`: how many people there are, by every estimator, as JSON. `docs/monitor.md` has its shape.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use monitor::size::{Report, Settings, of_counts, of_histories};
use serde::Serialize;

use super::table::{Content, Table};
use crate::cli::Failure;

/// Bytes of the largest file: a line each for some millions of persons.
const LARGEST_FILE: u64 = 64 << 20;
/// The shape of the output. A change that a reader may stumble over gets the next number.
const FORMAT: &str = "baken-monitor-estimate/1";

/// Estimates how many people there are from those who were seen
///
/// The file is CSV with a header. Capture histories: a column of 0 and 1 for each of two to five lists, and `freq`, the
/// number of persons of that history. Counts: `times`, how often they were seen, and `freq`. The answer of every estimator
/// goes to standard output as JSON: an estimate with its intervals, or the reason why there is none.
#[derive(Debug, Args)]
pub struct Estimate {
    /// The table: CSV, of capture histories or of counts.
    file: PathBuf,
    /// Tables drawn for each bootstrap interval; 0 for no such intervals.
    #[arg(long, value_name = "N", default_value_t = 999, value_parser = clap::value_parser!(u32).range(..=100_000))]
    replicates: u32,
    /// The seed of the bootstrap.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(Serialize)]
struct Output<'a> {
    format: &'static str,
    unit: &'static str,
    interval_level: f64,
    input: Input<'a>,
    bootstrap: Bootstrap,
    #[serde(flatten)]
    report: Report,
}

#[derive(Serialize)]
struct Bootstrap {
    replicates: u32,
    seed: u64,
}

/// What was read, for its author to compare.
#[derive(Serialize)]
#[serde(tag = "form", rename_all = "snake_case")]
enum Input<'a> {
    Histories {
        lists: &'a [String],
        rows: usize,
        persons: u64,
        histories: Vec<OfHistory>,
        structural_zeros: Vec<String>,
    },
    Counts {
        rows: usize,
        persons: u64,
        counts: Vec<OfTimes>,
    },
}

#[derive(Serialize)]
struct OfHistory {
    history: String,
    persons: u64,
}

#[derive(Serialize)]
struct OfTimes {
    times: u64,
    persons: u64,
}

impl Estimate {
    pub fn run(self) -> Result<(), Failure> {
        let bytes = read(&self.file)?;
        let table = Table::of(&bytes).map_err(|error| format!("{}: {error}", self.file.display()))?;
        let mut out = std::io::stdout().lock();
        serde_json::to_writer_pretty(&mut out, &self.output(&table))?;
        writeln!(out)?;
        Ok(())
    }

    fn output<'a>(&self, table: &'a Table) -> Output<'a> {
        let (rows, settings) = (table.rows, Settings { replicates: self.replicates as usize, seed: self.seed });
        let (input, report) = match &table.content {
            Content::Histories(table) => {
                let histories = table.cells().map(|cell| (table.label(cell), table.persons(cell)));
                let histories = histories.filter(|(_, persons)| *persons > 0);
                let input = Input::Histories {
                    lists: table.names(),
                    rows,
                    persons: table.total(),
                    histories: histories.map(|(history, persons)| OfHistory { history, persons }).collect(),
                    structural_zeros: table.structural_zeros().iter().map(|zero| table.label(*zero)).collect(),
                };
                (input, of_histories(table, settings))
            }
            Content::Counts(counts) => {
                let of_times = counts.iter().map(|(times, persons)| OfTimes { times, persons }).collect();
                (Input::Counts { rows, persons: counts.total(), counts: of_times }, of_counts(counts))
            }
        };
        let bootstrap = Bootstrap { replicates: self.replicates, seed: self.seed };
        Output { format: FORMAT, unit: "persons", interval_level: 0.95, input, bootstrap, report }
    }
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    let cannot = |error: std::io::Error| format!("{} cannot be read: {error}", file.display());
    let mut bytes = Vec::new();
    File::open(file).map_err(cannot)?.take(LARGEST_FILE + 1).read_to_end(&mut bytes).map_err(cannot)?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(format!("{} is larger than {LARGEST_FILE} bytes", file.display()).into());
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is written, with numbers to three places.
    fn output(text: &str) -> serde_json::Value {
        let table = Table::of(text.as_bytes()).unwrap();
        let command = Estimate { file: PathBuf::new(), replicates: 0, seed: 1 };
        rounded(serde_json::to_value(command.output(&table)).unwrap())
    }

    fn rounded(value: serde_json::Value) -> serde_json::Value {
        use serde_json::Value;
        match value {
            Value::Number(number) if number.is_f64() => {
                let number = number.as_f64().map(|number| (number * 1e3).round() / 1e3 + 0.0);
                number.into()
            }
            Value::Array(items) => items.into_iter().map(rounded).collect(),
            Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, rounded(value))).collect(),
            other => other,
        }
    }

    #[test]
    fn two_lists_give_every_estimator_with_an_estimate_or_a_reason() {
        let output = output("shelter,outreach,freq\n1,1,40\n1,0,60\n0,1,80\n");
        insta::assert_json_snapshot!(output);
    }

    #[test]
    fn counts_give_every_estimator_with_an_estimate_or_a_reason() {
        let output = output("times,freq\n1,1645\n2,183\n3,37\n4,13\n5,1\n6,1\n");
        insta::assert_json_snapshot!(output);
    }
}
