//! A connection that acknowledges what comes in at once, or as Linux does by itself.
//!
//! The client sends the head and the body of each call in two small packets, and leaves Nagle's algorithm on: it keeps
//! back the second until the first is acknowledged, for which Linux takes 40 ms where nothing is sent back. A test has
//! hundreds of calls to make, so it does without that delay unless it asks for it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

pub(crate) struct Prompt {
    pub connection: TcpStream,
    pub at_once: bool,
}

impl AsyncRead for Prompt {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let read = ready!(Pin::new(&mut self.connection).poll_read(cx, buffer));
        // The kernel falls back to waiting after a while, and begins without.
        #[cfg(target_os = "linux")]
        self.connection.set_quickack(self.at_once)?;
        Poll::Ready(read)
    }
}

impl AsyncWrite for Prompt {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.connection).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.connection).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.connection).poll_shutdown(cx)
    }
}
