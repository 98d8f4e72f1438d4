//! What is wrong with a file, for whoever can look into it: the place, and the rule. Never the value.

use std::fmt;

/// Something that is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The line of the file that the row begins on, from 1.
    pub line: u64,
    pub column: Option<String>,
    /// The command of the mapping that needs it.
    pub command: Option<String>,
    pub message: String,
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
