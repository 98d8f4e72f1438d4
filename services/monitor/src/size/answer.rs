//! What an estimator answers: an estimate with its uncertainty, or a refusal with its reason.

use serde::{Serialize, Serializer, ser::SerializeStruct as _};

use super::Interval;

/// Below this many persons seen again, the estimate is known to be biased: Robson and Regier (1964), Transactions of the
/// American Fisheries Society 93:215, ask for seven.
pub const FEW_SEEN_AGAIN: u64 = 7;
/// A fit whose G² is rarer than this is called poor.
pub const POOR_FIT: f64 = 0.05;
/// Above it a real number no longer tells one person from the next.
const LARGEST: f64 = 9_007_199_254_740_992.0;

/// The size of a population, as one estimator sees it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Estimate {
    /// Persons, seen and not seen.
    pub estimate: f64,
    /// Of the estimate, in persons.
    pub standard_error: f64,
    /// The estimator tells how many there are at least, in expectation, and not how many.
    pub is_lower_bound: bool,
    pub intervals: Vec<Interval>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fit: Option<Fit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bootstrap: Option<Bootstrap>,
    pub warnings: Vec<Warning>,
}

impl Estimate {
    pub(super) fn new(
        estimate: f64,
        standard_error: f64,
        intervals: Vec<Interval>,
        warnings: Vec<Warning>,
    ) -> Result<Self, Refusal> {
        // Not `>`: a number that is none is to be refused as well.
        if !(estimate <= LARGEST && standard_error <= LARGEST) {
            return Err(Refusal::Overflow);
        }
        if standard_error >= estimate {
            return Err(Refusal::Uninformative { estimate, standard_error });
        }
        Ok(Self { estimate, standard_error, is_lower_bound: false, intervals, fit: None, bootstrap: None, warnings })
    }
}

/// How well a model fits what was seen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Fit {
    /// The deviance, a likelihood-ratio statistic.
    pub g2: f64,
    /// Its degrees of freedom.
    pub df: usize,
    /// The chance of a deviance as large, were the model true; `None` without degrees of freedom.
    pub p_value: Option<f64>,
    /// Parameters of the model.
    pub parameters: usize,
    /// −2 ln L + 2p, with the Poisson likelihood of the table: Akaike (1974), IEEE Transactions on Automatic Control 19:716.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aic: Option<f64>,
    /// −2 ln L + p ln n, for n persons seen: Schwarz (1978), Annals of Statistics 6:461.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bic: Option<f64>,
}

/// How a bootstrap interval came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Bootstrap {
    /// Tables that were drawn from the fitted model.
    pub replicates: usize,
    /// Those to which the model could not be fitted. Where they are more than one in twenty there is no interval.
    pub failed: usize,
}

/// What an estimate rests on that the data speak against. The estimate is given all the same.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Warning {
    #[error("only {persons} persons were seen more than once; below {FEW_SEEN_AGAIN} the estimate is biased")]
    FewRecaptures { persons: u64 },
    #[error("the model does not fit: a deviance as large has a chance of {p_value:.2e} if the model holds")]
    PoorFit { p_value: f64 },
    #[error("the lists are of unequal size (Cochran's Q, p = {p_value:.2e}); then this need not be a lower bound")]
    UnequalLists { p_value: f64 },
    #[error("the model has a parameter for each cell: it fits any table, and nothing tests it")]
    Saturated,
}

impl Warning {
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::FewRecaptures { .. } => "few_recaptures",
            Self::PoorFit { .. } => "poor_fit",
            Self::UnequalLists { .. } => "unequal_lists",
            Self::Saturated => "saturated",
        }
    }
}

impl Serialize for Warning {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut warning = serializer.serialize_struct("Warning", 2)?;
        warning.serialize_field("code", self.code())?;
        warning.serialize_field("explanation", &self.to_string())?;
        warning.end()
    }
}

