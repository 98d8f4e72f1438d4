//! A return, as far as it has come.

use care_path::command::CommandKind as K;
use care_path::views::{CaseFileView, ReturnView};
use maud::{Markup, html};

use crate::form::Ask;
use crate::page::Page;

impl Page<'_> {
    /// A return, step by step; the no is as easy as the yes.
    pub(super) fn going_back(&self, file: &CaseFileView, going_back: &ReturnView, may: &[K]) -> Markup {
        let person = file.person_id;
        // Nobody is asked on a case that is over.
        let is_over = file.closed.is_some() || file.death.is_some();
        let asked = [K::RefuseReturn, K::PresentReturnOptions, K::GiveConsent];
        let asked: Vec<_> = asked.into_iter().filter(|kind| *kind != K::PresentReturnOptions || !is_over).collect();
        html! {
            section aria-labelledby="return" {
                h2 #return.utrecht-heading-2 { (self.say("Terugkeer", "Return")) }
                (self.last_talk(going_back))
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
                ul.card-list { @for handover in going_back.handovers.iter().flatten().rev() { (self.handover(handover, may)) } }
                div.acts {
                    (self.acts(may, person, &asked))
                    (self.propose(file, going_back, may))
                }
            }
        }
    }
}
