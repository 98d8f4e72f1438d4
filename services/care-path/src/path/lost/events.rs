//! What can happen when somebody is lost, looked for, and found.

use crate::codes::{CareAlertOutcome, LocationType, LookoutEndReason, LookoutOutcome};
use crate::fact::{events, part_events};
use crate::ids::{CareAlertId, LookoutId, OrgId};
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
