//! What every page is made with, and the frame that all of them have.

use std::collections::BTreeMap;

use care_path::command::CommandKind;
use care_path::ids::{FacilityId, OrgId};
use care_path::time::DateTime;
use care_path::views::IdentityView;
use care_path::{PersonId, Principal};
use maud::{DOCTYPE, Markup, html};
use uuid::Uuid;

use crate::assets;
use crate::form::{Ask, form_of};
use crate::words::Language;

/// What things are called: the labels of codes, and the organisations and places of the directory.
pub trait Names {
    /// The label of a code in a language of the code lists.
    fn label(&self, list: &str, code: &str, language: &str) -> Option<String>;
    fn organisation(&self, id: &OrgId) -> Option<String>;
    fn facility(&self, id: &FacilityId) -> Option<String>;
    /// The organisations that somebody may be referred to, or that are asked to look out.
    fn organisations(&self) -> Vec<Choice>;
    /// The places of an organisation.
    fn facilities(&self, of: &OrgId) -> Vec<Choice>;
    /// The codes of a list, in its order.
    fn codes(&self, list: &str) -> Vec<String>;
}

/// Something that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub id: String,
    pub name: String,
    /// What kind it is, by code, and where.
    pub kind: String,
    pub municipality: Option<String>,
    pub country: Option<String>,
    /// What it offers, by code.
    pub offerings: Vec<String>,
}

/// Who looks at the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    pub principal: Principal,
    /// What the reader is called.
    pub name: String,
}

/// Who those are whom a page tells of by their ids, as far as the reader may know.
pub type Known = BTreeMap<PersonId, IdentityView>;

/// What was sent and not recorded: it is shown again, with what is wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// Which form it was.
    pub form: String,
    pub values: Vec<(String, String)>,
    /// What is wrong, by the field's JSON pointer.
    pub problems: Vec<(String, String)>,
    /// What is wrong with the whole.
    pub message: Option<String>,
    /// What it asked for: a page that does not have its form shows it all the same, so that nothing that was written is lost.
    pub ask: Option<Ask>,
}

/// What was written on another page, or in another form, and is not recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsent {
    pub page: String,
    pub command: Option<CommandKind>,
}

/// What is said once, on the page after something was recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flash {
    pub said: String,
    /// What takes it back: the person and the entry.
    pub undo: Option<(Uuid, Uuid)>,
    /// Whom it was about, where that is not the page's own person and the reader may open the case.
    pub person: Option<Uuid>,
    /// The element of the page that it was about: it is said there, where the page has it.
    pub place: Option<String>,
}

/// A part of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Section {
    pub path: &'static str,
    pub dutch: &'static str,
    pub english: &'static str,
}

/// What a page is made with.
pub struct Page<'a> {
    pub language: Language,
    pub now: DateTime,
    pub reader: &'a Reader,
    pub names: &'a dyn Names,
    /// Those of them whom the page's lists name by their ids alone.
    pub known: &'a Known,
    /// The token that shows that a form comes from one of our pages.
    pub csrf: &'a str,
    /// Where the page is.
    pub at: &'a str,
    /// Where a form comes back to: here, unless the page is itself a form's.
    pub back: &'a str,
    pub draft: Option<&'a Draft>,
    /// What else was written that is not recorded.
    pub unsent: &'a [Unsent],
    pub flash: Option<&'a Flash>,
    /// A new idempotency key for each form, so that what is sent twice is recorded once.
    pub new_key: &'a dyn Fn() -> Uuid,
    /// The demo world: it says so.
    pub demo: bool,
    /// The reader's phone works without a network.
    pub offline: bool,
    /// It can be asked for again: it is not the answer to what was sent.
    pub live: bool,
}

/// When a page fetches itself again: where something has changed, soon; where something may not be seen any more, at once.
const LIVE_TRIGGER: &str = "baken-changed from:body throttle:2s, baken-closed from:body";

