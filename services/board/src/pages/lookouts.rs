//! Whom to look out for: a sighting in three taps. The police find their care alerts here.

use care_path::command::CommandKind as K;
use care_path::views::{CareAlertView, EndedView, LookoutView};
use maud::{Markup, html};

use super::Part;
use crate::form::Ask;
use crate::page::Page;

/// Who is looked for.
pub struct Lookouts {
    pub lookouts: Part<LookoutView>,
    pub alerts: Part<CareAlertView>,
    /// What the reader was asked for and is over.
    pub ended: Part<EndedView>,
}

/// The page.
#[must_use]
pub fn lookouts(page: &Page<'_>, Lookouts { lookouts, alerts, ended }: &Lookouts) -> Markup {
    let title = page.say("Naar wie kijken we uit", "Whom to look out for");
    page.titled(
        title,
        &html! {
            @if page.offline {
                p { a.utrecht-link href="/board/offline" {
                    (page.say("Werken zonder netwerk", "Working without a network"))
                } }
            }
            @if lookouts.items.is_empty() && alerts.items.is_empty() {
                (page.nothing("Er is nu niemand naar wie u moet uitkijken.", "There is nobody to look out for now."))
            }
            ul.card-list {
                @for lookout in &lookouts.items { (page.lookout(lookout)) }
                @for alert in &alerts.items { (page.alert(alert)) }
            }
            (page.further(lookouts, title))
            (page.further(alerts, page.say("Zorgmeldingen", "Care alerts")))
            (page.ended(ended))
        },
    )
}

impl Page<'_> {
    fn lookout(&self, lookout: &LookoutView) -> Markup {
        let person = lookout.noted.person_id;
        let ask = |kind| Ask::of(kind).about(person).subject(lookout.lookout_id.0);
        html! {
            li.card id={ "lookout-" (lookout.lookout_id) } {
                p.lookout-who {
                    @match &lookout.description {
                        Some(description) => (description.as_str()),
                        None => (self.say("Geen beschrijving", "No description")),
                    }
                }
                p { (person.number()) " · " (self.say("tot ", "until ")) (self.time(lookout.expires_at)) }
                div.utrecht-button-group {
                    (self.act(&ask(K::ReportSighting).titled("Gezien", "Seen").primary().inline()))
                    @if !lookout.acknowledged { (self.act(&ask(K::AcknowledgeLookout).titled("Gelezen", "Read").at_once())) }
                }
            }
        }
    }

    fn alert(&self, alert: &CareAlertView) -> Markup {
        let ask = Ask::of(K::AnswerCareAlert).about(alert.noted.person_id).subject(alert.care_alert_id.0);
        html! {
            li.card id={ "alert-" (alert.care_alert_id) } {
                p.lookout-who { @if let Some(description) = &alert.description { (description.as_str()) } }
                p {
                    (alert.noted.person_id.number()) " · " (self.say("tot ", "until ")) (self.time(alert.expires_at)) " · "
                    (self.noted(&alert.noted))
                }
                @for answer in alert.answers.iter().flatten() {
                    p { (self.say("Geantwoord: ", "Answered: ")) (self.code(answer.outcome)) " · " (self.noted(&answer.noted)) }
                    @if let Some(told) = &answer.explanation { p.told { (told.as_str()) } }
                }
                (self.act(&ask.primary().inline()))
            }
        }
    }
}
