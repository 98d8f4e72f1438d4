//! Lookouts and care alerts, as a reader is shown them: to most of them the minimal description and nothing more.

use serde::Serialize;

use super::{NotedView, section, views};
use crate::codes::{CareAlertOutcome, LocationType, LookoutEndReason, LookoutOutcome, LookoutState};
use crate::fact::Facts;
use crate::ids::{CareAlertId, LookoutId, OrgId};
use crate::path::Stamp;
use crate::path::lost::{CareAlert, Lookout, LookoutEnd, SightingReported};
use crate::sight::Sight;
use crate::text::{Line, Text};
use crate::time::DateTime;

views! {
    /// A lookout for somebody who is lost.
    pub struct LookoutView as "Lookout" {
        pub lookout_id: LookoutId,
        pub state: Option<LookoutState>,
        /// By what to know the person: all that a recipient is told.
        pub description: Option<Text>,
        pub expires_at: DateTime,
        /// Whether the reader's organisation has acknowledged it, or reported a sighting.
        pub acknowledged: bool,
        pub recipients: Option<Vec<OrgId>>,
        pub acknowledgements: Option<Vec<AcknowledgementView>>,
        /// The recipients that have done neither.
        pub silent: Option<Vec<OrgId>>,
        pub sightings: Option<Vec<SightingView>>,
        pub outcome: Option<LookoutOutcome>,
        /// Why it ended before its time, where nobody resolved it.
        pub end_reason: Option<LookoutEndReason>,
        #[serde(flatten)]
        pub noted: NotedView,
    }

    /// That an organisation has read a lookout.
    pub struct AcknowledgementView as "Acknowledgement" {
        pub organisation: OrgId,
        pub acknowledged_at: DateTime,
    }

    /// Somebody was seen who may be the person looked for.
    pub struct SightingView as "Sighting" {
        pub location_type: Option<LocationType>,
        pub location: Option<Line>,
        pub circumstances: Option<Text>,
        pub observations: Option<Text>,
        #[serde(flatten)]
        pub noted: NotedView,
    }

    /// A care alert to the police.
    pub struct CareAlertView as "CareAlert" {
        pub care_alert_id: CareAlertId,
        pub to: OrgId,
        pub description: Option<Text>,
        pub expires_at: DateTime,
        pub answers: Option<Vec<CareAlertAnswerView>>,
        /// Whether it still runs; absent to those who are not told.
        pub open: Option<bool>,
        /// When it ended before its time: nobody looks any more.
        pub ended_at: Option<DateTime>,
        /// Why it did.
        pub end_reason: Option<LookoutEndReason>,
        #[serde(flatten)]
        pub noted: NotedView,
    }

    /// What the police answered.
    pub struct CareAlertAnswerView as "CareAlertAnswer" {
        pub outcome: CareAlertOutcome,
        pub explanation: Option<Text>,
        #[serde(flatten)]
        pub noted: NotedView,
    }
}

/// The lookouts of a path that a reader may see.
#[must_use]
pub fn disclose_lookouts(sight: &Sight<'_>) -> Vec<LookoutView> {
    sight.path().lost.lookouts.iter().filter_map(|lookout| view(sight, lookout)).collect()
}

fn view(sight: &Sight<'_>, lookout: &Lookout) -> Option<LookoutView> {
    let (whole, issued) = (lookout.facts(), lookout.step(&lookout.issued));
    let (lookout_id, stamp) = sight.show_noted(issued.lookout())?;
    let acknowledgement = |stamp: &Stamp| AcknowledgementView {
        organisation: stamp.by.organisation.clone(),
        acknowledged_at: stamp.occurred.at,
    };
    let acknowledgements = sight.show(whole.acknowledged()).into_iter().flatten().map(acknowledgement);
    let silent = sight.show(whole.silent()).into_iter().flatten().cloned();
    let sightings = lookout.sightings.iter().filter_map(|sighting| sighting_view(sight, lookout.step(sighting)));
    let outcome = match &lookout.end {
        Some(LookoutEnd::Resolved(resolved)) => sight.show(lookout.step(resolved).outcome()).copied(),
        Some(LookoutEnd::Expired(_) | LookoutEnd::Over(_)) | None => None,
    };
    Some(LookoutView {
        lookout_id: *lookout_id,
        state: sight.show(whole.state()),
        description: sight.show(issued.description()).cloned(),
        expires_at: *sight.show(issued.expires_at())?,
        acknowledged: lookout.is_read_by(&sight.principal().organisation),
        recipients: sight.show(issued.recipients()).cloned(),
        acknowledgements: section(acknowledgements.collect()),
        silent: section(silent.collect()),
        sightings: section(sightings.collect()),
        outcome,
        end_reason: sight.show(whole.end_reason()),
        noted: NotedView::of(sight, stamp),
    })
}

fn sighting_view(sight: &Sight<'_>, sighting: Facts<'_, SightingReported>) -> Option<SightingView> {
    let (_, stamp) = sight.show_noted(sighting.lookout())?;
    Some(SightingView {
        location_type: sight.show(sighting.location_type()).copied(),
        location: sight.show(sighting.location()).cloned(),
        circumstances: sight.show(sighting.circumstances()).cloned(),
        observations: sight.show(sighting.observations()).cloned(),
        noted: NotedView::of(sight, stamp),
    })
}

/// The care alerts of a path that a reader may see.
#[must_use]
pub fn disclose_alerts(sight: &Sight<'_>) -> Vec<CareAlertView> {
    sight.path().lost.care_alerts.iter().filter_map(|alert| alert_view(sight, alert)).collect()
}

fn alert_view(sight: &Sight<'_>, alert: &CareAlert) -> Option<CareAlertView> {
    let filed = alert.step(&alert.filed);
    let (care_alert_id, stamp) = sight.show_noted(filed.alert())?;
    let answers = alert.answers.iter().filter_map(|answer| {
        let (outcome, stamp) = sight.show_noted(alert.step(answer).outcome())?;
        let explanation = sight.show(alert.step(answer).explanation()).cloned();
        Some(CareAlertAnswerView { outcome: *outcome, explanation, noted: NotedView::of(sight, stamp) })
    });
    Some(CareAlertView {
        care_alert_id: *care_alert_id,
        to: sight.show(filed.to())?.clone(),
        description: sight.show(filed.description()).cloned(),
        expires_at: *sight.show(filed.expires_at())?,
        answers: section(answers.collect()),
        open: sight.show(alert.facts().open()).map(|open| open && alert.runs(sight.now())),
        ended_at: sight.show(alert.facts().ended_at()),
        end_reason: sight.show(alert.facts().end_reason()),
        noted: NotedView::of(sight, stamp),
    })
}
