//! The body of a command, read as every command there is, then decided on a small path. The first byte chooses what the
//! command is about.

#![no_main]

use baken_fuzz::{live, subjects};
use care_path::command::CommandKind;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|input: &[u8]| {
    let Some((first, body)) = input.split_first() else { return };
    let Ok(body @ Value::Object(_)) = serde_json::from_slice::<Value>(body) else { return };
    let subject = subjects()[usize::from(*first) % subjects().len()];
    for kind in CommandKind::ALL {
        for subject in [None, Some(subject)] {
            if let Ok(command) = kind.read(subject, &body) {
                live(command, None);
            }
        }
    }
});
