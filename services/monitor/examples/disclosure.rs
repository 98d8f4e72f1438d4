//! Writes random releases for an audit by other means: their cells in the JJ format, and the bounds that are found here.
//!
//! `cargo run -p monitor --example disclosure FOLDER [RELEASES]`

#[path = "facts/mod.rs"]
mod facts;

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::PathBuf;

use facts::Random;
use monitor::definitions::{Cut, Language};
use monitor::disclosure::Attacker;
use monitor::facts::Facts;
use monitor::frozen::Frozen;
use monitor::indicators::{self, Census, Counted, PLACES, SLOTS, Tally, YEAR, place_code};
use monitor::period::Period;
use monitor::{Releases, export, freeze};
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

/// Persons of the smallest release; the next have more.
const PERSONS: u64 = 40;
/// Indicators whose cells are sums of quarters and of the categories of each cut.
const ADDED_UP: [&str; 7] =
    ["signals", "referrals", "dropouts", "turn_aways", "uninsured_reports_on_time", "returns", "deaths"];

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("a folder is needed")?);
    let releases: u64 = std::env::args().nth(2).map_or(Ok(5), |number| number.parse())?;
    let [quarter, year] = [Period::quarter(2026, 2), Period::year(2026)].map(|period| period.ok_or("no period"));
    let (quarter, year) = (quarter?, year?);
    for release in 0..releases {
        let mut random = Random(ChaCha8Rng::seed_from_u64(release));
        let paths = (0..PERSONS * (release + 1)).map(|_| random.path()).collect();
        let facts = Facts { paths, ..Facts::default() };
        let Releases { everybody, cities } = freeze::freeze(&facts, quarter, year.day_after(), &[])?;
        let earlier: Vec<_> = [everybody].into_iter().chain(cities).collect();
        let systems = freeze::systems(&facts, year, year.day_after(), &earlier)?;
        let Releases { everybody: frozen, cities } = freeze::freeze(&facts, year, year.day_after(), &earlier)?;
        let all: Vec<_> = earlier.iter().chain([&frozen]).chain(&cities).collect();
        let file = folder.join(format!("joint-{release}.json"));
        std::fs::write(file, joint(&indicators::count(&facts, year, year.day_after()), quarter, &all).to_string())?;
        for (number, system) in systems.into_iter().flatten().enumerate() {
            let mut bounds = String::new();
            for (cell, (low, high)) in system.bounds_of_small_cells()? {
                let _ = writeln!(bounds, "{cell},{low},{high}");
            }
            let readers = if system.readers() == Attacker::Coordinators { "coordinators" } else { "everybody" };
            let name = format!("{readers}-{release}-{number}");
            std::fs::write(folder.join(format!("{name}.jj")), system.jj())?;
            std::fs::write(folder.join(format!("{name}.csv")), bounds)?;
        }
        if release == 0 {
            std::fs::write(folder.join("release.json"), serde_json::to_string(&frozen)?)?;
            std::fs::write(folder.join("release.table.csv"), export::csv(&frozen))?;
            let metadata = export::csvw(&frozen, "release.table.csv", Language::English);
            std::fs::write(folder.join("release.table.csv-metadata.json"), metadata)?;
            std::fs::write(folder.join("release.parquet"), export::parquet(&frozen)?)?;
            std::fs::write(folder.join("release.json-stat.json"), export::json_stat(&frozen, Language::English))?;
        }
    }
    Ok(())
}

/// All that coordinators are shown of a quarter and its year, with the true counts, for an audit that starts from them.
fn joint(census: &Census, quarter: Period, releases: &[&Frozen]) -> Value {
    let added_up = census.tallies.iter().filter(|tally| ADDED_UP.contains(&tally.indicator));
    let truth: BTreeMap<_, Vec<_>> = added_up.map(true_counts).collect();
    json!({"quarter": quarter.quarter_number(), "releases": releases, "truth": truth})
}

/// The cells of an indicator: of the year by each cut, and the totals of the year and its quarters.
fn true_counts(tally: &Tally) -> (&'static str, Vec<Value>) {
    let mut cells = Vec::new();
    for place in 0..PLACES {
        let cell = |slot: usize, cut: Option<(Cut, &str)>, counted: Counted| {
            let mut categories = BTreeMap::from_iter(cut);
            categories.extend(place_code(place).map(|code| (Cut::Municipality, code)));
            json!({"slot": slot, "categories": categories, "units": counted.units, "persons": counted.persons})
        };
        cells.extend((0..SLOTS).map(|slot| cell(slot, None, tally.total(slot, place))));
        for breakdown in &tally.breakdowns {
            for category in 0..breakdown.len() {
                let cut = breakdown.cuts.iter().copied().zip(breakdown.codes(category)).next();
                cells.push(cell(YEAR, cut, breakdown.cell(YEAR, place, category)));
            }
        }
    }
    (tally.indicator, cells)
}
