//! What is shown of releases and definitions. All of it was made safe to publish before it was frozen.

use async_graphql::SimpleObject;
use care_path::figures::{IndicatorId, Remark, SourceDefinition, SourceFigure, SourceImported};
use care_path::ids::SourceId;
use care_path::text::Text;
use chrono::NaiveDate;
use monitor::definitions::{Cut, Definition, Language};
use monitor::frozen::{Cell, Durations, Estimated, Frozen, Table, Value};
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::super::LabelLanguage;

/// What an indicator counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, SimpleObject)]
#[graphql(name = "IndicatorDefinition")]
pub struct DefinitionView {
    #[schema(example = "unique_persons")]
    pub indicator: String,
    pub version: u32,
    pub name: String,
    #[schema(example = "persons")]
    pub unit: String,
    /// By which date something counts.
    pub reference: String,
    /// Who or what counts, and who does not.
    pub counts: String,
    pub cuts: Vec<CutView>,
    /// What the figure is known not to tell.
    pub gaps: Vec<String>,
}

/// What an indicator is cut by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, SimpleObject)]
#[graphql(name = "IndicatorCut")]
pub struct CutView {
    #[schema(example = "municipality")]
    pub cut: String,
    pub label: String,
}

/// A release: the figures of a period, frozen.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema, SimpleObject)]
#[graphql(name = "FiguresRelease")]
pub struct ReleaseView {
    /// Counted from 1, in the order in which they were made.
    pub number: u32,
    #[schema(example = "2026-Q3")]
    pub period: String,
    pub frozen_on: NaiveDate,
    /// The municipality for whose coordinators it is; for everybody where it is absent.
    pub municipality: Option<String>,
    /// Counts from 1 to it are suppressed.
    pub threshold: u64,
    /// Other counts are rounded to a multiple of it.
    pub rounded_to: u64,
    pub tables: Vec<TableView>,
    /// Indicators of which nothing could be published without telling of somebody.
    pub withheld: Vec<String>,
    /// What experts remark on its figures.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<FigureRemarkView>,
}

/// What an expert remarks on an indicator of a release.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, SimpleObject)]
#[graphql(name = "FiguresRemark")]
pub struct FigureRemarkView {
    #[schema(example = "unique_persons")]
    pub indicator: String,
    /// In Dutch.
    pub nl: Option<Text>,
    /// In English.
    pub en: Option<Text>,
}

/// Figures of others, which are shown beside the monitor's and never added up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, SimpleObject)]
#[graphql(name = "FiguresSource")]
pub struct SourceView {
    #[schema(value_type = String, example = "police-nuisance")]
    pub source: SourceId,
    /// How often figures of this source were imported. What is shown is of the last time.
    pub imports: u32,
    pub definition: SourceDefinition,
    pub figures: Vec<SourceFigure>,
}

/// An indicator in a period, crossed by some cuts.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema, SimpleObject)]
#[graphql(name = "FiguresTable")]
pub struct TableView {
    #[schema(example = "2026-Q3")]
    pub period: String,
    #[schema(example = "unique_persons")]
    pub indicator: String,
    /// The version of its definition. Figures of different versions are not compared.
    pub version: u32,
    #[schema(example = "persons")]
    pub unit: String,
    pub cuts: Vec<String>,
    pub cells: Vec<CellView>,
}

/// A figure; exactly one of its values is there, or it is suppressed.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema, SimpleObject)]
#[graphql(name = "FiguresCell")]
pub struct CellView {
    /// A category of each cut; the total where a cut is absent. Without a municipality: the four cities together.
    pub categories: Vec<CategoryView>,
    /// Somebody is counted, and how many is not told: it is small, or it would give a small one away.
    pub suppressed: bool,
    /// Rounded. A 0 is nobody.
    pub count: Option<u64>,
    pub days: Option<DaysView>,
    pub estimate: Option<EstimateView>,
    /// Why there is no estimate: a code of `baken monitor estimate`.
    pub refused: Option<String>,
}

/// A category of a cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, SimpleObject)]
#[graphql(name = "FiguresCategory")]
pub struct CategoryView {
    #[schema(example = "municipality")]
    pub cut: String,
    #[schema(example = "rotterdam")]
    pub category: String,
}

/// Days, with those to whom it has not happened yet taken into account (Kaplan and Meier 1958).
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, SimpleObject)]
#[graphql(name = "FiguresDays")]
pub struct DaysView {
    pub lower_quartile: Option<u32>,
    pub median: Option<u32>,
    pub upper_quartile: Option<u32>,
    pub curve: Vec<CurvePointView>,
}

