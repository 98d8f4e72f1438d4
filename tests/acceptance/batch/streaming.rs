//! A batch is answered while it comes in, and what was acknowledged stays, whatever becomes of the connection.

use std::fmt::Write;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use uuid::Uuid;

use super::sender::Sender;
use crate::support::empty;

pub fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x0199_0000_0000_7000_8000_0000_0000_0000 + number)
}

/// Persons whom an outreach worker met a number of times while there was no connection: a line for each time.
pub fn met(persons: u128, times: u128) -> String {
    let mut text = String::new();
    for number in 0..persons * times {
        let (person, time) = (number / times, number % times);
        let line = if time == 0 {
            json!({"id": id(number), "command": "report_signal", "occurred_at": "2026-03-01T20:00:00Z",
                "occurred_precision": "approximate", "data": {"channel": "outreach_round"}})
        } else {
            json!({"id": id(number), "command": "record_contact", "person_of": id(person * times),
                "occurred_at": format!("2026-03-{:02}T22:00:00Z", 1 + time), "occurred_precision": "night",
                "data": {"location_type": "street", "summary": "sleeps at the same place"}})
        };
        writeln!(text, "{line}").unwrap();
    }
    text
}

#[track_caller]
pub fn all_in_order(answers: &[Value], lines: usize, status: u16) {
    assert_eq!(answers.len(), lines);
    for (index, answer) in answers.iter().enumerate() {
        assert_eq!((&answer["line"], &answer["status"]), (&json!(index + 1), &json!(status)), "{answer}");
    }
}

#[tokio::test]
async fn the_answers_begin_before_the_body_ends() {
    let running = empty().await;
    let sender = Sender::new(&running.url, running.token("outreach-rotterdam"));
    let (lines, body) = tokio::sync::mpsc::channel::<Vec<u8>>(1);
    let body = stream::unfold(body, |mut body| async move { Some((Ok(body.recv().await?), body)) });
    let text = met(1, 20);
    let mut waiting = text.split_inclusive('\n');
    let mut next = || waiting.next().unwrap().as_bytes().to_vec();
    lines.send(next()).await.unwrap();
    let mut answers = sender.begin(body.boxed()).await.unwrap();
    // Each line is sent when the one before it was answered: nothing waits for the body to end.
    for number in 1..=20 {
        let answer = tokio::time::timeout(Duration::from_secs(10), answers.next()).await.unwrap().unwrap().unwrap();
        assert_eq!((&answer["line"], &answer["status"]), (&json!(number), &json!(201)), "{answer}");
        if number < 20 {
            lines.send(next()).await.unwrap();
        }
    }
    drop(lines);
    assert_eq!(answers.next().await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_lines_go_in_one_request_and_a_second_time_record_nothing() {
    let running = empty().await;
    let sender = Sender::new(&running.url, running.token("outreach-rotterdam"));
    let text = met(1_000, 10);
    let first = sender.send(&text).await;
    all_in_order(&first, 10_000, 201);
    let coordinator = running.client("coordinator-rotterdam");
    let ready = coordinator.get("/health/ready").await.json();
    let again = sender.send(&text).await;
    all_in_order(&again, 10_000, 200);
    assert!(first.iter().zip(&again).all(|(first, again)| first["receipt"] == again["receipt"]));
    assert_eq!(coordinator.get("/health/ready").await.json(), ready);
}

#[tokio::test]
async fn what_happened_days_ago_is_told_as_it_happened_and_how_precisely_that_is_known() {
    let running = empty().await;
    let sender = Sender::new(&running.url, running.token("outreach-rotterdam"));
    // Written down out of order, as happens in a notebook.
    let mut lines: Vec<_> = met(1, 5).lines().map(str::to_owned).collect();
    lines[1..].reverse();
    let answers = sender.send(&lines.join("\n")).await;
    all_in_order(&answers, 5, 201);
    let person = answers[0]["receipt"]["person_id"].as_str().unwrap();
    let outreach = running.client("outreach-rotterdam");
    let timeline = outreach.all(&format!("/v1/persons/{person}/timeline")).await;
    let told: Vec<_> = timeline
        .iter()
        .filter(|entry| entry["type"] == "contact_made")
        .map(|entry| (entry["occurred_at"].as_str().unwrap(), entry["occurred_precision"].as_str().unwrap()))
        .collect();
    let nights = ["2026-03-05", "2026-03-04", "2026-03-03", "2026-03-02"].map(|day| format!("{day}T22:00:00Z"));
    assert_eq!(told, nights.iter().map(|night| (night.as_str(), "night")).collect::<Vec<_>>());
    // The last time that somebody was seen is the latest one, not the one that came in last.
    let file = outreach.get(&format!("/v1/persons/{person}")).await.expect(200).json();
    assert!(file.to_string().contains("2026-03-05T22:00:00Z"), "{file:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_does_not_read_holds_nobody_else_up() {
    let running = empty().await;
    let sender = Sender::new(&running.url, running.token("outreach-rotterdam"));
    // So many lines that the answers fill every buffer on the way; not one of them is read.
    let text = met(3_000, 20).into_bytes();
    let chunks: Vec<_> = text.chunks(16 * 1024).map(|chunk| Ok(chunk.to_vec())).collect();
    let unread = sender.begin(stream::iter(chunks)).await.unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    // The persons of its first lines can be written to: no line under way keeps hold of them.
    let mut first = sender.send(&met(3_000, 20).lines().take(40).collect::<Vec<_>>().join("\n")).await;
    assert_eq!(first.len(), 40);
    let person = first.remove(0)["receipt"]["person_id"].as_str().unwrap().to_owned();
    let outreach = running.client("outreach-rotterdam");
    let path = format!("/v1/persons/{person}/contacts");
    let written = outreach.post(&path, json!({}));
    tokio::time::timeout(Duration::from_secs(10), written).await.unwrap().expect(201);
    drop(unread);
}
