//! `baken import`, from the file to what the shelter then sees.

use std::path::{Path, PathBuf};

use baken::import::{Brought, IdKey, ImportTarget, Mapping, Table, bring, plan};
use baken::sources::{Clock as _, SystemClock};
use indicatif::ProgressBar;
use serde_json::Value;

use crate::support::{Running, empty};

const SHELTER: &str = "night-shelter-rotterdam";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A file of the cases that stand beside the import.
fn case(name: &str) -> PathBuf {
    root().join("services/baken/src/import/tests/cases").join(name)
}

fn case_text(name: &str) -> String {
    std::fs::read_to_string(case(name)).unwrap()
}

async fn import_by(running: &Running, user: &str, mapping: &Path, text: &str) -> Brought {
    let mapping = Mapping::read(mapping).unwrap();
    let key = IdKey::open_or_create(&running.folder.path().join("key")).unwrap();
    let plan = plan(Table::of(text.as_bytes(), &mapping).unwrap(), &mapping, &key, SystemClock.now());
    assert_eq!(plan.findings, []);
    let target = ImportTarget::new(&running.url, running.token(user));
    bring(&target, plan, &key, &ProgressBar::hidden()).await.unwrap()
}

async fn import(running: &Running, user: &str, text: &str) -> Brought {
    import_by(running, user, &root().join("seeds/import/opvang.toml"), text).await
}

/// What became of the rows.
async fn imported(running: &Running, mapping: &Path, text: &str) -> String {
    let brought = import_by(running, SHELTER, mapping, text).await;
    assert!(brought.refused.is_empty(), "{:?}", brought.refused);
    brought.rows.to_string()
}

fn export() -> String {
    std::fs::read_to_string(root().join("seeds/import/opvang.csv")).unwrap()
}

