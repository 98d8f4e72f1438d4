//! `baken doctor`: runs the contract of the event log against an engine and says what holds, check by check as it goes on;
//! and whether something lies in the log, or beside it, that would keep the service from starting.

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use parking_lot::Mutex;

use super::Failure;
use crate::event_log::contract::{Manner, Report, Step, Verdict};
use crate::event_log::{self, EventLog, LogUrl, Position, contract};
use crate::history::{STREAMS, is_ours};
use crate::sources::{IdSource, RandomIds};
use crate::startup::beside;

/// Something could not be checked, and may be later: `EX_TEMPFAIL` of sysexits.h.
const TRY_AGAIN: u8 = 75;

/// Says what holds of the event log's contract
///
/// Ends with 0 where all of it holds; with 1 where something is broken, or lies in the log that would stop the service; with
/// 75 where the log was away for too long to check everything: then it is to be tried again.
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
        let manner = Manner { patience: Duration::from_secs(self.patience), ..Manner::default() };
        let examined = match self.log.parse() {
            Ok(url) => examine(&url, &manner, &StepPrinter::new(io::stdout())).await,
            Err(error) => Err(Failure::from(error)),
        };
        match examined {
            Ok(examined) => {
                let (said, code) = examined.conclusion();
                println!("{said}");
                code
            }
            Err(error) => {
                eprintln!("baken: {error}");
                ExitCode::FAILURE
            }
        }
    }
}

/// What was found.
#[derive(Debug)]
struct Examined {
    surroundings: Surroundings,
    report: Report,
}

impl Examined {
    fn conclusion(&self) -> (String, ExitCode) {
        let Self { surroundings, report } = self;
        let (broken, open, all) = (report.broken().count(), report.not_checked().count(), report.outcomes.len());
        if broken > 0 {
            return (format!("{broken} of {all} checks failed. Baken must not run on this engine."), ExitCode::FAILURE);
        }
        if surroundings.stop_the_service() {
            return ("The service does not run on this log as it is: see above.".to_owned(), ExitCode::FAILURE);
        }
        if open > 0 {
            let said = format!(
                "{open} of {all} checks could not be made, for the log was away; none of the others failed. Try again."
            );
            return (said, ExitCode::from(TRY_AGAIN));
        }
        ("The engine keeps the whole contract.".to_owned(), ExitCode::SUCCESS)
    }
}

/// Says what the engine is, what is in the log and beside it, and what it holds of the contract.
async fn examine<W: Write + Send>(
    url: &LogUrl,
    manner: &Manner<'_>,
    progress: &StepPrinter<W>,
) -> Result<Examined, Failure> {
    let ids: contract::Ids = Arc::new(|| RandomIds.uuid_v7());
    let patience = manner.patience;
    let engine = tokio::time::timeout(patience, event_log::describe(url)).await;
    let engine = engine.map_err(|_| format!("the event log did not answer within {patience:?}"))??;
    progress.say(&format!("{engine}\n"));
    let surroundings = Surroundings::of(url).await?;
    progress.say(&surroundings.told(url));
    let manner = Manner { tell: &|step| progress.tell(step), ..*manner };
    // What lives in memory is gone when it is closed: there is nothing to find after reopening.
    let report = if matches!(url, LogUrl::Memory) {
        contract::run_with(event_log::open(url).await?, ids, &manner).await
    } else {
        contract::run_reopening_with(|| event_log::open(url), ids, &manner).await
    };
    Ok(Examined { surroundings, report })
}

/// What is in a log, and beside it.
#[derive(Debug, Default)]
struct Surroundings {
    /// Events of Baken's.
    ours: u64,
    /// Others, that are no doctor's either.
    others: u64,
    /// The stream of the first of them.
    first: Option<String>,
    /// A log without a prefix lies beside.
    beside: bool,
}

impl Surroundings {
    async fn of(url: &LogUrl) -> Result<Self, Failure> {
        const PAGE: usize = 2_000;
        let log: Arc<dyn EventLog> = event_log::open(url).await?;
        let mut found = Self::default();
        let (end, mut after) = (log.head().await?, Position::START);
        while after < end {
            let page = log.read_all(after, PAGE).await?;
            for event in page.events.iter().filter(|event| !contract::is_of_a_check(&event.stream)) {
                if is_ours(event) {
                    found.ours += 1;
                } else {
                    found.others += 1;
                    found.first.get_or_insert_with(|| event.stream.to_string());
                }
            }
            if page.at_head || page.next <= after {
                break;
            }
            after = page.next;
        }
        found.beside = event_log::has_beside(url, &STREAMS, is_ours).await?;
        Ok(found)
    }

    fn stop_the_service(&self) -> bool {
        self.others > 0 || (self.beside && self.ours == 0)
    }

