//! One delivery: what is sent, how it is signed (Standard Webhooks 1.0.0), and what the receiver made of it.
//!
//! Neither an address nor a receiver's answer goes into any log: the one can hold a token, the other anything.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use care_path::PersonId;
use care_path::event::EventKind;
use care_path::ids::EventId;
use care_path::views::NoticeView;
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, StatusCode, redirect};
use serde::Serialize;
use standardwebhooks::{HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP, Webhook, WebhookError};
use utoipa::ToSchema;

use super::schedule::retry_after;
use super::subscription::{SigningSecret, WebhookId};
use super::target::{CheckedResolver, Lookup, TargetError, Targets};

/// What a receiver is told of an event: that it happened, and nothing of whom.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookPayload {
    /// The event's type.
    pub r#type: EventKind,
    /// When it was recorded.
    pub timestamp: DateTime<Utc>,
    pub data: WebhookData,
}

/// Ids to fetch more by, as far as the fetcher's own role may.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookData {
    pub event_id: EventId,
    pub person_id: PersonId,
    /// Where in the log it is: later events have higher positions.
    pub position: u64,
}

#[derive(Serialize)]
struct Ping {
    r#type: &'static str,
    timestamp: DateTime<Utc>,
    data: PingData,
}

#[derive(Serialize)]
struct PingData {
    webhook_id: WebhookId,
}

/// A message to one webhook.
pub(super) struct Message {
    pub id: String,
    pub body: Vec<u8>,
}

impl Message {
    /// The message of an event.
    pub fn of(webhook: WebhookId, notice: &NoticeView) -> Result<Self, serde_json::Error> {
        let data = WebhookData { event_id: notice.event_id, person_id: notice.person_id, position: notice.position };
        let payload = WebhookPayload { r#type: notice.r#type, timestamp: notice.recorded_at, data };
        Ok(Self { id: webhook.message(notice.event_id), body: serde_json::to_vec(&payload)? })
    }

    /// A message that tells of nothing: to try a receiver out.
    pub fn ping(webhook: WebhookId, id: EventId, now: DateTime<Utc>) -> Result<Self, serde_json::Error> {
        let ping = Ping { r#type: "ping", timestamp: now, data: PingData { webhook_id: webhook } };
        Ok(Self { id: webhook.message(id), body: serde_json::to_vec(&ping)? })
    }
}

/// A message as it goes out.
pub struct Outgoing {
    pub url: String,
    pub id: String,
    pub sent_at: DateTime<Utc>,
    /// One signature for each secret that is valid.
    pub signatures: String,
    pub body: Vec<u8>,
}

impl Outgoing {
    pub(super) fn sign<'a>(
        url: &str,
        message: Message,
        secrets: impl Iterator<Item = &'a SigningSecret>,
        now: DateTime<Utc>,
    ) -> Result<Self, WebhookError> {
        let sign =
            |secret: &SigningSecret| Webhook::new(secret.expose())?.sign(&message.id, now.timestamp(), &message.body);
        let signatures = secrets.map(sign).collect::<Result<Vec<_>, _>>()?.join(" ");
        Ok(Self { url: url.to_owned(), id: message.id, sent_at: now, signatures, body: message.body })
    }
}

/// Why a delivery failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The receiver answered with another status than 2xx.
    Status(u16),
    TimedOut,
    Unreachable,
    /// The address is none that may be called.
    NotAllowed,
    /// That it is sent could not be recorded in the access log: it was not.
    NotRecorded,
}

impl Failure {
    /// Its name in the store, in answers and in metrics.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Status(_) => "status",
            Self::TimedOut => "timed_out",
            Self::Unreachable => "unreachable",
            Self::NotAllowed => "not_allowed",
            Self::NotRecorded => "not_recorded",
        }
    }

    /// The status that was answered, if one was.
    #[must_use]
    pub const fn status(self) -> Option<u16> {
        match self {
            Self::Status(status) => Some(status),
            Self::TimedOut | Self::Unreachable | Self::NotAllowed | Self::NotRecorded => None,
        }
    }

    pub(super) fn from_parts(code: &str, status: Option<u16>) -> Option<Self> {
        match (code, status) {
            ("status", Some(status)) => Some(Self::Status(status)),
            ("timed_out", None) => Some(Self::TimedOut),
            ("unreachable", None) => Some(Self::Unreachable),
            ("not_allowed", None) => Some(Self::NotAllowed),
            ("not_recorded", None) => Some(Self::NotRecorded),
            _ => None,
        }
    }
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Delivered,
    /// The receiver wants nothing more, ever: 410.
    Gone,
    Failed {
        failure: Failure,
        retry_after: Option<TimeDelta>,
    },
}

