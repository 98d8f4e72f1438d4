//! The words of many names, each with whose names it is a word of. Looking for a word goes through those alone that begin
//! with the same sound, or are forms of the same name.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use super::names::Word;
use super::spoken::{Sound, Spoken, agreement};

/// The words of the names of many.
pub struct Vocabulary<T> {
    by_sound: BTreeMap<Box<str>, Vec<Entry<T>>>,
    /// By the sound of a name, the sounds of its forms that there are.
    forms: BTreeMap<Box<str>, BTreeSet<Box<str>>>,
    /// By the sound of several words as one.
    as_one: BTreeSet<(Sound, T)>,
    /// By the sound of one.
    parted: BTreeSet<(Sound, T)>,
}

struct Entry<T> {
    word: Arc<Word>,
    of: BTreeSet<T>,
}

impl<T> Default for Vocabulary<T> {
    fn default() -> Self {
        let (as_one, parted) = (BTreeSet::new(), BTreeSet::new());
        Self { by_sound: BTreeMap::new(), forms: BTreeMap::new(), as_one, parted }
    }
}

impl<T: Ord + Copy> Vocabulary<T> {
    /// Somebody is called so.
    pub fn insert(&mut self, name: &Spoken, of: T) {
        name.words().iter().for_each(|word| self.insert_word(word, of));
        self.as_one.extend(name.as_one().map(|sound| (sound, of)));
        self.parted.extend(name.parted().iter().map(|sound| (*sound, of)));
    }

    fn insert_word(&mut self, word: &Arc<Word>, of: T) {
        let entries = self.by_sound.entry(word.sound().into()).or_default();
        if let Some(entry) = entries.iter_mut().find(|entry| entry.word == *word) {
            entry.of.insert(of);
            return;
        }
        entries.push(Entry { word: word.clone(), of: BTreeSet::from([of]) });
        for form in word.sounds() {
            self.forms.entry(form.into()).or_default().insert(word.sound().into());
        }
    }

    /// It is so no more. All names of somebody are taken out together.
    pub fn remove(&mut self, name: &Spoken, of: T) {
        name.words().iter().for_each(|word| self.remove_word(word, of));
        for sound in name.as_one() {
            self.as_one.remove(&(sound, of));
        }
        for sound in name.parted() {
            self.parted.remove(&(*sound, of));
        }
    }

    fn remove_word(&mut self, word: &Word, of: T) {
        let Some(entries) = self.by_sound.get_mut(word.sound()) else { return };
        for entry in entries.iter_mut().filter(|entry| *entry.word == *word) {
            entry.of.remove(&of);
        }
        entries.retain(|entry| !entry.of.is_empty());
        if !entries.is_empty() {
            return;
        }
        self.by_sound.remove(word.sound());
        for form in word.sounds() {
            if let Some(sounds) = self.forms.get_mut(form.as_str()) {
                sounds.remove(word.sound());
                if sounds.is_empty() {
                    self.forms.remove(form.as_str());
                }
            }
        }
    }

    /// Adds all whose name may be like one, and says how many words were compared.
    pub fn alike(&self, name: &Spoken, found: &mut BTreeSet<T>) -> usize
    where
        T: Bounded,
    {
        let of = |set: &BTreeSet<(Sound, T)>, sound: Sound| -> Vec<T> {
            set.range((sound, T::FIRST)..=(sound, T::LAST)).map(|(_, of)| *of).collect()
        };
        for sound in name.as_one() {
            found.extend(of(&self.as_one, sound));
            found.extend(of(&self.parted, sound));
        }
        for sound in name.parted() {
            found.extend(of(&self.as_one, *sound));
        }
        name.words().iter().map(|word| self.alike_word(word, found)).sum()
    }

    fn alike_word(&self, word: &Word, found: &mut BTreeSet<T>) -> usize {
        let mut compared = 0;
        let mut take = |entries: &[Entry<T>]| {
            compared += entries.len();
            for entry in entries.iter().filter(|entry| agreement(word, &entry.word).is_some()) {
                found.extend(&entry.of);
            }
        };
        // Words in plain letters are ASCII.
        let first = word.sound().get(..1).unwrap_or_default();
        let beginning = self.by_sound.range::<str, _>((Bound::Included(first), Bound::Unbounded));
        for (_, entries) in beginning.take_while(|(sound, _)| sound.bytes().next() == word.initial()) {
            take(entries);
        }
        let forms = word.sounds().collect::<BTreeSet<_>>();
        let forms: BTreeSet<_> = forms.iter().filter_map(|form| self.forms.get(form.as_str())).flatten().collect();
        for sound in forms.into_iter().filter(|sound| sound.bytes().next() != word.initial()) {
            take(self.by_sound.get(sound).map_or(&[], Vec::as_slice));
        }
        compared
    }

