//! Somebody who reads, once the read models have reached the position that they wait for.

use actix_web::dev::Payload;
use actix_web::http::header::ETAG;
use actix_web::{FromRequest, HttpRequest, HttpResponse, HttpResponseBuilder};
use care_path::{PersonId, Principal};
use serde::Serialize;
use uuid::Uuid;

use super::headers;
use crate::app::{Baken, ExecuteError};
use crate::edge::caller::{Caller, Extracted};
use crate::edge::problem::Problem;

/// A caller that reads.
pub struct ReadingCaller(pub Caller);

impl ReadingCaller {
    async fn of(request: &HttpRequest) -> Result<Self, Problem> {
        let caller = Caller::of(request).await?;
        if let Some(position) = headers::position(request)? {
            let baken = &caller.edge.baken;
            // No write was ever answered with a position that the log does not have.
            if position > baken.position() && position > baken.head().await.map_err(ExecuteError::Log)? {
                let message = "names a position that the log has not reached";
                return Err(Problem::Header { header: "Baken-Position", message });
            }
            baken.reach(position).await?;
        }
        Ok(Self(caller))
    }

    /// Who reads.
    #[must_use]
    pub fn principal(&self) -> &Principal {
        &self.0.principal
    }

    /// What is read from.
    #[must_use]
    pub fn baken(&self) -> &Baken {
        &self.0.edge.baken
    }
}

impl FromRequest for ReadingCaller {
    type Error = Problem;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Self::of(&request).await })
    }
}

/// The id that a path names.
///
/// # Errors
/// Where it is none: then it names nothing that exists.
pub fn id(request: &HttpRequest, name: &str) -> Result<Uuid, Problem> {
    request.match_info().get(name).and_then(headers::uuid).ok_or(Problem::NotFound)
}

/// The person whom a path names.
///
/// # Errors
/// As [`id`].
pub fn person(request: &HttpRequest) -> Result<PersonId, Problem> {
    id(request, "person_id").map(PersonId)
}

/// A view as JSON.
#[must_use]
pub fn shown(view: &impl Serialize) -> HttpResponse {
    HttpResponse::Ok().json(view)
}

/// Puts a revision into the entity tag of a response.
pub fn tagged(response: &mut HttpResponseBuilder, revision: u64) {
    response.insert_header((ETAG, headers::etag(revision)));
}
