//! Whoever asks, over REST or over GraphQL: nobody is told a text that the reviewed table does not give them.
//!
//! Every free text that goes in carries a number of its own. Random principals then read all that the service answers
//! them, and each text that comes out is looked up: the field of the event it was recorded in, and what
//! `api-spec/policy.csv` gives that role, in its relation to that person, of that field. The file is read here again,
//! without the code that wrote it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use baken::app::Reading;
use baken::demo::{self, Scripted};
use baken::event_log::Position;
use baken::sources::{Clock, SystemClock};
use care_path::codes::{Code, DataClass, Role};
use care_path::command::Method;
use care_path::directory::Directory;
use care_path::event::{Event, EventKind};
use care_path::policy::Relation;
use care_path::sight::{Sight, Standing};
use care_path::views::disclose_entry;
use care_path::{Actor, Area, CarePath, PersonId, Principal, Stamp};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::sse::{Given, Listener};
use crate::support::{Client, Running, demo_world, empty};

const READERS: usize = 90;
/// As many of them listen over HTTP as well.
const LISTENERS: usize = 12;

/// Numbers every text that somebody typed.
fn number(value: &mut Value, count: &mut u64) {
    match value {
        Value::String(text) if text.contains(' ') => {
            *count += 1;
            *text = format!("{text} #{count}#");
        }
        Value::Array(items) => items.iter_mut().for_each(|item| number(item, count)),
        Value::Object(fields) => fields.values_mut().for_each(|field| number(field, count)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The numbers of the texts in an answer.
fn numbers(text: &str) -> BTreeSet<u64> {
    text.split('#').skip(1).step_by(2).filter_map(|number| number.parse().ok()).collect()
}

/// Posts what the scripts of the demo world say, with their texts numbered.
struct Numbered<'a> {
    running: &'a Running,
    count: u64,
}

impl Numbered<'_> {
    async fn deliver(&mut self, scripted: &Scripted) {
        // What the watch does has no call.
        let Some(mut call) = scripted.rest() else {
            self.running.baken().execute(scripted.request().unwrap()).await.unwrap();
            return;
        };
        number(&mut call.body, &mut self.count);
        let method = match call.method {
            Method::Post => reqwest::Method::POST,
            Method::Delete => reqwest::Method::DELETE,
        };
        let client = self.running.client_of(&scripted.by);
        client.send(method, &call.path, &[("Idempotency-Key", &call.key)], Some(&call.body)).await.expect(201);
    }
}

/// One person's own stream, as the log tells it.
type Told = Vec<(Arc<Stamp>, Event)>;

/// The path of each person's case: of all whom links make one, as they are told together.
fn cases(streams: &HashMap<PersonId, Told>) -> HashMap<PersonId, CarePath> {
    let own = |person: &PersonId| CarePath::fold(streams[person].iter().map(|(stamp, event)| (stamp, event)));
    let links: Vec<_> = streams
        .keys()
        .flat_map(|person| own(person).linked_with().map(|other| (*person, other)).collect::<Vec<_>>())
        .collect();
    let case = |person: &PersonId| {
        let mut members = BTreeSet::from([*person]);
        while let Some((one, other)) =
            links.iter().find(|(one, other)| members.contains(one) != members.contains(other))
        {
            members.extend([*one, *other]);
        }
        let mut told: Vec<_> = members.iter().flat_map(|member| &streams[member]).collect();
        told.sort_by_key(|(stamp, _)| stamp.event_id);
        (*person, CarePath::fold(told.into_iter().map(|(stamp, event)| (stamp, event))))
    };
    streams.keys().map(case).collect()
}

/// Where a numbered text was recorded.
struct Source<'a> {
    person: PersonId,
    stamp: &'a Arc<Stamp>,
    event: &'a Event,
    field: String,
    /// The class that it is sealed in.
    class: String,
}

