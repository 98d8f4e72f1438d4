//! Readers that do as little as a reader can, and the board on which they note what they were told and when.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::Failure;

/// How long is waited for the last of them.
const PATIENCE: Duration = Duration::from_secs(30);

/// What was acknowledged when, and what arrived when.
pub struct Board(Mutex<Noted>);

#[derive(Default)]
struct Noted {
    /// When each write was sent, and when it was acknowledged.
    written: HashMap<u64, (Instant, Instant)>,
    events: Vec<(u64, Instant)>,
    sockets: Vec<(u64, Instant)>,
}

/// Milliseconds that each delivery took, sorted. One that came before the acknowledgement took none.
pub struct Told {
    pub events_since_sent: Vec<f64>,
    pub events: Vec<f64>,
    pub sockets: Vec<f64>,
}

impl Board {
    pub fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::default()))
    }

    fn noted<T>(&self, note: impl FnOnce(&mut Noted) -> T) -> T {
        note(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn written(&self, position: u64, sent: Instant, acknowledged: Instant) {
        self.noted(|noted| noted.written.insert(position, (sent, acknowledged)));
    }

    /// Waits until every reader was told of every write; then the milliseconds that each took, sorted.
    pub async fn settled(&self, writes: usize, readers: usize, sockets: usize) -> Result<Told, Failure> {
        let began = Instant::now();
        while self.noted(|noted| noted.events.len() < writes * readers || noted.sockets.len() < writes * sockets) {
            if began.elapsed() > PATIENCE {
                let (events, messages) = self.noted(|noted| (noted.events.len(), noted.sockets.len()));
                return Err(format!("{events} events and {messages} messages arrived, and then no more").into());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(self.noted(|noted| {
            let Noted { written, events, sockets } = std::mem::take(noted);
            let took = |told: &[(u64, Instant)], since: fn(&(Instant, Instant)) -> Instant| {
                let each = told.iter().filter_map(|(position, when)| {
                    let took = when.saturating_duration_since(since(written.get(position)?));
                    Some(took.as_secs_f64() * 1_000.0)
                });
                let mut took: Vec<f64> = each.collect();
                took.sort_by(f64::total_cmp);
                took
            };
            Told {
                events_since_sent: took(&events, |(sent, _)| *sent),
                events: took(&events, |(_, acknowledged)| *acknowledged),
                sockets: took(&sockets, |(_, acknowledged)| *acknowledged),
            }
        }))
    }
}

/// One that listens.
pub struct Reader {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// What comes before a position.
    mark: &'static [u8],
    is_event: bool,
}

impl Reader {
    /// Listens to the stream of events.
    pub async fn events(address: SocketAddr, token: &str) -> Result<Self, Failure> {
        let request = format!("GET /v1/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n");
        let mut new = Self::to(address, &request, b"\"position\":", true).await?;
        // The head, and the comment that the stream begins with.
        new.wait_for(b": listening").await?;
        Ok(new)
    }

    /// Subscribes to a person.
    pub async fn subscription(address: SocketAddr, token: &str, person: &str) -> Result<Self, Failure> {
        let request = format!(
            "GET /graphql HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nConnection: Upgrade\r\n\
             Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n\
             Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
        );
        let mut new = Self::to(address, &request, b"\"position\":\"", false).await?;
        new.wait_for(b"\r\n\r\n").await?;
        new.say(r#"{"type":"connection_init"}"#).await?;
        new.wait_for(b"connection_ack").await?;
        let query = format!("subscription {{ personChanged(id: \\\"{person}\\\") {{ position person {{ phase }} }} }}");
        new.say(&format!(r#"{{"type":"subscribe","id":"1","payload":{{"query":"{query}"}}}}"#)).await?;
        Ok(new)
    }

    async fn to(address: SocketAddr, request: &str, mark: &'static [u8], is_event: bool) -> Result<Self, Failure> {
        let mut stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        stream.write_all(request.as_bytes()).await?;
        Ok(Self { stream, buffer: Vec::with_capacity(2_048), mark, is_event })
    }

    async fn wait_for(&mut self, words: &[u8]) -> Result<(), Failure> {
        while !self.buffer.windows(words.len()).any(|window| window == words) {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err("the connection was closed".into());
            }
        }
        self.buffer.clear();
        Ok(())
    }

    /// A text message in one frame, masked with nothing (RFC 6455 §5.3 asks for a mask, and zeros are one).
    async fn say(&mut self, text: &str) -> Result<(), Failure> {
        let length = u16::try_from(text.len())?;
        let mut frame = vec![0x81, 0x80 | 0x7e];
        frame.extend(length.to_be_bytes());
        frame.extend([0; 4]);
        frame.extend(text.as_bytes());
        Ok(self.stream.write_all(&frame).await?)
    }

    /// Reads for as long as the service tells.
    pub fn read(mut self, board: Arc<Board>) {
        tokio::spawn(async move {
            while self.stream.read_buf(&mut self.buffer).await.is_ok_and(|read| read > 0) {
                let now = Instant::now();
                while let Some(position) = self.position() {
                    board.noted(|noted| {
                        let told = if self.is_event { &mut noted.events } else { &mut noted.sockets };
                        told.push((position, now));
                    });
                }
            }
        });
    }

    /// The next position that stands whole in what was read.
    fn position(&mut self) -> Option<u64> {
        let at = self.buffer.windows(self.mark.len()).position(|window| window == self.mark)? + self.mark.len();
        let digits = self.buffer[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.buffer.get(at + digits)?;
        let position = std::str::from_utf8(&self.buffer[at..at + digits]).ok()?.parse().ok();
        self.buffer.drain(..at + digits);
        position
    }
}
