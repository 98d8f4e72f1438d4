//! What a log says when nobody writes to it any more: every event opened, without its own id and without when and in
//! which request it was recorded. Two logs that say the same say it here in the same words.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use baken::event_log::sqlite::{Options, SqliteLog};
use baken::event_log::{EventLog, Position};
use baken::history::Decoder;
use baken::sealing::{FileKek, KeyRing, Sealer, SqliteKeyStore};
use care_path::time::DateTime;
use serde_json::{Value, json};

pub type Streams = BTreeMap<String, Vec<Value>>;

/// The streams of the log of a data folder, from a position on.
pub async fn streams(folder: &Path, after: Position) -> Streams {
    let log = SqliteLog::open(&folder.join("log.db"), &Options::default()).unwrap();
    let keys = Arc::new(SqliteKeyStore::open(folder.join("keys.db")).unwrap());
    let kek = Arc::new(FileKek::open_or_create(folder.join("kek")).unwrap());
    let ring = Arc::new(KeyRing::open(keys, kek, KeyRing::CAPACITY).await.unwrap());
    let _preloaded = ring.preload_all().await.unwrap();
    let decoder = Decoder::new(Arc::new(Sealer::new(ring.clone())));
    let (mut streams, mut after) = (Streams::new(), after);
    loop {
        let page = log.read_all(after, 1_000).await.unwrap();
        // Who takes part is registered when each service starts.
        let of_lines = |stream: &str| !stream.starts_with("organisation-");
        for recorded in page.events.iter().filter(|recorded| of_lines(recorded.stream.as_str())) {
            let happened = decoder.decode(recorded).await.unwrap();
            let mut envelope: Value = serde_json::from_slice(&recorded.metadata).unwrap();
            for differs in ["recorded_at", "correlation_id", "causation_id"] {
                envelope.as_object_mut().unwrap().remove(differs);
            }
            let mut data = happened.event.data().unwrap();
            from_recording(&mut data, happened.stamp.recorded_at);
            let event = json!({
                "type": recorded.kind,
                "data": data,
                "envelope": envelope,
            });
            streams.entry(recorded.stream.to_string()).or_default().push(event);
        }
        after = page.next;
        if page.at_head {
            break;
        }
    }
    // People whom nobody knows are counted: they have no order.
    for (_, events) in streams.iter_mut().filter(|(name, _)| !name.starts_with("person-")) {
        events.sort_by_key(Value::to_string);
    }
    streams
}

/// A term that runs from the recording is told as its length, in seconds.
fn from_recording(value: &mut Value, recorded_at: DateTime) {
    match value {
        Value::String(text) => {
            let later = text.parse::<DateTime>().ok().filter(|time| *time > recorded_at);
            if let Some(later) = later {
                let term = (later - recorded_at).as_seconds_f64().round();
                *text = format!("{term} s after it was recorded");
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| from_recording(item, recorded_at)),
        Value::Object(fields) => fields.values_mut().for_each(|field| from_recording(field, recorded_at)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Two logs say the same.
#[track_caller]
pub fn same(one: &Streams, other: &Streams) {
    let names = |streams: &Streams| streams.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(one), names(other), "the streams are not the same");
    for (name, events) in one {
        // They are made up: whoever looks for the difference may see them.
        assert_eq!(events.len(), other[name].len(), "{name}");
        for (event, other) in events.iter().zip(&other[name]) {
            assert_eq!(event, other, "{name}");
        }
    }
}
