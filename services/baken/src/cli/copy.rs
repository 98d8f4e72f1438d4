//! `baken copy`: the log of one engine into another one.

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::Failure;
use crate::event_log::copy::{Copied, Progress, Stage, copy};
use crate::event_log::{LogUrl, open, open_to_read};
use crate::telemetry::{self, Format};

/// The log alone is copied. What describes persons stays sealed in it, with the keys of the key store that belongs to the
/// source: configure that same key store, and the same key-encryption key, with the copy. Without them nobody can open
/// what was copied.
///
/// A copy that was cut off goes on where it was when the command is given again. The target must be empty, or hold what
/// an earlier run left in it: that is compared first, and anything else is refused before a byte is written. At the end
/// all events of both are compared, with their envelopes and payloads.
///
/// The service may go on writing to the source meanwhile: copy, stop the service, and copy again, which takes the rest.
/// Nothing else may write to the target. docs/operating.md has the whole way of moving.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Copy {
    /// The log to copy: `sqlite:PATH`, `postgres://…`. It is only read.
    #[arg(long, value_name = "URL")]
    from: String,
    /// Where to; a file or table that is not there is made.
    #[arg(long, value_name = "URL")]
    to: String,
}

impl Copy {
    pub async fn run(self) -> Result<(), Failure> {
        telemetry::init(Format::Text, "warn");
        let (from, to): (LogUrl, LogUrl) = (self.from.parse()?, self.to.parse()?);
        if from == to {
            return Err("source and target are the same log".into());
        }
        if from == LogUrl::Memory || to == LogUrl::Memory {
            return Err("a log in memory ends with its process: there is nothing to copy from or to".into());
        }
        let source = open_to_read(&from).await.map_err(|error| format!("the source: {error}"))?;
        let target = open(&to).await.map_err(|error| format!("the target: {error}"))?;
        let bar = bar();
        let copied = copy(&*source, &*target, &|progress| show(&bar, progress)).await;
        bar.finish_and_clear();
        say(&copied?)
    }
}

/// On standard error; where that is no terminal, nothing is drawn.
fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:10} {bar:40} {percent}%, {eta} left");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn show(bar: &ProgressBar, progress: Progress) {
    let name = match progress.stage {
        Stage::Comparing => "comparing",
        Stage::Copying => "copying",
        Stage::Checking => "checking",
    };
    if bar.message() != name {
        bar.set_message(name);
        bar.reset();
    }
    bar.set_length(progress.until.0);
    bar.set_position(progress.position.0);
}

fn say(copied: &Copied) -> Result<(), Failure> {
    let Copied { found, appended, compared, same_positions, source_grew } = *copied;
    println!("{appended} events copied, {found} were there; all {compared} compared one by one: equal");
    if !same_positions {
        println!(
            "positions differ: whatever remembers one of the source (cursors of webhooks, Baken-Position and \
             Last-Event-ID of clients) means nothing in the target; docs/operating.md says what to do"
        );
    }
    if source_grew {
        return Err(
            "the source has grown meanwhile, and what is new is not in the target: stop what writes to it, and \
                    give the command again"
                .into(),
        );
    }
    Ok(())
}
