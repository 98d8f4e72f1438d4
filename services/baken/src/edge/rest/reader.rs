//! Somebody who reads, once the read models have reached the position that they wait for.

use std::sync::Arc;

use access_log::Surface;
use actix_web::dev::Payload;
use actix_web::http::header::ETAG;
use actix_web::{FromRequest, HttpRequest, HttpResponse, HttpResponseBuilder};
use care_path::PersonId;
use serde::Serialize;
use uuid::Uuid;

use super::headers;
use crate::app::{Baken, ExecuteError, Reading};
use crate::edge::caller::{self, Caller, Extracted};
use crate::edge::problem::Problem;

/// A caller that reads.
pub struct ReadingCaller {
    pub caller: Caller,
    reading: Arc<Reading>,
}

impl ReadingCaller {
    async fn of(request: &HttpRequest) -> Result<Self, Problem> {
        let caller = Caller::of(request).await?;
        let reading = caller::reading(request, &caller.edge, &caller.principal, surface(request));
        if let Some(position) = headers::position(request)? {
            let baken = &caller.edge.baken;
            // No write was ever answered with a position that the log does not have.
            if position > baken.position() && position > baken.head().await.map_err(ExecuteError::Log)? {
                let message = "names a position that the log has not reached";
                return Err(Problem::Header { header: "Baken-Position", message });
            }
            baken.reach(position).await?;
        }
        Ok(Self { caller, reading })
    }

    /// Who reads.
    #[must_use]
    pub fn reading(&self) -> &Arc<Reading> {
        &self.reading
    }

    /// What is read from.
    #[must_use]
    pub fn baken(&self) -> &Baken {
        &self.caller.edge.baken
    }
}

fn surface(request: &HttpRequest) -> Surface {
    match request.path() {
        "/graphql" => Surface::Graphql,
        "/v1/stream" => Surface::Stream,
        _ => Surface::Rest,
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
