//! A line of a batch, read as the service reads it, then decided on a small path.

#![no_main]

use baken::edge::rest::batch;
use baken_fuzz::{coordinator, live};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|line: &[u8]| {
    if let Ok(instruction) = batch::read(&coordinator(), line) {
        live(instruction.command, instruction.occurred);
    }
});
