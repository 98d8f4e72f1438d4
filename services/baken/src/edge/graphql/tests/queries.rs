use std::sync::Arc;

use care_path::PersonId;
use serde_json::{Value, json};

use super::support::{Small, coordinator, night_shelter, police, rates};
use crate::app::Reading;
use crate::app::testing::user;
use crate::edge::graphql::{Ask, Graphql};

#[tokio::test]
async fn a_person_who_is_hidden_and_one_who_is_not_there_are_both_null_and_no_error() {
    let small = Small::new().await;
    let hidden = small.marek.to_string();
    let missing = PersonId(uuid::Uuid::from_u128(9)).to_string();
    let readers = ["night-shelter-utrecht", "administrator", "liaison-pl", "analyst-national"].map(user);
    for reader in readers {
        for id in [&hidden, &missing, "no id at all"] {
            let query = format!("{{ person(id: \"{id}\") {{ personId phase timeline {{ nodes {{ type }} }} }} }}");
            assert_eq!(small.shown(reader.clone(), &query).await, json!({ "person": null }), "{id}");
        }
    }
    let query = format!("{{ person(id: \"{hidden}\") {{ personId }} }}");
    assert_eq!(small.shown(coordinator(), &query).await, json!({ "person": { "personId": hidden } }));
}

#[tokio::test]
async fn the_police_see_the_alert_that_is_addressed_to_them_and_what_they_recorded_and_nothing_else() {
    let small = Small::new().await;
    let query = format!(
        "{{ person(id: \"{}\") {{
            phase municipality coordinator vulnerable openedAt updatedAt
            medical {{ urgency careNeeds {{ text }} findings {{ text }} }}
            presence {{ stays {{ organisation }} lastSeen {{ locationType location }} }}
            rights {{ insurance }} referrals {{ to }} return {{ missingConditions }} exceptions {{ state }}
            lookouts {{ description }} notes {{ text }}
            careAlerts {{ description to recordedBy }}
            justice {{ conduct {{ text }} }}
        }} careAlerts {{ nodes {{ description }} }} lookouts {{ nodes {{ lookoutId }} }} }}",
        small.marek
    );
    let shown = small.shown(police(), &query).await;
    let person = &shown["person"];
    for hidden in [
        "phase",
        "municipality",
        "coordinator",
        "vulnerable",
        "openedAt",
        "updatedAt",
        "rights",
        "referrals",
        "return",
        "exceptions",
        "lookouts",
        "notes",
    ] {
        assert_eq!(person[hidden], Value::Null, "{hidden}");
    }
    assert_eq!(person["presence"]["stays"], Value::Null);
    assert_eq!(person["careAlerts"][0]["description"], json!("A man of about 50."));
    assert_eq!(person["justice"], json!({ "conduct": [{ "text": "Walked on the road." }] }));
    assert_eq!(shown["careAlerts"]["nodes"], json!([{ "description": "A man of about 50." }]));
    assert_eq!(shown["lookouts"]["nodes"], json!([]));
    let told = shown.to_string();
    for secret in ["night-shelter-eu", "Loses his way", "Scars", "consulate", "Memory", "street-doctor"] {
        assert!(!told.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn a_page_is_followed_by_the_next_until_there_is_none() {
    let small = Small::new().await;
    for _ in 0..4 {
        small.signal().await;
    }
    let mut seen = Vec::new();
    let mut after = Value::Null;
    let query = "query($after: String) { persons(first: 2, after: $after) {
        edges { cursor node { personId } } nodes { personId }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    } }";
    for page in 0.. {
        let response = small.ask_with(coordinator(), query, json!({ "after": after })).await;
        assert_eq!(response.errors, vec![]);
        let persons = response.data.into_json().unwrap()["persons"].clone();
        let edges = persons["edges"].as_array().unwrap();
        let info = &persons["pageInfo"];
        assert_eq!(info["hasPreviousPage"], json!(page > 0));
        assert_eq!(info["hasNextPage"], json!(page < 2));
        assert_eq!(info["startCursor"], edges[0]["cursor"]);
        assert_eq!(info["endCursor"], edges[edges.len() - 1]["cursor"]);
        let nodes: Vec<_> = edges.iter().map(|edge| edge["node"].clone()).collect();
        assert_eq!(persons["nodes"], json!(nodes));
        seen.extend(nodes.iter().map(|node| node["personId"].to_string()));
        after = info["endCursor"].clone();
        if info["hasNextPage"] == json!(false) {
            break;
        }
    }
    assert_eq!(seen.len(), 5);
    assert!(seen.is_sorted_by(|one, next| one < next), "each once");
}

