//! `baken copy`: the log of one engine into another one, and the key store that belongs to it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use parking_lot::Mutex;

use super::Failure;
use crate::event_log::copy::{Copied, CopyProgress, Stage, copy};
use crate::event_log::{EventLog, LogUrl, Position, open, open_to_read};
use crate::history::is_our_stream;
use crate::sealing::{CopiedKeys, KeysPlace, copy_keys};
use crate::telemetry::{self, Format};

/// Copies a log to another engine, event by event, with its key store if asked, and checks that both are equal
///
/// The log goes over event by event. What describes persons stays sealed in it, with the keys of the key store that belongs
/// to the source: without them nobody can open what was copied. Either configure that same key store with the copy, or
/// move it as well (`--keys-from`, `--keys-to`), after the log, so that every event has its key. The key-encryption key
/// stays the same, and is not needed for this.
///
/// A copy that was cut off goes on where it was when the command is given again. The target must be empty, or hold what
/// an earlier run left in it: that is compared first, and anything else is refused before a byte is written. At the end
/// both are compared: all events with their envelopes and payloads, all keys, and who was erased.
///
/// What is not Baken's in the source is left, and told: events of other applications, and those of `baken doctor`.
///
/// The service may go on writing to the source meanwhile: copy, stop the service, and copy again, which takes the rest.
/// Nothing else may write to the target. docs/operating.md has the whole way of moving.
#[derive(Debug, Args)]
pub struct Copy {
    /// The log to copy: `sqlite:PATH`, `postgres://…`, `kurrentdb://…`. It is only read.
    #[arg(long, value_name = "URL", requires = "to", required_unless_present = "keys_from")]
    from: Option<String>,
    /// Where to; a file or table that is not there is made.
    #[arg(long, value_name = "URL", requires = "from")]
    to: Option<String>,
    /// The key store to copy: a file, or `postgres://…`. It is only read.
    #[arg(long, value_name = "PLACE", requires = "keys_to")]
    keys_from: Option<String>,
    /// Where its keys go; a file or table that is not there is made.
    #[arg(long, value_name = "PLACE", requires = "keys_from")]
    keys_to: Option<String>,
}

impl Copy {
    pub async fn run(self) -> Result<(), Failure> {
        telemetry::init(Format::Text, "warn");
        let log = self.from.zip(self.to).map(|(from, to)| Ok::<_, Failure>((from.parse()?, to.parse()?)));
        let keys = self.keys_from.zip(self.keys_to).map(|(from, to)| Ok::<_, Failure>((from.parse()?, to.parse()?)));
        let (log, keys) = (log.transpose()?, keys.transpose()?);
        refuse_senseless(log.as_ref(), keys.as_ref())?;
        let log = match log {
            Some((from, to)) => Some(log_over(&from, &to).await?),
            None => None,
        };
        if let Some((from, to)) = keys {
            keys_over(&from, &to).await?;
        }
        match log {
            Some(CopiedLog { source, until }) if source.head().await? > until => Err(
                "the source has grown meanwhile, and what is new is not in the target: stop what writes to it, and \
                     give the command again"
                    .into(),
            ),
            _ => Ok(()),
        }
    }
}

/// What can be said without opening anything.
fn refuse_senseless(log: Option<&(LogUrl, LogUrl)>, keys: Option<&(KeysPlace, KeysPlace)>) -> Result<(), Failure> {
    if log.is_some_and(|(from, to)| from == to) {
        return Err("source and target are the same log".into());
    }
    if log.is_some_and(|(from, to)| *from == LogUrl::Memory || *to == LogUrl::Memory) {
        return Err("a log in memory ends with its process: there is nothing to copy from or to".into());
    }
    if keys.is_some_and(|(from, to)| from == to) {
        return Err("source and target are the same key store".into());
    }
    if keys.is_some_and(|(from, _)| from.is_missing()) {
        return Err("the source of the keys: there is no such file".into());
    }
    Ok(())
}

/// A log that was copied up to a position.
struct CopiedLog {
    source: Arc<dyn EventLog>,
    until: Position,
}

async fn log_over(from: &LogUrl, to: &LogUrl) -> Result<CopiedLog, Failure> {
    let source = open_to_read(from).await.map_err(|error| format!("the source: {error}"))?;
    let target = open(to).await.map_err(|error| format!("the target: {error}"))?;
    let shown = Shown::new();
    let copied = copy(&*source, &*target, is_our_stream, &|progress| shown.tell(progress)).await;
    shown.bar.finish_and_clear();
    let Copied { found, appended, compared, same_positions, until, left, first_left } = copied?;
    println!("{appended} events copied, {found} were there; all {compared} compared one by one: equal");
    if let Some(stream) = first_left {
        println!("{left} events were left, which are not on streams of Baken's; the first of them is on {stream}");
    }
    if !same_positions {
        println!(
            "positions differ: whatever remembers one of the source (cursors of webhooks, Baken-Position and \
             Last-Event-ID of clients) means nothing in the target; docs/operating.md says what to do"
        );
    }
    Ok(CopiedLog { source, until })
}

async fn keys_over(from: &KeysPlace, to: &KeysPlace) -> Result<(), Failure> {
    let source = from.open_existing().await.map_err(|error| format!("the source of the keys: {error}"))?;
    let target = to.open().await.map_err(|error| format!("the target of the keys: {error}"))?;
    let CopiedKeys { found, keys, erased } =
        copy_keys(&*source, &*target).await.map_err(|error| format!("the keys: {error}"))?;
    println!("{} keys copied, {found} were there; all {keys} compared, and {erased} erasures: equal", keys - found);
    Ok(())
}

/// How far it is, on standard error: drawn on a terminal, and elsewhere said every ten seconds.
struct Shown {
    bar: ProgressBar,
    said: Mutex<(Stage, Instant)>,
}

impl Shown {
    const EVERY: Duration = Duration::from_secs(10);

    fn new() -> Self {
        let style = ProgressStyle::with_template("{msg:10} {bar:40} {percent}%, {eta} left");
        let bar = ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { bar, said: Mutex::new((Stage::Comparing, Instant::now())) }
    }

    fn tell(&self, progress: CopyProgress) {
        let CopyProgress { stage, events, position, until } = progress;
        let name = match stage {
            Stage::Comparing => "comparing",
            Stage::Copying => "copying",
            Stage::Checking => "checking",
        };
        let mut said = self.said.lock();
        self.bar.set_length(until.0);
        self.bar.set_position(position.0);
        if said.0 != stage || self.bar.message().is_empty() {
            said.0 = stage;
            self.bar.set_message(name);
            // What an earlier run has copied was not copied at this one's speed.
            self.bar.reset_eta();
        }
        if self.bar.is_hidden() && said.1.elapsed() >= Self::EVERY {
            said.1 = Instant::now();
            let percent = position.0.saturating_mul(100) / until.0.max(1);
            eprintln!("{name}: {events} events, {percent}%, {} left", HumanDuration(self.bar.eta()));
        }
    }
}
