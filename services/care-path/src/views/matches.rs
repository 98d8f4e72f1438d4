//! Who may be the same human being, as a reader is shown it: only to whoever sees in full who both are and may link
//! them, and only by what they may know of both.

use serde::Serialize;

use super::{IdentityView, SeenView, TaskView, views};
use crate::actor::Principal;
use crate::codes::MatchReason;
use crate::command::CommandKind;
use crate::deadlines::Deadlines;
use crate::directory::Directory;
use crate::event::EventKind;
use crate::ids::{Municipality, PersonId};
use crate::path::matching::{Likeness, Traits};
use crate::path::tasks::{done_by, known_elsewhere, match_review};
use crate::policy::Category::Identity;
use crate::policy::Depth::Full;
use crate::sight::Sight;
use crate::time::DateTime;

views! {
    /// Somebody who may be the same human being. It is a suggestion: nobody is linked by it.
    pub struct MatchView as "Match" {
        pub person_id: PersonId,
        /// How much speaks for it, in bits: one more is twice as likely. A sum of weights after Fellegi and Sunter.
        pub score: f64,
        /// In what the two agree.
        pub reasons: Vec<MatchReason>,
        /// What the score is the sum of: what speaks for it, and what against.
        pub weights: Vec<WeightView>,
        /// Since when what is known of both is enough to suggest it.
        pub since: DateTime,
        /// What happened that made it enough.
        pub because: EventKind,
        /// Nobody knows where they are.
        pub out_of_sight: Option<bool>,
        pub identity: Option<IdentityView>,
        pub last_seen: Option<SeenView>,
    }
}

views! {
    /// How much one attribute speaks for two persons being one, or against it.
    pub struct WeightView as "MatchWeight" {
        pub reason: MatchReason,
        /// In bits; negative where the two differ.
        pub bits: f64,
    }
}

views! {
    /// Somebody whom another municipality released, and who may be the same human being.
    pub struct MatchElsewhereView as "MatchElsewhere" {
        pub person_id: PersonId,
        /// The municipality that released them.
        pub municipality: Option<Municipality>,
        /// Who they are there, and nothing else of them.
        pub identity: Option<IdentityView>,
        /// Who the person is was released to that municipality too.
        pub released: bool,
        /// This municipality has agreed that they are the same.
        pub agreed: bool,
    }
}

/// Somebody whom another municipality released, to a reader who may release the person in turn.
#[must_use]
pub fn disclose_match_elsewhere(
    sight: &Sight<'_>,
    released: &Sight<'_>,
    other_person: PersonId,
    others: &[PersonId],
) -> Option<MatchElsewhereView> {
    let reviews = sight.knows(Identity, Full) && sight.may(CommandKind::ReleaseMatch);
    reviews.then(|| MatchElsewhereView {
        person_id: other_person,
        municipality: released.path().municipality().cloned(),
        identity: IdentityView::of(released),
        released: sight.path().is_released(),
        agreed: sight.path().agreed_with().any(|with| others.contains(&with)),
    })
}

/// What waits for a principal because a person may be known in another municipality.
#[must_use]
pub fn disclose_known_elsewhere(
    principal: &Principal,
    (person, sight, traits): (PersonId, &Sight<'_>, &Traits),
    deadlines: &Deadlines,
    directory: &Directory,
) -> Option<TaskView> {
    let task = known_elsewhere(traits, deadlines);
    let may_do = done_by(task.kind).iter().any(|command| sight.may(*command));
    let is_theirs = may_do && task.addressee.is(principal, directory) && sight.shows_task(&task);
    is_theirs.then(|| TaskView::of(sight, &task, person))
}

/// As much of a likeness of two persons as a reader may know, if it is still enough to suggest it to them.
fn told(sights: [&Sight<'_>; 2], likeness: &Likeness) -> Option<Likeness> {
    let reviews = |sight: &Sight<'_>| sight.knows(Identity, Full) && sight.may(CommandKind::LinkPersons);
    if !sights.iter().all(|sight| reviews(sight)) {
        return None;
    }
    likeness.told(|evidence| sights.iter().all(|sight| sight.knows(evidence.category, evidence.depth)))
}

/// Another who may be the person of `sight`.
#[must_use]
pub fn disclose_match(
    sight: &Sight<'_>,
    other: &Sight<'_>,
    other_person: PersonId,
    likeness: &Likeness,
) -> Option<MatchView> {
    let told = told([sight, other], likeness)?;
    let bits = |tenths: i32| f64::from(tenths) / 10.0;
    let agree = told.evidence.iter().filter(|evidence| evidence.weight > 0);
    let mut reasons: Vec<_> = agree.map(|evidence| evidence.reason).collect();
    reasons.sort_unstable();
    reasons.dedup();
    let (cause, because) = told.since();
    let path = other.path();
    Some(MatchView {
        person_id: other_person,
        score: bits(told.score()),
        reasons,
        weights: told
            .evidence
            .iter()
            .map(|evidence| WeightView { reason: evidence.reason, bits: bits(evidence.weight) })
            .collect(),
        since: cause.recorded_at,
        because,
        out_of_sight: other.show(path.facts().out_of_sight()),
        identity: IdentityView::of(other),
        last_seen: SeenView::of(other),
    })
}

/// What waits for a principal because two persons may be one.
#[must_use]
pub fn disclose_match_review(
    principal: &Principal,
    (person, sight, traits): (PersonId, &Sight<'_>, &Traits),
    (other_person, other): (PersonId, &Sight<'_>),
    likeness: &Likeness,
    deadlines: &Deadlines,
    directory: &Directory,
) -> Option<TaskView> {
    let task = match_review(traits, &told([sight, other], likeness)?, other_person, deadlines);
    let may_do = done_by(task.kind).iter().any(|command| sight.may(*command));
    let is_theirs = may_do && task.addressee.is(principal, directory) && sight.shows_task(&task);
    is_theirs.then(|| TaskView::of(sight, &task, person))
}
