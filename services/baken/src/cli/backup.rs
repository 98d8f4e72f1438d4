//! `baken backup`: one file that holds the log, made while the service goes on; and one for its keys, if asked.

use std::path::PathBuf;

use clap::Args;

use super::{DataFolder, Failure, data};
use crate::event_log::sqlite::{Options, SqliteLog};
use crate::sealing::SqliteKeyStore;

#[derive(Debug, Args)]
pub struct Backup {
    /// The file to make; it must not exist.
    file: PathBuf,
    /// Also copies the key store, into another file. Keep it apart: with the log and the key-encryption key it opens
    /// everything, and an erasure must reach it too.
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    #[command(flatten)]
    folder: DataFolder,
}

impl Backup {
    pub async fn run(self) -> Result<(), Failure> {
        let log = SqliteLog::open_read_only(&data::log_file(&self.folder.data), &Options::default())?;
        let position = log.backup(&self.file).await?;
        println!("{} holds the log up to position {position}", self.file.display());
        if let Some(file) = self.keys {
            SqliteKeyStore::open(data::keys_file(&self.folder.data))?.backup(&file).await?;
            println!("{} holds the key store", file.display());
        }
        Ok(())
    }
}
