//! The service's side: it knows the log's present head, signs it, and keeps what it signed outside the log.
//!
//! A log must never sign what is not consistent with what it signed before (C2SP `tlog-checkpoint`, "Signatures"). The tree is
//! rebuilt from the log at each start and held against what was kept; where it is another one, nothing is signed.

use std::sync::Arc;

use event_log::copy::Keep;
use event_log::{EventLog, LogError, StreamName};
use tokio::sync::Mutex;
use transparency::{Checkpoint, Hash, Signer, Verifiers};

use crate::reading::LeafReading;
use crate::{Audit, KeptError, KeptFolder, LogFinding};

/// Why there is no checkpoint.
#[derive(Debug, thiserror::Error)]
pub enum NotaryError {
    #[error("the event log: {0}")]
    Log(#[from] LogError),
    #[error("the checkpoints that are kept: {0}")]
    Kept(#[from] KeptError),
    #[error("checkpoints are signed with a log's key, and this one is a cosigner's")]
    NotALogsKey,
    /// Somebody changed it, put an older copy in its place, or this is another log than the one whose checkpoints are kept.
    #[error("the log is not what its kept checkpoints say: {}", told(.0))]
    Altered(Vec<LogFinding>),
    #[error("the log no longer holds the last event that was read from it; after a restart it is read anew")]
    SetBack,
    #[error("writing the checkpoint was interrupted: {0}")]
    Interrupted(#[from] tokio::task::JoinError),
}

fn told(findings: &[LogFinding]) -> String {
    findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// Signs checkpoints of a log.
pub struct Notary {
    signer: Signer,
    log: Arc<dyn EventLog>,
    state: Mutex<NotaryState>,
}

struct NotaryState {
    reading: LeafReading,
    audit: Audit,
    /// The last event that was read: its stream and revision, and its leaf.
    last: Option<(StreamName, u64, Hash)>,
    kept: Option<KeptFolder>,
    /// Leaf hashes that are not kept yet.
    pending: Vec<Hash>,
    signed: Option<(u64, String)>,
}

impl Notary {
    /// A notary of this log, which keeps what it signs in a folder, if one is given. The log is read when it is first asked.
    ///
    /// # Errors
    /// Where the folder cannot be used, or holds checkpoints that are not signed with the key.
    pub fn new(
        log: Arc<dyn EventLog>,
        keep: Keep,
        signer: Signer,
        kept: Option<KeptFolder>,
    ) -> Result<Self, NotaryError> {
        let verifiers = Verifiers::new(signer.public().clone(), Vec::new()).ok_or(NotaryError::NotALogsKey)?;
        let evidence = kept.as_ref().map(|kept| kept.evidence(&verifiers)).transpose()?.unwrap_or_default();
        let state = NotaryState {
            reading: LeafReading::new(log.clone(), keep),
            audit: Audit::new(evidence),
            last: None,
            kept,
            pending: Vec::new(),
            signed: None,
        };
        Ok(Self { signer, log, state: Mutex::new(state) })
    }

    /// A signed checkpoint of the log as it is now.
    ///
    /// # Errors
    /// See [`NotaryError`].
    pub async fn checkpoint(&self) -> Result<String, NotaryError> {
        let mut state = self.state.lock().await;
        self.advance(&mut state).await?;
        Ok(self.signed(&mut state))
    }

    /// Keeps a checkpoint of the log as it is now, with the hashes of its leaves, if it has grown; answers its size.
    ///
    /// # Errors
    /// See [`NotaryError`].
    pub async fn keep(&self) -> Result<u64, NotaryError> {
        let mut state = self.state.lock().await;
        self.advance(&mut state).await?;
        let checkpoint = Checkpoint::of(state.audit.tree(), &self.signer);
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
    async fn advance(&self, state: &mut NotaryState) -> Result<(), NotaryError> {
        if let Some((stream, revision, leaf)) = &state.last {
            let there = self.log.read_stream(stream, *revision).await?;
            if there.first().is_none_or(|event| crate::leaf_of(event) != *leaf) {
                return Err(NotaryError::SetBack);
            }
        }
        let kept = state.kept.as_ref().map(KeptFolder::leaves);
        while let Some(page) = state.reading.next().await? {
            for read in page.leaves {
                state.audit.push(read.leaf, &read.place);
                if kept.is_some_and(|kept| read.place.number > kept) {
                    state.pending.push(read.leaf);
                }
                state.last = Some((read.place.stream, read.place.revision, read.leaf));
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
        let checkpoint = Checkpoint::of(state.audit.tree(), &self.signer);
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
