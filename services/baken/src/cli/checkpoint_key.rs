//! `baken checkpoint-key`: makes the key that checkpoints of a log are signed with, or cosigned.

use std::path::PathBuf;

use clap::Args;
use tamper_evidence::create_key;
use transparency::KeyKind;

use super::Failure;

/// Makes a key to sign checkpoints with, and prints the one that verifies them
///
/// The private key goes into FILE, for its owner alone; the other one into FILE.pub, for everybody. Give that one to all
/// who keep checkpoints of the log: it is what they know the log by.
#[derive(Debug, Args)]
pub struct CheckpointKey {
    /// The log's name, or the second party's: an address without a scheme, such as example.org/baken. No other may have it.
    name: String,
    /// The file to make; it must not exist.
    file: PathBuf,
    /// For a second party, who signs the checkpoints of a log.
    #[arg(long)]
    cosigner: bool,
}

impl CheckpointKey {
    pub fn run(self) -> Result<(), Failure> {
        let kind = if self.cosigner { KeyKind::Cosigner } else { KeyKind::Log };
        println!("{}", create_key(&self.file, &self.name, kind)?.public());
        Ok(())
    }
}
