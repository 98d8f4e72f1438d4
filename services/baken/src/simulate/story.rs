//! A path while it is being made up: who it is about, what time it is in it, and what was commanded so far.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use care_path::codes::{Offering, OrgKind, Precision};
use care_path::command::CommandKind;
use care_path::directory::{Directory, Organisation};
use care_path::ids::{Municipality, OrgId, UserId};
use care_path::text::Country;
use care_path::time::{DateTime, Occurred};
use care_path::{Actor, PersonId, Principal};
use chrono::{Days, NaiveTime, TimeDelta};
use chrono_tz::Europe::Amsterdam;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;
use uuid::Uuid;

use super::figures::{CITIES, Weights};
use super::{SimulateError, Simulation};
use crate::demo::{Scripted, local};

/// A path in the making.
pub(super) struct Story<'a> {
    directory: &'a Directory,
    rng: ChaCha8Rng,
    key: String,
    at: DateTime,
    pub city: Municipality,
    person: Option<PersonId>,
    /// What was asked of whom and is still open, since nobody asks the same twice.
    asked: BTreeSet<(OrgId, Offering)>,
    pub told: Vec<Scripted>,
}

impl<'a> Story<'a> {
    pub fn begin(simulation: &Simulation, directory: &'a Directory, index: u64) -> Result<Self, SimulateError> {
        let mut rng = ChaCha8Rng::seed_from_u64(simulation.seed);
        rng.set_stream(index);
        let day = simulation.from.checked_add_days(Days::new(rng.random_range(0..365)));
        let hour = NaiveTime::from_hms_opt(rng.random_range(8..22), rng.random_range(0..60), 0);
        let at = day.zip(hour).and_then(|(day, hour)| local(day, hour)).ok_or(SimulateError::Calendar)?;
        let city = pick(&mut rng, &CITIES).parse().map_err(|_| SimulateError::Calendar)?;
        let key = format!("simulate/{}/{index}", simulation.seed);
        Ok(Self { directory, rng, key, at, city, person: None, asked: BTreeSet::new(), told: Vec::new() })
    }

    /// Whether something that happens to so many in a hundred happens now.
    pub fn chance(&mut self, percent: u32) -> bool {
        self.rng.random_range(0..100) < percent
    }

    /// One of a table, by its weight.
    pub fn pick<T: Copy, const N: usize>(&mut self, table: &Weights<T, N>) -> T {
        pick(&mut self.rng, table)
    }

    /// A whole number.
    pub fn number(&mut self, range: RangeInclusive<u32>) -> u32 {
        self.rng.random_range(range)
    }

