//! What waits, in a test: the vocabulary that the tests of the worklist add to given, when, then.

use std::sync::Arc;

use chrono::TimeDelta;
use uuid::Uuid;

use super::{Addressee, Task};
use crate::codes::TaskKind;
use crate::deadlines::Deadlines;
use crate::event::Event;
use crate::ids::EventId;
use crate::path::testing::{Given, directory, evening, night_shelter, rotterdam, this_person};
use crate::path::{CarePath, Stamp, Story};
use crate::time::{DateTime, Occurred};

/// What waits on the evening of that day.
pub fn waiting(path: &CarePath, day: i64) -> Vec<Task> {
    path.open_tasks(evening(day), &Deadlines::default(), &directory())
}

pub fn hours(hours: i64) -> DateTime {
    evening(0) + TimeDelta::hours(hours)
}

pub fn the_coordinator() -> Addressee {
    Addressee::Coordinator(rotterdam())
}

pub fn street_doctors() -> Addressee {
    Addressee::CareProvidersIn(rotterdam())
}

pub fn organisation(id: &str) -> Addressee {
    Addressee::Organisation(id.parse().unwrap())
}

/// A path on which each of these happened on one evening and was told on another.
pub fn told<const N: usize>(events: [(i64, i64, Event); N]) -> CarePath {
    let mut story = Story::default();
    for (id, (happened, told, event)) in (1..).zip(events) {
        let stamp = Stamp {
            event_id: EventId(Uuid::from_u128(id)),
            person_id: this_person(),
            occurred: Occurred::instant(evening(happened)),
            recorded_at: evening(told),
            by: night_shelter().author(),
            caused_by: None,
            moved: None,
        };
        story.tell(Arc::new(stamp), event);
    }
    story.path
}

impl Given {
    /// On the evening of that day exactly these are asked for it, each by then.
    #[track_caller]
    pub fn waits<const N: usize>(self, day: i64, kind: TaskKind, whom: [Addressee; N], due: DateTime) -> Self {
        self.then(|path| {
            let found: Vec<_> = waiting(path, day).into_iter().filter(|task| task.kind == kind).collect();
            let asked: Vec<_> = found.iter().map(|task| (task.addressee.clone(), task.due)).collect();
            assert_eq!(asked, whom.map(|addressee| (addressee, due)));
            assert!(found.iter().all(|task| task.since <= evening(day)));
        })
    }

    /// Nobody is asked for it, whenever they look.
    #[track_caller]
    pub fn waits_not(self, kind: TaskKind) -> Self {
        self.then(|path| {
            for day in [0, 1, 7, 400] {
                assert!(waiting(path, day).iter().all(|task| task.kind != kind), "{kind} waits");
            }
        })
    }
}
