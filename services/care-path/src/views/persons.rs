//! A line of the list of persons.

use serde::Serialize;

use super::{IdentityView, views};
use crate::codes::{MatchLikeness, MatchReason, Phase};
use crate::ids::{Municipality, PersonId};
use crate::path::matching::{Findable, Fit, Sought};
use crate::sight::Sight;
use crate::text::Line;
use crate::time::DateTime;

views! {
    /// A person in brief.
    pub struct PersonSummaryView as "PersonSummary" {
        pub person_id: PersonId,
        pub phase: Option<Phase>,
        pub municipality: Option<Municipality>,
        pub out_of_sight: Option<bool>,
        /// Being out of sight would at once be dangerous.
        pub vulnerable: Option<bool>,
        pub identity: Option<IdentityView>,
        pub last_seen_at: Option<DateTime>,
        pub updated_at: Option<DateTime>,
        /// Where somebody was looked for: what of this person fits.
        pub matched: Option<Vec<MatchedView>>,
    }

    /// Something of a person that fits what somebody looks for.
    pub struct MatchedView as "Matched" {
        pub reason: MatchReason,
        pub likeness: MatchLikeness,
        /// The name that fits, as it was recorded.
        pub name: Option<Line>,
    }
}

/// The line of one person. `updated_at` is when something was last recorded that the reader may know of.
#[must_use]
pub fn disclose_summary(sight: &Sight<'_>, person_id: PersonId, updated_at: Option<DateTime>) -> PersonSummaryView {
    let path = sight.path();
    PersonSummaryView {
        person_id,
        phase: sight.phase(),
        municipality: sight.show(path.facts().municipality()).cloned(),
        out_of_sight: sight.show(path.facts().out_of_sight()),
        vulnerable: sight.show(path.vulnerable(sight.now())),
        identity: IdentityView::of(sight),
        last_seen_at: path.last_seen().and_then(|seen| sight.show(seen.at())).map(|occurred| occurred.at),
        updated_at,
        matched: None,
    }
}

/// How well a person fits somebody who is looked for, by what this reader is shown of them alone.
#[must_use]
pub fn disclose_fit(sight: &Sight<'_>, sought: &Sought, known: &Findable) -> Option<Fit> {
    sought.fit(sight.path(), sight, known)
}

impl PersonSummaryView {
    /// Says what fits.
    #[must_use]
    pub fn with_matched(self, fit: Fit) -> Self {
        let matched = fit.matched.into_iter().map(|(reason, likeness, name)| MatchedView { reason, likeness, name });
        Self { matched: Some(matched.collect()), ..self }
    }
}
