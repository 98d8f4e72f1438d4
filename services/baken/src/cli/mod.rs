//! The command line: one binary, `baken`.

mod backup;
mod checkpoint_key;
mod copy;
mod cosign;
mod data;
mod demo;
mod doctor;
mod import;
mod installation;
mod monitor;
mod rebuild;
mod roll_keys;
mod serve;
mod simulate;
mod spec;
mod token;
mod verify;
mod verify_accesses;
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
    RollKeys(roll_keys::RollKeys),
    Verify(verify::Verify),
    CheckpointKey(checkpoint_key::CheckpointKey),
    Cosign(cosign::Cosign),
    /// Figures over counts, and what each of them means.
    #[command(subcommand)]
    Monitor(monitor::Monitor),
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

/// Runs the command line. The runtime is started here and not in the binary: a future is compiled where it is awaited.
#[must_use]
pub fn run() -> ExitCode {
    let command = Cli::parse().command;
    match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime.block_on(execute(command)),
        Err(error) => {
            eprintln!("baken: no threads can be started: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn execute(command: Command) -> ExitCode {
    let result = match command {
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
        Command::RollKeys(roll) => roll.run().await,
        Command::Verify(verify) => return verify.run().await,
        Command::CheckpointKey(key) => key.run(),
        Command::Cosign(cosign) => cosign.run(),
        Command::Monitor(monitor) => monitor.run(),
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

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;
    use std::time::Duration;

    use super::*;

    /// Every file and folder below a folder, with what its owner, its group and others may do.
    fn modes(folder: &Path) -> Vec<(PathBuf, bool, u32)> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let about = std::fs::metadata(&path).unwrap();
            found.push((path.clone(), about.is_dir(), about.permissions().mode() & 0o777));
            if about.is_dir() {
                found.extend(modes(&path));
            }
        }
        found
    }

    async fn runs(folder: &Path, line: &str) {
        let at = |word: &str| word.replace("DIR", folder.to_str().unwrap());
        let words = std::iter::once("baken".to_owned()).chain(line.split(' ').map(at));
        let ran = match Cli::try_parse_from(words).unwrap().command {
            Command::Demo(demo) => demo.run().await,
            Command::Backup(backup) => backup.run().await,
            Command::Copy(copy) => copy.run().await,
            Command::Simulate(simulate) => simulate.run().await,
            Command::RollKeys(roll) => roll.run().await,
            _ => panic!("{line}"),
        };
        ran.unwrap_or_else(|error| panic!("{line}: {error}"));
    }

    #[tokio::test]
    async fn the_demo_listens_for_other_machines_only_where_the_network_is_trusted() {
        for address in ["0.0.0.0", "::", "192.168.1.2"] {
            let Command::Demo(demo) = Cli::try_parse_from(["baken", "demo", "--bind", address]).unwrap().command else {
                panic!("{address}");
            };
            assert!(demo.run().await.unwrap_err().to_string().contains("loopback addresses only"), "{address}");
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_the_commands_write_is_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let writing = async {
            while !folder.join("data/address").exists() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            for line in [
                "backup DIR/backup.db --keys DIR/backup-keys.db --data DIR/data",
                "copy --from sqlite:DIR/data/log.db --to sqlite:DIR/copy.db --keys-from DIR/data/keys.db --keys-to DIR/copy-keys.db",
                "simulate --persons 2 --seed 1 --ndjson DIR/batches",
                "roll-keys --data DIR/data",
            ] {
                runs(folder, line).await;
            }
            // While the service runs: its write-ahead logs go with it.
            modes(folder)
        };
        let found = tokio::select! {
            () = runs(folder, "demo --port 0 --data DIR/data --no-watch --checkpoints DIR/kept") => panic!("the demo ended"),
            found = writing => found,
        };
        let named = |name: &str| found.iter().any(|(path, ..)| path.ends_with(name));
        for name in [
            "data/log.db",
            "data/log.db-wal",
            "data/log.db.lock",
            "data/keys.db",
            "data/webhooks.db",
            "data/kek",
            "data/kek.lock",
            "data/dev-issuer.p8",
            "data/checkpoint.key",
            "data/checkpoint.key.pub",
            "kept/leaves",
            "backup.db",
            "backup-keys.db",
            "copy.db",
            "copy-keys.db",
            "batches/users.json",
        ] {
            assert!(named(name), "{name} is not there: {found:?}");
        }
        for (path, is_folder, mode) in found {
            assert_eq!(mode, if is_folder { 0o700 } else { 0o600 }, "{} has mode {mode:o}", path.display());
        }
    }
}
