//! A line of a batch, from its text to what it asks to be executed. Persons and things that an earlier line of the same
//! user made are known by that line's id: their ids follow from it, so nothing has to be remembered, and a line may name
//! one that was sent last week.

use care_path::codes::Precision;
use care_path::command::{Command, CommandKind, OtherPerson, Subject, WithoutPerson};
use care_path::time::{Moment, Occurred};
use care_path::{PersonId, Principal};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::edge::problem::{FieldProblem, FieldProblems, Problem};
use crate::edge::rest::body::{self, NotAnObject};
use crate::edge::rest::{fields, headers};
use crate::history::{Idempotency, KeyDigest};

/// One command of a batch.
#[derive(Deserialize, ToSchema)]
pub struct BatchLine {
    /// A UUID that you make, the same whenever you send this line: it is then executed once.
    pub id: Uuid,
    pub command: CommandKind,
    /// Whose path it is recorded on. `report_signal` without it opens a person; `turn_away` without it counts people whom
    /// nobody knows; commands about the directory have none.
    pub person_id: Option<PersonId>,
    /// Instead of `person_id`: the `id` of the line of yours, in this batch or an earlier one, that opened the person.
    pub person_of: Option<Uuid>,
    /// The referral, lookout, bed, … that it is about, where the route of the command names one.
    pub subject_id: Option<Uuid>,
    /// Instead of `subject_id`: the `id` of the line of yours that created it, or that recorded the entry.
    pub subject_of: Option<Uuid>,
    /// When it happened; now, unless said. It may lie in the past, and not in the future.
    pub occurred_at: Option<Moment>,
    pub occurred_precision: Option<Precision>,
    /// The body that the route of the command takes.
    #[schema(value_type = Option<Object>)]
    pub data: Option<Value>,
}

/// What a line asks to be executed.
pub struct Instruction {
    pub id: Uuid,
    pub person: Option<PersonId>,
    /// What on the path it is about.
    pub subject: Option<Uuid>,
    /// The line that recorded the entry which the command is about, where a line names it: which entry that is, is known when
    /// the lines before this one are executed.
    pub entry_of: Option<KeyDigest>,
    pub command: Command,
    pub occurred: Option<Occurred>,
    pub idempotency: Idempotency,
}

/// What all lines about the directory concern.
const DIRECTORY: Uuid = Uuid::max();

/// A line that is no command.
pub struct Rejected {
    /// Its id, where it has one.
    pub id: Option<Uuid>,
    pub problem: Problem,
}

impl Instruction {
    /// With which lines it must keep its order: those that concern the same persons, or the same thing. A thing may be
    /// named through another person who is linked.
    #[must_use]
    pub fn concerns(&self) -> Vec<Uuid> {
        let made = ["person", "created"].map(|what| self.idempotency.key.id(what));
        // A facility may be of an organisation that a line before it registers.
        let of_the_directory = self.command.kind().without_person() == Some(WithoutPerson::Directory);
        let directory = of_the_directory.then_some(DIRECTORY);
        let persons = [self.person, self.command.other_person()].into_iter().flatten().map(|person| person.0);
        made.into_iter().chain(persons).chain(self.subject).chain(directory).collect()
    }
}

/// Reads a line of a user.
///
/// # Errors
/// With everything that is wrong with it, each with a pointer into the line.
pub fn read(principal: &Principal, text: &[u8]) -> Result<Instruction, Rejected> {
    let malformed = |why| {
        let problem = Problem::Malformed(match why {
            NotAnObject::NotJson => "The line is not JSON.",
            NotAnObject::Twice => "The line names a field twice.",
            NotAnObject::GoesOn => "The line goes on after its JSON object.",
            NotAnObject::Other => "The line is not a JSON object.",
        });
        Rejected { id: None, problem }
    };
    let mut object = body::parse(text).map_err(malformed)?;
    let id = object.get("id").and_then(|id| headers::uuid(id.as_str()?));
    let data = object.remove("data").filter(|data| !data.is_null());
    let kind = object.get("command").and_then(|kind| CommandKind::deserialize(kind).ok());

    let mut problems = FieldProblems::default();
    let line = match fields::read::<BatchLine>(object) {
        Ok(line) => Some(line),
        Err(found) => {
            problems.append(found);
            None
        }
    };
    let subject = line.as_ref().and_then(|line| line.subject(principal, &mut problems));
    let person = line.as_ref().and_then(|line| line.person(principal, &mut problems));
    let occurred = line.as_ref().and_then(|line| line.occurred(&mut problems));
    let command = kind.and_then(|kind| command(kind, subject, line.is_some(), data, &mut problems));
    match (line, command) {
        (Some(line), Some(command)) if problems.is_empty() => {
            // The same id in another spelling is the same.
            let key = line.id.to_string();
            let idempotency = Idempotency::of(principal, &key, "POST", "/v1/batch", text);
            let about_entry = matches!(command.subject(), Subject::Entry(_));
            let entry_of = line.subject_of.filter(|_| about_entry).map(|of| KeyDigest::of(principal, &of.to_string()));
            Ok(Instruction { id: line.id, person, subject, entry_of, command, occurred, idempotency })
        }
        _ => Err(Rejected { id, problem: Problem::Fields(problems) }),
    }
}

