//! The client's connection, and what it is fenced in with.
//!
//! The client runs on a runtime of its own, and whoever waits for it does so elsewhere: a client that spins cannot keep
//! a deadline from passing. It has no deadline of its own for a server that does not answer, stays with a node that has
//! gone, and is of no use any more once it has failed to find one. So after any failure that is not the server's clear
//! word it is thrown away, and the next call begins with a new one.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use eventstore::{
    BatchAppendClient, BatchAppendOptions, BatchWriteResult, Client, Error, EventData, GrpcConnectionError, StreamState,
};
use parking_lot::Mutex;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::Semaphore;

use super::Options;
use super::url::KurrentUrl;
use crate::port::LogError;

/// How long to leave a server alone that did not do what it was asked.
pub(super) const PAUSE: Duration = Duration::from_millis(100);
/// What a deadline of the caller's leaves to those within, so that the more telling one comes first.
pub(super) const GRACE: Duration = Duration::from_secs(2);
/// So often a read is tried: a node that turns out not to lead names the one that does.
const READS: u32 = 3;

/// What came of a call, as far as its caller can do something about it.
#[derive(Debug)]
pub(super) enum Failure {
    /// The stream is not at the revision that the append named; nothing was written.
    Conflict,
    /// Another node leads, and the client knows which; nothing was written.
    NotLeader,
    /// There is no such stream.
    NotFound,
    /// The user is not known, or may not do this; nothing was written.
    Denied,
    /// Refused, and would be again; nothing was written.
    Refused(LogError),
    /// More than the server takes, by the limit that it told; nothing was written.
    TooLarge(Option<usize>),
    /// Anything may have happened.
    Unknown(String),
}

impl Failure {
    fn of(error: Error) -> Self {
        match error {
            Error::WrongExpectedVersion { .. } => Self::Conflict,
            Error::NotLeaderException(_) => Self::NotLeader,
            Error::ResourceNotFound => Self::NotFound,
            Error::ResourceDeleted => Self::deleted(),
            Error::AccessDenied => Self::Denied,
            Error::Grpc { message, .. } => Self::said(&message),
            Error::ServerError(said) => {
                // The status comes with all its metadata; the beginning says what it is.
                Self::Unknown(said.split(", details:").next().unwrap_or_default().to_owned())
            }
            Error::GrpcConnectionError(GrpcConnectionError::MaxDiscoveryAttemptReached(_)) => {
                Self::Unknown("no node of the cluster answered that leads, or knows which one does".to_owned())
            }
            Error::GrpcConnectionError(GrpcConnectionError::Grpc(_)) | Error::ConnectionClosed => {
                Self::Unknown("the node could not be reached".to_owned())
            }
            other => Self::Unknown(other.to_string()),
        }
    }

    /// By the words of the server: the names that it gives its refusals over an open call, and what it says of a size.
    fn said(message: &str) -> Self {
        match message {
            "WrongExpectedVersion" => Self::Conflict,
            "AccessDenied" => Self::Denied,
            "StreamDeleted" => Self::deleted(),
            "MaximumAppendSizeExceeded" | "MaximumAppendEventSizeExceeded" => Self::TooLarge(None),
            other => match too_large(other) {
                Some(limit) => Self::TooLarge(Some(limit)),
                None => Self::Unknown(other.to_owned()),
            },
        }
    }

    fn deleted() -> Self {
        Self::Refused(LogError::Damaged("a stream was deleted, which Baken never does".to_owned()))
    }

    fn is_clear(&self) -> bool {
        !matches!(self, Self::Unknown(_))
    }
}

impl From<Failure> for LogError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(error) => error,
            Failure::Denied => Self::Unavailable("the user may not do this on the server".to_owned()),
            Failure::TooLarge(limit) => super::too_large(limit),
            Failure::Unknown(why) => Self::Unavailable(why),
            Failure::NotLeader => Self::Unavailable("the cluster has no leader that answers".to_owned()),
            // Each has its meaning where it can come from; elsewhere the server makes no sense.
            Failure::Conflict | Failure::NotFound => Self::Unavailable("the server gave no fitting answer".to_owned()),
        }
    }
}

/// The server's limit, from the words that it refuses a larger append with.
fn too_large(message: &str) -> Option<usize> {
    message.strip_prefix("Maximum Append Size of ")?.split(' ').next()?.parse().ok()
}

/// A client that is in use, with all that was opened through it. It has a runtime of its own, so that nothing of it goes on
/// once it is thrown away: the client itself does not end the calls that it holds open.
struct Connected {
    client: Client,
    /// Calls for appends that stay open, and wait for the next append. One append at a time goes over each: the client ends
    /// a call after the first append that is refused, and all that is under way there with it.
    open: Mutex<Vec<BatchAppendClient>>,
    engine: Engine,
}

pub(super) struct Link {
    url: KurrentUrl,
    slot: Mutex<Option<Arc<Connected>>>,
    /// For one call to the server.
    attempt: Duration,
    /// So many appends are under way at once. A server takes 100 calls on a connection.
    appends: Semaphore,
}

/// A runtime. It ends in the background, for it may be dropped where nothing may block.
pub(super) struct Engine(Option<Runtime>);

impl Engine {
    pub(crate) fn start() -> std::io::Result<Self> {
        let runtime = Builder::new_multi_thread().worker_threads(1).thread_name("kurrentdb").enable_all().build()?;
        Ok(Self(Some(runtime)))
    }

