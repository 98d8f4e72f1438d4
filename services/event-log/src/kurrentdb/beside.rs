//! What else is on the cluster: a log of Baken's that was begun before its streams had a prefix.

use std::time::Duration;

use eventstore::{ReadAllOptions, StreamPosition, SubscriptionFilter};

use super::link::{Engine, GRACE, Link, aside};
use super::reading::{self, SEARCHED};
use super::{KurrentOpenError, KurrentUrl, Options};
use crate::port::Recorded;

/// A cluster on which others have written much is looked through for so long: what Baken wrote to one of its own is found at
/// once.
const PATIENCE: Duration = Duration::from_mins(1);
/// So many events are looked at whose streams have fitting names.
const MOST: usize = 1_000;

/// Whether there is an event on the cluster, on a stream without a prefix whose name begins like one of these, that is one
/// of a log of Baken's. Where that is not found out in time, none is.
///
/// # Errors
/// Where the server does not answer.
pub async fn has_beside(
    url: &KurrentUrl,
    names: &[&str],
    is_ours: fn(&Recorded) -> bool,
) -> Result<bool, KurrentOpenError> {
    let filter = SubscriptionFilter::on_stream_name().max(SEARCHED);
    let filter = names.iter().fold(filter, SubscriptionFilter::add_prefix);
    let (engine, longer) = (Engine::start()?, PATIENCE + GRACE);
    let (handle, link) = (engine.handle(), Link::new(url.clone(), &Options { attempt: longer, ..Options::default() }));
    let looked = aside(&handle, longer, async move {
        let options = ReadAllOptions::default().position(StreamPosition::Start).filter(filter);
        let look = |client| reading::all(client, options, MOST);
        let events = link.call(look).await?.events;
        let found: Result<Vec<Recorded>, _> = events.into_iter().map(reading::without_prefix).collect();
        Ok(found?.iter().any(is_ours))
    });
    match tokio::time::timeout(PATIENCE, looked).await {
        Ok(found) => Ok(found?),
        Err(_) => Ok(false),
    }
}
