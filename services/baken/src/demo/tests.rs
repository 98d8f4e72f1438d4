//! The seeds are what they must be, and what they tell ends where it should.

use std::collections::BTreeSet;

use care_path::codes::{ExceptionState, HandoverState, Phase, Role};
use care_path::event::Event;
use care_path::time::DateTime;
use care_path::views::{
    Progress, disclose_alerts, disclose_case_file, disclose_handovers, disclose_lookouts, disclose_summary,
};
use care_path::{CarePath, PersonId, Principal};
use serde_json::Value;

use super::rehearsal::Rehearsal;
use super::*;

fn now() -> DateTime {
    "2026-11-20T09:00:00Z".parse().unwrap()
}

fn user(name: &str) -> Principal {
    users().unwrap().into_iter().find(|user| user.user.as_str() == name).unwrap().principal
}

/// A script that was played, step by step.
struct Played {
    rehearsal: Rehearsal,
    planned: Vec<Planned>,
}

impl Played {
    fn until(script: &Script, last: u32) -> Self {
        let planned = plan(script, &users().unwrap(), now()).unwrap();
        let mut rehearsal = Rehearsal::at(now());
        for each in planned.iter().filter(|each| each.step <= last) {
            rehearsal.play(&each.scripted).unwrap();
        }
        Self { rehearsal, planned }
    }

    fn id(&self, person: &str) -> PersonId {
        let of_person = |each: &&Planned| each.person.as_deref() == Some(person);
        self.planned.iter().find(of_person).and_then(|each| each.scripted.opens()).unwrap()
    }

    fn path(&self, person: &str) -> &CarePath {
        &self.rehearsal.stories[&self.id(person)].path
    }

    /// What a user is shown of a person, as JSON; nothing where the person is hidden.
    fn shown(&self, to: &str, person: &str) -> Option<Value> {
        let reader = user(to);
        let sight = self.rehearsal.sight(&reader, self.path(person))?;
        Some(serde_json::to_value(disclose_case_file(&sight, self.id(person), Progress::default(), &[])).unwrap())
    }
}

fn marek_after(step: u32) -> Played {
    Played::until(&marek().unwrap(), step)
}

fn whole_world() -> Played {
    Played::until(&world().unwrap(), u32::MAX)
}

fn types(events: &[Event]) -> Vec<&'static str> {
    events.iter().map(|event| event.kind().name()).collect()
}

#[test]
fn every_user_belongs_to_an_organisation_that_takes_part_and_every_role_of_a_token_has_one() {
    let (directory, users) = (directory().unwrap(), users().unwrap());
    assert!(users.iter().all(|user| directory.find(&user.principal.organisation).is_some()));
    let roles: BTreeSet<_> = users.iter().map(|user| user.principal.actor.role()).collect();
    let all = <Role as care_path::codes::Code>::ALL.iter().copied().filter(|role| *role != Role::System);
    assert_eq!(roles, all.collect());
}

#[test]
fn the_norms_are_read() {
    assert_eq!(norms().unwrap().ruleset.as_str(), "2026-1");
}

#[test]
fn mareks_case_has_its_twelve_steps_in_order() {
    let steps: Vec<_> = marek().unwrap().steps.iter().map(|step| step.step).collect();
    assert_eq!(steps, (1..=12).collect::<Vec<_>>());
}

#[test]
fn what_happened_first_is_told_first_on_mareks_path() {
    let planned = plan(&marek().unwrap(), &users().unwrap(), now()).unwrap();
    assert!(planned.is_sorted_by_key(|each| each.scripted.occurred.at));
}

#[test]
fn a_script_gives_the_same_ids_whenever_it_is_loaded() {
    let ids = |at: DateTime| -> Vec<_> {
        let planned = plan(&marek().unwrap(), &users().unwrap(), at).unwrap();
        planned.iter().map(|each| (each.scripted.person, each.scripted.creates())).collect()
    };
    assert_eq!(ids(now()), ids("2027-03-28T01:30:00Z".parse().unwrap()));
}

#[test]
fn every_step_of_mareks_case_is_accepted_at_any_time_of_year_and_day() {
    for at in ["2026-03-29T00:30:00Z", "2026-10-25T23:59:00Z", "2027-01-01T00:00:00Z", "2026-07-15T12:00:00Z"] {
        let mut rehearsal = Rehearsal::at(at.parse().unwrap());
        for each in plan(&marek().unwrap(), &users().unwrap(), at.parse().unwrap()).unwrap() {
            rehearsal.play(&each.scripted).unwrap();
        }
    }
}

