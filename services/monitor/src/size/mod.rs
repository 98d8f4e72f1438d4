//! How many people there are, estimated from those who were seen.
//!
//! Two forms of input. [`Histories`]: on which of up to five lists (shelter, outreach, …) each person is. [`Counts`]: how
//! often each person was seen. Every estimator answers with an [`Estimate`] or with a [`Refusal`] that says why not.
//!
//! All estimators assume a closed population (nobody comes or goes in the period), that persons are matched without error,
//! and that everybody on a list belongs to the population. Nothing here can see whether that holds.

mod answer;
mod chao;
mod chapman;
mod counts;
mod fit;
mod histories;
mod interval;
mod log_linear;
mod number;
mod poisson;
mod report;
mod zelterman;

#[cfg(test)]
mod published_tests;
#[cfg(test)]
mod refusal_tests;

pub use answer::{Answer, Bootstrap, Estimate, Estimator, Fit, Outcome, Refusal, Warning};
pub use counts::Counts;
pub use histories::{Histories, History, MAX_LISTS, MAX_PERSONS, TableError};
pub use interval::{Interval, Method};
pub(crate) use number::real;
pub use report::{Best, Report, Settings, of_counts, of_histories};
