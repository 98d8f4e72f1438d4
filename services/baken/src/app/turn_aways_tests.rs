//! Turn-aways, recorded and read again.

use care_path::PersonId;
use care_path::command::CommandKind as C;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::testing::{TestBaken, request, user};
use super::{ExecuteError, PageRequest, Reading, Receipt, TurnAwaysFilter};

const SHELTER: &str = "night-shelter-rotterdam";
const OTHER: &str = "day-shelter-rotterdam";
const COORDINATOR: &str = "coordinator-rotterdam";

async fn send(test: &TestBaken, by: &str, person: Option<PersonId>, kind: C, body: Value) -> Receipt {
    let command = kind.read(None, &body).unwrap();
    test.baken.execute(request(user(by), person, command)).await.unwrap()
}

async fn turn_away(test: &TestBaken, by: &str, at: &str, body: Value) -> Receipt {
    let command = C::TurnAway.read(None, &body).unwrap();
    let occurred = Some(care_path::time::Occurred::instant(at.parse().unwrap()));
    test.baken.execute(super::Request { occurred, ..request(user(by), None, command) }).await.unwrap()
}

async fn somebody(test: &TestBaken, by: &str) -> PersonId {
    send(test, by, None, C::ReportSignal, json!({"channel": "shelter_intake"})).await.person_id.unwrap()
}

fn read(test: &TestBaken, by: &str, filter: &TurnAwaysFilter) -> Vec<Value> {
    read_by(test, by, filter, 200)
}

fn read_by(test: &TestBaken, by: &str, filter: &TurnAwaysFilter, first: usize) -> Vec<Value> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = PageRequest::new(Some(first), after).unwrap();
        let page = test.baken.turn_aways(&Reading::from(&user(by)), filter, &page).unwrap();
        after = page.next();
        all.extend(page.edges.into_iter().map(|edge| serde_json::to_value(edge.node).unwrap()));
        if after.is_none() {
            return all;
        }
    }
}

fn everything() -> TurnAwaysFilter {
    TurnAwaysFilter::default()
}

