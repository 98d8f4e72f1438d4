//! What agreement weighs: log2(m / u), where m is how often an attribute agrees in two records of one person, and u how
//! often in two records of different persons (Fellegi and Sunter 1969, with values weighed by how frequent they are).
//!
//! Of u, what the source counts is taken from there: 87% of the visitors of Kruispost in 2023 were men; 34% came from
//! Poland, 16% from Romania, 12% from Hungary. The other figures are estimates of ours, cautious ones, to be measured
//! once enough answers of coordinators lie in the log.

use chrono::{Datelike, NaiveDate, TimeDelta};

use crate::codes::{Problem, Sex};
use crate::text::{Country, Language};
use crate::time::{DatePrecision, PartialDate};

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
const NEAR_BIRTH_DATE: Weighed = weighed(0.05, 0.001, 56);
const POLAND: Weighed = weighed(0.9, 0.34, 14);
const ROMANIA: Weighed = weighed(0.9, 0.16, 25);
const HUNGARY: Weighed = weighed(0.9, 0.12, 29);
const OTHER_COUNTRY: Weighed = weighed(0.9, 0.05, 42);
/// English and Dutch are spoken by many beside their own.
const COMMON_LANGUAGE: Weighed = weighed(0.8, 0.6, 4);
const OTHER_LANGUAGE: Weighed = weighed(0.9, 0.08, 35);
const SAME_ORIGIN: Weighed = weighed(0.6, 0.3, 10);
const OTHER_NAME_AT_ALL: Weighed = weighed(0.2, 0.96, -23);
const OTHER_NAME_IN_FULL: Weighed = weighed(0.05, 0.97, -43);
const OTHER_SEX: Weighed = weighed(0.02, 0.23, -35);
const SAME_YEAR: Weighed = weighed(0.9, 0.04, 45);
const YEAR_BESIDE: Weighed = weighed(0.06, 0.07, -2);
const OTHER_YEAR: Weighed = weighed(0.04, 0.9, -45);
const SAME_MONTH: Weighed = weighed(0.9, 0.003, 82);
const OTHER_DATE_OF_THE_YEAR: Weighed = weighed(0.03, 0.036, -3);
const OTHER_BIRTH_DATE: Weighed = weighed(0.02, 0.95, -56);
const FAR_AGE: Weighed = weighed(0.02, 0.4, -43);
const NO_SHARED_COUNTRY: Weighed = weighed(0.05, 0.8, -40);
const SAME_BIRTH_PLACE: Weighed = weighed(0.8, 0.03, 47);
const OTHER_BIRTH_PLACE: Weighed = weighed(0.15, 0.95, -27);
const SAME_DOCUMENT: Weighed = weighed(0.9, 0.000_03, 149);
const OTHER_DOCUMENT: Weighed = weighed(0.2, 0.99, -23);
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
/// What a name can add at the most: people of one village or family share rare names.
pub const MOST_OF_A_NAME: Tenths = 140;
/// What one word of a name can add at the most: as if eight in a thousand had it.
pub const MOST_OF_A_WORD: Tenths = 66;
pub const OTHER_NAME: Tenths = OTHER_NAME_AT_ALL.tenths;
pub const OTHER_FULL_NAME: Tenths = OTHER_NAME_IN_FULL.tenths;
pub const ORIGIN: Tenths = SAME_ORIGIN.tenths;
pub const LOCATION_TYPE: Tenths = SAME_LOCATION_TYPE.tenths;

/// What it takes to bother a coordinator, by whom the two were found among.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Among {
    /// Somebody is looked for, and has come into view since: it is worth looking at more people.
    Sought,
    /// One of them came into view within a month of the other, and nobody knows more of who they are than what they are
    /// called: some nine bits are one in five hundred, about as many as come into view of a large municipality in a month.
    OfAMonth,
    /// All whom a municipality knows: some twelve bits, one in four thousand.
    OfAMunicipality,
    /// All whom anybody knows in the country: some fifteen bits, one in thirty thousand.
    OfTheCountry,
}

impl Among {
    /// In tenths of a bit.
    pub fn needed(self) -> Tenths {
        match self {
            Self::Sought => 65,
            Self::OfAMonth => 90,
            Self::OfAMunicipality => 120,
            Self::OfTheCountry => 150,
        }
    }

