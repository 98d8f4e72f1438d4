//! What Baken relies on in an event log, as checks that anybody can run against any engine.
//!
//! They are not tests of the test build, because an operator runs them too: `baken doctor --log URL`. Each writes only
//! to streams of its own, under random names, and looks past whatever else is in the log or is being written to it. So
//! it can run against an engine in use; but as the log only appends, what the checks have written stays there.

mod crowd;
mod expectations;
#[cfg(test)]
mod faulty;
mod following;
mod reading;
mod reopening;
mod repeats;
mod subject;
#[cfg(test)]
mod tests;
mod watched;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

pub use reading::LARGEST_APPEND;
pub use subject::{Ids, is_of_a_check};
use subject::{LogUnderTest, Patience};
use watched::Watched;

use super::port::EventLog;

/// Holds, or says what is wrong.
type Held = Result<(), String>;
type Running<T = ()> = Pin<Box<dyn Future<Output = Result<T, String>> + Send>>;

/// One thing that every engine must do, said in a sentence.
struct Check {
    name: &'static str,
    run: fn(LogUnderTest) -> Running,
}

macro_rules! checks {
    ($( $name:literal => $check:path ),+ $(,)?) => {
        &[ $( Check { name: $name, run: |subject| Box::pin($check(subject)) } ),+ ]
    };
}

const CHECKS: &[Check] = checks! {
    "an append that expects no stream is refused where there is one" => expectations::no_stream,
    "an append that expects a revision is refused at any other, and told the actual one" => expectations::revision,
    "an append that expects nothing always finds its place" => expectations::any,
    "revisions count from 0 without a gap" => expectations::contiguous,
    "a refused append leaves nothing behind, an accepted one leaves everything" => expectations::all_or_nothing,
    "an append without events is refused" => expectations::empty,
    "a repeated append is answered as the first time, and adds nothing" => repeats::same_answer,
    "a repeat is recognised whatever it expects" => repeats::stale_expectation,
    "a repeat is recognised after other appends" => repeats::after_others,
    "an id cannot come again beside new events" => repeats::beside_new_events,
    "an id cannot come again on another stream" => repeats::on_another_stream,
    "an id cannot come twice in one append" => repeats::twice_at_once,
    "identical appends at the same time add their events once" => crowd::identical,
    "what was written is read byte for byte" => reading::bytes,
    "the largest append that Baken makes comes back whole" => reading::large,
    "a stream is read from a revision on, and an unknown one is empty" => reading::stream,
    "the whole log is read in the order of positions" => reading::order,
    "paging gives everything exactly once, whatever the limit" => following::paging,
    "the head is never behind an acknowledged append" => following::head,
    "a waiting reader is woken at once where there is more" => following::wake_at_once,
    "a waiting reader is woken when there comes more" => following::wake_later,
    "many writers on one stream lose nothing and agree on one order" => crowd::one_stream,
    "a reader that follows many writers skips nothing and sees nothing twice" => crowd::followed,
};

/// Checks of two lives of one log: before it was closed, and after it was opened again.
const REOPENING: [&str; 2] =
    ["what was acknowledged is there after reopening", "a repeat is recognised after reopening"];

/// What came of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub check: &'static str,
    pub verdict: Verdict,
}

/// What a check has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Holds,
    Broken(String),
    /// The log was not available while it was checked, each time that it was tried: that says nothing of the contract.
    NotChecked(String),
}

/// What an engine holds of the contract.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    pub outcomes: Vec<Outcome>,
}

impl Report {
    /// Whether the engine keeps all of the contract.
    #[must_use]
    pub fn holds(&self) -> bool {
        !self.outcomes.is_empty() && self.outcomes.iter().all(|outcome| outcome.verdict == Verdict::Holds)
    }

