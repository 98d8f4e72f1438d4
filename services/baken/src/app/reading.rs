//! Somebody who reads, and the record of what they were shown.
//!
//! Every query takes a [`Reading`] and notes in it whom it showed something of. The edge that asked appends the notes to the
//! access log before its answer is sent ([`Baken::record`]); where that fails, nothing is sent.

use std::collections::BTreeMap;
use std::ops::Deref;

use access_log::{Access, AccessError, Action, Asks, Outcome, Surface};
use care_path::ids::CorrelationId;
use care_path::sight::Disclosed;
use care_path::{PersonId, Principal};
use parking_lot::Mutex;

use super::Baken;
use super::page::Page;

/// A reader, and whom they were shown something of since it was last recorded.
#[derive(Debug)]
pub struct Reading {
    principal: Principal,
    asks: Mutex<Asks>,
    noted: Mutex<Noted>,
}

#[derive(Debug, Default)]
struct Noted {
    shown: BTreeMap<PersonId, Disclosed>,
    /// Something was read that is recorded though it is of nobody: the access log, or figures.
    of_nobody: bool,
    hidden: BTreeMap<PersonId, Disclosed>,
}

impl Deref for Reading {
    type Target = Principal;

    fn deref(&self) -> &Principal {
        &self.principal
    }
}

impl Reading {
    /// Somebody who was shown nothing yet.
    #[must_use]
    pub fn new(principal: Principal, asks: Asks) -> Self {
        Self { principal, asks: Mutex::new(asks), noted: Mutex::default() }
    }

    /// Who reads.
    #[must_use]
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// From now on what is shown is recorded as this.
    pub fn acts(&self, action: Action) {
        self.asks.lock().action = action;
    }

    /// Whom something is about to be shown of.
    #[must_use]
    pub fn shows(&self) -> Vec<PersonId> {
        self.noted.lock().shown.keys().copied().collect()
    }

    /// What was noted is not sent to anybody.
    pub fn forget(&self) {
        *self.noted.lock() = Noted::default();
    }

    /// The access log is read, of a person if one is named.
    pub(super) fn reviews(&self, person: Option<PersonId>) {
        self.acts(Action::Review);
        let mut noted = self.noted.lock();
        noted.of_nobody = true;
        noted.shown.extend(person.map(|person| (person, Disclosed::nothing_of(person))));
    }

    /// Figures are read. They tell of nobody, and who read them is recorded.
    pub(super) fn reads_of_nobody(&self) {
        self.noted.lock().of_nobody = true;
    }

    /// Something of a person is about to be shown.
    pub(super) fn shown(&self, disclosed: Disclosed) {
        let mut noted = self.noted.lock();
        let all = noted.shown.entry(disclosed.person_id).or_insert(disclosed);
        all.categories = all.categories.and(disclosed.categories);
        all.relation = all.relation.max(disclosed.relation);
        all.break_glass_id = all.break_glass_id.or(disclosed.break_glass_id);
    }

    /// Somebody was asked for by an id who is hidden, or is not there.
    pub fn hidden(&self, person: PersonId) {
        self.noted.lock().hidden.insert(person, Disclosed::nothing_of(person));
    }

    /// Notes whom a page shows something of.
    pub(super) fn shown_on<T>(&self, page: Page<T>) -> Page<T> {
        page.edges.iter().flat_map(|edge| &edge.about).for_each(|disclosed| self.shown(*disclosed));
        page
    }
}

impl Baken {
    /// Records what a reader was shown since the last time. Only then it may be sent.
    ///
    /// # Errors
    /// Where it was not recorded: then it may not.
    pub async fn record(&self, reading: &Reading) -> Result<(), AccessError> {
        let Noted { shown, of_nobody, hidden } = std::mem::take(&mut *reading.noted.lock());
        for (outcome, persons, always) in [(Outcome::Shown, shown, of_nobody), (Outcome::Hidden, hidden, false)] {
            if persons.is_empty() && !always {
                continue;
            }
            let persons = if outcome == Outcome::Shown { self.of_all_ids(persons) } else { persons };
            let asks = reading.asks.lock().clone();
            let Principal { user, organisation, actor } = reading.principal.clone();
            let (role, at) = (actor.role(), self.clock.now());
            let persons = persons.into_values().collect();
            let access = Access { at, asks, outcome, user, role, organisation, persons };
            self.access.append(access).await?;
        }
        Ok(())
    }
}

impl Baken {
    /// What was shown of linked persons was shown of each of them: should the link turn out to be a mistake, it is known still.
    fn of_all_ids(&self, mut persons: BTreeMap<PersonId, Disclosed>) -> BTreeMap<PersonId, Disclosed> {
        let world = self.world.read();
        for shown in persons.clone().into_values() {
            let case = world.case(shown.person_id).filter(|case| case.is_linked());
            for member in case.iter().flat_map(|case| &case.members) {
                let known = persons.entry(*member).or_insert(Disclosed { person_id: *member, ..shown });
                known.categories = known.categories.and(shown.categories);
            }
        }
        persons
    }
}

/// A program that reads beside the edges, a benchmark or a test: what it is shown is sent to nobody.
impl From<&Principal> for Reading {
    fn from(principal: &Principal) -> Self {
        let asks = Asks {
            request_id: CorrelationId(uuid::Uuid::nil()),
            surface: Surface::Rest,
            action: Action::Read,
            operation: "a program".to_owned(),
            address: None,
        };
        Self::new(principal.clone(), asks)
    }
}