#[tokio::test]
async fn persons_are_filtered_by_codes_in_their_own_spelling() {
    let small = Small::new().await;
    let count = async |filter: &str| {
        let shown =
            small.shown(coordinator(), &format!("{{ persons(filter: {filter}) {{ nodes {{ phase }} }} }}")).await;
        shown["persons"]["nodes"].as_array().unwrap().clone()
    };
    // A lookout is out for him.
    assert_eq!(count("{ phase: out_of_sight }").await, [json!({ "phase": "out_of_sight" })]);
    assert_eq!(count("{ phase: signalled }").await, [] as [Value; 0]);
    assert_eq!(count("{ municipality: \"rotterdam\", outOfSight: true }").await.len(), 1);
    assert_eq!(count("{ outOfSight: false }").await.len(), 0);
    assert_eq!(count("{ municipality: \"utrecht\" }").await.len(), 0);
    assert_eq!(count("{ updatedSince: \"2026-09-28T12:00:00Z\" }").await.len(), 1);
    assert_eq!(count("{ updatedSince: \"2026-09-28T12:00:01Z\" }").await.len(), 0);
}

#[tokio::test]
async fn what_is_asked_for_wrongly_is_refused_with_a_code_and_the_rest_is_shown() {
    let small = Small::new().await;
    for first in ["0", "201", "-1"] {
        let (code, message) =
            small.refused(coordinator(), &format!("{{ persons(first: {first}) {{ nodes {{ phase }} }} }}")).await;
        assert_eq!((code.as_str(), message.as_str()), ("BAD_INPUT", "`first` must be 1 to 200"));
    }
    let query = "{ lookouts(after: \"x\") { nodes { state } } referrals { nodes { state } } }";
    assert_eq!(small.refused(coordinator(), query).await.0, "BAD_CURSOR");
    let response = small.ask_with(coordinator(), query, json!({})).await;
    let data = response.data.into_json().unwrap();
    let states = json!([{ "state": "accepted" }, { "state": "made" }]);
    assert_eq!(data, json!({ "lookouts": null, "referrals": { "nodes": states } }));
    for (query, code) in [
        ("{ nothing }", "INVALID_QUERY"),
        ("{ persons(filter: { phase: OUT_OF_SIGHT }) { nodes { phase } } }", "INVALID_QUERY"),
        ("{ persons(filter: { municipality: \"No Slug\" }) { nodes { phase } } }", "BAD_INPUT"),
        ("query a { __typename } query b { __typename }", "INVALID_QUERY"),
        ("mutation { __typename }", "READ_ONLY"),
        ("subscription { __typename }", "NOT_OVER_SOCKET"),
    ] {
        assert_eq!(small.refused(coordinator(), query).await.0, code, "{query}");
    }
}

#[tokio::test]
async fn of_hundreds_of_errors_the_first_are_told_and_long_names_are_cut() {
    let small = Small::new().await;
    let fields = (0..400).map(|number| format!("field{number} "));
    let response =
        small.ask_with(coordinator(), &format!("{{ me {{ {} }} }}", fields.collect::<String>()), json!({})).await;
    assert_eq!(response.errors.len(), 21);
    assert_eq!(response.errors[20].message, "380 more errors are not listed");
    let (_, message) = small.refused(coordinator(), &format!("{{ {} }}", "x".repeat(10_000))).await;
    assert!(message.len() < 500, "{}", message.len());
}

