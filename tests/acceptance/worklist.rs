//! What waits for whom, over a case that is scripted here: at every moment the whole worklist of every user is looked
//! at. What was answered or overtaken has left it, and nothing is on it that its reader may not see.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset};
use serde_json::{Value, json};

use crate::support::{Client, Running, empty};

const USERS: [&str; 20] = [
    "coordinator-rotterdam",
    "coordinator-amsterdam",
    "day-shelter-rotterdam",
    "night-shelter-rotterdam",
    "shelter24-rotterdam",
    "night-shelter-utrecht",
    "outreach-rotterdam",
    "street-doctor-rotterdam",
    "addiction-care-rotterdam",
    "supporter-rotterdam",
    "child-protection-rotterdam",
    "assessor-rotterdam",
    "police-rotterdam",
    "hospital-rotterdam",
    "liaison-pl",
    "liaison-ro",
    "ambassador-pl",
    "analyst-national",
    "privacy-officer",
    "administrator",
];

/// A case, and everybody who may have something to do with it.
struct Case {
    running: Running,
    clients: BTreeMap<&'static str, Client>,
    person: String,
}

impl Case {
    async fn opened_by(user: &str, signal: Value) -> Self {
        let running = empty().await;
        let clients: BTreeMap<_, _> = USERS.iter().map(|user| (*user, running.client(user))).collect();
        let person = clients[user].signal(signal).await;
        Self { running, clients, person }
    }

    /// Somebody records something; the id of that name, if one is asked for.
    async fn post(&self, user: &str, part: &str, body: Value) -> Value {
        let answer = self.clients[user].post(&format!("/v1/persons/{}/{part}", self.person), body).await;
        answer.expect(201).json()
    }

    async fn post_for(&self, user: &str, part: &str, body: Value, id: &str) -> String {
        self.post(user, part, body).await[id].as_str().unwrap().to_owned()
    }

    /// What waits is what is said here, and for everybody who is not named nothing does.
    #[track_caller]
    fn expect(&self, waits: &[(&str, &[&str])]) -> impl Future<Output = ()> {
        let at = std::panic::Location::caller();
        let waits: BTreeMap<_, Vec<String>> = waits
            .iter()
            .map(|(user, tasks)| ((*user).to_owned(), tasks.iter().map(|task| (*task).to_owned()).collect()))
            .collect();
        async move {
            let timeline = format!("/v1/persons/{}/timeline", self.person);
            let timeline = self.clients["coordinator-rotterdam"].all(&timeline).await;
            for user in USERS {
                let tasks = self.clients[user].all("/v1/worklist").await;
                let mut found: Vec<_> = tasks.iter().map(told).collect();
                found.sort_unstable();
                let mut expected = waits.get(user).cloned().unwrap_or_default();
                expected.sort_unstable();
                assert_eq!(found, expected, "{user}, {at}");
                let stakes = ["danger", "urgent", "waiting", "routine", "review"];
                let stake = |task: &Value| stakes.iter().position(|stake| task["stake"] == *stake).unwrap();
                let order = tasks.iter().map(|task| (stake(task), time(task, "due_at")));
                assert!(order.is_sorted(), "what is at stake, then what is due: {user}, {at}");
                for task in &tasks {
                    assert_eq!(task["person_id"], self.person.as_str());
                    assert!(time(task, "since") <= time(task, "due_at"));
                    let since = |entry: &Value| time(entry, "recorded_at") == time(task, "since");
                    let caused = timeline.iter().any(|entry| since(entry) || task.get("because").is_none());
                    assert!(caused, "{task} waits since something was recorded, {at}");
                    self.can_be_looked_up(user, task).await;
                }
            }
        }
    }

    /// Whatever waits for somebody, they see what it is about.
    async fn can_be_looked_up(&self, user: &str, task: &Value) {
        let file = self.clients[user].get(&format!("/v1/persons/{}", self.person)).await.expect(200);
        if let Some(subject) = task["subject_id"].as_str() {
            assert!(file.text.contains(subject), "{user} does not find {task} in {}", file.text);
        }
    }
}

fn time(value: &Value, name: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(value[name].as_str().unwrap()).unwrap()
}

/// A task with why it waits.
fn told(task: &Value) -> String {
    let because = task["because"].as_str().unwrap_or("nothing happened");
    format!("{}: {because}", task["kind"].as_str().unwrap())
}

const REVIEW: &str = "weekly_review: nothing happened";
const VISIT: &str = "street_doctor_visit: signal_received";
const SCREEN: &str = "head_injury_screen: intake_completed";
const LANGUAGE: &str = "establish_language: intake_completed";
const RIGHTS: &str = "rights_assessment: intake_completed";
const SUITS: &str = "suitability_review: incident_observed";
const LOOK_OUT: &str = "acknowledge_lookout: lookout_issued";
const FIND: &str = "find_person: went_out_of_sight";

