//! What holds while nothing goes wrong: the contract, a whole Baken, and what an operator is told.

use care_path::PersonId;
use care_path::command::CommandKind;
use serde_json::json;

use super::*;
use crate::app::testing::{TestBaken, keyed, user};
use crate::event_log::copy::{Stage, copy};
use crate::event_log::kurrentdb::double::AppendFault;
use crate::event_log::{MemoryLog, contract};

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
async fn the_log_in_kurrentdb_keeps_the_contract_with_the_smallest_settings_on_a_cluster() {
    let double = Double::cluster(3).await;
    double.elect(2);
    let ids: contract::Ids = Arc::new(|| RandomIds.uuid_v7());
    // No stream is known for longer than one append.
    let smallest = Options { known_streams: 1, known_ids: 100, ..Options::default() };
    let open = || async {
        let opened = KurrentLog::open(&double.url(), &smallest).await;
        opened.map(|log| Arc::new(log) as Arc<dyn EventLog>)
    };
    let report = contract::run_reopening(open, ids).await;
    assert!(report.holds(), "\n{report}");
    assert!(double.is_without_repeats());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_is_copied_to_kurrentdb_and_back_although_the_copy_was_cut_off() {
    let double = Double::start().await;
    let (source, target, back) = (MemoryLog::new(), log_of(&double).await, MemoryLog::new());
    for number in 0..60_u8 {
        let event = Proposed {
            id: EventId(RandomIds.uuid_v7()),
            kind: "copied".to_owned(),
            data: vec![number],
            metadata: b"{}".to_vec(),
        };
        let stream = StreamName::new(format!("person-{}", number % 7));
        source.append(&stream, Expected::Any, vec![event]).await.unwrap();
    }
    let cut = tokio::sync::Notify::new();
    let some = |progress: crate::event_log::copy::Progress| {
        if matches!(progress.stage, Stage::Copying) && progress.position.0 > 20 {
            cut.notify_one();
        }
    };
    tokio::select! {
        biased;
        () = cut.notified() => {}
        done = copy(&source, &target, &some) => panic!("it was not cut off: {done:?}"),
    }
    let copied = copy(&source, &target, &|_| {}).await.unwrap();
    assert!(copied.found > 0 && copied.appended > 0, "{copied:?}");
    assert_eq!((copied.found + copied.appended, copied.compared, copied.same_positions), (60, 60, false));
    let again = copy(&target, &back, &|_| {}).await.unwrap();
    assert_eq!((again.found, again.appended, again.compared), (0, 60, 60));
    let all = async |log: &MemoryLog| log.read_all(Position::START, &Filter::All, 100).await.unwrap().events;
    assert_eq!(all(&source).await, all(&back).await);
}

#[tokio::test]
async fn a_server_that_is_too_old_is_not_used() {
    let double = Double::start().await;
    double.says_to_be("21.10.2.0");
    let refused = KurrentLog::open(&double.url(), &hasty()).await.err().unwrap();
    assert_eq!(refused.to_string(), "the server is KurrentDB 21.10.2, and 22.6 or newer is needed");
    double.says_to_be("22.10.0.0 oss");
    assert_eq!(version(&double.url()).await.unwrap(), "22.10.0");
}

#[tokio::test]
async fn the_user_of_the_connection_string_is_let_in_and_nobody_else() {
    let double = Double::start().await;
    // "baken:secret"
    double.asks_for("Basic YmFrZW46c2VjcmV0");
    KurrentLog::open(&double.url_as("baken:secret@"), &hasty()).await.unwrap();
    let refused = KurrentLog::open(&double.url_as("baken:geheim@"), &hasty()).await.err().unwrap();
    assert_eq!(refused.to_string(), "the event log is not available: the user may not do this on the server");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_said_so_in_time() {
    let double = Double::start().await;
    double.stop(0).await;
    let refused = KurrentLog::open(&double.url_as("baken:secret@"), &hasty()).await.err().unwrap();
    assert!(matches!(refused, KurrentOpenError::Read(LogError::Unavailable(_))), "{refused}");
    assert!(!refused.to_string().contains("secret"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_baken_serves_over_kurrentdb_while_the_server_fails_and_restarts() {
    let double = Double::start().await;
    let log = Arc::new(log_of(&double).await);
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
        let kinds: Vec<_> = log.read_stream(&stream(&format!("person-{person}")), 0).await.unwrap();
        let count = |kind: &str| kinds.iter().filter(|event| event.kind == kind).count();
        assert_eq!((count("signal_received"), count("contact_made")), (1, 1), "{kinds:?}");
        for node in [&here, &there] {
            let file = node.baken.case_file(&user("night-shelter-rotterdam"), person).unwrap();
            assert_eq!(file.person_id, person);
        }
    }
    assert!(double.has_played_everything() && double.is_without_repeats());
}
