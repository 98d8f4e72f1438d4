//! What holds while nothing goes wrong: the contract, a whole Baken, and what an operator is told.

use super::*;
use crate::event_log::contract;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_in_kurrentdb_keeps_the_contract() {
    let double = Double::start().await;
    let ids: contract::Ids = Arc::new(|| RandomIds.uuid_v7());
    let open = || async {
        let opened = KurrentLog::open(&double.url(), &Options::default()).await;
        opened.map(|log| Arc::new(log) as Arc<dyn EventLog>)
    };
    let report = contract::run_reopening(open, ids).await;
    assert!(report.holds(), "\n{report}");
    assert!(double.is_without_repeats());
}

#[tokio::test]
async fn a_server_that_is_too_old_is_not_used() {
    let double = Double::start().await;
    double.says_to_be("21.10.2.0");
    let refused = KurrentLog::open(&double.url(), &hasty()).await.err().unwrap();
    assert_eq!(refused.to_string(), "the server is KurrentDB 21.10.2, and 22.6 or newer is needed");
    double.says_to_be("22.10.0.0 oss");
    assert_eq!(log_of(&double).await.version(), "22.10.0");
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
