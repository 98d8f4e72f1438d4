//! The files of pages, and the manifest of what a phone installs.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use crate::edge::problem::Problem;

/// Answers with a file. Its address changes with its content.
pub async fn asset(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let file = request.match_info().get("file").unwrap_or_default();
    let asset = board::assets::find(file).ok_or(Problem::NotFound)?;
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_TYPE, asset.media_type));
    response.insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"));
    Ok(response.body(asset.bytes))
}

/// Answers with the web application manifest (W3C).
pub async fn manifest() -> HttpResponse {
    let icon = |file: &str, sizes: &str| json!({"src": board::assets::path(file), "sizes": sizes, "type": "image/png"});
    let manifest = json!({
        "name": "Baken",
        "short_name": "Baken",
        "start_url": "/board/",
        "scope": "/",
        "display": "standalone",
        "icons": [icon("icon-192.png", "192x192"), icon("icon-512.png", "512x512")],
    });
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_TYPE, "application/manifest+json"));
    response.body(manifest.to_string())
}
