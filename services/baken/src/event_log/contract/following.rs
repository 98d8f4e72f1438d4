//! What a subscription needs: pages that leave nothing out, filters, a head, and being woken.

use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::Held;
use super::subject::{Subject, ids, ids_among, same};
use crate::event_log::port::{Expected, Filter, StreamName};

/// A network and a busy machine in between are allowed for; waiting for a poll is not.
const AT_ONCE: Duration = Duration::from_millis(500);
/// One slow answer is an accident, and so may be two.
const ATTEMPTS: usize = 3;

pub(super) async fn paging(subject: Subject) -> Held {
    let before = subject.head().await?;
    let streams = [subject.stream(), subject.stream()];
    let mut due = Vec::new();
    for (round, stream) in streams.iter().cycle().take(6).enumerate() {
        let events = subject.events(1 + round % 3);
        due.extend(ids(&events));
        subject.add(stream, Expected::Any, &events).await?;
    }
    let own: Vec<_> = streams.iter().collect();
    for limit in 1..=due.len() + 1 {
        let (read, end) = subject.read_on(before, &Filter::All, limit).await?;
        same(&format!("everything in pages of {limit}"), &ids_among(&read, &own), &due)?;
        let (rest, _) = subject.read_on(end, &Filter::All, limit).await?;
        same("what is left after the head", &ids_among(&rest, &own), &Vec::new())?;
    }
    Ok(())
}

pub(super) async fn by_stream(subject: Subject) -> Held {
    let before = subject.head().await?;
    let (prefix, other) = (subject.name(), subject.name());
    // Letters that patterns of query languages would take for more than they are, and a name that is the prefix.
    let names = [prefix.clone(), format!("{prefix}-1"), format!("{prefix}_%")];
    let decoys = [other, prefix[..prefix.len() - 1].to_owned(), prefix.to_uppercase(), format!("x-{prefix}")];
    let mut due = Vec::new();
    for (name, decoy) in names.iter().cycle().zip(decoys.iter().cycle()).take(8) {
        let events = subject.events(2);
        due.extend(ids(&events));
        subject.add(&StreamName::new(name.clone()), Expected::Any, &events).await?;
        subject.add(&StreamName::new(decoy.clone()), Expected::Any, &subject.events(1)).await?;
    }
    for limit in [1, 3, 1000] {
        let (read, _) = subject.read_on(before, &Filter::StreamPrefix(prefix.clone()), limit).await?;
        same("what begins so", &read.iter().map(|event| event.id).collect(), &due)?;
    }
    let pattern = Filter::StreamPrefix(format!("{prefix}_%"));
    let (read, _) = subject.read_on(before, &pattern, 1000).await?;
    let streams: Vec<_> = read.iter().map(|event| event.stream.as_str()).collect();
    match streams.iter().find(|stream| **stream != names[2]) {
        Some(stream) => Err(format!("a prefix was taken for a pattern: it let {stream} through")),
        None => same("what begins like a pattern", &streams.is_empty(), &false),
    }
}

pub(super) async fn by_kind(subject: Subject) -> Held {
    let before = subject.head().await?;
    let stream = subject.stream();
    let [wanted, quoted, other] = [subject.name(), format!("{}'\"%", subject.name()), subject.name()];
    let mut due = Vec::new();
    for kind in [&wanted, &other, &quoted, &wanted, &other, &other, &quoted] {
        let event = subject.event_of(kind);
        if kind != &other {
            due.push(event.id);
        }
        subject.add(&stream, Expected::Any, &[event]).await?;
    }
    // Kinds are compared whole.
    let longer = subject.event_of(&format!("{wanted}-x"));
    subject.add(&stream, Expected::Any, &[longer]).await?;
    for limit in [1, 2, 1000] {
        let (read, _) = subject.read_on(before, &Filter::Kinds(vec![quoted.clone(), wanted.clone()]), limit).await?;
        same("the events of these kinds", &read.iter().map(|event| event.id).collect(), &due)?;
    }
    let (read, _) = subject.read_on(before, &Filter::Kinds(Vec::new()), 1000).await?;
    same("the events of no kind", &read.len(), &0)
}

pub(super) async fn moves_on(subject: Subject) -> Held {
    let before = subject.head().await?;
    let mut last = before;
    for _ in 0..5 {
        last = subject.add(&subject.stream(), Expected::NoStream, &subject.events(2)).await?.position;
    }
    for filter in [Filter::StreamPrefix(subject.name()), Filter::Kinds(vec![subject.name()])] {
        let (read, end) = subject.read_on(before, &filter, 2).await?;
        same("what nobody has written", &read.len(), &0)?;
        if end < last {
            return Err(format!("at the head after {end}, while there is position {last}"));
        }
    }
    Ok(())
}

pub(super) async fn head(subject: Subject) -> Held {
    let stream = subject.stream();
    for count in [1, 4, 1] {
        let before = subject.head().await?;
        let answer = subject.add(&stream, Expected::Any, &subject.events(count)).await?;
        if answer.position <= before {
            return Err(format!("position {} was given when the head was at {before}", answer.position));
        }
        let head = subject.head().await?;
        if head < answer.position {
            return Err(format!("the head is at {head}, behind the acknowledged position {}", answer.position));
        }
        let (after, _) = subject.read_on(head, &Filter::All, 1000).await?;
        same("the events after the head", &ids_among(&after, &[&stream]), &Vec::new())?;
    }
    Ok(())
}

pub(super) async fn wake_at_once(subject: Subject) -> Held {
    let before = subject.head().await?;
    subject.add(&subject.stream(), Expected::NoStream, &subject.events(1)).await?;
    for _ in 0..ATTEMPTS {
        let asked = Instant::now();
        if timeout(subject.patience.a_while, subject.log.wake(before)).await.is_ok() && asked.elapsed() < AT_ONCE {
            return Ok(());
        }
    }
    Err(format!("there was more to read, and none of {ATTEMPTS} readers was woken within {AT_ONCE:?}"))
}

pub(super) async fn wake_later(subject: Subject) -> Held {
    for _ in 0..ATTEMPTS {
        let seen = subject.head().await?;
        let waiting = tokio::spawn({
            let log = std::sync::Arc::clone(&subject.log);
            async move { log.wake(seen).await }
        });
        // Time to lie down. Should the append come first after all, waking is only easier.
        tokio::time::sleep(Duration::from_millis(20)).await;
        subject.add(&subject.stream(), Expected::NoStream, &subject.events(1)).await?;
        let stop = waiting.abort_handle();
        if timeout(subject.patience.a_while, waiting).await.is_err() {
            stop.abort();
            let slept = subject.patience.a_while;
            return Err(format!("a reader still slept {slept:?} after there was more to read"));
        }
    }
    Ok(())
}
