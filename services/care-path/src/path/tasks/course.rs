//! What waits on the course of a case: rights, referrals, people who are lost, exceptions, and the weekly review.

use chrono::NaiveTime;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Addressee, AskedAt, TaskList, Waiting, recorded};
use crate::actor::Author;
use crate::codes::{CareAlertOutcome, ExceptionState, OrgKind, ReferralState, Role, TaskKind};
use crate::directory::Directory;
use crate::event::EventKind;
use crate::ids::{OrgId, SubjectId};
use crate::path::case::DeathRecorded;
use crate::path::referral::{Answer, Referral};
use crate::path::{Noted, Stamp};
use crate::time::{DateTime, days_after, hours_after, minutes_after, working_days_after};

pub(super) fn add(list: &mut TaskList<'_>) {
    language(list);
    rights(list);
    uninsured_report(list);
    referrals(list);
    find_person(list);
    lookouts(list);
    care_alerts(list);
    sightings(list);
    came_after_all(list);
    trace_no_show(list);
    stays_that_ran_out(list);
    exceptions(list);
    reopened(list);
    weekly_review(list);
}

/// Somebody was expected and did not come: those whose bed it is look into it at once, and for somebody at risk the
/// coordinator does as well. Done when the person is heard of, counts as out of sight, has another bed or gave this one up,
/// or when a note says what is known.
fn trace_no_show(list: &mut TaskList<'_>) {
    let path = list.path;
    for stay in path.open_stays() {
        let Some(missed) = stay.no_shows.last() else { continue };
        let cause = &missed.stamp;
        let risk = path.risk(cause.occurred.at, list.deadlines);
        let due = minutes_after(cause.recorded_at, list.deadlines.no_show_grace(&risk));
        let heard = path.was_heard_of_after(cause);
        let found = || list.was_found_since(cause);
        let noted = |by: &OrgId| list.has_note_since(by, cause);
        // That somebody looks for them later makes no difference to what was not done in time.
        let in_time = |began: &Stamp| list.as_of != AskedAt::WhenDue || began.occurred.at <= due;
        let looked_for = path.lost.open_episode().is_some_and(|episode| in_time(&episode.began));
        if looked_for || heard || found() || list.is_coordinated_since(cause) {
            continue;
        }
        let shelter = &stay.assigned.organisation;
        let asked = Some(Addressee::Organisation(shelter.clone())).filter(|_| !noted(shelter));
        let coordinator = list.coordinator().filter(|_| path.is_vulnerable(due));
        let waiting = Waiting::new(TaskKind::TraceNoShow, cause, EventKind::NoShowRecorded, due);
        list.ask(asked.into_iter().chain(coordinator), &waiting.about(stay.assigned.bed.0));
    }
}

/// The end of a stay has come, and the bed is still theirs: those whose bed it is say what now. Nobody waits for the person there
/// any more, so it must not stay so. Done when the bed is given up, when an exception lets them keep it, or by a note. At the
/// end of an exception that is asked already.
fn stays_that_ran_out(list: &mut TaskList<'_>) {
    let path = list.path;
    for stay in path.open_stays() {
        let Some(until) = stay.assigned.until.filter(|until| path.stays_until(stay) == Some(*until)) else { continue };
        let (cause, whose) = (&stay.assigned.stamp, &stay.assigned.organisation);
        let since = until.max(cause.recorded_at);
        let due = hours_after(since, list.deadlines.street_doctor_hours);
        let ended = Stamp { recorded_at: since, ..(**cause).clone() };
        if list.at(due) < since || path.awaits_decision(stay.assigned.bed) || list.has_note_since(whose, &ended) {
            continue;
        }
        let waiting = Waiting { since, ..Waiting::new(TaskKind::ReviewStay, cause, EventKind::BedAssigned, due) };
        list.ask([Addressee::Organisation(whose.clone())], &waiting.about(stay.assigned.bed.0));
    }
}

/// A closed case was opened again because the person is back. Done when the coordinator wrote a note since.
fn reopened(list: &mut TaskList<'_>) {
    let Some(cause) = &list.path.case.reopened else { return };
    if !list.is_coordinated_since(cause) {
        let due = list.hours_since(cause, |terms| terms.street_doctor_hours);
        list.ask(list.coordinator(), &Waiting::new(TaskKind::ReviewReopened, cause, EventKind::CaseReopened, due));
    }
}

