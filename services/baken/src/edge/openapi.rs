//! The OpenAPI document: what the handlers say of themselves, and what holds for all of them alike, which is added
//! here once. It needs no running server.

use std::collections::BTreeMap;

use actix_web::App;
use care_path::codes::Precision;
use care_path::command::{CommandKind, WithoutPerson};
use serde_json::{Value, json};
use utoipa::openapi::header::Header;
use utoipa::openapi::info::{Contact, Info, License};
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, Object, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Components, Content, OpenApi, Ref, RefOr, Required, ResponseBuilder};
use utoipa::{PartialSchema, ToSchema};
use utoipa_actix_web::AppExt;

use super::problem::{self, FieldProblem, ProblemDetails};
use super::rest;
use crate::webhooks::WebhookPayload;

const ABOUT: &str = "Case coordination for homeless EU migrants: one care path per person, told to each role as far as \
    it may know. Every error is a problem (RFC 9457).";
const BEARER: &str = "bearer";

/// The document of everything that is served over REST.
#[must_use]
pub fn document() -> OpenApi {
    let (_, mut document) = App::new().into_utoipa_app().configure(rest::routes).split_for_parts();
    document.info = Info::new("Baken", env!("CARGO_PKG_VERSION"));
    document.info.description = Some(ABOUT.to_owned());
    document.info.license = Some(License::new("EUPL-1.2"));
    document.info.contact = None::<Contact>;
    let mut components = document.components.take().unwrap_or_default();
    rest::commands::document(&mut document.paths, &mut components);
    complete_components(&mut components);
    for (path, item) in &mut document.paths.paths {
        complete_path(path, item, &mut components);
    }
    document.components = Some(components);
    document
}

/// What a status means, wherever it is answered.
const PROBLEMS: [(u16, &str, &str); 12] = [
    (400, "Malformed", "The request is malformed."),
    (401, "Unknown", "There is no token, or none that is accepted."),
    (403, "Forbidden", "Your role, or your organisation, may not do this."),
    (404, "NotFound", "There is no such thing, or none that you may know of."),
    (408, "TooSlow", "The body arrived too slowly."),
    (409, "Conflict", "A rule of the domain stands against it: `code` says which."),
    (412, "Stale", "The path has moved on since the revision of `If-Match`."),
    (413, "TooLarge", "The body is too large."),
    (415, "MediaType", "The body is not JSON."),
    (422, "Invalid", "Values are not valid: `errors` names each. Or the key was used for another request."),
    (429, "TooMany", "Too many requests: wait as long as `Retry-After` says."),
    (503, "Unavailable", "Not at the moment: try again after as long as `Retry-After` says."),
];
const OF_READS: [u16; 7] = [400, 401, 403, 404, 422, 429, 503];
/// What a batch is answered as a whole; each line has an answer of its own.
const OF_BATCHES: [u16; 5] = [400, 401, 415, 429, 503];
const BATCH: &str = "/v1/batch";
/// A read that takes a body.
const OF_SEARCHES: [u16; 9] = [400, 401, 403, 408, 413, 415, 422, 429, 503];
const SEARCH: &str = "/v1/persons/search";
const CHECKPOINTS: [&str; 2] = ["/v1/log/checkpoint", "/v1/access-log/checkpoint"];
const EVENING: &str = "/v1/facilities/{facility_id}/evening";

fn complete_components(components: &mut Components) {
    components.schemas.insert(ProblemDetails::name().into_owned(), ProblemDetails::schema());
    components.schemas.insert(FieldProblem::name().into_owned(), FieldProblem::schema());
    let mut schemas = Vec::new();
    ProblemDetails::schemas(&mut schemas);
    // What a webhook is sent: no answer of ours has it.
    components.schemas.insert(WebhookPayload::name().into_owned(), WebhookPayload::schema());
    WebhookPayload::schemas(&mut schemas);
    components.schemas.extend(schemas);

    for (status, name, description) in PROBLEMS {
        let content = Content::new(Some(Ref::from_schema_name(ProblemDetails::name())));
        let mut response = ResponseBuilder::new().description(description).content(problem::MEDIA_TYPE, content);
        if matches!(status, 429 | 503) {
            response = response.header("Retry-After", header(Type::Integer, "Seconds after which to try again."));
        }
        components.responses.insert(name.to_owned(), response.build().into());
    }
    for (name, parameter) in parameters() {
        components.parameters.insert(name.to_owned(), parameter.into());
    }
    let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    components.security_schemes.insert(BEARER.to_owned(), SecurityScheme::Http(scheme).into());
}

