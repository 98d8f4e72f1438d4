//! What waits on a return. What those abroad are asked rests on the person's consent, and is gone with it; that it stopped
//! is for this side to see to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Addressee, TaskList, Waiting, recorded};
use crate::codes::{Code, FollowUpTerm, HandoverState, HandoverWithdrawReason, Role, TaskKind};
use crate::event::EventKind;
use crate::ids::OrgId;
use crate::path::repatriation::{Handover, HandoverEnd};
use crate::path::{CarePath, Stamp};
use crate::time::{DateTime, Night, days_after, hours_after, working_days_after};

impl<'a> TaskList<'a> {
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

    /// Everybody here who sees to the return: who proposed the handover, those who support the person in it as long as they
    /// are involved, and the coordinator. Each once.
    fn this_side(&self, handover: &Handover, due: DateTime) -> Vec<Addressee> {
        let state = &self.path.repatriation;
        let presented = state.presented.iter().map(|presented| &presented.stamp.by);
        let consents = state.consents.iter().map(|consent| &consent.given.stamp.by);
        let support = presented.chain(consents).filter(|by| by.role == Role::ClientSupporter);
        let support: BTreeSet<_> = support.map(|by| &by.organisation).collect();
        let at = self.at(due);
        let support = support.into_iter().filter(|of| self.path.involves(of, at, self.deadlines));
        let support = support.cloned().map(Addressee::Organisation);
        let mut asked: Vec<_> = self.proposer(handover, due).into_iter().collect();
        for each in support.chain(self.coordinator()) {
            if !asked.contains(&each) {
                asked.push(each);
            }
        }
        asked
    }

    /// Whether an addressee has seen to it that a return stopped: a coordinator by a note, an organisation by a note too, or
    /// by talking about what now.
    fn has_followed_up(&self, whom: &Addressee, cause: &Stamp) -> bool {
        match whom {
            Addressee::Coordinator(_) => self.is_coordinated_since(cause),
            Addressee::Organisation(organisation) => self.wrote_since(organisation, cause),
            Addressee::Assessor(_) | Addressee::CareProvidersIn(_) | Addressee::Embassy(_) => false,
        }
    }

    fn wrote_since(&self, organisation: &OrgId, cause: &Stamp) -> bool {
        let notes = self.path.case.notes.iter().map(|note| &note.stamp);
        let options = self.path.repatriation.presented.iter().map(|presented| &presented.stamp);
        let mut theirs = notes.chain(options).filter(|stamp| stamp.by.organisation == *organisation);
        theirs.any(|stamp| recorded(stamp) > recorded(cause))
    }
}

fn embassy(handover: &Handover) -> Addressee {
    Addressee::Embassy(handover.proposed.country)
}

/// The embassy, and the care provider that the handover names.
fn abroad(handover: &Handover) -> impl Iterator<Item = Addressee> {
    let provider = handover.proposed.receiving.clone().map(Addressee::Organisation);
    [embassy(handover)].into_iter().chain(provider)
}

/// The embassy acknowledges, and it or the receiving side answers, each within its term; then the proposing side sees to
/// the departure.
pub(super) fn before_departure(list: &mut TaskList<'_>) {
    let days = list.deadlines.handover_acknowledge_working_days;
    let working_days_since = |stamp: &Stamp| working_days_after(stamp.recorded_at, days);
    for handover in list.consented() {
        let cause = handover.changed();
        let (who, waiting): (Vec<_>, _) = match handover.state() {
            HandoverState::Proposed => {
                let (kind, because) = (TaskKind::AcknowledgeHandover, EventKind::HandoverProposed);
                (vec![embassy(handover)], Waiting::new(kind, cause, because, working_days_since(cause)))
            }
            HandoverState::Acknowledged => {
                let (kind, because) = (TaskKind::AnswerHandover, EventKind::HandoverAcknowledged);
                (abroad(handover).collect(), Waiting::new(kind, cause, because, working_days_since(cause)))
            }
            HandoverState::Accepted => {
                let due = list.days_since(cause, |terms| terms.review_days);
                let (kind, because) = (TaskKind::RecordDeparture, EventKind::HandoverAccepted);
                (list.proposer(handover, due).into_iter().collect(), Waiting::new(kind, cause, because, due))
            }
            HandoverState::Declined | HandoverState::Departed | HandoverState::Arrived | HandoverState::Withdrawn => {
                continue;
            }
        };
        list.ask(who, &waiting.about(handover.proposed.handover.0));
    }
}

