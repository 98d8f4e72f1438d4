//! A whole Baken over KurrentDB, against a double of it.

use std::sync::Arc;
use std::time::Duration;

use care_path::PersonId;
use care_path::command::CommandKind;
use serde_json::json;

use super::testing::{TestBaken, keyed, user};
use crate::app::Reading;
use crate::event_log::kurrentdb::double::{AppendFault, Double};
use crate::event_log::kurrentdb::{KurrentLog, Options};
use crate::event_log::{EventLog, LogUrl, StreamName, copy};
use crate::history::Stream;
use crate::startup::refuse_beside;

/// Sends a command as a night shelter does, with a key; the person that it is about.
async fn send(node: &TestBaken, command: CommandKind, person_id: Option<PersonId>, key: &str) -> Option<PersonId> {
    let body = match command {
        CommandKind::ReportSignal => json!({"channel": "shelter_intake"}),
        _ => json!({}),
    };
    let asked = keyed(user("night-shelter-rotterdam"), person_id, command, key, body);
    node.baken.execute(asked).await.unwrap().person_id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_baken_serves_over_kurrentdb_while_the_server_fails_and_restarts() {
    let double = Double::start().await;
    let hasty = Options { attempt: Duration::from_millis(400), patience: Duration::from_secs(5), ..Options::default() };
    let log = Arc::new(KurrentLog::open(&double.url(), &hasty).await.unwrap());
    let here = TestBaken::start_on(log.clone()).await;
    let there = here.beside();
    let mut persons = Vec::new();
    for round in 0..4 {
        double.appends_meet([AppendFault::AnswerLost]);
        let person = send(&here, CommandKind::ReportSignal, None, &format!("signal {round}")).await;
        persons.push(person.unwrap());
        if round == 2 {
            double.stop(0).await;
            double.resume(0).await;
        }
        // Another node answers for what this one has just recorded, and is told the same for a repeat.
        for _ in 0..2 {
            send(&there, CommandKind::RecordContact, person, &format!("contact {round}")).await;
        }
    }
    for node in [&here, &there] {
        node.baken.reach(log.head().await.unwrap()).await.unwrap();
    }
    for person in persons {
        let kinds: Vec<_> = log.read_stream(&StreamName::new(format!("person-{person}")), 0).await.unwrap();
        let count = |kind: &str| kinds.iter().filter(|event| event.kind == kind).count();
        assert_eq!((count("signal_received"), count("contact_made")), (1, 1), "{kinds:?}");
        for node in [&here, &there] {
            let file = node.baken.case_file(&Reading::from(&user("night-shelter-rotterdam")), person).unwrap();
            assert_eq!(file.person_id, person);
        }
    }
    assert!(double.has_played_everything() && double.is_without_repeats());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_of_before_the_prefix_is_not_passed_over_and_can_be_moved_on_its_cluster() {
    let double = Double::start().await;
    let url: LogUrl = double.text_as("").parse().unwrap();
    let log = KurrentLog::open(&double.url(), &Options::default()).await.unwrap();
    refuse_beside(&url, &log).await.unwrap();
    let before = Arc::new(KurrentLog::open(&double.url().with_prefix(""), &Options::default()).await.unwrap());
    let here = TestBaken::start_on(before.clone()).await;
    send(&here, CommandKind::ReportSignal, None, "signal").await.unwrap();
    // What is not Baken's, on a stream whose name might be.
    double.writes_for_others("person-1", 3);
    let told = refuse_beside(&url, &log).await.unwrap_err().to_string();
    assert!(told.contains("Add `streamPrefix=` to the connection string"), "{told}");
    // Neither does the log that goes on as it was see another one, nor what was moved from it.
    refuse_beside(&format!("{}&streamPrefix=", double.text_as("")).parse().unwrap(), &*before).await.unwrap();
    for moved in [1, 0] {
        let keep: copy::Keep = |stream| Stream::parse(stream).is_some();
        let copied = copy::copy(&*before, &log, keep, &|_| {}).await.unwrap();
        assert_eq!((copied.appended > 0, copied.left), (moved == 1, 3 + (1 - moved) * copied.found), "{copied:?}");
    }
    refuse_beside(&url, &log).await.unwrap();
}
