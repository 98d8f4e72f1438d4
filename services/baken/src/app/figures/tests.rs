//! A simulated city, with its events and what the monitor counts of them, written out for a script that counts them again:
//! `tests/monitor/indicators.py`.

use std::collections::BTreeMap;
use std::io::Write as _;

use care_path::codes::Code as _;
use care_path::command::CommandKind;
use care_path::directory::Facility;
use care_path::event::EventKind;
use care_path::{PersonId, Principal};
use indicatif::ProgressBar;
use monitor::indicators::{CITIES, Census, ELSEWHERE, PLACES, SLOTS, count};
use monitor::period::Period;
use serde_json::{Value, json};

use super::facts::facts;
use crate::app::testing::{TestBaken, request, user};
use crate::history::{Decoder, Stream};
use crate::simulate::{self, Simulation};
use crate::sources::Clock as _;

async fn send(
    test: &TestBaken,
    by: &Principal,
    person: PersonId,
    kind: CommandKind,
    subject: Option<uuid::Uuid>,
    body: Value,
) {
    let command = kind.read(subject, &body).unwrap();
    test.baken
        .execute(request(by.clone(), Some(person), command))
        .await
        .unwrap_or_else(|why| panic!("{}: {why}", kind.name()));
}

/// Links some, takes entries of some back, takes down how some live, and erases some.
async fn correct(test: &TestBaken) {
    let mut cases: Vec<_> = {
        let world = test.baken.world.read();
        let first = |case: &crate::projections::Case| {
            let (stamp, _) = case.told().find(|(_, event)| event.kind() == EventKind::SignalReceived)?;
            Some((case.id(), case.path.municipality()?.clone(), stamp.event_id, stamp.by.clone()))
        };
        world.cases().filter_map(first).collect()
    };
    cases.sort_by_key(|(id, ..)| *id);
    let coordinator = |city: &care_path::ids::Municipality| {
        let actor = care_path::Actor::ProcessCoordinator { municipality: city.clone() };
        Principal { actor, ..user("coordinator-rotterdam") }
    };
    for (index, pair) in cases.windows(2).enumerate() {
        let [(person, city, entry, _), (other, other_city, ..)] = pair else { continue };
        let by = coordinator(city);
        if index % 29 == 0 && city == other_city {
            send(
                test,
                &by,
                *person,
                CommandKind::LinkPersons,
                None,
                json!({"with": other, "basis": "recognised_by_professional"}),
            )
            .await;
        }
        if index % 31 == 0 {
            let body = json!({"living_situation": "with_family_friends"});
            send(test, &by, *person, CommandKind::RecordLivingSituation, None, body).await;
        }
        if index % 37 == 0 {
            let retract = json!({"reason": "wrong_person"});
            send(test, &by, *person, CommandKind::RetractEntry, Some(entry.0), retract).await;
        }
        if index % 41 == 0 {
            let officer = user("privacy-officer");
            send(test, &officer, *person, CommandKind::EraseSubject, None, json!({"ground": "request"})).await;
        }
    }
}

fn places() -> [&'static str; PLACES] {
    [CITIES[0], CITIES[1], CITIES[2], CITIES[3], ELSEWHERE, "together"]
}

/// All counts that are not zero: by indicator, slot, place and categories.
fn counts(census: &Census) -> Value {
    let mut all = BTreeMap::new();
    for tally in &census.tallies {
        for slot in 0..SLOTS {
            for (number, place) in places().into_iter().enumerate() {
                let key = |of: &str| format!("{} {slot} {place} {of}", tally.indicator);
                all.insert(key("total"), tally.total(slot, number).units);
                for breakdown in &tally.breakdowns {
                    let cuts: Vec<_> = breakdown.cuts.iter().map(|cut| cut.code()).collect();
                    for category in 0..breakdown.len() {
                        let of = format!("{}={}", cuts.join("+"), breakdown.codes(category).join("+"));
                        all.insert(key(&of), breakdown.cell(slot, number, category).units);
                    }
                }
            }
        }
    }
    all.retain(|_, units| *units > 0);
    json!(all)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it writes a city for tests/monitor/indicators.py"]
async fn a_city_is_written_out_with_what_is_counted_of_it() {
    let folder = std::path::PathBuf::from(std::env::var("BAKEN_CITY").unwrap());
    let persons = std::env::var("BAKEN_PERSONS").map_or(1_000, |persons| persons.parse().unwrap());
    let test = TestBaken::start().await;
    let directory = crate::demo::directory().unwrap();
    simulate::run(&*test.baken, &directory, &Simulation::new(persons, 21), &ProgressBar::hidden()).await.unwrap();
    correct(&test).await;
    let mut events = std::io::BufWriter::new(std::fs::File::create(folder.join("events.jsonl")).unwrap());
    for case in test.baken.world.read().cases() {
        for entry in &case.history {
            let line = json!({
                "position": entry.position.0, "type": entry.event.kind().name(), "data": entry.event.data().unwrap(),
                "stamp": &*entry.stamp,
            });
            writeln!(events, "{line}").unwrap();
        }
    }
    // People whom nobody knows are on streams of the organisations that turned them away.
    let decoder = Decoder::new(test.sealer.clone());
    for organisation in directory.all() {
        let stream = Stream::of_turn_aways(&organisation.id);
        for recorded in test.log.read_stream(&stream, 0).await.unwrap() {
            let happened = decoder.decode(&recorded).await.unwrap();
            let (kind, data) = (happened.event.kind().name(), happened.event.data().unwrap());
            let line = json!({
                "position": happened.position.0, "type": kind, "data": data, "stamp": &*happened.stamp, "nobody": true,
            });
            writeln!(events, "{line}").unwrap();
        }
    }
    events.flush().unwrap();
    let organisations: Vec<_> = directory
        .all()
        .map(|each| {
            let kind = each.kind.code();
            let places = |facility: &Facility| {
                let since = facility.capacities.iter();
                since.map(|(night, capacity)| (*night, capacity.places)).collect::<Vec<_>>()
            };
            let facilities = each.facilities.iter();
            let facilities: Vec<_> = facilities
                .map(|facility| (facility.id.to_string(), facility.profile.location_type.code(), places(facility)))
                .collect();
            json!({"id": each.id, "kind": kind, "municipality": each.municipality, "facilities": facilities})
        })
        .collect();
    let now = test.clock.now();
    let today = care_path::time::local_date(now);
    let counted: BTreeMap<_, _> = ["2024", "2025"]
        .into_iter()
        .map(|year| {
            let period: Period = year.parse().unwrap();
            let started = std::time::Instant::now();
            let facts = facts(&test.baken.world, period, now);
            let outlined = started.elapsed();
            let counted = counts(&count(&facts, period, today));
            println!(
                "{year}: {} paths, outlined in {outlined:.1?}, counted in {:.1?}",
                facts.paths.len(),
                started.elapsed()
            );
            (year, counted)
        })
        .collect();
    let city = json!({"organisations": organisations, "today": today, "counts": counted});
    std::fs::write(folder.join("city.json"), city.to_string()).unwrap();
}