/// A point of the survival curve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, SimpleObject)]
#[graphql(name = "FiguresCurvePoint")]
pub struct CurvePointView {
    pub day: u32,
    /// To how many of a hundred it has not happened after so many days.
    pub percent: u32,
}

/// An estimate of how many people there are, seen or not, with an interval of 95%.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, SimpleObject)]
#[graphql(name = "FiguresEstimate")]
pub struct EstimateView {
    pub estimate: u64,
    pub lower: u64,
    /// Absent where the data set no upper bound.
    pub upper: Option<u64>,
    pub is_lower_bound: bool,
    pub method: String,
    /// What speaks against it.
    pub warnings: Vec<String>,
}

/// The language of definitions that is nearest: Dutch for Dutch, else English.
pub(super) fn language_of(asked: LabelLanguage) -> Language {
    if asked.tag() == "nl" { Language::Dutch } else { Language::English }
}

impl DefinitionView {
    pub(super) fn of(definition: &Definition, language: Language) -> Self {
        let Definition { id, version, name, unit, reference, counts, cuts, gaps } = definition;
        Self {
            indicator: (*id).to_owned(),
            version: *version,
            name: name.in_language(language).to_owned(),
            unit: unit.code().to_owned(),
            reference: reference.label().in_language(language).to_owned(),
            counts: counts.in_language(language).to_owned(),
            cuts: cuts.iter().map(|cut| CutView::of(*cut, language)).collect(),
            gaps: gaps.iter().map(|gap| gap.in_language(language).to_owned()).collect(),
        }
    }
}

impl CutView {
    fn of(cut: Cut, language: Language) -> Self {
        Self { cut: cut.code().to_owned(), label: cut.label().in_language(language).to_owned() }
    }
}

impl ReleaseView {
    pub(super) fn of(number: u32, frozen: &Frozen, remarks: Vec<FigureRemarkView>) -> Self {
        Self {
            number,
            period: frozen.period.to_string(),
            frozen_on: frozen.frozen_on,
            municipality: frozen.audience.municipality().map(str::to_owned),
            threshold: frozen.rule.threshold,
            rounded_to: frozen.rule.base,
            tables: frozen.tables.iter().map(|table| TableView::of(frozen, table)).collect(),
            withheld: frozen.withheld.clone(),
            remarks,
        }
    }
}

impl FigureRemarkView {
    pub(super) fn of(indicator: &IndicatorId, Remark { nl, en }: &Remark) -> Self {
        Self { indicator: indicator.to_string(), nl: nl.clone(), en: en.clone() }
    }
}

impl SourceView {
    pub(super) fn of((source, imports, imported): (&SourceId, u32, &SourceImported)) -> Self {
        let SourceImported { source: _, definition, figures } = imported.clone();
        Self { source: source.clone(), imports, definition, figures: figures.to_vec() }
    }
}

impl TableView {
    pub(super) fn of(frozen: &Frozen, table: &Table) -> Self {
        Self {
            period: frozen.period.to_string(),
            indicator: table.indicator.clone(),
            version: table.version,
            unit: table.unit.code().to_owned(),
            cuts: table.cuts.iter().map(|cut| cut.code().to_owned()).collect(),
            cells: table.cells.iter().map(CellView::of).collect(),
        }
    }
}

impl CellView {
    fn of(cell: &Cell) -> Self {
        let category =
            |(cut, category): (&Cut, &String)| CategoryView { cut: cut.code().to_owned(), category: category.clone() };
        let categories = cell.categories.iter().map(category).collect();
        let mut view = Self { categories, suppressed: false, count: None, days: None, estimate: None, refused: None };
        match &cell.value {
            Value::Suppressed => view.suppressed = true,
            Value::Count(count) => view.count = Some(*count),
            Value::Days(days) => view.days = Some(DaysView::of(days)),
            Value::Estimate(estimate) => view.estimate = Some(EstimateView::of(estimate)),
            Value::Refused(reason) => view.refused = Some(reason.clone()),
        }
        view
    }
}

impl DaysView {
    fn of(days: &Durations) -> Self {
        let Durations { lower_quartile, median, upper_quartile, curve } = days;
        let curve = curve.iter().map(|(day, percent)| CurvePointView { day: *day, percent: *percent });
        Self {
            lower_quartile: *lower_quartile,
            median: *median,
            upper_quartile: *upper_quartile,
            curve: curve.collect(),
        }
    }
}

impl EstimateView {
    fn of(estimated: &Estimated) -> Self {
        let Estimated { estimate, lower, upper, is_lower_bound, method, warnings } = estimated.clone();
        Self { estimate, lower, upper, is_lower_bound, method, warnings }
    }
}
