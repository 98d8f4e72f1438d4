//! By fault: what comes of it.

use tokio::time::Instant;
use tonic::Code;

use super::*;
use crate::kurrentdb::double::AppendFault::{AnswerLost, Forgotten, Late, Refused, StoredThen, StoredThenEnds};
use crate::kurrentdb::double::{ReadFault, rival};

const NAME: &str = "person-1";

/// Appends one event to a new stream; it must be there once, where the answer says.
async fn appended_once(double: &Double, log: &KurrentLog) {
    let event = event();
    let answer = log.append(&stream(NAME), Expected::NoStream, vec![event.clone()]).await.unwrap();
    let read = log.read_stream(&stream(NAME), 0).await.unwrap();
    assert_eq!(read.len(), 1);
    assert_eq!((read[0].id, read[0].revision, read[0].position), (event.id, answer.revision, answer.position));
    assert_eq!(double.length_of(NAME), 1);
    assert!(double.has_played_everything());
}

#[tokio::test]
async fn an_append_whose_answer_is_lost_is_written_once_and_answered() {
    let double = Double::start().await;
    let log = log_of(&double).await;
    double.appends_meet([AnswerLost]);
    appended_once(&double, &log).await;
}

#[tokio::test]
async fn an_append_that_is_never_answered_is_written_once_and_answered() {
    let double = Double::start().await;
    let log = log_of(&double).await;
    double.appends_meet([Forgotten]);
    appended_once(&double, &log).await;
}

#[tokio::test]
async fn an_append_that_is_answered_with_an_error_though_it_was_written_is_answered_rightly() {
    let double = Double::start().await;
    let log = log_of(&double).await;
    double.appends_meet([StoredThen(Code::Aborted, "Operation timed out"), StoredThen(Code::Unknown, "what")]);
    let event = event();
    let answer = log.append(&stream(NAME), Expected::Any, vec![event.clone()]).await.unwrap();
    // The second fault is still waiting for an append: the first was found by its id, and not made again.
    assert_eq!((answer.revision, double.appends()), (0, 1));
    assert_eq!(ids_on(&log, NAME).await, [event.id]);
}

#[tokio::test]
async fn an_append_to_a_server_that_is_not_ready_is_tried_again() {
    let double = Double::start().await;
    let log = log_of(&double).await;
    double.appends_meet([Refused(Code::Unavailable, "Server Is Not Ready"), Refused(Code::Internal, "what")]);
    appended_once(&double, &log).await;
    assert_eq!(double.appends(), 3);
}

#[tokio::test]
async fn an_append_is_answered_late_rather_than_made_twice() {
    let double = Double::start().await;
    let log = log_of(&double).await;
    double.appends_meet([Late(Duration::from_millis(200))]);
    appended_once(&double, &log).await;
    assert_eq!(double.appends(), 1);
}

#[tokio::test]
async fn an_append_of_unknown_outcome_is_never_called_refused_and_can_be_repeated() {
    let double = Double::start().await;
    let options = Options { patience: Duration::from_millis(300), ..hasty() };
    let log = KurrentLog::open(&double.url(), &options).await.unwrap();
    let events = vec![event(), event()];
    double.appends_meet([AnswerLost]);
    // Everything that would tell the outcome fails as well, for longer than anybody waits.
    double.reads_meet([ReadFault::Refused(Code::Unavailable, "Server Is Not Ready"); 3]);
    let told = log.append(&stream(NAME), Expected::NoStream, events.clone()).await;
    assert!(matches!(told, Err(LogError::Unavailable(_))), "{told:?}");
    let answer = log.append(&stream(NAME), Expected::NoStream, events.clone()).await.unwrap();
    let read = log.read_stream(&stream(NAME), 0).await.unwrap();
    assert_eq!(read.iter().map(|event| event.id).collect::<Vec<_>>(), [events[0].id, events[1].id]);
    assert_eq!((answer.revision, answer.position), (1, read[1].position));
    assert!(double.has_played_everything());
}

#[tokio::test]
async fn an_append_goes_on_though_nobody_waits_for_it_any_more() {
    let double = Double::start().await;
    let log = log_of(&double).await;
    double.appends_meet([Refused(Code::Unavailable, "Server Is Not Ready")]);
    let event = event();
    let name = stream(NAME);
    let append = log.append(&name, Expected::NoStream, vec![event.clone()]);
    assert!(tokio::time::timeout(Duration::from_millis(50), append).await.is_err());
    let answer = log.append(&stream(NAME), Expected::NoStream, vec![event.clone()]).await.unwrap();
    assert_eq!(answer.revision, 0);
    assert_eq!(ids_on(&log, NAME).await, [event.id]);
}

