//! Tables on paper: places across, categories down.

use std::fmt::Write as _;

use crate::definitions::{Cut, Language, Text, Unit};
use crate::frozen::{Cell, Table, Value};
use crate::labels;
use crate::plot::{escape, number};

const REFUSED: Text = Text { nl: "niet te schatten", en: "no estimate" };
const ALL: Text = Text { nl: "alle", en: "all" };
const AFTER_A_YEAR: Text = Text { nl: "nog niet na een jaar", en: "not yet after a year" };

/// A table of a release.
pub fn table(table: &Table, language: Language) -> String {
    let say = |text: Text| text.in_language(language);
    let places: Vec<Option<&str>> =
        labels::places().into_iter().filter(|place| table.cells.iter().any(|cell| at(cell) == *place)).collect();
    let cuts: Vec<Cut> = table.cuts.iter().copied().filter(|cut| *cut != Cut::Municipality).collect();
    let mut rows: Vec<Vec<&str>> = Vec::new();
    for cell in &table.cells {
        let codes = codes(cell, &cuts);
        if !rows.contains(&codes) {
            rows.push(codes);
        }
    }
    let heading: Vec<&str> = cuts.iter().map(|cut| labels::cut(*cut, language)).collect();
    let caption = match (table.unit, heading.is_empty()) {
        (Unit::Days, true) => format!("{}, {}", say(table.unit.label()), say(labels::QUARTILES)),
        (Unit::Days, false) => {
            format!("{}, {}: {}", say(table.unit.label()), say(labels::QUARTILES), heading.join(", "))
        }
        (_, true) => say(table.unit.label()).to_owned(),
        (_, false) => format!("{}: {}", say(table.unit.label()), heading.join(", ")),
    };
    let mut text = format!("<table><caption>{}</caption><thead><tr><td></td>", escape(&caption));
    for place in &places {
        let _ = write!(text, "<th scope=\"col\">{}</th>", escape(&labels::place(*place, language)));
    }
    text.push_str("</tr></thead><tbody>\n");
    for row in rows {
        let named: Vec<String> = cuts.iter().zip(&row).map(|(cut, code)| labels::label(*cut, code, language)).collect();
        let name = if named.is_empty() { say(ALL).to_owned() } else { named.join(", ") };
        let _ = write!(text, "<tr><th scope=\"row\">{}</th>", escape(&name));
        for place in &places {
            let cell = table.cells.iter().find(|cell| at(cell) == *place && codes(cell, &cuts) == row);
            text.push_str(&cell.map_or_else(|| "<td></td>".to_owned(), |cell| shown(&cell.value, language)));
        }
        text.push_str("</tr>\n");
    }
    text.push_str("</tbody></table>\n");
    text
}

fn at(cell: &Cell) -> Option<&str> {
    cell.categories.get(&Cut::Municipality).map(String::as_str)
}

fn codes<'a>(cell: &'a Cell, cuts: &[Cut]) -> Vec<&'a str> {
    cuts.iter().map(|cut| cell.categories.get(cut).map_or("", String::as_str)).collect()
}

fn of_estimate(code: &str, language: Language) -> &str {
    labels::of_estimate(code, language).unwrap_or(code)
}

fn shown(value: &Value, language: Language) -> String {
    let say = |text: Text| text.in_language(language);
    match value {
        Value::Count(count) => format!("<td>{}</td>", number(*count)),
        Value::Suppressed => {
            format!("<td class=\"hidden\"><abbr title=\"{}\">×</abbr></td>", say(labels::NOT_SHOWN))
        }
        Value::Days(days) => {
            let day = |day: Option<u32>| day.map_or_else(|| "–".to_owned(), |day| day.to_string());
            let quartiles =
                format!("{} ({}; {})", day(days.median), day(days.lower_quartile), day(days.upper_quartile));
            let after = days.curve.get(&365).map(|part| format!("<br><small>{}: {part}%</small>", say(AFTER_A_YEAR)));
            format!("<td>{quartiles}{}</td>", after.unwrap_or_default())
        }
        Value::Estimate(of) => {
            let bound = if of.is_lower_bound { "≥ " } else { "" };
            let upper = of.upper.map_or_else(|| "∞".to_owned(), number);
            let method = escape(&of.method.replace('_', "-"));
            let warnings = of.warnings.iter().map(|code| of_estimate(code, language));
            let warnings = escape(&warnings.collect::<Vec<_>>().join(", "));
            format!(
                "<td>{bound}{} ({}–{upper})<br><small>{method}{}{warnings}</small></td>",
                number(of.estimate),
                number(of.lower),
                if of.warnings.is_empty() { "" } else { "; " },
            )
        }
        Value::Refused(reason) => {
            format!("<td>{}<br><small>{}</small></td>", say(REFUSED), escape(of_estimate(reason, language)))
        }
    }
}
