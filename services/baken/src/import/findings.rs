//! What is wrong with a file, and what of it is left out, for whoever can look into it: the place, and the rule. Never
//! the value.

use std::collections::BTreeMap;
use std::fmt;

/// Something that is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The line of the file, from 1: that the row begins on, or that the fault is on.
    pub line: u64,
    pub column: Option<String>,
    /// The command of the mapping that needs it.
    pub command: Option<String>,
    pub message: String,
}

impl Finding {
    /// Of a row, whichever command needs it.
    pub fn of_row(line: u64, column: Option<&str>, message: impl Into<String>) -> Self {
        Self { line, column: column.map(str::to_owned), command: None, message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(column) = &self.column {
            write!(f, ", column \"{column}\"")?;
        }
        if let Some(command) = &self.command {
            write!(f, " ({command})")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// Why cells of a column are not taken although their rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOut {
    /// The mapping does not name the column.
    Unmapped,
    /// The mapping's `codes` do not have what the cell says, and its `otherwise` is taken.
    Otherwise,
    /// Only the row that opens a person tells it, and this is a later one.
    NotTheFirst,
}

impl LeftOut {
    const fn told(self) -> &'static str {
        match self {
            Self::Unmapped => "the mapping does not take the column; list it under `ignore` if it shall not",
            Self::Otherwise => "`codes` does not have what they say, and `otherwise` was taken",
            Self::NotTheFirst => "a person's first row told it, and later ones do not change it",
        }
    }
}

/// Counted that say something and are not taken, by column.
#[derive(Debug, Default)]
pub struct Notes(BTreeMap<(String, LeftOut), Counted>);

#[derive(Debug)]
struct Counted {
    number: usize,
    first: u64,
}

impl Notes {
    pub(super) fn note(&mut self, column: &str, why: LeftOut, line: u64) {
        let cells = self.0.entry((column.to_owned(), why)).or_insert(Counted { number: 0, first: line });
        cells.number += 1;
        cells.first = cells.first.min(line);
    }

    /// How many cells.
    #[must_use]
    pub fn cells(&self) -> usize {
        self.0.values().map(|cells| cells.number).sum()
    }
}

impl fmt::Display for Notes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for ((column, why), Counted { number, first }) in &self.0 {
            writeln!(f, "column \"{column}\": {number} cells not taken, the first on line {first}: {}", why.told())?;
        }
        Ok(())
    }
}

/// What becomes of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Something of it was recorded.
    Taken,
    /// All of it had been said before, in this file or an earlier one.
    Repeated,
    /// It said something else before, and Baken now knows what it says.
    Updated,
    /// It was deleted where it comes from.
    Deleted,
    /// Something of it was not recorded.
    Refused,
}

/// How many rows each became of. Every row of a file is one of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub taken: usize,
    pub repeated: usize,
    pub updated: usize,
    pub deleted: usize,
    pub refused: usize,
}

impl Tally {
    pub(super) fn count(&mut self, fate: Fate) {
        *match fate {
            Fate::Taken => &mut self.taken,
            Fate::Repeated => &mut self.repeated,
            Fate::Updated => &mut self.updated,
            Fate::Deleted => &mut self.deleted,
            Fate::Refused => &mut self.refused,
        } += 1;
    }

    /// All rows.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.taken + self.repeated + self.updated + self.deleted + self.refused
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { taken, repeated, updated, deleted, refused } = self;
        write!(f, "{} rows: {taken} taken, {repeated} repeated, {updated} updated, ", self.rows())?;
        write!(f, "{deleted} deleted, {refused} refused")
    }
}
