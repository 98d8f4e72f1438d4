//! For tests: events at which taking in panics, whatever they tell. Their ids say where.

use care_path::EventId;
use uuid::Uuid;

use super::cases::{Case, Cases};
use super::digest::ModelDigest;
use super::model::{AsOf, ReadModel};

/// Where it panics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub enum At {
    Fold = 0xF01D_F01D,
    Model = 0x30DE_30DE,
    View = 0x71E7_71E7,
}

impl At {
    /// The id of an event at which it panics there.
    #[must_use]
    pub fn id(self, number: u64) -> EventId {
        EventId(Uuid::from_u64_pair(self as u64, number))
    }

    /// Does what is made for the test.
    ///
    /// # Panics
    /// Where the event is one of these.
    pub fn panic_at(self, event: EventId) {
        assert!(event.0.as_u64_pair().0 != self as u64, "made for the test: {self:?}");
    }
}

/// A read model that panics at some cases.
#[derive(Default)]
pub struct Faulty;

impl ReadModel for Faulty {
    fn put(&mut self, case: &Case, _: AsOf<'_>) {
        for entry in &case.history {
            At::Model.panic_at(entry.stamp.event_id);
        }
    }

    fn digests(&self, _: &Cases, _: AsOf<'_>) -> Vec<ModelDigest> {
        Vec::new()
    }
}
