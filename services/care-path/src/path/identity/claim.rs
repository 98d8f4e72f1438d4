//! What is claimed of who somebody is, and what of it stands: of each field the best assured claim, and among equals the
//! one that happened last.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::IdentityState;
use crate::codes::{Assurance, DocumentKind, Sex};
use crate::fact::{Fact, Facts, Label, Origin, Reader, Visitor, facts};
use crate::path::Noted;
use crate::private::{Identity, Private};
use crate::text::{Age, Country, Language, Line, Text};
use crate::time::PartialDate;

/// What is claimed of who somebody is. Every field may be missing: no step asks for an identity document.
#[skip_serializing_none]
#[derive(Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct IdentityClaim {
    pub name: Option<Line>,
    /// What people call them.
    pub alias: Option<Line>,
    /// As precisely as it is known: 1975, 1975-05 or 1975-05-02.
    pub birth_date: Option<PartialDate>,
    pub birth_place: Option<Line>,
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
    /// Documents that say who they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<IdentityDocument>,
    /// A telephone number, an address to leave word at.
    pub contact: Option<Line>,
    /// What they look like.
    pub appearance: Option<Text>,
    /// Fields of which nothing is known any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub emptied: Vec<ClaimField>,
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

/// A document that says who somebody is, as far as it is known.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema, async_graphql::SimpleObject))]
#[serde(deny_unknown_fields)]
pub struct IdentityDocument {
    pub kind: DocumentKind,
    pub number: Option<Line>,
    /// Which country issued it.
    pub country: Option<Country>,
}

macro_rules! claim_fields {
    ($($field:ident = $name:tt),+ $(,)?) => {
        /// A field of a claim.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        pub enum ClaimField {
            $( #[serde(rename = $name)] $field, )+
        }

        impl ClaimField {
            pub(super) const NAMES: &'static [&'static str] = &[$($name),+];

            /// Its name in a claim, and as a fact.
            pub(super) fn name(self) -> &'static str {
                match self {
                    $( Self::$field => $name, )+
                }
            }

            pub(super) fn of_name(name: &str) -> Option<Self> {
                [$(Self::$field),+].into_iter().find(|field| field.name() == name)
            }
        }
    };
}
claim_fields! {
    Name = "name",
    Alias = "alias",
    BirthDate = "birth_date",
    BirthPlace = "birth_place",
    ApproximateAge = "approximate_age",
    Sex = "sex",
    Countries = "countries",
    Origin = "origin",
    Languages = "languages",
    Documents = "documents",
    Contact = "contact",
    Appearance = "appearance",
}

impl std::fmt::Debug for IdentityClaim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IdentityClaim").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for IdentityDocument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IdentityDocument").finish_non_exhaustive()
    }
}

impl IdentityClaim {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

// A claim of who somebody is: name, birth date, language and contact lie at the minimal level.
facts! { Private<IdentityClaim, Identity> as it {
    name: Line = "name" in Identity, Minimal: part(it, |claim| claim.name.as_ref());
    alias: Line = "alias" in Identity, Minimal: part(it, |claim| claim.alias.as_ref());
    birth_date: PartialDate = "birth_date" in Identity, Minimal: part(it, |claim| claim.birth_date.as_ref());
    contact: Line = "contact" in Identity, Minimal: part(it, |claim| claim.contact.as_ref());
    languages: Vec<LanguageUse> = "languages" in Identity, Minimal: part(it, |claim| some(&claim.languages));
    birth_place: Line = "birth_place" in Identity, Full: part(it, |claim| claim.birth_place.as_ref());
    countries: Vec<Country> = "countries" in Identity, Full: part(it, |claim| some(&claim.countries));
    approximate_age: Age = "approximate_age" in Identity, Full: part(it, |claim| claim.approximate_age.as_ref());
    sex: Sex = "sex" in Identity, Full: part(it, |claim| claim.sex.as_ref());
    origin: Line = "origin" in Identity, Full: part(it, |claim| claim.origin.as_ref());
    documents: Vec<IdentityDocument> = "documents" in Identity, Full: part(it, |claim| some(&claim.documents));
    appearance: Text = "appearance" in Identity, Full: part(it, |claim| claim.appearance.as_ref());
    emptied: Vec<ClaimField> = "emptied" in Identity, Full: part(it, |claim| some(&claim.emptied));
}}

/// What can be told of a claim.
pub(crate) type ClaimFacts<'a> = Facts<'a, Private<IdentityClaim, Identity>>;

/// A claim with how sure it is. A signal's and an intake's are as sure as an alias.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Claimed {
    pub(in crate::path) claim: Private<IdentityClaim, Identity>,
    pub(in crate::path) assurance: Assurance,
}