    fn told(&self, url: &LogUrl) -> String {
        let mut told = vec![format!("{} events of Baken's are in the log", self.ours)];
        if let Some(first) = &self.first {
            told.push(format!(
                "{} events are none that this version knows, the first of them on the stream {first}: the service stops at \
                 such an event. A newer Baken wrote them, or another application, which must not write here.",
                self.others
            ));
        }
        match event_log::prefix(url).filter(|_| self.beside) {
            Some(prefix) if self.ours == 0 => told.push(beside(prefix)),
            Some(_) => told.push("a log without a prefix lies beside it; this one is not affected".to_owned()),
            None => {}
        }
        told.join("\n") + "\n"
    }
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
            Step::Again(why) => self.say(&format!("{why}; again … ")),
            Step::Ended(outcome) => {
                let seconds = self.out.lock().1.elapsed().as_secs_f64();
                self.say(&match &outcome.verdict {
                    Verdict::Holds => format!("holds ({seconds:.2} s)\n"),
                    Verdict::Broken(why) => format!("BROKEN ({seconds:.2} s): {why}\n"),
                    Verdict::NotChecked(why) => format!("not checked ({seconds:.2} s): {why}\n"),
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

    impl StepPrinter<Vec<u8>> {
        fn told(&self) -> String {
            String::from_utf8(self.out.lock().0.clone()).unwrap()
        }
    }

    async fn examined(url: &LogUrl, progress: &StepPrinter<Vec<u8>>) -> Result<Examined, Failure> {
        examine(url, &Manner { pause: Duration::from_secs(1), ..Manner::default() }, progress).await
    }

    #[test]
    fn a_check_is_told_when_it_begins_and_not_only_when_it_has_ended() {
        let progress = StepPrinter::new(Flushed::default());
        progress.tell(Step::Begins("it counts from 0"));
        assert_eq!(progress.out.lock().0.0, ["it counts from 0 … "]);
        progress.tell(Step::Ended(&Outcome {
            check: "it counts from 0",
            verdict: Verdict::Broken("it counts from 1".to_owned()),
        }));
        let told = progress.out.lock().0.0.pop().unwrap();
        assert!(told.starts_with("BROKEN (0.") && told.ends_with(" s): it counts from 1\n"), "{told}");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn an_operator_is_told_which_server_it_is_and_what_it_holds_of_the_contract() {
        let double = Double::start().await;
        let url = double.text_as("baken:secret@").parse().unwrap();
        // A server with its default settings, which others use too.
        double.writes_for_others("orders-1", 3);
        let progress = StepPrinter::new(Vec::new());
        let found = examined(&url, &progress).await.unwrap();
        let (told, report) = (progress.told(), &found.report);
        assert!(told.starts_with("KurrentDB 25.1.0 at kurrentdb://127.0.0.1:"), "{told}");
        assert!(!told.contains("secret"));
        assert_eq!(found.conclusion(), ("The engine keeps the whole contract.".to_owned(), ExitCode::SUCCESS));
        assert_eq!(double.others_sent(), 0);
        assert!(report.holds(), "\n{report}");
        let holds = told.lines().filter(|line| line.contains(" … holds (")).count();
        assert_eq!(holds, report.outcomes.len(), "{told}");
        assert!(double.is_without_repeats());
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn an_election_in_the_middle_of_the_checks_breaks_nothing() {
        let double = Double::cluster(3).await;
        let url = double.text_as("").parse().unwrap();
        let progress = StepPrinter::new(Vec::new());
        // It ends once the doctor has met it: the client sits out a short one without a word.
        let election = async {
            while double.appends() < 40 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            double.has_no_leader();
            while !progress.told().contains("again … ") {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            double.elect(2);
        };
        let both = async { tokio::join!(examined(&url, &progress), election) };
        let ended = tokio::time::timeout(Duration::from_mins(1), both).await;
        let told = progress.told();
        let Ok((found, ())) = ended else { panic!("the doctor did not end: {told}") };
        assert!(!told.contains("BROKEN") && found.unwrap().report.holds(), "{told}");
    }

    #[tokio::test]
    async fn what_lies_under_the_prefix_and_beside_it_is_told_before_the_service_starts() {
        let double = Double::start().await;
        let url: LogUrl = double.text_as("").parse().unwrap();
        double.writes_for_others("orders-1", 3);
        double.writes_for_others("person-1", 3);
        let found = Surroundings::of(&url).await.unwrap();
        assert!(!found.stop_the_service(), "{found:?}");
        double.writes_for_others("baken.orders-1", 2);
        let found = Surroundings::of(&url).await.unwrap();
        assert!(found.stop_the_service());
        let told = found.told(&url);
        assert!(told.contains("2 events are none that this version knows, the first of them on the stream orders-1"));
    }

    #[tokio::test]
    async fn an_operator_is_told_when_the_engine_cannot_be_opened() {
        let double = Double::start().await;
        double.stop(0).await;
        let url = double.text_as("baken:secret@").parse().unwrap();
        let refused = examined(&url, &StepPrinter::new(Vec::new())).await.unwrap_err().to_string();
        assert!(refused.starts_with("the event log is not available") && !refused.contains("secret"), "{refused}");
    }
}
