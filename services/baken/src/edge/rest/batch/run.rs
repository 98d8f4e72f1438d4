//! A batch while it runs: lines are read as they come, executed many at a time, and answered in their order. What is
//! held at once is bounded, by lines and by bytes, whatever the batch's length: a caller who does not read the answers
//! is not read from either.

use std::collections::VecDeque;
use std::sync::Arc;

use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use care_path::command::Refusal;
use care_path::path::correction::CorrectionRefusal;
use futures_util::Stream;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::answer::BatchAnswer;
use super::line::{self, Instruction};
use super::lines::{Broken, Line, Lines};
use super::queues::{Left, Queues, Ticket};
use crate::app::{ExecuteError, Receipt};
use crate::edge::auth::AuthError;
use crate::edge::caller::{Caller, RequestId};
use crate::edge::problem::Problem;
use crate::edge::rates::Batching;
use crate::edge::rest::submission::Conditions;

/// Lines that are read and not answered.
const LINES_AHEAD: usize = 1_024;
/// Bytes of such lines.
const BYTES_AHEAD: usize = 4 * 1024 * 1024;
/// Lines that are executed at the same time, so that the log can commit them in groups.
const AT_ONCE: usize = 64;

/// A batch of a caller.
pub struct Batch<S> {
    lines: Lines<S>,
    caller: Arc<Caller>,
    request_id: RequestId,
    queues: Queues,
    places: Arc<Semaphore>,
    ahead: VecDeque<Ahead>,
    bytes_ahead: usize,
    /// The next line is paid for, by the caller's rate.
    paid: bool,
    /// No further line is read.
    ending: bool,
    _going_on: Batching,
}

/// A line that was read and is not answered yet.
struct Ahead {
    number: u64,
    id: Option<Uuid>,
    bytes: usize,
    concerns: Vec<Uuid>,
    answer: Answering,
}

enum Answering {
    Ready(Option<Problem>),
    Running(JoinHandle<Result<Receipt, Problem>>),
}

impl<S: Stream<Item = Result<Bytes, PayloadError>> + Unpin> Batch<S> {
    /// A batch that begins.
    pub fn new(lines: Lines<S>, caller: Caller, request_id: RequestId, going_on: Batching) -> Self {
        Self {
            lines,
            caller: Arc::new(caller),
            request_id,
            queues: Queues::default(),
            places: Arc::new(Semaphore::new(AT_ONCE)),
            ahead: VecDeque::new(),
            bytes_ahead: 0,
            paid: false,
            ending: false,
            _going_on: going_on,
        }
    }

    /// The next answer; `None` after the last.
    pub async fn next(&mut self) -> Option<BatchAnswer> {
        self.lines.resume();
        loop {
            let reads = !self.ending && self.ahead.len() < LINES_AHEAD && self.bytes_ahead < BYTES_AHEAD;
            tokio::select! {
                biased;
                answered = front(&mut self.ahead), if !self.ahead.is_empty() => {
                    let ahead = self.ahead.pop_front()?;
                    return Some(self.answer(&ahead, answered));
                }
                line = paid_line(&mut self.lines, &self.caller, &mut self.paid), if reads => {
                    self.paid = false;
                    self.take(line);
                }
                else => return None,
            }
        }
    }

    fn answer(&mut self, ahead: &Ahead, answered: Result<Receipt, Problem>) -> BatchAnswer {
        self.bytes_ahead -= ahead.bytes;
        self.queues.leave(ahead.number, &ahead.concerns);
        // What the log does not take now, it will not take a moment later either: the caller is to come again.
        self.ending |= answered.as_ref().is_err_and(is_open);
        BatchAnswer::of(ahead.number, ahead.id, self.request_id, answered)
    }

