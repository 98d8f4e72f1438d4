//! The monitor's figures: which periods were released, and the tables of one of them, with what experts remark on them and
//! figures of others beside them. What is suppressed is shown as such, with why.

use std::collections::BTreeMap;

use care_path::command::CommandKind as K;
use maud::{Markup, PreEscaped, html};
use monitor::definitions::{Cut, Definition, INDICATORS, Unit, definition};
use monitor::frozen::{Cell, Durations, Estimated, Frozen, Table, Value};
use monitor::labels::{QUARTILES, label, of_estimate, place, places, with_names};
use monitor::report::Beside;
use monitor::{definitions, plot};

use crate::form::Ask;
use crate::page::Page;
use crate::words::Language;

/// What the page shows.
pub struct Figures<'a> {
    /// All releases as the reader is shown them, the first first: a trend goes over them.
    pub all: &'a [Frozen],
    /// The one that is shown.
    pub shown: Option<&'a Frozen>,
    /// As coordinators are shown them of their own municipality.
    pub own: bool,
    /// Whether the reader is a coordinator, who has both.
    pub has_own: bool,
    /// Whether the reader may release a period, remark on a release, and show figures of others.
    pub may_release: bool,
    /// The remarks on the one that is shown, by indicator.
    pub remarks: &'a BTreeMap<String, String>,
    /// Figures of others that lie in its period.
    pub others: &'a [Beside],
    /// The forms in which a release can be taken away, as addresses name them.
    pub forms: &'a [&'a str],
}

/// The page.
#[must_use]
pub fn figures(page: &Page<'_>, figures: &Figures<'_>) -> Markup {
    page.titled(
        page.say("Cijfers", "Figures"),
        &html! {
            (page.releases(figures))
            @match figures.shown {
                None => (page.nothing("Er zijn nog geen cijfers vrijgegeven.", "No figures were released yet.")),
                Some(shown) => (page.release(figures, shown)),
            }
        },
    )
}

/// The tables of an indicator.
fn tables_of<'a>(shown: &'a Frozen, of: &Definition) -> Vec<&'a Table> {
    shown.tables.iter().filter(|each| each.indicator == of.id).collect()
}

fn language_of(page: &Page<'_>) -> definitions::Language {
    match page.language {
        Language::Dutch => definitions::Language::Dutch,
        Language::English => definitions::Language::English,
    }
}

