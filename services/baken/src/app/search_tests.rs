//! Searches in random worlds: what is answered follows from what the reader is shown, and what is hidden from the reader
//! makes no difference, neither to the answer nor to what it takes.

use std::collections::BTreeSet;

use care_path::command::CommandKind as C;
use care_path::matching::{Findable, PersonSought, Sought, Words};
use care_path::views;
use care_path::{PersonId, Principal};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use super::testing::{TestBaken, request, user};
use super::{Mark, PageRequest, PersonsFilter};
use crate::app::Reading;
use crate::event_log::Position;

/// Names that are alike, and some that are not.
const CALLED: [&str; 14] = [
    "Marek",
    "Mark Kowalski",
    "Marek Kowalski",
    "Kowalska, Maria",
    "Ion Popescu",
    "Ioan Popesku",
    "Popescu",
    "Георги Иванов",
    "Georgi Ivanov",
    "Li Ming",
    "Zbigniew Wrona",
    "Jean-Pierre Martin",
    "Jeanpierre",
    "the Captain",
];
const LOOKED_FOR: [&str; 9] =
    ["Mark", "Marek Kowalski", "Kow", "Ioan Popescu", "Georgi", "Jean Pierre", "Li", "Captain", "Martin"];
const READERS: [&str; 15] = [
    "coordinator-rotterdam",
    "coordinator-amsterdam",
    "day-shelter-rotterdam",
    "night-shelter-rotterdam",
    "shelter24-rotterdam",
    "night-shelter-utrecht",
    "outreach-rotterdam",
    "street-doctor-rotterdam",
    "supporter-rotterdam",
    "assessor-rotterdam",
    "police-rotterdam",
    "liaison-pl",
    "ambassador-pl",
    "analyst-national",
    "administrator",
];
const REPORTERS: [&str; 5] = [
    "day-shelter-rotterdam",
    "night-shelter-rotterdam",
    "night-shelter-utrecht",
    "outreach-rotterdam",
    "police-rotterdam",
];

/// What happens to somebody, in a random world.
#[derive(Debug, Clone)]
struct Told {
    reporter: usize,
    called: usize,
    year: i32,
    /// What else happens, and by which name.
    more: Vec<(u8, usize)>,
}

fn told() -> impl Strategy<Value = Told> {
    let more = prop::collection::vec((0_u8..7, 0..CALLED.len()), 0..4);
    (0..REPORTERS.len(), 0..CALLED.len(), 1960..1964_i32, more).prop_map(|(reporter, called, year, more)| Told {
        reporter,
        called,
        year,
        more,
    })
}

async fn send(test: &TestBaken, by: &str, person: Option<PersonId>, kind: C, body: Value) -> Option<PersonId> {
    let command = kind.read(None, &body).unwrap();
    test.baken.execute(request(user(by), person, command)).await.ok().and_then(|receipt| receipt.person_id)
}

/// Lets it happen; some of it is refused, as it is in life.
async fn live(test: &TestBaken, told: &Told, before: &[PersonId]) -> PersonId {
    let reporter = REPORTERS[told.reporter];
    let claim = json!({"alias": CALLED[told.called], "birth_date": told.year.to_string(), "contact": "06 1234 5678"});
    let signal = json!({"channel": "self_report", "identity": claim});
    let person = send(test, reporter, None, C::ReportSignal, signal).await.unwrap();
    for (what, name) in &told.more {
        let name = CALLED[*name];
        match what {
            0 => {
                let update = json!({"claim": {"name": name}, "assurance": "self_declared"});
                send(test, "coordinator-rotterdam", Some(person), C::UpdateIdentity, update).await;
            }
            1 => {
                let update = json!({"claim": {"alias": null}, "assurance": "document_seen"});
                send(test, "coordinator-rotterdam", Some(person), C::UpdateIdentity, update).await;
            }
            2 => {
                let lookout =
                    json!({"recipients": [{"organisation": "shelter24-rotterdam"}], "description": "a man of 50"});
                send(test, "coordinator-rotterdam", Some(person), C::IssueLookout, lookout).await;
            }
            3 => {
                let referral = json!({"to": "street-doctor-rotterdam", "offering": "medical_clinic"});
                send(test, reporter, Some(person), C::Refer, referral).await;
            }
            4 => {
                let intake = json!({"identity": {"alias": name}});
                send(test, "night-shelter-rotterdam", Some(person), C::RecordIntake, intake).await;
            }
            5 => {
                let link = json!({"with": before.last().copied().unwrap_or(person), "basis": "self_declared"});
                send(test, "coordinator-rotterdam", Some(person), C::LinkPersons, link).await;
            }
            _ => {
                let alert = json!({"to": "police-rotterdam", "description": "a man of 50"});
                send(test, "coordinator-rotterdam", Some(person), C::FileCareAlert, alert).await;
            }
        }
    }
    person
}

