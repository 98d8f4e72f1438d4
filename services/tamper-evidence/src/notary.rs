//! The service's side: it knows a log's present head, signs it, and keeps what it signed outside the log.
//!
//! A log must never sign what is not consistent with what it signed before (C2SP `tlog-checkpoint`, "Signatures"). The tree is
//! rebuilt from the log at each start and held against what was kept; where it is another one, nothing is signed.

use std::path::Path;
use std::sync::Arc;

use access_log::AccessLog;
use event_log::EventLog;
use event_log::copy::Keep;
use tokio::sync::Mutex;
use transparency::{Checkpoint, Hash, Signer, Verifiers};

use crate::origin::access_folder;
use crate::source::{AccessSource, EventSource, LeafSource};
use crate::{Audit, KeptError, KeptFolder, LogFinding, SourceError, access_origin};

/// Why there is no checkpoint.
#[derive(Debug, thiserror::Error)]
pub enum NotaryError {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error("the checkpoints that are kept: {0}")]
    Kept(#[from] KeptError),
    #[error("checkpoints are signed with a log's key, and this one is a cosigner's")]
    NotALogsKey,
    /// Somebody changed it, put an older copy in its place, or this is another log than the one whose checkpoints are kept.
    #[error("the log is not what its kept checkpoints say: {}", told(.0))]
    Altered(Vec<LogFinding>),
    #[error("the log no longer holds the last entry that was read from it; after a restart it is read anew")]
    SetBack,
    #[error("writing the checkpoint was interrupted: {0}")]
    Interrupted(#[from] tokio::task::JoinError),
}

fn told(findings: &[LogFinding]) -> String {
    findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// Signs checkpoints of a log.
pub struct Notary {
    signer: Arc<Signer>,
    /// The log's name.
    origin: String,
    state: Mutex<NotaryState>,
}

struct NotaryState {
    source: Box<dyn LeafSource>,
    audit: Audit,
    /// How many leaves were read.
    read: u64,
    kept: Option<KeptFolder>,
    /// Leaf hashes that are not kept yet.
    pending: Vec<Hash>,
    signed: Option<(u64, String)>,
}

impl Notary {
    /// A notary of this event log, which keeps what it signs in a folder, if one is given. The log is read when it is first
    /// asked.
    ///
    /// # Errors
    /// Where the folder cannot be used, or holds checkpoints that are not signed with the key.
    pub fn of_events(
        log: Arc<dyn EventLog>,
        keep: Keep,
        signer: Arc<Signer>,
        folder: Option<&Path>,
    ) -> Result<Self, NotaryError> {
        let origin = signer.public().name().to_owned();
        Self::new(Box::new(EventSource::new(log, keep)), origin, signer, folder)
    }

    /// A notary of an access log, a node's own or one that nodes share: with the event log's key, and in a folder of its own below the event log's.
    ///
    /// # Errors
    /// As [`Self::of_events`].
    pub fn of_accesses(
        access: Arc<dyn AccessLog>,
        signer: Arc<Signer>,
        folder: Option<&Path>,
    ) -> Result<Self, NotaryError> {
        let origin = access_origin(signer.public().name(), access.name());
        let folder = folder.map(|folder| access_folder(folder).join(access.name()));
        Self::new(Box::new(AccessSource::new(access)), origin, signer, folder.as_deref())
    }

    fn new(
        source: Box<dyn LeafSource>,
        origin: String,
        signer: Arc<Signer>,
        folder: Option<&Path>,
    ) -> Result<Self, NotaryError> {
        let verifiers = Verifiers::new(signer.public().clone(), Vec::new()).ok_or(NotaryError::NotALogsKey)?;
        let kept = folder.map(KeptFolder::open).transpose()?;
        let evidence = kept.as_ref().map(|kept| kept.evidence(&verifiers.of(&origin))).transpose()?.unwrap_or_default();
        let audit = Audit::new(evidence);
        let state = NotaryState { source, audit, read: 0, kept, pending: Vec::new(), signed: None };
        Ok(Self { signer, origin, state: Mutex::new(state) })
    }

    /// The name of the log.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The key that it signs with.
    #[must_use]
    pub fn signer(&self) -> &Signer {
        &self.signer
    }

    /// A signed checkpoint of the log as it is now, and its size.
    ///
    /// # Errors
    /// See [`NotaryError`].
    pub async fn checkpoint(&self) -> Result<(u64, String), NotaryError> {
        let mut state = self.state.lock().await;
        Self::advance(&mut state).await?;
        Ok((state.audit.tree().size(), self.signed(&mut state)))
    }

    /// Keeps a checkpoint of the log as it is now, with the hashes of its leaves, if it has grown; answers its size.
    ///
    /// # Errors
    /// See [`NotaryError`].
    pub async fn keep(&self) -> Result<u64, NotaryError> {
        let mut state = self.state.lock().await;
        Self::advance(&mut state).await?;
        let checkpoint = Checkpoint::of(state.audit.tree(), &self.origin);
        let size = checkpoint.size;
        if let Some(mut kept) = state.kept.clone() {
            let (note, pending) = (checkpoint.sign(&self.signer), state.pending.clone());
            let written = pending.len();
            let writing = tokio::task::spawn_blocking(move || kept.add(&pending, size, &note).map(|()| kept));
            state.kept = Some(writing.await??);
            state.pending.drain(..written);
        }
        Ok(size)
    }

    /// Reads the log on to its head.
    async fn advance(state: &mut NotaryState) -> Result<(), NotaryError> {
        if !state.source.has_the_last().await? {
            return Err(NotaryError::SetBack);
        }
        let kept = state.kept.as_ref().map(KeptFolder::leaves);
        loop {
            let page = state.source.next().await?;
            for (leaf, place) in page.leaves {
                state.audit.push(leaf, &place);
                state.read += 1;
                if kept.is_some_and(|kept| state.read > kept) {
                    state.pending.push(leaf);
                }
            }
            if page.at_head {
                break;
            }
        }
        let findings = state.audit.findings();
        if !findings.is_empty() {
            return Err(NotaryError::Altered(findings));
        }
        state.audit.forget_leaves();
        Ok(())
    }

    fn signed(&self, state: &mut NotaryState) -> String {
        let checkpoint = Checkpoint::of(state.audit.tree(), &self.origin);
        match &state.signed {
            Some((size, note)) if *size == checkpoint.size => note.clone(),
            _ => {
                let note = checkpoint.sign(&self.signer).to_string();
                state.signed = Some((checkpoint.size, note.clone()));
                note
            }
        }
    }
}
