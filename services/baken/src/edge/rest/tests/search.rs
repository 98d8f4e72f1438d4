//! `GET /v1/persons?name=…` and `POST /v1/persons/search`.

use actix_web::http::Method;
use serde_json::{Value, json};

use super::{Answer, Server, server, server_with};
use crate::edge::Limits;

const COORDINATOR: &str = "coordinator-rotterdam";
const SHELTER: &str = "day-shelter-rotterdam";

async fn called(server: &Server, by: &str, identity: Value) -> String {
    let signal = json!({"channel": "drop_in_visit", "municipality": "rotterdam", "identity": identity});
    let answer = server.post(by, "/v1/signals", signal).await;
    answer.json()["person_id"].as_str().unwrap().to_owned()
}

async fn search(server: &Server, by: &str, body: &Value) -> Answer {
    let request = server.request(by, Method::POST, "/v1/persons/search");
    server.send(request.insert_header(("content-type", "application/json")).set_payload(body.to_string())).await
}

#[actix_web::test]
async fn a_person_is_found_by_whatever_spelling_and_told_by_which() {
    let server = server().await;
    let ion = called(&server, SHELTER, json!({"name": "Ion Popescu", "birth_date": "1976-02-14"})).await;
    called(&server, SHELTER, json!({"name": "Maria Popescu"})).await;
    called(&server, SHELTER, json!({"alias": "the Captain"})).await;
    for name in ["Ion%20Popescu", "Popescu,%20Ion", "ioan+popesku", "%C3%8Eon%20POPESCU"] {
        let page = server.get(COORDINATOR, &format!("/v1/persons?name={name}")).await.json();
        assert_eq!(page["items"].as_array().unwrap().len(), 1, "{name}: {page}");
        assert_eq!(page["items"][0]["person_id"], json!(ion), "{name}");
        assert_eq!(page["items"][0]["matched"][0]["name"], "Ion Popescu", "{name}");
    }
    let page = server.get(COORDINATOR, "/v1/persons?name=ioan+popesku&birth_year=1976").await.json();
    let matched = &page["items"][0]["matched"];
    let expected = json!([
        {"reason": "name", "likeness": "close", "name": "Ion Popescu"},
        {"reason": "birth_date", "likeness": "same"},
    ]);
    assert_eq!(*matched, expected);
    let by_body = search(&server, COORDINATOR, &json!({"name": "ioan popesku", "birth_date": "1976"})).await;
    assert_eq!(by_body.json(), page, "both answer the same");
    let both = server.get(COORDINATOR, "/v1/persons?name=Popescu&first=1").await.json();
    let next = both["next"].as_str().unwrap();
    let rest = server.get(COORDINATOR, &format!("/v1/persons?name=Popescu&first=1&after={next}")).await.json();
    assert_ne!(both["items"][0]["person_id"], rest["items"][0]["person_id"]);
    assert_eq!(rest["next"], json!(null));
}

#[actix_web::test]
async fn before_somebody_is_taken_in_anew_one_may_ask_whether_it_is_one_of_these() {
    let server = server().await;
    let claim = json!({"alias": "Gosia", "sex": "female", "countries": ["PL"], "languages": [{"language": "pl"}],
        "contact": "06-12345678"});
    let gosia = called(&server, SHELTER, claim).await;
    called(&server, SHELTER, json!({"alias": "Gosia", "sex": "male", "countries": ["RO"]})).await;
    let asked = json!({"name": "Małgorzata", "sex": "female", "countries": ["PL"], "languages": [{"language": "pl"}]});
    let items = search(&server, SHELTER, &asked).await.json()["items"].clone();
    let reasons: Vec<_> = items[0]["matched"].as_array().unwrap().iter().map(|each| &each["reason"]).collect();
    assert_eq!((&items[0]["person_id"], items.as_array().unwrap().len()), (&json!(gosia), 1), "{items}");
    assert_eq!(reasons, ["alias", "sex", "countries"]);
    let by_telephone = search(&server, SHELTER, &json!({"contact": "+31 6 1234 5678"})).await.json();
    assert_eq!(by_telephone["items"][0]["person_id"], json!(gosia));
    // Nobody of these is known to the shelter of another city.
    assert_eq!(search(&server, "night-shelter-utrecht", &asked).await.json()["items"], json!([]));
}

#[actix_web::test]
async fn who_was_linked_is_there_once_and_found_by_what_either_was_called() {
    let server = server().await;
    let one = called(&server, SHELTER, json!({"alias": "the Captain"})).await;
    let other = called(&server, SHELTER, json!({"name": "Ion Popescu"})).await;
    let link = json!({"with": other, "basis": "self_declared"});
    assert_eq!(server.post(COORDINATOR, &format!("/v1/persons/{one}/links"), link).await.status, 201);
    for name in ["Captain", "Popescu"] {
        let page = server.get(COORDINATOR, &format!("/v1/persons?name={name}")).await.json();
        assert_eq!(page["items"].as_array().unwrap().len(), 1, "{name}");
        assert_eq!(page["items"][0]["person_id"], json!(one), "{name}");
        assert_eq!(page["items"][0]["identity"]["other_names"], json!(null));
    }
}

