//! Random facts for the examples.

use chrono::{Days, NaiveDate};
use monitor::facts::{Code, Night, Path, Referral, Register, Seen, Signal, Span, Traits, TurnAway};
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;

const CITIES: [&str; 5] = ["amsterdam", "den-haag", "rotterdam", "utrecht", "eindhoven"];
const COUNTRIES: [&str; 6] = ["PL", "RO", "BG", "HU", "LT", "ES"];
const KINDS: [&str; 3] = ["night_shelter_eu", "winter_shelter", "medical_shelter"];
const REGISTERS: [Register; 4] = [Register::Shelter, Register::Outreach, Register::Ngo, Register::Medical];

/// A source of random facts.
pub struct Random(pub ChaCha8Rng);

impl Random {
    fn one(&mut self, of: &[&'static str]) -> Code {
        Code::Borrowed(of[self.0.random_range(0..of.len())])
    }

    fn day(&mut self) -> NaiveDate {
        let first = NaiveDate::from_ymd_opt(2025, 1, 1).unwrap_or_default();
        first.checked_add_days(Days::new(self.0.random_range(0..730))).unwrap_or(first)
    }

    /// What occurred to one person in 2025 and 2026.
    pub fn path(&mut self) -> Path {
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
            followed_by: at.iter().map(|at| (open.from, at.clone())).collect(),
            ..Path::default()
        }
    }
}
