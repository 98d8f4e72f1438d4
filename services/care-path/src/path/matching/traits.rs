//! What of a path is compared with others: a few attributes, each with the event that it is known from.

use std::sync::Arc;

use chrono::{Datelike, NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};

use crate::codes::{Assurance, LocationType, Problem, Sex};
use crate::event::EventKind;
use crate::ids::{EventId, Municipality};
use crate::path::identity::IdentityClaim;
use crate::path::{CarePath, Stamp};
use crate::text::{Country, Language};
use crate::time::DateTime;

/// Where something is known from.
#[derive(Clone, PartialEq, Eq)]
pub struct Source {
    pub(crate) stamp: Arc<Stamp>,
    pub(crate) kind: EventKind,
}

/// A value with where it is known from.
#[derive(Clone, PartialEq, Eq)]
pub struct Known<T> {
    pub(crate) value: T,
    pub(crate) source: Source,
}

/// What somebody is called, in plain letters: in whatever script and case it was written.
#[derive(Clone, PartialEq, Eq)]
pub struct Name {
    pub(crate) whole: String,
    pub(crate) words: Vec<String>,
}

impl Name {
    /// A name, if it has a word of at least three letters: shorter ones are alike by chance.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let whole = plain(text);
        let words: Vec<_> = whole.split(' ').filter(|word| word.len() >= 3).map(str::to_owned).collect();
        (!words.is_empty()).then_some(Self { whole, words })
    }
}

