//! Brings a plan in, round by round: what a line is answered may ask for another one. Of a person who was opened before, only
//! what Baken does not know yet is told; what a corrected row said before is taken back, and what a deleted one said too.
//!
//! Nothing is remembered between imports: Baken knows by its id whether a line was recorded, and with which text.

use std::collections::VecDeque;
use std::sync::Arc;

use care_path::ids::{OrgId, UserId};
use care_path::{Actor, Principal};
use indicatif::ProgressBar;
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::claims::Claim;
use super::findings::LeftOut;
use super::lines::TakenBack;
use super::rows::What;
use super::send::{ImportTarget, LineAnswer, Problem, send};
use super::{Fate, Finding, IdKey, ImportError, Notes, Outgoing, Plan, Tally};
use crate::history::KeyDigest;

/// What became of a plan.
#[derive(Debug, Default)]
pub struct Brought {
    pub rows: Tally,
    /// Lines that were recorded now.
    pub recorded: usize,
    /// Lines that had been recorded before.
    pub known: usize,
    pub refused: Vec<Refused>,
    /// What else is to be told of rows that nothing is wrong with.
    pub told: Vec<Finding>,
    pub notes: Notes,
}

/// A line that was refused.
#[derive(Debug)]
pub struct Refused {
    pub status: u16,
    pub code: String,
    pub findings: Vec<Finding>,
}

/// A row on its way.
struct Row {
    line: u64,
    claim: Option<Box<Claim>>,
    fate: Fate,
    /// Its lines that others of it are about, and those others.
    chained: Vec<Outgoing>,
    steps: VecDeque<Step>,
    /// Entries of earlier imports that were taken back because the row is deleted.
    taken_back: usize,
}

/// What is to be done with a line next.
enum Step {
    Send(Outgoing),
    /// It was recorded and says something else now: that is taken back, and the next version sent.
    Replace(Outgoing),
    /// What it recorded is taken back, and what its next versions did.
    Delete(Outgoing),
}

/// Brings a plan in.
///
/// # Errors
/// Where the service does not take it; what it has acknowledged until then is recorded.
pub async fn bring(
    target: &ImportTarget,
    plan: Plan,
    key: &IdKey,
    progress: &ProgressBar,
) -> Result<Brought, ImportError> {
    let brought = Brought { notes: plan.notes, told: plan.told, ..Brought::default() };
    let mut bringing = Bringing { target, key, brought, me: None };
    bringing.brought.rows.refused = plan.unread;
    let mut rows = Vec::with_capacity(plan.rows.len());
    let mut lines = Vec::new();
    for (place, row) in plan.rows.into_iter().enumerate() {
        let mut planned = Row::new(row.line);
        match row.what {
            What::Lines(made, claim) => {
                planned.claim = claim;
                let is_chained = |line: &&Outgoing| {
                    line.subject_of.is_some() || made.iter().any(|other| other.subject_of == Some(line.id))
                };
                planned.chained = made.iter().filter(is_chained).cloned().collect();
                lines.extend(made.into_iter().map(|line| (place, Step::Send(line))));
            }
            What::Repeats => {}
            What::Deleted(made) => {
                planned.fate = Fate::Deleted;
                planned.steps = made.into_iter().map(Step::Delete).collect();
            }
            What::Refused => planned.fate = Fate::Refused,
        }
        rows.push(planned);
    }
    bringing.round(&mut rows, lines, progress).await?;
    bringing.claims(&mut rows).await?;
    // One line of a row at a time: what becomes of it decides on the next.
    loop {
        let next = |(place, row): (usize, &mut Row)| Some((place, row.steps.pop_front()?));
        let lines: Vec<_> = rows.iter_mut().enumerate().filter_map(next).collect();
        if lines.is_empty() {
            break;
        }
        progress.inc_length(lines.len() as u64);
        bringing.round(&mut rows, lines, progress).await?;
    }
    progress.finish_and_clear();
    for row in &rows {
        bringing.brought.rows.count(row.fate);
        if row.taken_back > 0 {
            let told = format!("{} entries that an earlier import recorded of it were taken back", row.taken_back);
            bringing.brought.told.push(Finding::of_row(row.line, None, told));
        }
    }
    bringing.brought.told.sort();
    Ok(bringing.brought)
}

struct Bringing<'a> {
    target: &'a ImportTarget,
    key: &'a IdKey,
    brought: Brought,
    /// Who the token is of, once asked.
    me: Option<Principal>,
}

#[derive(Deserialize)]
struct Me {
    user: UserId,
    organisation: OrgId,
}

#[derive(Deserialize)]
struct ToldPerson {
    #[serde(default)]
    identity: Map<String, Value>,
}

