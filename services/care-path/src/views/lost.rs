//! Who is lost, as a reader is shown it: whoever may know where somebody is, and how they are looked for, is told who
//! is out of sight, since when and why, where they were last seen, who looks out and who is silent, and what is due.

use serde::Serialize;

use super::{
    CareAlertView, IdentityView, ListedView, LookoutView, SeenView, TaskView, disclose_alerts, disclose_lookouts,
    section, views,
};
use crate::codes::{Precision, TaskKind};
use crate::event::EventKind;
use crate::ids::{Municipality, PersonId};
use crate::path::lost::Episode;
use crate::path::tasks::Task;
use crate::policy::Category::{Lookout as LookoutCell, Presence};
use crate::policy::Depth::Minimal;
use crate::sight::Sight;
use crate::time::DateTime;

views! {
    /// Somebody whom nobody can find.
    pub struct LostView as "Lost" {
        pub person_id: PersonId,
        pub identity: Option<IdentityView>,
        pub municipality: Option<Municipality>,
        /// The episode that is going on.
        pub episode: EpisodeView,
        /// Since when it is brought up at once, because it happened before.
        pub escalated_at: Option<DateTime>,
        /// Being out of sight is at once dangerous.
        pub vulnerable: Option<bool>,
        /// Where and when they were last seen, and by which organisation.
        pub last_seen: Option<SeenView>,
        /// The lookouts that run: who has acknowledged them, and who is silent.
        pub lookouts: Option<Vec<LookoutView>>,
        /// The care alerts that run, with their answers.
        pub care_alerts: Option<Vec<CareAlertView>>,
        /// What is due next to find them, for whomever it waits.
        pub next: Option<TaskView>,
        /// Earlier episodes, that ended.
        pub earlier_episodes: Option<Vec<EpisodeView>>,
    }

    /// A time during which nobody knew where somebody was.
    pub struct EpisodeView as "Episode" {
        /// The first is 1.
        pub number: u32,
        pub began_at: DateTime,
        pub began_precision: Precision,
        /// When it was learned.
        pub began_recorded_at: DateTime,
        /// What it began with: they were expected and did not come, a lookout was issued, or somebody only said so.
        pub because: EventKind,
        pub ended_at: Option<DateTime>,
        pub ended_precision: Option<Precision>,
        /// What brought them back into sight. Absent where it is not the reader's to know.
        pub ended_by: Option<EventKind>,
    }
}

/// When what is due next to find somebody is due, of what is open on their case; `None` where nobody is lost, or not to
/// this reader.
#[must_use]
pub fn lost_due(sight: &Sight<'_>, tasks: &[Task]) -> Option<DateTime> {
    is_shown_lost(sight).then(|| next_task(sight, tasks).map_or(DateTime::MAX_UTC, |task| task.due))
}

/// Somebody who is lost, if they are, and if the reader may know where they are and how they are looked for.
#[must_use]
pub fn disclose_lost(sight: &Sight<'_>, person_id: PersonId, tasks: &[Task]) -> Option<LostView> {
    if !is_shown_lost(sight) {
        return None;
    }
    let path = sight.path();
    let mut episodes = EpisodeView::all(sight);
    let episode = episodes.pop()?;
    let runs = |lookout: &LookoutView| lookout.is_open(sight.now()) && lookout.expires_at > sight.now();
    let lookouts = disclose_lookouts(sight).into_iter().filter(runs);
    let alerts = disclose_alerts(sight).into_iter().filter(|alert| alert.is_open(sight.now()));
    Some(LostView {
        person_id,
        identity: IdentityView::of(sight),
        municipality: sight.show(path.facts().municipality()).cloned(),
        episode,
        escalated_at: sight.show(path.facts().escalated_at()),
        vulnerable: sight.show(path.vulnerable(sight.now())),
        last_seen: SeenView::of(sight),
        lookouts: section(lookouts.collect()),
        care_alerts: section(alerts.collect()),
        next: next_task(sight, tasks).map(|task| TaskView::of(sight, task, person_id)),
        earlier_episodes: section(episodes),
    })
}

