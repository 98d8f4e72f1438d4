//! Ages and sexes.

use super::svg::{Anchor, DARK, INK, LINE, MIDDLE, QUIET, Svg, WIDTH, axis_end, number};
use super::value;
use crate::definitions::{Cut, Language, Text, Unit};
use crate::frozen::{Frozen, Value};
use crate::indicators::AGE_BANDS;
use crate::labels;
use crate::size::real;

const ROW: f64 = 30.0;
const TOP: f64 = 56.0;
const CENTRE: f64 = WIDTH / 2.0;
/// Half of the room for the names of ages.
const GAP: f64 = 55.0;
const LONGEST: f64 = 200.0;

/// Unique persons of a year by age band, men to the left and women to the right; other and unknown sexes are in the tables.
/// `None` where the release has no such table at the place: it is told of the four together, and of a city to its coordinators.
#[must_use]
pub fn pyramid(release: &Frozen, municipality: Option<&str>, language: Language) -> Option<String> {
    let of = |sex: &'static str, age: &'static str| {
        let categories = [(Cut::Sex, sex), (Cut::AgeBand, age)];
        value(release, "unique_persons", Unit::Persons, municipality, &categories)
    };
    let rows: Vec<_> = AGE_BANDS.iter().map(|age| (*age, [of("male", age), of("female", age)])).collect();
    if rows.iter().all(|(_, sexes)| sexes.iter().all(Option::is_none)) {
        return None;
    }
    let count = |value: Option<&Value>| match value {
        Some(Value::Count(count)) => Some(*count),
        Some(Value::Suppressed | Value::Days(_) | Value::Estimate(_) | Value::Refused(_)) | None => None,
    };
    let end = axis_end(rows.iter().flat_map(|(_, sexes)| sexes.map(count)).flatten().max().unwrap_or(0));
    let mut svg = Svg::new(TOP + ROW * real(rows.len() as u64) + 50.0);
    let mut says = Vec::new();
    let names = ["male", "female"].map(|sex| labels::label(Cut::Sex, sex, language));
    for (side, name) in [-1.0, 1.0].into_iter().zip(&names) {
        svg.text((CENTRE + side * (GAP + LONGEST / 2.0), TOP - 10.0), Anchor::Middle, 12.0, INK, name);
    }
    let bottom = TOP + ROW * real(rows.len() as u64);
    // The oldest stand on top.
    for (at, (age, sexes)) in (0_u32..).zip(rows.iter().rev()) {
        let y = TOP + ROW * f64::from(at);
        let called = labels::label(Cut::AgeBand, age, language);
        svg.text((CENTRE, y + ROW / 2.0 + 4.0), Anchor::Middle, 12.0, INK, &called);
        for ((side, fill), (value, name)) in [(-1.0, DARK), (1.0, MIDDLE)].into_iter().zip(sexes.iter().zip(&names)) {
            let start = CENTRE + side * GAP;
            if let Some(count) = count(*value) {
                let length = LONGEST * real(count) / real(end);
                let left = if side < 0.0 { start - length } else { start };
                svg.rect("bar", (left, y + 4.0), (length, ROW - 8.0), fill);
                let anchor = if side < 0.0 { Anchor::End } else { Anchor::Start };
                svg.text((start + side * (length + 5.0), y + ROW / 2.0 + 4.0), anchor, 11.0, INK, &number(count));
                says.push(format!("{name}, {called}: {}", number(count)));
            } else {
                svg.hidden((start + side * 10.0, y + ROW / 2.0));
                says.push(format!("{name}, {called}: {}", labels::NOT_SHOWN.in_language(language)));
            }
        }
    }
    for side in [-1.0, 1.0] {
        svg.line("axis", (CENTRE + side * GAP, TOP), (CENTRE + side * GAP, bottom), LINE, 1.0);
    }
    svg.hidden((CENTRE - GAP - LONGEST + 5.0, bottom + 24.0));
    let key = labels::NOT_SHOWN.in_language(language);
    svg.text((CENTRE - GAP - LONGEST + 16.0, bottom + 28.0), Anchor::Start, 11.0, QUIET, key);
    let name = Text { nl: "Leeftijd en geslacht", en: "Age and sex" }.in_language(language);
    let title = format!("{name}: {}, {}", labels::place(municipality, language), release.period);
    let id = format!("pyramid-{}-{}", release.period, municipality.unwrap_or("together"));
    Some(svg.finish(&id, language.tag(), &title, &says.join("; ")))
}
