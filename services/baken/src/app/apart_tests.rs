//! What a link, and its undoing, makes of what stands on either record; and who is told.

use access_log::Of;
use care_path::PersonId;
use care_path::codes::ExceptionState;
use care_path::command::{CommandKind as C, Refusal};
use care_path::path::case::CaseRefusal;
use care_path::path::identity::IdentityRefusal;
use care_path::views::TimelineEntryView;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::linked_tests::{Pair, Sent};
use super::testing::user;
use super::{ExecuteError, PageRequest, PersonsFilter, Reading, Receipt};
use crate::event_log::Position;

const COORDINATOR: &str = "coordinator-rotterdam";
const OFFICER: &str = "privacy-officer";
const SHELTER: &str = "night-shelter-rotterdam";
const DOCTOR: &str = "street-doctor-rotterdam";
const HOSPITAL: &str = "hospital-rotterdam";

impl Pair {
    async fn must(&self, by: &'static str, to: PersonId, kind: C, body: Value) -> Receipt {
        self.send(to, None, &(by, kind, body)).await.unwrap_or_else(|error| panic!("{}: {error}", kind.name()))
    }

    async fn unlink(&self, from: PersonId, with: PersonId) {
        let unlink: Sent = (COORDINATOR, C::UnlinkPersons, json!({}));
        self.send(from, Some(with.0), &unlink).await.unwrap();
    }

    fn view(&self, by: &str, of: PersonId) -> Value {
        serde_json::to_value(self.test.baken.case_file(&Reading::from(&user(by)), of).unwrap()).unwrap()
    }

    fn timeline(&self, by: &str, of: PersonId) -> Vec<TimelineEntryView> {
        self.test.baken.timeline(&Reading::from(&user(by)), of, &PageRequest::default()).unwrap().into_nodes()
    }

    async fn bed(&self, of: PersonId) {
        self.must(SHELTER, of, C::AssignBed, json!({"kind": "night_shelter_eu"})).await;
    }
}

