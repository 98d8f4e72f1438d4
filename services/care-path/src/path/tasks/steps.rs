//! The next step after something came to nothing: a refusal, a dropout, an exception that was denied, overtaken or runs
//! out. Each is asked of the sender and of the coordinator, with what the reason suggests, until somebody
//! goes on: by what takes its place, or by a note that says why nothing does.

use std::sync::Arc;

use super::{Addressee, TaskList, Waiting, recorded};
use crate::codes::{DeclineReason, DropoutReason, NextStep, TaskKind, TurnAwayReason};
use crate::event::EventKind;
use crate::ids::OrgId;
use crate::path::Stamp;
use crate::path::exception::{ExceptionRequest, RequestEnd};
use crate::path::referral::{Answer, Referral};
use crate::policy::Depth;
use crate::time::{DateTime, hours_after};

pub(super) fn add(list: &mut TaskList<'_>) {
    referrals(list);
    referred_to_closed(list);
    turned_away(list);
    exceptions(list);
}

/// Somebody was refused at the door. Done when they have a bed or were referred since, or when the coordinator wrote a note.
fn turned_away(list: &mut TaskList<'_>) {
    let path = list.path;
    let Some(refused) = path.turn_aways.last() else { return };
    let cause = &refused.stamp;
    let later = |stamp: &Stamp| recorded(stamp) > recorded(cause);
    let went_on = path.referrals.iter().any(|referral| later(&referral.made.stamp))
        || path.stays.iter().any(|stay| later(&stay.assigned.stamp));
    if !went_on && !list.is_coordinated_since(cause) {
        let due = list.hours_since(cause, |terms| terms.street_doctor_hours);
        let waiting = Waiting::new(TaskKind::NextStep, cause, EventKind::TurnedAway, due);
        let suggests = Some((after_turn_away(refused.reason), Depth::Minimal));
        list.ask(list.coordinator(), &Waiting { suggests, ..waiting });
    }
}

/// An organisation that takes part no more answers no referral and gives no care: whoever asked it asks another one. Done by
/// another referral, or a bed, or by a note since.
fn referred_to_closed(list: &mut TaskList<'_>) {
    for referral in list.path.referrals.iter().filter(|referral| referral.is_open()) {
        let Some(closed) = list.closed_since(&referral.made.to) else { continue };
        let cause = referral.changed();
        let since = closed.max(cause.recorded_at);
        let told = Stamp { recorded_at: since, ..(**cause).clone() };
        if took_its_place(list, referral, &told) {
            continue;
        }
        let due = hours_after(since, list.deadlines.street_doctor_hours);
        let waiting = Waiting::new(TaskKind::NextStep, cause, list.kind_of(cause), due).about(referral.made.referral.0);
        let suggests = Some((NextStep::OtherProvider, Depth::Minimal));
        ask_sender_and_coordinator(list, &referral.made.from, &told, &Waiting { since, suggests, ..waiting });
    }
}

fn referrals(list: &mut TaskList<'_>) {
    let path = list.path;
    for referral in &path.referrals {
        let (cause, because, suggests) = match &referral.answer {
            Some(Answer::Declined(declined)) => {
                let suggests = Some((after_decline(declined.reason), Depth::Minimal));
                (&declined.stamp, EventKind::ReferralDeclined, suggests)
            }
            Some(Answer::DroppedOut(dropped)) => {
                (&dropped.stamp, EventKind::DroppedOut, Some((after_dropout(dropped.reason), Depth::Full)))
            }
            // It ended with a case that is open again.
            Some(Answer::Lapsed(stamp)) => (stamp, list.kind_of(stamp), None),
            Some(
                Answer::Waitlisted(_)
                | Answer::Accepted(_)
                | Answer::Withdrawn(_)
                | Answer::Started(_)
                | Answer::Ended(_)
                | Answer::Fulfilled(_),
            )
            | None => continue,
        };
        if took_its_place(list, referral, cause) {
            continue;
        }
        let due = list.hours_since(cause, |terms| terms.street_doctor_hours);
        let waiting = Waiting::new(TaskKind::NextStep, cause, because, due).about(referral.made.referral.0);
        let waiting = Waiting { suggests, ..waiting };
        ask_sender_and_coordinator(list, &referral.made.from, cause, &waiting);
    }
}

/// Whether the person was referred again since, or has a bed since where one was asked for.
fn took_its_place(list: &TaskList<'_>, referral: &Referral, cause: &Stamp) -> bool {
    let later = |stamp: &Stamp| recorded(stamp) > recorded(cause);
    let again = list.path.referrals.iter().any(|other| later(&other.made.stamp));
    let slept = referral.asks_for_a_bed() && list.path.stays.iter().any(|stay| later(&stay.assigned.stamp));
    again || slept
}

/// The sender and the coordinator, each until they wrote a note that says how it goes on.
fn ask_sender_and_coordinator(list: &mut TaskList<'_>, sender: &OrgId, cause: &Stamp, waiting: &Waiting<'_>) {
    let noted = list.has_note_since(sender, cause);
    let coordinated = list.is_coordinated_since(cause);
    let involved = list.path.involves(sender, list.at(waiting.due), list.deadlines);
    let asked = Addressee::Organisation(sender.clone());
    let asked = Some(asked).filter(|_| !noted && !coordinated && involved);
    let asked: Vec<_> = asked.into_iter().chain(list.coordinator().filter(|_| !coordinated)).collect();
    list.ask(asked, waiting);
}

