//! Writes random releases for an audit by other means: their cells in the JJ format, and the bounds that are found here.
//!
//! `cargo run -p monitor --example disclosure FOLDER [RELEASES]`

#[path = "facts/mod.rs"]
mod facts;

use std::error::Error;
use std::fmt::Write as _;
use std::path::PathBuf;

use facts::Random;
use monitor::definitions::Language;
use monitor::facts::Facts;
use monitor::frozen::Audience;
use monitor::period::Period;
use monitor::{export, freeze};
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

/// Persons of the smallest release; the next have more.
const PERSONS: u64 = 40;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("a folder is needed")?);
    let releases: u64 = std::env::args().nth(2).map_or(Ok(5), |number| number.parse())?;
    let [quarter, year] = [Period::quarter(2026, 2), Period::year(2026)].map(|period| period.ok_or("no period"));
    let (quarter, year) = (quarter?, year?);
    let to = Audience::Everybody;
    for release in 0..releases {
        let mut random = Random(ChaCha8Rng::seed_from_u64(release));
        let paths = (0..PERSONS * (release + 1)).map(|_| random.path()).collect();
        let facts = Facts { paths, ..Facts::default() };
        let earlier = [freeze::freeze(&facts, quarter, year.day_after(), &to, &[])?];
        for (number, system) in freeze::systems(&facts, year, year.day_after(), &to, &earlier)?.into_iter().enumerate()
        {
            let mut bounds = String::new();
            for (cell, (low, high)) in system.bounds_of_small_cells()? {
                let _ = writeln!(bounds, "{cell},{low},{high}");
            }
            std::fs::write(folder.join(format!("{release}-{number}.jj")), system.jj())?;
            std::fs::write(folder.join(format!("{release}-{number}.csv")), bounds)?;
        }
        if release == 0 {
            let frozen = freeze::freeze(&facts, year, year.day_after(), &to, &earlier)?;
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
