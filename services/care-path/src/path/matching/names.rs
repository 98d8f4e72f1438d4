//! Names: plain letters, and how alike two names are. Word order counts for nothing. A word agrees as it is written, in
//! another form or spelling, or nearly; and the rarer a word is, the more its agreement tells.

use super::name_forms::{self, KnownWord};
use super::traits::Key;
use super::weights::{self, Tenths};
use super::{Population, weights::Spelling};

/// As many words of a name are compared.
const MOST_WORDS: usize = 6;

/// What somebody is called, in plain letters: in whatever script and case it was written.
#[derive(Clone, PartialEq, Eq)]
pub struct Name {
    words: Vec<Word>,
}

/// A word of a name.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Word {
    plain: Box<str>,
    /// The same for all spellings of a sound.
    sound: Box<str>,
    known: KnownWord,
}

impl Name {
    /// A name, if it has a word of at least three letters that tells something: shorter ones are alike by chance.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let whole = plain(text);
        let told = whole.split(' ').filter(|word| word.len() >= 3 && !name_forms::is_silent(word));
        let words: Vec<_> = told.take(MOST_WORDS).map(Word::of).collect();
        (!words.is_empty()).then_some(Self { words })
    }

    pub(super) fn words(&self) -> &[Word] {
        &self.words
    }

    /// Whether it may be both a given and a family name.
    fn is_full(&self) -> bool {
        self.words.len() > 1
    }
}

impl Word {
    pub(super) fn of(plain: &str) -> Self {
        Self { plain: plain.into(), sound: sound(plain).into(), known: name_forms::known(plain) }
    }

    /// The key that all cases share that are called so.
    pub(super) fn key(&self) -> Key {
        Key::Word(super::traits::hash(&*self.plain))
    }

    /// The sounds under which it is found: its own, and those of the names that it is a form of.
    pub(super) fn sounds(&self) -> impl Iterator<Item = String> {
        std::iter::once(self.sound.to_string()).chain(self.known.names().map(sound))
    }

    /// How many of all have it, by what is known of names and by who is here.
    fn share(&self, among: &Population<'_>) -> f64 {
        self.known.share().max(among.share(self.key()))
    }

    /// In plain letters.
    pub(super) fn plain(&self) -> &str {
        &self.plain
    }

    pub(super) fn sound(&self) -> &str {
        &self.sound
    }

    /// Too short to be compared but for being the same.
    pub(super) fn is_short(&self) -> bool {
        self.plain.len() < 3
    }

    /// The letter that its sound begins with.
    pub(super) fn initial(&self) -> Option<u8> {
        self.sound.as_bytes().first().copied()
    }

    /// Whether another word begins with it, as it is written or as it sounds.
    pub(super) fn begins(&self, other: &Self) -> bool {
        let written = self.initial() == other.initial() && other.plain.starts_with(&*self.plain);
        written || other.sound.starts_with(&*self.sound)
    }

    /// How many of all have it, by what is known of names.
    pub(super) fn commonness(&self) -> f64 {
        self.known.share()
    }

    pub(super) fn spelling(&self, other: &Self) -> Option<Spelling> {
        if self.plain == other.plain {
            return Some(Spelling::Same);
        }
        if self.sound == other.sound || self.known.is_form_of(other.known) {
            return Some(Spelling::OtherForm);
        }
        // Hardly ever are words alike that begin with another sound.
        if self.initial() != other.initial() {
            return None;
        }
        let written = strsim::jaro_winkler(&self.plain, &other.plain);
        match written.max(strsim::jaro_winkler(&self.sound, &other.sound)) {
            alike if alike >= weights::ALIKE => Some(Spelling::Alike),
            alike if alike >= weights::NEARLY_ALIKE => Some(Spelling::Nearly),
            _ => None,
        }
    }
}