    pub(crate) fn handle(&self) -> Handle {
        self.0.as_ref().map_or_else(Handle::current, |runtime| runtime.handle().clone())
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Link {
    pub(crate) fn new(url: KurrentUrl, options: &Options) -> Self {
        let appends = Semaphore::new(options.appends.max(1));
        Self { url, slot: Mutex::default(), attempt: options.attempt, appends }
    }

    pub(crate) fn prefix(&self) -> &str {
        self.url.prefix()
    }

    fn connected(&self) -> Result<Arc<Connected>, Failure> {
        let mut slot = self.slot.lock();
        if let Some(connected) = &*slot {
            return Ok(connected.clone());
        }
        let settings = self.url.settings().map_err(|error| Failure::Unknown(error.to_string()))?;
        let engine = Engine::start().map_err(|error| Failure::Unknown(format!("the client has no thread: {error}")))?;
        let client = Client::with_runtime_handle(engine.handle(), settings)
            .map_err(|_| Failure::Unknown("the certificates of the connection string cannot be used".to_owned()))?;
        let connected = Arc::new(Connected { client, open: Mutex::default(), engine });
        *slot = Some(connected.clone());
        Ok(connected)
    }

    fn throw_away(&self, failed: &Arc<Connected>) {
        // A newer one is not thrown away for the failure of an older.
        self.slot.lock().take_if(|connected| Arc::ptr_eq(connected, failed));
    }

    /// One call, on the client's runtime, with the deadline of an attempt.
    pub(crate) async fn call<T, W>(&self, work: impl FnOnce(Client) -> W) -> Result<T, Failure>
    where
        W: Future<Output = Result<T, Error>> + Send + 'static,
        T: Send + 'static,
    {
        let connected = self.connected()?;
        self.run(&connected, self.attempt, work(connected.client.clone())).await
    }

    async fn run<T: Send + 'static>(
        &self,
        connected: &Arc<Connected>,
        patience: Duration,
        work: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Result<T, Failure> {
        let mut running = connected.engine.handle().spawn(work);
        let outcome = match tokio::time::timeout(patience, &mut running).await {
            Ok(Ok(outcome)) => outcome.map_err(Failure::of),
            // The client takes some answers for given.
            Ok(Err(_)) => Err(Failure::Unknown("the server's answer is not of its protocol".to_owned())),
            Err(_) => {
                running.abort();
                Err(Failure::Unknown("the server did not answer in time".to_owned()))
            }
        };
        if outcome.as_ref().is_err_and(|failure| !failure.is_clear()) {
            self.throw_away(connected);
        }
        outcome
    }

    /// Appends over a call that stays open: there, an append is one packet, and its answer acknowledges it. A call of its own
    /// takes two, of which the client holds back the second until the first is acknowledged.
    pub(crate) async fn append(
        &self,
        stream: String,
        state: StreamState,
        events: Vec<EventData>,
    ) -> Result<BatchWriteResult, Failure> {
        let _turn = self.appends.acquire().await.map_err(|_| Failure::Unknown("the log is closed".to_owned()))?;
        let connected = self.connected()?;
        let (client, open) = (connected.client.clone(), connected.open.lock().pop());
        let work = async move {
            let open = match open {
                Some(open) => open,
                None => client.batch_append(&BatchAppendOptions::default().requires_leader(true)).await?,
            };
            let written = open.append_to_stream(stream, state, events).await?;
            Ok((written, open))
        };
        let outcome = self.run(&connected, self.attempt, work).await;
        match outcome {
            Ok((written, open)) => {
                connected.open.lock().push(open);
                Ok(written)
            }
            Err(failure) => {
                // What is open leads to the same node.
                if matches!(failure, Failure::NotLeader) {
                    connected.open.lock().clear();
                }
                Err(failure)
            }
        }
    }

    /// A call that changes nothing: tried again where another node leads, or the connection had gone.
    pub(crate) async fn read<T, W>(&self, work: impl Fn(Client) -> W) -> Result<T, Failure>
    where
        W: Future<Output = Result<T, Error>> + Send + 'static,
        T: Send + 'static,
    {
        let mut tried = 1;
        loop {
            let connected = self.connected()?;
            // A server that has much to look through, and finds little, says nothing for long: it gets longer each time.
            match self.run(&connected, self.attempt * tried, work(connected.client.clone())).await {
                Err(Failure::NotLeader | Failure::Unknown(_)) if tried < READS => {
                    tokio::time::sleep(PAUSE * tried).await;
                    tried += 1;
                }
                outcome => return outcome,
            }
        }
    }
}

/// Runs on the link's runtime what must come to its end whether or not its caller waits for it, and gives up waiting
/// after `patience`: on the caller's runtime, where it is sure to be noticed.
pub(super) async fn aside<T: Send + 'static>(
    handle: &Handle,
    patience: Duration,
    work: impl Future<Output = Result<T, LogError>> + Send + 'static,
) -> Result<T, LogError> {
    match tokio::time::timeout(patience, handle.spawn(work)).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(ended)) => Err(LogError::Unavailable(format!("the call ended early: {ended}"))),
        Err(_) => Err(LogError::Unavailable("the client did not come back in time".to_owned())),
    }
}

/// Shared by everything that talks to the server.
pub(super) type Shared = Arc<Link>;
