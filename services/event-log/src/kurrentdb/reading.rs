//! Reading: a stream, a page of the whole log, its head.
//!
//! A position is the commit position of an event in KurrentDB's transaction log; there, prepare and commit position are
//! the same but for transactions of its former protocol, which Baken never writes. No event lies at 0: the log begins
//! with a record of the server's own.
//!
//! On the server, the name of each of Baken's streams has a prefix. The server leaves out what has not, so that nothing of
//! others crosses the wire.

use eventstore::{
    Client, Error, ReadAllOptions, ReadEvent, ReadStream, ReadStreamOptions, RecordedEvent, ResolvedEvent,
    StreamPosition, SubscriptionFilter,
};

use super::link::{Failure, Link};
use crate::port::{LogError, LogPage, Position, Recorded, StreamName};

/// One call asks for so many events at most.
const WINDOW: usize = 2_000;
/// A page ends once it has so many bytes of events.
const PAGE_BYTES: usize = 16 * 1024 * 1024;
/// So many events the server looks through at a time.
pub(super) const SEARCHED: u32 = 4_096;

/// What the server says where an event's position is not known to it.
const NO_POSITION: u64 = u64::MAX;

/// Beside a prefix, the stream of marks (`polling.rs`).
const MARKS: &str = "$marks";

/// The name of a stream, as the server has it.
pub(super) fn name_on_server(prefix: &str, stream: &StreamName) -> String {
    format!("{prefix}{stream}")
}

/// The stream of marks, where there is one: without a prefix it would be taken for the server's.
pub(super) fn marks(prefix: &str) -> Option<String> {
    (!prefix.is_empty()).then(|| format!("{prefix}{MARKS}"))
}

/// What the server is to give: the streams with the prefix, or, without one, all but its own.
fn ours(prefix: &str) -> SubscriptionFilter {
    let filter = SubscriptionFilter::on_stream_name().max(SEARCHED);
    if prefix.is_empty() { filter.exclude_system_events() } else { filter.add_prefix(prefix) }
}

/// An event as it came, in the terms of the log. Marks are passed over, by position alone.
enum Found {
    Ours(Recorded),
    Mark(Position),
}

impl Found {
    fn position(&self) -> Position {
        match self {
            Self::Ours(event) => event.position,
            Self::Mark(position) => *position,
        }
    }
}

fn at(position: Position) -> eventstore::Position {
    eventstore::Position { commit: position.0, prepare: position.0 }
}

/// An event by the name that its stream has on the server.
pub(super) fn without_prefix(event: ResolvedEvent) -> Result<Recorded, Failure> {
    match found(event, "")? {
        Found::Ours(event) => Ok(event),
        Found::Mark(_) => Err(Failure::Unknown("a mark without a prefix".to_owned())),
    }
}

fn found(event: ResolvedEvent, prefix: &str) -> Result<Found, Failure> {
    let damaged = |what: &str| Failure::Refused(LogError::Damaged(what.to_owned()));
    let event: RecordedEvent = event.link.or(event.event).ok_or_else(|| damaged("an event without content"))?;
    if event.position.commit == NO_POSITION {
        return Err(damaged("events without positions: the server is older than 22.6"));
    }
    let position = Position(event.position.commit);
    let stream = event.stream_id().strip_prefix(prefix);
    let stream = stream.ok_or_else(|| damaged("the server gave an event that was not asked for"))?;
    if !prefix.is_empty() && stream == MARKS {
        return Ok(Found::Mark(position));
    }
    Ok(Found::Ours(Recorded {
        id: event.id,
        stream: StreamName::new(stream),
        revision: event.revision,
        position,
        kind: event.event_type,
        data: event.data.to_vec(),
        metadata: event.custom_metadata.to_vec(),
    }))
}

/// What was read before the answers ended.
pub(super) struct Batch {
    pub events: Vec<ResolvedEvent>,
    /// The last revision of the stream, where the server has said so: it does when it has no more to say.
    last: Option<u64>,
    /// The answers ended, neither in an error nor because it was enough; or as many came as were asked for.
    ended_well: bool,
}

