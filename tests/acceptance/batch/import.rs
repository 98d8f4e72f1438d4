//! `baken import`, from the file to what the shelter then sees.

use std::path::Path;
use std::sync::Arc;

use baken::import::{IdKey, Mapping, Sent, Table, Target, plan, send};
use indicatif::ProgressBar;

use crate::support::{Running, empty};

async fn import(running: &Running, user: &str, text: &str) -> Sent {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../seeds/import");
    let mapping = Mapping::read(&seeds.join("opvang.toml")).unwrap();
    let key = IdKey::open_or_create(&running.folder.path().join("opvang.key")).unwrap();
    let plan = plan(Table::of(text.as_bytes(), &mapping).unwrap(), &mapping, &key);
    assert_eq!(plan.findings, []);
    let target = Target { url: running.url.clone(), token: running.token(user) };
    send(&target, &Arc::new(plan.lines), &ProgressBar::hidden()).await.unwrap()
}

fn export() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../seeds/import/opvang.csv")).unwrap()
}

#[tokio::test]
async fn a_shelter_brings_in_its_export_again_and_again_and_nobody_is_there_twice() {
    let running = empty().await;
    let whole = export();
    let earlier = &whole[..whole.find("1042;Jan met de pet;14-02-1976;Pools;Pools;ja;29").unwrap()];
    let shelter = "night-shelter-rotterdam";
    let counts = |sent: &Sent| (sent.recorded, sent.known, sent.refused.len());
    assert_eq!(counts(&import(&running, shelter, earlier).await), (7, 0, 0));
    assert_eq!(counts(&import(&running, shelter, &whole).await), (5, 7, 0));
    assert_eq!(counts(&import(&running, shelter, &whole).await), (0, 12, 0));
    // An export of later on, in which the first row of a client is another one.
    let later: String = whole.split_inclusive('\n').filter(|line| !line.contains("03-11-2025")).collect();
    let sent = import(&running, shelter, &later).await;
    assert_eq!((sent.recorded, sent.refused.len()), (0, 0), "{sent:?}");

    let persons = running.client("coordinator-rotterdam").all("/v1/persons").await;
    assert_eq!(persons.len(), 3);
    let named = |name: &str| persons.iter().find(|person| person.to_string().contains(name)).unwrap();
    let path = format!("/v1/persons/{}/timeline", named("Jan met de pet")["person_id"].as_str().unwrap());
    let timeline = running.client(shelter).all(&path).await;
    let told: Vec<_> = timeline
        .iter()
        .filter(|entry| entry["type"] != "coordinator_assigned")
        .map(|entry| format!("{} {}", entry["type"].as_str().unwrap(), entry["occurred_at"].as_str().unwrap()))
        .collect();
    let expected = [
        "signal_received 2025-11-03T18:45:00Z",
        "intake_completed 2025-11-03T18:45:00Z",
        "bed_assigned 2025-11-03T19:00:00Z",
        "bed_released 2025-11-08T23:00:00Z",
        "intake_completed 2026-03-29T01:30:00Z",
        "bed_assigned 2026-03-29T18:00:00Z",
        "bed_released 2026-04-01T22:00:00Z",
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn a_row_that_was_changed_since_it_was_brought_in_is_told_of_and_stops_no_other() {
    let running = empty().await;
    let shelter = "night-shelter-rotterdam";
    import(&running, shelter, &export()).await;
    let sent = import(&running, shelter, &export().replace("alcohol", "geen inkomen")).await;
    assert_eq!((sent.recorded, sent.known, sent.refused.len()), (0, 11, 1));
    let refused = &sent.refused[0];
    assert_eq!((refused.status, refused.code.as_str()), (422, "idempotency_key_reused"));
    let told = refused.findings[0].to_string();
    assert_eq!(told, "line 5 (intake): The row, or the mapping, says something else than when it was first sent.");
}
