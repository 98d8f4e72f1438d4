//! What one reader sees of one person: the table's cells for their relation, and the rules that a cell cannot say. It is
//! the only reader of facts that views have.

mod csv;
mod late;
mod standing;
#[cfg(test)]
mod tests;

pub use csv::csv;
pub use late::{told_late, too_late};
pub use standing::{Emergency, Standing};

use std::cell::Cell;

use serde::{Deserialize, Serialize};

use crate::actor::Principal;
use crate::codes::Phase;
use crate::command::CommandKind;
use crate::deadlines::Deadlines;
use crate::directory::Directory;
use crate::event::{Event, EventKind};
use crate::fact::{Fact, Label, Origin, Reader};
use crate::ids::{BreakGlassId, OrgId, PersonId};
use crate::path::{CarePath, Stamp};
use crate::policy::rules::{narrowed, phase_tells_of, recorder_tells_of};
use crate::policy::{Address, Categories, Category, Cells, Depth, Relation, disclosed, may, own_recordings, released};
use crate::time::DateTime;

/// A reader's sight of a person. Having one means that something may be shown; each fact is asked for still.
pub struct Sight<'a> {
    principal: &'a Principal,
    path: &'a CarePath,
    now: DateTime,
    deadlines: &'a Deadlines,
    standing: Standing,
    others: Cells,
    own: Cells,
    /// What they may do on the case in an emergency beside reading: what they might without it, if they saw anything then.
    beside: Option<Relation>,
    /// They are told that what they were asked for is over, and nothing else.
    of_ends: bool,
    shown: Cell<Categories>,
}

/// What a reader was shown of a person, and the relation that it rests on: what a record of access keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disclosed {
    pub person_id: PersonId,
    pub relation: Relation,
    /// Where the case was open to them in an emergency: by which id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub break_glass_id: Option<BreakGlassId>,
    /// Empty where no more was shown than that the person exists.
    pub categories: Categories,
}

impl Disclosed {
    /// Nothing was shown: there is nobody by that id whom the reader may know of.
    #[must_use]
    pub fn nothing_of(person_id: PersonId) -> Self {
        Self { person_id, relation: Relation::None, break_glass_id: None, categories: Categories::default() }
    }
}

impl<'a> Sight<'a> {
    /// The sight that a principal has of the person of a path; `None` hides that the person exists.
    #[must_use]
    pub fn of(
        principal: &'a Principal,
        path: &'a CarePath,
        now: DateTime,
        deadlines: &'a Deadlines,
        directory: &Directory,
    ) -> Option<Self> {
        if !path.exists() {
            return None;
        }
        let standing = Standing::of(principal, path, now, deadlines, directory);
        let role = principal.actor.role();
        let others = disclosed(role, standing.relation, standing.has_consent());
        let others = standing.consented.as_ref().map_or(others, |classes| others.consented(classes));
        let own =
            if path.was_recorded_by(principal) { own_recordings(role, standing.consents) } else { Cells::NOTHING };
        let sees_something = !(others.is_nothing() && own.is_nothing());
        let beside = standing.emergency.map(|emergency| emergency.beside);
        let beside = beside.filter(|beside| !(disclosed(role, *beside, false).is_nothing() && own.is_nothing()));
        let shown = Cell::default();
        let of_ends = false;
        sees_something.then_some(Self {
            principal,
            path,
            now,
            deadlines,
            standing,
            others,
            own,
            beside,
            of_ends,
            shown,
        })
    }

    /// What notices alone go by, where there is no sight: whoever was asked to look out, warned of a discharge, or asked to
    /// take the person in or over, is told that it is over; also where it ended as the person was erased.
    #[must_use]
    pub fn of_ends(
        principal: &'a Principal,
        path: &'a CarePath,
        now: DateTime,
        deadlines: &'a Deadlines,
    ) -> Option<Self> {
        let asked = path.exists() && path.was_asked(principal, now);
        let (others, own, beside) = (Cells::NOTHING, Cells::NOTHING, None);
        let (of_ends, shown) = (true, Cell::default());
        let standing = Standing::none();
        asked.then_some(Self { principal, path, now, deadlines, standing, others, own, beside, of_ends, shown })
    }

