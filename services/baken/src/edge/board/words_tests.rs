//! Every problem that the edge can answer with has words on the board.

use std::time::Duration;

use care_path::command::Refusal;
use care_path::path::case::CaseRefusal;
use tamper_evidence::NotaryError;

use crate::access_log::AccessError;
use crate::app::{ExecuteError, NotYet, QueryError};
use crate::edge::auth::AuthError;
use crate::edge::board::ProviderError;
use crate::edge::problem::{FieldProblems, Problem};
use crate::event_log::{LogError, Position};
use crate::sealing::KeyStoreError;
use crate::webhooks::{TargetError, WebhookError, WebhookStoreError};

/// One of each; one that is new does not compile until it stands here.
macro_rules! each {
    ($type:ty: $($pattern:pat => $example:expr),+ $(,)?) => {{
        let _ = |each: &$type| match each { $($pattern => {}),+ };
        vec![$(<$type>::from($example)),+]
    }};
}

const NOT_YET: NotYet = NotYet { asked: Position(2), reached: Position(1) };

fn problems() -> Vec<Problem> {
    let internal = || "broken".into();
    let executing = each! { ExecuteError:
        ExecuteError::NotFound => ExecuteError::NotFound,
        ExecuteError::Forbidden => ExecuteError::Forbidden,
        ExecuteError::Refused(_) => Refusal::from(CaseRefusal::Closed),
        ExecuteError::Stale { .. } => ExecuteError::Stale { actual: 1 },
        ExecuteError::KeyReused => ExecuteError::KeyReused,
        ExecuteError::Contended => ExecuteError::Contended,
        ExecuteError::Erased => ExecuteError::Erased,
        ExecuteError::TooLarge { .. } => ExecuteError::TooLarge { limit: 1 },
        ExecuteError::Log(_) => ExecuteError::Log(LogError::Unavailable(String::new())),
        ExecuteError::Keys(_) => ExecuteError::Keys(KeyStoreError::Unavailable(String::new()).into()),
        ExecuteError::Behind(_) => ExecuteError::Behind(NOT_YET),
        ExecuteError::Outdated => ExecuteError::Outdated,
        ExecuteError::Internal(_) => ExecuteError::Internal(internal()),
    };
    let webhooks = each! { WebhookError:
        WebhookError::Off => WebhookError::Off,
        WebhookError::NotFound => WebhookError::NotFound,
        WebhookError::Forbidden => WebhookError::Forbidden,
        WebhookError::Blocked => WebhookError::Blocked,
        WebhookError::TooMany => WebhookError::TooMany,
        WebhookError::KeyReused => WebhookError::KeyReused,
        WebhookError::Url(_) => TargetError::Long,
        WebhookError::Description => WebhookError::Description,
        WebhookError::Store(_) => WebhookStoreError::InUse,
        WebhookError::Internal(_) => WebhookError::Internal(internal()),
    };
    let claim = || "role".to_owned();
    let signing_in = each! { AuthError:
        AuthError::CredentialsMissing => AuthError::CredentialsMissing,
        AuthError::CredentialsRepeated => AuthError::CredentialsRepeated,
        AuthError::TokenTooLong => AuthError::TokenTooLong,
        AuthError::TokenMalformed => AuthError::TokenMalformed,
        AuthError::IssuerUnknown => AuthError::IssuerUnknown,
        AuthError::TypeNotAccepted => AuthError::TypeNotAccepted,
        AuthError::CriticalHeader => AuthError::CriticalHeader,
        AuthError::AlgorithmNotAllowed => AuthError::AlgorithmNotAllowed,
        AuthError::KeyIdMissing => AuthError::KeyIdMissing,
        AuthError::KeyUnknown => AuthError::KeyUnknown,
        AuthError::KeyUnfit => AuthError::KeyUnfit,
        AuthError::KeysUnavailable => AuthError::KeysUnavailable,
        AuthError::SignatureInvalid => AuthError::SignatureInvalid,
        AuthError::AudienceWrong => AuthError::AudienceWrong,
        AuthError::Expired => AuthError::Expired,
        AuthError::NotYetValid => AuthError::NotYetValid,
        AuthError::ClaimMissing { .. } => AuthError::ClaimMissing { claim: claim() },
        AuthError::ClaimMalformed { .. } => AuthError::ClaimMalformed { claim: claim() },
        AuthError::ClaimUnexpected { .. } => AuthError::ClaimUnexpected { claim: claim() },
        AuthError::ClaimNotTrusted { .. } => AuthError::ClaimNotTrusted { claim: claim() },
        AuthError::RoleUnknown => AuthError::RoleUnknown,
    };
    let edge = each! { Problem:
        Problem::Execute(_) => ExecuteError::NotFound,
        Problem::Query(_) => QueryError::BadCursor,
        Problem::Auth(_) => AuthError::Expired,
        Problem::NotYet(_) => NOT_YET,
        Problem::Webhook(_) => WebhookError::Off,
        Problem::Notary(_) => NotaryError::SetBack,
        Problem::CheckpointsOff => Problem::CheckpointsOff,
        Problem::ErasureUnderWay => Problem::ErasureUnderWay,
        Problem::Malformed(_) => Problem::Malformed(""),
        Problem::Header { .. } => Problem::Header { header: "if-match", message: "" },
        Problem::Fields(_) => Problem::Fields(FieldProblems::default()),
        Problem::NotFound => Problem::NotFound,
        Problem::MethodNotAllowed(_) => Problem::MethodNotAllowed(Vec::new()),
        Problem::TooSlow => Problem::TooSlow,
        Problem::HeadTooSlow => Problem::HeadTooSlow,
        Problem::HeadTooLarge => Problem::HeadTooLarge,
        Problem::BehindUnavailable => Problem::BehindUnavailable,
        Problem::LineTooLong { .. } => Problem::LineTooLong { limit: 1 },
        Problem::TooLarge { .. } => Problem::TooLarge { limit: 1 },
        Problem::MediaType { .. } => Problem::MediaType { accepted: "" },
        Problem::RateLimited { .. } => Problem::RateLimited { retry_after: Duration::ZERO },
        Problem::TooManyChannels => Problem::TooManyChannels,
        Problem::Crowded => Problem::Crowded,
        Problem::ForeignOrigin => Problem::ForeignOrigin,
        Problem::Outdated => Problem::Outdated,
        Problem::NotReady => Problem::NotReady,
        Problem::SignIn(_) => Problem::SignIn(ProviderError::Malformed),
        Problem::NotRecorded(_) => Problem::NotRecorded(AccessError::Unavailable("full".to_owned())),
        Problem::Internal(_) => Problem::Internal(internal()),
    };
    let executing = executing.into_iter().map(Problem::from);
    let webhooks = webhooks.into_iter().map(Problem::from);
    edge.into_iter().chain(executing).chain(webhooks).chain(signing_in.into_iter().map(Problem::from)).collect()
}

#[test]
fn every_problem_of_the_edge_has_words_on_the_board() {
    let codes = problems().into_iter().map(|problem| problem.details().code);
    let without: Vec<_> = codes.filter(|code| !board::has_words(code)).collect();
    assert_eq!(without, Vec::<&str>::new());
}
