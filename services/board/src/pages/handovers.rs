//! Handovers to a country: what waits for the embassy, and the questions about them.

use care_path::codes::HandoverState as S;
use care_path::command::CommandKind as K;
use care_path::views::{EndedView, HandoverView};
use maud::{Markup, html};

use super::Part;
use crate::form::Ask;
use crate::page::Page;
use crate::show::fact;

/// The handovers that a reader may see.
pub struct Handovers {
    pub open: Part<HandoverView>,
    pub over: Part<HandoverView>,
    /// What the reader was asked for and is over, which they see no more of.
    pub ended: Part<EndedView>,
    /// The commands that the reader may send.
    pub may: Vec<K>,
}

/// The page.
#[must_use]
pub fn handovers(page: &Page<'_>, Handovers { open, over, ended, may }: &Handovers) -> Markup {
    let title = page.say("Overdrachten", "Handovers");
    let has_over = !over.items.is_empty() || over.start.is_some() || over.next.is_some();
    page.titled(
        title,
        &html! {
            @if open.items.is_empty() && !has_over {
                (page.nothing("Er is nu geen overdracht die u mag zien.", "There is no handover that you may see now."))
            }
            ul.card-list { @for handover in &open.items { (page.handover(handover, may, true)) } }
            (page.further(open, title))
            @if has_over {
                @let title = page.say("Wat voorbij is", "What is over");
                section aria-labelledby="over" {
                    h2 #over.utrecht-heading-2 { (title) }
                    ul.card-list { @for handover in &over.items { (page.handover(handover, may, true)) } }
                    (page.further(over, title))
                }
            }
            (page.ended(ended))
        },
    )
}

impl Page<'_> {
    /// A handover with what the reader may do about it.
    pub(super) fn handover(&self, handover: &HandoverView, may: &[K], with_link: bool) -> Markup {
        let person = handover.noted.person_id;
        let ask = |kind| Ask::of(kind).about(person).subject(handover.handover_id.0);
        let can = |kind: K| may.contains(&kind);
        let identity = handover.identity.as_ref();
        html! {
            li.card id={ "handover-" (handover.handover_id) } {
                h3.utrecht-heading-3 { (self.say("Naar ", "To ")) (self.country(handover.country.as_str())) }
                p {
                    @if let Some(state) = handover.state { span.tag.tag--calm[!matches!(state, S::Declined | S::Withdrawn)] { (self.code(state)) } " " }
                    @if let Some(changed) = handover.changed_at { (self.time(changed)) }
                }
                @if with_link { p { (self.person_link(identity, person)) } }
                @if let Some(known) = identity { (self.identity(known)) }
                dl.facts {
                    (fact(self.say("Ontvangt", "Receives"), handover.receiving.as_ref().map(|each| self.organisation(each))
                        .or_else(|| handover.receiving_organisation.as_ref().map(|line| line.as_str().to_owned()))))
                    (fact(self.say("Gezag", "Custody"), handover.guardian.as_ref().map(care_path::text::Line::as_str)))
                    (fact(self.say("Plan", "Plan"), handover.plan.as_ref().map(care_path::text::Text::as_str)))
                    (fact(self.say("Reist", "Travels"), handover.travels.as_ref().map(care_path::text::Line::as_str)))
                    (fact(self.say("Vertrokken", "Departed"), handover.departed_at.map(|at| self.time_text(at))))
                    (fact(self.say("Verwacht", "Expected"), handover.expected_arrival.map(|at| self.time_text(at))))
                    (fact(self.say("Aangekomen", "Arrived"), handover.arrived_at.map(|at| self.time_text(at))))
                    (fact(self.say("Reden", "Reason"), handover.decline_reason.map(|why| self.code(why))
                        .or_else(|| handover.withdraw_reason.map(|why| self.code(why)))))
                    (fact(self.say("Toelichting", "Explanation"), handover.explanation.as_ref().map(care_path::text::Text::as_str)))
                    @if handover.has_document == Some(true) {
                        dt { (self.say("Document", "Document")) } dd { (self.say("verzegeld, reist mee", "sealed, travels with it")) }
                    }
                }
                @for follow_up in handover.follow_ups.iter().flatten() {
                    p { (self.code(follow_up.term)) @if let Some(outcome) = follow_up.outcome { ": " (self.code(outcome)) } }
                }
                @for question in handover.questions.iter().flatten() {
                    div.question {
                        p.told { (self.say("Vraag: ", "Question: ")) @if let Some(asked) = &question.question { (asked.as_str()) } }
                        @if let Some(answer) = &question.answer {
                            p.told { (self.say("Antwoord: ", "Answer: ")) (answer.as_str()) }
                        } @else if can(K::AnswerHandoverQuestion) {
                            (self.act(&ask(K::AnswerHandoverQuestion).given("/question_id", question.question_id.to_string())))
                        }
                    }
                }
                @if let Some(state) = handover.state {
                    div.utrecht-button-group {
                        @for kind in next(state).iter().filter(|kind| can(**kind)) {
                            @let at_once = matches!(kind, K::AcknowledgeHandover | K::ConfirmArrival);
                            (self.act(&Ask { at_once, ..ask(*kind) }))
                        }
                    }
                }
            }
        }
    }
}

/// What may come next, by where a handover stands.
const fn next(state: S) -> &'static [K] {
    match state {
        S::Proposed => &[
            K::AcknowledgeHandover,
            K::AcceptHandover,
            K::DeclineHandover,
            K::AskHandoverQuestion,
            K::AttachHandoverDocument,
            K::WithdrawHandover,
        ],
        S::Acknowledged => &[
            K::AcceptHandover,
            K::DeclineHandover,
            K::AskHandoverQuestion,
            K::AttachHandoverDocument,
            K::WithdrawHandover,
        ],
        S::Accepted => &[K::RecordDeparture, K::AskHandoverQuestion, K::AttachHandoverDocument, K::WithdrawHandover],
        S::Departed => &[K::ConfirmArrival, K::AskHandoverQuestion],
        S::Arrived => &[K::RecordFollowUp],
        S::Declined | S::Withdrawn => &[],
    }
}