    /// The sight that a principal has of a person whom another municipality released, because it may know them.
    #[must_use]
    pub fn of_released(
        principal: &'a Principal,
        path: &'a CarePath,
        now: DateTime,
        deadlines: &'a Deadlines,
    ) -> Option<Self> {
        if !path.is_released() {
            return None;
        }
        let standing = Standing::none();
        let others = released(principal.actor.role());
        let (own, beside) = (Cells::NOTHING, None);
        let (of_ends, shown) = (false, Cell::default());
        let sight = Self { principal, path, now, deadlines, standing, others, own, beside, of_ends, shown };
        (!others.is_nothing()).then_some(sight)
    }

    /// The relation that the sight rests on.
    #[must_use]
    pub fn relation(&self) -> Relation {
        self.standing.relation
    }

    /// What the reader was shown through this sight until now, of a person by one of their ids.
    #[must_use]
    pub fn disclosed(&self, person_id: PersonId) -> Disclosed {
        let break_glass_id = self.standing.emergency.map(|emergency| emergency.by);
        Disclosed { person_id, relation: self.standing.relation, break_glass_id, categories: self.shown.get() }
    }

    fn note(&self, category: Category) {
        self.shown.set(self.shown.get().with(category));
    }

    /// The value of a fact, where this reader is shown it.
    pub(crate) fn show<T>(&self, fact: Fact<'_, T>) -> Option<T> {
        fact.shown_to(self)
    }