impl BatchLine {
    /// What somebody named by its id, or by the id of the line that it came from.
    fn named(
        &self,
        principal: &Principal,
        by_id: Option<Uuid>,
        by_line: Option<Uuid>,
        [what, id_field, line_field]: [&str; 3],
        problems: &mut FieldProblems,
    ) -> Option<Uuid> {
        if let (Some(_), Some(_)) = (by_id, by_line) {
            problems.push(FieldProblem::at(line_field, format!("must not come with {}", &id_field[1..])));
        }
        if by_line == Some(self.id) {
            problems.push(FieldProblem::at(line_field, "must be the id of another line"));
        }
        by_id.or_else(|| by_line.map(|line| KeyDigest::of(principal, &line.to_string()).id(what)))
    }

    fn person(&self, principal: &Principal, problems: &mut FieldProblems) -> Option<PersonId> {
        let names = ["person", "/person_id", "/person_of"];
        let by_id = self.person_id.map(|person| person.0);
        let person = self.named(principal, by_id, self.person_of, names, problems);
        if person.is_some() && self.command.without_person() == Some(WithoutPerson::Directory) {
            problems.push(FieldProblem::at("/person_id", "is nothing that this command takes"));
        }
        if person.is_none() && self.command.without_person().is_none() {
            problems.push(FieldProblem::at("/person_id", "is required, or person_of"));
        }
        person.map(PersonId)
    }

    fn subject(&self, principal: &Principal, problems: &mut FieldProblems) -> Option<Uuid> {
        let of_person = self.command.other_person() == Some(OtherPerson::Subject);
        let names = [if of_person { "person" } else { "created" }, "/subject_id", "/subject_of"];
        self.named(principal, self.subject_id, self.subject_of, names, problems)
    }

    fn occurred(&self, problems: &mut FieldProblems) -> Option<Occurred> {
        if self.occurred_at.is_none() && self.occurred_precision.is_some() {
            problems.push(FieldProblem::at("/occurred_precision", "must come with occurred_at"));
        }
        Some(Occurred { at: self.occurred_at?.get(), precision: self.occurred_precision.unwrap_or(Precision::Instant) })
    }
}

