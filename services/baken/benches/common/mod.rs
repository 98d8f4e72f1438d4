//! What the benchmarks of the whole service share: the simulated city that they run on, and how a figure is made of
//! several.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use baken::access_log::SqliteAccessLog;
use baken::demo;
use baken::event_log::EventLog;
use baken::event_log::sqlite::{Options, SqliteLog};
use baken::sealing::{FileKek, SqliteKeyStore};
use baken::simulate::{self, Simulation};
use baken::sources::{Clock, RandomIds, SystemClock};
use baken::startup::{Parts, Service};
use tempfile::TempDir;

pub type Failure = Box<dyn Error + Send + Sync>;

/// What the command line says for a name.
pub fn asked(name: &str) -> Option<String> {
    let arguments: Vec<String> = std::env::args().collect();
    arguments.windows(2).find(|pair| pair[0] == name).map(|pair| pair[1].clone())
}

/// The number that the command line says for a name.
pub fn number<T: std::str::FromStr>(name: &str, otherwise: T) -> Result<T, Failure> {
    let said = asked(name).map(|text| text.parse().map_err(|_| format!("{name} wants a number").into()));
    said.unwrap_or(Ok(otherwise))
}

/// A simulated city, and where it lies.
pub struct City {
    pub folder: PathBuf,
    _passing: Option<TempDir>,
}

impl City {
    /// The city of `--persons`, in a folder that is removed at the end; or in `--data`, where it is kept for the next
    /// benchmark. It is simulated by a process of its own, so that the memory of this one is that of what is measured.
    pub async fn asked() -> Result<Option<Self>, Failure> {
        let persons = number("--persons", 100_000)?;
        if let Some(folder) = asked("--fill") {
            fill(Path::new(&folder), persons).await?;
            return Ok(None);
        }
        let (folder, passing) = if let Some(data) = asked("--data") {
            (Path::new(&data).join(format!("city-{persons}")), None)
        } else {
            let passing = tempfile::tempdir()?;
            (passing.path().to_owned(), Some(passing))
        };
        let whole = folder.join("simulated");
        if !whole.exists() {
            std::fs::create_dir_all(&folder)?;
            let mut filling = Command::new(std::env::current_exe()?);
            filling.arg("--fill").arg(&folder).args(["--persons", &persons.to_string()]);
            if !filling.status()?.success() {
                return Err("the city could not be simulated".into());
            }
            std::fs::write(whole, "")?;
        }
        Ok(Some(Self { folder, _passing: passing }))
    }

    /// What a service over it is made of, with a log to be wrapped.
    pub fn parts(&self, wrap: impl FnOnce(SqliteLog) -> Arc<dyn EventLog>) -> Result<Parts, Failure> {
        parts(&self.folder, wrap)
    }
}

fn parts(folder: &Path, wrap: impl FnOnce(SqliteLog) -> Arc<dyn EventLog>) -> Result<Parts, Failure> {
    let log = wrap(SqliteLog::open(&folder.join("log.db"), &Options::default())?);
    let keys = Arc::new(SqliteKeyStore::open(folder.join("keys.db"))?);
    let kek = Arc::new(FileKek::open_or_create(folder.join("kek"))?);
    let settings = demo::settings()?;
    let access = Arc::new(SqliteAccessLog::open(&folder.join("access.db"))?);
    Ok(Parts { log, access, keys, kek, settings, clock: Arc::new(SystemClock), ids: Arc::new(RandomIds) })
}

async fn fill(folder: &Path, persons: u64) -> Result<(), Failure> {
    let service = Service::start(parts(folder, |log| Arc::new(log))?).await?;
    demo::load(&service.baken, SystemClock.now()).await?;
    let simulation = Simulation::new(persons, 1);
    let progress = simulate::progress(&simulation);
    println!("{}", simulate::run(&*service.baken, &demo::directory()?, &simulation, &progress).await?);
    service.stop().await;
    Ok(())
}

/// Memory that the process holds, in bytes.
pub fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)).and_then(|number| number.parse().ok());
    kilobytes.unwrap_or(0_u64) * 1024
}

/// The middle of several figures.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}
