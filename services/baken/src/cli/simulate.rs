//! `baken simulate`: synthetic care paths, the same for the same seed, into a data folder or a running service.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::{DataFolder, Failure, data};
use crate::demo;
use crate::dev_issuer::DevIssuer;
use crate::simulate::{self, Http, Simulation};
use crate::sources::{RandomIds, SystemClock};
use crate::telemetry::{self, Format};

#[derive(Debug, Args)]
pub struct Simulate {
    /// How many persons.
    #[arg(long, value_name = "N")]
    persons: u64,
    /// The same seed gives the same paths.
    #[arg(long, value_name = "S")]
    seed: u64,
    /// A running service of the development profile to send them to; its tokens are signed with the key that lies in
    /// the data folder.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// A new folder to write them into as batches, instead: a file for each round and user.
    #[arg(long, value_name = "DIR", conflicts_with = "url")]
    ndjson: Option<PathBuf>,
    #[command(flatten)]
    folder: DataFolder,
}

impl Simulate {
    pub async fn run(self) -> Result<(), Failure> {
        telemetry::init(Format::Text, "warn");
        let simulation = Simulation::new(self.persons, self.seed);
        let (directory, progress) = (demo::directory()?, simulate::progress(&simulation));
        if let Some(folder) = &self.ndjson {
            let written = simulate::write(&simulation, &directory, folder, &progress)?;
            println!("{} lines in {} batches", written.lines, written.files);
            return Ok(());
        }
        let report = if let Some(url) = &self.url {
            let issuer = DevIssuer::open(&self.folder.data)?;
            let http = Http::new(url, issuer, Arc::new(SystemClock), Arc::new(RandomIds));
            simulate::run(&http, &directory, &simulation, &progress).await?
        } else {
            let service = data::start(&self.folder.data, demo::settings()?).await?;
            let report = simulate::run(&*service.baken, &directory, &simulation, &progress).await?;
            service.stop().await;
            report
        };
        println!("{report}");
        Ok(())
    }
}