/// The person died: the coordinator closes the case when all who knew them know of it, or finds out who was met since.
pub(super) fn death(list: &mut TaskList<'_>) {
    let Some(died) = &list.path.case.died else { return };
    let asked = list.tasks.len();
    sign_of_life(list, died);
    if list.tasks.len() == asked && !list.path.is_closed() {
        let due = list.days_since(&died.stamp, |terms| terms.review_days);
        let waiting = Waiting::new(TaskKind::CloseAfterDeath, &died.stamp, EventKind::DeathRecorded, due);
        list.ask(list.coordinator(), &waiting);
    }
}

/// Somebody met a person whose death was recorded: the coordinator finds out which of the two is wrong.
fn sign_of_life(list: &mut TaskList<'_>, died: &Noted<DeathRecorded>) {
    let path = list.path;
    // Whoever told it later says that it was after the death, unless it surely was before; what was told before is a sign of
    // life if it surely was after. Of a death that is known to the day, nothing on that day is: they may have died after it.
    let (from, until) = died.when();
    let after = |stamp: &Arc<Stamp>| {
        let told_later = recorded(stamp) > recorded(&died.stamp);
        match died.died_on {
            Some(_) => stamp.occurred.at >= until,
            None => stamp.occurred.at > until || (told_later && stamp.occurred.latest() >= from),
        }
    };
    let beds = path.stays.iter().map(|stay| &stay.assigned.stamp);
    let met = path.case.last_contact.iter().chain(path.lost.last_seen.iter().map(|seen| &seen.stamp)).chain(beds);
    let Some(cause) = met.filter(|stamp| after(stamp)).max_by_key(|stamp| recorded(stamp)) else { return };
    // The two stand against each other since the later of them was told.
    let told = if recorded(cause) > recorded(&died.stamp) { cause } else { &died.stamp };
    if !list.is_coordinated_since(told) {
        let (since, due) = (told.recorded_at, list.hours_since(told, |terms| terms.exception_decision_hours));
        let waiting = Waiting::new(TaskKind::ReviewSignOfLife, cause, EventKind::DeathRecorded, due);
        list.ask(list.coordinator(), &Waiting { since, ..waiting });
    }
}

/// After an intake nobody knows yet which language to speak with the person: whoever took them in finds out, for nothing
/// can be asked or explained before.
fn language(list: &mut TaskList<'_>) {
    let path = list.path;
    let Some(intake) = path.intakes.first() else { return };
    if path.speaks().is_none() {
        let due = list.days_since(&intake.stamp, |terms| terms.review_days);
        let whom = list.involved(&intake.stamp.by.organisation, &intake.stamp, due);
        let waiting = Waiting::new(TaskKind::EstablishLanguage, &intake.stamp, EventKind::IntakeCompleted, due);
        list.ask(whom, &waiting);
    }
}

/// Nobody has gone through the checklist since the first intake, or since the IND decided, which is to be followed; or the last
/// time asks for a decision of the IND.
fn rights(list: &mut TaskList<'_>) {
    let path = list.path;
    if let Some(intake) = path.intakes.first()
        && path.latest_assessment().is_none()
    {
        let due = list.days_since(&intake.stamp, |terms| terms.review_days);
        let kind = TaskKind::RightsAssessment;
        list.ask(list.assessor(), &Waiting::new(kind, &intake.stamp, EventKind::IntakeCompleted, due));
    }
    if let Some(decided) = path.rights.ind_decisions.last().map(|decision| &decision.stamp)
        && path.latest_assessment().is_some()
        && path.rights.assessments.iter().all(|assessed| recorded(&assessed.stamp) < recorded(decided))
    {
        let due = list.days_since(decided, |terms| terms.review_days);
        let kind = TaskKind::RightsAssessment;
        list.ask(list.assessor(), &Waiting::new(kind, decided, EventKind::IndDecisionRecorded, due));
    }
    if let Some(cause) = path.ind_decision_awaited_since() {
        let due = list.days_since(cause, |terms| terms.review_days);
        list.ask(list.coordinator(), &Waiting::new(TaskKind::IndDecision, cause, EventKind::RightsAssessed, due));
    }
}

