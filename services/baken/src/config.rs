//! The service's configuration: one TOML file, every setting of which may also come from the environment as
//! `BAKEN_SECTION__SETTING`, which wins. A list is written there as in the file.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use access_log::KeptDays;
use care_path::path::rights::Norms;
use secrecy::ExposeSecret;
use serde::Deserialize;

use crate::dev_issuer::Profile;
use crate::edge::auth::IssuerConfig;
use crate::edge::board::{OfflineKeys, Provider, ProviderConfig, SignIn};
use crate::edge::{BatchLimits, Limits};
use crate::sealing::{EnvironmentKek, FileKek, KekError, KekProvider, TransitKek, TransitSettings};
use crate::settings::{Settings, Terms, organisations};
use crate::telemetry::Format;
use crate::webhooks::WebhooksConfig;

/// Why the configuration is not used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("the configuration cannot be read: {0}")]
    Unreadable(#[from] config::ConfigError),
    #[error("{0} cannot be read: {1}")]
    File(PathBuf, #[source] std::io::Error),
    #[error("{0} is not what it should be: {1}")]
    Content(PathBuf, #[source] serde_json::Error),
    #[error("in production at least one issuer of tokens must be configured")]
    NoIssuer,
    #[error("the board's OpenID provider cannot be asked: {0}")]
    Provider(#[source] reqwest::Error),
    #[error("in production the board is reached over https only: set board.url")]
    PlainBoard,
    #[error("board.secret must have at least {} characters", OfflineKeys::SHORTEST)]
    ShortSecret,
    #[error(
        "access_log.url or access_log.file must be set: only beside an embedded log there is a place for the access log by \
         itself"
    )]
    NoAccessLog,
    #[error("access_log.url and access_log.file are both set: the access log is in one place")]
    TwoAccessLogs,
    #[error("in production webhooks go over https only")]
    PlainWebhooks,
}

/// Everything that can be set.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub profile: Profile,
    #[serde(default = "default_bind")]
    pub bind: SocketAddr,
    /// The token that opens `/metrics` and `/internal` to other than loopback addresses.
    pub operator_token: Option<secrecy::SecretString>,
    pub log: LogConfig,
    /// Without it the access log lies beside an embedded log.
    pub access_log: Option<AccessLogConfig>,
    pub keys: KeysConfig,
    pub world: WorldConfig,
    #[serde(default)]
    pub deadlines: Terms,
    #[serde(default)]
    pub watch: WatchConfig,
    #[serde(default)]
    pub issuers: Vec<IssuerConfig>,
    /// The folder of a development issuer to trust as well: in the development profile, on loopback.
    pub development_issuer: Option<PathBuf>,
    #[serde(default)]
    pub limits: LimitsConfig,
    #[serde(default)]
    pub telemetry: TelemetryConfig,
    /// Without it nobody can sign in to the board.
    pub board: Option<BoardConfig>,
    /// Without it no webhooks are sent.
    pub webhooks: Option<WebhooksConfig>,
    /// Without it no checkpoints of the log are signed.
    pub checkpoints: Option<CheckpointsConfig>,
}

fn default_bind() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8080))
}

/// How people sign in to the board.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoardConfig {
    /// The address that browsers reach it by: `https://baken.example.org`.
    pub url: String,
    pub provider: ProviderConfig,
    /// What the keys of outreach workers' phones follow from: at least 32 random characters, the same on every node and
    /// after every start. Without it no phone works without a network.
    pub secret: Option<secrecy::SecretString>,
}

impl BoardConfig {
    /// What the edge takes. Over https its cookies go over nothing else.
    ///
    /// # Errors
    /// Where no HTTP client can be had, or the secret is too short.
    pub fn sign_in(self) -> Result<SignIn, ConfigError> {
        let secure = self.url.starts_with("https://");
        let provider = Provider::new(self.provider, &self.url).map_err(ConfigError::Provider)?;
        let secret = self.secret.as_ref().map(ExposeSecret::expose_secret);
        let offline = secret.map(|secret| OfflineKeys::of(secret).ok_or(ConfigError::ShortSecret)).transpose()?;
        Ok(SignIn { provider: Some(provider), secure, offline, ..SignIn::default() })
    }
}

