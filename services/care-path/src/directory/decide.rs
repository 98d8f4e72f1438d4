//! Decisions on the directory: who takes part, where people are taken in, and how many places there are.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Deserialize;

use super::{
    Capacity, CapacitySet, Directory, DirectoryEvent, Facility, FacilityChanged, FacilityClosed, FacilityProfile,
    FacilityRegistered, FacilityReopened, OpeningTime, Organisation, OrganisationChanged, OrganisationClosed,
    OrganisationProfile, OrganisationRegistered, OrganisationReopened,
};
use crate::actor::Actor;
use crate::codes::{LocationType, Offering, OrgKind, Seat, TargetGroup};
use crate::command::{Context, Decide, Refusal, refusals};
use crate::event::Event;
use crate::ids::{FacilityId, Municipality, OrgId, UserId};
use crate::list::Few;
use crate::path::CarePath;
use crate::text::{Country, EmailAddress, Language, LanguageTag, Line, Phone, WebAddress};
use crate::time::{Day, Night, TimeOfDay};

refusals! {
    /// Why the directory is not changed.
    DirectoryRefusal {
        Unknown = "not_in_the_directory": "there is no such organisation or facility",
        AlreadyRegistered = "organisation_already_registered": "an organisation of this id is registered already",
        FacilityAlreadyRegistered = "facility_already_registered": "a facility of this id is registered already",
        AlreadyClosed = "already_closed": "it is closed already",
        NotClosed = "not_closed": "it is not closed",
        HasGuests = "has_guests": "people have beds there: release these first, or move the people on",
    }
}

/// The most places that a facility may have.
const MOST_PLACES: u16 = 2_000;

/// A body that says all there is to say of an organisation.
macro_rules! says_an_organisation {
    ($(#[$meta:meta])* pub struct $name:ident { $($more:tt)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            pub organisation_id: OrgId,
            pub name: Line,
            pub kind: OrgKind,
            pub municipality: Option<Municipality>,
            pub country: Option<Country>,
            // What it offers. Nobody is referred to it for anything else.
            #[serde(default)]
            #[cfg_attr(feature = "schema", schema(inline))]
            pub offerings: Few<Offering, 32>,
            // The languages in which people are helped there.
            #[serde(default)]
            #[cfg_attr(feature = "schema", schema(inline))]
            pub languages: Few<LanguageTag, 32>,
            // For whom it is meant in particular; for everybody where none is named.
            #[serde(default)]
            #[cfg_attr(feature = "schema", schema(inline))]
            pub target_groups: Few<TargetGroup, 16>,
            #[serde(default)]
            #[cfg_attr(feature = "schema", schema(inline))]
            pub opening_times: Few<OpeningTime, 28>,
            pub phone: Option<Phone>,
            pub email: Option<EmailAddress>,
            pub website: Option<WebAddress>,
            // The users who coordinate cases for its municipality, as their tokens name them.
            #[serde(default)]
            #[cfg_attr(feature = "schema", schema(inline))]
            pub coordinators: Few<UserId, 64>,
            $($more)*
        }

        impl $name {
            fn profile(&self) -> OrganisationProfile {
                OrganisationProfile {
                    name: self.name.clone(),
                    kind: self.kind,
                    municipality: self.municipality.clone(),
                    country: self.country,
                    offerings: self.offerings.to_vec(),
                    languages: self.languages.iter().map(AsRef::<Language>::as_ref).cloned().collect(),
                    target_groups: self.target_groups.to_vec(),
                    opening_times: self.opening_times.to_vec(),
                    phone: self.phone.clone(),
                    email: self.email.clone(),
                    website: self.website.clone(),
                    coordinators: self.coordinators.to_vec(),
                }
            }
        }
    };
}

says_an_organisation! {
    /// Registers an organisation, with its facilities.
    pub struct RegisterOrganisation {
        #[serde(default)]
        #[cfg_attr(feature = "schema", schema(inline))]
        pub facilities: Few<NewFacility, 32>,
    }
}

