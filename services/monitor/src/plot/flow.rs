//! From signal to care.

use super::svg::{Anchor, DARK, INK, LIGHT, MIDDLE, QUIET, Svg, WIDTH, axis_end, number};
use super::{total, value};
use crate::definitions::{Cut, Language, Text, Unit};
use crate::frozen::{Frozen, Value};
use crate::labels;
use crate::size::real;

const ROW: f64 = 34.0;
const TOP: f64 = 40.0;
const LEFT: f64 = 210.0;
const LONGEST: f64 = WIDTH - LEFT - 80.0;

/// The steps from a signal to care that a release tells of, as bars: what comes in, what is referred, what becomes of it, and
/// what ends early. They are counts of one period, and no cohort. `None` where the release has none of them.
#[must_use]
pub fn flow(release: &Frozen, municipality: Option<&str>, language: Language) -> Option<String> {
    let outcome =
        |code: &'static str| value(release, "referrals", Unit::Referrals, municipality, &[(Cut::Outcome, code)]);
    let of = |indicator: &str| total(release, indicator, municipality);
    let referrals = |code: &'static str| format!("– {}", labels::label(Cut::Outcome, code, language));
    let say = |nl: &'static str, en: &'static str| Text { nl, en }.in_language(language).to_owned();
    let steps = [
        (say("signalen", "signals"), of("signals"), DARK),
        (say("unieke personen", "unique persons"), of("unique_persons"), DARK),
        (say("aan de deur afgewezen", "turned away"), of("turn_aways"), LIGHT),
        (say("verwijzingen", "referrals"), of("referrals"), MIDDLE),
        (referrals("started"), outcome("started"), MIDDLE),
        (referrals("waitlisted"), outcome("waitlisted"), LIGHT),
        (referrals("declined"), outcome("declined"), LIGHT),
        (say("uitval", "dropouts"), of("dropouts"), LIGHT),
    ];
    let steps: Vec<_> = steps.into_iter().filter_map(|(name, value, fill)| Some((name, value?, fill))).collect();
    if steps.is_empty() {
        return None;
    }
    let count = |value: &Value| match value {
        Value::Count(count) => Some(*count),
        Value::Suppressed | Value::Days(_) | Value::Estimate(_) | Value::Refused(_) => None,
    };
    let end = axis_end(steps.iter().filter_map(|(_, value, _)| count(value)).max().unwrap_or(0));
    let mut svg = Svg::new(TOP + ROW * real(steps.len() as u64) + 30.0);
    let mut says = Vec::new();
    for (at, (name, value, fill)) in (0_u32..).zip(&steps) {
        let y = TOP + ROW * f64::from(at);
        svg.text((LEFT - 8.0, y + ROW / 2.0 + 4.0), Anchor::End, 12.0, INK, name);
        if let Some(count) = count(value) {
            let length = LONGEST * real(count) / real(end);
            svg.rect("bar", (LEFT, y + 5.0), (length, ROW - 10.0), fill);
            svg.text((LEFT + length + 6.0, y + ROW / 2.0 + 4.0), Anchor::Start, 12.0, INK, &number(count));
            says.push(format!("{name}: {}", number(count)));
        } else {
            let mark = labels::NOT_SHOWN.in_language(language);
            svg.hidden((LEFT + 10.0, y + ROW / 2.0));
            svg.text((LEFT + 22.0, y + ROW / 2.0 + 4.0), Anchor::Start, 11.0, QUIET, mark);
            says.push(format!("{name}: {mark}"));
        }
    }
    let note = say("Aantallen van één periode; geen gevolgde groep.", "Counts of one period; no cohort.");
    svg.text((LEFT, TOP + ROW * real(steps.len() as u64) + 18.0), Anchor::Start, 11.0, QUIET, &note);
    let title = format!(
        "{}: {}, {}",
        say("Van signaal naar zorg", "From signal to care"),
        labels::place(municipality, language),
        release.period
    );
    let id = format!("flow-{}-{}", release.period, municipality.unwrap_or("together"));
    Some(svg.finish(&id, language.tag(), &title, &says.join("; ")))
}
