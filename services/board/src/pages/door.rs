//! The door: tonight's list, for a tablet in a doorway. One tap a guest.

use care_path::PersonId;
use care_path::command::CommandKind as K;
use care_path::ids::BedId;
use care_path::time::DateTime;
use care_path::views::IdentityView;
use maud::{Markup, html};

use crate::form::Ask;
use crate::page::Page;

/// A guest of tonight, as far as the shelter may know of them.
pub struct Guest {
    pub person: PersonId,
    pub identity: Option<IdentityView>,
    pub bed: BedId,
    pub expected_by: Option<DateTime>,
    /// When they came, if they did.
    pub arrived: Option<DateTime>,
    pub missed: bool,
    /// The bed is not given away.
    pub held: bool,
    /// What those around them must know before bed.
    pub know: Vec<String>,
    pub until: Option<DateTime>,
}

/// The evening of a place.
pub struct Door {
    /// The kind of bed that the place has, by code; `None` where it has none.
    pub kind: Option<String>,
    pub places: Option<u32>,
    pub free: Option<u32>,
    pub guests: Vec<Guest>,
}

/// The page.
#[must_use]
pub fn door(page: &Page<'_>, door: &Door) -> Markup {
    let (expected, rest): (Vec<_>, Vec<_>) =
        door.guests.iter().partition(|guest| guest.arrived.is_none() && !guest.missed);
    let (here, missed): (Vec<_>, Vec<_>) = rest.into_iter().partition(|guest| guest.arrived.is_some());
    page.titled(
        page.say("Vanavond", "Tonight"),
        &html! {
            p.free {
                @if let (Some(free), Some(places)) = (door.free, door.places) {
                    strong { (free) } " " (page.say("vrij van", "free of")) " " (places) " · "
                }
                strong { (here.len()) } " " (page.say("binnen", "in")) " · "
                strong { (expected.len()) } " " (page.say("verwacht", "expected")) " · "
                strong { (missed.len()) } " " (page.say("niet gekomen", "did not come"))
            }
            div.utrecht-button-group {
                (page.act(&new_guest(door).titled("Nieuw aan de deur", "New at the door").primary()))
                (page.act(&Ask::of(K::TurnAway)))
            }
            section aria-labelledby="expected" {
                h2 #expected.utrecht-heading-2 { (page.say("Verwacht", "Expected")) }
                @if expected.is_empty() { (page.nothing("Niemand meer.", "Nobody more.")) }
                ul.door { @for guest in expected { (page.guest(guest)) } }
            }
            section aria-labelledby="missed" {
                h2 #missed.utrecht-heading-2 { (page.say("Niet gekomen", "Did not come")) }
                @if missed.is_empty() { (page.nothing("Niemand.", "Nobody.")) }
                ul.door { @for guest in missed { (page.guest(guest)) } }
            }
            section aria-labelledby="here" {
                h2 #here.utrecht-heading-2 { (page.say("Binnen", "In")) }
                @if here.is_empty() { (page.nothing("Nog niemand.", "Nobody yet.")) }
                ul.door { @for guest in here { (page.guest(guest)) } }
            }
        },
    )
}

/// Somebody of whom nothing need be known: a signal, and from there an intake and a bed.
fn new_guest(_door: &Door) -> Ask {
    Ask::of(K::ReportSignal).given("/channel", "shelter_intake")
}

impl Page<'_> {
    fn guest(&self, guest: &Guest) -> Markup {
        let ask = |kind| Ask::of(kind).about(guest.person);
        let came = |status| ask(K::RecordAttendance).given("/status", status).at_once();
        html! {
            li.guest id={ "guest-" (guest.bed) } {
                div.guest-name {
                    (self.person_link(guest.identity.as_ref(), guest.person))
                    @if let Some(at) = guest.arrived { " " span.tag.tag--calm { (self.say("binnen", "in")) " " (self.time(at)) } }
                    @if guest.held { " " span.tag.tag--warn { (self.say("bed vrijgehouden", "bed kept free")) } }
                    @if let (None, Some(by)) = (guest.arrived, guest.expected_by) {
                        " " span.due { (self.say("verwacht ", "expected ")) (self.time(by)) }
                    }
                }
                @if !guest.know.is_empty() {
                    ul.guest-know { @for each in &guest.know { li { (each) } } }
                }
                div.guest-acts {
                    @if guest.arrived.is_none() {
                        (self.act(&came("present").titled("Binnen", "Here").primary()))
                        @if !guest.missed {
                            (self.act(&ask(K::RecordNoShow).given("/bed_id", guest.bed.to_string()).titled("Niet gekomen", "Did not come").at_once()))
                        }
                    } @else {
                        (self.act(&came("left").titled("Vertrokken", "Left")))
                    }
                    (self.act(&ask(K::ObserveIncident)))
                }
            }
        }
    }
}
