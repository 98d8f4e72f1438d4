//! What is exported is read back and is the same.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::Value as Json;

use super::*;
use crate::definitions::Language;
use crate::freeze;
use crate::frozen::Frozen;
use crate::indicators::random_facts;
use crate::period::Period;

/// A release of 1,500 persons, made once.
fn release() -> &'static Frozen {
    static RELEASE: OnceLock<Frozen> = OnceLock::new();
    RELEASE.get_or_init(|| {
        let year = Period::year(2026).unwrap();
        let facts = random_facts::facts(2, 1_500);
        freeze(&facts, year, year.day_after(), &[]).unwrap().everybody
    })
}

/// Numbers by indicator, unit, categories and measure.
type Numbers = BTreeMap<String, Option<u64>>;

fn of_release(release: &Frozen) -> Numbers {
    let mut numbers = Numbers::new();
    for table in &release.tables {
        for cell in &table.cells {
            for one in measured(&cell.value) {
                let categories: Vec<String> = CUTS
                    .iter()
                    .filter_map(|cut| Some(format!("{}={}", cut.code(), cell.categories.get(cut)?)))
                    .collect();
                numbers.insert(
                    format!("{} {} {} {}", table.indicator, table.unit.label().en, categories.join(" "), one.measure),
                    one.number,
                );
            }
        }
    }
    numbers
}

#[test]
fn the_csv_has_each_number_of_the_release_once() {
    let release = release();
    let text = csv(release);
    let mut lines = text.split_terminator("\r\n");
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let at = |name: &str| header.iter().position(|column| *column == name).unwrap();
    let mut rows = Vec::new();
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        assert_eq!(cells.len(), header.len(), "{line}");
        assert_eq!(
            cells[at("value")].is_empty(),
            cells[at("status")] != TOLD || cells[at("measure")] == "estimate_upper" && cells[at("value")].is_empty()
        );
        rows.push(cells[at("value")].parse::<u64>().ok());
    }
    let mut expected: Vec<Option<u64>> = release
        .tables
        .iter()
        .flat_map(|table| &table.cells)
        .flat_map(|cell| measured(&cell.value))
        .map(|one| one.number)
        .collect();
    rows.sort_unstable();
    expected.sort_unstable();
    assert_eq!(rows, expected);
}

#[test]
fn the_metadata_describes_each_column_of_the_csv() {
    let release = release();
    for language in [Language::Dutch, Language::English] {
        let metadata: Json = serde_json::from_str(&csvw(release, "2026.csv", language)).unwrap();
        let columns: Vec<&str> = metadata["tableSchema"]["columns"]
            .as_array()
            .unwrap()
            .iter()
            .map(|column| column["name"].as_str().unwrap())
            .collect();
        assert_eq!(columns.join(","), csv(release).lines().next().unwrap());
        assert_eq!(metadata["notes"].as_array().unwrap().len(), crate::definitions::INDICATORS.len());
    }
}

#[test]
fn the_datasets_of_json_stat_are_read_back_as_the_release() {
    let release = release();
    let collection: Json = serde_json::from_str(&json_stat(release, Language::English)).unwrap();
    let mut numbers = Numbers::new();
    for dataset in collection["link"]["item"].as_array().unwrap() {
        let sizes: Vec<usize> = dataset["size"]
            .as_array()
            .unwrap()
            .iter()
            .map(|size| usize::try_from(size.as_u64().unwrap()).unwrap())
            .collect();
        let ids: Vec<&str> = dataset["id"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
        let values = dataset["value"].as_array().unwrap();
        assert_eq!(values.len(), sizes.iter().product::<usize>());
        for (at, value) in values.iter().enumerate().filter(|(_, value)| !value.is_null()) {
            assert!(dataset["status"][at.to_string()].is_null());
            let (mut rest, mut codes) = (at, Vec::new());
            for (id, size) in ids.iter().zip(&sizes).rev() {
                let index = dataset["dimension"][id]["category"]["index"].as_object().unwrap();
                let place = (rest % size) as u64;
                let code = index.iter().find(|(_, at)| at.as_u64() == Some(place)).unwrap().0;
                codes.push(if *id == "measure" { code.clone() } else { format!("{id}={code}") });
                rest /= size;
            }
            codes.reverse();
            let codes: Vec<String> = codes.into_iter().filter(|code| code != "municipality=together").collect();
            let extension = &dataset["extension"];
            let name = format!(
                "{} {} {}",
                extension["indicator"].as_str().unwrap(),
                extension["unit"].as_str().unwrap(),
                codes.join(" ")
            );
            numbers.insert(name, value.as_u64());
        }
    }
    let mut expected = of_release(release);
    expected.retain(|_, number| number.is_some());
    let squeezed: Numbers = expected.into_iter().map(|(name, number)| (name.replace("  ", " "), number)).collect();
    let differ: Vec<_> = squeezed.iter().filter(|(name, number)| numbers.get(*name) != Some(*number)).collect();
    assert!(differ.is_empty(), "{differ:?}");
    assert_eq!(numbers.len(), squeezed.len());
}

#[test]
fn the_codes_of_cuts_are_those_of_the_release() {
    for cut in CUTS {
        assert_eq!(serde_json::to_value(cut).unwrap(), cut.code());
    }
}

#[cfg(feature = "parquet")]
#[test]
fn parquet_has_the_rows_of_the_csv() {
    use ::parquet::file::reader::{FileReader as _, SerializedFileReader};
    use ::parquet::record::Field;

    let release = release();
    let mut written = tempfile::tempfile().unwrap();
    std::io::Write::write_all(&mut written, &parquet(release).unwrap()).unwrap();
    let file = SerializedFileReader::new(written).unwrap();
    let mut rows = file.get_row_iter(None).unwrap();
    let text = csv(release);
    let mut lines = text.split_terminator("\r\n");
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    for line in lines {
        let row = rows.next().unwrap().unwrap();
        let cells = row.get_column_iter().map(|(name, field)| {
            let cell = match field {
                Field::Null => String::new(),
                Field::Str(text) => text.clone(),
                Field::Long(number) => number.to_string(),
                other => panic!("{name} is {other}"),
            };
            (name.as_str(), cell)
        });
        let cells: Vec<(&str, String)> = cells.collect();
        let of_csv: Vec<(&str, String)> = names.iter().copied().zip(line.split(',').map(str::to_owned)).collect();
        assert_eq!(cells, of_csv);
    }
    assert!(rows.next().is_none());
}