/// Takes up to `most` events. What has come before an error is kept: it is in order, and there is more after it.
async fn take(mut stream: ReadStream, most: usize) -> Result<Batch, Error> {
    let mut batch = Batch { events: Vec::new(), last: None, ended_well: true };
    let mut bytes = 0;
    while bytes < PAGE_BYTES {
        match stream.next_read_event().await {
            Ok(Some(ReadEvent::Event(_))) if batch.events.len() == most => break,
            Ok(Some(ReadEvent::Event(event))) => {
                let content = event.get_original_event();
                bytes += content.data.len() + content.custom_metadata.len();
                batch.events.push(event);
            }
            Ok(Some(ReadEvent::LastStreamPosition(revision))) => batch.last = Some(revision),
            Ok(Some(ReadEvent::FirstStreamPosition(_) | ReadEvent::LastAllStreamPosition(_))) => {}
            Ok(None) => break,
            Err(error) if batch.events.is_empty() => return Err(error),
            Err(_) => {
                batch.ended_well = false;
                break;
            }
        }
    }
    batch.ended_well &= bytes < PAGE_BYTES;
    Ok(batch)
}

/// A node that does not lead, and knows none that does, answers with the words for what is not there.
fn does_not_lead(error: Error) -> Error {
    match error {
        Error::ResourceNotFound => Error::ServerError("the node does not lead".to_owned()),
        error => error,
    }
}

pub(super) async fn all(client: Client, options: ReadAllOptions, most: usize) -> Result<Batch, Error> {
    let options = options.max_count(most).requires_leader(true);
    let stream = client.read_all(&options).await.map_err(does_not_lead)?;
    take(stream, most).await.map_err(does_not_lead)
}

/// The position of the last event.
pub(super) async fn end(link: &Link) -> Result<Position, Failure> {
    let filter = ours(link.prefix());
    let options = move || ReadAllOptions::default().backwards().position(StreamPosition::End).filter(filter.clone());
    let last = link.read(move |client| all(client, options(), 1)).await?.events.into_iter().next();
    last.map_or(Ok(Position::START), |event| Ok(found(event, link.prefix())?.position()))
}

/// A page of the whole log. `known` is how far the log is known to go: an answer that ends before is not taken for its end,
/// for a server that stops ends its answers as well. Should there be more behind `known`, a look at the end finds it.
pub(super) async fn page(link: &Link, after: Position, limit: usize, known: Position) -> Result<LogPage, Failure> {
    if limit == 0 {
        return Ok(LogPage { events: Vec::new(), next: after, at_head: after >= end(link).await? });
    }
    // The event at the position comes again: the server reads from there on, not after it.
    let most = limit.min(WINDOW) + 1;
    let from = if after == Position::START { StreamPosition::Start } else { StreamPosition::Position(at(after)) };
    let filter = ours(link.prefix());
    let options = move || ReadAllOptions::default().forwards().position(from).filter(filter.clone());
    let batch = link.read(move |client| all(client, options(), most)).await?;
    let mut more = !batch.ended_well || batch.events.len() == most;
    let (mut events, mut next) = (Vec::new(), after);
    for event in batch.events {
        let event = found(event, link.prefix())?;
        // The first, and whatever else comes twice.
        if event.position() <= next {
            continue;
        }
        if events.len() == limit {
            more = true;
            break;
        }
        next = event.position();
        if let Found::Ours(event) = event {
            events.push(event);
        }
    }
    Ok(LogPage { events, next, at_head: !more && next >= known })
}

/// The events of a stream from a revision on; none where it does not exist.
pub(super) async fn stream(link: &Link, name: &StreamName, from: u64) -> Result<Vec<Recorded>, Failure> {
    let mut events = Vec::new();
    let mut next = from;
    // The server counts with a sign.
    while i64::try_from(next).is_ok() {
        let wanted = name_on_server(link.prefix(), name);
        let Some(batch) = link.read(move |client| part(client, wanted.clone(), next)).await? else { break };
        let came = batch.events.len();
        for event in batch.events {
            if let Found::Ours(event) = found(event, link.prefix())?
                && event.revision >= next
            {
                next = event.revision + 1;
                events.push(event);
            }
        }
        match batch.last {
            Some(last) if next > last => break,
            // Ended too early, so it goes on from there.
            _ if came > 0 => {}
            _ => return Err(Failure::Unknown("the server ended its answer before it began".to_owned())),
        }
    }
    Ok(events)
}

async fn part(client: Client, name: String, from: u64) -> Result<Option<Batch>, Error> {
    let from = StreamPosition::Position(from);
    let options = ReadStreamOptions::default().forwards().position(from).max_count(WINDOW).requires_leader(true);
    let stream = client.read_stream(name, &options).await.map_err(does_not_lead)?;
    match take(stream, WINDOW).await {
        Ok(batch) => Ok(Some(batch)),
        Err(Error::ResourceNotFound) => Ok(None),
        Err(error) => Err(error),
    }
}