impl From<Failure> for Outcome {
    fn from(failure: Failure) -> Self {
        Self::Failed { failure, retry_after: None }
    }
}

/// Sends messages. A port, so that tests of what goes when need no network.
#[async_trait]
pub trait Post: Send + Sync + 'static {
    async fn post(&self, message: Outgoing) -> Outcome;
}

/// As much of an answer is read: so that its connection can be used again.
const MOST_OF_AN_ANSWER: usize = 4 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Sends over HTTP, to targets that are allowed.
pub struct HttpPost {
    client: Client,
    targets: Arc<Targets>,
}

impl HttpPost {
    /// A sender that gives up on a receiver after a time.
    ///
    /// # Errors
    /// Where no HTTP client can be made.
    pub fn new(targets: Arc<Targets>, lookup: Arc<dyn Lookup>, timeout: Duration) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .user_agent(concat!("Baken/", env!("CARGO_PKG_VERSION")))
            // Where a redirect leads nobody has checked, and a proxy would resolve names by itself.
            .redirect(redirect::Policy::none())
            .no_proxy()
            .dns_resolver(Arc::new(CheckedResolver { targets: targets.clone(), lookup }))
            .https_only(!targets.plain_http)
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(timeout)
            .pool_idle_timeout(Duration::from_secs(30))
            .build()?;
        Ok(Self { client, targets })
    }

    async fn send(&self, message: Outgoing) -> Result<Outcome, reqwest::Error> {
        // Numeric hosts are never resolved: they are checked here.
        let Ok(url) = self.targets.read(&message.url) else { return Ok(Failure::NotAllowed.into()) };
        let request = self
            .client
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header(HEADER_WEBHOOK_ID, &message.id)
            .header(HEADER_WEBHOOK_TIMESTAMP, message.sent_at.timestamp())
            .header(HEADER_WEBHOOK_SIGNATURE, &message.signatures)
            .body(message.body);
        let mut response = request.send().await?;
        let status = response.status();
        let asked = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let retry_after = asked.and_then(|value| retry_after(value, message.sent_at));
        let mut read = 0;
        // The status has been told: an answer that breaks off changes nothing.
        while let Ok(Some(chunk)) = response.chunk().await {
            read += chunk.len();
            if read > MOST_OF_AN_ANSWER {
                break;
            }
        }
        Ok(match status {
            StatusCode::GONE => Outcome::Gone,
            status if status.is_success() => Outcome::Delivered,
            status => Outcome::Failed { failure: Failure::Status(status.as_u16()), retry_after },
        })
    }
}

#[async_trait]
impl Post for HttpPost {
    async fn post(&self, message: Outgoing) -> Outcome {
        self.send(message).await.unwrap_or_else(|error| why(&error).into())
    }
}