fn parameters() -> [(&'static str, Parameter); 4] {
    let of_header = |name: &str, description: &str, required: Required, schema: ObjectBuilder| {
        ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Header)
            .description(Some(description))
            .required(required)
            .schema(Some(schema.build()))
            .build()
    };
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let key = "A value of your choice, the same when you repeat the request: it is then executed once.";
    let tag = "The `ETag` that the path must still have.";
    let position = "A `Baken-Position` that a write answered with: the read waits until it has been reached.";
    let language = "nl, en, pl, ro, bg, hu, es or pt.";
    [
        (
            "IdempotencyKey",
            of_header("Idempotency-Key", key, Required::True, text().min_length(Some(1)).max_length(Some(255))),
        ),
        ("IfMatch", of_header("If-Match", tag, Required::False, text().pattern(Some("^\"[0-9]+\"$")))),
        (
            "BakenPosition",
            of_header("Baken-Position", position, Required::False, ObjectBuilder::new().schema_type(Type::Integer)),
        ),
        ("AcceptLanguage", of_header("Accept-Language", language, Required::False, text())),
    ]
}

fn header(of: Type, description: &str) -> Header {
    let mut header = Header::new(Object::with_type(of));
    header.description = Some(description.to_owned());
    header
}

fn complete_path(path: &str, item: &mut PathItem, components: &mut Components) {
    if !path.starts_with("/v1/") {
        return;
    }
    if path.starts_with("/v1/webhooks") {
        complete_webhooks(path, item);
        return;
    }
    if let (true, Some(read)) = (CHECKPOINTS.contains(&path), &mut item.get) {
        complete_operation(path, read, &[], &[400, 401, 403, 422, 429, 503]);
        return;
    }
    if let Some(read) = &mut item.get {
        let labelled =
            if path.starts_with("/v1/codes") { &["BakenPosition", "AcceptLanguage"][..] } else { &["BakenPosition"] };
        complete_operation(path, read, labelled, &OF_READS);
    }
    if let (BATCH, Some(batch)) = (path, &mut item.post) {
        complete_operation(path, batch, &[], &OF_BATCHES);
        complete_batch(batch);
        return;
    }
    if let (SEARCH, Some(search)) = (path, &mut item.post) {
        complete_operation(path, search, &["BakenPosition"], &OF_SEARCHES);
        add_page(search, components);
        return;
    }
    let all = PROBLEMS.map(|(status, ..)| status);
    if let (EVENING, Some(list)) = (path, &mut item.post) {
        // Each line has the answer of its command.
        complete_operation(
            path,
            list,
            &["IdempotencyKey"],
            &all.map(|status| if status == 412 { 409 } else { status }),
        );
        return;
    }
    for write in [&mut item.post, &mut item.delete].into_iter().flatten() {
        complete_operation(path, write, &["IdempotencyKey", "IfMatch"], &all);
        complete_receipt(write);
        complete_body(path, write, components);
    }
}

/// Webhooks are no commands about a person: they have no revision, and most of what is done to them is the same when
/// it is done twice.
fn complete_webhooks(path: &str, item: &mut PathItem) {
    if let Some(read) = &mut item.get {
        complete_operation(path, read, &[], &[400, 401, 403, 404, 409, 422, 429, 503]);
    }
    let repeatable: &[_] = match path {
        "/v1/webhooks" | "/v1/webhooks/{webhook_id}/rotate" => &["IdempotencyKey"],
        _ => &[],
    };
    for write in [&mut item.post, &mut item.delete].into_iter().flatten() {
        complete_operation(path, write, repeatable, &[400, 401, 403, 404, 408, 409, 413, 415, 422, 429, 503]);
    }
}

