//! What snapshots tell of themselves: from where the service started, and what is kept for the next start.

use std::sync::atomic::AtomicU64;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::folder::Kept;
use super::restore::Restored;
use super::write::{Written, reached};

/// The metrics of snapshots. Clones count together.
#[derive(Clone, Default)]
pub struct SnapshotMetrics {
    started_from: Gauge,
    started_with: Gauge,
    thrown_away: Counter,
    position: Gauge,
    files: Gauge,
    written: Counter,
    seconds: Gauge<f64, AtomicU64>,
}

fn gauge(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

impl SnapshotMetrics {
    /// Makes them part of what `/metrics` tells.
    pub fn register(&self, registry: &mut Registry) {
        let started_from = "Position of the snapshot that the service started from; 0 without one";
        registry.register("snapshot_started_from", started_from, self.started_from.clone());
        registry.register("snapshot_started_with", "Events that came out of it", self.started_with.clone());
        let thrown_away = "Files of snapshots that could not be used";
        registry.register("snapshot_files_thrown_away", thrown_away, self.thrown_away.clone());
        registry.register("snapshot_position", "Position that the snapshot reaches", self.position.clone());
        registry.register("snapshot_files", "Files of the snapshot", self.files.clone());
        registry.register("snapshot_events_written", "Events written into snapshots", self.written.clone());
        registry.register("snapshot_last_write_seconds", "How long the last one took to write", self.seconds.clone());
    }

    pub(super) fn restored(&self, restored: &Restored) {
        self.started_from.set(if restored.files == 0 { 0 } else { gauge(restored.position.0) });
        self.started_with.set(gauge(restored.events));
        self.thrown_away.inc_by(restored.thrown_away as u64);
    }

    pub(super) fn kept(&self, kept: &[Kept]) {
        self.files.set(gauge(kept.len() as u64));
        self.position.set(gauge(reached(kept).0));
    }

    pub(super) fn written(&self, written: &Written) {
        self.written.inc_by(written.events);
        self.seconds.set(written.took.as_secs_f64());
    }
}
