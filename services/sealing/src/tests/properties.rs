//! For any event: sealing and opening gives it back, and nothing private shows in between.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use care_path::codes::Code as _;
use proptest::prelude::*;
use tokio::runtime::Runtime;

use super::*;

static WORLD: LazyLock<(Runtime, Sealer)> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let (sealer, _) = runtime.block_on(sealer());
    (runtime, sealer)
});

/// Text that no key and no code can hold by chance: what is private must be recognisable in the output.
fn telling_text() -> impl Strategy<Value = String> {
    "[A-Z][a-zéłß' \"\\\\\n]{3,20}\\PC{0,6}"
}

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        // Quarters: written and read again they are the same, whatever the parser's rounding.
        any::<i32>().prop_map(|quarters| Value::from(f64::from(quarters) / 4.0)),
        telling_text().prop_map(Value::from),
    ]
}

fn tree_of(leaf: impl Strategy<Value = Value> + 'static) -> impl Strategy<Value = Value> {
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{1,8}", inner, 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn marked() -> impl Strategy<Value = Value> {
    let class = prop::sample::select(DataClass::ALL);
    (class, prop::option::weighted(0.9, tree_of(leaf()))).prop_map(|(class, value)| match value {
        Some(value) => json!({"$private": class.code(), "value": value}),
        None => json!({"$private": class.code()}),
    })
}

fn event() -> impl Strategy<Value = Value> {
    tree_of(prop_oneof![2 => leaf(), 1 => marked()])
}

/// The tree without what is private, and all strings in what is.
fn split(tree: &Value, private: &mut Vec<String>) -> Value {
    match tree {
        Value::Object(object) if object.contains_key("$private") => {
            collect_texts(object.get("value").unwrap_or(&Value::Null), private);
            Value::Null
        }
        Value::Object(object) => {
            object.iter().map(|(name, value)| (name.clone(), split(value, private))).collect::<Value>()
        }
        Value::Array(array) => array.iter().map(|value| split(value, private)).collect(),
        other => other.clone(),
    }
}

fn collect_texts(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(array) => array.iter().for_each(|value| collect_texts(value, texts)),
        Value::Object(object) => object.values().for_each(|value| collect_texts(value, texts)),
        _ => {}
    }
}

/// The ways in which a text could be there though it cannot be read at once.
fn spellings(text: &str) -> Vec<Vec<u8>> {
    let escaped = Value::from(text).to_string();
    let escaped = escaped.trim_matches('"').as_bytes();
    let mut encoded = Vec::new();
    for bytes in [text.as_bytes(), escaped] {
        encoded.push(hex(bytes).into_bytes());
        encoded.push(hex(bytes).to_uppercase().into_bytes());
        // Within base64 a text may begin at any of three offsets; the first and last characters mix with neighbours.
        for offset in 0..3 {
            let shifted = [vec![0; offset], bytes.to_vec()].concat();
            for encoding in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
                let all = encoding.encode(&shifted).into_bytes();
                encoded.push(all[(offset * 4).div_ceil(3)..all.len() - 1].to_vec());
            }
        }
    }
    // Shorter ones are met by chance.
    encoded.retain(|spelling| spelling.len() >= 6);
    encoded.extend([text.as_bytes().to_vec(), escaped.to_vec()]);
    encoded
}

/// What was written, with what is random in it taken out, and the boxes' bytes: in their base64 any four letters turn
/// up by chance.
fn searchable(written: &[u8]) -> Vec<Vec<u8>> {
    let mut event: Value = serde_json::from_slice(written).unwrap();
    let mut parts = Vec::new();
    for sealed in event["sealed"].as_object_mut().into_iter().flat_map(|boxes| boxes.values_mut()) {
        parts.push(STANDARD.decode(sealed["box"].take().as_str().unwrap()).unwrap());
        sealed["key"].take();
        assert_eq!(*sealed, json!({"key": null, "box": null}));
    }
    parts.push(serde_json::to_vec(&event).unwrap());
    parts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_event_opens_as_it_was_sealed(event in event(), person in 0_u128..8) {
        let (runtime, sealer) = &*WORLD;
        let written = runtime.block_on(sealer.seal(binding(person), event.clone())).unwrap();
        prop_assert_eq!(&runtime.block_on(sealer.open(binding(person), &written)).unwrap(), &event);
        prop_assert_eq!(sealer.open_cached(binding(person), &written).unwrap(), Some(event));
    }

    #[test]
    fn no_private_text_shows_in_what_is_sealed(event in event(), person in 0_u128..8) {
        let (runtime, sealer) = &*WORLD;
        let mut private = Vec::new();
        let clear = split(&event, &mut private).to_string();
        let written = runtime.block_on(sealer.seal(binding(person), event)).unwrap();
        let parts = searchable(&written);
        for text in private.iter().filter(|text| text.chars().count() >= 4) {
            for spelling in spellings(text).iter().filter(|spelling| !holds(clear.as_bytes(), spelling)) {
                prop_assert!(parts.iter().all(|part| !holds(part, spelling)), "a text of {} bytes shows", text.len());
            }
        }
    }
}

#[test]
fn the_search_for_private_text_finds_it_in_every_spelling() {
    let text = "Marek Nowak";
    for offset in 0..3 {
        let around = [&b"xyz"[..offset], text.as_bytes(), b"tail"].concat();
        for encoded in [STANDARD_NO_PAD.encode(&around).into_bytes(), hex(&around).into_bytes(), around] {
            assert!(spellings(text).iter().any(|spelling| holds(&encoded, spelling)));
        }
    }
}
