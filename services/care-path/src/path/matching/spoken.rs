//! Names as somebody looks for them: [`names`](super::names) says how words agree; beside it, the beginning of a word is
//! enough, words of two letters count, and it does not matter how a name is parted into words.

use std::collections::HashMap;
use std::sync::Arc;

use super::name_forms;
use super::names::{Word, plain, sound};
use super::traits::hash;
use super::weights::{self, Spelling, Tenths};
use crate::codes::MatchLikeness;

/// As many words of a name are looked at.
const MOST_WORDS: usize = 12;
/// What agrees at all weighs so much: somebody asked for it.
pub(super) const LEAST: Tenths = 10;
/// The beginning of a word.
const BEGINS: Tenths = 15;
/// A word of two letters.
const SHORT: Tenths = 25;

/// Words that were said before, each kept once.
#[derive(Default)]
pub struct Words(HashMap<Box<str>, Arc<Word>>);

impl Words {
    fn word(&mut self, plain: &str) -> Arc<Word> {
        if let Some(known) = self.0.get(plain) {
            return known.clone();
        }
        let word = Arc::new(Word::of(plain));
        self.0.insert(plain.into(), word.clone());
        word
    }

    /// Forgets words that nothing else holds.
    pub fn forget(&mut self, words: impl IntoIterator<Item = Arc<Word>>) {
        for word in words {
            // This one, and the map's.
            if Arc::strong_count(&word) <= 2 {
                self.0.remove(word.plain());
            }
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A name in words, in plain letters.
#[derive(Clone, PartialEq, Eq)]
pub struct Spoken {
    words: Box<[Arc<Word>]>,
    /// How each word sounds.
    sounds: Box<[Sound]>,
    /// How each word sounds with the next, as one: names are parted differently.
    joined: Box<[Sound]>,
    /// How all of it sounds as one word, and how that is written.
    whole: (Sound, u64),
}

/// What stands for a sound.
pub(super) type Sound = u64;

impl Spoken {
    /// A name, if it has a word of at least two letters. Words that tell nothing of a name count where it has no others.
    #[must_use]
    pub fn of(text: &str, words: &mut Words) -> Option<Self> {
        let text = plain(text);
        let tokens: Vec<_> = text.split(' ').filter(|token| token.len() >= 2).collect();
        let telling: Vec<_> = tokens.iter().copied().filter(|token| !name_forms::is_silent(token)).collect();
        let mut told = if telling.is_empty() { tokens } else { telling };
        told.truncate(MOST_WORDS);
        if told.is_empty() {
            return None;
        }
        let whole = text.replace(' ', "");
        let words: Box<[_]> = told.iter().map(|token| words.word(token)).collect();
        Some(Self {
            sounds: words.iter().map(|word| hash(word.sound())).collect(),
            joined: told.windows(2).map(|pair| hash(&*sound(&pair.concat()))).collect(),
            whole: (hash(&*sound(&whole)), hash(&*whole)),
            words,
        })
    }

    /// Its words.
    #[must_use]
    pub fn words(&self) -> &[Arc<Word>] {
        &self.words
    }

    /// How its words sound, each by itself.
    pub(super) fn parted(&self) -> &[Sound] {
        &self.sounds
    }

    /// How several of its words sound as one.
    pub(super) fn as_one(&self) -> impl Iterator<Item = Sound> {
        self.joined.iter().copied().chain([self.whole.0])
    }

    fn told(&self) -> usize {
        self.words.iter().filter(|word| !word.is_short()).count()
    }
}

/// How a word that somebody looks for agrees with one of a name.
pub(super) fn agreement(sought: &Word, known: &Word) -> Option<(Tenths, MatchLikeness)> {
    if sought.is_short() || known.is_short() {
        return (sought.plain() == known.plain()).then_some((SHORT, MatchLikeness::Same));
    }
    let Some(spelling) = sought.spelling(known) else {
        return sought.begins(known).then_some((BEGINS, MatchLikeness::Perhaps));
    };
    let likeness = match spelling {
        Spelling::Same => MatchLikeness::Same,
        Spelling::OtherForm | Spelling::Alike => MatchLikeness::Close,
        Spelling::Nearly => MatchLikeness::Perhaps,
    };
    let share = sought.commonness().max(known.commonness());
    Some((weights::word(share, spelling).max(LEAST), likeness))
}

/// How a name that somebody looks for agrees with one that a person was called. `leniently`, a word that is another in both
/// is no hindrance: something else says that they are one.
pub(super) fn seek(sought: &Spoken, known: &Spoken, leniently: bool) -> Option<(Tenths, MatchLikeness)> {
    let by_words = by_words(sought, known, leniently);
    let as_one = as_one(sought, known);
    // The heavier; of equals, the liker.
    by_words.into_iter().chain(as_one).max_by_key(|(weight, likeness)| (*weight, std::cmp::Reverse(*likeness)))
}

/// The same name, however it is parted into words.
fn as_one(sought: &Spoken, known: &Spoken) -> Option<(Tenths, MatchLikeness)> {
    if sought.whole.0 != known.whole.0 || sought.words.iter().all(|word| word.is_short()) {
        return None;
    }
    let likeness = if sought.whole.1 == known.whole.1 { MatchLikeness::Same } else { MatchLikeness::Close };
    let words = if sought.words.len() >= known.words.len() { &sought.words } else { &known.words };
    let weight = words.iter().map(|word| weights::word(word.commonness(), Spelling::OtherForm).max(LEAST)).sum();
    Some((most(weight, words.len()), likeness))
}

fn most(weight: Tenths, words: usize) -> Tenths {
    weight.min(if words == 1 { weights::MOST_OF_A_WORD } else { weights::MOST_OF_A_NAME })
}

fn by_words(sought: &Spoken, known: &Spoken, leniently: bool) -> Option<(Tenths, MatchLikeness)> {
    let (mut ours, mut theirs) = ([false; MOST_WORDS], [false; MOST_WORDS]);
    let (mut weight, mut paired, mut likeness) = (0, 0, MatchLikeness::Same);
    // Before a word is taken for the beginning of another that it is a part of.
    let mut join = |joined: &[Sound], sounds: &[Sound], of: &mut [bool], in_one: &mut [bool]| {
        for (place, joined) in joined.iter().enumerate() {
            let parted = !of[place] && !of[place + 1];
            let same = sounds.iter().enumerate().find(|(at, sound)| !in_one[*at] && *sound == joined);
            if let (true, Some((at, _))) = (parted, same) {
                (of[place], of[place + 1], in_one[at]) = (true, true, true);
                weight += weights::word(name_forms::RARE, Spelling::OtherForm);
                paired += 1;
                likeness = likeness.max(MatchLikeness::Close);
            }
        }
    };
    join(&known.joined, &sought.sounds, &mut theirs, &mut ours);
    join(&sought.joined, &known.sounds, &mut ours, &mut theirs);
    let mut pairs = Vec::new();
    for (place, word) in sought.words.iter().enumerate() {
        for (other_place, other) in known.words.iter().enumerate() {
            pairs.extend(agreement(word, other).map(|(weight, likeness)| (weight, place, other_place, likeness)));
        }
    }
    pairs.sort_unstable_by_key(|(weight, place, other, _)| (std::cmp::Reverse(*weight), *place, *other));
    for (each, place, other, like) in pairs {
        if !ours[place] && !theirs[other] {
            (ours[place], theirs[other]) = (true, true);
            weight += each;
            paired += usize::from(!sought.words[place].is_short());
            likeness = likeness.max(like);
        }
    }
    if weight == 0 {
        return None;
    }
    let left =
        |words: &[Arc<Word>], used: &[bool]| words.iter().zip(used).any(|(word, used)| !used && !word.is_short());
    let (left_of_ours, left_of_theirs) = (left(&sought.words, &ours), left(&known.words, &theirs));
    weight = most(weight, paired.max(1));
    if left_of_ours {
        likeness = MatchLikeness::Perhaps;
    }
    if left_of_ours && left_of_theirs {
        if paired <= 1 && !leniently {
            return None;
        }
        let full = sought.told() > 1 && known.told() > 1;
        weight += if full { weights::OTHER_FULL_NAME } else { weights::OTHER_NAME };
    }
    (weight >= LEAST).then_some((weight, likeness))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sought(looked_for: &str, called: &str) -> Option<(Tenths, MatchLikeness)> {
        let words = &mut Words::default();
        let (one, other) = (Spoken::of(looked_for, words).unwrap(), Spoken::of(called, words).unwrap());
        seek(&one, &other, false)
    }

    fn likeness(looked_for: &str, called: &str) -> Option<MatchLikeness> {
        sought(looked_for, called).map(|(_, likeness)| likeness)
    }

    #[test]
    fn a_name_is_the_same_in_any_order_case_and_script_and_without_its_accents() {
        for (looked_for, called) in [
            ("marek", "Marek"),
            ("Popescu, Ion", "Ion Popescu"),
            ("lukasz wojcik", "Łukasz Wójcik"),
            ("Stefan Dimitrov", "Стефан Димитров"),
            ("Istvan Kovacs", "Kovács István"),
            ("Joao Conceicao", "João Conceição"),
            ("Stefanita Ionescu", "Ștefăniță Ionescu"),
            ("Kowalski", "Marek Kowalski"),
            ("Marek", "Marek Kowalski"),
            ("Li Ming", "李明"),
            ("Li", "Li Ming"),
            ("onbekend", "Onbekend"),
        ] {
            assert_eq!(likeness(looked_for, called), Some(MatchLikeness::Same), "{looked_for} for {called}");
        }
    }

    #[test]
    fn other_forms_spellings_and_typing_errors_are_close() {
        for (looked_for, called) in [
            ("Mark", "Marek"),
            ("Ioan Popesku", "Ion Popescu"),
            ("Popesku Ioan", "Popescu, Ion"),
            ("Georgi Ivanov", "Георги Иванов"),
            ("Giorgos Papadopoulos", "Γιώργος Παπαδόπουλος"),
            ("Yuliia Shevchenko", "Юлія Шевченко"),
            ("Krzysiek", "Krzysztof Zieliński"),
            ("Jeanpierre Martin", "Jean-Pierre Martin"),
            ("Jean Pierre", "Jeanpierre Martin"),
            ("Vanderberg", "van der Berg"),
            ("al Hassan", "Alhassan"),
            ("Kowlaski", "Marek Kowalski"),
            ("Pepe", "José García"),
        ] {
            let found = likeness(looked_for, called);
            assert!(matches!(found, Some(MatchLikeness::Same | MatchLikeness::Close)), "{looked_for} for {called}");
        }
    }

    #[test]
    fn half_a_word_is_enough_and_says_no_more_than_perhaps() {
        assert_eq!(likeness("Kow", "Marek Kowalski"), Some(MatchLikeness::Perhaps));
        assert_eq!(likeness("Mar", "Maria"), Some(MatchLikeness::Perhaps));
        assert_eq!(likeness("Ion Popescu", "Ion"), Some(MatchLikeness::Perhaps));
    }

    #[test]
    fn another_name_is_no_answer() {
        for (looked_for, called) in [
            ("Marek", "Zbigniew"),
            ("Ion Popescu", "Ion Ionescu"),
            ("Maria Popescu", "Elena Popescu"),
            ("Ko", "Kowalski"),
            ("de la Cruz", "Maria de la Rosa"),
        ] {
            assert_eq!(likeness(looked_for, called), None, "{looked_for} for {called}");
        }
        let words = &mut Words::default();
        let family = [Spoken::of("Maria Popescu", words).unwrap(), Spoken::of("Elena Popescu", words).unwrap()];
        assert!(seek(&family[0], &family[1], true).is_some(), "unless something else speaks for it");
    }

    #[test]
    fn the_better_a_name_agrees_the_more_it_weighs() {
        let weight = |called| sought("Marek Kowalski", called).map_or(0, |(weight, _)| weight);
        let calls = ["Marek Kowalski", "Mark Kowalski", "Marek"];
        assert!(calls.windows(2).all(|pair| weight(pair[0]) > weight(pair[1])), "{:?}", calls.map(weight));
    }

    #[test]
    fn a_word_that_nothing_holds_is_forgotten() {
        let mut words = Words::default();
        let kept = Spoken::of("Marek", &mut words).unwrap();
        let gone = Spoken::of("Marek Kowalski", &mut words).unwrap();
        let of_gone = gone.words().to_vec();
        drop(gone);
        words.forget(of_gone);
        assert_eq!((words.len(), kept.words().len()), (1, 1));
    }

    #[test]
    fn what_has_no_word_names_nobody() {
        for nothing in ["?", "X", "M.", "- -"] {
            assert!(Spoken::of(nothing, &mut Words::default()).is_none(), "{nothing}");
        }
    }
}
