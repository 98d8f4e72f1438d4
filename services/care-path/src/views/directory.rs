//! The directory, as a reader is shown it: by the policy for places, and not by a sight, for it is about no person.

use serde::Serialize;

use super::{section, views};
use crate::actor::Principal;
use crate::codes::{LocationType, Offering, OrgKind, TargetGroup};
use crate::directory::{Directory, Facility, OpeningTime, Organisation, left_over};
use crate::ids::{FacilityId, Municipality, OrgId, UserId};
use crate::policy::Places;
use crate::policy::directory::{
    has_secret_address, keeps_the_directory, shows_facilities, shows_free_places, shows_organisations,
    shows_secret_address,
};
use crate::text::{Country, EmailAddress, Language, Line, Phone, WebAddress};
use crate::time::{Night, TimeOfDay};

views! {
    /// An organisation that takes part.
    pub struct OrganisationView as "Organisation" {
        pub organisation_id: OrgId,
        pub name: Line,
        pub kind: OrgKind,
        pub municipality: Option<Municipality>,
        pub country: Option<Country>,
        pub offerings: Vec<Offering>,
        /// The languages in which people are helped there.
        pub languages: Vec<Language>,
        /// For whom it is meant in particular; for everybody where none is named.
        pub target_groups: Vec<TargetGroup>,
        pub opening_times: Vec<OpeningTime>,
        pub phone: Option<Phone>,
        pub email: Option<EmailAddress>,
        pub website: Option<WebAddress>,
        /// The users who coordinate cases for its municipality: to the organisation itself and to administrators.
        pub coordinators: Option<Vec<UserId>>,
        /// Where it takes people in.
        pub facilities: Option<Vec<FacilityView>>,
        /// Whether it takes part. What takes part no more is shown to administrators alone.
        pub open: bool,
        /// The revision for `If-Match`.
        pub revision: u64,
    }

    /// A building or ward where people are taken in.
    pub struct FacilityView as "Facility" {
        pub facility_id: FacilityId,
        pub organisation_id: OrgId,
        /// The name of the organisation.
        pub organisation: Line,
        pub name: Line,
        pub location_type: LocationType,
        pub municipality: Option<Municipality>,
        /// The local time of an evening by which people are expected there; where it is absent and people sleep there by the night,
        /// midnight.
        pub cut_off: Option<TimeOfDay>,
        /// Absent also where it is secret.
        pub address: Option<Line>,
        pub district: Option<Line>,
        /// How many places there are tonight, as far as anybody said. From nine in the morning on that is the night to come.
        pub places: Option<u16>,
        /// How many of them are free: to those who look for a bed in its municipality. A place is taken by who has a bed, but
        /// for those who did not come and for whom it is not held.
        pub free_tonight: Option<u32>,
        /// How many more are taken than there are.
        pub overbooked_tonight: Option<u32>,
        pub open: bool,
    }
}

/// Whether a reader is told that an organisation takes part, by its name.
#[must_use]
pub fn shows_organisation(reader: &Principal, organisation: &Organisation) -> bool {
    let role = reader.actor.role();
    shows_organisations(role, organisation.kind) && (!organisation.closures.is_closed() || keeps_the_directory(role))
}

/// An organisation, where the reader is shown it.
#[must_use]
pub fn disclose_organisation(
    reader: &Principal,
    organisation: &Organisation,
    revision: u64,
    directory: &Directory,
    tonight: Night,
) -> Option<OrganisationView> {
    if !shows_organisation(reader, organisation) {
        return None;
    }
    let keeps = keeps_the_directory(reader.actor.role());
    let facilities = organisation.facilities.iter();
    let facilities = facilities.filter_map(|own| disclose_facility(reader, own, organisation, directory, tonight));
    let names_coordinators = keeps || organisation.id == reader.organisation;
    Some(OrganisationView {
        organisation_id: organisation.id.clone(),
        name: organisation.name.clone(),
        kind: organisation.kind,
        municipality: organisation.municipality.clone(),
        country: organisation.country,
        offerings: organisation.offerings.clone(),
        languages: organisation.languages.clone(),
        target_groups: organisation.target_groups.clone(),
        opening_times: organisation.opening_times.clone(),
        phone: organisation.phone.clone(),
        email: organisation.email.clone(),
        website: organisation.website.clone(),
        coordinators: names_coordinators.then(|| organisation.coordinators.clone()).and_then(section),
        facilities: section(facilities.collect()),
        open: !organisation.closures.is_closed(),
        revision,
    })
}

impl FacilityView {
    /// Tells how many places are free tonight, to a reader who is told that. How many are taken is asked where it is told.
    #[must_use]
    pub fn with_free_places(self, reader: &Principal, directory: &Directory, taken: impl FnOnce() -> u32) -> Self {
        let place = directory.find(&self.organisation_id).map(|owner| Places::of(reader, owner, directory));
        let is_told = place.is_some_and(|place| shows_free_places(reader.actor.role(), place));
        let Some(places) = self.places.filter(|_| is_told && self.open) else { return self };
        let (free, overbooked) = left_over(places, taken());
        Self { free_tonight: Some(free), overbooked_tonight: Some(overbooked).filter(|more| *more > 0), ..self }
    }
}

/// A facility, where the reader is shown it.
#[must_use]
pub fn disclose_facility(
    reader: &Principal,
    facility: &Facility,
    organisation: &Organisation,
    directory: &Directory,
    tonight: Night,
) -> Option<FacilityView> {
    let role = reader.actor.role();
    let open = !facility.closures.is_closed() && !organisation.closures.is_closed();
    if !shows_facilities(role) || !(open || keeps_the_directory(role)) {
        return None;
    }
    let place = Places::of(reader, organisation, directory);
    let is_secret = has_secret_address(organisation.kind) && !shows_secret_address(role, place);
    Some(FacilityView {
        facility_id: facility.id.clone(),
        organisation_id: organisation.id.clone(),
        organisation: organisation.name.clone(),
        name: facility.name.clone(),
        location_type: facility.location_type,
        municipality: organisation.municipality.clone(),
        cut_off: facility.cut_off,
        address: facility.address.clone().filter(|_| !is_secret),
        district: facility.district.clone().filter(|_| !is_secret),
        places: facility.places_in(tonight),
        free_tonight: None,
        overbooked_tonight: None,
        open,
    })
}
