//! Who somebody is, as a reader is shown it.

use chrono::NaiveDate;
use serde::Serialize;

use super::views;
use crate::codes::{Assurance, Sex};
use crate::fact::Facts;
use crate::path::identity::{IdentityClaim, LanguageUse};
use crate::private::{Identity, Private};
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

type Claim<'a> = Facts<'a, Private<IdentityClaim, Identity>>;

impl IdentityView {
    pub(super) fn of(sight: &Sight<'_>) -> Option<Self> {
        let state = &sight.path().identity;
        let view = Self {
            name: state.newest_shown(sight, Claim::name).cloned(),
            alias: state.newest_shown(sight, Claim::alias).cloned(),
            birth_date: state.newest_shown(sight, Claim::birth_date).copied(),
            approximate_age: state.newest_shown(sight, Claim::approximate_age).copied(),
            sex: state.newest_shown(sight, Claim::sex).copied(),
            countries: state.newest_shown(sight, Claim::countries).cloned(),
            origin: state.newest_shown(sight, Claim::origin).cloned(),
            languages: state.newest_shown(sight, Claim::languages).cloned(),
            contact: state.newest_shown(sight, Claim::contact).cloned(),
            appearance: state.newest_shown(sight, Claim::appearance).cloned(),
            assurance: sight.show(sight.path().facts().assurance()),
        };
        (view != Self::default()).then_some(view)
    }
}