    /// Every word with whose it is.
    pub fn all(&self) -> impl Iterator<Item = (&Word, T)> {
        let entries = self.by_sound.values().flatten();
        entries.flat_map(|entry| entry.of.iter().map(|of| (&*entry.word, *of)))
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_sound.is_empty()
    }
}

/// What has a first and a last.
pub trait Bounded {
    const FIRST: Self;
    const LAST: Self;
}

impl Bounded for crate::ids::PersonId {
    const FIRST: Self = Self(uuid::Uuid::nil());
    const LAST: Self = Self(uuid::Uuid::max());
}

#[cfg(test)]
mod tests {
    use super::super::spoken::{Words, seek};
    use super::*;

    impl Bounded for usize {
        const FIRST: Self = Self::MIN;
        const LAST: Self = Self::MAX;
    }

    fn vocabulary(names: &[&str]) -> (Vocabulary<usize>, Words) {
        let (mut all, mut words) = (Vocabulary::default(), Words::default());
        for (of, name) in names.iter().enumerate() {
            all.insert(&Spoken::of(name, &mut words).unwrap(), of);
        }
        (all, words)
    }

    fn found(all: &Vocabulary<usize>, name: &str) -> Vec<usize> {
        let mut found = BTreeSet::new();
        all.alike(&Spoken::of(name, &mut Words::default()).unwrap(), &mut found);
        found.into_iter().collect()
    }

    #[test]
    fn those_are_found_of_whom_a_word_is_like_it() {
        let (all, _) = vocabulary(&["Marek Kowalski", "José García", "Юлія Шевченко", "Jean-Pierre", "Alhassan"]);
        assert_eq!(found(&all, "Mark"), [0]);
        assert_eq!(found(&all, "Kowlaski"), [0]);
        assert_eq!(found(&all, "Pepe"), [1], "a form that begins with another letter");
        assert_eq!(found(&all, "Julia Shevchenko"), [2]);
        assert_eq!(found(&all, "Jeanpierre"), [3]);
        assert_eq!(found(&all, "al Hassan"), [4]);
        assert_eq!(found(&all, "Zbigniew"), [0; 0]);
    }

    #[test]
    fn who_is_taken_out_is_found_no_more() {
        let (mut all, mut words) = vocabulary(&["Marek", "Marek"]);
        let marek = Spoken::of("Marek", &mut words).unwrap();
        all.remove(&marek, 0);
        assert_eq!(found(&all, "Mark"), [1]);
        all.remove(&marek, 1);
        assert!(
            all.is_empty()
                && all.forms.is_empty()
                && all.as_one.is_empty()
                && all.parted.is_empty()
                && found(&all, "Mark").is_empty()
        );
    }

    /// Whether somebody comes up must not depend on what else they are called: readers may not be shown that.
    #[test]
    fn every_name_that_fits_is_found_by_its_own_words() {
        const NAMES: [&str; 32] = [
            "Marek",
            "Mark Kowalski",
            "Kowalska Maria",
            "Ioan Popesku",
            "Popescu",
            "Георги Иванов",
            "Li Ming",
            "Jean-Pierre Martin",
            "Jeanpierre",
            "al Hassan",
            "Alhassan",
            "van der Berg",
            "Vanderberg",
            "de la Cruz",
            "Tschernow",
            "Tsc",
            "Csaba",
            "Chr",
            "Christina Zhou",
            "Xavier",
            "Ksawery",
            "Yuliia Shevchenko",
            "Julia",
            "Pepe",
            "José",
            "Ed",
            "Edward",
            "Phil",
            "Filip",
            "Sasha",
            "Oleksandr",
            "Onbekend",
        ];
        for one in NAMES {
            for other in NAMES {
                let (all, mut words) = vocabulary(&[other]);
                let spoken = [one, other].map(|name| Spoken::of(name, &mut words).unwrap());
                if seek(&spoken[0], &spoken[1], true).is_some() {
                    assert_eq!(found(&all, one), [0], "{one} for {other}");
                }
            }
        }
    }

    #[test]
    fn only_words_that_may_agree_are_compared() {
        let (all, _) = vocabulary(&["Marek", "Zbigniew", "Kowalski", "Nowak"]);
        let word = Spoken::of("Mark", &mut Words::default()).unwrap();
        assert_eq!(all.alike(&word, &mut BTreeSet::new()), 1);
    }
}
