//! JSON-stat 2.0: <https://json-stat.org/full/>. A release is a collection, with a dataset for each table.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::{TOLD, measure_label, measured};
use crate::definitions::{Cut, Language, Text, definition};
use crate::frozen::{Cell, Frozen, Table};
use crate::labels;

/// Stands for the four cities together.
const TOGETHER: &str = "together";
const MEASURE: Text = Text { nl: "wat het getal is", en: "what the number is" };
const STATES: Text = Text { nl: "niet getoond", en: "not shown" };
const REFUSED: Text = Text { nl: "niet te schatten", en: "no estimate" };

/// A release as a collection of datasets. Status `c` is a number that is not shown, `n` one that cannot be estimated.
#[must_use]
pub fn json_stat(release: &Frozen, language: Language) -> String {
    let datasets: Vec<Json> = release.tables.iter().map(|table| dataset(release, table, language)).collect();
    let collection = json!({
        "version": "2.0",
        "class": "collection",
        "label": format!("Baken {}", release.period),
        "updated": release.frozen_on.to_string(),
        "link": { "item": datasets },
    });
    format!("{collection}\n")
}

fn dataset(release: &Frozen, table: &Table, language: Language) -> Json {
    let of = definition(&table.indicator);
    let say = |text: Text| text.in_language(language);
    let measures = distinct(table.cells.iter().flat_map(|cell| measured(&cell.value)).map(|one| one.measure));
    // A mark has no measure of its own: it stands for all of them.
    let mut measures: Vec<String> =
        measures.into_iter().filter(|measure| !measure.is_empty() && !measure.starts_with("refused_")).collect();
    if measures.is_empty() {
        measures.push("count".to_owned());
    }
    let categories: Vec<Vec<String>> =
        table.cuts.iter().map(|cut| distinct(table.cells.iter().map(|cell| category(cell, *cut)))).collect();
    let mut ids: Vec<&str> = table.cuts.iter().map(|cut| cut.code()).collect();
    ids.push("measure");
    let mut sizes: Vec<usize> = categories.iter().map(Vec::len).collect();
    sizes.push(measures.len());
    let mut dimensions = Map::new();
    for (cut, codes) in table.cuts.iter().zip(&categories) {
        let called = |code: &String| (code.clone(), json!(labels::label(*cut, code, language)));
        dimensions.insert(
            cut.code().to_owned(),
            dimension(labels::cut(*cut, language), codes, &codes.iter().map(called).collect()),
        );
    }
    let called = |measure: &String| (measure.clone(), json!(measure_name(measure, language)));
    dimensions.insert("measure".to_owned(), dimension(say(MEASURE), &measures, &measures.iter().map(called).collect()));
    let (values, status) = values(table, &categories, &measures);
    json!({
        "version": "2.0",
        "class": "dataset",
        "label": of.map_or(table.indicator.as_str(), |of| say(of.name)),
        "note": of.map(|of| say(of.counts)).into_iter().collect::<Vec<_>>(),
        "source": "Baken",
        "updated": release.frozen_on.to_string(),
        "id": ids,
        "size": sizes,
        "role": { "geo": ["municipality"], "metric": ["measure"] },
        "dimension": dimensions,
        "value": values,
        "status": status,
        "extension": {
            "period": release.period.to_string(),
            "indicator": table.indicator,
            "version": table.version,
            "unit": say(table.unit.label()),
            "status": { "c": say(STATES), "n": say(REFUSED) },
        },
    })
}

fn dimension(label: &str, codes: &[String], labels: &Map<String, Json>) -> Json {
    let index: Map<String, Json> = codes.iter().enumerate().map(|(at, code)| (code.clone(), json!(at))).collect();
    json!({ "label": label, "category": { "index": index, "label": labels } })
}

fn measure_name(measure: &str, language: Language) -> String {
    let called = measure_label(measure).in_language(language);
    let days = measure.strip_prefix("percent_after_").and_then(|rest| rest.strip_suffix("_days"));
    days.map_or_else(|| called.to_owned(), |days| format!("{called}: {days}"))
}

/// By the place of each number in the dataset, row by row, the last dimension fastest.
fn values(
    table: &Table,
    categories: &[Vec<String>],
    measures: &[String],
) -> (Vec<Json>, BTreeMap<String, &'static str>) {
    let size: usize = categories.iter().map(Vec::len).product::<usize>() * measures.len();
    let (mut values, mut status) = (vec![Json::Null; size], BTreeMap::new());
    for cell in &table.cells {
        let places = table.cuts.iter().zip(categories).map(|(cut, codes)| {
            (codes.iter().position(|code| *code == category(cell, *cut)).unwrap_or(0), codes.len())
        });
        let first = places.fold(0, |at, (place, size)| at * size + place) * measures.len();
        let told = measured(&cell.value);
        for (number, measure) in measures.iter().enumerate() {
            let one = told.iter().find(|one| one.measure == *measure).or(told.first());
            match one {
                Some(one) if one.status == TOLD && one.measure == *measure => {
                    values[first + number] = json!(one.number);
                }
                Some(one) if one.status == super::REFUSED => _ = status.insert((first + number).to_string(), "n"),
                _ => _ = status.insert((first + number).to_string(), "c"),
            }
        }
    }
    (values, status)
}

fn category(cell: &Cell, cut: Cut) -> String {
    cell.categories.get(&cut).cloned().unwrap_or_else(|| TOGETHER.to_owned())
}

/// Each once, in the order in which they come.
fn distinct(codes: impl Iterator<Item = String>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for code in codes {
        if !all.contains(&code) {
            all.push(code);
        }
    }
    all
}
