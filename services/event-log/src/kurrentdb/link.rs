//! The client's connection, and what it is fenced in with.
//!
//! The client runs on a runtime of its own, and whoever waits for it does so elsewhere: a client that spins cannot keep
//! a deadline from passing. It has no deadline of its own for a server that does not answer, stays with a node that has
//! gone, and is of no use any more once it has failed to find one. So after any failure that is not the server's clear
//! word it is thrown away, and the next call begins with a new one.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use eventstore::{Client, Error};
use parking_lot::Mutex;
use tokio::runtime::{Builder, Handle, Runtime};

use super::Options;
use super::url::KurrentUrl;
use crate::port::LogError;

/// How long to leave a server alone that did not do what it was asked.
pub(super) const PAUSE: Duration = Duration::from_millis(100);
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
    /// Refused, and would be again; nothing was written.
    Refused(LogError),
    /// Anything may have happened.
    Unknown(String),
}

impl Failure {
    fn of(error: Error) -> Self {
        match error {
            Error::WrongExpectedVersion { .. } => Self::Conflict,
            Error::NotLeaderException(_) => Self::NotLeader,
            Error::ResourceNotFound => Self::NotFound,
            Error::ResourceDeleted => {
                Self::Refused(LogError::Damaged("a stream was deleted, which Baken never does".to_owned()))
            }
            Error::AccessDenied => {
                Self::Refused(LogError::Unavailable("the user may not do this on the server".to_owned()))
            }
            Error::Grpc { message, .. } if too_large(&message).is_some() => {
                Self::Refused(LogError::TooLarge { limit: too_large(&message).unwrap_or_default() })
            }
            Error::ServerError(said) => {
                // The status comes with all its metadata; the beginning says what it is.
                Self::Unknown(said.split(", details:").next().unwrap_or_default().to_owned())
            }
            other => Self::Unknown(other.to_string()),
        }
    }

    fn is_clear(&self) -> bool {
        !matches!(self, Self::Unknown(_))
    }
}

impl From<Failure> for LogError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(error) => error,
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

/// The client that is in use, counted so that a newer one is not thrown away for the failure of an older.
#[derive(Default)]
struct Slot {
    client: Option<Client>,
    number: u64,
}

pub(super) struct Link {
    url: KurrentUrl,
    slot: Mutex<Slot>,
    handle: Handle,
    /// For one call to the server.
    attempt: Duration,
}

/// The runtime of a link. It ends in the background, for it may be dropped where nothing may block.
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
    pub(crate) fn new(url: KurrentUrl, handle: Handle, options: &Options) -> Self {
        Self { url, slot: Mutex::default(), handle, attempt: options.attempt }
    }

    fn client(&self) -> Result<(Client, u64), Failure> {
        let mut slot = self.slot.lock();
        if let Some(client) = &slot.client {
            return Ok((client.clone(), slot.number));
        }
        let settings = self.url.settings().map_err(|error| Failure::Unknown(error.to_string()))?;
        let client = Client::with_runtime_handle(self.handle.clone(), settings)
            .map_err(|_| Failure::Unknown("the certificates of the connection string cannot be used".to_owned()))?;
        slot.number += 1;
        slot.client = Some(client.clone());
        Ok((client, slot.number))
    }

    fn throw_away(&self, number: u64) {
        let mut slot = self.slot.lock();
        if slot.number == number {
            slot.client = None;
        }
    }

    /// One call, on the client's runtime, with the deadline of an attempt.
    pub(crate) async fn call<T, W>(&self, work: impl FnOnce(Client) -> W) -> Result<T, Failure>
    where
        W: Future<Output = Result<T, Error>> + Send + 'static,
        T: Send + 'static,
    {
        let (client, number) = self.client()?;
        let mut running = self.handle.spawn(work(client));
        let outcome = match tokio::time::timeout(self.attempt, &mut running).await {
            Ok(Ok(outcome)) => outcome.map_err(Failure::of),
            // The client takes some answers for given.
            Ok(Err(_)) => Err(Failure::Unknown("the server's answer is not of its protocol".to_owned())),
            Err(_) => {
                running.abort();
                Err(Failure::Unknown("the server did not answer in time".to_owned()))
            }
        };
        if outcome.as_ref().is_err_and(|failure| !failure.is_clear()) {
            self.throw_away(number);
        }
        outcome
    }

    /// A call that changes nothing: tried again where another node leads, or the connection had gone.
    pub(crate) async fn read<T, W>(&self, work: impl Fn(Client) -> W) -> Result<T, Failure>
    where
        W: Future<Output = Result<T, Error>> + Send + 'static,
        T: Send + 'static,
    {
        let mut tried = 1;
        loop {
            match self.call(&work).await {
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
