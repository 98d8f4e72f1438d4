//! Somebody who is looked for: what is known of them, and how well a person fits it as far as a reader is shown that person.
//! It is the comparison of [`compare`](super::compare) by who they are alone.

use std::sync::Arc;

use serde::Deserialize;

use super::spoken::{LEAST, Spoken, Words, seek};
use super::tally::Tally;
use super::weights::{self, Tenths};
use super::who::{Claims, Who};
use super::{Key, Population};
use crate::actor::Principal;
use crate::codes::{Assurance, MatchLikeness, MatchReason, Sex};
use crate::fact::{Fact, Reader};
use crate::ids::{EventId, PersonId};
use crate::list::Few;
use crate::path::identity::{
    ClaimFacts, Claimed, IdentityClaim, IdentityDocument, IdentityState, LanguageInput, LanguageUse, ThePath,
};
use crate::path::{CarePath, Noted, Stamp};
use crate::private::Private;
use crate::text::{Age, Country, Line};
use crate::time::{BirthDate, DateTime, Occurred};

/// What is known of somebody who is looked for: the fields of a claim of who they are.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PersonSought {
    /// A name, or a part of one, in any spelling, script and order of words.
    pub name: Option<Line>,
    /// What people call them. It is looked for among names too, as a name is among what people are called.
    pub alias: Option<Line>,
    /// As precisely as it is known: a year, a month or a day.
    pub birth_date: Option<BirthDate>,
    pub birth_place: Option<Line>,
    /// In whole years, by estimate.
    pub approximate_age: Option<Age>,
    pub sex: Option<Sex>,
    // Nationalities. (A doc comment would give the inlined list a second schema, of an object.)
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(inline))]
    pub countries: Few<Country, 8>,
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(inline))]
    pub languages: Few<LanguageInput, 16>,
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(inline))]
    pub documents: Few<IdentityDocument, 4>,
    /// A telephone number, an address to leave word at.
    pub contact: Option<Line>,
}

impl std::fmt::Debug for PersonSought {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PersonSought").finish_non_exhaustive()
    }
}

/// Why nobody can be looked for by what is known. The words name the rule, never a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotSought {
    #[error("must have a word of at least two letters")]
    NoWord(&'static str),
    #[error("must not lie in the future")]
    Unborn,
    #[error("must be there, or else alias, contact, a document's number or a birth_date to the day")]
    Nothing,
}

impl NotSought {
    /// The field that is wrong.
    #[must_use]
    pub fn field(self) -> &'static str {
        match self {
            Self::NoWord(field) => field,
            Self::Unborn => "birth_date",
            Self::Nothing => "name",
        }
    }
}

/// Somebody who is looked for.
pub struct Sought {
    names: Vec<Spoken>,
    /// What is known beside names, if anything is.
    who: Option<Who>,
    keys: Vec<Key>,
    /// What all of that may weigh at the most.
    beside_names: Tenths,
    by_birth: bool,
}

/// How well a person fits.
#[derive(Clone)]
pub struct Fit {
    /// In tenths of a bit.
    pub score: i32,
    /// What fits, and how well; of names the one that fits best.
    pub matched: Vec<(MatchReason, MatchLikeness, Option<Line>)>,
}

impl Sought {
    /// Somebody of whom that is known, by somebody who looks for them now.
    ///
    /// # Errors
    /// Where it is nothing that one could go by.
    pub fn of(sought: PersonSought, by: &Principal, now: DateTime) -> Result<Self, NotSought> {
        if sought.birth_date.is_some_and(|born| born.get().first() > now.date_naive()) {
            return Err(NotSought::Unborn);
        }
        let words = &mut Words::default();
        let mut names = Vec::new();
        for (field, text) in [("name", &sought.name), ("alias", &sought.alias)] {
            if let Some(text) = text {
                names.push(Spoken::of(text.as_str(), words).ok_or(NotSought::NoWord(field))?);
            }
        }
        let by_birth = sought.birth_date.is_some();
        let claim = IdentityClaim {
            birth_date: sought.birth_date.map(BirthDate::get),
            birth_place: sought.birth_place,
            approximate_age: sought.approximate_age,
            sex: sought.sex,
            countries: sought.countries.into(),
            languages: Vec::from(sought.languages).into_iter().map(LanguageUse::from).collect(),
            documents: sought.documents.into(),
            contact: sought.contact,
            ..IdentityClaim::default()
        };
        let who = (claim != IdentityClaim::default()).then(|| as_claimed(claim, by, now));
        let keys: Vec<_> = who.iter().flat_map(Who::keys).collect();
        if names.is_empty() && keys.is_empty() {
            return Err(NotSought::Nothing);
        }
        let beside_names = who.as_ref().map_or(0, most_of);
        Ok(Self { names, who, keys, beside_names, by_birth })
    }

