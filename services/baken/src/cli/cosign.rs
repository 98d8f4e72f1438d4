//! `baken cosign`: a second party signs a log's newest checkpoint.

use std::path::PathBuf;

use clap::Args;
use tamper_evidence::{cosign, open_key};
use transparency::Verifiers;

use super::Failure;
use super::verify::key;
use crate::sources::{Clock, SystemClock};

/// Signs the newest checkpoint that the log's operator keeps, as a second party, if the log only grew
///
/// For somebody other than the log's operator, on a machine of their own. The folder holds checkpoints and hashes of leaves:
/// nothing of what the log holds. It must go on from the checkpoint in LAST, which was cosigned before; then the new one is put there,
/// and is what to keep and to hand on. Where the log was rewritten meanwhile, nothing is signed.
#[derive(Debug, Args)]
pub struct Cosign {
    /// The folder in which the operator keeps checkpoints.
    folder: PathBuf,
    /// The key that verifies the log's signature, as a line or the file that holds it.
    #[arg(long, value_name = "KEY")]
    key: String,
    /// The second party's private key, as `baken checkpoint-key --cosigner` makes it.
    #[arg(long, value_name = "FILE")]
    with: PathBuf,
    /// The checkpoint that was cosigned before, and then the new one. The first time there is none.
    #[arg(long, value_name = "FILE")]
    last: PathBuf,
}

impl Cosign {
    pub fn run(self) -> Result<(), Failure> {
        let log = Verifiers::new(key(&self.key)?, Vec::new()).ok_or("--key takes the key of a log")?;
        let signer = open_key(&self.with)?;
        let first = !self.last.exists();
        let time = u64::try_from(SystemClock.now().timestamp())?;
        let newest = cosign(&self.folder, &self.last, &log, &signer, time)?;
        let grew = if first { "the first one" } else { "it only grew since the last one" };
        println!("{} cosigned as {}: {} events; {grew}", newest.origin, signer.public().name(), newest.size);
        Ok(())
    }
}
