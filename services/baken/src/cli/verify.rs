//! `baken verify`: whether a log is still what its checkpoints say.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;
use tamper_evidence::{KeptError, LogEvidence, VerifyError, VerifyReport, verify};
use transparency::{KeyError, VerifierKey, Verifiers};

use super::Failure;
use super::installation::{Chosen, Installation};
use crate::history::is_our_stream;

/// What was given to hold the log against is not to be believed: `EX_DATAERR` of sysexits.h.
const REFUSED: u8 = 65;
/// The log, or what it is to be held against, cannot be read: `EX_NOINPUT`.
const UNREAD: u8 = 66;

/// Says whether the log is what it was at its checkpoints, and where it is not
///
/// It reads every event, without any key that opens one, and compares. Without a checkpoint it holds the log against itself
/// alone: positions, revisions, the index of streams. The service may run meanwhile.
///
/// Ends with 0 where nothing is wrong; with 1 where the log was changed, cut off or put back; with 65 where a checkpoint is
/// not signed as it must be, is another log's, or belies another; with 66 where something cannot be read.
#[derive(Debug, Args)]
pub struct Verify {
    /// A checkpoint, or a folder in which they are kept; more than one may be given. One alone says that something before it
    /// was changed, several say between which of them, and a folder with leaf hashes says which event it was.
    #[arg(long, value_name = "PATH", requires = "key")]
    checkpoint: Vec<PathBuf>,
    /// The key that verifies the log's signature, as a line or the file that holds it. Take it from where the checkpoint was
    /// kept, not from the log's own machine.
    #[arg(long, value_name = "KEY", requires = "checkpoint")]
    key: Option<String>,
    /// The key of a second party who must have signed as well; more than one may be given.
    #[arg(long, value_name = "KEY", requires = "checkpoint")]
    cosigner: Vec<String>,
    #[command(flatten)]
    chosen: Chosen,
}

/// Why nothing was verified.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotVerified {
    #[error("{0}: {1}")]
    Key(String, #[source] KeyError),
    #[error("--key takes the key of a log, and --cosigner one of a second party")]
    Kind,
    #[error("the checkpoints are of `{given}`, and the log here signs as `{here}`: they are another log's")]
    AnotherLog { given: String, here: String },
    #[error(transparent)]
    Evidence(#[from] KeptError),
    #[error(transparent)]
    Log(#[from] VerifyError),
    #[error(transparent)]
    Installation(#[from] Failure),
}

impl NotVerified {
    fn code(&self) -> u8 {
        match self {
            Self::Key(..)
            | Self::Kind
            | Self::AnotherLog { .. }
            | Self::Evidence(KeptError::Checkpoint { .. } | KeptError::Contradiction(_)) => REFUSED,
            Self::Evidence(KeptError::Io { .. } | KeptError::Empty(_)) | Self::Log(_) | Self::Installation(_) => UNREAD,
        }
    }
}

impl Verify {
    pub async fn run(self) -> ExitCode {
        match self.verify(&mut io::stdout()).await {
            Ok(report) if report.findings.is_empty() => ExitCode::SUCCESS,
            Ok(_) => ExitCode::FAILURE,
            Err(error) => {
                eprintln!("baken: {error}");
                ExitCode::from(error.code())
            }
        }
    }

    async fn verify(self, out: &mut impl Write) -> Result<VerifyReport, NotVerified> {
        let installation = self.chosen.read()?;
        let verifiers = self.key.as_deref().map(|key| verifiers(key, &self.cosigner)).transpose()?;
        let evidence = match &verifiers {
            None => LogEvidence::default(),
            Some(verifiers) => {
                refuse_another_log(&installation, verifiers)?;
                LogEvidence::read(&self.checkpoint, verifiers)?
            }
        };
        let (checkpoints, leaves) = (evidence.checkpoints(), evidence.leaves());
        let url = installation.log()?;
        let began = Instant::now();
        let report = verify(&url, is_our_stream, evidence).await?;
        let told = Told { log: &url, verifiers: verifiers.as_ref(), checkpoints, leaves, report: &report };
        told.write(began.elapsed().as_secs_f64(), out).map_err(|error| NotVerified::Installation(error.into()))?;
        Ok(report)
    }
}

/// A key as a line, or the file that holds one.
pub(super) fn key(given: &str) -> Result<VerifierKey, NotVerified> {
    let refused = |error| NotVerified::Key(given.to_owned(), error);
    match std::fs::read_to_string(given) {
        Ok(text) => text.trim().parse().map_err(refused),
        Err(_) => given.trim().parse().map_err(refused),
    }
}

fn verifiers(log: &str, cosigners: &[String]) -> Result<Verifiers, NotVerified> {
    let cosigners = cosigners.iter().map(|given| key(given)).collect::<Result<_, _>>()?;
    Verifiers::new(key(log)?, cosigners).ok_or(NotVerified::Kind)
}

/// What the installation signs by itself is not believed, but it says which log is meant.
fn refuse_another_log(installation: &Installation, verifiers: &Verifiers) -> Result<(), NotVerified> {
    let file = installation.checkpoint_verifier().filter(|file| Path::exists(file));
    let Some(here) = file.map(|file| key(&file.to_string_lossy())).transpose()? else { return Ok(()) };
    if here.name() == verifiers.origin() {
        return Ok(());
    }
    Err(NotVerified::AnotherLog { given: verifiers.origin().to_owned(), here: here.name().to_owned() })
}

/// What an operator is told.
struct Told<'a> {
    log: &'a dyn std::fmt::Display,
    verifiers: Option<&'a Verifiers>,
    checkpoints: usize,
    leaves: usize,
    report: &'a VerifyReport,
}

impl Told<'_> {
    fn write(&self, seconds: f64, out: &mut impl Write) -> io::Result<()> {
        let VerifyReport { size, root, position, covered, findings } = self.report;
        writeln!(out, "{}: {size} events up to position {position}, read in {seconds:.1} s", self.log)?;
        writeln!(out, "root of the tree: {root}")?;
        if let Some(verifiers) = self.verifiers {
            writeln!(
                out,
                "held against {} checkpoints of {}, the largest of {covered} events, and {} leaf hashes",
                self.checkpoints,
                verifiers.origin(),
                self.leaves
            )?;
        }
        for finding in findings {
            writeln!(out, "NOT AS IT WAS: {finding}")?;
        }
        match (findings.is_empty(), self.verifiers) {
            (false, _) => Ok(()),
            (true, None) => {
                writeln!(out, "The log agrees with itself. Whether it was rewritten, only a checkpoint can tell.")
            }
            (true, Some(_)) => writeln!(
                out,
                "The first {covered} events are as they were signed; {} came later, for which no checkpoint vouches.",
                size - covered
            ),
        }
    }
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;
