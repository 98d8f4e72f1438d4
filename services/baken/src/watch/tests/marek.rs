//! Marek's twelve steps as they happened, with Baken running all the while.

use std::collections::BTreeSet;

use super::*;
use crate::app::PageRequest;
use crate::app::Reading;

/// The script is told as of this Friday: its first day is a Saturday, four weeks before.
pub const NOW: &str = "2026-12-18T09:00:00Z";

/// What waits for a user on Marek's case, and by when.
fn waits(node: &Node, user: &str, marek: PersonId) -> Vec<String> {
    let users = demo::users().unwrap();
    let principal = &users.iter().find(|each| each.user.as_str() == user).unwrap().principal;
    let page = node.baken.worklist(&Reading::from(principal), None, &PageRequest::default()).unwrap();
    let of_marek = page.edges.into_iter().map(|edge| edge.node).filter(|task| task.person_id == marek);
    of_marek.map(|task| format!("{} {}", local(task.due_at), task.kind)).collect()
}

/// Everything that comes onto anybody's worklist, by the step of the story with which it comes.
async fn play(ground: &Ground, node: &Node, marek: PersonId, planned: &[Planned], now: DateTime) -> Vec<String> {
    let users = demo::users().unwrap();
    let (mut before, mut came) = (BTreeSet::new(), Vec::new());
    for each in planned {
        pass(ground, &[node], each.scripted.occurred.at).await;
        node.baken.execute(each.scripted.request().unwrap()).await.unwrap();
        let waiting: BTreeSet<_> = users
            .iter()
            .flat_map(|user| {
                waits(node, user.user.as_str(), marek).into_iter().map(|task| format!("{} {task}", user.user))
            })
            .collect();
        came.extend(waiting.difference(&before).map(|task| format!("{}: {task}", each.step)));
        before = waiting;
    }
    pass(ground, &[node], now).await;
    came
}

/// What waits, with the step with which it comes: for whom, by when, and what it is.
///
/// At step 2 the referral to the night shelter is answered by its bed; at step 9 the visit of step 3 is still awaited, and
/// only the doctor's at step 10 answers it.
const COMES: &[&str] = &[
    "1: coordinator-rotterdam 11-22 15:40 street_doctor_visit",
    "1: coordinator-rotterdam 11-28 15:40 weekly_review",
    "1: street-doctor-rotterdam 11-22 15:40 street_doctor_visit",
    "1: street-doctor-rotterdam 11-25 16:10 answer_referral",
    "1: day-shelter-rotterdam 11-25 16:15 answer_referral",
    "2: day-shelter-rotterdam 11-25 16:25 start_care",
    "2: coordinator-rotterdam 11-29 09:10 weekly_review",
    "2: street-doctor-rotterdam 11-25 09:30 start_care",
    "2: coordinator-rotterdam 11-29 11:00 weekly_review",
    "2: night-shelter-rotterdam 11-25 14:30 answer_referral",
    "3: coordinator-rotterdam 11-29 22:15 weekly_review",
    "3: assessor-rotterdam 11-29 22:40 rights_assessment",
    "3: coordinator-rotterdam 11-23 22:40 head_injury_screen",
    "3: coordinator-rotterdam 11-23 22:40 street_doctor_visit",
    "3: coordinator-rotterdam 11-29 22:40 weekly_review",
    "3: night-shelter-rotterdam 11-29 22:40 establish_language",
    "3: street-doctor-rotterdam 11-23 22:40 head_injury_screen",
    "3: street-doctor-rotterdam 11-23 22:40 street_doctor_visit",
    "4: coordinator-rotterdam 11-30 22:35 weekly_review",
    "4: coordinator-rotterdam 11-25 03:45 suitability_review",
    "4: coordinator-rotterdam 12-01 22:50 weekly_review",
    "6: coordinator-rotterdam 11-26 01:40 find_person",
    "6: day-shelter-rotterdam 11-26 01:40 acknowledge_lookout",
    "6: outreach-rotterdam 11-26 01:40 acknowledge_lookout",
    "6: shelter24-rotterdam 11-26 01:40 acknowledge_lookout",
    "7: police-rotterdam 11-26 11:00 answer_care_alert",
    "8: coordinator-rotterdam 11-30 00:30 review_sighting",
    "8: coordinator-rotterdam 11-30 22:30 review_unsafe_discharge",
    "8: coordinator-rotterdam 11-30 22:30 send_discharge_letter",
    "9: shelter24-rotterdam 12-02 23:20 answer_referral",
    "9: coordinator-rotterdam 12-01 00:10 parties_meeting",
    "9: coordinator-rotterdam 12-07 00:40 weekly_review",
    "10: coordinator-rotterdam 12-07 11:15 weekly_review",
    "10: coordinator-rotterdam 11-30 19:00 decide_exception",
    "11: coordinator-rotterdam 11-30 18:10 find_person",
    "11: day-shelter-rotterdam 11-30 20:10 acknowledge_lookout",
    "11: night-shelter-rotterdam 11-30 20:10 acknowledge_lookout",
    "11: outreach-rotterdam 11-30 20:10 acknowledge_lookout",
    "12: coordinator-rotterdam 12-14 10:00 weekly_review",
];