says_an_organisation! {
    /// Says anew all there is to say of an organisation. What is left out is gone; its facilities stay.
    pub struct ChangeOrganisation {}
}

/// A facility of an organisation that is registered.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewFacility {
    /// An id that no other facility has, of whichever organisation.
    pub facility_id: FacilityId,
    pub name: Line,
    pub location_type: LocationType,
    /// The local time of an evening by which people are expected there: `23:00`. Unless said, midnight, where people sleep by the
    /// night.
    pub cut_off: Option<TimeOfDay>,
    pub address: Option<Line>,
    pub district: Option<Line>,
    /// How many places there are from this night on, where people sleep there.
    #[cfg_attr(feature = "schema", schema(maximum = 2000))]
    pub places: Option<u16>,
}

/// Registers a facility of an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RegisterFacility {
    pub organisation_id: OrgId,
    /// An id that no other facility has, of whichever organisation.
    pub facility_id: FacilityId,
    pub name: Line,
    pub location_type: LocationType,
    /// The local time of an evening by which people are expected there: `23:00`. Unless said, midnight, where people sleep by the
    /// night.
    pub cut_off: Option<TimeOfDay>,
    pub address: Option<Line>,
    pub district: Option<Line>,
    /// How many places there are from this night on, where people sleep there.
    #[cfg_attr(feature = "schema", schema(maximum = 2000))]
    pub places: Option<u16>,
}

/// Says anew all there is to say of a facility, but for its places. What is left out is gone.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangeFacility {
    pub facility_id: FacilityId,
    pub name: Line,
    pub location_type: LocationType,
    /// The local time of an evening by which people are expected there: `23:00`. Where it is left out, midnight, where people
    /// sleep by the night.
    pub cut_off: Option<TimeOfDay>,
    pub address: Option<Line>,
    pub district: Option<Line>,
}

/// Says how many places a facility has, from a night on until that is said anew.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SetCapacity {
    pub facility_id: FacilityId,
    #[cfg_attr(feature = "schema", schema(maximum = 2000))]
    pub places: u16,
    /// The day on whose evening it begins; this night unless said.
    pub from: Option<Day>,
    /// Why, such as a winter opening.
    pub why: Option<Line>,
}

/// Bodies that name what they are about, and say nothing else.
macro_rules! names {
    ($( $(#[$meta:meta])* pub struct $name:ident { $field:ident: $id:ident } )+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            pub $field: $id,
        }
    )+};
}

names! {
    /// Ends that an organisation takes part.
    pub struct CloseOrganisation { organisation_id: OrgId }
    /// Lets an organisation take part again.
    pub struct ReopenOrganisation { organisation_id: OrgId }
    /// Ends that people are taken in at a facility.
    pub struct CloseFacility { facility_id: FacilityId }
    /// Lets people be taken in at a facility again.
    pub struct ReopenFacility { facility_id: FacilityId }
}

impl NewFacility {
    fn profile(self) -> FacilityProfile {
        let Self { name, location_type, cut_off, address, district, facility_id: _, places: _ } = self;
        FacilityProfile { name, location_type, cut_off, address, district }
    }

    /// The facility, and its places from this night on.
    fn of(self, organisation: &OrgId, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        if at.directory.facility(&self.facility_id).is_some() {
            return Err(DirectoryRefusal::FacilityAlreadyRegistered.into());
        }
        let (facility, places) = (self.facility_id.clone(), self.places);
        let profile = self.profile();
        let set = places.map(|places| {
            let from = Night::of(at.occurred.at).date();
            let (organisation, facility) = (organisation.clone(), facility.clone());
            checked(profile.location_type, places)?;
            Ok::<_, Refusal>(DirectoryEvent::CapacitySet(CapacitySet {
                organisation,
                facility,
                from,
                places,
                why: None,
            }))
        });
        let set = set.transpose()?;
        let registered = FacilityRegistered { organisation: organisation.clone(), facility, profile };
        let events = [DirectoryEvent::FacilityRegistered(registered)].into_iter().chain(set);
        Ok(events.map(Event::from).collect())
    }
}

