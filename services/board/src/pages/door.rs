//! The door: tonight's list, for a tablet in a doorway. One tap a guest; of somebody new nothing is required.

use care_path::PersonId;
use care_path::codes::GuestState;
use care_path::command::CommandKind as K;
use care_path::ids::BedId;
use care_path::views::{EveningView, GuestView};
use maud::{Markup, html};

use crate::form::Ask;
use crate::page::{Choice, Page};

/// The name of the form with which somebody new is taken in.
pub const NEW_GUEST: &str = "new-guest";

/// More guests of one kind than this have no buttons on the page: it would be too heavy for a tablet. They have them on their own.
const WITH_BUTTONS: usize = 150;

/// The evening of a place, and the other places of the organisation.
pub struct Door<'a> {
    /// Absent where nobody sleeps at the organisation.
    pub evening: Option<&'a EveningView>,
    pub places: &'a [Choice],
}

/// The page.
#[must_use]
pub fn door(page: &Page<'_>, door: &Door<'_>) -> Markup {
    page.titled(page.say("Vanavond", "Tonight"), &html! {
        @if door.places.len() > 1 {
            ul.places {
                @for place in door.places {
                    @let here = door.evening.is_some_and(|evening| evening.facility.facility_id.as_str() == place.id);
                    li { a.utrecht-link href={ "/board/door/" (place.id) } aria-current=[here.then_some("page")] { (place.name) } }
                }
            }
        }
        @match door.evening {
            Some(evening) => (page.evening(evening)),
            None => {
                div.utrecht-button-group {
                    (page.act(&Ask::of(K::ReportSignal).given("/channel", "drop_in_visit").titled("Nieuw aan de deur", "New at the door").primary()))
                    (page.act(&Ask::of(K::TurnAway)))
                }
                (page.to_turn_aways())
                (page.nothing("Bij uw organisatie slaapt niemand.", "Nobody sleeps at your organisation."))
            }
        }
    })
}

