//! Who somebody is, as a reader is shown it.

use serde::Serialize;

use super::views;
use crate::codes::{Assurance, Sex};
use crate::fact::Fact;
use crate::path::identity::{ClaimFacts, IdentityDocument, LanguageUse};
use crate::sight::Sight;
use crate::text::{Age, Country, Line, Text};
use crate::time::PartialDate;

views! {
    /// Who somebody is: of every field what is best assured, and of equals what happened last.
    #[derive(Default)]
    pub struct IdentityView as "Identity" {
        pub name: Option<Line>,
        pub alias: Option<Line>,
        /// What else they were called, in which spelling: the newest first.
        pub other_names: Option<Vec<Line>>,
        /// As precisely as it is known: `1975`, `1975-05` or `1975-05-02`.
        pub birth_date: Option<PartialDate>,
        pub birth_place: Option<Line>,
        /// In whole years, by estimate.
        pub approximate_age: Option<Age>,
        pub sex: Option<Sex>,
        /// Nationalities: ISO 3166-1 alpha-2.
        pub countries: Option<Vec<Country>>,
        pub origin: Option<Line>,
        pub languages: Option<Vec<LanguageUse>>,
        pub documents: Option<Vec<IdentityDocument>>,
        pub contact: Option<Line>,
        pub appearance: Option<Text>,
        /// How sure the surest of these is.
        pub assurance: Option<Assurance>,
        /// How sure each of these is.
        pub assured: Option<AssuredView>,
    }

    /// How sure each field is of who somebody is.
    #[derive(Default)]
    pub struct AssuredView as "Assured" {
        pub name: Option<Assurance>,
        pub alias: Option<Assurance>,
        pub birth_date: Option<Assurance>,
        pub birth_place: Option<Assurance>,
        pub approximate_age: Option<Assurance>,
        pub sex: Option<Assurance>,
        pub countries: Option<Assurance>,
        pub origin: Option<Assurance>,
        pub languages: Option<Assurance>,
        pub documents: Option<Assurance>,
        pub contact: Option<Assurance>,
        pub appearance: Option<Assurance>,
    }
}

impl IdentityView {
    pub(super) fn of(sight: &Sight<'_>) -> Option<Self> {
        let mut assured = AssuredView::default();
        let mut surest = None;
        let view = Self {
            name: shown(sight, ClaimFacts::name, &mut assured.name, &mut surest),
            alias: shown(sight, ClaimFacts::alias, &mut assured.alias, &mut surest),
            other_names: None,
            birth_date: shown(sight, ClaimFacts::birth_date, &mut assured.birth_date, &mut surest),
            birth_place: shown(sight, ClaimFacts::birth_place, &mut assured.birth_place, &mut surest),
            approximate_age: shown(sight, ClaimFacts::approximate_age, &mut assured.approximate_age, &mut surest),
            sex: shown(sight, ClaimFacts::sex, &mut assured.sex, &mut surest),
            countries: shown(sight, ClaimFacts::countries, &mut assured.countries, &mut surest),
            origin: shown(sight, ClaimFacts::origin, &mut assured.origin, &mut surest),
            languages: shown(sight, ClaimFacts::languages, &mut assured.languages, &mut surest),
            documents: shown(sight, ClaimFacts::documents, &mut assured.documents, &mut surest),
            contact: shown(sight, ClaimFacts::contact, &mut assured.contact, &mut surest),
            appearance: shown(sight, ClaimFacts::appearance, &mut assured.appearance, &mut surest),
            assurance: None,
            assured: None,
        };
        let assured = (assured != AssuredView::default()).then_some(assured);
        let other_names = other_names(sight, [view.name.as_ref(), view.alias.as_ref()]);
        let view = Self { assurance: surest, assured, other_names, ..view };
        (view != Self::default()).then_some(view)
    }
}

/// Names that were said and stand, beside those that are shown already.
fn other_names(sight: &Sight<'_>, shown: [Option<&Line>; 2]) -> Option<Vec<Line>> {
    let identity = &sight.path().identity;
    let said =
        identity.standing(sight, ClaimFacts::name).into_iter().chain(identity.standing(sight, ClaimFacts::alias));
    let mut said: Vec<_> = said.map(|said| (said.stamp().occurred.at, said.value)).collect();
    said.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let mut names: Vec<Line> = Vec::new();
    for (_, name) in said {
        if !shown.contains(&Some(name)) && !names.contains(name) {
            names.push(name.clone());
        }
    }
    super::section(names)
}

/// The value of one field, with how sure it is.
fn shown<'a, T: Clone + 'a>(
    sight: &Sight<'a>,
    fact: impl Fn(ClaimFacts<'a>) -> Fact<'a, &'a T>,
    assured: &mut Option<Assurance>,
    surest: &mut Option<Assurance>,
) -> Option<T> {
    let said = sight.path().identity.best_shown(sight, fact)?;
    *assured = sight.show(said.assurance());
    *surest = (*surest).max(*assured);
    Some(said.value.clone())
}
