//! A mapping: which columns of a shelter's export say what, in Baken's words. `seeds/import/opvang.toml` is one, with
//! comments.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use care_path::codes::{Assurance, Precision};
use care_path::command::CommandKind;
use chrono_tz::Tz;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use unicode_normalization::UnicodeNormalization as _;

use super::ImportError;
use super::dates::DateFormat;

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
    /// Which rows were deleted in the system that the file comes from.
    pub deleted: Option<Condition>,
    /// Columns that are left out and not told of.
    #[serde(default)]
    pub ignore: Vec<String>,
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
    pub encoding: Written,
    /// Somebody looked at the names, and they are right in this encoding, however odd.
    pub encoding_is_checked: bool,
    #[serde(deserialize_with = "time_zone")]
    pub time_zone: Tz,
    /// As `strftime` writes them; the first that fits counts.
    pub dates: Vec<DateFormat>,
    pub times: Vec<String>,
    /// Years of two digits are the last such years until this one; where it is missing, they are refused.
    pub two_digit_years_until: Option<i32>,
    /// What cells say where nothing is known. Capitals make no difference.
    pub unknown: Vec<String>,
}

impl Default for Format {
    fn default() -> Self {
        Self {
            delimiter: ';',
            encoding: Written(UTF_8),
            encoding_is_checked: false,
            time_zone: Tz::Europe__Amsterdam,
            dates: "%d-%m-%Y".parse().into_iter().collect(),
            times: vec!["%H:%M".to_owned()],
            two_digit_years_until: None,
            unknown: Vec::new(),
        }
    }
}

impl Format {
    /// Whether a cell says that nothing is known.
    #[must_use]
    pub fn is_unknown(&self, cell: &str) -> bool {
        is_among(&self.unknown, cell)
    }
}

/// Whether a cell says one of these. Capitals make no difference.
pub fn is_among(texts: &[String], cell: &str) -> bool {
    !texts.is_empty() && {
        let cell = cell.to_lowercase();
        texts.iter().any(|text| text.trim().to_lowercase() == cell)
    }
}

/// How characters are written. A byte order mark says so by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written(pub &'static Encoding);

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let is_known =
            |encoding: &&'static Encoding| encoding.is_single_byte() || [UTF_8, UTF_16LE, UTF_16BE].contains(encoding);
        let encoding = Encoding::for_label(name.as_bytes()).filter(is_known);
        let why =
            "must be utf-8, windows-1252, windows-1250 or another of the Encoding Standard with a byte a character";
        encoding.map(Self).ok_or_else(|| serde::de::Error::custom(why))
    }
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
    /// How sure it is who the person is: as an alias, unless said.
    pub assurance: Option<Assurance>,
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

/// A field of a command: a constant, or what a column says, or several columns in their order, or a moment.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    pub value: Option<Value>,
    pub column: Option<String>,
    #[serde(default)]
    pub columns: Vec<String>,
    /// What stands between what several columns say: a space, unless said.
    pub join: Option<String>,
    /// What the column says where nothing is known, besides the file's own `unknown`.
    #[serde(default)]
    pub unknown: Vec<String>,
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
        let text: String = text.nfc().collect();
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
        if self.file.dates.iter().any(DateFormat::is_short) && self.file.two_digit_years_until.is_none() {
            return Err("`dates` with %y need `two_digit_years_until`".to_owned());
        }
        let mut names = BTreeSet::from([OPENING, CLAIM]);
        for command in &self.commands {
            let name = &command.name;
            if command
                .subject_of
                .as_ref()
                .is_some_and(|of| [OPENING, CLAIM].contains(&of.as_str()) || !names.contains(of.as_str()))
            {
                return Err(format!("`{name}` has a `subject_of` that names no command before it"));
            }
            if !names.insert(name) {
                return Err(format!("there are two commands of the name `{name}`"));
            }
        }
        for (name, field) in self.fields() {
            let several = !field.columns.is_empty();
            let said = [field.value.is_some(), field.column.is_some(), several, field.moment.is_some()];
            if said.into_iter().filter(|said| *said).count() != 1 {
                return Err(format!("the field `{name}` must have one of `value`, `column`, `columns` and `moment`"));
            }
            if several && (field.r#as != Kind::Text || field.codes.is_some() || field.separator.is_some()) {
                return Err(format!("the field `{name}` has `columns`, which are text"));
            }
        }
        Ok(())
    }

    fn fields(&self) -> impl Iterator<Item = (&String, &Field)> {
        self.person.data.iter().chain(self.commands.iter().flat_map(|command| &command.data))
    }

    fn moments(&self) -> impl Iterator<Item = &When> {
        let of_commands = self.commands.iter().filter_map(|command| command.occurred.as_ref());
        of_commands.chain(&self.person.occurred).chain(self.fields().filter_map(|(_, field)| field.moment.as_ref()))
    }

    /// Every column that it takes.
    #[must_use]
    pub fn columns(&self) -> BTreeSet<&str> {
        let of_fields = self.fields().flat_map(|(_, field)| field.sources());
        self.required().into_iter().chain(of_fields.map(String::as_str)).collect()
    }

    /// The columns without which a row tells too little, whether or not their cells may be empty.
    #[must_use]
    pub fn required(&self) -> BTreeSet<&str> {
        let of_moments = self.moments().flat_map(|when| [Some(&when.date), when.time.as_ref()]).flatten();
        let of_conditions = self.commands.iter().filter_map(|command| command.when.as_ref()).chain(&self.deleted);
        let of_fields = self.fields().filter(|(_, field)| field.required).flat_map(|(_, field)| field.sources());
        let all = of_moments.chain(of_conditions.map(|condition| &condition.column)).chain(of_fields);
        all.chain(&self.row).chain([&self.person.column]).map(String::as_str).collect()
    }

    /// The columns of names of people.
    #[must_use]
    pub fn names(&self) -> BTreeSet<&str> {
        let is_name = |path: &str| matches!(path.rsplit('.').next(), Some("name" | "alias"));
        let of_names = self.fields().filter(|(path, _)| is_name(path));
        of_names.flat_map(|(_, field)| field.sources()).map(String::as_str).collect()
    }

    /// Whether a column tells on which day something happened or will.
    #[must_use]
    pub fn is_date(&self, column: &str) -> bool {
        let of_fields =
            self.fields().filter(|(_, field)| field.r#as == Kind::Date).flat_map(|(_, field)| field.sources());
        self.moments().map(|when| &when.date).chain(of_fields).any(|date| date == column)
    }
}

impl Field {
    /// The columns that it is told by, but for a moment's.
    pub fn sources(&self) -> impl Iterator<Item = &String> {
        self.column.iter().chain(&self.columns)
    }
}

/// The name of what opens a person.
pub const OPENING: &str = "person";
/// The name of what says who a person is who was opened before.
pub const CLAIM: &str = "identity";