/// The class of the sealed value that a number lies in.
fn class_of(value: &Value, number: u64) -> Option<String> {
    let inner: Vec<_> = match value {
        Value::Object(fields) => match fields.get(care_path::private::MARK) {
            Some(class) if numbers(&value.to_string()).contains(&number) => return class.as_str().map(str::to_owned),
            _ => fields.values().collect(),
        },
        Value::Array(items) => items.iter().collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
    };
    inner.into_iter().find_map(|each| class_of(each, number))
}

/// Which field of which event each number lies in: as a coordinator would read it who recorded it herself.
fn sources(streams: &HashMap<PersonId, Told>) -> HashMap<u64, Source<'_>> {
    let mut found = HashMap::new();
    for (person, told) in streams {
        for (stamp, event) in told {
            let actor = Actor::ProcessCoordinator { municipality: "nowhere".parse().unwrap() };
            let user = "reader".parse().unwrap();
            let author = Principal { user, organisation: stamp.by.organisation.clone(), actor };
            let own_of = |stamp: &Stamp| Arc::new(Stamp { by: author.author(), ..stamp.clone() });
            // A link alone is no recording of one's own: she opened the case as well.
            let ((first, opening), own) = (&told[0], own_of(stamp));
            let opened = (own_of(first), opening);
            let opens = Some((&opened.0, opened.1)).filter(|_| first.event_id != stamp.event_id);
            let path = CarePath::fold(opens.into_iter().chain([(&own, event)]));
            let deadlines = care_path::deadlines::Deadlines::default();
            let nobody = care_path::directory::Directory::default();
            let sight = Sight::of(&author, &path, own.recorded_at, &deadlines, &nobody).unwrap();
            let entry = serde_json::to_value(disclose_entry(&sight, &own, event)).unwrap();
            for (field, value) in entry["details"].as_object().into_iter().flatten() {
                for number in numbers(&value.to_string()) {
                    let class = class_of(&event.data().unwrap(), number).expect("a text is sealed");
                    let source = Source { person: *person, stamp, event, field: field.clone(), class };
                    assert!(found.insert(number, source).is_none(), "a number twice");
                }
            }
        }
    }
    found
}

/// The table that officers review, by (table, subject, relation, consent, category, item).
struct Reviewed(BTreeMap<Vec<String>, [String; 3]>);

impl Reviewed {
    fn read() -> Self {
        let file = include_str!("../../api-spec/policy.csv");
        let lines = file.lines().skip(1).map(|line| {
            let cells: Vec<_> = line.split(',').map(str::to_owned).collect();
            (cells[..6].to_vec(), [cells[6].clone(), cells[7].clone(), cells[8].clone()])
        });
        Self(lines.collect())
    }

    /// The category and the depth of a text. What somebody did is of another category than how they fared, and is
    /// sealed in another class.
    fn cell_of(&self, source: &Source<'_>) -> (String, String) {
        let (event, field) = (source.event.kind().name(), &source.field);
        let mut found = self.0.iter().filter(|(cell, [_, _, sealed])| {
            cell[0] == "field" && cell[1] == event && cell[5] == *field && *sealed == source.class
        });
        let (cell, [depth, ..]) = found.next().unwrap_or_else(|| panic!("{event}.{field} is not in the table"));
        assert!(found.next().is_none(), "{event}.{field} is there twice");
        (cell[4].clone(), depth.clone())
    }

    /// The categories and depths of which one must be seen, for it to be known that an event happened: one, but for a
    /// deadline, which tells of what was to be done.
    fn known_by(&self, event: &Event) -> (String, String) {
        let data = event.data().unwrap();
        let task = data["task"]["value"].as_str().or(data["task"].as_str()).unwrap_or_default();
        let is_it = |cell: &Vec<String>| cell[0] == "event" && cell[1] == event.kind().name() && cell[5] == task;
        let mut found = self.0.iter().filter(|(cell, _)| is_it(cell));
        let (cell, [depth, ..]) = found.next().unwrap_or_else(|| panic!("{} is not in the table", event.kind()));
        assert!(found.next().is_none(), "{} is there twice", event.kind());
        (cell[4].clone(), depth.clone())
    }

