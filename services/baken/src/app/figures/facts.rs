//! From care paths to the facts that the monitor counts. No person leaves here.

use std::borrow::Cow;
use std::collections::HashMap;

use care_path::PersonId;
use care_path::codes::{Code as _, OrgKind};
use care_path::directory::{Directory, Organisation};
use care_path::ids::{FacilityId, OrgId};
use care_path::path::outline::{InBed, Outline, Referred, Turned};
use care_path::time::{DateTime, Night};
use chrono::NaiveDate;
use monitor::facts::{self, Code, Facts, Path, Register, Span, Traits};
use monitor::period::Period;
use parking_lot::RwLock;

use crate::projections::{Case, World};

/// Cases that are outlined while others wait for the read models.
const STRETCH: usize = 256;

/// All facts as of one position of the log. Nights of beds are those of the period; everything else is of all times.
///
/// Cases are outlined a stretch at a time, so that nobody waits long; those that changed meanwhile once more at the end.
pub(super) fn facts(world: &RwLock<World>, period: Period, now: DateTime) -> Facts {
    let (ids, seen) = {
        let world = world.read();
        (world.cases().map(Case::id).collect::<Vec<_>>(), world.position())
    };
    let mut paths = HashMap::with_capacity(ids.len());
    for some in ids.chunks(STRETCH) {
        let world = world.read();
        let outlines = Outlines { directory: world.directory(), period, now };
        let cases = some.iter().filter_map(|id| world.case(*id).filter(|case| case.id() == *id));
        paths.extend(cases.map(|case| (case.id(), outlines.path(case))));
    }
    let world = world.read();
    let outlines = Outlines { directory: world.directory(), period, now };
    let changed = |case: &&Case| case.history.last().is_some_and(|entry| entry.position > seen);
    paths.extend(world.cases().filter(changed).map(|case| (case.id(), outlines.path(case))));
    paths.retain(|id: &PersonId, _| world.case(*id).is_some_and(|case| case.id() == *id));
    Facts {
        paths: paths.into_values().collect(),
        turn_aways: outlines.turned_away_unknown(&world),
        places: outlines.places(),
    }
}

/// By what cases are outlined.
#[derive(Clone, Copy)]
struct Outlines<'a> {
    directory: &'a Directory,
    period: Period,
    now: DateTime,
}

fn span((from, until): (NaiveDate, Option<NaiveDate>)) -> Span {
    Span { from, until }
}

fn owned(text: &impl ToString) -> Code {
    Cow::Owned(text.to_string())
}

