//! Every error that a client sees, as problem details (RFC 9457): one match decides status, code and words for all of
//! them, so that two routes cannot answer the same trouble differently.
//!
//! What is hidden and what does not exist is one problem, to the byte: the body holds nothing of the request.

use std::time::Duration;

use access_log::AccessError;
use actix_web::body::BoxBody;
use actix_web::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpResponse, ResponseError};
use care_path::codes::ReturnCondition;
use care_path::command::Refusal;
use care_path::path::repatriation::ReturnRefusal;
use serde::Serialize;
use tamper_evidence::{NotaryError, SourceError};
use utoipa::ToSchema;
use uuid::Uuid;

use super::auth::AuthError;
use super::board::ProviderError;
use super::caller::RequestId;
pub use super::field_problem::{FieldProblem, FieldProblems};
use crate::app::{AccessQueryError, CertificateError, ExecuteError, FiguresError, NotYet, QueryError, RecordsError};
use crate::webhooks::WebhookError;

/// The media type of a problem.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// What went wrong, as an error of the edge.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    #[error(transparent)]
    Execute(#[from] ExecuteError),
    #[error(transparent)]
    Query(#[from] QueryError),
    #[error(transparent)]
    Auth(#[from] AuthError),
    #[error(transparent)]
    NotYet(#[from] NotYet),
    #[error(transparent)]
    Webhook(#[from] WebhookError),
    #[error(transparent)]
    Notary(#[from] NotaryError),
    #[error("this node signs no checkpoints")]
    CheckpointsOff,
    #[error("the erasure is not complete yet; try again later")]
    ErasureUnderWay,
    /// The request is not HTTP or JSON as it should be; the words never repeat what it holds.
    #[error("{0}")]
    Malformed(&'static str),
    /// A header is missing or not what it must be.
    #[error("the header {header} {message}")]
    Header { header: &'static str, message: &'static str },
    /// Values of fields or query parameters that cannot be.
    #[error("values are not valid")]
    Fields(FieldProblems),
    /// There is no such route, or nothing there that the caller may know of.
    #[error("not found")]
    NotFound,
    #[error("this method is not allowed here")]
    MethodNotAllowed(Vec<Method>),
    #[error("the body arrived too slowly")]
    TooSlow,
    #[error("the head of the request arrived too slowly")]
    HeadTooSlow,
    #[error("the head of the request is too long, or has too many headers")]
    HeadTooLarge,
    /// A line of a batch waits for an earlier one about the same person, which was not recorded.
    #[error("an earlier line about the same person was not recorded; send it again, and this one after it")]
    BehindUnavailable,
    #[error("the line is longer than {limit} bytes")]
    LineTooLong { limit: usize },
    #[error("the body is larger than {limit} bytes")]
    TooLarge { limit: usize },
    #[error("the body is not of the media type {accepted}")]
    MediaType { accepted: &'static str },
    #[error("too many requests")]
    RateLimited { retry_after: Duration },
    #[error("you have as many streams and sockets open as one user may have; close one first")]
    TooManyChannels,
    #[error("the service has as many streams and sockets open as it can hold; try later")]
    Crowded,
    /// Another site's page asks.
    #[error("the request comes from a page of another site")]
    ForeignOrigin,
    /// The log has an event that this node does not understand, so that it waits for its upgrade; or it was set back.
    #[error(
        "this node has stopped following the event log, and must be upgraded or restarted; another node may answer"
    )]
    Outdated,
    #[error("the read models have not caught up with the event log")]
    NotReady,
    /// What would be shown could not be recorded in the access log: it is not shown.
    #[error("the access log, which says who saw what, cannot be used now; nothing is shown until it can")]
    NotRecorded(#[source] AccessError),
    /// Nobody was signed in; the source says why, to the operators.
    #[error("signing in did not work; try again")]
    SignIn(#[source] ProviderError),
    #[error("internal error")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Problem details (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProblemDetails {
    /// What kind of problem it is: a URN, stable.
    #[schema(example = "urn:baken:problem:not_found")]
    pub r#type: String,
    /// The kind in words.
    pub title: &'static str,
    pub status: u16,
    /// What is wrong this time. It never repeats what the request holds.
    pub detail: String,
    /// The kind for programs: stable.
    #[schema(example = "not_found")]
    pub code: &'static str,
    /// Every field or parameter that is not valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errors: Option<Vec<FieldProblem>>,
    /// Of an internal error: the id under which it was logged, which is also in the header `X-Request-Id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<Uuid>,
    /// The conditions of a return that nobody has evidenced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing_conditions: Option<Vec<ReturnCondition>>,
}

/// Status, code and words of a problem.
struct Kind {
    status: StatusCode,
    code: &'static str,
    title: &'static str,
    detail: String,
}

fn kind(status: StatusCode, code: &'static str, title: &'static str, detail: impl Into<String>) -> Kind {
    Kind { status, code, title, detail: detail.into() }
}

const UNAVAILABLE: &str = "Not available at the moment";

fn hidden_or_missing() -> Kind {
    kind(StatusCode::NOT_FOUND, "not_found", "Not found", "There is no such thing, or none that you may know of.")
}

fn invalid() -> Kind {
    kind(StatusCode::UNPROCESSABLE_ENTITY, "invalid_values", "Invalid values", "Values are not valid.")
}

fn internal() -> Kind {
    let detail = "Internal error. It was logged under this request id.";
    kind(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Internal error", detail)
}

fn unavailable(code: &'static str, why: &dyn std::fmt::Display) -> Kind {
    kind(StatusCode::SERVICE_UNAVAILABLE, code, UNAVAILABLE, sentence(why))
}

impl From<RecordsError> for Problem {
    fn from(error: RecordsError) -> Self {
        match error {
            RecordsError::Query(error) => Self::Query(error),
            RecordsError::Forbidden => Self::Execute(ExecuteError::Forbidden),
        }
    }
}

impl From<CertificateError> for Problem {
    fn from(error: CertificateError) -> Self {
        match error {
            CertificateError::Forbidden => Self::Execute(ExecuteError::Forbidden),
            CertificateError::NotFound => Self::NotFound,
            CertificateError::UnderWay => Self::ErasureUnderWay,
            CertificateError::Keys(error) => Self::Execute(ExecuteError::Keys(error)),
            CertificateError::Log(error) => Self::Execute(ExecuteError::Log(error)),
            CertificateError::Notary(error) => Self::Notary(error),
        }
    }
}

impl From<FiguresError> for Problem {
    fn from(error: FiguresError) -> Self {
        match error {
            FiguresError::Forbidden => Self::Execute(ExecuteError::Forbidden),
            FiguresError::NotFound => Self::NotFound,
            FiguresError::Damaged(why) => Self::Internal(Box::new(why)),
            FiguresError::Unwritten(why) => Self::Internal(why),
        }
    }
}

impl From<AccessQueryError> for Problem {
    fn from(error: AccessQueryError) -> Self {
        match error {
            AccessQueryError::Query(error) => Self::Query(error),
            AccessQueryError::Forbidden => Self::Execute(ExecuteError::Forbidden),
            AccessQueryError::Log(error) => Self::NotRecorded(error),
            AccessQueryError::Notary(error) => Self::Notary(error),
        }
    }
}

impl Problem {
    /// The code of a disclosure that could not be recorded.
    pub const NOT_RECORDED: &str = "access_log_unavailable";

    fn kind(&self) -> Kind {
        match self {
            Self::Execute(error) => of_execute(error),
            Self::Query(QueryError::NotFound) | Self::NotFound => hidden_or_missing(),
            Self::Auth(error) => of_auth(error),
            Self::Webhook(error) => of_webhook(error),
            Self::Notary(error) => of_notary(error),
            Self::CheckpointsOff => {
                kind(StatusCode::CONFLICT, "checkpoints_off", "A rule stands against it", sentence(self))
            }
            Self::ErasureUnderWay => {
                kind(StatusCode::CONFLICT, "erasure_under_way", "A rule stands against it", sentence(self))
            }
            Self::NotYet(error) => unavailable("position_not_reached", error),
            Self::Malformed(detail) => kind(StatusCode::BAD_REQUEST, "malformed", "Malformed request", *detail),
            Self::Header { .. } => {
                kind(StatusCode::BAD_REQUEST, "malformed_header", "Malformed request", sentence(self))
            }
            Self::Fields(_) | Self::Query(QueryError::BadCursor) => invalid(),
            Self::MethodNotAllowed(_) => {
                kind(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "Method not allowed", sentence(self))
            }
            Self::TooSlow | Self::HeadTooSlow => {
                kind(StatusCode::REQUEST_TIMEOUT, "too_slow", "Too slow", sentence(self))
            }
            Self::HeadTooLarge => {
                kind(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "head_too_large", "Head too large", sentence(self))
            }
            Self::TooLarge { .. } => kind(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "Body too large", sentence(self)),
            Self::LineTooLong { .. } => {
                kind(StatusCode::PAYLOAD_TOO_LARGE, "line_too_long", "Line too long", sentence(self))
            }
            Self::BehindUnavailable => unavailable("earlier_line_unavailable", self),
            Self::MediaType { .. } => {
                kind(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media_type", "Unsupported media type", sentence(self))
            }
            Self::RateLimited { .. } => {
                kind(StatusCode::TOO_MANY_REQUESTS, "rate_limited", "Too many requests", "Wait before you try again.")
            }
            Self::TooManyChannels => {
                kind(StatusCode::TOO_MANY_REQUESTS, "too_many_channels", "Too many connections", sentence(self))
            }
            Self::Crowded => unavailable("crowded", self),
            Self::ForeignOrigin => kind(StatusCode::FORBIDDEN, "foreign_origin", "Not allowed", sentence(self)),
            Self::SignIn(_) => kind(StatusCode::BAD_GATEWAY, "sign_in_failed", "Not signed in", sentence(self)),
            Self::Outdated => unavailable("outdated", self),
            Self::NotReady => unavailable("not_ready", self),
            Self::NotRecorded(_) => unavailable(Self::NOT_RECORDED, self),
            Self::Internal(_) => internal(),
        }
    }

    fn errors(&self) -> Option<Vec<FieldProblem>> {
        match self {
            Self::Fields(problems) => Some(problems.told()),
            Self::Query(error @ QueryError::BadCursor) => {
                Some(vec![FieldProblem::parameter("after", error.to_string())])
            }
            Self::Webhook(WebhookError::Url(error)) => Some(vec![FieldProblem::at("/url", error.to_string())]),
            Self::Webhook(error @ WebhookError::Description) => {
                Some(vec![FieldProblem::at("/description", error.to_string())])
            }
            Self::Execute(ExecuteError::Refused(Refusal::Field { field, message })) => {
                Some(vec![FieldProblem::at(format!("/{field}"), *message)])
            }
            _ => None,
        }
    }

    fn missing_conditions(&self) -> Option<Vec<ReturnCondition>> {
        match self {
            Self::Execute(ExecuteError::Refused(Refusal::Return(ReturnRefusal::ConditionsMissing(missing)))) => {
                Some(missing.0.clone())
            }
            _ => None,
        }
    }

    /// The details, as the body of a response tells them.
    #[must_use]
    pub fn details(&self) -> ProblemDetails {
        let Kind { status, code, title, detail } = self.kind();
        ProblemDetails {
            r#type: format!("urn:baken:problem:{code}"),
            title,
            status: status.as_u16(),
            detail,
            code,
            errors: self.errors(),
            request_id: None,
            missing_conditions: self.missing_conditions(),
        }
    }

    /// The same, of a request: what the operators are to look for is told with its id.
    #[must_use]
    pub fn details_of(&self, request: RequestId) -> ProblemDetails {
        let details = self.details();
        let is_internal = details.status == StatusCode::INTERNAL_SERVER_ERROR.as_u16();
        ProblemDetails { request_id: is_internal.then_some(request.0.0), ..details }
    }

    /// Seconds after which it is worth trying again.
    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::RateLimited { retry_after } => {
                Some(retry_after.as_secs() + u64::from(retry_after.subsec_nanos() > 0))
            }
            Self::Execute(error) if error.is_passing() => Some(1),
            Self::Notary(error) if !is_of_an_altered_log(error) => Some(1),
            Self::Webhook(WebhookError::Store(_)) | Self::NotYet(_) | Self::Outdated | Self::NotReady => Some(1),
            Self::Auth(AuthError::KeysUnavailable) | Self::TooManyChannels | Self::Crowded | Self::NotRecorded(_) => {
                Some(5)
            }
            _ => None,
        }
    }

    /// Tells the operators what the client is not told, under the id of the request. None of these sources knows whom it was
    /// about.
    pub fn log(&self, request: RequestId) {
        let (error, what): (&dyn std::fmt::Display, _) = match self {
            Self::Execute(ExecuteError::Internal(source))
            | Self::Webhook(WebhookError::Internal(source))
            | Self::Internal(source) => (source, "a request failed"),
            Self::Notary(source) => (source, "no checkpoint of the event log was signed"),
            Self::Execute(ExecuteError::Log(source)) => (source, "the event log did not answer"),
            Self::Execute(ExecuteError::Keys(source)) => (source, "the keys cannot be had"),
            Self::Execute(ExecuteError::Behind(source)) => (source, "the read models are behind the event log"),
            Self::Webhook(WebhookError::Store(source)) => (source, "the webhook store did not answer"),
            Self::SignIn(source) => (source, "somebody could not sign in"),
            Self::NotRecorded(source) => (source, "a disclosure could not be recorded"),
            _ => return,
        };
        // The id by itself: the request's span is not there where only warnings are traced.
        tracing::error!(request_id = %request.0.0, %error, "{what}");
    }
}

fn of_execute(error: &ExecuteError) -> Kind {
    match error {
        ExecuteError::NotFound => hidden_or_missing(),
        ExecuteError::Forbidden => kind(StatusCode::FORBIDDEN, "forbidden", "Not allowed", sentence(error)),
        ExecuteError::Refused(Refusal::Field { .. }) => invalid(),
        ExecuteError::Refused(refusal @ Refusal::NotYours) => {
            kind(StatusCode::FORBIDDEN, refusal.code(), "Not allowed", sentence(refusal))
        }
        ExecuteError::Refused(
            refusal @ (Refusal::Case(_)
            | Refusal::Identity(_)
            | Refusal::Relation(_)
            | Refusal::Stay(_)
            | Refusal::Referral(_)
            | Refusal::Lost(_)
            | Refusal::Discharge(_)
            | Refusal::Exception(_)
            | Refusal::Rights(_)
            | Refusal::Return(_)
            | Refusal::Privacy(_)
            | Refusal::BreakGlass(_)
            | Refusal::Deadline(_)
            | Refusal::Correction(_)
            | Refusal::Directory(_)
            | Refusal::Figures(_)),
        ) => kind(StatusCode::CONFLICT, refusal.code(), "A rule stands against it", sentence(refusal)),
        ExecuteError::Stale { .. } => kind(StatusCode::PRECONDITION_FAILED, "stale", "Out of date", sentence(error)),
        // draft-ietf-httpapi-idempotency-key-header §2.7.
        ExecuteError::KeyReused => {
            kind(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused", "Key used before", sentence(error))
        }
        ExecuteError::Contended => unavailable("contended", error),
        ExecuteError::Erased => kind(StatusCode::CONFLICT, "erased", "A rule stands against it", sentence(error)),
        ExecuteError::TooLarge { .. } => {
            kind(StatusCode::PAYLOAD_TOO_LARGE, "append_too_large", "Too large", sentence(error))
        }
        ExecuteError::Log(_) => unavailable("log_unavailable", error),
        ExecuteError::Keys(_) => unavailable("keys_unavailable", error),
        ExecuteError::Behind(_) => unavailable("read_models_behind", error),
        ExecuteError::Outdated => unavailable("outdated", &Problem::Outdated),
        ExecuteError::Internal(_) => internal(),
    }
}

/// Whether it was changed, or an older copy was put in its place. It does not pass by itself.
fn is_of_an_altered_log(error: &NotaryError) -> bool {
    match error {
        NotaryError::Altered(_) | NotaryError::SetBack => true,
        NotaryError::Source(_) | NotaryError::Kept(_) | NotaryError::NotALogsKey | NotaryError::Interrupted(_) => false,
    }
}

/// Where the log is another one, and since when, is told to the operators alone: the words may name streams.
fn of_notary(error: &NotaryError) -> Kind {
    if is_of_an_altered_log(error) {
        let detail = "The log is not what was signed of it before. It was logged under this request id.";
        return kind(StatusCode::INTERNAL_SERVER_ERROR, "log_altered", "The log was altered", detail);
    }
    if let NotaryError::Source(SourceError::Access(_)) = error {
        return unavailable(Problem::NOT_RECORDED, &"the access log is not available");
    }
    unavailable("log_unavailable", &"the event log is not available")
}

fn of_webhook(error: &WebhookError) -> Kind {
    let refused = |code, status| kind(status, code, "A rule stands against it", sentence(error));
    match error {
        WebhookError::NotFound => hidden_or_missing(),
        WebhookError::Forbidden => kind(StatusCode::FORBIDDEN, "forbidden", "Not allowed", sentence(error)),
        WebhookError::Blocked => refused("webhook_blocked", StatusCode::CONFLICT),
        WebhookError::TooMany => refused("too_many_webhooks", StatusCode::CONFLICT),
        WebhookError::Off => refused("webhooks_off", StatusCode::CONFLICT),
        WebhookError::KeyReused => of_execute(&ExecuteError::KeyReused),
        WebhookError::Url(_) | WebhookError::Description => invalid(),
        WebhookError::Store(_) => unavailable("webhooks_unavailable", error),
        WebhookError::Internal(_) => internal(),
    }
}

fn of_auth(error: &AuthError) -> Kind {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::UNAUTHORIZED);
    let title = match status {
        StatusCode::SERVICE_UNAVAILABLE => UNAVAILABLE,
        StatusCode::BAD_REQUEST => "Malformed request",
        _ => "Not authenticated",
    };
    kind(status, error.code(), title, sentence(error))
}

/// An error's words as a sentence.
fn sentence(error: &dyn std::fmt::Display) -> String {
    let words = error.to_string();
    let mut letters = words.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.kind().status
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        self.response(&self.details())
    }
}

impl Problem {
    /// The response that tells details of the problem.
    #[must_use]
    pub fn response(&self, details: &ProblemDetails) -> HttpResponse<BoxBody> {
        let mut response = HttpResponse::build(self.status_code());
        response.insert_header((CONTENT_TYPE, MEDIA_TYPE));
        if let Some(seconds) = self.retry_after() {
            response.insert_header((RETRY_AFTER, seconds));
        }
        match self {
            Self::Auth(error) => {
                if let Some(challenge) = error.challenge() {
                    response.insert_header((WWW_AUTHENTICATE, challenge));
                }
            }
            Self::MethodNotAllowed(allowed) => {
                let allowed: Vec<_> = allowed.iter().map(Method::as_str).collect();
                response.insert_header((ALLOW, allowed.join(", ")));
            }
            _ => {}
        }
        response.body(serde_json::to_vec(details).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use crate::event_log::{LogError, Position};
    use crate::sealing::KeyStoreError;

    use super::*;

    fn told(problem: &Problem) -> (u16, &'static str, Option<u64>, String) {
        let details = problem.details();
        (details.status, details.code, problem.retry_after(), details.detail)
    }

    #[test]
    fn what_may_be_tried_again_says_when() {
        let not_yet = NotYet { asked: Position(9), reached: Position(7) };
        let away = || "disk full at /var/lib".to_owned();
        let problems = [
            not_yet.into(),
            ExecuteError::Log(LogError::Unavailable(away())).into(),
            ExecuteError::Keys(KeyStoreError::Unavailable(away()).into()).into(),
            ExecuteError::Behind(not_yet).into(),
            ExecuteError::Outdated.into(),
            ExecuteError::Contended.into(),
            AuthError::KeysUnavailable.into(),
            Problem::NotReady,
            Problem::RateLimited { retry_after: Duration::from_millis(1200) },
        ];
        let told: Vec<_> = problems.iter().map(told).collect();
        insta::assert_debug_snapshot!(told, @r#"
        [
            (
                503,
                "position_not_reached",
                Some(
                    1,
                ),
                "The read models have not reached position 9; they are at 7.",
            ),
            (
                503,
                "log_unavailable",
                Some(
                    1,
                ),
                "The event log did not answer; send the same request again.",
            ),
            (
                503,
                "keys_unavailable",
                Some(
                    1,
                ),
                "The keys cannot be had at the moment; send the same request again.",
            ),
            (
                503,
                "read_models_behind",
                Some(
                    1,
                ),
                "The read models are behind the event log; send the same request again.",
            ),
            (
                503,
                "outdated",
                Some(
                    1,
                ),
                "This node has stopped following the event log, and must be upgraded or restarted; another node may answer.",
            ),
            (
                503,
                "contended",
                Some(
                    1,
                ),
                "Too many others are writing to this path; try again.",
            ),
            (
                503,
                "issuer_keys_unavailable",
                Some(
                    5,
                ),
                "The keys of the token's issuer are not available at the moment.",
            ),
            (
                503,
                "not_ready",
                Some(
                    1,
                ),
                "The read models have not caught up with the event log.",
            ),
            (
                429,
                "rate_limited",
                Some(
                    2,
                ),
                "Wait before you try again.",
            ),
        ]
        "#);
    }

    #[test]
    fn what_is_ours_is_told_to_nobody_outside() {
        let source = || "the key store at /var/lib/baken is damaged".into();
        for problem in [Problem::Internal(source()), ExecuteError::Internal(source()).into()] {
            assert_eq!(
                told(&problem),
                (500, "internal", None, "Internal error. It was logged under this request id.".to_owned())
            );
        }
    }

    #[test]
    fn a_rule_of_the_domain_is_a_conflict_and_anothers_business_is_forbidden() {
        use care_path::path::case::CaseRefusal;
        let refused = |refusal: Refusal| told(&ExecuteError::Refused(refusal).into());
        assert_eq!(refused(Refusal::NotYours).0, 403);
        let closed = refused(Refusal::Case(CaseRefusal::Closed));
        assert_eq!((closed.0, closed.1), (409, CaseRefusal::Closed.code()));
        assert_eq!(told(&ExecuteError::Erased.into()).0, 409);
        assert_eq!(told(&ExecuteError::KeyReused.into()).0, 422);
    }
}
