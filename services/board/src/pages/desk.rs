//! The desk: who is lost, what must be decided, what waits.

use care_path::PersonId;
use care_path::codes::{Role, TaskKind};
use care_path::command::CommandKind as K;
use care_path::views::{ExceptionView, LostView, TaskView};
use maud::{Markup, html};

use super::Part;
use crate::form::Ask;
use crate::page::Page;
use crate::words::Language;

/// What lies on the desk.
pub struct Desk {
    pub lost: Part<LostView>,
    /// Requests that wait for the reader's decision, with whom they are about.
    pub to_decide: Part<(PersonId, ExceptionView)>,
    pub tasks: Part<TaskView>,
}

/// The page.
#[must_use]
pub fn desk(page: &Page<'_>, desk: &Desk) -> Markup {
    let Desk { lost, to_decide, tasks } = desk;
    let who_is_lost = page.say("Wie is uit beeld", "Who is lost");
    let what_to_decide = page.say("Te besluiten", "To decide");
    let what_waits = page.say("Wat wacht op u", "What waits for you");
    // What is to be decided stands beside it, with what it is about.
    let beside = |task: &TaskView| {
        let mut requests = to_decide.items.iter().map(|(_, request)| request.exception_id.0);
        task.subject_id.is_some_and(|subject| requests.any(|request| request == subject.0))
    };
    let waits = tasks.items.iter().filter(|task| !beside(task)).cloned();
    let (reviews, waiting): (Vec<_>, Vec<_>) = waits.partition(|task| task.kind == TaskKind::WeeklyReview);
    page.titled(page.say("Vandaag", "Today"), &html! {
        div.board-columns {
            div {
                // Whoever may not know of the lost is not told that there are none.
                @if !lost.items.is_empty() || page.reader.principal.actor.role() == Role::ProcessCoordinator {
                    section aria-labelledby="lost" {
                        h2 #lost.utrecht-heading-2 { (who_is_lost) }
                        @if lost.items.is_empty() { (page.nothing("Niemand is uit beeld.", "Nobody is out of sight.")) }
                        ul.card-list { @for each in &lost.items { (page.lost(each)) } }
                        (page.further(lost, who_is_lost))
                    }
                }
                @if !to_decide.items.is_empty() {
                    section aria-labelledby="decide" {
                        h2 #decide.utrecht-heading-2 { (what_to_decide) }
                        ul.card-list { @for (person, request) in &to_decide.items { (page.to_decide(*person, request)) } }
                        (page.further(to_decide, what_to_decide))
                    }
                }
            }
            section aria-labelledby="waits" {
                h2 #waits.utrecht-heading-2 { (what_waits) }
                @if waiting.is_empty() { (page.nothing("Er wacht niets op u.", "Nothing waits for you.")) }
                (page.tasks(&waiting))
                @if !reviews.is_empty() {
                    @let each = page.tasks(&reviews);
                    details.more open[page.has_draft(&each)] {
                        summary { (page.code(TaskKind::WeeklyReview)) " (" (reviews.len()) ")" }
                        (each)
                    }
                }
                (page.further(tasks, what_waits))
            }
        }
    })
}

impl Page<'_> {
    fn lost(&self, lost: &LostView) -> Markup {
        let person = lost.person_id;
        let silent = lost.lookouts.iter().flatten().flat_map(|lookout| lookout.silent.iter().flatten());
        let silent: Vec<_> = silent.map(|each| self.organisation(each)).collect();
        let looks_out = lost.lookouts.as_ref().is_some_and(|lookouts| !lookouts.is_empty());
        html! {
            li.card id={ "lost-" (person) } {
                h3.utrecht-heading-3 { (self.person_link(lost.identity.as_ref(), person)) }
                p {
                    span.tag.tag--alarm {
                        @let since = self.span(lost.episode.began_at, self.now);
                        @match self.language {
                            Language::Dutch => { "al " (since) " uit beeld" },
                            Language::English => { "out of sight for " (since) },
                        }
                    }
                    @if lost.vulnerable == Some(true) { " " (self.vulnerable()) }
                    @if lost.episode.number > 1 {
                        " " span.tag.tag--warn { (self.which_time(lost.episode.number)) }
                    }
                }
                dl.facts {
                    @if let Some(seen) = &lost.last_seen {
                        dt { (self.say("Laatst gezien", "Last seen")) } dd { (self.seen(seen)) }
                    }
                    dt { (self.say("Uitkijken", "Looking out")) }
                    dd {
                        @if !looks_out { (self.say("niemand kijkt uit", "nobody looks out")) }
                        @else if silent.is_empty() { (self.say("iedereen heeft het gelezen", "everybody has read it")) }
                        @else { (self.say("nog niet gelezen door: ", "not read yet by: ")) (silent.join(", ")) }
                    }
                    @if let Some(next) = &lost.next {
                        dt { (self.say("Volgende", "Next")) }
                        dd { (self.code(next.kind)) " " (self.due(next.due_at)) }
                    }
                }
                @if !looks_out { (self.act(&Ask::of(K::IssueLookout).about(person).primary())) }
            }
        }
    }

    fn to_decide(&self, person: PersonId, request: &ExceptionView) -> Markup {
        html! {
            li.card id={ "exception-" (request.exception_id) } {
                h3.utrecht-heading-3 { (self.code(request.kind)) }
                p { (self.person_link(None, person)) " · " (self.noted(&request.noted)) }
                @if let Some(reason) = &request.reason { p.told { (reason.as_str()) } }
                @if let Some(until) = request.until { p { (self.say("gevraagd tot ", "asked until ")) (self.time(until)) } }
                (self.decision(person, request))
            }
        }
    }

    /// Grant and deny, each with its reason.
    pub(super) fn decision(&self, person: PersonId, request: &ExceptionView) -> Markup {
        let ask = || Ask::of(K::DecideException).about(person).subject(request.exception_id.0);
        html! {
            (self.act(&ask().given("/decision", "granted").titled("Toekennen", "Grant").primary()))
            (self.act(&ask().given("/decision", "denied").titled("Afwijzen", "Deny")))
        }
    }
}
