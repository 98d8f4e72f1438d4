//! An indicator over releases.

use super::svg::{Anchor, INK, LINE, MIDDLE, QUIET, Svg, WIDTH, axis_end, number};
use super::total;
use crate::definitions::{Language, Text, definition};
use crate::frozen::{Frozen, Value};
use crate::labels;
use crate::size::real;

const HEIGHT: f64 = 270.0;
const LEFT: f64 = 60.0;
const RIGHT: f64 = WIDTH - 20.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 220.0;

/// The total of an indicator at a place, in each release of the same grain as the last. Estimates have their interval. A
/// period that is not shown has a mark. The line is broken there, and where a period in between was not released. `None`
/// where no release has the indicator.
#[must_use]
pub fn trend(releases: &[Frozen], indicator: &str, municipality: Option<&str>, language: Language) -> Option<String> {
    let definition = definition(indicator)?;
    let mut releases: Vec<&Frozen> = releases.iter().collect();
    releases.sort_by_key(|release| release.period);
    let is_quarter = releases.last()?.period.quarter_number().is_some();
    releases.retain(|release| release.period.quarter_number().is_some() == is_quarter);
    let of = |release: &&Frozen| Some((release.period, total(release, indicator, municipality)?.clone()));
    let points: Vec<_> = releases.iter().filter_map(of).collect();
    if points.is_empty() {
        return None;
    }
    let end = axis_end(points.iter().filter_map(|(_, value)| top(value)).max().unwrap_or(0));
    let mut svg = Svg::new(HEIGHT);
    let y = |number: u64| BOTTOM - (BOTTOM - TOP) * real(number) / real(end);
    for step in 0..=4 {
        let at = end * step / 4;
        svg.line("grid", (LEFT, y(at)), (RIGHT, y(at)), LINE, if step == 0 { 1.5 } else { 0.5 });
        svg.text((LEFT - 6.0, y(at) + 4.0), Anchor::End, 11.0, QUIET, &number(at));
    }
    let step = (RIGHT - LEFT) / real(points.len() as u64);
    let mut line: Vec<(f64, f64)> = Vec::new();
    let mut last = None;
    let mut says = Vec::new();
    for (at, (period, value)) in (0_u32..).zip(&points) {
        let x = LEFT + step * (f64::from(at) + 0.5);
        svg.text((x, BOTTOM + 16.0), Anchor::Middle, 11.0, INK, &period.to_string());
        if period.before() != last.replace(*period) {
            draw(&mut svg, &std::mem::take(&mut line));
        }
        let mut top_of = BOTTOM;
        let shown = match value {
            Value::Count(count) => Some((*count, number(*count))),
            Value::Estimate(of) => {
                let upper = of.upper.unwrap_or(end).min(end);
                svg.line("interval", (x, y(of.lower.min(end))), (x, y(upper)), MIDDLE, 4.0);
                let text = of.upper.map_or_else(|| "∞".to_owned(), number);
                top_of = y(upper);
                Some((of.estimate, format!("{} ({}–{text})", number(of.estimate), number(of.lower))))
            }
            Value::Suppressed | Value::Refused(_) | Value::Days(_) => None,
        };
        if let Some((count, text)) = shown {
            line.push((x, y(count)));
            svg.text((x, y(count).min(top_of) - 9.0), Anchor::Middle, 11.0, INK, &number(count));
            says.push(format!("{period}: {text}"));
        } else {
            draw(&mut svg, &std::mem::take(&mut line));
            svg.hidden((x, BOTTOM - 10.0));
            says.push(format!("{period}: {}", labels::NOT_SHOWN.in_language(language)));
        }
    }
    draw(&mut svg, &line);
    let key = Text {
        nl: "niet getoond: te klein, of het zou een klein getal verraden",
        en: "not shown: too small, or it would give a small number away",
    };
    if points.iter().any(|(_, value)| top(value).is_none()) {
        svg.hidden((LEFT + 5.0, BOTTOM + 36.0));
        svg.text((LEFT + 16.0, BOTTOM + 40.0), Anchor::Start, 11.0, QUIET, key.in_language(language));
    }
    let place = labels::place(municipality, language);
    let title = format!("{}: {place}", definition.name.in_language(language));
    let id = format!("trend-{indicator}-{}", municipality.unwrap_or("together"));
    Some(svg.finish(&id, language.tag(), &title, &says.join("; ")))
}

fn top(value: &Value) -> Option<u64> {
    match value {
        Value::Count(count) => Some(*count),
        // An upper end far away would flatten everything else.
        Value::Estimate(of) => Some(of.upper.unwrap_or(of.estimate).min(of.estimate.saturating_mul(3))),
        Value::Suppressed | Value::Refused(_) | Value::Days(_) => None,
    }
}

/// What is told without a break.
fn draw(svg: &mut Svg, points: &[(f64, f64)]) {
    if points.len() > 1 {
        svg.path("trend", points);
    }
    for point in points {
        svg.dot("point", *point);
    }
}
