//! The section `[webhooks]` of the configuration.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use ipnet::IpNet;
use serde::Deserialize;

use super::{Options, Schedule, SqliteWebhookStore, Targets, WebhookStore, WebhookStoreError};

/// Whether webhooks are sent, and where they may go.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhooksConfig {
    #[serde(default = "yes")]
    pub enabled: bool,
    /// The webhook store: a file of its own, that one process has open.
    pub store: PathBuf,
    /// The hosts that may be called, names or `*.name`; any, where none is listed.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Networks that may be called although their addresses are not public.
    #[serde(default)]
    pub networks: Vec<IpNet>,
    /// Lets `http` do. In development only.
    #[serde(default)]
    pub plain_http: bool,
    /// Seconds after each failed attempt until the next; the schedule of Standard Webhooks, unless said.
    pub retry_seconds: Option<Vec<u32>>,
    /// How long a replaced secret is still signed with.
    #[serde(default = "a_day")]
    pub rotation_hours: u16,
    /// How long a receiver may take to answer.
    #[serde(default = "fifteen")]
    pub timeout_seconds: u16,
}

fn yes() -> bool {
    true
}

fn a_day() -> u16 {
    24
}

fn fifteen() -> u16 {
    15
}

/// A schedule of terms in seconds.
#[must_use]
pub fn schedule(seconds: &[u32]) -> Schedule {
    Schedule::new(seconds.iter().map(|seconds| TimeDelta::seconds(i64::from(*seconds))).collect())
}

impl WebhooksConfig {
    /// Opens the store that it names.
    ///
    /// # Errors
    /// Where it cannot be opened, or another process has it open.
    pub fn open(&self) -> Result<Arc<dyn WebhookStore>, WebhookStoreError> {
        Ok(Arc::new(SqliteWebhookStore::open(&self.store)?))
    }

    /// How webhooks are sent.
    #[must_use]
    pub fn options(&self) -> Options {
        let targets =
            Targets { hosts: self.hosts.clone(), networks: self.networks.clone(), plain_http: self.plain_http };
        Options {
            targets,
            schedule: self.retry_seconds.as_deref().map(schedule).unwrap_or_default(),
            rotation: TimeDelta::hours(i64::from(self.rotation_hours)),
            timeout: Duration::from_secs(u64::from(self.timeout_seconds)),
            ..Options::default()
        }
    }
}
