//! A whole Baken in memory for tests: the demo world's organisations and users, a clock that stands still, ids that
//! count up, and a follower that keeps the read models up.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use care_path::command::{Command, CommandKind};
use care_path::directory::Directory;
use care_path::ids::CorrelationId;
use care_path::path::rights::Norms;
use care_path::{Actor, Area, PersonId, Principal};
use chrono::{DateTime, Utc};
use parking_lot::RwLock;
use serde_json::Value;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::{Baken, Request};
use crate::access_log::MemoryAccessLog;
use crate::event_log::{EventLog, MemoryLog};
use crate::history::{Decoder, Idempotency, Purpose};
use crate::projections::{FollowError, Follower, World};
use crate::sealing::{EnvironmentKek, KEY_LEN, KeyRing, MemoryKeyStore, Sealer};
use crate::settings::{Settings, Terms};
use crate::sources::testing::{SequentialIds, TestClock};

/// A Baken in memory.
pub struct TestBaken {
    pub baken: Arc<Baken>,
    pub clock: Arc<TestClock>,
    pub ids: Arc<SequentialIds>,
    pub log: Arc<dyn EventLog>,
    pub access: Arc<MemoryAccessLog>,
    pub sealer: Arc<Sealer>,
    follower: JoinHandle<FollowError>,
}

impl Drop for TestBaken {
    fn drop(&mut self) {
        self.follower.abort();
    }
}

impl TestBaken {
    /// A Baken with an empty log, on a Monday at noon.
    ///
    /// # Panics
    /// Where it cannot be put together.
    pub async fn start() -> Self {
        Self::start_at(DateTime::from_timestamp(1_790_596_800, 0).unwrap()).await
    }

    /// The same as of a time.
    ///
    /// # Panics
    /// Where it cannot be put together.
    pub async fn start_at(now: DateTime<Utc>) -> Self {
        let kek = EnvironmentKek::parse(&format!("1:{}", STANDARD.encode([1; KEY_LEN]))).unwrap();
        let ring = KeyRing::open(Arc::new(MemoryKeyStore::default()), Arc::new(kek), KeyRing::CAPACITY).await.unwrap();
        let sealer = Arc::new(Sealer::new(Arc::new(ring)));
        let (clock, ids) = (Arc::new(TestClock::at(now)), Arc::new(SequentialIds::default()));
        Self::on(Arc::new(MemoryLog::new()), sealer, clock, ids)
    }

    /// A Baken on a log of the test's own.
    ///
    /// # Panics
    /// Where it cannot be put together.
    pub async fn start_on(log: Arc<dyn EventLog>) -> Self {
        let other = Self::start().await;
        Self::on(log, other.sealer.clone(), other.clock.clone(), other.ids.clone())
    }

    /// Another node beside this one: on the same log, with the same keys, clock and ids.
    #[must_use]
    pub fn beside(&self) -> Self {
        Self::on(self.log.clone(), self.sealer.clone(), self.clock.clone(), self.ids.clone())
    }

    /// The same, with keys of its own.
    #[must_use]
    pub fn beside_with(&self, sealer: Arc<Sealer>) -> Self {
        Self::on(self.log.clone(), sealer, self.clock.clone(), self.ids.clone())
    }

    /// The same, on a log that shows it otherwise.
    #[must_use]
    pub fn beside_on(&self, log: Arc<dyn EventLog>) -> Self {
        Self::on(log, self.sealer.clone(), self.clock.clone(), self.ids.clone())
    }

    fn on(log: Arc<dyn EventLog>, sealer: Arc<Sealer>, clock: Arc<TestClock>, ids: Arc<SequentialIds>) -> Self {
        let world = World::new(Arc::new(settings())).with_directory(directory());
        let world = Arc::new(RwLock::new(world));
        let (follower, applied) =
            Follower::new(log.clone(), Decoder::new(sealer.clone()), world.clone(), clock.clone());
        let access = Arc::new(MemoryAccessLog::default());
        let baken = Baken::new(log.clone(), access.clone(), sealer.clone(), world, clock.clone(), ids.clone(), applied);
        let follower = tokio::spawn(follower.run());
        Self { baken: Arc::new(baken), access, clock, ids, log, sealer, follower }
    }
}