#[tokio::test]
async fn who_expects_nothing_finds_his_place_behind_a_rival() {
    let double = Double::start().await;
    let log = log_of(&double).await;
    let (first, second) = (event(), event());
    log.append(&stream(NAME), Expected::Any, vec![first.clone()]).await.unwrap();
    let other = new_id();
    double.appends_meet([rival(other)]);
    let answer = log.append(&stream(NAME), Expected::Any, vec![second.clone()]).await.unwrap();
    assert_eq!(answer.revision, 2);
    assert_eq!(ids_on(&log, NAME).await, [first.id, other, second.id]);
}

#[tokio::test]
async fn who_expects_a_revision_is_told_the_actual_one_after_a_rival() {
    let double = Double::start().await;
    let log = log_of(&double).await;
    log.append(&stream(NAME), Expected::NoStream, vec![event()]).await.unwrap();
    double.appends_meet([rival(new_id())]);
    let refused = log.append(&stream(NAME), Expected::Revision(0), vec![event()]).await;
    let conflict = LogError::Conflict { expected: Expected::Revision(0), actual: Some(1) };
    assert_eq!(refused.unwrap_err().to_string(), conflict.to_string());
    assert_eq!(double.length_of(NAME), 2);
}

#[tokio::test]
async fn what_another_node_wrote_is_a_repeat_here_too() {
    let double = Double::start().await;
    let (here, there) = (log_of(&double).await, log_of(&double).await);
    here.append(&stream(NAME), Expected::NoStream, vec![event()]).await.unwrap();
    let events = vec![event(), event()];
    let first = there.append(&stream(NAME), Expected::Revision(0), events.clone()).await.unwrap();
    // More than the server itself remembers comes in between.
    for _ in 0..20 {
        there.append(&stream(NAME), Expected::Any, vec![event()]).await.unwrap();
    }
    for expected in [Expected::Revision(0), Expected::NoStream, Expected::Any] {
        assert_eq!(here.append(&stream(NAME), expected, events.clone()).await.unwrap(), first);
    }
    assert_eq!(double.length_of(NAME), 23);
}

#[tokio::test]
async fn the_head_of_a_repeated_append_alone_is_answered_with_its_own_place() {
    let double = Double::start().await;
    let log = log_of(&double).await;
    let events = vec![event(), event()];
    log.append(&stream(NAME), Expected::NoStream, events.clone()).await.unwrap();
    let head = log.append(&stream(NAME), Expected::NoStream, events[..1].to_vec()).await.unwrap();
    let read = log.read_stream(&stream(NAME), 0).await.unwrap();
    assert_eq!((head.revision, head.position), (0, read[0].position));
}

#[tokio::test]
async fn an_answer_that_ends_too_early_is_not_taken_for_the_head() {
    let double = Double::start().await;
    let log = log_of(&double).await;
    let mut written = Vec::new();
    for _ in 0..5 {
        let event = event();
        written.push(event.id);
        log.append(&stream(NAME), Expected::Any, vec![event]).await.unwrap();
    }
    for fault in [ReadFault::EndsAfter(3), ReadFault::FailsAfter(3), ReadFault::Twice, ReadFault::EndsAfter(0)] {
        double.reads_meet([fault]);
        let (mut read, mut after) = (Vec::new(), Position::START);
        loop {
            let page = log.read_all(after, 100).await.unwrap();
            read.extend(page.events.iter().map(|event| event.id));
            after = page.next;
            if page.at_head {
                break;
            }
        }
        assert_eq!(read, written);
        assert!(double.has_played_everything());
    }
}

#[tokio::test]
async fn a_stream_whose_answer_ends_too_early_is_read_to_its_end_or_not_at_all() {
    let double = Double::start().await;
    let log = log_of(&double).await;
    let written = [event(), event(), event(), event()];
    log.append(&stream(NAME), Expected::Any, written.to_vec()).await.unwrap();
    let ids = written.map(|event| event.id);
    for fault in [ReadFault::EndsAfter(3), ReadFault::FailsAfter(3), ReadFault::FailsAfter(0), ReadFault::Twice] {
        double.reads_meet([fault]);
        assert_eq!(ids_on(&log, NAME).await, ids);
    }
    double.reads_meet([ReadFault::EndsAfter(0)]);
    let told = log.read_stream(&stream(NAME), 0).await;
    assert!(matches!(told, Err(LogError::Unavailable(_))), "{told:?}");
    assert!(double.has_played_everything());
}

