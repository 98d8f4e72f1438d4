//! Expected versions: the lock by which two decisions on one path cannot both be right.

use super::Held;
use super::subject::{LogUnderTest, ids, same};
use crate::port::{Expected, LogError};

pub(super) async fn no_stream(subject: LogUnderTest) -> Held {
    let stream = subject.stream();
    let first = subject.events(2);
    let answer = subject.add(&stream, Expected::NoStream, &first).await?;
    same("the revision of a second event", &answer.revision, &1)?;
    subject.conflicts(&stream, Expected::NoStream, Some(1)).await?;
    same("the stream after a refusal", &subject.ids_on(&stream).await?, &ids(&first))
}

pub(super) async fn revision(subject: LogUnderTest) -> Held {
    let stream = subject.stream();
    subject.conflicts(&stream, Expected::Revision(0), None).await?;
    subject.add(&stream, Expected::NoStream, &subject.events(1)).await?;
    subject.add(&stream, Expected::Revision(0), &subject.events(2)).await?;
    for stale in [0, 1, 3, u64::MAX] {
        subject.conflicts(&stream, Expected::Revision(stale), Some(2)).await?;
    }
    let answer = subject.add(&stream, Expected::Revision(2), &subject.events(1)).await?;
    same("the revision after that", &answer.revision, &3)
}

pub(super) async fn any(subject: LogUnderTest) -> Held {
    let stream = subject.stream();
    for revision in 0..3 {
        let answer = subject.add(&stream, Expected::Any, &subject.events(1)).await?;
        same("the revision", &answer.revision, &revision)?;
    }
    Ok(())
}

pub(super) async fn contiguous(subject: LogUnderTest) -> Held {
    let stream = subject.stream();
    let mut due = Vec::new();
    for count in [1, 3, 1, 2] {
        let events = subject.events(count);
        due.extend(ids(&events));
        let answer = subject.add(&stream, Expected::Any, &events).await?;
        same("the answered revision", &answer.revision, &(due.len() as u64 - 1))?;
        // Another stream in between takes positions, not revisions.
        subject.add(&subject.stream(), Expected::NoStream, &subject.events(1)).await?;
    }
    let read = subject.read(&stream, 0).await?;
    let revisions: Vec<u64> = read.iter().map(|event| event.revision).collect();
    same("the revisions", &revisions, &(0..due.len() as u64).collect())?;
    same("the order of the events", &subject.ids_on(&stream).await?, &due)
}

pub(super) async fn all_or_nothing(subject: LogUnderTest) -> Held {
    let stream = subject.stream();
    let first = subject.events(1);
    subject.add(&stream, Expected::NoStream, &first).await?;

    subject.conflicts(&stream, Expected::Revision(7), Some(0)).await?;
    let mut spoilt = subject.events(2);
    spoilt.push(first[0].clone());
    match subject.log.append(&stream, Expected::Any, spoilt).await {
        Err(LogError::IdReused) => {}
        other => return Err(format!("an append whose last id was used before gave {other:?}")),
    }
    same("the stream after refusals", &subject.ids_on(&stream).await?, &ids(&first))?;

    let more = subject.events(20);
    let answer = subject.add(&stream, Expected::Revision(0), &more).await?;
    let read = subject.read(&stream, 1).await?;
    same("the events of one append", &read.iter().map(|event| event.id).collect(), &ids(&more))?;
    same("the position of its last event", &read.last().map(|event| event.position), &Some(answer.position))
}

pub(super) async fn empty(subject: LogUnderTest) -> Held {
    let stream = subject.stream();
    match subject.log.append(&stream, Expected::Any, Vec::new()).await {
        Err(LogError::Empty) => {}
        other => return Err(format!("an append without events gave {other:?}")),
    }
    // It has not made the stream exist.
    subject.conflicts(&stream, Expected::Revision(0), None).await
}
