//! Nothing that describes a person lies in clear: not in the log's files, its write-ahead log, the key store, the
//! backups, the metrics or the traces.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io;
use std::sync::{Arc, Mutex, OnceLock};

use baken::event_log::sqlite::{Options, SqliteLog};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::support::demo_world;

/// The names, aliases and free texts of the seeds: every string of a body that is no code, id, time or reference.
pub fn secrets() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for seed in [include_str!("../../seeds/demo/marek.json"), include_str!("../../seeds/demo/world.json")] {
        let seed: Value = serde_json::from_str(seed).unwrap();
        for command in seed["steps"].as_array().unwrap().iter().flat_map(|step| step["commands"].as_array().unwrap()) {
            collect(&command["body"], &mut found);
        }
    }
    found
}

fn collect(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => object.values().for_each(|inner| collect(inner, found)),
        Value::Array(items) => items.iter().for_each(|inner| collect(inner, found)),
        // Codes, slugs and references are one word in lower case; what people wrote has capitals or spaces.
        Value::String(text) => {
            let typed = text.chars().any(|c| c.is_uppercase() || c.is_whitespace());
            if typed && text.len() >= 4 && !text.starts_with('$') && text.parse::<chrono::NaiveDate>().is_err() {
                found.insert(text.clone());
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The ways in which a text could lie somewhere: as it is, in JSON, in hexadecimal, and in base64 at each offset.
fn spellings(text: &str) -> Vec<Vec<u8>> {
    let quoted = serde_json::to_string(text).unwrap();
    let hex = hexadecimal(text);
    let mut all = vec![text.as_bytes().to_vec(), quoted.trim_matches('"').as_bytes().to_vec()];
    all.extend([hex.to_uppercase().into_bytes(), hex.into_bytes()]);
    for offset in 0..3_usize {
        // The characters that hold bytes of neighbours are left out at both ends.
        let padded = [vec![0; offset], text.as_bytes().to_vec()].concat();
        let whole = padded.len() / 3 * 3;
        for encoded in [STANDARD_NO_PAD.encode(&padded[..whole]), URL_SAFE_NO_PAD.encode(&padded[..whole])] {
            let inner = &encoded[if offset == 0 { 0 } else { 4 }..];
            if inner.len() >= 8 {
                all.push(inner.as_bytes().to_vec());
            }
        }
    }
    all
}

fn hexadecimal(text: &str) -> String {
    text.bytes().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(haystack, needle).is_some()
}

/// Everything that is traced while the tests of this binary run.
#[derive(Clone, Default)]
struct Traces(Arc<Mutex<Vec<u8>>>);

impl io::Write for Traces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn traces() -> &'static Traces {
    static TRACES: OnceLock<Traces> = OnceLock::new();
    TRACES.get_or_init(|| {
        let traces = Traces::default();
        let writer = traces.clone();
        // Clients of the tests run in this process as well: their traces are not the service's.
        let filter: Targets = "trace,hyper=off,hyper_util=off,reqwest=off,h2=off,rustls=off".parse().unwrap();
        tracing_subscriber::registry()
            .with(filter)
            .with(tracing_subscriber::fmt::layer().json().with_writer(move || writer.clone()))
            .init();
        traces
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn no_name_alias_or_free_text_of_the_demo_lies_in_clear_anywhere() {
    let traces = traces();
    let running = demo_world().await;
    // Reads, refused writes and unknown fields are traced too.
    let coordinator = running.client("coordinator-rotterdam");
    for person in coordinator.all("/v1/persons").await {
        let id = person["person_id"].as_str().unwrap();
        coordinator.get(&format!("/v1/persons/{id}")).await.expect(200);
        coordinator.all(&format!("/v1/persons/{id}/timeline")).await;
    }
    let secrets = secrets();
    assert!(secrets.len() > 30, "the seeds tell something: {}", secrets.len());
    for secret in secrets.iter().take(20) {
        let refused = coordinator.post("/v1/signals", json!({"channel": secret, "urgency": 7})).await.expect(422);
        assert!(!refused.text.contains(secret.as_str()), "an error repeats what was typed");
    }

    let folder = running.folder.path();
    let log = SqliteLog::open_read_only(&folder.join("log.db"), &Options::default()).unwrap();
    log.backup(&folder.join("backup.db")).await.unwrap();
    let mut files = vec![];
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            files.push((path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap()));
        }
    }
    let names: Vec<_> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert!(names.contains(&"log.db") && names.contains(&"log.db-wal") && names.contains(&"backup.db"), "{names:?}");
    files.push(("metrics".into(), coordinator.get("/metrics").await.expect(200).text.into_bytes()));
    let written = traces.0.lock().unwrap().clone();
    assert!(holds(&written, b"/v1/persons/{person_id}"), "requests are traced, by route");
    files.push(("traces".into(), written));

    for secret in &secrets {
        for spelling in spellings(secret) {
            for (name, content) in &files {
                assert!(
                    !holds(content, &spelling),
                    "{name} holds {secret:?} as {:?}",
                    String::from_utf8_lossy(&spelling)
                );
            }
        }
    }
}

#[test]
fn the_search_finds_what_lies_in_clear() {
    let secret = "Marek Nowak, of Gdańsk";
    for offset in 0..3 {
        let hidden = format!("{}{secret}, and more", "x".repeat(offset));
        for encoded in
            [hidden.clone(), STANDARD_NO_PAD.encode(&hidden), URL_SAFE_NO_PAD.encode(&hidden), hexadecimal(&hidden)]
        {
            let found = spellings(secret).iter().any(|spelling| holds(encoded.as_bytes(), spelling));
            assert!(found, "not found in {encoded}");
        }
    }
}
