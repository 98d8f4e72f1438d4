//! An entry that was recorded on the wrong person is moved to the right one: whom it is about is looked for here.

use care_path::PersonId;
use care_path::command::CommandKind as K;
use care_path::views::{IdentityView, TimelineEntryView};
use maud::{Markup, html};

use super::persons::Found;
use crate::form::Ask;
use crate::page::Page;

/// Which entry, on whom it stands, and who was found.
pub struct Moving<'a> {
    pub person: PersonId,
    pub identity: Option<&'a IdentityView>,
    pub entry: &'a TimelineEntryView,
    /// Absent until somebody was looked for.
    pub found: Option<Found<'a>>,
}

/// Where the page is: the names that are looked for are in no address.
#[must_use]
pub fn moving_at(person: PersonId, entry: care_path::EventId) -> String {
    format!("/board/persons/{person}/move?entry={entry}")
}

/// The page.
#[must_use]
pub fn moving(page: &Page<'_>, moving: &Moving<'_>) -> Markup {
    let Moving { person, identity, entry, found } = moving;
    page.titled(
        page.say("Naar de juiste persoon", "To the right person"),
        &html! {
            p { strong { (page.what(entry)) } " " (page.noted(&entry.noted)) }
            p { (page.say("Staat nu bij ", "It stands with ")) (page.person_link(*identity, *person)) }
            p { (page.say(
                "Zoek de persoon om wie het gaat. Wat is vastgelegd gaat mee, met de tijd waarop het gebeurde; hier telt het niet meer mee.",
                "Look for the person whom it is about. What was recorded goes along, with the time at which it happened; here it counts no more.",
            )) }
            (page.search_box(&moving_at(*person, entry.event_id), found.as_ref()))
            (page.found_beside(*person, found.as_ref(), |other| page.act(
                &Ask::of(K::MoveEntry).about(*person).subject(entry.event_id.0).given("/to", other.to_string())
                    .titled("Naar deze persoon", "To this person").inline(),
            )))
        },
    )
}
