//! A return, as far as it has come.

use care_path::PersonId;
use care_path::command::CommandKind as K;
use care_path::views::ReturnView;
use maud::{Markup, html};

use crate::form::Ask;
use crate::page::Page;

impl Page<'_> {
    /// A return, step by step; the no is as easy as the yes.
    pub(super) fn going_back(&self, person: PersonId, going_back: &ReturnView, may: &[K]) -> Markup {
        html! {
            section aria-labelledby="return" {
                h2 #return.utrecht-heading-2 { (self.say("Terugkeer", "Return")) }
                @if let Some(options) = going_back.options.iter().flatten().last() {
                    p {
                        @if let Some(wish) = options.wish { strong { (self.code(wish)) } " · " }
                        @if let Some(language) = &options.language { (self.language_name(language.as_str())) " · " }
                        (self.noted(&options.noted))
                    }
                }
                @for refusal in going_back.refusals.iter().flatten() {
                    p { span.tag.tag--warn { (self.say("wil niet terug", "does not want to return")) } " " (self.noted(&refusal.noted)) }
                }
                @if going_back.conditions.is_some() || going_back.missing_conditions.is_some() {
                    ol.steps {
                        @for met in going_back.conditions.iter().flatten() {
                            li.done { (self.code(met.condition)) " · " (self.code(met.status)) }
                        }
                        @for missing in going_back.missing_conditions.iter().flatten() {
                            li.missing {
                                (self.code(*missing)) " · " (self.say("ontbreekt nog", "still missing"))
                                @if may.contains(&K::EvidenceReturnCondition) {
                                    (self.act(&Ask::of(K::EvidenceReturnCondition).about(person).given("/condition", care_path::codes::Code::code(*missing))))
                                }
                            }
                        }
                    }
                }
                @for consent in going_back.consents.iter().flatten() { (self.consent_given(person, consent, may, None)) }
                ul.card-list { @for handover in going_back.handovers.iter().flatten().rev() { (self.handover(handover, may, false)) } }
                div.acts {
                    (self.acts(may, person, &[K::RefuseReturn, K::PresentReturnOptions, K::GiveConsent, K::ProposeHandover]))
                }
            }
        }
    }
}
