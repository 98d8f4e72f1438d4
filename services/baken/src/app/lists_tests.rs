//! The order of the lists that parts of many cases stand in, and what paging through them finds.

use care_path::PersonId;
use care_path::command::CommandKind as C;
use care_path::time::Occurred;
use care_path::views::{ListedView, LookoutView, ReferralView};
use serde_json::{Value, json};
use uuid::Uuid;

use super::testing::{TestBaken, request, user};
use super::{Only, Page, PageRequest, QueryError, Reading, ReferralsFilter, Request};

const COORDINATOR: &str = "coordinator-rotterdam";
const SHELTER: &str = "night-shelter-rotterdam";
const DOCTOR: &str = "street-doctor-rotterdam";

/// Sends a command at an hour of the day that the tests play on, and gives the id of what it made.
async fn send(test: &TestBaken, by: &str, person: PersonId, at: u32, kind: C, body: Value) -> Uuid {
    let command = kind.read(None, &body).unwrap();
    let occurred = Some(Occurred::instant(format!("2026-09-27T{at:02}:00:00Z").parse().unwrap()));
    let request = Request { occurred, ..request(user(by), Some(person), command) };
    test.baken.execute(request).await.unwrap().created.unwrap().id
}

async fn somebody(test: &TestBaken) -> PersonId {
    let signal =
        C::ReportSignal.read(None, &json!({"channel": "shelter_intake", "municipality": "rotterdam"})).unwrap();
    let occurred = Some(Occurred::instant("2026-09-20T10:00:00Z".parse().unwrap()));
    let request = Request { occurred, ..request(user(SHELTER), None, signal) };
    test.baken.execute(request).await.unwrap().person_id.unwrap()
}

async fn refer_for(offering: &str, test: &TestBaken, person: PersonId, at: u32, urgency: &str) -> Uuid {
    let referral = json!({"to": DOCTOR, "offering": offering, "urgency": urgency});
    send(test, COORDINATOR, person, at, C::Refer, referral).await
}

async fn refer(test: &TestBaken, person: PersonId, at: u32, urgency: &str) -> Uuid {
    refer_for("medical_clinic", test, person, at, urgency).await
}

/// All of a list, page by page.
async fn paged<T: ListedView>(
    most: usize,
    mut read: impl AsyncFnMut(&PageRequest) -> Result<Page<T>, QueryError>,
) -> Vec<Uuid> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = read(&PageRequest::new(Some(most), after).unwrap()).await.unwrap();
        after = page.next();
        all.extend(page.edges.iter().map(|edge| edge.node.id()));
        if after.is_none() {
            return all;
        }
    }
}

async fn referrals(test: &TestBaken, by: &str, filter: ReferralsFilter) -> Vec<Uuid> {
    let reader = Reading::from(&user(by));
    paged(2, async |page| test.baken.referrals(&reader, &filter, page)).await
}

