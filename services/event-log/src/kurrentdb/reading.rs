//! Reading: a stream, a page of the whole log, its head.
//!
//! A position is the commit position of an event in KurrentDB's transaction log; there, prepare and commit position are
//! the same but for transactions of its former protocol, which Baken never writes. No event lies at 0: the log begins
//! with a record of the server's own.

use eventstore::{
    Client, Error, ReadAllOptions, ReadEvent, ReadStream, ReadStreamOptions, RecordedEvent, ResolvedEvent,
    StreamPosition,
};
use futures_util::future::try_join;

use super::link::{Failure, Link};
use crate::port::{LogError, LogPage, Position, Recorded, StreamName};

/// One call asks for so many events at most.
const WINDOW: usize = 2_000;
/// A page ends once it has so many bytes of events.
const PAGE_BYTES: usize = 16 * 1024 * 1024;
/// How far back to look for an event that is not the server's own, step by step.
const BACK: [usize; 3] = [1, 32, 1_024];

/// What the server says where an event's position is not known to it.
const NO_POSITION: u64 = u64::MAX;

/// An event as it came, in the terms of the log. The server's own events are passed over, by position alone.
enum Found {
    Ours(Recorded),
    Servers(Position),
}

impl Found {
    fn position(&self) -> Position {
        match self {
            Self::Ours(event) => event.position,
            Self::Servers(position) => *position,
        }
    }
}

fn at(position: Position) -> eventstore::Position {
    eventstore::Position { commit: position.0, prepare: position.0 }
}

fn found(event: ResolvedEvent) -> Result<Found, Failure> {
    let damaged = |what: &str| Failure::Refused(LogError::Damaged(what.to_owned()));
    let event: RecordedEvent = event.link.or(event.event).ok_or_else(|| damaged("an event without content"))?;
    if event.position.commit == NO_POSITION {
        return Err(damaged("events without positions: the server is older than 22.6"));
    }
    let position = Position(event.position.commit);
    let stream = event.stream_id();
    if stream.starts_with('$') {
        return Ok(Found::Servers(position));
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
struct Batch {
    events: Vec<ResolvedEvent>,
    /// The last revision of the stream, where the server has said so: it does when it has no more to say.
    last: Option<u64>,
    /// The answers ended, and not in an error; or as many came as were asked for.
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
    Ok(batch)
}

/// A node that does not lead, and knows none that does, answers with the words for what is not there.
fn does_not_lead(error: Error) -> Error {
    match error {
        Error::ResourceNotFound => Error::ServerError("the node does not lead".to_owned()),
        error => error,
    }
}

async fn all(client: Client, options: ReadAllOptions, most: usize) -> Result<Batch, Error> {
    let options = options.max_count(most).requires_leader(true);
    let stream = client.read_all(&options).await.map_err(does_not_lead)?;
    take(stream, most).await.map_err(does_not_lead)
}

async fn backwards(link: &Link, most: usize) -> Result<Vec<ResolvedEvent>, Failure> {
    let options = || ReadAllOptions::default().backwards().position(StreamPosition::End);
    Ok(link.read(move |client| all(client, options(), most)).await?.events)
}

/// The position of the last event, the server's own included.
pub(super) async fn end(link: &Link) -> Result<Position, Failure> {
    let last = backwards(link, 1).await?.into_iter().next();
    last.map_or(Ok(Position::START), |event| Ok(found(event)?.position()))
}

/// The position of the last event that is not the server's own. Where a long run of those has hidden it, the last of
/// them stands for it: no event of ours is behind that.
pub(super) async fn head(link: &Link) -> Result<Position, Failure> {
    let mut end = Position::START;
    for most in BACK {
        let events = backwards(link, most).await?;
        let whole = events.len() < most;
        for event in events {
            let event = found(event)?;
            if let Found::Ours(event) = event {
                return Ok(event.position);
            }
            end = end.max(event.position());
        }
        if whole {
            return Ok(Position::START);
        }
    }
    Ok(end)
}

/// A page of the whole log.
pub(super) async fn page(link: &Link, after: Position, limit: usize) -> Result<LogPage, Failure> {
    if limit == 0 {
        return Ok(LogPage { events: Vec::new(), next: after, at_head: after >= end(link).await? });
    }
    // The event at the position comes again: the server reads from there on, not after it.
    let most = limit.min(WINDOW) + 1;
    let from = if after == Position::START { StreamPosition::Start } else { StreamPosition::Position(at(after)) };
    let options = move || ReadAllOptions::default().forwards().position(from);
    // That no more comes does not say that there is no more: a server that stops ends its answers as well.
    let (batch, end) = try_join(link.read(move |client| all(client, options(), most)), end(link)).await?;
    let mut more = !batch.ended_well || batch.events.len() == most;
    let (mut events, mut next) = (Vec::new(), after);
    for event in batch.events {
        let event = found(event)?;
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
    Ok(LogPage { events, next, at_head: !more && next >= end })
}

/// The events of a stream from a revision on; none where it does not exist.
pub(super) async fn stream(link: &Link, name: &StreamName, from: u64) -> Result<Vec<Recorded>, Failure> {
    let mut events = Vec::new();
    let mut next = from;
    // The server counts with a sign.
    while i64::try_from(next).is_ok() {
        let wanted = name.as_str().to_owned();
        let Some(batch) = link.read(move |client| part(client, wanted.clone(), next)).await? else { break };
        let came = batch.events.len();
        for event in batch.events {
            if let Found::Ours(event) = found(event)?
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
