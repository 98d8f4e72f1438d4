//! The return: options presented honestly, conditions evidenced for a country, consent, and the handover to the country of
//! origin.
//!
//! It is voluntary or it is not at all. A handover needs all six conditions for its country, consent for that recipient,
//! and the person's own wish. A withdrawn consent stops it in any state, and a "no" in any state before the departure. That
//! follows from the path itself, so that it holds on whichever of a linked person's streams it was said: what is recorded of
//! it comes after.

use std::fmt;
use std::sync::Arc;

use super::tasks::recorded;
use super::{CarePath, Noted, Stamp};
use crate::codes::{Code, HandoverState, HandoverWithdrawReason, ReturnCondition, ReturnWish};
use crate::command::refusals;
use crate::ids::{ConsentId, HandoverId};
use crate::policy::{Address, Stands};
use crate::time::DateTime;

mod decide;
mod events;
mod handover;
mod preparation;
#[cfg(test)]
mod tests;

pub use decide::{
    AcceptHandover, AcknowledgeHandover, AnswerHandoverQuestion, AskHandoverQuestion, AttachHandoverDocument,
    ConfirmArrival, DeclineHandover, EvidenceReturnCondition, GiveConsent, PresentReturnOptions, ProposeHandover,
    RecordDeparture, RecordFollowUp, RefuseReturn, StopHandover, WithdrawConsent, WithdrawHandover,
};
pub use events::{
    ArrivalConfirmed, ConsentGiven, ConsentWithdrawn, Departed, FollowUpRecorded, HandoverAccepted,
    HandoverAcknowledged, HandoverDeclined, HandoverDocumentAttached, HandoverProposed, HandoverQuestionAnswered,
    HandoverQuestionAsked, HandoverWithdrawn, Recipient, RepatriationEvent, ReturnConditionEvidenced,
    ReturnOptionsPresented, ReturnRefused,
};
pub(in crate::path) use handover::Stop;
pub(crate) use handover::{Addressed, HAS_DOCUMENT, HandoverEnd};
pub use handover::{Handover, Question};
pub(crate) use preparation::{MISSING_CONDITIONS, PREPARED_FOR};

/// A consent and whether it still holds.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Consent {
    pub(crate) given: Noted<ConsentGiven>,
    pub(crate) withdrawn: Option<Noted<ConsentWithdrawn>>,
}

/// What the person said last of going back, and until when they may have said it. What was erased is no yes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct LastWord {
    said: DateTime,
    wish: Option<ReturnWish>,
}

/// How far a return is prepared, agreed and done.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct RepatriationState {
    pub(crate) presented: Vec<Noted<ReturnOptionsPresented>>,
    pub(crate) refused: Vec<Noted<ReturnRefused>>,
    last_word: Option<LastWord>,
    pub(crate) conditions: Vec<Noted<ReturnConditionEvidenced>>,
    pub(crate) consents: Vec<Consent>,
    pub(crate) handovers: Vec<Handover>,
}

impl RepatriationState {
    pub(crate) fn handover(&self, id: HandoverId) -> Option<&Handover> {
        self.handovers.iter().find(|handover| handover.proposed.handover == id)
    }

