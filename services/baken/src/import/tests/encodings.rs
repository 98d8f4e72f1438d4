//! What is written in which encoding, and what it is taken for.

use encoding_rs::{Encoding, ISO_8859_2, UTF_8, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252};

use super::super::encoding::Decoding;

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
    let reading = Decoding::of(encoding, false, &[0], cells.iter().map(|cell| (0, *cell)));
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
    let text = |encoding, cell: &[u8]| Decoding::of(encoding, false, &[], [(0, cell)].into_iter()).text(0, cell);
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
        let told =
            format!("makes no sense: it was written in {was} and read as windows-1252 before it came into this file");
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
    let reading = Decoding::of(WINDOWS_1252, true, &[0], [(0, &cell[..])].into_iter());
    assert_eq!(reading.text(0, &cell), Ok("Þór".to_owned()));
    assert_eq!(read(UTF_8, &["Zoe\u{308}".as_bytes()]), [Ok("Zoë".to_owned())]);
}

#[test]
fn a_name_that_lost_a_letter_is_refused_and_a_question_is_not() {
    for lost in ["Micha?owski", "?ukasz", "Jan ?ak"] {
        assert!(read(UTF_8, &[lost.as_bytes()])[0].as_ref().is_err_and(|why| why.contains("lost")), "{lost}");
    }
    assert_eq!(read(UTF_8, &[b"Jan?", b"?"]), [Ok("Jan?".to_owned()), Ok("?".to_owned())]);
    let text = Decoding::of(UTF_8, false, &[], [(0, &b"huis?nee"[..])].into_iter()).text(0, b"huis?nee");
    assert_eq!(text, Ok("huis?nee".to_owned()));
}
