//! `baken backup`: one file that holds the log, made while the service goes on; and one for its keys, if asked.

use std::path::PathBuf;

use clap::Args;

use super::Failure;
use super::installation::Chosen;
use crate::event_log::LogUrl;
use crate::event_log::sqlite::{Options, SqliteLog};
use crate::sealing::SqliteKeyStore;

/// Copies the log into one file, while the service goes on
///
/// For a log and a key store in files. What is in PostgreSQL or KurrentDB is backed up by the server's own means. The access log
/// is not copied: docs/operating.md says how it is.
#[derive(Debug, Args)]
pub struct Backup {
    /// The file to make; it must not exist.
    file: PathBuf,
    /// Also copies the key store, into another file. Keep it apart: with the log and the key-encryption key it opens
    /// everything, and an erasure must reach it too.
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    #[command(flatten)]
    chosen: Chosen,
}

impl Backup {
    pub async fn run(self) -> Result<(), Failure> {
        let installation = self.chosen.read()?;
        let LogUrl::Sqlite(log) = installation.log()? else {
            return Err("the log is not in a file: back it up with its server's own tools".into());
        };
        // Before anything is made.
        let keys = match self.keys {
            None => None,
            Some(to) => match installation.keys()?.file() {
                Some(from) => Some((from.to_owned(), to)),
                None => return Err("the key store is not in a file: back it up with its server's own tools".into()),
            },
        };
        let log = SqliteLog::open_read_only(&log, &Options::default())?;
        let position = log.backup(&self.file).await?;
        println!("{} holds the log up to position {position}", self.file.display());
        // After the log, so that every event in the one copy has its key in the other.
        if let Some((from, to)) = keys {
            SqliteKeyStore::open(from)?.backup(&to).await?;
            println!("{} holds the key store", to.display());
        }
        Ok(())
    }
}
