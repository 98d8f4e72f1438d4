//! Places that are asked for: at which facilities, in which night, and whether any of them is free. How many are taken is
//! counted outside of this crate, over the paths of all.

use serde::Deserialize;

use super::{Directory, Facility, Organisation};
use crate::codes::{LocationType, Offering};
use crate::ids::{FacilityId, OrgId};
use crate::text::Text;
use crate::time::{DateTime, Night, local_date};

/// The facilities at one of which a command asks for a place, and the night of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    pub night: Option<Night>,
    pub facilities: Vec<FacilityId>,
}

/// Says that a place is given, or asked for, though none is free.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Overbook {
    /// Why: it is recorded, where no place was free.
    pub reason: Text,
}

impl Asked {
    /// A place for the night of an instant; none for a night that is over. What is told late happened: a bed of last night is
    /// not refused.
    pub(crate) fn at(instant: DateTime, now: DateTime, facilities: Vec<FacilityId>) -> Self {
        Self { night: Some(Night::ahead(instant)).filter(|night| *night >= Night::ahead(now)), facilities }
    }

    /// Whether none of them has a free place, by how many are taken. Where it is not known how many places there are, there
    /// may be one, and they are not counted.
    #[must_use]
    pub fn is_full(&self, directory: &Directory, taken: impl Fn(&FacilityId, Night) -> u32) -> bool {
        let Some(night) = self.night else { return false };
        let is_full = |id: &FacilityId| {
            let places = directory.facility(id).and_then(|(facility, _)| facility.places_in(night));
            places.is_some_and(|places| taken(id, night) >= u32::from(places))
        };
        !self.facilities.is_empty() && self.facilities.iter().all(is_full)
    }
}

/// The nights in which nobody is taken in, or the organisation takes no part.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Closures(Vec<Closure>);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Closure {
    from: Night,
    /// The first night on which it is open again.
    until: Option<Night>,
}

impl Closures {
    /// Whether it is closed now.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.0.last().is_some_and(|last| last.until.is_none())
    }

    /// Since which night it is closed, if it is closed now.
    #[must_use]
    pub fn closed_since(&self) -> Option<Night> {
        self.0.last().filter(|last| last.until.is_none()).map(|last| last.from)
    }

    /// Whether it is closed in a night. Who closes before midnight is closed in the night that runs; who opens again is open in it.
    #[must_use]
    pub fn covers(&self, night: Night) -> bool {
        self.0.iter().any(|closure| closure.from <= night && closure.until.is_none_or(|until| night < until))
    }

    pub(super) fn close(&mut self, at: DateTime) {
        if !self.is_closed() {
            self.0.push(Closure { from: Night::on(local_date(at)), until: None });
        }
    }

    pub(super) fn reopen(&mut self, at: DateTime) {
        if let Some(last) = self.0.last_mut().filter(|last| last.until.is_none()) {
            last.until = Some(Night::of(at));
        }
    }
}

/// How many places of a facility are left, and how many more are taken than there are.
#[must_use]
pub fn left_over(places: u16, taken: u32) -> (u32, u32) {
    let places = u32::from(places);
    (places.saturating_sub(taken), taken.saturating_sub(places))
}

impl Directory {
    /// Where a bed is: in the facility that was named, or in the only one of its kind that the organisation has.
    #[must_use]
    pub fn place_of(&self, organisation: &OrgId, named: Option<&FacilityId>, kind: LocationType) -> Option<&Facility> {
        let own = self.find(organisation)?;
        if let Some(named) = named {
            return own.facility(named);
        }
        let mut of_kind = own.open_facilities().filter(|facility| facility.location_type == kind);
        of_kind.next().filter(|_| of_kind.next().is_none())
    }

    /// The only facility of an organisation where people sleep, if there is but one.
    #[must_use]
    pub fn only_beds_of(&self, organisation: &OrgId) -> Option<&Facility> {
        let mut with_beds = self.find(organisation)?.open_facilities().filter(|each| each.location_type.has_beds());
        with_beds.next().filter(|_| with_beds.next().is_none())
    }

    /// Where somebody would sleep who is referred for an offering.
    #[must_use]
    pub fn places_for(&self, organisation: &OrgId, offering: Offering) -> Vec<FacilityId> {
        let own = self.find(organisation).into_iter().flat_map(Organisation::open_facilities);
        let suits = |facility: &&Facility| sleeps_in(offering).contains(&facility.location_type);
        own.filter(suits).map(|facility| facility.id.clone()).collect()
    }
}

/// Whether an offering is a bed and nothing more, so that a stay fulfils it.
#[must_use]
pub fn is_a_bed(offering: Offering) -> bool {
    matches!(offering, Offering::NightBed | Offering::WinterBed | Offering::Bed24h | Offering::ShortStayShelter)
}

/// The kinds of places where somebody sleeps who is referred for an offering.
fn sleeps_in(offering: Offering) -> &'static [LocationType] {
    match offering {
        Offering::NightBed => &[LocationType::NightShelterEu],
        Offering::WinterBed => &[LocationType::WinterShelter, LocationType::WinterColdShelter],
        Offering::Bed24h => &[LocationType::Shelter24h, LocationType::EmergencyBed],
        Offering::ShortStayShelter => &[LocationType::ShortStayPilot],
        Offering::MedicalShelter => &[LocationType::MedicalShelter],
        Offering::MealWarmSeat
        | Offering::LegalClinic
        | Offering::MedicalClinic
        | Offering::SocialWork
        | Offering::MultilingualHealthInfo
        | Offering::OnlineGpOwnLanguage
        | Offering::MedicalDropIn
        | Offering::SupportedLiving
        | Offering::MentalHealthCare
        | Offering::AddictionCare
        | Offering::Probation
        | Offering::ClientSupport
        | Offering::Repatriation => &[],
    }
}