fn gives_care(organisation: &OrgId, directory: &Directory) -> bool {
    directory.find(organisation).is_some_and(|found| match found.kind {
        OrgKind::Ggd
        | OrgKind::MedicalShelter
        | OrgKind::MedicalPost
        | OrgKind::Hospital
        | OrgKind::MentalHealth
        | OrgKind::AddictionCare => true,
        OrgKind::EuMigrantNgo
        | OrgKind::OutreachTeam
        | OrgKind::CityHomelessTeam
        | OrgKind::DayShelter
        | OrgKind::DropIn
        | OrgKind::NightShelter
        | OrgKind::Shelter24h
        | OrgKind::WinterShelter
        | OrgKind::Probation
        | OrgKind::SupportedLiving
        | OrgKind::ClientSupport
        | OrgKind::Municipality
        | OrgKind::MunicipalEnforcement
        | OrgKind::Police
        | OrgKind::Embassy
        | OrgKind::ForeignCareProvider
        | OrgKind::ChildProtection
        | OrgKind::WomensShelter
        | OrgKind::Statistics => false,
    })
}

/// The person is known to be uninsured: whoever of those involved gives care reports it, and the coordinator sees to it.
fn uninsured_report(list: &mut TaskList<'_>) {
    let path = list.path;
    let Some(cause) = path.uninsured_since() else { return };
    let due = list.days_since(cause, |terms| terms.uninsured_report_days);
    let carers: BTreeSet<_> =
        path.concerned_organisations().filter(|organisation| gives_care(organisation, list.directory)).collect();
    let (at, deadlines) = (list.at(due), list.deadlines);
    let carers = carers.into_iter().filter(|carer| path.involves(carer, at, deadlines));
    let carers = carers.cloned().map(Addressee::Organisation);
    let waiting = Waiting::new(TaskKind::UninsuredReport, cause, EventKind::InsuranceRecorded, due);
    list.ask(carers.chain(list.coordinator()), &waiting);
}

/// The organisation that was asked answers; with a waiting list, again by the day that it named. Once it accepted, care
/// begins, within the same term, or the person has a bed there.
fn referrals(list: &mut TaskList<'_>) {
    let (path, days) = (list.path, list.deadlines.referral_answer_working_days);
    let sleeps_there = |referral: &Referral| {
        referral.asks_for_a_bed() && path.open_stays().any(|stay| stay.assigned.organisation == referral.made.to)
    };
    for referral in &path.referrals {
        let (kind, because) = match referral.state() {
            ReferralState::Made => (TaskKind::AnswerReferral, EventKind::ReferralMade),
            ReferralState::Waitlisted => (TaskKind::AnswerReferral, EventKind::ReferralWaitlisted),
            ReferralState::Accepted if !sleeps_there(referral) => (TaskKind::StartCare, EventKind::ReferralAccepted),
            ReferralState::Accepted
            | ReferralState::Started
            | ReferralState::Declined
            | ReferralState::Withdrawn
            | ReferralState::DroppedOut
            | ReferralState::Ended => continue,
        };
        let cause = referral.changed();
        let due = waits_until(referral).unwrap_or_else(|| working_days_after(cause.recorded_at, days));
        let asked = Addressee::Organisation(referral.made.to.clone());
        list.ask([asked], &Waiting::new(kind, cause, because, due).about(referral.made.referral.0));
    }
}

/// Noon in UTC of the day that a waiting list names: in the afternoon, in the Netherlands.
fn waits_until(referral: &Referral) -> Option<DateTime> {
    let Some(Answer::Waitlisted(waitlisted)) = &referral.answer else { return None };
    let day = waitlisted.until?;
    NaiveTime::from_hms_opt(12, 0, 0).map(|noon| day.and_time(noon).and_utc())
}

/// Nobody knows where the person is. The coordinator looks once those who were asked to look out have had their time to
/// answer; at once, when it happens again. So does the coordinator where people look out for somebody who, as was told late,
/// was not lost: the lookout is resolved, or they are lost after all.
fn find_person(list: &mut TaskList<'_>) {
    let path = list.path;
    let Some(episode) = path.lost.open_episode() else {
        let runs = path.lost.lookouts.iter().find(|each| each.runs(list.at(each.issued.stamp.recorded_at)));
        if let Some(cause) = runs.map(|lookout| &lookout.issued.stamp) {
            let due = list.lookout_answered(cause);
            list.ask(list.coordinator(), &Waiting::new(TaskKind::FindPerson, cause, EventKind::LookoutIssued, due));
        }
        return;
    };
    let cause = &episode.began;
    let waiting = if let Some(escalated) = &path.lost.escalated {
        Waiting::new(TaskKind::FindPerson, cause, EventKind::Escalated, escalated.recorded_at)
    } else {
        let due = list.lookout_answered(cause);
        Waiting::new(TaskKind::FindPerson, cause, EventKind::WentOutOfSight, due)
    };
    list.ask(list.coordinator(), &waiting);
}

