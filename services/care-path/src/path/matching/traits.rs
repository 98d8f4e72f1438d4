//! What of a path is compared with others: a few attributes, each with the event that it is known from.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use chrono::TimeDelta;

use super::names::{Name, Word};
use super::weights::is_placeholder;
use super::who::{Claims, Known, Source, Who};
use crate::codes::{Assurance, LocationType, Problem};
use crate::event::EventKind;
use crate::ids::{EventId, Municipality};
use crate::path::tasks::recorded;
use crate::path::{CarePath, Stamp};
use crate::text::{Country, Language};
use crate::time::{DateTime, PartialDate};

/// What of a path is compared with others.
#[derive(Clone, PartialEq, Eq)]
pub struct Traits {
    pub(crate) municipality: Municipality,
    pub(crate) opened: Source,
    pub(crate) last_seen: Option<DateTime>,
    pub(crate) names: Vec<Known<Name>>,
    pub(crate) who: Who,
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
        let claims = Claims::of(path);
        Some(Self {
            municipality: path.municipality()?.clone(),
            opened: claims.source(opened),
            last_seen: path.lost.last_seen.as_ref().map(|seen| seen.stamp.occurred.at),
            names: claims.names(),
            who: claims.who(),
            problems: problems(path),
            location_types: location_types(path),
            sought: path
                .lost
                .open_episode()
                .map(|episode| Source { stamp: episode.began.clone(), kind: EventKind::WentOutOfSight }),
            provisional: path.identity.assurance().unwrap_or(Assurance::None) <= Assurance::Alias,
        })
    }

    /// The municipality whose coordinator follows the case.
    #[must_use]
    pub fn municipality(&self) -> &Municipality {
        &self.municipality
    }

    /// What was told last of who they are; else how they came into view.
    #[must_use]
    pub(crate) fn last_told(&self) -> &Source {
        let names = self.names.iter().map(|name| &name.source);
        let born = self.who.birth_date.iter().map(|date| &date.source);
        let place = self.who.birth_place.iter().map(|place| &place.source);
        let documents = self.who.documents.iter().map(|documents| &documents.source);
        let contacts = self.who.contacts.iter().map(|contact| &contact.source);
        let told = names.chain(born).chain(place).chain(documents).chain(contacts);
        told.max_by_key(|source| recorded(&source.stamp)).unwrap_or(&self.opened)
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
        let born = self.who.born_about.as_ref().map(|born| born.value);
        let day = self.who.birth_date.as_ref().and_then(|date| day_of_year(date.value));
        let mut keys = Vec::new();
        for name in &self.names {
            let words = &name.value.words()[..name.value.words().len().min(MOST_KEY_WORDS)];
            keys.extend(words.iter().map(Word::key));
            let sounds: Vec<Vec<String>> = words.iter().map(|word| word.sounds().collect()).collect();
            for (place, ours) in sounds.iter().enumerate() {
                for sound in ours {
                    keys.push(Key::Initials(first(sound)));
                    keys.extend(born.map(|year| Key::WordAndAge(first(sound), band(year))));
                    keys.extend(day.map(|day| Key::WordAndDay(first(sound), day)));
                    for other in sounds[..place].iter().flatten() {
                        keys.push(Key::Words(hash(&[sound, other].iter().min()), hash(&[sound, other].iter().max())));
                    }
                }
            }
        }
        keys.extend(self.who.keys());
        let rare = self.problems.iter().filter(|problem| super::weights::problem(problem.value) >= 20);
        keys.extend(rare.map(|problem| Key::Problem(problem.value)));
        let decade = born.map(|year| year.div_euclid(10));
        keys.extend(
            self.who.countries.iter().flat_map(|known| &known.value).map(|country| Key::Country(*country, decade)),
        );
        let languages = self.who.languages.iter().flat_map(|known| &known.value);
        let telling = languages.filter(|language| super::weights::language(language) >= 10);
        keys.extend(telling.map(|language| Key::Language(primary(language), decade)));
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

/// By as many words of a name somebody is found.
const MOST_KEY_WORDS: usize = 4;
/// Ages are estimates: so many years make a band, and those beside it are looked at too.
const BAND: i32 = 5;

fn band(year: i32) -> i32 {
    year.div_euclid(BAND)
}

/// The first letters of a sound.
fn first<const LETTERS: usize>(sound: &str) -> [u8; LETTERS] {
    let mut letters = sound.bytes();
    std::array::from_fn(|_| letters.next().unwrap_or_default())
}

/// Day and month, whichever was written first, of a date that is known to the day.
fn day_of_year(date: PartialDate) -> Option<(u32, u32)> {
    let (day, month) = (date.day()?, date.month()?);
    (!is_placeholder(date)).then_some((day.min(month), day.max(month)))
}

pub(super) fn born_key(date: PartialDate) -> Option<Key> {
    day_of_year(date).map(|day| Key::Born(date.year(), day))
}

/// What stands for a text where only equality counts.
pub(super) fn hash<T: Hash + ?Sized>(of: &T) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

/// What somebody is found by among those of a municipality.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// A word of a name, as it is written.
    Word(u64),
    /// Two words of a name by their sounds, in either order.
    Words(u64, u64),
    /// The first letters of a word's sound, and the year of birth, give or take some.
    WordAndAge([u8; 3], i32),
    /// The first letters of a word's sound, with day and month of birth: years are mistyped.
    WordAndDay([u8; 2], (u32, u32)),
    /// Year, and day and month in either order.
    Born(i32, (u32, u32)),
    Contact(u64),
    Document(u64),
    /// The first letters of a word's sound.
    Initials([u8; 2]),
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
    /// Whether it tells who somebody is, however long ago they were seen; others help among those who were seen of late.
    #[must_use]
    pub fn lasts(self) -> bool {
        match self {
            Self::Word(_)
            | Self::Words(..)
            | Self::WordAndAge(..)
            | Self::WordAndDay(..)
            | Self::Born(..)
            | Self::Contact(_)
            | Self::Document(_) => true,
            Self::Initials(_) | Self::Problem(_) | Self::Country(..) | Self::Language(..) => false,
        }
    }

    /// Under which keys others may lie who are alike in this one: ages are estimates, and not always known.
    #[must_use]
    pub fn neighbours(self) -> Vec<Self> {
        let decades = |decade: Option<i32>| {
            let (first, last) = decade.map_or(DECADES, |decade| (decade - 1, decade + 1));
            (first..=last).map(Some).chain([None])
        };
        match self {
            Self::WordAndAge(word, band) => {
                [band - 1, band, band + 1].map(|band| Self::WordAndAge(word, band)).to_vec()
            }
            Self::Country(country, decade) => decades(decade).map(|each| Self::Country(country, each)).collect(),
            Self::Language(language, decade) => decades(decade).map(|each| Self::Language(language, each)).collect(),
            Self::Word(_)
            | Self::Words(..)
            | Self::WordAndDay(..)
            | Self::Born(..)
            | Self::Contact(_)
            | Self::Document(_)
            | Self::Initials(_)
            | Self::Problem(_) => vec![self],
        }
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
