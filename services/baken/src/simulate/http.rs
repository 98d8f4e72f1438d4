//! A sink over HTTP: a running service of somebody's own machine, which trusts the development issuer of its data folder.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use care_path::Principal;
use care_path::command::Method;
use care_path::ids::UserId;
use parking_lot::Mutex;
use reqwest::header::RETRY_AFTER;
use reqwest::{Client, Response, StatusCode};
use serde::Deserialize;

use super::{Delivered, Sink, SinkError};
use crate::demo::{RestCall, Scripted};
use crate::dev_issuer::{DevIssuer, DevIssuerError};
use crate::sources::{Clock, IdSource};

/// How often a call is sent again to a service that asks to wait.
const ATTEMPTS: usize = 20;
/// How long to wait where it does not say.
const PAUSE: Duration = Duration::from_secs(1);

/// Sends commands to a service by its URL, each with a token of who gives it.
pub struct Http {
    client: Client,
    url: String,
    issuer: DevIssuer,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    tokens: Mutex<HashMap<UserId, String>>,
}

/// Why a call over HTTP did not record its command. It tells what the service said, and nothing of what was sent.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    #[error("the command has no call")]
    NoCall,
    #[error(transparent)]
    Token(#[from] DevIssuerError),
    #[error("the service did not answer")]
    NoAnswer(#[source] reqwest::Error),
    #[error("the service answered {status} ({code})")]
    Refused { status: StatusCode, code: String },
    #[error("the service kept answering that there are too many requests")]
    Busy,
}

#[derive(Deserialize)]
struct WriteReceipt {
    event_ids: Vec<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Refusal {
    code: Option<String>,
}

impl Http {
    /// A sink for the service at a URL, with the issuer of its data folder.
    #[must_use]
    pub fn new(url: &str, issuer: DevIssuer, clock: Arc<dyn Clock>, ids: Arc<dyn IdSource>) -> Self {
        let url = url.trim_end_matches('/').to_owned();
        Self { client: Client::new(), url, issuer, clock, ids, tokens: Mutex::default() }
    }

    /// A token is good for twelve hours, which is longer than a run.
    fn token(&self, principal: &Principal) -> Result<String, HttpError> {
        if let Some(token) = self.tokens.lock().get(&principal.user) {
            return Ok(token.clone());
        }
        let token = self.issuer.token_for(principal, &*self.clock, &*self.ids)?;
        self.tokens.lock().insert(principal.user.clone(), token.clone());
        Ok(token)
    }

    async fn call(&self, call: &RestCall, token: &str) -> Result<Response, HttpError> {
        let url = format!("{}{}", self.url, call.path);
        for _ in 0..ATTEMPTS {
            let request = match call.method {
                Method::Post => self.client.post(&url),
                Method::Delete => self.client.delete(&url),
            };
            let request = request.bearer_auth(token).header("Idempotency-Key", &call.key).json(&call.body);
            let response = request.send().await.map_err(unanswered)?;
            if !matches!(response.status(), StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
                return Ok(response);
            }
            let asked = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
            tokio::time::sleep(asked.map_or(PAUSE, Duration::from_secs)).await;
        }
        Err(HttpError::Busy)
    }

    async fn send(&self, scripted: &Scripted) -> Result<Delivered, HttpError> {
        let call = scripted.rest().ok_or(HttpError::NoCall)?;
        let response = self.call(&call, &self.token(&scripted.by)?).await?;
        let status = response.status();
        if !status.is_success() {
            let refusal = response.json::<Refusal>().await.ok().and_then(|refusal| refusal.code);
            return Err(HttpError::Refused { status, code: refusal.unwrap_or_else(|| "no code".to_owned()) });
        }
        let answer: WriteReceipt = response.json().await.map_err(unanswered)?;
        Ok(Delivered { events: answer.event_ids.len() as u64, repeated: status == StatusCode::OK })
    }
}

/// A URL names a person by id: it does not go into errors.
fn unanswered(error: reqwest::Error) -> HttpError {
    HttpError::NoAnswer(error.without_url())
}

#[async_trait]
impl Sink for Http {
    async fn deliver(&self, scripted: &Scripted) -> Result<Delivered, SinkError> {
        Ok(self.send(scripted).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access_log::MemoryAccessLog;
    use crate::demo::{self, service};
    use crate::edge::Limits;
    use crate::event_log::{EventLog, MemoryLog};
    use crate::simulate::{Simulation, run};
    use crate::sources::{RandomIds, SystemClock};
    use crate::startup::{EdgeParts, Parts, Service, listen};
    use indicatif::ProgressBar;
    use std::collections::BTreeMap;

    /// A whole service that listens, and a sink into it.
    async fn served() -> (Service, Arc<dyn EventLog>, Http, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let log: Arc<dyn EventLog> = Arc::new(MemoryLog::new());
        let (keys, kek) = service::keys();
        let settings = demo::settings().unwrap();
        let (clock, ids) = (Arc::new(SystemClock), Arc::new(RandomIds));
        let parts = Parts {
            log: log.clone(),
            access: Arc::new(MemoryAccessLog::default()),
            keys,
            kek,
            settings,
            clock: clock.clone(),
            ids: ids.clone(),
        };
        let service = Service::start(parts).await.unwrap();
        let issuer = DevIssuer::open_or_create(folder.path()).unwrap();
        let edge = EdgeParts {
            issuers: vec![issuer.issuer_config().unwrap()],
            limits: Limits::unlimited(),
            introspection: false,
            ..EdgeParts::default()
        };
        let listening = listen(&service, ([127, 0, 0, 1], 0).into(), edge).unwrap();
        let url = format!("http://{}", listening.address);
        drop(tokio::spawn(listening.server));
        (service, log, Http::new(&url, issuer, clock, ids), folder)
    }

    #[tokio::test]
    async fn mareks_case_and_the_world_beside_him_are_accepted_over_http_under_the_ids_of_the_plan() {
        let (_service, log, http, _folder) = served().await;
        let users = demo::users().unwrap();
        let mut persons = 0;
        for script in [demo::marek().unwrap(), demo::world().unwrap()] {
            for each in demo::plan(&script, &users, SystemClock.now()).unwrap() {
                let delivered = http.deliver(&each.scripted).await.unwrap_or_else(|error| {
                    panic!("{}: {error}", each.scripted.key);
                });
                assert!(delivered.events > 0 && !delivered.repeated);
                persons += usize::from(each.scripted.opens().is_some());
            }
        }
        let streams = service::streams(&*log).await;
        assert_eq!(streams.keys().filter(|name| name.starts_with("person-")).count(), persons);
    }

    #[tokio::test]
    async fn a_simulation_over_http_gives_the_streams_that_it_gives_here() {
        let (_service, log, http, _folder) = served().await;
        let simulation = Simulation::new(15, 3);
        let (directory, progress) = (demo::directory().unwrap(), ProgressBar::hidden());
        let over_http = run(&http, &directory, &simulation, &progress).await.unwrap();
        let here = service::service("2026-11-20T09:00:00Z").await;
        run(&*here.baken, &directory, &simulation, &progress).await.unwrap();
        let of_persons = |mut streams: BTreeMap<String, Vec<String>>| {
            streams.retain(|name, _| !name.starts_with("organisation-"));
            streams
        };
        let [there, here] = [log, here.log.clone()].map(|log| async move { service::streams(&*log).await });
        assert_eq!(of_persons(there.await), of_persons(here.await));
        let again = run(&http, &directory, &simulation, &progress).await.unwrap();
        assert_eq!((again.events, again.repeated), (0, over_http.commands));
    }

    #[tokio::test]
    async fn what_the_service_refuses_is_told_by_status_and_code() {
        let (_service, _log, http, _folder) = served().await;
        let users = demo::users().unwrap();
        let planned = demo::plan(&demo::marek().unwrap(), &users, SystemClock.now()).unwrap();
        let error = http.deliver(&planned[1].scripted).await.unwrap_err().to_string();
        assert!(error.starts_with("the service answered 404"), "{error}");
    }
}