/// Everybody whom a lookout went to says that they look out, but for those who issued it.
fn lookouts(list: &mut TaskList<'_>) {
    for lookout in &list.path.lost.lookouts {
        let cause = lookout.asked();
        let due = list.lookout_answered(cause);
        let runs = lookout.runs(list.at(due));
        if !runs || list.was_found_since(cause) {
            continue;
        }
        // Who acknowledged it after it was due kept silent until then, also where that is told before this is.
        let as_of = list.as_of;
        let in_time = lookout.heard().filter(|stamp| as_of != AskedAt::WhenDue || stamp.occurred.at <= due);
        let know: BTreeSet<_> = in_time.map(|stamp| &stamp.by.organisation).collect();
        let silent = lookout.issued.recipients.iter().filter(|recipient| !know.contains(recipient));
        let waiting = Waiting::new(TaskKind::AcknowledgeLookout, cause, EventKind::LookoutIssued, due);
        list.ask(silent.cloned().map(Addressee::Organisation), &waiting.about(lookout.issued.lookout.0));
    }
}

/// The police answer a care alert within the time in which others acknowledge a lookout.
fn care_alerts(list: &mut TaskList<'_>) {
    for alert in &list.path.lost.care_alerts {
        let cause = alert.asked();
        let due = list.lookout_answered(cause);
        let runs = !alert.is_answered() && alert.runs(list.at(due));
        if !runs || list.was_found_since(cause) {
            continue;
        }
        let waiting = Waiting::new(TaskKind::AnswerCareAlert, cause, EventKind::CareAlertFiled, due);
        list.ask([Addressee::Organisation(alert.filed.to.clone())], &waiting.about(alert.filed.alert.0));
    }
}

/// Somebody saw a person whom nobody can find, the police too: whoever asked them, and the coordinator, go after it. Done
/// when the person is found, or when a note says what was done. Of each lookout and alert the last is asked about.
fn sightings(list: &mut TaskList<'_>) {
    let path = list.path;
    let Some(episode) = path.lost.open_episode() else { return };
    let lookouts = path.lost.lookouts.iter().map(|lookout| {
        let seen: Vec<_> = lookout.sightings.iter().map(|seen| &seen.stamp).collect();
        (lookout.issued.lookout.0, &lookout.issued.stamp.by, EventKind::SightingReported, seen)
    });
    let alerts = path.lost.care_alerts.iter().map(|alert| {
        let seen = alert.answers.iter().filter(|answer| answer.outcome == CareAlertOutcome::Seen);
        let seen: Vec<_> = seen.map(|answer| &answer.stamp).collect();
        (alert.filed.alert.0, &alert.filed.stamp.by, EventKind::CareAlertAnswered, seen)
    });
    let began = &episode.began;
    let since = |stamp: &Stamp| recorded(stamp) > recorded(began) && stamp.occurred.latest() >= began.occurred.at;
    for (subject, asked_by, because, seen) in lookouts.chain(alerts) {
        let told = seen.into_iter().filter(|stamp| since(stamp));
        let Some(cause) = told.max_by_key(|stamp| recorded(stamp)) else { continue };
        let waiting =
            Waiting::new(TaskKind::ReviewSighting, cause, because, list.lookout_answered(cause)).about(subject);
        // Whoever saw them knows.
        let saw = cause.by.organisation == asked_by.organisation;
        let asked = list.searching(asked_by, cause).filter(|whom| !saw || matches!(whom, Addressee::Coordinator(_)));
        let asked: Vec<_> = asked.collect();
        list.ask(asked, &waiting);
    }
}

impl TaskList<'_> {
    /// The coordinator, and those who asked others to look for the person; each until they wrote a note since a cause.
    fn searching(&self, asked_by: &Author, cause: &Stamp) -> impl Iterator<Item = Addressee> + use<> {
        let by_coordinator = cause.by.role == Role::ProcessCoordinator;
        let coordinator = self.coordinator().filter(|_| !by_coordinator && !self.is_coordinated_since(cause));
        let in_the_case = asked_by.role != Role::ProcessCoordinator && asked_by.role != Role::System;
        let whose = &asked_by.organisation;
        let whoever_asked = (in_the_case && !self.has_note_since(whose, cause)).then(|| whose.clone());
        coordinator.into_iter().chain(whoever_asked.map(Addressee::Organisation))
    }
}

