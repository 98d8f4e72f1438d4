//! The command line: one binary, `baken`.

mod backup;
mod copy;
mod data;
mod demo;
mod doctor;
mod import;
mod installation;
mod rebuild;
mod serve;
mod simulate;
mod spec;
mod token;
mod welcome;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Event-sourced case coordination: it keeps people in view.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

// What is said of a command here hides what is said at its own arguments.
#[derive(Debug, Subcommand)]
enum Command {
    /// Starts the service on an embedded log with the demo world and Marek's case.
    Demo(demo::Demo),
    /// Starts the service.
    Serve(serve::Serve),
    /// Prints a token of the development issuer for a user of the demo world.
    Token(token::Token),
    /// Writes synthetic care paths.
    Simulate(simulate::Simulate),
    /// Brings in a shelter's own export.
    Import(import::Import),
    /// Writes everything in `api-spec/`.
    Spec(spec::Spec),
    /// Runs the event-log contract against an engine and says what holds.
    Doctor(doctor::Doctor),
    Rebuild(rebuild::Rebuild),
    Backup(backup::Backup),
    Copy(copy::Copy),
}

/// Where the embedded log, its keys and the key of the development issuer lie.
#[derive(Debug, Clone, clap::Args)]
struct DataFolder {
    /// The data folder.
    #[arg(long, value_name = "DIR", default_value = "baken-data")]
    data: PathBuf,
}

/// Whatever a command fails with: it is printed with its causes.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Runs the command line.
pub async fn run() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Demo(demo) => demo.run().await,
        Command::Serve(serve) => serve.run().await,
        Command::Token(token) => token.run(),
        Command::Simulate(simulate) => simulate.run().await,
        Command::Import(import) => import.run().await,
        Command::Spec(spec) => spec.run(),
        Command::Doctor(doctor) => return doctor.run().await,
        Command::Rebuild(rebuild) => rebuild.run().await,
        Command::Backup(backup) => backup.run().await,
        Command::Copy(copy) => copy.run().await,
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("baken: {error}");
            let mut cause = error.source();
            while let Some(deeper) = cause {
                eprintln!("  because: {deeper}");
                cause = deeper.source();
            }
            ExitCode::FAILURE
        }
    }
}