    /// Whether an event is an end that a role is told of, whatever it sees of the person.
    fn tells_of_end(&self, role: Role, relation: Relation, event: &Event) -> bool {
        let subjects: &[&str] = match event.kind() {
            EventKind::LookoutResolved | EventKind::LookoutExpired | EventKind::LookoutEnded => &["lookout_to_own"],
            EventKind::CareAlertEnded => &["care_alert_to_own"],
            EventKind::HandoverDeclined | EventKind::HandoverWithdrawn => {
                &["handover_to_own_country", "handover_to_own_organisation"]
            }
            _ => &[],
        };
        subjects.iter().any(|subject| {
            let cell = ["end", role.code(), relation.name(), "", "", subject];
            self.0.get(cell.map(str::to_owned).as_slice()).is_some_and(|[answer, ..]| answer == "told")
        })
    }

    /// Whether a role that stands so to a person is given something of a category, at a depth: by its name, where the
    /// category is narrowed to certain names.
    fn gives(&self, role: Role, standing: &Standing, own: bool, (category, depth, name): (&str, &str, &str)) -> bool {
        let told = if standing.has_consent() { "given" } else { "withheld" };
        let line = |consent: &str| {
            let cell = ["disclosure", role.code(), standing.relation.name(), consent, category, ""];
            self.0.get(cell.map(str::to_owned).as_slice())
        };
        let [others, of_own, _] = line("any").or_else(|| line(told)).expect("every standing has a line");
        let reaches = |level: &str| level == "full" || (level == "minimal" && depth == "minimal");
        let names: Vec<_> = self
            .0
            .keys()
            .filter(|cell| cell[0] == "narrowed" && cell[1] == role.code() && cell[4] == category)
            .map(|cell| cell[5].as_str())
            .collect();
        let in_cells = if names.is_empty() { reaches(others) } else { others != "none" && names.contains(&name) };
        let consent = self.0[["consent", "", "", "given", category, ""].map(str::to_owned).as_slice()][0].as_str();
        let consented = standing.consented.as_ref().is_none_or(|all| all.iter().any(|class| class.code() == consent));
        (in_cells && consented) || (own && reaches(of_own))
    }
}

/// The rules beyond the cells: who is asked by a referral may read why; and where a sighting was is where the person
/// was.
fn beyond_the_cells(reviewed: &Reviewed, who: &Principal, standing: &Standing, own: bool, source: &Source<'_>) -> bool {
    match (source.event.kind().name(), source.field.as_str()) {
        ("referral_made", "reason") => source.event.data().unwrap()["to"] == who.organisation.as_str(),
        ("sighting_reported", "location") => {
            reviewed.gives(who.actor.role(), standing, own, ("presence", "full", "location"))
        }
        _ => false,
    }
}

fn readers(directory: &Directory) -> impl Strategy<Value = Principal> {
    let organisations: Vec<_> = directory.all().cloned().collect();
    let cities = || prop::sample::select(vec!["rotterdam", "amsterdam", "utrecht", "den-haag"]);
    let countries = || prop::sample::select(vec!["PL", "RO", "BG", "HU"]);
    let actor = (0_u8..13, cities(), countries()).prop_map(|(role, city, country)| {
        let municipality = city.parse().unwrap();
        let country = country.parse().unwrap();
        match role {
            0 => Actor::ProcessCoordinator { municipality },
            1 | 2 => Actor::ShelterWorker,
            3 => Actor::OutreachWorker { municipality },
            4 => Actor::CareProvider,
            5 => Actor::ClientSupporter,
            6 => Actor::MunicipalAssessor { municipality },
            7 => Actor::Police,
            8 => Actor::EmbassyLiaison { country },
            9 => Actor::Ambassador { country },
            10 => Actor::MonitorAnalyst { area: Area::National },
            11 => Actor::ReceivingProvider,
            _ => Actor::Administrator,
        }
    });
    (actor, prop::sample::select(organisations)).prop_map(|(actor, organisation)| Principal {
        user: "random-reader".parse().unwrap(),
        organisation: organisation.id,
        actor,
    })
}

