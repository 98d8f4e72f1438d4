//! The server, and what it refuses before any handler: a head that is not HTTP (400), that is too long (431), or that does
//! not come in time (408).
//!
//! The HTTP library answers these by itself, without a body, and has no hook for it. So it is given a stream that knows such
//! an answer among the bytes that it writes, and writes a problem in its place. Every other answer carries an
//! `X-Request-Id`.

use std::fmt::Debug;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_http::{HttpService, Request, Response};
use actix_server::Server;
use actix_service::{IntoServiceFactory, Service, ServiceFactory, ServiceFactoryExt as _, fn_service, map_config};
use actix_web::body::MessageBody;
use actix_web::dev::AppConfig;
use actix_web::http::StatusCode;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpSocket, TcpStream};

use super::problem::{MEDIA_TYPE, Problem};

/// So long a connection may take to send the head of its first request; bodies have a deadline of their own.
const HEAD_DEADLINE: Duration = Duration::from_secs(5);
const DISCONNECT_DEADLINE: Duration = Duration::from_secs(1);
const CONNECTIONS: usize = 10_000;
const BACKLOG: u32 = 1_024;
/// Seconds that answers have to end when the server does.
const SHUTDOWN: u64 = 10;

/// Listens on an address, and serves an application there: HTTP/1.1, in clear. Answers with the address that it has.
///
/// It does what `HttpServer` of the library does, which takes no stream but its own.
///
/// # Errors
/// Where the address cannot be listened on.
pub fn serve<F, I, S, B>(bind: SocketAddr, app: F) -> io::Result<(Server, SocketAddr)>
where
    F: Fn() -> I + Send + Clone + 'static,
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig, Error = actix_web::Error> + 'static,
    S::InitError: Debug,
    S::Response: Into<Response<B>> + 'static,
    S::Service: 'static,
    <S::Service as Service<Request>>::Future: 'static,
    B: MessageBody + 'static,
{
    let listener = listener(bind)?;
    let address = listener.local_addr()?;
    let builder = Server::build().max_concurrent_connections(CONNECTIONS).shutdown_timeout(SHUTDOWN);
    let ending = builder.graceful_shutdown_signal();
    let server = builder.listen("http", listener, move || {
        let ending = ending.clone();
        let app = app().into_factory().map_err(|error| error.error_response());
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let ending = ending.clone();
                async move { ending.notified().await }
            })
            .client_request_timeout(HEAD_DEADLINE)
            .client_disconnect_timeout(DISCONNECT_DEADLINE)
            // One whose client is gone ends at once, also where nothing is being sent: a stream would keep its place.
            .h1_allow_half_closed(false)
            .local_addr(address)
            .h1(map_config(app, |()| AppConfig::default()));
        fn_service(|stream: TcpStream| {
            let peer = stream.peer_addr().ok();
            std::future::ready(Ok((Worded::new(stream), peer)))
        })
        .and_then(http)
    })?;
    Ok((server.run(), address))
}

fn listener(bind: SocketAddr) -> io::Result<std::net::TcpListener> {
    let socket = if bind.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    if cfg!(unix) {
        socket.set_reuseaddr(true)?;
    }
    socket.bind(bind)?;
    socket.listen(BACKLOG)?.into_std()
}

/// No bare answer is longer.
const HEAD_MAX: usize = 256;
/// The headers of a bare answer.
const HEADERS: [&str; 3] = ["content-length", "connection", "date"];

/// A connection whose bare refusals are written as problems.
pub struct Worded<T> {
    stream: T,
    /// What is to be written before anything else.
    pending: Vec<u8>,
    /// It has become a WebSocket, whose frames may hold anything.
    is_upgraded: bool,
}

impl<T: AsyncWrite + Unpin> Worded<T> {
    pub fn new(stream: T) -> Self {
        Self { stream, pending: Vec::new(), is_upgraded: false }
    }

    fn poll_pending(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.pending.is_empty() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(context, &self.pending))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.pending.drain(..written);
        }
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Worded<T> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, to: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, to)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Worded<T> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.poll_pending(context))?;
        self.is_upgraded |= bytes.starts_with(b"HTTP/1.1 101 ");
        match Some(bytes).filter(|_| !self.is_upgraded).and_then(bare) {
            Some((0, head)) => {
                self.pending = worded(head);
                Poll::Ready(Ok(bytes.len()))
            }
            // It comes again with the next call, alone.
            Some((before, _)) => Pin::new(&mut self.stream).poll_write(context, &bytes[..before]),
            None => Pin::new(&mut self.stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_pending(context))?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_pending(context))?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// A bare refusal at the end of what is written: where it begins, and its lines. After it the connection is closed, so that
/// nothing follows it.
fn bare(bytes: &[u8]) -> Option<(usize, &str)> {
    const BEGINS: &[u8] = b"HTTP/1.1 4";
    let head = bytes.strip_suffix(b"\r\n\r\n")?;
    let from = head.len().saturating_sub(HEAD_MAX);
    let at = from + head[from..].windows(BEGINS.len()).rposition(|window| window == BEGINS)?;
    let head = std::str::from_utf8(&head[at..]).ok()?;
    let mut headers = head.split("\r\n").skip(1).map(|line| line.split_once(':').unwrap_or_default());
    let is_bare = headers.all(|(name, value)| HEADERS.contains(&name) && (name != HEADERS[0] || value.trim() == "0"));
    is_bare.then_some((at, head))
}

