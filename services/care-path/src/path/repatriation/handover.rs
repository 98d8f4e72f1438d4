//! A handover: its steps, what stopped it, what was asked about it, and to whom it is addressed.

use std::sync::Arc;

use super::{
    ArrivalConfirmed, Departed, FollowUpRecorded, HandoverAccepted, HandoverAcknowledged, HandoverDeclined,
    HandoverDocumentAttached, HandoverProposed, HandoverQuestionAnswered, HandoverQuestionAsked, HandoverWithdrawn,
};
use crate::codes::{DataClass, FollowUpOutcome, HandoverState, HandoverWithdrawReason};
use crate::deadlines::Deadlines;
use crate::fact::{Fact, Facts, Label, Origin, derived_facts};
use crate::ids::QuestionId;
use crate::path::{Noted, Stamp};
use crate::policy::{Abroad, Address, Category, Depth, Stands};
use crate::time::{DateTime, days_after};

/// How a handover ended before the person left.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum HandoverEnd {
    Declined(Noted<HandoverDeclined>),
    Withdrawn(Noted<HandoverWithdrawn>),
}

/// What stops a handover by itself: the person's own word, on whichever of their streams it was recorded; their death; that
/// the case was closed.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(in crate::path) struct Stop {
    pub(in crate::path) stamp: Arc<Stamp>,
    pub(in crate::path) reason: HandoverWithdrawReason,
}

/// A question within a handover, and its answer.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Question {
    pub(crate) asked: Noted<HandoverQuestionAsked>,
    pub(crate) answered: Option<Noted<HandoverQuestionAnswered>>,
}

/// A handover, step by step.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Handover {
    pub(crate) proposed: Noted<HandoverProposed>,
    pub(crate) acknowledged: Option<Noted<HandoverAcknowledged>>,
    pub(crate) accepted: Option<Noted<HandoverAccepted>>,
    pub(crate) departed: Option<Noted<Departed>>,
    pub(crate) arrived: Option<Noted<ArrivalConfirmed>>,
    pub(crate) end: Option<HandoverEnd>,
    pub(crate) follow_ups: Vec<Noted<FollowUpRecorded>>,
    pub(crate) document: Option<Noted<HandoverDocumentAttached>>,
    pub(crate) questions: Vec<Question>,
    pub(super) stopped: Option<Stop>,
    /// What first showed that the person is here again, after they left or arrived.
    back: Option<Arc<Stamp>>,
    /// A later handover was proposed after the arrival.
    pub(super) followed_by_another: bool,
}

impl Handover {
    pub(super) fn new(stamp: &Arc<Stamp>, proposed: &HandoverProposed) -> Self {
        Self {
            proposed: Noted::new(stamp, proposed),
            acknowledged: None,
            accepted: None,
            departed: None,
            arrived: None,
            end: None,
            follow_ups: Vec::new(),
            document: None,
            questions: Vec::new(),
            stopped: None,
            back: None,
            followed_by_another: false,
        }
    }

    /// Where it stands, and since which step.
    fn stands(&self) -> (HandoverState, &Arc<Stamp>) {
        match &self.end {
            Some(HandoverEnd::Withdrawn(noted)) => return (HandoverState::Withdrawn, &noted.stamp),
            Some(HandoverEnd::Declined(noted)) => return (HandoverState::Declined, &noted.stamp),
            None => {}
        }
        if let Some(stop) = self.stop() {
            return (HandoverState::Withdrawn, &stop.stamp);
        }
        let arrived = self.arrived.as_ref().map(|noted| (HandoverState::Arrived, &noted.stamp));
        let departed = self.departed.as_ref().map(|noted| (HandoverState::Departed, &noted.stamp));
        let accepted = self.accepted.as_ref().map(|noted| (HandoverState::Accepted, &noted.stamp));
        let acknowledged = self.acknowledged.as_ref().map(|noted| (HandoverState::Acknowledged, &noted.stamp));
        let proposed = (HandoverState::Proposed, &self.proposed.stamp);
        arrived.or(departed).or(accepted).or(acknowledged).unwrap_or(proposed)
    }

