//! Looks for what other nodes append, while somebody waits for it. The client's subscription would tell it sooner, but
//! for ever turns in a circle once a server has ended it in good order.
//!
//! The server looks for Baken's last event from the end of its log backwards, and for the next one from the last forwards:
//! through all that others have written since. Where that takes long, a mark is appended, an event of the adapter's own
//! with nothing in it, so that the next look ends there. On a cluster of Baken's own there are none.

use std::sync::Arc;
use std::time::Duration;

use eventstore::{AppendToStreamOptions, EventData};
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use super::appending::advance;
use super::link::{Link, Shared};
use super::reading;
use crate::port::Position;

/// While there is much to see.
const SOON: Duration = Duration::from_millis(5);
/// While nothing happens.
const LATER: Duration = Duration::from_millis(100);
/// While the server does not answer.
const AWAY: Duration = Duration::from_secs(1);

/// A look that takes longer calls for a mark: some ten thousand events of others, or a network that is far too slow.
const LONG: Duration = Duration::from_millis(150);
/// Between two marks of a node.
const MARKED: Duration = Duration::from_secs(20);

/// Polls for as long as the runtime is there.
pub(super) async fn run(link: Shared, writing: Shared, head: watch::Sender<Position>, asked: Arc<Notify>) {
    let mut pause = SOON;
    let mut away = false;
    let mut marked: Option<Instant> = None;
    loop {
        if head.receiver_count() == 0 {
            asked.notified().await;
        }
        let began = Instant::now();
        let end = reading::end(&link).await;
        let took = began.elapsed();
        if took > LONG && marked.is_none_or(|marked| marked.elapsed() > MARKED) {
            marked = Some(Instant::now());
            mark(&writing).await;
        }
        match end {
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
        // Looks take half of a server's reader at most.
        tokio::time::sleep(pause.max(took)).await;
    }
}

/// Appends a mark. Where that fails, the next long look tries again.
async fn mark(writing: &Link) {
    let Some(stream) = reading::marks(writing.prefix()) else { return };
    let options = AppendToStreamOptions::default().requires_leader(true);
    let mark = EventData::binary("mark", Vec::new().into());
    let marked = writing.call(|client| async move { client.append_to_stream(stream, &options, mark).await }).await;
    if let Err(failure) = marked {
        tracing::debug!(?failure, "no mark was appended");
    }
}
