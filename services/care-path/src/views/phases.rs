//! The phases that a path went through, as a reader is shown them: in the order of happening, each from when it held.

use std::sync::Arc;

use serde::Serialize;

use super::views;
use crate::codes::Phase;
use crate::event::Event;
use crate::fact::{Fact, Label, Origin};
use crate::path::relations::Statements;
use crate::path::{CarePath, Stamp};
use crate::policy::{Category, Depth};
use crate::sight::Sight;
use crate::time::DateTime;

views! {
    /// A phase of a path, and from when it held.
    pub struct PhaseView as "PhaseFrom" {
        pub phase: Phase,
        /// When it began. It held until the next one did.
        pub from: DateTime,
    }
}

/// Where the policy finds which phases a path went through. Of those that may not be told another is, as of the present one.
pub(crate) const PHASES: Label =
    Label { name: "phases", category: Category::Presence, depth: Depth::Full, sealed: None };

/// The phases of a history, which is in the order of the log; none where the reader is not shown them.
#[must_use]
pub fn disclose_phases<'a>(
    sight: &Sight<'_>,
    history: impl IntoIterator<Item = (&'a Arc<Stamp>, &'a Event)>,
    heard: &Statements,
) -> Vec<PhaseView> {
    let mut phases: Vec<PhaseView> = Vec::new();
    if sight.show(Fact::new(PHASES, Origin::derived(), Some(()))).is_none() {
        return phases;
    }
    let _ = CarePath::fold_looking(history, heard.clone(), |happened, path| {
        let phase = sight.phase_of(path);
        if phases.last().is_none_or(|last| last.phase != phase) {
            phases.push(PhaseView { phase, from: happened });
        }
    });
    phases
}

#[cfg(test)]
#[path = "phases_tests.rs"]
mod tests;
