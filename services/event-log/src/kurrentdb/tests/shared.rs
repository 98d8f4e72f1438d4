//! A cluster that serves others too.

use tokio::time::Instant;

use super::*;
use crate::copy::copy;
use crate::{MemoryLog, contract};

#[tokio::test]
async fn events_of_others_are_neither_read_nor_sent() {
    let double = Double::start().await;
    let log = log_of(&double).await;
    let mut written = Vec::new();
    for number in 0..5 {
        double.writes_for_others("orders-1", 700);
        let event = event();
        written.push(event.id);
        log.append(&stream(&format!("person-{number}")), Expected::NoStream, vec![event]).await.unwrap();
    }
    double.writes_for_others("baken", 700);
    double.writes_for_others("person-1", 700);
    for limit in [1, 2, 100] {
        let (mut read, mut after) = (Vec::new(), Position::START);
        loop {
            let page = log.read_all(after, limit).await.unwrap();
            read.extend(page.events.iter().map(|event| event.id));
            after = page.next;
            if page.at_head {
                break;
            }
        }
        assert_eq!(read, written);
        assert_eq!(after, log.head().await.unwrap());
    }
    assert_eq!(ids_on(&log, "person-1").await, written[1..2]);
    assert_eq!(double.others_sent(), 0);
}

#[tokio::test]
async fn what_others_write_under_the_prefix_is_read_for_a_reader_to_stop_at() {
    let double = Double::start().await;
    double.writes_for_others("baken.orders-1", 1);
    let page = log_of(&double).await.read_all(Position::START, 10).await.unwrap();
    assert_eq!((page.events[0].stream.as_str(), page.events[0].kind.as_str()), ("orders-1", "OrderPlaced"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_logs_with_two_prefixes_share_a_cluster_and_never_see_each_other() {
    let double = Double::start().await;
    let south = Arc::new(KurrentLog::open(&double.url().with_prefix("south."), &hasty()).await.unwrap());
    let north = log_of(&double).await;
    let (one, other) = (event(), event());
    south.append(&stream("person-1"), Expected::NoStream, vec![one.clone()]).await.unwrap();
    north.append(&stream("person-1"), Expected::NoStream, vec![other.clone()]).await.unwrap();
    assert_eq!((ids_on(&*south, "person-1").await, ids_on(&north, "person-1").await), (vec![one.id], vec![other.id]));
    let ids: contract::Ids = Arc::new(new_id);
    let report = contract::run(south.clone(), ids).await;
    assert!(report.holds(), "\n{report}");
    assert_eq!(north.read_all(Position::START, 1_000).await.unwrap().events.len(), 1);
    let copied = MemoryLog::new();
    assert_eq!(copy(&north, &copied, |_| true, &|_| {}).await.unwrap().appended, 1);
}

#[tokio::test]
async fn a_log_of_before_is_found_beside_and_goes_on_under_an_empty_prefix() {
    let double = Double::start().await;
    let url = double.url();
    let ours = |event: &Recorded| event.kind == "tested";
    double.writes_for_others("person-2", 3);
    assert!(!has_beside(&url, &["person-"], ours).await.unwrap());
    let before = KurrentLog::open(&url.with_prefix(""), &hasty()).await.unwrap();
    before.append(&stream("person-1"), Expected::NoStream, vec![event()]).await.unwrap();
    assert!(has_beside(&url, &["person-"], ours).await.unwrap());
    assert_eq!(double.length_on_server("person-1"), 1);
    assert_eq!(before.read_all(Position::START, 10).await.unwrap().events.len(), 4);
}

#[tokio::test]
async fn a_write_to_a_known_path_and_its_reading_are_two_calls() {
    let double = Double::start().await;
    let log = log_of(&double).await;
    let first = log.append(&stream("person-1"), Expected::NoStream, vec![event()]).await.unwrap();
    let (appends, reads) = (double.appends(), double.reads());
    let mut after = first.position;
    for revision in 0..20 {
        log.append(&stream("person-1"), Expected::Revision(revision), vec![event()]).await.unwrap();
        let page = log.read_all(after, 2_000).await.unwrap();
        assert_eq!((page.events.len(), page.at_head), (1, true));
        after = page.next;
    }
    assert_eq!((double.appends() - appends, double.reads() - reads), (20, 20));
}

/// How long it takes from an append to its being read, at the median of some.
async fn written_to_read(log: &KurrentLog) -> Duration {
    let mut times = Vec::new();
    let mut after = log.head().await.unwrap();
    for _ in 0..60 {
        let began = Instant::now();
        let appended = log.append(&stream("person-1"), Expected::Any, vec![event()]).await.unwrap();
        while after < appended.position {
            after = log.read_all(after, 100).await.unwrap().next;
        }
        times.push(began.elapsed());
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
    times.sort();
    times[times.len() / 2]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_events_of_others_a_second_cost_next_to_nothing() {
    let double = Arc::new(Double::start().await);
    // A server looks through some hundred thousand events a second.
    double.looks_for(Duration::from_micros(5));
    let log = log_of(&double).await;
    let alone = written_to_read(&log).await;
    let others = double.is_busy_with_others();
    let beside = written_to_read(&log).await;
    drop(others);
    println!("from write to read: {alone:?} alone, {beside:?} beside others");
    // The goal is a tenth; the benchmark holds it. A test beside others has to allow for them.
    assert!(beside < alone * 2, "{alone:?} alone, {beside:?} beside others");
    assert_eq!(double.others_sent(), 0);
}

#[tokio::test]
async fn marks_keep_a_look_short_where_others_write_much_and_nobody_sees_them() {
    let double = Double::start().await;
    let log = log_of(&double).await;
    let event = event();
    log.append(&stream("person-1"), Expected::NoStream, vec![event.clone()]).await.unwrap();
    double.looks_for(Duration::from_micros(50));
    double.writes_for_others("orders-1", 4_000);
    // Somebody waits for more.
    log.wake(log.head().await.unwrap()).await;
    assert_eq!(double.length_on_server("baken.$marks"), 1);
    let began = Instant::now();
    let head = log.head().await.unwrap();
    assert!(began.elapsed() < Duration::from_millis(100), "{:?}", began.elapsed());
    let page = log.read_all(Position::START, 10).await.unwrap();
    assert_eq!(page.events.iter().map(|event| event.id).collect::<Vec<_>>(), [event.id]);
    assert_eq!((page.next, page.at_head), (head, true));
}
