//! The access log under the eyes of a notary: honest ones pass, with records removed or added.

use std::collections::BTreeSet;

use access_log::{
    Access, AccessFault, AccessLog, AccessPlace, Action, Asks, KeptDays, Outcome, PostgresAccessLog, SqliteAccessLog,
    Surface,
};
use care_path::PersonId;
use care_path::codes::Role;
use care_path::ids::CorrelationId;
use care_path::policy::{Categories, Category, Relation};
use care_path::sight::Disclosed;
use chrono::{DateTime, TimeDelta, Utc};
use storage::postgres::testing::Server;
use uuid::Uuid;

use super::*;
use crate::{AccessReport, CosignError, Evidence, LogFinding, cosign, verify_accesses};

/// When the tests verify.
pub(super) fn now() -> DateTime<Utc> {
    "2026-11-29T12:00:00Z".parse().unwrap()
}

/// Somebody is shown something of some persons, so many days before.
pub(super) fn access(random: &mut ChaCha8Rng, days: i64) -> Access {
    let count = random.random_range(1..4_u128);
    let persons: BTreeSet<_> = (0..count).map(|_| random.random_range(1..40_u128)).collect();
    let disclosed = |person| Disclosed {
        person_id: PersonId(Uuid::from_u128(person)),
        relation: Relation::Region,
        break_glass_id: None,
        categories: Categories::from_iter([Category::Identity, Category::Notes]),
    };
    Access {
        at: now() - TimeDelta::days(days),
        asks: Asks {
            request_id: CorrelationId(Uuid::from_u128(random.random())),
            surface: Surface::Rest,
            action: Action::Read,
            operation: "GET /v1/persons/{person_id}".to_owned(),
            address: None,
        },
        outcome: Outcome::Shown,
        user: format!("worker-{}", random.random_range(0..5)).parse().unwrap(),
        role: Role::ProcessCoordinator,
        organisation: format!("town-hall-{}", random.random_range(0..5)).parse().unwrap(),
        persons: persons.into_iter().map(disclosed).collect(),
    }
}

impl Place {
    pub(super) fn accesses(&self) -> Arc<dyn AccessLog> {
        Arc::new(SqliteAccessLog::open(&self.file("access.db")).unwrap())
    }

    pub(super) fn access_notary(&self, access: &Arc<dyn AccessLog>) -> Notary {
        Notary::of_accesses(access.clone(), Arc::new(self.signer()), Some(&self.file("kept"))).unwrap()
    }

    /// Verifies a file of accesses against what is kept.
    pub(super) async fn verify_accesses(&self, file: &str, kept: &str) -> AccessReport {
        self.verify_accesses_at(&AccessPlace::File(self.file(file)), kept).await
    }

    async fn verify_accesses_at(&self, place: &AccessPlace, kept: &str) -> AccessReport {
        let evidence = Evidence::read(&[self.file(kept)], &self.verifiers()).unwrap();
        verify_accesses(place, &evidence.accesses, KeptDays::default(), now()).await.unwrap()
    }
}

pub(super) async fn fill(access_log: &Arc<dyn AccessLog>, random: &mut ChaCha8Rng, records: usize, days: i64) {
    for _ in 0..records {
        access_log.append(access(random, days)).await.unwrap();
    }
}

#[tokio::test]
async fn an_access_log_that_grew_or_whose_old_records_are_gone_is_as_it_was() {
    let (place, mut random) = (Place::new(), random(1));
    let access = place.accesses();
    fill(&access, &mut random, 30, 2_000).await;
    place.access_notary(&access).keep().await.unwrap();
    fill(&access, &mut random, 20, 10).await;
    let notary = place.access_notary(&access);
    notary.keep().await.unwrap();
    assert_eq!(access.forget(25).await.unwrap(), 25);
    // It is signed on, whatever was removed.
    fill(&access, &mut random, 5, 1).await;
    assert_eq!(notary.keep().await.unwrap(), 55);
    assert_eq!(place.access_notary(&access).keep().await.unwrap(), 55);
    fill(&access, &mut random, 3, 0).await;
    let report = place.verify_accesses("access.db", "kept").await;
    assert_eq!(report.findings, []);
    assert_eq!((report.size, report.covered, report.held_against), (58, 55, (3, 55)));
    assert_eq!(report.removed, Some((25, "2021-06-08T12:00:00Z".to_owned())));
    // The checkpoints of the event log are elsewhere, and there are none.
    assert_eq!(Evidence::read(&[place.file("kept")], &place.verifiers()).unwrap().log.checkpoints(), 0);
    let origin = format!("{}/access/{}", Place::ORIGIN, access.name());
    assert!(notary.checkpoint().await.unwrap().1.starts_with(&format!("{origin}\n58\n")));
}

#[tokio::test]
async fn a_record_that_is_removed_before_its_time_is_found_without_any_checkpoint() {
    let (place, mut random) = (Place::new(), random(1));
    let access = place.accesses();
    fill(&access, &mut random, 10, 1_900).await;
    fill(&access, &mut random, 10, 1_826).await;
    access.forget(12).await.unwrap();
    let file = AccessPlace::File(place.file("access.db"));
    let verified = async |days| {
        let kept = KeptDays::try_from(days).unwrap();
        verify_accesses(&file, &std::collections::BTreeMap::new(), kept, now()).await.unwrap().findings
    };
    let removed = |from, until| [LogFinding::Access(AccessFault::Removed { from, until })];
    assert_eq!(verified(1_827).await, removed(11, 12));
    assert_eq!(verified(1_901).await, removed(1, 12));
}

