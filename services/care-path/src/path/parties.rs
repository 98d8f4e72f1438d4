//! Who has to do with a person: involved organisations, those that are addressed, and all that may ever be either.

use chrono::TimeDelta;
use uuid::Uuid;

use super::intake::IntakeCompleted;
use super::lost::LookoutEnd;
use super::{CarePath, Noted, Stamp};
use crate::actor::Principal;
use crate::deadlines::Deadlines;
use crate::event::EventKind;
use crate::ids::{CareAlertId, LookoutId, OrgId};
use crate::policy::rules::involves_the_warned;
use crate::policy::{Abroad, Address};
use crate::text::Country;
use crate::time::DateTime;

/// Something that somebody was asked for, or warned of.
pub(crate) struct AskedFor<'a> {
    /// The type of the event with which they were.
    pub(crate) of: EventKind,
    /// The lookout, care alert, discharge, handover, referral, …
    pub(crate) id: Uuid,
    pub(crate) by: &'a Stamp,
    pub(crate) address: Address<'a>,
    /// When it was told that it is over. That somebody arrived was what was asked for: that they are here again, or return once
    /// more, is nobody's end who was asked.
    pub(crate) ended: Option<DateTime>,
}

impl<'a> AskedFor<'a> {
    fn new(of: EventKind, id: Uuid, by: &'a Stamp, address: Address<'a>) -> Self {
        Self { of, id, by, ended: address.ended(), address }
    }
}

impl CarePath {
    /// Whether an organisation has an open intake, stay, referral or care for the person, or had one lately. An intake
    /// stays open for as long as a part that ended counts, and counts only where the organisation has a standing.
    #[must_use]
    pub fn involves(&self, organisation: &OrgId, now: DateTime, deadlines: &Deadlines) -> bool {
        let since = now.checked_sub_signed(TimeDelta::days(deadlines.involvement_days)).unwrap_or(DateTime::MIN_UTC);
        let intake = || {
            let own = self.intakes.iter().filter(|intake| intake.stamp.by.organisation == *organisation);
            own.filter(|intake| intake.stamp.occurred.at >= since).any(|intake| self.gives_standing(intake))
        };
        let stay = || {
            self.stays
                .iter()
                .filter(|stay| stay.assigned.organisation == *organisation)
                .any(|stay| stay.ended().is_none_or(|ended| ended.occurred.at >= since))
        };
        let referral = || {
            self.referrals
                .iter()
                .filter(|referral| referral.made.to == *organisation || referral.made.from == *organisation)
                .any(|referral| referral.is_open() || referral.changed().occurred.at >= since)
        };
        // A hospital warned it: it prepares for the person. Nobody involves themselves by saying that they were warned.
        let warned = || {
            let by_others = |stamp: &Stamp| stamp.by.organisation != *organisation;
            let there = self.discharges.iter().filter(|discharge| discharge.to.as_ref() == Some(organisation));
            let there = there.filter(|discharge| discharge.warned && by_others(&discharge.stamp));
            let mut announced = self.announced.iter().filter(|announced| announced.warns(organisation));
            there.map(|discharge| discharge.stamp.occurred.at).any(|at| at >= since)
                || announced.any(|announced| involves_the_warned(announced.stands(now, deadlines)))
        };
        stay() || referral() || intake() || warned()
    }

