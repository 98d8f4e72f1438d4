//! What waits on a return. All of it rests on the person's consent, and is gone with it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Addressee, Waiting, Worklist};
use crate::codes::{FollowUpTerm, HandoverState, Role, TaskKind};
use crate::event::EventKind;
use crate::path::Stamp;
use crate::path::repatriation::Handover;
use crate::time::{DateTime, days_after, working_days_after};

impl<'a> Worklist<'a> {
    /// The handovers for which the person's consent holds.
    fn consented(&self) -> impl Iterator<Item = &'a Handover> + use<'a> {
        let state = &self.path.repatriation;
        let mut holds = BTreeMap::new();
        if !state.handovers.is_empty() {
            for consent in &state.consents {
                holds.entry(consent.given.consent).or_insert(consent.withdrawn.is_none());
            }
        }
        state.handovers.iter().filter(move |handover| holds.get(&handover.proposed.consent) == Some(&true))
    }

    /// The organisation that proposed a handover, as long as it is involved; otherwise, and where it was a coordinator,
    /// the coordinator of the case.
    fn proposer(&self, handover: &Handover, due: DateTime) -> Option<Addressee> {
        let by = &handover.proposed.stamp.by;
        let stays =
            by.role != Role::ProcessCoordinator && self.path.involves(&by.organisation, self.at(due), self.deadlines);
        if stays { Some(Addressee::Organisation(by.organisation.clone())) } else { self.coordinator() }
    }
}

fn embassy(handover: &Handover) -> Addressee {
    Addressee::Embassy(handover.proposed.country)
}

/// The embassy acknowledges and answers, each within its term; then the proposing side sees to the departure.
pub(super) fn before_departure(list: &mut Worklist<'_>) {
    let days = list.deadlines.handover_acknowledge_working_days;
    let working_days_since = |stamp: &Stamp| working_days_after(stamp.recorded_at, days);
    for handover in list.consented() {
        let cause = handover.changed();
        let (who, waiting) = match handover.state() {
            HandoverState::Proposed => {
                let (kind, because) = (TaskKind::AcknowledgeHandover, EventKind::HandoverProposed);
                (Some(embassy(handover)), Waiting::new(kind, cause, because, working_days_since(cause)))
            }
            HandoverState::Acknowledged => {
                let (kind, because) = (TaskKind::AnswerHandover, EventKind::HandoverAcknowledged);
                (Some(embassy(handover)), Waiting::new(kind, cause, because, working_days_since(cause)))
            }
            HandoverState::Accepted => {
                let due = list.days_since(cause, |terms| terms.review_days);
                let (kind, because) = (TaskKind::RecordDeparture, EventKind::HandoverAccepted);
                (list.proposer(handover, due), Waiting::new(kind, cause, because, due))
            }
            HandoverState::Declined | HandoverState::Departed | HandoverState::Arrived | HandoverState::Withdrawn => {
                continue;
            }
        };
        list.ask(who, &waiting.about(handover.proposed.handover.0));
    }
}

/// Both sides are asked whether the person arrived. After that an embassy sees nothing of the person any more, and how
/// it goes after 30 and 90 days is for this side to find out.
pub(super) fn after_departure(list: &mut Worklist<'_>) {
    for handover in list.consented() {
        let (embassy, waiting): (_, Vec<_>) = match handover.state() {
            HandoverState::Departed => {
                let departed = handover.departed.iter().map(|departed| arrival(list, &departed.stamp));
                (Some(embassy(handover)), departed.collect())
            }
            HandoverState::Arrived => {
                let arrived = handover.arrived.iter().flat_map(|arrived| follow_ups(handover, &arrived.stamp));
                (None, arrived.collect())
            }
            HandoverState::Proposed
            | HandoverState::Acknowledged
            | HandoverState::Accepted
            | HandoverState::Declined
            | HandoverState::Withdrawn => continue,
        };
        for each in waiting {
            let asked = embassy.clone().into_iter().chain(list.proposer(handover, each.due));
            list.ask(asked, &each.about(handover.proposed.handover.0));
        }
    }
}

fn arrival<'a>(list: &Worklist<'_>, departed: &'a Arc<Stamp>) -> Waiting<'a> {
    let due = list.days_since(departed, |terms| terms.review_days);
    Waiting::new(TaskKind::ConfirmArrival, departed, EventKind::Departed, due)
}

fn follow_ups<'a>(handover: &Handover, arrived: &'a Arc<Stamp>) -> impl Iterator<Item = Waiting<'a>> {
    let done = |term| handover.follow_ups.iter().any(|done| done.term == term);
    let terms = [(FollowUpTerm::Days30, 30), (FollowUpTerm::Days90, 90)];
    (0..).zip(terms).filter(move |(_, (term, _))| !done(*term)).map(|(round, (_, days))| {
        let due = days_after(arrived.occurred.at, days);
        Waiting { round, ..Waiting::new(TaskKind::FollowUp, arrived, EventKind::ArrivalConfirmed, due) }
    })
}

#[cfg(test)]
#[path = "returning_tests.rs"]
mod tests;
