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

use std::fmt;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

pub use subject::{Ids, is_of_a_check};
use subject::{LogUnderTest, Patience};

use super::port::EventLog;

/// Holds, or says what is wrong.
type Held = Result<(), String>;
type Running = Pin<Box<dyn Future<Output = Held> + Send>>;

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
    "an event of one mebibyte comes back whole" => reading::large,
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
    pub held: Result<(), String>,
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
        !self.outcomes.is_empty() && self.outcomes.iter().all(|outcome| outcome.held.is_ok())
    }

    /// The names of the checks that failed.
    pub fn broken(&self) -> impl Iterator<Item = &'static str> {
        self.outcomes.iter().filter(|outcome| outcome.held.is_err()).map(|outcome| outcome.check)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Outcome { check, held } in &self.outcomes {
            match held {
                Ok(()) => writeln!(f, "holds   {check}")?,
                Err(why) => writeln!(f, "BROKEN  {check}: {why}")?,
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
    /// It has ended.
    Ended(&'a Outcome),
}

/// How the contract is run.
pub struct Manner<'a> {
    /// How long one check may take, or opening the log. What takes longer has failed.
    pub patience: Duration,
    /// Is told of every step when it is taken.
    pub tell: &'a (dyn Fn(Step<'_>) + Send + Sync),
}

impl Default for Manner<'_> {
    fn default() -> Self {
        Self { patience: Patience::default().check, tell: &|_| {} }
    }
}

/// Runs every check that needs no reopening, one after another. `ids` must give UUIDs that this log has never seen.
pub async fn run(log: Arc<dyn EventLog>, ids: Ids) -> Report {
    run_with(log, ids, &Manner::default()).await
}

/// The same, in a manner of the caller's.
pub async fn run_with(log: Arc<dyn EventLog>, ids: Ids, manner: &Manner<'_>) -> Report {
    let patience = Patience::of(manner.patience);
    let mut examination = Examination { patience, tell: manner.tell, report: Report::default() };
    examination.all(&LogUnderTest::new(log, ids, patience)).await;
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
    examine_twice(open, ids, Patience::of(manner.patience), manner.tell).await
}

async fn examine_twice<E, F>(
    open: impl Fn() -> F,
    ids: Ids,
    patience: Patience,
    tell: &(dyn Fn(Step<'_>) + Send + Sync),
) -> Report
where
    E: fmt::Display,
    F: Future<Output = Result<Arc<dyn EventLog>, E>>,
{
    let mut examination = Examination { patience, tell, report: Report::default() };
    let witness = match examination.open("opened", Box::pin(open())).await {
        Err(why) => Err(why),
        Ok(log) => {
            let subject = LogUnderTest::new(log, Arc::clone(&ids), patience);
            examination.all(&subject).await;
            guarded(Box::pin(reopening::leave(subject)), patience).await
        }
    };
    let found = match witness {
        Err(why) => Err(why),
        Ok(witness) => examination.open("opened again", Box::pin(open())).await.map(|log| (log, witness)),
    };
    let [there, known] = REOPENING;
    match found {
        Err(why) => {
            examination.check(there, Box::pin(ready(Err(why.clone())))).await;
            examination.check(known, Box::pin(ready(Err(why)))).await;
        }
        Ok((log, witness)) => {
            let subject = LogUnderTest::new(log, ids, patience);
            examination.check(there, Box::pin(reopening::still_there(subject.clone(), witness.clone()))).await;
            examination.check(known, Box::pin(reopening::still_known(subject, witness))).await;
        }
    }
    examination.report
}

/// A run of the contract.
struct Examination<'a> {
    patience: Patience,
    tell: &'a (dyn Fn(Step<'_>) + Send + Sync),
    report: Report,
}

impl Examination<'_> {
    async fn open<E, F>(&self, what: &str, opening: F) -> Result<Arc<dyn EventLog>, String>
    where
        E: fmt::Display,
        F: Future<Output = Result<Arc<dyn EventLog>, E>>,
    {
        (self.tell)(Step::Opens);
        match tokio::time::timeout(self.patience.check, opening).await {
            Ok(opened) => opened.map_err(|why| format!("it could not be {what}: {why}")),
            Err(_) => Err(format!("it was not {what} within {:?}", self.patience.check)),
        }
    }

    async fn all(&mut self, subject: &LogUnderTest) {
        for check in CHECKS {
            self.check(check.name, (check.run)(subject.clone())).await;
        }
    }

    async fn check(&mut self, name: &'static str, check: Running) {
        (self.tell)(Step::Begins(name));
        let held = guarded(check, self.patience).await;
        let outcome = Outcome { check: name, held };
        (self.tell)(Step::Ended(&outcome));
        self.report.outcomes.push(outcome);
    }
}

/// A check that hangs or panics has failed, and the next one has its turn.
async fn guarded<T: Send + 'static>(
    check: Pin<Box<dyn Future<Output = Result<T, String>> + Send>>,
    patience: Patience,
) -> Result<T, String> {
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
