//! The monitor's figures, over HTTP: a period is released once, told alike to all who may read it, and tells of nobody.

use baken::sources::{Clock, SystemClock};
use chrono::{Datelike, Months, NaiveDate};
use serde_json::{Value, json};

use crate::support::{Client, Running, empty};

/// The last quarter that is over: its name, and a day in it.
fn last_quarter() -> (String, NaiveDate) {
    let in_it = SystemClock.now().date_naive().checked_sub_months(Months::new(3)).unwrap();
    let quarter = in_it.month0() / 3;
    let day = NaiveDate::from_ymd_opt(in_it.year(), quarter * 3 + 2, 10).unwrap();
    (format!("{}-Q{}", in_it.year(), quarter + 1), day)
}

/// The quarter that runs.
fn this_quarter() -> String {
    let today = SystemClock.now().date_naive();
    format!("{}-Q{}", today.year(), today.month0() / 3 + 1)
}

async fn signal(shelter: &Client, municipality: &str, day: NaiveDate, country: &str) -> String {
    let body = json!({
        "channel": "shelter_intake", "municipality": municipality, "occurred_at": format!("{day}T12:00:00Z"),
        "identity": {"countries": [country], "sex": "male", "approximate_age": 40},
    });
    shelter.signal(body).await
}

/// Twelve people in Rotterdam, and three in Utrecht.
async fn city() -> (Running, Vec<String>) {
    let running = empty().await;
    let (_, day) = last_quarter();
    let mut persons = Vec::new();
    for index in 0..12 {
        let country = if index < 11 { "PL" } else { "RO" };
        persons.push(signal(&running.client("night-shelter-rotterdam"), "rotterdam", day, country).await);
    }
    for _ in 0..3 {
        persons.push(signal(&running.client("night-shelter-utrecht"), "utrecht", day, "RO").await);
    }
    (running, persons)
}

async fn release(running: &Running, period: &str) -> crate::support::Answer {
    running.client("analyst-national").post("/v1/monitor/releases", json!({"period": period})).await
}

/// What a table shows of exactly these categories.
fn cell<'a>(tables: &'a [Value], indicator: &str, categories: &[(&str, &str)]) -> &'a Value {
    let of_cell = |cell: &Value| {
        let all = cell["categories"].as_array().unwrap();
        let is_one = |(cut, category): &(&str, &str)| {
            all.iter().any(|each| each["cut"] == *cut && each["category"] == *category)
        };
        all.len() == categories.len() && categories.iter().all(is_one)
    };
    let mut of_indicator = tables.iter().filter(|table| table["indicator"] == indicator);
    let found = of_indicator.find_map(|table| table["cells"].as_array().unwrap().iter().find(|cell| of_cell(cell)));
    found.unwrap_or_else(|| panic!("no cell of {indicator} for {categories:?}"))
}