#[actix_web::test]
async fn another_spelling_that_was_said_before_is_found_and_shown() {
    let server = server().await;
    let person = called(&server, SHELTER, json!({"name": "Ioan Popesku"})).await;
    let claim = json!({"claim": {"name": "Ion Popescu"}, "assurance": "document_seen"});
    assert_eq!(server.post(SHELTER, &format!("/v1/persons/{person}/identity"), claim).await.status, 201);
    let page = server.get(COORDINATOR, "/v1/persons?name=Popesku").await.json();
    assert_eq!(page["items"][0]["matched"][0]["name"], "Ioan Popesku");
    assert_eq!(page["items"][0]["identity"]["other_names"], json!(["Ioan Popesku"]));
}

#[actix_web::test]
async fn what_cannot_be_looked_for_is_refused_and_named_without_being_repeated() {
    let server = server().await;
    for (query, parameter) in [
        ("name=", "name"),
        ("name=Ma%E2%80%8Brek", "name"),
        ("name=Ma%00rek", "name"),
        ("name=Marek%0A", "name"),
        ("name=%3F", "name"),
        ("name=M.", "name"),
        ("name=Marek&name=Nowak", "name"),
        ("birth_year=1976", "birth_year"),
        ("name=Marek&birth_year=76", "birth_year"),
        ("name=Marek&birth_year=2098", "birth_year"),
        ("name=Marek&after=x", "after"),
    ] {
        let answer = server.get(COORDINATOR, &format!("/v1/persons?{query}")).await;
        if query.ends_with("%0A") {
            assert_eq!(answer.status, 200, "white space at the end is left out");
            continue;
        }
        assert_eq!(answer.status, 422, "{query}: {}", answer.text);
        assert_eq!(answer.json()["errors"][0]["parameter"], json!(parameter), "{query}");
        assert!(!answer.text.contains("rek"), "{}", answer.text);
    }
    let long = "a".repeat(201);
    assert_eq!(server.get(COORDINATOR, &format!("/v1/persons?name={long}")).await.status, 422);
    for (body, pointer) in [
        (json!({}), "/name"),
        (json!({"sex": "male"}), "/name"),
        (json!({"name": "Ma\u{200b}rek"}), "/name"),
        (json!({"alias": "?"}), "/alias"),
        (json!({"name": "Marek", "birth_date": "2098"}), "/birth_date"),
        (json!({"name": "Marek", "surname": "Nowak"}), "/surname"),
        (json!({"name": "Marek", "first": 0}), "/first"),
        (json!({"name": "Marek", "first": "many"}), "/first"),
        (json!({"name": "Marek", "after": 7}), "/after"),
    ] {
        let answer = search(&server, COORDINATOR, &body).await;
        assert_eq!(answer.status, 422, "{body}: {}", answer.text);
        assert_eq!(answer.json()["errors"][0]["pointer"], json!(pointer), "{body}");
    }
}

#[actix_web::test]
async fn searches_have_a_limit_of_their_own() {
    let server = server_with(Limits { searches_per_second: 1, searches_burst: 2, ..Limits::default() }).await;
    for _ in 0..2 {
        assert_eq!(server.get(COORDINATOR, "/v1/persons?name=Marek").await.status, 200);
    }
    let refused = search(&server, COORDINATOR, &json!({"name": "Marek"})).await;
    assert_eq!((refused.status, refused.header("retry-after").is_some()), (429, true));
    assert_eq!(server.get(COORDINATOR, "/v1/persons").await.status, 200);
}

/// What is traced of requests is kept by operators: a name must not be among it, be it in a URL.
#[actix_web::test]
async fn no_name_that_is_looked_for_is_traced_or_counted() {
    let traced = Traced::default();
    let _traces = tracing::subscriber::set_default(
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(traced.clone()).finish(),
    );
    // Where there are two subscribers, tests on other threads do not switch off for all what they do not listen to themselves.
    let _second = tracing::Dispatch::new(tracing_subscriber::fmt().with_writer(std::io::sink).finish());
    let server = server().await;
    called(&server, SHELTER, json!({"name": "Xiomara Quispe"})).await;
    for path in ["/v1/persons?name=Xiomara", "/v1/persons?name=Xiomara&surname=Quispe", "/v1/nowhere?name=Xiomara"] {
        server.get(COORDINATOR, path).await;
    }
    search(&server, COORDINATOR, &json!({"name": "Xiomara"})).await;
    search(&server, COORDINATOR, &json!({"name": "Xiomara", "Quispe": 1})).await;
    let metrics = server.get(COORDINATOR, "/metrics").await.text;
    let said = String::from_utf8(traced.0.lock().clone()).unwrap();
    assert!(said.contains("/v1/persons/search") && said.contains("answered"), "it is traced: {said}");
    for name in ["Xiomara", "Quispe", "name="] {
        assert!(!said.contains(name) && !metrics.contains(name), "{name}: {said}");
    }
}

#[derive(Clone, Default)]
struct Traced(std::sync::Arc<parking_lot::Mutex<Vec<u8>>>);

impl std::io::Write for Traced {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> tracing_subscriber::fmt::MakeWriter<'a> for Traced {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
