//! Who belongs together with somebody, or is the same: looked for here, and then related or linked.

use care_path::PersonId;
use care_path::command::CommandKind as K;
use care_path::views::IdentityView;
use maud::{Markup, html};

use super::persons::Found;
use crate::form::Ask;
use crate::page::Page;

/// Whose others, and who was found.
pub struct Others<'a> {
    pub person: PersonId,
    pub identity: Option<&'a IdentityView>,
    /// What the reader may send about this person.
    pub may: &'a [K],
    /// Absent until somebody was looked for.
    pub found: Option<Found<'a>>,
}

/// What joins two persons, as far as the reader may.
fn joins(may: &[K]) -> impl Iterator<Item = K> {
    [K::RelatePersons, K::LinkPersons].into_iter().filter(|kind| may.contains(kind))
}

/// Whether a reader joins persons at all.
#[must_use]
pub fn joins_persons(may: &[K]) -> bool {
    joins(may).next().is_some()
}

/// Where the page is: the names that are looked for are in no address.
#[must_use]
pub fn others_at(person: PersonId) -> String {
    format!("/board/persons/{person}/others")
}

/// The page.
#[must_use]
pub fn others(page: &Page<'_>, others: &Others<'_>) -> Markup {
    let Others { person, identity, may, found } = others;
    let ask = |kind: K, other: PersonId| Ask::of(kind).about(*person).given("/with", other.to_string());
    page.titled(
        page.say("Wie hoort erbij, of is dezelfde?", "Who belongs together with them, or is the same?"),
        &html! {
            p { (page.say("Zoek de ander van ", "Look for the other of ")) (page.person_link(*identity, *person)) }
            (page.search_box(&others_at(*person), found.as_ref()))
            (page.found_beside(*person, found.as_ref(), |other| html! {
                div.acts { @for kind in joins(may) { (page.act(&ask(kind, other))) } }
            }))
        },
    )
}
