//! Made-up paths as batches: a file for each user and round, to be sent to `/v1/batch` with that user's token.
//!
//! Several users write on one path, and each batch is one user's. So the lines of a path are cut into rounds wherever
//! another user goes on: when every batch of a round was accepted, those of the next may be sent, in any order and at
//! the same time, and each path is written in the order in which it was made up.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::path::Path;

use care_path::Principal;
use care_path::directory::Directory;
use care_path::ids::UserId;
use indicatif::ProgressBar;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{SimulateError, Simulation, path};
use crate::demo::Scripted;
use crate::history::KeyDigest;
use crate::owner_only;

/// So much is gathered for a file before it is written.
const GATHERED: usize = 64 * 1024;

/// A line of a batch, whose it is, and in which round.
pub struct BatchedLine {
    pub round: usize,
    pub by: Principal,
    pub line: Value,
}

/// The lines of a path, in order. The ids of persons and things are those that a batch will make of them.
///
/// # Errors
/// As [`path`].
pub fn lines(simulation: &Simulation, directory: &Directory, index: u64) -> Result<Vec<BatchedLine>, SimulateError> {
    let mut telling = Telling::default();
    Ok(path(simulation, directory, index)?.into_iter().map(|scripted| telling.line(scripted)).collect())
}

/// What the lines of a path so far have made.
#[derive(Default)]
struct Telling {
    round: usize,
    last: Option<UserId>,
    made: HashMap<Uuid, Made>,
}

/// The id that a person or thing has in a batch, and the line that made it.
struct Made {
    id: Uuid,
    line: Uuid,
    by: UserId,
}

impl Telling {
    fn line(&mut self, scripted: Scripted) -> BatchedLine {
        if self.last.as_ref().is_some_and(|last| *last != scripted.by.user) {
            self.round += 1;
        }
        self.last = Some(scripted.by.user.clone());
        let id = KeyDigest::of(&scripted.by, &scripted.key).id("line");
        let mut line = Map::new();
        line.insert("id".to_owned(), json!(id));
        line.insert("command".to_owned(), json!(scripted.kind));
        self.name(&mut line, &scripted, scripted.person.map(|person| person.0), ["person_id", "person_of"]);
        self.name(&mut line, &scripted, scripted.subject, ["subject_id", "subject_of"]);
        line.insert("occurred_at".to_owned(), json!(scripted.occurred.at));
        line.insert("occurred_precision".to_owned(), json!(scripted.occurred.precision));
        let mut data = scripted.body.clone();
        self.rename(&mut data);
        line.insert("data".to_owned(), data);

        let key = KeyDigest::of(&scripted.by, &id.to_string());
        let made = |what| Made { id: key.id(what), line: id, by: scripted.by.user.clone() };
        self.made.insert(scripted.creates(), made("created"));
        if let Some(person) = scripted.opens() {
            self.made.insert(person.0, made("person"));
        }
        BatchedLine { round: self.round, by: scripted.by, line: Value::Object(line) }
    }

    /// Names a person or thing: by the line that made it, where that is the same user's, else by its id.
    fn name(&self, line: &mut Map<String, Value>, scripted: &Scripted, named: Option<Uuid>, [id, of]: [&str; 2]) {
        let Some(named) = named else { return };
        let (field, value) = match self.made.get(&named) {
            Some(made) if made.by == scripted.by.user => (of, made.line),
            Some(made) => (id, made.id),
            None => (id, named),
        };
        line.insert(field.to_owned(), json!(value));
    }

