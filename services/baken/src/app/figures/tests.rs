//! A simulated city, with its events and what the monitor counts of them, written out for a script that counts them again:
//! `tests/monitor/indicators.py`.

use std::collections::BTreeMap;
use std::io::Write as _;

use care_path::codes::{Code as _, OrgKind};
use care_path::command::CommandKind;
use care_path::directory::{Facility, Organisation};
use care_path::event::EventKind;
use care_path::ids::Municipality;
use care_path::path::outline::Outline;
use care_path::time::Occurred;
use care_path::{Actor, PersonId, Principal};
use chrono::{DateTime, TimeDelta, Utc};
use indicatif::ProgressBar;
use monitor::indicators::{CITIES, Census, ELSEWHERE, PLACES, REGISTERS, SLOTS, count};
use monitor::period::Period;
use serde_json::{Value, json};

use super::facts::facts;
use crate::app::Request;
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

/// The same, at a time that may be long past; `None` where it is refused: what was simulated of the case may stand against it.
async fn try_at(
    test: &TestBaken,
    by: &Principal,
    person: Option<PersonId>,
    at: DateTime<Utc>,
    kind: CommandKind,
    subject: Option<uuid::Uuid>,
    body: Value,
) -> Option<uuid::Uuid> {
    let command = kind.read(subject, &body).unwrap();
    let occurred = Some(Occurred::instant(at));
    let done = test.baken.execute(Request { occurred, ..request(by.clone(), person, command) }).await;
    done.ok().map(|receipt| receipt.created.map_or_else(uuid::Uuid::nil, |created| created.id))
}

/// An hour in UTC, some days after another time.
fn at_hour(from: DateTime<Utc>, days: i64, hour: u32) -> DateTime<Utc> {
    (from.date_naive() + TimeDelta::days(days)).and_hms_opt(hour, 30, 0).unwrap().and_utc()
}

/// Nights with a planned end. In the second the person is gone before midnight.
async fn stay(test: &TestBaken, person: PersonId, city: &Municipality, from: DateTime<Utc>) -> bool {
    let directory = test.baken.world.read().directory().clone();
    let is_theirs =
        |each: &&Organisation| each.kind == OrgKind::NightShelter && each.municipality.as_ref() == Some(city);
    let Some(shelter) = directory.all().find(is_theirs) else { return false };
    let host = Principal { organisation: shelter.id.clone(), ..user("night-shelter-rotterdam") };
    let coordinator = coordinator(city);
    let refer = json!({"to": shelter.id, "offering": "night_bed", "urgency": "soon"});
    try_at(test, &coordinator, Some(person), at_hour(from, 1, 12), CommandKind::Refer, None, refer).await;
    let bed = json!({"kind": "night_shelter_eu", "until": at_hour(from, 4, 8)});
    let bed = try_at(test, &host, Some(person), at_hour(from, 1, 18), CommandKind::AssignBed, None, bed).await;
    for (day, hour, status) in
        [(1, 19, "present"), (2, 19, "present"), (2, 21, "left"), (3, 19, "present"), (4, 6, "left")]
    {
        let status = json!({"status": status});
        try_at(test, &host, Some(person), at_hour(from, day, hour), CommandKind::RecordAttendance, None, status).await;
    }
    bed.is_some()
}

fn coordinator(city: &Municipality) -> Principal {
    let actor = Actor::ProcessCoordinator { municipality: city.clone() };
    Principal { actor, ..user("coordinator-rotterdam") }
}

/// What the simulation does not tell: stays with a planned end, cases that are closed and opened again, conditions of a return
/// that are taken back, and deaths, some of them told long after. How many of each there are.
async fn add_rare(test: &TestBaken) -> [usize; 4] {
    let mut cases: Vec<_> = {
        let world = test.baken.world.read();
        let of_case = |case: &crate::projections::Case| {
            let last = case.told().map(|(stamp, _)| stamp.occurred.at).max()?;
            let arrived = case.told().any(|(_, event)| event.kind() == EventKind::ArrivalConfirmed);
            let mut evidence = case.told().filter(|(_, event)| event.kind() == EventKind::ReturnConditionEvidenced);
            let evidence = evidence.next().filter(|_| arrived).map(|(stamp, _)| stamp.event_id);
            Some((case.id(), case.path.municipality()?.clone(), last, evidence))
        };
        world.cases().filter_map(of_case).collect()
    };
    cases.sort_by_key(|(id, ..)| *id);
    let mut done = [0; 4];
    for (index, (person, city, last, evidence)) in cases.into_iter().enumerate() {
        let by = coordinator(&city);
        if index % 13 == 5 {
            done[0] += usize::from(stay(test, person, &city, last).await);
        }
        if index % 17 == 11 {
            let reason = json!({"reason": "no_longer_homeless"});
            let at = at_hour(last, 10, 10);
            let closed = try_at(test, &by, Some(person), at, CommandKind::CloseCase, None, reason).await;
            let at = at_hour(last, 70, 10);
            let opened = try_at(test, &by, Some(person), at, CommandKind::ReopenCase, None, json!({})).await;
            done[1] += usize::from(closed.is_some() && opened.is_some());
        }
        if let Some(entry) = evidence.filter(|_| index % 3 == 0) {
            let now = test.clock.now();
            let taken = json!({"reason": "wrong_person"});
            let taken = try_at(test, &by, Some(person), now, CommandKind::RetractEntry, Some(entry.0), taken).await;
            done[2] += usize::from(taken.is_some());
        }
        if index % 19 == 7 {
            let day = at_hour(last, 3, 12);
            // On the day itself, or a month later with the day.
            let (at, told) = if index % 2 == 0 { (day, None) } else { (at_hour(last, 33, 12), Some(day.date_naive())) };
            let died = json!({"died_on": told});
            done[3] +=
                usize::from(try_at(test, &by, Some(person), at, CommandKind::RecordDeath, None, died).await.is_some());
        }
    }
    done
}

