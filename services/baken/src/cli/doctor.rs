//! `baken doctor`: runs the contract of the event log against an engine and says what holds.

use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use crate::event_log::{self, LogUrl, contract};
use crate::sources::{IdSource, RandomIds};

#[derive(Debug, Args)]
pub struct Doctor {
    /// The engine: `memory:`, `sqlite:PATH`, `postgres://…`. The checks write to streams of their own and leave others alone.
    #[arg(long, value_name = "URL")]
    log: String,
}

impl Doctor {
    pub async fn run(self) -> ExitCode {
        let url: LogUrl = match self.log.parse() {
            Ok(url) => url,
            Err(error) => {
                eprintln!("baken: {error}");
                return ExitCode::FAILURE;
            }
        };
        let ids: contract::Ids = Arc::new(|| RandomIds.uuid_v7());
        // What lives in memory is gone when it is closed: there is nothing to find after reopening.
        let report = if url == LogUrl::Memory {
            match event_log::open(&url).await {
                Ok(log) => contract::run(log, ids).await,
                Err(error) => {
                    eprintln!("baken: {error}");
                    return ExitCode::FAILURE;
                }
            }
        } else {
            contract::run_reopening(|| event_log::open(&url), ids).await
        };
        print!("{report}");
        if report.holds() {
            println!("The engine keeps the whole contract.");
            ExitCode::SUCCESS
        } else {
            println!("The engine does not keep the contract: Baken must not run on it.");
            ExitCode::FAILURE
        }
    }
}