impl Page<'_> {
    /// The periods to choose from, and the form that releases one.
    fn releases(&self, figures: &Figures<'_>) -> Markup {
        let audience = if figures.own { "?audience=own" } else { "" };
        html! {
            section aria-labelledby="releases" {
                h2 #releases.utrecht-heading-2 { (self.say("Vrijgaven", "Releases")) }
                @if !figures.all.is_empty() {
                    ul.acts { @for release in figures.all.iter().rev() {
                        @let is_shown = figures.shown.is_some_and(|shown| shown.period == release.period);
                        li { a.utrecht-link href={ "/board/figures/" (release.period) (audience) } aria-current=[is_shown.then_some("page")] { (release.period) } }
                    } }
                }
                @if figures.has_own {
                    p { @if figures.own {
                        a.utrecht-link href="/board/figures" { (self.say("Zoals iedereen ze ziet", "As everybody sees them")) }
                    } @else {
                        a.utrecht-link href="/board/figures?audience=own" { (self.say("Alleen mijn gemeente, met meer getallen", "My municipality alone, with more numbers")) }
                    } }
                }
                @if figures.may_release { (self.act(&Ask::of(K::ReleaseFigures).inline())) }
            }
        }
    }

    fn release(&self, figures: &Figures<'_>, shown: &Frozen) -> Markup {
        let first_small = shown.rule.threshold + 1;
        let base = shown.rule.base;
        let name = |form| match form {
            "csv" => "CSV",
            "csvw" => "CSVW",
            "json-stat" => "JSON-stat",
            "parquet" => "Parquet",
            "report" => self.say("Rapport", "Report"),
            other => other,
        };
        let audience = if figures.own { "?audience=own" } else { "" };
        html! {
            section aria-labelledby="release" {
                h2 #release.utrecht-heading-2 { (shown.period) }
                p {
                    (self.say("Vastgezet op ", "Frozen on ")) (crate::show::day(shown.frozen_on, self.now, self.language)) ". "
                    @match self.language {
                        Language::Dutch => { "× betekent: dit wordt niet getoond. Het gaat om minder dan " (first_small) " mensen, of het zou zo'n klein aantal verraden. Andere getallen zijn afgerond op " (base) "." },
                        Language::English => { "× means: this is not shown. It is about fewer than " (first_small) " people, or it would give such a small number away. Other numbers are rounded to " (base) "." },
                    }
                }
                p.acts { @for form in figures.forms {
                    a.utrecht-link href={ "/board/figures/" (shown.period) "/" (form) (audience) } { (name(form)) }
                } }
            }
            @for each in INDICATORS.iter().filter(|each| definition(each.id).is_some_and(|newest| newest.version == each.version)) {
                @let tables = tables_of(shown, each);
                @if !tables.is_empty() { (self.indicator(figures, shown, each, &tables)) }
            }
            @if !figures.others.is_empty() { (self.others(figures)) }
            @if !shown.withheld.is_empty() {
                section aria-labelledby="withheld" {
                    h2 #withheld.utrecht-heading-2 { (self.say("Niet getoond", "Withheld")) }
                    p { (self.say("Van deze cijfers kon niets worden getoond zonder iemand te verraden: ", "Of these nothing could be shown without telling of somebody: "))
                        (shown.withheld.iter().map(|id| definition(id).map_or(id.as_str(), |each| each.name.in_language(language_of(self)))).collect::<Vec<_>>().join(", ")) "." }
                }
            }
        }
    }

    /// One indicator: its definition, its picture and its tables.
    fn indicator(&self, figures: &Figures<'_>, shown: &Frozen, of: &Definition, tables: &[&Table]) -> Markup {
        let language = language_of(self);
        let own = shown.audience.municipality();
        let picture = match of.id {
            "unique_persons" => plot::pyramid(shown, own, language),
            "days_to_first_care" => plot::survival(shown, of.id, own, language),
            "referrals" => plot::flow(shown, own, language),
            _ => None,
        };
        let trend = (figures.all.len() > 1).then(|| plot::trend(figures.all, of.id, own, language)).flatten();
        html! {
            section aria-labelledby=(of.id) {
                h2.utrecht-heading-2 id=(of.id) { (of.name.in_language(language)) }
                details.more {
                    summary { (self.say("Wat telt mee?", "What counts?")) }
                    p { (with_names(of.counts.in_language(language), language)) }
                    p { (self.say("Peilmoment: ", "By date: ")) (of.reference.label().in_language(language)) ". "
                        (self.say("Eenheid: ", "Unit: ")) (of.unit.label().in_language(language)) "." }
                    ul { @for gap in of.gaps { li { (with_names(gap.in_language(language), language)) } } }
                }
                @if let Some(remark) = figures.remarks.get(of.id) {
                    blockquote.remark { @for paragraph in remark.split("\n\n") { p { (paragraph) } } }
                }
                @if figures.may_release {
                    (self.act(&Ask::of(K::RemarkOnFigures).given("/period", shown.period.to_string()).given("/indicator", of.id)))
                }
                @for plot in [picture, trend].into_iter().flatten() { figure.plot { (PreEscaped(plot)) } }
                @for table in tables { (self.figures_table(shown, of, table)) }
            }
        }
    }

    /// Figures of others. Nothing of them is added up.
    fn others(&self, figures: &Figures<'_>) -> Markup {
        html! {
            section aria-labelledby="others" {
                h2 #others.utrecht-heading-2 { (self.say("Uit andere bronnen", "From other sources")) }
                p { (self.say(
                    "Anderen hebben dit geteld. Wie hier meetelt, kan ook hierboven meetellen: tel niets bij elkaar op.",
                    "Others have counted this. Who counts here may count above as well: do not add anything up.",
                )) }
                @for other in figures.others { (self.other(figures, other)) }
            }
        }
    }

    fn other(&self, figures: &Figures<'_>, other: &Beside) -> Markup {
        let places = other.places();
        html! {
            h3.utrecht-heading-3 { (other.name) }
            details.more {
                summary { (self.say("Wat telt mee?", "What counts?")) }
                p { (other.counts) }
                @if let Some(gaps) = &other.gaps { p { (gaps) } }
                p { (self.say("Bron: ", "Source: ")) (other.publisher) @if let Some(at) = &other.published_at { ", " (at) } }
            }
            @if figures.may_release { (self.act(&Ask::of(K::WithdrawSource).given("/source", other.id.clone()))) }
            div.wide tabindex="0" role="region" aria-label=(other.name) {
                table.utrecht-table {
                    caption { (other.name) ", " (other.unit) }
                    thead { tr {
                        th scope="col" { (self.say("periode", "period")) }
                        @for cut in &other.cuts { th scope="col" { (cut) } }
                        @for each in &places {
                            th scope="col" { @match each {
                                Some(_) => (place(*each, language_of(self))),
                                None => (self.say("aantal", "number")),
                            } }
                        }
                    } }
                    tbody { @for (period, categories) in other.lines() { tr {
                        th scope="row" { (period) }
                        @for category in categories { th scope="row" { (category) } }
                        @for each in &places { td { @match other.count((period, categories), *each) {
                            None => {},
                            Some(None) => (self.figure(&Value::Suppressed)),
                            Some(Some(count)) => (count),
                        } } }
                    } } }
                }
            }
        }
    }

    /// A table: categories down, places across.
    fn figures_table(&self, shown: &Frozen, of: &Definition, table: &Table) -> Markup {
        let language = language_of(self);
        let cuts: Vec<Cut> = table.cuts.iter().copied().filter(|cut| *cut != Cut::Municipality).collect();
        let places: Vec<_> = match shown.audience.municipality() {
            Some(own) => vec![Some(own)],
            None => places(),
        };
        let has_place = |place: Option<&str>| {
            table.cells.iter().any(|cell| cell.categories.get(&Cut::Municipality).map(String::as_str) == place)
        };
        let places: Vec<_> = places.into_iter().filter(|place| has_place(*place)).collect();
        let mut rows: Vec<Vec<Option<&String>>> = Vec::new();
        for cell in &table.cells {
            let of_cell: Vec<_> = cuts.iter().map(|cut| cell.categories.get(cut)).collect();
            if !rows.contains(&of_cell) {
                rows.push(of_cell);
            }
        }
        let name = of.name.in_language(language);
        let by: Vec<_> = cuts.iter().map(|cut| cut.label().in_language(language)).collect();
        let Table { unit: of_table, .. } = table;
        let unit = of_table.label().in_language(language);
        let what = match of_table {
            Unit::Days => format!("{name}: {unit}, {}", QUARTILES.in_language(language)),
            _ => name.to_owned(),
        };
        let caption =
            if by.is_empty() { what } else { format!("{what}, {} {}", self.say("naar", "by"), by.join(", ")) };
        let value = |row: &[Option<&String>], place: Option<&str>| {
            let is_it = |cell: &&Cell| {
                cell.categories.get(&Cut::Municipality).map(String::as_str) == place
                    && cuts.iter().zip(row).all(|(cut, category)| cell.categories.get(cut) == *category)
            };
            table.cells.iter().find(is_it).map(|cell| &cell.value)
        };
        html! {
            div.wide tabindex="0" role="region" aria-label=(caption) {
                table.utrecht-table {
                    caption { (caption) }
                    thead { tr {
                        @for cut in &cuts { th scope="col" { (cut.label().in_language(language)) } }
                        @if cuts.is_empty() { td {} }
                        @for each in &places { th scope="col" { (place(*each, language)) } }
                    } }
                    tbody { @for row in &rows { tr {
                        @for (cut, category) in cuts.iter().zip(row) {
                            th scope="row" { (category.map_or_else(|| self.say("alles", "all").to_owned(), |category| label(*cut, category, language))) }
                        }
                        @if cuts.is_empty() { th scope="row" { (unit) } }
                        @for place in &places { td { @if let Some(value) = value(row, *place) { (self.figure(value)) } } }
                    } } }
                }
            }
        }
    }

    /// One figure.
    fn figure(&self, value: &Value) -> Markup {
        match value {
            Value::Count(count) => html! { (count) },
            Value::Suppressed => html! {
                span aria-hidden="true" { "×" }
                span.visually-hidden { (self.say("niet getoond", "not shown")) }
            },
            Value::Days(Durations { lower_quartile, median, upper_quartile, curve: _ }) => {
                let days = |days: &Option<u32>| days.map_or_else(|| "–".to_owned(), |days| days.to_string());
                html! { (days(median)) " (" (days(lower_quartile)) "–" (days(upper_quartile)) ")" }
            }
            Value::Estimate(Estimated { estimate, lower, upper, is_lower_bound, method, warnings: _ }) => html! {
                @if *is_lower_bound { "≥ " }
                (estimate) " (" (lower) "–" (upper.map_or_else(|| "∞".to_owned(), |upper| upper.to_string())) ") "
                span.noted { (method) }
            },
            Value::Refused(why) => html! {
                (self.say("niet te schatten", "no estimate")) " "
                span.noted { (of_estimate(why, language_of(self)).unwrap_or(why)) }
            },
        }
    }
}
