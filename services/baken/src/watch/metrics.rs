//! What the watch tells of itself: how much fired, what fired late, and when it last looked.

use care_path::path::timers::TimerKind;
use care_path::time::DateTime;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Fired {
    timer: &'static str,
}

/// The watch's metrics. Clones count together.
#[derive(Clone, Default)]
pub struct WatchMetrics {
    fired: Family<Fired, Counter>,
    late: Counter,
    put_off: Counter,
    last_tick: Gauge,
}

impl WatchMetrics {
    /// Makes them part of what `/metrics` tells.
    pub fn register(&self, registry: &mut Registry) {
        registry.register("watch_fired", "What Baken did by itself, by what it was", self.fired.clone());
        registry.register("watch_late", "Of these, more than five minutes after it was due", self.late.clone());
        registry.register("watch_put_off", "Cases put off because firing failed", self.put_off.clone());
        registry.register(
            "watch_last_tick_timestamp_seconds",
            "When the watch last had nothing left to do",
            self.last_tick.clone(),
        );
    }

    pub(super) fn fired(&self, what: TimerKind, late: bool) {
        self.fired.get_or_create(&Fired { timer: what.name() }).inc();
        if late {
            self.late.inc();
        }
    }

    pub(super) fn put_off(&self) {
        self.put_off.inc();
    }

    pub(super) fn ticked(&self, now: DateTime) {
        self.last_tick.set(now.timestamp());
    }
}
