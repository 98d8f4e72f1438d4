//! What waits on the cases, due first, for each addressee. Some of it comes and goes with time alone: an agenda says when a
//! case is to be looked at again.

mod places;

use std::collections::BTreeSet;
use std::sync::Arc;

use care_path::directory::Directory;
use care_path::path::tasks::{Addressee, Task};
use care_path::time::DateTime;
use care_path::{Actor, PersonId, Principal};

pub use places::{Place, Places, Touched};

use super::World;
use super::agenda::Agenda;
use super::aside::guarded;
use super::cases::{Case, Cases};
use super::digest::{ModelDigest, hash, sum};
use super::map::Map;
use super::model::{AsOf, ReadModel, on_all_cores};
use crate::event_log::Position;

/// What follows from the paths of the cases, as it was derived last.
#[derive(Default)]
pub struct Worklist {
    places: Places,
    /// Of the cases on which anything waits.
    open_tasks: Map<PersonId, Arc<[Task]>>,
    /// When what waits on a case changes by time alone.
    changes: Agenda,
}

/// What waits on a case.
struct CaseTasks {
    open_tasks: Vec<Task>,
    /// When that changes by time alone.
    changes: Option<DateTime>,
}

impl CaseTasks {
    fn of(case: &Case, as_of: AsOf<'_>) -> Self {
        let deadlines = as_of.deadlines(case);
        let open_tasks = case.path.open_tasks(as_of.now, deadlines, as_of.directory());
        Self { open_tasks, changes: case.path.changes_by_itself(as_of.now, deadlines) }
    }
}

impl Worklist {
    fn take_in(&mut self, case: PersonId, waiting: CaseTasks, at: Position) {
        self.places.put(case, &waiting.open_tasks, at);
        self.changes.put(case, waiting.changes);
        if waiting.open_tasks.is_empty() {
            self.open_tasks.remove(&case);
        } else {
            self.open_tasks.insert(case, waiting.open_tasks.into());
        }
    }

    /// What followed from a case's path when it was last derived, if anything waits and time has not changed it since.
    fn open_tasks(&self, case: PersonId, now: DateTime) -> Option<&Arc<[Task]>> {
        let aged = self.changes.of(case).is_some_and(|changes| changes <= now);
        self.open_tasks.get(&case).filter(|_| !aged)
    }

    /// When what waits on a case changes by time alone.
    #[cfg(test)]
    pub(super) fn changes(&self) -> &Agenda {
        &self.changes
    }
}

impl ReadModel for Worklist {
    fn put(&mut self, case: &Case, as_of: AsOf<'_>) {
        self.take_in(case.id(), CaseTasks::of(case, as_of), as_of.position);
    }

    fn remove(&mut self, case: PersonId, as_of: AsOf<'_>) {
        self.take_in(case, CaseTasks { open_tasks: Vec::new(), changes: None }, as_of.position);
    }

    fn settle(&mut self, cases: &Cases, as_of: AsOf<'_>) -> Vec<PersonId> {
        self.places.begin(as_of.position);
        let (derived, failed) = on_all_cores(cases, |case| CaseTasks::of(case, as_of));
        for (case, waiting) in derived {
            self.take_in(case, waiting, as_of.position);
        }
        failed
    }

    fn aged(&self, now: DateTime, most: usize) -> Vec<PersonId> {
        self.changes.until(now, most)
    }

    /// Cases that time has changed are looked at every now and then: of those that are to be looked at now it counts what
    /// will be found.
    fn digests(&self, cases: &Cases, as_of: AsOf<'_>) -> Vec<ModelDigest> {
        let aged = self.changes.until(as_of.now, usize::MAX).into_iter();
        let waiting = |id| guarded(|| Some(CaseTasks::of(cases.of(id)?, as_of))).flatten();
        let aged: Map<_, _> = aged.filter_map(|id| Some((id, waiting(id)?))).collect();
        let kept = self.places.all().filter(|(_, place)| !aged.contains_key(&place.case)).map(hash);
        let found = aged.iter().flat_map(|(case, waiting)| {
            waiting.open_tasks.iter().map(|task| hash((&task.addressee, &Place::of(*case, task))))
        });
        let changes = self.changes.all().filter(|(_, case)| !aged.contains_key(case));
        let next = aged.iter().filter_map(|(case, waiting)| Some((waiting.changes?, *case)));
        vec![sum("worklist", kept.chain(found)), sum("changes", changes.chain(next).map(hash))]
    }
}

/// The worklist that is shown: what follows from paths, and whom to compare.
impl World {
    /// What waits for an addressee, due first: in several sets, of which none has what another has.
    pub fn waiting(&self, addressee: &Addressee) -> impl Iterator<Item = &BTreeSet<Place>> {
        [self.worklist().places.of(addressee), self.matches().reviews().of(addressee)].into_iter().flatten()
    }

    /// Whether anything may have changed of what waits for an addressee: it has not, while this is the same.
    #[must_use]
    pub fn touched(&self, addressee: &Addressee) -> Touched {
        let [one, other] = [&self.worklist().places, self.matches().reviews()].map(|places| places.touched(addressee));
        Touched { times: one.times + other.times, at: one.at.max(other.at) }
    }

    /// What follows from a case's path as of a time: as it was derived last, unless it has changed by time alone since.
    #[must_use]
    pub fn open_tasks(&self, case: &Case, now: DateTime) -> Arc<[Task]> {
        let derived = || CaseTasks::of(case, self.as_of(now)).open_tasks;
        match self.worklist().open_tasks(case.id(), now) {
            Some(tasks) => {
                debug_assert_eq!(**tasks, *derived(), "only what time changes is derived again");
                tasks.clone()
            }
            None => derived().into(),
        }
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
        Actor::ShelterWorker
        | Actor::OutreachWorker { .. }
        | Actor::ClientSupporter
        | Actor::Police
        | Actor::ReceivingProvider => {
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