    /// Whether what happens to a person counts beside who they are: when and where they were met, and what troubles them.
    pub fn counts_circumstances(self) -> bool {
        match self {
            Self::Sought | Self::OfAMonth => true,
            Self::OfAMunicipality | Self::OfTheCountry => false,
        }
    }
}

/// How a word of two names agrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    Same,
    /// A short or foreign form, or another spelling of the same sound.
    OtherForm,
    /// As by a typing error.
    Alike,
    Nearly,
}

/// What the agreement of a word of a name weighs that so many of all have. Of the words of one person's two names, 80% are
/// written the same, 12% in another form, 6% with an error, 2% with several. Of others who have the same name, 30% write it
/// in another form; words that look like it by chance are as many as a few rare names, and more for a common one.
pub fn word(share: f64, spelling: Spelling) -> Tenths {
    let (of_one, of_two) = match spelling {
        Spelling::Same => (0.8, share),
        Spelling::OtherForm => (0.12, 0.3 * share),
        Spelling::Alike => (0.06, 0.002_5 + 0.5 * share),
        Spelling::Nearly => (0.02, 0.006 + share),
    };
    bits(of_one / of_two.min(1.0)).max(0)
}

/// The logarithm of a ratio, in tenths of a bit.
#[allow(clippy::cast_possible_truncation)] // a few hundred at the most
fn bits(ratio: f64) -> Tenths {
    (ratio.log2() * 10.0).round() as Tenths
}

/// A telephone number or address that both leave word at, by how many of how many persons here have it. Even where nobody
/// else has it, one in a hundred pairs shares a telephone.
pub fn contact(share: f64) -> Tenths {
    bits(0.6 / share.clamp(0.01, 1.0)).max(0)
}

pub fn other_sex() -> Tenths {
    OTHER_SEX.tenths
}

pub fn no_shared_country() -> Tenths {
    NO_SHARED_COUNTRY.tenths
}

pub fn birth_place(is_same: bool) -> Tenths {
    if is_same { SAME_BIRTH_PLACE.tenths } else { OTHER_BIRTH_PLACE.tenths }
}

pub fn document(is_same: bool) -> Tenths {
    if is_same { SAME_DOCUMENT.tenths } else { OTHER_DOCUMENT.tenths }
}

pub fn sex(sex: Sex) -> Tenths {
    match sex {
        Sex::Male => MEN.tenths,
        Sex::Female | Sex::Other => WOMEN.tenths,
        Sex::Unknown => 0,
    }
}

/// By so many years apart.
pub fn age(years_apart: u32) -> Tenths {
    match years_apart {
        0..=2 => AGE.tenths,
        3..=5 => NEAR_AGE.tenths,
        6..=15 => OTHER_AGE.tenths,
        _ => FAR_AGE.tenths,
    }
}

/// How two dates of birth agree. The first of January is what is written where only the year is known, so that it tells no
/// more than the year does.
pub fn birth_date(one: PartialDate, other: PartialDate) -> Tenths {
    let years_apart = (one.year() - other.year()).unsigned_abs();
    if !is_whole(one) || !is_whole(other) {
        let months = one.month().filter(|_| !is_placeholder(one)).zip(other.month().filter(|_| !is_placeholder(other)));
        return match (years_apart, months) {
            (0, Some((one, other))) if one == other => SAME_MONTH.tenths,
            (0, None) => SAME_YEAR.tenths,
            (0, Some(_)) => OTHER_DATE_OF_THE_YEAR.tenths,
            (1, _) => YEAR_BESIDE.tenths,
            _ => OTHER_YEAR.tenths,
        };
    }
    if one == other {
        BIRTH_DATE.tenths
    } else if is_mistyped(one.first(), other.first()) {
        NEAR_BIRTH_DATE.tenths
    } else if years_apart == 0 {
        OTHER_DATE_OF_THE_YEAR.tenths
    } else {
        OTHER_BIRTH_DATE.tenths
    }
}

/// Whether a date is known to the day.
fn is_whole(date: PartialDate) -> bool {
    date.precision() == DatePrecision::Day && !is_placeholder(date)
}

/// Whether the day and month may stand for ones that are not known.
pub fn is_placeholder(date: PartialDate) -> bool {
    date.month() == Some(1) && date.day() == Some(1)
}