/// Where the event log is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogConfig {
    /// `sqlite:PATH`, `postgres://…`, `kurrentdb://…` or `memory:`. It may hold a password.
    pub url: secrecy::SecretString,
}

/// How checkpoints of the log are signed, and where they are kept.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckpointsConfig {
    /// The key that they are signed with, as `baken checkpoint-key` makes it. Its name is the log's.
    pub key: PathBuf,
    /// Where they are kept: a place that who can write to the log cannot write to. Without it they are only answered.
    pub folder: Option<PathBuf>,
    #[serde(default = "default_checkpoint_interval")]
    pub interval_seconds: NonZeroU32,
}

/// An hour: so much of the log can be rewritten at most before a checkpoint outside vouches for it.
const fn default_checkpoint_interval() -> NonZeroU32 {
    match NonZeroU32::new(3_600) {
        Some(hour) => hour,
        None => NonZeroU32::MAX,
    }
}

/// Where it is recorded who saw what: in a file of this node, or in a database that all nodes share. One of the two at most.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessLogConfig {
    /// Beside an embedded log there is a place for it by itself.
    pub file: Option<PathBuf>,
    /// `postgres://…`. It may hold a password.
    pub url: Option<secrecy::SecretString>,
    /// For how many days records are kept.
    #[serde(default)]
    pub kept_days: KeptDays,
}

/// Where the data keys are, and what wraps them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeysConfig {
    /// The key store: a file apart from the log, backed up apart from it; or a PostgreSQL connection string.
    pub store: secrecy::SecretString,
    pub kek: KekConfig,
}

/// Where the key-encryption key comes from.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum KekConfig {
    /// A file that only its owner can read.
    File(PathBuf),
    /// The variable `BAKEN_KEK`.
    Environment(bool),
    /// A key of a Transit secrets engine.
    Transit(TransitSettings),
}

impl KekConfig {
    /// Opens what it names.
    ///
    /// # Errors
    /// Where there is none, or it cannot be read.
    pub fn open(&self) -> Result<Arc<dyn KekProvider>, KekError> {
        match self {
            Self::File(file) => Ok(Arc::new(FileKek::open(file)?)),
            Self::Environment(true) => Ok(Arc::new(EnvironmentKek::from_environment()?)),
            Self::Environment(false) => Err(KekError::NotConfigured),
            Self::Transit(settings) => Ok(Arc::new(TransitKek::open(settings)?)),
        }
    }
}

/// The organisations that take part, and the ruleset of the rights assessment.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorldConfig {
    pub organisations: PathBuf,
    pub rights: PathBuf,
}

/// Whether this node does by itself what is due.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WatchConfig {
    pub enabled: bool,
}

impl Default for WatchConfig {
    fn default() -> Self {
        Self { enabled: true }
    }
}

/// What a client may ask of us at most.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsConfig {
    pub body_bytes: usize,
    pub body_deadline_seconds: u64,
    pub user_per_second: u32,
    pub user_burst: u32,
    pub searches_per_second: u32,
    pub searches_burst: u32,
    pub stranger_per_second: u32,
    pub stranger_burst: u32,
    pub channels_of_user: usize,
    pub channels: usize,
    pub batch_lines_per_second: u32,
    pub batch_lines_burst: u32,
    pub batch_idle_seconds: u64,
    pub batches_at_once: u32,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        let limits = Limits::default();
        Self {
            body_bytes: limits.body_bytes,
            body_deadline_seconds: limits.body_deadline.as_secs(),
            user_per_second: limits.user_per_second,
            user_burst: limits.user_burst,
            searches_per_second: limits.searches_per_second,
            searches_burst: limits.searches_burst,
            stranger_per_second: limits.stranger_per_second,
            stranger_burst: limits.stranger_burst,
            channels_of_user: limits.channels_of_user,
            channels: limits.channels,
            batch_lines_per_second: limits.batch.lines_per_second,
            batch_lines_burst: limits.batch.lines_burst,
            batch_idle_seconds: limits.batch.idle.as_secs(),
            batches_at_once: limits.batch.at_once,
        }
    }
}

