//! Who somebody is, as far as is known, and who turned out to be the same human being.
//!
//! Persons are linked, never merged: a link is an event and can be undone.

use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::{CarePath, Noted, Stamp};
use crate::codes::{Assurance, LinkBasis, Sex};
use crate::fact::{Fact, Facts, Reader, events, facts, part_events};
use crate::ids::PersonId;
use crate::private::{Identity, Private, Social};
use crate::text::{Age, Country, Language, Line, Text};

mod decide;
mod language;
#[cfg(test)]
mod tests;

pub use decide::{DismissMatch, IdentityInput, IdentityRefusal, LinkPersons, UnlinkPersons, UpdateIdentity};
pub use language::LanguageInput;

part_events! {
    /// Who somebody is, and with whom they are one.
    pub enum IdentityEvent {
        IdentityUpdated(IdentityUpdated),
        PersonsLinked(PersonsLinked),
        PersonsUnlinked(PersonsUnlinked),
        MatchDismissed(MatchDismissed),
    }
}

events! {
    /// Somebody said who the person is.
    pub struct IdentityUpdated {
        assurance: clear Assurance => Identity, Full;
        claim: ..Private<IdentityClaim, Identity>;
    }

    /// Two persons turned out to be one human being.
    pub struct PersonsLinked {
        with: clear PersonId => Identity, Full;
        basis: clear LinkBasis => Identity, Full;
        explanation: maybe sealed(Text, Identity) => Identity, Full;
    }

    /// They are two after all.
    pub struct PersonsUnlinked {
        with: clear PersonId => Identity, Full;
        explanation: maybe sealed(Text, Identity) => Identity, Full;
    }

    /// A coordinator looked at two who might have been one, and they are not.
    pub struct MatchDismissed {
        other: clear PersonId as "other_person_id" => Notes, Full;
        explanation: maybe sealed(Text, Social) => Notes, Full;
    }
}

// A claim of who somebody is: name, birth date, language and contact lie at the minimal level.
facts! { Private<IdentityClaim, Identity> as it {
    name: Line = "name" in Identity, Minimal: part(it, |claim| claim.name.as_ref());
    alias: Line = "alias" in Identity, Minimal: part(it, |claim| claim.alias.as_ref());
    birth_date: NaiveDate = "birth_date" in Identity, Minimal: part(it, |claim| claim.birth_date.as_ref());
    contact: Line = "contact" in Identity, Minimal: part(it, |claim| claim.contact.as_ref());
    languages: Vec<LanguageUse> = "languages" in Identity, Minimal: part(it, |claim| some(&claim.languages));
    countries: Vec<Country> = "countries" in Identity, Full: part(it, |claim| some(&claim.countries));
    approximate_age: Age = "approximate_age" in Identity, Full: part(it, |claim| claim.approximate_age.as_ref());
    sex: Sex = "sex" in Identity, Full: part(it, |claim| claim.sex.as_ref());
    origin: Line = "origin" in Identity, Full: part(it, |claim| claim.origin.as_ref());
    appearance: Text = "appearance" in Identity, Full: part(it, |claim| claim.appearance.as_ref());
}}

/// What is claimed of who somebody is. Every field may be missing: no step asks for an identity document.
#[skip_serializing_none]
#[derive(Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct IdentityClaim {
    pub name: Option<Line>,
    /// What people call them.
    pub alias: Option<Line>,
    pub birth_date: Option<NaiveDate>,
    /// In whole years, by estimate.
    pub approximate_age: Option<Age>,
    pub sex: Option<Sex>,
    /// Nationalities: ISO 3166-1 alpha-2.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub countries: Vec<Country>,
    /// Where they come from in words, when the country is not known: "Eastern Europe".
    pub origin: Option<Line>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<LanguageUse>,
    /// A telephone number, an address to leave word at.
    pub contact: Option<Line>,
    /// What they look like.
    pub appearance: Option<Text>,
}

/// A language of somebody's: BCP 47, with what it is good for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema, async_graphql::SimpleObject))]
#[serde(deny_unknown_fields)]
pub struct LanguageUse {
    pub language: Language,
    #[serde(default)]
    pub preferred: bool,
    #[serde(default)]
    pub understood: bool,
    #[serde(default)]
    pub interpreter_needed: bool,
}

impl std::fmt::Debug for IdentityClaim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IdentityClaim").finish_non_exhaustive()
    }
}

impl IdentityClaim {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What is known of who somebody is.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct IdentityState {
    pub(crate) claims: Vec<Noted<Private<IdentityClaim, Identity>>>,
    pub(crate) assurance: Option<Assurance>,
    pub(crate) links: Vec<Noted<PersonId>>,
    /// Who is not this person, though they might have been.
    pub(crate) dismissed: Vec<Noted<PersonId>>,
}

impl IdentityState {
    /// Takes in a claim. A later claim adds to an earlier one, field by field, when it is shown.
    pub(super) fn claim(
        path: &mut CarePath,
        stamp: &Arc<Stamp>,
        claim: Option<&Private<IdentityClaim, Identity>>,
        assurance: Option<Assurance>,
    ) {
        let Some(claim) = claim else { return };
        let state = &mut path.identity;
        let alias_at_least = claim.get().filter(|claim| !claim.is_empty()).map(|_| Assurance::Alias);
        state.assurance = assurance.or_else(|| state.assurance.max(alias_at_least));
        state.claims.push(Noted::new(stamp, claim));
    }

    /// The newest that is known of one field.
    pub(in crate::path) fn newest<'a, T>(&'a self, field: impl Fn(&'a IdentityClaim) -> Option<T>) -> Option<T> {
        self.claims.iter().rev().filter_map(|claim| claim.fact.get()).find_map(field)
    }

    /// The newest that a reader is shown of one field.
    pub(crate) fn newest_shown<'a, T>(
        &'a self,
        reader: &impl Reader,
        fact: impl Fn(Facts<'a, Private<IdentityClaim, Identity>>) -> Fact<'a, T>,
    ) -> Option<T> {
        self.claims.iter().rev().find_map(|claim| fact(claim.facts()).shown_to(reader))
    }
}

pub(super) fn evolve(path: &mut CarePath, stamp: &Arc<Stamp>, event: &IdentityEvent) {
    match event {
        IdentityEvent::IdentityUpdated(updated) => {
            IdentityState::claim(path, stamp, Some(&updated.claim), Some(updated.assurance));
        }
        IdentityEvent::PersonsLinked(linked) => path.identity.links.push(Noted::new(stamp, &linked.with)),
        IdentityEvent::PersonsUnlinked(unlinked) => path.identity.links.retain(|link| link.fact != unlinked.with),
        IdentityEvent::MatchDismissed(dismissed) => path.identity.dismissed.push(Noted::new(stamp, &dismissed.other)),
    }
}
