//! Snapshots of the demo world with some made-up paths beside it: links, turn-aways, repeats and all.

mod damage;
mod erasure;
mod same;
mod standing;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use care_path::time::DateTime;
use chrono::TimeDelta;
use indicatif::ProgressBar;

use super::*;
use crate::app::testing::{TestBaken, settings};
use crate::demo;
use crate::event_log::{Appended, Expected, Page, Proposed, Recorded, StreamName};
use crate::projections::digest::ModelDigest;
use crate::projections::{FollowError, Restored, addresses, catch_up_to};
use crate::simulate::{self, Simulation};

pub const NOW: &str = "2026-11-20T09:00:00Z";

pub fn now() -> DateTime {
    NOW.parse().unwrap()
}

/// A log with what happened to some people, and what opens it.
pub struct Told {
    pub log: Arc<dyn EventLog>,
    pub sealer: Arc<Sealer>,
    /// Where its events stand.
    pub positions: Vec<Position>,
}

pub async fn told(persons: u64) -> Told {
    let test = TestBaken::start_at(now()).await;
    demo::load(&test.baken, now()).await.unwrap();
    let simulation = Simulation::new(persons, 3);
    let directory = &test.baken.settings().directory;
    simulate::run(&*test.baken, directory, &simulation, &ProgressBar::hidden()).await.unwrap();
    let (log, sealer) = (test.log.clone(), test.sealer.clone());
    let positions = read(&*log).await.iter().map(|event| event.position).collect();
    Told { log, sealer, positions }
}

pub async fn read(log: &dyn EventLog) -> Vec<Recorded> {
    let page = log.read_all(Position::START, 100_000).await.unwrap();
    assert!(page.at_head);
    page.events
}

impl Told {
    pub fn head(&self) -> Position {
        *self.positions.last().unwrap()
    }

    pub fn snapshots(&self, folder: &std::path::Path, events: u64) -> Snapshots {
        self.snapshots_of(self.log.clone(), folder, events)
    }

    pub fn snapshots_of(&self, log: Arc<dyn EventLog>, folder: &std::path::Path, events: u64) -> Snapshots {
        let options = SnapshotOptions::new(folder.to_owned(), events);
        Snapshots::new(options, log, self.sealer.clone(), &settings(), SnapshotMetrics::default()).unwrap()
    }

    /// A log that ends at a position.
    pub fn until(&self, until: Position) -> Arc<dyn EventLog> {
        Arc::new(Until { log: self.log.clone(), until })
    }

    /// The world as a start from a snapshot has it, and what was found.
    pub async fn started(&self, folder: &std::path::Path) -> Result<(World, Restored), FollowError> {
        let (world, restored) = self.snapshots(folder, 100).restore(World::new(Arc::new(settings()))).await?;
        let decoder = Decoder::new(self.sealer.clone());
        let world = catch_up_to(self.log.clone(), &decoder, world, self.head()).await?;
        Ok((world, restored))
    }

    /// The world as the log alone tells it.
    pub async fn rebuilt(&self) -> World {
        self.rebuilt_to(self.head()).await
    }

    /// The same, up to a position.
    pub async fn rebuilt_to(&self, last: Position) -> World {
        let decoder = Decoder::new(self.sealer.clone());
        let world = World::new(Arc::new(settings()));
        catch_up_to(self.log.clone(), &decoder, world, last).await.unwrap()
    }
}

/// Everything that anybody is answered from, the same in both.
#[track_caller]
pub fn assert_same(one: &mut World, other: &mut World) {
    assert_same_at(now(), one, other);
}