#[tokio::test]
async fn variables_are_read_as_strictly_as_what_stands_in_the_query() {
    let small = Small::new().await;
    let query = "query($filter: PersonsFilter) { persons(filter: $filter) { nodes { phase } } }";
    let good = json!({ "filter": { "phase": "out_of_sight", "updatedSince": "2026-09-28T12:00:00Z" } });
    let response = small.ask_with(coordinator(), query, good).await;
    assert_eq!(response.errors, vec![]);
    assert_eq!(response.data.into_json().unwrap(), json!({ "persons": { "nodes": [{ "phase": "out_of_sight" }] } }));
    for bad in [
        json!({ "filter": { "phase": "SHELTERED" } }),
        json!({ "filter": { "municipality": "No Slug" } }),
        json!({ "filter": { "updatedSince": "yesterday" } }),
        json!({ "filter": { "updatedSince": "+262142-12-31T23:30:00Z" } }),
        json!({ "filter": { "unknown": 1 } }),
        json!({ "filter": [1] }),
    ] {
        let response = small.ask_with(coordinator(), query, bad.clone()).await;
        let data = response.data.into_json().unwrap();
        assert!(data.is_null() || data == json!({ "persons": null }), "{bad}: {data}");
        assert_eq!(response.errors.len(), 1, "{bad}");
        assert!(response.errors[0].extensions.is_some(), "{bad}");
    }
}

#[tokio::test]
async fn one_of_several_operations_is_chosen_by_its_name() {
    let small = Small::new().await;
    let ask = Ask {
        query: "query a { lookouts { nodes { state } } } query b { __typename }".into(),
        operation: Some("b".into()),
        ..Ask::default()
    };
    let response = small.graphql.answer(Arc::new(Reading::from(&coordinator())), ask).await;
    assert_eq!(response.data.into_json().unwrap(), json!({ "__typename": "Query" }));
}

#[tokio::test]
async fn only_an_ambassador_is_told_the_counts_of_handovers() {
    let small = Small::new().await;
    let query = "{ handovers { counts { country waiting overdue states { state count } } nodes { state } } }";
    let shown = small.shown(user("ambassador-pl"), query).await;
    let none = json!({ "country": "PL", "waiting": null, "overdue": null, "states": [] });
    assert_eq!(shown, json!({ "handovers": { "counts": none, "nodes": [] } }));
    let shown = small.shown(night_shelter(), query).await;
    assert_eq!(shown, json!({ "handovers": { "counts": null, "nodes": [] } }));
}

#[tokio::test]
async fn a_caller_is_told_who_they_are_and_what_they_may_do() {
    let small = Small::new().await;
    let query = "{ me { user organisation role municipality country may { command relations } } }";
    let shown = small.shown(police(), query).await;
    let me = &shown["me"];
    assert_eq!(me["user"], json!("police-rotterdam"));
    assert_eq!((&me["role"], &me["municipality"]), (&json!("police"), &Value::Null));
    assert_eq!(me["may"][0]["command"], json!("report_signal"));
}

#[tokio::test]
async fn codes_have_their_labels_in_the_language_that_is_asked_for() {
    let small = Small::new().await;
    let query = "{ nl: codes(list: \"severity\", language: nl) { list title codes { code label } }
        en: codes(list: \"severity\") { codes { code label } } no: codes(list: \"secrets\") { list } }";
    let shown = small.shown(police(), query).await;
    assert_eq!(shown["no"], Value::Null);
    let codes = |language: &str, field: &str| {
        let codes = shown[language]["codes"].as_array().unwrap().iter();
        codes.map(|each| each[field].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(codes("nl", "code"), ["low", "medium", "high"]);
    assert_eq!(codes("en", "code"), codes("nl", "code"));
    assert_ne!(codes("en", "label"), codes("nl", "label"));
}

#[tokio::test]
async fn in_production_the_schema_is_told_by_no_answer() {
    let small = Small::new().await;
    let closed = Graphql::new(small.baken.clone(), rates(), false).unwrap();
    let asked = async |query: &str| {
        let response =
            closed.answer(Arc::new(Reading::from(&coordinator())), Ask { query: query.into(), ..Ask::default() }).await;
        (response.data.into_json().unwrap(), serde_json::to_value(&response.errors).unwrap())
    };
    for query in ["{ __schema { types { name } } }", "{ __type(name: \"Person\") { name } }"] {
        let (data, errors) = asked(query).await;
        assert_eq!((data, &errors[0]["extensions"]["code"]), (Value::Null, &json!("INTROSPECTION_OFF")));
        assert_eq!(small.ask_with(coordinator(), query, json!({})).await.errors, vec![]);
    }
    let (_, errors) = asked("{ person { personid } }").await;
    assert!(!errors.to_string().contains("Did you mean"), "{errors}");
    assert_eq!(asked("{ __typename }").await.0, json!({ "__typename": "Query" }));
}
