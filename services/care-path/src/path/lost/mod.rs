//! Losing somebody, and finding them again: episodes out of sight, lookouts, sightings, and care alerts to the police.

use std::sync::Arc;

use super::exception::{ExceptionEvent, ExceptionOvertaken};
use super::{CarePath, Noted, Seen, Stamp};
use crate::codes::{CareAlertOutcome, ExceptionState, LocationType, LookoutEndReason, LookoutOutcome, LookoutState};
use crate::command::{Refusal, refusals};
use crate::event::{Event, EventKind};
use crate::fact::{Facts, Origin, derived_facts, events, part_events};
use crate::ids::{CareAlertId, LookoutId, OrgId};
use crate::policy::Address;
use crate::private::{Identity, Medical, Social};
use crate::text::{Line, Text};
use crate::time::DateTime;

part_events! {
    /// Lost, looked for, found.
    pub enum LostEvent {
        WentOutOfSight(WentOutOfSight),
        Escalated(Escalated),
        LookoutIssued(LookoutIssued),
        LookoutAcknowledged(LookoutAcknowledged),
        SightingReported(SightingReported),
        LookoutResolved(LookoutResolved),
        LookoutExpired(LookoutExpired),
        LookoutEnded(LookoutEnded),
        CareAlertFiled(CareAlertFiled),
        CareAlertAnswered(CareAlertAnswered),
        CareAlertEnded(CareAlertEnded),
    }
}

events! {
    /// An episode out of sight begins: the first, the second, …
    pub struct WentOutOfSight {
        episode: clear u32 => Presence, Minimal;
    }

    /// It happened again: the coordinator is told at once.
    pub struct Escalated {
        episode: clear u32 => Presence, Minimal;
    }

    /// People were asked to look out for somebody, by a minimal description.
    pub struct LookoutIssued {
        lookout: clear LookoutId as "lookout_id" => Lookout, Minimal;
        description: sealed(Text, Identity) => Lookout, Minimal;
        expires_at: clear DateTime => Lookout, Minimal;
        /// The organisations that it went to.
        recipients: clear Vec<OrgId> => Lookout, Full;
    }

    /// An organisation has read it.
    pub struct LookoutAcknowledged {
        lookout: clear LookoutId as "lookout_id" => Lookout, Minimal;
    }

    /// Somebody was seen who is looked for.
    pub struct SightingReported {
        lookout: clear LookoutId as "lookout_id" => Lookout, Full;
        location_type: maybe LocationType => Lookout, Full;
        location: maybe sealed(Line, Social) => Lookout, Full;
        circumstances: maybe sealed(Text, Social) => Lookout, Full;
        observations: maybe sealed(Text, Medical) => Medical, Full;
    }

    /// The lookout is over, and how it ended.
    pub struct LookoutResolved {
        lookout: clear LookoutId as "lookout_id" => Lookout, Minimal;
        outcome: clear LookoutOutcome => Lookout, Full;
        explanation: maybe sealed(Text, Social) => Lookout, Full;
    }

    /// Its time was over.
    pub struct LookoutExpired {
        lookout: clear LookoutId as "lookout_id" => Lookout, Minimal;
    }

    /// It was over before its time, and those who were asked are told.
    pub struct LookoutEnded {
        lookout: clear LookoutId as "lookout_id" => Lookout, Minimal;
        reason: clear LookoutEndReason => Lookout, Full;
    }

    /// The police were asked to look out for somebody's sake (zorgmelding).
    pub struct CareAlertFiled {
        alert: clear CareAlertId as "care_alert_id" => Lookout, Minimal;
        to: clear OrgId => Lookout, Minimal;
        description: sealed(Text, Identity) => Lookout, Minimal;
        expires_at: clear DateTime => Lookout, Minimal;
    }

    /// The police answered.
    pub struct CareAlertAnswered {
        alert: clear CareAlertId as "care_alert_id" => Lookout, Minimal;
        outcome: clear CareAlertOutcome => Lookout, Minimal;
        explanation: maybe sealed(Text, Social) => Lookout, Full;
    }

    /// The alert was over before its time, and the police are told.
    pub struct CareAlertEnded {
        alert: clear CareAlertId as "care_alert_id" => Lookout, Minimal;
        reason: clear LookoutEndReason => Lookout, Full;
    }
}

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

/// How a lookout ended.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum LookoutEnd {
    Resolved(Noted<LookoutResolved>),
    Expired(Noted<LookoutExpired>),
    Over(Over),
}

/// What ended a lookout or a care alert before its time.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Over {
    /// The event that ended it.
    pub(crate) by: Arc<Stamp>,
    pub(crate) reason: LookoutEndReason,
    /// Whether it was recorded that it ended, so that those who were asked are told.
    told: bool,
}