fn types(entries: &[TimelineEntryView]) -> Vec<Value> {
    entries.iter().map(|entry| json!(entry)["type"].clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_linked_or_related_with_somebody_who_was_erased() {
    let pair = Pair::start().await;
    pair.must(OFFICER, pair.other, C::EraseSubject, json!({"ground": "request"})).await;
    let before = pair.view(COORDINATOR, pair.one);
    let link: Sent = (COORDINATOR, C::LinkPersons, json!({"with": pair.other, "basis": "self_declared"}));
    let relate: Sent = (COORDINATOR, C::RelatePersons, json!({"with": pair.other, "kind": "partner"}));
    for sent in [link, relate] {
        let refused = pair.send(pair.one, None, &sent).await.unwrap_err();
        assert!(matches!(refused, ExecuteError::Erased), "{refused}");
    }
    let turned: Sent = (COORDINATOR, C::LinkPersons, json!({"with": pair.one, "basis": "self_declared"}));
    assert!(pair.send(pair.other, None, &turned).await.is_err());
    assert_eq!(pair.view(COORDINATOR, pair.one), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_belongs_together_with_somebody_is_not_the_same_whichever_record_says_so() {
    for (child, parent) in [(true, false), (false, true)] {
        let pair = Pair::start().await;
        let of = |one: bool| if one { pair.one } else { pair.other };
        let related = json!({"with": of(parent), "kind": "parent"});
        pair.must(COORDINATOR, of(child), C::RelatePersons, related).await;
        let link: Sent = (COORDINATOR, C::LinkPersons, json!({"with": pair.other, "basis": "self_declared"}));
        let refused = pair.send(pair.one, None, &link).await.unwrap_err();
        let expected = Refusal::from(IdentityRefusal::Related);
        assert!(matches!(&refused, ExecuteError::Refused(refused) if *refused == expected), "{refused}");
        pair.send(of(child), Some(of(parent).0), &(COORDINATOR, C::UnrelatePersons, json!({}))).await.unwrap();
        pair.send(pair.one, None, &link).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_three_in_a_row_one_link_is_undone_and_the_others_stand() {
    let pair = Pair::start().await;
    let (one, two) = (pair.one, pair.other);
    let three = pair.another().await;
    pair.link(one, two).await;
    pair.link(two, three).await;
    let members = |of: PersonId| pair.test.baken.world.read().case(of).unwrap().members.len();
    assert_eq!([one, two, three].map(members), [3, 3, 3]);
    let none: Sent = (COORDINATOR, C::UnlinkPersons, json!({}));
    for (of, with) in [(one, three), (three, one)] {
        assert!(pair.send(of, Some(with.0), &none).await.is_err(), "these two have no link of their own");
    }
    pair.unlink(one, two).await;
    assert_eq!([one, two, three].map(members), [1, 2, 2]);
    pair.unlink(three, two).await;
    assert_eq!([one, two, three].map(members), [1, 1, 1]);
    let told = types(&pair.timeline(COORDINATOR, two));
    let of_links = |kind: &Value| ["persons_linked", "persons_unlinked"].iter().any(|link| json!(link) == *kind);
    assert_eq!(told.iter().filter(|kind| of_links(kind)).count(), 4, "each once: {told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_asked_for_through_another_id_of_a_case_that_is_closed_or_of_somebody_who_died() {
    let recipients = json!([{"organisation": SHELTER}]);
    let asked: [Sent; 3] = [
        (COORDINATOR, C::IssueLookout, json!({"recipients": recipients, "description": "a man of 50"})),
        (COORDINATOR, C::Refer, json!({"to": "street-doctor-rotterdam", "offering": "medical_clinic"})),
        (COORDINATOR, C::FileCareAlert, json!({"to": "police-rotterdam", "description": "a man of 50"})),
    ];
    for (end, body, refusal) in [
        (C::CloseCase, json!({"reason": "housed"}), CaseRefusal::Closed),
        (C::RecordDeath, json!({}), CaseRefusal::Died),
    ] {
        let pair = Pair::start().await;
        pair.link(pair.one, pair.other).await;
        pair.must(COORDINATOR, pair.one, end, body).await;
        for sent in &asked {
            for through in [pair.one, pair.other] {
                let refused = pair.send(through, None, sent).await.unwrap_err();
                let expected = Refusal::from(refusal.clone());
                assert!(matches!(&refused, ExecuteError::Refused(refused) if *refused == expected), "{refused}");
            }
        }
    }
    let pair = Pair::start().await;
    pair.link(pair.one, pair.other).await;
    pair.must(COORDINATOR, pair.one, C::RecordDeath, json!({})).await;
    let again = pair.send(pair.other, None, &(COORDINATOR, C::RecordDeath, json!({}))).await;
    assert!(again.is_err(), "nobody dies twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_disappears_under_one_id_overtakes_what_was_asked_for_under_another() {
    let pair = Pair::start().await;
    pair.bed(pair.one).await;
    pair.must(SHELTER, pair.one, C::RequestException, json!({"kind": "longer_night_stay", "reason": "ill"})).await;
    pair.link(pair.one, pair.other).await;
    pair.must(COORDINATOR, pair.other, C::MarkOutOfSight, json!({})).await;
    let requests = pair.test.baken.exceptions_of(&Reading::from(&user(COORDINATOR)), pair.one).unwrap();
    assert_eq!(requests[0].state, Some(ExceptionState::Overtaken));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_was_closed_takes_no_bed_from_one_that_it_is_linked_with() {
    let pair = Pair::start().await;
    pair.bed(pair.one).await;
    pair.must(COORDINATOR, pair.other, C::CloseCase, json!({"reason": "transferred_elsewhere"})).await;
    pair.test.clock.advance(TimeDelta::hours(1));
    pair.link(pair.one, pair.other).await;
    for of in [pair.one, pair.other] {
        let view = pair.view(SHELTER, of);
        assert_eq!((&view["phase"], &view["stays"][0]["ended_at"]), (&json!("sheltered"), &Value::Null), "{view}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn that_two_were_linked_and_are_not_any_more_is_on_both_records_and_told_to_whoever_sees_either() {
    for from_one in [true, false] {
        let pair = Pair::start().await;
        let referral = json!({"to": DOCTOR, "offering": "medical_clinic"});
        pair.must(COORDINATOR, pair.other, C::Refer, referral).await;
        let (from, with) = if from_one { (pair.one, pair.other) } else { (pair.other, pair.one) };
        pair.link(from, with).await;
        pair.test.clock.advance(TimeDelta::hours(1));
        let (since, at) = (pair.test.log.head().await.unwrap(), pair.test.baken.clock().now());
        let linked = pair.view(COORDINATOR, pair.other);
        pair.unlink(from, with).await;

        for of in [pair.one, pair.other] {
            let entries = pair.timeline(COORDINATOR, of);
            let told = types(&entries);
            assert_eq!(&told[told.len() - 2..], [json!("persons_linked"), json!("persons_unlinked")], "{told:?}");
            let last = json!(entries.last().unwrap());
            let other = if of == pair.one { pair.other } else { pair.one };
            assert_eq!((&last["person_id"], &last["details"]["with"]), (&json!(of), &json!(other)), "{last}");
            // Told of that person, and on the list of who changed since.
            let reader = Reading::from(&user(COORDINATOR));
            let notices = pair.test.baken.notices_of(&reader, of, since, |_| true).items;
            assert_eq!(notices.len(), 1);
            assert_eq!(notices[0].person_id, of);
            let filter = PersonsFilter { updated_since: Some(at), ..PersonsFilter::default() };
            let changed = pair.test.baken.persons(&reader, &filter, &PageRequest::default()).unwrap().into_nodes();
            assert!(changed.iter().any(|person| person.person_id == of));
            assert!(pair.test.baken.rests_on_others(of), "no file of them is said to be unchanged");
        }
        // The doctor sees the other alone, on whichever record the link stood.
        let doctor = Reading::from(&user(DOCTOR));
        let notices = pair.test.baken.notices(&doctor, since, |_, _| true).items;
        let told: Vec<_> = notices.iter().map(|notice| (notice.person_id, json!(notice)["type"].clone())).collect();
        assert_eq!(told, [(pair.other, json!("persons_unlinked"))]);
        assert_ne!(pair.view(COORDINATOR, pair.other)["updated_at"], linked["updated_at"]);

        // A node that reads the log anew knows the same; and so does a second link.
        let there = pair.test.beside();
        there.baken.reach(pair.test.log.head().await.unwrap()).await.unwrap();
        let told = |baken: &super::Baken, of| {
            let entries = baken.timeline(&Reading::from(&user(COORDINATOR)), of, &PageRequest::default()).unwrap();
            json!(entries.into_nodes())
        };
        assert_eq!(told(&there.baken, pair.other), told(&pair.test.baken, pair.other));
        pair.link(pair.other, pair.one).await;
        let again = types(&pair.timeline(COORDINATOR, pair.one));
        let links = again.iter().filter(|kind| **kind == json!("persons_linked")).count();
        assert_eq!(links, 2, "each once: {again:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_read_a_case_that_was_linked_by_mistake_is_known_of_both_records() {
    let pair = Pair::start().await;
    pair.link(pair.one, pair.other).await;
    let reader = Reading::from(&user(SHELTER));
    pair.test.baken.case_file(&reader, pair.one).unwrap();
    pair.test.baken.record(&reader).await.unwrap();
    pair.unlink(pair.one, pair.other).await;
    for of in [pair.one, pair.other] {
        let records = pair.test.baken.access.read(Of::Persons(vec![of]), None, 10).await.unwrap();
        assert_eq!(records.len(), 1);
        let shown = records[0].access.persons.iter().find(|shown| shown.person_id == of).unwrap();
        assert!(shown.categories.iter().count() > 0, "{shown:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_asked_is_told_when_the_person_is_erased() {
    let pair = Pair::start().await;
    let recipients = json!([{"organisation": HOSPITAL}]);
    let lookout = json!({"recipients": recipients, "description": "a man of 50"});
    let lookout = pair.must(COORDINATOR, pair.one, C::IssueLookout, lookout).await.created.unwrap().id;
    let alert = json!({"to": "police-rotterdam", "description": "a man of 50"});
    pair.must(COORDINATOR, pair.one, C::FileCareAlert, alert).await;
    let since = pair.test.log.head().await.unwrap();
    pair.must(OFFICER, pair.one, C::EraseSubject, json!({"ground": "request"})).await;
    let told = |by: &str, since: Position| {
        let notices = pair.test.baken.notices(&Reading::from(&user(by)), since, |_, _| true).items;
        notices.iter().map(|notice| json!(notice)["type"].clone()).collect::<Vec<_>>()
    };
    for asked in [HOSPITAL, "police-rotterdam"] {
        assert_eq!(told(asked, since), [json!("subject_erased")], "{asked}");
    }
    for another in ["street-doctor-rotterdam", "liaison-pl", "day-shelter-rotterdam"] {
        assert!(told(another, Position::START).is_empty(), "{another}");
    }
    let sighting: Sent = (HOSPITAL, C::ReportSighting, json!({}));
    let late = pair.send(pair.one, Some(lookout), &sighting).await.unwrap_err();
    assert!(!matches!(late, ExecuteError::NotFound), "they know that they were asked: {late}");
}