    /// The handovers with what they rest on.
    pub(crate) fn addressed(&self) -> impl Iterator<Item = Addressed<'_>> {
        self.handovers.iter().map(|handover| Addressed { handover, address: self.address(handover) })
    }

    /// To whom a handover is addressed, and what of the person its consent lets them see while it stands for them.
    pub(crate) fn address<'a>(&'a self, handover: &'a Handover) -> Address<'a> {
        let (country, receiving) = (handover.proposed.country, handover.proposed.receiving.as_ref());
        let consented = self.standing_consent(handover).map(|consent| consent.given.data_classes.as_slice());
        let stands = match handover.stands_abroad() {
            // After the arrival a withdrawn consent stops nothing, and those who took the person over see them no longer.
            Stands::Arrived(told) => self.withdrawn_since(handover).map_or(Stands::Arrived(told), Stands::Over),
            stands @ (Stands::Open | Stands::Over(_)) => stands,
        };
        Address::Handover { country, receiving, stands, consented }
    }

    /// The person's last word on going back; `None` where there is none, or it was erased.
    ///
    /// A "no" of which it is not known exactly when it was said counts as said as late as it may have been.
    pub(crate) fn wish(&self) -> Option<ReturnWish> {
        self.last_word.and_then(|last| last.wish)
    }

    /// Whether the person's last word is that they want to return, and was said by that time, and not for a return that is behind
    /// them.
    fn wanted_at(&self, time: DateTime) -> bool {
        let since = self.last_return();
        let counts = |last: LastWord| last.said <= time && since.is_none_or(|since| last.said >= since);
        self.last_word.is_some_and(|last| last.wish == Some(ReturnWish::WantsToReturn) && counts(last))
    }

    /// When the last return was behind the person: what was said, arranged and consented to for it counts for no other one.
    pub(in crate::path) fn last_return(&self) -> Option<DateTime> {
        self.handovers.iter().filter_map(Handover::is_behind_since).max()
    }

    /// The consent that a handover rests on, while it holds.
    fn standing_consent(&self, handover: &Handover) -> Option<&Consent> {
        let of_handover = |consent: &&Consent| consent.given.consent == handover.proposed.consent;
        self.consents.iter().find(of_handover).filter(|consent| consent.withdrawn.is_none())
    }

    /// When it was told that the consent was withdrawn that a handover rests on.
    fn withdrawn_since(&self, handover: &Handover) -> Option<DateTime> {
        let of_handover = |consent: &&Consent| consent.given.consent == handover.proposed.consent;
        let withdrawn = self.consents.iter().find(of_handover)?.withdrawn.as_ref()?;
        Some(withdrawn.stamp.recorded_at)
    }

    /// The handover after whose arrival a consent was withdrawn: those who took the person over are told.
    pub(in crate::path) fn arrived_on(&self, consent: ConsentId) -> Option<&Handover> {
        let mut arrived = self.handovers.iter().filter(|handover| handover.state() == HandoverState::Arrived);
        arrived.find(|handover| handover.proposed.consent == consent)
    }

    /// Whether the consent that a handover rests on still holds.
    pub(crate) fn consent_holds(&self, handover: &Handover) -> bool {
        self.standing_consent(handover).is_some()
    }

    /// The handovers that nobody has recorded as withdrawn and that stopped: by the person's word, or as the consent that
    /// they rest on is not there any more. It was retracted, or lies on the stream of somebody who is another person after
    /// all.
    pub(in crate::path) fn stopped(&self) -> impl Iterator<Item = (&Handover, Stop)> {
        self.handovers.iter().filter_map(|handover| {
            let lost = || {
                let (stamp, reason) = (handover.proposed.stamp.clone(), HandoverWithdrawReason::ConsentWithdrawn);
                (handover.is_open() && !self.consent_holds(handover)).then_some(Stop { stamp, reason })
            };
            Some((handover, handover.stop().cloned().or_else(lost)?))
        })
    }

    /// Whether a handover goes on.
    fn is_any_open(&self) -> bool {
        self.handovers.iter().any(|handover| handover.is_open() && self.consent_holds(handover))
    }

    /// The person said what they want: a "no" stops what goes on, for as long as they have not left.
    fn hear(&mut self, stamp: &Arc<Stamp>, wish: Option<ReturnWish>) {
        let no = wish == Some(ReturnWish::DoesNotWantToReturn);
        let said = if no { stamp.occurred.latest() } else { stamp.occurred.at };
        if self.last_word.is_none_or(|last| last.said <= said) {
            self.last_word = Some(LastWord { said, wish });
        }
        if no {
            for handover in self.handovers.iter_mut().filter(|handover| handover.is_stopped_by_no(said)) {
                handover.stop_by(stamp, HandoverWithdrawReason::PersonChangedMind);
            }
        }
    }

    /// The first "no" of somebody on the way, as long as no is their last word: the journey does not stop by it, and somebody must
    /// speak with them.
    pub(in crate::path) fn refused_on_the_way(&self, handover: &Handover) -> Option<&Arc<Stamp>> {
        let departed = handover.departed.as_ref().filter(|_| handover.state() == HandoverState::Departed)?;
        if self.wish() != Some(ReturnWish::DoesNotWantToReturn) {
            return None;
        }
        let of = |wish: ReturnWish| {
            let talks = self.presented.iter().filter(move |talk| talk.wish.get() == Some(&wish));
            talks.map(|talk| &talk.stamp)
        };
        let yes = of(ReturnWish::WantsToReturn).map(|said| said.occurred.at).max();
        let since = yes.max(Some(departed.stamp.occurred.at));
        let noes = self.refused.iter().map(|refused| &refused.stamp).chain(of(ReturnWish::DoesNotWantToReturn));
        let noes = noes.filter(|said| Some(said.occurred.latest()) >= since);
        noes.min_by_key(|said| (said.occurred.at, recorded(said)))
    }

    /// The person died, or the case was closed: nothing goes on, but for a journey from which they may yet arrive.
    pub(in crate::path) fn end_with(
        &mut self,
        stamp: &Arc<Stamp>,
        reason: HandoverWithdrawReason,
        concerns: impl Fn(&Stamp) -> bool,
    ) {
        let open = |handover: &&mut Handover| handover.is_open() && concerns(&handover.proposed.stamp);
        for handover in self.handovers.iter_mut().filter(open) {
            handover.stop_by(stamp, reason);
        }
    }

    fn withdraw(&mut self, stamp: &Arc<Stamp>, withdrawn: &ConsentWithdrawn) {
        let named = self.consents.iter().find(|each| each.given.consent == withdrawn.consent);
        let Some(to) = named.map(|each| (each.given.purpose, each.given.recipient.clone())) else { return };
        // Whoever takes back what they allowed somebody does not think of how often they allowed it.
        let is_for = |each: &Consent| (each.given.purpose, &each.given.recipient) == (to.0, &to.1);
        let mut over = Vec::new();
        for consent in self.consents.iter_mut().filter(|each| each.withdrawn.is_none() && is_for(each)) {
            consent.withdrawn = Some(Noted::new(stamp, withdrawn));
            over.push(consent.given.consent);
        }
        let rests_on_it = |handover: &&mut Handover| over.contains(&handover.proposed.consent);
        for handover in self.handovers.iter_mut().filter(rests_on_it).filter(|handover| handover.is_open()) {
            handover.stop_by(stamp, HandoverWithdrawReason::ConsentWithdrawn);
        }
    }

    /// Something shows that the person is here.
    pub(in crate::path) fn come_back(&mut self, stamp: &Arc<Stamp>) {
        for handover in &mut self.handovers {
            handover.come_back(stamp);
        }
    }

    fn propose(&mut self, stamp: &Arc<Stamp>, proposed: &HandoverProposed) {
        for earlier in self.handovers.iter_mut().filter(|earlier| earlier.arrived.is_some()) {
            earlier.followed_by_another = true;
        }
        let mut handover = Handover::new(stamp, proposed);
        if self.wish() == Some(ReturnWish::DoesNotWantToReturn) {
            handover.stop_by(stamp, HandoverWithdrawReason::PersonChangedMind);
        }
        self.handovers.push(handover);
    }

    fn step(&mut self, id: HandoverId, take: impl FnOnce(&mut Handover)) {
        if let Some(handover) = self.handovers.iter_mut().find(|handover| handover.proposed.handover == id) {
            take(handover);
        }
    }
}

