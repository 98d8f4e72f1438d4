//! `baken doctor`: runs the contract of the event log against an engine and says what holds, check by check as it goes on.

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use parking_lot::Mutex;

use super::Failure;
use crate::event_log::contract::{Manner, Report, Step};
use crate::event_log::{self, LogUrl, contract};
use crate::sources::{IdSource, RandomIds};

#[derive(Debug, Args)]
pub struct Doctor {
    /// The engine: `memory:`, `sqlite:PATH`, `postgres://…`, `kurrentdb://…`. The checks write to streams of their own and leave others alone.
    #[arg(long, value_name = "URL")]
    log: String,
    /// How long one check may take. What takes longer has failed, and the next one has its turn.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    patience: u64,
}

impl Doctor {
    pub async fn run(self) -> ExitCode {
        let patience = Duration::from_secs(self.patience);
        let examined = match self.log.parse() {
            Ok(url) => examine(&url, patience, &StepPrinter::new(io::stdout())).await,
            Err(error) => Err(Failure::from(error)),
        };
        match examined {
            Ok(report) if report.holds() => {
                println!("The engine keeps the whole contract.");
                ExitCode::SUCCESS
            }
            Ok(report) => {
                let (broken, all) = (report.broken().count(), report.outcomes.len());
                println!("{broken} of {all} checks failed. Baken must not run on this engine.");
                ExitCode::FAILURE
            }
            Err(error) => {
                eprintln!("baken: {error}");
                ExitCode::FAILURE
            }
        }
    }
}

/// Says what the engine is, and what it holds of the contract.
async fn examine<W: Write + Send>(
    url: &LogUrl,
    patience: Duration,
    progress: &StepPrinter<W>,
) -> Result<Report, Failure> {
    let ids: contract::Ids = Arc::new(|| RandomIds.uuid_v7());
    let engine = tokio::time::timeout(patience, event_log::describe(url)).await;
    let engine = engine.map_err(|_| format!("the event log did not answer within {patience:?}"))??;
    progress.say(&format!("{engine}\n"));
    let manner = Manner { patience, tell: &|step| progress.tell(step) };
    Ok(match url {
        // What lives in memory is gone when it is closed: there is nothing to find after reopening.
        LogUrl::Memory => contract::run_with(event_log::open(url).await?, ids, &manner).await,
        _ => contract::run_reopening_with(|| event_log::open(url), ids, &manner).await,
    })
}

/// Writes each step at once, and how long it took, so that a slow server can be told from a dead one.
struct StepPrinter<W> {
    out: Mutex<(W, Instant)>,
}

impl<W: Write> StepPrinter<W> {
    fn new(out: W) -> Self {
        Self { out: Mutex::new((out, Instant::now())) }
    }

    fn say(&self, text: &str) {
        let (out, _) = &mut *self.out.lock();
        // Without a reader the exit status still tells.
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }

    fn tell(&self, step: Step<'_>) {
        match step {
            Step::Opens => self.say("opening the log\n"),
            Step::Begins(check) => {
                self.out.lock().1 = Instant::now();
                self.say(&format!("{check} … "));
            }
            Step::Ended(outcome) => {
                let seconds = self.out.lock().1.elapsed().as_secs_f64();
                self.say(&match &outcome.held {
                    Ok(()) => format!("holds ({seconds:.2} s)\n"),
                    Err(why) => format!("BROKEN ({seconds:.2} s): {why}\n"),
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event_log::contract::Outcome;
    use crate::event_log::kurrentdb::double::Double;

    /// What was written, a line for each time that it was flushed.
    #[derive(Default)]
    struct Flushed(Vec<String>, String);

    impl Write for Flushed {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.1.push_str(std::str::from_utf8(bytes).unwrap());
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            self.0.push(std::mem::take(&mut self.1));
            Ok(())
        }
    }

    async fn examined(url: &LogUrl) -> Result<(String, Report), Failure> {
        let progress = StepPrinter::new(Vec::new());
        let report = examine(url, Duration::from_mins(1), &progress).await?;
        Ok((String::from_utf8(progress.out.into_inner().0).unwrap(), report))
    }

    #[test]
    fn a_check_is_told_when_it_begins_and_not_only_when_it_has_ended() {
        let progress = StepPrinter::new(Flushed::default());
        progress.tell(Step::Begins("it counts from 0"));
        assert_eq!(progress.out.lock().0.0, ["it counts from 0 … "]);
        progress.tell(Step::Ended(&Outcome { check: "it counts from 0", held: Err("it counts from 1".to_owned()) }));
        let told = progress.out.lock().0.0.pop().unwrap();
        assert!(told.starts_with("BROKEN (0.") && told.ends_with(" s): it counts from 1\n"), "{told}");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn an_operator_is_told_which_server_it_is_and_what_it_holds_of_the_contract() {
        let double = Double::start().await;
        let url = double.text_as("baken:secret@").parse().unwrap();
        let (told, report) = examined(&url).await.unwrap();
        assert!(told.starts_with("KurrentDB 25.1.0 at kurrentdb://127.0.0.1:"), "{told}");
        assert!(!told.contains("secret"));
        assert!(report.holds(), "\n{report}");
        let holds = told.lines().filter(|line| line.contains(" … holds (")).count();
        assert_eq!(holds, report.outcomes.len(), "{told}");
        assert!(double.is_without_repeats());
    }

    #[tokio::test]
    async fn an_operator_is_told_when_the_engine_cannot_be_opened() {
        let double = Double::start().await;
        double.stop(0).await;
        let url = double.text_as("baken:secret@").parse().unwrap();
        let refused = examined(&url).await.unwrap_err().to_string();
        assert!(refused.starts_with("the event log is not available") && !refused.contains("secret"), "{refused}");
    }
}