    /// The names of the checks that failed.
    pub fn broken(&self) -> impl Iterator<Item = &'static str> {
        self.outcomes
            .iter()
            .filter(|outcome| matches!(outcome.verdict, Verdict::Broken(_)))
            .map(|outcome| outcome.check)
    }

    /// The names of what could not be checked.
    pub fn not_checked(&self) -> impl Iterator<Item = &'static str> {
        let open = |outcome: &&Outcome| matches!(outcome.verdict, Verdict::NotChecked(_));
        self.outcomes.iter().filter(open).map(|outcome| outcome.check)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Outcome { check, verdict } in &self.outcomes {
            match verdict {
                Verdict::Holds => writeln!(f, "holds   {check}")?,
                Verdict::Broken(why) => writeln!(f, "BROKEN  {check}: {why}")?,
                Verdict::NotChecked(why) => writeln!(f, "not checked  {check}: {why}")?,
            }
        }
        Ok(())
    }
}

/// How far a run of the contract has come.
#[derive(Debug, Clone, Copy)]
pub enum Step<'a> {
    /// The log is being opened.
    Opens,
    /// A check begins.
    Begins(&'static str),
    /// The log was away, and the check begins anew.
    Again(&'a str),
    /// It has ended.
    Ended(&'a Outcome),
}

/// How the contract is run.
pub struct Manner<'a> {
    /// How long one check may take, or opening the log. What takes longer has failed.
    pub patience: Duration,
    /// How long to wait before a check is tried again because the log was away.
    pub pause: Duration,
    /// Is told of every step when it is taken.
    pub tell: &'a (dyn Fn(Step<'_>) + Send + Sync),
}

impl Default for Manner<'_> {
    fn default() -> Self {
        Self { patience: Patience::default().check, pause: Duration::from_secs(5), tell: &|_| {} }
    }
}

/// So often a check is tried during which the log was away.
const ATTEMPTS: u32 = 4;

/// Runs every check that needs no reopening, one after another. `ids` must give UUIDs that this log has never seen.
pub async fn run(log: Arc<dyn EventLog>, ids: Ids) -> Report {
    run_with(log, ids, &Manner::default()).await
}

/// The same, in a manner of the caller's.
pub async fn run_with(log: Arc<dyn EventLog>, ids: Ids, manner: &Manner<'_>) -> Report {
    let patience = Patience::of(manner.patience);
    let mut examination = Examination { patience, manner, report: Report::default() };
    examination.all(&Watched::new(log), &ids).await;
    examination.report
}

/// Opens a log, runs every check, closes it and opens it once more, to see that nothing is lost with the process.
pub async fn run_reopening<E, F>(open: impl Fn() -> F, ids: Ids) -> Report
where
    E: fmt::Display,
    F: Future<Output = Result<Arc<dyn EventLog>, E>>,
{
    run_reopening_with(open, ids, &Manner::default()).await
}

