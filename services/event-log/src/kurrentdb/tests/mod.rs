//! The adapter with the real client, against the double.

mod causes;
mod faults;
mod shared;
mod whole;

use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::double::Double;
use super::*;
use crate::testing::new_id;

/// Settings with which a test need not wait long for a deadline.
fn hasty() -> Options {
    Options { attempt: Duration::from_millis(400), patience: Duration::from_secs(5), ..Options::default() }
}

async fn log_of(double: &Double) -> KurrentLog {
    KurrentLog::open(&double.url(), &hasty()).await.unwrap()
}

fn event() -> Proposed {
    let id = new_id();
    Proposed { id, kind: "tested".to_owned(), data: vec![7; 50], metadata: b"{}".to_vec() }
}

fn stream(name: &str) -> StreamName {
    StreamName::new(name)
}

async fn ids_on(log: &dyn EventLog, name: &str) -> Vec<Uuid> {
    log.read_stream(&stream(name), 0).await.unwrap().iter().map(|event| event.id).collect()
}
