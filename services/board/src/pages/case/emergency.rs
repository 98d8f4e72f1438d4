//! That the case is open in an emergency: to whoever opened it, with until when; and for the coordinator, who did.

use care_path::command::CommandKind as K;
use care_path::views::{CaseFileView, OpenedView};
use maud::{Markup, html};

use crate::form::Ask;
use crate::page::Page;

impl Page<'_> {
    /// Says that the reader sees the case in an emergency alone, and how long.
    pub(super) fn emergency(&self, file: &CaseFileView) -> Markup {
        html! {
            @if let Some(open) = &file.break_glass {
                div #emergency.utrecht-alert.utrecht-alert--warning role="status" {
                    p {
                        strong { (self.say("U heeft dit dossier in nood geopend. ", "You opened this case in an emergency. ")) }
                        (self.say("Het staat open tot ", "It is open until ")) (self.time_text(open.until)) ". "
                        (self.say(
                            "De procesregisseur en de functionaris gegevensbescherming weten het. Alles wat u bekijkt wordt vastgelegd, en het wordt beoordeeld.",
                            "The coordinator and the privacy officer know. All that you look at is recorded, and it is reviewed.",
                        ))
                    }
                    (self.act(&Ask::of(K::EndBreakGlass).about(file.person_id).subject(open.break_glass_id.0).at_once()))
                }
            }
        }
    }

    /// Who opened the case in an emergency, for those who oversee it.
    pub(super) fn opened_in_emergency(&self, file: &CaseFileView, may: &[K]) -> Markup {
        html! {
            @if let Some(opened) = &file.emergencies {
                section aria-labelledby="emergencies" {
                    h2 #emergencies.utrecht-heading-2 { (self.say("In nood geopend", "Opened in an emergency")) }
                    ul.card-list { @for each in opened.iter().rev() { (self.opened(file, each, may)) } }
                }
            }
        }
    }

    fn opened(&self, file: &CaseFileView, each: &OpenedView, may: &[K]) -> Markup {
        let is_over = each.ended_at.is_some() || each.until.is_none_or(|until| until <= self.now);
        let about = |kind: K| Ask::of(kind).about(file.person_id).subject(each.break_glass_id.0);
        html! {
            li.card id={ "emergency-" (each.break_glass_id) } {
                p {
                    @if let Some(reason) = each.reason { strong { (self.code(reason)) } " " }
                    @match each.outcome {
                        Some(outcome) => span.tag { (self.code(outcome)) },
                        None if is_over => span.tag.tag--warn { (self.say("nog niet beoordeeld", "not reviewed yet")) },
                        None => span.tag.tag--warn { (self.say("staat open", "is open")) },
                    }
                }
                p { (self.noted(&each.noted)) }
                @if let Some(explanation) = &each.explanation { p.told { (explanation.as_str()) } }
                @if let Some(until) = each.until { p { (self.say("tot ", "until ")) (self.time(until)) } }
                @if !is_over && may.contains(&K::EndBreakGlass) { (self.act(&about(K::EndBreakGlass).at_once())) }
                @if is_over && each.outcome.is_none() && may.contains(&K::ReviewBreakGlass) {
                    (self.act(&about(K::ReviewBreakGlass)))
                }
            }
        }
    }
}