/// Nobody is looked for any more whose case was closed, or who was erased.
fn is_shown_lost(sight: &Sight<'_>) -> bool {
    let path = sight.path();
    let may_know = sight.knows(Presence, Minimal) && sight.knows(LookoutCell, Minimal);
    may_know && path.is_out_of_sight() && !path.is_closed() && !path.is_erased()
}

fn next_task<'a>(sight: &Sight<'_>, tasks: &'a [Task]) -> Option<&'a Task> {
    tasks.iter().find(|task| is_of_the_search(task.kind) && sight.shows_task(task))
}

/// What else waits on the case is on the worklists: here it would hide what nobody does to find them.
fn is_of_the_search(kind: TaskKind) -> bool {
    match kind {
        TaskKind::FindPerson
        | TaskKind::TraceNoShow
        | TaskKind::AcknowledgeLookout
        | TaskKind::AnswerCareAlert
        | TaskKind::ReviewSighting
        | TaskKind::WeeklyReview => true,
        TaskKind::AssignCoordinator
        | TaskKind::NextStep
        | TaskKind::NextStepAfterException
        | TaskKind::ReviewStay
        | TaskKind::ReviewReopened
        | TaskKind::ReviewSignOfLife
        | TaskKind::CloseAfterDeath
        | TaskKind::PrepareArrival
        | TaskKind::PlanDischarge
        | TaskKind::FollowUpDischarge
        | TaskKind::ReviewMatch
        | TaskKind::ProtectMinor
        | TaskKind::KnownElsewhere
        | TaskKind::StreetDoctorVisit
        | TaskKind::HeadInjuryScreen
        | TaskKind::EstablishLanguage
        | TaskKind::RightsAssessment
        | TaskKind::IndDecision
        | TaskKind::UninsuredReport
        | TaskKind::SuitabilityReview
        | TaskKind::AnswerReferral
        | TaskKind::StartCare
        | TaskKind::DecideException
        | TaskKind::ReviewUnsafeDischarge
        | TaskKind::SendDischargeLetter
        | TaskKind::PartiesMeeting
        | TaskKind::AcknowledgeHandover
        | TaskKind::AnswerHandover
        | TaskKind::RecordDeparture
        | TaskKind::ConfirmArrival
        | TaskKind::FollowUp
        | TaskKind::ReviewStoppedReturn
        | TaskKind::AnswerHandoverQuestion
        | TaskKind::ReviewBreakGlass
        | TaskKind::TraceArrival => false,
    }
}

impl EpisodeView {
    /// The episodes of a path, oldest first, as far as the reader may know of them.
    pub(super) fn all(sight: &Sight<'_>) -> Vec<Self> {
        let episodes = sight.path().lost.episodes.iter();
        (1..).zip(episodes).filter_map(|(number, episode)| Self::of(sight, number, episode)).collect()
    }

    fn of(sight: &Sight<'_>, number: u32, episode: &Episode) -> Option<Self> {
        let facts = episode.facts();
        let began = sight.show(facts.began())?;
        let ended = sight.show(facts.ended());
        let reached = |kind: &EventKind| kind.category() != LookoutCell || sight.reaches_every_lookout();
        let told = |kind: &EventKind| sight.knows(kind.category(), Minimal) && reached(kind);
        Some(Self {
            number,
            began_at: began.occurred.at,
            began_precision: began.occurred.precision,
            began_recorded_at: began.recorded_at,
            because: sight.show(facts.because()).filter(told).unwrap_or(EventKind::WentOutOfSight),
            ended_at: ended.map(|stamp| stamp.occurred.at),
            ended_precision: ended.map(|stamp| stamp.occurred.precision),
            ended_by: sight.show(facts.ended_by()).filter(told),
        })
    }
}

#[cfg(test)]
#[path = "lost_tests.rs"]
mod tests;
