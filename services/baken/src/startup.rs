//! Putting the service together: open the log and the keys, rebuild the read models, follow, and serve.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use access_log::{AccessLog, KeptDays};
use actix_web::middleware::from_fn;
use actix_web::{App, web};
use parking_lot::RwLock;
use tamper_evidence::{Notary, NotaryError};
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;
use transparency::Signer;

use crate::app::Baken;
use crate::edge::auth::{IssuerConfig, Verifier, WorldKeys};
use crate::edge::board::{Board, SignIn};
use crate::edge::channels::Channels;
use crate::edge::graphql::{self, Graphql};
use crate::edge::rates::Rates;
use crate::edge::{Edge, Limits, Notaries, board, observe, rest, wire};
use crate::event_log::{self, EventLog, LogError, LogUrl, Position, contract};
use crate::history::{Decoder, STREAMS, is_our_stream, is_ours};
use crate::projections::{FollowError, Follower, World};
use crate::sealing::{KekProvider, KeyRing, KeyStore, Sealer};
use crate::settings::Settings;
use crate::sources::{Clock, IdSource};
use crate::telemetry::Metrics;
use crate::watch::{Watch, WatchMetrics};
use crate::webhooks::{self, WebhookStartError, WebhookStore, Webhooks};

/// Positions from which on it is worth having all keys in memory.
const PRELOADED_FOR: u64 = 20_000;