#[tokio::test]
async fn a_new_store_in_the_place_of_another_is_found() {
    let (place, mut random) = (Place::new(), random(1));
    let access = place.accesses();
    fill(&access, &mut random, 10, 1).await;
    place.access_notary(&access).keep().await.unwrap();
    let new: Arc<dyn AccessLog> = Arc::new(SqliteAccessLog::open(&place.file("new.db")).unwrap());
    fill(&new, &mut random, 10, 1).await;
    let report = place.verify_accesses("new.db", "kept").await;
    let (here, kept) = (new.name().to_owned(), vec![access.name().to_owned()]);
    assert_eq!(report.findings, [LogFinding::AnotherStore { here, kept }]);
    // Two nodes share the folder.
    place.access_notary(&new).keep().await.unwrap();
    for file in ["access.db", "new.db"] {
        assert_eq!(place.verify_accesses(file, "kept").await.findings, []);
    }
}

#[tokio::test]
async fn a_second_party_signs_an_access_log_too() {
    let (place, mut random) = (Place::new(), random(1));
    let access = place.accesses();
    fill(&access, &mut random, 10, 1).await;
    place.access_notary(&access).keep().await.unwrap();
    let second = create_key(&place.file("second"), "example.net/ombudsman", KeyKind::Cosigner).unwrap();
    let (folder, last) = (place.file(&format!("kept/access/{}", access.name())), place.file("last"));
    let signs = || cosign(&folder, &last, &place.verifiers(), &second, 1_790_000_000);
    assert_eq!(signs().unwrap().size, 10);
    let both = Verifiers::new(place.signer().public().clone(), vec![second.public().clone()]).unwrap();
    let evidence = Evidence::read(std::slice::from_ref(&last), &both).unwrap();
    let file = AccessPlace::File(place.file("access.db"));
    let verified = verify_accesses(&file, &evidence.accesses, KeptDays::default(), now()).await;
    assert_eq!(verified.unwrap().findings, []);

    // Its operator begins anew, in the same place.
    std::fs::remove_dir_all(&folder).unwrap();
    fill(&access, &mut random, 10, 1).await;
    rusqlite::Connection::open(place.file("access.db"))
        .unwrap()
        .execute_batch("UPDATE leaves SET at = '2026-11-29T00:00:00Z' WHERE number = 3")
        .unwrap();
    place.access_notary(&access).keep().await.unwrap();
    assert!(matches!(signs(), Err(CosignError::Kept(_))));
}

/// Three nodes on one shared log, each with a notary of its own, and one folder for them all.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a PostgreSQL server: tests/postgres/run.sh"]
async fn nodes_that_share_an_access_log_in_postgres_sign_one_tree_and_never_belie_each_other() {
    let (place, server) = (Place::new(), Server::start());
    let shared = AccessPlace::Postgres(server.url());
    let mut nodes = Vec::new();
    for seed in 1..=3 {
        let access: Arc<dyn AccessLog> = Arc::new(PostgresAccessLog::open(&server.url()).await.unwrap());
        nodes.push((place.access_notary(&access), access, random(seed)));
    }
    let mut running = tokio::task::JoinSet::new();
    for (notary, access, mut random) in nodes {
        running.spawn(async move {
            for _ in 0..30 {
                fill(&access, &mut random, 7, 1).await;
                notary.keep().await.unwrap();
            }
            (notary, access, random)
        });
    }
    let mut nodes = running.join_all().await;
    for (notary, ..) in &nodes {
        assert_eq!(notary.keep().await.unwrap(), 630);
    }
    let evidence = Evidence::read(&[place.file("kept")], &place.verifiers()).unwrap();
    assert_eq!(evidence.accesses.len(), 1, "one store");
    let report = place.verify_accesses_at(&shared, "kept").await;
    assert_eq!((report.findings, report.size, report.covered, report.held_against.1), (vec![], 630, 630, 630));
    assert_eq!(report.store, nodes[0].1.name());

    // A file that a node had before is another store.
    let before = place.accesses();
    assert_ne!(before.name(), report.store);
    // Somebody changes a record with its leaf, so that the database agrees with itself; no node signs on.
    let (_, access, random) = &mut nodes[0];
    fill(access, random, 3, 1).await;
    server.execute("DELETE FROM baken_access.accesses WHERE number = 5").await;
    server.execute("DELETE FROM baken_access.persons WHERE number = 5").await;
    let gone = "UPDATE baken_access.leaves SET at = '2020-01-01T00:00:00Z' WHERE number = 5";
    server.execute(gone).await;
    let findings = place.verify_accesses_at(&shared, "kept").await.findings;
    assert!(findings.iter().any(|finding| finding.to_string().contains("record 5")), "{findings:?}");
    let again: Arc<dyn AccessLog> = Arc::new(PostgresAccessLog::open(&server.url()).await.unwrap());
    assert!(matches!(place.access_notary(&again).keep().await, Err(crate::NotaryError::Altered(_))));
}
