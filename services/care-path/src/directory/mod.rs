//! The organisations that take part, their facilities, and how many places those have. None of it is about persons. It is
//! a fold over events, as everything is: an administrator changes it by commands.

mod decide;
mod events;
mod places;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ops::Deref;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

pub use decide::{
    ChangeFacility, ChangeOrganisation, CloseFacility, CloseOrganisation, DirectoryRefusal, NewFacility,
    RegisterFacility, RegisterOrganisation, ReopenFacility, ReopenOrganisation, SetCapacity,
};
pub use events::{
    CapacitySet, DirectoryEvent, FacilityChanged, FacilityClosed, FacilityRegistered, FacilityReopened,
    OrganisationChanged, OrganisationClosed, OrganisationRegistered, OrganisationReopened,
};

pub use places::{Asked, Closures, Overbook, is_a_bed, left_over};

use crate::actor::Principal;
use crate::codes::{LocationType, Offering, OrgKind, TargetGroup, Weekday};
use crate::ids::{FacilityId, Municipality, OrgId, UserId};
use crate::text::{Country, EmailAddress, Language, Line, Phone, WebAddress};
use crate::time::{DateTime, Night, TimeOfDay};

/// What is said of an organisation.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct OrganisationProfile {
    pub name: Line,
    pub kind: OrgKind,
    pub municipality: Option<Municipality>,
    pub country: Option<Country>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offerings: Vec<Offering>,
    /// The languages in which people are helped there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<Language>,
    /// For whom it is meant in particular; for everybody where none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub target_groups: Vec<TargetGroup>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub opening_times: Vec<OpeningTime>,
    /// The telephone, the mail and the website of the organisation.
    pub phone: Option<Phone>,
    pub email: Option<EmailAddress>,
    pub website: Option<WebAddress>,
    /// The users who coordinate cases for its municipality, as their tokens name them. Cases are assigned to these alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coordinators: Vec<UserId>,
}

/// When an organisation is open on a day of the week. One that closes at or before it opens is open past midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema, async_graphql::SimpleObject))]
#[serde(deny_unknown_fields)]
pub struct OpeningTime {
    pub day: Weekday,
    pub opens: TimeOfDay,
    pub closes: TimeOfDay,
}

/// What is said of a building or ward.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FacilityProfile {
    pub name: Line,
    pub location_type: LocationType,
    /// The local time of an evening by which people are expected: `23:00`, Europe/Amsterdam. Unless said, midnight, where people
    /// sleep by the night.
    pub cut_off: Option<TimeOfDay>,
    /// Where it is. Of a women's shelter it is secret.
    pub address: Option<Line>,
    pub district: Option<Line>,
}

/// How many places a facility has from a night on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Capacity {
    pub places: u16,
    /// Why, such as a winter opening.
    pub why: Option<Line>,
}

/// An organisation that takes part, or took part.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Organisation {
    pub id: OrgId,
    pub profile: OrganisationProfile,
    pub facilities: Vec<Facility>,
    /// When it takes no part: nobody is sent there. Its name is still told.
    pub closures: Closures,
}

/// A building or ward of an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Facility {
    pub id: FacilityId,
    pub profile: FacilityProfile,
    /// By the first night on which it holds.
    pub capacities: BTreeMap<NaiveDate, Capacity>,
    pub closures: Closures,
}

impl Deref for Organisation {
    type Target = OrganisationProfile;

    fn deref(&self) -> &OrganisationProfile {
        &self.profile
    }
}

impl Deref for Facility {
    type Target = FacilityProfile;

    fn deref(&self) -> &FacilityProfile {
        &self.profile
    }
}

impl Organisation {
    /// One that takes part, without facilities.
    #[must_use]
    pub fn new(id: OrgId, profile: OrganisationProfile) -> Self {
        Self { id, profile, facilities: Vec::new(), closures: Closures::default() }
    }

    /// The facilities in which people are taken in now.
    pub fn open_facilities(&self) -> impl Iterator<Item = &Facility> {
        self.facilities.iter().filter(|facility| !facility.closures.is_closed())
    }

    /// A facility of its own, open or not.
    #[must_use]
    pub fn facility(&self, id: &FacilityId) -> Option<&Facility> {
        self.facilities.iter().find(|facility| facility.id == *id)
    }

    fn facility_mut(&mut self, id: &FacilityId) -> Option<&mut Facility> {
        self.facilities.iter_mut().find(|facility| facility.id == *id)
    }
}

impl Facility {
    /// One that is open, of whose places nothing is known.
    #[must_use]
    pub fn new(id: FacilityId, profile: FacilityProfile) -> Self {
        Self { id, profile, capacities: BTreeMap::new(), closures: Closures::default() }
    }

    /// How many places there are in a night, as far as anybody said; none where it is closed then.
    #[must_use]
    pub fn places_in(&self, night: Night) -> Option<u16> {
        let (_, in_force) = self.capacities.range(..=night.date()).next_back()?;
        Some(if self.closures.covers(night) { 0 } else { in_force.places })
    }
}

/// Every organisation that takes part, or took part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directory {
    organisations: BTreeMap<OrgId, Organisation>,
    /// Whose each facility is.
    owners: BTreeMap<FacilityId, OrgId>,
}

impl FromIterator<Organisation> for Directory {
    fn from_iter<I: IntoIterator<Item = Organisation>>(organisations: I) -> Self {
        let organisations: BTreeMap<_, _> = organisations.into_iter().map(|each| (each.id.clone(), each)).collect();
        let facilities =
            organisations.values().flat_map(|each| each.facilities.iter().zip(std::iter::repeat(&each.id)));
        let owners = facilities.map(|(own, owner)| (own.id.clone(), owner.clone())).collect();
        Self { organisations, owners }
    }
}

