//! Deadlines that passed: that something waited for somebody until it was due, and nobody did it. The watch records it,
//! once for each, and late where Baken was not running at the time.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::tasks::{Addressee, Task, tells_of};
use super::{CarePath, Stamp};
use crate::codes::TaskKind;
use crate::deadlines::Deadlines;
use crate::directory::Directory;
use crate::fact::{Lies, Origin, Visitor, clear, facts, sealed};
use crate::ids::{EventId, SubjectId};
use crate::policy::Category;
use crate::policy::Depth::{self, Full};
use crate::private::{Medical, Private, Social};

mod decide;
#[cfg(test)]
mod tests;

pub use decide::{DeadlineRefusal, PassDeadline};

/// How long after a deadline it may be noticed without that being late.
pub(crate) const NOTICED_LATE: TimeDelta = TimeDelta::minutes(5);

/// What passed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum DeadlineEvent {
    DeadlinePassed(DeadlinePassed),
}

/// Something was due and was not done. When it was due is when this occurred.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DeadlinePassed {
    pub task: PassedTask,
    /// The referral, lookout, care alert, exception or handover that it is about.
    pub subject: Option<SubjectId>,
    /// The event that it arose from.
    pub cause: EventId,
    /// Which one it is of those that arise from the same cause.
    pub round: u32,
    /// For whom it waited.
    pub addressees: Vec<Addressee>,
    /// It was noticed late: Baken was not running when it was due.
    pub late: bool,
}

/// The task, sealed where its kind tells of somebody's health, or of what they are entitled to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PassedTask {
    Plain(TaskKind),
    Health(Private<TaskKind, Medical>),
    Rights(Private<TaskKind, Social>),
}

impl PassedTask {
    fn of(kind: TaskKind) -> Self {
        match tells_of(kind).0 {
            Category::Medical => Self::Health(kind.into()),
            Category::Rights => Self::Rights(kind.into()),
            Category::Presence
            | Category::Identity
            | Category::Social
            | Category::Justice
            | Category::Referrals
            | Category::Return
            | Category::Lookout
            | Category::Notes => Self::Plain(kind),
        }
    }

    /// The kind of task, unless it was erased.
    #[must_use]
    pub fn kind(&self) -> Option<TaskKind> {
        match self {
            Self::Plain(kind) => Some(*kind),
            Self::Health(kind) => kind.get().copied(),
            Self::Rights(kind) => kind.get().copied(),
        }
    }

    fn lies(&self) -> Lies<&TaskKind> {
        match self {
            Self::Plain(kind) => clear(kind),
            Self::Health(kind) => sealed(kind),
            Self::Rights(kind) => sealed(kind),
        }
    }

    /// What of the person it tells of. What was erased tells nobody anything that a field could show.
    fn tells_of(&self) -> (Category, Depth) {
        let sealed_as = match self {
            Self::Plain(_) => Category::Presence,
            Self::Health(_) => Category::Medical,
            Self::Rights(_) => Category::Rights,
        };
        self.kind().map_or((sealed_as, Full), tells_of)
    }
}

impl DeadlineEvent {
    /// What of a person somebody must be allowed to see to learn that this happened: what the task tells of.
    pub(crate) fn tells_of(&self) -> (Category, Depth) {
        let Self::DeadlinePassed(passed) = self;
        passed.task.tells_of()
    }

    pub(crate) fn describe<'a>(&'a self, origin: Origin<'a>, visitor: &mut impl Visitor<'a>) {
        let Self::DeadlinePassed(event) = self;
        origin.tell(event, visitor);
    }
}

// A reader who may not see what the task tells of, at its depth, does not learn that there was one.
facts! { DeadlinePassed as it {
    task: TaskKind = "task" in it.task.tells_of().0, Minimal: it.task.lies();
    subject: SubjectId = "subject_id" in it.task.tells_of().0, Minimal: maybe(it.subject.as_ref());
    addressees: Vec<Addressee> = "addressees" in it.task.tells_of().0, Full: clear(&it.addressees);
    late: bool = "late" in it.task.tells_of().0, Minimal: clear(&it.late);
}}

/// A deadline that passed, as the path remembers it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Passed {
    pub(crate) stamp: Arc<Stamp>,
    pub(crate) kind: TaskKind,
    pub(crate) subject: Option<SubjectId>,
    pub(crate) cause: EventId,
    pub(crate) round: u32,
}

pub(super) fn evolve(path: &mut CarePath, stamp: &Arc<Stamp>, event: &DeadlineEvent) {
    let DeadlineEvent::DeadlinePassed(passed) = event;
    if let Some(kind) = passed.task.kind() {
        path.passed.push(Passed {
            stamp: stamp.clone(),
            kind,
            subject: passed.subject,
            cause: passed.cause,
            round: passed.round,
        });
    }
}

impl CarePath {
    /// The deadlines of a task that passed, by what the task arose from.
    pub(super) fn passed(
        &self,
        kind: TaskKind,
        subject: Option<SubjectId>,
        cause: EventId,
    ) -> impl Iterator<Item = &Passed> {
        self.passed.iter().filter(move |passed| (passed.kind, passed.subject, passed.cause) == (kind, subject, cause))
    }

    fn has_passed(&self, kind: TaskKind, subject: Option<SubjectId>, cause: EventId, round: u32) -> bool {
        self.passed(kind, subject, cause).any(|passed| passed.round == round)
    }

    /// What waits or will, and has not been said to have passed.
    pub(super) fn not_passed(&self, deadlines: &Deadlines, directory: &Directory) -> Vec<Task> {
        let passed = self.passed.iter().map(|passed| (passed.kind, passed.subject, passed.cause, passed.round));
        let passed: HashSet<_> = passed.collect();
        let mut tasks = self.tasks_when_due(deadlines, directory);
        tasks.retain(|task| !passed.contains(&(task.kind, task.subject, task.cause.event_id, task.round)));
        tasks
    }
}