pub(super) fn evolve(path: &mut CarePath, stamp: &Arc<Stamp>, event: &RepatriationEvent) {
    let state = &mut path.repatriation;
    match event {
        RepatriationEvent::ReturnOptionsPresented(presented) => {
            state.presented.push(Noted::new(stamp, presented));
            state.hear(stamp, presented.wish.get().copied());
        }
        RepatriationEvent::ReturnRefused(refused) => {
            state.refused.push(Noted::new(stamp, refused));
            state.hear(stamp, Some(ReturnWish::DoesNotWantToReturn));
        }
        RepatriationEvent::ReturnConditionEvidenced(condition) => state.conditions.push(Noted::new(stamp, condition)),
        RepatriationEvent::ConsentGiven(given) => {
            state.consents.push(Consent { given: Noted::new(stamp, given), withdrawn: None });
        }
        RepatriationEvent::ConsentWithdrawn(withdrawn) => state.withdraw(stamp, withdrawn),
        RepatriationEvent::HandoverProposed(proposed) => state.propose(stamp, proposed),
        RepatriationEvent::HandoverAcknowledged(event) => {
            state.step(event.handover, |handover| handover.acknowledged = Some(Noted::new(stamp, event)));
        }
        RepatriationEvent::HandoverAccepted(event) => {
            state.step(event.handover, |handover| handover.accepted = Some(Noted::new(stamp, event)));
        }
        RepatriationEvent::HandoverDeclined(event) => {
            let end = HandoverEnd::Declined(Noted::new(stamp, event));
            state.step(event.handover, |handover| handover.end = Some(end));
        }
        RepatriationEvent::HandoverDocumentAttached(event) => {
            state.step(event.handover, |handover| handover.document = Some(Noted::new(stamp, event)));
        }
        RepatriationEvent::HandoverQuestionAsked(event) => {
            let question = Question { asked: Noted::new(stamp, event), answered: None };
            state.step(event.handover, |handover| handover.questions.push(question));
        }
        RepatriationEvent::HandoverQuestionAnswered(event) => {
            state.step(event.handover, |handover| handover.answer(stamp, event));
        }
        RepatriationEvent::Departed(event) => {
            state.step(event.handover, |handover| handover.departed = Some(Noted::new(stamp, event)));
        }
        RepatriationEvent::ArrivalConfirmed(event) => {
            state.step(event.handover, |handover| handover.arrive(Noted::new(stamp, event)));
            path.lost.back_in_sight(stamp);
        }
        RepatriationEvent::FollowUpRecorded(event) => {
            state.step(event.handover, |handover| handover.follow_ups.push(Noted::new(stamp, event)));
        }
        RepatriationEvent::HandoverWithdrawn(event) => {
            let end = HandoverEnd::Withdrawn(Noted::new(stamp, event));
            state.step(event.handover, |handover| handover.end = Some(end));
        }
    }
}

