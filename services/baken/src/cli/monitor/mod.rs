//! `baken monitor`: figures over counts, from files that anybody can make. No data folder and no service is touched.

mod estimate;
mod table;

use clap::Subcommand;

use super::Failure;

#[derive(Debug, Subcommand)]
pub enum Monitor {
    Estimate(estimate::Estimate),
}

impl Monitor {
    pub fn run(self) -> Result<(), Failure> {
        match self {
            Self::Estimate(estimate) => estimate.run(),
        }
    }
}
