//! A language of somebody's as it comes in: what is recorded may be in no registry, what comes in must be.

use serde::Deserialize;

use super::LanguageUse;
use crate::text::LanguageTag;

/// A language of somebody's, with what it is good for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LanguageInput {
    pub language: LanguageTag,
    #[serde(default)]
    pub preferred: bool,
    #[serde(default)]
    pub understood: bool,
    #[serde(default)]
    pub interpreter_needed: bool,
}

impl From<LanguageInput> for LanguageUse {
    fn from(input: LanguageInput) -> Self {
        let LanguageInput { language, preferred, understood, interpreter_needed } = input;
        Self { language: language.get(), preferred, understood, interpreter_needed }
    }
}
