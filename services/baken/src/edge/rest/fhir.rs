//! Records of access as FHIR R4 audit events, after IHE's Basic Audit Log Patterns (BALP): a read of one person is a
//! `PatientRead`, a list or a search a `PatientQuery` for each person on it, and reading the access log of nobody a `Query`.
//! What was hidden is no success, and claims no profile; nor does what was told without a connection, by a webhook.

use access_log::{Action, Outcome};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::app::{AccessView, AccessedView};

/// The media type that asks for it.
pub const FHIR_JSON: &str = "application/fhir+json";

const TYPE: &str = "http://terminology.hl7.org/CodeSystem/audit-event-type";
const INTERACTION: &str = "http://hl7.org/fhir/restful-interaction";
const DICOM: &str = "http://dicom.nema.org/resources/ontology/DCM";
const ENTITY: &str = "http://terminology.hl7.org/CodeSystem/audit-entity-type";
const OBJECT_ROLE: &str = "http://terminology.hl7.org/CodeSystem/object-role";
const PROFILES: &str = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/";

/// A page of records as a Bundle. `host` is what the client calls this server, `next` the address of the next page.
pub fn bundle(records: &[AccessView], host: &str, this: &str, next: Option<&str>) -> Value {
    let mut links = vec![json!({"relation": "self", "url": this})];
    links.extend(next.map(|next| json!({"relation": "next", "url": next})));
    let events = records.iter().flat_map(|record| events(record, host));
    let entries: Vec<_> = events.map(|event| json!({"resource": event, "search": {"mode": "match"}})).collect();
    json!({"resourceType": "Bundle", "type": "searchset", "link": links, "entry": entries})
}

/// An event for each person whom a record is about; one, where it is about nobody.
fn events(record: &AccessView, host: &str) -> Vec<Value> {
    if record.persons.is_empty() {
        return vec![event(record, None, 0, host)];
    }
    record.persons.iter().enumerate().map(|(place, person)| event(record, Some(person), place, host)).collect()
}

fn event(record: &AccessView, person: Option<&AccessedView>, place: usize, host: &str) -> Value {
    let reads = record.action == Action::Read && record.operation.contains("{person_id}") && person.is_some();
    let profile = match (record.outcome, record.address, person) {
        (Outcome::Hidden, ..) | (_, None, _) => None,
        (Outcome::Shown, Some(_), Some(_)) if reads => Some("IHE.BasicAudit.PatientRead"),
        (Outcome::Shown, Some(_), Some(_)) => Some("IHE.BasicAudit.PatientQuery"),
        (Outcome::Shown, Some(_), None) => Some("IHE.BasicAudit.Query"),
    };
    let (interaction, action) = if reads { ("read", "R") } else { ("search", "E") };
    let outcome = match record.outcome {
        Outcome::Shown => "0",
        Outcome::Hidden => "4",
    };
    let mut event = json!({
        "resourceType": "AuditEvent",
        "id": format!("{}-{}-{outcome}-{place}", record.request_id, record.at.timestamp_micros()),
        "type": coding(TYPE, "rest"),
        "subtype": [coding(INTERACTION, interaction)],
        "action": action,
        "recorded": record.at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
        "outcome": outcome,
        "agent": agents(record, person, reads, host),
        "source": {
            "site": host,
            "observer": {"display": "Baken"},
            "type": [coding("http://terminology.hl7.org/CodeSystem/security-source-type", "4")],
        },
        "entity": entities(record, person, reads),
    });
    if let Some(profile) = profile {
        event["meta"] = json!({"profile": [format!("{PROFILES}{profile}")]});
    }
    event
}

/// Who asked, from where, and who answered. Of a read the data flow from the server to the client; of a query BALP has the
/// client as the source, for the question flows so.
fn agents(record: &AccessView, person: Option<&AccessedView>, reads: bool, host: &str) -> Value {
    let (client, server) = if reads { ("110152", "110153") } else { ("110153", "110152") };
    let purpose = if person.is_some_and(|person| person.break_glass_id.is_some()) { "BTG" } else { "COC" };
    let mut of_client = json!({
        "type": concept(DICOM, client),
        "who": identified("organisation", record.organisation.as_str()),
        "requestor": false,
    });
    if let Some(address) = record.address {
        of_client["network"] = json!({"address": address.to_string(), "type": "2"});
    }
    json!([
        of_client,
        {
            "type": concept(DICOM, server),
            "who": {"display": "Baken"},
            "requestor": false,
            "network": {"address": host, "type": "1"},
        },
        {
            "type": concept("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "IRCP"),
            "who": identified("user", record.user.as_str()),
            "requestor": true,
            "role": [{"text": record.role.to_string()}],
            "purposeOfUse": [concept("http://terminology.hl7.org/CodeSystem/v3-ActReason", purpose)],
        },
    ])
}

fn entities(record: &AccessView, person: Option<&AccessedView>, reads: bool) -> Value {
    let mut entities = vec![json!({
        "type": coding("https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType", "XrequestId"),
        "what": {"identifier": {"value": record.request_id.to_string()}},
    })];
    entities.push(if reads {
        json!({
            "type": coding(ENTITY, "2"),
            "role": coding(OBJECT_ROLE, "4"),
            "what": identified("operation", &record.operation),
        })
    } else {
        // The question itself is not kept: it may hold names.
        json!({
            "type": coding(ENTITY, "2"),
            "role": coding(OBJECT_ROLE, "24"),
            "description": record.operation,
            "query": STANDARD.encode(&record.operation),
        })
    });
    if let Some(person) = person {
        let mut what = Map::from_iter([("type".to_owned(), json!("Patient"))]);
        what.insert("identifier".to_owned(), json!({"value": person.person_id.to_string()}));
        entities.push(json!({
            "type": coding(ENTITY, "1"),
            "role": coding(OBJECT_ROLE, "1"),
            "what": what,
            "detail": details(person),
        }));
    }
    Value::Array(entities)
}

/// On what ground it was shown, and what of.
fn details(person: &AccessedView) -> Vec<Value> {
    let detail = |kind: &str, value: &str| json!({"type": kind, "valueString": value});
    let emergency = person.break_glass_id.map(|id| detail("break_glass_id", &id.to_string()));
    let categories = person.categories.iter().map(|category| detail("category", category.name()));
    [detail("relation", person.relation.name())].into_iter().chain(emergency).chain(categories).collect()
}

fn coding(system: &str, code: &str) -> Value {
    json!({"system": system, "code": code})
}

fn concept(system: &str, code: &str) -> Value {
    json!({"coding": [coding(system, code)]})
}

fn identified(what: &str, value: &str) -> Value {
    json!({"identifier": {"type": {"text": what}, "value": value}})
}
