//! The report of a release on paper: one HTML page with everything in it.
//!
//! No script, no other file and no font of its own. It has a style sheet inside ([`STYLE`]), for a page that is saved and
//! printed; who serves it under a content security policy allows the sheet by its hash.

mod beside;
mod tables;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::definitions::{Definition, INDICATORS, Language, Text};
use crate::frozen::{Audience, Frozen};
use crate::labels;
use crate::plot::{self, escape};

pub use beside::{Beside, BesideRow};

/// The style sheet in the report, for A4.
pub const STYLE: &str = include_str!("style.css");

const TITLE: Text = Text { nl: "Monitor dakloze EU-migranten", en: "Monitor of homeless EU migrants" };
const COUNTS: Text = Text { nl: "Telt mee", en: "Counts" };
const GAPS: Text = Text { nl: "Zegt niet", en: "Does not tell" };
const REMARK: Text = Text { nl: "Duiding", en: "Remark" };
const DATE: Text = Text { nl: "Datum", en: "Date" };
const NOTHING: Text = Text {
    nl: "Over deze indicator kan niets worden getoond zonder iets over iemand te zeggen.",
    en: "Nothing can be shown of this indicator without telling of somebody.",
};
const NO_RELEASE: Text = Text { nl: "Er is nog geen vrijgave.", en: "There is no release yet." };

/// The report of the newest release, with trends over all of them. A remark stands beside the figures of its indicator; it is
/// text, in which an empty line begins a paragraph. Figures of others come after all that is counted here.
#[must_use]
pub fn report(
    releases: &[Frozen],
    remarks: &BTreeMap<String, String>,
    others: &[Beside],
    language: Language,
) -> String {
    let say = |text: Text| text.in_language(language);
    let tag = language.tag();
    let newest =
        releases.iter().max_by_key(|release| (release.period.last_day(), release.period.quarter_number().is_none()));
    let title = newest.map_or_else(|| say(TITLE).to_owned(), |newest| format!("{} {}", say(TITLE), newest.period));
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"{tag}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{title}</title><style>{STYLE}</style></head><body>\n<header><h1>{title}</h1>\n"
    );
    let Some(newest) = newest else {
        let _ = writeln!(page, "<p>{}</p></header></body></html>", say(NO_RELEASE));
        return page;
    };
    let _ = writeln!(page, "{}</header>\n<main>", introduction(newest, language));
    for definition in INDICATORS {
        page.push_str(&section(releases, newest, definition, remarks.get(definition.id), language));
    }
    page.push_str(&beside::sections(others, language));
    page.push_str("</main></body></html>\n");
    page
}

fn introduction(newest: &Frozen, language: Language) -> String {
    let audience = match &newest.audience {
        Audience::Everybody => Text { nl: "voor iedereen", en: "for everybody" }.in_language(language).to_owned(),
        Audience::Coordinators(city) => {
            let place = escape(&labels::place(Some(city), language));
            match language {
                Language::Dutch => format!("voor de procesregisseurs van {place}"),
                Language::English => format!("for the process coordinators of {place}"),
            }
        }
    };
    let (threshold, base) = (newest.rule.threshold, newest.rule.base);
    let (period, day) = (newest.period, labels::day(newest.frozen_on, language));
    match language {
        Language::Dutch => format!(
            "<p>Cijfers over {period}, vastgezet op {day}, {audience}. Aantallen zijn afgerond op {base}. Wat <span \
             class=\"hidden\">×</span> draagt is niet getoond: het is kleiner dan {}, of een klein getal zou eruit volgen. Een \
             0 is niemand.</p>",
            threshold + 1
        ),
        Language::English => format!(
            "<p>Figures of {period}, frozen on {day}, {audience}. Counts are rounded to {base}. What has a <span \
             class=\"hidden\">×</span> is not shown: it is below {}, or a small number would follow from it. A 0 is nobody.</p>",
            threshold + 1
        ),
    }
}

fn section(
    releases: &[Frozen],
    newest: &Frozen,
    definition: &Definition,
    remark: Option<&String>,
    language: Language,
) -> String {
    let say = |text: &Text| text.in_language(language);
    let mut tables = newest.tables.iter().filter(|table| table.indicator == definition.id).peekable();
    let is_withheld = newest.withheld.iter().any(|id| id == definition.id);
    if tables.peek().is_none() && !is_withheld {
        return String::new();
    }
    let named = |text: &str| escape(&labels::with_names(text, language));
    let mut text = format!("<section id=\"{0}\"><h2>{1}</h2>\n", definition.id, say(&definition.name));
    let _ = writeln!(
        text,
        "<div class=\"definition\"><p><b>{}</b> {}</p><p><b>{}</b> {}</p><p><b>{}</b> {}</p><p>{}</p></div>",
        say(&COUNTS),
        named(say(&definition.counts)),
        say(&DATE),
        say(&definition.reference.label()),
        say(&GAPS),
        named(&definition.gaps.iter().map(say).collect::<Vec<_>>().join(" ")),
        say(&Text { nl: "Versie {} van deze definitie.", en: "Version {} of this definition." })
            .replace("{}", &definition.version.to_string()),
    );
    if let Some(remark) = remark.filter(|remark| !remark.trim().is_empty()) {
        let paragraphs = remark.replace('\r', "");
        let paragraphs = paragraphs.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty());
        let paragraphs: Vec<String> =
            paragraphs.map(|paragraph| format!("<p>{}</p>", escape(paragraph.trim()))).collect();
        let paragraphs = paragraphs.concat();
        let _ = writeln!(text, "<aside class=\"remark\"><h3>{}</h3>{paragraphs}</aside>", say(&REMARK));
    }
    if is_withheld {
        let _ = writeln!(text, "<p class=\"withheld\">{}</p>", say(&NOTHING));
    }
    for plot in plots(releases, newest, definition, language) {
        let _ = writeln!(text, "<figure>{plot}</figure>");
    }
    for table in tables {
        text.push_str(&tables::table(table, language));
    }
    text.push_str("</section>\n");
    text
}

/// The plots of an indicator: of the four together, or of the city that the release is about.
fn plots(releases: &[Frozen], newest: &Frozen, definition: &Definition, language: Language) -> Vec<String> {
    let place = match &newest.audience {
        Audience::Everybody => None,
        Audience::Coordinators(city) => Some(city.as_str()),
    };
    let trend = || plot::trend(releases, definition.id, place, language);
    let plots = match definition.id {
        "unique_persons" => vec![trend(), plot::pyramid(newest, place, language)],
        "signals" => vec![trend(), plot::flow(newest, place, language)],
        "days_to_first_care" | "out_of_sight" => vec![plot::survival(newest, definition.id, place, language)],
        _ => vec![trend()],
    };
    plots.into_iter().flatten().collect()
}