/// Places where somebody of the demo world has, or had, a bed.
const EVENINGS: [&str; 4] = [
    "night-shelter-rotterdam-beds",
    "shelter24-rotterdam-beds",
    "shelter24-rotterdam-short-stay",
    "night-shelter-utrecht-beds",
];

/// All that REST answers of a person, and all that the lists answer.
async fn over_rest(client: &Client, persons: &[PersonId]) -> (BTreeMap<PersonId, Value>, String) {
    let mut shown = BTreeMap::new();
    for person in persons {
        let file = client.get(&format!("/v1/persons/{person}")).await;
        if file.status == 404 {
            client.get(&format!("/v1/persons/{person}/timeline")).await.expect(404);
            continue;
        }
        let timeline = client.all(&format!("/v1/persons/{person}/timeline")).await;
        let matches = client.all(&format!("/v1/persons/{person}/matches")).await;
        let file = file.expect(200).json();
        shown.insert(*person, json!({"file": file, "timeline": timeline, "matches": matches}));
    }
    let mut lists = String::new();
    let lists_of_parts = ["lookouts", "care-alerts", "referrals", "exceptions", "handovers"];
    for list in ["persons", "worklist", "lost", "turn-aways"].into_iter().chain(lists_of_parts) {
        let answer = client.get(&format!("/v1/{list}?first=200")).await;
        assert!(answer.status == 200, "{list}: {}", answer.text);
        lists.push_str(&answer.text);
    }
    for name in ["Marek", "Maria", "Ion", "Ivan", "the"] {
        let body = json!({"name": name, "first": 200});
        let answer = client.send(reqwest::Method::POST, "/v1/persons/search", &[], Some(&body)).await;
        assert!(answer.status == 200, "{name}: {}", answer.text);
        lists.push_str(&answer.text);
    }
    for facility in EVENINGS {
        let answer = client.get(&format!("/v1/facilities/{facility}/evening")).await;
        assert!(answer.status == 200 || answer.status == 404, "{facility}: {}", answer.text);
        lists.push_str(&answer.text);
    }
    (shown, lists)
}

/// All that GraphQL answers: every field of every type.
async fn over_graphql(client: &Client, schema: &Schema, persons: &BTreeMap<PersonId, Value>) -> String {
    let mut told = String::new();
    // A person has more to select than one query may.
    let (lists, file): (Vec<_>, Vec<_>) = schema.0["Person"].iter().partition(|(_, kind)| kind.ends_with("Connection"));
    let queries = [file, lists].map(|part| format!("query($id: ID!) {{ person(id: $id) {} }}", schema.spelt(part)));
    for person in persons.keys() {
        for query in &queries {
            let answer = client.graphql(query, json!({"id": person.to_string()})).await;
            assert_eq!(answer.get("errors"), None, "{query}");
            told.push_str(&answer.to_string());
        }
    }
    for (list, connection) in &schema.0["Query"] {
        let Some(node) = connection.strip_suffix("Connection") else { continue };
        // Whoever is lost comes with much, and a handover too: fewer of them fill an answer.
        let first = match list.as_str() {
            "lost" => 20,
            "handovers" => 100,
            _ => 200,
        };
        let query = format!("{{ {list}(first: {first}) {{ nodes {} }} }}", schema.whole(node));
        let answer = client.graphql(&query, json!({})).await;
        assert_eq!(answer.get("errors"), None, "{query}");
        told.push_str(&answer.to_string());
    }
    told
}