refusals! {
    /// Why a return does not go on.
    ReturnRefusal {
        ConditionAlwaysApplies = "condition_always_applies": "this condition always applies",
        ConditionNeedsClinician = "condition_needs_clinician":
            "what this condition arranges is needed, as somebody recorded: only a care provider can say otherwise",
        NothingConsented = "consent_without_data_class": "a consent names at least one data class",
        ConsentNotUnderstood = "consent_not_understood":
            "the person is not known to understand this language: ask in another one, or with an interpreter",
        UnknownConsent = "consent_unknown": "there is no such consent on this path",
        ConsentAlreadyWithdrawn = "consent_already_withdrawn": "the consent was withdrawn already",
        ConditionsMissing(MissingConditions) = "return_conditions_missing":
            "return conditions are not evidenced for this country: {0}",
        NoConsent = "consent_missing":
            "there is no consent to repatriation for this country that covers identity and return",
        NotVoluntary = "return_not_voluntary":
            "a return is voluntary: the person's last word is not that they want to return",
        GuardianMissing = "guardian_missing": "the person is under age: the handover must name who has custody",
        ChildProtectionMissing = "child_protection_missing":
            "the person is under age: the authority of child protection must be involved, by a referral or an intake",
        AlreadyOpen = "handover_already_open": "another handover of this person is open: withdraw it first",
        UnknownHandover = "handover_unknown": "there is no such handover on this path",
        ConsentWithdrawn = "consent_withdrawn": "the consent that this handover rests on was withdrawn",
        OutOfOrder = "handover_out_of_order": "the handover is in a state in which this cannot happen",
        UnknownQuestion = "question_unknown": "there is no such question within this handover",
        QuestionAlreadyAnswered = "question_already_answered": "the question was answered already",
        FollowUpAlreadyRecorded = "follow_up_already_recorded": "this follow-up was recorded already",
    }
}

/// Conditions of a return that are not met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingConditions(pub Vec<ReturnCondition>);

impl fmt::Display for MissingConditions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let codes: Vec<_> = self.0.iter().map(|condition| condition.code()).collect();
        f.write_str(&codes.join(", "))
    }
}
