use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use uuid::Uuid;

use super::*;
use crate::port::StreamName;
use crate::sqlite::{Options, SqliteLog};
use crate::testing::Gated;
use crate::{LogUrl, MemoryLog, open, open_to_read};

/// A log with so many events on a few streams, one to three in each append.
async fn filled(events: u64) -> MemoryLog {
    let log = MemoryLog::new();
    let mut number = 0;
    while number < events {
        let several = (number % 3 + 1).min(events - number);
        let stream = StreamName::new(format!("person-{}", number * 7 % 11));
        let proposed = (number..number + several).map(proposed).collect();
        log.append(&stream, Expected::Any, proposed).await.unwrap();
        number += several;
    }
    log
}

fn proposed(number: u64) -> Proposed {
    Proposed {
        id: Uuid::from_u128(u128::from(number) + 1),
        kind: format!("kind_{}", number % 5),
        data: vec![u8::try_from(number % 251).unwrap(); usize::try_from(number % 40).unwrap()],
        metadata: format!("{{\"n\":{number}}}").into_bytes(),
    }
}

/// Everything of a log but its positions.
async fn all(log: &dyn EventLog) -> Vec<Recorded> {
    let mut events = log.read_all(Position::START, 100_000).await.unwrap().events;
    for event in &mut events {
        event.position = Position::START;
    }
    events
}

async fn quietly(source: &dyn EventLog, target: &dyn EventLog) -> Result<Copied, CopyError> {
    copy(source, target, |_| true, &|_| {}).await
}

#[tokio::test]
async fn a_copy_is_equal_event_by_event_and_a_second_one_has_nothing_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let (source, back) = (filled(2_345).await, MemoryLog::new());
    let target = SqliteLog::open(&folder.path().join("log.db"), &Options::default()).unwrap();
    let copied = quietly(&source, &target).await.unwrap();
    assert_eq!((copied.found, copied.appended, copied.compared), (0, 2_345, 2_345));
    assert!(copied.same_positions);
    assert_eq!(copied.until, source.head().await.unwrap());
    assert_eq!(all(&source).await, all(&target).await);
    let again = quietly(&source, &target).await.unwrap();
    assert_eq!((again.found, again.appended), (2_345, 0));
    quietly(&target, &back).await.unwrap();
    assert_eq!(all(&source).await, all(&back).await);
}

#[tokio::test]
async fn an_empty_log_is_copied_too() {
    let copied = quietly(&MemoryLog::new(), &MemoryLog::new()).await.unwrap();
    assert_eq!((copied.found, copied.appended, copied.compared), (0, 0, 0));
}

#[tokio::test]
async fn a_sqlite_log_is_copied_while_its_service_has_it_open() {
    let folder = tempfile::tempdir().unwrap();
    let url = LogUrl::Sqlite(folder.path().join("log.db"));
    let serving = open(&url).await.unwrap();
    quietly(&filled(50).await, &*serving).await.unwrap();
    let source = open_to_read(&url).await.unwrap();
    let target = MemoryLog::new();
    assert_eq!(quietly(&*source, &target).await.unwrap().appended, 50);
    assert!(source.append(&StreamName::new("person-1"), Expected::Any, vec![proposed(99)]).await.is_err());
}

#[tokio::test]
async fn a_copy_that_is_cut_off_again_and_again_goes_on_where_it_was() {
    let source = filled(700).await;
    let target = Arc::new(MemoryLog::new());
    let mut runs = 0_u64;
    let last = loop {
        // It fails after so many appends, as if the process had ended there.
        let left = AtomicUsize::new((runs * 37 % 101) as usize);
        let failing = Gated::new(target.clone(), move |_| {
            let left = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
            left.map(drop).map_err(|_| LogError::Stopped("for the test".to_owned()))
        });
        let before = target.head().await.unwrap();
        match quietly(&source, &failing).await {
            Ok(copied) => break copied,
            Err(CopyError::Target(LogError::Stopped(_))) => runs += 1,
            Err(other) => panic!("{other}"),
        }
        assert!(target.head().await.unwrap() >= before);
    };
    assert!(runs > 3, "it was cut off {runs} times");
    assert_eq!(last.found + last.appended, 700);
    assert_eq!(all(&source).await, all(&*target).await);
}