/// Lower case, without accents, in Latin letters; what is no letter parts words.
fn plain(text: &str) -> String {
    let latin = deunicode::deunicode(text).to_ascii_lowercase();
    let words = latin.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// What of a path is compared with others.
#[derive(Clone, PartialEq, Eq)]
pub struct Traits {
    pub(crate) municipality: Municipality,
    pub(crate) opened: Source,
    pub(crate) last_seen: Option<DateTime>,
    pub(crate) names: Vec<Known<Name>>,
    pub(crate) birth_date: Option<Known<NaiveDate>>,
    /// The year of birth: of the date, or by the estimate of the age.
    pub(crate) born_about: Option<Known<i32>>,
    pub(crate) sex: Option<Known<Sex>>,
    pub(crate) countries: Option<Known<Vec<Country>>>,
    pub(crate) languages: Option<Known<Vec<Language>>>,
    pub(crate) origin: Option<Known<String>>,
    pub(crate) problems: Vec<Known<Problem>>,
    pub(crate) location_types: Vec<Known<LocationType>>,
    /// Since when nobody knows where they are.
    pub(crate) sought: Option<Source>,
    /// Nobody knows more of who they are than what people call them.
    pub(crate) provisional: bool,
}

impl Traits {
    /// The traits of a path that somebody follows; `None` where there is nobody whom one could still find.
    #[must_use]
    pub fn of(path: &CarePath) -> Option<Self> {
        let opened = path.opened.as_ref()?;
        if path.is_closed() || path.is_erased() || path.case.died.is_some() {
            return None;
        }
        let claims = Claims(path);
        let birth_date = claims.newest(|claim| claim.birth_date);
        let born = birth_date.as_ref().map(|date| Known { value: date.value.year(), source: date.source.clone() });
        Some(Self {
            municipality: path.municipality()?.clone(),
            opened: Source { stamp: opened.clone(), kind: kind_of(path, opened.event_id) },
            last_seen: path.lost.last_seen.as_ref().map(|seen| seen.stamp.occurred.at),
            names: claims.names(),
            born_about: born.or_else(|| claims.estimated_year()),
            birth_date,
            sex: claims.newest(|claim| claim.sex.filter(|sex| *sex != Sex::Unknown)),
            countries: claims.newest(|claim| some(&claim.countries)),
            languages: claims.newest(|claim| {
                let languages: Vec<_> = claim.languages.iter().map(|spoken| spoken.language.clone()).collect();
                (!languages.is_empty()).then_some(languages)
            }),
            origin: claims.newest(|claim| claim.origin.as_ref().map(|origin| plain(origin.as_str()))),
            problems: problems(path),
            location_types: location_types(path),
            sought: path
                .lost
                .open_episode()
                .map(|episode| Source { stamp: episode.began.clone(), kind: EventKind::WentOutOfSight }),
            provisional: path.identity.assurance.unwrap_or(Assurance::None) <= Assurance::Alias,
        })
    }

    /// The municipality whose coordinator follows the case.
    #[must_use]
    pub fn municipality(&self) -> &Municipality {
        &self.municipality
    }

    /// Whether it came into view before the other.
    #[must_use]
    pub fn is_earlier_than(&self, other: &Self) -> bool {
        self.began() < other.began()
    }

    pub(super) fn began(&self) -> (DateTime, EventId) {
        (self.opened.stamp.occurred.at, self.opened.stamp.event_id)
    }

    /// When somebody last saw them, or heard of them.
    #[must_use]
    pub fn last_seen(&self) -> DateTime {
        self.last_seen.unwrap_or(self.opened.stamp.occurred.at)
    }

    /// Whether the other may be whom one looks for here: they were seen since.
    pub(super) fn fits_search(&self, other: &Self) -> Option<&Source> {
        self.sought.as_ref().filter(|sought| other.last_seen() >= sought.stamp.occurred.at)
    }

    /// How long after the other was first or last seen this one came into view.
    pub(super) fn came_after(&self, other: &Self) -> TimeDelta {
        let began = self.opened.stamp.occurred.at;
        let first = (began - other.opened.stamp.occurred.at).abs();
        let last = (began - other.last_seen()).abs();
        first.min(last)
    }

    /// What the search for those who are alike goes by: whoever shares none of these is not alike enough.
    #[must_use]
    pub fn keys(&self) -> Vec<Key> {
        let decade = self.born_about.as_ref().map(|born| born.value.div_euclid(10));
        let mut keys = Vec::new();
        let words = self.names.iter().flat_map(|name| &name.value.words);
        keys.extend(words.filter_map(|word| word.as_bytes().first_chunk().map(|initials| Key::Name(*initials))));
        keys.extend(self.birth_date.iter().map(|date| Key::Born(date.value)));
        let rare = self.problems.iter().filter(|problem| super::weights::problem(problem.value) >= 20);
        keys.extend(rare.map(|problem| Key::Problem(problem.value)));
        keys.extend(self.countries.iter().flat_map(|known| &known.value).map(|country| Key::Country(*country, decade)));
        let languages = self.languages.iter().flat_map(|known| &known.value);
        let telling = languages.filter(|language| super::weights::language(language) >= 10);
        keys.extend(telling.map(|language| Key::Language(primary(language), decade)));
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

/// What somebody is found by among those of a municipality.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Key {
    /// The first two letters of a word of a name.
    Name([u8; 2]),
    Born(NaiveDate),
    Problem(Problem),
    /// With the decade of birth, if that is known.
    Country(Country, Option<i32>),
    Language([u8; 3], Option<i32>),
}

/// The first subtag of a language, without which country it is spoken in.
fn primary(language: &Language) -> [u8; 3] {
    let mut letters = language.as_str().bytes().take_while(|letter| *letter != b'-');
    std::array::from_fn(|_| letters.next().unwrap_or_default())
}

/// Of birth, of people who may be alive.
const DECADES: (i32, i32) = (191, 203);

impl Key {
    /// Under which keys others may lie who are alike in this one: ages are estimates, and not always known.
    pub fn neighbours(self) -> impl Iterator<Item = Self> {
        let around = |decade: Option<i32>| match decade {
            Some(decade) => (decade - 1, decade + 1),
            None => DECADES,
        };
        let decades = |decade| (around(decade).0..=around(decade).1).map(Some).chain([None]);
        let (own, country, language) = match self {
            Self::Name(_) | Self::Born(_) | Self::Problem(_) => (Some(self), None, None),
            Self::Country(country, decade) => {
                (None, Some(decades(decade).map(move |each| Self::Country(country, each))), None)
            }
            Self::Language(language, decade) => {
                (None, None, Some(decades(decade).map(move |each| Self::Language(language, each))))
            }
        };
        own.into_iter().chain(country.into_iter().flatten()).chain(language.into_iter().flatten())
    }
}

fn some(countries: &[Country]) -> Option<Vec<Country>> {
    (!countries.is_empty()).then(|| countries.to_vec())
}

/// Which kind of event made a claim, or opened a path.
fn kind_of(path: &CarePath, event: EventId) -> EventKind {
    if path.signals.iter().any(|signal| signal.stamp.event_id == event) {
        EventKind::SignalReceived
    } else if path.intakes.iter().any(|intake| intake.stamp.event_id == event) {
        EventKind::IntakeCompleted
    } else {
        EventKind::IdentityUpdated
    }
}

struct Claims<'a>(&'a CarePath);

impl<'a> Claims<'a> {
    fn known(&self) -> impl DoubleEndedIterator<Item = (&'a Arc<Stamp>, &'a IdentityClaim)> {
        self.0.identity.claims.iter().filter_map(|claim| Some((&claim.stamp, claim.fact.get()?)))
    }

    fn source(&self, stamp: &Arc<Stamp>) -> Source {
        Source { stamp: stamp.clone(), kind: kind_of(self.0, stamp.event_id) }
    }

    /// The newest value of a field, known from the first claim that said it.
    fn newest<T: PartialEq>(&self, field: impl Fn(&IdentityClaim) -> Option<T>) -> Option<Known<T>> {
        let value = self.known().rev().find_map(|(_, claim)| field(claim))?;
        let (stamp, _) = self.known().find(|(_, claim)| field(claim).as_ref() == Some(&value))?;
        Some(Known { value, source: self.source(stamp) })
    }

    fn estimated_year(&self) -> Option<Known<i32>> {
        let age = self.newest(|claim| claim.approximate_age)?;
        let year = age.source.stamp.occurred.at.year() - i32::from(age.value.years());
        Some(Known { value: year, source: age.source })
    }

    /// What they were called, by whomever: names and aliases alike.
    fn names(&self) -> Vec<Known<Name>> {
        let mut names: Vec<Known<Name>> = Vec::new();
        for (stamp, claim) in self.known() {
            for name in [&claim.name, &claim.alias].into_iter().flatten().filter_map(|text| Name::of(text.as_str())) {
                if !names.iter().any(|known| known.value == name) {
                    names.push(Known { value: name, source: self.source(stamp) });
                }
            }
        }
        names
    }
}

fn problems(path: &CarePath) -> Vec<Known<Problem>> {
    let signals = path.signals.iter().map(|each| (&each.stamp, EventKind::SignalReceived, &each.problems));
    let contacts = path.contacts.iter().map(|each| (&each.stamp, EventKind::ContactMade, &each.problems));
    let intakes = path.intakes.iter().map(|each| (&each.stamp, EventKind::IntakeCompleted, &each.problems));
    let all = signals.chain(contacts).chain(intakes);
    let all = all.flat_map(|(stamp, kind, problems)| problems.known().map(move |problem| (stamp, kind, problem)));
    first_of_each(all)
}

fn location_types(path: &CarePath) -> Vec<Known<LocationType>> {
    let signals = path.signals.iter().map(|each| (&each.stamp, EventKind::SignalReceived, each.location_type));
    let contacts = path.contacts.iter().map(|each| (&each.stamp, EventKind::ContactMade, each.location_type));
    let intakes = path.intakes.iter().map(|each| (&each.stamp, EventKind::IntakeCompleted, each.location_type));
    let all = signals.chain(contacts).chain(intakes);
    first_of_each(all.filter_map(|(stamp, kind, location)| Some((stamp, kind, location?))))
}

fn first_of_each<'a, T: PartialEq>(all: impl Iterator<Item = (&'a Arc<Stamp>, EventKind, T)>) -> Vec<Known<T>> {
    let mut known: Vec<Known<T>> = Vec::new();
    for (stamp, kind, value) in all {
        if !known.iter().any(|each| each.value == value) {
            known.push(Known { value, source: Source { stamp: stamp.clone(), kind } });
        }
    }
    known
}