/// Whether one date is the other as it is misheard or mistyped: day and month in the other order, or one of day, month and
/// year with another digit, or with two digits turned.
fn is_mistyped(one: NaiveDate, other: NaiveDate) -> bool {
    let (day, month, year) = (one.day() == other.day(), one.month() == other.month(), one.year() == other.year());
    let turned = year && one.day() == other.month() && one.month() == other.day();
    turned
        || match (day, month, year) {
            (false, true, true) => is_misspelt(one.day(), other.day()),
            (true, false, true) => is_misspelt(one.month(), other.month()),
            (true, true, false) => is_misspelt(one.year().unsigned_abs(), other.year().unsigned_abs()),
            _ => false,
        }
}

/// Whether two numbers are one beside the other, or differ in one digit or in the order of two.
fn is_misspelt(one: u32, other: u32) -> bool {
    let [written, otherwise] = [one, other].map(|number| format!("{number:04}"));
    one.abs_diff(other) == 1 || strsim::osa_distance(&written, &otherwise) <= 1
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
        Problem::UntreatedPhysical | Problem::Injury => PHYSICAL.tenths,
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

/// From here on the similarity of Jaro and Winkler is taken to be one word in two spellings (Winkler, "String Comparator
/// Metrics and Enhanced Decision Rules in the Fellegi-Sunter Model of Record Linkage", 1990) …
pub const ALIKE: f64 = 0.92;
/// … and from here on to be perhaps one.
pub const NEARLY_ALIKE: f64 = 0.87;

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
            NEAR_BIRTH_DATE,
            POLAND,
            ROMANIA,
            HUNGARY,
            OTHER_COUNTRY,
            COMMON_LANGUAGE,
            OTHER_LANGUAGE,
            SAME_ORIGIN,
            OTHER_NAME_AT_ALL,
            OTHER_NAME_IN_FULL,
            OTHER_SEX,
            SAME_YEAR,
            YEAR_BESIDE,
            OTHER_YEAR,
            SAME_MONTH,
            OTHER_DATE_OF_THE_YEAR,
            OTHER_BIRTH_DATE,
            FAR_AGE,
            NO_SHARED_COUNTRY,
            SAME_BIRTH_PLACE,
            OTHER_BIRTH_PLACE,
            SAME_DOCUMENT,
            OTHER_DOCUMENT,
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
    fn a_date_of_birth_may_be_misheard_mistyped_or_known_in_part() {
        let weight = |one: &str, other: &str| birth_date(one.parse().unwrap(), other.parse().unwrap());
        assert_eq!(weight("1985-04-09", "1985-04-09"), BIRTH_DATE.tenths);
        for near in ["1985-09-04", "1986-04-09", "1958-04-09", "1995-04-09", "1985-04-19", "1985-05-09"] {
            assert_eq!(weight("1985-04-09", near), NEAR_BIRTH_DATE.tenths, "{near}");
        }
        for other in ["1972-11-28", "1994-03-30"] {
            assert_eq!(weight("1985-04-09", other), OTHER_BIRTH_DATE.tenths, "{other}");
        }
        for same_year in ["1985", "1985-01-01"] {
            assert_eq!(weight("1985-04-09", same_year), SAME_YEAR.tenths);
            assert_eq!(weight(same_year, "1985-01-01"), SAME_YEAR.tenths, "1 January tells no more than the year");
            assert_eq!(weight(same_year, "1971-05-02"), OTHER_YEAR.tenths);
        }
        assert_eq!(weight("1985-04", "1985-04-09"), SAME_MONTH.tenths);
        assert_eq!(weight("1985-04", "1985-07-09"), OTHER_DATE_OF_THE_YEAR.tenths);
        assert_eq!(weight("1985-01-01", "1985-07"), SAME_YEAR.tenths);
    }

    #[test]
    fn what_many_share_tells_little() {
        assert!(word(0.0005, Spelling::Same) > word(0.02, Spelling::Same));
        assert!(word(0.0005, Spelling::Same) > word(0.0005, Spelling::OtherForm));
        assert!(word(0.0005, Spelling::OtherForm) > word(0.0005, Spelling::Alike));
        assert_eq!(word(0.05, Spelling::Nearly), 0);
        assert_eq!(word(0.008, Spelling::Same), MOST_OF_A_WORD);
        assert!(contact(0.0) > contact(0.05) && contact(0.9) == 0);
    }
}
