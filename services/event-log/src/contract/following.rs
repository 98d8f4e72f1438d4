//! What a subscription needs: pages that leave nothing out, a head, and being woken.

use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::Held;
use super::subject::{LogUnderTest, ids, ids_among, same};
use crate::port::Expected;

/// A network and a busy machine in between are allowed for; waiting for a poll is not.
const AT_ONCE: Duration = Duration::from_millis(500);
/// One slow answer is an accident, and so may be two.
const ATTEMPTS: usize = 3;

pub(super) async fn paging(subject: LogUnderTest) -> Held {
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
        let (read, end) = subject.read_on(before, limit).await?;
        same(&format!("everything in pages of {limit}"), &ids_among(&read, &own), &due)?;
        let (rest, _) = subject.read_on(end, limit).await?;
        same("what is left after the head", &ids_among(&rest, &own), &Vec::new())?;
    }
    Ok(())
}

pub(super) async fn head(subject: LogUnderTest) -> Held {
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
        let (after, _) = subject.read_on(head, 1000).await?;
        same("the events after the head", &ids_among(&after, &[&stream]), &Vec::new())?;
    }
    Ok(())
}

pub(super) async fn wake_at_once(subject: LogUnderTest) -> Held {
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

pub(super) async fn wake_later(subject: LogUnderTest) -> Held {
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