impl TestBaken {
    /// Why its read models follow no longer.
    ///
    /// # Panics
    /// Where they were stopped.
    pub async fn why_it_stopped(mut self) -> FollowError {
        (&mut self.follower).await.unwrap()
    }
}

/// The demo world's configuration.
///
/// # Panics
/// Where the seeds cannot be read.
#[must_use]
pub fn settings() -> Settings {
    Settings {
        organisations: crate::demo::organisations().unwrap(),
        deadlines: Terms::default(),
        norms: Norms::from_json(include_str!("../../../../seeds/rights/2026-1.json")).unwrap(),
    }
}

/// The demo world's directory, which tests begin with: it is on no stream.
///
/// # Panics
/// Where the seeds cannot be read.
#[must_use]
pub fn directory() -> Directory {
    crate::demo::directory().unwrap()
}

/// What somebody asks for, with nothing that they may leave out.
#[must_use]
pub fn request(principal: Principal, person_id: Option<PersonId>, command: Command) -> Request {
    Request {
        principal,
        person_id,
        command,
        occurred: None,
        if_match: None,
        idempotency: None,
        correlation_id: CorrelationId(Uuid::nil()),
        causation_id: None,
        purpose: Purpose::default(),
    }
}

/// The same, with a key to repeat it by.
///
/// # Panics
/// Where the body is not the command's.
#[must_use]
#[allow(clippy::needless_pass_by_value)] // tests read better with a literal
pub fn keyed(principal: Principal, person_id: Option<PersonId>, kind: CommandKind, key: &str, body: Value) -> Request {
    let idempotency = Idempotency::of(&principal, key, "POST", "/", body.to_string().as_bytes());
    Request { idempotency: Some(idempotency), ..request(principal, person_id, kind.read(None, &body).unwrap()) }
}

/// A user of the demo world.
///
/// # Panics
/// Where there is no such user.
#[must_use]
pub fn user(name: &str) -> Principal {
    let users: Vec<Value> = serde_json::from_str(include_str!("../../../../seeds/demo/users.json")).unwrap();
    let user = users.iter().find(|user| user["user"] == name).unwrap_or_else(|| panic!("no demo user {name}"));
    let text = |field: &str| user[field].as_str().unwrap_or_else(|| panic!("{name} has no {field}"));
    let municipality = || text("municipality").parse().unwrap();
    let country = || text("country").parse().unwrap();
    let actor = match text("role") {
        "process_coordinator" => Actor::ProcessCoordinator { municipality: municipality() },
        "shelter_worker" => Actor::ShelterWorker,
        "outreach_worker" => Actor::OutreachWorker { municipality: municipality() },
        "care_provider" => Actor::CareProvider,
        "client_supporter" => Actor::ClientSupporter,
        "municipal_assessor" => Actor::MunicipalAssessor { municipality: municipality() },
        "police" => Actor::Police,
        "embassy_liaison" => Actor::EmbassyLiaison { country: country() },
        "receiving_provider" => Actor::ReceivingProvider,
        "ambassador" => Actor::Ambassador { country: country() },
        "monitor_analyst" if text("area") == "national" => Actor::MonitorAnalyst { area: Area::National },
        "monitor_analyst" => Actor::MonitorAnalyst { area: Area::Region(text("area").parse().unwrap()) },
        "privacy_officer" => Actor::PrivacyOfficer,
        "administrator" => Actor::Administrator,
        role => panic!("{role} is no role of a demo user"),
    };
    Principal { user: name.parse().unwrap(), organisation: text("organisation").parse().unwrap(), actor }
}
