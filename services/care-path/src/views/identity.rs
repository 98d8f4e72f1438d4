//! Who somebody is, as a reader is shown it.

use chrono::NaiveDate;
use serde::Serialize;

use super::views;
use crate::codes::{Assurance, Sex};
use crate::path::identity::LanguageUse;
use crate::sight::Sight;
use crate::text::{Age, Country, Line, Text};

views! {
    /// Who somebody is: of every field the newest that is known.
    #[derive(Default)]
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
        let state = &sight.path().identity;
        let view = Self {
            name: state.newest_shown(sight, |claim| claim.name()).cloned(),
            alias: state.newest_shown(sight, |claim| claim.alias()).cloned(),
            birth_date: state.newest_shown(sight, |claim| claim.birth_date()).copied(),
            approximate_age: state.newest_shown(sight, |claim| claim.approximate_age()).copied(),
            sex: state.newest_shown(sight, |claim| claim.sex()).copied(),
            countries: state.newest_shown(sight, |claim| claim.countries()).cloned(),
            origin: state.newest_shown(sight, |claim| claim.origin()).cloned(),
            languages: state.newest_shown(sight, |claim| claim.languages()).cloned(),
            contact: state.newest_shown(sight, |claim| claim.contact()).cloned(),
            appearance: state.newest_shown(sight, |claim| claim.appearance()).cloned(),
            assurance: sight.show(sight.path().facts().assurance()),
        };
        (view != Self::default()).then_some(view)
    }
}