fn sought(by: &Principal, test: &TestBaken, name: Option<&str>, body: Value) -> Sought {
    let mut body = body;
    if let Some(name) = name {
        body["name"] = json!(name);
    }
    let sought: PersonSought = serde_json::from_value(body).unwrap();
    Sought::of(sought, by, test.baken.clock().now()).unwrap()
}

/// Everything that somebody may look for.
fn searches(by: &Principal, test: &TestBaken) -> Vec<Sought> {
    let by_name = LOOKED_FOR.iter().map(|name| sought(by, test, Some(name), json!({})));
    let with_year = LOOKED_FOR.iter().map(|name| sought(by, test, Some(name), json!({"birth_date": "1962"})));
    let by_contact = sought(by, test, None, json!({"contact": "+31 6 12345678"}));
    by_name.chain(with_year).chain([by_contact]).collect()
}

/// All that a search answers.
fn answer(test: &TestBaken, by: &Principal, sought: &Sought, first: usize) -> Vec<(i64, Value)> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = PageRequest::new(Some(first), after).unwrap();
        let (page, _) =
            test.baken.search_at_once(&Reading::from(by), sought, &PersonsFilter::default(), &page).unwrap();
        after = page.next();
        all.extend(page.edges.into_iter().map(|edge| {
            let Mark::Ranked(score, _) = edge.mark else { panic!("a search goes by fit") };
            (score, serde_json::to_value(edge.node).unwrap())
        }));
        if after.is_none() {
            return all;
        }
    }
}