impl From<&LimitsConfig> for Limits {
    fn from(config: &LimitsConfig) -> Self {
        Self {
            body_bytes: config.body_bytes,
            body_deadline: Duration::from_secs(config.body_deadline_seconds),
            user_per_second: config.user_per_second,
            user_burst: config.user_burst,
            searches_per_second: config.searches_per_second,
            searches_burst: config.searches_burst,
            stranger_per_second: config.stranger_per_second,
            stranger_burst: config.stranger_burst,
            channels_of_user: config.channels_of_user,
            channels: config.channels,
            batch: BatchLimits {
                lines_per_second: config.batch_lines_per_second,
                lines_burst: config.batch_lines_burst,
                idle: Duration::from_secs(config.batch_idle_seconds),
                at_once: config.batches_at_once,
            },
        }
    }
}

/// How traces are written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TelemetryConfig {
    pub format: Format,
    pub filter: String,
}

impl Default for TelemetryConfig {
    fn default() -> Self {
        Self { format: Format::Json, filter: "info".to_owned() }
    }
}

impl Config {
    /// Reads the configuration from a file and the environment.
    ///
    /// # Errors
    /// Where it cannot be read, names a setting that does not exist, or lacks one that is needed.
    pub fn read(file: &Path) -> Result<Self, ConfigError> {
        Self::read_with(file, std::env::vars())
    }

    fn read_with(file: &Path, variables: impl Iterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let environment = config::Environment::with_prefix("BAKEN").prefix_separator("_").separator("__");
        let variables = variables.filter(|(name, _)| names_a_setting(name));
        let (lists, others): (Vec<_>, Vec<_>) = variables.partition(|(_, value)| is_list(value));
        let mut sources = config::Config::builder()
            .add_source(config::File::from(file).format(config::FileFormat::Toml))
            .add_source(environment.source(Some(others.into_iter().collect())));
        for (name, list) in lists {
            let key = name.trim_start_matches("BAKEN_").to_ascii_lowercase().replace("__", ".");
            sources = sources.add_source(config::File::from_str(&format!("{key} = {list}"), config::FileFormat::Toml));
        }
        let read: Self = sources.build()?.try_deserialize()?;
        if read.profile == Profile::Production && read.issuers.is_empty() {
            return Err(ConfigError::NoIssuer);
        }
        if read.profile == Profile::Production && read.webhooks.as_ref().is_some_and(|webhooks| webhooks.plain_http) {
            return Err(ConfigError::PlainWebhooks);
        }
        if read.access_log.as_ref().is_some_and(|access| access.file.is_some() && access.url.is_some()) {
            return Err(ConfigError::TwoAccessLogs);
        }
        let is_plain = |board: &BoardConfig| !board.url.starts_with("https://");
        if read.profile == Profile::Production && read.board.as_ref().is_some_and(is_plain) {
            return Err(ConfigError::PlainBoard);
        }
        Ok(read)
    }

    /// Reads the world's configuration that it points to.
    ///
    /// # Errors
    /// Where a file cannot be read or is not what it should be.
    pub fn settings(&self) -> Result<Settings, ConfigError> {
        let file = &self.world.organisations;
        let read_file = organisations::read(&read(file)?);
        let organisations = read_file.map_err(|error| ConfigError::Content(file.clone(), error))?;
        let rights = read(&self.world.rights)?;
        let norms =
            Norms::from_json(&rights).map_err(|error| ConfigError::Content(self.world.rights.clone(), error))?;
        Ok(Settings { organisations, deadlines: self.deadlines.clone(), norms })
    }
}

/// Whether a variable is a setting's, or is meant to be one: then it is refused where there is none of that name. Others
/// begin in the same way: `BAKEN_KEK`, `BAKEN_CONFIG`, and what orchestrators set for services called Baken
/// (`BAKEN_SERVICE_HOST`, `BAKEN_DB_PORT_5432_TCP`).
fn names_a_setting(variable: &str) -> bool {
    if !variable.starts_with("BAKEN_") {
        return false;
    }
    let of_a_service = ["_SERVICE_HOST", "_SERVICE_PORT", "_PORT_"].iter().any(|part| variable.contains(part));
    let ours = ["BAKEN_KEK", "BAKEN_CONFIG"].contains(&variable);
    variable.contains("__") || !(ours || of_a_service || variable.ends_with("_PORT"))
}

/// Whether a variable holds a list; an address of IPv6 begins with a bracket as well.
fn is_list(value: &str) -> bool {
    value.starts_with('[') && value.ends_with(']')
}

