//! What happens to the directory. It lies on streams of its own, and never on a person's path.

use chrono::NaiveDate;

use super::{FacilityProfile, OrganisationProfile};
use crate::fact::{facts, part_events};
use crate::ids::{FacilityId, OrgId};
use crate::text::Line;

part_events! {
    /// Organisations, facilities and places.
    pub enum DirectoryEvent {
        OrganisationRegistered(OrganisationRegistered),
        OrganisationChanged(OrganisationChanged),
        OrganisationClosed(OrganisationClosed),
        OrganisationReopened(OrganisationReopened),
        FacilityRegistered(FacilityRegistered),
        FacilityChanged(FacilityChanged),
        FacilityClosed(FacilityClosed),
        FacilityReopened(FacilityReopened),
        CapacitySet(CapacitySet),
    }
}

/// The contents of these events. They describe no person: nothing is sealed, and nothing is told by facts.
macro_rules! entries {
    ($( $(#[$meta:meta])* pub struct $name:ident { $( $(#[$field_meta:meta])* $field:ident: $type:ty, )+ } )+) => {$(
        $(#[$meta])*
        #[serde_with::skip_serializing_none]
        #[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $( $(#[$field_meta])* pub $field: $type, )+
        }

        facts! { $name as it {} }
    )+};
}

entries! {
    /// An organisation takes part.
    pub struct OrganisationRegistered {
        organisation: OrgId,
        profile: OrganisationProfile,
    }

    /// What is said of an organisation is said anew, all of it.
    pub struct OrganisationChanged {
        organisation: OrgId,
        profile: OrganisationProfile,
    }

    /// An organisation takes part no more.
    pub struct OrganisationClosed {
        organisation: OrgId,
    }

    /// An organisation takes part again.
    pub struct OrganisationReopened {
        organisation: OrgId,
    }

    /// An organisation has a building or ward.
    pub struct FacilityRegistered {
        organisation: OrgId,
        facility: FacilityId,
        profile: FacilityProfile,
    }

    /// What is said of a facility is said anew, all of it.
    pub struct FacilityChanged {
        organisation: OrgId,
        facility: FacilityId,
        profile: FacilityProfile,
    }

    /// A facility takes nobody in any more.
    pub struct FacilityClosed {
        organisation: OrgId,
        facility: FacilityId,
    }

    /// A facility takes people in again.
    pub struct FacilityReopened {
        organisation: OrgId,
        facility: FacilityId,
    }

    /// A facility has so many places from a night on.
    pub struct CapacitySet {
        organisation: OrgId,
        facility: FacilityId,
        from: NaiveDate,
        places: u16,
        why: Option<Line>,
    }
}
