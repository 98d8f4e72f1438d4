//! What a read model is. Each is a room of its own: what it holds, how it takes in what happens, and how it is asked. The
//! world tells all of them the same, and none of them knows another.

use std::sync::Arc;

use care_path::deadlines::Deadlines;
use care_path::directory::Directory;
use care_path::event::Event;
use care_path::time::DateTime;
use care_path::{PersonId, Stamp};

use super::aside::guarded;
use super::cases::{Case, Cases, Changed};
use super::digest::ModelDigest;
use crate::event_log::Position;
use crate::history::Heading;
use crate::settings::Settings;

/// As of when and where a case is taken in.
#[derive(Clone, Copy)]
pub struct AsOf<'a> {
    pub now: DateTime,
    pub position: Position,
    pub directory: &'a Directory,
    pub settings: &'a Settings,
}

impl<'a> AsOf<'a> {
    /// The terms by which a case goes.
    pub fn deadlines(self, case: &Case) -> &'a Deadlines {
        self.settings.deadlines.of_case(&case.path)
    }

    /// The organisations that take part.
    pub fn directory(self) -> &'a Directory {
        self.directory
    }
}

/// A fold over the log, with what its queries need. A model that needs events implements `note`, and `counted` for those about nobody; one that needs cases,
/// `put` and `remove`.
pub trait ReadModel: Send + Sync {
    /// An event was recorded.
    fn note(&mut self, _event: &Heading) {}

    /// Something was recorded of people whom nobody knows.
    fn counted(&mut self, _stamp: &Arc<Stamp>, _event: &Event) {}

    /// A case is there: it is new, or an event or the time has changed it.
    fn put(&mut self, _case: &Case, _as_of: AsOf<'_>) {}

    /// A case is gone: it was put together with another, or taken apart.
    fn remove(&mut self, _case: PersonId, _as_of: AsOf<'_>) {}

    /// Cases have changed.
    fn take_in(&mut self, changed: &Changed, cases: &Cases, as_of: AsOf<'_>) {
        for case in &changed.gone {
            self.remove(*case, as_of);
        }
        for case in changed.there.iter().filter_map(|id| cases.of(*id)) {
            self.put(case, as_of);
        }
    }

    /// All cases are there at once: the log was read to its end. Before that, no case is put. It says which cases it could
    /// not take in, because that panicked.
    fn settle(&mut self, cases: &Cases, as_of: AsOf<'_>) -> Vec<PersonId> {
        cases.all().filter(|case| guarded(|| self.put(case, as_of)).is_none()).map(Case::id).collect()
    }

    /// Some of the cases that time alone has changed since they were put.
    fn aged(&self, _now: DateTime, _most: usize) -> Vec<PersonId> {
        Vec::new()
    }

    /// The digests of all that it holds, as of a moment at or after which its cases were put.
    fn digests(&self, cases: &Cases, as_of: AsOf<'_>) -> Vec<ModelDigest>;
}

/// Derives something of many cases, on all of the machine's cores; and says of which that panicked.
pub fn on_all_cores<T: Send>(cases: &Cases, derive: impl Fn(&Case) -> T + Sync) -> (Vec<(PersonId, T)>, Vec<PersonId>) {
    let all: Vec<_> = cases.all().collect();
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let of_some = |some: &[&Case]| -> Vec<_> {
        some.iter().map(|case| guarded(|| derive(case)).map(|derived| (case.id(), derived)).ok_or(case.id())).collect()
    };
    std::thread::scope(|scope| {
        let parts = all.chunks(all.len().div_ceil(cores).max(1));
        let parts: Vec<_> = parts.map(|some| scope.spawn(|| of_some(some))).collect();
        let derived = parts.into_iter().map(std::thread::ScopedJoinHandle::join);
        let derived = derived.flat_map(|part| part.unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        let (mut known, mut failed) = (Vec::with_capacity(all.len()), Vec::new());
        for each in derived {
            match each {
                Ok(derived) => known.push(derived),
                Err(case) => failed.push(case),
            }
        }
        (known, failed)
    })
}
