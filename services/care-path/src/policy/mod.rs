//! The policy: who may do what, and who sees what of whom, as finite tables in which every cell is decided.
//!
//! `may` answers for commands, [`disclosed`] for reads, [`rules`] says what a cell cannot. All of it is below the path
//! and knows nothing of it; [`sight`](crate::sight) applies it to one. Roles, relations and categories are closed enums
//! matched without wildcard arms: a new one does not compile until somebody decides.

mod abroad;
mod address;
pub(crate) mod commands;
pub mod directory;
mod relation;
pub mod rules;
mod table;

pub use abroad::Abroad;
pub use address::{Address, Stands};
pub use commands::{acts_unseen, may};
pub use directory::Places;
pub use relation::Relation;
pub use table::{Cells, disclosed, own_recordings, released};

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