    fn take(&mut self, line: Result<Option<Line>, Broken>) {
        match line {
            Ok(Some(line)) if self.caller.has_expired() => {
                self.ending = true;
                self.tell(line.number, None, AuthError::Expired.into());
            }
            Ok(Some(Line { number, text: None })) => {
                let limit = self.caller.edge.limits.body_bytes;
                self.tell(number, None, Problem::LineTooLong { limit });
            }
            Ok(Some(Line { number, text: Some(text) })) => match line::read(&self.caller.principal, &text) {
                Ok(instruction) => self.begin(number, text.len(), instruction),
                Err(rejected) => self.tell(number, rejected.id, rejected.problem),
            },
            // Where the body broke off there is nobody left to tell; what has begun is finished.
            Ok(None) | Err(Broken::BrokenOff) => self.ending = true,
            Err(Broken::TooSlow) => {
                self.ending = true;
                self.tell(self.lines.coming(), None, Problem::TooSlow);
            }
        }
    }

    fn tell(&mut self, number: u64, id: Option<Uuid>, problem: Problem) {
        let answer = Answering::Ready(Some(problem));
        self.ahead.push_back(Ahead { number, id, bytes: 0, concerns: Vec::new(), answer });
    }

    /// A line is executed whether or not somebody waits for its answer: a caller who hangs up stops nothing half-way.
    fn begin(&mut self, number: u64, bytes: usize, instruction: Instruction) {
        let (id, concerns) = (Some(instruction.id), instruction.concerns());
        let place = self.queues.join(number, &concerns);
        let running = run(self.caller.clone(), self.request_id, instruction, place, self.places.clone());
        self.bytes_ahead += bytes;
        let answer = Answering::Running(tokio::spawn(running));
        self.ahead.push_back(Ahead { number, id, bytes, concerns, answer });
    }
}

/// The answer of the first line that has none yet.
async fn front(ahead: &mut VecDeque<Ahead>) -> Result<Receipt, Problem> {
    match ahead.front_mut().map(|first| &mut first.answer) {
        Some(Answering::Running(running)) => {
            running.await.unwrap_or_else(|_| Err(Problem::Internal("a line of a batch panicked".into())))
        }
        Some(Answering::Ready(problem)) => Err(problem.take().unwrap_or(Problem::NotFound)),
        None => std::future::pending().await,
    }
}

async fn paid_line<S: Stream<Item = Result<Bytes, PayloadError>> + Unpin>(
    lines: &mut Lines<S>,
    caller: &Caller,
    paid: &mut bool,
) -> Result<Option<Line>, Broken> {
    if !*paid {
        caller.edge.rates.line(&caller.principal.user).await;
        *paid = true;
        lines.resume();
    }
    lines.next().await
}

async fn run(
    caller: Arc<Caller>,
    request_id: RequestId,
    instruction: Instruction,
    mut place: Ticket,
    places: Arc<Semaphore>,
) -> Result<Receipt, Problem> {
    let answered = if place.turn().await == Left::Open {
        Err(Problem::BehindUnavailable)
    } else {
        let _place = places.acquire().await;
        execute(&caller, request_id, instruction).await.map_err(Problem::from)
    };
    place.leave(if answered.as_ref().is_err_and(is_open) { Left::Open } else { Left::Settled });
    answered
}

/// Executes what a line asks for.
///
/// # Errors
/// Where it is refused.
pub async fn execute(
    caller: &Caller,
    request_id: RequestId,
    instruction: Instruction,
) -> Result<Receipt, ExecuteError> {
    let Instruction { person, mut command, occurred, idempotency, entry_of, .. } = instruction;
    if let Some(line) = entry_of {
        let entry = caller.edge.baken.entry_of(line).await?;
        command = command.on_entry(entry.ok_or(Refusal::from(CorrectionRefusal::Unknown))?);
    }
    let terms = Conditions { occurred, if_match: None, idempotency, request_id };
    terms.execute(caller, person, command).await
}

/// Whether the same line may be recorded when it is sent again unchanged.
fn is_open(problem: &Problem) -> bool {
    match problem {
        Problem::Execute(error) => error.is_passing(),
        Problem::BehindUnavailable => true,
        _ => false,
    }
}
