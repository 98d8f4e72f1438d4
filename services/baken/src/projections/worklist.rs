//! What waits, due first, for each addressee: an index into the paths, from which the tasks themselves are derived.

use std::collections::BTreeSet;
use std::sync::Arc;

use care_path::codes::TaskKind;
use care_path::directory::Directory;
use care_path::ids::SubjectId;
use care_path::path::tasks::{Addressee, Task};
use care_path::time::DateTime;
use care_path::{Actor, PersonId, Principal};

use super::map::Map;
use crate::event_log::Position;

/// A task's place on the worklist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub due: DateTime,
    pub case: PersonId,
    pub kind: TaskKind,
    pub subject: Option<SubjectId>,
}

impl Place {
    /// Where a task of a case stands.
    #[must_use]
    pub fn of(case: PersonId, task: &Task) -> Self {
        Self { due: task.due, case, kind: task.kind, subject: task.subject }
    }
}

/// When anything last happened to a case of which something waits, or waited, for somebody.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Touched {
    /// How often that was.
    pub times: u64,
    /// How far the log had been read then.
    pub at: Position,
}

/// What waits on a case.
#[derive(Default)]
struct Waiting {
    places: Vec<(Addressee, Place)>,
    /// What follows from its path, as it was derived last.
    open_tasks: Arc<[Task]>,
}

/// Places by whom they wait for.
#[derive(Default)]
pub struct Worklist {
    waiting: Map<Addressee, BTreeSet<Place>>,
    of_case: Map<PersonId, Waiting>,
    touched: Map<Addressee, Touched>,
    /// What changed before is not known.
    begun: Position,
}

impl Worklist {
    /// Puts what waits on a case in the place of what waited before: what follows from its path, and what else.
    pub fn put(&mut self, case: PersonId, open_tasks: Vec<Task>, others: &[Task], at: Position) {
        let places = open_tasks.iter().chain(others).map(|task| (task.addressee.clone(), Place::of(case, task)));
        let places: Vec<_> = places.collect();
        self.remove(case, at);
        if places.is_empty() {
            return;
        }
        for (addressee, place) in &places {
            self.waiting.entry(addressee.clone()).or_default().insert(*place);
            self.touch(addressee, at);
        }
        self.of_case.insert(case, Waiting { places, open_tasks: open_tasks.into() });
    }

    /// Every place, by whom it waits for.
    pub(super) fn all(&self) -> impl Iterator<Item = (&Addressee, &Place)> {
        self.waiting.iter().flat_map(|(addressee, places)| places.iter().map(move |place| (addressee, place)))
    }

    /// What followed from a case's path when it was last derived, if anything waits.
    pub(super) fn open_tasks(&self, case: PersonId) -> Option<&Arc<[Task]>> {
        self.of_case.get(&case).map(|waiting| &waiting.open_tasks)
    }

    /// Takes a case off the list.
    pub fn remove(&mut self, case: PersonId, at: Position) {
        for (addressee, place) in self.of_case.remove(&case).unwrap_or_default().places {
            if let Some(waiting) = self.waiting.get_mut(&addressee) {
                waiting.remove(&place);
            }
            self.touch(&addressee, at);
        }
    }

    fn touch(&mut self, addressee: &Addressee, at: Position) {
        let touched = self.touched.entry(addressee.clone()).or_default();
        *touched = Touched { times: touched.times + 1, at };
    }

    /// From here on it is known what changes.
    pub(super) fn begin(&mut self, at: Position) {
        self.begun = at;
    }

    /// Whether anything may have changed of what waits for an addressee: it has not, while this is the same.
    #[must_use]
    pub fn touched(&self, addressee: &Addressee) -> Touched {
        // All that waited may have been done before.
        self.touched.get(addressee).copied().unwrap_or(Touched { times: 0, at: self.begun })
    }

    /// What waits for an addressee, due first.
    #[must_use]
    pub fn of(&self, addressee: &Addressee) -> Option<&BTreeSet<Place>> {
        self.waiting.get(addressee)
    }
}

/// As whom a principal may be addressed. Whether they are is asked of each task still.
#[must_use]
pub fn addresses(principal: &Principal, directory: &Directory) -> Vec<Addressee> {
    let organisation = Addressee::Organisation(principal.organisation.clone());
    match &principal.actor {
        Actor::ProcessCoordinator { municipality } => vec![Addressee::Coordinator(municipality.clone()), organisation],
        Actor::MunicipalAssessor { municipality } => vec![Addressee::Assessor(municipality.clone()), organisation],
        Actor::CareProvider => {
            let home = directory.find(&principal.organisation).and_then(|own| own.municipality.clone());
            home.map(Addressee::CareProvidersIn).into_iter().chain([organisation]).collect()
        }
        Actor::ShelterWorker | Actor::OutreachWorker { .. } | Actor::ClientSupporter | Actor::Police => {
            vec![organisation]
        }
        Actor::EmbassyLiaison { country } => vec![Addressee::Embassy(*country), organisation],
        Actor::Ambassador { .. }
        | Actor::MonitorAnalyst { .. }
        | Actor::PrivacyOfficer
        | Actor::Administrator
        | Actor::System => vec![],
    }
}
