//! Who somebody is, as far as is known, and who turned out to be the same human being.
//!
//! Persons are linked, never merged: a link is an event and can be undone.

use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::{CarePath, Noted, Stamp};
use crate::codes::{Assurance, LinkBasis, Sex};
use crate::command::{Context, Decide, Refusal, refusals};
use crate::event::Event;
use crate::fact::{Fact, Facts, Reader, events, facts, part_events};
use crate::ids::PersonId;
use crate::list::Few;
use crate::private::{Identity, Private, Social, private};
use crate::text::{Age, Country, Language, Line, Text};
use crate::time::BirthDate;

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

refusals! {
    /// Why a link is not made or undone, or a match not dismissed.
    IdentityRefusal {
        NothingClaimed = "identity_nothing_claimed": "the claim says nothing",
        LinkedToItself = "link_to_itself": "a person cannot be linked to itself",
        AlreadyLinked = "already_linked": "these persons are linked already",
        NotLinked = "not_linked": "these persons are not linked",
        MatchWithItself = "match_with_itself": "a person is always the same as itself",
        MatchAlreadyDismissed = "match_already_dismissed": "it was said already that these persons are not the same",
    }
}

/// What somebody says of who a person is. Every field may be missing: no step asks for an identity document.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = IdentityClaim))]
#[serde(deny_unknown_fields)]
pub struct IdentityInput {
    pub name: Option<Line>,
    /// What people call them.
    pub alias: Option<Line>,
    pub birth_date: Option<BirthDate>,
    /// In whole years, by estimate.
    pub approximate_age: Option<Age>,
    pub sex: Option<Sex>,
    // Nationalities. (A doc comment would give the inlined list a second schema, of an object.)
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(inline))]
    pub countries: Few<Country, 8>,
    /// Where they come from in words, when the country is not known: "Eastern Europe".
    pub origin: Option<Line>,
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(inline))]
    pub languages: Few<LanguageUse, 16>,
    /// A telephone number, an address to leave word at.
    pub contact: Option<Line>,
    /// What they look like.
    pub appearance: Option<Text>,
}

impl std::fmt::Debug for IdentityInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IdentityInput").finish_non_exhaustive()
    }
}

impl IdentityInput {
    /// The claim that it makes, if nobody is born in the future.
    pub(super) fn claim(self, at: &Context<'_>, birth_date: &'static str) -> Result<IdentityClaim, Refusal> {
        Ok(IdentityClaim {
            name: self.name,
            alias: self.alias,
            birth_date: at.past(birth_date, self.birth_date.map(BirthDate::get))?,
            approximate_age: self.approximate_age,
            sex: self.sex,
            countries: self.countries.into(),
            origin: self.origin,
            languages: self.languages.into(),
            contact: self.contact,
            appearance: self.appearance,
        })
    }
}

/// Says who somebody is, and how sure that is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UpdateIdentity {
    pub claim: IdentityInput,
    pub assurance: Assurance,
}

impl Decide for UpdateIdentity {
    type Subject = ();

    fn decide(self, (): (), _: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let claim = self.claim.claim(at, "claim/birth_date")?;
        if claim.is_empty() {
            return Err(IdentityRefusal::NothingClaimed.into());
        }
        let assurance = self.assurance;
        Ok(vec![IdentityEvent::IdentityUpdated(IdentityUpdated { claim: claim.into(), assurance }).into()])
    }
}

/// Says that two persons are one human being.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LinkPersons {
    /// The other person's id.
    pub with: PersonId,
    pub basis: LinkBasis,
    pub explanation: Option<Text>,
}

impl Decide for LinkPersons {
    type Subject = ();

    fn decide(self, (): (), _: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        if at.person_id == self.with {
            return Err(IdentityRefusal::LinkedToItself.into());
        }
        if at.members.contains(&self.with) {
            return Err(IdentityRefusal::AlreadyLinked.into());
        }
        let explanation = private(self.explanation);
        Ok(vec![IdentityEvent::PersonsLinked(PersonsLinked { with: self.with, basis: self.basis, explanation }).into()])
    }
}

/// Says that two linked persons are two human beings after all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UnlinkPersons {
    pub explanation: Option<Text>,
}

impl Decide for UnlinkPersons {
    type Subject = PersonId;

    fn decide(self, with: PersonId, path: &CarePath, _: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        if !path.identity.links.iter().any(|link| link.fact == with) {
            return Err(IdentityRefusal::NotLinked.into());
        }
        Ok(vec![
            IdentityEvent::PersonsUnlinked(PersonsUnlinked { with, explanation: private(self.explanation) }).into(),
        ])
    }
}

/// Says that somebody who was suggested as the same human being is another one. The suggestion is not made again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DismissMatch {
    pub explanation: Option<Text>,
}

impl Decide for DismissMatch {
    type Subject = PersonId;

    fn decide(self, other: PersonId, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        if at.person_id == other {
            return Err(IdentityRefusal::MatchWithItself.into());
        }
        if at.members.contains(&other) {
            return Err(IdentityRefusal::AlreadyLinked.into());
        }
        if path.identity.dismissed.iter().any(|dismissed| dismissed.fact == other) {
            return Err(IdentityRefusal::MatchAlreadyDismissed.into());
        }
        Ok(vec![IdentityEvent::MatchDismissed(MatchDismissed { other, explanation: private(self.explanation) }).into()])
    }
}

