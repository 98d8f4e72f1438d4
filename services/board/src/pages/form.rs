//! A form on a page of its own: where it was asked for it opens in place, and without scripts it is found here.

use care_path::views::{CaseFileView, TimelineEntryView};
use maud::{Markup, html};

use crate::form::{Ask, form_of};
use crate::page::Page;

/// What the form is about, where its own words do not say so.
pub enum FormAbout<'a> {
    Said,
    /// An entry, and whom it stands with.
    Entry {
        file: &'a CaseFileView,
        entry: &'a TimelineEntryView,
    },
    /// What something of the directory is called.
    Named(&'a str),
}

/// The page. It leads back to where the form was asked for.
#[must_use]
pub fn form(page: &Page<'_>, ask: &Ask, about: &FormAbout<'_>) -> Markup {
    let title = ask.title.or(form_of(ask.command).map(|form| form.title)).map_or("", |title| title.r#in(page.language));
    page.titled(
        title,
        &html! {
            @match about {
                FormAbout::Said => {},
                FormAbout::Entry { file, entry } => {
                    p { strong { (page.what(entry)) } " " (page.noted(&entry.noted)) }
                    p { (page.say("Staat bij ", "It stands with ")) (page.person_link(file.identity.as_ref(), file.person_id)) }
                },
                FormAbout::Named(name) => p { strong { (name) } },
            }
            (page.open_form(ask))
            p { a.utrecht-link href=(page.back) { (page.say("Terug", "Back")) } }
        },
    )
}
