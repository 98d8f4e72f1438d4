//! Finding somebody: a list of persons, and a search by name.

use care_path::PersonId;
use care_path::command::CommandKind;
use care_path::policy::opens_unseen;
use care_path::views::PersonSummaryView;
use maud::{Markup, html};

use super::Part;
use crate::page::Page;

/// What was found.
pub struct Found<'a> {
    /// What was searched for.
    pub name: &'a str,
    pub persons: &'a Part<PersonSummaryView>,
    /// What is wrong with what was searched for.
    pub wrong: Option<&'a str>,
    /// More persons fit what was searched for than are shown.
    pub more: bool,
}

/// The page.
#[must_use]
pub fn persons(page: &Page<'_>, found: &Found<'_>) -> Markup {
    let title = page.say("Personen", "Persons");
    page.titled(
        title,
        &html! {
            (page.search_box("/board/persons", Some(found)))
            @if !found.persons.items.is_empty() {
                (page.found(&found.persons.items))
            } @else if found.wrong.is_none() {
                (page.nobody_found())
            }
            @if found.more { (page.more_fit()) }
            (page.further(found.persons, title))
            @if opens_unseen(page.reader.principal.actor.role(), CommandKind::BreakGlass) {
                p { a.utrecht-link href="/board/break-glass" {
                    (page.say("Een dossier in nood openen", "Open a case in an emergency"))
                } }
            }
        },
    )
}

/// What was sent, and is not recorded yet: where it goes, from which form, and what was written in it.
pub struct Unrecorded<'a> {
    pub to: &'a str,
    pub form: &'a str,
    pub written: &'a [(String, String)],
}

/// Asks, before somebody is new, whether it is one of those who are known.
#[must_use]
pub fn one_of_these(
    page: &Page<'_>,
    unrecorded: &Unrecorded<'_>,
    (persons, more): (&[PersonSummaryView], bool),
) -> Markup {
    let record = |extra: (&str, &str), label: &Markup| page.record_all_the_same(unrecorded, extra, label);
    page.titled(
        page.say("Is het een van deze mensen?", "Is it one of these people?"),
        &html! {
            p { (page.say(
                "Nog niets vastgelegd. Kijk of u de persoon al kent; kies die dan.",
                "Nothing is recorded yet. See whether the person is known already; then choose them.",
            )) }
            ul.card-list {
                @for person in persons {
                    (page.person_card(person, &record(("person", &person.person_id.to_string()), &html! {
                        (page.say("Ja, dit is deze persoon: vastleggen", "Yes, this is the person: record"))
                        span.visually-hidden { ": " (page.who(person.identity.as_ref(), person.person_id)) }
                    })))
                }
            }
            @if more { (page.more_fit()) }
            (record(("new", "yes"), &html! {
                (page.say("Nee, dit is iemand anders: vastleggen", "No, this is somebody else: record"))
            }))
        },
    )
}

impl Page<'_> {
    /// Sends what was written once more, with the answer to a question about it.
    fn record_all_the_same(&self, unrecorded: &Unrecorded<'_>, (name, value): (&str, &str), label: &Markup) -> Markup {
        let Unrecorded { to, form, written } = unrecorded;
        html! {
            form method="post" action=(to) {
                (self.ours(form))
                @for (name, value) in *written { input type="hidden" name=(name) value=(value); }
                input type="hidden" name=(name) value=(value);
                button.utrecht-button.utrecht-button--primary-action type="submit" { (label) }
            }
        }
    }

    /// Where somebody is looked for. What is typed is sent in a body, and stands in no address.
    pub(super) fn search_box(&self, action: &str, found: Option<&Found<'_>>) -> Markup {
        let wrong = found.and_then(|found| found.wrong);
        html! {
            form.search method="post" action=(action) role="search" {
                input type="hidden" name="csrf" value=(self.csrf);
                label.utrecht-form-label for="name" { (self.say("Naam, bijnaam, geboortejaar", "Name, alias, year of birth")) }
                @if let Some(wrong) = wrong { p #name-wrong.utrecht-form-field-error-message { (wrong) } }
                input #name.utrecht-textbox name="name" type="search" value=(found.map_or("", |found| found.name)) maxlength="100"
                    autocomplete="off" aria-invalid=[wrong.map(|_| "true")] aria-describedby=[wrong.map(|_| "name-wrong")];
                button.utrecht-button.utrecht-button--primary-action type="submit" { (self.say("Zoeken", "Search")) }
            }
        }
    }

    /// Who was found beside a person, each with what can be done about both; nothing until somebody was looked for.
    pub(super) fn found_beside(
        &self,
        person: PersonId,
        found: Option<&Found<'_>>,
        acts: impl Fn(PersonId) -> Markup,
    ) -> Markup {
        let others = found.iter().flat_map(|found| &found.persons.items).filter(|other| other.person_id != person);
        let others: Vec<_> = others.collect();
        html! {
            @if found.is_some_and(|found| found.more) { (self.more_fit()) }
            @if found.is_some_and(|found| found.wrong.is_none()) && others.is_empty() { (self.nobody_found()) }
            ul.card-list { @for other in others { (self.person_card(other, &acts(other.person_id))) } }
        }
    }

    fn nobody_found(&self) -> Markup {
        self.nothing("Niemand gevonden die u mag zien.", "Nobody found whom you may see.")
    }

    fn more_fit(&self) -> Markup {
        self.nothing(
            "Er passen meer mensen. Zoek met meer van de naam, of met het geboortejaar.",
            "More people fit. Search with more of the name, or with the year of birth.",
        )
    }

    fn found(&self, persons: &[PersonSummaryView]) -> Markup {
        html! { ul.card-list { @for person in persons { (self.person_card(person, &html! {})) } } }
    }

    /// A person in brief, and what of them fits what was looked for; with what can be done about them.
    pub(super) fn person_card(&self, person: &PersonSummaryView, acts: &Markup) -> Markup {
        html! {
            li.card id={ "person-" (person.person_id) } {
                p {
                    (self.person_link(person.identity.as_ref(), person.person_id))
                    @if let Some(phase) = person.phase { " " (self.phase_tag(phase)) }
                    @if person.vulnerable == Some(true) { " " (self.vulnerable()) }
                }
                @if let Some(known) = &person.identity { p { (self.roughly(known)) } }
                @if let Some(matched) = &person.matched {
                    p {
                        @for each in matched {
                            span.tag { (self.code(each.reason)) ": " (self.code(each.likeness)) } " "
                            @if let Some(name) = &each.name { (name.as_str()) " " }
                        }
                    }
                }
                @if let Some(seen) = person.last_seen_at {
                    p { (self.say("Laatst gezien ", "Last seen ")) (self.time(seen)) }
                }
                (acts)
            }
        }
    }
}
