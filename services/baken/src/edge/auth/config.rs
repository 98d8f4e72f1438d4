//! Which issuers are trusted, and with what: read from the configuration and refused there if it would weaken the
//! check of every token that follows. Symmetric algorithms and `none` cannot even be named.

use std::path::PathBuf;
use std::str::FromStr;

use jsonwebtoken::Algorithm;
use reqwest::Url;
use serde::Deserialize;

use super::trust::TrustedFor;

/// One trusted issuer of access tokens.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuerConfig {
    /// The `iss` of its tokens, to the letter.
    pub issuer: String,
    /// What `aud` must name: this service.
    pub audience: String,
    /// The algorithms that it may sign with.
    pub algorithms: Vec<SignatureAlgorithm>,
    /// Where its public keys are.
    pub jwks: KeySource,
    /// Which claims say who the caller is.
    #[serde(default)]
    pub claims: ClaimNames,
    /// How far its clock and ours may be apart, in seconds: 300 at most.
    #[serde(default = "default_leeway")]
    pub leeway_seconds: u32,
    /// Which header `typ` its access tokens have. `at+jwt` (RFC 9068) tells them from ID tokens; a provider that
    /// writes `JWT` on both must have an audience that its ID tokens never have.
    #[serde(default = "default_token_types")]
    pub token_types: Vec<String>,
    /// What the issuer's word is good for, where several issuers share one Baken.
    #[serde(default)]
    pub trusted_for: TrustedFor,
}

fn default_leeway() -> u32 {
    30
}

fn default_token_types() -> Vec<String> {
    vec!["at+jwt".to_owned()]
}

/// The names of the claims that say who the caller is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClaimNames {
    /// The user's name. Another claim than `sub` where a provider's `sub` is not a plain lower-case name or UUID.
    pub user: String,
    pub role: String,
    pub organisation: String,
    pub municipality: String,
    /// An ISO 3166-1 alpha-2 code in capitals.
    pub country: String,
    /// `national`, or a municipality: what an analyst's counts are about.
    pub area: String,
}

impl Default for ClaimNames {
    fn default() -> Self {
        Self {
            user: "sub".to_owned(),
            role: "baken_role".to_owned(),
            organisation: "baken_organisation".to_owned(),
            municipality: "baken_municipality".to_owned(),
            country: "baken_country".to_owned(),
            area: "baken_area".to_owned(),
        }
    }
}

impl ClaimNames {
    fn check(&self) -> Result<(), AuthConfigError> {
        // The names appear in a response header, and a claim that is already the token's own would say two things.
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:/".contains(&byte);
        let taken = ["iss", "aud", "exp", "nbf", "iat", "jti"];
        let scope = [&self.role, &self.organisation, &self.municipality, &self.country, &self.area];
        let distinct = scope.iter().enumerate().all(|(at, name)| !scope[..at].contains(name) && *name != &self.user);
        let good = |name: &String| !name.is_empty() && name.bytes().all(plain) && !taken.contains(&name.as_str());
        let sub_is_the_user = scope.iter().all(|name| *name != "sub");
        if distinct && sub_is_the_user && good(&self.user) && scope.into_iter().all(good) {
            Ok(())
        } else {
            Err(AuthConfigError::ClaimNames)
        }
    }
}

/// Where an issuer's public keys are: `{ url = "https://…" }`, `{ file = "…" }` or `{ inline = […] }`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeySource {
    /// A JWK set (RFC 7517) over HTTP.
    Url(JwksUrl),
    /// A JWK set in a file, read again as if it were fetched.
    File(PathBuf),
    /// The keys themselves, as JWKs. They never change while the service runs.
    Inline(Vec<serde_json::Value>),
}

/// An address of keys that nobody on the way can replace: `https`, or this very machine.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct JwksUrl(Url);

impl JwksUrl {
    /// The address.
    #[must_use]
    pub fn as_url(&self) -> &Url {
        &self.0
    }
}

impl FromStr for JwksUrl {
    type Err = AuthConfigError;