fn counts(rows: &[Value]) -> Vec<(&str, &str, u64, u64, u64)> {
    rows.iter()
        .map(|row| {
            let number = |name: &str| row[name].as_u64().unwrap();
            let text = |name: &str| row[name].as_str().unwrap();
            (
                text("night"),
                text("reason"),
                number("persons_known"),
                number("persons_unknown"),
                number("of_these_seen_again"),
            )
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn those_whom_nobody_knows_are_counted_by_night_and_reason_and_can_be_taken_back() {
    let test = TestBaken::start().await;
    for (at, body) in [
        ("2026-09-25T20:00:00Z", json!({"reason": "full", "persons": 3})),
        // Two in the morning in Amsterdam: the same night.
        ("2026-09-26T00:00:00Z", json!({"reason": "full"})),
        ("2026-09-26T00:30:00Z", json!({"reason": "behaviour"})),
        ("2026-09-26T20:00:00Z", json!({"reason": "full", "persons": 2})),
    ] {
        turn_away(&test, SHELTER, at, body).await;
    }
    let mistaken = turn_away(&test, SHELTER, "2026-09-25T21:00:00Z", json!({"reason": "full", "persons": 400})).await;
    let retract = |by: &str| {
        let command = C::RetractTurnAway.read(Some(mistaken.event_ids[0].0), &json!({"reason": "other"}));
        test.baken.execute(request(user(by), None, command.unwrap()))
    };
    assert!(matches!(retract(OTHER).await, Err(ExecuteError::Refused(_))), "it is not theirs to take back");
    assert!(matches!(retract(COORDINATOR).await, Err(ExecuteError::Forbidden)));
    retract(SHELTER).await.unwrap();
    assert!(matches!(retract(SHELTER).await, Err(ExecuteError::Refused(_))), "once");
    let told = [("2026-09-26", "full", 0, 2, 0), ("2026-09-25", "full", 0, 4, 0), ("2026-09-25", "behaviour", 0, 1, 0)];
    for reader in [SHELTER, COORDINATOR] {
        assert_eq!(counts(&read(&test, reader, &everything())), told, "{reader}");
    }
    let own = read(&test, SHELTER, &everything());
    assert_eq!(own[1]["entries"].as_array().unwrap().len(), 2, "what may still be taken back: {own:?}");
    assert!(read(&test, COORDINATOR, &everything()).iter().all(|row| row.get("entries").is_none()));
    let strangers = [
        OTHER,
        "coordinator-amsterdam",
        "night-shelter-utrecht",
        "assessor-rotterdam",
        "police-rotterdam",
        "liaison-pl",
        "ambassador-pl",
        "analyst-national",
        "privacy-officer",
        "administrator",
    ];
    for reader in strangers {
        assert_eq!(read(&test, reader, &everything()), Vec::<Value>::new(), "{reader}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_was_turned_away_counts_once_until_that_was_taken_back_and_is_missed_until_they_are_seen() {
    let test = TestBaken::start().await;
    let (seen, missed, mistaken) =
        (somebody(&test, SHELTER).await, somebody(&test, OTHER).await, somebody(&test, SHELTER).await);
    send(&test, OTHER, Some(missed), C::Refer, json!({"to": SHELTER, "offering": "night_bed"})).await;
    test.clock.advance(TimeDelta::hours(8));
    let full = || json!({"reason": "full"});
    for person in [seen, missed, missed] {
        send(&test, SHELTER, Some(person), C::TurnAway, full()).await;
        test.clock.advance(TimeDelta::minutes(1));
    }
    // At another door in the same night: not seen since.
    send(&test, OTHER, Some(missed), C::TurnAway, full()).await;
    let entry = send(&test, SHELTER, Some(mistaken), C::TurnAway, full()).await.event_ids[0];
    let retract = C::RetractEntry.read(Some(entry.0), &json!({"reason": "wrong_person"})).unwrap();
    test.baken.execute(request(user(SHELTER), Some(mistaken), retract)).await.unwrap();
    test.clock.advance(TimeDelta::days(2));
    send(&test, COORDINATOR, Some(seen), C::RecordContact, json!({})).await;
    let rows = read(&test, COORDINATOR, &everything());
    assert_eq!(counts(&rows), [("2026-09-28", "full", 1, 0, 0), ("2026-09-28", "full", 2, 0, 1)]);
    for row in &rows {
        assert_eq!(row["not_seen_since"], json!([{"person_id": missed, "days": 2}]));
    }
    // The shelter is told no ids; and what others saw of somebody whom it has no longer to do with is not counted to it.
    let own = read(&test, SHELTER, &everything());
    assert_eq!(counts(&own), [("2026-09-28", "full", 2, 0, 0)]);
    assert_eq!(own[0].get("not_seen_since"), None);
    // A case that is closed is missed no more.
    send(&test, COORDINATOR, Some(missed), C::CloseCase, json!({"reason": "housed"})).await;
    assert!(read(&test, COORDINATOR, &everything()).iter().all(|row| row.get("not_seen_since").is_none()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_of_whom_the_reader_may_not_know_is_not_counted() {
    let test = TestBaken::start().await;
    // Amsterdam follows her; the shelter of Rotterdam turned her away.
    let signal = json!({"channel": "shelter_intake", "municipality": "amsterdam"});
    let person = send(&test, SHELTER, None, C::ReportSignal, signal).await.person_id.unwrap();
    send(&test, SHELTER, Some(person), C::TurnAway, json!({"reason": "no_region_link"})).await;
    assert_eq!(read(&test, COORDINATOR, &everything()), Vec::<Value>::new());
    assert_eq!(counts(&read(&test, SHELTER, &everything())), [("2026-09-28", "no_region_link", 1, 0, 0)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_read_page_by_page_and_narrowed() {
    let test = TestBaken::start().await;
    for day in 1..20 {
        for (by, reason) in [(SHELTER, "full"), (SHELTER, "language"), (OTHER, "full")] {
            turn_away(&test, by, &format!("2026-09-{day:02}T20:00:00Z"), json!({"reason": reason})).await;
        }
    }
    let all = read(&test, COORDINATOR, &everything());
    assert_eq!(all.len(), 57);
    assert_eq!(read_by(&test, COORDINATOR, &everything(), 2), all);
    let narrowed = TurnAwaysFilter {
        organisation: Some(SHELTER.parse().unwrap()),
        from: Some("2026-09-05".parse().unwrap()),
        until: Some("2026-09-09".parse().unwrap()),
        reason: Some(care_path::codes::TurnAwayReason::Language),
    };
    let rows = read_by(&test, COORDINATOR, &narrowed, 3);
    let nights: Vec<_> = rows.iter().map(|row| row["night"].as_str().unwrap()).collect();
    assert_eq!(nights, ["2026-09-09", "2026-09-08", "2026-09-07", "2026-09-06", "2026-09-05"]);
    let of_others = TurnAwaysFilter { organisation: Some(SHELTER.parse().unwrap()), ..everything() };
    assert_eq!(read(&test, OTHER, &of_others), Vec::<Value>::new());
}
