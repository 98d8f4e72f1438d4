//! A case as the read models keep it. One that comes out of a snapshot is not read until somebody asks for it, so that a
//! start need not read what ever happened. Its rows stay in memory: they are a sixth of what a case takes that was read.

use std::sync::{Arc, OnceLock};

use care_path::PersonId;

use super::case::Case;
use super::rows::Unread;

/// A case that is folded, or will be when it is first looked at.
pub(super) enum Held {
    Folded(Box<Case>),
    Unread { events: Arc<Unread>, case: OnceLock<Box<Case>> },
}

impl From<Case> for Held {
    fn from(case: Case) -> Self {
        Self::Folded(Box::new(case))
    }
}

impl From<Arc<Unread>> for Held {
    fn from(events: Arc<Unread>) -> Self {
        Self::Unread { events, case: OnceLock::new() }
    }
}

impl Held {
    /// The case.
    pub fn case(&self) -> &Case {
        match self {
            Self::Folded(case) => case,
            Self::Unread { events, case } => case.get_or_init(|| Box::new(events.case())),
        }
    }

    /// What there is to see of the case, for somebody who will not come back to it soon: it stays unread.
    pub fn glance<T>(&self, look: impl FnOnce(&Case) -> T) -> T {
        match self {
            Self::Folded(case) => look(case),
            Self::Unread { events, case } => match case.get() {
                Some(case) => look(case),
                None => look(&events.case()),
            },
        }
    }

    /// Changes the case.
    pub fn change(&mut self, change: impl FnOnce(&mut Case)) {
        match self {
            Self::Folded(case) => change(case),
            Self::Unread { events, case } => {
                let mut case = case.take().unwrap_or_else(|| Box::new(events.case()));
                change(&mut case);
                *self = Self::Folded(case);
            }
        }
    }

    /// The case, for whoever takes it apart.
    pub fn into_case(self) -> Case {
        match self {
            Self::Folded(case) => *case,
            Self::Unread { events, case } => case.into_inner().map_or_else(|| events.case(), |case| *case),
        }
    }

    /// Its events, where nobody has looked at it.
    pub fn unread(&self) -> Option<&Arc<Unread>> {
        match self {
            Self::Folded(_) => None,
            Self::Unread { events, case } => case.get().is_none().then_some(events),
        }
    }

    /// Whose streams the case is folded from.
    pub fn members(&self) -> &[PersonId] {
        match self {
            Self::Folded(case) => &case.members,
            Self::Unread { events, .. } => events.members(),
        }
    }
}