    /// The same, with who recorded it and when, for a fact of one recording.
    pub(crate) fn show_noted<'f, T>(&self, fact: Fact<'f, T>) -> Option<(T, &'f Stamp)> {
        let stamp = fact.origin().stamp?;
        fact.shown_to(self).map(|value| (value, stamp))
    }

    /// The same for a fact that may have been erased, or left out: that it was recorded is shown all the same.
    pub(crate) fn show_even_erased<'f, T>(&self, fact: Fact<'f, T>) -> Option<(Option<T>, &'f Stamp)> {
        let stamp = fact.origin().stamp?;
        self.shows(&fact.label(), &fact.origin()).then(|| (fact.shown_to(self), stamp))
    }

    /// Whether the reader may send a command about the person. A case that was opened in an emergency is read; what they might
    /// do without that, they may do still.
    #[must_use]
    pub fn may(&self, command: CommandKind) -> bool {
        let role = self.principal.actor.role();
        may(role, command, self.standing.relation) || self.beside.is_some_and(|beside| may(role, command, beside))
    }

    /// That the case is open to the reader in an emergency, where their sight rests on that.
    #[must_use]
    pub fn emergency(&self) -> Option<Emergency> {
        self.standing.emergency
    }

    /// How the reader stands to the person: while that stays the same, the same kinds of things are theirs to see.
    #[must_use]
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    pub(crate) fn principal(&self) -> &'a Principal {
        self.principal
    }

    pub(crate) fn path(&self) -> &'a CarePath {
        self.path
    }

    pub(crate) fn now(&self) -> DateTime {
        self.now
    }

    pub(crate) fn deadlines(&self) -> &'a Deadlines {
        self.deadlines
    }

    /// Whether the reader acts for this organisation.
    pub(crate) fn acts_for(&self, organisation: &OrgId) -> bool {
        self.principal.organisation == *organisation
    }

    /// Whether the reader is told who recorded something that they are shown: see [`recorder_tells_of`].
    pub(crate) fn names_recorder(&self, stamp: &Stamp) -> bool {
        self.is_own(stamp)
            || recorder_tells_of(stamp.by.role).is_none_or(|(category, depth)| self.knows(category, depth))
    }

    /// Whether the reader knows of a category, at a depth, whoever recorded it.
    pub(crate) fn knows(&self, category: Category, depth: Depth) -> bool {
        depth.within(self.others.level(category))
    }

    /// Whether the reader is shown every lookout: those who are only asked to look out, or called in, see their own alone.
    pub(crate) fn reaches_every_lookout(&self) -> bool {
        let anothers = Address::Lookout { recipients: &[], until: None, ended: None };
        anothers.reaches(self.principal, self.standing.relation, self.now)
    }

    /// Whether the reader may know that an event happened at all. That they recorded something, all readers know of
    /// themselves, as long as anything is theirs to see.
    pub(crate) fn knows_of(&self, stamp: &Stamp, event: &Event) -> bool {
        let keeps_own = self.is_own(stamp) && !self.own.is_nothing();
        let origin = self.path.origin(stamp, event);
        if self.of_ends {
            if event.kind() == EventKind::SubjectErased {
                return self.path.ended_for(self.principal, stamp, self.now);
            }
            let taken_back = event.kind() == EventKind::EntryRetracted;
            let is_end = match origin.address {
                Address::TakenBack { .. } => taken_back,
                Address::Case
                | Address::Lookout { .. }
                | Address::CareAlert { .. }
                | Address::Discharge { .. }
                | Address::Handover { .. }
                | Address::ReturnPreparation => ends(event.kind()),
            };
            return is_end && origin.address.tells_end_to(self.principal, self.now);
        }
        // That their own entry was taken back they know, whoever took it back.
        let own_entry = || {
            let Event::Correction(correction) = event else { return false };
            let of_own = self.path.recorder_of(correction.entry()).is_some_and(|by| self.principal.recorded(by));
            of_own && !self.own.is_nothing()
        };
        let knows = keeps_own || own_entry() || self.shows(&event.label(), &origin);
        if knows {
            self.note(event.label().category);
        }
        knows
    }

    /// The phase, as far as the reader may know of what makes it; `None` where presence is not theirs to see.
    pub(crate) fn phase(&self) -> Option<Phase> {
        let phase = self.knows(Category::Presence, Depth::Minimal).then(|| self.phase_of(self.path));
        if phase.is_some() {
            self.note(Category::Presence);
        }
        phase
    }

    /// The phase that a path was in, told as [`Self::phase`] tells the one that it is in now.
    pub(crate) fn phase_of(&self, earlier: &CarePath) -> Phase {
        earlier.phase_within(|phase| self.knows(phase_tells_of(phase), Depth::Minimal))
    }

    /// Whether the reader's organisation recorded this itself, in the reader's role.
    fn is_own(&self, stamp: &Stamp) -> bool {
        self.principal.recorded(&stamp.by)
    }

    fn within_cells(&self, label: &Label) -> bool {
        match narrowed(self.principal.actor.role(), label.category) {
            Some(names) => self.knows(label.category, Depth::Minimal) && names.contains(&label.name),
            None => self.knows(label.category, label.depth),
        }
    }
}

impl Reader for Sight<'_> {
    fn shows(&self, label: &Label, origin: &Origin<'_>) -> bool {
        let own = || {
            let recorded = origin.stamp.is_some_and(|stamp| self.is_own(stamp));
            recorded && label.depth.within(self.own.level(label.category))
        };
        let role = self.principal.actor.role();
        let within_reach = || origin.address.reaches(self.principal, self.standing.relation, self.now);
        let given = || self.within_cells(label) || origin.address.passes_on(role, label.sealed);
        let in_time = || {
            let told = origin.stamp.map(|stamp| stamp.recorded_at);
            origin.address.is_told(told, self.standing.told_until)
        };
        own() || (given() && within_reach() && in_time())
    }

    fn was_shown(&self, label: &Label) {
        self.note(label.category);
    }
}

/// Whether such an event says that a lookout, a care alert, an announced discharge or a handover is over. A consent that was
/// withdrawn after the arrival ends what those abroad see.
fn ends(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::LookoutResolved
            | EventKind::LookoutExpired
            | EventKind::LookoutEnded
            | EventKind::CareAlertEnded
            | EventKind::DischargeCalledOff
            | EventKind::HandoverDeclined
            | EventKind::HandoverWithdrawn
            | EventKind::ConsentWithdrawn
    )
}
