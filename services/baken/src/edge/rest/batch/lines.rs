//! The lines of a body that is read as it comes: each within a length and a time, however long the whole may be.

use std::mem;
use std::time::Duration;

use actix_web::error::PayloadError;
use actix_web::web::{Buf, Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use tokio::time::{Instant, timeout_at};

/// A line that is not blank.
#[derive(Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number in the body, from 1, blank lines counted.
    pub number: u64,
    /// What it says, without the white space around it; `None` where it is too long.
    pub text: Option<Vec<u8>>,
}

/// Why no further line comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// Nothing came in for too long, or not the rest of a line.
    TooSlow,
    /// The body ended before its end.
    BrokenOff,
}

/// What a line may ask of us at most.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Bytes of a line.
    pub longest: usize,
    /// Time for a line that has begun to arrive.
    pub deadline: Duration,
    /// Time for a line to begin.
    pub idle: Duration,
}

/// The lines of a body.
pub struct Lines<S> {
    chunks: S,
    bounds: Bounds,
    buffer: BytesMut,
    /// So much of the buffer has no end of a line.
    scanned: usize,
    number: u64,
    /// The line is too long, and its end has not come yet.
    skipping: bool,
    ended: bool,
    /// From when the time counts.
    since: Instant,
}

impl<S: Stream<Item = Result<Bytes, PayloadError>> + Unpin> Lines<S> {
    /// The lines of a body that comes in chunks.
    pub fn new(chunks: S, bounds: Bounds) -> Self {
        let buffer = BytesMut::new();
        let since = Instant::now();
        Self { chunks, bounds, buffer, scanned: 0, number: 0, skipping: false, ended: false, since }
    }

    /// The time begins anew: it was us who did not read.
    pub fn resume(&mut self) {
        self.since = Instant::now();
    }

    /// The number of the line that comes next, or of the one that is coming.
    #[must_use]
    pub fn coming(&self) -> u64 {
        self.number + 1
    }

    /// The next line that is not blank. What has come in is kept where this is not waited for to the end.
    pub async fn next(&mut self) -> Result<Option<Line>, Broken> {
        loop {
            if let Some(line) = self.take() {
                return Ok(Some(line));
            }
            if self.ended {
                return Ok(None);
            }
            let between = self.buffer.is_empty() && !self.skipping;
            let deadline = self.since + if between { self.bounds.idle } else { self.bounds.deadline };
            match timeout_at(deadline, self.chunks.next()).await {
                Err(_) => return Err(Broken::TooSlow),
                Ok(Some(Err(_))) => return Err(Broken::BrokenOff),
                Ok(None) => self.ended = true,
                Ok(Some(Ok(chunk))) => {
                    if between {
                        self.since = Instant::now();
                    }
                    self.buffer.extend_from_slice(&chunk);
                }
            }
        }
    }

    /// The next line of what has come in.
    fn take(&mut self) -> Option<Line> {
        loop {
            let end = self.buffer[self.scanned..].iter().position(|byte| *byte == b'\n');
            let rest = self.ended && (self.skipping || !self.buffer.is_empty());
            let Some(end) = end.map(|at| self.scanned + at).or_else(|| rest.then_some(self.buffer.len())) else {
                self.scanned = self.buffer.len();
                if self.scanned > self.bounds.longest {
                    self.buffer.clear();
                    self.scanned = 0;
                    self.skipping = true;
                }
                return None;
            };
            let line = self.buffer.split_to(end);
            if !self.buffer.is_empty() {
                self.buffer.advance(1);
            }
            self.scanned = 0;
            self.number += 1;
            self.resume();
            if mem::take(&mut self.skipping) || line.len() > self.bounds.longest {
                return Some(Line { number: self.number, text: None });
            }
            // Some programs begin every text with a mark of its byte order.
            let text = if self.number == 1 { line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&line) } else { &line };
            let text = text.trim_ascii();
            if !text.is_empty() {
                return Some(Line { number: self.number, text: Some(text.to_vec()) });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    const BOUNDS: Bounds = Bounds { longest: 8, deadline: Duration::from_secs(10), idle: Duration::from_mins(1) };

    fn chunks(texts: &[&'static str]) -> Vec<Result<Bytes, PayloadError>> {
        texts.iter().map(|text| Ok(Bytes::from(*text))).collect()
    }

    async fn all<S: Stream<Item = Result<Bytes, PayloadError>> + Unpin>(lines: &mut Lines<S>) -> Vec<String> {
        let mut told = Vec::new();
        loop {
            match lines.next().await {
                Ok(Some(Line { number, text: Some(text) })) => {
                    told.push(format!("{number} {}", String::from_utf8(text).unwrap()));
                }
                Ok(Some(Line { number, text: None })) => told.push(format!("{number} too long")),
                Ok(None) => return told,
                Err(broken) => {
                    told.push(format!("{broken:?}"));
                    return told;
                }
            }
        }
    }

    #[tokio::test]
    async fn lines_are_told_by_their_numbers_however_the_body_is_cut_into_chunks() {
        let body = "\u{feff}one\n\n  \r\ntwo \r\nfar too long\nthree\nfour";
        let whole = ["1 one", "4 two", "5 too long", "6 three", "7 four"];
        for size in 1..body.len() {
            let cut: Vec<_> = body.as_bytes().chunks(size).map(|chunk| Ok(Bytes::from(chunk.to_vec()))).collect();
            assert_eq!(all(&mut Lines::new(stream::iter(cut), BOUNDS)).await, whole, "chunks of {size}");
        }
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_is_not_kept() {
        let endless = stream::iter(chunks(&["xxxxxxxxx"; 1_000]).into_iter().chain(chunks(&["\nok"])));
        let mut lines = Lines::new(endless, BOUNDS);
        assert_eq!(lines.next().await, Ok(Some(Line { number: 1, text: None })));
        assert!(lines.buffer.capacity() < 200, "{}", lines.buffer.capacity());
        assert_eq!(all(&mut lines).await, ["2 ok"]);
    }

    #[tokio::test]
    async fn a_line_that_the_body_breaks_off_in_is_no_line() {
        let broken = chunks(&["one\ntw"]).into_iter().chain([Err(PayloadError::Incomplete(None))]);
        assert_eq!(all(&mut Lines::new(stream::iter(broken), BOUNDS)).await, ["1 one", "BrokenOff"]);
    }

    const SOON: Bounds = Bounds { deadline: Duration::from_millis(40), idle: Duration::from_millis(160), ..BOUNDS };

    #[tokio::test]
    async fn a_line_may_be_long_in_coming_and_must_then_come_soon() {
        let stalled = |texts| stream::iter(chunks(texts)).chain(stream::pending());
        let began = Instant::now();
        assert_eq!(all(&mut Lines::new(stalled(&["one\n"]), SOON)).await, ["1 one", "TooSlow"]);
        assert!(began.elapsed() >= SOON.idle);
        let began = Instant::now();
        assert_eq!(all(&mut Lines::new(stalled(&["one\ntw"]), SOON)).await, ["1 one", "TooSlow"]);
        assert!((SOON.deadline..SOON.idle).contains(&began.elapsed()), "{:?}", began.elapsed());
    }

    #[tokio::test]
    async fn a_line_that_comes_byte_by_byte_has_no_more_time() {
        let bytes = stream::iter(chunks(&["x"; 8])).then(|byte| async {
            tokio::time::sleep(Duration::from_millis(25)).await;
            byte
        });
        assert_eq!(all(&mut Lines::new(Box::pin(bytes), SOON)).await, ["TooSlow"]);
    }
}