    /// Whether an intake opens the person's file to the organisation that recorded it. An organisation that was merely
    /// asked to look out cannot involve itself by writing one: it must have known the person before, or have had a bed or
    /// a referral for them, or those who look for the person must have resolved the lookout since.
    fn gives_standing(&self, intake: &Noted<IntakeCompleted>) -> bool {
        let organisation = &intake.stamp.by.organisation;
        let addressed = self.lost.lookouts.iter().filter(|lookout| lookout.issued.recipients.contains(organisation));
        let Some(asked_at) = addressed.map(|lookout| lookout.issued.stamp.recorded_at).min() else { return true };
        let known = || {
            let mut intakes = self.intakes.iter().filter(|each| each.stamp.by.organisation == *organisation);
            intakes.any(|each| each.stamp.recorded_at < asked_at)
        };
        let opened = || self.openers.iter().any(|(_, opener)| opener == organisation);
        let slept = || self.stays.iter().any(|stay| stay.assigned.organisation == *organisation);
        let referred = || {
            let mut referrals = self.referrals.iter();
            referrals.any(|referral| referral.made.to == *organisation || referral.made.from == *organisation)
        };
        let confirmed = || {
            self.lost.lookouts.iter().filter(|lookout| lookout.issued.recipients.contains(organisation)).any(
                |lookout| {
                    let Some(LookoutEnd::Resolved(resolved)) = &lookout.end else { return false };
                    let by = &resolved.stamp.by;
                    by.organisation != *organisation && resolved.stamp.recorded_at >= intake.stamp.recorded_at
                },
            )
        };
        known() || opened() || slept() || referred() || confirmed()
    }

    /// Whether an open lookout for the person is addressed to an organisation.
    #[must_use]
    pub fn looked_out_for_by(&self, organisation: &OrgId, now: DateTime) -> bool {
        let mut lookouts = self.lost.lookouts.iter();
        lookouts.any(|lookout| lookout.runs(now) && lookout.issued.recipients.contains(organisation))
    }

    /// Whether a care alert that still runs is addressed to an organisation.
    #[must_use]
    pub fn alerts(&self, organisation: &OrgId, now: DateTime) -> bool {
        self.lost.care_alerts.iter().any(|alert| alert.filed.to == *organisation && alert.runs(now))
    }

    /// Whether a principal was asked to look out, by lookout or care alert, warned of a discharge, or asked to take the person
    /// in or over, and that ended, or was taken back, not long ago.
    #[must_use]
    pub(crate) fn was_asked(&self, principal: &Principal, now: DateTime) -> bool {
        self.over_for(principal, now).next().is_some()
    }

    /// Whether what a principal was asked for ended with an event, not long ago.
    #[must_use]
    pub(crate) fn ended_for(&self, principal: &Principal, by: &Stamp, now: DateTime) -> bool {
        self.over_for(principal, now).any(|asked| asked.address.ended() == Some(by.recorded_at))
    }

