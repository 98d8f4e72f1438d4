//! Why a command was not executed.

use care_path::command::Refusal;

use crate::app::NotYet;
use crate::event_log::LogError;
use crate::sealing::{KeyError, KeyStoreError, SealError};

/// Why nothing was recorded.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError {
    /// There is no such person, or none that the principal may know of: the same to them.
    #[error("no such person")]
    NotFound,
    /// The policy does not let this role send this command in this relation.
    #[error("your role may not do this here")]
    Forbidden,
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("the path has changed: it is at revision {actual}; read it again")]
    Stale { actual: u64 },
    #[error("this idempotency key was used for another request")]
    KeyReused,
    /// Others kept writing to the same path.
    #[error("too many others are writing to this path; try again")]
    Contended,
    #[error("the person was erased")]
    Erased,
    /// The log takes no append of that size, at any time.
    #[error("what is to be recorded is larger than the event log takes at once: {limit} bytes")]
    TooLarge { limit: usize },
    /// Not recorded, or not known to be: the same request may be sent again.
    #[error("the event log did not answer; send the same request again")]
    Log(#[source] LogError),
    /// What describes a person cannot be sealed or opened at the moment, and nothing was recorded; or somebody was erased, and
    /// their keys are still to be destroyed.
    #[error("the keys cannot be had at the moment; send the same request again")]
    Keys(#[source] KeyError),
    /// The read models of this node have not reached what the log holds. It may have been recorded.
    #[error("the read models are behind the event log; send the same request again")]
    Behind(#[source] NotYet),
    /// This node has stopped following the log. Another one may take the request.
    #[error("this node has stopped following the event log")]
    Outdated,
    /// A fault in Baken or in what it has stored. The source says what, and never about whom.
    #[error("internal error")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl ExecuteError {
    /// Whether the same request may be recorded when it is sent again unchanged, here or to another node.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        match self {
            Self::Contended | Self::Log(_) | Self::Keys(_) | Self::Behind(_) | Self::Outdated => true,
            Self::NotFound
            | Self::Forbidden
            | Self::Refused(_)
            | Self::Stale { .. }
            | Self::KeyReused
            | Self::Erased
            | Self::TooLarge { .. }
            | Self::Internal(_) => false,
        }
    }
}

impl From<LogError> for ExecuteError {
    fn from(error: LogError) -> Self {
        match error {
            LogError::TooLarge { limit, setting } => {
                if let Some(setting) = setting {
                    tracing::error!(limit, "the event log refuses what is to be recorded for its size: {setting}");
                }
                Self::TooLarge { limit }
            }
            other => Self::Log(other),
        }
    }
}

pub(super) fn internal<E: std::error::Error + Send + Sync + 'static>(error: E) -> ExecuteError {
    ExecuteError::Internal(Box::new(error))
}

/// The key store, or what unwraps its keys, does not answer. One that has stopped takes nothing more until the service is
/// started anew, like a log; another node may.
fn no_key(error: KeyError) -> ExecuteError {
    let stopped = matches!(error, KeyError::Store(KeyStoreError::Stopped(_)));
    if stopped || error.is_passing() { ExecuteError::Keys(error) } else { internal(error) }
}

pub(super) fn not_sealed(error: SealError) -> ExecuteError {
    match error {
        SealError::Erased => ExecuteError::Erased,
        SealError::Key(why) => no_key(why),
        other => internal(other),
    }
}