/// What Baken did by itself: all of it, and nothing else.
const FIRES: &[&str] = &[
    "11-23 22:40 street_doctor_visit passed: street doctors in rotterdam, coordinator of rotterdam",
    "11-23 22:40 head_injury_screen passed: street doctors in rotterdam, coordinator of rotterdam",
    "11-25 03:45 suitability_review passed: coordinator of rotterdam",
    "11-25 23:15 no_show_recorded",
    "11-25 23:30 trace_no_show passed: night-shelter-rotterdam, coordinator of rotterdam",
    "11-26 01:40 find_person passed: coordinator of rotterdam",
    "11-26 01:40 acknowledge_lookout passed: barka-rotterdam, city-homeless-team-rotterdam, day-shelter-rotterdam, \
     drop-in-rotterdam, outreach-rotterdam, shelter24-rotterdam, winter-shelter-rotterdam",
    "11-29 22:30 lookout_ended",
    "11-29 22:30 care_alert_ended",
    "11-29 22:40 establish_language passed: night-shelter-rotterdam",
    "11-29 22:40 rights_assessment passed: assessor of rotterdam",
    "11-30 18:10 find_person passed: coordinator of rotterdam",
    "11-30 20:10 acknowledge_lookout passed: barka-rotterdam, city-homeless-team-rotterdam, day-shelter-rotterdam, \
     drop-in-rotterdam, night-shelter-rotterdam, winter-shelter-rotterdam",
    "11-30 22:30 review_unsafe_discharge passed: coordinator of rotterdam",
    "11-30 22:30 send_discharge_letter passed: coordinator of rotterdam",
    "12-01 00:10 parties_meeting passed: coordinator of rotterdam",
    "12-14 10:00 weekly_review passed: coordinator of rotterdam",
    "12-14 18:10 lookout_expired",
];

#[tokio::test(flavor = "multi_thread")]
async fn in_mareks_case_everything_comes_and_fires_at_its_time_for_those_it_is_for_and_nothing_else() {
    let now = at(NOW);
    let (marek, planned) = marek(now);
    let ground = Ground::new(planned[0].scripted.occurred.at);
    let node = ground.node().await;
    assert_eq!(play(&ground, &node, marek, &planned, now).await, COMES);
    assert_eq!(ground.fired().await, FIRES);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_follows_from_a_step_by_itself_is_recorded_with_it() {
    let now = at(NOW);
    let (marek, planned) = marek(now);
    let ground = Ground::new(planned[0].scripted.occurred.at);
    let node = ground.node().await;
    play(&ground, &node, marek, &planned, now).await;
    let events = ground.events().await;
    let all = |kind: &str| -> Vec<_> { events.iter().filter(|each| each.event.kind().name() == kind).collect() };
    let one = |kind: &str| {
        let found = all(kind);
        assert_eq!(found.len(), 1, "{kind}");
        (local(found[0].stamp.occurred.at), serde_json::to_value(&found[0].event).unwrap()["data"].clone())
    };
    // 1: somebody follows the case from the first moment on.
    assert_eq!(one("coordinator_assigned").1["municipality"], "rotterdam");
    // 5: fifteen minutes after the cut-off, because he is at risk; and his bed is held.
    let (missed_at, no_show) = one("no_show_recorded");
    assert_eq!((missed_at.as_str(), &no_show["bed_held"]), ("11-25 23:15", &true.into()));
    assert_eq!(no_show["expected_by"], "2026-11-25T22:00:00Z");
    // 8: he arrives unannounced.
    assert_eq!(one("discharged_to").1["warned"], false);
    // 11: the second time escalates at once, and overtakes the request that nobody decided.
    let began: Vec<_> = all("went_out_of_sight").iter().map(|each| local(each.stamp.occurred.at)).collect();
    assert_eq!(began, ["11-25 23:40", "11-30 18:10"]);
    assert_eq!(one("escalated"), ("11-30 18:10".to_owned(), serde_json::json!({ "episode": 2 })));
    assert_eq!(one("exception_overtaken").0, "11-30 18:10");
    // 12: never closed by itself.
    assert!(all("case_closed").is_empty());
}
