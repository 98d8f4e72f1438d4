//! What of a path is compared with others: a few attributes, each with the event that it is known from.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use chrono::{Datelike, TimeDelta};

use super::names::{Name, Word, plain};
use super::weights::is_placeholder;
use crate::codes::{Assurance, DocumentKind, LocationType, Problem, Sex};
use crate::event::EventKind;
use crate::fact::Fact;
use crate::ids::{EventId, Municipality};
use crate::path::identity::{ClaimFacts, IdentityDocument};
use crate::path::tasks::recorded;
use crate::path::{CarePath, Stamp};
use crate::text::{Country, Language, Line};
use crate::time::{DateTime, PartialDate};

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

impl<T> Known<T> {
    fn map<U>(self, of: impl FnOnce(T) -> U) -> Known<U> {
        Known { value: of(self.value), source: self.source }
    }
}

/// As many names of a person are compared: those that were said last …
const MOST_NAMES: usize = 12;
/// … as many places to leave word at …
const MOST_CONTACTS: usize = 4;
/// … and as many countries and languages.
const MOST_ORIGINS: usize = 8;

/// What of a path is compared with others.
#[derive(Clone, PartialEq, Eq)]
pub struct Traits {
    pub(crate) municipality: Municipality,
    pub(crate) opened: Source,
    pub(crate) last_seen: Option<DateTime>,
    pub(crate) names: Vec<Known<Name>>,
    pub(crate) birth_date: Option<Known<PartialDate>>,
    /// The year of birth: of the date, or by the estimate of the age.
    pub(crate) born_about: Option<Known<i32>>,
    pub(crate) sex: Option<Known<Sex>>,
    pub(crate) countries: Option<Known<Vec<Country>>>,
    pub(crate) languages: Option<Known<Vec<Language>>>,
    pub(crate) origin: Option<Known<String>>,
    pub(crate) birth_place: Option<Known<String>>,
    /// Hashes of telephone numbers and addresses.
    pub(crate) contacts: Vec<Known<u64>>,
    pub(crate) documents: Option<Known<Vec<Document>>>,
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
        let birth_date = claims.known(ClaimFacts::birth_date, |date| Some(*date));
        let born = birth_date.clone().map(|known| known.map(PartialDate::year));
        Some(Self {
            municipality: path.municipality()?.clone(),
            opened: claims.source(opened),
            last_seen: path.lost.last_seen.as_ref().map(|seen| seen.stamp.occurred.at),
            names: claims.names(),
            born_about: born.or_else(|| claims.estimated_year()),
            birth_date,
            sex: claims.known(ClaimFacts::sex, |sex| Some(*sex).filter(|sex| *sex != Sex::Unknown)),
            countries: claims.known(ClaimFacts::countries, |all| Some(distinct(all))),
            languages: claims
                .known(ClaimFacts::languages, |all| Some(distinct(all.iter().map(|spoken| &spoken.language)))),
            origin: claims.known(ClaimFacts::origin, |text| Some(plain(text.as_str()))),
            birth_place: claims.known(ClaimFacts::birth_place, |text| Some(plain(text.as_str()))),
            contacts: claims.contacts(),
            documents: claims.known(ClaimFacts::documents, |all| Some(all.iter().filter_map(Document::of).collect())),
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
        let born = self.birth_date.iter().map(|date| &date.source);
        let place = self.birth_place.iter().map(|place| &place.source);
        let documents = self.documents.iter().map(|documents| &documents.source);
        let contacts = self.contacts.iter().map(|contact| &contact.source);
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
        let born = self.born_about.as_ref().map(|born| born.value);
        let day = self.birth_date.as_ref().and_then(|date| day_of_year(date.value));
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
        keys.extend(self.birth_date.iter().filter_map(|date| born_key(date.value)));
        keys.extend(self.contacts.iter().map(|contact| Key::Contact(contact.value)));
        let documents = self.documents.iter().flat_map(|known| &known.value);
        keys.extend(documents.map(|document| Key::Document(document.number)));
        let rare = self.problems.iter().filter(|problem| super::weights::problem(problem.value) >= 20);
        keys.extend(rare.map(|problem| Key::Problem(problem.value)));
        let decade = born.map(|year| year.div_euclid(10));
        keys.extend(self.countries.iter().flat_map(|known| &known.value).map(|country| Key::Country(*country, decade)));
        let languages = self.languages.iter().flat_map(|known| &known.value);
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

fn born_key(date: PartialDate) -> Option<Key> {
    day_of_year(date).map(|day| Key::Born(date.year(), day))
}

/// What stands for a text where only equality counts.
pub(super) fn hash<T: Hash + ?Sized>(of: &T) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

/// A document as it is compared: by kind, country and the hash of its number.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Document {
    kind: DocumentKind,
    country: Option<Country>,
    number: u64,
}

impl Document {
    fn of(document: &IdentityDocument) -> Option<Self> {
        let number = plain(document.number.as_ref()?.as_str()).replace(' ', "");
        (number.len() >= 4).then(|| Self { kind: document.kind, country: document.country, number: hash(&number) })
    }

    /// Whether both are the same document, or two that one person would not have at once; `None` where they say nothing.
    pub(super) fn is_same(&self, other: &Self) -> Option<bool> {
        let comparable = (self.kind, self.country) == (other.kind, other.country);
        (self.number == other.number).then_some(true).or(comparable.then_some(false))
    }
}

/// A telephone number by its last digits, with or without the country's; anything else in plain letters.
fn contact(text: &Line) -> u64 {
    const TELEPHONE: usize = 8;
    let digits: String = text.as_str().chars().filter(char::is_ascii_digit).collect();
    if digits.len() >= TELEPHONE { hash(&digits[digits.len() - TELEPHONE..]) } else { hash(&plain(text.as_str())) }
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

/// The first few that differ.
fn distinct<'a, T: Clone + PartialEq + 'a>(all: impl IntoIterator<Item = &'a T>) -> Vec<T> {
    let mut few = Vec::new();
    for each in all {
        if !few.contains(each) {
            few.push(each.clone());
        }
        if few.len() == MOST_ORIGINS {
            break;
        }
    }
    few
}

struct Claims<'a> {
    path: &'a CarePath,
    /// Which events are signals, and which are intakes: other claims are updates of the identity.
    kinds: HashMap<EventId, EventKind>,
}

impl<'a> Claims<'a> {
    fn of(path: &'a CarePath) -> Self {
        let signals = path.signals.iter().map(|signal| (signal.stamp.event_id, EventKind::SignalReceived));
        let intakes = path.intakes.iter().map(|intake| (intake.stamp.event_id, EventKind::IntakeCompleted));
        Self { path, kinds: intakes.chain(signals).collect() }
    }

    /// An event that made a claim, or opened the path.
    fn source(&self, stamp: &Arc<Stamp>) -> Source {
        let kind = self.kinds.get(&stamp.event_id).copied().unwrap_or(EventKind::IdentityUpdated);
        Source { stamp: stamp.clone(), kind }
    }

    /// What is known of a field, from the claim that told it first.
    fn known<T, U: PartialEq>(
        &self,
        fact: impl Fn(ClaimFacts<'a>) -> Fact<'a, T>,
        of: impl Fn(T) -> Option<U>,
    ) -> Option<Known<U>> {
        let said = self.path.identity.all_said(fact).into_iter();
        let said: Vec<_> = said.filter_map(|said| Some((said.rank(), said.stamp(), of(said.value)?))).collect();
        let (.., best) = said.iter().max_by_key(|(rank, ..)| *rank)?;
        let same = said.iter().filter(|(.., value)| value == best);
        let source = self.source(same.map(|(_, stamp, _)| *stamp).min_by_key(|stamp| recorded(stamp))?);
        let value = said.into_iter().max_by_key(|(rank, ..)| *rank)?.2;
        Some(Known { value, source })
    }

    fn estimated_year(&self) -> Option<Known<i32>> {
        let age = self.known(ClaimFacts::approximate_age, |age| Some(*age))?;
        let year_of_claim = age.source.stamp.occurred.at.year();
        Some(age.map(|age| year_of_claim - i32::from(age.years())))
    }

    /// Where word was left, the newest.
    fn contacts(&self) -> Vec<Known<u64>> {
        let mut known: Vec<Known<u64>> = Vec::new();
        for said in self.path.identity.all_said(ClaimFacts::contact).into_iter().rev() {
            let value = contact(said.value);
            let source = self.source(said.stamp());
            // Known from the first claim that said it.
            match known.iter().position(|each| each.value == value) {
                Some(place) => known[place].source = source,
                None if known.len() < MOST_CONTACTS => known.push(Known { value, source }),
                None => {}
            }
        }
        known
    }

    /// What they were called, by whomever: names and aliases alike.
    fn names(&self) -> Vec<Known<Name>> {
        let identity = &self.path.identity;
        let said = identity.all_said(ClaimFacts::alias).into_iter().chain(identity.all_said(ClaimFacts::name));
        let mut said: Vec<_> = said.map(|said| (said.stamp(), said.value)).collect();
        said.sort_by_key(|(stamp, _)| recorded(stamp));
        let mut newest: Vec<&Line> = Vec::new();
        for (_, text) in said.iter().rev() {
            if newest.len() < MOST_NAMES && !newest.contains(text) {
                newest.push(text);
            }
        }
        let mut names: Vec<Known<Name>> = Vec::new();
        for text in newest.into_iter().rev() {
            let first = said.iter().find(|(_, said)| *said == text);
            let (Some(name), Some((stamp, _))) = (Name::of(text.as_str()), first) else { continue };
            if !names.iter().any(|known| known.value == name) {
                names.push(Known { value: name, source: self.source(stamp) });
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
