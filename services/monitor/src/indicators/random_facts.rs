//! Random facts, for tests: cities of any size, with some of everything.

use chrono::{Days, NaiveDate};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::facts::*;

const COUNTRIES: [&str; 14] = ["PL", "PL", "PL", "PL", "RO", "RO", "BG", "HU", "LT", "SK", "ES", "UA", "CZ", "LV"];
const CITIES: [&str; 9] =
    ["amsterdam", "amsterdam", "amsterdam", "rotterdam", "rotterdam", "den-haag", "den-haag", "utrecht", "eindhoven"];
const REGISTERS: [(Register, &str); 5] = [
    (Register::Shelter, "shelter"),
    (Register::Shelter, "shelter"),
    (Register::Outreach, "team"),
    (Register::Ngo, "ngo"),
    (Register::Police, "police"),
];
const SHELTERS: [&str; 3] = ["shelter", "night shelter", "winter shelter"];
const TEAMS: [&str; 5] = ["team", "team", "team", "ngo", "post"];
const CHANNELS: [&str; 4] = ["outreach_round", "police_contact", "self_report", "shelter_intake"];
const OFFERINGS: [&str; 4] = ["night_bed", "medical_clinic", "addiction_care", "repatriation"];
const OUTCOMES: [&str; 4] = ["made", "started", "declined", "ended"];
const REASONS: [&str; 3] = ["place_scarcity", "language", "other"];
const KINDS: [&str; 3] = ["night_shelter_eu", "winter_shelter", "medical_shelter"];
const RIGHTS: [&str; 3] = ["likely", "unclear", "likely_not"];
const CLASSES: [&str; 4] = ["living_rough", "emergency_accommodation", "institution", "a_class_of_tomorrow"];
const STATES: [&str; 3] = ["housed", "homeless_again", "not_reached"];

pub(crate) struct World {
    random: ChaCha8Rng,
    /// The first day on which anything occurs, and for how many days.
    first: NaiveDate,
    days: u64,
}

/// Facts of so many persons and two years from the beginning of 2025.
pub(crate) fn facts(seed: u64, persons: usize) -> Facts {
    let first = NaiveDate::from_ymd_opt(2025, 1, 1).unwrap();
    let mut world = World { random: ChaCha8Rng::seed_from_u64(seed), first, days: 730 };
    let paths = (0..persons).map(|_| world.path()).collect();
    let turn_aways = (0..persons / 10).map(|_| world.turn_away(None)).collect();
    let places = (0..persons / 10).map(|_| world.places()).collect();
    Facts { paths, turn_aways, places }
}

