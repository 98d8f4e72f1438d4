//! The routes of the commands, as the catalogue has them, and what the OpenAPI document says of each.

use actix_web::{HttpRequest, guard, http, web};
use care_path::command::{CommandKind, Method, Route};
use utoipa::PartialSchema;
use utoipa::ToSchema;
use utoipa::openapi::path::{HttpMethod, Operation, OperationBuilder, Paths};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::{Components, Content, Ref, Required, ResponseBuilder};
use utoipa_actix_web::service_config::ServiceConfig;

use super::receipt::{CompanionAnswer, ReceiptBody};
use super::submission;

const JSON: &str = "application/json";

/// Every command that has a route, and its route.
fn routed() -> impl Iterator<Item = (CommandKind, Route)> {
    CommandKind::ALL.iter().filter_map(|kind| Some((*kind, kind.route()?)))
}

/// Registers the routes of all commands.
pub fn routes(routes: &mut ServiceConfig<'_>) {
    routes.map(|config| {
        for (kind, route) in routed() {
            let method = match route.method {
                Method::Post => http::Method::POST,
                Method::Delete => http::Method::DELETE,
            };
            let handler =
                move |request: HttpRequest, body: web::Payload| submission::execute(kind, request, body.into_inner());
            config.service(web::resource(route.path).guard(guard::Method(method)).to(handler));
        }
        config
    });
}

/// Adds all commands to the OpenAPI document.
pub fn document(paths: &mut Paths, components: &mut Components) {
    let mut schemas = vec![
        (ReceiptBody::name().into_owned(), ReceiptBody::schema()),
        (CompanionAnswer::name().into_owned(), CompanionAnswer::schema()),
    ];
    ReceiptBody::schemas(&mut schemas);
    CompanionAnswer::schemas(&mut schemas);
    for (kind, route) in routed() {
        let body = kind.body();
        let name = (body.name)().into_owned();
        let method = match route.method {
            Method::Post => HttpMethod::Post,
            Method::Delete => HttpMethod::Delete,
        };
        paths.add_path_operation(route.path, vec![method], operation(kind, route, &name));
        schemas.push((name, (body.schema)()));
        (body.schemas)(&mut schemas);
    }
    components.schemas.extend(schemas);
}

fn operation(kind: CommandKind, route: Route, body: &str) -> Operation {
    let paragraphs = kind.words().split(|line| line.is_empty());
    let mut paragraphs = paragraphs.map(|lines| lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join("\n"));
    let summary = paragraphs.next();
    let description = paragraphs.collect::<Vec<_>>().join("\n\n");
    let json = |name: &str| Content::new(Some(Ref::from_schema_name(name)));
    let recorded = ResponseBuilder::new().description("Recorded.").content(JSON, json(&ReceiptBody::name()));
    OperationBuilder::new()
        .tag(route.tag)
        .operation_id(Some(kind.name()))
        .summary(summary)
        .description((!description.is_empty()).then_some(description))
        .request_body(Some(RequestBodyBuilder::new().content(JSON, json(body)).required(Some(Required::True)).build()))
        .response("201", recorded)
        .build()
}
