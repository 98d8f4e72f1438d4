//! Counts a million paths of some fifteen facts each, and says how long it took and how much memory it used.
//!
//! `cargo run --release -p monitor --example million [PATHS]`

use std::time::Instant;

use chrono::{Days, NaiveDate};
use monitor::facts::{Code, Facts, Night, Path, Referral, Register, Seen, Signal, Span, Traits, TurnAway};
use monitor::indicators::{self, TOGETHER};
use monitor::period::Period;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

const CITIES: [&str; 5] = ["amsterdam", "den-haag", "rotterdam", "utrecht", "eindhoven"];
const COUNTRIES: [&str; 6] = ["PL", "RO", "BG", "HU", "LT", "ES"];
const KINDS: [&str; 3] = ["night_shelter_eu", "winter_shelter", "medical_shelter"];
const REGISTERS: [Register; 4] = [Register::Shelter, Register::Outreach, Register::Ngo, Register::Medical];

struct Random(ChaCha8Rng);

impl Random {
    fn one(&mut self, of: &[&'static str]) -> Code {
        Code::Borrowed(of[self.0.random_range(0..of.len())])
    }

    fn day(&mut self) -> NaiveDate {
        let first = NaiveDate::from_ymd_opt(2025, 1, 1).unwrap_or_default();
        first.checked_add_days(Days::new(self.0.random_range(0..730))).unwrap_or(first)
    }

    fn path(&mut self) -> Path {
        let at = Some(self.one(&CITIES));
        let by = Code::Borrowed("an organisation");
        let seen = |random: &mut Self| Seen {
            on: random.day(),
            municipality: at.clone(),
            register: Some(REGISTERS[random.0.random_range(0..REGISTERS.len())]),
            by: by.clone(),
        };
        let signal = |random: &mut Self| Signal {
            on: random.day(),
            municipality: at.clone(),
            channel: random.one(&["outreach_round", "self_report", "police_contact"]),
            by: by.clone(),
        };
        let night = |random: &mut Self| Night {
            night: random.day(),
            municipality: at.clone(),
            kind: random.one(&KINDS),
            occupied: random.0.random_bool(0.8),
            by: by.clone(),
        };
        let open = Span { from: self.day(), until: None };
        let referral = Referral {
            made_on: self.day(),
            municipality: at.clone(),
            offering: self.one(&["night_bed", "addiction_care"]),
            outcome: self.one(&["started", "declined", "made"]),
            reason: None,
            by: by.clone(),
            to: by.clone(),
        };
        let turn_away = TurnAway {
            night: self.day(),
            municipality: at.clone(),
            kind: self.one(&KINDS),
            reason: self.one(&["full", "language"]),
            assessment: None,
            persons: 1,
            by: by.clone(),
        };
        let birth_year = Some(1940 + self.0.random_range(0..70));
        Path {
            traits: Traits {
                countries: vec![self.one(&COUNTRIES)],
                sex: Some(self.one(&["male", "female"])),
                birth_year,
            },
            seen: (0..5).map(|_| seen(self)).collect(),
            signals: (0..2).map(|_| signal(self)).collect(),
            nights: (0..3).map(|_| night(self)).collect(),
            living: vec![(self.day(), Code::Borrowed("living_rough"))],
            care: vec![self.day()],
            open: vec![open],
            referrals: vec![referral],
            turn_aways: vec![turn_away],
            municipality: at.clone(),
            ..Path::default()
        }
    }
}

fn main() {
    let paths = std::env::args().nth(1).and_then(|number| number.parse().ok()).unwrap_or(1_000_000);
    let mut random = Random(ChaCha8Rng::seed_from_u64(21));
    let facts = Facts { paths: (0..paths).map(|_| random.path()).collect(), ..Facts::default() };
    println!("{paths} paths, {} MiB of facts", resident("VmRSS"));
    let Some(year) = Period::year(2026) else { return };
    let begin = Instant::now();
    let census = indicators::count(&facts, year, year.day_after());
    let taken = begin.elapsed();
    let persons = census.tally("unique_persons").map(|tally| tally.total(indicators::YEAR, TOGETHER).units);
    println!("{persons:?} unique persons, counted in {taken:.1?}; peak {} MiB", resident("VmHWM"));
}

/// Memory of the process in MiB, as Linux tells it; 0 elsewhere.
fn resident(what: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(what)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) / 1024
}