impl RegisterOrganisation {
    /// The organisation as it is once this is executed; its places hold from the beginning.
    #[must_use]
    pub fn organisation(self) -> Organisation {
        let (id, profile) = (self.organisation_id.clone(), self.profile());
        let facilities = Vec::from(self.facilities).into_iter().map(|new| {
            let (id, places) = (new.facility_id.clone(), new.places);
            let capacities = places.map(|places| (NaiveDate::default(), Capacity { places, why: None }));
            Facility { capacities: capacities.into_iter().collect(), ..Facility::new(id, new.profile()) }
        });
        Organisation { facilities: facilities.collect(), ..Organisation::new(id, profile) }
    }
}

/// Places are where people sleep, and not more than may be.
fn checked(at: LocationType, places: u16) -> Result<(), Refusal> {
    if places > MOST_PLACES {
        return Err(Refusal::field("places", "must be at most 2000"));
    }
    if places > 0 && !at.has_beds() {
        return Err(Refusal::field("places", "must be none at a place of this kind: nobody sleeps there"));
    }
    Ok(())
}

/// An organisation says where it is, as far as its kind asks for it.
fn seated(profile: OrganisationProfile) -> Result<OrganisationProfile, Refusal> {
    match profile.kind.seat() {
        Seat::Municipality if profile.municipality.is_none() => {
            Err(Refusal::field("municipality", "is needed: nobody would follow those whom they meet"))
        }
        Seat::Country if profile.country.is_none() => {
            Err(Refusal::field("country", "is needed: nothing would reach them"))
        }
        Seat::Municipality | Seat::Country | Seat::Any => Ok(profile),
    }
}

fn organisation<'a>(id: &OrgId, at: &Context<'a>) -> Result<&'a Organisation, Refusal> {
    at.directory.find(id).ok_or(DirectoryRefusal::Unknown.into())
}

fn facility<'a>(id: &FacilityId, at: &Context<'a>) -> Result<(&'a Facility, &'a Organisation), Refusal> {
    at.directory.facility(id).ok_or(DirectoryRefusal::Unknown.into())
}

impl Decide for RegisterOrganisation {
    type Subject = ();

    fn organisation(&self, _: &Directory) -> Option<OrgId> {
        Some(self.organisation_id.clone())
    }

    fn decide(self, (): (), _: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        if at.directory.find(&self.organisation_id).is_some() || self.organisation_id == OrgId::baken() {
            return Err(DirectoryRefusal::AlreadyRegistered.into());
        }
        let ids: BTreeSet<_> = self.facilities.iter().map(|each| &each.facility_id).collect();
        if ids.len() < self.facilities.len() {
            return Err(Refusal::field("facilities", "must have an id each"));
        }
        let (organisation, profile) = (self.organisation_id.clone(), seated(self.profile())?);
        let registered = OrganisationRegistered { organisation: organisation.clone(), profile };
        let mut events = vec![DirectoryEvent::OrganisationRegistered(registered).into()];
        for new in Vec::from(self.facilities) {
            events.extend(new.of(&organisation, at)?);
        }
        Ok(events)
    }
}

impl Decide for ChangeOrganisation {
    type Subject = ();

    fn organisation(&self, _: &Directory) -> Option<OrgId> {
        Some(self.organisation_id.clone())
    }

    fn decide(self, (): (), _: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        organisation(&self.organisation_id, at)?;
        let profile = seated(self.profile())?;
        let changed = OrganisationChanged { organisation: self.organisation_id, profile };
        Ok(vec![DirectoryEvent::OrganisationChanged(changed).into()])
    }
}

impl Decide for CloseOrganisation {
    type Subject = ();

    fn organisation(&self, _: &Directory) -> Option<OrgId> {
        Some(self.organisation_id.clone())
    }

