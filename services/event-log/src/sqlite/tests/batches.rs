//! A batch is judged as if its appends had come one after another, though its events are written many at a time.

use std::fmt::Write as _;

use proptest::prelude::*;
use rusqlite::Connection;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::super::schema::open_writer;
use super::super::writer::{Shared, Writer};
use super::*;
use crate::queue::QueuedAppend;
use storage::sqlite_file::checkpoint::{Checkpointer, Limits};

/// An append of few streams and few ids, so that many are repeats, or use ids again.
fn append() -> impl Strategy<Value = (u8, Expected, Vec<u8>)> {
    let expected = prop_oneof![
        3 => Just(Expected::Any),
        2 => Just(Expected::NoStream),
        2 => (0_u64..6).prop_map(Expected::Revision),
    ];
    (0_u8..4, expected, prop::collection::btree_set(0_u8..60, 1..4).prop_map(|ids| ids.into_iter().collect()))
}

fn waiting((name, expected, ids): &(u8, Expected, Vec<u8>)) -> QueuedAppend {
    let event = |id: &u8| Proposed {
        id: Uuid::from_u128(u128::from(*id)),
        kind: "tested".to_owned(),
        data: vec![*id],
        metadata: Vec::new(),
    };
    let (answer, _) = oneshot::channel();
    QueuedAppend {
        stream: stream(&format!("stream-{name}")),
        expected: *expected,
        events: ids.iter().map(event).collect(),
        answer,
    }
}

/// What is answered to appends that come in batches of so many, and what the table holds then.
fn written(appends: &[(u8, Expected, Vec<u8>)], together: usize) -> (Vec<String>, String) {
    let place = Scratch::new();
    let connection = open_writer(&place.path()).unwrap();
    let options = Options { known_streams: 2, indexed_at_once: 7, ..Options::default() };
    let shared = Arc::new(Shared::new(Position::START));
    let checkpointer = Checkpointer::open(&place.path(), Limits::DEFAULT, Arc::clone(&shared.gate)).unwrap();
    let (nudge, _) = checkpointer.start("log-checkpoint").unwrap();
    let mut writer = Writer::new(connection, 0, &options, shared, nudge).unwrap();
    let mut answers = Vec::new();
    for batch in appends.chunks(together) {
        let batch: Vec<_> = batch.iter().map(waiting).collect();
        let mut verdicts = Vec::new();
        writer.transact(&batch, &mut verdicts).unwrap();
        assert_eq!(verdicts.len(), batch.len());
        answers.extend(verdicts.iter().map(|verdict| format!("{verdict:?}")));
    }
    let log = Connection::open(place.path()).unwrap();
    let apart = "SELECT count(*), (SELECT count(*) FROM stream_index) - (SELECT position FROM indexed_to) FROM (
        SELECT stream, revision, position FROM events WHERE position <= (SELECT position FROM indexed_to)
        EXCEPT SELECT stream, revision, position FROM stream_index
    )";
    let apart: (i64, i64) = log.query_row(apart, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    assert_eq!(apart, (0, 0), "the index has what the table has up to its end, and nothing else");
    let mut held = String::new();
    let mut rows = log
        .prepare("SELECT position, name, revision, hex(e.id), hex(data) FROM events e JOIN streams s ON s.id = stream")
        .unwrap();
    let mut rows = rows.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let text = |column: usize| row.get::<_, rusqlite::types::Value>(column).unwrap();
        writeln!(held, "{:?}", [text(0), text(1), text(2), text(3), text(4)]).unwrap();
    }
    (answers, held)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_batch_is_answered_and_holds_what_its_appends_would_one_after_another(
        appends in prop::collection::vec(append(), 1..60),
        together in 2_usize..60,
    ) {
        prop_assert_eq!(written(&appends, together), written(&appends, 1));
    }
}

#[test]
fn a_batch_of_new_and_repeated_appends_is_of_both() {
    let (once, again) = ((0, Expected::NoStream, vec![1, 2]), (0, Expected::Any, vec![1, 2]));
    let many: Vec<_> = (10..50).map(|id| (1, Expected::Any, vec![id])).collect();
    let appends = [&[once.clone()][..], &many[..], &[again, once, (2, Expected::Any, vec![2, 3])]].concat();
    let (answers, held) = written(&appends, appends.len());
    assert_eq!(held.lines().count(), 42);
    let first = &answers[0];
    assert!(first.starts_with("Ok") && answers[41..43].iter().all(|answer| answer == first), "{answers:?}");
    assert_eq!(answers[43], "Err(IdReused)");
}