/// Reads the command itself. What is wrong with its body is told also where the rest of the line could not be read;
/// what is wrong with its subject is not, for then there is none to judge.
fn command(
    kind: CommandKind,
    subject: Option<Uuid>,
    judge_subject: bool,
    data: Option<Value>,
    problems: &mut FieldProblems,
) -> Option<Command> {
    let Value::Object(fields) = data.unwrap_or_else(|| Value::Object(Map::new())) else {
        problems.push(FieldProblem::at("/data", "must be an object"));
        return None;
    };
    if judge_subject && !kind.takes(subject) {
        let rule = if subject.is_some() { "is nothing that this command takes" } else { "is required, or subject_of" };
        problems.push(FieldProblem::at("/subject_id", rule));
    }
    let read = fields::command(kind, subject, fields);
    read.map_err(|found| problems.append(found.within("/data"))).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::app::testing::user;

    const ID: &str = "0199a3f2-0000-7000-8000-000000000001";
    const OTHER: &str = "0199a3f2-0000-7000-8000-000000000002";

    fn rejected(line: &Value) -> String {
        let Err(rejected) = read(&user("outreach-rotterdam"), line.to_string().as_bytes()) else { panic!("a command") };
        let problems = rejected.problem.details().errors.unwrap_or_default();
        let told = |problem: FieldProblem| [problem.pointer.unwrap().as_str(), " ", &problem.message, "\n"].concat();
        problems.into_iter().map(told).collect()
    }

    fn instruction(line: &Value) -> Instruction {
        read(&user("outreach-rotterdam"), line.to_string().as_bytes()).unwrap_or_else(|rejected| {
            panic!("{:?}", rejected.problem.details());
        })
    }

    #[test]
    fn everything_that_is_wrong_with_a_line_is_told_at_once_with_pointers_into_the_line() {
        let line = json!({
            "id": "mine", "command": "report_signal", "occurred_at": "yesterday", "colour": "red",
            "data": {"channel": "by-pigeon", "identity": {"countries": ["Poland"]}, "occurred_at": "2026-01-01T00:00:00Z"},
        });
        insta::assert_snapshot!(rejected(&line), @r#"
        /colour is not a field here
        /data/channel must be one of `outreach_round`, `forest_warden_report`, `citizen_nuisance_report`, `shopkeeper_report`, `enforcement_contact`, `police_contact`, `low_threshold_conversation`, `medical_consult`, `ngo_consult`, `drop_in_visit`, `shelter_intake`, `care_alert`, `self_report`
        /data/identity/countries/0 must be an ISO 3166-1 alpha-2 code in capitals, such as PL
        /data/occurred_at is not a field here
        /id must be a UUID
        /occurred_at must be a time as in RFC 3339
        "#);
        let line = json!({
            "id": ID, "command": "record_contact", "person_id": ID, "person_of": OTHER, "subject_id": ID,
            "occurred_precision": "day",
        });
        insta::assert_snapshot!(rejected(&line), @r#"
        /occurred_precision must come with occurred_at
        /person_of must not come with person_id
        /subject_id is nothing that this command takes
        "#);
        let line = json!({"id": ID, "command": "accept_referral", "data": []});
        insta::assert_snapshot!(rejected(&line), @r#"
        /data must be an object
        /person_id is required, or person_of
        "#);
        let line = json!({"id": ID, "command": "add_note", "person_of": ID, "data": {"text": "met"}});
        insta::assert_snapshot!(rejected(&line), @"/person_of must be the id of another line");
    }

    #[test]
    fn a_command_that_there_is_not_is_told_with_those_that_there_are() {
        let told = rejected(&json!({"id": ID, "command": "delete_everything"}));
        assert!(told.starts_with("/command must be one of `report_signal`, `record_contact`, "), "{told}");
        assert_eq!(rejected(&json!({})), "/command is required\n/id is required\n");
    }

    #[test]
    fn what_is_no_json_object_is_told_without_repeating_it() {
        for (text, why) in [
            (&b"Marek"[..], "The line is not JSON."),
            (b"{\"id\": \"\xff\"}", "The line is not JSON."),
            (b"[]", "The line is not a JSON object."),
            (b"{} {}", "The line goes on after its JSON object."),
            (br#"{"id": 1, "id": 2}"#, "The line names a field twice."),
        ] {
            let Err(rejected) = read(&user("outreach-rotterdam"), text) else { panic!("a command") };
            assert_eq!((rejected.problem.details().detail.as_str(), rejected.id), (why, None));
        }
    }

    #[test]
    fn whoever_a_line_opened_is_known_by_that_lines_id_and_to_that_user_alone() {
        let opening =
            instruction(&json!({"id": ID, "command": "report_signal", "data": {"channel": "outreach_round"}}));
        let opened = opening.idempotency.key.id("person");
        let contact = json!({"id": OTHER, "command": "record_contact", "person_of": ID.to_uppercase()});
        assert_eq!(instruction(&contact).person, Some(PersonId(opened)));
        assert!(instruction(&contact).concerns().contains(&opened) && opening.concerns().contains(&opened));
        let of_another = read(&user("day-shelter-rotterdam"), contact.to_string().as_bytes());
        assert_ne!(of_another.ok().and_then(|line| line.person), Some(PersonId(opened)));
    }

    #[test]
    fn another_person_too_is_known_by_the_line_that_opened_them() {
        let line = json!({"id": ID, "command": "dismiss_match", "person_id": ID, "subject_of": OTHER});
        let opened = KeyDigest::of(&user("outreach-rotterdam"), OTHER).id("person");
        assert!(matches!(instruction(&line).command, Command::DismissMatch(other, _) if other.0 == opened));
    }

    #[test]
    fn a_line_about_two_persons_keeps_its_place_among_the_lines_of_both() {
        let line = json!({"id": ID, "command": "link_persons", "person_id": OTHER,
            "data": {"with": ID, "basis": "recognised_by_professional"}});
        let concerns = instruction(&line).concerns();
        assert!(concerns.contains(&ID.parse().unwrap()) && concerns.contains(&OTHER.parse().unwrap()));
    }
}