impl Page<'_> {
    /// The page as the answer to what was sent: it does not change by itself.
    #[must_use]
    pub fn still(&self) -> Self {
        Self { live: false, ..*self }
    }

    /// The page as it speaks on a sheet of paper for the person.
    pub(crate) fn in_dutch(&self) -> Self {
        Self { language: Language::Dutch, ..*self }
    }

    /// Of two texts that say the same, the one in the reader's language.
    pub(crate) fn say<'t>(&self, dutch: &'t str, english: &'t str) -> &'t str {
        self.language.say(dutch, english)
    }

    pub(crate) fn label(&self, list: &str, code: &str) -> String {
        self.names.label(list, code, self.language.tag()).unwrap_or_else(|| code.to_owned())
    }

    /// The whole page. Its main part is what changes when something happens.
    pub(crate) fn whole(&self, title: &str, sections: &[Section], main: &Markup) -> Markup {
        // What was written, and not recorded, would be gone from the page that is asked for again.
        let at = (self.live && self.draft.is_none()).then_some(self.at);
        let live = html! {
            div #live hx-get=[at] hx-trigger=[at.map(|_| LIVE_TRIGGER)] hx-select="#live" hx-swap="outerMorph" {
                (self.said(main))
                (main)
            }
        };
        frame(
            self.language,
            title,
            true,
            &html! {
                (self.header(sections))
                div hx-sse:connect="/board/live" hx-trigger="load, every 30s" hx-sync="this:drop" hx-swap="none" {}
                main #main.board-main tabindex="-1" data-offline[self.offline] {
                    (live)
                    p #changed.banner hidden role="status" {
                        (self.say(
                            "Er is iets veranderd. De pagina is bijgewerkt; wat u schrijft staat er nog.",
                            "Something has changed. The page is up to date; what you are writing is still there.",
                        ))
                    }
                }
                footer.board-footer {
                    @if self.demo {
                        p { (self.say(
                            "Dit is de demowereld: alle personen zijn verzonnen.",
                            "This is the demo world: all persons are made up.",
                        )) }
                    }
                }
            },
        )
    }

    fn header(&self, sections: &[Section]) -> Markup {
        let Reader { principal, name } = self.reader;
        html! {
            header.board-header {
                a href="/board/" { "Baken" }
                p {
                    // The demo names its users in English.
                    span lang=[self.demo.then_some("en")] { (name) } " · " (self.organisation(&principal.organisation))
                }
                (language_switch(self.language, self.at))
                form method="post" action="/auth/sign-out" {
                    input type="hidden" name="csrf" value=(self.csrf);
                    button.utrecht-button.utrecht-button--secondary-action type="submit" {
                        (self.say("Afmelden", "Sign out"))
                    }
                }
            }
            nav.board-nav aria-label=(self.say("Onderdelen", "Sections")) {
                ul {
                    @for section in sections {
                        li {
                            @let path = self.at.split('?').next().unwrap_or_default();
                            @let here = (path == section.path).then_some("page");
                            a.utrecht-link href=(section.path) aria-current=[here] {
                                (self.say(section.dutch, section.english))
                            }
                        }
                    }
                }
            }
        }
    }

    /// Whether the form of what was not recorded is among these: they are shown open.
    pub(crate) fn has_draft(&self, acts: &Markup) -> bool {
        self.draft.is_some_and(|draft| has_element(acts, &draft.form))
    }

    /// What was recorded just now about an element of the page, in its place.
    pub(crate) fn said_of(&self, element: &str) -> Markup {
        let flash = self.flash.filter(|flash| flash.place.as_deref() == Some(element));
        html! { @if let Some(flash) = flash { p.utrecht-alert.utrecht-alert--ok role="status" { (flash.said) } } }
    }

    /// What was recorded just now, or what kept it from being recorded.
    fn said(&self, main: &Markup) -> Markup {
        html! {
            @if let Some(flash) = self.flash.filter(|flash| !flash.place.as_ref().is_some_and(|place| has_element(main, place))) {
                div.utrecht-alert.utrecht-alert--ok role="status" {
                    p { (flash.said) }
                    @if let Some((person, entry)) = flash.undo { (self.undo(person, entry)) }
                    @if let Some(person) = flash.person { p { (self.person_link(None, PersonId(person))) } }
                }
            }
            @for unsent in self.unsent {
                p.banner {
                    (self.say("U schreef nog iets dat niet is vastgelegd. ", "You wrote something else that is not recorded. "))
                    a.utrecht-link href=(unsent.page) {
                        @match unsent.command.and_then(form_of) {
                            Some(form) => (form.title.r#in(self.language)),
                            None => (self.say("Bekijk het", "Look at it")),
                        }
                    }
                }
            }
            @if let Some(draft) = self.draft {
                div #problem.utrecht-alert.utrecht-alert--error role="alert" tabindex="-1" {
                    p {
                        strong { (self.say("Nog niet vastgelegd. ", "Not recorded yet. ")) }
                        @match &draft.message {
                            Some(message) => (message),
                            None => (self.say(
                                "Kijk bij de velden wat er moet veranderen; wat u schreef staat er nog.",
                                "Look at the fields to see what must change; what you wrote is still there.",
                            )),
                        }
                    }
                    @if self.has_draft(main) {
                        p { a.utrecht-link href={ "#" (draft.form) } { (self.say("Naar het formulier", "To the form")) } }
                    }
                }
                @if let Some(ask) = draft.ask.as_ref().filter(|_| !self.has_draft(main)) {
                    (self.written(ask, draft))
                }
            }
        }
    }
}

/// Whether an element of this id is among these.
fn has_element(within: &Markup, id: &str) -> bool {
    within.0.contains(&format!("id=\"{id}\""))
}

/// Offers the other languages, and comes back to a page.
pub(crate) fn language_switch(language: Language, back: &str) -> Markup {
    html! {
        form method="get" action="/board/language" {
            input type="hidden" name="back" value=(back);
            @for each in Language::ALL {
                @if each != language {
                    button.utrecht-button.utrecht-button--subtle type="submit" name="language" value=(each.tag())
                        lang=(each.tag()) { (each.name()) }
                }
            }
        }
    }
}

/// The frame of every page, signed in or not.
pub(crate) fn frame(language: Language, title: &str, live: bool, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(language.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                meta name="htmx-config" content=(assets::HTMX_CONFIG);
                title { (title) " · Baken" }
                link rel="icon" href=(assets::path("icon.svg")) type="image/svg+xml";
                link rel="manifest" href="/board/manifest.webmanifest";
                @for sheet in ["tokens.css", "utrecht.css", "board.css"] {
                    link rel="stylesheet" href=(assets::path(sheet));
                }
                @if live {
                    @for script in assets::SCRIPTS { script src=(assets::path(script)) defer {} }
                }
            }
            body {
                a.utrecht-skip-link.utrecht-skip-link--visible-on-focus href="#main" {
                    (language.say("Naar de inhoud", "Skip to the content"))
                }
                (body)
            }
        }
    }
}
