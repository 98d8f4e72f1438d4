//! The worklist, as a reader is shown it: what waits for them, as far as they may see what it is about
//! and may do it.

use serde::Serialize;

use super::{IdentityView, views};
use crate::codes::{NextStep, TaskKind, TaskStake};
use crate::directory::Directory;
use crate::event::EventKind;
use crate::ids::{BreakGlassId, PersonId, SubjectId};
use crate::path::tasks::{Task, done_by};
use crate::sight::Sight;
use crate::time::DateTime;

views! {
    /// Something that waits for the reader.
    pub struct TaskView as "Task" {
        pub kind: TaskKind,
        /// What is at stake while it waits: the list begins with those at which most is.
        pub stake: TaskStake,
        pub person_id: PersonId,
        /// Who it is about, as far as the reader may see.
        pub identity: Option<IdentityView>,
        /// The referral, lookout, care alert, exception, discharge or handover that it is about, if it is about one.
        pub subject_id: Option<SubjectId>,
        /// When it arose.
        pub since: DateTime,
        pub due_at: DateTime,
        pub overdue: bool,
        /// What happened that makes it wait. Absent where it is that nothing happened, as before a review.
        pub because: Option<EventKind>,
        /// What the reason suggests for which something came to nothing.
        pub suggestion: Option<NextStep>,
    }
}

/// What waits for a reader on a person's path, where most is at stake first: of all that waits on it ([`CarePath::open_tasks`]) as of the
/// reader's now.
#[must_use]
pub fn disclose_tasks(
    sight: &Sight<'_>,
    open_tasks: &[Task],
    person_id: PersonId,
    directory: &Directory,
) -> Vec<TaskView> {
    let is_own_glass = |task: &Task| {
        let glass = task.subject.filter(|_| task.kind == TaskKind::ReviewBreakGlass);
        glass.is_some_and(|glass| sight.path().opened_themselves(BreakGlassId(glass.0), sight.principal()))
    };
    let may_do = |task: &Task| done_by(task.kind).iter().any(|command| sight.may(*command)) && !is_own_glass(task);
    let for_reader = open_tasks.iter().filter(|task| task.addressee.is(sight.principal(), directory));
    let for_reader = for_reader.filter(|task| sight.shows_task(task) && may_do(task));
    for_reader
        .map(|task| TaskView { identity: IdentityView::of(sight), ..TaskView::of(sight, task, person_id) })
        .collect()
}

impl std::fmt::Debug for TaskView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { kind, stake, due_at, .. } = self;
        write!(f, "{kind} ({stake}) due at {due_at}")
    }
}

impl TaskView {
    /// A task without who it is about.
    pub(super) fn of(sight: &Sight<'_>, task: &Task, person_id: PersonId) -> Self {
        Self {
            kind: task.kind,
            stake: told_stake(sight, task),
            person_id,
            identity: None,
            subject_id: task.subject,
            since: task.since,
            due_at: task.due,
            overdue: task.due < sight.now(),
            because: task.because,
            suggestion: task.suggestion().and_then(|suggestion| sight.show(suggestion)),
        }
    }
}

/// What is at stake, as far as the reader may know of the risk that raised it.
fn told_stake(sight: &Sight<'_>, task: &Task) -> TaskStake {
    let escalated = sight.path().lost.escalated.is_some();
    let raised_by_risk = task.kind == TaskKind::TraceNoShow || (task.kind == TaskKind::FindPerson && !escalated);
    let knows = || sight.show(sight.path().vulnerable(sight.now())).is_some();
    if raised_by_risk && !knows() { task.stake.max(TaskStake::Urgent) } else { task.stake }
}

impl Sight<'_> {
    /// Whether what a task tells of a person is shown. Their own recordings count: a hospital that reported a discharge
    /// knows that it owes a letter, involved or not.
    pub(super) fn shows_task(&self, task: &Task) -> bool {
        self.show(task.told()).is_some()
    }
}

#[cfg(test)]
#[path = "worklist_tests.rs"]
mod tests;
