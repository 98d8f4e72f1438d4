//! What the board looks like. It makes pages out of views, and views alone: a path cannot reach it, so no page can show what
//! the policy does not give. Time, ids and names are handed to it.
//!
//! A page works without scripts. What is sent is a form; what the form may hold is said once, in [`form`], for the page that
//! shows it and for the handler that reads it.

pub mod assets;
pub mod form;
mod line;
mod page;
pub mod pages;
mod show;
#[cfg(test)]
mod testing;
mod words;

pub use page::{Choice, Draft, Flash, Known, Names, Page, Reader, Section, Unsent};
pub use words::{Language, OwnLanguage, Said, WHOLE_NUMBER, field_problem, has_words, problem_title, refusal};
