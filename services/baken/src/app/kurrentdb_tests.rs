//! A whole Baken over KurrentDB, against a double of it.

use std::sync::Arc;
use std::time::Duration;

use care_path::PersonId;
use care_path::command::CommandKind;
use serde_json::json;

use super::testing::{TestBaken, keyed, user};
use crate::event_log::kurrentdb::double::{AppendFault, Double};
use crate::event_log::kurrentdb::{KurrentLog, Options};
use crate::event_log::{EventLog, StreamName};

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
            let file = node.baken.case_file(&user("night-shelter-rotterdam"), person).unwrap();
            assert_eq!(file.person_id, person);
        }
    }
    assert!(double.has_played_everything() && double.is_without_repeats());
}
