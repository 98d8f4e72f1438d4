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
pub struct Reading {
    encoding: &'static Encoding,
    is_checked: bool,
    /// What the whole file seems to be written in instead.
    whole: Option<&'static Encoding>,
    /// What a column seems to be written in instead.
    columns: BTreeMap<usize, &'static Encoding>,
}

impl Reading {
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
        let mut reading = Self { encoding, is_checked, whole: None, columns: BTreeMap::new() };
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
        if !self.is_checked && !cell.is_ascii() {
            self.judge(cell, &text, instead)?;
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

/// Whether a word in Windows-1252 is one like Hélène, which is as likely in Windows-1250 to whom does not know the name.
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

#[cfg(test)]
mod tests {
    use super::*;

    const WEST: [&str; 31] = [
        "Zoë",
        "François",
        "Peña",
        "João",
        "Müller",
        "André",
        "Chloë",
        "Renée",
        "Nuñez",
        "Simões",
        "Gonçalves",
        "Søren",
        "Conceição",
        "Nicolò",
        "Beyoncé",
        "Cañete",
        "René",
        "Käthe",
        "Jürgen Groß",
        "Mª Carmen",
        "Núñez Muñoz",
        "Guðrún",
        "Ibáñez",
        "Hélène",
        "Thérèse",
        "Irène",
        "Geneviève",
        "Benoît",
        "Anaïs",
        "Gisèle",
        "D’Agostò",
    ];
    /// What stands in texts, and not in names.
    const WORDS: [&str; 25] = [
        "ideeën",
        "geïnteresseerd",
        "één",
        "coördinator",
        "reünie",
        "café",
        "‘s nachts",
        "maîtresse",
        "Curaçao",
        "cœur",
        "Œuvre",
        "scène",
        "enquête",
        "crème",
        "€ 20",
        "15 m²",
        "nº 5",
        "20°C",
        "«oui»",
        "¿Qué?",
        "½ jaar",
        "woord…woord",
        "IJsselmeer – ’t Zand",
        "£ 20",
        "§ 3",
    ];
    const EAST: [&str; 24] = [
        "Łukasz Żółć-Śliwiński",
        "Ţepeş",
        "Wiśniewska",
        "Więcek",
        "Zięba",
        "Kamińska",
        "Gołębiewski",
        "Żak",
        "Kuźma",
        "Śliwa",
        "Bălan",
        "Ionuţ",
        "Ştefan",
        "Păun",
        "Gergő",
        "Kovačić",
        "Čapek",
        "Jiří Němec",
        "Dvořák",
        "Ľubomír",
        "Zając",
        "Różycki",
        "Erdős",
        "ąęśćńźż",
    ];

    /// Reads cells of a column of names.
    fn read(encoding: &'static Encoding, cells: &[&[u8]]) -> Vec<Result<String, String>> {
        let reading = Reading::of(encoding, false, &[0], cells.iter().map(|cell| (0, *cell)));
        cells.iter().map(|cell| reading.text(0, cell)).collect()
    }

    fn written(encoding: &'static Encoding, text: &str) -> Vec<u8> {
        let (bytes, _, is_lost) = encoding.encode(text);
        assert!(!is_lost, "{text}");
        bytes.into_owned()
    }

    #[test]
    fn what_is_written_as_the_mapping_says_is_read() {
        for (encoding, names) in [(WINDOWS_1252, &WEST[..]), (WINDOWS_1250, &EAST), (UTF_8, &WEST), (UTF_8, &EAST)] {
            let bytes: Vec<_> = names.iter().map(|name| written(encoding, name)).collect();
            let cells: Vec<_> = bytes.iter().map(Vec::as_slice).collect();
            let expected: Vec<_> = names.iter().map(|name| Ok((*name).to_owned())).collect();
            assert_eq!(read(encoding, &cells), expected);
            for (cell, expected) in cells.iter().zip(expected) {
                assert_eq!(read(encoding, &[cell]), [expected], "alone, in {}", encoding.name());
            }
        }
    }

    #[test]
    fn of_texts_nothing_is_guessed_but_what_makes_no_sense_is_seen_there_too() {
        let text = |encoding, cell: &[u8]| Reading::of(encoding, false, &[], [(0, cell)].into_iter()).text(0, cell);
        for word in WORDS {
            for encoding in [WINDOWS_1252, UTF_8] {
                assert_eq!(text(encoding, &written(encoding, word)), Ok(word.to_owned()));
            }
        }
        for word in ["łóżko", "gdańsk", "przyjął", "że był", "źle"] {
            assert!(text(WINDOWS_1252, &written(WINDOWS_1250, word)).is_err(), "{word}");
        }
    }

    #[test]
    fn what_is_written_in_another_code_page_is_refused_with_the_name_of_that_one() {
        let refused = |other: &str| {
            format!(
                "makes no sense in windows-1252, and does in {other}: see the mapping's `encoding`, and `encoding_is_checked`"
            )
        };
        for name in EAST {
            let cell = written(WINDOWS_1250, name);
            assert_eq!(read(WINDOWS_1252, &[&cell]), [Err(refused("windows-1250"))], "{name}");
        }
        for (encoding, name, told) in [
            (ISO_8859_2, "Wiśniewska", "iso-8859-2"),
            (ISO_8859_2, "Zając", "iso-8859-2"),
            (WINDOWS_1251, "Георги", "windows-1251"),
            (UTF_8, "Łukasz", "utf-8"),
            (UTF_8, "Zoë", "utf-8"),
        ] {
            let cell = written(encoding, name);
            assert_eq!(read(WINDOWS_1252, &[&cell]), [Err(refused(told))], "{name}");
        }
        let west = written(WINDOWS_1252, "João Conceição");
        let told = read(WINDOWS_1250, &[&west]).remove(0).unwrap_err();
        assert!(told.starts_with("makes no sense in windows-1250, and does in windows-1252"), "{told}");
    }

    #[test]
    fn what_reads_the_same_in_both_is_taken_and_what_gives_the_file_away_speaks_for_all_else() {
        let names = ["Łukasz", "Müller", "Adam", "Dębski"].map(|name| written(WINDOWS_1250, name));
        let cells: Vec<_> = names.iter().map(Vec::as_slice).collect();
        let read: Vec<_> = read(WINDOWS_1252, &cells).into_iter().map(Result::ok).collect();
        assert_eq!(read, [None, Some("Müller".to_owned()), Some("Adam".to_owned()), None]);
    }

    #[test]
    fn a_single_cell_that_came_from_elsewhere_is_refused_alone() {
        let mut names: Vec<_> = (0..30).map(|_| written(WINDOWS_1252, "João")).collect();
        names.push(written(WINDOWS_1250, "Łukasz"));
        let cells: Vec<_> = names.iter().map(Vec::as_slice).collect();
        let refused: Vec<_> = read(WINDOWS_1252, &cells).into_iter().filter_map(Result::err).collect();
        assert_eq!(refused, ["makes no sense in windows-1252: see the mapping's `encoding_is_checked`"]);
    }

    #[test]
    fn what_is_no_utf_8_is_told_with_what_it_may_be() {
        for (encoding, name) in [(WINDOWS_1252, "Zoë"), (WINDOWS_1250, "Żółć"), (WINDOWS_1250, "Łukasz")] {
            let cell = written(encoding, name);
            let fits = encoding.name();
            let told = format!("is not written in utf-8; {fits} fits better: see the mapping's `encoding`");
            assert_eq!(read(UTF_8, &[&cell]), [Err(told)], "{name}");
        }
    }

    #[test]
    fn what_was_read_wrongly_before_is_refused_in_utf_8_too() {
        for (text, was) in
            [("£ukasz ¯ó³æ", "windows-1250"), ("Zaj¹c", "windows-1250"), ("Å\u{81}ukasz", "utf-8"), ("ZoÃ«", "utf-8")]
        {
            let told = format!(
                "makes no sense: it was written in {was} and read as windows-1252 before it came into this file"
            );
            assert_eq!(read(UTF_8, &[text.as_bytes()]), [Err(told)], "{text}");
        }
        assert_eq!(
            read(UTF_8, &["Micha\u{fffd}".as_bytes()]),
            [Err("has lost a character before it came into this file".to_owned())]
        );
    }

    #[test]
    fn whoever_looked_may_say_so_and_letters_are_composed() {
        let cell = written(WINDOWS_1252, "Þór");
        assert!(read(WINDOWS_1252, &[&cell])[0].is_err());
        let reading = Reading::of(WINDOWS_1252, true, &[0], [(0, &cell[..])].into_iter());
        assert_eq!(reading.text(0, &cell), Ok("Þór".to_owned()));
        assert_eq!(read(UTF_8, &["Zoe\u{308}".as_bytes()]), [Ok("Zoë".to_owned())]);
    }
}
