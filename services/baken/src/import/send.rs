//! Sends the lines of an import as one batch, and goes on where the connection broke off: what was recorded before is
//! answered as a repeat.

use std::io::Error;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream;
use indicatif::ProgressBar;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Body, Client, Response, StatusCode};
use serde::Deserialize;

use super::{Finding, ImportError, Outgoing};
use crate::edge::rest::batch::NDJSON;

/// So often it is tried again without getting any further.
const ATTEMPTS: u32 = 6;
/// How long to wait where the service does not say.
const PAUSE: Duration = Duration::from_secs(1);
/// Bytes that are sent at once.
const CHUNK: usize = 16 * 1024;

/// The service, and who sends.
pub struct Target {
    pub url: String,
    pub token: String,
}

/// What became of the lines.
#[derive(Debug, Default)]
pub struct Sent {
    pub recorded: usize,
    /// Recorded by an earlier import.
    pub known: usize,
    pub refused: Vec<Refused>,
}

/// A line that was refused.
#[derive(Debug)]
pub struct Refused {
    pub status: u16,
    pub code: String,
    pub findings: Vec<Finding>,
}

#[derive(Deserialize)]
struct Answer {
    line: usize,
    status: u16,
    problem: Option<Problem>,
}

#[derive(Deserialize)]
struct Problem {
    code: String,
    detail: String,
    #[serde(default)]
    errors: Vec<FieldProblem>,
}

#[derive(Deserialize)]
struct FieldProblem {
    pointer: Option<String>,
    message: String,
}

/// What becomes of the batch after an answer.
enum Next {
    GoOn,
    /// This line and all behind it are to be sent again.
    Again,
}

/// Sends lines, in order.
///
/// # Errors
/// Where the service does not take them; what it has acknowledged until then is recorded.
pub async fn send(target: &Target, lines: &Arc<Vec<Outgoing>>, progress: &ProgressBar) -> Result<Sent, ImportError> {
    let client = Client::new();
    let (mut sent, mut from, mut attempts) = (Sent::default(), 0, 0);
    let mut last = None;
    while from < lines.len() {
        if attempts == ATTEMPTS {
            return Err(ImportError::Gone(last));
        }
        let began_at = from;
        let mut pause = PAUSE;
        match begin(&client, target, lines, from).await {
            Ok(response) if response.status() == StatusCode::OK => {
                last = follow(response, lines, &mut from, &mut sent, progress).await?;
            }
            Ok(response) if may_pass(response.status()) => pause = asked(&response),
            Ok(response) => return Err(ImportError::NotTaken(response.status())),
            Err(error) => last = Some(error.without_url()),
        }
        if from < lines.len() {
            attempts = if from > began_at { 0 } else { attempts + 1 };
            tokio::time::sleep(pause).await;
        }
    }
    progress.finish_and_clear();
    Ok(sent)
}

async fn begin(
    client: &Client,
    target: &Target,
    lines: &Arc<Vec<Outgoing>>,
    from: usize,
) -> Result<Response, reqwest::Error> {
    let url = format!("{}/v1/batch", target.url.trim_end_matches('/'));
    let lines = lines.clone();
    let chunks = stream::unfold(from, move |mut at| {
        let mut chunk = Vec::with_capacity(CHUNK);
        while chunk.len() < CHUNK
            && let Some(line) = lines.get(at)
        {
            chunk.extend_from_slice(line.text.as_bytes());
            chunk.push(b'\n');
            at += 1;
        }
        std::future::ready((!chunk.is_empty()).then_some((Ok::<_, Error>(chunk), at)))
    });
    let request = client.post(url).bearer_auth(&target.token).header(CONTENT_TYPE, NDJSON);
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
    lines: &[Outgoing],
    from: &mut usize,
    sent: &mut Sent,
    progress: &ProgressBar,
) -> Result<Option<reqwest::Error>, ImportError> {
    let (first, mut buffer) = (*from, Vec::new());
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => buffer.extend_from_slice(&chunk),
            Ok(None) => return Ok(None),
            Err(error) => return Ok(Some(error.without_url())),
        }
        while let Some(end) = buffer.iter().position(|byte| *byte == b'\n') {
            let text: Vec<u8> = buffer.drain(..=end).collect();
            let Ok(answer) = serde_json::from_slice::<Answer>(&text) else { return Ok(None) };
            let Some(line) = lines.get(first + answer.line - 1) else { return Ok(None) };
            match take(answer, line, sent)? {
                Next::GoOn => *from += 1,
                Next::Again => return Ok(None),
            }
            progress.inc(1);
        }
    }
}

fn take(answer: Answer, line: &Outgoing, sent: &mut Sent) -> Result<Next, ImportError> {
    let code = answer.problem.as_ref().map_or("", |problem| problem.code.as_str());
    match answer.status {
        201 => sent.recorded += 1,
        200 => sent.known += 1,
        // A person whom an earlier file opened, from another row: it is the same person.
        422 if line.opens && code == "idempotency_key_reused" => sent.known += 1,
        401 => return Err(ImportError::Expired),
        408 | 429 | 503 => return Ok(Next::Again),
        status => sent.refused.push(refused(status, answer.problem, line)),
    }
    Ok(Next::GoOn)
}

fn refused(status: u16, problem: Option<Problem>, line: &Outgoing) -> Refused {
    let finding = |column: Option<&str>, message: String| Finding {
        line: line.row,
        column: column.map(str::to_owned),
        command: Some(line.name.clone()),
        message,
    };
    let Some(Problem { code, detail, errors }) = problem else {
        return Refused { status, code: String::new(), findings: vec![finding(None, status.to_string())] };
    };
    let detail = match code.as_str() {
        "idempotency_key_reused" => {
            "The row, or the mapping, says something else than when it was first sent.".to_owned()
        }
        _ => detail,
    };
    let findings = if errors.is_empty() {
        vec![finding(None, detail)]
    } else {
        let of_error = |error: FieldProblem| {
            let pointer = error.pointer.unwrap_or_default();
            match line.column(&pointer) {
                Some(column) => finding(Some(column), error.message),
                None => finding(None, format!("{pointer} {}", error.message)),
            }
        };
        errors.into_iter().map(of_error).collect()
    };
    Refused { status, code, findings }
}