/// Both sides are asked whether the person arrived. After that an embassy sees nothing of the person any more, and how
/// it goes after 30 and 90 days is for this side and for those who received them to find out.
pub(super) fn after_departure(list: &mut TaskList<'_>) {
    for handover in list.consented() {
        let about = handover.proposed.handover.0;
        match handover.state() {
            // Nobody arrives who is here, and nobody there can say how it goes with them: that is talked about here.
            HandoverState::Departed | HandoverState::Arrived if handover.back().is_some() => {}
            HandoverState::Departed => underway(list, handover),
            HandoverState::Arrived => {
                let receiving = || handover.proposed.receiving.clone().map(Addressee::Organisation);
                for each in handover.arrived.iter().flat_map(|arrived| follow_ups(handover, &arrived.stamp)) {
                    let asked = receiving().into_iter().chain(list.proposer(handover, each.due));
                    list.ask(asked, &each.about(about));
                }
            }
            HandoverState::Proposed
            | HandoverState::Acknowledged
            | HandoverState::Accepted
            | HandoverState::Declined
            | HandoverState::Withdrawn => {}
        }
    }
}

/// Whoever may know says that the person arrived, by when they should be there. Who has not arrived by then is looked for.
fn underway(list: &mut TaskList<'_>, handover: &Handover) {
    let (Some(departed), Some(expected)) = (&handover.departed, handover.arrival_expected(list.deadlines)) else {
        return;
    };
    let (cause, about) = (&departed.stamp, handover.proposed.handover.0);
    let waiting = Waiting::new(TaskKind::ConfirmArrival, cause, EventKind::Departed, expected);
    let asked = abroad(handover).chain(list.proposer(handover, expected));
    list.ask(asked, &waiting.about(about));
    let since = expected.max(cause.recorded_at);
    let due = hours_after(since, list.deadlines.street_doctor_hours);
    if list.at(due) >= since {
        let waiting = Waiting { since, ..Waiting::new(TaskKind::TraceArrival, cause, EventKind::Departed, due) };
        list.ask(list.this_side(handover, due), &waiting.about(about));
    }
}

fn follow_ups<'a>(handover: &Handover, arrived: &'a Arc<Stamp>) -> impl Iterator<Item = Waiting<'a>> {
    let done = |term| handover.follow_ups.iter().any(|done| done.term == term);
    (0..).zip(FollowUpTerm::ALL).filter(move |(_, term)| !done(**term)).map(|(round, term)| {
        let due = days_after(arrived.occurred.at, term.days());
        Waiting { round, ..Waiting::new(TaskKind::FollowUp, arrived, EventKind::ArrivalConfirmed, due) }
    })
}

/// What was asked within a handover that goes on, this side answers.
pub(super) fn questions(list: &mut TaskList<'_>) {
    let days = list.deadlines.handover_question_working_days;
    for handover in list.consented().filter(|handover| handover.is_open()) {
        for question in handover.questions.iter().filter(|question| question.answered.is_none()) {
            let cause = &question.asked.stamp;
            let due = working_days_after(cause.recorded_at, days);
            let kind = TaskKind::AnswerHandoverQuestion;
            let waiting = Waiting::new(kind, cause, EventKind::HandoverQuestionAsked, due);
            let asked = list.this_side(handover, due);
            list.ask(asked, &waiting.about(handover.proposed.handover.0));
        }
    }
}