/// The same, in a manner of the caller's.
pub async fn run_reopening_with<E, F>(open: impl Fn() -> F, ids: Ids, manner: &Manner<'_>) -> Report
where
    E: fmt::Display,
    F: Future<Output = Result<Arc<dyn EventLog>, E>>,
{
    examine_twice(open, ids, Patience::of(manner.patience), manner).await
}

async fn examine_twice<E, F>(open: impl Fn() -> F, ids: Ids, patience: Patience, manner: &Manner<'_>) -> Report
where
    E: fmt::Display,
    F: Future<Output = Result<Arc<dyn EventLog>, E>>,
{
    let mut examination = Examination { patience, manner, report: Report::default() };
    let witness = match examination.open("opened", &open).await {
        Err(why) => Err(why),
        Ok(log) => {
            examination.all(&log, &ids).await;
            let leave = |subject| Box::pin(reopening::leave(subject)) as Running<reopening::Witness>;
            examination.insist(&log, &ids, leave).await
        }
    };
    let found = match witness {
        Err(why) => Err(why),
        Ok(witness) => examination.open("opened again", &open).await.map(|log| (log, witness)),
    };
    let [there, known] = REOPENING;
    match found {
        Err(why) => [there, known].into_iter().for_each(|check| {
            (manner.tell)(Step::Begins(check));
            examination.note(check, why.clone());
        }),
        Ok((log, witness)) => {
            let left = witness.clone();
            let check = |subject| Box::pin(reopening::still_there(subject, left.clone())) as Running;
            examination.check(there, &log, &ids, check).await;
            let check = |subject| Box::pin(reopening::still_known(subject, witness.clone())) as Running;
            examination.check(known, &log, &ids, check).await;
        }
    }
    examination.report
}

/// A run of the contract.
struct Examination<'a> {
    patience: Patience,
    manner: &'a Manner<'a>,
    report: Report,
}

impl Examination<'_> {
    /// Opens the log. That it does not open says nothing of the contract.
    async fn open<E, F>(&self, what: &str, open: impl Fn() -> F) -> Result<Arc<Watched>, Verdict>
    where
        E: fmt::Display,
        F: Future<Output = Result<Arc<dyn EventLog>, E>>,
    {
        (self.manner.tell)(Step::Opens);
        let mut attempt = 1;
        loop {
            let why = match tokio::time::timeout(self.patience.check, Box::pin(open())).await {
                Ok(Ok(log)) => return Ok(Watched::new(log)),
                Ok(Err(why)) => format!("it could not be {what}: {why}"),
                Err(_) => format!("it was not {what} within {:?}", self.patience.check),
            };
            if attempt == ATTEMPTS {
                return Err(Verdict::NotChecked(why));
            }
            attempt += 1;
            (self.manner.tell)(Step::Again(&why));
            tokio::time::sleep(self.manner.pause).await;
        }
    }

    async fn all(&mut self, log: &Arc<Watched>, ids: &Ids) {
        for check in CHECKS {
            self.check(check.name, log, ids, check.run).await;
        }
    }

    async fn check(
        &mut self,
        name: &'static str,
        log: &Arc<Watched>,
        ids: &Ids,
        check: impl Fn(LogUnderTest) -> Running,
    ) {
        (self.manner.tell)(Step::Begins(name));
        let verdict = match self.insist(log, ids, check).await {
            Ok(()) => Verdict::Holds,
            Err(verdict) => verdict,
        };
        self.note(name, verdict);
    }

    fn note(&mut self, check: &'static str, verdict: Verdict) {
        let outcome = Outcome { check, verdict };
        (self.manner.tell)(Step::Ended(&outcome));
        self.report.outcomes.push(outcome);
    }

    /// Runs a check, and anew where it failed while the log was away.
    async fn insist<T: Send + 'static>(
        &self,
        log: &Arc<Watched>,
        ids: &Ids,
        check: impl Fn(LogUnderTest) -> Running<T>,
    ) -> Result<T, Verdict> {
        let mut attempt = 1;
        loop {
            log.forget();
            let subject = LogUnderTest::new(log.clone(), Arc::clone(ids), self.patience);
            let why = match guarded(check(subject), self.patience).await {
                Ok(found) => return Ok(found),
                Err(why) => why,
            };
            let Some(away) = log.was_away() else { return Err(Verdict::Broken(why)) };
            if attempt == ATTEMPTS {
                return Err(Verdict::NotChecked(away));
            }
            attempt += 1;
            (self.manner.tell)(Step::Again(&away));
            tokio::time::sleep(self.manner.pause).await;
        }
    }
}

/// A check that hangs or panics has failed, and the next one has its turn.
async fn guarded<T: Send + 'static>(check: Running<T>, patience: Patience) -> Result<T, String> {
    let task = tokio::spawn(check);
    let stop = task.abort_handle();
    match tokio::time::timeout(patience.check, task).await {
        Ok(Ok(held)) => held,
        Ok(Err(panicked)) => Err(format!("it ended early: {panicked}")),
        Err(_) => {
            stop.abort();
            Err(format!("it had not finished after {:?}", patience.check))
        }
    }
}