    fn decide(self, (): (), _: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        if organisation(&self.organisation_id, at)?.closures.is_closed() {
            return Err(DirectoryRefusal::AlreadyClosed.into());
        }
        let organisation = self.organisation_id;
        Ok(vec![DirectoryEvent::OrganisationClosed(OrganisationClosed { organisation }).into()])
    }
}

impl Decide for ReopenOrganisation {
    type Subject = ();

    fn organisation(&self, _: &Directory) -> Option<OrgId> {
        Some(self.organisation_id.clone())
    }

    fn decide(self, (): (), _: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        if !organisation(&self.organisation_id, at)?.closures.is_closed() {
            return Err(DirectoryRefusal::NotClosed.into());
        }
        let organisation = self.organisation_id;
        Ok(vec![DirectoryEvent::OrganisationReopened(OrganisationReopened { organisation }).into()])
    }
}

impl Decide for RegisterFacility {
    type Subject = ();

    fn organisation(&self, _: &Directory) -> Option<OrgId> {
        Some(self.organisation_id.clone())
    }

    fn decide(self, (): (), _: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        organisation(&self.organisation_id, at)?;
        let Self { organisation_id, facility_id, name, location_type, cut_off, address, district, places } = self;
        NewFacility { facility_id, name, location_type, cut_off, address, district, places }.of(&organisation_id, at)
    }
}

impl Decide for ChangeFacility {
    type Subject = ();

    fn organisation(&self, directory: &Directory) -> Option<OrgId> {
        owner(&self.facility_id, directory)
    }

    fn decide(self, (): (), _: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let (_, owner) = facility(&self.facility_id, at)?;
        let Self { facility_id, name, location_type, cut_off, address, district } = self;
        let profile = FacilityProfile { name, location_type, cut_off, address, district };
        let changed = FacilityChanged { organisation: owner.id.clone(), facility: facility_id, profile };
        Ok(vec![DirectoryEvent::FacilityChanged(changed).into()])
    }
}

impl Decide for CloseFacility {
    type Subject = ();

    fn organisation(&self, directory: &Directory) -> Option<OrgId> {
        owner(&self.facility_id, directory)
    }

    fn decide(self, (): (), _: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let (known, owner) = facility(&self.facility_id, at)?;
        if known.closures.is_closed() {
            return Err(DirectoryRefusal::AlreadyClosed.into());
        }
        let closed = FacilityClosed { organisation: owner.id.clone(), facility: self.facility_id };
        Ok(vec![DirectoryEvent::FacilityClosed(closed).into()])
    }
}

impl Decide for ReopenFacility {
    type Subject = ();

    fn organisation(&self, directory: &Directory) -> Option<OrgId> {
        owner(&self.facility_id, directory)
    }

    fn decide(self, (): (), _: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let (known, owner) = facility(&self.facility_id, at)?;
        if !known.closures.is_closed() {
            return Err(DirectoryRefusal::NotClosed.into());
        }
        let reopened = FacilityReopened { organisation: owner.id.clone(), facility: self.facility_id };
        Ok(vec![DirectoryEvent::FacilityReopened(reopened).into()])
    }
}

impl Decide for SetCapacity {
    type Subject = ();

    fn organisation(&self, directory: &Directory) -> Option<OrgId> {
        owner(&self.facility_id, directory)
    }

    fn decide(self, (): (), _: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let (known, owner) = facility(&self.facility_id, at)?;
        if !at.acts_for(&owner.id) && at.by.actor != Actor::Administrator {
            return Err(Refusal::NotYours);
        }
        checked(known.location_type, self.places)?;
        let from = self.from.map_or_else(|| Night::of(at.occurred.at).date(), Day::get);
        let set = CapacitySet {
            organisation: owner.id.clone(),
            facility: self.facility_id,
            from,
            places: self.places,
            why: self.why,
        };
        Ok(vec![DirectoryEvent::CapacitySet(set).into()])
    }
}

/// Whose a facility is.
fn owner(facility: &FacilityId, directory: &Directory) -> Option<OrgId> {
    directory.facility(facility).map(|(_, organisation)| organisation.id.clone())
}
