//! What an outreach worker's phone shows without a network. The page holds nothing of anybody, and is kept by the phone as
//! it is; `offline.js` puts in what the phone has stored.

use care_path::command::CommandKind as K;
use maud::{Markup, html};

use crate::assets;
use crate::form::{Field, Input, form_of};
use crate::page::frame;
use crate::words::Language;

/// The fields of a signal that are asked for on the way.
const OF_A_SIGNAL: [&str; 7] = [
    "/channel",
    "/location_type",
    "/location",
    "/identity/name",
    "/identity/alias",
    "/identity/appearance",
    "/circumstances",
];

/// The fields of a contact with somebody new.
const OF_A_CONTACT: [&str; 4] = ["/location_type", "/location", "/summary", "/observations"];

/// The page. `codes` gives the codes of a list with their labels.
#[must_use]
pub fn offline(language: Language, codes: &dyn Fn(&str) -> Vec<(String, String)>, demo: bool) -> Markup {
    let shell = Shell { language, codes };
    let say = |dutch, english| language.say(dutch, english);
    let title = say("Zonder netwerk", "Without a network");
    frame(
        language,
        title,
        false,
        &html! {
            header.board-header {
                a href="/board/" { "Baken" }
                button.utrecht-button.utrecht-button--secondary-action #offline-leave type="button" {
                    (say("Afmelden op deze telefoon", "Sign out on this phone"))
                }
            }
            main #main.board-main tabindex="-1" data-offline data-shell {
                h1.utrecht-heading-1 { (title) }
                p #offline-state role="status" {}
                p #offline-locked.utrecht-alert hidden {
                    (say(
                        "U bent op deze telefoon niet aangemeld. Wat nog niet verstuurd is, blijft versleuteld bewaard tot u zich weer aanmeldt. ",
                        "You are not signed in on this phone. What is not sent yet stays here, encrypted, until you sign in again. ",
                    ))
                    a.utrecht-link href="/" { (say("Aanmelden", "Sign in")) }
                }
                div #offline-open hidden {
                    section aria-labelledby="offline-whom" {
                        h2.utrecht-heading-2 #offline-whom { (say("Naar wie kijken we uit", "Whom to look out for")) }
                        p #offline-nobody.nothing hidden {
                            (say("Er is nu niemand naar wie u moet uitkijken.", "There is nobody to look out for now."))
                        }
                        ul.card-list #offline-lookouts {}
                    }
                    section aria-labelledby="offline-new" {
                        h2.utrecht-heading-2 #offline-new { (say("Iemand anders", "Somebody else")) }
                        (shell.form(K::ReportSignal, ("Nieuw signaal", "New signal"), &|field| OF_A_SIGNAL.contains(&field.at)))
                    }
                    section aria-labelledby="offline-noted" {
                        h2.utrecht-heading-2 #offline-noted { (say("Wat u noteerde", "What you noted")) }
                        p #offline-none.nothing { (say("Alles is verstuurd.", "Everything is sent.")) }
                        ul.card-list #offline-entries {}
                    }
                }
                template #offline-lookout {
                    li.card {
                        p.lookout-who {}
                        p { (say("tot ", "until ")) time {} }
                        (shell.form(K::ReportSighting, ("Gezien", "Seen"), &|_| true))
                    }
                }
                template #offline-signal {
                    (shell.form(K::ReportSignal, ("Nieuw signaal", "New signal"), &|field| OF_A_SIGNAL.contains(&field.at)))
                }
                template #offline-contact {
                    (shell.form(K::RecordContact, ("Contact", "Contact"), &|field| OF_A_CONTACT.contains(&field.at)))
                }
                template #offline-entry {
                    li.card {
                        p { strong.entry-what {} " · " time {} }
                        p.entry-state {}
                        button.utrecht-button.utrecht-button--subtle.entry-delete type="button" {
                            (say("Verwijderen van deze telefoon", "Delete from this phone"))
                        }
                    }
                }
            }
            footer.board-footer {
                @if demo {
                    p { (say(
                        "Dit is de demowereld: alle personen zijn verzonnen.",
                        "This is the demo world: all persons are made up.",
                    )) }
                }
            }
            script src=(assets::path("offline.js")) defer {}
        },
    )
}

struct Shell<'a> {
    language: Language,
    codes: &'a dyn Fn(&str) -> Vec<(String, String)>,
}

impl Shell<'_> {
    fn form(&self, command: K, title: (&'static str, &'static str), asks: &dyn Fn(&Field) -> bool) -> Markup {
        let fields = form_of(command).map_or(&[][..], |form| form.fields);
        let title = self.language.say(title.0, title.1);
        html! {
            details.act.act--primary {
                summary { (title) }
                form data-command=(command.name()) {
                    @for field in fields.iter().filter(|field| asks(field)) { (self.field(field)) }
                    @if command == K::ReportSignal {
                        div.form-row { label {
                            span.utrecht-form-label {
                                (self.language.say("Wat is er besproken?", "What was talked about?"))
                                span.optional { " (" (self.language.say("hoeft niet", "optional")) ")" }
                            }
                            textarea.utrecht-textarea name="talked" rows="3" maxlength="4000" {}
                        } }
                    }
                    details.more {
                        summary { (self.language.say("Eerder gebeurd?", "Did it happen earlier?")) }
                        div.form-row { label {
                            span.utrecht-form-label { (self.language.say("Wanneer was dit?", "When was this?")) }
                            input.utrecht-textbox type="datetime-local" name="occurred_at";
                        } }
                    }
                    div.utrecht-button-group {
                        button.utrecht-button.utrecht-button--primary-action type="submit" {
                            (self.language.say("Bewaren", "Save")) span.visually-hidden { ": " (title) }
                        }
                    }
                }
            }
        }
    }

    /// A field within its label: the page has as many of each as there are lookouts, so none has an id.
    fn field(&self, field: &Field) -> Markup {
        let label = html! {
            span.utrecht-form-label {
                (field.label.r#in(self.language))
                @if !field.required { span.optional { " (" (self.language.say("hoeft niet", "optional")) ")" } }
            }
        };
        html! {
            div.form-row { label {
                (label)
                @match field.input {
                    Input::Code(list) => {
                        select.utrecht-select.utrecht-select--html-select name=(field.at) required[field.required] {
                            option value="" { (self.language.say("Kies …", "Choose …")) }
                            @for (code, name) in (self.codes)(list) {
                                option value=(code) selected[code == "outreach_round"] { (name) }
                            }
                        }
                    }
                    Input::Text => textarea.utrecht-textarea name=(field.at) rows="3" maxlength="4000" {},
                    _ => input.utrecht-textbox name=(field.at) type="text" autocomplete="off" maxlength="200" required[field.required];,
                }
            } }
        }
    }
}
