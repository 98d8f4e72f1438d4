//! Losing somebody, and finding them again: episodes out of sight, lookouts, sightings, and care alerts to the police.

use std::sync::Arc;

use super::exception::{ExceptionEvent, ExceptionOvertaken};
use super::{CarePath, Noted, Seen, Stamp};
use crate::codes::{ExceptionState, LookoutEndReason, Role};
use crate::command::{Refusal, refusals};
use crate::event::{Event, EventKind};
use crate::fact::{Facts, Origin, derived_facts};
use crate::ids::{CareAlertId, LookoutId};
use crate::time::DateTime;

mod decide;
mod events;
mod lookout;
#[cfg(test)]
mod tests;

pub use decide::{
    AcknowledgeLookout, AnswerCareAlert, EndCareAlert, EndLookout, ExpireLookout, FileCareAlert, IssueLookout,
    LookoutRecipient, MarkOutOfSight, ReportSighting, ResolveLookout,
};
pub use events::{
    CareAlertAnswered, CareAlertEnded, CareAlertFiled, Escalated, LookoutAcknowledged, LookoutEnded, LookoutExpired,
    LookoutIssued, LookoutResolved, LostEvent, SightingReported, WentOutOfSight,
};
pub use lookout::{CareAlert, Lookout};
pub(crate) use lookout::{LookoutEnd, Over};

/// A time during which nobody knew where the person was.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Episode {
    pub(in crate::path) began: Arc<Stamp>,
    /// What made somebody say so: they did not come, a lookout was issued, or it was only said.
    pub(in crate::path) because: EventKind,
    pub(in crate::path) ended: Option<Arc<Stamp>>,
    /// What brought them back into sight.
    pub(in crate::path) ended_by: Option<EventKind>,
}

impl Episode {
    /// What can be told of it.
    pub(crate) fn facts(&self) -> Facts<'_, Self> {
        Origin::derived().of(self)
    }
}

// What an episode began and ended with is told as far as events of that type are: see `EventKind::category`.
derived_facts! { Episode as it, "episode" {
    began: is &'a Stamp = "began" in Presence, Minimal: clear(&*it.began);
    ended: is &'a Stamp = "ended" in Presence, Minimal: maybe(it.ended.as_deref());
    because: is EventKind = "because" in Presence, Minimal: clear(it.because);
    ended_by: is EventKind = "ended_by" in Presence, Minimal: maybe(it.ended_by);
}}

/// What was asked of somebody, and is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    Lookout(LookoutId),
    CareAlert(CareAlertId),
}

/// Where, when and by whom somebody was last seen, and how they are looked for.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct LostState {
    pub(crate) last_seen: Option<Seen>,
    /// Until when somebody knew where the person was; that they left a place tells nothing of it.
    pub(in crate::path) known_until: Option<DateTime>,
    pub(crate) episodes: Vec<Episode>,
    pub(crate) lookouts: Vec<Lookout>,
    pub(crate) care_alerts: Vec<CareAlert>,
    pub(crate) escalated: Option<Arc<Stamp>>,
}

impl LostState {
    /// The episode that is going on.
    pub(crate) fn open_episode(&self) -> Option<&Episode> {
        self.episodes.last().filter(|episode| episode.ended.is_none())
    }

    pub(super) fn known(&mut self, stamp: &Stamp) {
        self.known_until = self.known_until.max(Some(stamp.occurred.latest()));
    }

    pub(super) fn back_in_sight(&mut self, stamp: &Arc<Stamp>) {
        if let Some(episode) = self.episodes.last_mut()
            && episode.ended.is_none()
            && stamp.occurred.at >= episode.began.occurred.at
        {
            episode.ended = Some(stamp.clone());
            self.escalated = None;
        }
        if self.open_episode().is_none() {
            self.end_search(stamp, LookoutEndReason::Found, |_| true);
        }
    }

