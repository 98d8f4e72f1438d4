//! What comes back: the same bytes, whole, in order.

use super::Held;
use super::subject::{LogUnderTest, ids, ids_among, same};
use crate::port::{Expected, Proposed, Recorded, StreamName};

/// Held against what was proposed, without printing content.
fn unchanged(read: &[Recorded], written: &[Proposed]) -> Held {
    same("the number of events", &read.len(), &written.len())?;
    for (found, due) in read.iter().zip(written) {
        same("the id", &found.id, &due.id)?;
        same("the kind", &found.kind, &due.kind)?;
        if found.data != due.data {
            return Err(format!("{} bytes of data came back as other {} bytes", due.data.len(), found.data.len()));
        }
        if found.metadata != due.metadata {
            let (due, found) = (due.metadata.len(), found.metadata.len());
            return Err(format!("{due} bytes of metadata came back as other {found} bytes"));
        }
    }
    Ok(())
}

pub(super) async fn bytes(subject: LogUnderTest) -> Held {
    let every_byte: Vec<u8> = (0..=u8::MAX).collect();
    let contents: [(&[u8], &[u8]); 5] = [
        (b"", b""),
        (b"", b"{}"),
        (&every_byte, &every_byte),
        (b"\0\0", b"\xff\xfe"),
        ("dług {\"ő\":1}".as_bytes(), b""),
    ];
    // The last kind has letters that query languages take for more than they are.
    let kinds = ["checked", "checked-x", "Checked", "x-checked", "checked'\"_%"];
    let events: Vec<Proposed> = contents
        .into_iter()
        .zip(kinds)
        .map(|((data, metadata), kind)| Proposed {
            kind: kind.to_owned(),
            data: data.to_vec(),
            metadata: metadata.to_vec(),
            ..subject.event()
        })
        .collect();
    let stream = subject.stream();
    let before = subject.head().await?;
    subject.add(&stream, Expected::NoStream, &events).await?;
    unchanged(&subject.read(&stream, 0).await?, &events)?;

    let (mut read, _) = subject.read_on(before, 3).await?;
    read.retain(|event| event.stream == stream);
    unchanged(&read, &events)
}

/// The largest append that Baken makes, in several events. That it makes no larger one is tested where it makes them
/// (`baken`, `app/largest_tests.rs`).
pub const LARGEST_APPEND: usize = 768 * 1024;

pub(super) async fn large(subject: LogUnderTest) -> Held {
    let mut events = subject.events(3);
    let rest = LARGEST_APPEND - events.iter().map(Proposed::bytes).sum::<usize>();
    let noise = |n: usize| n.wrapping_mul(2_654_435_761).to_be_bytes()[4];
    events[1].data.extend((0..rest).map(noise));
    let stream = subject.stream();
    subject.add(&stream, Expected::NoStream, &events).await?;
    unchanged(&subject.read(&stream, 0).await?, &events)
}

pub(super) async fn stream(subject: LogUnderTest) -> Held {
    let stream = subject.stream();
    same("an unknown stream", &subject.read(&stream, 0).await?.len(), &0)?;
    let events = subject.events(4);
    subject.add(&stream, Expected::NoStream, &events).await?;
    // Names that are told apart: longer ones, in capitals, with letters that query languages take for patterns.
    for like in [format!("{stream}-x"), format!("{stream}_%"), stream.to_string().to_uppercase(), format!("x-{stream}")]
    {
        subject.add(&StreamName::new(like), Expected::NoStream, &subject.events(1)).await?;
    }
    for (from, due) in [(0, &events[..]), (2, &events[2..]), (3, &events[3..]), (4, &[]), (u64::MAX, &[])] {
        let read = subject.read(&stream, from).await?;
        same("the events from a revision on", &read.iter().map(|event| event.id).collect(), &ids(due))?;
        same("the first of their revisions", &read.first().map(|event| event.revision), &due.first().map(|_| from))?;
        if read.iter().any(|event| event.stream != stream) {
            return Err("an event came back under another stream's name".to_owned());
        }
    }
    Ok(())
}

pub(super) async fn order(subject: LogUnderTest) -> Held {
    let streams = [subject.stream(), subject.stream(), subject.stream()];
    let before = subject.head().await?;
    let mut due = Vec::new();
    let mut last = before;
    for round in 0..4 {
        // From the last stream to the first, so that an order by name or by stream is another one.
        for stream in streams.iter().rev() {
            let events = subject.events(1 + round % 2);
            due.extend(ids(&events));
            let answer = subject.add(stream, Expected::Any, &events).await?;
            if answer.position <= last {
                return Err(format!("position {} was given after {last}", answer.position));
            }
            last = answer.position;
        }
    }
    // `page` has compared the positions.
    let (read, _) = subject.read_on(before, 1000).await?;
    let own: Vec<_> = streams.iter().collect();
    same("the order of the log", &ids_among(&read, &own), &due)?;
    for stream in &streams {
        let alone = subject.read(stream, 0).await?;
        let within: Vec<_> = read.iter().filter(|event| event.stream == *stream).collect();
        if alone.iter().collect::<Vec<_>>() != within {
            return Err("an event has another revision or position on its stream than in the whole log".to_owned());
        }
    }
    Ok(())
}
