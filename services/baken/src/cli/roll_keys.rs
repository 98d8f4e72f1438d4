//! `baken roll-keys`: leaves the key-encryption key for a new one, while the service goes on.

use std::time::Instant;

use clap::Args;

use super::Failure;
use super::installation::Chosen;
use crate::sealing::{KeyRing, Rolled};
use crate::telemetry::{self, Format};

/// Rolls the key-encryption key, while the service goes on
///
/// Makes a new key-encryption key, wraps every data key by it, and destroys the old one: no older backup of the key store opens
/// from then on. With `BAKEN_KEK` the new one is the later epoch that was given to every node before. Nodes that run need no
/// restart: they find the new key when they meet it. If the command breaks off, give it again, or restart a node.
#[derive(Debug, Args)]
pub struct RollKeys {
    #[command(flatten)]
    chosen: Chosen,
}

impl RollKeys {
    pub async fn run(self) -> Result<(), Failure> {
        telemetry::init(Format::Text, "warn");
        let installation = self.chosen.read()?;
        let (keys, kek) = (installation.keys()?.open_existing().await?, installation.kek()?);
        let name = kek.name();
        let began = Instant::now();
        let ring = KeyRing::open(keys, kek, KeyRing::CAPACITY).await?;
        let Rolled { epoch, rewrapped } = ring.roll().await?;
        let seconds = began.elapsed().as_secs_f64();
        println!("{name} is at epoch {epoch}; {rewrapped} data keys were wrapped anew in {seconds:.1} s");
        Ok(())
    }
}
