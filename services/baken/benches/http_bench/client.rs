//! A small HTTP/1.1 client that keeps its connection: the load must not cost more than what it measures.

use std::fmt::Write as _;
use std::net::SocketAddr;

use baken::sources::{IdSource, RandomIds};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::Failure;

/// A connection with a token.
pub struct Client {
    address: SocketAddr,
    token: String,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

/// An answer.
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Client {
    pub fn to(address: SocketAddr, token: &str) -> Self {
        Self { address, token: token.to_owned(), stream: None, buffer: Vec::with_capacity(65_536) }
    }

    pub async fn get(&mut self, path: &str) -> Result<Answer, Failure> {
        self.send("GET", path, None, None).await
    }

    pub async fn json(&mut self, path: &str) -> Result<serde_json::Value, Failure> {
        Ok(serde_json::from_slice(&self.get(path).await?.body)?)
    }

    /// The ids of persons that the token may see, up to a number.
    pub async fn persons(&mut self, most: usize) -> Result<Vec<String>, Failure> {
        let (mut found, mut after) = (Vec::new(), String::new());
        while found.len() < most {
            let answer = self.get(&format!("/v1/persons?first=200{after}")).await?;
            let page: serde_json::Value = serde_json::from_slice(&answer.body)?;
            let ids = page["items"].as_array().into_iter().flatten().filter_map(|item| item["person_id"].as_str());
            found.extend(ids.map(str::to_owned));
            let Some(next) = page["next"].as_str() else { break };
            after = format!("&after={next}");
        }
        if found.is_empty() { Err("the token sees nobody".into()) } else { Ok(found) }
    }

    /// Opens so many persons, whom the token may then write about.
    pub async fn opened(&mut self, count: usize) -> Result<Vec<String>, Failure> {
        let mut opened = Vec::with_capacity(count);
        for _ in 0..count {
            let key = RandomIds.uuid_v7().to_string();
            let body = r#"{"channel": "shelter_intake"}"#;
            let answer = self.send("POST", "/v1/signals", Some(body), Some(&key)).await?;
            let receipt: serde_json::Value = serde_json::from_slice(&answer.body)?;
            opened.push(receipt["person_id"].as_str().ok_or("no person was opened")?.to_owned());
        }
        Ok(opened)
    }

    pub async fn send(
        &mut self,
        method: &str,
        path: &str,
        body: Option<&str>,
        key: Option<&str>,
    ) -> Result<Answer, Failure> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => {
                let stream = TcpStream::connect(self.address).await?;
                stream.set_nodelay(true)?;
                none.insert(stream)
            }
        };
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n");
        if !self.token.is_empty() {
            write!(request, "Authorization: Bearer {}\r\n", self.token)?;
        }
        if let Some(key) = key {
            write!(request, "Idempotency-Key: {key}\r\n")?;
        }
        if let Some(body) = body {
            write!(request, "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len())?;
        } else {
            request += "\r\n";
        }
        stream.write_all(request.as_bytes()).await?;
        self.buffer.clear();
        let head = loop {
            if let Some(end) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
            if stream.read_buf(&mut self.buffer).await? == 0 {
                return Err("the connection was closed".into());
            }
        };
        let text = std::str::from_utf8(&self.buffer[..head])?;
        let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or("no status")?;
        let length = text
            .lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse::<usize>().ok())
            .ok_or("no length")?;
        while self.buffer.len() < head + length {
            if stream.read_buf(&mut self.buffer).await? == 0 {
                return Err("the connection was closed".into());
            }
        }
        Ok(Answer { status, body: self.buffer[head..head + length].to_vec() })
    }
}
