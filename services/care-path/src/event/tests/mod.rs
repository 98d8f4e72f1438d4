//! The golden JSON of every event: that it is read, that nothing in it is in clear that describes somebody, and that
//! the schema says what is stored.

mod golden;
mod marks;
#[cfg(feature = "schema")]
mod schema;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

use super::samples::{Stored, parse};

/// A sample out of the golden files: `signal_received.v1.json`, `full`.
struct Sample {
    file: String,
    case: String,
    stored: Stored,
}

impl Sample {
    /// Where it is found, for messages.
    fn name(&self) -> String {
        format!("`{}` of {}", self.case, self.file)
    }
}

/// Every sample in the folder, also of versions that are no longer written.
fn samples() -> Vec<Sample> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/event/golden");
    let files: BTreeMap<_, _> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read_to_string(entry.path()).unwrap()))
        .collect();
    files
        .into_iter()
        .flat_map(|(file, text)| {
            let cases = parse(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
            cases.into_iter().map(move |(case, stored)| Sample { file: file.clone(), case, stored })
        })
        .collect()
}

/// The pointers (RFC 6901) to every object in a value, the value itself among them.
fn objects(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    visit(value, "", &mut |pointer, value| {
        if value.is_object() {
            found.push(pointer.to_owned());
        }
    });
    found
}

/// Calls for a value and everything in it, with its pointer.
fn visit(value: &Value, pointer: &str, call: &mut impl FnMut(&str, &Value)) {
    call(pointer, value);
    match value {
        Value::Object(object) => object.iter().for_each(|(key, each)| visit(each, &format!("{pointer}/{key}"), call)),
        Value::Array(array) => {
            array.iter().enumerate().for_each(|(index, each)| visit(each, &format!("{pointer}/{index}"), call));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
