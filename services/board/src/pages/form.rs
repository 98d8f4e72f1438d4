//! A form on a page of its own: where it was asked for it opens in place, and without scripts it is found here.

use maud::{Markup, html};

use crate::form::{Ask, form_of};
use crate::page::Page;

/// The page. It leads back to where the form was asked for.
#[must_use]
pub fn form(page: &Page<'_>, ask: &Ask) -> Markup {
    let title = ask.title.or(form_of(ask.command).map(|form| form.title)).map_or("", |title| title.r#in(page.language));
    page.titled(
        title,
        &html! {
            (page.open_form(ask))
            p { a.utrecht-link href=(page.back) { (page.say("Terug", "Back")) } }
        },
    )
}
