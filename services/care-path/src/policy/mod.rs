//! The policy: who may do what, and who sees what of whom, as finite tables in which every cell is decided.
//!
//! `may` answers for commands, [`Sight`] for reads. A sight is made here and nowhere else, from a principal and a
//! path; without one no view can be built. Roles, relations and categories are closed enums matched without wildcard
//! arms: a new one does not compile until somebody decides.

pub(crate) mod commands;
mod csv;
mod details;
mod late;
#[cfg(test)]
pub(crate) mod random;
mod relation;
mod sight;
mod table;
#[cfg(test)]
mod tests;

pub use commands::{acts_unseen, may};
pub use csv::csv;
pub use details::Details;
pub(crate) use details::Field;
pub use late::too_late;
pub use relation::{Relation, Standing};
pub use sight::Sight;
pub use table::{Cells, disclosed, own_recordings};

use serde::{Deserialize, Serialize};

/// What a piece of knowledge about a person is about. Distinct from the data class it is sealed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    Presence,
    Identity,
    Social,
    Medical,
    Justice,
    Rights,
    Referrals,
    Return,
    Lookout,
    Notes,
}

impl Category {
    /// All of them, in the order of the policy's table.
    pub const ALL: [Self; 10] = [
        Self::Presence,
        Self::Identity,
        Self::Social,
        Self::Medical,
        Self::Justice,
        Self::Rights,
        Self::Referrals,
        Self::Return,
        Self::Lookout,
        Self::Notes,
    ];

    /// The name in the policy's table.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Presence => "presence",
            Self::Identity => "identity",
            Self::Social => "social",
            Self::Medical => "medical",
            Self::Justice => "justice",
            Self::Rights => "rights",
            Self::Referrals => "referrals",
            Self::Return => "return",
            Self::Lookout => "lookout",
            Self::Notes => "notes",
        }
    }
}

/// How much of a category somebody sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    None,
    Minimal,
    Full,
}

impl Level {
    /// The name in the policy's table.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Minimal => "minimal",
            Self::Full => "full",
        }
    }
}

/// How deep a field lies: shown already at the minimal level, or only at the full one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Depth {
    Minimal,
    Full,
}

impl Depth {
    /// Whether a level reaches it.
    #[must_use]
    pub fn within(self, level: Level) -> bool {
        match (self, level) {
            (_, Level::None) | (Self::Full, Level::Minimal) => false,
            (Self::Minimal, Level::Minimal) | (_, Level::Full) => true,
        }
    }
}
