//! Lookouts and care alerts: to whom they went, what was answered, and what ended them.

use std::sync::Arc;

use super::{
    CareAlertAnswered, CareAlertFiled, LookoutAcknowledged, LookoutExpired, LookoutIssued, LookoutResolved,
    LostRefusal, SightingReported,
};
use crate::codes::{LookoutEndReason, LookoutState};
use crate::command::Refusal;
use crate::fact::{Facts, Origin, derived_facts};
use crate::ids::OrgId;
use crate::path::tasks::recorded;
use crate::path::{Noted, Stamp};
use crate::policy::Address;
use crate::time::DateTime;

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
    pub(super) told: bool,
}

impl Over {
    pub(super) fn new(by: &Arc<Stamp>, reason: LookoutEndReason, told: bool) -> Self {
        Self { by: by.clone(), reason, told }
    }
}

/// A lookout and what became of it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Lookout {
    pub(crate) issued: Noted<LookoutIssued>,
    pub(crate) acknowledged: Vec<Noted<LookoutAcknowledged>>,
    pub(crate) sightings: Vec<Noted<SightingReported>>,
    /// Since when they are asked again who were told that it was over: what ended it was taken back by this.
    pub(super) resumed: Option<Arc<Stamp>>,
    /// `None` while it is open.
    pub(crate) end: Option<LookoutEnd>,
}

impl Lookout {
    pub(super) fn new(stamp: &Arc<Stamp>, issued: &LookoutIssued) -> Self {
        Self {
            issued: Noted::new(stamp, issued),
            acknowledged: Vec::new(),
            sightings: Vec::new(),
            resumed: None,
            end: None,
        }
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

    /// Whether people looked out at a time.
    pub(crate) fn ran_at(&self, at: DateTime) -> bool {
        let ended_before = match &self.end {
            Some(LookoutEnd::Resolved(resolved)) => resolved.stamp.occurred.at <= at,
            Some(LookoutEnd::Over(over)) => over.by.occurred.at <= at,
            Some(LookoutEnd::Expired(_)) | None => false,
        };
        self.issued.stamp.occurred.at <= at && at < self.issued.expires_at && !ended_before
    }

    /// To whom it is addressed.
    pub(crate) fn address(&self) -> Address<'_> {
        let until = self.end.is_none().then_some(self.issued.expires_at);
        Address::Lookout { recipients: &self.issued.recipients, until, ended: self.ended_at() }
    }

    /// When it was asked for, or asked for again.
    pub(in crate::path) fn asked(&self) -> &Arc<Stamp> {
        self.resumed.as_ref().unwrap_or(&self.issued.stamp)
    }

    /// The recipients that have not acknowledged it, without those who issued it.
    fn silent(&self) -> Vec<&OrgId> {
        let heard: Vec<_> = self.heard().map(|stamp| &stamp.by.organisation).collect();
        self.issued.recipients.iter().filter(|recipient| !heard.contains(recipient)).collect()
    }

    /// What shows that an organisation read it: that it was issued, acknowledged, or that somebody was seen.
    pub(crate) fn heard(&self) -> impl Iterator<Item = &Arc<Stamp>> {
        self.read().chain([&self.issued.stamp])
    }

    fn read(&self) -> impl Iterator<Item = &Arc<Stamp>> {
        let acknowledged = self.acknowledged.iter().map(|noted| &noted.stamp);
        let read = acknowledged.chain(self.sightings.iter().map(|noted| &noted.stamp));
        read.filter(|stamp| asked_after(self.resumed.as_ref(), stamp))
    }

    /// Whether an organisation acknowledged it, and was not told since that it was over.
    pub(crate) fn is_acknowledged_by(&self, organisation: &OrgId) -> bool {
        let by_them = |stamp: &Arc<Stamp>| stamp.by.organisation == *organisation;
        let mut acknowledged = self.acknowledged.iter().map(|noted| &noted.stamp).filter(|stamp| by_them(stamp));
        acknowledged.any(|stamp| asked_after(self.resumed.as_ref(), stamp))
    }

    /// Whether an organisation acknowledged it, or reported a sighting: that is told to the organisation itself.
    pub(crate) fn is_read_by(&self, organisation: &OrgId) -> bool {
        self.read().any(|stamp| stamp.by.organisation == *organisation)
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
    /// Since when the police are asked again, who were told that it was over: what ended it was taken back by this.
    pub(super) resumed: Option<Arc<Stamp>>,
    /// `None` while it runs, or where its time alone was over.
    pub(crate) over: Option<Over>,
}

impl CareAlert {
    pub(super) fn new(stamp: &Arc<Stamp>, filed: &CareAlertFiled) -> Self {
        Self { filed: Noted::new(stamp, filed), answers: Vec::new(), resumed: None, over: None }
    }

    /// When it was asked for, or asked for again.
    pub(in crate::path) fn asked(&self) -> &Arc<Stamp> {
        self.resumed.as_ref().unwrap_or(&self.filed.stamp)
    }

    /// Whether the police answered it, and were not told since that it was over.
    pub(in crate::path) fn is_answered(&self) -> bool {
        self.answers.iter().any(|answer| asked_after(self.resumed.as_ref(), &answer.stamp))
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
    open: is bool = "open" in Lookout, Minimal: clear(it.over.is_none());
    ended_at: is DateTime = "ended_at" in Lookout, Minimal: maybe(it.over.as_ref().map(|over| over.by.occurred.at));
    end_reason: is LookoutEndReason = "end_reason" in Lookout, Full: maybe(it.over.as_ref().map(|over| over.reason));
}}

/// Whether something was done since those who were asked were last asked. What is told late was done before that.
fn asked_after(resumed: Option<&Arc<Stamp>>, stamp: &Stamp) -> bool {
    let after = |resumed: &Stamp| recorded(stamp) > recorded(resumed) && stamp.occurred.latest() >= resumed.recorded_at;
    resumed.is_none_or(|resumed| after(resumed))
}

impl Lookout {
    pub(super) fn still(&self, may: impl FnOnce(Option<&LookoutEnd>) -> bool) -> Result<&Self, Refusal> {
        if may(self.end.as_ref()) { Ok(self) } else { Err(LostRefusal::LookoutClosed.into()) }
    }
}
