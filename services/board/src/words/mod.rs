//! The two languages of the board. What is said stands where it is said, in both: a text cannot be missing in one.

mod countries;
pub(crate) mod eight;
mod events;
mod fields;
mod languages;
mod refusals;

pub(crate) use countries::{COUNTRIES, country};
pub use eight::OwnLanguage;
pub(crate) use events::happened;
pub use fields::{WHOLE_NUMBER, field_problem};
pub(crate) use languages::{LANGUAGES, language};
pub use refusals::{has_words, problem_title, refusal};

/// A language that the board speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    #[default]
    Dutch,
    English,
}

impl Language {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Dutch, Self::English];

    /// The BCP 47 tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Dutch => "nl",
            Self::English => "en",
        }
    }

    /// The language of a tag.
    #[must_use]
    pub fn of(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|each| each.tag() == tag)
    }

    /// Its own name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dutch => "Nederlands",
            Self::English => "English",
        }
    }

    /// Of two texts that say the same, the one in this language.
    #[must_use]
    pub const fn say<'a>(self, dutch: &'a str, english: &'a str) -> &'a str {
        match self {
            Self::Dutch => dutch,
            Self::English => english,
        }
    }
}

/// A text in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said(pub &'static str, pub &'static str);

impl Said {
    #[must_use]
    pub const fn r#in(self, language: Language) -> &'static str {
        language.say(self.0, self.1)
    }
}
