//! A client of server-sent events, as the standard has it (WHATWG HTML, server-sent events).

use std::time::Duration;

use serde_json::Value;

use crate::support::Client;

/// An event that was dispatched.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub id: u64,
    pub kind: String,
    pub data: Value,
}

/// What a stream gave next.
#[derive(Debug, PartialEq)]
pub enum Given {
    Event(Event),
    /// Nothing, for as long as was waited.
    Nothing,
    /// The stream has ended.
    End,
}

pub struct Listener {
    response: reqwest::Response,
    buffer: Vec<u8>,
    /// What to come back with.
    pub last_id: String,
}

impl Listener {
    pub async fn open(client: &Client, path: &str, last_id: Option<&str>) -> Self {
        let response = client.listen(path, last_id).await;
        let status = response.status();
        assert!(status == 200, "{status}");
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "text/event-stream");
        assert_eq!(header("cache-control"), "no-store");
        assert_eq!(header("x-accel-buffering"), "no");
        let last_id = header("baken-position");
        Self { response, buffer: Vec::new(), last_id }
    }

    /// The next event; comments pass, and what they say of the last id is remembered.
    pub async fn next(&mut self, patience: Duration) -> Given {
        tokio::time::timeout(patience, self.event()).await.unwrap_or(Given::Nothing)
    }

    /// The next block, of whatever kind: whether there was one.
    pub async fn block(&mut self) -> Option<Option<Event>> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|window| window == b"\n\n") {
                let block: Vec<u8> = self.buffer.drain(..end + 2).collect();
                return Some(self.read(std::str::from_utf8(&block).unwrap()));
            }
            let chunk = self.response.chunk().await.ok().flatten()?;
            self.buffer.extend_from_slice(&chunk);
        }
    }

    async fn event(&mut self) -> Given {
        loop {
            match self.block().await {
                Some(Some(event)) => return Given::Event(event),
                Some(None) => {}
                None => return Given::End,
            }
        }
    }

    fn read(&mut self, block: &str) -> Option<Event> {
        let (mut kind, mut data) = (String::from("message"), String::new());
        for line in block.lines() {
            match line.split_once(':') {
                Some(("id", id)) => id.trim().clone_into(&mut self.last_id),
                Some(("event", name)) => name.trim().clone_into(&mut kind),
                Some(("data", text)) => data.push_str(text.trim()),
                Some(("" | "retry", _)) | None => {}
                Some((field, _)) => panic!("no field of an event stream: {field}"),
            }
        }
        let id = self.last_id.parse().unwrap();
        (!data.is_empty()).then(|| Event { id, kind, data: serde_json::from_str(&data).unwrap() })
    }
}
