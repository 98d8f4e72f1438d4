//! Brings a plan in, round by round: what a line is answered may ask for another one. A person who was opened before is told
//! only what Baken does not know of them yet.

use std::sync::Arc;

use care_path::ids::{OrgId, UserId};
use care_path::{Actor, Principal};
use indicatif::ProgressBar;
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::claims::Claim;
use super::findings::LeftOut;
use super::rows::What;
use super::send::{Answer, Problem, Target, send};
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
    lines: Vec<Outgoing>,
    claim: Option<Box<Claim>>,
    fate: Fate,
}

/// Brings a plan in.
///
/// # Errors
/// Where the service does not take it; what it has acknowledged until then is recorded.
pub async fn bring(target: &Target, plan: Plan, key: &IdKey, progress: &ProgressBar) -> Result<Brought, ImportError> {
    let mut bringing = Bringing { target, key, brought: Brought { notes: plan.notes, ..Brought::default() }, me: None };
    bringing.brought.rows.refused = plan.unread;
    let mut rows = Vec::with_capacity(plan.rows.len());
    for row in plan.rows {
        let (lines, claim, fate) = match row.what {
            What::Lines(lines, claim) => (lines, claim, Fate::Repeated),
            What::Repeats => (Vec::new(), None, Fate::Repeated),
            What::Deleted(_) => (Vec::new(), None, Fate::Deleted),
            What::Refused => (Vec::new(), None, Fate::Refused),
        };
        rows.push(Row { line: row.line, lines, claim, fate });
    }
    bringing.round(&mut rows, progress).await?;
    bringing.claims(&mut rows, progress).await?;
    progress.finish_and_clear();
    for row in &rows {
        bringing.brought.rows.count(row.fate);
    }
    Ok(bringing.brought)
}

struct Bringing<'a> {
    target: &'a Target,
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
struct Known {
    #[serde(default)]
    identity: Map<String, Value>,
}

impl Bringing<'_> {
    /// Sends the lines of all rows, and takes them from the rows.
    async fn round(&mut self, rows: &mut [Row], progress: &ProgressBar) -> Result<(), ImportError> {
        let mut lines = Vec::new();
        let mut of = Vec::new();
        for (place, row) in rows.iter_mut().enumerate() {
            of.extend(std::iter::repeat_n(place, row.lines.len()));
            lines.append(&mut row.lines);
        }
        let lines = Arc::new(lines);
        let answers = send(self.target, &lines, progress).await?;
        for ((place, line), answer) in of.into_iter().zip(lines.iter()).zip(answers) {
            if let Some(row) = rows.get_mut(place) {
                self.take(row, line, answer);
            }
        }
        Ok(())
    }

    fn take(&mut self, row: &mut Row, line: &Outgoing, answer: Answer) {
        // Whoever was opened here says all that the row says of them; whoever was opened before, by another row, may not.
        if answer.is_recorded() && line.opens() {
            row.claim = None;
        }
        match answer.status {
            201 => {
                self.brought.recorded += 1;
                row.becomes(if line.updates() { Fate::Updated } else { Fate::Taken });
            }
            200 => self.brought.known += 1,
            _ if line.opens() && answer.is_reused() => self.brought.known += 1,
            status => {
                row.becomes(Fate::Refused);
                self.brought.refused.push(refused(status, answer.problem, line));
            }
        }
    }

    /// Tells what rows know of persons who were opened before, if Baken does not know it yet.
    async fn claims(&mut self, rows: &mut [Row], progress: &ProgressBar) -> Result<(), ImportError> {
        for row in rows.iter_mut() {
            let Some(claim) = row.claim.take().filter(|_| row.fate != Fate::Refused) else { continue };
            for column in &claim.beside {
                self.brought.notes.note(column, LeftOut::NotTheFirst, row.line);
            }
            let known = self.known(claim.person()).await?;
            row.lines.extend(claim.beyond(&known, self.key));
        }
        self.round(rows, progress).await
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
        let known: Option<Known> = self.target.get(&format!("/v1/persons/{person}")).await?;
        Ok(known.map(|known| known.identity).unwrap_or_default())
    }
}

impl Row {
    /// What it becomes with one more line. A refusal stands, and an update is more than something new.
    fn becomes(&mut self, fate: Fate) {
        self.fate = match (self.fate, fate) {
            (Fate::Refused, _) | (_, Fate::Refused) => Fate::Refused,
            (Fate::Updated, _) | (_, Fate::Updated) => Fate::Updated,
            (_, fate) => fate,
        };
    }
}

fn refused(status: u16, problem: Option<Problem>, line: &Outgoing) -> Refused {
    let finding = |column: Option<&str>, message: String| Finding {
        command: Some(line.name.clone()),
        ..Finding::of_row(line.row, column, message)
    };
    let Some(Problem { code, detail, errors }) = problem else {
        return Refused { status, code: String::new(), findings: vec![finding(None, status.to_string())] };
    };
    let detail = match code.as_str() {
        "idempotency_key_reused" => {
            "The row, or the mapping, says something else than when it was first sent.".to_owned()
        }
        _ => detail,
    };
    let findings = if errors.is_empty() {
        vec![finding(None, detail)]
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