#[test]
fn the_police_open_a_provisional_person_with_a_coordinator() {
    let played = marek_after(1);
    let shown = played.shown("coordinator-rotterdam", "marek").unwrap();
    assert_eq!(shown["municipality"], "rotterdam");
    assert_eq!(shown["identity"]["origin"], "Eastern Europe");
    assert_eq!(shown["vulnerable"], true);
}

#[test]
fn the_night_shelter_knows_what_the_police_saw_as_far_as_its_role_lets_it() {
    let shown = marek_after(2).shown("night-shelter-rotterdam", "marek").unwrap();
    assert_eq!(shown["phase"], "sheltered");
    assert_eq!(shown["identity"]["approximate_age"], 50);
    assert_eq!(shown["medical"]["problems"], serde_json::json!(["confused_behaviour", "memory_problem"]));
    assert!(shown["medical"].get("findings").is_none_or(Value::is_null));
}

#[test]
fn three_incidents_are_recorded_and_the_no_show_holds_the_bed() {
    let shown = marek_after(5).shown("night-shelter-rotterdam", "marek").unwrap();
    assert_eq!(shown["incidents"].as_array().unwrap().len(), 3);
    let stay = &shown["presence"]["stays"][0];
    assert_eq!(stay["no_shows"], 1);
    assert!(stay["released_at"].is_null());
}

#[test]
fn each_recipient_of_the_lookout_sees_the_minimal_description_and_nothing_else() {
    let shown = marek_after(6).shown("shelter24-rotterdam", "marek").unwrap();
    assert_eq!(shown["lookouts"].as_array().unwrap().len(), 1);
    for category in ["phase", "presence", "identity", "social", "medical", "justice", "incidents", "referrals"] {
        assert!(shown.get(category).is_none_or(Value::is_null), "{category}");
    }
}

#[test]
fn the_police_see_nothing_of_him_before_they_are_asked() {
    let shown = marek_after(6).shown("police-rotterdam", "marek").unwrap();
    assert!(
        shown
            .as_object()
            .unwrap()
            .iter()
            .all(|(name, value)| { matches!(name.as_str(), "person_id" | "revision") || value.is_null() })
    );
}

#[test]
fn the_police_see_the_alert_and_nothing_else() {
    let played = marek_after(7);
    let police = user("police-rotterdam");
    let sight = played.rehearsal.sight(&police, played.path("marek")).unwrap();
    assert_eq!(disclose_alerts(&sight).len(), 1);
    assert!(disclose_lookouts(&sight).is_empty());
    let summary = serde_json::to_value(disclose_summary(&sight, played.id("marek"), None)).unwrap();
    assert_eq!(summary.as_object().unwrap().values().filter(|value| !value.is_null()).count(), 1);
    let shown = played.shown("police-rotterdam", "marek").unwrap();
    let present: BTreeSet<_> = shown
        .as_object()
        .unwrap()
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(present, BTreeSet::from(["care_alerts", "person_id", "revision"]));
}

#[test]
fn he_comes_back_from_hospital_without_a_warning_a_few_days_later() {
    let played = marek_after(8);
    let shown = played.shown("night-shelter-rotterdam", "marek").unwrap();
    assert!(!played.path("marek").is_out_of_sight());
    assert_eq!(shown["presence"]["discharges"][0]["unsafe"], true);
    assert_eq!(shown["lookouts"][0]["sightings"][0]["occurred_precision"], "approximate");
    assert_eq!(shown["lookouts"][0]["state"], "resolved");
}

#[test]
fn the_24_hour_shelter_has_him_and_the_bed_is_held_while_the_exception_is_undecided() {
    let shown = marek_after(10).shown("shelter24-rotterdam", "marek").unwrap();
    let stays = shown["presence"]["stays"].as_array().unwrap();
    let open: Vec<_> = stays.iter().filter(|stay| stay["released_at"].is_null()).collect();
    assert_eq!(open.len(), 1);
    assert_eq!(open[0]["kind"], "emergency_bed");
    assert_eq!(open[0]["held"], true);
    assert_eq!(shown["exceptions"][0]["state"], "pending");
}

#[test]
fn the_second_disappearance_escalates_at_once_and_overtakes_the_request() {
    let mut played = marek_after(10);
    let step: Vec<_> = played.planned.iter().filter(|each| each.step == 11).cloned().collect();
    let first = played.rehearsal.play(&step[0].scripted).unwrap();
    assert_eq!(types(&first), ["went_out_of_sight", "escalated", "exception_overtaken", "lookout_issued"]);
}

