//! Many at once: where engines differ most from what their manuals say.

use std::collections::{HashMap, HashSet};

use tokio::task::JoinSet;
use uuid::Uuid;

use super::Held;
use super::subject::{LogUnderTest, ids, ids_among, same};
use crate::port::{Appended, Expected, LogError, Position, StreamName};

const WRITERS: usize = 64;
/// Appends of each writer to the one stream.
const TURNS: usize = 2;

/// What one writer was told of one append: its events, and the answer.
type Acknowledged = (Vec<Uuid>, Appended);

async fn all<T: Send + 'static>(mut tasks: JoinSet<Result<T, String>>) -> Result<Vec<T>, String> {
    let mut done = Vec::new();
    while let Some(task) = tasks.join_next().await {
        done.push(task.map_err(|why| format!("a writer ended early: {why}"))??);
    }
    Ok(done)
}

pub(super) async fn identical(subject: LogUnderTest) -> Held {
    for round in 0..4 {
        let stream = subject.stream();
        let events = subject.events(1 + round);
        let mut tasks = JoinSet::new();
        for _ in 0..WRITERS / 2 {
            let (subject, stream, events) = (subject.clone(), stream.clone(), events.clone());
            tasks.spawn(async move { subject.add(&stream, Expected::NoStream, &events).await });
        }
        let answers = all(tasks).await?;
        if answers.iter().any(|answer| *answer != answers[0]) {
            return Err("identical appends had different answers".to_owned());
        }
        same("the events of identical appends", &subject.ids_on(&stream).await?, &ids(&events))?;
    }
    Ok(())
}

/// Appends at the last known revision, and after a conflict at the actual one, until it is accepted.
async fn insist(subject: LogUnderTest, stream: StreamName, events: usize) -> Result<Vec<Acknowledged>, String> {
    let mut acknowledged = Vec::new();
    let mut expected = Expected::NoStream;
    let mut conflicts = 0;
    while acknowledged.len() < TURNS {
        let mine = subject.events(events);
        loop {
            match subject.log.append(&stream, expected, mine.clone()).await {
                Ok(answer) => {
                    expected = Expected::Revision(answer.revision);
                    acknowledged.push((ids(&mine), answer));
                    break;
                }
                // Each conflict is an append of somebody else's since the last look, and there are only so many.
                Err(LogError::Conflict { .. }) if conflicts == WRITERS * TURNS => {
                    return Err("a writer is refused at the revision that it was told".to_owned());
                }
                Err(LogError::Conflict { actual, .. }) => {
                    conflicts += 1;
                    expected = actual.map_or(Expected::NoStream, Expected::Revision);
                }
                Err(why) => return Err(format!("an append under contention was refused: {why}")),
            }
        }
    }
    Ok(acknowledged)
}

pub(super) async fn one_stream(subject: LogUnderTest) -> Held {
    let stream = subject.stream();
    let before = subject.head().await?;
    let mut tasks = JoinSet::new();
    for writer in 0..WRITERS {
        tasks.spawn(insist(subject.clone(), stream.clone(), 1 + writer % 2));
    }
    let mut acknowledged: Vec<Acknowledged> = all(tasks).await?.into_iter().flatten().collect();
    acknowledged.sort_by_key(|(_, answer)| answer.revision);

    let read = subject.read(&stream, 0).await?;
    let due: Vec<Uuid> = acknowledged.iter().flat_map(|(events, _)| events.clone()).collect();
    same("the order of the stream", &read.iter().map(|event| event.id).collect(), &due)?;
    let revisions: Vec<u64> = read.iter().map(|event| event.revision).collect();
    same("the revisions", &revisions, &(0..due.len() as u64).collect())?;
    let told: HashMap<u64, Position> =
        acknowledged.iter().map(|(_, answer)| (answer.revision, answer.position)).collect();
    for event in &read {
        if told.get(&event.revision).is_some_and(|position| *position != event.position) {
            return Err(format!("revision {} is at another position than its writer was told", event.revision));
        }
    }
    let (whole, _) = subject.read_on(before, 50).await?;
    same("the order in the whole log", &ids_among(&whole, &[&stream]), &due)
}

/// Reads on from `after` until everything is written, as a subscription does: page by page, woken when there is more.
async fn follow(
    subject: LogUnderTest,
    mut after: Position,
    limit: usize,
    mut until: tokio::sync::watch::Receiver<bool>,
) -> Result<Vec<Uuid>, String> {
    let mut seen = Vec::new();
    loop {
        // Asked before reading: a page at the head, read after the last answer, is the last one.
        let written = *until.borrow_and_update();
        let page = subject.page(after, limit).await?;
        after = page.next;
        seen.extend(page.events.iter().map(|event| event.id));
        if page.at_head {
            if written {
                return Ok(seen);
            }
            // After the last event nothing wakes a reader that has seen it already.
            tokio::select! {
                () = subject.log.wake(after) => {}
                _ = until.changed() => {}
            }
            // Should an engine's `wake` never wait, the writers get their turn all the same.
            tokio::task::yield_now().await;
        }
    }
}

pub(super) async fn followed(subject: LogUnderTest) -> Held {
    let before = subject.head().await?;
    let prefix = subject.name();
    let (done, until) = tokio::sync::watch::channel(false);
    let mut readers = JoinSet::new();
    for limit in [7, 50] {
        readers.spawn(follow(subject.clone(), before, limit, until.clone()));
    }

    let mut writers = JoinSet::new();
    for writer in 0..WRITERS / 2 {
        let subject = subject.clone();
        // Half of the streams are shared by two writers.
        let stream = StreamName::new(format!("{prefix}-{}", writer % 24));
        writers.spawn(async move {
            let mut written = Vec::new();
            for turn in 0..6 {
                let events = subject.events(1 + (writer + turn) % 3);
                subject.add(&stream, Expected::Any, &events).await?;
                written.extend(ids(&events));
            }
            Ok(written)
        });
    }
    let written: HashSet<Uuid> = all(writers).await?.into_iter().flatten().collect();
    done.send_replace(true);

    for seen in all(readers).await? {
        let own: Vec<Uuid> = seen.into_iter().filter(|id| written.contains(id)).collect();
        let once: HashSet<Uuid> = own.iter().copied().collect();
        if once.len() < own.len() {
            return Err(format!("a reader has seen {} events twice", own.len() - once.len()));
        }
        if once.len() < written.len() {
            return Err(format!("a reader has skipped {} of {} events", written.len() - once.len(), written.len()));
        }
    }
    Ok(())
}
