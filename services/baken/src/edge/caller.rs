//! The caller of a request: whoever the bearer token says, within the limits on how often one may ask.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use access_log::{Action, Asks, Surface};
use actix_web::dev::Payload;
use actix_web::http::header::{AUTHORIZATION, HeaderValue};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use care_path::Principal;
use care_path::ids::CorrelationId;
use care_path::time::DateTime;

use super::Edge;
use super::auth::bearer_token;
use super::problem::Problem;
use crate::app::Reading;

/// A verified caller.
pub struct Caller {
    pub principal: Principal,
    /// When the token expires: what is held open for the caller ends then.
    pub expires_at: DateTime,
    pub edge: Data<Edge>,
}

/// The future of an extractor.
pub type Extracted<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

impl Caller {
    /// Whether the token has expired since it was verified.
    #[must_use]
    pub fn has_expired(&self) -> bool {
        self.edge.baken.clock().now() >= self.expires_at
    }

    /// Verifies the caller of a request.
    ///
    /// # Errors
    /// Where nobody can be told to call, or somebody calls too often.
    pub async fn of(request: &HttpRequest) -> Result<Self, Problem> {
        let edge = edge(request)?;
        let headers = request.headers().get_all(AUTHORIZATION);
        let verified = match bearer_token(headers.map(HeaderValue::as_bytes)) {
            Ok(token) => edge.verifier.verify(token).await,
            Err(error) => Err(error),
        };
        match verified {
            Ok(authenticated) => {
                edge.rates.user(&authenticated.principal.user)?;
                // Out of date for good, it would show what may not be seen any more, and decide by what is not so.
                if !edge.baken.follows() {
                    return Err(Problem::Outdated);
                }
                Ok(Self { principal: authenticated.principal, expires_at: authenticated.expires_at, edge })
            }
            Err(error) => {
                edge.rates.stranger(request.peer_addr().map(|address| address.ip()))?;
                Err(error.into())
            }
        }
    }
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Self::of(&request).await })
    }
}

/// How a request came to read something.
#[must_use]
pub fn asks(request: &HttpRequest, edge: &Edge, surface: Surface) -> Asks {
    let RequestId(request_id) = RequestId::of(request, edge);
    let route = request.match_pattern().unwrap_or_default();
    let operation = format!("{} {route}", request.method());
    let address = request.peer_addr().map(|address| address.ip());
    Asks { request_id, surface, action: Action::Read, operation, address }
}

/// Somebody who reads by a request: what they are shown is recorded before it is answered.
#[must_use]
pub fn reading(request: &HttpRequest, edge: &Edge, principal: &Principal, surface: Surface) -> Arc<Reading> {
    let before = request.extensions().get::<Arc<Reading>>().filter(|before| before.principal() == principal).cloned();
    before.unwrap_or_else(|| {
        let reading = Arc::new(Reading::new(principal.clone(), asks(request, edge, surface)));
        request.extensions_mut().insert(reading.clone());
        reading
    })
}

/// What requests are served from.
///
/// # Errors
/// Where the server was put together without it.
pub fn edge(request: &HttpRequest) -> Result<Data<Edge>, Problem> {
    request.app_data::<Data<Edge>>().cloned().ok_or_else(|| Problem::Internal("the server has no edge".into()))
}

/// The id of a request: it goes into traces, and with what the request records.
#[derive(Debug, Clone, Copy)]
pub struct RequestId(pub CorrelationId);

impl RequestId {
    /// The id that the request was given; a new one where it was given none.
    #[must_use]
    pub fn of(request: &HttpRequest, edge: &Edge) -> Self {
        let given = request.extensions().get::<Self>().copied();
        given.unwrap_or_else(|| Self(CorrelationId(edge.baken.ids().uuid_v7())))
    }
}
