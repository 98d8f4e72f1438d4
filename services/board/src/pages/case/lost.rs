//! Who is asked to look out for somebody, and what the police were asked.

use care_path::codes::LookoutState;
use care_path::command::CommandKind as K;
use care_path::views::{CaseFileView, ListedView};
use maud::{Markup, html};

use crate::form::Ask;
use crate::page::Page;
use crate::show::fact;

impl Page<'_> {
    pub(super) fn looked_for(&self, file: &CaseFileView, may: &[K]) -> Markup {
        let person = file.person_id;
        html! {
            @if let Some(lookouts) = &file.lookouts {
                section aria-labelledby="lookouts" {
                    h2 #lookouts.utrecht-heading-2 { (self.say("Uitkijken", "Lookouts")) }
                    ul.card-list {
                        @for lookout in lookouts.iter().rev() {
                            @let open = lookout.is_open(self.now);
                            li.card id={ "lookout-" (lookout.lookout_id) } {
                                p {
                                    @if let Some(state) = lookout.state { span.tag { (self.code(state)) } " " }
                                    @if open { (self.say("tot ", "until ")) (self.time(lookout.expires_at)) }
                                }
                                @if let Some(description) = &lookout.description { p.told { (description.as_str()) } }
                                @let names = |list: &Option<Vec<_>>| list.iter().flatten().map(|each| self.organisation(each)).collect::<Vec<_>>().join(", ");
                                dl.facts {
                                    @if open && lookout.silent.as_ref().is_some_and(|silent| !silent.is_empty()) {
                                        dt { (self.say("Nog niet gelezen door", "Not read yet by")) } dd { (names(&lookout.silent)) }
                                    }
                                    @if !open { (fact(self.say("Gevraagd", "Asked"), lookout.recipients.is_some().then(|| names(&lookout.recipients)))) }
                                    (fact(self.say("Uitkomst", "Outcome"), lookout.outcome.map(|outcome| self.code(outcome))
                                        .or_else(|| lookout.end_reason.map(|why| self.code(why)))))
                                }
                                @for sighting in lookout.sightings.iter().flatten() {
                                    p.told {
                                        (self.say("Gezien: ", "Seen: "))
                                        @if let Some(kind) = sighting.location_type { (self.code(kind)) " " }
                                        @if let Some(location) = &sighting.location { (location.as_str()) " " }
                                        @if let Some(how) = &sighting.circumstances { (how.as_str()) " " }
                                        (self.noted(&sighting.noted))
                                    }
                                }
                                @if open {
                                    @let ask = |kind| Ask::of(kind).about(person).subject(lookout.lookout_id.0);
                                    div.utrecht-button-group {
                                        @for kind in [K::ReportSighting, K::ResolveLookout, K::EndLookout] {
                                            @if may.contains(&kind) { (self.act(&ask(kind))) }
                                        }
                                        @if !lookout.acknowledged && may.contains(&K::AcknowledgeLookout) {
                                            (self.act(&ask(K::AcknowledgeLookout).at_once()))
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
            @if let Some(alerts) = &file.care_alerts {
                section aria-labelledby="alerts" {
                    h2 #alerts.utrecht-heading-2 { (self.say("Zorgmeldingen", "Care alerts")) }
                    ul.card-list {
                        @for alert in alerts.iter().rev() {
                            li.card id={ "alert-" (alert.care_alert_id) } {
                                p { (self.organisation(&alert.to)) " · " (self.noted(&alert.noted)) }
                                p {
                                    @if let Some(ended) = alert.ended_at {
                                        span.tag { (self.code(LookoutState::Ended)) } " " (self.time(ended))
                                        @if let Some(why) = alert.end_reason { " · " (self.code(why)) }
                                    } @else { (self.say("tot ", "until ")) (self.time(alert.expires_at)) }
                                }
                                @if let Some(description) = &alert.description { p.told { (description.as_str()) } }
                                @for answer in alert.answers.iter().flatten() {
                                    p { (self.code(answer.outcome)) " · " (self.noted(&answer.noted)) }
                                    @if let Some(told) = &answer.explanation { p.told { (told.as_str()) } }
                                }
                                @let ask = |kind| Ask::of(kind).about(person).subject(alert.care_alert_id.0);
                                @if alert.is_open(self.now) {
                                    @for kind in [K::AnswerCareAlert, K::EndCareAlert] {
                                        @if may.contains(&kind) { (self.act(&ask(kind))) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
