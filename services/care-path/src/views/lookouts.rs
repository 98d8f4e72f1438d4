//! Lookouts and care alerts, as a reader is shown them: to most of them the minimal description and nothing more.

use serde::Serialize;

use super::{NotedView, section, views};
use crate::codes::{CareAlertOutcome, LocationType, LookoutOutcome, LookoutState};
use crate::ids::{CareAlertId, LookoutId, OrgId};
use crate::path::lost::{CareAlert, Lookout};
use crate::policy::Category::{Lookout as LookoutCell, Medical};
use crate::policy::Depth::{Full, Minimal};
use crate::policy::Sight;
use crate::private::open;
use crate::text::{Line, Text};
use crate::time::DateTime;

views! {
    /// A lookout for somebody who is lost.
    pub struct LookoutView as "Lookout" {
        pub lookout_id: LookoutId,
        pub state: LookoutState,
        /// By what to know the person: all that a recipient is told.
        pub description: Option<Text>,
        pub expires_at: DateTime,
        /// Whether the reader's organisation has acknowledged it.
        pub acknowledged: bool,
        pub recipients: Option<Vec<OrgId>>,
        pub acknowledgements: Option<Vec<AcknowledgementView>>,
        /// The recipients that have not.
        pub silent: Option<Vec<OrgId>>,
        pub sightings: Option<Vec<SightingView>>,
        pub outcome: Option<LookoutOutcome>,
        #[serde(flatten)]
        #[cfg_attr(feature = "schema", graphql(flatten))]
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
        #[cfg_attr(feature = "schema", graphql(flatten))]
        pub noted: NotedView,
    }

    /// A care alert to the police.
    pub struct CareAlertView as "CareAlert" {
        pub care_alert_id: CareAlertId,
        pub to: OrgId,
        pub description: Option<Text>,
        pub expires_at: DateTime,
        pub answers: Option<Vec<CareAlertAnswerView>>,
        #[serde(flatten)]
        #[cfg_attr(feature = "schema", graphql(flatten))]
        pub noted: NotedView,
    }

    /// What the police answered.
    pub struct CareAlertAnswerView as "CareAlertAnswer" {
        pub outcome: CareAlertOutcome,
        #[serde(flatten)]
        #[cfg_attr(feature = "schema", graphql(flatten))]
        pub noted: NotedView,
    }
}

/// The lookouts of a path that a reader may see.
#[must_use]
pub fn disclose_lookouts(sight: &Sight<'_>) -> Vec<LookoutView> {
    let shown = sight.path().lost.lookouts.iter().filter(|lookout| sight.sees_lookout(lookout));
    shown.map(|lookout| view(sight, lookout)).collect()
}

fn view(sight: &Sight<'_>, lookout: &Lookout) -> LookoutView {
    let full = sight.shows(LookoutCell, Full, &lookout.issued.stamp);
    let acknowledgements = lookout.acknowledged.iter().map(|stamp| AcknowledgementView {
        organisation: stamp.by.organisation.clone(),
        acknowledged_at: stamp.occurred.at,
    });
    let heard = lookout.acknowledged.iter().chain([&lookout.issued.stamp]).map(|stamp| &stamp.by.organisation);
    let silent =
        lookout.issued.recipients.iter().filter(|recipient| !heard.clone().any(|known| known == *recipient)).cloned();
    let sightings = lookout.sightings.iter().filter(|sighting| sight.shows(LookoutCell, Full, &sighting.stamp));
    LookoutView {
        lookout_id: lookout.issued.lookout,
        state: lookout.state,
        description: lookout.issued.description.get().cloned(),
        expires_at: lookout.issued.expires_at,
        acknowledged: lookout.acknowledged.iter().any(|stamp| sight.acts_for(&stamp.by.organisation)),
        recipients: full.then(|| lookout.issued.recipients.clone()),
        acknowledgements: full.then(|| acknowledgements.collect()).and_then(section),
        silent: full.then(|| silent.collect()).and_then(section),
        sightings: section(
            sightings
                .map(|sighting| SightingView {
                    location_type: sighting.location_type,
                    location: open(sighting.location.as_ref()).cloned(),
                    circumstances: open(sighting.circumstances.as_ref()).cloned(),
                    observations: open(sighting.observations.as_ref())
                        .filter(|_| sight.shows(Medical, Full, &sighting.stamp))
                        .cloned(),
                    noted: NotedView::of(&sighting.stamp),
                })
                .collect(),
        ),
        outcome: lookout.closed.as_ref().filter(|_| full).and_then(|closed| closed.fact),
        noted: NotedView::of(&lookout.issued.stamp),
    }
}

/// The care alerts of a path that a reader may see.
#[must_use]
pub fn disclose_alerts(sight: &Sight<'_>) -> Vec<CareAlertView> {
    let shown = sight.path().lost.care_alerts.iter().filter(|alert| sight.sees_alert(alert));
    shown.map(|alert| alert_view(sight, alert)).collect()
}

fn alert_view(sight: &Sight<'_>, alert: &CareAlert) -> CareAlertView {
    let answers = alert.answers.iter().filter(|answer| sight.shows(LookoutCell, Minimal, &answer.stamp));
    CareAlertView {
        care_alert_id: alert.filed.alert,
        to: alert.filed.to.clone(),
        description: alert.filed.description.get().cloned(),
        expires_at: alert.filed.expires_at,
        answers: section(
            answers
                .map(|answer| CareAlertAnswerView { outcome: answer.fact, noted: NotedView::of(&answer.stamp) })
                .collect(),
        ),
        noted: NotedView::of(&alert.filed.stamp),
    }
}
