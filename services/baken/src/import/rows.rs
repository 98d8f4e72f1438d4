//! From rows to the lines of a batch, and everything that is wrong on the way. Each line is read here as the service
//! will read it, so that what it would refuse for its form is known beforehand, by column.
//!
//! A row is known by its key and by what the mapping takes of it: the bytes of the file make no difference, nor the order of
//! its rows and columns.

use std::collections::{BTreeMap, HashMap, HashSet};

use care_path::codes::Assurance;
use care_path::command::CommandKind;
use care_path::time::{DateTime, local_date, minutes_after};
use care_path::{Actor, Principal};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::cell::{BadCell, keyed};
use super::claims::{Claim, judge_birth};
use super::findings::LeftOut;
use super::lines::{Ids, LineIds, Outgoing, listed, put};
use super::mapping::{CLAIM, Field, Mapped, OPENING, When};
use super::{Fate, Finding, IdKey, Mapping, Notes, Row, Table, Tally};
use crate::edge::rest::batch;

/// How far ahead of ours a clock may run.
const CLOCK_SKEW_MINUTES: i64 = 5;

/// What would be sent, and what is wrong.
#[derive(Default)]
pub struct Plan {
    pub rows: Vec<Planned>,
    /// How many rows could not be read.
    pub unread: usize,
    pub findings: Vec<Finding>,
    /// What is to be told of rows that nothing is wrong with.
    pub told: Vec<Finding>,
    pub notes: Notes,
}

/// What is to be done with a row.
pub struct Planned {
    pub line: u64,
    pub what: What,
}

/// What a row comes to.
pub enum What {
    /// It makes these lines. If the first of them opens a person who was opened before, the claim says what it would have
    /// said of them.
    Lines(Vec<Outgoing>, Option<Box<Claim>>),
    /// A row before it said the same.
    Repeats,
    /// It was deleted where it comes from. An earlier import may have made these lines of it.
    Deleted(Vec<Outgoing>),
    Refused,
}

impl Plan {
    /// The lines that would be sent first.
    pub fn lines(&self) -> impl Iterator<Item = &Outgoing> {
        self.rows.iter().flat_map(|row| match &row.what {
            What::Lines(lines, _) => lines.as_slice(),
            What::Repeats | What::Deleted(_) | What::Refused => &[],
        })
    }

    /// What becomes of the rows as far as the file alone says.
    #[must_use]
    pub fn tally(&self) -> Tally {
        let mut tally = Tally { refused: self.unread, ..Tally::default() };
        for row in &self.rows {
            tally.count(match &row.what {
                What::Lines(..) => Fate::Taken,
                What::Repeats => Fate::Repeated,
                What::Deleted(_) => Fate::Deleted,
                What::Refused => Fate::Refused,
            });
        }
        tally
    }
}

/// Makes the lines of a table. A row that something is wrong with makes none.
#[must_use]
pub fn plan(table: Table, mapping: &Mapping, key: &IdKey, now: DateTime) -> Plan {
    let Table { rows, unread, findings, notes } = table;
    let plan = Plan { unread, findings, notes, ..Plan::default() };
    let mut planning = Planning { mapping, key, now, seen: HashMap::new(), plan };
    let drafts: Vec<_> = rows.iter().map(|row| (row.line, planning.draft(row))).collect();
    planning.place(drafts);
    planning.plan.findings.sort();
    planning.plan
}

struct Planning<'a> {
    mapping: &'a Mapping,
    key: &'a IdKey,
    now: DateTime,
    /// What the lines of each id say, and which row said it first.
    seen: HashMap<Uuid, (String, u64)>,
    plan: Plan,
}

/// A row on its own.
enum Draft {
    Sound(Box<Sound>),
    Deleted(Vec<Outgoing>),
    Refused,
}

/// A row that nothing is wrong with.
struct Sound {
    line: u64,
    person: Uuid,
    occurred: Option<DateTime>,
    opening: Outgoing,
    claim: Claim,
    commands: Vec<Outgoing>,
}

