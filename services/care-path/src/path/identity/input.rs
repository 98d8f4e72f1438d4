//! What somebody says of who a person is, as it comes in. An explicit `null`, or an empty list, says that nothing is known
//! of a field; a field that is left out says nothing.

use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::claim::{ClaimField, IdentityClaim, IdentityDocument, LanguageUse};
use super::language::LanguageInput;
use crate::codes::Sex;
use crate::command::{Context, Refusal};
use crate::list::Few;
use crate::text::{Age, Country, Line, Text};
use crate::time::BirthDate;

/// What somebody says of who a person is. Every field may be missing: no step asks for an identity document.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = IdentityClaim))]
#[serde(deny_unknown_fields, from = "Read")]
pub struct IdentityInput {
    pub name: Option<Line>,
    /// What people call them.
    pub alias: Option<Line>,
    /// As precisely as it is known: a year, a month or a day.
    pub birth_date: Option<BirthDate>,
    pub birth_place: Option<Line>,
    /// In whole years, by estimate.
    pub approximate_age: Option<Age>,
    pub sex: Option<Sex>,
    // Nationalities. (A doc comment would give the inlined list a second schema, of an object.)
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(inline, nullable))]
    pub countries: Few<Country, 8>,
    /// Where they come from in words, when the country is not known: "Eastern Europe".
    pub origin: Option<Line>,
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(inline, nullable))]
    pub languages: Few<LanguageInput, 16>,
    // Documents that say who they are.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(inline, nullable))]
    pub documents: Few<IdentityDocument, 4>,
    /// A telephone number, an address to leave word at.
    pub contact: Option<Line>,
    /// What they look like.
    pub appearance: Option<Text>,
    /// The fields that were said to be empty.
    #[serde(skip)]
    pub emptied: Vec<ClaimField>,
}

impl fmt::Debug for IdentityInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentityInput").finish_non_exhaustive()
    }
}

impl IdentityInput {
    /// The claim that it makes, if nobody is born in the future.
    pub(in crate::path) fn claim(self, at: &Context<'_>, birth_date: &'static str) -> Result<IdentityClaim, Refusal> {
        at.past(birth_date, self.birth_date.map(|born| born.get().first()))?;
        Ok(IdentityClaim {
            name: self.name,
            alias: self.alias,
            birth_date: self.birth_date.map(BirthDate::get),
            birth_place: self.birth_place,
            approximate_age: self.approximate_age,
            sex: self.sex,
            countries: self.countries.into(),
            origin: self.origin,
            languages: Vec::from(self.languages).into_iter().map(LanguageUse::from).collect(),
            documents: self.documents.into(),
            contact: self.contact,
            appearance: self.appearance,
            emptied: self.emptied,
        })
    }

    /// The claim that it makes where nothing is emptied: of a signal or an intake, a field that is empty was not asked.
    pub(in crate::path) fn first_claim(
        self,
        at: &Context<'_>,
        birth_date: &'static str,
    ) -> Result<IdentityClaim, Refusal> {
        Self { emptied: Vec::new(), ..self }.claim(at, birth_date)
    }
}

/// The input as it is read: what is derived from its fields alone cannot tell an empty one from one that is left out.
struct Read(IdentityInput);

impl From<Read> for IdentityInput {
    fn from(read: Read) -> Self {
        read.0
    }
}

impl<'de> Deserialize<'de> for Read {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct("IdentityInput", ClaimField::NAMES, Reading)
    }
}

struct Reading;

impl<'de> Visitor<'de> for Reading {
    type Value = Read;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with what is known of who somebody is")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Read, A::Error> {
        let mut input = IdentityInput::default();
        let mut said = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            let field = ClaimField::of_name(&name).ok_or_else(|| Error::unknown_field(&name, ClaimField::NAMES))?;
            if said.contains(&field) {
                return Err(Error::duplicate_field(field.name()));
            }
            said.push(field);
            let is_known = match field {
                ClaimField::Name => one(&mut map, &mut input.name)?,
                ClaimField::Alias => one(&mut map, &mut input.alias)?,
                ClaimField::BirthDate => one(&mut map, &mut input.birth_date)?,
                ClaimField::BirthPlace => one(&mut map, &mut input.birth_place)?,
                ClaimField::ApproximateAge => one(&mut map, &mut input.approximate_age)?,
                ClaimField::Sex => one(&mut map, &mut input.sex)?,
                ClaimField::Countries => several(&mut map, &mut input.countries)?,
                ClaimField::Origin => one(&mut map, &mut input.origin)?,
                ClaimField::Languages => several(&mut map, &mut input.languages)?,
                ClaimField::Documents => several(&mut map, &mut input.documents)?,
                ClaimField::Contact => one(&mut map, &mut input.contact)?,
                ClaimField::Appearance => one(&mut map, &mut input.appearance)?,
            };
            if !is_known {
                input.emptied.push(field);
            }
        }
        Ok(Read(input))
    }
}

/// Reads a value, and says whether there is one.
fn one<'de, A: MapAccess<'de>, T: Deserialize<'de>>(map: &mut A, into: &mut Option<T>) -> Result<bool, A::Error> {
    *into = map.next_value()?;
    Ok(into.is_some())
}

/// Reads a list, and says whether anything is in it.
fn several<'de, A: MapAccess<'de>, T: Deserialize<'de> + PartialEq, const MOST: usize>(
    map: &mut A,
    into: &mut Few<T, MOST>,
) -> Result<bool, A::Error> {
    *into = map.next_value::<Option<_>>()?.unwrap_or_default();
    Ok(!into.is_empty())
}