impl Directory {
    /// The organisation of that id, also where it takes part no more.
    #[must_use]
    pub fn find(&self, id: &OrgId) -> Option<&Organisation> {
        self.organisations.get(id)
    }

    /// The organisation of that id, if it takes part now.
    #[must_use]
    pub fn taking_part(&self, id: &OrgId) -> Option<&Organisation> {
        self.find(id).filter(|each| !each.closures.is_closed())
    }

    /// A facility, and whose it is.
    #[must_use]
    pub fn facility(&self, id: &FacilityId) -> Option<(&Facility, &Organisation)> {
        let organisation = self.find(self.owners.get(id)?)?;
        Some((organisation.facility(id)?, organisation))
    }

    /// All that ever took part, by id.
    pub fn all(&self) -> impl Iterator<Item = &Organisation> {
        self.organisations.values()
    }

    /// All facilities, by id, and whose they are.
    pub fn facilities(&self) -> impl Iterator<Item = (&Facility, &Organisation)> {
        self.owners.keys().filter_map(|id| self.facility(id))
    }

    /// Those that take part now, by id.
    pub fn open(&self) -> impl Iterator<Item = &Organisation> {
        self.all().filter(|each| !each.closures.is_closed())
    }

    /// Those of a kind in a municipality that take part now.
    pub fn of_kind<'a>(
        &'a self,
        kind: OrgKind,
        municipality: &'a Municipality,
    ) -> impl Iterator<Item = &'a Organisation> {
        self.open().filter(move |each| each.kind == kind && each.municipality.as_ref() == Some(municipality))
    }

    /// Since which night the embassy of a country takes part no more. Of one that is not in the directory nothing is known.
    #[must_use]
    pub fn has_left_since(&self, country: Country) -> Option<Night> {
        let embassies = self.all().filter(|each| each.kind == OrgKind::Embassy && each.country == Some(country));
        let closed: Option<Vec<_>> = embassies.map(|each| each.closures.closed_since()).collect();
        closed?.into_iter().max()
    }

    /// Whether anybody of that municipality takes part.
    #[must_use]
    pub fn has_municipality(&self, municipality: &Municipality) -> bool {
        self.open().any(|each| each.municipality.as_ref() == Some(municipality))
    }

    /// Whether a user coordinates cases of that municipality.
    #[must_use]
    pub fn has_coordinator(&self, municipality: &Municipality, user: &UserId) -> bool {
        let local = self.open().filter(|each| each.municipality.as_ref() == Some(municipality));
        local.flat_map(|each| &each.coordinators).any(|coordinator| coordinator == user)
    }

    /// The municipality of an actor, or of the actor's organisation.
    #[must_use]
    pub fn home_of(&self, principal: &Principal) -> Option<Municipality> {
        let of_organisation = || self.find(&principal.organisation)?.municipality.clone();
        principal.actor.municipality().cloned().or_else(of_organisation)
    }

    /// Folds one more event in, which occurred at some time. A facility that another organisation has already is left with that one: two nodes may have
    /// taken the same id at once.
    pub fn take_in(&mut self, event: &DirectoryEvent, at: DateTime) {
        match event {
            DirectoryEvent::OrganisationRegistered(OrganisationRegistered { organisation, profile })
            | DirectoryEvent::OrganisationChanged(OrganisationChanged { organisation, profile }) => {
                let new = || Organisation::new(organisation.clone(), profile.clone());
                let known = self.organisations.entry(organisation.clone()).or_insert_with(new);
                known.profile = profile.clone();
            }
            DirectoryEvent::OrganisationClosed(OrganisationClosed { organisation }) => {
                if let Some(known) = self.organisations.get_mut(organisation) {
                    known.closures.close(at);
                }
            }
            DirectoryEvent::OrganisationReopened(OrganisationReopened { organisation }) => {
                if let Some(known) = self.organisations.get_mut(organisation) {
                    known.closures.reopen(at);
                }
            }
            DirectoryEvent::FacilityRegistered(FacilityRegistered { organisation, facility, profile }) => {
                let Some(owner) = self.organisations.get_mut(organisation) else { return };
                if !self.owners.contains_key(facility) {
                    self.owners.insert(facility.clone(), organisation.clone());
                    owner.facilities.push(Facility::new(facility.clone(), profile.clone()));
                }
            }
            DirectoryEvent::FacilityChanged(FacilityChanged { organisation, facility, profile }) => {
                self.change(organisation, facility, |known| known.profile = profile.clone());
            }
            DirectoryEvent::FacilityClosed(FacilityClosed { organisation, facility }) => {
                self.change(organisation, facility, |known| known.closures.close(at));
            }
            DirectoryEvent::FacilityReopened(FacilityReopened { organisation, facility }) => {
                self.change(organisation, facility, |known| known.closures.reopen(at));
            }
            DirectoryEvent::CapacitySet(CapacitySet { organisation, facility, from, places, why }) => {
                let capacity = Capacity { places: *places, why: why.clone() };
                self.change(organisation, facility, |known| drop(known.capacities.insert(*from, capacity)));
            }
        }
    }

    fn change(&mut self, organisation: &OrgId, facility: &FacilityId, change: impl FnOnce(&mut Facility)) {
        let owner = self.organisations.get_mut(organisation);
        if let Some(known) = owner.and_then(|owner| owner.facility_mut(facility)) {
            change(known);
        }
    }
}