/// Nobody receives the person any more, or lets them in: the embassy, or the care provider that the handover names, takes part no
/// more. What was arranged with them is arranged anew.
pub(super) fn abandoned(list: &mut TaskList<'_>) {
    for handover in list.consented().filter(|handover| handover.is_underway()) {
        let embassy = list.directory.has_left_since(handover.proposed.country).map(Night::noon);
        let receiver = handover.proposed.receiving.as_ref().and_then(|receiver| list.closed_since(receiver));
        let Some(left) = embassy.into_iter().chain(receiver).min() else { continue };
        let cause = &handover.proposed.stamp;
        let ended = Stamp { recorded_at: left.max(cause.recorded_at), ..(**cause).clone() };
        let due = list.hours_since(&ended, |terms| terms.street_doctor_hours);
        let mut asked = list.this_side(handover, due);
        asked.retain(|whom| !list.has_followed_up(whom, &ended));
        let waiting = Waiting::new(TaskKind::ReviewStoppedReturn, cause, EventKind::HandoverProposed, due);
        list.ask(asked, &Waiting { since: ended.recorded_at, ..waiting }.about(handover.proposed.handover.0));
    }
}

/// A return that stopped by the person's word, or was declined, is talked about within a day: what was arranged is cancelled,
/// and what now is asked. So is one that went on although the person had said no, or said so on the way, one after which they
/// are here again, and one after which they are homeless there.
pub(super) fn stopped(list: &mut TaskList<'_>) {
    for handover in &list.path.repatriation.handovers {
        let Some((cause, because)) = stopped_by_others(handover, list.path) else { continue };
        let due = list.hours_since(cause, |terms| terms.street_doctor_hours);
        let mut asked = list.this_side(handover, due);
        asked.retain(|whom| !list.has_followed_up(whom, cause));
        let waiting = Waiting::new(TaskKind::ReviewStoppedReturn, cause, because, due);
        list.ask(asked, &waiting.about(handover.proposed.handover.0));
    }
}

/// What stopped a handover, where it was not somebody of this side who took it back, or what showed that the person is here
/// again. What stopped with a death or a closing is asked about once that is undone.
fn stopped_by_others<'a>(handover: &'a Handover, path: &'a CarePath) -> Option<(&'a Arc<Stamp>, EventKind)> {
    use HandoverWithdrawReason::{ConditionNoLongerMet, ConsentWithdrawn, Died, Other, OutOfSight, PersonChangedMind};
    match &handover.end {
        Some(HandoverEnd::Declined(declined)) => Some((&declined.stamp, EventKind::HandoverDeclined)),
        Some(HandoverEnd::Withdrawn(withdrawn)) => {
            let by_itself = match withdrawn.reason {
                ConsentWithdrawn | PersonChangedMind => true,
                ConditionNoLongerMet | OutOfSight | Died | Other => withdrawn.stamp.by.role == Role::System,
            };
            by_itself.then_some((&withdrawn.stamp, EventKind::HandoverWithdrawn))
        }
        None if handover.back().is_some() => {
            let back = handover.back().filter(|_| !handover.is_followed_by_another())?;
            Some((back, path.record.find(back.event_id)?.kind))
        }
        None if handover.failed().is_some() => Some((handover.failed()?, EventKind::FollowUpRecorded)),
        None => {
            let said_no = handover.went_on_against().or_else(|| path.repatriation.refused_on_the_way(handover));
            let stamp = handover.stop().map(|stop| &stop.stamp).or(said_no)?;
            let refused = path.repatriation.refused.iter().any(|said| said.stamp.event_id == stamp.event_id);
            let because = if refused { EventKind::ReturnRefused } else { EventKind::ReturnOptionsPresented };
            Some((stamp, because))
        }
    }
}

#[cfg(test)]
#[path = "returning_tests.rs"]
mod tests;