    /// Where it stands.
    pub(in crate::path) fn state(&self) -> HandoverState {
        self.stands().0
    }

    /// The step that brought it there.
    pub(in crate::path) fn changed(&self) -> &Arc<Stamp> {
        self.stands().1
    }

    /// What showed that the person is here again, since they left, or arrived if they did.
    pub(in crate::path) fn back(&self) -> Option<&Arc<Stamp>> {
        self.back.as_ref()
    }

    /// Whether the person is away, or is to leave: it goes on, and nothing shows that they are here again.
    pub(in crate::path) fn is_underway(&self) -> bool {
        self.is_open() && self.back.is_none()
    }

    /// Whether a later one was proposed after the arrival.
    pub(in crate::path) fn is_followed_by_another(&self) -> bool {
        self.followed_by_another
    }

    /// Whether they arrived, and are here again since, or are to return once more.
    pub(in crate::path) fn goes_on_here(&self) -> bool {
        self.arrived.is_some() && (self.back.is_some() || self.followed_by_another)
    }

    /// When it came to its end for the person: they arrived, or were here again on the way.
    pub(super) fn is_behind_since(&self) -> Option<DateTime> {
        let arrived = self.arrived.as_ref().map(|arrived| &arrived.stamp);
        arrived.or(self.back.as_ref()).map(|stamp| stamp.occurred.at)
    }

    /// Whether they have arrived, and nothing shows that they are here again.
    pub(in crate::path) fn is_there(&self) -> bool {
        self.state() == HandoverState::Arrived && self.back.is_none()
    }

    /// Something shows that the person is here. They are here again if it surely was after they left, or arrived.
    pub(super) fn come_back(&mut self, stamp: &Arc<Stamp>) {
        let arrived = self.arrived.as_ref().map(|arrived| &arrived.stamp);
        let left = arrived.or(self.departed.as_ref().map(|departed| &departed.stamp));
        if left.is_some_and(|left| stamp.occurred.at > left.occurred.at) {
            self.back.get_or_insert_with(|| stamp.clone());
        }
    }

    /// The person arrived: that they were here on the way is behind them.
    pub(super) fn arrive(&mut self, arrived: Noted<ArrivalConfirmed>) {
        self.arrived = Some(arrived);
        self.back = None;
    }

    /// Whether it still goes on.
    pub(crate) fn is_open(&self) -> bool {
        self.state().is_open()
    }

    /// It is stopped by what the person said. The first word that stops it counts.
    pub(super) fn stop_by(&mut self, stamp: &Arc<Stamp>, reason: HandoverWithdrawReason) {
        let stops_already = self.stop().is_some();
        if !stops_already {
            self.stopped = Some(Stop { stamp: stamp.clone(), reason });
        }
    }

    /// A question is answered: the first answer counts.
    pub(super) fn answer(&mut self, stamp: &Arc<Stamp>, answered: &HandoverQuestionAnswered) {
        let asked = self.questions.iter_mut().find(|question| question.asked.question_id == answered.question_id);
        if let Some(question) = asked.filter(|question| question.answered.is_none()) {
            question.answered = Some(Noted::new(stamp, answered));
        }
    }

    /// Whether a "no" that was said by then at the latest stops it: it goes on, the person has not left, and may have said
    /// so since it was proposed.
    pub(super) fn is_stopped_by_no(&self, said: DateTime) -> bool {
        self.is_open() && self.departed.is_none() && self.proposed.stamp.occurred.at <= said
    }

    /// What stops it, while nobody has recorded that it was withdrawn. Who has left has left, whatever they said before; a
    /// withdrawn consent and a death stop it in any state.
    pub(in crate::path) fn stop(&self) -> Option<&Stop> {
        use HandoverWithdrawReason::{
            ConditionNoLongerMet, ConsentWithdrawn, Died, Other, OutOfSight, PersonChangedMind,
        };
        let holds = |stop: &&Stop| match stop.reason {
            ConsentWithdrawn | Died => true,
            PersonChangedMind | ConditionNoLongerMet | OutOfSight | Other => self.departed.is_none(),
        };
        self.stopped.as_ref().filter(|_| self.end.is_none()).filter(holds)
    }