fn read(file: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(file).map_err(|error| ConfigError::File(file.to_owned(), error))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;
    use crate::event_log::LogUrl;

    fn read_text(text: &str) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("baken.toml");
        std::fs::write(&file, text).unwrap();
        Config::read(&file)
    }

    const SMALL: &str = r#"
        profile = "development"
        [log]
        url = "sqlite:data/log.db"
        [keys]
        store = "data/keys.db"
        kek = { file = "data/kek" }
        [world]
        organisations = "organisations.json"
        rights = "rights.json"
    "#;

    #[test]
    fn what_is_not_set_has_its_default() {
        let config = read_text(SMALL).unwrap();
        assert_eq!(config.bind, default_bind());
        assert_eq!(config.deadlines.of(None).exception_decision_hours, 4);
        assert!(config.watch.enabled);
    }

    #[test]
    fn the_access_log_is_in_one_place() {
        let both = "[access_log]\nfile = \"access.db\"\nurl = \"postgres://baken:secret@db/baken\"";
        let error = read_text(&format!("{SMALL}\n{both}")).unwrap_err();
        assert!(error.to_string().starts_with("access_log.url and access_log.file are both set"), "{error}");
        let one = read_text(&format!("{SMALL}\n{}", both.replace("file", "# file"))).unwrap();
        assert!(!format!("{one:?}").contains("secret@"));
    }

    #[test]
    fn a_setting_that_does_not_exist_is_named() {
        let error = read_text(&format!("{SMALL}\n[limits]\nbody_byte = 7")).unwrap_err();
        assert!(error.to_string().contains("body_byte"), "{error}");
    }

    #[test]
    fn the_environment_wins_and_of_it_only_what_is_a_setting_counts() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("baken.toml");
        std::fs::write(&file, SMALL).unwrap();
        let read = |variables: &[(&str, &str)]| {
            Config::read_with(&file, variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
        };
        let config = read(&[
            ("BAKEN_BIND", "127.0.0.1:7"),
            ("BAKEN_LIMITS__BODY_BYTES", "7"),
            ("BAKEN_LOG__URL", "memory:"),
            ("BAKEN_OPERATOR_TOKEN", "007"),
            ("BAKEN_DEVELOPMENT_ISSUER", "issuer"),
            ("BAKEN_CONFIG", "/etc/baken/baken.toml"),
            ("BAKEN_KEK", "1:secret"),
            ("BAKEN_SERVICE_HOST", "10.0.0.1"),
            ("BAKEN_PORT", "tcp://10.0.0.1:8080"),
            ("BAKEN_DB_PORT_5432_TCP_ADDR", "10.0.0.2"),
            ("BAKENER__BIND", "127.0.0.1:8"),
        ])
        .unwrap();
        assert_eq!((config.bind.port(), config.limits.body_bytes), (7, 7));
        assert_eq!(config.log.url.expose_secret(), "memory:");
        assert_eq!(config.operator_token.unwrap().expose_secret(), "007");
        assert_eq!(config.development_issuer, Some("issuer".into()));
        assert_eq!(read(&[("BAKEN_PROFILE", "development")]).unwrap().profile, Profile::Development);
        for (name, named) in [("BAKEN_LIMITS__BODY_BYTE", "body_byte"), ("BAKEN_LOG_URL", "log_url")] {
            let error = read(&[(name, "7")]).unwrap_err();
            assert!(error.to_string().contains(named), "{error}");
        }
    }

    #[test]
    fn lists_come_from_the_environment_as_they_are_written_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("baken.toml");
        std::fs::write(&file, format!("{SMALL}\n[webhooks]\nstore = \"webhooks.db\"\nretry_seconds = [5]")).unwrap();
        let read = |variables: &[(&str, &str)]| {
            Config::read_with(&file, variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
        };
        let issuer = r#"{ issuer = "https://login.example.org", audience = "baken", algorithms = ["ES256"], "#;
        let issuers = format!("[{issuer} jwks = {{ url = \"https://login.example.org/jwks\" }} }}]");
        let config = read(&[
            ("BAKEN_BIND", "[::1]:7"),
            ("BAKEN_WEBHOOKS__RETRY_SECONDS", "[1, 2]"),
            ("BAKEN_WEBHOOKS__NETWORKS", r#"["10.0.0.0/8"]"#),
            ("BAKEN_DEADLINES__COLD", r#"[{ from = "2026-12-15", until = "2027-02-15" }]"#),
            ("BAKEN_ISSUERS", &issuers),
        ])
        .unwrap();
        assert!(config.bind.is_ipv6());
        let webhooks = config.webhooks.unwrap();
        assert_eq!((webhooks.retry_seconds, webhooks.networks.len()), (Some(vec![1, 2]), 1));
        assert_eq!(config.deadlines.of(None).cold.len(), 1);
        assert_eq!(config.issuers[0].issuer, "https://login.example.org");
        let error = read(&[("BAKEN_WEBHOOKS__HOSTS", "[hooks.example.org]")]).unwrap_err();
        assert!(error.to_string().contains("webhooks.hosts"), "{error}");
    }

    #[test]
    fn a_transit_key_is_configured_in_the_file_and_from_the_environment() {
        let folder = tempfile::tempdir().unwrap();
        let token = folder.path().join("token");
        crate::owner_only::write(&token, "s.token").unwrap();
        let kek = "kek = { transit = { address = \"https://vault.example.org:8200\", key = \"baken\", token_file = \"TOKEN\" } }";
        let text = SMALL.replace("kek = { file = \"data/kek\" }", &kek.replace("TOKEN", token.to_str().unwrap()));
        let file = folder.path().join("baken.toml");
        std::fs::write(&file, &text).unwrap();
        let read = |variables: &[(&str, &str)]| {
            Config::read_with(&file, variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
        };
        let name = |config: Config| config.keys.kek.open().unwrap().name().to_string();
        let from_file = name(read(&[]).unwrap());
        assert_eq!(from_file, "the Transit key transit/baken at https://vault.example.org:8200");
        let variables =
            [("BAKEN_KEYS__KEK__TRANSIT__MOUNT", "care"), ("BAKEN_KEYS__KEK__TRANSIT__TIMEOUT_SECONDS", "3")];
        assert!(name(read(&variables).unwrap()).contains("care/baken"));
        let error = read(&[("BAKEN_KEYS__KEK__TRANSIT__TOKEN", "s.token")]).unwrap_err().to_string();
        assert!(error.contains("token") && !error.contains("s.token"), "{error}");
        std::fs::remove_file(&token).unwrap();
        let error = read(&[]).unwrap().keys.kek.open().map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(token.to_str().unwrap()), "{error}");
    }

    #[test]
    fn production_needs_an_issuer() {
        let error = read_text(&SMALL.replace("development", "production")).unwrap_err();
        assert!(matches!(error, ConfigError::NoIssuer));
    }

    #[test]
    fn in_production_webhooks_go_over_https() {
        let plain = "[webhooks]\nstore = \"webhooks.db\"\nplain_http = true\nnetworks = [\"10.0.0.0/8\"]";
        let webhooks = read_text(&format!("{SMALL}\n{plain}")).unwrap().webhooks.unwrap();
        assert!(webhooks.enabled && webhooks.options().targets.plain_http);
        let issuer = "[[issuers]]\nissuer = \"https://login.example.org\"\naudience = \"baken\"\n\
                      algorithms = [\"ES256\"]\njwks = { url = \"https://login.example.org/jwks\" }";
        let production = SMALL.replace("development", "production");
        let error = read_text(&format!("{production}\n{plain}\n{issuer}")).unwrap_err();
        assert!(matches!(error, ConfigError::PlainWebhooks), "{error}");
    }

    #[test]
    fn a_setting_that_there_is_not_is_refused_by_its_name() {
        let error = read_text(&format!("{SMALL}\n[snapshots]\nenabled = true")).unwrap_err();
        assert!(error.to_string().contains("snapshots"), "{error}");
    }

    #[test]
    fn the_configurations_that_are_given_along_are_readable() {
        let infra = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../infra");
        // In Compose the board is reached over plain http, which production refuses. Its tokens are the provider's all the same.
        for (file, profile) in
            [("baken.example.toml", Profile::Production), ("compose/baken.toml", Profile::Development)]
        {
            let config = Config::read_with(&infra.join(file), std::iter::empty()).unwrap();
            assert_eq!(config.profile, profile);
            assert!(config.development_issuer.is_none());
            assert!(config.board.is_some());
            config.log.url.expose_secret().parse::<LogUrl>().unwrap();
        }
    }
}