impl Bringing<'_> {
    /// Sends a line for each step, and does what follows from the answers.
    async fn round(
        &mut self,
        rows: &mut [Row],
        steps: Vec<(usize, Step)>,
        progress: &ProgressBar,
    ) -> Result<(), ImportError> {
        let line = |(_, step): &(usize, Step)| match step {
            Step::Send(line) => line.clone(),
            Step::Replace(line) => line.taken_back(TakenBack::Corrected, self.key),
            Step::Delete(line) => line.taken_back(TakenBack::Deleted, self.key),
        };
        let lines = Arc::new(steps.iter().map(line).collect());
        let answers = send(self.target, &lines, progress).await?;
        for ((place, step), answer) in steps.into_iter().zip(answers) {
            if let Some(row) = rows.get_mut(place) {
                self.take(row, step, answer);
            }
        }
        Ok(())
    }

    fn take(&mut self, row: &mut Row, step: Step, answer: LineAnswer) {
        match answer.status {
            201 => self.brought.recorded += 1,
            200 => self.brought.known += 1,
            _ => {}
        }
        match step {
            Step::Send(line) if answer.is_recorded() => row.said(&line, answer.status == 201),
            Step::Send(line) if answer.is_reused() && line.opens() => self.brought.known += 1,
            // What it says of the person adds to what was said; anything else takes its place.
            Step::Send(line) if answer.is_reused() && line.claims() => {
                row.steps.push_front(Step::Send(line.next(self.key)));
            }
            Step::Send(line) if answer.is_reused() => row.steps.push_back(Step::Replace(line)),
            Step::Replace(line) if answer.is_taken_back() => row.steps.push_front(Step::Send(line.next(self.key))),
            Step::Delete(line) if answer.is_taken_back() => {
                row.taken_back += usize::from(answer.status == 201);
                row.steps.push_front(Step::Delete(line.next(self.key)));
            }
            Step::Delete(_) if answer.is_unknown_entry() => {}
            Step::Send(line) => self.refuse(row, answer, &line, ""),
            Step::Replace(line) => {
                self.refuse(row, answer, &line, "It says something else than before, and that cannot be taken back. ");
            }
            Step::Delete(line) => {
                self.refuse(row, answer, &line, "An earlier import recorded it, and that cannot be taken back. ");
            }
        }
    }

    fn refuse(&mut self, row: &mut Row, answer: LineAnswer, line: &Outgoing, why: &str) {
        row.becomes(Fate::Refused);
        row.steps.clear();
        self.brought.refused.push(refused(answer, line, why));
    }

    /// Has rows tell what they know of persons who were opened before, if Baken does not know it yet.
    async fn claims(&mut self, rows: &mut [Row]) -> Result<(), ImportError> {
        for row in rows.iter_mut() {
            let Some(claim) = row.claim.take().filter(|_| row.fate != Fate::Refused) else { continue };
            for column in &claim.beside {
                self.brought.notes.note(column, LeftOut::NotTheFirst, row.line);
            }
            let known = self.known(claim.person()).await?;
            row.steps.extend(claim.beyond(&known).map(Step::Send));
        }
        Ok(())
    }

    /// What Baken knows of who a person is, as far as it tells whoever sends.
    async fn known(&mut self, opened_by: Uuid) -> Result<Map<String, Value>, ImportError> {
        if self.me.is_none() {
            let me: Option<Me> = self.target.get("/v1/me").await?;
            // The role makes no difference to the ids of a user.
            self.me = me.map(|Me { user, organisation }| Principal { user, organisation, actor: Actor::ShelterWorker });
        }
        let Some(me) = &self.me else { return Ok(Map::new()) };
        let person = KeyDigest::of(me, &opened_by.to_string()).id("person");
        let known: Option<ToldPerson> = self.target.get(&format!("/v1/persons/{person}")).await?;
        Ok(known.map(|known| known.identity).unwrap_or_default())
    }
}

impl Row {
    fn new(line: u64) -> Self {
        let (chained, steps) = (Vec::new(), VecDeque::new());
        Self { line, claim: None, fate: Fate::Repeated, chained, steps, taken_back: 0 }
    }

    /// What it becomes with one more line. A refusal stands, and an update is more than something new.
    fn becomes(&mut self, fate: Fate) {
        self.fate = match (self.fate, fate) {
            (Fate::Refused, _) | (_, Fate::Refused) => Fate::Refused,
            (Fate::Updated, _) | (_, Fate::Updated) => Fate::Updated,
            (_, fate) => fate,
        };
    }

    /// A line of it is recorded, now or before.
    fn said(&mut self, line: &Outgoing, now: bool) {
        if now {
            self.becomes(if line.updates() { Fate::Updated } else { Fate::Taken });
        }
        // Whoever was opened by this row is told all that it says of them; whoever was opened by another may not be.
        if line.opens() {
            self.claim = None;
        }
        // What is about it is said again, for it is another thing now.
        if line.id != line.first {
            let about_it = self.chained.iter().filter(|other| other.subject_of == Some(line.first));
            for other in about_it.map(|other| other.clone().about(line.id)) {
                self.steps.retain(|step| step.line().first != other.first);
                self.steps.push_back(Step::Send(other));
            }
        }
    }
}

impl Step {
    fn line(&self) -> &Outgoing {
        match self {
            Self::Send(line) | Self::Replace(line) | Self::Delete(line) => line,
        }
    }
}

fn refused(LineAnswer { status, problem, .. }: LineAnswer, line: &Outgoing, why: &str) -> Refused {
    let finding = |column: Option<&str>, message: String| Finding {
        command: Some(line.name.clone()),
        ..Finding::of_row(line.row, column, message)
    };
    let Some(Problem { code, detail, errors }) = problem else {
        return Refused { status, code: String::new(), findings: vec![finding(None, status.to_string())] };
    };
    let findings = if errors.is_empty() {
        vec![finding(None, format!("{why}{detail}"))]
    } else {
        let of_error = |error: super::send::FieldProblem| {
            let pointer = error.pointer.unwrap_or_default();
            match line.column(&pointer) {
                Some(column) => finding(Some(column), error.message),
                None => finding(None, format!("{pointer} {}", error.message)),
            }
        };
        errors.into_iter().map(of_error).collect()
    };
    Refused { status, code, findings }
}
