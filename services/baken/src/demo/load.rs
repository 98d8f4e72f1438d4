//! Loads the demo world through the write path, once: a second time every key is known and nothing is written.

use std::collections::BTreeSet;

use care_path::command::UnreadableCommand;
use care_path::time::DateTime;

use super::{PlanError, Planned, SeedError, marek, plan, users, world};
use crate::app::{Baken, ExecuteError};

/// What loading did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Loaded {
    /// Commands that were executed now.
    pub executed: usize,
    /// Commands that had been executed before.
    pub repeated: usize,
    /// Commands left out, because the person was erased since.
    pub left_out: usize,
    /// Events that were recorded now.
    pub events: usize,
}

/// Why the demo world is not loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error(transparent)]
    Seed(#[from] SeedError),
    #[error(transparent)]
    Plan(#[from] PlanError),
    #[error("{key}: {source}")]
    Unreadable { key: String, source: UnreadableCommand },
    #[error("{key}: the data folder holds another version of the demo world; choose another folder")]
    OtherVersion { key: String },
    #[error("{key}: {source}")]
    Execute { key: String, source: ExecuteError },
}

/// Loads Marek's case and the persons beside him, as of now.
///
/// # Errors
/// Where a seed is broken, a command is refused, or the log does not answer.
pub async fn load(baken: &Baken, now: DateTime) -> Result<Loaded, LoadError> {
    let users = users()?;
    let mut loaded = Loaded::default();
    for script in [marek()?, world()?] {
        execute(baken, &plan(&script, &users, now)?, &mut loaded).await?;
    }
    Ok(loaded)
}

async fn execute(baken: &Baken, planned: &[Planned], loaded: &mut Loaded) -> Result<(), LoadError> {
    let mut erased = BTreeSet::new();
    for each in planned {
        let (scripted, key) = (&each.scripted, &each.scripted.key);
        if each.person.as_ref().is_some_and(|person| erased.contains(person)) {
            loaded.left_out += 1;
            continue;
        }
        let request = scripted.request().map_err(|source| LoadError::Unreadable { key: key.clone(), source })?;
        match baken.execute(request).await {
            Ok(receipt) if receipt.repeated => loaded.repeated += 1,
            Ok(receipt) => {
                loaded.executed += 1;
                loaded.events += receipt.event_ids.len();
            }
            Err(ExecuteError::Erased) => {
                loaded.left_out += 1;
                erased.extend(each.person.clone());
            }
            Err(ExecuteError::KeyReused) => return Err(LoadError::OtherVersion { key: key.clone() }),
            Err(source) => return Err(LoadError::Execute { key: key.clone(), source }),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::super::service::{service, streams};
    use super::*;

    const NOW: &str = "2026-11-20T09:00:00Z";

    #[tokio::test(flavor = "multi_thread")]
    async fn the_demo_world_is_loaded_once_whenever_it_is_asked_for() {
        let test = service(NOW).await;
        let baken = &*test.baken;
        let first = load(baken, baken.clock().now()).await.unwrap();
        let once = streams(&*test.log).await;
        let days_later = baken.clock().now() + chrono::TimeDelta::days(3);
        let second = load(baken, days_later).await.unwrap();
        assert_eq!((first.repeated, second.executed, second.events), (0, 0, 0));
        assert_eq!(second.repeated, first.executed);
        assert_eq!(streams(&*test.log).await, once);
        assert_eq!(once.values().map(Vec::len).sum::<usize>(), first.events);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn ids_in_the_log_are_those_of_the_plan() {
        let test = service(NOW).await;
        let baken = &*test.baken;
        load(baken, baken.clock().now()).await.unwrap();
        let planned = plan(&marek().unwrap(), &users().unwrap(), baken.clock().now()).unwrap();
        let marek = planned[0].scripted.opens().unwrap();
        let streams = streams(&*test.log).await;
        assert_eq!(streams[&format!("person-{marek}")].first().map(String::as_str), Some("signal_received"));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn another_version_of_the_demo_world_in_the_same_folder_is_told_apart() {
        let test = service(NOW).await;
        let baken = &*test.baken;
        let now = baken.clock().now();
        let mut script = marek().unwrap();
        script.steps.truncate(1);
        let mut loaded = Loaded::default();
        execute(baken, &plan(&script, &users().unwrap(), now).unwrap(), &mut loaded).await.unwrap();
        script.steps[0].commands.remove(1);
        let changed = plan(&script, &users().unwrap(), now).unwrap();
        let error = execute(baken, &changed, &mut loaded).await.unwrap_err();
        assert!(matches!(error, LoadError::OtherVersion { key } if key == "demo/marek/1/1"));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_command_that_is_refused_is_told_of_by_its_key() {
        let test = service(NOW).await;
        let baken = &*test.baken;
        let mut planned = plan(&marek().unwrap(), &users().unwrap(), baken.clock().now()).unwrap();
        planned.truncate(2);
        planned[1].scripted.subject = Some(Uuid::nil());
        let error = execute(baken, &planned, &mut Loaded::default()).await.unwrap_err();
        assert!(matches!(error, LoadError::Unreadable { key, .. } if key == "demo/marek/1/1"));
    }
}
