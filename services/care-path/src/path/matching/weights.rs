//! What agreement weighs: log2(m / u), where m is how often an attribute agrees in two records of one person, and u how
//! often in two records of different persons (Fellegi and Sunter 1969, with values weighed by how frequent they are).
//!
//! Of u, what the source counts is taken from there: 87% of the visitors of Kruispost in 2023 were men; 34% came from
//! Poland, 16% from Romania, 12% from Hungary. The other figures are estimates of ours, cautious ones, to be measured
//! once enough answers of coordinators lie in the log.

use chrono::{Datelike, NaiveDate, TimeDelta};

use super::{Closeness, Name};
use crate::codes::{Problem, Sex};
use crate::text::{Country, Language};

/// A weight in tenths of a bit: 10 means twice as likely of one person as of two.
pub type Tenths = i32;

/// An agreement with the probabilities that its weight rests on.
struct Weighed {
    tenths: Tenths,
    #[cfg_attr(not(test), expect(dead_code, reason = "a test holds the weight to them"))]
    of_one: f64,
    #[cfg_attr(not(test), expect(dead_code, reason = "a test holds the weight to them"))]
    of_two: f64,
}

const fn weighed(of_one: f64, of_two: f64, tenths: Tenths) -> Weighed {
    Weighed { tenths, of_one, of_two }
}

const MEN: Weighed = weighed(0.97, 0.87, 2);
const WOMEN: Weighed = weighed(0.97, 0.13, 29);
/// Within two years of each other, and within five: ages are estimates.
const AGE: Weighed = weighed(0.6, 0.12, 23);
const NEAR_AGE: Weighed = weighed(0.25, 0.13, 9);
const OTHER_AGE: Weighed = weighed(0.15, 0.75, -23);
const BIRTH_DATE: Weighed = weighed(0.9, 0.000_1, 131);
/// The first of January is what is written where only the year is known.
const NEW_YEARS_DAY: Weighed = weighed(0.9, 0.003, 82);
const NEAR_BIRTH_DATE: Weighed = weighed(0.05, 0.001, 56);
const POLAND: Weighed = weighed(0.9, 0.34, 14);
const ROMANIA: Weighed = weighed(0.9, 0.16, 25);
const HUNGARY: Weighed = weighed(0.9, 0.12, 29);
const OTHER_COUNTRY: Weighed = weighed(0.9, 0.05, 42);
/// English and Dutch are spoken by many beside their own.
const COMMON_LANGUAGE: Weighed = weighed(0.8, 0.6, 4);
const OTHER_LANGUAGE: Weighed = weighed(0.9, 0.08, 35);
const SAME_ORIGIN: Weighed = weighed(0.6, 0.3, 10);
const FULL_NAME: Weighed = weighed(0.5, 0.002, 80);
const ONE_NAME: Weighed = weighed(0.6, 0.02, 49);
const NEAR_NAME: Weighed = weighed(0.2, 0.025, 30);
const OTHER_NAME: Weighed = weighed(0.2, 0.96, -23);
const CONFUSED: Weighed = weighed(0.7, 0.05, 38);
const MEMORY: Weighed = weighed(0.5, 0.03, 41);
const MENTAL: Weighed = weighed(0.6, 0.14, 21);
const PHYSICAL: Weighed = weighed(0.5, 0.2, 13);
const DRUGS: Weighed = weighed(0.6, 0.2, 16);
const ALCOHOL: Weighed = weighed(0.6, 0.4, 6);
const AT_RISK: Weighed = weighed(0.5, 0.05, 33);
const SAME_LOCATION_TYPE: Weighed = weighed(0.5, 0.3, 7);
const WITHIN_TWO_DAYS: Weighed = weighed(0.5, 0.07, 28);
const WITHIN_A_WEEK: Weighed = weighed(0.75, 0.23, 17);

/// A little more than nothing: problems come together.
pub const SECOND_PROBLEM: Tenths = 10;
/// What a name can add at the most.
pub const MOST_OF_A_NAME: Tenths = FULL_NAME.tenths;
pub const ORIGIN: Tenths = SAME_ORIGIN.tenths;
pub const LOCATION_TYPE: Tenths = SAME_LOCATION_TYPE.tenths;

/// How much it takes to bother a coordinator: some nine bits are one in five hundred, about as many as come into view of
/// a large municipality in a month. Somebody who is being looked for is worth looking at more people.
pub fn at_least(sought: bool) -> Tenths {
    if sought { 65 } else { 90 }
}

pub fn sex(sex: Sex) -> Tenths {
    match sex {
        Sex::Male => MEN.tenths,
        Sex::Female | Sex::Other => WOMEN.tenths,
        Sex::Unknown => 0,
    }
}

/// By so many years apart; `None` where it cannot be one person.
pub fn age(years_apart: u32) -> Option<Tenths> {
    match years_apart {
        0..=2 => Some(AGE.tenths),
        3..=5 => Some(NEAR_AGE.tenths),
        6..=15 => Some(OTHER_AGE.tenths),
        _ => None,
    }
}

pub fn birth_date(closeness: Closeness, date: NaiveDate) -> Tenths {
    match closeness {
        Closeness::Same if date.ordinal() == 1 => NEW_YEARS_DAY.tenths,
        Closeness::Same => BIRTH_DATE.tenths,
        Closeness::Nearly => NEAR_BIRTH_DATE.tenths,
    }
}

