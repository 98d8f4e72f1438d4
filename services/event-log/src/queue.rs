//! An append on its way to the one writer that a node has, where an engine has one.

use tokio::sync::oneshot;

use crate::port::{Appended, Expected, LogError, Proposed, StreamName};

/// How an append ended.
pub(crate) type Verdict = Result<Appended, LogError>;

/// An append that waits for its turn, and where its answer goes.
pub(crate) struct QueuedAppend {
    pub stream: StreamName,
    pub expected: Expected,
    pub events: Vec<Proposed>,
    pub answer: oneshot::Sender<Verdict>,
}