#[tokio::test]
async fn what_waits_comes_and_goes_with_what_is_recorded_for_every_role() {
    let signal = json!({"channel": "police_contact", "problems": ["confused_behaviour"], "location_type": "street"});
    let case = Case::opened_by("police-rotterdam", signal).await;
    let coordinator = "coordinator-rotterdam";
    // The street doctors of the city are called in.
    case.expect(&[(coordinator, &[VISIT, REVIEW]), ("street-doctor-rotterdam", &[VISIT])]).await;

    // Who is asked by a referral learns of the person, and may be asked more.
    let to = |organisation: &str, offering: &str| json!({"to": organisation, "offering": offering});
    let doctor = to("street-doctor-rotterdam", "medical_drop_in");
    let doctor = case.post_for(coordinator, "referrals", doctor, "referral_id").await;
    case.post(coordinator, "referrals", to("night-shelter-rotterdam", "night_bed")).await;
    let asked = "answer_referral: referral_made";
    case.expect(&[
        (coordinator, &[VISIT, REVIEW]),
        ("street-doctor-rotterdam", &[asked, VISIT]),
        ("night-shelter-rotterdam", &[asked]),
    ])
    .await;

    // A bed answers for the bed; the doctor says that she will see him.
    case.post("night-shelter-rotterdam", "beds", json!({"kind": "night_shelter_eu"})).await;
    case.post("street-doctor-rotterdam", &format!("referrals/{doctor}/accept"), json!({})).await;
    case.post("night-shelter-rotterdam", "intakes", json!({"head_injury_suspected": true})).await;
    let (start, screens) = ("start_care: referral_accepted", [VISIT, SCREEN]);
    case.expect(&[
        (coordinator, &[&screens[..], &[REVIEW]].concat()),
        ("street-doctor-rotterdam", &[&screens[..], &[start]].concat()),
        ("night-shelter-rotterdam", &[LANGUAGE]),
        ("assessor-rotterdam", &[RIGHTS]),
    ])
    .await;

    // She saw him, and speaks his language; twice in a night he does not find his bed; the rights are assessed.
    case.post("street-doctor-rotterdam", "contacts", json!({"summary": "seen at the shelter", "language": "pl"})).await;
    case.post("street-doctor-rotterdam", &format!("referrals/{doctor}/start"), json!({})).await;
    for kind in ["lost_at_night", "cannot_find_bed"] {
        case.post("night-shelter-rotterdam", "incidents", json!({"kind": kind, "severity": "medium"})).await;
    }
    case.post("assessor-rotterdam", "rights-assessments", json!({"union_citizen": "yes", "works": "unknown"})).await;
    case.expect(&[(coordinator, &[SUITS, REVIEW])]).await;
    let file = case.clients["street-doctor-rotterdam"].get(&format!("/v1/persons/{}", case.person)).await.json();
    assert!(file["medical"]["unsuitable_since"].is_string());

    // He is lost. Each is asked for their own, and whoever answered is asked no more.
    let recipients =
        json!([{"organisation": "outreach-rotterdam"}, {"kind": "shelter_24h", "municipality": "rotterdam"}]);
    let lookout = json!({"recipients": recipients, "description": "a man of 50"});
    let lookout = case.post_for("night-shelter-rotterdam", "lookouts", lookout, "lookout_id").await;
    let alert = json!({"to": "police-rotterdam", "description": "a man of 50"});
    let alert = case.post_for("night-shelter-rotterdam", "care-alerts", alert, "care_alert_id").await;
    case.expect(&[
        (coordinator, &[SUITS, FIND, REVIEW]),
        ("outreach-rotterdam", &[LOOK_OUT]),
        ("shelter24-rotterdam", &[LOOK_OUT]),
        ("police-rotterdam", &["answer_care_alert: care_alert_filed"]),
    ])
    .await;
    case.post("outreach-rotterdam", &format!("lookouts/{lookout}/acknowledge"), json!({})).await;
    case.post("police-rotterdam", &format!("care-alerts/{alert}/answer"), json!({"outcome": "received"})).await;
    case.expect(&[(coordinator, &[SUITS, FIND, REVIEW]), ("shelter24-rotterdam", &[LOOK_OUT])]).await;

    // He comes out of hospital unannounced, and without a letter. He is found: nobody looks out any more. The hospital
    // was never involved: the coordinator asks it for the letter.
    let discharge = |letter: bool| json!({"from": "hospital-rotterdam", "destination": "night_shelter_eu", "warned": false, "letter_received": letter});
    case.post("night-shelter-rotterdam", "discharges", discharge(false)).await;
    let found = json!({"outcome": "found_in_care"});
    case.post("night-shelter-rotterdam", &format!("lookouts/{lookout}/resolve"), found).await;
    let (unsafely, letter) = ("review_unsafe_discharge: discharged_to", "send_discharge_letter: discharged_to");
    case.expect(&[(coordinator, &[SUITS, unsafely, letter, REVIEW])]).await;

    // A note of the coordinator records what was looked at; then a longer stay is asked for, and overtaken.
    case.post(coordinator, "notes", json!({"text": "We go through his case."})).await;
    let request = json!({"kind": "longer_night_stay", "reason": "he cannot be alone"});
    let exception = case.post_for("night-shelter-rotterdam", "exceptions", request, "exception_id").await;
    let decide = "decide_exception: exception_requested";
    case.expect(&[(coordinator, &[decide, letter, REVIEW])]).await;
    let held = |file: &Value| file["presence"]["stays"][0]["held"].clone();
    let path = format!("/v1/persons/{}", case.person);
    assert_eq!(held(&case.clients["night-shelter-rotterdam"].get(&path).await.json()), true);
    case.post("night-shelter-rotterdam", "discharges", discharge(true)).await;
    case.expect(&[(coordinator, &[decide, REVIEW])]).await;
    case.post("night-shelter-rotterdam", "out-of-sight", json!({})).await;
    let again = "find_person: escalated";
    case.expect(&[(coordinator, &[again, REVIEW])]).await;
    let file = case.clients[coordinator].get(&path).await.json();
    assert_eq!(held(&file), false);
    assert_eq!(file["exceptions"][0]["exception_id"], exception.as_str());
    assert_eq!(file["exceptions"][0]["state"], "overtaken");
    assert_eq!(file["presence"]["discharges"][0]["unsafe"], true);

    // It all is as it was after a restart, and over GraphQL.
    let Case { running, person, .. } = case;
    let running = running.restart().await;
    let clients = USERS.iter().map(|user| (*user, running.client(user))).collect();
    let case = Case { running, clients, person };
    case.expect(&[(coordinator, &[again, REVIEW])]).await;
    let query = "{ worklist { nodes { kind because } } }";
    let answer = case.clients[coordinator].graphql(query, json!({})).await;
    assert_eq!(answer["data"]["worklist"]["nodes"].as_array().unwrap().len(), 2);
    drop(case.running);
}

