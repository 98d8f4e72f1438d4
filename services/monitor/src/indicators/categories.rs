//! The categories that figures are cut by.

use std::collections::HashMap;

use crate::facts::{Code, Traits};

/// Countries of origin: those that the source names, and groups for the rest.
pub const COUNTRIES: [&str; 12] =
    ["PL", "RO", "BG", "HU", "LT", "LV", "SK", "CZ", "other_eu", "outside_eu", "several", "unknown"];
pub const SEXES: [&str; 4] = ["male", "female", "other", "unknown"];
/// By the age that is reached in the calendar year, in years.
pub const AGE_BANDS: [&str; 6] = ["0_17", "18_26", "27_44", "45_64", "65_plus", "unknown"];
/// The classes of ETHOS Light, in its order.
pub const ETHOS_LIGHT: [&str; 8] = [
    "living_rough",
    "emergency_accommodation",
    "homeless_accommodation",
    "institution",
    "non_conventional_dwelling",
    "with_family_friends",
    "threatened_eviction",
    UNKNOWN,
];
pub const UNKNOWN: &str = "unknown";

const NAMED: usize = 8;
const OTHER_EU: [&str; 19] =
    ["AT", "BE", "CY", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "IE", "IT", "LU", "MT", "NL", "PT", "SE", "SI"];
const FIRST_AGES: [i32; 5] = [0, 18, 27, 45, 65];
/// Beyond it a birth year is an error.
const OLDEST: i32 = 120;

/// Of a person in a calendar year: the places in [`COUNTRIES`], [`SEXES`] and [`AGE_BANDS`].
#[must_use]
pub fn of_person(traits: &Traits, year: i32) -> [usize; 3] {
    [countries(&traits.countries), place(&SEXES, traits.sex.as_deref()), age_band(traits.birth_year, year)]
}

/// The place of a code in a fixed list, or of the last in it, which is `unknown`.
#[must_use]
pub fn place(list: &[&str], code: Option<&str>) -> usize {
    code.and_then(|code| list.iter().position(|other| *other == code)).unwrap_or(list.len() - 1)
}

/// The place in [`COUNTRIES`] of somebody's countries.
#[must_use]
pub fn countries(codes: &[Code]) -> usize {
    match codes {
        [] => COUNTRIES.len() - 1,
        [first, others @ ..] if others.iter().all(|other| other == first) => country(first),
        _ => COUNTRIES.len() - 2,
    }
}

/// The place in [`COUNTRIES`] of one country.
#[must_use]
pub fn country(code: &str) -> usize {
    let named = COUNTRIES[..NAMED].iter().position(|named| *named == code);
    named.unwrap_or(if OTHER_EU.contains(&code) { NAMED } else { NAMED + 1 })
}

fn age_band(birth_year: Option<i32>, year: i32) -> usize {
    let age = birth_year.and_then(|birth| year.checked_sub(birth)).filter(|age| (0..=OLDEST).contains(age));
    age.map_or(AGE_BANDS.len() - 1, |age| FIRST_AGES.iter().rposition(|first| *first <= age).unwrap_or(0))
}

/// Categories that are numbered as they come.
#[derive(Debug, Clone, Default)]
pub struct Numbered {
    numbers: HashMap<Code, usize>,
    pub codes: Vec<Code>,
}

impl Numbered {
    pub fn number(&mut self, code: &Code) -> usize {
        if let Some(number) = self.numbers.get(code) {
            return *number;
        }
        self.numbers.insert(code.clone(), self.codes.len());
        self.codes.push(code.clone());
        self.codes.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn country_of(codes: &[&'static str]) -> &'static str {
        COUNTRIES[countries(&codes.iter().map(|code| Code::from(*code)).collect::<Vec<_>>())]
    }

    #[test]
    fn a_country_that_is_not_named_is_in_the_european_union_or_outside() {
        assert_eq!(country_of(&["PL"]), "PL");
        assert_eq!(country_of(&["ES"]), "other_eu");
        assert_eq!(country_of(&["UA"]), "outside_eu");
        assert_eq!(country_of(&[]), "unknown");
        assert_eq!(country_of(&["PL", "RO"]), "several");
        assert_eq!(country_of(&["PL", "PL"]), "PL");
    }

    #[test]
    fn an_age_band_begins_with_the_birthday_of_its_calendar_year() {
        let band = |age: i32| AGE_BANDS[age_band(Some(2026 - age), 2026)];
        let bands =
            [(0, "0_17"), (17, "0_17"), (18, "18_26"), (26, "18_26"), (27, "27_44"), (44, "27_44"), (45, "45_64")];
        for (age, name) in bands.into_iter().chain([(64, "45_64"), (65, "65_plus"), (120, "65_plus"), (121, "unknown")])
        {
            assert_eq!(band(age), name, "{age}");
        }
        assert_eq!(band(-1), "unknown");
    }

    #[test]
    fn a_code_keeps_its_number() {
        let mut codes = Numbered::default();
        assert_eq!(["a", "b", "a"].map(|code| codes.number(&Code::from(code))), [0, 1, 0]);
    }
}
