//! What holds while nothing goes wrong: the contract, a copy, and what an operator is told.

use super::*;
use crate::copy::{Stage, copy};
use crate::{MemoryLog, contract};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_in_kurrentdb_keeps_the_contract_with_the_smallest_settings_on_a_cluster() {
    let double = Double::cluster(3).await;
    double.elect(2);
    let ids: contract::Ids = Arc::new(new_id);
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
        let event = Proposed { id: new_id(), kind: "copied".to_owned(), data: vec![number], metadata: b"{}".to_vec() };
        let stream = StreamName::new(format!("person-{}", number % 7));
        source.append(&stream, Expected::Any, vec![event]).await.unwrap();
    }
    let cut = tokio::sync::Notify::new();
    let some = |progress: crate::copy::CopyProgress| {
        if matches!(progress.stage, Stage::Copying) && progress.position.0 > 20 {
            cut.notify_one();
        }
    };
    tokio::select! {
        biased;
        () = cut.notified() => {}
        done = copy(&source, &target, |_| true, &some) => panic!("it was not cut off: {done:?}"),
    }
    let copied = copy(&source, &target, |_| true, &|_| {}).await.unwrap();
    assert!(copied.found > 0 && copied.appended > 0, "{copied:?}");
    assert_eq!((copied.found + copied.appended, copied.compared, copied.same_positions), (60, 60, false));
    let again = copy(&target, &back, |_| true, &|_| {}).await.unwrap();
    assert_eq!((again.found, again.appended, again.compared), (0, 60, 60));
    let all = async |log: &MemoryLog| log.read_all(Position::START, 100).await.unwrap().events;
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