impl World {
    fn one(&mut self, of: &[&'static str]) -> Code {
        Code::from(of[self.random.random_range(0..of.len())])
    }

    fn maybe(&mut self, chance: f64, of: &[&'static str]) -> Option<Code> {
        self.random.random_bool(chance).then(|| self.one(of))
    }

    fn day(&mut self) -> NaiveDate {
        let days = self.random.random_range(0..self.days);
        self.first.checked_add_days(Days::new(days)).unwrap()
    }

    fn day_after(&mut self, day: NaiveDate) -> NaiveDate {
        let days = self.random.random_range(0..200);
        day.checked_add_days(Days::new(days)).unwrap()
    }

    fn some<T>(&mut self, most: usize, mut one: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let number = self.random.random_range(0..=most);
        (0..number).map(|_| one(self)).collect()
    }

    fn span(&mut self) -> Span {
        let from = self.day();
        Span { from, until: self.random.random_bool(0.6).then(|| self.day_after(from)) }
    }

    /// Mostly the city of the person.
    fn at(&mut self, home: Option<&Code>) -> Option<Code> {
        match home {
            Some(home) if self.random.random_bool(0.93) => Some(home.clone()),
            _ => self.maybe(0.95, &CITIES),
        }
    }

    fn seen(&mut self, home: Option<&Code>) -> Seen {
        let (register, by) = REGISTERS[self.random.random_range(0..REGISTERS.len())];
        let register = self.random.random_bool(0.9).then_some(register);
        Seen { on: self.day(), municipality: self.at(home), register, by: Code::from(by) }
    }

    fn turn_away(&mut self, home: Option<&Code>) -> TurnAway {
        let persons = if home.is_some() { 1 } else { self.random.random_range(1..6) };
        TurnAway {
            night: self.day(),
            municipality: self.at(home),
            kind: self.one(&KINDS),
            reason: self.one(&REASONS),
            assessment: self.maybe(0.5, &RIGHTS),
            persons,
            by: self.one(&SHELTERS),
        }
    }

    fn places(&mut self) -> Places {
        let places = self.random.random_range(5..60);
        Places {
            night: self.day(),
            municipality: self.at(None),
            kind: self.one(&KINDS),
            places,
            by: self.one(&SHELTERS),
        }
    }

    /// Mostly one municipality follows the case; some move, and some have none.
    fn followed_by(&mut self, home: Option<&Code>) -> Vec<(NaiveDate, Code)> {
        let mut followed: Vec<_> = home.filter(|_| self.random.random_bool(0.95)).cloned().into_iter().collect();
        if self.random.random_bool(0.2) {
            followed.push(self.one(&CITIES));
        }
        let mut days: Vec<_> = followed.iter().map(|_| self.day()).collect();
        days.sort_unstable();
        days.into_iter().zip(followed).collect()
    }

    fn traits(&mut self) -> Traits {
        let many = [0, 1, 1, 1, 1, 1, 1, 2][self.random.random_range(0..8)];
        let countries = (0..many).map(|_| self.one(&COUNTRIES)).collect();
        let birth_year = self.random.random_bool(0.9).then(|| 1940 + self.random.random_range(0..80));
        Traits { countries, sex: self.maybe(0.95, &["male", "male", "male", "female", "other"]), birth_year }
    }

    fn path(&mut self) -> Path {
        let traits = self.traits();
        let home = self.one(&CITIES);
        let home = Some(&home);
        let living = |world: &mut Self| (world.day(), world.one(&CLASSES));
        Path {
            traits,
            seen: self.some(6, |world| world.seen(home)),
            open: self.some(2, Self::span),
            followed_by: self.followed_by(home),
            living: self.some(2, living),
            signals: self.some(3, |world| Signal {
                on: world.day(),
                municipality: world.at(home),
                channel: world.one(&CHANNELS),
                by: world.one(&TEAMS),
            }),
            care: self.some(2, Self::day),
            died: self.random.random_bool(0.02).then(|| self.day()),
            referrals: self.some(2, |world| world.referral(home)),
            dropouts: self.some(1, |world| Dropout {
                on: world.day(),
                municipality: world.at(home),
                offering: world.maybe(0.8, &OFFERINGS),
                reason: world.one(&REASONS),
                by: world.one(&TEAMS),
            }),
            turn_aways: self.some(1, |world| world.turn_away(home)),
            out_of_sight: self.some(1, Self::span),
            uninsured_reports: self.some(1, |world| UninsuredReport {
                on: world.day(),
                municipality: world.at(home),
                days: world.random.random_bool(0.8).then(|| world.random.random_range(0..20)),
                by: world.one(&TEAMS),
            }),
            nights: self.some(5, |world| Night {
                night: world.day(),
                municipality: world.at(home),
                kind: world.one(&KINDS),
                occupied: world.random.random_bool(0.8),
                by: world.one(&SHELTERS),
            }),
            arrivals: if self.random.random_bool(0.1) { vec![self.arrival()] } else { Vec::new() },
        }
    }

    fn referral(&mut self, home: Option<&Code>) -> Referral {
        let outcome = self.one(&OUTCOMES);
        let has_reason = outcome == "declined" && self.random.random_bool(0.9);
        Referral {
            made_on: self.day(),
            municipality: self.at(home),
            offering: self.one(&OFFERINGS),
            reason: has_reason.then(|| self.one(&REASONS)),
            outcome,
            by: self.one(&TEAMS),
            to: self.one(&SHELTERS),
        }
    }

    fn arrival(&mut self) -> Arrival {
        Arrival {
            on: self.day(),
            country: self.one(&COUNTRIES),
            conditions_met: self.random.random_bool(0.8),
            after_30_days: self.maybe(0.6, &STATES),
            after_90_days: self.maybe(0.3, &STATES),
        }
    }
}
