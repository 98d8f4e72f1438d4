//! The indexes: which cases a reader may have to do with, found without looking at the others.

use std::collections::BTreeSet;

use care_path::codes::Phase;
use care_path::directory::Directory;
use care_path::ids::{Municipality, OrgId};
use care_path::path::{CarePath, List};
use care_path::policy::Relation;
use care_path::text::Country;
use care_path::time::DateTime;
use care_path::{Actor, PersonId, Principal};

use super::cases::{Case, Cases};
use super::digest::{ModelDigest, hash, sum};
use super::map::Map;
use super::model::{AsOf, ReadModel};

/// What a case is found by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Reach {
    Municipality(Municipality),
    Organisation(OrgId),
    Country(Country),
}

impl Reach {
    /// Where a case is found. Some may find it there who may not see it: the policy is asked still.
    #[must_use]
    pub fn to(path: &CarePath, directory: &Directory) -> Vec<Self> {
        let municipality = path.municipality().cloned().map(Self::Municipality);
        let countries: BTreeSet<_> = path.concerned_countries().collect();
        let organisations: BTreeSet<_> = path.concerned_organisations().chain(path.may_call(directory)).collect();
        let others = countries.into_iter().map(Self::Country);
        let others = others.chain(organisations.into_iter().cloned().map(Self::Organisation));
        municipality.into_iter().chain(others).collect()
    }

    /// The relations in which whoever looks there may be to what is found there.
    #[must_use]
    pub fn relations(&self) -> &'static [Relation] {
        match self {
            Self::Municipality(_) => &[Relation::Region],
            Self::Organisation(_) | Self::Country(_) => &Relation::ALL,
        }
    }

    /// Where a principal's cases are to be looked for. Whatever is found there is asked of the policy still.
    #[must_use]
    pub fn of(principal: &Principal) -> Vec<Self> {
        match &principal.actor {
            Actor::ProcessCoordinator { municipality } | Actor::MunicipalAssessor { municipality } => {
                vec![Self::Municipality(municipality.clone()), Self::Organisation(principal.organisation.clone())]
            }
            Actor::ShelterWorker
            | Actor::OutreachWorker { .. }
            | Actor::CareProvider
            | Actor::ClientSupporter
            | Actor::Police
            | Actor::ReceivingProvider => vec![Self::Organisation(principal.organisation.clone())],
            Actor::EmbassyLiaison { country } | Actor::Ambassador { country } => vec![Self::Country(*country)],
            Actor::MonitorAnalyst { .. } | Actor::PrivacyOfficer | Actor::Administrator | Actor::System => vec![],
        }
    }
}

/// What there is in a case that has a list of its own: any at all, or one that nothing ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Feature {
    pub list: List,
    pub open: bool,
}

impl Feature {
    fn all_of(path: &CarePath) -> impl Iterator<Item = Self> {
        let any = List::ALL.into_iter().filter(|list| path.has(*list)).map(|list| Self { list, open: false });
        let open = List::ALL.into_iter().filter(|list| path.has_open(*list)).map(|list| Self { list, open: true });
        any.chain(open)
    }
}

/// Cases by what they are found by.
#[derive(Default)]
pub struct Index {
    all: Map<Reach, BTreeSet<PersonId>>,
    in_phase: Map<(Reach, Phase), BTreeSet<PersonId>>,
    with: Map<(Reach, Feature), BTreeSet<PersonId>>,
    /// What each case is indexed by now, so that it can be taken out.
    entries: Map<PersonId, Indexed>,
}

/// Everything that one case is found by.
struct Indexed {
    reaches: Vec<Reach>,
    phase: Phase,
    features: Vec<Feature>,
    /// When its path last changed: in no set of its own, which every event would move it in.
    updated: Option<DateTime>,
}

