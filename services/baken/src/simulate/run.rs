//! Sends made-up paths somewhere, many persons at a time, each person's commands in their order.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use care_path::directory::Directory;
use futures_util::{StreamExt, stream};
use indicatif::{ProgressBar, ProgressStyle};

use super::{SimulateError, Simulation, path};
use crate::app::Baken;
use crate::demo::Scripted;

/// Persons whose commands are under way at the same time, so that the log can commit them in groups.
const IN_FLIGHT: usize = 64;

/// What somebody who takes commands may answer when it does not.
pub type SinkError = Box<dyn std::error::Error + Send + Sync>;

/// Where commands go: into the write path here, or over HTTP to another Baken.
#[async_trait]
pub trait Sink: Send + Sync {
    /// Delivers one command, and answers when it is recorded.
    async fn deliver(&self, scripted: &Scripted) -> Result<Delivered, SinkError>;
}

/// What became of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivered {
    pub events: u64,
    /// It had been delivered before.
    pub repeated: bool,
}

#[async_trait]
impl Sink for Baken {
    async fn deliver(&self, scripted: &Scripted) -> Result<Delivered, SinkError> {
        let receipt = self.execute(scripted.request()?).await?;
        let events = u64::try_from(receipt.event_ids.len())?;
        Ok(Delivered { events, repeated: receipt.repeated })
    }
}

/// What a simulation did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Report {
    pub persons: u64,
    pub commands: u64,
    /// Events that were recorded now.
    pub events: u64,
    /// Commands that had been delivered before.
    pub repeated: u64,
    pub elapsed: Duration,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { persons, events, elapsed, .. } = self;
        write!(f, "{persons} persons, {events} events in {:.1} s", elapsed.as_secs_f64())?;
        if self.repeated > 0 {
            write!(f, "; {} of {} commands had been given before", self.repeated, self.commands)?;
        }
        Ok(())
    }
}

/// A progress bar on standard error; where that is no terminal, nothing is drawn.
#[must_use]
pub fn progress(simulation: &Simulation) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} persons, {per_sec}, {eta} left");
    ProgressBar::new(simulation.persons).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// Simulates. The same simulation gives the same streams, and a second time nothing is recorded twice.
///
/// # Errors
/// With the first command that is not accepted.
pub async fn run<S: Sink + ?Sized>(
    sink: &S,
    directory: &Directory,
    simulation: &Simulation,
    progress: &ProgressBar,
) -> Result<Report, SimulateError> {
    let persons = stream::iter(0..simulation.persons).map(|index| person(sink, directory, simulation, index));
    let mut persons = persons.buffer_unordered(IN_FLIGHT);
    let mut report = Report::default();
    while let Some(delivered) = persons.next().await {
        for delivered in delivered? {
            report.commands += 1;
            if delivered.repeated {
                report.repeated += 1;
            } else {
                report.events += delivered.events;
            }
        }
        report.persons += 1;
        progress.inc(1);
    }
    report.elapsed = progress.elapsed();
    progress.finish_and_clear();
    Ok(report)
}

async fn person<S: Sink + ?Sized>(
    sink: &S,
    directory: &Directory,
    simulation: &Simulation,
    index: u64,
) -> Result<Vec<Delivered>, SimulateError> {
    let mut delivered = Vec::new();
    for scripted in path(simulation, directory, index)? {
        let answer = sink.deliver(&scripted).await;
        delivered.push(answer.map_err(|source| SimulateError::Refused { key: scripted.key.clone(), source })?);
    }
    Ok(delivered)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo;
    use crate::demo::service::{service, streams};

    const NOW: &str = "2026-11-20T09:00:00Z";

    async fn simulated(baken: &Baken, simulation: Simulation) -> Report {
        let progress = ProgressBar::hidden();
        run(baken, &demo::directory().unwrap(), &simulation, &progress).await.unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_same_seed_gives_the_same_streams_and_a_second_run_nothing_more() {
        let (one, other) = (service(NOW).await, service(NOW).await);
        let simulation = Simulation::new(150, 11);
        let report = simulated(&one.baken, simulation).await;
        simulated(&other.baken, simulation).await;
        let recorded = streams(&*one.log).await;
        assert_eq!(recorded.keys().filter(|name| name.starts_with("person-")).count(), 150);
        assert_eq!(recorded, streams(&*other.log).await);
        assert_eq!(report.events, recorded.values().map(Vec::len).sum::<usize>() as u64);
        let again = simulated(&one.baken, simulation).await;
        assert_eq!((again.events, again.repeated), (0, report.commands));
        assert_eq!(streams(&*one.log).await, recorded);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_smaller_run_is_a_part_of_a_larger_one() {
        let test = service(NOW).await;
        let baken = &*test.baken;
        let small = simulated(baken, Simulation::new(20, 12)).await;
        let large = simulated(baken, Simulation::new(40, 12)).await;
        assert_eq!(large.repeated, small.commands);
        let persons = streams(&*test.log).await.into_keys().filter(|name| name.starts_with("person-")).count();
        assert_eq!(persons, 40);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_run_ends_with_the_first_command_that_is_refused() {
        let test = service("2023-06-01T00:00:00Z").await;
        let baken = &*test.baken;
        let progress = ProgressBar::hidden();
        let directory = &demo::directory().unwrap();
        let error = run(baken, directory, &Simulation::new(5, 1), &progress).await.unwrap_err();
        assert!(error.to_string().starts_with("simulate/1/"), "{error}");
    }
}
