//! What a read model is. Each is a room of its own: what it holds, how it takes in what happens, and how it is asked. The
//! world tells all of them the same, and none of them knows another.

use care_path::PersonId;
use care_path::deadlines::Deadlines;
use care_path::directory::Directory;
use care_path::time::DateTime;

use super::cases::{Case, Cases};
use super::digest::ModelDigest;
use crate::event_log::Position;
use crate::history::Heading;
use crate::settings::Settings;

/// As of when and where a case is taken in.
#[derive(Clone, Copy)]
pub struct AsOf<'a> {
    pub now: DateTime,
    pub position: Position,
    pub settings: &'a Settings,
}

impl<'a> AsOf<'a> {
    /// The terms by which a case goes.
    pub fn deadlines(self, case: &Case) -> &'a Deadlines {
        self.settings.deadlines.of_case(&case.path)
    }

    /// The organisations that take part.
    pub fn directory(self) -> &'a Directory {
        &self.settings.directory
    }
}

/// A fold over the log, with what its queries need. A model that needs events implements `note`; one that needs cases,
/// `put` and `remove`.
pub trait ReadModel: Send + Sync {
    /// An event was recorded.
    fn note(&mut self, _event: &Heading) {}

    /// A case is there: it is new, or an event or the time has changed it.
    fn put(&mut self, _case: &Case, _as_of: AsOf<'_>) {}

    /// A case is gone: it was put together with another, or taken apart.
    fn remove(&mut self, _case: PersonId, _as_of: AsOf<'_>) {}

    /// All cases are there at once: the log was read to its end. Before that, no case is put.
    fn settle(&mut self, cases: &Cases, as_of: AsOf<'_>) {
        for case in cases.all() {
            self.put(case, as_of);
        }
    }

    /// Some of the cases that time alone has changed since they were put.
    fn aged(&self, _now: DateTime, _most: usize) -> Vec<PersonId> {
        Vec::new()
    }

    /// The digests of all that it holds, as of a moment at or after which its cases were put.
    fn digests(&self, cases: &Cases, as_of: AsOf<'_>) -> Vec<ModelDigest>;
}

/// Derives something of many cases, on all of the machine's cores.
pub fn on_all_cores<T: Send>(cases: &Cases, derive: impl Fn(&Case) -> T + Sync) -> Vec<(PersonId, T)> {
    let all: Vec<_> = cases.all().collect();
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let of_some = |some: &[&Case]| -> Vec<_> { some.iter().map(|case| (case.id(), derive(case))).collect() };
    std::thread::scope(|scope| {
        let parts = all.chunks(all.len().div_ceil(cores).max(1));
        let parts: Vec<_> = parts.map(|some| scope.spawn(|| of_some(some))).collect();
        let derived = parts.into_iter().map(std::thread::ScopedJoinHandle::join);
        derived.flat_map(|part| part.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}