    /// What a principal was asked for and is over, for as long as they are told.
    pub(crate) fn over_for(&self, principal: &Principal, now: DateTime) -> impl Iterator<Item = AskedFor<'_>> {
        self.asked_for().filter(move |asked| asked.address.tells_end_to(principal, now))
    }

    /// What anybody was asked for, or warned of, and who that was.
    pub(super) fn asked_for(&self) -> impl Iterator<Item = AskedFor<'_>> {
        let lookouts = self.lost.lookouts.iter();
        let lookouts = lookouts
            .map(|it| AskedFor::new(EventKind::LookoutIssued, it.issued.lookout.0, &it.issued.stamp, it.address()));
        let alerts = self.lost.care_alerts.iter();
        let alerts =
            alerts.map(|it| AskedFor::new(EventKind::CareAlertFiled, it.filed.alert.0, &it.filed.stamp, it.address()));
        let discharges = self.announced.iter().map(|it| {
            let told = &it.announced;
            AskedFor::new(EventKind::DischargeAnnounced, told.discharge.0, &told.stamp, it.address())
        });
        let handovers = self.repatriation.addressed().map(|it| {
            let (proposed, address) = (&it.handover.proposed, it.address());
            let asked = AskedFor::new(EventKind::HandoverProposed, proposed.handover.0, &proposed.stamp, address);
            AskedFor { ended: asked.ended.filter(|_| !it.handover.goes_on_here()), ..asked }
        });
        let taken_back = self.taken_back.iter().filter_map(|it| {
            let entry = self.record.find(it.entry)?;
            Some(AskedFor::new(entry.kind, entry.thing.unwrap_or(it.entry.0), &entry.stamp, it.address()))
        });
        lookouts.chain(alerts).chain(discharges).chain(handovers).chain(taken_back)
    }

    /// Whether a lookout was addressed to an organisation and is over.
    #[must_use]
    pub(crate) fn lookout_is_over(&self, id: LookoutId, organisation: &OrgId, now: DateTime) -> bool {
        let mut lookouts = self.lost.lookouts.iter().filter(|lookout| lookout.issued.lookout == id);
        lookouts.any(|lookout| !lookout.runs(now) && lookout.issued.recipients.contains(organisation))
    }

    /// Whether a lookout that is over ran at a time, and was addressed to a principal who is told still that it is over.
    #[must_use]
    pub(crate) fn lookout_ran_for(
        &self,
        id: LookoutId,
        principal: &Principal,
        (occurred, now): (DateTime, DateTime),
    ) -> bool {
        let mut lookouts = self.lost.lookouts.iter().filter(|lookout| lookout.issued.lookout == id);
        lookouts.any(|lookout| lookout.ran_at(occurred) && lookout.address().tells_end_to(principal, now))
    }

    /// Whether a care alert was addressed to an organisation and is over.
    #[must_use]
    pub(crate) fn care_alert_is_over(&self, id: CareAlertId, organisation: &OrgId, now: DateTime) -> bool {
        let mut alerts = self.lost.care_alerts.iter().filter(|alert| alert.filed.alert == id);
        alerts.any(|alert| !alert.runs(now) && alert.filed.to == *organisation)
    }

    /// Whether a handover that is addressed to somebody abroad stands, or was finished: then they may still say how it
    /// goes. Its consent must hold.
    #[must_use]
    pub fn hands_over_to(&self, abroad: Abroad<'_>) -> bool {
        let state = &self.repatriation;
        let mut theirs = state.handovers.iter().filter(|handover| handover.is_for(abroad));
        theirs.any(|handover| {
            let stands = handover.is_open() || handover.is_there();
            stands && state.consent_holds(handover)
        })
    }

    /// Whether the consent holds on which a handover rests that is addressed to somebody abroad, whatever became of the
    /// handover.
    #[must_use]
    pub fn consents_to(&self, abroad: Abroad<'_>) -> bool {
        let state = &self.repatriation;
        let mut theirs = state.handovers.iter().filter(|handover| handover.is_for(abroad));
        theirs.any(|handover| state.consent_holds(handover))
    }

    /// The organisations that may at any time stand in a relation to the person: what an index of cases by
    /// organisation holds. It may hold more than are related now, never fewer.
    pub fn concerned_organisations(&self) -> impl Iterator<Item = &OrgId> {
        let beds = self.stays.iter().map(|stay| &stay.assigned.organisation);
        let referrals = self.referrals.iter().flat_map(|referral| [&referral.made.from, &referral.made.to]);
        let lookouts = self.lost.lookouts.iter().flat_map(|lookout| &lookout.issued.recipients);
        let alerts = self.lost.care_alerts.iter().map(|alert| &alert.filed.to);
        let recorders = self.recorded_by.iter().map(|(organisation, _)| organisation);
        let warned = self.discharges.iter().filter_map(|discharge| discharge.to.as_ref());
        let warned = warned.chain(self.announced.iter().filter_map(|announced| announced.announced.to.as_ref()));
        let receiving = self.repatriation.handovers.iter().filter_map(|handover| handover.proposed.receiving.as_ref());
        let taken_back = self.taken_back.iter().map(super::correction::TakenBack::from);
        let opened = self.privacy.glasses().map(|glass| &glass.broken.stamp.by.organisation);
        recorders
            .chain(opened)
            .chain(beds)
            .chain(referrals)
            .chain(lookouts)
            .chain(alerts)
            .chain(warned)
            .chain(receiving)
            .chain(taken_back)
    }

    /// The countries that a handover was ever proposed to.
    pub fn concerned_countries(&self) -> impl Iterator<Item = Country> {
        self.repatriation.handovers.iter().map(|handover| handover.proposed.country)
    }
}