/// One entry of the index.
#[derive(Hash)]
enum IndexPlace<'i> {
    Within(&'i Reach, PersonId),
    InPhase(&'i (Reach, Phase), PersonId),
    With(&'i (Reach, Feature), PersonId),
    Updated(PersonId, Option<DateTime>),
}

impl Indexed {
    fn of(path: &CarePath, directory: &Directory) -> Self {
        Self {
            reaches: Reach::to(path, directory),
            phase: path.phase(),
            features: Feature::all_of(path).collect(),
            updated: path.updated_at(),
        }
    }

    /// Whether it is found where another is.
    fn is_found_as(&self, other: &Self) -> bool {
        (&self.reaches, self.phase, &self.features) == (&other.reaches, other.phase, &other.features)
    }
}

impl Index {
    fn take_out(&mut self, case: PersonId) {
        let Some(entry) = self.entries.remove(&case) else { return };
        let drop_from = |set: Option<&mut BTreeSet<PersonId>>| {
            if let Some(set) = set {
                set.remove(&case);
            }
        };
        for reach in entry.reaches {
            drop_from(self.all.get_mut(&reach));
            drop_from(self.in_phase.get_mut(&(reach.clone(), entry.phase)));
            for feature in &entry.features {
                drop_from(self.with.get_mut(&(reach.clone(), *feature)));
            }
        }
    }

    fn put_as(&mut self, case: PersonId, entry: Indexed) {
        for reach in &entry.reaches {
            self.all.entry(reach.clone()).or_default().insert(case);
            self.in_phase.entry((reach.clone(), entry.phase)).or_default().insert(case);
            for feature in &entry.features {
                self.with.entry((reach.clone(), *feature)).or_default().insert(case);
            }
        }
        self.entries.insert(case, entry);
    }

    /// Every place that a case is found at, in no order; and when its path last changed.
    fn places(&self) -> impl Iterator<Item = IndexPlace<'_>> {
        let all =
            self.all.iter().flat_map(|(reach, cases)| cases.iter().map(move |case| IndexPlace::Within(reach, *case)));
        let in_phase = self.in_phase.iter();
        let in_phase = in_phase.flat_map(|(at, cases)| cases.iter().map(move |case| IndexPlace::InPhase(at, *case)));
        let with = self.with.iter().flat_map(|(at, cases)| cases.iter().map(move |case| IndexPlace::With(at, *case)));
        let updated = self.entries.iter().map(|(case, entry)| IndexPlace::Updated(*case, entry.updated));
        all.chain(in_phase).chain(with).chain(updated)
    }

    /// The cases within reach, in a phase if one is named.
    #[must_use]
    pub fn within(&self, reach: &Reach, phase: Option<Phase>) -> Option<&BTreeSet<PersonId>> {
        match phase {
            None => self.all.get(reach),
            Some(phase) => self.in_phase.get(&(reach.clone(), phase)),
        }
    }

    /// Whether something was recorded on the path of a case since then.
    #[must_use]
    pub fn is_updated_since(&self, case: PersonId, since: DateTime) -> bool {
        self.entries.get(&case).is_some_and(|entry| entry.updated >= Some(since))
    }

    /// The cases within reach that have something of that kind.
    #[must_use]
    pub fn having(&self, reach: &Reach, feature: Feature) -> Option<&BTreeSet<PersonId>> {
        self.with.get(&(reach.clone(), feature))
    }
}

impl ReadModel for Index {
    fn put(&mut self, case: &Case, as_of: AsOf<'_>) {
        let entry = Indexed::of(&case.path, as_of.directory());
        match self.entries.get_mut(&case.id()) {
            Some(known) if known.is_found_as(&entry) => known.updated = entry.updated,
            _ => {
                self.take_out(case.id());
                self.put_as(case.id(), entry);
            }
        }
    }

    fn remove(&mut self, case: PersonId, _: AsOf<'_>) {
        self.take_out(case);
    }

    fn digests(&self, _: &Cases, _: AsOf<'_>) -> Vec<ModelDigest> {
        vec![sum("index", self.places().map(hash))]
    }
}
