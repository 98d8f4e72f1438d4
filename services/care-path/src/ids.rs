//! Identifiers. None of them says anything about a person: they are random or time-ordered UUIDs, or slugs of
//! organisations and municipalities.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};
use uuid::Uuid;

macro_rules! uuid_ids {
    ($( $(#[$meta:meta])* $name:ident ),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        #[cfg_attr(feature = "schema", schema(value_type = String, format = Uuid))]
        pub struct $name(pub Uuid);

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }

        #[cfg(feature = "schema")]
        async_graphql::scalar!($name);
    )+};
}

uuid_ids! {
    /// One person's stream. Two of them may turn out to be one human being: see `PersonsLinked`.
    PersonId,
    /// An event: UUIDv7, and the handle by which an append is idempotent.
    EventId,
    /// A stay in a bed.
    BedId,
    /// A referral.
    ReferralId,
    /// A lookout for somebody who is lost.
    LookoutId,
    /// A care alert to the police (zorgmelding).
    CareAlertId,
    /// A discharge that a hospital announced.
    DischargeId,
    /// A request for an exception.
    ExceptionId,
    /// A consent.
    ConsentId,
    /// A repatriation handover.
    HandoverId,
    /// A question within a handover.
    QuestionId,
    /// A note.
    NoteId,
    /// A legal hold.
    HoldId,
    /// That somebody opened a case without a relation to the person, in an emergency.
    BreakGlassId,
    /// What a task is about: a referral, a lookout, an exception, a handover, …
    SubjectId,
    /// What belongs together across commands: a request, a batch.
    CorrelationId,
}

/// A short lower-case name: of an organisation, a municipality, a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 64 characters of a-z, 0-9 and hyphen, and begin with a letter or digit")]
pub struct BadSlug;

fn checked_slug(text: &str) -> Result<Box<str>, BadSlug> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if text.is_empty() || text.len() > 64 || text.starts_with('-') || !text.bytes().all(allowed) {
        return Err(BadSlug);
    }
    Ok(text.into())
}

macro_rules! slugs {
    ($( $(#[$meta:meta])* $name:ident ),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        #[cfg_attr(feature = "schema", schema(value_type = String, pattern = "^[a-z0-9][a-z0-9-]{0,63}$"))]
        pub struct $name(std::sync::Arc<str>);

        impl $name {
            /// The slug as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = BadSlug;

            fn from_str(text: &str) -> Result<Self, BadSlug> {
                checked_slug(text).map(|slug| Self(slug.into()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        #[cfg(feature = "schema")]
        async_graphql::scalar!($name);
    )+};
}

slugs! {
    /// An organisation of the chain.
    OrgId,
    /// A user, as the token's `sub` names them. Never shown to somebody outside the user's organisation.
    UserId,
    /// A municipality.
    Municipality,
    /// A building or ward of an organisation.
    FacilityId,
    /// Whose figures are shown beside the monitor's, and which: `police-nuisance`.
    SourceId,
}

impl PersonId {
    /// A number that is short enough to be told: the first six of the id's last twelve digits. Two persons may have the same.
    #[must_use]
    pub fn number(self) -> String {
        format!("{:06x}", (self.0.as_u128() >> 24) & 0xff_ffff)
    }
}

impl OrgId {
    /// Baken itself, as what it does by itself is recorded by.
    pub(crate) fn baken() -> Self {
        Self(std::sync::Arc::from("baken"))
    }
}

impl UserId {
    /// Baken itself.
    pub(crate) fn baken() -> Self {
        Self(std::sync::Arc::from("baken"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_person_is_a_part_of_their_id() {
        let person: PersonId = "0190b0a0-0000-7000-8000-0042ab00cdef".parse().unwrap();
        assert_eq!(person.number(), "0042ab");
    }

    #[test]
    fn a_slug_cannot_carry_a_name_with_spaces_or_capitals() {
        assert!("night-shelter-rotterdam".parse::<OrgId>().is_ok());
        for bad in ["", "Marek Nowak", "-x", "a_b", "ż"] {
            assert_eq!(bad.parse::<OrgId>(), Err(BadSlug), "{bad:?}");
        }
        assert!("x".repeat(65).parse::<UserId>().is_err());
    }
}