impl Page<'_> {
    fn evening(&self, evening: &EveningView) -> Markup {
        let counts = &evening.counts;
        // In the morning the list is still last night's, and a bed is looked for tonight.
        let place = &evening.facility;
        let (free, overbooked) = (place.free_tonight.or(counts.free), place.overbooked_tonight);
        let is_full = free == Some(0);
        let of = |states: &[GuestState]| {
            evening.guests.iter().filter(|guest| states.contains(&guest.state)).collect::<Vec<_>>()
        };
        let part = |id: &str, title: &str, guests: &[&GuestView]| {
            html! {
                section aria-labelledby=(id) {
                    h2.utrecht-heading-2 id=(id) { (title) " (" (guests.len()) ")" }
                    @if guests.is_empty() { (self.nothing("Niemand.", "Nobody.")) }
                    @let can_act = guests.len() <= WITH_BUTTONS;
                    @if !can_act { p { (self.say("Tik op een naam om iets vast te leggen.", "Tap a name to record something.")) } }
                    ul.door { @for guest in guests { (self.guest(guest, can_act)) } }
                }
            }
        };
        let some = |id: &str, title: &str, guests: &[&GuestView]| {
            html! { @if !guests.is_empty() { (part(id, title, guests)) } }
        };
        html! {
            h2.utrecht-heading-3 {
                (place.name.as_str()) " · " (crate::show::day(evening.night, self.now, self.language))
            }
            p.free {
                @if let (Some(free), Some(places)) = (free, place.places) {
                    strong { (free) } " " (self.say("vanavond vrij van", "free tonight of")) " " (places) " · "
                }
                @if let Some(more) = overbooked { strong { (more) } " " (self.say("overboekt", "overbooked")) " · " }
                strong { (counts.arrived) } " " (self.say("binnen", "in")) " · "
                strong { (counts.expected) } " " (self.say("verwacht", "expected")) " · "
                strong { (counts.not_come + counts.held) } " " (self.say("niet gekomen", "did not come"))
            }
            div.utrecht-button-group {
                (self.new_guest(place.facility_id.as_str(), is_full))
                (self.act(&Ask::of(K::TurnAway).given("/facility", place.facility_id.as_str())))
            }
            (self.to_turn_aways())
            (part("expected", self.say("Verwacht", "Expected"), &of(&[GuestState::Expected])))
            (some("leaves", self.say("Verblijf loopt af", "Their stay ends"), &of(&[GuestState::Leaves])))
            (part("missed", self.say("Niet gekomen", "Did not come"), &of(&[GuestState::NotCome, GuestState::Held])))
            (part("here", self.say("Binnen", "In"), &of(&[GuestState::Arrived])))
            (part("left", self.say("Weer vertrokken", "Left again"), &of(&[GuestState::Left])))
            (some("no-bed", self.say("Hebben hier geen bed meer", "Have no bed here any more"), &of(&[GuestState::NoBed])))
        }
    }

    fn to_turn_aways(&self) -> Markup {
        html! { p { a.utrecht-link href="/board/turn-aways" { (self.say("Wie is afgewezen?", "Who was turned away?")) } } }
    }

    /// Takes somebody in of whom nothing need be known: a signal, a bed, an intake, and that they are there.
    fn new_guest(&self, facility: &str, is_full: bool) -> Markup {
        let draft = self.draft.filter(|draft| draft.form == NEW_GUEST);
        let value = |name: &str| {
            let values = draft.iter().flat_map(|draft| &draft.values);
            values.filter(|(each, _)| each == name).map(|(_, value)| value.as_str()).next().unwrap_or_default()
        };
        html! {
            details.act.act--primary #(NEW_GUEST) open[draft.is_some()] {
                summary { (self.say("Nieuw aan de deur", "New at the door")) }
                form method="post" action={ "/board/door/" (facility) } data-written[draft.is_some()] {
                    (self.ours(NEW_GUEST))
                    div.form-row {
                        label.utrecht-form-label for="new-alias" { (self.say("Hoe heet de persoon? (hoeft niet)", "What are they called? (optional)")) }
                        input #new-alias.utrecht-textbox name="/identity/alias" type="text" maxlength="200" autocomplete="off" value=(value("/identity/alias"));
                    }
                    div.form-row {
                        label.utrecht-form-label for="new-needs" { (self.say("Wat moeten wij weten? (hoeft niet)", "What must we know? (optional)")) }
                        textarea #new-needs.utrecht-textarea name="/care_needs" rows="2" maxlength="4000" { (value("/care_needs")) }
                    }
                    @if is_full || !value("/overbook/reason").is_empty() {
                        div.form-row {
                            label.utrecht-form-label for="new-overbook" { (self.say("Alles is vol. Waarom toch een bed?", "All is full. Why a bed all the same?")) }
                            textarea #new-overbook.utrecht-textarea name="/overbook/reason" rows="2" maxlength="4000" required { (value("/overbook/reason")) }
                        }
                    }
                    @if let Some(draft) = draft {
                        @for (_, said) in &draft.problems { p.utrecht-form-field-error-message { (said) } }
                    }
                    button.utrecht-button.utrecht-button--primary-action type="submit" { (self.say("Bed geven", "Give a bed")) }
                }
            }
        }
    }

    /// One tap that says that somebody did not come to their bed.
    pub(super) fn did_not_come(&self, person: PersonId, bed: BedId) -> Markup {
        let missed = Ask::of(K::RecordNoShow).about(person).given("/bed_id", bed.to_string());
        self.act(&missed.titled("Niet gekomen", "Did not come").at_once())
    }

    fn guest(&self, guest: &GuestView, can_act: bool) -> Markup {
        let ask = |kind| Ask::of(kind).about(guest.person_id);
        let came = |status| ask(K::RecordAttendance).given("/status", status).at_once();
        let medical = guest.medical.as_ref();
        let needs = medical.and_then(|medical| medical.care_needs.as_ref()).into_iter().flatten();
        let injured = medical.and_then(|medical| medical.head_injury_suspected) == Some(true);
        let incidents = guest.incidents.as_ref().map_or(0, Vec::len);
        html! {
            li.guest id={ "guest-" (guest.bed_id.map_or(guest.person_id.0, |bed| bed.0)) } {
                div.guest-name {
                    (self.person_link(guest.identity.as_ref(), guest.person_id))
                    @if guest.state != GuestState::Expected { " " span.tag.tag--calm { (self.code(guest.state)) } }
                    @if let Some(since) = guest.since { " " span.due { (self.time(since)) } }
                    @if guest.released == Some(true) { " " span.tag.tag--warn {
                        (self.say("geen bed meer", "no bed any more"))
                        @if let Some(reason) = guest.release_reason { ": " (self.code(reason)) }
                    } }
                    @if guest.bed_id.is_none() { " " span.tag.tag--warn { (self.say("geen bed", "no bed")) } }
                    @if guest.held == Some(true) { " " span.tag.tag--warn { (self.say("bed vrijgehouden", "bed kept free")) } }
                    @if guest.vulnerable == Some(true) { " " (self.vulnerable()) }
                    @if let (GuestState::Expected, Some(by)) = (guest.state, guest.expected_by) {
                        " " span.due { (self.say("verwacht ", "expected ")) (self.time(by)) }
                    }
                    @if let Some(until) = guest.until { " " span.due { (self.say("bed tot ", "bed until ")) (self.time(until)) } }
                }
                ul.guest-know {
                    @for need in needs { li { (need.text.as_str()) } }
                    @if injured { li { (self.say("Mogelijk hoofdletsel", "Head injury suspected")) } }
                    @if incidents > 0 { li { (incidents) " " (self.say("incidenten in zeven dagen", "incidents in seven days")) } }
                }
                @if can_act {
                    div.guest-acts {
                        @match guest.state {
                            GuestState::Arrived => (self.act(&came("left").titled("Vertrokken", "Left"))),
                            GuestState::Expected
                            | GuestState::Leaves
                            | GuestState::Left
                            | GuestState::NotCome
                            | GuestState::Held
                            | GuestState::NoBed => {
                                (self.act(&came("present").titled("Binnen", "Here").primary()))
                            }
                        }
                        @if let (GuestState::Expected, Some(bed)) = (guest.state, guest.bed_id) {
                            (self.did_not_come(guest.person_id, bed))
                        }
                        @if guest.state == GuestState::Leaves { (self.act(&ask(K::RequestException))) }
                        (self.act(&ask(K::ObserveIncident)))
                        @if let (None | Some(false), Some(bed)) = (guest.released, guest.bed_id) { (self.act(&ask(K::ReleaseBed).subject(bed.0))) }
                    }
                }
            }
        }
    }
}
