//! Metrics, in the text format of Prometheus.

use std::fmt::Write as _;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::webhooks::WebhookMetrics;

/// Which requests are counted together: the route's pattern, never the path that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    method: String,
    route: String,
    status: u16,
}

/// Upper bounds of the latency buckets, in seconds.
const BUCKETS: [f64; 12] = [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

fn histogram() -> Histogram {
    Histogram::new(BUCKETS)
}

/// The service's metrics.
pub struct Metrics {
    registry: Registry,
    requests: Family<Request, Histogram, fn() -> Histogram>,
    log_position: Gauge,
    read_model_position: Gauge,
    cases: Gauge,
    set_aside: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("baken");
        let requests = Family::new_with_constructor(histogram as fn() -> Histogram);
        let (log_position, read_model_position, cases) = (Gauge::default(), Gauge::default(), Gauge::default());
        registry.register_with_unit(
            "http_request_duration",
            "Time to answer a request, by method, route and status",
            Unit::Seconds,
            requests.clone(),
        );
        registry.register("log_position", "Position of the last event of the log", log_position.clone());
        registry.register(
            "read_model_position",
            "Position that the read models have reached",
            read_model_position.clone(),
        );
        registry.register("cases", "Cases in the read models", cases.clone());
        let set_aside = Gauge::default();
        let help = "Events of the log that cannot be taken in, and were set aside";
        registry.register("events_set_aside", help, set_aside.clone());
        Self { registry, requests, log_position, read_model_position, cases, set_aside }
    }
}

impl Metrics {
    /// Tells also what the watch does.
    #[must_use]
    pub fn with_watch(mut self, watch: &crate::watch::WatchMetrics) -> Self {
        watch.register(&mut self.registry);
        self
    }

    /// Registers the metrics of webhooks.
    pub fn add_webhooks(&mut self, webhooks: &WebhookMetrics) {
        webhooks.register(&mut self.registry);
    }

    /// Counts a request that was answered. `route` is the pattern that matched, such as `/v1/persons/{person_id}`.
    pub fn answered(&self, method: &str, route: &str, status: u16, took: Duration) {
        let request = Request { method: method.to_owned(), route: route.to_owned(), status };
        self.requests.get_or_create(&request).observe(took.as_secs_f64());
    }

    /// The text that `/metrics` answers.
    #[must_use]
    pub fn text(&self, log_position: u64, read_model_position: u64, cases: usize, set_aside: usize) -> String {
        let gauge = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        self.log_position.set(gauge(log_position));
        self.read_model_position.set(gauge(read_model_position));
        self.cases.set(i64::try_from(cases).unwrap_or(i64::MAX));
        self.set_aside.set(i64::try_from(set_aside).unwrap_or(i64::MAX));
        let mut text = String::new();
        if encode(&mut text, &self.registry).is_err() {
            let _ = writeln!(text, "# the metrics cannot be written");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_route_and_positions_are_told() {
        let metrics = Metrics::default();
        metrics.answered("GET", "/v1/persons/{person_id}", 200, Duration::from_millis(2));
        let text = metrics.text(7, 6, 3, 2);
        let counted =
            r#"baken_http_request_duration_seconds_count{method="GET",route="/v1/persons/{person_id}",status="200"} 1"#;
        assert!(text.contains(counted), "{text}");
        assert!(text.contains("baken_cases 3") && text.contains("baken_events_set_aside 2"), "{text}");
        assert!(text.contains("baken_log_position 7") && text.contains("baken_read_model_position 6"), "{text}");
    }
}