/// How sure a claim is. It decides which claim is shown, so it is shown wherever a claim may be.
pub(crate) const ASSURANCE: Label = Label {
    name: "assurance",
    category: crate::policy::Category::Identity,
    depth: crate::policy::Depth::Minimal,
    sealed: None,
};

/// A value of a field, with the claim that said it.
pub(crate) struct Said<'a, T> {
    pub(crate) value: T,
    by: &'a Noted<Claimed>,
}

impl<'a, T> Said<'a, T> {
    /// How sure it is.
    pub(crate) fn assurance(&self) -> Fact<'a, Assurance> {
        Fact::new(ASSURANCE, Origin::recorded(&self.by.stamp), Some(self.by.assurance))
    }

    pub(crate) fn stamp(&self) -> &'a std::sync::Arc<crate::path::Stamp> {
        &self.by.stamp
    }

    pub(in crate::path) fn rank(&self) -> Assurance {
        self.by.assurance
    }
}

/// What the path itself follows from: nothing is hidden from it.
pub(in crate::path) struct ThePath;

impl Reader for ThePath {
    fn shows(&self, _: &Label, _: &Origin<'_>) -> bool {
        true
    }
}

/// Collects the names of the fields that a claim says something of.
struct Names(Vec<&'static str>);

impl<'a> Visitor<'a> for Names {
    fn fact<T: Serialize>(&mut self, fact: Fact<'a, T>) {
        let name = fact.label().name;
        if ClaimField::of_name(name).is_some() && fact.shown_to(&ThePath).is_some() {
            self.0.push(name);
        }
    }
}

impl IdentityState {
    /// What a reader may know that was said of one field, in the order in which it happened, without what was emptied
    /// since by a claim that was as sure.
    pub(crate) fn standing<'a, T>(
        &'a self,
        reader: &impl Reader,
        fact: impl Fn(ClaimFacts<'a>) -> Fact<'a, T>,
    ) -> Vec<Said<'a, T>> {
        let mut standing: Vec<Said<'a, T>> = Vec::new();
        for by in &self.claims {
            let fact = fact(Origin::recorded(&by.stamp).of(&by.fact.claim));
            let name = fact.label().name;
            if !reader.shows(&fact.label(), &fact.origin()) {
                continue;
            }
            if let Some(value) = fact.shown_to(reader) {
                standing.push(Said { value, by });
            } else if by.claim.get().is_some_and(|claim| claim.emptied.iter().any(|field| field.name() == name)) {
                standing.retain(|said| said.by.assurance > by.assurance);
            }
        }
        standing
    }

    /// Who somebody is by one claim alone.
    pub(in crate::path) fn of_one_claim(claim: Noted<Claimed>) -> Self {
        Self { claims: vec![claim], ..Self::default() }
    }

    /// What each claim says of one field.
    pub(in crate::path) fn facts<'a, T>(
        &'a self,
        fact: impl Fn(ClaimFacts<'a>) -> Fact<'a, T>,
    ) -> impl Iterator<Item = Fact<'a, T>> {
        self.claims.iter().map(move |by| fact(Origin::recorded(&by.stamp).of(&by.fact.claim)))
    }

    /// What a reader is shown of one field.
    pub(crate) fn best_shown<'a, T>(
        &'a self,
        reader: &impl Reader,
        fact: impl Fn(ClaimFacts<'a>) -> Fact<'a, T>,
    ) -> Option<Said<'a, T>> {
        best(self.standing(reader, fact))
    }

    /// All that was said of one field and stands.
    pub(in crate::path) fn all_said<'a, T>(&'a self, fact: impl Fn(ClaimFacts<'a>) -> Fact<'a, T>) -> Vec<Said<'a, T>> {
        self.standing(&ThePath, fact)
    }

    /// How sure the surest is that is known of who somebody is; `None` where nothing is known.
    pub(in crate::path) fn assurance(&self) -> Option<Assurance> {
        let mut of_field = BTreeMap::new();
        for by in &self.claims {
            let mut said = Names(Vec::new());
            Origin::recorded(&by.stamp).tell(&by.fact.claim, &mut said);
            for name in said.0 {
                let surest = of_field.entry(name).or_insert(by.assurance);
                *surest = by.assurance.max(*surest);
            }
            for field in by.claim.get().into_iter().flat_map(|claim| &claim.emptied) {
                of_field.retain(|name, surest| *name != field.name() || *surest > by.assurance);
            }
        }
        of_field.into_values().max()
    }

    /// What is known of one field.
    pub(in crate::path) fn best<'a, T>(&'a self, fact: impl Fn(ClaimFacts<'a>) -> Fact<'a, T>) -> Option<Said<'a, T>> {
        best(self.all_said(fact))
    }
}

/// The surest, and of equals the last.
pub(in crate::path) fn best<T>(said: Vec<Said<'_, T>>) -> Option<Said<'_, T>> {
    said.into_iter().max_by_key(|said| said.by.assurance)
}