    /// A number that is nearly normal with mean 0 and deviation 1: twelve even ones, less their mean.
    pub fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.rng.random_range(0.0..1.0)).sum::<f64>() - 6.0
    }

    /// Some minutes go by.
    pub fn minutes(&mut self, minutes: RangeInclusive<u32>) {
        self.at += TimeDelta::minutes(i64::from(self.rng.random_range(minutes)));
    }

    /// Some days go by, until an hour of the day in Amsterdam.
    pub fn days(&mut self, days: RangeInclusive<u32>, hours: RangeInclusive<u32>) {
        let days = Days::new(self.rng.random_range(days).into());
        let time = NaiveTime::from_hms_opt(self.rng.random_range(hours), self.rng.random_range(0..60), 0);
        let day = self.at.with_timezone(&Amsterdam).date_naive().checked_add_days(days);
        let later = day.zip(time).and_then(|(day, time)| local(day, time));
        let soonest = self.at + TimeDelta::minutes(5);
        self.at = later.map_or(soonest, |later| later.max(soonest));
    }

    /// It gets so late that nobody is expected any more that evening.
    pub fn wait_past_cut_offs(&mut self) {
        let tonight = self.at.with_timezone(&Amsterdam).date_naive();
        let latest = NaiveTime::from_hms_opt(23, 59, 30).and_then(|time| local(tonight, time));
        self.at = latest.map_or(self.at, |latest| latest.max(self.at));
    }

    /// The month that it is.
    pub fn month(&self) -> u32 {
        chrono::Datelike::month(&self.at.with_timezone(&Amsterdam))
    }

    /// Somebody commands something about the person, at that moment; the id of what it creates.
    pub fn tell(&mut self, by: &Principal, kind: CommandKind, body: Value) -> Uuid {
        self.tell_on(by, kind, None, body, Precision::Instant)
    }

    /// The same, on something that there is already.
    pub fn tell_of(&mut self, by: &Principal, kind: CommandKind, subject: Uuid, body: Value) -> Uuid {
        self.tell_on(by, kind, Some(subject), body, Precision::Instant)
    }

    /// The same, with how precisely it is known when.
    pub fn tell_on(
        &mut self,
        by: &Principal,
        kind: CommandKind,
        subject: Option<Uuid>,
        body: Value,
        precision: Precision,
    ) -> Uuid {
        let scripted = self.scripted(by, kind, body, precision).about(self.person).on(subject);
        self.person = self.person.or(scripted.opens());
        let created = scripted.creates();
        self.told.push(scripted);
        created
    }

    /// Somebody commands something about people whom nobody knows.
    pub fn tell_of_nobody(&mut self, by: &Principal, kind: CommandKind, body: Value) {
        let scripted = self.scripted(by, kind, body, Precision::Night);
        self.told.push(scripted);
    }

    fn scripted(&self, by: &Principal, kind: CommandKind, body: Value, precision: Precision) -> Scripted {
        let key = format!("{}/{}", self.key, self.told.len());
        let occurred = Occurred { at: self.at, precision };
        let written = body.to_string();
        Scripted::new(by, kind, occurred, key, body, written.as_bytes())
    }

    /// Refers the person, unless the same was asked already or one would ask oneself; the referral's id.
    pub fn refer(&mut self, by: &Principal, to: &Organisation, offering: Offering, urgency: &str) -> Option<Uuid> {
        if to.id == by.organisation || !self.asked.insert((to.id.clone(), offering)) {
            return None;
        }
        let body = serde_json::json!({ "to": to.id, "offering": offering, "urgency": urgency });
        Some(self.tell(by, CommandKind::Refer, body))
    }

    /// What was asked is not open any more.
    pub fn settled(&mut self, of: &OrgId, offering: Offering) {
        self.asked.remove(&(of.clone(), offering));
    }

    /// The organisation of a kind in the city.
    pub fn organisation(&self, kind: OrgKind) -> Result<&'a Organisation, SimulateError> {
        let found =
            self.directory.all().find(|each| each.kind == kind && each.municipality.as_ref() == Some(&self.city));
        found.ok_or_else(|| SimulateError::Organisation { kind, municipality: self.city.clone() })
    }

    /// Somebody who works at the organisation of a kind in the city.
    pub fn worker(&self, kind: OrgKind) -> Result<Principal, SimulateError> {
        let organisation = self.organisation(kind)?;
        let actor = match kind {
            OrgKind::OutreachTeam | OrgKind::CityHomelessTeam => {
                Actor::OutreachWorker { municipality: self.city.clone() }
            }
            OrgKind::EuMigrantNgo | OrgKind::ClientSupport => Actor::ClientSupporter,
            OrgKind::DayShelter
            | OrgKind::DropIn
            | OrgKind::NightShelter
            | OrgKind::Shelter24h
            | OrgKind::WinterShelter
            | OrgKind::WomensShelter => Actor::ShelterWorker,
            OrgKind::Ggd
            | OrgKind::MedicalShelter
            | OrgKind::MedicalPost
            | OrgKind::Hospital
            | OrgKind::MentalHealth
            | OrgKind::AddictionCare
            | OrgKind::Probation
            | OrgKind::SupportedLiving
            | OrgKind::ChildProtection => Actor::CareProvider,
            OrgKind::Municipality => Actor::ProcessCoordinator { municipality: self.city.clone() },
            OrgKind::Police => Actor::Police,
            OrgKind::MunicipalEnforcement | OrgKind::Embassy | OrgKind::ForeignCareProvider | OrgKind::Statistics => {
                return Err(SimulateError::NobodyWorks { kind });
            }
        };
        let user = match kind {
            OrgKind::Municipality => user(&format!("coordinator-{}", self.city))?,
            _ => user(organisation.id.as_str())?,
        };
        Ok(Principal { user, organisation: organisation.id.clone(), actor })
    }

    /// The city's assessor of rights.
    pub fn assessor(&self) -> Result<Principal, SimulateError> {
        let organisation = self.organisation(OrgKind::Municipality)?.id.clone();
        let actor = Actor::MunicipalAssessor { municipality: self.city.clone() };
        Ok(Principal { user: user(&format!("assessor-{}", self.city))?, organisation, actor })
    }

    /// The liaison of a country's embassy, if one takes part.
    pub fn liaison(&self, country: Country) -> Option<Principal> {
        let of_country = |each: &&Organisation| each.kind == OrgKind::Embassy && each.country == Some(country);
        let organisation = self.directory.all().find(of_country)?.id.clone();
        let user = user(&format!("liaison-{}", country.as_str().to_ascii_lowercase())).ok()?;
        Some(Principal { user, organisation, actor: Actor::EmbassyLiaison { country } })
    }
}

fn user(name: &str) -> Result<UserId, SimulateError> {
    name.parse().map_err(|_| SimulateError::Name { name: name.to_owned() })
}

fn pick<T: Copy, const N: usize>(rng: &mut ChaCha8Rng, table: &Weights<T, N>) -> T {
    let total: u32 = table.iter().map(|(_, weight)| weight).sum();
    let mut drawn = rng.random_range(0..total);
    for (each, weight) in table {
        if drawn < *weight {
            return *each;
        }
        drawn -= weight;
    }
    table[N - 1].0
}
