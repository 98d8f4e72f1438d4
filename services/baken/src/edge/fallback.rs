//! What no route takes: 404 where there is nothing, 405 where something is, for another method.

use std::sync::LazyLock;

use actix_web::dev::ResourceDef;
use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse};
use utoipa::openapi::path::PathItem;

use super::openapi;
use super::problem::Problem;

/// Routes that are no part of the OpenAPI document.
const OTHERS: [(&str, Method); 4] = [
    ("/graphql", Method::POST),
    ("/openapi.json", Method::GET),
    ("/docs", Method::GET),
    ("/docs/{file:.*}", Method::GET),
];

static ROUTES: LazyLock<Vec<(ResourceDef, Vec<Method>)>> = LazyLock::new(|| {
    let document = openapi::document();
    let documented = document.paths.paths.iter().map(|(path, item)| (ResourceDef::new(path.as_str()), methods(item)));
    let others = OTHERS.into_iter().map(|(path, method)| (ResourceDef::new(path), vec![method]));
    documented.chain(others).collect()
});

fn methods(item: &PathItem) -> Vec<Method> {
    let known = [
        (item.delete.is_some(), Method::DELETE),
        (item.get.is_some(), Method::GET),
        (item.post.is_some(), Method::POST),
    ];
    known.into_iter().filter_map(|(is_there, method)| is_there.then_some(method)).collect()
}

/// Answers a request that no route takes.
///
/// # Errors
/// Always: with what is wrong.
pub async fn fallback(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let allowed = ROUTES.iter().find(|(route, _)| route.is_match(request.path())).map(|(_, methods)| methods);
    match allowed {
        Some(methods) if !methods.contains(request.method()) => Err(Problem::MethodNotAllowed(methods.clone())),
        _ => Err(Problem::NotFound),
    }
}
