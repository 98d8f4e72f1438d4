//! How the characters of a file are written, and whether they can be what the mapping says. Text of one code page reads as
//! text of another without an error: Łukasz becomes £ukasz, and nobody by that name is ever found again.

use std::collections::BTreeMap;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, ISO_8859_2, UTF_8, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252};
use unicode_normalization::UnicodeNormalization as _;

/// What a file may be written in instead, the likeliest first.
const CANDIDATES: [&Encoding; 5] = [UTF_8, WINDOWS_1252, WINDOWS_1250, ISO_8859_2, WINDOWS_1251];
/// Of so many words that two encodings read differently, one that makes no sense speaks for all.
const SPEAKS_FOR: usize = 10;

/// How the cells of a file are to be read.
pub struct Decoding {
    encoding: &'static Encoding,
    is_checked: bool,
    /// What the whole file seems to be written in instead.
    whole: Option<&'static Encoding>,
    /// What a column seems to be written in instead.
    columns: BTreeMap<usize, &'static Encoding>,
    /// The columns of names.
    names: Vec<usize>,
}

impl Decoding {
    /// Judges the cells of a file, each with the number of its column. In columns of names a guess is enough; in others it is
    /// not, for a text may have a word of any language.
    pub fn of<'a>(
        encoding: &'static Encoding,
        is_checked: bool,
        names: &[usize],
        cells: impl Iterator<Item = (usize, &'a [u8])>,
    ) -> Self {
        let mut columns: BTreeMap<usize, Vec<&[u8]>> = BTreeMap::new();
        for (column, cell) in cells.filter(|(_, cell)| !cell.is_ascii()) {
            columns.entry(column).or_default().extend(words(cell));
        }
        let mut reading = Self { encoding, is_checked, whole: None, columns: BTreeMap::new(), names: names.to_vec() };
        let all: Vec<_> = columns.values().flatten().copied().collect();
        if encoding == UTF_8 {
            let not_utf_8: Vec<_> = all.into_iter().filter(|word| std::str::from_utf8(word).is_err()).collect();
            reading.whole = best_fit(&not_utf_8, UTF_8);
        } else if !is_checked {
            reading.whole = best_fit(&all, encoding);
            if reading.whole.is_none() {
                let guessed = |(column, words): (_, Vec<_>)| Some((column, guess(&words, encoding)?));
                columns.retain(|column, _| names.contains(column));
                reading.columns = columns.into_iter().filter_map(guessed).collect();
            }
        }
        reading
    }

    /// The text of a cell, composed as Unicode's form C says.
    ///
    /// # Errors
    /// Where it cannot be what the mapping says; with what it may be.
    pub fn text(&self, column: usize, cell: &[u8]) -> Result<String, String> {
        let instead = self.whole.or_else(|| self.columns.get(&column).copied());
        let Some(text) = decode(self.encoding, cell) else {
            let fits = instead.map(|other| format!("; {} fits better", name(other))).unwrap_or_default();
            return Err(format!("is not written in {}{fits}: see the mapping's `encoding`", name(self.encoding)));
        };
        if !self.is_checked {
            if !cell.is_ascii() {
                self.judge(cell, &text, instead)?;
            }
            if self.names.contains(&column) && has_lost_a_letter(&text) {
                return Err(
                    "has a question mark in place of a letter: it was lost before it came into this file".to_owned()
                );
            }
        }
        Ok(text.nfc().collect())
    }

    fn judge(&self, cell: &[u8], text: &str, instead: Option<&'static Encoding>) -> Result<(), String> {
        if self.encoding == UTF_8 {
            return match text_words(text).find_map(read_wrongly) {
                Some(other) => Err(format!(
                    "makes no sense: it was written in {} and read as windows-1252 before it came into this file",
                    name(other)
                )),
                None if text.contains(char::REPLACEMENT_CHARACTER) => {
                    Err("has lost a character before it came into this file".to_owned())
                }
                None => Ok(()),
            };
        }
        if let Some(other) = instead.filter(|other| decode(other, cell).as_deref() != Some(text)) {
            let (said, other) = (name(self.encoding), name(other));
            return Err(format!(
                "makes no sense in {said}, and does in {other}: see the mapping's `encoding`, and `encoding_is_checked`"
            ));
        }
        if text_words(text).any(is_odd) {
            return Err(format!("makes no sense in {}: see the mapping's `encoding_is_checked`", name(self.encoding)));
        }
        Ok(())
    }
}

/// Whether a name has a question mark where a letter was that could not be written.
fn has_lost_a_letter(name: &str) -> bool {
    name.split('?').skip(1).any(|rest| rest.starts_with(char::is_alphabetic))
}

fn name(encoding: &'static Encoding) -> String {
    encoding.name().to_lowercase()
}

fn decode(encoding: &'static Encoding, bytes: &[u8]) -> Option<String> {
    encoding.decode_without_bom_handling_and_without_replacement(bytes).map(std::borrow::Cow::into_owned)
}

/// The words that have other letters than those of ASCII.
fn words(cell: &[u8]) -> impl Iterator<Item = &[u8]> {
    let between = |byte: &u8| byte.is_ascii() && !byte.is_ascii_alphanumeric();
    cell.split(between).filter(|word| !word.is_ascii())
}

fn text_words(text: &str) -> impl Iterator<Item = &str> {
    let between = |letter: char| letter.is_whitespace() || (letter.is_ascii() && !letter.is_ascii_alphanumeric());
    text.split(between).filter(|word| !word.is_ascii())
}

/// Whether a word cannot be one that was written in an encoding.
fn is_odd_in(encoding: &'static Encoding, word: &[u8]) -> bool {
    let by_chance = encoding != UTF_8 && std::str::from_utf8(word).is_ok();
    by_chance || decode(encoding, word).is_none_or(|text| is_odd(&text))
}

