//! A line of the list of persons.

use serde::Serialize;

use super::{IdentityView, views};
use crate::codes::Phase;
use crate::ids::{Municipality, PersonId};
use crate::policy::Category::{Medical, Presence};
use crate::policy::Depth::Minimal;
use crate::policy::Sight;
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

/// The line of one person.
#[must_use]
pub fn disclose_summary(sight: &Sight<'_>, person_id: PersonId) -> PersonSummaryView {
    let path = sight.path();
    let presence = sight.shows_derived(Presence, Minimal);
    PersonSummaryView {
        person_id,
        phase: presence.then(|| path.phase()),
        municipality: path.municipality().filter(|_| presence).cloned(),
        out_of_sight: presence.then(|| path.is_out_of_sight()),
        vulnerable: sight.shows_derived(Medical, Minimal).then(|| path.is_vulnerable(sight.now())),
        identity: IdentityView::of(sight),
        last_seen_at: path.lost.last_seen.as_ref().filter(|_| presence).map(|seen| seen.stamp.occurred.at),
        updated_at: path.updated_at().filter(|_| presence),
    }
}
