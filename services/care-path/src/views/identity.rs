//! Who somebody is, as a reader is shown it.

use chrono::NaiveDate;
use serde::Serialize;

use super::views;
use crate::codes::{Assurance, Sex};
use crate::path::identity::LanguageUse;
use crate::policy::Category::Identity;
use crate::policy::Depth::{Full, Minimal};
use crate::policy::{Depth, Sight};
use crate::text::{Age, Country, Line, Text};

views! {
    /// Who somebody is: of every field the newest that is known.
    pub struct IdentityView as "Identity" {
        pub name: Option<Line>,
        pub alias: Option<Line>,
        pub birth_date: Option<NaiveDate>,
        /// In whole years, by estimate.
        pub approximate_age: Option<Age>,
        pub sex: Option<Sex>,
        /// Nationalities: ISO 3166-1 alpha-2.
        pub countries: Option<Vec<Country>>,
        pub origin: Option<Line>,
        pub languages: Option<Vec<LanguageUse>>,
        pub contact: Option<Line>,
        pub appearance: Option<Text>,
        pub assurance: Option<Assurance>,
    }
}

impl IdentityView {
    pub(super) fn of(sight: &Sight<'_>) -> Option<Self> {
        if !sight.opens(Identity) {
            return None;
        }
        let state = &sight.path().identity;
        let at = |depth: Depth| move |stamp: &crate::path::Stamp| sight.shows(Identity, depth, stamp);
        let some = |list: &Vec<_>| !list.is_empty();
        let view = Self {
            name: state.newest(at(Minimal), |claim| claim.name.clone()),
            alias: state.newest(at(Minimal), |claim| claim.alias.clone()),
            birth_date: state.newest(at(Minimal), |claim| claim.birth_date),
            contact: state.newest(at(Minimal), |claim| claim.contact.clone()),
            languages: state
                .newest(at(Minimal), |claim| (!claim.languages.is_empty()).then(|| claim.languages.clone())),
            countries: state.newest(at(Full), |claim| some(&claim.countries).then(|| claim.countries.clone())),
            approximate_age: state.newest(at(Full), |claim| claim.approximate_age),
            sex: state.newest(at(Full), |claim| claim.sex),
            origin: state.newest(at(Full), |claim| claim.origin.clone()),
            appearance: state.newest(at(Full), |claim| claim.appearance.clone()),
            assurance: state.assurance.filter(|_| sight.shows_derived(Identity, Full)),
        };
        let empty = Self {
            name: None,
            alias: None,
            birth_date: None,
            contact: None,
            languages: None,
            countries: None,
            approximate_age: None,
            sex: None,
            origin: None,
            appearance: None,
            assurance: None,
        };
        (view != empty).then_some(view)
    }
}