    /// Ends the lookouts and care alerts that go on: there is nobody to look out for any more.
    pub(super) fn end_search(
        &mut self,
        stamp: &Arc<Stamp>,
        reason: LookoutEndReason,
        concerns: impl Fn(&Stamp) -> bool,
    ) {
        let over = || Over::new(stamp, reason, false);
        // Of somebody who was found, others may have asked again since; the rest ends it for good.
        let before = |asked: &Stamp| {
            concerns(asked) && (reason != LookoutEndReason::Found || asked.occurred.at <= stamp.occurred.at)
        };
        for lookout in self.lookouts.iter_mut().filter(|each| each.end.is_none() && before(&each.issued.stamp)) {
            lookout.end = Some(LookoutEnd::Over(over()));
        }
        for alert in self.care_alerts.iter_mut().filter(|each| each.over.is_none() && before(&each.filed.stamp)) {
            alert.over = Some(over());
        }
    }

    /// A lookout or care alert that was taken back is over for those who were asked.
    pub(super) fn take_back(&mut self, stamp: &Arc<Stamp>, event: &LostEvent, by: &Arc<Stamp>) {
        let over = Over::new(by, LookoutEndReason::IssuedInError, false);
        match event {
            LostEvent::LookoutIssued(issued) => {
                let lookout = Lookout { end: Some(LookoutEnd::Over(over)), ..Lookout::new(stamp, issued) };
                self.lookouts.push(lookout);
            }
            LostEvent::CareAlertFiled(filed) => {
                self.care_alerts.push(CareAlert { over: Some(over), ..CareAlert::new(stamp, filed) });
            }
            LostEvent::WentOutOfSight(_)
            | LostEvent::Escalated(_)
            | LostEvent::LookoutAcknowledged(_)
            | LostEvent::SightingReported(_)
            | LostEvent::LookoutResolved(_)
            | LostEvent::LookoutExpired(_)
            | LostEvent::LookoutEnded(_)
            | LostEvent::CareAlertAnswered(_)
            | LostEvent::CareAlertEnded(_) => {}
        }
    }

    /// Those who were asked were told that it was over, and it is not: since something undid that, they are asked again.
    pub(super) fn resume(&mut self, since: &Arc<Stamp>, event: &LostEvent) {
        match event {
            LostEvent::LookoutEnded(LookoutEnded { lookout, .. })
            | LostEvent::LookoutResolved(LookoutResolved { lookout, .. })
            | LostEvent::LookoutExpired(LookoutExpired { lookout }) => {
                if let Some(lookout) = self.lookout_mut(*lookout) {
                    lookout.resumed = Some(since.clone());
                }
            }
            LostEvent::CareAlertEnded(ended) => {
                if let Some(alert) = self.care_alerts.iter_mut().find(|alert| alert.filed.alert == ended.alert) {
                    alert.resumed = Some(since.clone());
                }
            }
            LostEvent::WentOutOfSight(_)
            | LostEvent::Escalated(_)
            | LostEvent::LookoutIssued(_)
            | LostEvent::LookoutAcknowledged(_)
            | LostEvent::SightingReported(_)
            | LostEvent::CareAlertFiled(_)
            | LostEvent::CareAlertAnswered(_) => {}
        }
    }

    /// What ended before its time and was not told yet, with the event that ended it.
    pub(super) fn untold(&self) -> impl Iterator<Item = (Ended, &Arc<Stamp>)> {
        let lookouts =
            self.lookouts.iter().filter_map(|each| Some((Ended::Lookout(each.issued.lookout), each.over()?)));
        let alerts =
            self.care_alerts.iter().filter_map(|each| Some((Ended::CareAlert(each.filed.alert), each.over.as_ref()?)));
        lookouts.chain(alerts).filter(|(_, over)| !over.told).map(|(ended, over)| (ended, &over.by))
    }

    pub(super) fn care_alert(&self, id: CareAlertId) -> Option<&CareAlert> {
        self.care_alerts.iter().find(|alert| alert.filed.alert == id)
    }

    /// An event ended the episode that was going on before it.
    pub(super) fn note_end(&mut self, by: EventKind) {
        if let Some(episode) = self.episodes.last_mut().filter(|episode| episode.ended.is_some()) {
            episode.ended_by.get_or_insert(by);
        }
    }

    /// A lookout that is issued together with the beginning of an episode is what it began with, unless they had not
    /// come where they were expected.
    fn begun_by_lookout(&mut self, stamp: &Stamp) {
        if let Some(episode) = self.episodes.last_mut().filter(|episode| episode.ended.is_none())
            && episode.because == EventKind::WentOutOfSight
            && (&episode.began.by, episode.began.occurred) == (&stamp.by, stamp.occurred)
        {
            episode.because = EventKind::LookoutIssued;
        }
    }

