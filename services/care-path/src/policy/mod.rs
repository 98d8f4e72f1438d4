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
pub use address::{Address, END_TOLD_DAYS, Stands};
pub use commands::{acts_unseen, may, opens_unseen};
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

/// Some of the categories.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Categories(u16);

impl Categories {
    fn bit(category: Category) -> u16 {
        1 << category as u16
    }

    /// With one more.
    #[must_use]
    pub fn with(self, category: Category) -> Self {
        Self(self.0 | Self::bit(category))
    }

    /// Those of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Each of them, in the order of the policy's table.
    pub fn iter(self) -> impl Iterator<Item = Category> {
        Category::ALL.into_iter().filter(move |category| self.0 & Self::bit(*category) != 0)
    }
}

impl FromIterator<Category> for Categories {
    fn from_iter<T: IntoIterator<Item = Category>>(categories: T) -> Self {
        categories.into_iter().fold(Self::default(), Self::with)
    }
}

impl Serialize for Categories {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Categories {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::<Category>::deserialize(deserializer).map(Self::from_iter)
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
