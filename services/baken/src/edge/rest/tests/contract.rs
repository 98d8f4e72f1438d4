//! The OpenAPI document against the outside contract.

use serde_json::Value;

use crate::edge::openapi::document;

fn written() -> Value {
    serde_json::to_value(document()).unwrap()
}

fn operations(document: &Value) -> Vec<String> {
    let paths = document["paths"].as_object().unwrap().iter();
    let each = paths.flat_map(|(path, item)| {
        item.as_object().unwrap().keys().map(move |method| format!("{} {path}", method.to_uppercase()))
    });
    each.collect()
}

#[test]
#[allow(clippy::too_many_lines)] // one line for each route
fn these_are_the_routes() {
    insta::assert_snapshot!(operations(&written()).join("\n"), @r#"
    GET /health/live
    GET /health/ready
    GET /internal/read-models
    GET /metrics
    GET /v1/access-log
    GET /v1/access-log/checkpoint
    GET /v1/access-log/patterns
    POST /v1/batch
    GET /v1/break-glass
    GET /v1/break-glass/counts
    GET /v1/care-alerts
    GET /v1/codes
    GET /v1/codes/{list}
    GET /v1/ended
    GET /v1/exceptions
    GET /v1/facilities
    POST /v1/facilities/{facility_id}
    POST /v1/facilities/{facility_id}/capacity
    POST /v1/facilities/{facility_id}/close
    GET /v1/facilities/{facility_id}/evening
    POST /v1/facilities/{facility_id}/evening
    POST /v1/facilities/{facility_id}/reopen
    GET /v1/handovers
    GET /v1/holds
    GET /v1/log/checkpoint
    GET /v1/lookouts
    GET /v1/lost
    GET /v1/me
    GET /v1/monitor/definitions
    GET /v1/monitor/estimates
    GET /v1/monitor/indicators
    GET /v1/monitor/releases
    POST /v1/monitor/releases
    GET /v1/monitor/releases/{period}
    GET /v1/monitor/releases/{period}/{form}
    POST /v1/monitor/remarks
    GET /v1/monitor/sources
    POST /v1/monitor/sources
    POST /v1/monitor/sources/withdrawals
    GET /v1/organisations
    POST /v1/organisations
    POST /v1/organisations/{organisation_id}
    POST /v1/organisations/{organisation_id}/close
    POST /v1/organisations/{organisation_id}/facilities
    POST /v1/organisations/{organisation_id}/reopen
    GET /v1/persons
    POST /v1/persons/search
    GET /v1/persons/{person_id}
    GET /v1/persons/{person_id}/access-log
    GET /v1/persons/{person_id}/access-log/proof
    POST /v1/persons/{person_id}/announced-discharges
    POST /v1/persons/{person_id}/announced-discharges/{discharge_id}/call-off
    POST /v1/persons/{person_id}/attendances
    POST /v1/persons/{person_id}/beds
    POST /v1/persons/{person_id}/beds/{bed_id}/release
    POST /v1/persons/{person_id}/break-glass
    POST /v1/persons/{person_id}/break-glass/{break_glass_id}/end
    POST /v1/persons/{person_id}/break-glass/{break_glass_id}/review
    POST /v1/persons/{person_id}/care-alerts
    POST /v1/persons/{person_id}/care-alerts/{care_alert_id}/answer
    POST /v1/persons/{person_id}/care-alerts/{care_alert_id}/end
    POST /v1/persons/{person_id}/close
    POST /v1/persons/{person_id}/consents
    POST /v1/persons/{person_id}/consents/{consent_id}/withdraw
    POST /v1/persons/{person_id}/contacts
    POST /v1/persons/{person_id}/coordinator
    POST /v1/persons/{person_id}/death
    POST /v1/persons/{person_id}/discharges
    POST /v1/persons/{person_id}/entries/{event_id}/move
    POST /v1/persons/{person_id}/entries/{event_id}/retract
    POST /v1/persons/{person_id}/erase
    GET /v1/persons/{person_id}/erasure-certificate
    POST /v1/persons/{person_id}/exceptions
    POST /v1/persons/{person_id}/exceptions/{exception_id}/decision
    POST /v1/persons/{person_id}/handovers
    POST /v1/persons/{person_id}/handovers/{handover_id}/accept
    POST /v1/persons/{person_id}/handovers/{handover_id}/acknowledge
    POST /v1/persons/{person_id}/handovers/{handover_id}/arrival
    POST /v1/persons/{person_id}/handovers/{handover_id}/decline
    POST /v1/persons/{person_id}/handovers/{handover_id}/departure
    GET /v1/persons/{person_id}/handovers/{handover_id}/document
    POST /v1/persons/{person_id}/handovers/{handover_id}/document
    POST /v1/persons/{person_id}/handovers/{handover_id}/follow-ups
    POST /v1/persons/{person_id}/handovers/{handover_id}/questions
    POST /v1/persons/{person_id}/handovers/{handover_id}/questions/{question_id}/answer
    POST /v1/persons/{person_id}/handovers/{handover_id}/withdraw
    POST /v1/persons/{person_id}/holds
    POST /v1/persons/{person_id}/holds/{hold_id}/lift
    POST /v1/persons/{person_id}/identity
    POST /v1/persons/{person_id}/incidents
    POST /v1/persons/{person_id}/ind-decisions
    POST /v1/persons/{person_id}/insurance
    POST /v1/persons/{person_id}/intakes
    POST /v1/persons/{person_id}/links
    DELETE /v1/persons/{person_id}/links/{other_person_id}
    POST /v1/persons/{person_id}/living-situations
    POST /v1/persons/{person_id}/lookouts
    POST /v1/persons/{person_id}/lookouts/{lookout_id}/acknowledge
    POST /v1/persons/{person_id}/lookouts/{lookout_id}/end
    POST /v1/persons/{person_id}/lookouts/{lookout_id}/resolve
    POST /v1/persons/{person_id}/lookouts/{lookout_id}/sightings
    GET /v1/persons/{person_id}/matches
    GET /v1/persons/{person_id}/matches/elsewhere
    POST /v1/persons/{person_id}/matches/release
    POST /v1/persons/{person_id}/matches/{other_person_id}/agree
    POST /v1/persons/{person_id}/matches/{other_person_id}/dismiss
    POST /v1/persons/{person_id}/no-shows
    POST /v1/persons/{person_id}/notes
    POST /v1/persons/{person_id}/out-of-sight
    GET /v1/persons/{person_id}/phases
    POST /v1/persons/{person_id}/referrals
    POST /v1/persons/{person_id}/referrals/{referral_id}/accept
    POST /v1/persons/{person_id}/referrals/{referral_id}/decline
    POST /v1/persons/{person_id}/referrals/{referral_id}/dropout
    POST /v1/persons/{person_id}/referrals/{referral_id}/end
    POST /v1/persons/{person_id}/referrals/{referral_id}/start
    POST /v1/persons/{person_id}/referrals/{referral_id}/waitlist
    POST /v1/persons/{person_id}/referrals/{referral_id}/withdraw
    POST /v1/persons/{person_id}/relations
    DELETE /v1/persons/{person_id}/relations/{other_person_id}
    POST /v1/persons/{person_id}/reopen
    POST /v1/persons/{person_id}/return-conditions
    POST /v1/persons/{person_id}/return-options
    POST /v1/persons/{person_id}/return-refusals
    POST /v1/persons/{person_id}/rights-assessments
    GET /v1/persons/{person_id}/timeline
    POST /v1/persons/{person_id}/uninsured-reports
    GET /v1/referrals
    GET /v1/retention
    POST /v1/signals
    GET /v1/stream
    GET /v1/turn-aways
    POST /v1/turn-aways
    POST /v1/turn-aways/{event_id}/retract
    GET /v1/webhooks
    POST /v1/webhooks
    DELETE /v1/webhooks/{webhook_id}
    GET /v1/webhooks/{webhook_id}
    GET /v1/webhooks/{webhook_id}/dead-letters
    POST /v1/webhooks/{webhook_id}/dead-letters/replay
    POST /v1/webhooks/{webhook_id}/dead-letters/{position}/replay
    POST /v1/webhooks/{webhook_id}/disable
    POST /v1/webhooks/{webhook_id}/enable
    POST /v1/webhooks/{webhook_id}/rotate
    POST /v1/webhooks/{webhook_id}/test
    GET /v1/worklist
    "#);
}

#[test]
fn every_command_but_the_systems_own_has_exactly_one_route() {
    let document = written();
    let ids: Vec<_> = document["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|item| item.as_object().unwrap().values())
        .filter_map(|operation| operation["operationId"].as_str())
        .collect();
    for kind in care_path::command::CommandKind::ALL {
        let routes = ids.iter().filter(|id| **id == kind.name()).count();
        let of_the_system = matches!(
            kind.name(),
            "expire_lookout" | "overtake_exception" | "stop_handover" | "finish_move" | "pass_deadline"
        );
        assert_eq!(routes, usize::from(!of_the_system), "{}", kind.name());
    }
}

#[test]
fn every_write_says_what_it_takes_and_what_may_go_wrong() {
    let document = written();
    for (path, item) in document["paths"].as_object().unwrap() {
        // Webhooks are no commands about a person, a batch or a list is many, and a search is a read.
        let others = ["/v1/batch", "/v1/persons/search"];
        if path.starts_with("/v1/webhooks") || others.contains(&path.as_str()) || path.ends_with("/evening") {
            continue;
        }
        for write in [&item["post"], &item["delete"]].into_iter().filter(|write| write.is_object()) {
            let reference = write["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str().unwrap();
            let schema = document.pointer(&reference[1..]).unwrap();
            assert_eq!(schema["additionalProperties"], false, "{path}");
            assert!(schema["properties"]["occurred_at"].is_object(), "{path}");
            let of_the_directory = path.starts_with("/v1/organisations") || path.starts_with("/v1/facilities");
            let may_name_a_person = !path.contains('{') && !of_the_directory;
            assert_eq!(schema["properties"]["person_id"].is_object(), may_name_a_person, "{path}");
            let statuses: Vec<_> = write["responses"].as_object().unwrap().keys().map(String::as_str).collect();
            let all =
                ["200", "201", "400", "401", "403", "404", "408", "409", "412", "413", "415", "422", "429", "503"];
            assert_eq!(statuses, all, "{path}");
        }
    }
}

#[test]
fn every_reference_of_the_document_leads_somewhere() {
    fn follow(value: &Value, document: &Value) {
        match value {
            Value::Object(object) => {
                if let Some(Value::String(reference)) = object.get("$ref") {
                    assert!(document.pointer(&reference[1..]).is_some(), "{reference}");
                }
                object.values().for_each(|each| follow(each, document));
            }
            Value::Array(items) => items.iter().for_each(|each| follow(each, document)),
            _ => {}
        }
    }
    let document = written();
    follow(&document, &document);
}

/// Two types of one name would be one schema in the document: that of whichever comes last.
#[test]
fn no_two_types_share_a_schema() {
    let services = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut folders =
        vec![services.join("care-path/src/views"), services.join("baken/src"), services.join("monitor/src")];
    let mut names = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let views = text.lines().filter_map(|line| line.trim().strip_prefix("pub struct "));
            let views = views.filter_map(|rest| rest.split(|c: char| !c.is_alphanumeric()).next());
            names.extend(views.filter(|name| name.ends_with("View")).map(str::to_owned));
        }
    }
    names.sort_unstable();
    assert!(names.len() > 60, "{names:?}");
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
}