pub fn country(country: Country) -> Tenths {
    match country.as_str() {
        "PL" => POLAND.tenths,
        "RO" => ROMANIA.tenths,
        "HU" => HUNGARY.tenths,
        _ => OTHER_COUNTRY.tenths,
    }
}

/// A language weighs as the country does where most of those who speak it come from. Undetermined is none.
pub fn language(language: &Language) -> Tenths {
    match language.as_str().split('-').next().unwrap_or_default() {
        "und" | "mul" | "zxx" => 0,
        "en" | "nl" => COMMON_LANGUAGE.tenths,
        "pl" => POLAND.tenths,
        "ro" => ROMANIA.tenths,
        "hu" => HUNGARY.tenths,
        _ => OTHER_LANGUAGE.tenths,
    }
}

pub fn problem(problem: Problem) -> Tenths {
    match problem {
        Problem::ConfusedBehaviour => CONFUSED.tenths,
        Problem::MemoryProblem => MEMORY.tenths,
        Problem::UntreatedMental => MENTAL.tenths,
        Problem::UntreatedPhysical => PHYSICAL.tenths,
        Problem::HardDrugs => DRUGS.tenths,
        Problem::Alcohol => ALCOHOL.tenths,
        Problem::Trafficking | Problem::Prostitution | Problem::DependencyRelationship => AT_RISK.tenths,
        // Nearly everybody has these: that two people share them says nothing.
        Problem::NoPostalAddress
        | Problem::Uninsured
        | Problem::NoFixedIncome
        | Problem::NoSupportNetwork
        | Problem::LabourExploitation
        | Problem::Unemployment
        | Problem::SocialExclusion
        | Problem::PublicNuisance
        | Problem::Shoplifting => 0,
    }
}

pub fn gap(gap: TimeDelta) -> Tenths {
    if gap <= TimeDelta::days(2) {
        WITHIN_TWO_DAYS.tenths
    } else if gap <= TimeDelta::days(7) {
        WITHIN_A_WEEK.tenths
    } else {
        0
    }
}

/// From here on the similarity of Jaro and Winkler is taken to be one name in two spellings (Winkler, "String
/// Comparator Metrics and Enhanced Decision Rules in the Fellegi-Sunter Model of Record Linkage", 1990) …
const ALIKE: f64 = 0.92;
/// … and from here on to be perhaps one.
const NEARLY_ALIKE: f64 = 0.85;

pub fn is_alike(one: &str, other: &str) -> bool {
    one == other || strsim::jaro_winkler(one, other) >= ALIKE
}

/// Names, as a whole and word by word: who gave a first name here may have given both elsewhere. Only words that begin
/// with the same letter are compared: hardly ever are others alike.
pub fn names(one: &Name, other: &Name) -> Tenths {
    let full = one.words.len() > 1 && other.words.len() > 1;
    let begin_alike = |one: &str, other: &str| one.bytes().next() == other.bytes().next();
    if full && begin_alike(&one.whole, &other.whole) && is_alike(&one.whole, &other.whole) {
        return FULL_NAME.tenths;
    }
    let words = one.words.iter().flat_map(|one| other.words.iter().map(move |other| (one, other)));
    let words = words.filter(|(one, other)| begin_alike(one, other));
    let best = words.map(|(one, other)| strsim::jaro_winkler(one, other)).fold(0.0, f64::max);
    if best >= ALIKE && !full {
        ONE_NAME.tenths
    } else if best >= NEARLY_ALIKE {
        NEAR_NAME.tenths
    } else {
        OTHER_NAME.tenths
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_weight_is_the_one_that_follows_from_its_probabilities() {
        let all = [
            MEN,
            WOMEN,
            AGE,
            NEAR_AGE,
            OTHER_AGE,
            BIRTH_DATE,
            NEW_YEARS_DAY,
            NEAR_BIRTH_DATE,
            POLAND,
            ROMANIA,
            HUNGARY,
            OTHER_COUNTRY,
            COMMON_LANGUAGE,
            OTHER_LANGUAGE,
            SAME_ORIGIN,
            FULL_NAME,
            ONE_NAME,
            NEAR_NAME,
            OTHER_NAME,
            CONFUSED,
            MEMORY,
            MENTAL,
            PHYSICAL,
            DRUGS,
            ALCOHOL,
            AT_RISK,
            SAME_LOCATION_TYPE,
            WITHIN_TWO_DAYS,
            WITHIN_A_WEEK,
        ];
        for weight in all {
            let bits = (weight.of_one / weight.of_two).log2();
            let off = (f64::from(weight.tenths) / 10.0 - bits).abs();
            assert!(off <= 0.051, "{} / {}: {bits:.2} bits", weight.of_one, weight.of_two);
        }
    }

    #[test]
    fn a_first_name_alone_weighs_less_than_a_full_one() {
        let name = |text: &str| Name::of(text).unwrap();
        assert_eq!(names(&name("Marek"), &name("Marek Kowalski")), ONE_NAME.tenths);
        assert_eq!(names(&name("Marek Kowalski"), &name("Marek Kowalsky")), FULL_NAME.tenths);
        assert_eq!(names(&name("Łukasz"), &name("lukasz")), ONE_NAME.tenths);
        assert_eq!(names(&name("Георги"), &name("Georgi")), ONE_NAME.tenths);
        assert_eq!(names(&name("Marek"), &name("Zbigniew")), OTHER_NAME.tenths);
    }
}
