//! Reads what must be known of a token before its signature can be checked: whose it claims to be, and how it claims
//! to be signed. Nothing read here is believed; it only chooses what the token is checked against. Keys or addresses of
//! keys that a token brings along (`jwk`, `jku`, `x5u`, `x5c`) are not even read.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

use super::error::AuthError;

/// The longest token that is read. Access tokens are of one to two kilobytes.
const MAX_BYTES: usize = 8 * 1024;

/// What a token says of itself.
#[derive(Debug)]
pub(super) struct Unverified {
    pub(super) issuer: String,
    pub(super) algorithm: String,
    pub(super) token_type: Option<String>,
    pub(super) key_id: Option<String>,
    pub(super) critical: bool,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    typ: Option<String>,
    kid: Option<String>,
    // Present with whatever value, `null` included.
    #[serde(default, deserialize_with = "present")]
    crit: bool,
}

#[derive(Deserialize)]
struct Payload {
    iss: Option<String>,
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|IgnoredAny| true)
}

impl Unverified {
    /// Reads a token without believing it.
    pub(super) fn read(token: &str) -> Result<Self, AuthError> {
        if token.len() > MAX_BYTES {
            return Err(AuthError::TokenTooLong);
        }
        let mut parts = token.split('.');
        let (Some(header), Some(payload), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(AuthError::TokenMalformed);
        };
        let header: Header = decoded(header)?;
        let payload: Payload = decoded(payload)?;
        Ok(Self {
            issuer: payload.iss.ok_or_else(|| AuthError::ClaimMissing { claim: "iss".to_owned() })?,
            algorithm: header.alg,
            token_type: header.typ,
            key_id: header.kid,
            critical: header.crit,
        })
    }

    /// Whether the token is of one of these types: media types, whose `application/` may be left out (RFC 7515
    /// §4.1.9).
    pub(super) fn is_of_type(&self, accepted: &[String]) -> bool {
        let Some(token_type) = self.token_type.as_deref() else { return false };
        accepted.iter().any(|each| subtype(each).eq_ignore_ascii_case(subtype(token_type)))
    }
}

fn subtype(media_type: &str) -> &str {
    match media_type.split_once('/') {
        Some((tree, subtype)) if tree.eq_ignore_ascii_case("application") => subtype,
        _ => media_type,
    }
}

fn decoded<T: for<'de> Deserialize<'de>>(part: &str) -> Result<T, AuthError> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| AuthError::TokenMalformed)?;
    serde_json::from_slice(&bytes).map_err(|_| AuthError::TokenMalformed)
}

/// The bearer token of a request, from all its `Authorization` headers (RFC 6750 §2.1). A token in the URL or in a form
/// is not looked for: URLs end up in logs.
pub fn bearer_token<'a>(authorization: impl IntoIterator<Item = &'a [u8]>) -> Result<&'a str, AuthError> {
    let mut headers = authorization.into_iter();
    let header = headers.next().ok_or(AuthError::CredentialsMissing)?;
    if headers.next().is_some() {
        return Err(AuthError::CredentialsRepeated);
    }
    let header = std::str::from_utf8(header).map_err(|_| AuthError::TokenMalformed)?;
    let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(AuthError::CredentialsMissing);
    }
    let token = token.trim_matches(' ');
    if token.is_empty() {
        return Err(AuthError::TokenMalformed);
    }
    Ok(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token_of<'a>(headers: &[&'a str]) -> Result<&'a str, AuthError> {
        bearer_token(headers.iter().map(|header| header.as_bytes()))
    }

    #[test]
    fn the_token_is_what_follows_the_scheme_in_whatever_case() {
        for header in ["Bearer abc", "bearer abc", "BEARER  abc "] {
            assert_eq!(token_of(&[header]), Ok("abc"), "{header:?}");
        }
    }

    #[test]
    fn no_header_and_another_scheme_are_a_request_without_credentials() {
        assert_eq!(token_of(&[]), Err(AuthError::CredentialsMissing));
        assert_eq!(token_of(&["Basic dXNlcjpwYXNz"]), Err(AuthError::CredentialsMissing));
        assert_eq!(token_of(&["Bearerabc"]), Err(AuthError::CredentialsMissing));
    }

    #[test]
    fn two_headers_are_refused_even_if_they_agree() {
        assert_eq!(token_of(&["Bearer abc", "Bearer abc"]), Err(AuthError::CredentialsRepeated));
    }

    #[test]
    fn a_scheme_without_a_token_is_malformed() {
        assert_eq!(token_of(&["Bearer"]), Err(AuthError::TokenMalformed));
        assert_eq!(token_of(&["Bearer "]), Err(AuthError::TokenMalformed));
    }

    #[test]
    fn a_type_may_be_written_as_the_whole_media_type_but_not_as_another_one() {
        let accepted = ["at+jwt".to_owned()];
        let of_type = |token_type: Option<&str>| {
            let token = Unverified {
                issuer: String::new(),
                algorithm: String::new(),
                token_type: token_type.map(str::to_owned),
                key_id: None,
                critical: false,
            };
            token.is_of_type(&accepted)
        };
        assert!(of_type(Some("at+jwt")) && of_type(Some("application/at+jwt")) && of_type(Some("AT+JWT")));
        for other in [None, Some("JWT"), Some("text/at+jwt"), Some("logout+jwt"), Some("application/")] {
            assert!(!of_type(other), "{other:?}");
        }
    }
}