/// All that the stream tells from the beginning of the log on. What it tells is what subscriptions and webhooks tell as
/// well: each is a place in the same notices.
async fn over_the_stream(client: &Client) -> Vec<Value> {
    let mut listener = Listener::open(client, "/v1/stream?after=0", None).await;
    let mut told = Vec::new();
    while let Given::Event(event) = listener.next(Duration::from_millis(300)).await {
        told.push(event.data);
    }
    told
}

/// The same, as the service's one source of notices has it.
fn notices(running: &Running, who: &Principal) -> Vec<Value> {
    let (reading, mut told, mut after) = (Reading::from(who), Vec::new(), Position::START);
    loop {
        let notices = running.baken().notices(&reading, after, |_, _| true);
        told.extend(notices.items.iter().map(|notice| serde_json::to_value(notice).unwrap()));
        after = notices.next;
        if !notices.more {
            return told;
        }
    }
}

/// The types of the GraphQL schema, with their fields and the types of these.
struct Schema(HashMap<String, Vec<(String, String)>>);

impl Schema {
    /// As the service itself tells it.
    async fn asked_of(client: &Client) -> Self {
        let of = "ofType { name ofType { name ofType { name } } }";
        let query = format!("{{ __schema {{ types {{ name fields {{ name type {{ name {of} }} }} }} }} }}");
        let answer = client.graphql(&query, json!({})).await;
        assert_eq!(answer.get("errors"), None);
        let named = |mut kind: &Value| {
            while kind["name"].is_null() {
                kind = &kind["ofType"];
            }
            kind["name"].as_str().unwrap().to_owned()
        };
        let types = answer["data"]["__schema"]["types"].as_array().unwrap().iter().filter_map(|each| {
            let fields = each["fields"].as_array()?.iter();
            let fields = fields.map(|field| (field["name"].as_str().unwrap().to_owned(), named(&field["type"])));
            Some((each["name"].as_str()?.to_owned(), fields.collect()))
        });
        Self(types.collect())
    }

    /// Everything that a type has, whole; of a list that is paged, its first 200.
    fn whole(&self, of: &str) -> String {
        self.spelt(self.0.get(of).unwrap_or_else(|| panic!("no type {of}")))
    }

