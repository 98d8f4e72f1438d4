//! Idempotency: who does not know whether an append was made asks by making it again.

use super::Held;
use super::subject::{LogUnderTest, ids, same};
use crate::port::{Expected, LogError, Proposed, StreamName};

pub(super) async fn same_answer(subject: LogUnderTest) -> Held {
    let stream = subject.stream();
    for count in [1, 3] {
        let events = subject.events(count);
        let first = subject.add(&stream, Expected::Any, &events).await?;
        let before = subject.ids_on(&stream).await?;
        for _ in 0..2 {
            same("the answer to a repeat", &subject.add(&stream, Expected::Any, &events).await?, &first)?;
        }
        // Sealed again, the same event has other bytes.
        let mut resealed = events.clone();
        for event in &mut resealed {
            event.data = b"sealed with another nonce".to_vec();
        }
        same("the answer to it resealed", &subject.add(&stream, Expected::Any, &resealed).await?, &first)?;
        same("the stream after repeats", &subject.ids_on(&stream).await?, &before)?;
    }
    let read = subject.read(&stream, 0).await?;
    match read.iter().find(|event| event.data != b"data") {
        Some(event) => Err(format!("a repeat has replaced the bytes of revision {}", event.revision)),
        None => Ok(()),
    }
}

pub(super) async fn stale_expectation(subject: LogUnderTest) -> Held {
    let stream = subject.stream();
    let opening = subject.events(1);
    let opened = subject.add(&stream, Expected::NoStream, &opening).await?;
    let events = subject.events(2);
    let first = subject.add(&stream, Expected::Revision(0), &events).await?;
    for (expected, repeated, due) in [
        (Expected::NoStream, &opening, opened),
        (Expected::Revision(0), &events, first),
        (Expected::Revision(9), &events, first),
        (Expected::Any, &events, first),
    ] {
        same("the answer to a repeat", &subject.add(&stream, expected, repeated).await?, &due)?;
    }
    same("the number of events", &subject.read(&stream, 0).await?.len(), &3)
}

pub(super) async fn after_others(subject: LogUnderTest) -> Held {
    let (stream, other) = (subject.stream(), subject.stream());
    let events = subject.events(2);
    let first = subject.add(&stream, Expected::NoStream, &events).await?;
    let mut due = ids(&events);
    for _ in 0..5 {
        let more = subject.events(1);
        due.extend(ids(&more));
        subject.add(&stream, Expected::Any, &more).await?;
        subject.add(&other, Expected::Any, &subject.events(2)).await?;
    }
    same("the answer to a late repeat", &subject.add(&stream, Expected::NoStream, &events).await?, &first)?;
    same("the stream after it", &subject.ids_on(&stream).await?, &due)
}

/// The append must be refused for its ids, whatever it expects, and change nothing.
async fn is_reuse(subject: &LogUnderTest, stream: &StreamName, events: Vec<Proposed>) -> Held {
    let before = subject.ids_on(stream).await?;
    match subject.log.append(stream, Expected::Any, events).await {
        Err(LogError::IdReused) => same("the stream after it", &subject.ids_on(stream).await?, &before),
        other => Err(format!("an append with a used id gave {other:?}")),
    }
}

pub(super) async fn beside_new_events(subject: LogUnderTest) -> Held {
    let stream = subject.stream();
    let used = subject.events(2);
    subject.add(&stream, Expected::NoStream, &used).await?;
    let [first, second] = [&used[0], &used[1]].map(Clone::clone);
    is_reuse(&subject, &stream, vec![first.clone(), second.clone(), subject.event()]).await?;
    is_reuse(&subject, &stream, vec![subject.event(), first.clone()]).await?;
    is_reuse(&subject, &stream, vec![second, first]).await
}

pub(super) async fn on_another_stream(subject: LogUnderTest) -> Held {
    let (stream, other) = (subject.stream(), subject.stream());
    let used = subject.events(2);
    subject.add(&stream, Expected::NoStream, &used).await?;
    is_reuse(&subject, &other, used.clone()).await?;
    subject.add(&other, Expected::NoStream, &subject.events(2)).await?;
    is_reuse(&subject, &other, used).await
}

pub(super) async fn twice_at_once(subject: LogUnderTest) -> Held {
    let stream = subject.stream();
    let event = subject.event();
    is_reuse(&subject, &stream, vec![event.clone(), subject.event(), event]).await
}
