//! The lists that parts of many paths stand in, and what a part stands there by.

use uuid::Uuid;

use super::exception::ExceptionRequest;
use super::lost::{CareAlert, Lookout};
use super::parties::AskedFor;
use super::referral::Referral;
use super::repatriation::Handover;
use super::{CarePath, Stamp};
use crate::codes::{ExceptionState, LookoutState, Urgency};
use crate::time::DateTime;

/// The lists that the parts of many paths are shown in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum List {
    Lookouts,
    CareAlerts,
    Referrals,
    Exceptions,
    Handovers,
    /// What somebody was asked for, and is over.
    Ended,
}

impl List {
    pub const ALL: [Self; 6] =
        [Self::Lookouts, Self::CareAlerts, Self::Referrals, Self::Exceptions, Self::Handovers, Self::Ended];

    /// Whether the latest comes first of what goes on. Whom to look out for is news; of what waits for an answer, who has
    /// waited longest comes first.
    #[must_use]
    pub fn is_news(self) -> bool {
        match self {
            Self::Lookouts | Self::CareAlerts | Self::Ended => true,
            Self::Referrals | Self::Exceptions | Self::Handovers => false,
        }
    }
}

/// A part of a path that stands in a list. Its place there goes by what everybody is told who may see the part: the order
/// tells nothing more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listed {
    pub id: Uuid,
    /// How soon it must be dealt with. The same for all, where the list knows of no urgency.
    pub urgency: Urgency,
    /// When it was asked for; of what is over, when it was told that it is.
    pub since: DateTime,
    /// Whether nothing ended it. Its time may be over still.
    pub is_open: bool,
}

impl Listed {
    fn new(id: Uuid, asked: &Stamp, is_open: bool) -> Self {
        Self { id, urgency: Urgency::Routine, since: asked.occurred.at, is_open }
    }
}

impl CarePath {
    /// The parts that stand in a list.
    #[must_use]
    pub fn listed(&self, list: List) -> Vec<Listed> {
        match list {
            List::Lookouts => {
                let listed =
                    |it: &Lookout| Listed::new(it.issued.lookout.0, &it.issued.stamp, it.state() == LookoutState::Open);
                self.lost.lookouts.iter().map(listed).collect()
            }
            List::CareAlerts => {
                let listed = |it: &CareAlert| Listed::new(it.filed.alert.0, &it.filed.stamp, it.over.is_none());
                self.lost.care_alerts.iter().map(listed).collect()
            }
            List::Referrals => {
                let listed = |it: &Referral| Listed {
                    urgency: it.made.urgency,
                    ..Listed::new(it.made.referral.0, &it.made.stamp, it.state().is_open())
                };
                self.referrals.iter().map(listed).collect()
            }
            List::Exceptions => {
                let listed = |it: &ExceptionRequest| {
                    let is_open = it.state() == ExceptionState::Pending;
                    Listed::new(it.requested.exception.0, &it.requested.stamp, is_open)
                };
                self.exceptions.iter().map(listed).collect()
            }
            List::Handovers => {
                let listed =
                    |it: &Handover| Listed::new(it.proposed.handover.0, &it.proposed.stamp, it.state().is_open());
                self.repatriation.handovers.iter().map(listed).collect()
            }
            List::Ended => {
                let listed = |it: AskedFor<'_>| {
                    let since = it.ended?;
                    Some(Listed { id: it.id, urgency: Urgency::Routine, since, is_open: false })
                };
                self.asked_for().filter_map(listed).collect()
            }
        }
    }
}
