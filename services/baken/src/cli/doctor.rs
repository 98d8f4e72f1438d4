//! `baken doctor`: runs the contract of the event log against an engine and says what holds.

use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use crate::event_log::contract::Report;
use crate::event_log::{self, LogUrl, OpenError, contract};
use crate::sources::{IdSource, RandomIds};

#[derive(Debug, Args)]
pub struct Doctor {
    /// The engine: `memory:`, `sqlite:PATH`, `postgres://…`, `kurrentdb://…`. The checks write to streams of their own and leave others alone.
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
        let (engine, report) = match examine(&url).await {
            Ok(examined) => examined,
            Err(error) => {
                eprintln!("baken: {error}");
                return ExitCode::FAILURE;
            }
        };
        println!("{engine}");
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

/// What the engine is, and what it holds of the contract.
async fn examine(url: &LogUrl) -> Result<(String, Report), OpenError> {
    let ids: contract::Ids = Arc::new(|| RandomIds.uuid_v7());
    let engine = event_log::describe(url).await?;
    let report = if *url == LogUrl::Memory {
        // What lives in memory is gone when it is closed: there is nothing to find after reopening.
        contract::run(event_log::open(url).await?, ids).await
    } else {
        contract::run_reopening(|| event_log::open(url), ids).await
    };
    Ok((engine, report))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event_log::kurrentdb::double::Double;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn an_operator_is_told_which_server_it_is_and_what_it_holds_of_the_contract() {
        let double = Double::start().await;
        let url = double.text_as("baken:secret@").parse().unwrap();
        let (engine, report) = examine(&url).await.unwrap();
        assert!(engine.starts_with("KurrentDB 25.1.0 at kurrentdb://127.0.0.1:"), "{engine}");
        assert!(!engine.contains("secret"));
        assert!(report.holds(), "\n{report}");
        assert!(double.is_without_repeats());
    }

    #[tokio::test]
    async fn an_operator_is_told_when_the_engine_cannot_be_opened() {
        let double = Double::start().await;
        double.stop(0).await;
        let url = double.text_as("baken:secret@").parse().unwrap();
        let refused = examine(&url).await.unwrap_err().to_string();
        assert!(refused.starts_with("the event log is not available") && !refused.contains("secret"), "{refused}");
    }
}