#[tokio::test]
async fn a_target_that_is_no_beginning_of_the_source_is_refused_and_left_as_it_is() {
    let (source, other) = (filled(20).await, filled(20).await);
    other.append(&StreamName::new("person-1"), Expected::Any, vec![proposed(500)]).await.unwrap();
    let longer = quietly(&source, &other).await.unwrap_err();
    assert!(matches!(longer, CopyError::Longer { source_events: 20 }), "{longer}");

    source.append(&StreamName::new("person-1"), Expected::Any, vec![proposed(501)]).await.unwrap();
    let held = all(&other).await;
    let differs = quietly(&source, &other).await.unwrap_err();
    assert!(matches!(differs, CopyError::Differs { number: 21 }), "{differs}");
    assert_eq!(all(&other).await, held);
}

#[tokio::test]
async fn one_other_byte_in_an_envelope_makes_a_target_another_log() {
    let (source, target) = (MemoryLog::new(), MemoryLog::new());
    let (stream, event) = (StreamName::new("person-1"), proposed(7));
    let mut other = event.clone();
    other.metadata[0] ^= 1;
    source.append(&stream, Expected::NoStream, vec![event]).await.unwrap();
    target.append(&stream, Expected::NoStream, vec![other]).await.unwrap();
    assert!(matches!(quietly(&source, &target).await, Err(CopyError::Differs { number: 1 })));
}

/// What is done in the middle of a copy.
async fn meanwhile(source: &MemoryLog, target: &MemoryLog, log: &MemoryLog, stage: Stage) -> Result<Copied, CopyError> {
    let (reached, asked) = (AtomicUsize::new(0), StreamName::new("person-3"));
    copy(source, target, |_| true, &|progress| {
        if progress.stage == stage && reached.fetch_add(1, Ordering::Relaxed) == 0 {
            // In memory an append is made at once.
            let append = log.append(&asked, Expected::Any, vec![proposed(9_999)]);
            futures_util::FutureExt::now_or_never(append).unwrap().unwrap();
        }
    })
    .await
}

#[tokio::test]
async fn a_source_that_grows_meanwhile_is_told_of_and_the_next_copy_takes_the_rest() {
    let (source, target) = (filled(300).await, MemoryLog::new());
    let copied = meanwhile(&source, &target, &source, Stage::Copying).await.unwrap();
    assert!(source.head().await.unwrap() > copied.until);
    assert_eq!(copied.compared, 300);
    let rest = quietly(&source, &target).await.unwrap();
    assert_eq!((rest.found, rest.appended, rest.until), (300, 1, source.head().await.unwrap()));
}

#[tokio::test]
async fn somebody_else_who_writes_to_the_target_is_noticed() {
    let (source, target) = (filled(300).await, MemoryLog::new());
    let error = meanwhile(&source, &target, &target, Stage::Copying).await.unwrap_err();
    assert!(matches!(error, CopyError::TargetWritten { .. }), "{error}");
}

#[tokio::test]
async fn what_is_not_ours_is_left_and_told_also_when_the_copy_goes_on() {
    let (source, target) = (filled(30).await, MemoryLog::new());
    let ours: Keep = |stream| stream.as_str().starts_with("person-");
    for (number, stream) in [(900, "orders-1"), (901, "person-5"), (902, "contract-1"), (903, "orders-1")] {
        source.append(&StreamName::new(stream), Expected::Any, vec![proposed(number)]).await.unwrap();
    }
    let copied = copy(&source, &target, ours, &|_| {}).await.unwrap();
    assert_eq!((copied.found, copied.appended, copied.compared, copied.left), (0, 31, 31, 3));
    assert_eq!(copied.first_left, Some(StreamName::new("orders-1")));
    source.append(&StreamName::new("person-5"), Expected::Any, vec![proposed(904)]).await.unwrap();
    let again = copy(&source, &target, ours, &|_| {}).await.unwrap();
    assert_eq!((again.found, again.appended, again.left), (31, 1, 3));
    let kept: Vec<_> = all(&source).await.into_iter().filter(|event| ours(&event.stream)).collect();
    assert_eq!(kept, all(&target).await);
}
