//! REST from the outside, over a whole Baken in memory: requests in, status and body out.

mod accesses;
mod batch;
mod bounds;
mod caching;
mod certificate;
mod checkpoint;
mod conditions;
mod contract;
mod identity;
mod open;
mod problems;
mod reads;
mod search;
mod webhooks;
mod writes;

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::body::to_bytes;
use actix_web::dev::Service;
use actix_web::http::Method;
use actix_web::http::header::HeaderMap;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, init_service};
use actix_web::web::Data;
use actix_web::{App, HttpResponse};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use serde_json::{Value, json};

use crate::app::testing::{TestBaken, user};
use crate::dev_issuer::DevIssuer;
use crate::edge::auth::{FetchKeys, Verifier, WorldKeys};
use crate::edge::board::{Board, SignIn};
use crate::edge::channels::Channels;
use crate::edge::observe::observe;
use crate::edge::problem::Problem;
use crate::edge::rates::Rates;
use crate::edge::{Edge, Limits, Notaries};
use crate::telemetry::Metrics;

/// The operators' token of the tests.
const OPERATOR: &str = "operators-only";

/// A server over a Baken in memory.
struct Server {
    call: Box<dyn Fn(TestRequest) -> LocalBoxFuture<'static, HttpResponse>>,
    test: TestBaken,
    issuer: DevIssuer,
    keys: Cell<u32>,
}

/// What was answered.
struct Answer {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Status and body, for a snapshot.
    fn told(&self) -> String {
        let body = serde_json::from_str::<Value>(&self.text);
        let body = body.map_or_else(|_| self.text.clone(), |body| format!("{body:#}"));
        format!("{}\n{body}", self.status)
    }
}

async fn server() -> Server {
    server_with(Limits::default()).await
}

async fn server_with(limits: Limits) -> Server {
    server_on(TestBaken::start().await, limits).await
}

async fn server_on(test: TestBaken, limits: Limits) -> Server {
    let notaries = checkpoint::notaries(&test, None);
    server_signing(test, limits, Some(notaries)).await
}

async fn server_signing(test: TestBaken, limits: Limits, notaries: Option<Notaries>) -> Server {
    let dir = tempfile::tempdir().unwrap();
    let issuer = DevIssuer::open_or_create(dir.path()).unwrap();
    let fetcher: Arc<dyn FetchKeys> = Arc::new(WorldKeys::new().unwrap());
    let verifier = Verifier::new(vec![issuer.issuer_config().unwrap()], &fetcher, test.clock.clone()).unwrap();
    let edge = Data::new(Edge {
        baken: test.baken.clone(),
        verifier: Arc::new(verifier),
        metrics: Arc::new(Metrics::default()),
        rates: Arc::new(Rates::new(&limits)),
        channels: Channels::new(&limits),
        limits,
        introspection: true,
        operator_token: Some(OPERATOR.into()),
        board: Board::new(SignIn::default()),
        webhooks: Some(Arc::new(webhooks::started(&test).await)),
        notaries,
    });
    let app = App::new().app_data(edge).wrap(from_fn(observe)).configure(super::configure).configure(|config| {
        config.route("/panics", actix_web::web::get().to(panics));
        config.route("/fails", actix_web::web::get().to(fails));
    });
    let service = Rc::new(init_service(app).await);
    let call = move |request: TestRequest| {
        let service = service.clone();
        let response = async move {
            match service.call(request.to_request()).await {
                Ok(response) => response.map_into_boxed_body().into_parts().1,
                Err(error) => error.error_response(),
            }
        };
        response.boxed_local()
    };
    Server { call: Box::new(call), test, issuer, keys: Cell::new(0) }
}

async fn panics() -> actix_web::HttpResponse {
    panic!("a handler of the tests")
}

async fn fails() -> Result<actix_web::HttpResponse, Problem> {
    Err(Problem::Internal("Marek's file cannot be read".into()))
}

impl Server {
    fn token(&self, name: &str) -> String {
        self.issuer.token_for(&user(name), &*self.test.clock, &*self.test.ids).unwrap()
    }

    /// A request of a demo user.
    fn request(&self, name: &str, method: Method, path: &str) -> TestRequest {
        let token = format!("Bearer {}", self.token(name));
        TestRequest::default().method(method).uri(path).insert_header(("authorization", token))
    }

    /// A write of a demo user, with a key of its own.
    fn write(&self, name: &str, path: &str, body: &Value) -> TestRequest {
        self.keys.set(self.keys.get() + 1);
        self.request(name, Method::POST, path)
            .insert_header(("idempotency-key", format!("key-{}", self.keys.get())))
            .insert_header(("content-type", "application/json"))
            .set_payload(body.to_string())
    }

    async fn send(&self, request: TestRequest) -> Answer {
        let response = (self.call)(request).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = String::from_utf8(to_bytes(response.into_body()).await.unwrap().to_vec()).unwrap();
        Answer { status, headers, text }
    }

    async fn post(&self, name: &str, path: &str, body: Value) -> Answer {
        self.send(self.write(name, path, &body)).await
    }

    async fn get(&self, name: &str, path: &str) -> Answer {
        self.send(self.request(name, Method::GET, path)).await
    }

    /// Somebody whom the day shelter of Rotterdam reported; their id.
    async fn signalled(&self) -> String {
        let signal = json!({"channel": "drop_in_visit", "municipality": "rotterdam", "identity": {"alias": "M."}});
        let answer = self.post("day-shelter-rotterdam", "/v1/signals", signal).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()["person_id"].as_str().unwrap().to_owned()
    }
}