/// The same, where both are asked for the first time at a time.
#[track_caller]
pub fn assert_same_at(now: DateTime, one: &mut World, other: &mut World) {
    for world in [&mut *one, &mut *other] {
        world.settle(now);
        while world.compare_some(100, now) {}
    }
    assert_eq!(one.digests(now), other.digests(now));
    // In the end time alone changes nothing any more.
    let is_there = |model: &ModelDigest| model.rows > 0 || (model.model == "changes" && now > self::now());
    assert!(one.digests(now).models.iter().all(is_there), "there is something of everything");
    assert_eq!(one.trail().after(Position::START), other.trail().after(Position::START));
    assert!(one.changes().all().eq(other.changes().all()), "when the worklist changes by itself");
    assert!(one.due().all().eq(other.due().all()), "what Baken does by itself");
    let mut waiting = 0;
    for user in demo::users().unwrap() {
        for addressee in addresses(&user.principal, one.directory()) {
            let places = |world: &World| world.worklist().of(&addressee).cloned().unwrap_or_default();
            assert_eq!(places(one), places(other));
            waiting += one.worklist().of(&addressee).map_or(0, std::collections::BTreeSet::len);
        }
    }
    assert!(waiting > 0);
    for (_, person) in one.trail().after(Position::START) {
        let alike = |world: &World| {
            let found = world.matches().of(*person).map(|(other, likeness)| (other, likeness.score()));
            found.collect::<Vec<_>>()
        };
        assert_eq!(alike(one), alike(other));
        assert!(one.matches().comparable(*person) == other.matches().comparable(*person), "what they are found by");
        let (case, same) = (one.case(*person).unwrap(), other.case(*person).unwrap());
        assert_eq!(case.id(), same.id());
        for world in [&*one, &*other] {
            let updated = case.path.updated_at().unwrap();
            assert!(world.index().is_updated_since(case.id(), updated));
            assert!(!world.index().is_updated_since(case.id(), updated + TimeDelta::nanoseconds(1)));
        }
    }
}

pub fn files(folder: &std::path::Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// A log that answers every other look with an empty page, as one does that passes over what is not ours.
pub struct Halting {
    pub log: Arc<dyn EventLog>,
    pub looks: AtomicUsize,
}

#[async_trait]
impl EventLog for Halting {
    async fn append(&self, _: &StreamName, _: Expected, _: Vec<Proposed>) -> Result<Appended, LogError> {
        Err(LogError::Unavailable("it is read only".to_owned()))
    }

    async fn read_stream(&self, stream: &StreamName, from: u64) -> Result<Vec<Recorded>, LogError> {
        self.log.read_stream(stream, from).await
    }

    async fn read_all(&self, after: Position, limit: usize) -> Result<Page, LogError> {
        if self.looks.fetch_add(1, Ordering::Relaxed).is_multiple_of(2) {
            return Ok(Page { events: Vec::new(), next: after, at_head: false });
        }
        self.log.read_all(after, limit).await
    }

    async fn head(&self) -> Result<Position, LogError> {
        self.log.head().await
    }

    async fn wake(&self, seen: Position) {
        self.log.wake(seen).await;
    }
}

/// A log that ends where it is told to.
struct Until {
    log: Arc<dyn EventLog>,
    until: Position,
}

#[async_trait]
impl EventLog for Until {
    async fn append(&self, _: &StreamName, _: Expected, _: Vec<Proposed>) -> Result<Appended, LogError> {
        Err(LogError::Unavailable("it is read only".to_owned()))
    }

    async fn read_stream(&self, stream: &StreamName, from: u64) -> Result<Vec<Recorded>, LogError> {
        self.log.read_stream(stream, from).await
    }

    async fn read_all(&self, after: Position, limit: usize) -> Result<Page, LogError> {
        let mut page = self.log.read_all(after, limit).await?;
        page.events.retain(|event| event.position <= self.until);
        page.at_head |= page.next >= self.until;
        page.next = page.next.min(self.until);
        Ok(page)
    }

    async fn head(&self) -> Result<Position, LogError> {
        Ok(self.log.head().await?.min(self.until))
    }

    async fn wake(&self, seen: Position) {
        self.log.wake(seen).await;
    }
}
