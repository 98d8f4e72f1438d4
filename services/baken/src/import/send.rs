//! Sends the lines of an import as one batch, and goes on where the connection broke off: what was recorded before is
//! answered as a repeat.

use std::io::Error;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream;
use indicatif::ProgressBar;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Body, Client, Method, RequestBuilder, Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{ImportError, Outgoing};
use crate::edge::rest::batch::NDJSON;

/// So often it is tried again without getting any further.
const ATTEMPTS: u32 = 6;
/// How long to wait where the service does not say.
const PAUSE: Duration = Duration::from_secs(1);
/// Bytes that are sent at once.
const CHUNK: usize = 16 * 1024;

/// The service, and who sends.
pub struct ImportTarget {
    url: String,
    token: String,
    client: Client,
}

impl ImportTarget {
    /// A service at a URL, to which is sent with a token.
    #[must_use]
    pub fn new(url: &str, token: String) -> Self {
        Self { url: url.trim_end_matches('/').to_owned(), token, client: Client::new() }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url)).bearer_auth(&self.token)
    }

    /// What a path answers; nothing where it answers with a problem.
    ///
    /// # Errors
    /// Where the service does not answer.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<Option<T>, ImportError> {
        let mut last = None;
        for _ in 0..ATTEMPTS {
            match self.request(Method::GET, path).send().await {
                Ok(response) if may_pass(response.status()) => tokio::time::sleep(asked(&response)).await,
                Ok(response) if response.status() == StatusCode::UNAUTHORIZED => return Err(ImportError::Expired),
                Ok(response) if !response.status().is_success() => return Ok(None),
                Ok(response) => return Ok(response.json().await.ok()),
                Err(error) => {
                    last = Some(error.without_url());
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
        Err(ImportError::Gone(last))
    }
}

/// What a line was answered.
#[derive(Debug, Deserialize)]
pub struct LineAnswer {
    line: usize,
    pub status: u16,
    pub problem: Option<Problem>,
}

/// Why a line was refused.
#[derive(Debug, Deserialize)]
pub struct Problem {
    pub code: String,
    pub detail: String,
    #[serde(default)]
    pub errors: Vec<FieldProblem>,
}

#[derive(Debug, Deserialize)]
pub struct FieldProblem {
    pub pointer: Option<String>,
    pub message: String,
}

impl LineAnswer {
    /// Whether it is recorded, now or before.
    pub fn is_recorded(&self) -> bool {
        matches!(self.status, 200 | 201)
    }

    fn code(&self) -> &str {
        self.problem.as_ref().map_or("", |problem| problem.code.as_str())
    }

    /// Whether the entry is taken back that a line was to take back, now or before.
    pub fn is_taken_back(&self) -> bool {
        self.is_recorded() || self.code() == "entry_already_retracted"
    }

    /// Whether there is no such entry as a line was to take back.
    pub fn is_unknown_entry(&self) -> bool {
        self.code() == "entry_unknown"
    }

    /// Whether the line was recorded before with another text.
    pub fn is_reused(&self) -> bool {
        self.code() == "idempotency_key_reused"
    }
}

/// Sends lines, in order, and tells what each was answered.
///
/// # Errors
/// Where the service does not take them; what it has acknowledged until then is recorded.
pub async fn send(
    target: &ImportTarget,
    lines: &Arc<Vec<Outgoing>>,
    progress: &ProgressBar,
) -> Result<Vec<LineAnswer>, ImportError> {
    let (mut answers, mut attempts) = (Vec::with_capacity(lines.len()), 0);
    let mut last = None;
    while answers.len() < lines.len() {
        if attempts == ATTEMPTS {
            return Err(ImportError::Gone(last));
        }
        let before = answers.len();
        let mut pause = PAUSE;
        match begin(target, lines, before).await {
            Ok(response) if response.status() == StatusCode::OK => {
                last = follow(response, &mut answers, progress).await?;
            }
            Ok(response) if may_pass(response.status()) => pause = asked(&response),
            Ok(response) => return Err(ImportError::NotTaken(response.status())),
            Err(error) => last = Some(error.without_url()),
        }
        if answers.len() < lines.len() {
            attempts = if answers.len() > before { 0 } else { attempts + 1 };
            tokio::time::sleep(pause).await;
        }
    }
    Ok(answers)
}

async fn begin(target: &ImportTarget, lines: &Arc<Vec<Outgoing>>, from: usize) -> Result<Response, reqwest::Error> {
    let lines = lines.clone();
    let chunks = stream::unfold(from, move |mut at| {
        let mut chunk = Vec::with_capacity(CHUNK);
        while chunk.len() < CHUNK
            && let Some(line) = lines.get(at)
        {
            chunk.extend_from_slice(line.text().as_bytes());
            chunk.push(b'\n');
            at += 1;
        }
        std::future::ready((!chunk.is_empty()).then_some((Ok::<_, Error>(chunk), at)))
    });
    let request = target.request(Method::POST, "/v1/batch").header(CONTENT_TYPE, NDJSON);
    request.body(Body::wrap_stream(chunks)).send().await
}

fn may_pass(status: StatusCode) -> bool {
    // A connection that was opened and not used is closed with a 408, and may be taken up just then.
    [
        StatusCode::REQUEST_TIMEOUT,
        StatusCode::TOO_MANY_REQUESTS,
        StatusCode::BAD_GATEWAY,
        StatusCode::SERVICE_UNAVAILABLE,
        StatusCode::GATEWAY_TIMEOUT,
    ]
    .contains(&status)
}

fn asked(response: &Response) -> Duration {
    let seconds = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    seconds.map_or(PAUSE, Duration::from_secs)
}

/// Reads the answers as they come, as far as they come.
async fn follow(
    mut response: Response,
    answers: &mut Vec<LineAnswer>,
    progress: &ProgressBar,
) -> Result<Option<reqwest::Error>, ImportError> {
    let (first, mut buffer) = (answers.len(), Vec::new());
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => buffer.extend_from_slice(&chunk),
            Ok(None) => return Ok(None),
            Err(error) => return Ok(Some(error.without_url())),
        }
        while let Some(end) = buffer.iter().position(|byte| *byte == b'\n') {
            let text: Vec<u8> = buffer.drain(..=end).collect();
            let Ok(answer) = serde_json::from_slice::<LineAnswer>(&text) else { return Ok(None) };
            if first + answer.line != answers.len() + 1 {
                return Ok(None);
            }
            match answer.status {
                401 => return Err(ImportError::Expired),
                // This line and all behind it are to be sent again.
                408 | 429 | 503 => return Ok(None),
                _ => answers.push(answer),
            }
            progress.inc(1);
        }
    }
}