fn tables(release: &Value) -> Vec<Value> {
    release["tables"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_rounds_what_is_large_suppresses_what_is_small_and_is_never_altered() {
    let (running, _) = city().await;
    let (period, day) = last_quarter();
    release(&running, &period).await.expect(201);
    let analyst = running.client("analyst-national");
    let path = format!("/v1/monitor/releases/{period}");
    let shown = analyst.get(&path).await.expect(200);
    let unique = |place: &[(&str, &str)]| cell(&tables(&shown.json()), "unique_persons", place).clone();
    assert_eq!(unique(&[("municipality", "rotterdam")])["count"], 10);
    assert_eq!(unique(&[("municipality", "utrecht")])["suppressed"], true);
    assert_eq!(unique(&[("municipality", "amsterdam")])["count"], 0);
    // 15 less Rotterdam's 10 would tell Utrecht's 3 too closely.
    let together = unique(&[]);
    assert!(together["suppressed"] == true || together["count"] == 15, "{together}");

    for _ in 0..10 {
        signal(&running.client("night-shelter-rotterdam"), "rotterdam", day, "PL").await;
    }
    assert_eq!(analyst.get(&path).await.expect(200).text, shown.text);
    let again = release(&running, &period).await.expect(409).json();
    assert_eq!(again["code"], "period_already_released");
    let running = running.restart().await;
    let analyst = running.client("analyst-national");
    assert_eq!(analyst.get(&path).await.expect(200).text, shown.text);
    let list = analyst.get("/v1/monitor/releases").await.expect(200).json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert_eq!(list["items"][0]["period"], period.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_period_that_is_not_over_or_is_none_is_not_released() {
    let running = empty().await;
    let refused = release(&running, &this_quarter()).await.expect(409).json();
    assert_eq!(refused["code"], "period_not_over");
    for period in ["", "2026-13", "1999", "2026-Q5", "last year"] {
        let problem = release(&running, period).await.expect(422).json();
        assert_eq!(problem["errors"][0]["pointer"], "/period", "{problem}");
    }
    running.client("analyst-national").get("/v1/monitor/releases/2026-Q5").await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_is_the_same_for_all_who_may_read_it_and_coordinators_see_their_own_city_finer() {
    let (running, _) = city().await;
    let (period, _) = last_quarter();
    for user in baken::demo::users().unwrap() {
        let client = running.client(user.user.as_str());
        if user.user.as_str() != "analyst-national" {
            client.post("/v1/monitor/releases", json!({"period": period})).await.expect(403);
        }
    }
    release(&running, &period).await.expect(201);
    let path = format!("/v1/monitor/releases/{period}");
    let shown = running.client("analyst-national").get(&path).await.expect(200);
    for user in baken::demo::users().unwrap() {
        let client = running.client(user.user.as_str());
        match user.user.as_str() {
            "analyst-national" => {
                client.get(&format!("{path}?audience=own")).await.expect(403);
            }
            "coordinator-rotterdam" | "coordinator-amsterdam" => {
                assert_eq!(client.get(&path).await.expect(200).text, shown.text);
                let own = client.get(&format!("{path}?audience=own")).await.expect(200).json();
                assert_eq!(own["threshold"], 4);
                let city = user.user.as_str().trim_start_matches("coordinator-");
                assert_eq!(own["municipality"], city);
                let told = own["tables"].to_string();
                assert!(
                    ["amsterdam", "rotterdam", "utrecht"].iter().all(|other| *other == city || !told.contains(other))
                );
            }
            _ => {
                for path in [path.as_str(), "/v1/monitor/releases", "/v1/monitor/indicators", "/v1/monitor/estimates"] {
                    client.get(path).await.expect(403);
                }
            }
        }
        client.get("/v1/monitor/definitions").await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_release_and_each_reading_of_figures_is_on_record() {
    let (running, _) = city().await;
    let (period, _) = last_quarter();
    release(&running, &period).await.expect(201);
    let analyst = running.client("analyst-national");
    for path in ["/v1/monitor/indicators?indicator=signals", "/v1/monitor/estimates", "/v1/monitor/releases"] {
        analyst.get(path).await.expect(200);
    }
    let query = "{ figures(filter: {indicator: \"signals\"}) { indicator period cells { count suppressed } } }";
    let answer = analyst.graphql(query, json!({})).await;
    assert_eq!(answer["data"]["figures"][0]["period"], period.as_str(), "{answer}");
    let log = running.client("privacy-officer").all("/v1/access-log?user=analyst-national").await;
    let read: Vec<_> = log.iter().map(|record| record["operation"].as_str().unwrap()).collect();
    for operation in ["/v1/monitor/indicators", "/v1/monitor/estimates", "/v1/monitor/releases"] {
        assert!(read.iter().any(|each| each.ends_with(operation)), "{operation} is not in {read:?}");
    }
    assert_eq!(read.len(), 4, "{read:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_back_linked_or_erased_counts_as_it_should() {
    let (running, persons) = city().await;
    let (period, day) = last_quarter();
    let shelter = running.client("night-shelter-rotterdam");
    let coordinator = running.client("coordinator-rotterdam");
    for _ in 0..9 {
        signal(&running.client("night-shelter-utrecht"), "utrecht", day, "RO").await;
    }
    let mut more = Vec::new();
    for _ in 0..11 {
        more.push(signal(&shelter, "rotterdam", day, "PL").await);
    }
    // 23 in Rotterdam: the eleven more are the same people as eleven of the first.
    for (one, other) in more.iter().zip(&persons) {
        let link = json!({"with": other, "basis": "recognised_by_professional"});
        coordinator.post(&format!("/v1/persons/{one}/links"), link).await.expect(201);
    }
    // Two were recorded by mistake, and one who stays is erased.
    for _ in 0..2 {
        let body = json!({"channel": "shelter_intake", "municipality": "rotterdam", "occurred_at": format!("{day}T12:00:00Z")});
        let answer = shelter.post("/v1/signals", body).await.expect(201);
        let (person, event) = (answer.id("person_id"), answer.json()["event_ids"][0].as_str().unwrap().to_owned());
        let retract = json!({"reason": "wrong_person"});
        shelter.post(&format!("/v1/persons/{person}/entries/{event}/retract"), retract).await.expect(201);
    }
    let erase = format!("/v1/persons/{}/erase", persons[11]);
    running.client("privacy-officer").post(&erase, json!({"ground": "request"})).await.expect(201);
    release(&running, &period).await.expect(201);
    let shown = running.client("analyst-national").get(&format!("/v1/monitor/releases/{period}")).await.expect(200);
    let tables = tables(&shown.json());
    let rotterdam = ("municipality", "rotterdam");
    assert_eq!(cell(&tables, "unique_persons", &[rotterdam])["count"], 10);
    assert_eq!(cell(&tables, "signals", &[rotterdam])["count"], 25);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_living_situation_is_taken_for_a_day_and_shown_to_those_who_see_how_the_person_lives() {
    let running = empty().await;
    let shelter = running.client("night-shelter-rotterdam");
    let person = shelter.signal(json!({"channel": "shelter_intake", "municipality": "rotterdam"})).await;
    let path = format!("/v1/persons/{person}/living-situations");
    let body = json!({
        "living_situation": "living_rough", "household": "couple", "homeless_since": "2021-11",
        "in_the_netherlands_since": "2019", "occurred_at": "2026-01-15T12:00:00Z", "occurred_precision": "day",
    });
    shelter.post(&path, body.clone()).await.expect(201);
    let shown = running.client("coordinator-rotterdam").get(&format!("/v1/persons/{person}")).await.expect(200).json();
    let social = &shown["social"];
    assert_eq!(social["living_situation"], "living_rough");
    assert_eq!(social["homeless_since"], "2021-11");
    assert_eq!(social["household"], "couple");
    for (field, value) in [
        ("homeless_since", "2199"),
        ("homeless_since", "2098"),
        ("in_the_netherlands_since", "yesterday"),
        ("living_situation", "in_a_castle"),
        ("household", "a_crowd"),
    ] {
        let mut bad = body.clone();
        bad[field] = json!(value);
        let problem = shelter.post(&path, bad).await.expect(422).json();
        assert_eq!(problem["errors"][0]["pointer"], format!("/{field}"), "{problem}");
    }
    running.client("police-rotterdam").post(&path, body.clone()).await.expect(404);
    running.client("night-shelter-utrecht").post(&path, body).await.expect(404);
}

/// Figures of others in the quarter that is over.
fn nuisance(published: bool) -> Value {
    let (period, _) = last_quarter();
    let both = |text: &str| json!({"nl": text, "en": text});
    let category = |code: &str| json!({"code": code, "name": both(code)});
    let figure = |place: &str, code: &str, count: u64| json!({"period": period, "municipality": place, "categories": [code], "count": count});
    let at = published.then_some("https://example.org/nuisance");
    let mut figures = vec![figure("rotterdam", "noise", 1_243), figure("utrecht", "noise", 7)];
    figures.push(json!({"period": period, "municipality": "utrecht", "categories": ["begging"]}));
    json!({
        "source": "police-nuisance",
        "definition": {
            "name": both("Nuisance <b>reported</b>"), "publisher": "Police", "unit": both("reports"),
            "counts": both("Every report."), "cuts": [{"name": both("kind"), "categories": [category("noise"), category("begging")]}],
            "published_at": at,
        },
        "figures": figures,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_of_others_stand_beside_the_release_and_are_never_added_up() {
    let (running, _) = city().await;
    let (period, _) = last_quarter();
    release(&running, &period).await.expect(201);
    let analyst = running.client("analyst-national");
    let path = format!("/v1/monitor/releases/{period}");
    let before = analyst.get(&path).await.expect(200);

    analyst.post("/v1/monitor/sources", nuisance(false)).await.expect(201);
    let counts = |shown: &Value| -> Vec<Value> {
        let figures = shown["items"][0]["figures"].as_array().unwrap();
        figures.iter().map(|figure| figure["count"].clone()).collect()
    };
    let shown = analyst.get("/v1/monitor/sources").await.expect(200).json();
    assert_eq!(counts(&shown), [json!(1245), Value::Null, Value::Null], "{shown}");
    assert_eq!(analyst.get(&path).await.expect(200).text, before.text, "the release is as it was");
    let report = analyst.get(&format!("{path}/report")).await.expect(200).text;
    assert!(report.contains("Nuisance &lt;b&gt;reported&lt;/b&gt;") && report.contains("1\u{202f}245"), "{report}");

    let own = format!("{path}/report?audience=own");
    let own = running.client("coordinator-rotterdam").get(&own).await.expect(200).text;
    assert!(own.contains("1\u{202f}245") && !own.contains("Utrecht"), "{own}");

    // What is public anyway is shown as it is, in place of what was imported before.
    analyst.post("/v1/monitor/sources", nuisance(true)).await.expect(201);
    let shown = analyst.get("/v1/monitor/sources").await.expect(200).json();
    assert_eq!(counts(&shown), [json!(1243), json!(7), Value::Null]);
    assert_eq!(shown["items"][0]["imports"], 2);
    let running = running.restart().await;
    for user in baken::demo::users().unwrap() {
        let client = running.client(user.user.as_str());
        match user.user.as_str() {
            "analyst-national" | "coordinator-rotterdam" | "coordinator-amsterdam" => {
                assert_eq!(client.get("/v1/monitor/sources").await.expect(200).json(), shown);
                let answer = client.graphql("{ figuresSources { source figures { count } } }", json!({})).await;
                assert_eq!(answer["data"]["figuresSources"][0]["figures"][1]["count"], 7, "{answer}");
            }
            _ => {
                client.get("/v1/monitor/sources").await.expect(403);
            }
        }
        if user.user.as_str() != "analyst-national" {
            client.post("/v1/monitor/sources", nuisance(false)).await.expect(403);
            let withdraw = json!({"source": "police-nuisance"});
            client.post("/v1/monitor/sources/withdrawals", withdraw).await.expect(403);
        }
    }

    let analyst = running.client("analyst-national");
    let withdraw = || analyst.post("/v1/monitor/sources/withdrawals", json!({"source": "police-nuisance"}));
    withdraw().await.expect(201);
    assert_eq!(analyst.get("/v1/monitor/sources").await.expect(200).json()["items"], json!([]));
    assert_eq!(withdraw().await.expect(409).json()["code"], "unknown_source");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_is_not_what_it_says_is_refused_with_the_field() {
    let running = empty().await;
    let analyst = running.client("analyst-national");
    let changes: [(&str, Value, &str); 9] = [
        ("/figures/0/period", json!(this_quarter()), "/figures"),
        ("/figures/0/period", json!("last year"), "/figures/0/period"),
        ("/figures/0/categories", json!([]), "/figures"),
        ("/figures/0/categories/0", json!("theft"), "/figures"),
        ("/figures/0/municipality", Value::Null, "/figures"),
        ("/figures/0/count", json!(-1), "/figures/0/count"),
        ("/figures/1/municipality", json!("rotterdam"), "/figures"),
        ("/definition/cuts/0/categories", json!([]), "/definition/cuts"),
        ("/definition/published_at", json!("javascript:alert(1)"), "/definition/published_at"),
    ];
    for (at, value, pointer) in changes {
        let mut bad = nuisance(false);
        *bad.pointer_mut(at).unwrap() = value;
        let problem = analyst.post("/v1/monitor/sources", bad).await.expect(422).json();
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{at}: {problem}");
    }
    for figures in [json!([]), json!(vec![nuisance(false)["figures"][0].clone(); 2_001])] {
        let mut bad = nuisance(false);
        bad["figures"] = figures;
        let problem = analyst.post("/v1/monitor/sources", bad).await.expect(422).json();
        assert_eq!(problem["errors"][0]["pointer"], "/figures", "{problem}");
    }
    assert_eq!(analyst.get("/v1/monitor/sources").await.expect(200).json()["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expert_remarks_on_a_release_and_takes_it_back() {
    let (running, _) = city().await;
    let (period, _) = last_quarter();
    let analyst = running.client("analyst-national");
    let remark = |indicator: &str, nl: Option<&str>, en: Option<&str>| {
        analyst.post("/v1/monitor/remarks", json!({"period": period, "indicator": indicator, "nl": nl, "en": en}))
    };
    let early = remark("unique_persons", Some("Koud <i>hier</i>."), None).await.expect(409).json();
    assert_eq!(early["code"], "period_not_released");
    release(&running, &period).await.expect(201);
    let unknown = remark("happy_persons", Some("Nee."), None).await.expect(422).json();
    assert_eq!(unknown["errors"][0]["pointer"], "/indicator", "{unknown}");
    remark("unique_persons", Some("Koud <i>hier</i>."), None).await.expect(201);
    remark("signals", Some("Meer."), Some("More.")).await.expect(201);

    let path = format!("/v1/monitor/releases/{period}");
    let coordinator = running.client("coordinator-rotterdam");
    let shown = coordinator.get(&path).await.expect(200).json();
    let remarks = json!([
        {"indicator": "signals", "nl": "Meer.", "en": "More."},
        {"indicator": "unique_persons", "nl": "Koud <i>hier</i>."},
    ]);
    assert_eq!(shown["remarks"], remarks);
    coordinator.post("/v1/monitor/remarks", json!({"period": period, "indicator": "signals"})).await.expect(403);
    // Where there is none in the language of the report, the other is shown.
    let report = analyst.get(&format!("{path}/report")).await.expect(200).text;
    assert!(report.contains("Koud &lt;i&gt;hier&lt;/i&gt;.") && report.contains("<p>More.</p>"), "{report}");

    remark("unique_persons", None, None).await.expect(201);
    let answer = coordinator.graphql("{ figuresReleases { remarks { indicator en } } }", json!({})).await;
    assert_eq!(
        answer["data"]["figuresReleases"][0]["remarks"],
        json!([{"indicator": "signals", "en": "More."}]),
        "{answer}"
    );
}