/// It is told late that somebody had come on an evening on which they were missed. The no-show is overtaken, with what Baken said
/// because of it. What people said and asked for since goes on, for they may have looked in the bed: they, and the coordinator,
/// say at once whether it is over. Done when it is, or by a note.
fn came_after_all(list: &mut TaskList<'_>) {
    let path = list.path;
    if path.lost.lookouts.is_empty() && path.lost.care_alerts.is_empty() && !path.is_out_of_sight() {
        return;
    }
    let Some((missed, came)) = path.came_after_all() else { return };
    let due = list.lookout_answered(came);
    let at = list.at(due);
    let lookouts = path.lost.lookouts.iter().filter(|lookout| lookout.runs(at));
    let lookouts = lookouts.map(|lookout| (Some(lookout.issued.lookout.0), &lookout.issued.stamp));
    let alerts = path.lost.care_alerts.iter().filter(|alert| alert.runs(at));
    let alerts = alerts.map(|alert| (Some(alert.filed.alert.0), &alert.filed.stamp));
    let episode = path.lost.open_episode().map(|episode| (None, &episode.began));
    let rests_on_it = |asked: &Stamp| recorded(asked) > recorded(missed) && recorded(asked) < recorded(came);
    let mut searches: Vec<_> = lookouts.chain(alerts).chain(episode).filter(|(_, asked)| rests_on_it(asked)).collect();
    // That they are lost is asked about with how they are looked for, if they are.
    if searches.len() > 1 {
        searches.retain(|(subject, _)| subject.is_some());
    }
    for (subject, asked) in searches {
        let waiting = Waiting::new(TaskKind::ReviewSighting, came, list.kind_of(came), due);
        let asked: Vec<_> = list.searching(&asked.by, came).collect();
        list.ask(asked, &Waiting { subject: subject.map(SubjectId), ..waiting });
    }
}

fn exceptions(list: &mut TaskList<'_>) {
    for request in list.path.exceptions.iter().filter(|request| request.state() == ExceptionState::Pending) {
        let cause = &request.requested.stamp;
        let due = list.hours_since(cause, |terms| terms.exception_decision_hours);
        let waiting = Waiting::new(TaskKind::DecideException, cause, EventKind::ExceptionRequested, due);
        list.ask(list.coordinator(), &waiting.about(request.requested.exception.0));
    }
}

/// An open case is reviewed a week after the last contact, or after it was opened; a note of the coordinator records a
/// review, and the week begins again. It never closes by itself.
fn weekly_review(list: &mut TaskList<'_>) {
    let path = list.path;
    let contact = path.case.last_contact.as_ref().map(|contact| (contact.occurred.at, contact));
    let contact = contact.or(path.opened.as_ref().map(|opened| (opened.recorded_at, opened)));
    let review = list.coordinators_notes().max_by_key(|note| recorded(note)).map(|note| (note.recorded_at, note));
    let Some((since, cause)) = contact.into_iter().chain(review).max_by_key(|(since, _)| *since) else { return };
    let (round, due) = match list.as_of {
        AskedAt::Now(_) => (0, days_after(since, list.deadlines.review_days)),
        AskedAt::WhenDue => {
            let asked =
                path.passed(TaskKind::WeeklyReview, None, cause.event_id).map(|passed| passed.stamp.recorded_at);
            next_review(since, asked.max(), list.deadlines.review_days)
        }
    };
    let kind = TaskKind::WeeklyReview;
    let waiting =
        Waiting { kind, subject: None, cause, because: None, since, due, round, suggests: None, danger: false };
    list.ask(list.coordinator(), &waiting);
}

/// The week of a review and when it is due: the first after the last time that it was asked for. Weeks that went by while
/// nobody could ask are not asked for one by one.
fn next_review(since: DateTime, asked: Option<DateTime>, days: i64) -> (u32, DateTime) {
    let days = days.max(1);
    let weeks = asked.map_or(0, |asked| asked.signed_duration_since(since).num_days().max(0) / days);
    let due = |week: i64| days_after(since, days.saturating_mul(week + 1));
    let is_next = |week: &i64| asked.is_none_or(|asked| due(*week) > asked);
    let week = [weeks, weeks + 1].into_iter().find(is_next).unwrap_or(weeks + 1);
    (u32::try_from(week).unwrap_or(u32::MAX), due(week))
}

#[cfg(test)]
#[path = "course_tests.rs"]
mod tests;
