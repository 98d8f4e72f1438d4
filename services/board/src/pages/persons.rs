//! Finding somebody: a list of persons, and a search by name.

use care_path::PersonId;
use care_path::views::PersonSummaryView;
use maud::{Markup, html};

use crate::page::Page;

/// What was found.
pub struct Found<'a> {
    /// What was searched for.
    pub name: &'a str,
    pub persons: &'a [PersonSummaryView],
    /// Where the list goes on.
    pub next: Option<&'a str>,
    /// The person for whom somebody is sought to be linked with.
    pub r#for: Option<PersonId>,
}

/// The page.
#[must_use]
pub fn persons(page: &Page<'_>, found: &Found<'_>) -> Markup {
    page.titled(page.say("Personen", "Persons"), &html! {
        form.search method="post" action="/board/persons" role="search" {
            input type="hidden" name="csrf" value=(page.csrf);
            label.utrecht-form-label for="name" { (page.say("Naam, bijnaam of geboortejaar", "Name, alias or year of birth")) }
            input #name.utrecht-textbox name="name" type="search" value=(found.name) maxlength="100" autocomplete="off";
            button.utrecht-button.utrecht-button--primary-action type="submit" { (page.say("Zoeken", "Search")) }
        }
        @if found.persons.is_empty() {
            (page.nothing("Niemand gevonden van wie u mag weten.", "Nobody found whom you may know of."))
        } @else {
            ul.card-list {
                @for person in found.persons {
                    li.card id={ "person-" (person.person_id) } {
                        p {
                            (page.person_link(person.identity.as_ref(), person.person_id))
                            @if let Some(phase) = person.phase { " " (page.phase_tag(phase)) }
                            @if person.vulnerable == Some(true) {
                                " " span.tag.tag--warn { (page.say("kwetsbaar", "vulnerable")) }
                            }
                        }
                        @if let Some(known) = &person.identity { p { (page.roughly(known)) } }
                        @if let Some(seen) = person.last_seen_at {
                            p { (page.say("Laatst gezien ", "Last seen ")) (page.time(seen)) }
                        }
                    }
                }
            }
        }
        @if let Some(next) = found.next {
            p { a.utrecht-link href={ "/board/persons?after=" (next) } { (page.say("Meer", "More")) } }
        }
    })
}