/// The same, by looking at everybody there is, through what the reader is shown of them.
fn by_looking_at_everybody(test: &TestBaken, by: &Principal, sought: &Sought) -> Vec<(i64, PersonId)> {
    let world = test.baken.world.read();
    let persons: BTreeSet<_> = world.trail().after(Position::START).iter().map(|(_, person)| *person).collect();
    let cases: BTreeSet<_> = persons.iter().map(|person| world.case(*person).unwrap().id()).collect();
    let mut found: Vec<_> = cases
        .into_iter()
        .filter_map(|id| {
            let case = world.case(id)?;
            let known = Findable::of(&case.path, &mut Words::default());
            let fit = views::disclose_fit(&test.baken.sight(by, &world, case)?, sought, &known)?;
            Some((i64::from(fit.score), id))
        })
        .collect();
    found.sort_by_key(|(score, id)| (std::cmp::Reverse(*score), *id));
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_answers_by_what_the_reader_is_shown_whoever_else_there_is() {
    let mut runner = TestRunner::deterministic();
    let worlds = prop::collection::vec(told(), 12..24);
    let (mut hits, mut nothing) = (0, 0);
    for _ in 0..8 {
        let test = TestBaken::start().await;
        let mut persons = Vec::new();
        for told in worlds.new_tree(&mut runner).unwrap().current() {
            persons.push(live(&test, &told, &persons).await);
        }
        let mut before = Vec::new();
        for reader in READERS.map(user) {
            for sought in searches(&reader, &test) {
                let found = answer(&test, &reader, &sought, 200);
                let places: Vec<_> = found
                    .iter()
                    .map(|(score, hit)| (*score, hit["person_id"].as_str().unwrap().parse().unwrap()))
                    .collect();
                assert_eq!(places, by_looking_at_everybody(&test, &reader, &sought), "{reader:?}");
                assert_eq!(found, answer(&test, &reader, &sought, 2), "page by page");
                for (_, hit) in &found {
                    hits += 1;
                    let person = hit["person_id"].as_str().unwrap().parse().unwrap();
                    let file =
                        serde_json::to_value(test.baken.case_file(&Reading::from(&reader), person).unwrap()).unwrap();
                    let identity = &file["identity"];
                    let mut names: Vec<_> = identity["other_names"].as_array().cloned().unwrap_or_default();
                    names.extend([identity["name"].clone(), identity["alias"].clone()]);
                    for matched in hit["matched"].as_array().unwrap() {
                        assert!(matched.get("name").is_none_or(|name| names.contains(name)), "{matched} of {file}");
                    }
                }
                nothing += usize::from(found.is_empty());
                before.push((reader.clone(), sought, found));
            }
        }
        // More of the same people come into view.
        let mut added = Vec::new();
        for told in worlds.new_tree(&mut runner).unwrap().current() {
            added.push(live(&test, &told, &added).await);
        }
        for (reader, sought, found) in before {
            if !added.iter().any(|person| test.baken.knows_of(&reader, *person)) {
                assert_eq!(answer(&test, &reader, &sought, 200), found, "{reader:?}");
            }
        }
    }
    assert!(hits > 500 && nothing > 500, "{hits} hits, and {nothing} searches without one");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_search_takes_does_not_depend_on_those_out_of_reach() {
    let test = TestBaken::start().await;
    let told = |reporter| Told { reporter, called: 2, year: 1960, more: vec![] };
    for _ in 0..5 {
        live(&test, &told(0), &[]).await;
    }
    let effort = |reader: &Principal| {
        let of = |sought: &Sought| {
            test.baken
                .search_at_once(&Reading::from(reader), sought, &PersonsFilter::default(), &PageRequest::default())
                .unwrap()
                .1
        };
        searches(reader, &test).iter().map(of).collect::<Vec<_>>()
    };
    let readers = READERS.map(user);
    let before: Vec<_> = readers.iter().map(effort).collect();
    assert!(before[0][1].compared > 0 && before[0][1].looked_at == 5, "{:?}", before[0]);
    // By the shelter of another municipality.
    for _ in 0..50 {
        live(&test, &told(2), &[]).await;
    }
    for ((name, reader), before) in READERS.iter().zip(&readers).zip(&before) {
        if *name != "night-shelter-utrecht" {
            assert_eq!(effort(reader), *before, "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_search_is_answered_sooner_than_another() {
    let test = TestBaken::start().await;
    live(&test, &Told { reporter: 0, called: 2, year: 1960, more: vec![] }, &[]).await;
    let reader = user("coordinator-rotterdam");
    for name in ["Marek", "Zbigniew"] {
        let began = tokio::time::Instant::now();
        let sought = sought(&reader, &test, Some(name), json!({}));
        test.baken
            .search(&Reading::from(&reader), &sought, &PersonsFilter::default(), &PageRequest::default())
            .await
            .unwrap();
        assert!(began.elapsed() >= super::search::SOONEST, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_back_or_belongs_to_another_is_found_no_more() {
    let test = TestBaken::start().await;
    let shelter = user("day-shelter-rotterdam");
    let person = live(&test, &Told { reporter: 0, called: 4, year: 1960, more: vec![] }, &[]).await;
    let found = |name: &str| answer(&test, &shelter, &sought(&shelter, &test, Some(name), json!({})), 50).len();
    let update = C::UpdateIdentity.read(None, &json!({"claim": {"name": "Zbigniew"}, "assurance": "alias"})).unwrap();
    let receipt = test.baken.execute(request(shelter.clone(), Some(person), update)).await.unwrap();
    assert_eq!((found("Popescu"), found("Zbyszek")), (1, 1));
    let retract = json!({"reason": "wrong_person"});
    let retract = C::RetractEntry.read(Some(receipt.event_ids[0].0), &retract).unwrap();
    test.baken.execute(request(shelter.clone(), Some(person), retract)).await.unwrap();
    assert_eq!((found("Popescu"), found("Zbyszek")), (1, 0));
}