/// What words are better read in than in the encoding that was said; `None` where few or none of them are odd.
fn best_fit(words: &[&[u8]], said: &'static Encoding) -> Option<&'static Encoding> {
    let odd = |encoding| words.iter().filter(|word| is_odd_in(encoding, word)).count();
    let oddities = odd(said);
    let guessed = detected(words);
    let others = CANDIDATES.into_iter().filter(|other| *other != said);
    let best = others.min_by_key(|other| (odd(other), *other != guessed))?;
    let differing = words.iter().filter(|word| decode(said, word) != decode(best, word)).count();
    (odd(best) < oddities && oddities * SPEAKS_FOR >= differing).then_some(best)
}

/// What the letters of a column are likelier to be than what was said. It is a guess, from how often letters stand beside each
/// other in the languages of an encoding; of those that are not far apart for this, none is made.
fn guess(words: &[&[u8]], said: &'static Encoding) -> Option<&'static Encoding> {
    let words: Vec<_> = words.iter().copied().filter(|word| !is_french(word)).collect();
    let guessed = detected(&words);
    let is_eastern = |encoding| [WINDOWS_1250, ISO_8859_2, WINDOWS_1251].contains(&encoding);
    let other = is_eastern(guessed) != is_eastern(said) && CANDIDATES.contains(&guessed) && guessed != UTF_8;
    (other && !words.is_empty() && !words.iter().any(|word| is_odd_in(guessed, word))).then_some(guessed)
}

/// Whether a word is one like Hélène. The detector knows no names, and takes it for Windows-1250.
fn is_french(word: &[u8]) -> bool {
    let Some(text) = decode(WINDOWS_1252, word).filter(|text| text.contains('è')) else { return false };
    let rest = text.split('è').skip(1);
    let is_before_consonant = |rest: &str| rest.starts_with(|next: char| "bcdfglmnpqrstv".contains(next));
    rest.into_iter().all(is_before_consonant) && decode(WINDOWS_1250, word) == Some(text.replace('è', "č"))
}

fn detected(words: &[&[u8]]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    for word in words {
        detector.feed(word, false);
        detector.feed(b" ", false);
    }
    detector.feed(b"", true);
    detector.guess(None, Utf8Detection::Deny)
}

/// What a word of Unicode was written in before it was read as Windows-1252.
fn read_wrongly(word: &str) -> Option<&'static Encoding> {
    let (bytes, _, is_lost) = WINDOWS_1252.encode(word);
    if is_lost {
        return None;
    }
    if std::str::from_utf8(&bytes).is_ok() {
        return Some(UTF_8);
    }
    let reads = |other: &&'static Encoding| *other != UTF_8 && !is_odd_in(other, &bytes);
    is_odd(word).then(|| CANDIDATES.into_iter().filter(|other| *other != WINDOWS_1252).find(reads)).flatten()
}

/// Whether a word has characters where no language has them.
fn is_odd(word: &str) -> bool {
    let letters: Vec<char> = word.chars().collect();
    (0..letters.len()).any(|at| {
        let (before, after) = letters.split_at(at);
        let run = before.iter().rev().take_while(|letter| letter.is_alphabetic()).count();
        let before_it = before.split_at(before.len() - run).1;
        after.split_first().is_some_and(|(letter, after)| is_odd_between(before_it, *letter, after, run == at))
    })
}

/// Units that are squared and cubed.
const UNITS: [&str; 5] = ["m", "mm", "cm", "dm", "km"];

/// Whether a character is odd between the letters before it and what comes behind.
fn is_odd_between(before: &[char], letter: char, after: &[char], is_first: bool) -> bool {
    let next = after.first().copied().filter(|next| next.is_alphabetic());
    let within = !before.is_empty() && next.is_some();
    let begins = is_first && before.is_empty() && next.is_some();
    let ends = !before.is_empty() && next.is_none();
    match letter {
        '\u{80}'..='\u{9F}' | char::REPLACEMENT_CHARACTER | 'þ' | 'Þ' => true,
        '¡' | '¢' | '½' | '×' | '÷' | '„' | '‚' | 'ƒ' | '†' | '‡' | '‰' | 'ˆ' | '˜' | '‹' | '›' | '¿' | '•' => {
            within
        }
        '£' | '¥' | '¤' | '¦' | '¨' | '¬' | '¯' | '±' | '¶' | '¸' | '¼' | '¾' => within || begins || ends,
        '²' | '³' | '¹' => {
            let is_unit = || UNITS.contains(&before.iter().collect::<String>().as_str());
            within || begins || (ends && !is_unit())
        }
        // Abbreviations such as nº and Mª.
        'ª' | 'º' => within || begins || (ends && before.len() > 2),
        // Spanish has it before vowels alone, and French its ligature before few consonants.
        'ñ' | 'Ñ' => next.is_none_or(|next| !is_vowel(next)) && !before.is_empty(),
        'œ' | 'Œ' => next.is_none_or(|next| "lmnwpkrzbgjhvæ".contains(next.to_ascii_lowercase())),
        'è' | 'È' => begins,
        'ì' | 'Ì' | 'ù' | 'Ù' => next.is_some(),
        'Ÿ' if next.is_some_and(char::is_lowercase) => true,
        other => {
            let is_raised = || before.last().copied().is_some_and(char::is_lowercase);
            !other.is_ascii() && other.is_uppercase() && is_raised()
        }
    }
}

fn is_vowel(letter: char) -> bool {
    matches!(
        letter.to_lowercase().next(),
        Some('a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'á' | 'é' | 'í' | 'ó' | 'ú' | 'à' | 'è' | 'ò' | 'ü')
    )
}
