//! Losing somebody, and finding them again: episodes out of sight, lookouts, sightings, and care alerts to the police.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::exception::ExceptionEvent;
use super::{CarePath, Noted, Seen, Stamp};
use crate::codes::{CareAlertOutcome, ExceptionState, LocationType, LookoutOutcome, LookoutState};
use crate::command::{Refusal, refusals};
use crate::event::{Event, EventKind};
use crate::ids::{CareAlertId, LookoutId, OrgId};
use crate::policy::Category::{Lookout as LookoutCell, Medical as MedicalCell, Presence};
use crate::policy::Depth::{Full, Minimal};
use crate::policy::Details;
use crate::private::{Identity, Medical, Private, Social};
use crate::text::{Line, Text};
use crate::time::DateTime;

/// Lost, looked for, found.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "type", content = "data", rename_all = "snake_case", deny_unknown_fields)]
pub enum LostEvent {
    /// An episode out of sight begins: the first, the second, …
    WentOutOfSight {
        episode: u32,
    },
    /// It happened again: the coordinator is told at once.
    Escalated {
        episode: u32,
    },
    LookoutIssued(LookoutIssued),
    LookoutAcknowledged {
        lookout: LookoutId,
    },
    SightingReported(SightingReported),
    LookoutResolved {
        lookout: LookoutId,
        outcome: LookoutOutcome,
        explanation: Option<Private<Text, Social>>,
    },
    LookoutExpired {
        lookout: LookoutId,
    },
    CareAlertFiled(CareAlertFiled),
    CareAlertAnswered {
        alert: CareAlertId,
        outcome: CareAlertOutcome,
        explanation: Option<Private<Text, Social>>,
    },
}

/// People were asked to look out for somebody, by a minimal description.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LookoutIssued {
    pub lookout: LookoutId,
    /// The organisations that it went to.
    pub recipients: Vec<OrgId>,
    pub description: Private<Text, Identity>,
    pub expires_at: DateTime,
}

/// Somebody was seen who is looked for.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SightingReported {
    pub lookout: LookoutId,
    pub location_type: Option<LocationType>,
    pub location: Option<Private<Line, Social>>,
    pub circumstances: Option<Private<Text, Social>>,
    pub observations: Option<Private<Text, Medical>>,
}

/// The police were asked to look out for somebody's sake (zorgmelding).
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CareAlertFiled {
    pub alert: CareAlertId,
    pub to: OrgId,
    pub description: Private<Text, Identity>,
    pub expires_at: DateTime,
}

/// A time during which nobody knew where the person was.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Episode {
    pub(crate) began: Arc<Stamp>,
    /// What made somebody say so: they did not come, a lookout was issued, or it was only said.
    pub(crate) because: EventKind,
    pub(crate) ended: Option<Arc<Stamp>>,
    /// What brought them back into sight.
    pub(crate) ended_by: Option<EventKind>,
}

/// A lookout and what became of it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Lookout {
    pub(crate) issued: Noted<LookoutIssued>,
    pub(crate) state: LookoutState,
    pub(crate) acknowledged: Vec<Arc<Stamp>>,
    pub(crate) sightings: Vec<Noted<SightingReported>>,
    pub(crate) closed: Option<Noted<Option<LookoutOutcome>>>,
}

/// A care alert and its answers.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CareAlert {
    pub(crate) filed: Noted<CareAlertFiled>,
    pub(crate) answers: Vec<Noted<CareAlertOutcome>>,
}

/// Where, when and by whom somebody was last seen, and how they are looked for.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct LostState {
    pub(crate) last_seen: Option<Seen>,
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

    pub(super) fn back_in_sight(&mut self, stamp: &Arc<Stamp>) {
        if let Some(episode) = self.episodes.last_mut()
            && episode.ended.is_none()
            && stamp.occurred.at >= episode.began.occurred.at
        {
            episode.ended = Some(stamp.clone());
            self.escalated = None;
        }
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
    pub(crate) fn describe(&self, details: &mut Details<'_>) {
        match self {
            Self::WentOutOfSight { episode } | Self::Escalated { episode } => {
                details.clear("episode", Presence, Minimal, episode);
            }
            Self::LookoutIssued(issued) => {
                details.clear("lookout_id", LookoutCell, Minimal, &issued.lookout);
                details.private("description", LookoutCell, Minimal, Some(&issued.description));
                details.clear("expires_at", LookoutCell, Minimal, &issued.expires_at);
                details.clear("recipients", LookoutCell, Full, &issued.recipients);
            }
            Self::LookoutAcknowledged { lookout } | Self::LookoutExpired { lookout } => {
                details.clear("lookout_id", LookoutCell, Minimal, lookout);
            }
            Self::SightingReported(sighting) => {
                details.clear("lookout_id", LookoutCell, Full, &sighting.lookout);
                details.maybe("location_type", LookoutCell, Full, sighting.location_type.as_ref());
                details.private("location", LookoutCell, Full, sighting.location.as_ref());
                details.private("circumstances", LookoutCell, Full, sighting.circumstances.as_ref());
                details.private("observations", MedicalCell, Full, sighting.observations.as_ref());
            }
            Self::LookoutResolved { lookout, outcome, explanation } => {
                details.clear("lookout_id", LookoutCell, Minimal, lookout);
                details.clear("outcome", LookoutCell, Full, outcome);
                details.private("explanation", LookoutCell, Full, explanation.as_ref());
            }
            Self::CareAlertFiled(filed) => {
                details.clear("care_alert_id", LookoutCell, Minimal, &filed.alert);
                details.clear("to", LookoutCell, Minimal, &filed.to);
                details.private("description", LookoutCell, Minimal, Some(&filed.description));
                details.clear("expires_at", LookoutCell, Minimal, &filed.expires_at);
            }
            Self::CareAlertAnswered { alert, outcome, explanation } => {
                details.clear("care_alert_id", LookoutCell, Minimal, alert);
                details.clear("outcome", LookoutCell, Minimal, outcome);
                details.private("explanation", LookoutCell, Full, explanation.as_ref());
            }
        }
    }
}

