//! `baken demo`: the service on an embedded log, with the demo world and Marek's case, and a call to try for each role.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use access_log::KeptDays;
use chrono::TimeDelta;
use clap::Args;

use super::{DataFolder, Failure, data, welcome};
use crate::demo;
use crate::dev_issuer::{DevIssuer, Profile};
use crate::edge::Limits;
use crate::edge::board::{DemoUser, OfflineKeys, SignIn};
use crate::owner_only;
use crate::sources::{Clock, RandomIds, SystemClock};
use crate::startup::{EdgeParts, listen};
use crate::telemetry::{self, Format};
use crate::webhooks::{self, SqliteWebhookStore};

#[derive(Debug, Args)]
pub struct Demo {
    /// The port; 0 takes a free one.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// The address. One that other machines reach needs `--trust-network`.
    #[arg(long, default_value = "127.0.0.1", value_name = "ADDRESS")]
    bind: IpAddr,
    /// Lets all who reach the address be any user of the demo world. It is for a container whose port is published on the
    /// loopback address alone.
    #[arg(long)]
    trust_network: bool,
    #[command(flatten)]
    folder: DataFolder,
    /// Another log than the one in the data folder, as in `log.url` of a configuration.
    #[arg(long, value_name = "URL", requires = "keys")]
    log: Option<String>,
    /// Another key store than the one in the data folder, as in `keys.store` of a configuration.
    #[arg(long, value_name = "PLACE", requires = "log")]
    keys: Option<String>,
    /// Lets everything wait for somebody, and does nothing by itself.
    #[arg(long)]
    no_watch: bool,
    /// Keeps a checkpoint of the log here every hour. docs/tamper-evidence.md
    #[arg(long, value_name = "DIR")]
    checkpoints: Option<PathBuf>,
    /// What is traced on standard error.
    #[arg(long, default_value = "warn", env = "BAKEN_TELEMETRY__FILTER")]
    trace: String,
    /// Lifts the rate limits, for load tests.
    #[arg(long, env = "BAKEN_DEMO_UNLIMITED", hide = true, value_parser = clap::builder::FalseyValueParser::new(), action = clap::ArgAction::SetTrue)]
    unlimited: bool,
    /// Seconds after each failed delivery to a webhook until the next attempt, for tests.
    #[arg(long, env = "BAKEN_DEMO_WEBHOOK_RETRIES", hide = true, value_delimiter = ',')]
    webhook_retries: Option<Vec<u32>>,
    /// Seconds between one kept checkpoint and the next, for tests.
    #[arg(long, env = "BAKEN_DEMO_CHECKPOINT_INTERVAL", hide = true, default_value_t = 3_600, value_parser = clap::value_parser!(u64).range(1..))]
    checkpoint_interval: u64,
    /// Seconds that a session of the board lasts without a request, for tests.
    #[arg(long, env = "BAKEN_DEMO_SESSION_IDLE", hide = true)]
    session_idle: Option<u32>,
}

/// Where a service that listens here is reached on this machine.
fn here(listens: SocketAddr) -> SocketAddr {
    let ip = match listens.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listens.port())
}

impl Demo {
    /// Webhooks of the demo go to this machine as well, and over http.
    fn webhooks(&self) -> Result<webhooks::Options, Failure> {
        let networks = vec!["127.0.0.0/8".parse()?, "::1/128".parse()?];
        let targets = webhooks::Targets { networks, plain_http: true, ..webhooks::Targets::default() };
        let schedule = self.webhook_retries.as_deref().map(webhooks::schedule).unwrap_or_default();
        Ok(webhooks::Options { targets, schedule, ..webhooks::Options::default() })
    }

    pub async fn run(self) -> Result<(), Failure> {
        telemetry::init(Format::Json, &self.trace);
        if !self.trust_network {
            DevIssuer::allowed(Profile::Development, self.bind)?;
        }
        let bind = SocketAddr::new(self.bind, self.port);
        let folder = &self.folder.data;
        let mut service = match (&self.log, &self.keys) {
            (Some(log), Some(keys)) => data::start_on(folder, &log.parse()?, &keys.parse()?, demo::settings()?).await?,
            _ => data::start(folder, demo::settings()?).await?,
        };
        let store = Arc::new(SqliteWebhookStore::open(&data::webhooks_file(folder))?);
        service.send_webhooks(store, self.webhooks()?).await?;
        let signer = data::checkpoint_key(folder, &RandomIds)?;
        service.sign_checkpoints(signer, self.checkpoints.as_deref(), Duration::from_secs(self.checkpoint_interval))?;
        let issuer = DevIssuer::open_or_create(folder)?;
        let loaded = demo::load(&service.baken, SystemClock.now()).await?;
        // Not before: the story is told in arrears, and what it tells of as done must not be found missing meanwhile.
        if !self.no_watch {
            service.keep_accesses(KeptDays::default());
            service.watch();
        }
        let limits = if self.unlimited { Limits::unlimited() } else { Limits::default() };
        let users = demo::users()?.into_iter();
        let users = users.map(|each| DemoUser { name: each.name, principal: each.principal }).collect();
        let idle = self.session_idle.map(|seconds| TimeDelta::seconds(seconds.into()));
        let offline = OfflineKeys::of(&data::board_secret(folder)?);
        let sign_in = SignIn { demo: Some(users), idle, offline, ..SignIn::default() };
        let edge = EdgeParts {
            issuers: vec![issuer.issuer_config()?],
            limits,
            introspection: true,
            operator_token: None,
            sign_in,
        };
        let listening = listen(&service, bind, edge)?;
        let url = format!("http://{}", here(listening.address));
        owner_only::write(&data::address_file(folder), &url)?;
        print!("{}", welcome::text(&url, folder, &loaded)?);
        listening.server.await?;
        service.stop().await;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_that_listens_everywhere_is_reached_on_the_loopback_address() {
        for (listens, reached) in [
            ("0.0.0.0:8080", "127.0.0.1:8080"),
            ("[::]:8080", "[::1]:8080"),
            ("127.0.0.1:80", "127.0.0.1:80"),
            ("192.168.1.2:80", "192.168.1.2:80"),
        ] {
            assert_eq!(here(listens.parse().unwrap()), reached.parse().unwrap());
        }
    }
}
