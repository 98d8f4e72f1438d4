//! Figures of others in the report: beside what the monitor counts, with a definition of their own, and never added up.

use std::fmt::Write as _;

use crate::definitions::{Language, Text};
use crate::labels;
use crate::plot::{escape, number};

const OTHERS: Text = Text { nl: "Uit andere bronnen", en: "From other sources" };
const NOT_ADDED: Text = Text {
    nl: "Anderen hebben dit geteld. Wie hierin meetelt, kan ook hierboven meetellen: tel niets bij elkaar op.",
    en: "Others have counted this. Who counts here may count above as well: do not add anything up.",
};
const SOURCE: Text = Text { nl: "Bron", en: "Source" };
const COUNTS: Text = Text { nl: "Telt mee", en: "Counts" };
const GAPS: Text = Text { nl: "Zegt niet", en: "Does not tell" };
const PERIOD: Text = Text { nl: "periode", en: "period" };
const NUMBER: Text = Text { nl: "aantal", en: "number" };

/// What a source tells of a period, in the report's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beside {
    /// Its name in addresses: small letters, digits and hyphens.
    pub id: String,
    pub name: String,
    /// Who counted.
    pub publisher: String,
    /// What one is.
    pub unit: String,
    /// Who or what counts.
    pub counts: String,
    pub gaps: Option<String>,
    /// Where it can be read by everybody.
    pub published_at: Option<String>,
    /// What the rows are cut by, beside the period and the place.
    pub cuts: Vec<String>,
    pub rows: Vec<BesideRow>,
}

/// A number of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BesideRow {
    /// A year, quarter, month or day.
    pub period: String,
    /// A municipality; `None` where the source does not tell them apart.
    pub place: Option<String>,
    /// One for each cut.
    pub categories: Vec<String>,
    /// `None` where it is not shown.
    pub count: Option<u64>,
}

impl Beside {
    /// The places that its rows are of, each once.
    #[must_use]
    pub fn places(&self) -> Vec<Option<&str>> {
        let mut places: Vec<_> = self.rows.iter().map(|row| row.place.as_deref()).collect();
        places.sort_unstable();
        places.dedup();
        places
    }

    /// The periods with their categories that its rows are of, each once, in the order of time.
    #[must_use]
    pub fn lines(&self) -> Vec<(&str, &[String])> {
        let mut lines: Vec<(&str, &[String])> = Vec::new();
        for row in &self.rows {
            let line = (row.period.as_str(), row.categories.as_slice());
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        lines.sort_by_key(|(period, _)| *period);
        lines
    }

    /// The number of a period, its categories and a place, if the source has one; `Some(None)` where it is not shown.
    #[must_use]
    pub fn count(&self, (period, categories): (&str, &[String]), place: Option<&str>) -> Option<Option<u64>> {
        let is_it =
            |row: &&BesideRow| row.period == period && row.categories == categories && row.place.as_deref() == place;
        self.rows.iter().find(is_it).map(|row| row.count)
    }
}

/// All sources of a report.
pub(super) fn sections(others: &[Beside], language: Language) -> String {
    if others.is_empty() {
        return String::new();
    }
    let say = |text: Text| text.in_language(language);
    let mut text = format!("<section id=\"others\"><h2>{}</h2>\n<p>{}</p>\n", say(OTHERS), say(NOT_ADDED));
    for other in others {
        text.push_str(&section(other, language));
    }
    text.push_str("</section>\n");
    text
}

fn section(other: &Beside, language: Language) -> String {
    let say = |text: Text| text.in_language(language);
    let Beside { id, name, publisher, unit, counts, gaps, published_at, cuts, rows: _ } = other;
    let mut text = format!("<section id=\"source-{}\"><h3>{}</h3>\n", escape(id), escape(name));
    let source = published_at.as_ref().map_or_else(|| publisher.clone(), |at| format!("{publisher}, {at}"));
    let _ = write!(
        text,
        "<div class=\"definition\"><p><b>{}</b> {}</p><p><b>{}</b> {}</p>",
        say(COUNTS),
        escape(counts),
        say(SOURCE),
        escape(&source)
    );
    if let Some(gaps) = gaps {
        let _ = write!(text, "<p><b>{}</b> {}</p>", say(GAPS), escape(gaps));
    }
    let _ = write!(text, "</div>\n<table><caption>{}</caption><thead><tr>", escape(unit));
    for heading in [say(PERIOD)].into_iter().chain(cuts.iter().map(String::as_str)) {
        let _ = write!(text, "<th scope=\"col\" class=\"names\">{}</th>", escape(heading));
    }
    let places = other.places();
    for place in &places {
        let place = place.map_or_else(|| say(NUMBER).to_owned(), |place| labels::place(Some(place), language));
        let _ = write!(text, "<th scope=\"col\">{}</th>", escape(&place));
    }
    text.push_str("</tr></thead><tbody>\n");
    for line in other.lines() {
        text.push_str("<tr>");
        for heading in [line.0].into_iter().chain(line.1.iter().map(String::as_str)) {
            let _ = write!(text, "<th scope=\"row\">{}</th>", escape(heading));
        }
        for place in &places {
            match other.count(line, *place) {
                None => text.push_str("<td></td>"),
                Some(Some(count)) => {
                    let _ = write!(text, "<td>{}</td>", number(count));
                }
                Some(None) => {
                    let not_shown = say(labels::NOT_SHOWN);
                    let _ = write!(text, "<td class=\"hidden\"><abbr title=\"{not_shown}\">×</abbr></td>");
                }
            }
        }
        text.push_str("</tr>\n");
    }
    text.push_str("</tbody></table></section>\n");
    text
}