    fn spelt<'a>(&self, fields: impl IntoIterator<Item = &'a (String, String)>) -> String {
        let spelt = fields.into_iter().map(|(field, kind)| match kind.strip_suffix("Connection") {
            Some(node) => format!("{field}(first: 100) {{ nodes {} }}", self.whole(node)),
            None if self.0.contains_key(kind) => format!("{field} {}", self.whole(kind)),
            None => field.clone(),
        });
        format!("{{ {} }}", spelt.collect::<Vec<_>>().join(" "))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_random_actor_is_told_a_text_that_the_table_does_not_give_over_rest_or_graphql() {
    let running = empty().await;
    let mut numbered = Numbered { running: &running, count: 0 };
    let (settings, directory) = (demo::settings().unwrap(), demo::directory().unwrap());
    for script in [demo::marek().unwrap(), demo::world().unwrap()] {
        for planned in demo::plan(&script, &demo::users().unwrap(), SystemClock.now()).unwrap() {
            numbered.deliver(&planned.scripted).await;
        }
    }
    assert!(numbered.count > 100, "there is something to leak: {} texts", numbered.count);

    let streams = running.streams().await;
    let persons: Vec<_> = streams.keys().copied().collect();
    let cases = cases(&streams);
    let (sources, reviewed, schema) =
        (sources(&streams), Reviewed::read(), Schema::asked_of(&running.client("administrator")).await);
    let mut runner = TestRunner::deterministic();
    let (mut read, mut hidden) = (0, 0);
    for _ in 0..READERS {
        let who = readers(&directory).new_tree(&mut runner).unwrap().current();
        let client = running.client_of(&who);
        let (shown, lists) = over_rest(&client, &persons).await;
        let graphql = over_graphql(&client, &schema, &shown).await;
        let rest: String = shown.values().map(Value::to_string).collect();
        let told: BTreeSet<_> = [numbers(&rest), numbers(&lists), numbers(&graphql)].into_iter().flatten().collect();
        assert_eq!(numbers(&graphql), &numbers(&rest) | &numbers(&lists), "{who:?}: both edges tell the same");
        for (number, source) in &sources {
            let path = &cases[&source.person];
            let deadlines = settings.deadlines.of_case(path);
            let standing = Standing::of(&who, path, SystemClock.now(), deadlines, &directory);
            let own = who.recorded(&source.stamp.by);
            let event = source.event.kind().name();
            let (category, depth) = reviewed.cell_of(source);
            let given = reviewed.gives(who.actor.role(), &standing, own, (&category, &depth, &source.field))
                || beyond_the_cells(&reviewed, &who, &standing, own, source);
            if told.contains(number) {
                assert!(given, "{who:?} was told {event}.{}", source.field);
                read += 1;
            } else {
                hidden += 1;
            }
        }
    }
    assert!(read > 200 && hidden > 2_000, "{read} texts were read and {hidden} were not");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_random_actor_is_told_of_an_event_that_the_table_does_not_give_over_any_channel() {
    let running = demo_world().await;
    let (settings, directory) = (demo::settings().unwrap(), demo::directory().unwrap());
    let streams = running.streams().await;
    let (cases, reviewed) = (cases(&streams), Reviewed::read());
    let mut runner = TestRunner::deterministic();
    let (mut told_of, mut hidden) = (0, 0);
    for reader in 0..READERS {
        let who = readers(&directory).new_tree(&mut runner).unwrap().current();
        let notices = notices(&running, &who);
        if reader < LISTENERS {
            assert_eq!(over_the_stream(&running.client_of(&who)).await, notices, "{who:?}");
        }
        let told: BTreeSet<_> = notices.iter().map(|notice| notice["event_id"].as_str().unwrap()).collect();
        for (person, told_path) in &streams {
            let path = &cases[person];
            let deadlines = settings.deadlines.of_case(path);
            let standing = Standing::of(&who, path, SystemClock.now(), deadlines, &directory);
            for (stamp, event) in told_path {
                let (category, depth) = reviewed.known_by(event);
                let own = who.recorded(&stamp.by);
                // Who recorded something knows that it happened.
                let carried = event.kind() == EventKind::HandoverDocumentAttached
                    && standing.consented.as_ref().is_some_and(|classes| classes.contains(&DataClass::Medical));
                let given = own || carried || reviewed.gives(who.actor.role(), &standing, own, (&category, &depth, ""));
                let given = given || reviewed.tells_of_end(who.actor.role(), standing.relation, event);
                // A link and its undoing are of both.
                let other = match event {
                    Event::Identity(event) => event.links().map(|other| &cases[&other]),
                    _ => None,
                };
                let given = given
                    || other.is_some_and(|path| {
                        let deadlines = settings.deadlines.of_case(path);
                        let standing = Standing::of(&who, path, SystemClock.now(), deadlines, &directory);
                        reviewed.gives(who.actor.role(), &standing, own, (&category, &depth, ""))
                    });
                if told.contains(stamp.event_id.to_string().as_str()) {
                    assert!(given, "{who:?} was told of {}", event.kind());
                    told_of += 1;
                } else {
                    hidden += 1;
                }
            }
        }
        let fields = ["event_id", "type", "person_id", "position", "recorded_at"];
        for notice in &notices {
            let said: BTreeSet<_> = notice.as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(said, BTreeSet::from(fields), "a notice says nothing else");
        }
    }
    assert!(told_of > 200 && hidden > 2_000, "{told_of} events were told of and {hidden} were not");
}
