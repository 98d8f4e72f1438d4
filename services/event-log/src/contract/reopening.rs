//! What was acknowledged outlives the process: left by one life of the log, looked for by the next.

use super::Held;
use super::subject::{LogUnderTest, ids, same};
use crate::port::{Appended, Expected, Proposed, StreamName};

/// What the first life was told.
#[derive(Clone)]
pub(super) struct Witness {
    stream: StreamName,
    events: Vec<Proposed>,
    answer: Appended,
}

pub(super) async fn leave(subject: LogUnderTest) -> Result<Witness, String> {
    let (stream, events) = (subject.stream(), subject.events(3));
    let answer = subject.add(&stream, Expected::NoStream, &events).await?;
    Ok(Witness { stream, events, answer })
}

pub(super) async fn still_there(subject: LogUnderTest, left: Witness) -> Held {
    same("the stream", &subject.ids_on(&left.stream).await?, &ids(&left.events))?;
    subject.conflicts(&left.stream, Expected::NoStream, Some(left.answer.revision)).await?;
    let head = subject.head().await?;
    if head < left.answer.position {
        return Err(format!("the head is at {head}, behind the acknowledged position {}", left.answer.position));
    }
    Ok(())
}

pub(super) async fn still_known(subject: LogUnderTest, left: Witness) -> Held {
    let repeat = subject.add(&left.stream, Expected::NoStream, &left.events).await?;
    same("the answer to a repeat", &repeat, &left.answer)?;
    let more = subject.add(&left.stream, Expected::Revision(left.answer.revision), &subject.events(1)).await?;
    if more.position <= left.answer.position {
        return Err(format!("position {} was given after {}", more.position, left.answer.position));
    }
    same("the revision after it", &more.revision, &(left.answer.revision + 1))
}