#[tokio::test]
async fn a_read_that_stalls_ends_in_time_and_the_next_one_goes_through() {
    let double = Double::start().await;
    let log = log_of(&double).await;
    let event = event();
    log.append(&stream(NAME), Expected::NoStream, vec![event.clone()]).await.unwrap();
    let began = Instant::now();
    double.reads_meet([ReadFault::StallsAfter(1), ReadFault::Forgotten, ReadFault::StallsAfter(0)]);
    let told = log.read_stream(&stream(NAME), 0).await;
    assert!(matches!(told, Err(LogError::Unavailable(_))), "{told:?}");
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    assert_eq!(ids_on(&log, NAME).await, [event.id]);
}

#[tokio::test]
async fn a_slow_answer_is_waited_for() {
    let double = Double::start().await;
    let log = log_of(&double).await;
    let event = event();
    log.append(&stream(NAME), Expected::NoStream, vec![event.clone()]).await.unwrap();
    double.reads_meet([ReadFault::Slow(Duration::from_millis(100))]);
    assert_eq!(ids_on(&log, NAME).await, [event.id]);
}

#[tokio::test]
async fn a_client_that_never_yields_keeps_no_caller_waiting() {
    let double = Double::start().await;
    let log = log_of(&double).await;
    // Both of the client's threads turn in circles, as its subscription does once a server has ended it.
    let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
    for _ in 0..2 {
        let stop = stop.clone();
        log.handle.spawn(async move { while !stop.load(std::sync::atomic::Ordering::Relaxed) {} });
    }
    let told = log.head().await;
    assert!(matches!(told, Err(LogError::Unavailable(_))), "{told:?}");
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    log.head().await.unwrap();
}

#[tokio::test]
async fn a_server_that_restarts_keeps_nobody_out() {
    let double = Double::start().await;
    let log = log_of(&double).await;
    let before = event();
    log.append(&stream(NAME), Expected::NoStream, vec![before.clone()]).await.unwrap();
    double.stop(0).await;
    let told = log.head().await;
    assert!(matches!(told, Err(LogError::Unavailable(_))), "{told:?}");
    let during = event();
    let name = stream(NAME);
    let append = log.append(&name, Expected::Revision(0), vec![during.clone()]);
    let resume = async {
        tokio::time::sleep(Duration::from_millis(700)).await;
        double.resume(0).await;
    };
    let (answer, ()) = tokio::join!(append, resume);
    assert_eq!(answer.unwrap().revision, 1);
    assert_eq!(ids_on(&log, NAME).await, [before.id, during.id]);
}

#[tokio::test]
async fn an_append_at_a_follower_goes_to_the_leader() {
    let double = Double::cluster(3).await;
    double.elect(1);
    // Only the follower is known at first; it names the leader.
    let log = KurrentLog::open(&double.url_of(0), &hasty()).await.unwrap();
    let (first, second) = (event(), event());
    log.append(&stream(NAME), Expected::NoStream, vec![first.clone()]).await.unwrap();
    double.elect(2);
    log.append(&stream(NAME), Expected::Revision(0), vec![second.clone()]).await.unwrap();
    assert_eq!(ids_on(&log, NAME).await, [first.id, second.id]);
}

#[tokio::test]
async fn an_election_is_waited_for() {
    let double = Double::cluster(3).await;
    let log = log_of(&double).await;
    double.has_no_leader();
    let name = stream(NAME);
    let append = log.append(&name, Expected::NoStream, vec![event()]);
    let end = async {
        tokio::time::sleep(Duration::from_millis(400)).await;
        double.elect(2);
    };
    let (answer, ()) = tokio::join!(append, end);
    assert_eq!(answer.unwrap().revision, 0);
    assert_eq!(double.length_of(NAME), 1);
}

#[tokio::test]
async fn a_stream_is_not_called_missing_for_want_of_a_leader() {
    let double = Double::start().await;
    let log = log_of(&double).await;
    log.append(&stream(NAME), Expected::NoStream, vec![event()]).await.unwrap();
    double.reads_meet([ReadFault::Refused(Code::NotFound, "Leader info available"); 3]);
    let told = log.read_stream(&stream(NAME), 0).await;
    assert!(matches!(told, Err(LogError::Unavailable(_))), "{told:?}");
    double.has_no_leader();
    let told = log.read_all(Position::START, 10).await;
    assert!(matches!(told, Err(LogError::Unavailable(_))), "{told:?}");
}