fn after_decline(reason: DeclineReason) -> NextStep {
    match reason {
        DeclineReason::Uninsured => NextStep::UninsuredScheme,
        DeclineReason::Language => NextStep::ProviderOrInterpreter,
        DeclineReason::HousingProspectRequired => NextStep::StreetDoctor,
        DeclineReason::NoEntitlement | DeclineReason::NoRegionLink => NextStep::RightsAssessment,
        DeclineReason::PlaceScarcity | DeclineReason::NotSuitable | DeclineReason::Other => NextStep::OtherProvider,
    }
}

fn after_turn_away(reason: TurnAwayReason) -> NextStep {
    match reason {
        TurnAwayReason::NoInsurance => NextStep::UninsuredScheme,
        TurnAwayReason::Language => NextStep::ProviderOrInterpreter,
        TurnAwayReason::NoEntitlement | TurnAwayReason::NoRegionLink => NextStep::RightsAssessment,
        TurnAwayReason::Full => NextStep::OtherProvider,
        TurnAwayReason::Behaviour | TurnAwayReason::Other => NextStep::Talk,
    }
}

fn after_dropout(reason: DropoutReason) -> NextStep {
    match reason {
        DropoutReason::ProviderUnwillingUninsured | DropoutReason::UninsuredSchemeUnknownOrComplex => {
            NextStep::UninsuredScheme
        }
        DropoutReason::Language | DropoutReason::CulturalMismatch => NextStep::ProviderOrInterpreter,
        DropoutReason::HousingProspectRequired => NextStep::StreetDoctor,
        DropoutReason::PlaceScarcity | DropoutReason::WaitingTime | DropoutReason::NoFollowUpPath => {
            NextStep::OtherProvider
        }
        DropoutReason::Distrust | DropoutReason::FearOfReturn => NextStep::ClientSupporter,
        DropoutReason::OutOfSight => NextStep::LookForPerson,
        DropoutReason::MustEarnIncome | DropoutReason::LeftCountry | DropoutReason::Died | DropoutReason::Other => {
            NextStep::Talk
        }
    }
}

fn exceptions(list: &mut TaskList<'_>) {
    let path = list.path;
    for request in &path.exceptions {
        let asker = &request.requested.stamp.by.organisation;
        let subject = request.requested.exception.0;
        let asked_again =
            |cause: &Stamp| path.exceptions.iter().any(|other| recorded(&other.requested.stamp) > recorded(cause));
        let (cause, waiting) = match &request.end {
            Some(RequestEnd::Denied(denied)) if !asked_again(&denied.stamp) => {
                let due = list.hours_since(&denied.stamp, |terms| terms.street_doctor_hours);
                (&denied.stamp, vec![step(&denied.stamp, EventKind::ExceptionDenied, due, 0)])
            }
            // While nobody knows where the person is there is nothing to ask for. It is asked about since they are back.
            Some(RequestEnd::Overtaken(overtaken)) if !path.is_out_of_sight() && !asked_again(&overtaken.stamp) => {
                let back = path.lost.episodes.iter().filter_map(|episode| episode.ended.as_ref()).next_back();
                let overtaken_at = overtaken.stamp.recorded_at;
                let since = back.map_or(overtaken_at, |back| back.recorded_at.max(overtaken_at));
                let due = hours_after(since, list.deadlines.street_doctor_hours);
                let waiting = Waiting { since, ..step(&overtaken.stamp, EventKind::ExceptionOvertaken, due, 0) };
                (&overtaken.stamp, vec![waiting])
            }
            Some(RequestEnd::Granted(granted)) => (&granted.stamp, ending(list, request, &granted.stamp)),
            Some(RequestEnd::Lapsed(ended)) if !path.is_out_of_sight() && !asked_again(ended) => {
                let due = list.hours_since(ended, |terms| terms.street_doctor_hours);
                (ended, vec![step(ended, list.kind_of(ended), due, 0)])
            }
            Some(RequestEnd::Denied(_) | RequestEnd::Overtaken(_) | RequestEnd::Lapsed(_)) | None => continue,
        };
        for waiting in waiting {
            let asked_since = Stamp { recorded_at: waiting.since, ..(**cause).clone() };
            ask_sender_and_coordinator(list, asker, &asked_since, &waiting.about(subject));
        }
    }
}

/// Once before an exception runs out, and once at its end, as long as the bed that it was for is theirs and no other
/// exception goes on.
fn ending<'a>(list: &TaskList<'_>, request: &ExceptionRequest, granted: &'a Arc<Stamp>) -> Vec<Waiting<'a>> {
    let given_up = request.requested.bed.is_some_and(|bed| list.path.stay(bed).is_none_or(|stay| !stay.is_open()));
    let goes_on = || list.path.exceptions.iter().any(|other| request.is_outlasted_by(other));
    let asked = request.asked_about();
    let Some(ends) = asked.last().copied().filter(|_| !given_up && !goes_on()) else { return Vec::new() };
    let asked = (0..).zip(asked).filter(|(_, since)| list.at(ends) >= *since);
    asked.map(|(round, since)| Waiting { since, ..step(granted, EventKind::ExceptionGranted, ends, round) }).collect()
}

fn step(cause: &Arc<Stamp>, because: EventKind, due: DateTime, round: u32) -> Waiting<'_> {
    Waiting { round, ..Waiting::new(TaskKind::NextStepAfterException, cause, because, due) }
}

#[cfg(test)]
#[path = "steps_tests.rs"]
mod tests;
