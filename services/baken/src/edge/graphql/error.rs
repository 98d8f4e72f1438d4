//! Errors of a query: each says in `extensions.code` which it is.

use async_graphql::indexmap::IndexMap;
use async_graphql::{Context, Error, Name, PathSegment, Response, ServerError, Value};

use care_path::matching::NotSought;

use crate::app::{PageRequest, QueryError};
use crate::edge::field_problem::cut;

/// As many errors as are told of one query.
const MOST: usize = 20;
/// As much of an error's words as is told, in bytes.
const MESSAGE_MAX: usize = 400;

/// Why a field of a query is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum QueryRefused {
    #[error("`first` must be 1 to {}", PageRequest::MOST)]
    First,
    #[error("`after` is not a cursor of this list")]
    Cursor,
    #[error("`after` is a position that the log has not reached")]
    Ahead,
    #[error("`birthYear` must be a year from 1900 to 2099, and come with `name`")]
    BirthYear,
    #[error("`{}` {_0}", _0.field())]
    NotSought(#[from] NotSought),
    #[error("wait before you search again")]
    TooOften,
    #[error("`filter.until` must not lie before `filter.from`")]
    Backwards,
    #[error("`night` must be a day such as 2026-12-01, in the years 2000 to 2099")]
    Night,
    #[error("`period` must be a calendar year or quarter such as 2026 or 2026-Q3")]
    Period,
    #[error("the event log is not available")]
    Unavailable,
    /// The request came without what every request comes with.
    #[error("internal error")]
    NotSetUp,
}

impl QueryRefused {
    fn code(self) -> &'static str {
        match self {
            Self::First
            | Self::Ahead
            | Self::BirthYear
            | Self::NotSought(_)
            | Self::Backwards
            | Self::Night
            | Self::Period => "BAD_INPUT",
            Self::TooOften => "RATE_LIMITED",
            Self::Unavailable => "UNAVAILABLE",
            Self::Cursor => "BAD_CURSOR",
            Self::NotSetUp => "INTERNAL",
        }
    }
}

/// What is hidden or missing is `null`; a bad cursor is an error.
pub(super) fn found<T>(answer: Result<T, QueryError>) -> Result<Option<T>, QueryRefused> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(QueryError::NotFound) => Ok(None),
        Err(QueryError::BadCursor) => Err(QueryRefused::Cursor),
    }
}

/// What a field shows: null where it is refused, with the error beside. The library would leave out a field that
/// fails, and clients miss it.
pub(super) fn or_null<T>(ctx: &Context<'_>, answer: Result<Option<T>, QueryRefused>) -> Option<T> {
    answer.unwrap_or_else(|refused| {
        ctx.add_error(ctx.set_error_path(Error::from(refused).into_server_error(ctx.item.pos)));
        None
    })
}

/// An error of a request as a whole.
pub(super) fn request_error(message: impl Into<String>, code: &str) -> ServerError {
    let mut error = ServerError::new(message, None);
    error.extensions.get_or_insert_default().set("code", code);
    error
}

/// Puts right what the library leaves open where it refuses by itself: every error has a code, and a field of the root
/// that failed, which it leaves out, is null.
pub(super) fn complete(response: &mut Response) {
    for error in &mut response.errors {
        let known = error.source::<QueryRefused>().map(|refused| refused.code());
        let otherwise = if error.path.is_empty() { "INVALID_QUERY" } else { "BAD_INPUT" };
        let extensions = error.extensions.get_or_insert_default();
        if extensions.get("code").is_none() {
            extensions.set("code", known.unwrap_or(otherwise));
        }
    }
    for error in &response.errors {
        let [PathSegment::Field(field)] = error.path.as_slice() else { continue };
        if response.data == Value::Null {
            response.data = Value::Object(IndexMap::new());
        }
        if let Value::Object(data) = &mut response.data {
            data.entry(Name::new(field)).or_insert(Value::Null);
        }
    }
    bound(&mut response.errors);
}

/// Leaves as many errors as a client can use. Their words may repeat names of the query.
fn bound(errors: &mut Vec<ServerError>) {
    let more = errors.len().saturating_sub(MOST);
    errors.truncate(MOST);
    for error in &mut *errors {
        error.message = cut(std::mem::take(&mut error.message), MESSAGE_MAX);
    }
    if more > 0 {
        errors.push(request_error(format!("{more} more errors are not listed"), "MORE_ERRORS"));
    }
}
