//! How long it takes.

use super::svg::{Anchor, INK, LINE, QUIET, Svg, WIDTH};
use super::value;
use crate::definitions::{Language, Text, Unit, definition};
use crate::frozen::{Frozen, Value};
use crate::labels;

const HEIGHT: f64 = 280.0;
const LEFT: f64 = 60.0;
const RIGHT: f64 = WIDTH - 30.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 220.0;
/// The last day of the axis.
const LAST: u32 = 365;

/// The part to whom it has not happened after so many days, as the release tells it: at some days, and joined by lines. `None`
/// where the release tells no durations of the indicator at the place.
#[must_use]
pub fn survival(release: &Frozen, indicator: &str, municipality: Option<&str>, language: Language) -> Option<String> {
    let definition = definition(indicator)?;
    let told = value(release, indicator, Unit::Days, municipality, &[])?;
    let mut svg = Svg::new(HEIGHT);
    let x = |day: u32| LEFT + (RIGHT - LEFT) * f64::from(day) / f64::from(LAST);
    let y = |percent: u32| BOTTOM - (BOTTOM - TOP) * f64::from(percent) / 100.0;
    for percent in [0, 25, 50, 75, 100] {
        svg.line("grid", (LEFT, y(percent)), (RIGHT, y(percent)), LINE, if percent == 0 { 1.5 } else { 0.5 });
        svg.text((LEFT - 6.0, y(percent) + 4.0), Anchor::End, 11.0, QUIET, &format!("{percent}%"));
    }
    for day in [0, 30, 60, 90, 180, 270, 365] {
        svg.line("tick", (x(day), BOTTOM), (x(day), BOTTOM + 4.0), QUIET, 1.0);
        svg.text((x(day), BOTTOM + 16.0), Anchor::Middle, 11.0, INK, &day.to_string());
    }
    let say = |nl: &'static str, en: &'static str| Text { nl, en }.in_language(language);
    svg.text((RIGHT, BOTTOM + 32.0), Anchor::End, 11.0, QUIET, say("dagen", "days"));
    let mut says = Vec::new();
    match told {
        Value::Days(days) => {
            let points: Vec<_> =
                days.curve.iter().filter(|(day, _)| **day <= LAST).map(|(day, part)| (x(*day), y(*part))).collect();
            let from_start: Vec<_> = [(x(0), y(100))].into_iter().chain(points.iter().copied()).collect();
            svg.path("curve", &from_start);
            for point in points {
                svg.dot("point", point);
            }
            if let Some(median) = days.median.filter(|median| *median <= LAST) {
                svg.line("median", (x(median), y(50)), (x(median), BOTTOM), QUIET, 1.0);
                let text = format!("{}: {median}", say("mediaan", "median"));
                svg.text((x(median) + 6.0, BOTTOM - 8.0), Anchor::Start, 11.0, INK, &text);
                says.push(text);
            }
            says.extend(days.curve.iter().map(|(day, part)| format!("{day} {}: {part}%", say("dagen", "days"))));
        }
        Value::Suppressed | Value::Count(_) | Value::Estimate(_) | Value::Refused(_) => {
            let mark = labels::NOT_SHOWN.in_language(language);
            svg.hidden((LEFT + 20.0, TOP + 20.0));
            svg.text((LEFT + 32.0, TOP + 24.0), Anchor::Start, 12.0, QUIET, mark);
            says.push(mark.to_owned());
        }
    }
    let axis = say("deel voor wie het nog niet is gebeurd", "part to whom it has not happened yet");
    svg.text((LEFT, BOTTOM + 50.0), Anchor::Start, 11.0, QUIET, axis);
    let title = format!(
        "{}: {}, {}",
        definition.name.in_language(language),
        labels::place(municipality, language),
        release.period
    );
    let id = format!("survival-{indicator}-{}-{}", release.period, municipality.unwrap_or("together"));
    Some(svg.finish(&id, language.tag(), &title, &says.join("; ")))
}
