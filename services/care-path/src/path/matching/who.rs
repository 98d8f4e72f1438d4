//! Who somebody is, as others are compared with them: attributes beside the names, each with the event that it is known from.
//! A reader's comparison rests on what the reader is shown.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::Datelike;

use super::names::{Name, plain};
use super::traits::{Key, born_key, hash};
use crate::codes::{DocumentKind, Sex};
use crate::event::EventKind;
use crate::fact::{Fact, Reader};
use crate::ids::EventId;
use crate::path::identity::{ClaimFacts, IdentityDocument, IdentityState, Said, ThePath};
use crate::path::tasks::recorded;
use crate::path::{CarePath, Stamp};
use crate::text::{Country, Language, Line};
use crate::time::PartialDate;

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

/// Who somebody is, beside what they are called.
#[derive(Clone, PartialEq, Eq)]
pub struct Who {
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
}

impl Who {
    /// What the keys say that tell alone who somebody is.
    pub(super) fn keys(&self) -> impl Iterator<Item = Key> {
        let born = self.birth_date.iter().filter_map(|date| born_key(date.value));
        let contacts = self.contacts.iter().map(|contact| Key::Contact(contact.value));
        let documents = self.documents.iter().flat_map(|known| &known.value);
        born.chain(contacts).chain(documents.map(|document| Key::Document(document.number)))
    }
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

/// What was said of who somebody is, as a reader may know it.
pub(super) struct Claims<'a, R> {
    identity: &'a IdentityState,
    reader: &'a R,
    /// Which events are signals, and which are intakes: other claims are updates of the identity.
    kinds: HashMap<EventId, EventKind>,
}

impl<'a> Claims<'a, ThePath> {
    /// All that the path itself follows from.
    pub(super) fn of(path: &'a CarePath) -> Self {
        let signals = path.signals.iter().map(|signal| (signal.stamp.event_id, EventKind::SignalReceived));
        let intakes = path.intakes.iter().map(|intake| (intake.stamp.event_id, EventKind::IntakeCompleted));
        Self { identity: &path.identity, reader: &ThePath, kinds: intakes.chain(signals).collect() }
    }

    /// What tells who somebody is, of all that was ever said.
    pub(super) fn every_key(identity: &IdentityState) -> Vec<Key> {
        let told = |fact: Option<&PartialDate>| fact.and_then(|date| born_key(*date));
        let born = identity.facts(ClaimFacts::birth_date).filter_map(|fact| told(fact.shown_to(&ThePath)));
        let contacts = identity.facts(ClaimFacts::contact).filter_map(|fact| fact.shown_to(&ThePath));
        let documents = identity.facts(ClaimFacts::documents).filter_map(|fact| fact.shown_to(&ThePath)).flatten();
        let documents = documents.filter_map(Document::of).map(|document| Key::Document(document.number));
        born.chain(contacts.map(|line| Key::Contact(contact(line)))).chain(documents).collect()
    }
}

impl<'a, R: Reader> Claims<'a, R> {
    /// What a reader may know of it.
    pub(super) fn shown_to(identity: &'a IdentityState, reader: &'a R) -> Self {
        Self { identity, reader, kinds: HashMap::new() }
    }

    fn said<T>(&self, fact: impl Fn(ClaimFacts<'a>) -> Fact<'a, T>) -> Vec<Said<'a, T>> {
        self.identity.standing(self.reader, fact)
    }

    /// Who somebody is by these claims.
    pub(super) fn who(&self) -> Who {
        let birth_date = self.known(ClaimFacts::birth_date, |date| Some(*date));
        let born = birth_date.clone().map(|known| known.map(PartialDate::year));
        Who {
            born_about: born.or_else(|| self.estimated_year()),
            birth_date,
            sex: self.known(ClaimFacts::sex, |sex| Some(*sex).filter(|sex| *sex != Sex::Unknown)),
            countries: self.known(ClaimFacts::countries, |all| Some(distinct(all))),
            languages: self
                .known(ClaimFacts::languages, |all| Some(distinct(all.iter().map(|spoken| &spoken.language)))),
            origin: self.known(ClaimFacts::origin, |text| Some(plain(text.as_str()))),
            birth_place: self.known(ClaimFacts::birth_place, |text| Some(plain(text.as_str()))),
            contacts: self.contacts(),
            documents: self.known(ClaimFacts::documents, |all| Some(all.iter().filter_map(Document::of).collect())),
        }
    }

    /// An event that made a claim, or opened the path.
    pub(super) fn source(&self, stamp: &Arc<Stamp>) -> Source {
        let kind = self.kinds.get(&stamp.event_id).copied().unwrap_or(EventKind::IdentityUpdated);
        Source { stamp: stamp.clone(), kind }
    }

    /// What is known of a field, from the claim that told it first.
    fn known<T, U: PartialEq>(
        &self,
        fact: impl Fn(ClaimFacts<'a>) -> Fact<'a, T>,
        of: impl Fn(T) -> Option<U>,
    ) -> Option<Known<U>> {
        let said = self.said(fact).into_iter();
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
        for said in self.said(ClaimFacts::contact).into_iter().rev() {
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
    pub(super) fn names(&self) -> Vec<Known<Name>> {
        let said = self.said(ClaimFacts::alias).into_iter().chain(self.said(ClaimFacts::name));
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
