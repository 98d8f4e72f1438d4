//! What Baken is held against over HTTP: an actix endpoint that does nothing else. One reads, and serialises the very
//! JSON that Baken answered; the other takes JSON and gives it back, once without asking who calls and once after
//! checking the signature, issuer, audience and expiry of the same token that Baken is sent.

use std::collections::HashMap;
use std::net::SocketAddr;

use actix_web::http::header::AUTHORIZATION;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, error, web};
use baken::dev_issuer::DevIssuer;
use baken::edge::auth::KeySource;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde_json::Value;

use super::Failure;

/// What is read, by name, in turn.
pub type Answers = HashMap<&'static str, Vec<Value>>;

struct Bare {
    answers: Answers,
    key: DecodingKey,
    validation: Validation,
}

async fn read(bare: web::Data<Bare>, asked: web::Path<(String, usize)>) -> HttpResponse {
    let (name, number) = &*asked;
    match bare.answers.get(name.as_str()) {
        Some(answers) => HttpResponse::Ok().json(&answers[number % answers.len()]),
        None => HttpResponse::NotFound().finish(),
    }
}

async fn write(body: web::Json<Value>) -> HttpResponse {
    HttpResponse::Created().json(body.0)
}

async fn write_known(
    bare: web::Data<Bare>,
    request: HttpRequest,
    body: web::Json<Value>,
) -> Result<HttpResponse, actix_web::Error> {
    let header = request.headers().get(AUTHORIZATION).and_then(|header| header.to_str().ok());
    let token = header.and_then(|header| header.strip_prefix("Bearer ")).unwrap_or_default();
    decode::<Value>(token, &bare.key, &bare.validation).map_err(error::ErrorUnauthorized)?;
    Ok(HttpResponse::Created().json(body.0))
}

/// Serves it, with what is to be read.
pub fn serve(answers: Answers, issuer: &DevIssuer) -> Result<SocketAddr, Failure> {
    let config = issuer.issuer_config()?;
    let KeySource::Inline(keys) = &config.jwks else { return Err("the issuer's key is not at hand".into()) };
    let key: Jwk = serde_json::from_value(keys.first().ok_or("the issuer has no key")?.clone())?;
    let key = DecodingKey::from_jwk(&key)?;
    let mut validation = Validation::new(Algorithm::ES256);
    validation.set_required_spec_claims(&["iss", "aud", "exp", "sub"]);
    validation.set_issuer(&[config.issuer]);
    validation.set_audience(&[config.audience]);
    let bare = web::Data::new(Bare { answers, key, validation });
    let server = HttpServer::new(move || {
        App::new()
            .app_data(bare.clone())
            .route("/read/{name}/{number}", web::get().to(read))
            .route("/write", web::post().to(write))
            .route("/write-known", web::post().to(write_known))
    })
    .bind(("127.0.0.1", 0))?;
    let address = server.addrs()[0];
    tokio::spawn(server.run());
    Ok(address)
}
