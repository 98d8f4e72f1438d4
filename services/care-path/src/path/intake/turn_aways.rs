//! Turn-aways by night: who was turned away where, and who was seen since.

use super::TurnedAway;
use crate::codes::TurnAwayReason;
use crate::fact::Facts;
use crate::ids::{EventId, FacilityId, OrgId};
use crate::path::{CarePath, Noted};
use crate::time::Night;

/// The turn-aways of a path.
pub struct TurnAways<'a>(&'a CarePath);

/// What is counted of people whom nobody knows. It is about no person.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Counted {
    pub entry: EventId,
    pub facility: Option<FacilityId>,
    pub reason: TurnAwayReason,
    pub persons: u16,
}

/// One of them.
#[derive(Clone, Copy)]
pub struct TurnAwayAt<'a>(&'a Noted<TurnedAway>);

impl CarePath {
    /// The turn-aways that count.
    #[must_use]
    pub fn turn_aways(&self) -> TurnAways<'_> {
        TurnAways(self)
    }
}

impl<'a> TurnAways<'a> {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.turn_aways.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.turn_aways.is_empty()
    }

    /// Each of them, in the order of happening.
    pub fn all(&self) -> impl Iterator<Item = TurnAwayAt<'a>> + use<'a> {
        self.0.turn_aways.iter().map(TurnAwayAt)
    }
}

impl<'a> TurnAwayAt<'a> {
    /// By whom, and in which night: what it is filed under.
    #[must_use]
    pub fn place(self) -> (&'a OrgId, Night) {
        (&self.0.stamp.by.organisation, Night::of(self.0.stamp.occurred.at))
    }

    /// What it counts, where it is about nobody who is known.
    #[must_use]
    pub fn counted(self) -> Counted {
        let TurnedAway { reason, facility, persons, .. } = &self.0.fact;
        Counted { entry: self.entry(), facility: facility.clone(), reason: *reason, persons: *persons }
    }

    /// The event that recorded it.
    #[must_use]
    pub fn entry(self) -> EventId {
        self.0.stamp.event_id
    }

    /// What can be told of it, where it is about a person.
    pub(crate) fn facts(self) -> Facts<'a, TurnedAway> {
        self.0.facts()
    }
}
