//! `baken verify`: whether a log is still what its checkpoints say.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use access_log::AccessPlace;
use clap::Args;
use tamper_evidence::{CertificateError, Evidence, KeptError, VerifyError, VerifyReport, verify};
use transparency::{CheckpointError, KeyError, VerifierKey, Verifiers};

use super::Failure;
use super::installation::{Chosen, Installation};
use super::verify_accesses::{verify_access_log, verify_certificate, verify_proof};
use crate::history::is_our_stream;

/// What was given to hold the log against is not to be believed: `EX_DATAERR` of sysexits.h.
const REFUSED: u8 = 65;
/// The log, or what it is to be held against, cannot be read: `EX_NOINPUT`.
const UNREAD: u8 = 66;

/// Says whether the logs are what they were at their checkpoints, and where they are not
///
/// It reads every event and every record of the access log (of this node's, or of the one that the nodes share), without any
/// key that opens one, and compares. Without a checkpoint it holds them against themselves alone: positions, revisions, the
/// index of streams; numbers, and that no record was removed before its time. The service may run meanwhile.
///
/// With --proof it reads a proof of who saw a person instead, and with --certificate a certificate of erasure. It needs nothing
/// but that file and the key.
///
/// Ends with 0 where nothing is wrong; with 1 where a log was changed, cut off or put back, or a proof proves nothing; with 65
/// where a checkpoint is not signed as it must be, is another log's, or belies another; with 66 where something cannot be
/// read.
#[derive(Debug, Args)]
pub struct Verify {
    /// A checkpoint, or a folder in which they are kept; more than one may be given. One alone says that something before it
    /// was changed, several say between which of them, and a folder with leaf hashes says which entry it was.
    #[arg(long, value_name = "PATH", requires = "key")]
    checkpoint: Vec<PathBuf>,
    /// The key that verifies the log's signature, as a line or the file that holds it. Take it from where the checkpoint was
    /// kept, not from the log's own machine.
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// The key of a second party who must have signed as well; more than one may be given.
    #[arg(long, value_name = "KEY", requires = "key")]
    cosigner: Vec<String>,
    /// A proof of who saw a person, as `GET /v1/persons/{person_id}/access-log/proof` answers it. With --checkpoint it is held
    /// against that too.
    #[arg(long, value_name = "FILE", requires = "key")]
    proof: Option<PathBuf>,
    /// A certificate of erasure, as `GET /v1/persons/{person_id}/erasure-certificate` answers it. With --checkpoint it is held
    /// against that too.
    #[arg(long, value_name = "FILE", requires = "key", conflicts_with = "proof")]
    certificate: Option<PathBuf>,
    #[command(flatten)]
    chosen: Chosen,
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    AsItWas,
    NotAsItWas,
}

impl Verdict {
    pub(super) fn of(as_it_was: bool) -> Self {
        if as_it_was { Self::AsItWas } else { Self::NotAsItWas }
    }
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
    #[error("the access log {place}: {source}")]
    Accesses { place: AccessPlace, source: access_log::OpenError },
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("{} is no proof: {source}", path.display())]
    Proof { path: PathBuf, source: serde_json::Error },
    #[error("{}: {source}", path.display())]
    Certificate { path: PathBuf, source: CertificateError },
    #[error("the checkpoint in {}: {source}", path.display())]
    Checkpoint { path: PathBuf, source: CheckpointError },
    #[error(transparent)]
    Installation(#[from] Failure),
}

impl NotVerified {
    fn code(&self) -> u8 {
        match self {
            Self::Key(..)
            | Self::Kind
            | Self::AnotherLog { .. }
            | Self::Proof { .. }
            | Self::Certificate { .. }
            | Self::Checkpoint { .. }
            | Self::Evidence(KeptError::Checkpoint { .. } | KeptError::Contradiction(_)) => REFUSED,
            Self::Evidence(KeptError::Io { .. } | KeptError::Empty(_))
            | Self::Log(_)
            | Self::Accesses { .. }
            | Self::File { .. }
            | Self::Installation(_) => UNREAD,
        }
    }
}

impl From<io::Error> for NotVerified {
    fn from(error: io::Error) -> Self {
        Self::Installation(error.into())
    }
}

impl Verify {
    pub async fn run(self) -> ExitCode {
        match self.verify(&mut io::stdout()).await {
            Ok(Verdict::AsItWas) => ExitCode::SUCCESS,
            Ok(Verdict::NotAsItWas) => ExitCode::FAILURE,
            Err(error) => {
                eprintln!("baken: {error}");
                ExitCode::from(error.code())
            }
        }
    }

    async fn verify(self, out: &mut impl Write) -> Result<Verdict, NotVerified> {
        let verifiers = self.key.as_deref().map(|key| verifiers(key, &self.cosigner)).transpose()?;
        let read = |verifiers| Evidence::read(&self.checkpoint, verifiers);
        if let (Some(file), Some(verifiers)) = (&self.proof, &verifiers) {
            let kept = if self.checkpoint.is_empty() { None } else { Some(read(verifiers)?) };
            return verify_proof(file, verifiers, kept.as_ref(), out);
        }
        if let (Some(file), Some(verifiers)) = (&self.certificate, &verifiers) {
            let kept = if self.checkpoint.is_empty() { None } else { Some(read(verifiers)?) };
            return verify_certificate(file, verifiers, kept.as_ref(), out);
        }
        let installation = self.chosen.read()?;
        let evidence = match &verifiers {
            None => Evidence::default(),
            Some(verifiers) => {
                refuse_another_log(&installation, verifiers)?;
                if self.checkpoint.is_empty() { Evidence::default() } else { read(verifiers)? }
            }
        };
        let (checkpoints, leaves) = (evidence.log.checkpoints(), evidence.log.leaves());
        let url = installation.log()?;
        let began = Instant::now();
        let report = verify(&url, is_our_stream, evidence.log).await?;
        let verifiers = verifiers.as_ref().filter(|_| !self.checkpoint.is_empty());
        let told = Told { log: &url, verifiers, checkpoints, leaves, report: &report };
        told.write(began.elapsed().as_secs_f64(), out)?;
        let accesses = verify_access_log(&installation, &evidence.accesses, verifiers.is_some(), out).await?;
        Ok(Verdict::of(report.findings.is_empty() && accesses == Verdict::AsItWas))
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