    fn from_str(text: &str) -> Result<Self, AuthConfigError> {
        let url: Url = text.parse().map_err(|_| AuthConfigError::JwksUrl)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(AuthConfigError::JwksUrl);
        }
        match url.scheme() {
            "https" => Ok(Self(url)),
            "http" if is_loopback(&url) => Ok(Self(url)),
            _ => Err(AuthConfigError::JwksUrl),
        }
    }
}

impl TryFrom<String> for JwksUrl {
    type Error = AuthConfigError;

    fn try_from(text: String) -> Result<Self, AuthConfigError> {
        text.parse()
    }
}

fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// An asymmetric signature algorithm (RFC 7518, RFC 8037). With a symmetric one, whoever can check a token could also
/// make one, and a public key could pass for the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub enum SignatureAlgorithm {
    Es256,
    Es384,
    Rs256,
    Rs384,
    Rs512,
    Ps256,
    Ps384,
    Ps512,
    EdDsa,
}

impl SignatureAlgorithm {
    pub(super) fn jws(self) -> Algorithm {
        match self {
            Self::Es256 => Algorithm::ES256,
            Self::Es384 => Algorithm::ES384,
            Self::Rs256 => Algorithm::RS256,
            Self::Rs384 => Algorithm::RS384,
            Self::Rs512 => Algorithm::RS512,
            Self::Ps256 => Algorithm::PS256,
            Self::Ps384 => Algorithm::PS384,
            Self::Ps512 => Algorithm::PS512,
            Self::EdDsa => Algorithm::EdDSA,
        }
    }
}

impl FromStr for SignatureAlgorithm {
    type Err = AuthConfigError;

    fn from_str(name: &str) -> Result<Self, AuthConfigError> {
        Ok(match name {
            "ES256" => Self::Es256,
            "ES384" => Self::Es384,
            "RS256" => Self::Rs256,
            "RS384" => Self::Rs384,
            "RS512" => Self::Rs512,
            "PS256" => Self::Ps256,
            "PS384" => Self::Ps384,
            "PS512" => Self::Ps512,
            "EdDSA" => Self::EdDsa,
            _ => return Err(AuthConfigError::Algorithm),
        })
    }
}

impl TryFrom<String> for SignatureAlgorithm {
    type Error = AuthConfigError;

    fn try_from(name: String) -> Result<Self, AuthConfigError> {
        name.parse()
    }
}

/// Why a configuration of issuers is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuthConfigError {
    #[error("at least one issuer must be trusted, or nobody can call")]
    NoIssuer,
    #[error("an issuer is configured twice")]
    IssuerTwice,
    #[error("an issuer needs a name, an audience and at least one token type")]
    Empty,
    #[error("an issuer needs at least one algorithm: ES256, ES384, RS256, RS384, RS512, PS256, PS384, PS512 or EdDSA")]
    NoAlgorithm,
    #[error(
        "not an accepted algorithm: use ES256, ES384, RS256, RS384, RS512, PS256, PS384, PS512 or EdDSA; \
         symmetric ones (HS256, …) and none are refused"
    )]
    Algorithm,
    #[error("the address of a JWK set must be https, or http on a loopback address, and hold no password")]
    JwksUrl,
    #[error("none of the inline keys is a public signature key for one of the issuer's algorithms")]
    InlineKeys,
    #[error("the leeway may be 300 seconds at most")]
    Leeway,
    #[error("the names of the claims must be distinct, of letters, digits and _-.:/ only, and not the token's own")]
    ClaimNames,
    #[error("a limit on what an issuer is trusted for must name something; leave it out where there is none")]
    EmptyLimit,
}

impl IssuerConfig {
    /// Refuses what would make the check of a token weaker than it looks.
    pub(super) fn check(&self) -> Result<(), AuthConfigError> {
        let no_type = self.token_types.is_empty() || self.token_types.iter().any(String::is_empty);
        if self.issuer.is_empty() || self.audience.is_empty() || no_type {
            return Err(AuthConfigError::Empty);
        }
        if self.algorithms.is_empty() {
            return Err(AuthConfigError::NoAlgorithm);
        }
        if self.leeway_seconds > 300 {
            return Err(AuthConfigError::Leeway);
        }
        self.trusted_for.check()?;
        self.claims.check()
    }
}