impl Outlines<'_> {
    fn municipality(self, organisation: &OrgId) -> Option<Code> {
        self.directory.find(organisation)?.municipality.as_ref().map(owned)
    }

    fn register(self, organisation: &OrgId) -> Option<Register> {
        self.directory.find(organisation).and_then(|found| register(found.kind))
    }

    /// The kind of a facility; of an organisation where the facility is not named.
    fn kind(self, organisation: &OrgId, facility: Option<&FacilityId>) -> Code {
        let found = self.directory.find(organisation);
        let facility = facility.and_then(|id| found.and_then(|found| found.facility(id)));
        let kind = facility.map(|facility| facility.profile.location_type.code());
        Cow::Borrowed(kind.or(found.map(|found| found.kind.code())).unwrap_or("unknown"))
    }

    /// The path of a case, without its person.
    fn path(self, case: &Case) -> Path {
        let history = case.history.iter().map(|entry| (&entry.stamp, &entry.event));
        let outline = Outline::of(&case.path, history, self.now);
        let seen = |(on, by): &(NaiveDate, OrgId)| facts::Seen {
            on: *on,
            municipality: self.municipality(by),
            register: self.register(by),
            by: owned(by),
        };
        Path {
            traits: Traits {
                countries: outline.countries.iter().map(|country| Cow::Owned(country.as_str().to_owned())).collect(),
                sex: outline.sex.map(|sex| Cow::Borrowed(sex.code())),
                birth_year: outline.birth_year,
            },
            seen: outline.seen.iter().map(seen).collect(),
            open: outline.open.into_iter().map(span).collect(),
            followed_by: outline.followed_by.iter().map(|(from, by)| (*from, owned(by))).collect(),
            living: outline.living.into_iter().map(|(on, class)| (on, Cow::Borrowed(class.code()))).collect(),
            signals: outline.signals.iter().map(|(on, by, channel)| self.signal(*on, by, channel.code())).collect(),
            care: outline.care,
            died: outline.died,
            referrals: outline.referrals.iter().map(|referral| self.referral(referral)).collect(),
            dropouts: outline
                .dropouts
                .iter()
                .map(|(on, by, offering, reason)| facts::Dropout {
                    on: *on,
                    municipality: self.municipality(by),
                    offering: offering.map(|offering| Cow::Borrowed(offering.code())),
                    reason: Cow::Borrowed(reason.code()),
                    by: owned(by),
                })
                .collect(),
            turn_aways: outline.turn_aways.iter().map(|turned| self.turned_away(turned)).collect(),
            out_of_sight: outline.out_of_sight.into_iter().map(span).collect(),
            uninsured_reports: outline
                .uninsured_reports
                .iter()
                .map(|(on, by, days)| facts::UninsuredReport {
                    on: *on,
                    municipality: self.municipality(by),
                    days: *days,
                    by: owned(by),
                })
                .collect(),
            nights: {
                let in_period = outline.nights.iter().filter(|each| self.period.contains(each.night));
                in_period.map(|each| self.night(each)).collect()
            },
            arrivals: outline
                .arrivals
                .into_iter()
                .map(|arrived| facts::Arrival {
                    on: arrived.on,
                    country: Cow::Owned(arrived.country.as_str().to_owned()),
                    conditions_met: arrived.conditions_met,
                    after_30_days: arrived.after_30_days.map(|outcome| Cow::Borrowed(outcome.code())),
                    after_90_days: arrived.after_90_days.map(|outcome| Cow::Borrowed(outcome.code())),
                })
                .collect(),
        }
    }

    fn signal(self, on: NaiveDate, by: &OrgId, channel: &'static str) -> facts::Signal {
        facts::Signal { on, municipality: self.municipality(by), channel: Cow::Borrowed(channel), by: owned(by) }
    }

    fn referral(self, referral: &Referred) -> facts::Referral {
        facts::Referral {
            made_on: referral.on,
            municipality: self.municipality(&referral.by),
            offering: Cow::Borrowed(referral.offering.code()),
            outcome: Cow::Borrowed(referral.state.code()),
            reason: referral.declined.map(|reason| Cow::Borrowed(reason.code())),
            by: owned(&referral.by),
            to: owned(&referral.to),
        }
    }

    fn turned_away(self, turned: &Turned) -> facts::TurnAway {
        facts::TurnAway {
            night: turned.night,
            municipality: self.municipality(&turned.by),
            kind: self.kind(&turned.by, turned.facility.as_ref()),
            reason: Cow::Borrowed(turned.reason.code()),
            assessment: turned.assessment.map(|outcome| Cow::Borrowed(outcome.code())),
            persons: 1,
            by: owned(&turned.by),
        }
    }

    fn night(self, in_bed: &InBed) -> facts::Night {
        facts::Night {
            night: in_bed.night,
            municipality: self.municipality(&in_bed.organisation),
            kind: Cow::Borrowed(in_bed.kind.code()),
            occupied: in_bed.came,
            by: owned(&in_bed.organisation),
        }
    }

    /// The turn-aways of people whom nobody knows.
    fn turned_away_unknown(self, world: &World) -> Vec<facts::TurnAway> {
        let unknown = world.turn_aways().all_unknown();
        let fact = |(by, night, counted): (&OrgId, Night, &care_path::path::intake::Counted)| facts::TurnAway {
            night: night.date(),
            municipality: self.municipality(by),
            kind: self.kind(by, counted.facility.as_ref()),
            reason: Cow::Borrowed(counted.reason.code()),
            assessment: None,
            persons: counted.persons.into(),
            by: owned(by),
        };
        unknown.map(fact).collect()
    }

    /// The places of each facility in each night of the period.
    fn places(self) -> Vec<facts::Places> {
        let nights = || self.period.first_day().iter_days().take_while(|night| self.period.contains(*night));
        let of_facility = |(facility, owner): (&care_path::directory::Facility, &Organisation)| {
            let (kind, by) = (facility.profile.location_type.code(), owned(&owner.id));
            let municipality = owner.municipality.as_ref().map(owned);
            let in_night = |night| {
                let takes_part = !owner.closures.covers(Night::on(night));
                let places = facility.places_in(Night::on(night)).filter(|places| takes_part && *places > 0)?;
                let (municipality, by) = (municipality.clone(), by.clone());
                Some(facts::Places { night, municipality, kind: Cow::Borrowed(kind), places: places.into(), by })
            };
            nights().filter_map(in_night).collect::<Vec<_>>()
        };
        self.directory.facilities().flat_map(of_facility).collect()
    }
}

/// Which register an organisation keeps, for estimates of size.
fn register(kind: OrgKind) -> Option<Register> {
    match kind {
        OrgKind::DayShelter
        | OrgKind::DropIn
        | OrgKind::NightShelter
        | OrgKind::Shelter24h
        | OrgKind::WinterShelter
        | OrgKind::WomensShelter
        | OrgKind::SupportedLiving => Some(Register::Shelter),
        OrgKind::OutreachTeam | OrgKind::CityHomelessTeam => Some(Register::Outreach),
        OrgKind::Ggd
        | OrgKind::MedicalShelter
        | OrgKind::MedicalPost
        | OrgKind::Hospital
        | OrgKind::MentalHealth
        | OrgKind::AddictionCare => Some(Register::Medical),
        OrgKind::EuMigrantNgo | OrgKind::ClientSupport => Some(Register::Ngo),
        OrgKind::Police | OrgKind::MunicipalEnforcement => Some(Register::Police),
        OrgKind::Probation
        | OrgKind::Municipality
        | OrgKind::Embassy
        | OrgKind::ForeignCareProvider
        | OrgKind::ChildProtection
        | OrgKind::Statistics => None,
    }
}
