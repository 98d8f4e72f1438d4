//! Looks for what other nodes append, while somebody waits for it. The client's subscription would tell it sooner, but
//! for ever turns in a circle once a server has ended it in good order.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};

use super::appending::advance;
use super::link::Shared;
use super::reading;
use crate::port::Position;

/// While there is much to see.
const SOON: Duration = Duration::from_millis(5);
/// While nothing happens.
const LATER: Duration = Duration::from_millis(100);
/// While the server does not answer.
const AWAY: Duration = Duration::from_secs(1);

/// Polls for as long as the runtime is there.
pub(super) async fn run(link: Shared, head: watch::Sender<Position>, asked: Arc<Notify>) {
    let mut pause = SOON;
    let mut away = false;
    loop {
        if head.receiver_count() == 0 {
            asked.notified().await;
        }
        match reading::end(&link).await {
            Ok(position) => {
                let further = position > *head.borrow();
                advance(&head, position);
                pause = if further || away { SOON } else { (pause * 2).min(LATER) };
                away = false;
            }
            Err(failure) => {
                if !away {
                    tracing::warn!(?failure, "the event log cannot be looked at; trying again");
                }
                away = true;
                pause = AWAY;
            }
        }
        tokio::time::sleep(pause).await;
    }
}
