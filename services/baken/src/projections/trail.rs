//! Whose event stands where in the log: what whoever follows it is told from. A position and an id of each event.

use care_path::PersonId;

use super::cases::Cases;
use super::digest::{ModelDigest, hash, sum};
use super::model::{AsOf, ReadModel};
use crate::event_log::Position;
use crate::history::Heading;

/// The persons of all events, in the order of the log.
#[derive(Default)]
pub struct Trail(Vec<(Position, PersonId)>);

impl Trail {
    /// What follows a position.
    #[must_use]
    pub fn after(&self, position: Position) -> &[(Position, PersonId)] {
        let first = self.0.partition_point(|(each, _)| *each <= position);
        &self.0[first..]
    }
}

impl ReadModel for Trail {
    fn note(&mut self, event: &Heading) {
        let Some(person) = event.person() else { return };
        debug_assert!(self.0.last().is_none_or(|(last, _)| *last < event.position), "the log is read in its order");
        self.0.push((event.position, person));
    }

    fn digests(&self, _: &Cases, _: AsOf<'_>) -> Vec<ModelDigest> {
        vec![sum("trail", self.0.iter().map(hash))]
    }
}