    /// What they may be called.
    #[must_use]
    pub fn names(&self) -> &[Spoken] {
        &self.names
    }

    /// What else they may be found by.
    #[must_use]
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// How well a name fits.
    fn weigh(&self, known: &Spoken, leniently: bool) -> Option<(Tenths, MatchLikeness)> {
        let fits = self.names.iter().filter_map(|sought| seek(sought, known, leniently));
        fits.max_by_key(|(weight, likeness)| (*weight, std::cmp::Reverse(*likeness)))
    }

    /// How well somebody may fit at the best who was ever called so; `None` where they cannot.
    #[must_use]
    pub fn at_best(&self, known: &Findable) -> Option<i32> {
        let names = known.names.iter().filter_map(|(_, name)| self.weigh(name, self.by_birth));
        let name = names.map(|(weight, _)| weight).max();
        let by_key = || self.keys.iter().any(|key| known.keys.contains(key)).then_some(0);
        let best = name.or_else(by_key)? + self.beside_names;
        (best >= LEAST).then_some(best)
    }

    /// How well somebody fits, as far as a reader is shown them; `None` where they do not.
    pub(crate) fn fit(&self, path: &CarePath, reader: &impl Reader, known: &Findable) -> Option<Fit> {
        let tally_of = self.who.as_ref().map(|sought| (sought, Claims::shown_to(&path.identity, reader).who()));
        let tally = tally_of.as_ref().map(|(sought, who)| Tally::of(sought, who, &Population::NOBODY));
        let beside = tally.as_ref().map_or(&[][..], |tally| &tally.found);
        let agrees = |reason: MatchReason| beside.iter().any(|found| found.reason == reason && found.weight > 0);
        let called = called(path, reader);
        let mut best: Option<(Tenths, MatchLikeness, MatchReason, &Line)> = None;
        for (reason, line) in &called {
            let fits = known.spoken(line).and_then(|name| self.weigh(name, agrees(MatchReason::BirthDate)));
            if let Some((weight, likeness)) = fits
                && best.is_none_or(|(most, like, ..)| (most, like.rank()) < (weight, likeness.rank()))
            {
                best = Some((weight, likeness, *reason, line));
            }
        }
        // By what the reader is shown alone: a candidate may have come up for something else.
        let identified = tally_of.as_ref().is_some_and(|(_, who)| who.keys().any(|key| self.keys.contains(&key)));
        if best.is_none() && !identified {
            return None;
        }
        let others = !self.names.is_empty() && !called.is_empty();
        let of_name = best.map_or(if others { weights::OTHER_NAME } else { 0 }, |(weight, ..)| weight);
        let score = of_name + tally.as_ref().map_or(0, |tally| tally.score);
        if score < LEAST {
            return None;
        }
        let name = best.map(|(_, likeness, reason, line)| (reason, likeness, Some(line.clone())));
        let fits = beside.iter().filter(|found| found.weight > 0);
        let fits = fits.map(|found| (found.reason, likeness(found.reason, tally_of.as_ref()), None));
        Some(Fit { score, matched: name.into_iter().chain(fits).collect() })
    }
}

