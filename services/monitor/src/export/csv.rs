//! One CSV file of a release, a number a row, and its metadata: <https://www.w3.org/TR/tabular-metadata/>.

use serde_json::{Value as Json, json};

use super::{CUTS, rows};
use crate::definitions::{Cut, Language, Text, definition};
use crate::frozen::Frozen;

pub(super) const FIRST: [&str; 4] = ["period", "indicator", "version", "unit"];
pub(super) const LAST: [&str; 3] = ["measure", "status", "value"];

/// A release as CSV: UTF-8, a header, lines that end in CR LF (RFC 4180). An empty category is the total, and an empty
/// municipality the four cities together. `value` is empty where `status` is not `told`.
#[must_use]
pub fn csv(release: &Frozen) -> String {
    let header = FIRST.into_iter().chain(CUTS.into_iter().map(Cut::code)).chain(LAST);
    let mut text = line(header.map(str::to_owned));
    for (table, cell, measured) in rows(release) {
        let first = [
            release.period.to_string(),
            table.indicator.clone(),
            table.version.to_string(),
            table.unit.code().to_owned(),
        ];
        let category = |cut: Cut| cell.categories.get(&cut).cloned().unwrap_or_default();
        let number = measured.number.map(|number| number.to_string()).unwrap_or_default();
        let last = [measured.measure, measured.status.to_owned(), number];
        text.push_str(&line(first.into_iter().chain(CUTS.map(category)).chain(last)));
    }
    text
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let quoted = |cell: String| {
        if cell.contains([',', '"', '\r', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
    };
    let cells: Vec<String> = cells.map(quoted).collect();
    format!("{}\r\n", cells.join(","))
}

/// The metadata of the CSV file at an address, with the definitions of its indicators.
#[must_use]
pub fn csvw(release: &Frozen, url: &str, language: Language) -> String {
    let tag = language.tag();
    let say = |text: Text| text.in_language(language);
    let column = |name: &str, title: &str, datatype: Json, required: bool| json!({ "name": name, "titles": name, "dc:title": title, "datatype": datatype, "required": required });
    let text =
        |name: &str, nl: &'static str, en: &'static str| column(name, say(Text { nl, en }), json!("string"), true);
    let mut columns = vec![
        text("period", "periode", "period"),
        text("indicator", "indicator", "indicator"),
        column("version", say(VERSION), json!({ "base": "integer", "minimum": 1 }), true),
        text("unit", "eenheid", "unit"),
    ];
    columns.extend(CUTS.map(|cut| column(cut.code(), say(cut.label()), json!("string"), false)));
    columns.push(column("measure", say(MEASURE), json!("string"), false));
    let statuses = json!({ "base": "string", "format": "told|suppressed|refused" });
    columns.push(column("status", say(STATUS), statuses, true));
    columns.push(column("value", say(VALUE), json!({ "base": "integer", "minimum": 0 }), false));
    let mut ids: Vec<&str> = release.tables.iter().map(|table| table.indicator.as_str()).collect();
    ids.dedup();
    let notes: Vec<Json> = ids
        .into_iter()
        .filter_map(definition)
        .map(|of| {
            json!({
                "schema:identifier": of.id,
                "schema:version": of.version.to_string(),
                "schema:name": say(of.name),
                "schema:description": say(of.counts),
                "schema:abstract": of.gaps.iter().map(|gap| say(*gap)).collect::<Vec<_>>(),
            })
        })
        .collect();
    let metadata = json!({
        "@context": ["http://www.w3.org/ns/csvw", { "@language": tag }],
        "url": url,
        "dc:title": format!("Baken {}", release.period),
        "dc:issued": { "@value": release.frozen_on.to_string(), "@type": "xsd:date" },
        "dialect": { "header": true, "encoding": "utf-8" },
        "tableSchema": { "columns": columns },
        "notes": notes,
    });
    format!("{metadata:#}\n")
}

const VERSION: Text = Text { nl: "versie van de definitie", en: "version of the definition" };
const MEASURE: Text = Text { nl: "wat het getal is", en: "what the number is" };
const STATUS: Text = Text { nl: "of het getal wordt getoond", en: "whether the number is shown" };
const VALUE: Text = Text { nl: "het getal, afgerond", en: "the number, rounded" };