/// Closes some facilities and an organisation for a while, and a facility for good.
async fn close_some(test: &TestBaken) {
    let directory = test.baken.world.read().directory().clone();
    let with_beds = |each: &Facility| each.profile.location_type.has_beds() && !each.capacities.is_empty();
    let facilities: Vec<_> = directory.facilities().filter(|(each, _)| with_beds(each)).collect();
    let administrator = user("administrator");
    let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    let (close, open) = ("2024-05-10T21:30:00Z", "2024-06-01T00:30:00Z");
    for (index, (facility, owner)) in facilities.into_iter().enumerate().take(9) {
        let of_facility = json!({"facility_id": facility.id});
        let of_owner = json!({"organisation_id": owner.id});
        let steps = match index % 3 {
            0 => vec![
                (CommandKind::CloseFacility, close, of_facility.clone()),
                (CommandKind::ReopenFacility, open, of_facility),
            ],
            1 => vec![(CommandKind::CloseFacility, "2024-09-01T22:30:00Z", of_facility)],
            _ => vec![
                (CommandKind::CloseOrganisation, close, of_owner.clone()),
                (CommandKind::ReopenOrganisation, open, of_owner),
            ],
        };
        for (kind, when, body) in steps {
            // An organisation may have several facilities, and be closed already.
            try_at(test, &administrator, None, at(when), kind, None, body).await;
        }
    }
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

/// Of each group and place of whom anything is known: how many durations there are and have ended, the quartiles, and the part
/// that goes on after 30 and after 365 days.
fn durations(census: &Census) -> Value {
    let mut all = BTreeMap::new();
    let care = census.days_to_first_care.iter().map(|times| ("days_to_first_care", times));
    for (indicator, times) in care.chain([("out_of_sight", &census.out_of_sight)]) {
        let group = times.category.map_or_else(|| "total".to_owned(), |(cut, code)| format!("{}={code}", cut.code()));
        for (survival, place) in times.places.iter().zip(places()).filter(|(survival, _)| survival.total() > 0) {
            let quartiles = [0.25, 0.5, 0.75].map(|part| survival.quantile(part));
            let after = [30, 365].map(|day| survival.after(day));
            let told = json!({
                "total": survival.total(), "ended": survival.ended(), "quartiles": quartiles, "after": after,
            });
            all.insert(format!("{indicator} {place} {group}"), told);
        }
    }
    json!(all)
}

/// Persons by the registers on which they are, of each place: what the size of the population is estimated from.
fn captures(census: &Census) -> Value {
    let mut all = BTreeMap::new();
    for (persons, place) in census.captures.0.iter().zip(places()) {
        for (history, count) in persons.iter().enumerate().filter(|(_, count)| **count > 0) {
            let on = REGISTERS.iter().enumerate().filter(|(bit, _)| history & (1 << bit) != 0);
            let names: Vec<_> = on.map(|(_, (_, name))| *name).collect();
            all.insert(format!("{place} {}", names.join("+")), count);
        }
    }
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
    let [stays, reopened, conditions, deaths] = add_rare(&test).await;
    println!("{stays} stays with an end, {reopened} cases opened again, {conditions} conditions, {deaths} deaths");
    assert!(stays > 10 && reopened > 10 && deaths > 10 && conditions > 1, "the city has too few of something");
    correct(&test).await;
    close_some(&test).await;
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
    let mut closings = Vec::new();
    for organisation in directory.all() {
        for recorded in test.log.read_stream(&Stream::of_organisation(&organisation.id), 0).await.unwrap() {
            let happened = decoder.decode(&recorded).await.unwrap();
            let (kind, data) = (happened.event.kind().name(), happened.event.data().unwrap());
            closings.push(json!({"type": kind, "data": data, "at": happened.stamp.occurred.at}));
        }
    }
    assert!(closings.len() > 5, "{}", closings.len());
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
            let census = count(&facts, period, today);
            let counted = json!({
                "counts": counts(&census), "durations": durations(&census), "captures": captures(&census),
            });
            println!(
                "{year}: {} paths, outlined in {outlined:.1?}, counted in {:.1?}",
                facts.paths.len(),
                started.elapsed()
            );
            (year, counted)
        })
        .collect();
    // Where figures differ, these say on whose path.
    let nights: BTreeMap<_, _> = test
        .baken
        .world
        .read()
        .cases()
        .map(|case| {
            let history = case.history.iter().map(|entry| (&entry.stamp, &entry.event));
            (case.id().to_string(), Outline::of(&case.path, history, now).nights.len())
        })
        .collect();
    let city = json!({
        "organisations": organisations, "closings": closings, "today": today, "counted": counted, "nights": nights,
    });
    std::fs::write(folder.join("city.json"), city.to_string()).unwrap();
}
