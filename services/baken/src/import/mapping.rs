//! A mapping: which columns of a shelter's export say what, in Baken's words. `seeds/import/opvang.toml` is one, with
//! comments.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use care_path::codes::Precision;
use care_path::command::CommandKind;
use chrono_tz::Tz;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::ImportError;

/// A mapping.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The system that the file comes from: the same number in another system is another client.
    pub source: String,
    /// Where the key of ids lies, beside the mapping.
    pub key_file: PathBuf,
    /// The columns that together tell a client's rows apart.
    pub row: Vec<String>,
    #[serde(default)]
    pub file: Format,
    pub person: Person,
    #[serde(default, rename = "command")]
    pub commands: Vec<Mapped>,
}

/// How the file is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Format {
    pub delimiter: char,
    pub encoding: Encoding,
    #[serde(deserialize_with = "time_zone")]
    pub time_zone: Tz,
    /// As `strftime` writes them; the first that fits counts.
    pub dates: Vec<String>,
    pub times: Vec<String>,
}

impl Default for Format {
    fn default() -> Self {
        Self {
            delimiter: ';',
            encoding: Encoding::Utf8,
            time_zone: Tz::Europe__Amsterdam,
            dates: vec!["%d-%m-%Y".to_owned()],
            times: vec!["%H:%M".to_owned()],
        }
    }
}

/// How characters are written. A byte order mark says so by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Encoding {
    #[serde(rename = "utf-8")]
    Utf8,
    #[serde(rename = "windows-1252")]
    Windows1252,
}

fn time_zone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Tz, D::Error> {
    let name = String::deserialize(deserializer)?;
    name.parse().map_err(|_| serde::de::Error::custom("must be a time zone, such as Europe/Amsterdam"))
}

/// Who the rows are about, and the signal that opens them in Baken.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// The column of the client's number.
    pub column: String,
    pub occurred: Option<When>,
    pub data: BTreeMap<String, Field>,
}

/// A command that is made of a row.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapped {
    /// Its name in this mapping. It goes into the ids: do not change it.
    pub name: String,
    pub command: CommandKind,
    /// Of which rows; of all, unless said.
    pub when: Option<Condition>,
    /// The command of the same row that made what this one is about.
    pub subject_of: Option<String>,
    pub occurred: Option<When>,
    #[serde(default)]
    pub data: BTreeMap<String, Field>,
}

/// Which rows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    pub column: String,
    /// Those that say one of these; those that say anything, unless said.
    pub is: Option<Vec<String>>,
}

/// A moment out of one or two columns.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    pub date: String,
    /// The column of the time of day.
    pub time: Option<String>,
    /// The time of day where no column tells it, as `18:00`.
    pub at: Option<String>,
    /// How precisely that is known. Unless said: to the instant with a time, to the day without.
    pub precision: Option<Precision>,
}

/// A field of a command: a constant, or what a column says, or a moment.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    pub value: Option<Value>,
    pub column: Option<String>,
    #[serde(default)]
    pub r#as: Kind,
    /// What the column says, and what that is in Baken. Capitals make no difference.
    pub codes: Option<BTreeMap<String, Value>>,
    /// What it is where `codes` does not have it.
    pub otherwise: Option<Value>,
    /// The column says several things, with this in between.
    pub separator: Option<String>,
    /// The column must say something.
    #[serde(default)]
    pub required: bool,
    pub moment: Option<When>,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    #[default]
    Text,
    Number,
    YesNo,
    Date,
}

impl Mapping {
    /// Reads a mapping.
    ///
    /// # Errors
    /// Where it cannot be read, or says what cannot be.
    pub fn read(file: &Path) -> Result<Self, ImportError> {
        let unfit = |why: &str| ImportError::Unfit(file.to_owned(), why.to_owned());
        let text = String::from_utf8(super::read(file)?).map_err(|_| unfit("it is not UTF-8"))?;
        let mut mapping: Self = toml::from_str(&text).map_err(|error| ImportError::Mapping(file.to_owned(), error))?;
        mapping.judge().map_err(|why| unfit(&why))?;
        mapping.key_file = file.parent().unwrap_or(Path::new("")).join(&mapping.key_file);
        Ok(mapping)
    }

    fn judge(&self) -> Result<(), String> {
        if self.source.trim().is_empty() {
            return Err("`source` must name the system".to_owned());
        }
        if !self.file.delimiter.is_ascii() {
            return Err("`delimiter` must be an ASCII character".to_owned());
        }
        let mut names = BTreeSet::from([OPENING]);
        for command in &self.commands {
            let name = &command.name;
            if command.subject_of.as_ref().is_some_and(|of| *of == OPENING || !names.contains(of.as_str())) {
                return Err(format!("`{name}` has a `subject_of` that names no command before it"));
            }
            if !names.insert(name) {
                return Err(format!("there are two commands of the name `{name}`"));
            }
        }
        for (name, field) in self.fields() {
            let said = [field.value.is_some(), field.column.is_some(), field.moment.is_some()];
            if said.into_iter().filter(|said| *said).count() != 1 {
                return Err(format!("the field `{name}` must have one of `value`, `column` and `moment`"));
            }
        }
        Ok(())
    }

    fn fields(&self) -> impl Iterator<Item = (&String, &Field)> {
        self.person.data.iter().chain(self.commands.iter().flat_map(|command| &command.data))
    }

    /// Every column that it names.
    #[must_use]
    pub fn columns(&self) -> BTreeSet<&str> {
        let moments = self.commands.iter().filter_map(|command| command.occurred.as_ref());
        let moments =
            moments.chain(&self.person.occurred).chain(self.fields().filter_map(|(_, field)| field.moment.as_ref()));
        let of_moments = moments.flat_map(|when| [Some(&when.date), when.time.as_ref()]).flatten();
        let of_fields = self.fields().filter_map(|(_, field)| field.column.as_ref());
        let of_conditions = self.commands.iter().filter_map(|command| Some(&command.when.as_ref()?.column));
        let all = of_moments.chain(of_fields).chain(of_conditions).chain(&self.row).chain([&self.person.column]);
        all.map(String::as_str).collect()
    }
}

/// The name of what opens a person.
pub const OPENING: &str = "person";
