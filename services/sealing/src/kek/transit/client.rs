//! The requests themselves: bounded in time and size, tried again where that helps, and with no secret in what they say
//! when they fail. What the service says is not repeated either, but for what is known not to hold anything.

use std::error::Error as _;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Certificate, Method, StatusCode, Url, redirect};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use zeroize::Zeroizing;

use super::settings::TransitSettings;
use super::token::Token;
use crate::kek::{KekError, KekName};

const TOKEN: HeaderName = HeaderName::from_static("x-vault-token");
const NAMESPACE: HeaderName = HeaderName::from_static("x-vault-namespace");
/// Agents may ask for it, so that no web page can have a browser send them requests.
const REQUEST: HeaderName = HeaderName::from_static("x-vault-request");

/// The most that is read of an answer.
pub(super) const MAX_BYTES: usize = 1024 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Waits between tries.
const PAUSES: [Duration; 3] = [Duration::from_millis(100), Duration::from_millis(400), Duration::from_millis(1_600)];

/// Whether a request may be sent again although the service may have done what it asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    Always,
    OnlyIfNotDone,
}

/// What came back, whatever its status.
pub(super) struct Answer {
    pub status: StatusCode,
    pub body: Zeroizing<Vec<u8>>,
    retry_after: Option<Duration>,
}

/// Why there is no answer.
struct NoAnswer {
    why: String,
    /// The request did not reach the service.
    unsent: bool,
}

pub(super) struct Client {
    http: reqwest::Client,
    engine: Url,
    key: String,
    kek: KekName,
    token: Token,
    namespace: Option<HeaderValue>,
    timeout: Duration,
}

