//! Who was turned away: by night, place and reason, and of those who are known whom nobody has seen since.

use care_path::command::CommandKind as K;
use care_path::views::{NotSeenView, TurnAwaysView};
use maud::{Markup, html};

use super::Part;
use crate::form::Ask;
use crate::page::Page;
use crate::show::{day, fact};
use crate::words::Language;

/// The page: a part of the list, the last night first.
#[must_use]
pub fn turn_aways(page: &Page<'_>, rows: &Part<TurnAwaysView>) -> Markup {
    let title = page.say("Afgewezen aan de deur", "Turned away");
    page.titled(
        title,
        &html! {
            @if rows.items.is_empty() { (page.nothing("Er is niemand afgewezen.", "Nobody was turned away.")) }
            @for night in rows.items.chunk_by(|one, other| one.night == other.night) {
                @if let Some(first) = night.first() {
                    section aria-labelledby={ "night-" (first.night) } {
                        h2.utrecht-heading-2 id={ "night-" (first.night) } {
                            (page.say("De nacht van ", "The night of ")) (day(first.night, page.now, page.language))
                        }
                        ul.card-list { @for row in night { (page.turned_away(row)) } }
                    }
                }
            }
            (page.further(rows, title))
        },
    )
}

impl Page<'_> {
    fn turned_away(&self, row: &TurnAwaysView) -> Markup {
        let door = row.facility.as_ref().map_or("", care_path::ids::FacilityId::as_str);
        let count = |number: u32| (number > 0).then(|| number.to_string());
        let entries = row.entries.iter().flatten();
        html! {
            li.card id={ "turned-" (row.night) "-" (row.organisation) "-" (door) "-" (care_path::codes::Code::code(row.reason)) } {
                h3.utrecht-heading-3 {
                    @if let Some(facility) = &row.facility { (self.facility(facility)) " · " }
                    (self.organisation(&row.organisation))
                }
                p { span.tag { (self.code(row.reason)) } }
                dl.facts {
                    (fact(self.say("Mensen die bekend zijn", "People who are known"), count(row.persons_known)))
                    (fact(self.say("Van hen weer gezien", "Of them seen again"), count(row.of_these_seen_again)))
                    (fact(self.say("Mensen die niemand kent", "People whom nobody knows"), count(row.persons_unknown)))
                }
                @if let Some(lost) = row.not_seen_since.as_ref().filter(|lost| !lost.is_empty()) {
                    p { strong { (self.say("Sindsdien niet gezien:", "Not seen since:")) } }
                    ul { @for each in lost { li { (self.not_seen(each)) } } }
                }
                // One count needs no number; of several each has its own.
                @for (number, entry) in (1..).zip(entries) {
                    @if row.entries.as_ref().is_some_and(|entries| entries.len() > 1) {
                        p { (self.say("Telling ", "Count ")) (number) }
                    }
                    (self.act(&Ask::of(K::RetractTurnAway).subject(entry.0)))
                }
            }
        }
    }

    fn not_seen(&self, each: &NotSeenView) -> Markup {
        let since = match (each.days, self.language) {
            (0, Language::Dutch) => "sinds vannacht".to_owned(),
            (0, Language::English) => "since tonight".to_owned(),
            (1, Language::Dutch) => "al 1 dag".to_owned(),
            (1, Language::English) => "for 1 day".to_owned(),
            (days, Language::Dutch) => format!("al {days} dagen"),
            (days, Language::English) => format!("for {days} days"),
        };
        html! { (self.person_link(None, each.person_id)) " · " (since) }
    }
}