#[tokio::test]
async fn a_shelter_brings_in_its_export_again_and_again_and_nobody_is_there_twice() {
    let running = empty().await;
    let whole = export();
    let earlier = &whole[..whole.find("1042;Jan met de pet;14-02-1976;Pools;Pools;ja;29").unwrap()];
    let shelter = SHELTER;
    let counts = |sent: &Brought| (sent.recorded, sent.known, sent.refused.len());
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
async fn a_row_that_was_changed_since_it_was_brought_in_takes_the_place_of_what_it_said() {
    let running = empty().await;
    let mapping = root().join("seeds/import/opvang.toml");
    imported(&running, &mapping, &export()).await;
    // How somebody lives, and the day on which a bed began; the bed's end is about that bed.
    let changed = export().replace("Bij bekenden", "Buiten").replace(";29-03-2026;02-04", ";30-03-2026;02-04");
    let of =
        |repeated, updated| format!("4 rows: 0 taken, {repeated} repeated, {updated} updated, 0 deleted, 0 refused");
    assert_eq!(imported(&running, &mapping, &changed).await, of(2, 2));
    assert_eq!(imported(&running, &mapping, &changed).await, of(4, 0));
    let again = changed.replace(";alcohol;", ";alcohol, geen inkomen;");
    assert_eq!(imported(&running, &mapping, &again).await, of(3, 1));
    assert_eq!(imported(&running, &mapping, &again).await, of(4, 0));
    // Earlier files change nothing back.
    for earlier in [export(), changed] {
        assert_eq!(imported(&running, &mapping, &earlier).await, of(4, 0));
    }
    let jan = named(&running, "Jan met de pet").await;
    let counted = counted(&running, &jan).await;
    let expected = [
        "bed_assigned 2025-11-03T19:00:00Z",
        "bed_assigned 2026-03-30T18:00:00Z",
        "bed_released 2025-11-08T23:00:00Z",
        "bed_released 2026-04-01T22:00:00Z",
        "intake_completed 2025-11-03T18:45:00Z",
        "intake_completed 2026-03-29T01:30:00Z",
        "signal_received 2025-11-03T18:45:00Z",
    ];
    assert_eq!(counted, expected);
}

#[tokio::test]
async fn a_row_that_was_deleted_is_not_taken_and_what_it_said_before_is_taken_back() {
    let running = empty().await;
    let mapping = root().join("seeds/import/hmis.toml");
    let deleted = case_text("hmis.csv");
    let alive = deleted.replace("2026-11-22 00:00:00", "");
    let corrected = alive.replace("Probus", "Proba");
    let of = |taken, repeated, updated, deleted| {
        format!("2 rows: {taken} taken, {repeated} repeated, {updated} updated, {deleted} deleted, 0 refused")
    };
    // Nothing was recorded of it yet.
    assert_eq!(imported(&running, &mapping, &deleted).await, of(1, 0, 0, 1));
    assert_eq!(persons(&running).await.len(), 1);
    assert_eq!(imported(&running, &mapping, &alive).await, of(1, 1, 0, 0));
    assert_eq!(imported(&running, &mapping, &corrected).await, of(0, 1, 1, 0));
    named(&running, "Proba van der Exempel").await;
    let brought = import_by(&running, SHELTER, &mapping, &deleted).await;
    assert_eq!(brought.rows.to_string(), of(0, 1, 0, 1));
    let told: Vec<_> = brought.told.iter().map(ToString::to_string).collect();
    let expected = [
        "line 3: 2 entries that an earlier import recorded of it were taken back",
        "line 3, column \"DateDeleted\": was deleted where it comes from, and is not taken",
    ];
    assert_eq!(told, expected);
    assert!(!persons(&running).await.iter().any(|person| person.to_string().contains("Exempel")));
    assert_eq!(imported(&running, &mapping, &deleted).await, of(0, 1, 0, 1));
}

#[tokio::test]
async fn what_may_not_be_said_any_more_is_told_with_its_line() {
    let running = empty().await;
    let mapping = root().join("seeds/import/opvang.toml");
    imported(&running, &mapping, &export()).await;
    // The end of a stay of last year, before another one: the shelter is not involved any more with that.
    let changed = export().replace(";03-11-2025;09-11-2025", ";04-11-2025;09-11-2025");
    for _ in 0..2 {
        let brought = import_by(&running, SHELTER, &mapping, &changed).await;
        assert_eq!(brought.rows.refused, 1);
        let told: Vec<_> = brought.refused.iter().map(|refused| refused.findings[0].to_string()).collect();
        assert_eq!(told, ["line 2 (departure): Your role may not do this here."]);
    }
}

/// The person whose view has a name in it.
async fn named(running: &Running, name: &str) -> Value {
    let persons = persons(running).await;
    persons.into_iter().find(|person| person.to_string().contains(name)).unwrap_or_else(|| panic!("no {name}"))
}

/// What counts of a person's timeline, with when it happened.
async fn counted(running: &Running, person: &Value) -> Vec<String> {
    let path = format!("/v1/persons/{}/timeline", person["person_id"].as_str().unwrap());
    let timeline = running.client("coordinator-rotterdam").all(&path).await;
    let counts = |entry: &&Value| {
        let kind = entry["type"].as_str().unwrap();
        entry["retracted_by"].is_null() && !["entry_retracted", "coordinator_assigned"].contains(&kind)
    };
    let told =
        |entry: &Value| format!("{} {}", entry["type"].as_str().unwrap(), entry["occurred_at"].as_str().unwrap());
    let mut told: Vec<_> = timeline.iter().filter(counts).map(told).collect();
    told.sort();
    told
}

async fn persons(running: &Running) -> Vec<Value> {
    running.client("coordinator-rotterdam").all("/v1/persons").await
}

async fn file_of(running: &Running, person: &Value) -> Value {
    let path = format!("/v1/persons/{}", person["person_id"].as_str().unwrap());
    running.client(SHELTER).get(&path).await.expect(200).json()
}

async fn types(running: &Running, person: &Value) -> Vec<String> {
    let path = format!("/v1/persons/{}/timeline", person["person_id"].as_str().unwrap());
    let timeline = running.client(SHELTER).all(&path).await;
    timeline.iter().map(|entry| entry["type"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_corrected_row_says_who_the_same_person_is_once() {
    let running = empty().await;
    let (mapping, first, later) = (case("m.toml"), case_text("later-a.csv"), case_text("later-b.csv"));
    let of = |taken, repeated, updated| {
        format!("1 rows: {taken} taken, {repeated} repeated, {updated} updated, 0 deleted, 0 refused")
    };
    assert_eq!(imported(&running, &mapping, &first).await, of(1, 0, 0));
    assert_eq!(imported(&running, &mapping, &first.replace(";ok", ";\"ok\"")).await, of(0, 1, 0));
    assert_eq!(imported(&running, &mapping, &later).await, of(0, 0, 1));
    assert_eq!(imported(&running, &mapping, &later).await, of(0, 1, 0));
    // The earlier file changes nothing back.
    assert_eq!(imported(&running, &mapping, &first).await, of(0, 1, 0));
    let persons = persons(&running).await;
    assert_eq!(persons.len(), 1);
    let identity = file_of(&running, &persons[0]).await["identity"].clone();
    assert_eq!((&identity["name"], &identity["birth_date"]), (&"Adam Laterski".into(), &"1976-02-14".into()));
    let types = types(&running, &persons[0]).await;
    let times = |name: &str| types.iter().filter(|each| *each == name).count();
    assert_eq!(
        (times("signal_received"), times("intake_completed"), times("identity_updated")),
        (1, 1, 1),
        "{types:?}"
    );
}

#[tokio::test]
async fn what_baken_knows_already_is_not_told_again_and_what_it_knows_better_stays() {
    let running = empty().await;
    let (mapping, later) = (case("m.toml"), case_text("later-b.csv"));
    imported(&running, &mapping, &later).await;
    let person = persons(&running).await.remove(0);
    let path = format!("/v1/persons/{}/identity", person["person_id"].as_str().unwrap());
    let seen = serde_json::json!({"claim": {"name": "Adam Lateryjski"}, "assurance": "document_seen"});
    running.client(SHELTER).post(&path, seen).await.expect(201);
    // Another row is the first of the file now; it says nothing that the other did not.
    let moved = later.replace("10-11-2026", "12-11-2026");
    assert_eq!(
        imported(&running, &mapping, &moved.replace("Adam Laterski", "")).await,
        "1 rows: 1 taken, 0 repeated, 0 updated, 0 deleted, 0 refused"
    );
    assert_eq!(types(&running, &person).await.iter().filter(|each| *each == "identity_updated").count(), 1);
    assert_eq!(file_of(&running, &person).await["identity"]["name"], "Adam Lateryjski");
}

#[tokio::test]
async fn a_date_of_birth_is_known_as_precisely_as_the_file_knows_it() {
    let running = empty().await;
    let text = case_text("partial-birth.csv").replace("onbekend;Pools", ";Pools");
    assert_eq!(
        imported(&running, &case("m.toml"), &text).await,
        "4 rows: 4 taken, 0 repeated, 0 updated, 0 deleted, 0 refused"
    );
    let mut born = Vec::new();
    for person in persons(&running).await {
        let identity = file_of(&running, &person).await["identity"].clone();
        born.push(format!("{} {}", identity["name"], identity["birth_date"]));
    }
    born.sort();
    let expected = [r#""Leeg" null"#, r#""Onbekend Jaar" "1976""#, r#""Onbekend Jaar" "1976""#, r#""Onbekend" null"#];
    assert_eq!(born, expected);
    // What is known later, to the day, takes the place of the year.
    let later = text.replace(";1976;", ";14-02-1976;");
    assert_eq!(
        imported(&running, &case("m.toml"), &later).await,
        "4 rows: 0 taken, 3 repeated, 1 updated, 0 deleted, 0 refused"
    );
    assert!(persons(&running).await.len() == 4);
}

#[tokio::test]
async fn what_only_the_opening_of_a_person_takes_is_told_where_another_row_opened_them() {
    let running = empty().await;
    let folder = tempfile::tempdir().unwrap();
    let mapping = folder.path().join("m.toml");
    let text = case_text("m.toml").replace("[[command]]", "location = { column = \"Plek\" }\n[[command]]");
    std::fs::write(&mapping, text).unwrap();
    let row = |day: &str, place: &str| {
        let header = case_text("later-a.csv").lines().next().unwrap().to_owned();
        format!("{header};Plek\n1;Adam;;Pools;pl;{day}-11-2026;19:45;ok;{place}\n")
    };
    imported(&running, &mapping, &row("10", "hal")).await;
    for (place, cells) in [("tuin", 1), ("", 0)] {
        let brought = import_by(&running, SHELTER, &mapping, &row("12", place)).await;
        assert_eq!(brought.notes.cells(), cells, "{}", brought.notes);
    }
}
