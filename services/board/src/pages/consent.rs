//! The consent on paper: what is told to whom and why, how to take it back, and lines to sign, in the person's own language
//! beside Dutch. It says no more than the policy gives to those abroad.

use care_path::codes::{Code, DataClass};
use care_path::command::CommandKind as K;
use care_path::text::Country;
use care_path::views::CaseFileView;
use maud::{Markup, html};

use crate::form::Ask;
use crate::page::Page;
use crate::words::eight::{self, Eight, OwnLanguage, country_in};

/// What can be consented to, and what of it leaves. Nothing of the class `justice` is shown to anybody abroad.
const CLASSES: [(DataClass, Eight); 4] = [
    (DataClass::Identity, eight::OF_IDENTITY),
    (DataClass::Return, eight::OF_RETURN),
    (DataClass::Social, eight::OF_LIFE),
    (DataClass::Medical, eight::OF_HEALTH),
];

/// The page. `own` is the language that the person reads.
#[must_use]
pub fn consent(page: &Page<'_>, file: &CaseFileView, may: &[K], own: OwnLanguage) -> Markup {
    let person = file.person_id;
    let identity = file.identity.as_ref();
    let name = identity.and_then(|known| known.name.as_ref()).map(care_path::text::Line::as_str);
    let country = country_of(file);
    let is_minor = file.minor == Some(true);
    // The form is part of the page: an address would tell of the country.
    let ask =
        Ask::of(K::GiveConsent).inline().about(person).given("/purpose", "repatriation").given("/language", own.tag());
    let ask = match country {
        Some(country) => ask.given("/recipient", country.as_str()),
        None => ask,
    };
    // The paper is in Dutch, beside the person's own language.
    let paper = &page.in_dutch();
    page.titled(
        page.say("Toestemming op papier", "Consent on paper"),
        &html! {
            p.no-print { a.utrecht-link href={ "/board/persons/" (person) "/return?language=" (own.tag()) } {
                (page.say("Naar de terugkeer", "To the return"))
            } }
            (page.own_languages(&format!("/board/persons/{person}/consent"), own, identity))
            p.no-print {
                (page.say("Lees dit blad samen, in een taal die de persoon begrijpt of met een tolk. Print het en laat het tekenen.",
                    "Read this sheet together, in a language that the person understands or with an interpreter. Print it and have it signed."))
            }
            p.no-print { button.utrecht-button.utrecht-button--primary-action type="button" data-print hidden { (page.say("Printen", "Print")) } }
            article.sheet lang="nl" aria-labelledby="sheet" {
                h2 #sheet.utrecht-heading-2 { (paper.both_in_line(&eight::CONSENT_TITLE, own)) }
                (paper.both(&eight::CONSENT_WHAT, own))
                p { (paper.country_in_both(country, own)) }
                (paper.told(&eight::WHO, &[&eight::WHO_TEXT], own))
                (paper.told(&eight::WHY, &[&eight::WHY_TEXT], own))
                (paper.told(&eight::WHICH, &[&eight::WHICH_TEXT], own))
                ul.ticks { @for (class, what) in &CLASSES { (paper.class_of_data(*class, what, own)) } }
                (paper.told(&eight::NEVER, &[&eight::NEVER_TEXT], own))
                (paper.told(&eight::FREE, &[&eight::FREE_TEXT, &eight::SAME_HELP], own))
                (paper.told(&eight::BACK, &[&eight::BACK_TEXT, &eight::COMPLAINT], own))
                @if is_minor { (paper.both(&eight::UNDER_AGE, own)) }
                (paper.both(&eight::UNDERSTOOD, own))
                ul.ticks {
                    li { (paper.both(&eight::I_DO, own)) }
                    li { (paper.both(&eight::I_DO_NOT, own)) }
                }
                (paper.signing(name, is_minor, own))
            }
            @if may.contains(&K::GiveConsent) {
                (page.act(&ask.titled("Getekende toestemming vastleggen", "Record the signed consent").primary()))
            }
            @if may.contains(&K::RefuseReturn) {
                (page.act(&Ask::of(K::RefuseReturn).inline().about(person).titled("Wil niet terug: vastleggen", "Does not want to return: record").primary()))
            }
        },
    )
}

/// The country to write on the sheet: the one that the return is prepared for, or the only one that the person is from.
fn country_of(file: &CaseFileView) -> Option<Country> {
    let prepared = file.r#return.as_ref().and_then(|going_back| going_back.prepared_for);
    let home = || match file.identity.as_ref()?.countries.as_deref()? {
        [only] if only.as_str() != "NL" => Some(*only),
        _ => None,
    };
    prepared.or_else(home)
}

impl Page<'_> {
    fn told(&self, heading: &Eight, texts: &[&Eight], own: OwnLanguage) -> Markup {
        html! {
            h3.utrecht-heading-3 { (self.both_in_line(heading, own)) }
            @for text in texts { (self.both(text, own)) }
        }
    }

    fn country_in_both(&self, country: Option<Country>, own: OwnLanguage) -> Markup {
        let Some(country) = country else { return html! { span.blank {} } };
        let code = country.as_str();
        html! {
            strong {
                (self.country(code))
                @if let Some(name) = country_in(code, own).filter(|_| own.tag() != self.language.tag()) {
                    " · " span lang=(own.tag()) { (name) }
                }
            }
        }
    }

    fn class_of_data(&self, class: DataClass, what: &Eight, own: OwnLanguage) -> Markup {
        let label = |own: OwnLanguage| self.names.label(DataClass::LIST, class.code(), own.tag()).unwrap_or_default();
        let both = [OwnLanguage::DUTCH, own];
        html! {
            li {
                div.both {
                    @for each in &both[..if own == OwnLanguage::DUTCH { 1 } else { 2 }] {
                        p lang=(each.tag()) { strong { (label(*each)) } ": " (what.r#in(*each)) }
                    }
                }
            }
        }
    }

    /// Lines to sign: the person, who has custody of a minor, the worker, and the interpreter where one helped.
    fn signing(&self, name: Option<&str>, is_minor: bool, own: OwnLanguage) -> Markup {
        html! {
            table.signing {
                thead {
                    tr {
                        th scope="col" { (self.both_in_line(&eight::NAME, own)) }
                        th scope="col" { (self.both_in_line(&eight::DATE, own)) }
                        th scope="col" { (self.both_in_line(&eight::SIGNATURE, own)) }
                    }
                }
                tbody {
                    tr { td { (name.unwrap_or_default()) } td {} td {} }
                    @if is_minor { tr { td { span.quiet { (self.both_in_line(&eight::GUARDIAN, own)) } } td {} td {} } }
                    tr {
                        td { span.quiet { (self.both_in_line(&eight::WORKER, own)) " · " (self.organisation(&self.reader.principal.organisation)) } }
                        td {} td {}
                    }
                    tr { td { span.quiet { (self.both_in_line(&eight::INTERPRETER, own)) } } td {} td {} }
                }
            }
        }
    }
}