#[test]
fn nothing_closes_his_case() {
    let played = marek_after(12);
    let shown = played.shown("coordinator-rotterdam", "marek").unwrap();
    assert_eq!(played.path("marek").phase(), Phase::OutOfSight);
    assert_eq!(shown["presence"]["out_of_sight_episodes"], 2);
    assert_eq!(shown["exceptions"][0]["state"], serde_json::to_value(ExceptionState::Overtaken).unwrap());
    assert_eq!(shown["notes"].as_array().unwrap().len(), 1);
    assert_eq!(shown["identity"]["countries"], serde_json::json!(["PL"]));
}

#[test]
fn every_command_of_the_world_beside_him_is_accepted() {
    let played = whole_world();
    assert!(played.rehearsal.stories.len() >= 12, "{}", played.rehearsal.stories.len());
}

#[test]
fn a_man_without_a_name_has_a_bed() {
    let played = whole_world();
    let shown = played.shown("night-shelter-rotterdam", "unnamed").unwrap();
    assert_eq!(shown["phase"], "sheltered");
    assert!(shown.get("identity").is_none_or(Value::is_null));
}

#[test]
fn each_liaison_sees_the_handovers_to_her_country_for_which_consent_holds() {
    let played = whole_world();
    let states = |liaison: &str, person: &str| -> Option<Vec<HandoverState>> {
        let reader = user(liaison);
        let sight = played.rehearsal.sight(&reader, played.path(person))?;
        Some(disclose_handovers(&sight).iter().filter_map(|handover| handover.state).collect())
    };
    assert_eq!(states("liaison-ro", "ionel"), Some(vec![HandoverState::Acknowledged]));
    assert_eq!(states("liaison-pl", "ionel"), None);
    assert_eq!(states("liaison-pl", "zbigniew"), Some(vec![HandoverState::Proposed]));
    assert_eq!(states("liaison-pl", "agnieszka"), None);
    assert_eq!(played.path("ionel").phase(), Phase::Returning);
}

#[test]
fn the_assessments_have_four_outcomes() {
    let played = whole_world();
    let outcome = |person: &str| {
        let shown = played.shown("assessor-rotterdam", person).unwrap();
        shown["rights"]["assessments"][0]["outcome"].clone()
    };
    let found = ["istvan", "mihai", "teodor", "marta"].map(outcome);
    assert_eq!(found, ["likely", "unclear", "likely_not", "out_of_scope"]);
}

#[test]
fn phases_dropouts_and_exceptions_are_as_told() {
    let played = whole_world();
    assert_eq!(played.path("piotr").phase(), Phase::DroppedOut);
    let state = |person: &str| {
        let shown = played.shown("coordinator-rotterdam", person).unwrap();
        shown["exceptions"][0]["state"].clone()
    };
    assert_eq!(["marta", "teodor", "unnamed"].map(state), ["pending", "granted", "denied"]);
    assert_eq!(played.path("jolanta").municipality().unwrap().as_str(), "amsterdam");
    assert_eq!(played.path("stoyan").municipality().unwrap().as_str(), "utrecht");
}

#[test]
fn one_link_holds_and_one_was_undone() {
    let played = whole_world();
    let linked = |person: &str| played.path(person).linked_with().collect::<Vec<_>>();
    assert_eq!(linked("zbigniew"), [played.id("zbigniew_at_the_doctor")]);
    assert!(linked("vasile").is_empty());
}

#[test]
fn every_role_that_works_with_persons_has_somebody_to_see() {
    let (marek, world) = (marek_after(12), whole_world());
    for each in users().unwrap() {
        let sees = [&marek, &world].iter().any(|played| {
            let mut paths = played.rehearsal.stories.values().map(|story| &story.path);
            paths.any(|path| played.rehearsal.sight(&each.principal, path).is_some())
        });
        let counts_only = matches!(
            each.principal.actor.role(),
            Role::Ambassador | Role::MonitorAnalyst | Role::PrivacyOfficer | Role::Administrator
        );
        // Nobody of the demo world is a minor alone.
        let of_children = each.principal.organisation.as_str() == "child-protection-rotterdam";
        assert_eq!(sees, !(counts_only || of_children), "{}", each.user);
    }
}

#[test]
fn every_command_of_the_scripts_can_be_sent_over_http() {
    for script in [marek().unwrap(), world().unwrap()] {
        for each in plan(&script, &users().unwrap(), now()).unwrap() {
            let call = each.scripted.rest().unwrap();
            assert!(call.path.starts_with("/v1/"));
            assert!(call.body["occurred_at"].is_string() && call.body["occurred_precision"].is_string());
        }
    }
}

#[test]
fn a_script_that_names_what_is_not_there_says_where() {
    let mut script = marek().unwrap();
    script.steps.remove(0);
    let error = plan(&script, &users().unwrap(), now()).err().unwrap().to_string();
    assert_eq!(error, "script `marek`, step 2, command 0: `$day_shelter_referral` is not the name of an earlier step");
}
