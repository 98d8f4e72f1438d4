//! Handovers to a country: what waits for the embassy, and the questions about them.

use care_path::codes::{Code, FollowUpTerm, HandoverState as S};
use care_path::command::CommandKind as K;
use care_path::time::local_date;
use care_path::views::{EndedView, HandoverView, TaskView};
use maud::{Markup, html};

use super::Part;
use crate::form::Ask;
use crate::page::Page;
use crate::show::{day, fact};

/// The handovers that a reader may see.
pub struct Handovers {
    pub open: Part<HandoverView>,
    pub over: Part<HandoverView>,
    /// What the reader was asked for and is over, which they see no more of.
    pub ended: Part<EndedView>,
    /// What waits for the reader on these.
    pub tasks: Vec<TaskView>,
    /// The commands that the reader may send.
    pub may: Vec<K>,
}

/// The page.
#[must_use]
pub fn handovers(page: &Page<'_>, Handovers { open, over, ended, tasks, may }: &Handovers) -> Markup {
    let title = page.say("Overdrachten", "Handovers");
    let has_over = !over.items.is_empty() || over.start.is_some() || over.next.is_some();
    page.titled(
        title,
        &html! {
            @if open.items.is_empty() && !has_over {
                (page.nothing("Er is nu geen overdracht die u mag zien.", "There is no handover that you may see now."))
            }
            ul.card-list { @for handover in &open.items { (page.waiting_handover(handover, may, tasks)) } }
            (page.further(open, title))
            @if has_over {
                @let title = page.say("Wat voorbij is", "What is over");
                section aria-labelledby="over" {
                    h2 #over.utrecht-heading-2 { (title) }
                    ul.card-list { @for handover in &over.items { (page.waiting_handover(handover, may, tasks)) } }
                    (page.further(over, title))
                }
            }
            (page.ended(ended))
        },
    )
}

impl Page<'_> {
    /// A handover of a list: whom it is about, and by when what waits.
    fn waiting_handover(&self, handover: &HandoverView, may: &[K], tasks: &[TaskView]) -> Markup {
        let is_of = |task: &&TaskView| task.subject_id.is_some_and(|id| id.0 == handover.handover_id.0);
        let about = html! {
            p { (self.person_link(handover.identity.as_ref(), handover.noted.person_id)) }
            @for task in tasks.iter().filter(is_of) { p { strong { (self.code(task.kind)) } " " (self.due(task.due_at)) } }
        };
        self.handover_told(handover, may, &about)
    }

    /// A handover with what the reader may do about it.
    pub(super) fn handover(&self, handover: &HandoverView, may: &[K]) -> Markup {
        self.handover_told(handover, may, &html! {})
    }

    fn handover_told(&self, handover: &HandoverView, may: &[K], about: &Markup) -> Markup {
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
                (about)
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
                (self.follow_ups(handover, may))
                @for (asked, question) in handover.questions.iter().flatten().filter_map(|each| Some((each.question.as_ref()?, each))) {
                    div.question {
                        p.told { (self.say("Vraag: ", "Question: ")) (asked.as_str()) }
                        @if let Some(answer) = &question.answer {
                            p.told { (self.say("Antwoord: ", "Answer: ")) (answer.as_str()) }
                        } @else if can(K::AnswerHandoverQuestion) && handover.state.is_some_and(S::is_open) {
                            (self.act(&ask(K::AnswerHandoverQuestion).given("/question_id", question.question_id.to_string())))
                        }
                    }
                }
                @if handover.state == Some(S::Proposed) && can(K::AcceptHandover) {
                    p { (self.say("Accepteren kan als de ambassade de ontvangst heeft bevestigd.",
                        "It can be accepted once the embassy has acknowledged it.")) }
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

    /// How it went after each term. What nobody has told yet of somebody who is still there is told by its form, or it says
    /// from which day on.
    fn follow_ups(&self, handover: &HandoverView, may: &[K]) -> Markup {
        let told = |term| handover.follow_ups.iter().flatten().find(|each| each.term == term);
        let is_there = handover.state == Some(S::Arrived) && handover.here_again_at.is_none();
        let arrived = handover.arrived_at.filter(|_| is_there && may.contains(&K::RecordFollowUp)).map(local_date);
        let ask = Ask::of(K::RecordFollowUp).about(handover.noted.person_id).subject(handover.handover_id.0);
        html! {
            @if let Some(at) = handover.here_again_at {
                p { span.tag.tag--warn { (self.say("weer hier", "here again")) } " " (self.time(at)) }
            }
            @for term in FollowUpTerm::ALL {
                @if let Some(told) = told(*term) {
                    p { (self.code(*term)) @if let Some(outcome) = told.outcome { ": " (self.code(outcome)) } }
                } @else if let Some(arrived) = arrived {
                    @let from = term.taken_from(arrived);
                    @if from <= local_date(self.now) {
                        (self.act(&follow_up(ask.clone(), *term)))
                    } @else {
                        p { (self.code(*term)) ": " (self.say("kan vanaf ", "can be recorded from ")) (day(from, self.now, self.language)) }
                    }
                }
            }
        }
    }
}

fn follow_up(ask: Ask, term: FollowUpTerm) -> Ask {
    let ask = ask.given("/term", term.code());
    match term {
        FollowUpTerm::Days30 => ask.titled("Nazorg na 30 dagen vastleggen", "Record the follow-up after 30 days"),
        FollowUpTerm::Days90 => ask.titled("Nazorg na 90 dagen vastleggen", "Record the follow-up after 90 days"),
    }
}

/// What may come next, by where a handover stands: nothing that is always refused. How it goes after the arrival has its days.
const fn next(state: S) -> &'static [K] {
    match state {
        S::Proposed => &[
            K::AcknowledgeHandover,
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
        S::Departed => &[K::ConfirmArrival, K::AskHandoverQuestion, K::AttachHandoverDocument, K::WithdrawHandover],
        S::Arrived | S::Declined | S::Withdrawn => &[],
    }
}