    fn lookout_mut(&mut self, id: LookoutId) -> Option<&mut Lookout> {
        self.lookouts.iter_mut().find(|lookout| lookout.issued.lookout == id)
    }
}

pub(super) fn evolve(path: &mut CarePath, stamp: &Arc<Stamp>, event: &LostEvent) {
    let not_come = path.did_not_come();
    let groundless = path.was_heard_since_cause(stamp) || path.case.died.is_some();
    let CarePath { lost, record, .. } = path;
    match event {
        LostEvent::WentOutOfSight(_) => {
            // They were out of sight already, or somebody had seen them who told it late, or they had died.
            if groundless || lost.open_episode().is_some() {
                record.overtake(stamp.event_id);
                return;
            }
            let because = if not_come { EventKind::NoShowRecorded } else { EventKind::WentOutOfSight };
            lost.episodes.push(Episode { began: stamp.clone(), because, ended: None, ended_by: None });
            lost.escalated = (lost.episodes.len() > 1).then(|| stamp.clone());
        }
        LostEvent::Escalated(_) if lost.episodes.len() > 1 => lost.escalated = Some(stamp.clone()),
        LostEvent::Escalated(_) => record.overtake(stamp.event_id),
        LostEvent::LookoutIssued(issued) => {
            lost.begun_by_lookout(stamp);
            lost.lookouts.push(Lookout::new(stamp, issued));
        }
        LostEvent::LookoutAcknowledged(acknowledged) => {
            if let Some(lookout) = lost.lookout_mut(acknowledged.lookout) {
                lookout.acknowledged.push(Noted::new(stamp, acknowledged));
            }
        }
        LostEvent::SightingReported(sighting) => {
            if let Some(lookout) = lost.lookout_mut(sighting.lookout) {
                lookout.sightings.push(Noted::new(stamp, sighting));
            }
            path.sighted(stamp, sighting);
        }
        LostEvent::LookoutResolved(resolved) => {
            if let Some(lookout) = lost.lookout_mut(resolved.lookout) {
                lookout.end = Some(LookoutEnd::Resolved(Noted::new(stamp, resolved)));
            }
            lost.back_in_sight(stamp);
        }
        LostEvent::LookoutExpired(expired) => {
            if let Some(lookout) = lost.lookout_mut(expired.lookout).filter(|lookout| lookout.end.is_none()) {
                lookout.end = Some(LookoutEnd::Expired(Noted::new(stamp, expired)));
            }
        }
        LostEvent::CareAlertFiled(filed) => {
            lost.care_alerts.push(CareAlert::new(stamp, filed));
        }
        LostEvent::LookoutEnded(ended) => {
            if let Some(lookout) = lost.lookout_mut(ended.lookout) {
                match &mut lookout.end {
                    Some(LookoutEnd::Over(over)) => over.told = true,
                    Some(LookoutEnd::Resolved(_) | LookoutEnd::Expired(_)) => {}
                    // Baken tells of what ended. What ended it is gone: another person was found, for instance.
                    None if stamp.by.role == Role::System => {
                        record.overtake(stamp.event_id);
                        lookout.resumed = Some(stamp.clone());
                    }
                    end @ None => *end = Some(LookoutEnd::Over(Over::new(stamp, ended.reason, true))),
                }
            }
        }
        LostEvent::CareAlertEnded(ended) => {
            if let Some(alert) = lost.care_alerts.iter_mut().find(|alert| alert.filed.alert == ended.alert) {
                match &mut alert.over {
                    Some(over) => over.told = true,
                    None if stamp.by.role == Role::System => {
                        record.overtake(stamp.event_id);
                        alert.resumed = Some(stamp.clone());
                    }
                    over @ None => *over = Some(Over::new(stamp, ended.reason, true)),
                }
            }
        }
        LostEvent::CareAlertAnswered(answered) => {
            if let Some(alert) = lost.care_alerts.iter_mut().find(|alert| alert.filed.alert == answered.alert) {
                alert.answers.push(Noted::new(stamp, answered));
            }
        }
    }
}

