//! Turn-aways by organisation and night: people whom nobody knows, and the cases of those who are known.
//!
//! What an organisation counts of people whom nobody knows makes a path of nobody. It folds like a person's: what was taken
//! back counts no more.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use care_path::event::Event;
use care_path::ids::OrgId;
use care_path::path::Story;
use care_path::path::intake::{Counted, TurnAwayAt};
use care_path::time::Night;
use care_path::{CarePath, PersonId, Stamp};

use super::cases::{Case, Cases};
use super::digest::{ModelDigest, hash, sum};
use super::map::Map;
use super::model::{AsOf, ReadModel};

/// Turn-aways by organisation.
#[derive(Default)]
pub struct TurnAways {
    at: BTreeMap<OrgId, Door>,
    of_case: Map<PersonId, BTreeSet<(OrgId, Night)>>,
}

/// The turn-aways of one organisation.
#[derive(Default)]
struct Door {
    counts: Story,
    unknown: BTreeMap<Night, Vec<Counted>>,
    known: BTreeMap<Night, BTreeSet<PersonId>>,
}

impl TurnAways {
    /// The path that the counts of an organisation make.
    #[must_use]
    pub fn counts_of(&self, organisation: &OrgId) -> Option<&CarePath> {
        self.at.get(organisation).map(|door| &door.counts.path)
    }

    /// The nights in which an organisation turned somebody away; in no order, and some twice.
    pub fn nights_of(&self, organisation: &OrgId) -> impl Iterator<Item = Night> {
        let door = self.at.get(organisation).into_iter();
        door.flat_map(|door| door.unknown.keys().chain(door.known.keys()).copied())
    }

    /// What an organisation counted in a night of people whom nobody knows.
    #[must_use]
    pub fn unknown(&self, organisation: &OrgId, night: Night) -> &[Counted] {
        let counted = self.at.get(organisation).and_then(|door| door.unknown.get(&night));
        counted.map_or(&[], Vec::as_slice)
    }

    /// Everything that was counted of people whom nobody knows.
    pub fn all_unknown(&self) -> impl Iterator<Item = (&OrgId, Night, &Counted)> {
        self.at.iter().flat_map(|(organisation, door)| {
            let counted = door.unknown.iter().flat_map(|(night, counted)| counted.iter().map(|each| (*night, each)));
            counted.map(move |(night, each)| (organisation, night, each))
        })
    }

    /// The cases of whom the organisation turned away in a night.
    pub fn known(&self, organisation: &OrgId, night: Night) -> impl Iterator<Item = PersonId> {
        let known = self.at.get(organisation).and_then(|door| door.known.get(&night));
        known.into_iter().flatten().copied()
    }
}

impl Door {
    fn count(&mut self, stamp: &Arc<Stamp>, event: &Event) {
        let before = self.counts.path.turn_aways().len();
        self.counts.tell(stamp.clone(), event.clone());
        let all = self.counts.path.turn_aways();
        match all.all().last().filter(|last| last.entry() == stamp.event_id) {
            // Most often one more comes last.
            Some(last) if all.len() == before + 1 => {
                self.unknown.entry(last.place().1).or_default().push(last.counted());
            }
            _ => {
                self.unknown.clear();
                for each in all.all() {
                    self.unknown.entry(each.place().1).or_default().push(each.counted());
                }
            }
        }
    }
}

impl ReadModel for TurnAways {
    fn counted(&mut self, stamp: &Arc<Stamp>, event: &Event) {
        self.at.entry(stamp.by.organisation.clone()).or_default().count(stamp, event);
    }

    fn put(&mut self, case: &Case, as_of: AsOf<'_>) {
        let turned_away = case.path.turn_aways().all().map(TurnAwayAt::place);
        let places: BTreeSet<_> = turned_away.map(|(organisation, night)| (organisation.clone(), night)).collect();
        if self.of_case.get(&case.id()).is_some_and(|known| *known == places) {
            return;
        }
        self.remove(case.id(), as_of);
        for (organisation, night) in &places {
            let door = self.at.entry(organisation.clone()).or_default();
            door.known.entry(*night).or_default().insert(case.id());
        }
        if !places.is_empty() {
            self.of_case.insert(case.id(), places);
        }
    }

    fn remove(&mut self, case: PersonId, _: AsOf<'_>) {
        for (organisation, night) in self.of_case.remove(&case).into_iter().flatten() {
            let Some(door) = self.at.get_mut(&organisation) else { continue };
            if let Some(known) = door.known.get_mut(&night) {
                known.remove(&case);
                if known.is_empty() {
                    door.known.remove(&night);
                }
            }
        }
    }

    fn digests(&self, _: &Cases, _: AsOf<'_>) -> Vec<ModelDigest> {
        let unknown = self.at.iter().flat_map(|(organisation, door)| {
            door.unknown.iter().map(move |(night, counted)| hash((organisation, night, counted)))
        });
        let known = self.of_case.iter().flat_map(|(case, places)| places.iter().map(move |place| hash((case, place))));
        vec![sum("turn-aways", unknown.chain(known))]
    }
}
