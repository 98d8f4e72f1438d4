//! Keeping and forgetting, for privacy officers: which records go next, what holds any, and a record by its number. Nothing of
//! what is in them.

use care_path::PersonId;
use care_path::command::CommandKind as K;
use care_path::path::privacy::RecordClass;
use care_path::views::{BreakGlassState, BreakGlassView, HoldView, RetentionView};
use maud::{Markup, html};

use super::Part;
use crate::form::Ask;
use crate::page::Page;
use crate::words::{Said, WHOLE_NUMBER, field_problem};

/// What the page shows.
pub struct Privacy<'a> {
    /// What goes within thirty days, the next first.
    pub retention: &'a Part<RetentionView>,
    pub holds: &'a Part<HoldView>,
    /// Cases that were opened in an emergency and are open or not reviewed, the latest first.
    pub opened: &'a Part<BreakGlassView>,
    /// How many were reviewed: as justified, and as not justified.
    pub reviewed: (u64, u64),
    /// What was typed to open one record.
    pub typed: &'a str,
    pub asked: Asked,
}

/// What there is by the number that was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Nothing was typed.
    Nothing,
    /// What was typed is no whole number.
    NoNumber,
    Nobody,
    Kept(PersonId),
    Erased {
        person: PersonId,
        /// It can be certified.
        certified: bool,
    },
}

/// The page.
#[must_use]
pub fn privacy(page: &Page<'_>, Privacy { retention, holds, opened, reviewed, typed, asked }: &Privacy<'_>) -> Markup {
    let in_an_emergency = page.say("In nood geopend", "Opened in an emergency");
    let goes = page.say("Verdwijnt binnen dertig dagen", "Goes within thirty days");
    let held = page.say("Bewaarplicht", "Legal holds");
    page.titled(
        page.say("Bewaren en wissen", "Keep and erase"),
        &html! {
            section aria-labelledby="one" {
                h2 #one.utrecht-heading-2 { (page.say("Eén dossier", "One record")) }
                form method="get" action="/board/privacy" {
                    p {
                        label.utrecht-form-label for="person" { (page.say("Nummer van de persoon", "Number of the person")) }
                        input #person.utrecht-textbox name="person" required autocomplete="off" value=(typed)
                            aria-invalid=[(*asked == Asked::NoNumber).then_some("true")];
                    }
                    button.utrecht-button.utrecht-button--secondary-action type="submit" { (page.say("Openen", "Open")) }
                }
                (page.asked(*asked))
            }
            section aria-labelledby="opened" {
                h2 #opened.utrecht-heading-2 { (in_an_emergency) }
                @if opened.items.is_empty() { (page.nothing("Niets te beoordelen.", "Nothing to review.")) }
                ul.card-list { @for each in &opened.items { (page.emergency_to_review(each)) } }
                (page.further(opened, in_an_emergency))
                p {
                    (page.say("Beoordeeld: ", "Reviewed: "))
                    (reviewed.0) " " (page.say("terecht", "justified")) " · "
                    (reviewed.1) " " (page.say("niet terecht", "not justified"))
                }
            }
            section aria-labelledby="goes" {
                h2 #goes.utrecht-heading-2 { (goes) }
                @if retention.items.is_empty() { (page.nothing("Niets.", "Nothing.")) }
                ul.card-list { @for each in &retention.items {
                    li.card id={ "goes-" (each.person_id) } {
                        p { (page.record_link(each.person_id)) }
                        p { (class(each.record_class).r#in(page.language)) " · " (page.time_text(each.kept_until)) }
                        @if each.on_hold == Some(true) {
                            p { span.tag.tag--warn { (page.say("een bewaarplicht houdt het vast", "a legal hold keeps it")) } }
                        }
                    }
                } }
                (page.further(retention, goes))
            }
            section aria-labelledby="holds" {
                h2 #holds.utrecht-heading-2 { (held) }
                @if holds.items.is_empty() { (page.nothing("Geen.", "None.")) }
                ul.card-list { @for each in &holds.items {
                    li.card id={ "hold-" (each.hold_id) } {
                        p { strong { (page.code(each.reason)) } }
                        p { (page.record_link(each.person_id)) }
                        p { (page.organisation(&each.placed_by)) " · " (page.time_text(each.placed_at)) }
                        (page.act(&Ask::of(K::LiftHold).about(each.person_id).subject(each.hold_id.0).at_once()))
                    }
                } }
                (page.further(holds, held))
            }
        },
    )
}

impl Page<'_> {
    /// A record by its number, with what can be done about it.
    fn asked(&self, asked: Asked) -> Markup {
        let who_saw = |person: PersonId| {
            html! { p { a.utrecht-link href={ "/board/persons/" (person) "/who-saw" } {
                (self.say("Wie heeft deze persoon gezien?", "Who saw this person?"))
            } } }
        };
        match asked {
            Asked::Nothing => html! {},
            Asked::NoNumber => html! {
                p.utrecht-form-field-error-message role="alert" { (field_problem(WHOLE_NUMBER, self.language)) }
            },
            Asked::Nobody => {
                html! { p role="status" { (self.say("Er is geen dossier met dit nummer.", "There is no record of this number.")) } }
            }
            Asked::Kept(person) => html! {
                (who_saw(person))
                (self.act(&Ask::of(K::PlaceHold).about(person).inline()))
                (self.act(&Ask::of(K::EraseSubject).about(person).inline()))
            },
            Asked::Erased { person, certified } => html! {
                p { span.tag { (self.say("gewist", "erased")) } }
                (who_saw(person))
                @if certified {
                    p { a.utrecht-link href={ "/board/persons/" (person) "/erasure-certificate" } download {
                        (self.say("Bewijs van wissen downloaden", "Download the certificate of erasure"))
                    } }
                }
            },
        }
    }

    fn emergency_to_review(&self, each: &BreakGlassView) -> Markup {
        let about = |kind: K| Ask::of(kind).about(each.person_id).subject(each.break_glass_id.0);
        let is_late = each.review_due_at < self.now;
        html! {
            li.card id={ "opened-" (each.break_glass_id) } {
                p {
                    strong { (self.code(each.reason)) } " "
                    @if each.state == BreakGlassState::Open { span.tag.tag--warn { (self.say("staat open", "is open")) } }
                    @if is_late { span.tag.tag--warn { (self.say("te laat", "overdue")) } }
                }
                p { (self.record_link(each.person_id)) }
                p { (each.user) " · " (self.code(each.role)) " · " (self.organisation(&each.organisation)) }
                p {
                    (self.time_text(each.opened_at)) " – " (self.time_text(each.ended_at.unwrap_or(each.until)))
                    " · " (self.say("beoordelen vóór ", "review by ")) (self.time_text(each.review_due_at))
                }
                @match each.state {
                    BreakGlassState::Open => (self.act(&about(K::EndBreakGlass).at_once())),
                    BreakGlassState::ToReview => (self.act(&about(K::ReviewBreakGlass).inline())),
                    BreakGlassState::Reviewed | BreakGlassState::Erased => {}
                }
            }
        }
    }

    fn record_link(&self, person: PersonId) -> Markup {
        let _ = self;
        html! { a.utrecht-link href={ "/board/privacy?person=" (person) } { (person) } }
    }
}

fn class(class: RecordClass) -> Said {
    match class {
        RecordClass::Contact => Said("gezien, nooit geholpen", "seen, never helped"),
        RecordClass::Support => Said("opvang en ondersteuning", "shelter and support"),
        RecordClass::Care => Said("zorg", "care"),
    }
}