fn only(only: Only) -> ReferralsFilter {
    ReferralsFilter { only, ..ReferralsFilter::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_open_referrals_the_most_urgent_comes_first_and_of_all_the_latest() {
    let test = TestBaken::start().await;
    let mut made = Vec::new();
    for (at, urgency) in
        [(8, "routine"), (11, "urgent"), (9, "soon"), (10, "urgent"), (12, "immediate"), (7, "routine")]
    {
        made.push(refer(&test, somebody(&test).await, at, urgency).await);
    }
    let nth = |order: [usize; 6]| order.map(|index| made[index]).to_vec();
    for by in [DOCTOR, COORDINATOR] {
        assert_eq!(referrals(&test, by, only(Only::Open)).await, nth([4, 3, 1, 2, 5, 0]), "{by}: open");
        assert_eq!(referrals(&test, by, only(Only::All)).await, nth([4, 1, 3, 2, 0, 5]), "{by}: all");
    }

    // Two of one person stand where they stand, not side by side; one that is answered is open no more.
    let person = somebody(&test).await;
    let first = refer(&test, person, 9, "immediate").await;
    let last = refer_for("medical_drop_in", &test, person, 6, "routine").await;
    let open = referrals(&test, DOCTOR, only(Only::Open)).await;
    assert_eq!([open[0], *open.iter().rfind(|id| **id == last).unwrap()], [first, last]);
    assert_eq!(open.iter().position(|id| *id == last), Some(5), "who waits longest of those that are routine");
    let declined = C::DeclineReferral.read(Some(first), &json!({"reason": "place_scarcity"})).unwrap();
    test.baken.execute(request(user(DOCTOR), Some(person), declined)).await.unwrap();
    assert_eq!(referrals(&test, DOCTOR, only(Only::Open)).await[0], made[4]);
    assert!(referrals(&test, DOCTOR, only(Only::All)).await.contains(&first));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_to_or_from_an_organisation_is_all_that_the_whole_list_has_of_it() {
    let test = TestBaken::start().await;
    let municipality = user(COORDINATOR).organisation;
    for at in 7..12 {
        let person = somebody(&test).await;
        let elsewhere = json!({"to": "day-shelter-rotterdam", "offering": "meal_warm_seat"});
        send(&test, SHELTER, person, at, C::Refer, elsewhere).await;
        if at % 2 == 0 {
            refer(&test, person, at, "soon").await;
        }
    }
    for by in [DOCTOR, SHELTER, COORDINATOR] {
        let reader = Reading::from(&user(by));
        let whole = test.baken.referrals(&reader, &only(Only::Open), &PageRequest::default()).unwrap().into_nodes();
        for organisation in [DOCTOR, SHELTER, "day-shelter-rotterdam", municipality.as_str()] {
            let named = Some(organisation.parse().unwrap());
            let to = ReferralsFilter { to: named.clone(), ..only(Only::Open) };
            let from = ReferralsFilter { from: named.clone(), ..only(Only::Open) };
            let of = |fits: &dyn Fn(&ReferralView) -> bool| -> Vec<_> {
                whole.iter().filter(|view| fits(view)).map(ListedView::id).collect()
            };
            let (to, from) = (referrals(&test, by, to).await, referrals(&test, by, from).await);
            assert_eq!(to, of(&|view| Some(&view.to) == named.as_ref()), "{by}: to {organisation}");
            assert_eq!(from, of(&|view| Some(&view.from) == named.as_ref()), "{by}: from {organisation}");
        }
        assert_eq!(whole.len(), if by == DOCTOR { 4 } else { 7 }, "{by}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_lookouts_the_latest_comes_first_and_a_link_amid_the_pages_neither_loses_nor_repeats_one() {
    let test = TestBaken::start().await;
    let (mut persons, mut issued) = (Vec::new(), Vec::new());
    for at in 6..11 {
        let person = somebody(&test).await;
        let lookout = json!({"recipients": [{"organisation": SHELTER}], "description": "a man of 50"});
        issued.push(send(&test, COORDINATOR, person, at, C::IssueLookout, lookout).await);
        persons.push(person);
    }
    issued.reverse();
    let reader = Reading::from(&user(SHELTER));
    let all = async |linked: Option<[PersonId; 2]>| {
        let mut pages = 0;
        let read = async |page: &PageRequest| {
            if let Some([one, other]) = linked.filter(|_| pages == 1) {
                let link = json!({"with": other, "basis": "self_declared"});
                let link = C::LinkPersons.read(None, &link).unwrap();
                test.baken.execute(request(user(COORDINATOR), Some(one), link)).await.unwrap();
            }
            pages += 1;
            test.baken.list::<LookoutView>(&reader, Only::Open, page)
        };
        paged(2, read).await
    };
    assert_eq!(all(None).await, issued);
    assert_eq!(all(Some([persons[0], persons[4]])).await, issued, "one that was read, and one that was not");
    assert_eq!(all(None).await, issued);
    let views = test.baken.list::<ReferralView>(&reader, Only::All, &PageRequest::default()).unwrap();
    assert!(views.edges.is_empty());
}