const CONDITIONS: [&str; 6] = [
    "housing_arranged",
    "addiction_care_arranged",
    "psychiatry_arranged",
    "professional_knows_home_options",
    "options_presented_honestly",
    "embassy_contacted",
];

#[tokio::test]
async fn a_return_waits_for_the_embassy_of_that_country_and_for_nobody_elses() {
    let identity = json!({"name": "Andrzej", "countries": ["PL"]});
    let case = Case::opened_by("outreach-rotterdam", json!({"channel": "outreach_round", "identity": identity})).await;
    let (coordinator, supporter) = ("coordinator-rotterdam", "supporter-rotterdam");
    let referral = json!({"to": supporter, "offering": "client_support"});
    let referral = case.post_for(coordinator, "referrals", referral, "referral_id").await;
    case.expect(&[(coordinator, &[REVIEW]), (supporter, &["answer_referral: referral_made"])]).await;
    case.post(supporter, &format!("referrals/{referral}/accept"), json!({})).await;
    case.post(supporter, &format!("referrals/{referral}/start"), json!({})).await;
    let options = json!({"language": "pl", "wish": "wants_to_return", "options": "A clinic in his own town."});
    case.post(supporter, "return-options", options).await;
    for condition in CONDITIONS {
        case.post(
            supporter,
            "return-conditions",
            json!({"condition": condition, "country": "PL", "evidence": "A letter."}),
        )
        .await;
    }
    let consent = json!({"purpose": "repatriation", "recipient": {"country": "PL"},
        "data_classes": ["identity", "return"], "language": "pl"});
    let consent = case.post_for(supporter, "consents", consent, "consent_id").await;
    let plan = json!({"country": "PL", "receiving_organisation": "A clinic", "plan": "By bus."});
    let handover = case.post_for(supporter, "handovers", plan, "handover_id").await;
    let acknowledge = "acknowledge_handover: handover_proposed";
    case.expect(&[(coordinator, &[REVIEW]), ("liaison-pl", &[acknowledge])]).await;

    case.post("liaison-pl", &format!("handovers/{handover}/acknowledge"), json!({})).await;
    case.expect(&[(coordinator, &[REVIEW]), ("liaison-pl", &["answer_handover: handover_acknowledged"])]).await;
    case.post("liaison-pl", &format!("handovers/{handover}/accept"), json!({})).await;
    let depart = "record_departure: handover_accepted";
    case.expect(&[(coordinator, &[REVIEW]), (supporter, &[depart])]).await;

    // Consent withdrawn stops it: nothing of it waits for the embassy, and this side sees to what was arranged.
    case.post(supporter, &format!("consents/{consent}/withdraw"), json!({})).await;
    let stopped = "review_stopped_return: handover_withdrawn";
    case.expect(&[(coordinator, &[stopped, REVIEW]), (supporter, &[stopped])]).await;
}
