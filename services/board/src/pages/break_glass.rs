//! Opening a case in an emergency, by the number of the person.

use care_path::command::CommandKind;
use maud::{Markup, html};

use crate::form::Ask;
use crate::page::Page;

/// The page.
#[must_use]
pub fn break_glass(page: &Page<'_>) -> Markup {
    page.titled(
        page.say("Een dossier in nood openen", "Open a case in an emergency"),
        &html! {
            p { (page.say(
                "Alleen als iemand in gevaar is en u het dossier niet ziet. Het dossier staat enkele uren open.",
                "Only where somebody is in danger and you do not see the case. It stays open for some hours.",
            )) }
            p { (page.say(
                "De procesregisseur en de functionaris gegevensbescherming horen het meteen. Alles wat u bekijkt wordt vastgelegd, en achteraf wordt beoordeeld of het nodig was.",
                "The coordinator and the privacy officer are told at once. All that you look at is recorded, and it is reviewed afterwards whether it was needed.",
            )) }
            (page.open_form(&Ask::of(CommandKind::BreakGlass)))
            p { a.utrecht-link href="/board/persons" { (page.say("Terug", "Back")) } }
        },
    )
}