impl Client {
    pub(super) fn new(settings: &TransitSettings) -> Result<Self, KekError> {
        let kek = settings.name();
        let setup = |why: String| KekError::Setup { kek: kek.clone(), why };
        let engine = settings.engine()?;
        let timeout = Duration::from_secs(settings.timeout_seconds.get().into());
        let mut http = reqwest::Client::builder()
            // A token goes to the one service that the configuration names.
            .redirect(redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(Duration::from_secs(30));
        if let Some(file) = &settings.ca_file {
            let unusable = |why: String| setup(format!("its ca_file {} cannot be used: {why}", file.display()));
            let pem = std::fs::read(file).map_err(|why| unusable(why.to_string()))?;
            let roots = Certificate::from_pem_bundle(&pem).map_err(|why| unusable(why.to_string()))?;
            if roots.is_empty() {
                return Err(unusable("it holds no certificate".to_owned()));
            }
            http = http.tls_certs_only(roots);
        }
        let http = http.build().map_err(|why| setup(told(why)))?;
        let namespace = settings.namespace.as_deref().map(HeaderValue::from_str).transpose();
        let namespace = namespace.map_err(|_| setup("its namespace cannot be sent in a header".to_owned()))?;
        let token = Token::open(kek.clone(), settings.token_file.clone())?;
        Ok(Self { http, engine, key: settings.key.clone(), kek, token, namespace, timeout })
    }

    pub(super) const fn name(&self) -> &KekName {
        &self.kek
    }

    pub(super) async fn encrypt(&self, body: Zeroizing<Vec<u8>>) -> Result<Answer, KekError> {
        self.send(Method::POST, self.url(&["encrypt", &self.key]), Some(body), Repeat::Always).await
    }

    pub(super) async fn decrypt(&self, body: Zeroizing<Vec<u8>>) -> Result<Answer, KekError> {
        self.send(Method::POST, self.url(&["decrypt", &self.key]), Some(body), Repeat::Always).await
    }

    /// What the service tells of the key.
    pub(super) async fn read_key(&self) -> Result<Zeroizing<Vec<u8>>, KekError> {
        let answer = self.send(Method::GET, self.url(&["keys", &self.key]), None, Repeat::Always).await?;
        if answer.status.is_success() { Ok(answer.body) } else { Err(self.failure(&answer)) }
    }

    /// Has the service change something about the key.
    pub(super) async fn post(&self, what: &str, body: &impl Serialize, repeat: Repeat) -> Result<(), KekError> {
        let written = serde_json::to_vec(body).map_err(|_| self.unavailable("the request cannot be written"))?;
        let url = self.url(&["keys", &self.key, what]);
        let answer = self.send(Method::POST, url, Some(Zeroizing::new(written)), repeat).await?;
        if answer.status.is_success() { Ok(()) } else { Err(self.failure(&answer)) }
    }

    /// What an answer means that is not a success.
    pub(super) fn failure(&self, answer: &Answer) -> KekError {
        let refused = |why: String| KekError::Refused { kek: self.kek.clone(), why };
        match answer.status {
            StatusCode::NOT_FOUND => KekError::Gone { kek: self.kek.clone() },
            StatusCode::BAD_REQUEST if says_there_is_no_key(&answer.body) => KekError::Gone { kek: self.kek.clone() },
            StatusCode::FORBIDDEN => refused(format!(
                "the token in {} is not valid, or its policy lacks a path (docs/operating.md)",
                self.token.file()
            )),
            status if status.is_redirection() => {
                refused("it sends requests elsewhere: set address to what answers itself".to_owned())
            }
            status if status.is_client_error() && !is_passing(status) => refused(format!("it answers {status}")),
            status => self.unavailable(format!("it answers {status}")),
        }
    }

    fn unavailable(&self, why: impl Into<String>) -> KekError {
        KekError::unavailable(&self.kek, why)
    }

    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.engine.clone();
        // The engine's URL has a host, and so a path.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.extend(path);
        }
        url
    }

    /// Sends it until there is an answer that sending it again would not change, or the time is over.
    async fn send(
        &self,
        method: Method,
        url: Url,
        body: Option<Zeroizing<Vec<u8>>>,
        repeat: Repeat,
    ) -> Result<Answer, KekError> {
        let until = Instant::now() + self.timeout;
        // Wiped with its last copy.
        let body = body.map(Bytes::from_owner);
        let (mut pauses, mut token) = (PAUSES.into_iter(), self.token.header());
        loop {
            let sent = tokio::time::timeout_at(until, self.send_once(&method, &url, body.as_ref(), &token)).await;
            let sent = sent.unwrap_or_else(|_| Err(NoAnswer { why: "no answer in time".to_owned(), unsent: false }));
            let (error, may_repeat, asked_for) = match sent {
                Ok(answer) if answer.status == StatusCode::FORBIDDEN => {
                    if !self.token.is_renewed(&token)? {
                        return Ok(answer);
                    }
                    token = self.token.header();
                    continue;
                }
                Ok(answer) if is_passing(answer.status) => (self.failure(&answer), true, answer.retry_after),
                Ok(answer) => return Ok(answer),
                Err(NoAnswer { why, unsent }) => (self.unavailable(why), unsent || repeat == Repeat::Always, None),
            };
            let pause = pauses.next().map(|pause| asked_for.map_or(pause, |asked_for| asked_for.max(pause)));
            match pause.map(|pause| Instant::now() + pause).filter(|next| may_repeat && *next < until) {
                Some(next) => tokio::time::sleep_until(next).await,
                None => return Err(error),
            }
        }
    }

    async fn send_once(
        &self,
        method: &Method,
        url: &Url,
        body: Option<&Bytes>,
        token: &HeaderValue,
    ) -> Result<Answer, NoAnswer> {
        let mut headers = HeaderMap::new();
        headers.insert(TOKEN, token.clone());
        headers.insert(REQUEST, HeaderValue::from_static("true"));
        if let Some(namespace) = &self.namespace {
            headers.insert(NAMESPACE, namespace.clone());
        }
        let mut request = self.http.request(method.clone(), url.clone()).headers(headers);
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.clone());
        }
        let broken = |error: reqwest::Error| NoAnswer { unsent: error.is_connect(), why: told(error) };
        let mut response = request.send().await.map_err(broken)?;
        let status = response.status();
        let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        // Room for all of it at once: a buffer that grew would leave copies behind.
        let mut body = Zeroizing::new(Vec::with_capacity(MAX_BYTES));
        while let Some(chunk) = response.chunk().await.map_err(broken)? {
            if body.len() + chunk.len() > MAX_BYTES {
                return Err(NoAnswer { why: "its answer is larger than 1 MiB".to_owned(), unsent: false });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, body, retry_after: retry_after.map(Duration::from_secs) })
    }
}

/// Sealed, standing by, overloaded, or a proxy before it that cannot reach it. 412 is of a node that lags behind.
fn is_passing(status: StatusCode) -> bool {
    matches!(status.as_u16(), 412 | 429 | 472 | 473 | 502 | 503 | 504)
}

/// These are the texts of the paths of OpenBao's Transit where there is no key of the name.
fn says_there_is_no_key(body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Errors {
        errors: Vec<String>,
    }
    let read = serde_json::from_slice(body).unwrap_or(Errors { errors: Vec::new() });
    read.errors.iter().any(|text| {
        matches!(text.as_str(), "encryption key not found" | "key not found" | "invalid key name")
            || text.starts_with("no existing key named ")
    })
}

/// An error with its causes, without the URL.
fn told(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        text = format!("{text}: {deeper}");
        cause = deeper.source();
    }
    text
}
