//! `baken rebuild --check`: rebuilds every read model from the log and compares it with the live one.

use std::path::Path;
use std::sync::Arc;

use clap::Args;

use super::{DataFolder, Failure, data};
use crate::app::Decoder;
use crate::event_log::sqlite::{Options, SqliteLog};
use crate::event_log::{EventLog, Position};
use crate::projections::{Digests, World, catch_up_to};
use crate::sealing::{KeyRing, Sealer};

#[derive(Debug, Args)]
pub struct Rebuild {
    /// Compares what was rebuilt with the read models of the running service.
    #[arg(long, required = true)]
    check: bool,
    /// The running service; unless said, the one that serves the data folder.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    #[command(flatten)]
    folder: DataFolder,
}

impl Rebuild {
    pub async fn run(self) -> Result<(), Failure> {
        let url = match self.url {
            Some(url) => url,
            None => address_of(&self.folder.data)?,
        };
        let live: Digests = reqwest::get(format!("{url}/internal/read-models"))
            .await
            .and_then(reqwest::Response::error_for_status)
            .map_err(|_| format!("no service answers at {url}; start it, or name it with --url"))?
            .json()
            .await?;
        let rebuilt = rebuild(&self.folder.data, live.position).await?;
        let mut equal = live.position == rebuilt.position;
        println!("position {} (live {})", rebuilt.position, live.position);
        for (rebuilt, live) in rebuilt.models.iter().zip(&live.models) {
            let same = rebuilt == live;
            equal &= same;
            let verdict = if same { "equal" } else { "DIFFERENT" };
            println!(
                "{verdict:9}  {}: {} rows, {} (live {})",
                rebuilt.model, rebuilt.rows, rebuilt.digest, live.digest
            );
        }
        if equal { Ok(()) } else { Err("the live read models are not what the log says".into()) }
    }
}

fn address_of(folder: &Path) -> Result<String, Failure> {
    let file = data::address_file(folder);
    std::fs::read_to_string(&file)
        .map(|url| url.trim().to_owned())
        .map_err(|_| format!("{} names no running service; name it with --url", file.display()).into())
}

async fn rebuild(folder: &Path, position: u64) -> Result<Digests, Failure> {
    let log: Arc<dyn EventLog> = Arc::new(SqliteLog::open_read_only(&data::log_file(folder), &Options::default())?);
    let (keys, kek) = data::open_keys(folder)?;
    let ring = Arc::new(KeyRing::open(keys, kek, KeyRing::CAPACITY).await?);
    let _preloaded = ring.preload_all().await?;
    let world = World::new(Arc::new(crate::demo::settings()?));
    let decoder = Decoder::new(Arc::new(Sealer::new(ring.clone())));
    let world = catch_up_to(log, &decoder, world, Position(position)).await?;
    Ok(world.digests())
}
