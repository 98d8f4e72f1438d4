//! How far a return is prepared: conditions for a country, what speaks against leaving one out, and whether the person
//! understood what they consented to.

use super::{Handover, Recipient, ReturnConditionEvidenced};
use crate::codes::{Code, ConditionStatus, ReferralState, ReturnCondition, Role};
use crate::fact::{Fact, Label, Origin};
use crate::path::identity::ClaimFacts;
use crate::path::{CarePath, Noted};
use crate::policy::{Address, Category, Depth};
use crate::text::{Country, Language};
use crate::time::DateTime;

/// Where the policy finds which conditions are missing.
pub(crate) const MISSING_CONDITIONS: Label =
    Label { name: "missing_conditions", category: Category::Return, depth: Depth::Minimal, sealed: None };

/// Where the policy finds the country that a return is prepared for.
pub(crate) const PREPARED_FOR: Label =
    Label { name: "prepared_for", category: Category::Return, depth: Depth::Minimal, sealed: None };

impl CarePath {
    /// The conditions that are not met for a return to a country, in their order.
    pub(crate) fn missing_conditions(&self, country: Option<Country>) -> Vec<ReturnCondition> {
        self.missing_since(country, None)
    }

    /// The same, of what was arranged since the last return was behind the person.
    pub(super) fn missing_for_another(&self, country: Option<Country>) -> Vec<ReturnCondition> {
        self.missing_since(country, self.repatriation.last_return())
    }

    fn missing_since(&self, country: Option<Country>, since: Option<DateTime>) -> Vec<ReturnCondition> {
        let for_country = |each: &&Noted<ReturnConditionEvidenced>| {
            let is_new = since.is_none_or(|since| each.stamp.occurred.at >= since);
            country.is_some() && each.country == country && is_new
        };
        let met: Vec<_> = self.repatriation.conditions.iter().filter(for_country).collect();
        let missing = |condition: &ReturnCondition| {
            let of_it = met.iter().filter(|each| each.condition == *condition);
            let needed = self.needs(*condition);
            !of_it.into_iter().any(|each| {
                each.status == ConditionStatus::Evidenced || !needed || each.stamp.by.role == Role::CareProvider
            })
        };
        ReturnCondition::ALL.iter().copied().filter(missing).collect()
    }

    /// Whether something recorded says that the person needs what a condition arranges. Then only those who give care can
    /// say that it does not apply.
    pub(in crate::path) fn needs(&self, condition: ReturnCondition) -> bool {
        let referred = |offering| {
            let mut referrals = self.referrals.iter().filter(|referral| referral.state() != ReferralState::Withdrawn);
            referrals.any(|referral| referral.made.offering == offering)
        };
        self.problems().any(|problem| condition.arranges_for(problem))
            || condition.arranges_what().is_some_and(referred)
    }

    /// The country that the return is prepared for: the one that something was evidenced for last, else the one that a
    /// consent was last given for.
    pub(crate) fn return_prepared_for(&self) -> Option<Country> {
        let state = &self.repatriation;
        let evidenced = state.conditions.iter().rev().find_map(|condition| condition.country);
        evidenced.or_else(|| {
            state.consents.iter().rev().find_map(|consent| match consent.given.recipient {
                Recipient::Country(country) => Some(country),
                Recipient::Organisation(_) => None,
            })
        })
    }

    /// The one country other than this that the person is known to be a national of.
    pub(super) fn only_home_country(&self) -> Option<Country> {
        let countries = self.identity.best(ClaimFacts::countries)?.value;
        let mut abroad = countries.iter().copied().filter(|country| *country != Country::NETHERLANDS);
        abroad.next().filter(|_| abroad.next().is_none())
    }

    /// Which conditions are missing, as it can be told: nothing of a return that nobody prepares.
    pub(crate) fn missing_conditions_told(&self) -> Fact<'_, Vec<ReturnCondition>> {
        let state = &self.repatriation;
        let begun = !(state.presented.is_empty() && state.conditions.is_empty());
        // For who arrived and is there, that return counts still, and no other one.
        let is_there = state.handovers.last().is_some_and(Handover::is_there);
        let since = state.last_return().filter(|_| !is_there);
        let missing = begun.then(|| self.missing_since(self.return_prepared_for(), since));
        Fact::new(MISSING_CONDITIONS, Origin::derived().addressed(Address::ReturnPreparation), missing)
    }

    /// The country that the return is prepared for, as it can be told.
    pub(crate) fn prepared_for_told(&self) -> Fact<'_, Country> {
        let origin = Origin::derived().addressed(Address::ReturnPreparation);
        Fact::new(PREPARED_FOR, origin, self.return_prepared_for())
    }

    /// Whether the person understands what is asked in a language: it is known to be theirs, or an interpreter helps. Where
    /// no language of theirs is known there is nothing to compare with, and what was asked in tells which is; `und` does not.
    pub(super) fn is_understood(&self, language: &Language, interpreter: bool) -> bool {
        let mut known = self.known_languages().peekable();
        let none_known = known.peek().is_none() && !language.is_undetermined();
        interpreter || none_known || known.any(|each| each.primary() == language.primary())
    }
}