impl Over {
    fn new(by: &Arc<Stamp>, reason: LookoutEndReason, told: bool) -> Self {
        Self { by: by.clone(), reason, told }
    }
}

/// A lookout and what became of it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Lookout {
    pub(crate) issued: Noted<LookoutIssued>,
    pub(crate) acknowledged: Vec<Noted<LookoutAcknowledged>>,
    pub(crate) sightings: Vec<Noted<SightingReported>>,
    /// `None` while it is open.
    pub(crate) end: Option<LookoutEnd>,
}

impl Lookout {
    fn new(stamp: &Arc<Stamp>, issued: &LookoutIssued) -> Self {
        Self { issued: Noted::new(stamp, issued), acknowledged: Vec::new(), sightings: Vec::new(), end: None }
    }

    /// Where it stands.
    pub(crate) fn state(&self) -> LookoutState {
        match self.end {
            None => LookoutState::Open,
            Some(LookoutEnd::Resolved(_)) => LookoutState::Resolved,
            Some(LookoutEnd::Expired(_)) => LookoutState::Expired,
            Some(LookoutEnd::Over(_)) => LookoutState::Ended,
        }
    }

    /// What ended it before its time.
    pub(crate) fn over(&self) -> Option<&Over> {
        match &self.end {
            Some(LookoutEnd::Over(over)) => Some(over),
            Some(LookoutEnd::Resolved(_) | LookoutEnd::Expired(_)) | None => None,
        }
    }

    /// When it ended, if it has.
    fn ended_at(&self) -> Option<DateTime> {
        self.end.as_ref().map(|end| match end {
            LookoutEnd::Resolved(noted) => noted.stamp.recorded_at,
            LookoutEnd::Expired(noted) => noted.stamp.recorded_at,
            LookoutEnd::Over(over) => over.by.recorded_at,
        })
    }

    /// Whether somebody still looks out.
    pub(crate) fn runs(&self, at: DateTime) -> bool {
        self.end.is_none() && self.issued.expires_at > at
    }

    /// To whom it is addressed.
    pub(crate) fn address(&self) -> Address<'_> {
        let until = self.end.is_none().then_some(self.issued.expires_at);
        Address::Lookout { recipients: &self.issued.recipients, until, ended: self.ended_at() }
    }

    /// The recipients that have not acknowledged it, without those who issued it.
    fn silent(&self) -> Vec<&OrgId> {
        let acknowledged = self.acknowledged.iter().map(|noted| &noted.stamp);
        let heard: Vec<_> = acknowledged.chain([&self.issued.stamp]).map(|stamp| &stamp.by.organisation).collect();
        self.issued.recipients.iter().filter(|recipient| !heard.contains(recipient)).collect()
    }

    /// Whether an organisation acknowledged it: that is told to the organisation itself.
    pub(crate) fn is_acknowledged_by(&self, organisation: &OrgId) -> bool {
        self.acknowledged.iter().any(|noted| noted.stamp.by.organisation == *organisation)
    }

    /// What can be told of it as a whole.
    pub(crate) fn facts(&self) -> Facts<'_, Self> {
        Origin::derived().addressed(self.address()).of(self)
    }

    /// The facts of how it was issued, or of what followed.
    pub(crate) fn step<'a, E>(&'a self, step: &'a Noted<E>) -> Facts<'a, E> {
        step.addressed(self.address())
    }
}

derived_facts! { Lookout as it, "lookout" {
    state: is LookoutState = "state" in Lookout, Minimal: clear(it.state());
    acknowledged: is Vec<&'a Stamp> =
        "acknowledgements" in Lookout, Full: clear(it.acknowledged.iter().map(|noted| &*noted.stamp).collect());
    silent: is Vec<&'a OrgId> = "silent" in Lookout, Full: clear(it.silent());
    end_reason: is LookoutEndReason = "end_reason" in Lookout, Full: maybe(it.over().map(|over| over.reason));
}}

/// A care alert and its answers.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CareAlert {
    pub(crate) filed: Noted<CareAlertFiled>,
    pub(crate) answers: Vec<Noted<CareAlertAnswered>>,
    /// `None` while it runs, or where its time alone was over.
    pub(crate) over: Option<Over>,
}

impl CareAlert {
    fn new(stamp: &Arc<Stamp>, filed: &CareAlertFiled) -> Self {
        Self { filed: Noted::new(stamp, filed), answers: Vec::new(), over: None }
    }

    /// Whether it still waits for somebody to look.
    pub(crate) fn runs(&self, at: DateTime) -> bool {
        self.over.is_none() && self.filed.expires_at > at
    }

