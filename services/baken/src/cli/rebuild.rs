//! `baken rebuild --check`: rebuilds every read model from the log and compares it with the live one.

use std::sync::Arc;

use clap::Args;
use secrecy::{ExposeSecret as _, SecretString};

use super::Failure;
use super::installation::{Chosen, Installation};
use crate::event_log::{Position, open_to_read};
use crate::history::Decoder;
use crate::projections::{Digests, World, catch_up_to};
use crate::sealing::{KeyRing, Sealer};

/// Rebuilds the read models from the log and compares them with the live ones
///
/// The log is read from its first event to the position that the service has reached, and what follows from it, as of the
/// same moment, is held against what the service answers from: cases, links, revisions, answers, indexes, the worklist, and
/// what is done by itself. Suggestions of who may be the same are not compared: they come in by and by after a start.
#[derive(Debug, Args)]
pub struct Rebuild {
    /// Compares what was rebuilt with the read models of the running service.
    #[arg(long, required = true)]
    check: bool,
    /// The running service; unless said, the one that serves the data folder, or listens as the configuration says.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    #[command(flatten)]
    chosen: Chosen,
}

impl Rebuild {
    pub async fn run(self) -> Result<(), Failure> {
        let installation = self.chosen.read()?;
        let url = match self.url {
            Some(url) => url,
            None => installation.url()?,
        };
        let live = live_digests(&url, installation.operator_token()).await?;
        let rebuilt = rebuild(&installation, &live).await?;
        let mut equal = live.position == rebuilt.position && live.models.len() == rebuilt.models.len();
        println!("position {} (live {}), as of {}", rebuilt.position, live.position, live.as_of.to_rfc3339());
        for rebuilt in &rebuilt.models {
            let live = live.models.iter().find(|live| live.model == rebuilt.model);
            let same = live == Some(rebuilt);
            equal &= same;
            let verdict = if same { "equal" } else { "DIFFERENT" };
            let live = live.map_or("none", |live| &live.digest);
            println!("{verdict:9}  {}: {} rows, {} (live {live})", rebuilt.model, rebuilt.rows, rebuilt.digest);
        }
        if equal { Ok(()) } else { Err("the live read models differ from the log".into()) }
    }
}

/// What the service answers. The operators' token goes to it alone, and not through a proxy.
async fn live_digests(url: &str, token: Option<&SecretString>) -> Result<Digests, Failure> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let mut asking = client.get(format!("{url}/internal/read-models"));
    if let Some(token) = token {
        asking = asking.bearer_auth(token.expose_secret());
    }
    let answer =
        asking.send().await.map_err(|_| format!("no service answers at {url}; start it, or name it with --url"))?;
    if !answer.status().is_success() {
        return Err(format!("the service at {url} answers {}", answer.status()).into());
    }
    answer.json().await.map_err(|_| format!("what answers at {url} is not a service of this version").into())
}

/// The digests of what the log tells, at the position and as of the moment of others.
async fn rebuild(installation: &Installation, live: &Digests) -> Result<Digests, Failure> {
    let log = open_to_read(&installation.log()?).await?;
    let (keys, kek) = (installation.keys()?.open_existing().await?, installation.kek()?);
    let ring = Arc::new(KeyRing::open_to_read(keys, kek, KeyRing::CAPACITY).await?);
    let _preloaded = ring.preload_all().await?;
    let world = World::new(Arc::new(installation.settings()?));
    let decoder = Decoder::new(Arc::new(Sealer::new(ring.clone())));
    let mut world = catch_up_to(log, &decoder, world, Position(live.position)).await?;
    world.settle(live.as_of);
    Ok(world.digests(live.as_of))
}