impl CarePath {
    /// A sighting moves the last sighting on; the episode ends only when somebody resolves the lookout, or is met.
    fn sighted(&mut self, stamp: &Arc<Stamp>, sighting: &SightingReported) {
        let newest = self.lost.last_seen.as_ref().is_none_or(|seen| seen.stamp.occurred.at <= stamp.occurred.at);
        if newest {
            let (location_type, location) = (sighting.location_type, sighting.location.clone());
            self.lost.last_seen = Some(Seen { stamp: stamp.clone(), location_type, location });
        }
        self.lost.known(stamp);
    }

    /// Whether the no-show that an event follows from was answered before it: somebody heard of the person.
    fn was_heard_since_cause(&self, stamp: &Stamp) -> bool {
        let Some(cause) = stamp.caused_by else { return false };
        if self.was_found_after_departure(cause) {
            return true;
        }
        let mut no_shows = self.stays.iter().flat_map(|stay| &stay.no_shows);
        let Some(missed) = no_shows.find(|missed| missed.stamp.event_id == cause) else { return false };
        self.was_heard_of_since(missed.stamp.occurred.at)
    }

    /// Whether the last that is known of where the person is, is that they did not come.
    fn did_not_come(&self) -> bool {
        let seen = self.lost.last_seen.as_ref().map(|seen| seen.stamp.occurred.at);
        let found = self.lost.episodes.iter().filter_map(|episode| episode.ended.as_ref()).map(|end| end.occurred.at);
        let known = seen.max(found.max());
        let mut no_shows = self.stays.iter().flat_map(|stay| &stay.no_shows);
        no_shows.any(|no_show| Some(no_show.stamp.occurred.at) >= known)
    }

    /// Whether nobody knows where the person is.
    #[must_use]
    pub fn is_out_of_sight(&self) -> bool {
        self.lost.open_episode().is_some()
    }

    /// What follows when somebody disappears: an episode; from the second on, at once an escalation; and a request
    /// that was still undecided is overtaken, not denied.
    pub(super) fn disappear(&self) -> Vec<Event> {
        if self.is_out_of_sight() {
            return Vec::new();
        }
        let episode = u32::try_from(self.lost.episodes.len()).unwrap_or(u32::MAX).saturating_add(1);
        let mut events = vec![LostEvent::WentOutOfSight(WentOutOfSight { episode }).into()];
        if episode > 1 {
            events.push(LostEvent::Escalated(Escalated { episode }).into());
        }
        let pending = self.exceptions.iter().filter(|request| request.state() == ExceptionState::Pending);
        events.extend(pending.map(|request| {
            ExceptionEvent::ExceptionOvertaken(ExceptionOvertaken { exception: request.requested.exception }).into()
        }));
        events
    }

    fn lookout(&self, id: LookoutId) -> Result<&Lookout, Refusal> {
        let lookout = self.lost.lookouts.iter().find(|lookout| lookout.issued.lookout == id);
        lookout.ok_or(LostRefusal::UnknownLookout.into())
    }

    fn open_lookout(&self, id: LookoutId) -> Result<&Lookout, Refusal> {
        self.lookout(id)?.still(|end| end.is_none())
    }

    /// One of which somebody may still say how it ended, or who was seen: nobody resolved it, nor was its time over.
    fn unresolved_lookout(&self, id: LookoutId) -> Result<&Lookout, Refusal> {
        self.lookout(id)?.still(|end| matches!(end, None | Some(LookoutEnd::Over(_))))
    }
}

refusals! {
    /// Why a lookout or an alert is not issued, answered or ended.
    LostRefusal {
        AlreadyOutOfSight = "already_out_of_sight": "the person is out of sight already",
        NotMissed = "not_missed": "nothing says that nobody knows where the person is",
        UnknownLookout = "lookout_unknown": "there is no such lookout on this path",
        LookoutClosed = "lookout_closed": "nobody looked out any more at that time; report what you see as a signal",
        NotOver = "lookout_not_over": "people are still asked to look out",
        NotExpired = "lookout_not_expired": "the lookout has not expired yet",
        NoRecipients = "lookout_without_recipients": "nobody would receive this lookout",
        AlreadyAcknowledged = "lookout_already_acknowledged": "your organisation acknowledged this lookout already",
        UnknownAlert = "care_alert_unknown": "there is no such care alert on this path",
        AlertEnded = "care_alert_ended": "the care alert has ended",
        NotToPolice = "care_alert_not_to_police": "a care alert goes to the police or to municipal enforcement",
    }
}
