//! A line of the list of persons.

use serde::Serialize;

use super::{IdentityView, views};
use crate::codes::Phase;
use crate::ids::{Municipality, PersonId};
use crate::sight::Sight;
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
    }
}
