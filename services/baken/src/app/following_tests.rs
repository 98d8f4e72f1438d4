//! Readers of a worklist who go on from a position on a node that was started meanwhile.

use std::sync::Arc;

use std::time::Duration;

use care_path::PersonId;
use care_path::command::{Command, CommandKind};
use serde_json::json;

use super::testing::{TestBaken, request, user};
use super::{PageRequest, Receipt, WorklistFollowing, WorklistNow};
use crate::app::Reading;
use crate::event_log::Position;

const COORDINATOR: &str = "coordinator-rotterdam";
const READER: &str = "addiction-care-rotterdam";

async fn record(node: &TestBaken, by: &str, person: Option<PersonId>, command: Command) -> Receipt {
    node.baken.execute(request(user(by), person, command)).await.unwrap()
}

/// What a reader is told at once who was told of their worklist at a position.
async fn told(node: &TestBaken, after: Position) -> Option<WorklistNow> {
    let page = PageRequest::new(None, None).unwrap();
    let mut following =
        WorklistFollowing::new(node.baken.clone(), Arc::new(Reading::from(&user(READER))), page, Some(after)).unwrap();
    let told = tokio::time::timeout(Duration::from_millis(300), following.next()).await;
    told.ok().map(Result::unwrap)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_before_a_start_is_told_to_whoever_knew_that_it_waits() {
    let older = TestBaken::start().await;
    let signal = CommandKind::ReportSignal.read(None, &json!({"channel": "outreach_round"})).unwrap();
    let person = record(&older, "outreach-rotterdam", None, signal).await.person_id;
    let referral = json!({"to": READER, "offering": "addiction_care"});
    let referral = CommandKind::Refer.read(None, &referral).unwrap();
    let referred = record(&older, COORDINATOR, person, referral).await;
    assert_eq!(told(&older, Position(0)).await.unwrap().tasks.len(), 1);
    let referral = referred.created.unwrap().id;
    let reason = json!({"reason": "no_longer_needed"});
    let withdrawal = CommandKind::WithdrawReferral.read(Some(referral), &reason).unwrap();
    let withdrawn = record(&older, COORDINATOR, person, withdrawal).await;

    let newer = older.beside();
    newer.baken.moved_on(Position(withdrawn.position.0 - 1)).await;
    for node in [&older, &newer] {
        let now = told(node, referred.position).await.expect("it waited then, and waits no longer");
        assert_eq!((now.tasks, now.position), (vec![], withdrawn.position));
        assert_eq!(told(node, withdrawn.position).await, None, "nothing has happened since");
    }
}