pub(super) fn evolve(path: &mut CarePath, stamp: &Arc<Stamp>, event: &LostEvent) {
    let not_come = path.did_not_come();
    let lost = &mut path.lost;
    match event {
        LostEvent::WentOutOfSight { .. } => {
            if lost.open_episode().is_none() {
                let because = if not_come { EventKind::NoShowRecorded } else { EventKind::WentOutOfSight };
                lost.episodes.push(Episode { began: stamp.clone(), because, ended: None, ended_by: None });
            }
        }
        LostEvent::Escalated { .. } => lost.escalated = Some(stamp.clone()),
        LostEvent::LookoutIssued(issued) => {
            lost.begun_by_lookout(stamp);
            lost.lookouts.push(Lookout {
                issued: Noted::new(stamp, issued),
                state: LookoutState::Open,
                acknowledged: Vec::new(),
                sightings: Vec::new(),
                closed: None,
            });
        }
        LostEvent::LookoutAcknowledged { lookout } => {
            if let Some(lookout) = lost.lookout_mut(*lookout) {
                lookout.acknowledged.push(stamp.clone());
            }
        }
        LostEvent::SightingReported(sighting) => {
            if let Some(lookout) = lost.lookout_mut(sighting.lookout) {
                lookout.sightings.push(Noted::new(stamp, sighting));
            }
            path.sighted(stamp, sighting);
        }
        LostEvent::LookoutResolved { lookout, outcome, .. } => {
            if let Some(lookout) = lost.lookout_mut(*lookout) {
                lookout.state = LookoutState::Resolved;
                lookout.closed = Some(Noted::new(stamp, &Some(*outcome)));
            }
            lost.back_in_sight(stamp);
        }
        LostEvent::LookoutExpired { lookout } => {
            if let Some(lookout) = lost.lookout_mut(*lookout) {
                lookout.state = LookoutState::Expired;
                lookout.closed = Some(Noted::new(stamp, &None));
            }
        }
        LostEvent::CareAlertFiled(filed) => {
            lost.care_alerts.push(CareAlert { filed: Noted::new(stamp, filed), answers: Vec::new() });
        }
        LostEvent::CareAlertAnswered { alert, outcome, .. } => {
            if let Some(alert) = lost.care_alerts.iter_mut().find(|filed| filed.filed.alert == *alert) {
                alert.answers.push(Noted::new(stamp, outcome));
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
    fn disappear(&self) -> Vec<Event> {
        if self.is_out_of_sight() {
            return Vec::new();
        }
        let episode = u32::try_from(self.lost.episodes.len()).unwrap_or(u32::MAX).saturating_add(1);
        let mut events = vec![LostEvent::WentOutOfSight { episode }.into()];
        if episode > 1 {
            events.push(LostEvent::Escalated { episode }.into());
        }
        let pending = self.exceptions.iter().filter(|request| request.state == ExceptionState::Pending);
        events.extend(
            pending.map(|request| ExceptionEvent::ExceptionOvertaken { exception: request.requested.exception }.into()),
        );
        events
    }

    fn open_lookout(&self, id: LookoutId) -> Result<&Lookout, Refusal> {
        let lookout = self.lost.lookouts.iter().find(|lookout| lookout.issued.lookout == id);
        match lookout {
            None => Err(LostRefusal::UnknownLookout.into()),
            Some(lookout) if lookout.state == LookoutState::Open => Ok(lookout),
            Some(_) => Err(LostRefusal::LookoutClosed.into()),
        }
    }
}

refusals! {
    /// Why a lookout or an alert is not issued, answered or ended.
    LostRefusal {
        AlreadyOutOfSight = "already_out_of_sight": "the person is out of sight already",
        NotMissed = "not_missed": "nothing says that nobody knows where the person is",
        UnknownLookout = "lookout_unknown": "there is no such lookout on this path",
        LookoutClosed = "lookout_closed": "the lookout was resolved or has expired; report what you see as a signal",
        NotExpired = "lookout_not_expired": "the lookout has not expired yet",
        NoRecipients = "lookout_without_recipients": "nobody would receive this lookout",
        AlreadyAcknowledged = "lookout_already_acknowledged": "your organisation acknowledged this lookout already",
        UnknownAlert = "care_alert_unknown": "there is no such care alert on this path",
        AlertEnded = "care_alert_ended": "the care alert has ended",
        NotToPolice = "care_alert_not_to_police": "a care alert goes to the police",
    }
}

#[path = "lost_decide.rs"]
mod decide;
pub use decide::{
    AcknowledgeLookout, Addressee, AnswerCareAlert, ExpireLookout, FileCareAlert, IssueLookout, MarkOutOfSight,
    ReportSighting, ResolveLookout,
};