    /// To whom it is addressed.
    pub(crate) fn address(&self) -> Address<'_> {
        let ended = self.over.as_ref().map(|over| over.by.recorded_at);
        let until = ended.is_none().then_some(self.filed.expires_at);
        Address::CareAlert { to: &self.filed.to, until, ended }
    }

    /// What can be told of it as a whole.
    pub(crate) fn facts(&self) -> Facts<'_, Self> {
        Origin::derived().addressed(self.address()).of(self)
    }

    /// The facts of how it was filed, or of what followed.
    pub(crate) fn step<'a, E>(&'a self, step: &'a Noted<E>) -> Facts<'a, E> {
        step.addressed(self.address())
    }
}

derived_facts! { CareAlert as it, "care_alert" {
    end_reason: is LookoutEndReason = "end_reason" in Lookout, Full: maybe(it.over.as_ref().map(|over| over.reason));
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
            self.end_search(stamp, LookoutEndReason::Found);
        }
    }

    /// Ends the lookouts and care alerts that go on: there is nobody to look out for any more.
    pub(super) fn end_search(&mut self, stamp: &Arc<Stamp>, reason: LookoutEndReason) {
        let over = || Over::new(stamp, reason, false);
        let before = |asked: &Stamp| asked.occurred.at <= stamp.occurred.at;
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

impl LostEvent {
    /// The lookout that it is about, if it is about one.
    #[must_use]
    pub fn lookout(&self) -> Option<LookoutId> {
        match self {
            Self::LookoutIssued(event) => Some(event.lookout),
            Self::LookoutAcknowledged(event) => Some(event.lookout),
            Self::SightingReported(event) => Some(event.lookout),
            Self::LookoutResolved(event) => Some(event.lookout),
            Self::LookoutExpired(event) => Some(event.lookout),
            Self::LookoutEnded(event) => Some(event.lookout),
            Self::WentOutOfSight(_)
            | Self::Escalated(_)
            | Self::CareAlertFiled(_)
            | Self::CareAlertAnswered(_)
            | Self::CareAlertEnded(_) => None,
        }
    }

    /// The care alert that it is about, if it is about one.
    #[must_use]
    pub fn care_alert(&self) -> Option<CareAlertId> {
        match self {
            Self::CareAlertFiled(event) => Some(event.alert),
            Self::CareAlertAnswered(event) => Some(event.alert),
            Self::CareAlertEnded(event) => Some(event.alert),
            Self::WentOutOfSight(_)
            | Self::Escalated(_)
            | Self::LookoutIssued(_)
            | Self::LookoutAcknowledged(_)
            | Self::SightingReported(_)
            | Self::LookoutResolved(_)
            | Self::LookoutExpired(_)
            | Self::LookoutEnded(_) => None,
        }
    }
}

pub(super) fn evolve(path: &mut CarePath, stamp: &Arc<Stamp>, event: &LostEvent) {
    let not_come = path.did_not_come();
    let groundless = path.was_heard_since_cause(stamp);
    let CarePath { lost, record, .. } = path;
    match event {
        LostEvent::WentOutOfSight(_) => {
            // They were out of sight already, or whoever told late had seen them.
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
                    end @ None => *end = Some(LookoutEnd::Over(Over::new(stamp, ended.reason, true))),
                }
            }
        }
        LostEvent::CareAlertEnded(ended) => {
            if let Some(alert) = lost.care_alerts.iter_mut().find(|alert| alert.filed.alert == ended.alert) {
                alert.over.get_or_insert_with(|| Over::new(stamp, ended.reason, true)).told = true;
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

impl Lookout {
    fn still(&self, may: impl FnOnce(Option<&LookoutEnd>) -> bool) -> Result<&Self, Refusal> {
        if may(self.end.as_ref()) { Ok(self) } else { Err(LostRefusal::LookoutClosed.into()) }
    }
}

refusals! {
    /// Why a lookout or an alert is not issued, answered or ended.
    LostRefusal {
        AlreadyOutOfSight = "already_out_of_sight": "the person is out of sight already",
        NotMissed = "not_missed": "nothing says that nobody knows where the person is",
        UnknownLookout = "lookout_unknown": "there is no such lookout on this path",
        LookoutClosed = "lookout_closed": "the lookout was resolved or has expired; report what you see as a signal",
        NotOver = "lookout_not_over": "people are still asked to look out",
        NotExpired = "lookout_not_expired": "the lookout has not expired yet",
        NoRecipients = "lookout_without_recipients": "nobody would receive this lookout",
        AlreadyAcknowledged = "lookout_already_acknowledged": "your organisation acknowledged this lookout already",
        UnknownAlert = "care_alert_unknown": "there is no such care alert on this path",
        AlertEnded = "care_alert_ended": "the care alert has ended",
        NotToPolice = "care_alert_not_to_police": "a care alert goes to the police",
    }
}

mod decide;
pub use decide::{
    AcknowledgeLookout, Addressee, AnswerCareAlert, EndCareAlert, EndLookout, ExpireLookout, FileCareAlert,
    IssueLookout, MarkOutOfSight, ReportSighting, ResolveLookout,
};
