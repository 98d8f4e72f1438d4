//! `baken serve`: the service.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use secrecy::ExposeSecret;
use tamper_evidence::open_key;

use super::Failure;
use super::installation::{access_place, kept_days};
use crate::access_log::{AccessLog, MemoryAccessLog};
use crate::config::{BoardConfig, Config, ConfigError};
use crate::dev_issuer::{DevIssuer, Profile};
use crate::edge::Limits;
use crate::event_log::LogUrl;
use crate::sealing::KeysPlace;
use crate::sources::{RandomIds, SystemClock};
use crate::startup::{EdgeParts, Parts, Service, StartError, listen, open_log};
use crate::telemetry;

#[derive(Debug, Args)]
pub struct Serve {
    /// The configuration; `infra/baken.example.toml` explains every setting.
    #[arg(long, value_name = "FILE", env = "BAKEN_CONFIG")]
    config: PathBuf,
}

/// The access log: in memory where the log is, unless a place is named.
async fn access_log(config: &Config, log: &LogUrl) -> Result<Arc<dyn AccessLog>, Failure> {
    if *log == LogUrl::Memory && config.access_log.is_none() {
        return Ok(Arc::new(MemoryAccessLog::default()));
    }
    let place = access_place(config, log)?.ok_or(ConfigError::NoAccessLog)?;
    Ok(place.open().await.map_err(StartError::Access)?)
}

impl Serve {
    pub async fn run(self) -> Result<(), Failure> {
        let config = Config::read(&self.config)?;
        telemetry::init(config.telemetry.format, &config.telemetry.filter);
        let settings = config.settings()?;
        let url: LogUrl = config.log.url.expose_secret().parse()?;
        let access = access_log(&config, &url).await?;
        let kept = kept_days(&config);
        let kek = config.keys.kek.open()?;
        let keys = config.keys.store.expose_secret().parse::<KeysPlace>()?.open().await?;
        let mut issuers = config.issuers;
        if let Some(folder) = &config.development_issuer {
            DevIssuer::allowed(config.profile, config.bind.ip())?;
            issuers.push(DevIssuer::open_or_create(folder)?.issuer_config()?);
        }
        let log = open_log(&url, &keys, &kek).await?;
        let parts = Parts { log, access, keys, kek, settings, clock: Arc::new(SystemClock), ids: Arc::new(RandomIds) };
        let mut service = Service::start(parts).await?;
        service.keep_accesses(kept);
        if config.watch.enabled {
            service.watch();
        }
        if let Some(webhooks) = config.webhooks.as_ref().filter(|webhooks| webhooks.enabled) {
            service.send_webhooks(webhooks.open()?, webhooks.options()).await?;
        }
        if let Some(checkpoints) = &config.checkpoints {
            let interval = Duration::from_secs(checkpoints.interval_seconds.get().into());
            service.sign_checkpoints(open_key(&checkpoints.key)?, checkpoints.folder.as_deref(), interval)?;
        }
        let edge = EdgeParts {
            limits: Limits::from(&config.limits),
            introspection: config.profile == Profile::Development,
            operator_token: config.operator_token,
            sign_in: config.board.map(BoardConfig::sign_in).transpose()?.unwrap_or_default(),
            issuers,
        };
        let listening = listen(&service, config.bind, edge)?;
        tracing::info!(address = %listening.address, "listening");
        listening.server.await?;
        service.stop().await;
        Ok(())
    }
}
