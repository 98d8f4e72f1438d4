//! The decision that a deadline passed. Only Baken takes it.

use super::{DeadlineEvent, DeadlinePassed, NOTICED_LATE, PassedTask};
use crate::codes::TaskKind;
use crate::command::{Context, Decide, Refusal, refusals};
use crate::event::Event;
use crate::ids::{EventId, SubjectId};
use crate::path::CarePath;
use crate::path::tasks::Task;
use serde::Deserialize;

refusals! {
    /// Why it is not recorded that a deadline passed.
    DeadlineRefusal {
        NotWaiting = "deadline_not_waiting": "nothing waits that this deadline could be of",
        NotDue = "deadline_not_due": "it is not due yet",
        AlreadyPassed = "deadline_already_passed": "it was recorded already that this deadline passed",
    }
}

/// Says that a deadline passed and what waited was not done. Baken itself does, and nobody else.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PassDeadline {
    pub task: TaskKind,
    pub subject: Option<SubjectId>,
    /// The event that the task arose from.
    pub cause: EventId,
    pub round: u32,
}

impl Decide for PassDeadline {
    type Subject = ();

    fn decide(self, (): (), path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let Self { task: kind, subject, cause, round } = self;
        if path.has_passed(kind, subject, cause, round) {
            return Err(DeadlineRefusal::AlreadyPassed.into());
        }
        let is_it = |task: &Task| (task.kind, task.subject, task.round) == (kind, subject, round);
        let mut waiting = path.tasks_when_due(at.deadlines, at.directory);
        waiting.retain(|task| is_it(task) && task.cause.event_id == cause);
        let first = waiting.first().ok_or(DeadlineRefusal::NotWaiting)?;
        if first.due > at.now {
            return Err(DeadlineRefusal::NotDue.into());
        }
        // What was told after it was due could not be noticed before.
        let noticeable = first.due.max(first.cause.recorded_at);
        let passed = DeadlinePassed {
            task: PassedTask::of(kind),
            subject,
            cause,
            round,
            late: at.now.signed_duration_since(noticeable) > NOTICED_LATE,
            addressees: waiting.into_iter().map(|task| task.addressee).collect(),
        };
        Ok(vec![DeadlineEvent::DeadlinePassed(passed).into()])
    }
}
