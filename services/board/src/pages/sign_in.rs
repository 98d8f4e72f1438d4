//! The first page: signing in. In the demo it offers the demo's users.

use maud::{Markup, html};

use crate::page::{frame, language_switch};
use crate::words::Language;

/// A user of the demo world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoUser {
    pub user: String,
    pub name: String,
    /// What they see first.
    pub role: String,
}

/// The page. `demo` has the demo's users; without them there is a provider to sign in with, if one is set up.
#[must_use]
pub fn sign_in(language: Language, demo: Option<&[DemoUser]>, provider: bool) -> Markup {
    let title = language.say("Aanmelden", "Sign in");
    frame(
        language,
        title,
        false,
        &html! {
            header.board-header {
                span { "Baken" }
                (language_switch(language, "/"))
            }
            main #main.board-main {
                h1.utrecht-heading-1 { (title) }
                @if let Some(users) = demo {
                    p { (language.say(
                        "Dit is de demowereld. Alle personen zijn verzonnen. Kies wie u bent:",
                        "This is the demo world. All persons are made up. Choose who you are:",
                    )) }
                    form.demo-users method="post" action="/auth/demo" {
                        @for user in users {
                            button.utrecht-button.utrecht-button--secondary-action type="submit" name="user" value=(user.user) {
                                strong { (user.role) } br; span lang="en" { (user.name) }
                            }
                        }
                    }
                }
                @if provider {
                    p { a.utrecht-button.utrecht-button--primary-action href="/auth/sign-in" { (title) } }
                }
                @if demo.is_none() && !provider {
                    p { (language.say(
                        "Er is geen aanmelding ingesteld. Een beheerder stelt die in onder [board] in de configuratie.",
                        "No sign-in is set up. An administrator sets it up under [board] in the configuration.",
                    )) }
                }
            }
        },
    )
}