#[tokio::test]
async fn a_leader_that_dies_is_replaced_by_the_one_elected() {
    let double = Double::cluster(3).await;
    let log = log_of(&double).await;
    log.append(&stream(NAME), Expected::NoStream, vec![event()]).await.unwrap();
    double.stop(0).await;
    double.elect(1);
    let answer = log.append(&stream(NAME), Expected::Revision(0), vec![event()]).await.unwrap();
    assert_eq!(answer.revision, 1);
    assert_eq!(ids_on(&log, NAME).await.len(), 2);
}

#[tokio::test]
async fn the_servers_own_events_are_not_read() {
    for prefix in ["", "baken."] {
        let double = Double::start().await;
        let log = KurrentLog::open(&double.url().with_prefix(prefix), &hasty()).await.unwrap();
        assert_eq!(log.head().await.unwrap(), Position::START, "nothing of ours is there yet");
        double.writes_of_its_own(50);
        let event = event();
        let answer = log.append(&stream(NAME), Expected::NoStream, vec![event.clone()]).await.unwrap();
        double.writes_of_its_own(2_000);
        assert_eq!(log.head().await.unwrap(), answer.position);
        let page = log.read_all(Position::START, 10).await.unwrap();
        assert_eq!(page.events.iter().map(|event| event.id).collect::<Vec<_>>(), [event.id]);
        assert_eq!((page.next, page.at_head), (answer.position, true));
        let page = log.read_all(page.next, 10).await.unwrap();
        assert_eq!((page.events.len(), page.next, page.at_head), (0, answer.position, true));
    }
}

#[tokio::test]
async fn an_append_whose_call_ends_in_good_order_without_an_answer_is_written_once_and_answered() {
    let double = Double::start().await;
    let log = log_of(&double).await;
    double.appends_meet([StoredThenEnds]);
    appended_once(&double, &log).await;
}

#[tokio::test]
async fn another_nodes_append_is_noticed_by_polling() {
    let double = Double::start().await;
    let (here, there) = (log_of(&double).await, log_of(&double).await);
    let seen = here.head.borrow().to_owned();
    let waiting = async {
        here.wake(seen).await;
        here.read_all(seen, 10).await.unwrap().events.len()
    };
    let appending = async {
        tokio::time::sleep(Duration::from_millis(30)).await;
        there.append(&stream(NAME), Expected::NoStream, vec![event()]).await.unwrap();
    };
    let (found, ()) = tokio::join!(waiting, appending);
    assert_eq!(found, 1);
}

#[tokio::test]
async fn nobody_polls_while_nobody_waits() {
    let double = Double::start().await;
    let log = log_of(&double).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    // A fault for the next look is still there later: nobody has looked.
    double.looks_meet([ReadFault::Refused(Code::Unavailable, "Server Is Not Ready")]);
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert!(!double.has_played_everything());
    log.head().await.unwrap();
    assert!(double.has_played_everything());
}

#[tokio::test]
async fn what_the_server_does_not_take_is_told_with_its_limit() {
    let double = Double::start().await;
    let log = log_of(&double).await;
    double.takes_at_most(1_000);
    let large = Proposed { data: vec![1; 2_000], ..event() };
    let refused = log.append(&stream(NAME), Expected::NoStream, vec![large.clone()]).await;
    assert!(matches!(refused, Err(LogError::TooLarge { limit: 1_000, setting: Some(_) })), "{refused:?}");
    let larger = Proposed { data: vec![1; 17 * 1024 * 1024], ..event() };
    let refused = log.append(&stream(NAME), Expected::NoStream, vec![larger]).await;
    assert!(matches!(refused, Err(LogError::TooLarge { .. })), "{refused:?}");
    assert_eq!(double.length_of(NAME), 0);
    // Nothing was written, so the id is still free, on whatever stream.
    double.takes_at_most(10_000);
    log.append(&stream("person-2"), Expected::NoStream, vec![large]).await.unwrap();
}

#[tokio::test]
async fn an_id_is_not_taken_for_two_streams_at_the_same_time() {
    let double = Double::start().await;
    let log = log_of(&double).await;
    let event = event();
    let [one, other] = [stream("person-1"), stream("person-2")];
    let (one, other) = tokio::join!(
        log.append(&one, Expected::NoStream, vec![event.clone()]),
        log.append(&other, Expected::NoStream, vec![event.clone()]),
    );
    assert!(one.is_ok() != other.is_ok());
    assert!(matches!(one.and(other), Err(LogError::IdReused)));
    assert!(double.is_without_repeats());
}
