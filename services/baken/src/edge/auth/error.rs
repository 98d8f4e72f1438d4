//! Why a caller is not let in. Says what is wrong and in which claim, never what the token holds: these texts end up
//! in responses and logs.

/// Why there is no principal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    #[error("the request carries no bearer token")]
    CredentialsMissing,
    #[error("the request carries more than one set of credentials")]
    CredentialsRepeated,
    #[error("the token is longer than this service reads")]
    TokenTooLong,
    #[error("the token is not a signed JWT in compact serialisation")]
    TokenMalformed,
    #[error("the token's issuer is not one that this service trusts")]
    IssuerUnknown,
    #[error("the token is of another type than an access token")]
    TypeNotAccepted,
    #[error("the token demands extensions that this service does not know")]
    CriticalHeader,
    #[error("the token is signed with an algorithm that its issuer may not use")]
    AlgorithmNotAllowed,
    #[error("the token does not say which of its issuer's keys has signed it")]
    KeyIdMissing,
    #[error("the token names a key that its issuer does not publish")]
    KeyUnknown,
    #[error("the token names a key that is not meant for its algorithm")]
    KeyUnfit,
    #[error("the keys of the token's issuer are not available at the moment")]
    KeysUnavailable,
    #[error("the token's signature does not hold")]
    SignatureInvalid,
    #[error("the token is meant for another audience")]
    AudienceWrong,
    #[error("the token has expired")]
    Expired,
    #[error("the token is not valid yet")]
    NotYetValid,
    #[error("the token lacks the claim {claim}")]
    ClaimMissing { claim: String },
    #[error("the token's claim {claim} is malformed")]
    ClaimMalformed { claim: String },
    #[error("the token's claim {claim} does not belong to its role")]
    ClaimUnexpected { claim: String },
    #[error("the token's issuer is not trusted for what its claim {claim} says")]
    ClaimNotTrusted { claim: String },
    #[error("the token's role is not one that a caller can have")]
    RoleUnknown,
}

impl AuthError {
    /// The stable code of the error, for `problem+json`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::CredentialsMissing => "credentials_missing",
            Self::CredentialsRepeated => "credentials_repeated",
            Self::TokenTooLong => "token_too_long",
            Self::TokenMalformed => "token_malformed",
            Self::IssuerUnknown => "token_issuer_unknown",
            Self::TypeNotAccepted => "token_type_not_accepted",
            Self::CriticalHeader => "token_critical_header",
            Self::AlgorithmNotAllowed => "token_algorithm_not_allowed",
            Self::KeyIdMissing => "token_key_id_missing",
            Self::KeyUnknown => "token_key_unknown",
            Self::KeyUnfit => "token_key_unfit",
            Self::KeysUnavailable => "issuer_keys_unavailable",
            Self::SignatureInvalid => "token_signature_invalid",
            Self::AudienceWrong => "token_audience_wrong",
            Self::Expired => "token_expired",
            Self::NotYetValid => "token_not_yet_valid",
            Self::ClaimMissing { .. } => "token_claim_missing",
            Self::ClaimMalformed { .. } => "token_claim_malformed",
            Self::ClaimUnexpected { .. } => "token_claim_unexpected",
            Self::ClaimNotTrusted { .. } => "token_claim_not_trusted",
            Self::RoleUnknown => "token_role_unknown",
        }
    }

    /// The HTTP status (RFC 6750 §3.1).
    ///
    /// Wrong scope claims are 401 too, not 403: 403 (`insufficient_scope`) says that a known caller may not do *this*,
    /// while here nobody knows who calls, and no request at all would succeed with this token. What helps is another
    /// token, and that is what 401 tells a client to get. Keys that cannot be had are the service's trouble, not the
    /// caller's: 503, so that no client throws a good token away.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::CredentialsRepeated => 400,
            Self::KeysUnavailable => 503,
            Self::CredentialsMissing
            | Self::TokenTooLong
            | Self::TokenMalformed
            | Self::IssuerUnknown
            | Self::TypeNotAccepted
            | Self::CriticalHeader
            | Self::AlgorithmNotAllowed
            | Self::KeyIdMissing
            | Self::KeyUnknown
            | Self::KeyUnfit
            | Self::SignatureInvalid
            | Self::AudienceWrong
            | Self::Expired
            | Self::NotYetValid
            | Self::ClaimMissing { .. }
            | Self::ClaimMalformed { .. }
            | Self::ClaimUnexpected { .. }
            | Self::ClaimNotTrusted { .. }
            | Self::RoleUnknown => 401,
        }
    }

    /// The value of `WWW-Authenticate`, where the status asks for one. A request without credentials is told the
    /// scheme and nothing more (RFC 6750 §3.1).
    #[must_use]
    pub fn challenge(&self) -> Option<String> {
        let error = match (self, self.status()) {
            (Self::CredentialsMissing, _) => return Some("Bearer realm=\"baken\"".to_owned()),
            (_, 401) => "invalid_token",
            (_, 400) => "invalid_request",
            _ => return None,
        };
        Some(format!("Bearer realm=\"baken\", error=\"{error}\", error_description=\"{self}\""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_without_credentials_is_told_the_scheme_and_no_error() {
        assert_eq!(AuthError::CredentialsMissing.status(), 401);
        assert_eq!(AuthError::CredentialsMissing.challenge().as_deref(), Some("Bearer realm=\"baken\""));
    }

    #[test]
    fn a_refused_token_is_answered_with_401_and_invalid_token() {
        let refused = AuthError::ClaimMissing { claim: "baken_country".to_owned() };
        assert_eq!(refused.status(), 401);
        assert_eq!(
            refused.challenge().as_deref(),
            Some(
                "Bearer realm=\"baken\", error=\"invalid_token\", \
                 error_description=\"the token lacks the claim baken_country\""
            )
        );
    }

    #[test]
    fn repeated_credentials_are_a_bad_request_and_missing_keys_are_the_service_s_trouble() {
        let repeated = AuthError::CredentialsRepeated;
        assert_eq!(repeated.status(), 400);
        assert!(repeated.challenge().is_some_and(|challenge| challenge.contains("error=\"invalid_request\"")));
        assert_eq!((AuthError::KeysUnavailable.status(), AuthError::KeysUnavailable.challenge()), (503, None));
    }
}