/// Why an estimator does not answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refusal {
    #[error("nobody was seen")]
    NoPersons,
    #[error("there is one list; a second one is needed to see how many it misses")]
    OneList,
    #[error("nobody is on the list {list:?}")]
    EmptyList { list: String },
    #[error("nobody was seen more than once, so nothing tells how many were not seen")]
    NoRecaptures,
    #[error("nobody was seen exactly once, and the estimator divides by their number")]
    NobodySeenOnce,
    #[error("nobody was seen exactly twice, and the estimator divides by their number")]
    NobodySeenTwice,
    #[error("the estimator is for counts without a bound; nobody is on more than {lists} lists")]
    BoundedCounts { lists: u64 },
    #[error("everybody on the list {inner:?} is on {outer:?} as well: the lists are not independent")]
    NestedLists { inner: String, outer: String },
    #[error(
        "nobody can have the history {history}: the lists exclude each other, and what they miss together is unknown"
    )]
    StructuralZero { history: String },
    #[error(
        "nobody is on both {first:?} and {second:?} where the model expects {expected:.1} persons: the lists seem to exclude \
         each other"
    )]
    SuspectedStructuralZero { first: String, second: String, expected: f64 },
    #[error("{persons} persons are too few for {cells} cells: fewer than {per_cell} a cell")]
    SparseTable { persons: u64, cells: usize, per_cell: u64 },
    #[error("{persons} persons on more than one list are too few for the {parameters} parameters of the model")]
    FewRecaptures { persons: u64, parameters: usize },
    #[error("the model has {parameters} parameters and the table tells {rank} of them at most")]
    NotIdentifiable { parameters: usize, rank: usize },
    #[error("the likelihood has no maximum at finite parameters; it rises towards none in the cells {}", cells.join(", "))]
    NoFiniteMle { cells: Vec<String> },
    #[error("the standard error ({standard_error:.0} persons) is as large as the estimate ({estimate:.0})")]
    Uninformative { estimate: f64, standard_error: f64 },
    #[error("the estimate is larger than can be computed with")]
    Overflow,
    #[error("the fit does not converge")]
    NotConverged,
}

impl Refusal {
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoPersons => "no_persons",
            Self::OneList => "one_list",
            Self::EmptyList { .. } => "empty_list",
            Self::NoRecaptures => "no_recaptures",
            Self::NobodySeenOnce => "nobody_seen_once",
            Self::NobodySeenTwice => "nobody_seen_twice",
            Self::BoundedCounts { .. } => "bounded_counts",
            Self::NestedLists { .. } => "nested_lists",
            Self::StructuralZero { .. } => "structural_zero",
            Self::SuspectedStructuralZero { .. } => "suspected_structural_zero",
            Self::SparseTable { .. } | Self::FewRecaptures { .. } => "sparse_table",
            Self::NotIdentifiable { .. } => "not_identifiable",
            Self::NoFiniteMle { .. } => "no_finite_mle",
            Self::Uninformative { .. } => "uninformative",
            Self::Overflow => "overflow",
            Self::NotConverged => "not_converged",
        }
    }
}

impl Serialize for Refusal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut refusal = serializer.serialize_struct("Refusal", 2)?;
        refusal.serialize_field("reason", self.code())?;
        refusal.serialize_field("explanation", &self.to_string())?;
        refusal.end()
    }
}

/// Estimators, by their names in the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Estimator {
    Chapman,
    Chao,
    ChaoBiasCorrected,
    Zelterman,
    ZeroTruncatedPoisson,
    LogLinear,
}

/// One estimator and what it answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    pub estimator: Estimator,
    /// The two lists of Chapman's estimator, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lists: Option<[String; 2]>,
    /// A log-linear model: `independence`, or its interactions as in papers, `[12][34]`, lists counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    #[serde(flatten)]
    pub answer: Answer,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Answer {
    Estimated(Estimate),
    Refused(Refusal),
}

impl From<Result<Estimate, Refusal>> for Answer {
    fn from(result: Result<Estimate, Refusal>) -> Self {
        match result {
            Ok(estimate) => Self::Estimated(estimate),
            Err(refusal) => Self::Refused(refusal),
        }
    }
}
