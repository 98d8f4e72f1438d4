//! What is said where there is no page to show.

use maud::{Markup, html};
use uuid::Uuid;

use crate::page::{Page, frame};
use crate::words::Language;

/// A page that says what is wrong and where to go on, to somebody who is signed in.
#[must_use]
pub fn problem(page: &Page<'_>, title: &str, detail: &str) -> Markup {
    page.titled(
        title,
        &html! {
            p { (detail) }
            p { a.utrecht-link href="/board/" { (page.say("Naar uw eerste pagina", "To your first page")) } }
        },
    )
}

/// A page that says what is wrong, to whoever asked. `number` is what the operators find it by.
#[must_use]
pub fn failed(language: Language, title: &str, detail: &str, number: Option<Uuid>) -> Markup {
    frame(
        language,
        title,
        false,
        &html! {
            main #main.board-main {
                h1.utrecht-heading-1 { (title) }
                p { (detail) }
                @if let Some(number) = number {
                    p { (language.say("Noem dit nummer als u de beheerder belt: ", "Give this number when you call the administrator: ")) code { (number) } }
                }
                p { a.utrecht-button.utrecht-button--primary-action href="/" { (language.say("Naar uw eerste pagina", "To your first page")) } }
            }
        },
    )
}

/// The session has ended. What was written is kept until the same user signs in again.
#[must_use]
pub fn ended(language: Language, kept: bool) -> Markup {
    let title = language.say("Uw sessie is verlopen", "Your session has ended");
    let said = language.say(
        "Wat u schreef is bewaard. Meld u opnieuw aan: het formulier staat dan klaar om te versturen.",
        "What you wrote is kept. Sign in again: the form is then ready to be sent.",
    );
    over(language, title, kept.then_some(said))
}

/// There is no session: whoever had one signed out.
#[must_use]
pub fn signed_out(language: Language) -> Markup {
    over(language, language.say("U bent afgemeld", "You are signed out"), None)
}

fn over(language: Language, title: &str, said: Option<&str>) -> Markup {
    frame(
        language,
        title,
        false,
        &html! {
            main #main.board-main {
                // A page that asks by itself what has changed shows this in place of what it had.
                div #live {
                    h1.utrecht-heading-1 { (title) }
                    @if let Some(said) = said { p { (said) } }
                    p { a.utrecht-button.utrecht-button--primary-action href="/" { (language.say("Opnieuw aanmelden", "Sign in again")) } }
                }
            }
        },
    )
}