fn complete_operation(path: &str, operation: &mut Operation, headers: &[&str], problems: &[u16]) {
    operation.security = Some(vec![SecurityRequirement::new(BEARER, Vec::<String>::new())]);
    let parameters = operation.parameters.get_or_insert_default();
    for (at, name) in names(path).enumerate() {
        let schema = ObjectBuilder::new().schema_type(Type::String);
        // Organisations and facilities have short names.
        let is_id = name.ends_with("_id") && !["organisation_id", "facility_id"].contains(&name);
        let schema = schema.format(is_id.then_some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .schema(Some(schema.build()));
        parameters.insert(at, parameter.build().into());
    }
    let named = headers.iter().map(|name| RefOr::Ref(Ref::new(format!("#/components/parameters/{name}"))));
    parameters.extend(named);
    for (status, name, _) in PROBLEMS.iter().filter(|(status, ..)| problems.contains(status)) {
        let response = Ref::from_response_name(*name);
        operation.responses.responses.entry(status.to_string()).or_insert(response.into());
    }
}

/// Adds to a search which page of the answer is asked for.
fn add_page(operation: &mut Operation, components: &mut Components) {
    let Some(RefOr::T(body)) = &operation.request_body else { return };
    let Some(RefOr::T(content)) = body.content.get("application/json") else { return };
    let Some(RefOr::Ref(reference)) = &content.schema else { return };
    let name = reference.ref_location.rsplit('/').next().unwrap_or_default().to_owned();
    let Some(object) = own_object(&name, &mut components.schemas) else { return };
    let first = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(1))
        .maximum(Some(crate::app::PageRequest::MOST))
        .description(Some("As many persons at most; 50 unless said."));
    let after = ObjectBuilder::new()
        .schema_type(Type::String)
        .max_length(Some(rest::search::MOST_OF_A_CURSOR))
        .description(Some("The `next` of the page before."));
    object.properties.insert("first".to_owned(), first.into());
    object.properties.insert("after".to_owned(), after.into());
}

/// The names in braces of a path's pattern.
fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
}

/// A write answers 201 when it was executed, and 200 with the same body when it is a repeat.
fn complete_receipt(operation: &mut Operation) {
    let responses = &mut operation.responses.responses;
    let Some(RefOr::T(created)) = responses.get_mut("201") else { return };
    let headers = [
        ("ETag", header(Type::String, "The revision that the case now has, as the caller sees it.")),
        ("Baken-Position", header(Type::Integer, "The position of the log that was reached.")),
    ];
    created.headers.extend(headers.map(|(name, header)| (name.to_owned(), header.into())));
    let mut repeated = created.clone();
    "Recorded when the request was first sent.".clone_into(&mut repeated.description);
    responses.insert("200".to_owned(), repeated.into());
}

/// A batch is shown by its first lines.
fn complete_batch(operation: &mut Operation) {
    let Some(RefOr::T(body)) = &mut operation.request_body else { return };
    if let Some(RefOr::T(content)) = body.content.get_mut(rest::batch::NDJSON) {
        content.example = example("BatchLine");
    }
}

/// Adds to a command what every command may say beside its own fields.
fn complete_body(path: &str, operation: &mut Operation, components: &mut Components) {
    let Some(RefOr::T(body)) = &mut operation.request_body else { return };
    let Some(RefOr::T(content)) = body.content.get_mut("application/json") else { return };
    let Some(RefOr::Ref(reference)) = &content.schema else { return };
    let name = reference.ref_location.rsplit('/').next().unwrap_or_default().to_owned();
    content.example = example(&name);
    let Some(object) = own_object(&name, &mut components.schemas) else { return };
    for named in names(path) {
        object.properties.remove(named);
        object.required.retain(|required| required != named);
    }
    if object.required.is_empty() {
        body.required = Some(Required::False);
    }
    let takes_companions = CommandKind::ALL
        .iter()
        .any(|kind| kind.takes_companions() && operation.operation_id.as_deref() == Some(kind.name()));
    let mut add = |name: &str, schema: RefOr<Schema>| {
        object.properties.insert(name.to_owned(), schema);
    };
    let time = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
        .pattern(Some("^20[0-9]{2}-"))
        .description(Some(
            "When it happened, from 2000 on; now, unless said. It may lie in the past, and not in the future.",
        ));
    add("occurred_at", time.into());
    add("occurred_precision", Ref::from_schema_name(Precision::name()).into());
    if takes_companions {
        let companion =
            ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
        let companions = ArrayBuilder::new()
            .items(companion)
            .max_items(Some(rest::submission::MOST_COMPANIONS))
            .description(Some(
                "Persons who come together with this one, by a relation that is on record: the command is executed for each \
                 of them too, and each is answered in `together`. Nothing is recorded for any of them if it is refused for \
                 this person.",
            ));
        add(rest::submission::TOGETHER_WITH, companions.into());
    }
    if takes_person(operation) && names(path).next().is_none() {
        let person = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
            .description(Some("The person, where the person is known already."));
        add("person_id", person.into());
    }
    components.schemas.entry(Precision::name().into_owned()).or_insert_with(Precision::schema);
}