/// The same answer with words.
fn worded(head: &str) -> Vec<u8> {
    let mut lines = head.split("\r\n");
    let status_line = lines.next().unwrap_or_default();
    let status = status_line.split(' ').nth(1).and_then(|code| code.parse::<StatusCode>().ok());
    let problem = match status {
        Some(StatusCode::REQUEST_TIMEOUT) => Problem::HeadTooSlow,
        Some(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE) => Problem::HeadTooLarge,
        _ => Problem::Malformed("The request is not HTTP/1.1 as it should be."),
    };
    let body = serde_json::to_string(&problem.details()).unwrap_or_default();
    let date: String = lines.filter(|line| line.starts_with(HEADERS[2])).flat_map(|line| [line, "\r\n"]).collect();
    format!(
        "{status_line}\r\n{date}connection: close\r\ncontent-type: {MEDIA_TYPE}\r\ncontent-length: {}\r\ncache-control: no-store\r\n\
         x-content-type-options: nosniff\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use actix_web::{App, HttpResponse, web};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    /// All that the server answers until it closes the connection.
    async fn answered(request: &[u8]) -> String {
        let app = || {
            let here =
                || async { HttpResponse::Ok().insert_header(("x-request-id", "1")).body("HTTP/1.1 400 Bad Request") };
            let none = || async { HttpResponse::NotFound().insert_header(("x-request-id", "1")).finish() };
            App::new().route("/", web::get().to(here)).default_service(web::to(none))
        };
        let (server, address) = serve(([127, 0, 0, 1], 0).into(), app).unwrap();
        let handle = server.handle();
        tokio::spawn(server);
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        handle.stop(false).await;
        String::from_utf8(answer).unwrap()
    }

    /// The status and the problem of the last answer, whose head says how long it is.
    fn problem(answer: &str) -> (u16, String) {
        let (head, body) = answer.rsplit_once("\r\n\r\n").unwrap();
        assert!(head.contains("\r\nconnection: close\r\ncontent-type: application/problem+json\r\n"), "{answer}");
        assert!(head.contains(&format!("\r\ncontent-length: {}\r\n", body.len())), "{answer}");
        let told: serde_json::Value = serde_json::from_str(body).unwrap();
        let status = head[head.rfind("HTTP/1.1 ").unwrap()..].split(' ').nth(1).unwrap().parse().unwrap();
        assert_eq!(told["status"], status);
        (status, told["code"].as_str().unwrap().to_owned())
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_head_that_is_not_http_is_answered_with_a_problem() {
        for request in [
            "nonsense\r\n\r\n",
            "GET / HTTP/1.1\r\nbad header\r\n\r\n",
            "GET / HTTP/9.9\r\n\r\n",
            "G\0T / HTTP/1.1\r\n\r\n",
        ] {
            assert_eq!(problem(&answered(request.as_bytes()).await), (400, "malformed".to_owned()), "{request}");
        }
        let unclear = "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab";
        assert_eq!(problem(&answered(unclear.as_bytes()).await).0, 400);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_head_that_is_too_long_is_answered_with_a_problem() {
        let many = format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(200));
        assert_eq!(problem(&answered(many.as_bytes()).await), (431, "head_too_large".to_owned()));
        let long = format!("GET / HTTP/1.1\r\na: {}", "b".repeat(131_072 - 19));
        assert_eq!(problem(&answered(long.as_bytes()).await), (431, "head_too_large".to_owned()));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_head_that_does_not_come_is_answered_with_a_problem() {
        assert_eq!(problem(&answered(b"GET / HTTP/1.1\r\nhost:").await), (408, "too_slow".to_owned()));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_a_handler_has_answered_is_left_as_it_is_also_before_a_refusal() {
        let get = |path: &str| format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n");
        let answer = answered(format!("{}{}nonsense\r\n\r\n", get("/"), get("/none")).as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert_eq!(answer.matches("\r\nx-request-id: 1\r\n").count(), 2, "{answer}");
        assert_eq!(problem(&answer).0, 400);
        let closed = "GET /none HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        let answer = answered(closed.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 404") && answer.ends_with("\r\n\r\n"), "{answer}");
    }

    #[tokio::test]
    async fn what_a_websocket_says_is_left_as_it_is() {
        const BARE: &[u8] = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n";
        let written = async |parts: &[&[u8]]| {
            let (mut near, far) = tokio::io::duplex(4096);
            let mut worded = Worded::new(far);
            for part in parts {
                worded.write_all(part).await.unwrap();
            }
            worded.shutdown().await.unwrap();
            drop(worded);
            let mut told = Vec::new();
            near.read_to_end(&mut told).await.unwrap();
            told
        };
        let switched = b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n";
        assert_eq!(written(&[switched, BARE]).await, [&switched[..], BARE].concat());
        assert!(written(&[BARE]).await.len() > 2 * BARE.len());
    }
}
