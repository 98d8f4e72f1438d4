//! The indexes: which cases a reader may have to do with, found without looking at the others.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use care_path::codes::{Code, Phase, Urgency};
use care_path::directory::Directory;
use care_path::ids::{Municipality, OrgId};
use care_path::path::{CarePath, List, Listed};
use care_path::policy::Relation;
use care_path::text::Country;
use care_path::time::DateTime;
use care_path::{Actor, PersonId, Principal};
use uuid::Uuid;

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

/// Which parts of cases a list has: all there are, or those that nothing ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Feature {
    pub list: List,
    pub open: bool,
}

/// Where a part of a case stands in a list. Of what goes on, the most urgent comes first; of all there is, the latest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartPlace {
    urgency: Reverse<Urgency>,
    /// In microseconds since 1970; before it, where the latest comes first.
    since: i64,
    pub part: Uuid,
    pub case: PersonId,
}

impl PartPlace {
    fn of(case: PersonId, feature: Feature, listed: &Listed) -> Self {
        let urgency = if feature.open { listed.urgency } else { Urgency::Routine };
        let latest_first = !feature.open || feature.list.is_news();
        let since = listed.since.timestamp_micros();
        let since = if latest_first { -since } else { since };
        Self { urgency: Reverse(urgency), since, part: listed.id, case }
    }

    /// All places at which the parts of a case stand.
    fn all_of(case: PersonId, path: &CarePath) -> Vec<(Feature, Self)> {
        let in_list = |list| {
            let places = move |listed: Listed| {
                let features = [false, true].map(|open| Feature { list, open });
                let features = features.into_iter().filter(move |feature| listed.is_open || !feature.open);
                features.map(move |feature| (feature, Self::of(case, feature, &listed)))
            };
            path.listed(list).into_iter().flat_map(places)
        };
        List::ALL.into_iter().flat_map(in_list).collect()
    }

    /// Whether it stands behind what is as old as an instant, in a list that has the latest first.
    #[must_use]
    pub fn is_older_than(&self, at: DateTime) -> bool {
        -self.since < at.timestamp_micros()
    }

    /// What a cursor tells of the place: what everybody is told who sees the part.
    #[must_use]
    pub fn to_bytes(self) -> Vec<u8> {
        let rank = Urgency::ALL.iter().position(|urgency| *urgency == self.urgency.0).unwrap_or_default();
        let rank = u8::try_from(rank).unwrap_or_default();
        [&[rank][..], &self.since.to_be_bytes(), self.part.as_bytes()].concat()
    }

    /// The last place that a cursor may tell of.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (rank, rest) = bytes.split_first()?;
        let (since, part) = rest.split_first_chunk()?;
        Some(Self {
            urgency: Reverse(*Urgency::ALL.get(usize::from(*rank))?),
            since: i64::from_be_bytes(*since),
            part: Uuid::from_slice(part).ok()?,
            case: PersonId(Uuid::max()),
        })
    }
}

/// Cases by what they are found by.
#[derive(Default)]
pub struct Index {
    all: Map<Reach, BTreeSet<PersonId>>,
    in_phase: Map<(Reach, Phase), BTreeSet<PersonId>>,
    parts: Map<(Reach, Feature), BTreeSet<PartPlace>>,
    /// What each case is indexed by now, so that it can be taken out.
    entries: Map<PersonId, Indexed>,
}

/// Everything that one case is found by.
struct Indexed {
    reaches: Vec<Reach>,
    phase: Phase,
    parts: Vec<(Feature, PartPlace)>,
    /// When its path last changed: in no set of its own, which every event would move it in.
    updated: Option<DateTime>,
}

/// One entry of the index.
#[derive(Hash)]
enum IndexPlace<'i> {
    Within(&'i Reach, PersonId),
    InPhase(&'i (Reach, Phase), PersonId),
    Part(&'i (Reach, Feature), PartPlace),
    Updated(PersonId, Option<DateTime>),
}

impl Indexed {
    fn of(case: &Case, directory: &Directory) -> Self {
        let path = &case.path;
        Self {
            reaches: Reach::to(path, directory),
            phase: path.phase(),
            parts: PartPlace::all_of(case.id(), path),
            updated: path.updated_at(),
        }
    }

    /// Whether it is found where another is.
    fn is_found_as(&self, other: &Self) -> bool {
        (&self.reaches, self.phase, &self.parts) == (&other.reaches, other.phase, &other.parts)
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
            for (feature, place) in &entry.parts {
                if let Some(parts) = self.parts.get_mut(&(reach.clone(), *feature)) {
                    parts.remove(place);
                }
            }
        }
    }

    fn put_as(&mut self, case: PersonId, entry: Indexed) {
        for reach in &entry.reaches {
            self.all.entry(reach.clone()).or_default().insert(case);
            self.in_phase.entry((reach.clone(), entry.phase)).or_default().insert(case);
            for (feature, place) in &entry.parts {
                self.parts.entry((reach.clone(), *feature)).or_default().insert(*place);
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
        let parts = self.parts.iter();
        let parts = parts.flat_map(|(at, places)| places.iter().map(move |place| IndexPlace::Part(at, *place)));
        let updated = self.entries.iter().map(|(case, entry)| IndexPlace::Updated(*case, entry.updated));
        all.chain(in_phase).chain(parts).chain(updated)
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

    /// The parts of the cases within reach that a list has, in the order of the list.
    #[must_use]
    pub fn parts(&self, reach: &Reach, feature: Feature) -> Option<&BTreeSet<PartPlace>> {
        self.parts.get(&(reach.clone(), feature))
    }
}

impl ReadModel for Index {
    fn put(&mut self, case: &Case, as_of: AsOf<'_>) {
        let entry = Indexed::of(case, as_of.directory());
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