    /// The "no" after which it must not have gone on, and did: they left, and it was told too late.
    pub(in crate::path) fn went_on_against(&self) -> Option<&Arc<Stamp>> {
        let no = |stop: &&Stop| stop.reason == HandoverWithdrawReason::PersonChangedMind;
        let stopped = self.stopped.as_ref().filter(|_| self.end.is_none() && self.departed.is_some());
        stopped.filter(no).map(|stop| &stop.stamp)
    }

    /// What told last how it goes, if they are homeless there, or left again.
    pub(in crate::path) fn failed(&self) -> Option<&Arc<Stamp>> {
        let last = self.follow_ups.last().filter(|_| !self.followed_by_another)?;
        match last.outcome.get()? {
            FollowUpOutcome::HomelessAgain | FollowUpOutcome::LeftAgain => Some(&last.stamp),
            FollowUpOutcome::Housed | FollowUpOutcome::InCare | FollowUpOutcome::NotReached => None,
        }
    }

    /// When the person should be there.
    pub(in crate::path) fn arrival_expected(&self, deadlines: &Deadlines) -> Option<DateTime> {
        let departed = self.departed.as_ref()?;
        Some(
            departed.expected_arrival.unwrap_or_else(|| days_after(departed.stamp.occurred.at, deadlines.arrival_days)),
        )
    }

    /// Whether it is addressed to somebody abroad.
    pub(in crate::path) fn is_for(&self, abroad: Abroad<'_>) -> bool {
        abroad.is_named(self.proposed.country, self.proposed.receiving.as_ref())
    }

    /// How far it has come for those abroad.
    pub(super) fn stands_abroad(&self) -> Stands {
        match self.state() {
            HandoverState::Proposed
            | HandoverState::Acknowledged
            | HandoverState::Accepted
            | HandoverState::Departed => Stands::Open,
            HandoverState::Arrived if !self.followed_by_another => {
                let told = self.changed().recorded_at;
                self.back.as_ref().map_or(Stands::Arrived(told), |back| Stands::Over(back.recorded_at))
            }
            HandoverState::Arrived | HandoverState::Declined | HandoverState::Withdrawn => {
                Stands::Over(self.changed().recorded_at)
            }
        }
    }

    pub(super) fn question(&self, id: QuestionId) -> Option<&Question> {
        self.questions.iter().find(|question| question.asked.question_id == id)
    }
}

/// A handover with what it rests on, for those to whom it is addressed.
#[derive(Clone, Copy)]
pub(crate) struct Addressed<'a> {
    pub(crate) handover: &'a Handover,
    pub(super) address: Address<'a>,
}

impl<'a> Addressed<'a> {
    /// To whom it is addressed, and what of the person its consent lets them see.
    pub(crate) fn address(self) -> Address<'a> {
        self.address
    }

    /// The facts of one of its steps.
    pub(crate) fn step<E>(self, step: &'a Noted<E>) -> Facts<'a, E> {
        step.addressed(self.address)
    }

    /// That a sealed document travels with it: told to those who see or pass on such a document. Without one nothing is
    /// told, and nobody counts as having seen anything of the person's health.
    pub(crate) fn has_document(self) -> Fact<'a, bool> {
        let origin = Origin::derived().addressed(self.address);
        Fact::new(HAS_DOCUMENT, origin, self.handover.document.is_some().then_some(true))
    }

    /// What can be told of it as a whole.
    pub(crate) fn facts(self) -> Facts<'a, Handover> {
        Origin::derived().addressed(self.address).of(self.handover)
    }
}

/// Where the policy finds that a document travels with a handover.
pub(crate) const HAS_DOCUMENT: Label = Label {
    name: "has_document",
    category: Category::Medical,
    depth: Depth::Minimal,
    sealed: Some(DataClass::Medical),
};

derived_facts! { Handover as it, "handover" {
    state: is HandoverState = "state" in Return, Minimal: clear(it.state());
    changed_at: is DateTime = "changed_at" in Return, Minimal: clear(it.changed().occurred.at);
    here_again_at: is DateTime = "here_again_at" in Presence, Minimal: maybe(it.back().map(|back| back.occurred.at));
}}