impl Planning<'_> {
    fn draft(&mut self, row: &Row) -> Draft {
        let Mapping { source, person, row: key, commands, deleted, file, .. } = self.mapping;
        let client = row.cell(&person.column);
        let ids = client.map(|client| {
            let parts = key.iter().map(|column| {
                let cell = row.cell(column).unwrap_or_default();
                if self.mapping.is_date(column) { keyed(cell, file).into_owned() } else { cell.to_owned() }
            });
            Ids {
                person: self.key.id([source, client, OPENING]),
                row: [source, client].map(str::to_owned).into_iter().chain(parts).collect(),
            }
        });
        if let Some(condition) = deleted.as_ref().filter(|condition| condition.holds(row)) {
            let told = "was deleted where it comes from, and is not taken";
            self.plan.told.push(Finding::of_row(row.line, Some(&condition.column), told));
            return Draft::Deleted(ids.map(|ids| self.made_before(row, &ids)).unwrap_or_default());
        }
        let Some(ids) = ids else {
            self.found(row, Some(&person.column), None, "must tell whom the row is about");
            return Draft::Refused;
        };
        let before = self.plan.findings.len();
        let opening = self.line(row, ids.opening(), person.occurred.as_ref(), &person.data);
        let mut lines = Vec::new();
        let mut made = Vec::new();
        for mapped in commands {
            if mapped.when.as_ref().is_none_or(|condition| condition.holds(row)) {
                self.needs(row, mapped, &made);
                made.push(&mapped.name);
                lines.extend(self.mapped(row, &ids, mapped));
            }
        }
        self.stays(row, &lines);
        let occurred = person.occurred.as_ref().and_then(|when| when.of(row, file).ok()?);
        match opening {
            Some(opening) if self.plan.findings.len() == before => Draft::Sound(Box::new(Sound {
                line: row.line,
                person: ids.person,
                occurred: occurred.map(|occurred| occurred.at),
                claim: Claim::of(&opening, ids.of(self.key, CLAIM), person),
                opening,
                commands: lines,
            })),
            _ => Draft::Refused,
        }
    }

    /// Nobody leaves before they came, and who never left is expected from now on: whoever imports last winter must know.
    fn stays(&mut self, row: &Row, lines: &[Outgoing]) {
        for bed in lines.iter().filter(|line| line.command == CommandKind::AssignBed) {
            let of_bed =
                |line: &&Outgoing| line.command == CommandKind::ReleaseBed && line.subject_of == Some(bed.first);
            match lines.iter().find(of_bed) {
                Some(left) if left.occurred_on().zip(bed.occurred_on()).is_some_and(|(left, came)| left < came) => {
                    self.found(row, left.column("/occurred_at"), Some(&left.name), "must not lie before the arrival");
                }
                None if bed.data().get("until").is_none() => {
                    let told = "the stay has no end: the person is expected there every evening from now on";
                    self.plan.told.push(Finding::of_row(row.line, None, told));
                }
                Some(_) | None => {}
            }
        }
    }

    /// The lines that an earlier import may have made of a row, what is about another before that.
    fn made_before(&self, row: &Row, ids: &Ids) -> Vec<Outgoing> {
        let commands = self.mapping.commands.iter().rev().map(|mapped| self.bare(row, ids, mapped));
        let (id, person_of) = (ids.of(self.key, CLAIM), Some(ids.person));
        let claim = LineIds { id, name: CLAIM, command: CommandKind::UpdateIdentity, person_of, subject_of: None };
        // Where rows make nothing else they are persons, and not something that happened to one.
        let opening = self.mapping.commands.is_empty().then(|| Outgoing::new(row.line, ids.opening()));
        commands.chain([Outgoing::new(row.line, claim)]).chain(opening).collect()
    }

    /// What a command is about must be made of the same row.
    fn needs(&mut self, row: &Row, mapped: &Mapped, made: &[&String]) {
        if let Some(of) = mapped.subject_of.as_ref().filter(|of| !made.contains(of)) {
            let column = mapped.when.as_ref().map(|condition| condition.column.as_str());
            self.found(
                row,
                column,
                Some(&mapped.name),
                &format!("is about the `{of}` of the same row, which makes none"),
            );
        }
    }

    /// A line as far as its ids go.
    fn bare(&self, row: &Row, ids: &Ids, mapped: &Mapped) -> Outgoing {
        let subject_of = mapped.subject_of.as_ref().map(|of| ids.of(self.key, of));
        Outgoing::new(
            row.line,
            LineIds {
                id: ids.of(self.key, &mapped.name),
                name: &mapped.name,
                command: mapped.command,
                person_of: Some(ids.person),
                subject_of,
            },
        )
    }

    /// The line of a command; none where a row before it made the same one, or something is wrong.
    fn mapped(&mut self, row: &Row, ids: &Ids, mapped: &Mapped) -> Option<Outgoing> {
        let Outgoing { id, person_of, subject_of, .. } = self.bare(row, ids, mapped);
        let said = LineIds { id, name: &mapped.name, command: mapped.command, person_of, subject_of };
        let line = self.line(row, said, mapped.occurred.as_ref(), &mapped.data)?;
        let text = line.text();
        match self.seen.get(&id) {
            Some((seen, _)) if *seen == text => None,
            Some((_, first)) => {
                let message = format!("is the same row as the one of line {first}, and says something else");
                self.found(row, None, Some(&mapped.name), &message);
                None
            }
            None => {
                self.seen.insert(id, (text, row.line));
                Some(line)
            }
        }
    }

    fn line(
        &mut self,
        row: &Row,
        said: LineIds<'_>,
        when: Option<&When>,
        fields: &BTreeMap<String, Field>,
    ) -> Option<Outgoing> {
        let before = self.plan.findings.len();
        let name = said.name;
        let mut line = Outgoing::new(row.line, said);
        let mut day = None;
        if let Some(when) = when {
            line.origins.insert("/occurred_at".to_owned(), when.date.clone());
            match when.of(row, &self.mapping.file) {
                Ok(Some(occurred)) if occurred.at > minutes_after(self.now, CLOCK_SKEW_MINUTES) => {
                    self.found(row, Some(&when.date), Some(name), "must not lie in the future");
                }
                Ok(Some(occurred)) => {
                    day = Some(local_date(occurred.at));
                    line.said.insert("occurred_at".to_owned(), json!(occurred.at));
                    line.said.insert("occurred_precision".to_owned(), json!(occurred.precision));
                }
                // Without it, it would be recorded as of today.
                Ok(None) => self.found(row, Some(&when.date), Some(name), "must tell when it happened"),
                Err(BadCell { column, message }) => self.found(row, Some(&column), Some(name), &message),
            }
        }
        let mut data = Value::Object(Map::new());
        for (path, field) in fields {
            let origin = field.origin();
            if let Some(column) = &origin {
                line.origins.insert(format!("/data/{}", path.replace('.', "/")), column.clone());
            }
            let is_birth = path.rsplit('.').next() == Some("birth_date");
            let value = field.of(row, &self.mapping.file, &mut self.plan.notes);
            let judged = match &value {
                Ok(Some(Value::String(born))) if is_birth => judge_birth(born, local_date(self.now), day),
                _ => Ok(()),
            };
            match (value, judged) {
                (Ok(Some(value)), Ok(())) => put(&mut data, path, value),
                (Ok(None), _) => {}
                (Ok(Some(_)), Err(why)) => self.found(row, origin.as_deref(), Some(name), why),
                (Err(BadCell { column, message }), _) => self.found(row, Some(&column), Some(name), &message),
            }
        }
        listed(&mut data);
        line.said.insert("data".to_owned(), data);
        self.judge(row, &line, self.plan.findings.len() > before);
        (self.plan.findings.len() == before).then_some(line)
    }

    /// Reads the line as the service does.
    fn judge(&mut self, row: &Row, line: &Outgoing, has_findings: bool) {
        let Some(reader) = nobody() else { return };
        let Err(rejected) = batch::read(&reader, line.text().as_bytes()) else { return };
        let details = rejected.problem.details();
        for error in details.errors.into_iter().flatten() {
            let pointer = error.pointer.unwrap_or_default();
            let column = line.column(&pointer).map(str::to_owned);
            // A cell that could not be understood is missing here, and was told already.
            if has_findings && error.message == "is required" {
                continue;
            }
            let message = if column.is_some() { error.message } else { format!("{pointer} {}", error.message) };
            self.found(row, column.as_deref(), Some(&line.name), &message);
        }
    }

    fn found(&mut self, row: &Row, column: Option<&str>, command: Option<&str>, message: &str) {
        let command = command.map(str::to_owned);
        self.plan.findings.push(Finding { command, ..Finding::of_row(row.line, column, message) });
    }

    /// Puts rows together: those of a client in the order in which they happened, wherever they stand in the file.
    fn place(&mut self, drafts: Vec<(u64, Draft)>) {
        let mut places: HashMap<Uuid, Vec<usize>> = HashMap::new();
        let mut sound: HashMap<Uuid, Vec<Sound>> = HashMap::new();
        let mut planned: Vec<Option<Planned>> = Vec::with_capacity(drafts.len());
        for (place, (line, draft)) in drafts.into_iter().enumerate() {
            let what = match draft {
                Draft::Deleted(lines) => Some(What::Deleted(lines)),
                Draft::Refused => Some(What::Refused),
                Draft::Sound(row) => {
                    places.entry(row.person).or_default().push(place);
                    sound.entry(row.person).or_default().push(*row);
                    None
                }
            };
            planned.push(what.map(|what| Planned { line, what }));
        }
        // A row that stands there anew is not deleted, nor is a person of whom there is another row.
        let live: HashSet<Uuid> = sound.values().flatten().flat_map(|row| [row.claim.id(), row.person]).collect();
        for row in planned.iter_mut().flatten() {
            if let What::Deleted(lines) = &mut row.what {
                let stands_anew = lines.iter().any(|line| line.claims() && live.contains(&line.first));
                lines.retain(|line| !stands_anew && !live.contains(&line.first));
            }
        }
        for (person, mut rows) in sound {
            rows.sort_by_key(|row| (row.occurred, row.line));
            let rows = self.of_person(rows);
            for (place, row) in places.remove(&person).into_iter().flatten().zip(rows) {
                if let Some(empty) = planned.get_mut(place) {
                    *empty = Some(row);
                }
            }
        }
        self.plan.rows = planned.into_iter().flatten().collect();
    }

    /// The rows of a person: the first opens them, and a later one says what it knows of them that those before it did not.
    fn of_person(&mut self, rows: Vec<Sound>) -> Vec<Planned> {
        let assurance = self.mapping.person.assurance;
        let mut known: Option<(Map<String, Value>, Value)> = None;
        let mut planned = Vec::with_capacity(rows.len());
        for Sound { line, opening, claim, commands, .. } in rows {
            let mut lines = Vec::new();
            let mut opens = None;
            if let Some((known, said)) = &mut known {
                lines.extend(claim.beyond(known));
                self.not_the_first(line, said, opening.data());
                known.extend(claim.news(known));
            } else {
                known = Some((claim.identity.clone(), opening.data().clone()));
                lines.push(opening);
                // A signal is as sure as an alias of who the person is.
                if assurance.is_some_and(|assurance| assurance != Assurance::Alias) {
                    lines.extend(claim.beyond(&Map::new()));
                }
                opens = Some(Box::new(claim));
            }
            lines.extend(commands);
            let what = if lines.is_empty() { What::Repeats } else { What::Lines(lines, opens) };
            planned.push(Planned { line, what });
        }
        planned
    }

    /// Notes the cells of a later row that only a person's first row tells.
    fn not_the_first(&mut self, line: u64, first: &Value, later: &Value) {
        for (path, field) in &self.mapping.person.data {
            let pointer = format!("/{}", path.replace('.', "/"));
            let said = later.pointer(&pointer);
            if path.starts_with("identity.") || said.is_none() || said == first.pointer(&pointer) {
                continue;
            }
            for column in field.sources() {
                self.plan.notes.note(column, LeftOut::NotTheFirst, line);
            }
        }
    }
}

/// Somebody to read a line as, which is not sent as theirs.
fn nobody() -> Option<Principal> {
    Some(Principal { user: "import".parse().ok()?, organisation: "import".parse().ok()?, actor: Actor::System })
}
