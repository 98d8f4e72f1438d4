//! A sender of batches, as a shelter's system would be one: it writes and reads at the same time.

use std::io::Error;
use std::time::Duration;

use futures_util::{Stream, StreamExt, stream};
use reqwest::Body;
use serde_json::Value;

#[derive(Clone)]
pub struct Sender {
    url: String,
    token: String,
    http: reqwest::Client,
}

/// The answers to a batch, as they come.
pub struct Answers {
    response: reqwest::Response,
    buffer: Vec<u8>,
}

impl Sender {
    pub fn new(url: &str, token: String) -> Self {
        // Its kernel would give up on a service that is too busy to read for half a minute.
        #[cfg(target_os = "linux")]
        let http = reqwest::Client::builder().tcp_user_timeout(None).build().unwrap();
        #[cfg(not(target_os = "linux"))]
        let http = reqwest::Client::new();
        Self { url: format!("{url}/v1/batch"), token, http }
    }

    /// Begins a batch whose body comes in chunks.
    pub async fn begin(
        &self,
        chunks: impl Stream<Item = Result<Vec<u8>, Error>> + Send + 'static,
    ) -> reqwest::Result<Answers> {
        let request = self.http.post(&self.url).bearer_auth(&self.token);
        let request = request.header("Content-Type", "application/x-ndjson").body(Body::wrap_stream(chunks));
        let response = request.send().await?.error_for_status()?;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "application/x-ndjson");
        Ok(Answers { response, buffer: Vec::new() })
    }

    /// Sends a whole batch; again, where the connection is lost.
    pub async fn send(&self, text: &str) -> Vec<Value> {
        let mut lost = None;
        for _ in 0..20 {
            match self.send_once(text).await {
                Ok(answers) => return answers,
                Err(error) => {
                    eprintln!("the connection was lost: {error}");
                    lost = Some(error);
                }
            }
        }
        panic!("the batch is not accepted: {lost:?}");
    }

    async fn send_once(&self, text: &str) -> reqwest::Result<Vec<Value>> {
        let mut answers = self.begin(stream::iter(chunks(text.as_bytes()))).await?;
        let mut all = Vec::new();
        while let Some(answer) = answers.next().await? {
            all.push(answer);
        }
        Ok(all)
    }

    /// Sends the beginning of a batch and breaks off: some time after so many bytes, or, if `hang_up`, when so many
    /// answers were read. What was answered until then.
    pub async fn break_off(&self, text: &str, at: usize, after: Duration, hang_up: Option<usize>) -> Vec<Value> {
        let sent = stream::iter(chunks(&text.as_bytes()[..at]));
        let broken = stream::once(async move {
            tokio::time::sleep(after).await;
            Err(Error::other("the connection is gone"))
        });
        let (mut read, most) = (Vec::new(), hang_up.unwrap_or(usize::MAX));
        let Ok(mut answers) = self.begin(sent.chain(broken)).await else { return read };
        while read.len() < most
            && let Ok(Some(answer)) = answers.next().await
        {
            read.push(answer);
        }
        read
    }
}

fn chunks(text: &[u8]) -> Vec<Result<Vec<u8>, Error>> {
    text.chunks(16 * 1024).map(|chunk| Ok(chunk.to_vec())).collect()
}

impl Answers {
    /// The next answer; `None` after the last.
    pub async fn next(&mut self) -> reqwest::Result<Option<Value>> {
        loop {
            if let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.buffer.drain(..=end).collect();
                return Ok(Some(serde_json::from_slice(&line).unwrap()));
            }
            match self.response.chunk().await? {
                Some(chunk) => self.buffer.extend_from_slice(&chunk),
                None => return Ok(None),
            }
        }
    }
}