/// Whether it is a command that may be about a person.
fn takes_person(operation: &Operation) -> bool {
    let kind = CommandKind::ALL.iter().find(|kind| operation.operation_id.as_deref() == Some(kind.name()));
    kind.is_some_and(|kind| kind.without_person() != Some(WithoutPerson::Directory))
}

/// The schema of a command as an object of its own, also where it is another type by another name.
fn own_object<'a>(name: &str, schemas: &'a mut BTreeMap<String, RefOr<Schema>>) -> Option<&'a mut Object> {
    if let Some(RefOr::Ref(reference)) = schemas.get(name) {
        let other = reference.ref_location.rsplit('/').next()?;
        let copy = schemas.get(other)?.clone();
        schemas.insert(name.to_owned(), copy);
    }
    match schemas.get_mut(name) {
        Some(RefOr::T(Schema::Object(object))) => Some(object),
        _ => None,
    }
}

fn example(command: &str) -> Option<Value> {
    match command {
        "ReportSignal" => Some(json!({
            "channel": "outreach_round",
            "urgency": "soon",
            "municipality": "rotterdam",
            "location_type": "street",
            "location": "under the bridge by the station",
            "identity": {
                "alias": "the tall one with the red cap",
                "countries": ["PL"],
                "languages": [{ "language": "pl", "preferred": true, "interpreter_needed": true }]
            },
            "occurred_at": "2026-09-28T21:30:00Z",
            "occurred_precision": "approximate"
        })),
        "RecordIntake" => Some(json!({
            "location_type": "day_shelter",
            "urgency": "urgent",
            "living_situation": "living_rough",
            "circumstances": "sleeps outside since the job and the room that came with it ended",
            "findings": "a cough that lasts",
            "problems": ["uninsured"]
        })),
        "BatchLine" => Some(json!({
            "id": "0199a3f2-7c11-7d2e-9a60-3f0d5a3b9c10",
            "command": "record_contact",
            "person_of": "0199a3f2-7b02-7c55-8f31-6a4be9d1c204",
            "occurred_at": "2026-09-28T21:30:00Z",
            "occurred_precision": "night",
            "data": { "location_type": "street", "summary": "has a new tent" }
        })),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use care_path::path::intake::RecordIntake;
    use care_path::path::signal::ReportSignal;
    use serde::de::DeserializeOwned;

    use super::*;

    fn commands<C: DeserializeOwned + ToSchema + 'static>() {
        let example = example(&C::name()).unwrap();
        let Value::Object(mut fields) = example else { panic!("no object") };
        fields.retain(|name, _| !name.starts_with("occurred_"));
        assert!(rest::fields::read::<C>(fields).is_ok(), "{}", C::name());
    }

    #[test]
    fn the_example_of_a_batch_is_a_line_that_would_be_taken() {
        let line = example("BatchLine").unwrap().to_string();
        let read = rest::batch::read(&crate::app::testing::user("outreach-rotterdam"), line.as_bytes());
        assert!(read.is_ok());
    }

    #[test]
    fn the_examples_are_commands_that_would_be_taken() {
        commands::<ReportSignal>();
        commands::<RecordIntake>();
    }
}
