//! The organisations that take part, as configured. None of it is about persons.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::codes::{LocationType, Offering, OrgKind};
use crate::ids::{FacilityId, Municipality, OrgId, UserId};
use crate::text::Country;

/// An organisation that takes part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    pub id: OrgId,
    pub name: String,
    pub kind: OrgKind,
    pub municipality: Option<Municipality>,
    pub country: Option<Country>,
    #[serde(default)]
    pub offerings: Vec<Offering>,
    #[serde(default)]
    pub facilities: Vec<Facility>,
    /// The users who coordinate cases for its municipality, as their tokens name them. Cases are assigned to these alone.
    #[serde(default)]
    pub coordinators: Vec<UserId>,
}

/// A building or ward of an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Facility {
    pub id: FacilityId,
    pub name: String,
    pub location_type: LocationType,
    /// The local time of an evening by which people are expected: `23:00`, Europe/Amsterdam.
    pub cut_off: Option<String>,
    #[serde(default)]
    pub beds: u32,
}

/// Every organisation that takes part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directory {
    organisations: BTreeMap<OrgId, Organisation>,
}

impl FromIterator<Organisation> for Directory {
    fn from_iter<I: IntoIterator<Item = Organisation>>(organisations: I) -> Self {
        Self { organisations: organisations.into_iter().map(|each| (each.id.clone(), each)).collect() }
    }
}

impl Directory {
    /// The organisation of that id.
    #[must_use]
    pub fn find(&self, id: &OrgId) -> Option<&Organisation> {
        self.organisations.get(id)
    }

    /// All of them, by id.
    pub fn all(&self) -> impl Iterator<Item = &Organisation> {
        self.organisations.values()
    }

    /// Those of a kind in a municipality.
    pub fn of_kind<'a>(
        &'a self,
        kind: OrgKind,
        municipality: &'a Municipality,
    ) -> impl Iterator<Item = &'a Organisation> {
        self.all().filter(move |each| each.kind == kind && each.municipality.as_ref() == Some(municipality))
    }

    /// Whether anybody of that municipality takes part.
    #[must_use]
    pub fn has_municipality(&self, municipality: &Municipality) -> bool {
        self.all().any(|each| each.municipality.as_ref() == Some(municipality))
    }

    /// Whether a user coordinates cases of that municipality.
    #[must_use]
    pub fn has_coordinator(&self, municipality: &Municipality, user: &UserId) -> bool {
        let local = self.all().filter(|each| each.municipality.as_ref() == Some(municipality));
        local.flat_map(|each| &each.coordinators).any(|coordinator| coordinator == user)
    }

    /// Whether the facility is the organisation's.
    #[must_use]
    pub fn has_facility(&self, organisation: &OrgId, facility: &FacilityId) -> bool {
        self.find(organisation).is_some_and(|each| each.facilities.iter().any(|own| own.id == *facility))
    }
}