fn why(error: &reqwest::Error) -> Failure {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if cause.is::<TargetError>() {
            return Failure::NotAllowed;
        }
        source = cause.source();
    }
    if error.is_timeout() { Failure::TimedOut } else { Failure::Unreachable }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{IpAddr, SocketAddr, TcpListener};

    use parking_lot::Mutex;
    use uuid::Uuid;

    use super::*;

    /// Answers each connection with the next of these, and keeps what was sent.
    fn receiver(answers: Vec<String>) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let kept = heard.clone();
        std::thread::spawn(move || {
            for answer in answers {
                let (mut connection, _) = listener.accept().unwrap();
                let mut request = Vec::new();
                while !request.ends_with(b"}") {
                    let mut chunk = [0; 1024];
                    let read = connection.read(&mut chunk).unwrap();
                    request.extend_from_slice(&chunk[..read]);
                }
                kept.lock().push(String::from_utf8(request).unwrap());
                // Whoever does not read all of it closes the connection.
                let _ = connection.write_all(answer.as_bytes());
            }
        });
        (address, heard)
    }

    fn answer(status: &str, headers: &str) -> String {
        format!("HTTP/1.1 {status}\r\n{headers}content-length: 0\r\nconnection: close\r\n\r\n")
    }

    /// Answers with the next of these lists each time.
    struct Fickle(Mutex<Vec<Vec<&'static str>>>);

    #[async_trait]
    impl Lookup for Fickle {
        async fn addresses(&self, _: &str) -> Vec<IpAddr> {
            let addresses = self.0.lock().remove(0);
            addresses.into_iter().map(|address| address.parse().unwrap()).collect()
        }
    }

    fn targets(networks: &[&str]) -> Arc<Targets> {
        let networks = networks.iter().map(|network| network.parse().unwrap()).collect();
        Arc::new(Targets { networks, plain_http: true, ..Targets::default() })
    }

    fn sender(networks: &[&str]) -> HttpPost {
        let lookup = Arc::new(Fickle(Mutex::default()));
        HttpPost::new(targets(networks), lookup, Duration::from_millis(500)).unwrap()
    }

    fn outgoing(url: &str) -> Outgoing {
        let message = Message::ping(WebhookId(Uuid::from_u128(1)), EventId(Uuid::from_u128(2)), now()).unwrap();
        Outgoing::sign(url, message, [SigningSecret::random().unwrap()].iter(), now()).unwrap()
    }

    fn now() -> DateTime<Utc> {
        "2026-10-25T12:00:00Z".parse().unwrap()
    }

    #[tokio::test]
    async fn two_hundreds_are_success_and_all_else_is_failure() {
        let answers = [
            answer("204 No Content", ""),
            answer("302 Found", "location: http://127.0.0.1:1/\r\n"),
            answer("410 Gone", ""),
            answer("503 Service Unavailable", "retry-after: 120\r\n"),
            answer("500 Internal Server Error", ""),
        ];
        let (address, heard) = receiver(answers.to_vec());
        let sender = sender(&["127.0.0.0/8"]);
        let failed = |status, retry_after| Outcome::Failed { failure: Failure::Status(status), retry_after };
        for expected in [
            Outcome::Delivered,
            failed(302, None),
            Outcome::Gone,
            failed(503, Some(TimeDelta::seconds(120))),
            failed(500, None),
        ] {
            assert_eq!(sender.post(outgoing(&format!("http://{address}/hook"))).await, expected);
        }
        let heard = heard.lock();
        assert_eq!(heard.len(), 5, "no redirect was followed");
        for header in ["webhook-id: msg_", "webhook-timestamp: 1792929600\r\n", "webhook-signature: v1,"] {
            assert!(heard[0].contains(header), "{}", heard[0]);
        }
    }

    #[tokio::test]
    async fn a_name_that_comes_to_lead_elsewhere_is_not_followed_there() {
        let (address, heard) = receiver(vec![answer("204 No Content", "")]);
        let url = format!("http://hooks.example.org:{}/", address.port());
        let lookup = Fickle(Mutex::new(vec![vec!["93.184.215.14"], vec!["127.0.0.1"], vec!["::ffff:7f00:1"], vec![]]));
        let lookup = Arc::new(lookup);
        let sender = HttpPost::new(targets(&[]), lookup.clone(), Duration::from_millis(500)).unwrap();
        assert!(targets(&[]).check(&url, &*lookup).await.is_ok());
        for _ in 0..3 {
            assert_eq!(sender.post(outgoing(&url)).await, Failure::NotAllowed.into());
        }
        assert!(heard.lock().is_empty());
    }

    #[tokio::test]
    async fn an_address_that_is_written_out_is_checked_each_time_as_well() {
        let (address, heard) = receiver(vec![answer("204 No Content", "")]);
        let sender = sender(&[]);
        for host in ["127.0.0.1", "[::ffff:127.0.0.1]", "2130706433"] {
            let outcome = sender.post(outgoing(&format!("http://{host}:{}/", address.port()))).await;
            assert_eq!(outcome, Failure::NotAllowed.into());
        }
        assert!(heard.lock().is_empty());
    }

    #[tokio::test]
    async fn a_receiver_that_does_not_answer_is_not_waited_for_and_an_endless_answer_not_read() {
        let endless = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{}", "x".repeat(1_000_000));
        let (address, _) = receiver(vec![String::new(), endless]);
        let sender = sender(&["127.0.0.0/8"]);
        let url = format!("http://{address}/");
        let silent = sender.post(outgoing(&url)).await;
        assert!(matches!(silent, Outcome::Failed { failure: Failure::TimedOut | Failure::Unreachable, .. }));
        assert_eq!(sender.post(outgoing(&url)).await, Outcome::Delivered);
        let nobody = sender.post(outgoing("http://127.0.0.1:1/")).await;
        assert_eq!(nobody, Failure::Unreachable.into());
    }

    #[test]
    fn every_failure_is_read_back_from_what_is_stored_of_it() {
        for failure in [Failure::Status(418), Failure::TimedOut, Failure::Unreachable, Failure::NotAllowed] {
            assert_eq!(Failure::from_parts(failure.code(), failure.status()), Some(failure));
        }
        assert_eq!(Failure::from_parts("status", None), None);
    }
}
