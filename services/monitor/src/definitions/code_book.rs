//! The code book: all definitions on paper.

use std::fmt::Write as _;

use super::{Definition, INDICATORS, Language, Text};
use crate::disclosure::Rule;

const TITLE: Text = Text { nl: "Codeboek van de monitor", en: "Code book of the monitor" };
const VERSION: Text = Text { nl: "versie", en: "version" };
const UNIT: Text = Text { nl: "Eenheid", en: "Unit" };
const DATE: Text = Text { nl: "Datum", en: "Date" };
const COUNTS: Text = Text { nl: "Telt mee", en: "Counts" };
const CUTS: Text = Text { nl: "Uitgesplitst naar", en: "Cut by" };
const GAPS: Text = Text { nl: "Bekende gaten", en: "Known gaps" };

/// All definitions, in Markdown.
#[must_use]
pub fn code_book(language: Language) -> String {
    let say = |text: &Text| text.in_language(language);
    let mut book = format!("# {}\n\n{}\n", say(&TITLE), rules(language));
    for definition in INDICATORS {
        book.push_str(&chapter(definition, language));
    }
    book
}

/// What holds for all figures.
fn rules(language: Language) -> String {
    let Rule { threshold, base } = Rule::OUTSIDE;
    match language {
        Language::Dutch => format!(
            "Gebeuren beslist: iets telt in de periode waarin het gebeurde, ook als het later is vastgelegd. Wat is vastgelegd \
             nadat een vrijgave is vastgezet staat er niet in. Teruggenomen feiten tellen niet. Aantallen van 1 tot en met \
             {threshold} worden niet getoond, en andere waar nodig ook niet; wat wordt getoond is afgerond op {base}. Kwartalen zeggen hoeveel, jaren ook van wie: de \
             uitsplitsingen staan bij het jaar. De leeftijd is die welke in het kalenderjaar wordt bereikt. Wat geen gemeente \
             heeft telt als elders."
        ),
        Language::English => format!(
            "Happening decides: a fact counts in the period in which it occurred, also if it was recorded later. What was \
             recorded after a release was frozen is not in it. Retracted facts do not count. Counts from 1 to {threshold} are \
             not shown, nor others where they would give one away; what is shown is rounded to {base}. Quarters tell how many, years \
             also of whom: cuts are given with the year. An age is that which is reached in the calendar year. What has no \
             municipality counts as elsewhere."
        ),
    }
}

fn chapter(definition: &Definition, language: Language) -> String {
    let say = |text: &Text| text.in_language(language);
    let Definition { id, version, name, unit, reference, counts, cuts, gaps } = definition;
    let mut text = format!("\n## {}\n\n`{id}`, {} {version}\n\n", say(name), say(&VERSION));
    let cuts: Vec<_> = cuts.iter().map(|cut| say(&cut.label())).collect();
    let gaps: Vec<_> = gaps.iter().map(say).collect();
    let lines = [
        (UNIT, say(&unit.label()).to_owned()),
        (DATE, say(&reference.label()).to_owned()),
        (COUNTS, say(counts).to_owned()),
        (CUTS, cuts.join("; ")),
        (GAPS, gaps.join(" ")),
    ];
    for (label, line) in lines {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "- **{}**: {line}", say(&label));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::definitions::definition;

    #[test]
    fn the_code_book_is_as_reviewed_in_both_languages() {
        insta::assert_snapshot!("code_book_en", code_book(Language::English));
        insta::assert_snapshot!("code_book_nl", code_book(Language::Dutch));
    }

    #[test]
    fn each_version_of_a_definition_is_there_once_and_none_is_left_out() {
        let mut versions = BTreeSet::new();
        for Definition { id, version, .. } in INDICATORS {
            assert!(versions.insert((id, version)), "{id} {version} is there twice");
            assert!(*version == 1 || versions.contains(&(id, &(version - 1))), "{id} {version} follows no version");
            assert_eq!(definition(id).map(|newest| newest.id), Some(*id));
        }
        assert_eq!(definition("turnaways"), None);
    }

    #[test]
    fn every_indicator_is_known_to_tell_not_everything() {
        for Definition { id, gaps, cuts, .. } in INDICATORS {
            assert!(!gaps.is_empty() && !cuts.is_empty(), "{id}");
            assert!(gaps.iter().all(|gap| gap.nl != gap.en), "{id}");
        }
    }
}
