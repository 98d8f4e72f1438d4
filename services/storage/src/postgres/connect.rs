//! Connections: for whoever appends, for readers, and for whoever listens.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use rustls::ClientConfig;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls_platform_verifier::BuilderVerifierExt;
use tokio_postgres::config::{Host, TargetSessionAttrs};
use tokio_postgres::{Client, Config, Connection, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Why there is no connection. A connection string is never repeated: it may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("the connection string cannot be read")]
    BadUrl(#[source] tokio_postgres::Error),
    #[error("the certificates that the system trusts cannot be used: {0}")]
    Tls(#[from] rustls::Error),
    #[error("the PostgreSQL server cannot be used: {}", super::reason(.0))]
    Server(#[from] tokio_postgres::Error),
    #[error("the PostgreSQL server cannot be used: {}", super::TOO_LATE)]
    TooLate,
    #[error("connections cannot be kept: {0}")]
    Pool(#[from] deadpool_postgres::BuildError),
}

/// How long a connection may take to come about: beyond it, the next host is tried.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// An idle connection whose other side is gone is found out after some times so long.
const KEEPALIVE: Duration = Duration::from_secs(10);
/// One on which something was asked, after so long: no probes are sent while that is not acknowledged, and unless said
/// the system would go on sending it for a quarter of an hour.
const UNACKNOWLEDGED: Duration = Duration::from_secs(15);
/// How long to wait for a connection of a pool: for one that is free, for a new one (with several hosts, each has its own
/// time), and for one that was used before to show that it is alive.
const FREE: Duration = Duration::from_secs(10);
const NEW: Duration = Duration::from_secs(20);
const ALIVE: Duration = Duration::from_secs(2);

/// A connection string of libpq's kind, with one or several hosts: `postgres://user@host1,host2/database`. It is not
/// printed, for it may hold a password, but for its hosts and the database.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl(Box<Config>);

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("postgres://")?;
        for (number, host) in self.0.get_hosts().iter().enumerate() {
            let comma = if number == 0 { "" } else { "," };
            match host {
                Host::Tcp(name) => write!(f, "{comma}{name}")?,
                #[cfg(unix)]
                Host::Unix(folder) => write!(f, "{comma}{}", folder.display())?,
            }
            // One port may be said for all hosts.
            let ports = self.0.get_ports();
            if let Some(port) = ports.get(number).or(ports.first()) {
                write!(f, ":{port}")?;
            }
        }
        write!(f, "/{}", self.0.get_dbname().unwrap_or_default())
    }
}

impl FromStr for PostgresUrl {
    type Err = ConnectError;

    fn from_str(text: &str) -> Result<Self, ConnectError> {
        let mut config: Config = text.parse().map_err(ConnectError::BadUrl)?;
        // With several hosts, a standby is passed over: it could not be written to, and its log may be behind.
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        config.keepalives_idle(KEEPALIVE).keepalives_interval(KEEPALIVE).keepalives_retries(3);
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(UNACKNOWLEDGED);
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        config.application_name("baken");
        Ok(Self(Box::new(config)))
    }
}

/// The two ends of a new connection: what sends, and what must be driven for it.
pub(crate) type Connected =
    (Client, Connection<Socket, <MakeRustlsConnect as tokio_postgres::tls::MakeTlsConnect<Socket>>::Stream>);

/// Connects, with TLS where the connection string asks for it or the server offers it.
#[derive(Clone)]
pub struct Connector {
    config: Config,
    tls: MakeRustlsConnect,
}

impl Connector {
    /// For the server of a connection string.
    pub fn new(url: &PostgresUrl) -> Result<Self, ConnectError> {
        let tls = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()?
            .with_platform_verifier()?
            .with_no_client_auth();
        Ok(Self { config: (*url.0).clone(), tls: MakeRustlsConnect::new(tls) })
    }

    /// A connection that the caller drives.
    pub async fn connect(&self) -> Result<Connected, tokio_postgres::Error> {
        self.config.connect(self.tls.clone()).await
    }

    /// A connection that is driven on a task of its own, and ends when the client is dropped.
    pub async fn client(&self) -> Result<Client, tokio_postgres::Error> {
        let (client, connection) = self.connect().await?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::warn!(%error, "a connection to PostgreSQL has ended");
            }
        });
        Ok(client)
    }

    /// The same, for whoever writes under a lock. What was answered is flushed, also where the server's default says otherwise;
    /// and a node that has gone in the middle of a transaction does not keep the others waiting for ever.
    pub async fn writer(&self) -> Result<Client, tokio_postgres::Error> {
        let client = self.client().await?;
        client
            .batch_execute(
                "SET synchronous_commit = on; SET idle_in_transaction_session_timeout = '10s'; SET lock_timeout = '15s'",
            )
            .await?;
        Ok(client)
    }

    /// Connections for readers, at most so many. Each is asked for a sign of life before it is used again: one on which
    /// somebody gave up waiting ([`super::in_time`]) is not handed to the next.
    pub fn pool(&self, most: usize) -> Result<Pool, ConnectError> {
        let manager_config = ManagerConfig { recycling_method: RecyclingMethod::Verified };
        let manager = Manager::from_config(self.config.clone(), self.tls.clone(), manager_config);
        let pool = Pool::builder(manager).max_size(most.max(1)).runtime(Runtime::Tokio1);
        let pool = pool.wait_timeout(Some(FREE)).create_timeout(Some(NEW)).recycle_timeout(Some(ALIVE));
        Ok(pool.build()?)
    }
}