#[cfg(test)]
mod tests {
    use super::super::intake::RecordIntake;
    use super::super::signal::ReportSignal;
    use super::super::testing::*;
    use super::*;

    fn link(with: PersonId) -> LinkPersons {
        LinkPersons { with, basis: LinkBasis::RecognisedByProfessional, explanation: None }
    }

    fn claim(name: &str) -> IdentityInput {
        IdentityInput { alias: Some(name.parse().unwrap()), ..IdentityInput::default() }
    }

    #[test]
    fn a_link_can_be_undone_and_made_again() {
        given([signalled()])
            .when(link(another_person()))
            .and_on(another_person(), UnlinkPersons::default())
            .and(link(another_person()))
            .then(|path| assert_eq!(path.linked_with().collect::<Vec<_>>(), [another_person()]));
    }

    #[test]
    fn a_person_cannot_be_linked_twice_nor_to_itself() {
        given([signalled()]).when(link(this_person())).then_err(IdentityRefusal::LinkedToItself);
        given([signalled()])
            .when(link(another_person()))
            .and(link(another_person()))
            .then_err(IdentityRefusal::AlreadyLinked);
    }

    #[test]
    fn what_is_not_linked_cannot_be_unlinked() {
        given([signalled()]).when_on(another_person(), UnlinkPersons::default()).then_err(IdentityRefusal::NotLinked);
    }

    #[test]
    fn a_match_is_dismissed_once_and_may_turn_out_to_be_one_after_all() {
        let dismiss = || DismissMatch { explanation: None };
        given([signalled()]).when_on(this_person(), dismiss()).then_err(IdentityRefusal::MatchWithItself);
        given([signalled()])
            .when(link(another_person()))
            .and_on(another_person(), dismiss())
            .then_err(IdentityRefusal::AlreadyLinked);
        given([signalled()])
            .when_on(another_person(), dismiss())
            .then_types(["match_dismissed"])
            .and(link(another_person()))
            .then_types(["persons_linked"]);
        given([signalled()])
            .when_on(another_person(), dismiss())
            .and_on(another_person(), dismiss())
            .then_err(IdentityRefusal::MatchAlreadyDismissed);
    }

    #[test]
    fn an_empty_claim_is_refused_and_any_single_field_is_enough() {
        let empty = UpdateIdentity { claim: IdentityInput::default(), assurance: Assurance::None };
        given([signalled()]).when(empty).then_err(IdentityRefusal::NothingClaimed);
        let alias = UpdateIdentity { claim: claim("the Captain"), assurance: Assurance::Alias };
        given([signalled()]).when(alias).then_types(["identity_updated"]);
    }

    #[test]
    fn nobody_is_born_in_the_future() {
        let born = |day: &str| IdentityInput { birth_date: Some(day.parse().unwrap()), ..IdentityInput::default() };
        let update = |day: &str| UpdateIdentity { claim: born(day), assurance: Assurance::SelfDeclared };
        given([signalled()]).when(update("2062-02-14")).then_field("claim/birth_date");
        given([signalled()]).when(update("2026-01-10")).then_types(["identity_updated"]);
        let signal = ReportSignal { identity: Some(born("2062-02-14")), ..a_signal() };
        given([]).when(signal).then_field("identity/birth_date");
        let intake = RecordIntake { identity: Some(born("2062-02-14")), ..RecordIntake::default() };
        given([signalled()]).when(intake).then_field("identity/birth_date");
    }

    #[test]
    fn a_claim_that_comes_in_has_bounds_and_one_that_was_recorded_may_be_anything() {
        let claim = |countries: usize, birth_date: &str| serde_json::json!({ "countries": vec!["PL"; countries], "birth_date": birth_date });
        let input = |claim| serde_json::from_value::<IdentityInput>(claim).map_err(|error| error.to_string());
        assert_eq!(input(claim(8, "1975-05-02")).unwrap().countries.len(), 1, "said twice, kept once");
        assert_eq!(input(claim(9, "1975-05-02")), Err("must have at most 8 items".to_owned()));
        assert_eq!(input(claim(1, "+10000-01-01")), Err("must lie in the years 1900 to 2099".to_owned()));
        let recorded: IdentityClaim = serde_json::from_value(claim(80_000, "+10000-01-01")).unwrap();
        assert_eq!(recorded.countries.len(), 80_000);
    }

    #[test]
    fn a_later_claim_adds_to_an_earlier_one_field_by_field() {
        let first = UpdateIdentity { claim: claim("the Captain"), assurance: Assurance::Alias };
        let born = UpdateIdentity {
            claim: IdentityInput { approximate_age: Age::new(50), ..IdentityInput::default() },
            assurance: Assurance::SelfDeclared,
        };
        given([signalled()]).when(first).and(born).then(|path| {
            let alias = path.identity.newest(|claim| claim.alias.as_ref());
            let age = path.identity.newest(|claim| claim.approximate_age);
            assert_eq!((alias.map(Line::as_str), age.map(Age::years)), (Some("the Captain"), Some(50)));
            assert_eq!(path.identity.assurance, Some(Assurance::SelfDeclared));
        });
    }
}