/// How well something beside the name agrees.
fn likeness(reason: MatchReason, who: Option<&(&Who, Who)>) -> MatchLikeness {
    let Some((sought, known)) = who else { return MatchLikeness::Perhaps };
    let same = match reason {
        MatchReason::BirthDate => {
            let dates = sought.birth_date.as_ref().zip(known.birth_date.as_ref());
            dates.is_some_and(|(one, other)| {
                let (one, other) = (one.value, other.value);
                one.first() <= other.last() && other.first() <= one.last()
            })
        }
        MatchReason::BirthPlace => {
            let places = sought.birth_place.as_ref().zip(known.birth_place.as_ref());
            places.is_some_and(|(one, other)| one.value == other.value)
        }
        MatchReason::Sex
        | MatchReason::Countries
        | MatchReason::Languages
        | MatchReason::Documents
        | MatchReason::Contact => true,
        MatchReason::ApproximateAge
        | MatchReason::Name
        | MatchReason::Alias
        | MatchReason::Origin
        | MatchReason::Problems
        | MatchReason::LocationType
        | MatchReason::OccurredAt => false,
    };
    if same { MatchLikeness::Same } else { MatchLikeness::Close }
}

impl MatchLikeness {
    /// The better, the higher.
    fn rank(self) -> std::cmp::Reverse<Self> {
        std::cmp::Reverse(self)
    }
}

/// Who somebody would be if what is known of them were claimed.
fn as_claimed(claim: IdentityClaim, by: &Principal, now: DateTime) -> Who {
    let stamp = Arc::new(Stamp {
        event_id: EventId(uuid::Uuid::nil()),
        person_id: PersonId(uuid::Uuid::nil()),
        occurred: Occurred::instant(now),
        recorded_at: now,
        by: by.author(),
        caused_by: None,
        moved: None,
    });
    let claimed = Claimed { claim: Private::known(claim), assurance: Assurance::Alias };
    let identity = IdentityState::of_one_claim(Noted::new(&stamp, &claimed));
    Claims::shown_to(&identity, &ThePath).who()
}

/// What can weigh the most of it: the sum of what would agree wholly.
fn most_of(who: &Who) -> Tenths {
    Tally::of(who, who, &Population::NOBODY).score
}

/// What a person was called, as far as a reader may know it, and it stands.
fn called<'a>(path: &'a CarePath, reader: &impl Reader) -> Vec<(MatchReason, &'a Line)> {
    let names =
        path.identity.standing(reader, ClaimFacts::name).into_iter().map(|said| (MatchReason::Name, said.value));
    let aliases = path.identity.standing(reader, ClaimFacts::alias).into_iter();
    names.chain(aliases.map(|said| (MatchReason::Alias, said.value))).collect()
}

/// What somebody may be found by: all that they were ever called, and what tells who they are. Whether a reader may know
/// of it is asked when it is found.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Findable {
    names: Vec<(Line, Spoken)>,
    keys: Vec<Key>,
}

impl Findable {
    /// Of a path. What was retracted or erased is not in it.
    #[must_use]
    pub fn of(path: &CarePath, words: &mut Words) -> Self {
        if path.is_erased() {
            return Self::default();
        }
        let identity = &path.identity;
        let mut names: Vec<(Line, Spoken)> = Vec::new();
        let lines = identity.every(ClaimFacts::name).chain(identity.every(ClaimFacts::alias));
        for line in lines {
            if !names.iter().any(|(known, _)| known == line)
                && let Some(spoken) = Spoken::of(line.as_str(), words)
            {
                names.push((line.clone(), spoken));
            }
        }
        let mut keys = Claims::every_key(identity);
        keys.sort_unstable();
        keys.dedup();
        Self { names, keys }
    }

    /// All names.
    pub fn names(&self) -> impl Iterator<Item = &Spoken> {
        self.names.iter().map(|(_, name)| name)
    }

    /// The keys beside names.
    #[must_use]
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    fn spoken(&self, line: &Line) -> Option<&Spoken> {
        self.names.iter().find(|(known, _)| known == line).map(|(_, name)| name)
    }
}

impl IdentityState {
    /// All that was ever said of a field, whether it was emptied since or not.
    fn every<'a, T>(&'a self, fact: impl Fn(ClaimFacts<'a>) -> Fact<'a, T>) -> impl Iterator<Item = T> {
        self.facts(fact).filter_map(|fact| fact.shown_to(&ThePath))
    }
}