    /// A body may name what earlier commands made.
    fn rename(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Some(made) = text.parse().ok().and_then(|id: Uuid| self.made.get(&id)) {
                    *text = made.id.to_string();
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.rename(item)),
            Value::Object(fields) => fields.values_mut().for_each(|field| self.rename(field)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    pub lines: u64,
    pub files: usize,
}

/// Writes the batches of a simulation into a new folder, as `ROUND-USER.ndjson`, and who the users are, as
/// `users.json`: `baken token USER --users FILE` makes their tokens.
///
/// # Errors
/// Where a path cannot be made up, the folder is there already, or a file cannot be written.
pub fn write(
    simulation: &Simulation,
    directory: &Directory,
    folder: &Path,
    progress: &ProgressBar,
) -> Result<Written, SimulateError> {
    owner_only::make_new_folder(folder)?;
    let mut gathered = BTreeMap::<(usize, UserId), Vec<u8>>::new();
    let mut users = BTreeMap::new();
    let mut lines_written = 0;
    for index in 0..simulation.persons {
        for BatchedLine { round, by, line } in lines(simulation, directory, index)? {
            let text = gathered.entry((round, by.user.clone())).or_default();
            writeln!(text, "{line}")?;
            lines_written += 1;
            if text.len() > GATHERED {
                append(folder, round, &by.user, text)?;
            }
            users.entry(by.user.clone()).or_insert_with(|| described(&by));
        }
        progress.inc(1);
    }
    for ((round, user), text) in &mut gathered {
        append(folder, *round, user, text)?;
    }
    let users: Vec<_> = users.into_values().collect();
    owner_only::write(&folder.join("users.json"), format!("{:#}\n", Value::Array(users)))?;
    progress.finish_and_clear();
    Ok(Written { lines: lines_written, files: gathered.len() })
}

fn append(folder: &Path, round: usize, user: &UserId, text: &mut Vec<u8>) -> std::io::Result<()> {
    let file = folder.join(format!("{round:02}-{user}.ndjson"));
    owner_only::file().create(true).append(true).open(file)?.write_all(text)?;
    text.clear();
    Ok(())
}

/// A user as `seeds/demo/users.json` describes one.
fn described(by: &Principal) -> Value {
    let scope = by.actor.scope();
    json!({
        "user": by.user,
        "name": by.user,
        "role": by.actor.role(),
        "organisation": by.organisation,
        "municipality": scope.municipality,
        "country": scope.country,
        "area": scope.area,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::demo;

    #[test]
    fn what_a_line_names_was_made_in_the_same_round_by_the_same_user_or_in_an_earlier_one() {
        let directory = demo::directory().unwrap();
        for index in 0..60 {
            let lines = lines(&Simulation::new(60, 5), &directory, index).unwrap();
            let mut made = HashMap::new();
            for BatchedLine { round, by, line } in &lines {
                let id: Uuid = line["id"].as_str().unwrap().parse().unwrap();
                let named = |field: &str| line[field].as_str().map(|id| id.parse::<Uuid>().unwrap());
                for line in ["person_of", "subject_of"].into_iter().filter_map(named) {
                    assert_eq!(made.get(&line), Some(&(by.user.clone(), line)));
                }
                for id in ["person_id", "subject_id"].into_iter().filter_map(named) {
                    assert!(made.contains_key(&id), "{line}");
                }
                let key = KeyDigest::of(by, &id.to_string());
                made.insert(id, (by.user.clone(), id));
                made.extend(["person", "created"].map(|what| (key.id(what), (by.user.clone(), id))));
                assert!(lines.iter().filter(|each| each.round == *round).all(|each| each.by == *by));
            }
        }
    }

    #[test]
    fn the_files_are_the_same_for_the_same_seed_and_their_users_can_be_read() {
        let (folder, directory) = (tempfile::tempdir().unwrap(), demo::directory().unwrap());
        let write = |name: &str| {
            let folder = folder.path().join(name);
            let written = write(&Simulation::new(40, 3), &directory, &folder, &ProgressBar::hidden()).unwrap();
            let files: BTreeMap<_, _> = std::fs::read_dir(&folder)
                .unwrap()
                .map(|file| {
                    let file = file.unwrap();
                    (file.file_name().into_string().unwrap(), std::fs::read_to_string(file.path()).unwrap())
                })
                .collect();
            (written, files)
        };
        let (written, files) = write("one");
        assert_eq!((written, &files), (write("other").0, &write("third").1));
        assert_eq!(files.len(), written.files + 1);
        let lines: Vec<_> =
            files.iter().filter(|(name, _)| *name != "users.json").flat_map(|(_, text)| text.lines()).collect();
        assert_eq!(lines.len() as u64, written.lines);
        let ids: BTreeSet<_> =
            lines.iter().map(|line| line.split_once("\"id\":").unwrap().1[..38].to_owned()).collect();
        assert_eq!(ids.len(), lines.len());
        let users = demo::users_of(&files["users.json"]).unwrap();
        for (name, _) in files.iter().filter(|(name, _)| *name != "users.json") {
            let user = name.split_once('-').unwrap().1.strip_suffix(".ndjson").unwrap();
            assert!(users.iter().any(|each| each.user.as_str() == user), "{name}");
        }
    }
}