/// Why the service did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the event log cannot be opened: {0}")]
    Log(#[from] crate::event_log::OpenError),
    /// Nothing is under the prefix: this is an installation that was begun before there was one.
    #[error("{}", beside(.prefix))]
    Beside { prefix: String },
    #[error("the event log does not answer: {0}")]
    Head(#[from] crate::event_log::LogError),
    #[error("the access log cannot be opened: {0}")]
    Access(#[from] access_log::OpenError),
    #[error("the key store cannot be opened: {0}")]
    Keys(#[from] crate::sealing::KeyError),
    #[error("the key store cannot be opened: {0}")]
    KeyStore(#[from] crate::sealing::KeyStoreError),
    #[error("the key-encryption key cannot be used: {0}")]
    Kek(#[from] crate::sealing::KekError),
    #[error("the read models cannot be rebuilt: {0}")]
    Rebuild(#[from] FollowError),
    #[error("the issuers of tokens cannot be used: {0}")]
    Issuers(#[from] crate::edge::auth::AuthConfigError),
    #[error("the keys of token issuers cannot be fetched: {0}")]
    Fetch(#[from] crate::edge::auth::FetchError),
    #[error("the GraphQL schema cannot be used: {0}")]
    Schema(#[from] crate::edge::graphql::limits::BadSchema),
    #[error("the organisations of the configuration cannot be registered: {0}")]
    Organisations(#[from] crate::app::ExecuteError),
    #[error("webhooks cannot be sent: {0}")]
    Webhooks(#[from] WebhookStartError),
    #[error("checkpoints of the log cannot be signed: {0}")]
    Checkpoints(#[from] NotaryError),
    #[error("the service cannot listen on its address: {0}")]
    Listen(#[from] std::io::Error),
}

/// Opens the log of a service, and brings it up to this version's layout where an older Baken made it. There is no way back
/// from that, so it is done with the right keys only: with others the start would end right after it.
///
/// # Errors
/// Where the keys are not those of the store, or the log cannot be opened.
pub async fn open_log(
    url: &LogUrl,
    keys: &Arc<dyn KeyStore>,
    kek: &Arc<dyn KekProvider>,
) -> Result<Arc<dyn EventLog>, StartError> {
    KeyRing::open(keys.clone(), kek.clone(), KeyRing::CAPACITY).await?;
    event_log::upgrade(url).await?;
    let log = event_log::open(url).await?;
    refuse_beside(url, &*log).await?;
    Ok(log)
}

/// Refuses to begin a log where one lies that was begun without a prefix.
pub(crate) async fn refuse_beside(url: &LogUrl, log: &dyn EventLog) -> Result<(), StartError> {
    let Some(prefix) = event_log::prefix(url) else { return Ok(()) };
    if is_unwritten(log).await? && event_log::has_beside(url, &STREAMS, is_ours).await? {
        return Err(StartError::Beside { prefix: prefix.to_owned() });
    }
    Ok(())
}

/// Whether the log holds nothing but what a doctor has left there.
async fn is_unwritten(log: &dyn EventLog) -> Result<bool, LogError> {
    const PAGE: usize = 1_000;
    let mut after = Position::START;
    loop {
        let page = log.read_all(after, PAGE).await?;
        if page.events.iter().any(|event| !contract::is_of_a_check(&event.stream)) {
            return Ok(false);
        }
        if page.at_head {
            return Ok(true);
        }
        after = page.next;
    }
}

/// What an operator is told whose log was begun before its streams had a prefix.
#[must_use]
pub fn beside(prefix: &str) -> String {
    format!(
        "there is no log whose streams begin with `{prefix}`, but one without a prefix, as an older Baken wrote it. Add \
         `streamPrefix=` to the connection string to go on with it; or stop every node and move it: `baken copy` from the \
         connection string with `streamPrefix=` to the one without (docs/kurrentdb.md)"
    )
}

/// What the service is made of.
pub struct Parts {
    pub log: Arc<dyn EventLog>,
    /// Where it is recorded who saw what.
    pub access: Arc<dyn AccessLog>,
    pub keys: Arc<dyn KeyStore>,
    pub kek: Arc<dyn KekProvider>,
    pub settings: Settings,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn IdSource>,
}

/// The service without its edges: what it needs to execute and to answer.
pub struct Service {
    pub baken: Arc<Baken>,
    log: Arc<dyn EventLog>,
    access: Arc<dyn AccessLog>,
    notaries: Option<Notaries>,
    keeping: Option<JoinHandle<()>>,
    forgetting: Option<JoinHandle<()>>,
    sealer: Arc<Sealer>,
    webhooks: Option<Arc<Webhooks>>,
    following: JoinHandle<FollowError>,
    watching: Option<JoinHandle<()>>,
    watch_metrics: WatchMetrics,
}

impl Drop for Service {
    fn drop(&mut self) {
        self.following.abort();
        for task in self.watching.iter().chain(&self.keeping).chain(&self.forgetting) {
            task.abort();
        }
        if let Some(webhooks) = &self.webhooks {
            webhooks.stop();
        }
    }
}

impl Service {
    /// Ends it: when this answers, nothing of it holds the log any more.
    pub async fn stop(mut self) {
        let tasks = [self.watching.take(), self.keeping.take(), self.forgetting.take()];
        for task in tasks.into_iter().flatten() {
            task.abort();
            let _ = task.await;
        }
        self.following.abort();
        if let Some(webhooks) = self.webhooks.take() {
            webhooks.end().await;
        }
        // It ends as cancelled, which is what was asked.
        let _ = (&mut self.following).await;
    }
}

impl Service {
    /// Rebuilds the read models from the log and begins to follow it.
    ///
    /// # Errors
    /// Where the keys or the log cannot be used, or an event is not understood.
    pub async fn start(parts: Parts) -> Result<Self, StartError> {
        let ring = Arc::new(KeyRing::open(parts.keys, parts.kek, KeyRing::CAPACITY).await?);
        ring.settle().await?;
        let sealer = Arc::new(Sealer::new(ring.clone()));
        let settings = Arc::new(parts.settings);
        let world = Arc::new(RwLock::new(World::new(settings)));
        let decoder = Decoder::new(sealer.clone());
        let (follower, applied) = Follower::new(parts.log.clone(), decoder, world.clone(), parts.clock.clone());
        // All keys are in memory while much of the log is opened; later the ring keeps those that are used.
        let much = parts.log.head().await?.0 > PRELOADED_FOR;
        let preloaded = if much { Some(ring.preload_all().await?) } else { None };
        let position = follower.catch_up().await?;
        drop(preloaded);
        let cases = world.read().len();
        tracing::info!(%position, cases, "the read models are rebuilt");
        let following = tokio::spawn(follower.run());
        let (log, access) = (parts.log.clone(), parts.access.clone());
        let baken = Baken::new(parts.log, parts.access, sealer.clone(), world, parts.clock, parts.ids, applied);
        let baken = Arc::new(baken);
        let registered = baken.bring_in(&baken.settings().organisations).await?;
        if registered > 0 {
            tracing::info!(registered, "organisations of the configuration are registered");
        }
        let watch_metrics = WatchMetrics::default();
        Ok(Self {
            baken,
            log,
            access,
            notaries: None,
            keeping: None,
            forgetting: None,
            sealer,
            webhooks: None,
            following,
            watching: None,
            watch_metrics,
        })
    }

    /// From now on Baken does by itself what is due. It begins with what fell due while it was not running.
    pub fn watch(&mut self) {
        let watch = Watch::new(self.baken.clone(), self.watch_metrics.clone());
        self.watching.get_or_insert_with(|| tokio::spawn(watch.run()));
    }

    /// From now on records of accesses go when their time is over.
    pub fn keep_accesses(&mut self, kept: KeptDays) {
        self.forgetting.get_or_insert_with(|| tokio::spawn(forget_accesses(self.baken.clone(), kept)));
    }

    /// From now on checkpoints of the event log and of the access log are signed for whoever asks, and one of each is
    /// kept in the folder, if one is given, every interval in which that log has grown.
    ///
    /// # Errors
    /// Where the folder cannot be used, or holds another log's checkpoints.
    pub fn sign_checkpoints(
        &mut self,
        signer: Signer,
        folder: Option<&Path>,
        interval: Duration,
    ) -> Result<(), StartError> {
        let signer = Arc::new(signer);
        let log = Notary::of_events(self.log.clone(), is_our_stream, signer.clone(), folder)?;
        let notaries = Notaries {
            log: Arc::new(log),
            access: Arc::new(Notary::of_accesses(self.access.clone(), signer, folder)?),
        };
        self.keeping = Some(tokio::spawn(keep_checkpoints(notaries.clone(), interval)));
        self.notaries = Some(notaries);
        Ok(())
    }

    /// Begins to send webhooks.
    ///
    /// # Errors
    /// Where what was set up cannot be read.
    pub async fn send_webhooks(
        &mut self,
        store: Arc<dyn WebhookStore>,
        options: webhooks::Options,
    ) -> Result<(), StartError> {
        let webhooks = Webhooks::start(self.baken.clone(), self.sealer.clone(), store, options).await?;
        self.webhooks = Some(Arc::new(webhooks));
        Ok(())
    }
}

/// Without a folder too the log is read on, so that nobody who asks for a checkpoint waits for all of it to be read.
async fn keep_checkpoints(notaries: Notaries, interval: Duration) {
    let mut ticks = tokio::time::interval(interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        for notary in [&notaries.log, &notaries.access] {
            let log = notary.origin();
            match notary.keep().await {
                Ok(size) => tracing::debug!(log, size, "a checkpoint of a log"),
                Err(error) => {
                    tracing::error!(log, %error, "no checkpoint of a log was signed. docs/tamper-evidence.md");
                }
            }
        }
    }
}

/// How often it is looked whether records of accesses are to go.
const FORGET_EVERY: Duration = Duration::from_hours(1);

async fn forget_accesses(baken: Arc<Baken>, kept: KeptDays) {
    let mut ticks = tokio::time::interval(FORGET_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match baken.forget_accesses(kept).await {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "records of accesses are removed, for their time is over"),
            Err(error) => tracing::error!(%error, "records of accesses are not removed yet"),
        }
    }
}

/// What the edges need beside the service.
#[derive(Default)]
pub struct EdgeParts {
    pub issuers: Vec<IssuerConfig>,
    pub limits: Limits,
    pub introspection: bool,
    pub operator_token: Option<secrecy::SecretString>,
    /// How people sign in to the board.
    pub sign_in: SignIn,
}

/// A server that listens, and the address that it listens on.
pub struct Listening {
    pub server: actix_web::dev::Server,
    pub address: SocketAddr,
    /// What is held open: it ends by itself when the process is asked to, and here when a test does.
    pub channels: Arc<Channels>,
}

/// Ends what is held open when the process is asked to end: the server waits for every answer that is not finished, and
/// these never are.
async fn close_when_asked(channels: Arc<Channels>) -> std::io::Result<()> {
    #[cfg(unix)]
    tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?.recv().await;
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await?;
    channels.close();
    Ok(())
}

/// Ends what is held open when nothing will ever move here again: another node may tell how it goes on.
async fn close_when_outdated(baken: Arc<Baken>, channels: Arc<Channels>) {
    baken.stopped_following().await;
    channels.close();
}

/// Serves over HTTP.
///
/// # Errors
/// Where the issuers cannot be used, or the address cannot be listened on.
pub fn listen(service: &Service, bind: SocketAddr, parts: EdgeParts) -> Result<Listening, StartError> {
    let fetch: Arc<dyn crate::edge::auth::FetchKeys> = Arc::new(WorldKeys::new()?);
    let clock = service.baken.shared_clock();
    let verifier = Arc::new(Verifier::new(parts.issuers, &fetch, clock)?);
    let rates = Arc::new(Rates::new(&parts.limits));
    let graphql = web::Data::new(Graphql::new(service.baken.clone(), rates.clone(), parts.introspection)?);
    let mut metrics = Metrics::default().with_watch(&service.watch_metrics);
    if let Some(webhooks) = &service.webhooks {
        metrics.add_webhooks(webhooks.metrics());
    }
    let channels = Channels::new(&parts.limits);
    tokio::spawn(close_when_asked(channels.clone()));
    tokio::spawn(close_when_outdated(service.baken.clone(), channels.clone()));
    let edge = web::Data::new(Edge {
        baken: service.baken.clone(),
        verifier,
        metrics: Arc::new(metrics),
        rates,
        channels: channels.clone(),
        limits: parts.limits,
        introspection: parts.introspection,
        operator_token: parts.operator_token,
        board: Board::new(parts.sign_in),
        webhooks: service.webhooks.clone(),
        notaries: service.notaries.clone(),
    });
    let (server, address) = wire::serve(bind, move || {
        App::new()
            .app_data(edge.clone())
            .configure(graphql::routes(graphql.clone()))
            .configure(board::configure)
            .configure(rest::configure)
            .wrap(from_fn(observe::observe))
    })?;
    Ok(Listening { server, address, channels })
}