/// Lower case, without accents, in Latin letters; what is no letter parts words, but for the apostrophes that stand for a
/// letter in a transliteration.
pub(super) fn plain(text: &str) -> String {
    let latin = deunicode::deunicode(text).to_ascii_lowercase().replace(['\'', '`', '"'], "");
    let words = latin.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// Spellings of one sound in the languages and transliterations that are at home here, the longest first.
#[rustfmt::skip]
const SPELLINGS: [(&str, &str); 24] = [
    ("shch", "s"), ("szcz", "s"), ("sch", "s"), ("sh", "s"), ("sz", "s"), ("zs", "z"), ("zh", "z"), ("rz", "z"), ("dz", "z"),
    ("cz", "c"), ("cs", "c"), ("ch", "c"), ("ck", "c"), ("ts", "c"), ("tz", "c"), ("kh", "h"), ("gh", "g"), ("ph", "f"),
    ("th", "t"), ("ou", "u"), ("ue", "u"), ("oe", "o"), ("ae", "a"), ("x", "ks"),
];

/// A word as it sounds, whatever spelling it was written in.
pub(super) fn sound(plain: &str) -> String {
    let folded = SPELLINGS.iter().fold(plain.to_owned(), |word, (from, to)| word.replace(from, to));
    let mut sound = String::with_capacity(folded.len());
    for letter in folded.chars() {
        let letter = match letter {
            'w' => 'v',
            'y' | 'j' => 'i',
            'k' | 'q' => 'c',
            other => other,
        };
        if !sound.ends_with(letter) {
            sound.push(letter);
        }
    }
    sound
}

/// What the agreement of two names weighs. Each word is paired with at most one of the other name, the weightiest pairs
/// first.
pub(super) fn weigh(one: &Name, other: &Name, among: &Population<'_>) -> Tenths {
    let mut pairs: Vec<(Tenths, usize, usize)> = Vec::new();
    for (place, word) in one.words.iter().enumerate() {
        for (other_place, other_word) in other.words.iter().enumerate() {
            if let Some(spelling) = word.spelling(other_word) {
                let share = word.share(among).max(other_word.share(among));
                pairs.push((weights::word(share, spelling), place, other_place));
            }
        }
    }
    pairs.sort_unstable_by(|(one, ..), (other, ..)| other.cmp(one));
    let (mut ours, mut theirs) = ([false; MOST_WORDS], [false; MOST_WORDS]);
    let (mut sum, mut paired) = (0, 0);
    for (weight, place, other_place) in pairs {
        if !ours[place] && !theirs[other_place] {
            (ours[place], theirs[other_place]) = (true, true);
            sum += weight;
            paired += 1;
        }
    }
    // It may be a given name, and given names are shared by many more than family names are.
    if paired == 1 {
        sum = sum.min(weights::MOST_OF_A_WORD);
    }
    let differ = one.words.len() > paired && other.words.len() > paired;
    let differs = match (differ, one.is_full() && other.is_full()) {
        (false, _) => 0,
        (true, true) => weights::OTHER_FULL_NAME,
        (true, false) => weights::OTHER_NAME,
    };
    (sum + differs).min(weights::MOST_OF_A_NAME)
}

/// Whether two texts are one in two spellings.
pub(super) fn is_alike(one: &str, other: &str) -> bool {
    one == other || strsim::jaro_winkler(one, other) >= weights::ALIKE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weight(one: &str, other: &str) -> Tenths {
        let [one, other] = [one, other].map(|text| Name::of(text).unwrap());
        let weight = weigh(&one, &other, &Population::NOBODY);
        assert_eq!(weight, weigh(&other, &one, &Population::NOBODY), "whichever is compared with whichever");
        weight
    }

    #[test]
    fn the_order_of_words_counts_for_nothing() {
        for name in ["Krystyna Wiśniewska", "Wiśniewska, Krystyna", "WISNIEWSKA Krystyna"] {
            assert_eq!(weight("Krystyna Wiśniewska", name), weight("Krystyna Wiśniewska", "Krystyna Wiśniewska"));
        }
    }

    #[test]
    fn a_rare_name_tells_more_than_a_common_one_and_a_full_one_more_than_a_first_name() {
        assert!(weight("Zdzisław", "Zdzisław") > weight("Jan", "Jan"));
        assert!(weight("Jan Wrona", "Jan Wrona") > weight("Jan Nowak", "Jan Nowak"));
        assert!(weight("Marek", "Marek Kowalski") < weight("Marek Kowalski", "Marek Kowalski"));
        assert!(weight("Marek", "Marek") > 0);
    }

    #[test]
    fn other_scripts_forms_and_spellings_are_the_same_name() {
        for (one, other) in [
            ("Георги Иванов", "Georgi Ivanov"),
            ("Юлія Шевченко", "Yuliia Shevchenko"),
            ("Наталья Петрова", "Natalia Petrova"),
            ("Γιώργος Παπαδόπουλος", "Giorgos Papadopoulos"),
            ("Łukasz Wójcik", "lukasz wojcik"),
            ("Krzysiek Zieliński", "Krzysztof Zielinski"),
            ("Pista Kovács", "István Kovacs"),
            ("Nelu Popescu", "Ion Popescu"),
            ("Paco García", "Francisco Garcia"),
            ("Vova Bondarenko", "Volodymyr Bondarenko"),
            ("Müller Hans", "Mueller Johannes"),
            ("Ivanov Ivan", "Ivanova Ivan"),
            ("Zbigniew Wrona", "Zbiginew Wrona"),
        ] {
            assert!(weight(one, other) > 50, "{one} and {other}: {}", weight(one, other));
        }
    }

    #[test]
    fn other_names_speak_against_it() {
        assert!(weight("Pawel Zielinski", "Dorin Adamczyk") < weight("Marek", "Zbigniew"));
        assert!(weight("Marek", "Zbigniew") < 0);
        assert!(weight("Krystyna Wiśniewska", "Krystyna Nowak") < weight("Krystyna Wiśniewska", "Krystyna"));
        assert!(weight("Maria Popescu", "Elena Popescu") < 40, "a family");
    }

    #[test]
    fn what_tells_nothing_of_a_name_is_none() {
        for nothing in ["Onbekend", "unknown", "N.N.", "Man", "mevr.", "X"] {
            assert!(Name::of(nothing).is_none(), "{nothing}");
        }
        let many = Population { persons: 300, having: &|_| 40 };
        let name = Name::of("Polak").unwrap();
        assert!(weigh(&name, &name, &many) < weigh(&name, &name, &Population::NOBODY) - 15, "many are called so here");
    }
}
