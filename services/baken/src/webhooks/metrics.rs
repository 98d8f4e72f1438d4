//! What the operators see of webhooks: how many deliveries there were by their outcome, how far behind they are, and how
//! many were given up. No label names a webhook, an organisation or an address.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Delivery {
    outcome: &'static str,
}

/// The metrics of webhooks.
#[derive(Clone, Default)]
pub struct WebhookMetrics {
    deliveries: Family<Delivery, Counter>,
    active: Gauge,
    lag: Gauge,
    pending: Gauge,
    dead_letters: Gauge,
}

/// How webhooks stand, all together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WebhookTotals {
    pub active: u64,
    /// Positions of the log that the slowest active one is behind.
    pub lag: u64,
    pub pending: u64,
    pub dead_letters: u64,
}

impl WebhookMetrics {
    /// Counts an attempt to deliver.
    pub(super) fn attempted(&self, outcome: &'static str) {
        self.deliveries.get_or_create(&Delivery { outcome }).inc();
    }

    /// Takes in how webhooks stand.
    pub(super) fn stand(&self, standing: WebhookTotals) {
        let gauge = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        self.active.set(gauge(standing.active));
        self.lag.set(gauge(standing.lag));
        self.pending.set(gauge(standing.pending));
        self.dead_letters.set(gauge(standing.dead_letters));
    }

    /// Registers them.
    pub(crate) fn register(&self, registry: &mut Registry) {
        let deliveries = "Attempts to deliver to a webhook, by outcome";
        registry.register("webhook_deliveries", deliveries, self.deliveries.clone());
        registry.register("webhooks_active", "Webhooks that are sent to", self.active.clone());
        let lag = "Positions of the log that the slowest active webhook is behind";
        registry.register("webhook_lag", lag, self.lag.clone());
        registry.register("webhook_pending", "Events that wait to be delivered again", self.pending.clone());
        registry.register("webhook_dead_letters", "Events that were given up", self.dead_letters.clone());
    }
}
