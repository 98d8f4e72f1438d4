//! Verifies access tokens: which issuer's a token is decides which keys, algorithms and audience it is held against,
//! and nothing else that the token says about itself does.

use std::collections::HashMap;
use std::sync::Arc;

use care_path::Principal;
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};

use super::cache::{FetchedKeys, IssuerKeys};
use super::claims::{self, Claims, Validity};
use super::config::{AuthConfigError, IssuerConfig, KeySource, SignatureAlgorithm};
use super::error::AuthError;
use super::fetch::{FetchKeys, KeyLocation};
use super::keys::KeySet;
use super::known::{KnownToken, KnownTokens, TokenDigest};
use super::token::Unverified;
use crate::sources::Clock;

/// A caller, and until when that can be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authenticated {
    pub principal: Principal,
    /// When the token expires; a connection that outlives it must end.
    pub expires_at: DateTime<Utc>,
}

/// Verifies the access tokens of the configured issuers.
pub struct Verifier {
    issuers: HashMap<String, Arc<Issuer>>,
    /// Tokens whose signature was checked.
    known: KnownTokens<Arc<Issuer>>,
    clock: Arc<dyn Clock>,
}

struct Issuer {
    config: IssuerConfig,
    keys: IssuerKeys,
}

impl Verifier {
    /// A verifier of these issuers' tokens. Keys are fetched when the first token comes.
    pub fn new(
        configs: Vec<IssuerConfig>,
        fetcher: &Arc<dyn FetchKeys>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, AuthConfigError> {
        if configs.is_empty() {
            return Err(AuthConfigError::NoIssuer);
        }
        let mut issuers = HashMap::new();
        for config in configs {
            let name = config.issuer.clone();
            let issuer = Issuer::new(config, Arc::clone(fetcher), Arc::clone(&clock))?;
            if issuers.insert(name, Arc::new(issuer)).is_some() {
                return Err(AuthConfigError::IssuerTwice);
            }
        }
        Ok(Self { issuers, known: KnownTokens::default(), clock })
    }

    /// Who the bearer of the token is.
    pub async fn verify(&self, token: &str) -> Result<Authenticated, AuthError> {
        let digest = TokenDigest::of(token);
        let known = match self.known.find(&digest) {
            Some(known) if known.issuer.still_has(&known.keys).await => known,
            _ => {
                let known = self.introduce(token).await?;
                self.known.keep(digest, known.clone());
                known
            }
        };
        let leeway = TimeDelta::seconds(known.issuer.config.leeway_seconds.into());
        let expires_at = known.validity.check(self.clock.now(), leeway)?;
        Ok(Authenticated { principal: known.principal, expires_at })
    }

    /// Checks all of a token but the time.
    async fn introduce(&self, token: &str) -> Result<KnownToken<Arc<Issuer>>, AuthError> {
        let unverified = Unverified::read(token)?;
        let issuer = self.issuers.get(&unverified.issuer).ok_or(AuthError::IssuerUnknown)?;
        let (claims, keys) = issuer.verified_claims(token, &unverified).await?;
        let validity = Validity::of(&claims)?;
        let principal = claims::principal(&claims, &issuer.config.claims)?;
        issuer.config.trusted_for.admit(&principal, &issuer.config.claims)?;
        Ok(KnownToken { issuer: issuer.clone(), keys, validity, principal })
    }
}

impl Issuer {
    fn new(config: IssuerConfig, fetcher: Arc<dyn FetchKeys>, clock: Arc<dyn Clock>) -> Result<Self, AuthConfigError> {
        config.check()?;
        let kept_fresh = |location| FetchedKeys::new(config.issuer.clone(), location, fetcher, clock);
        let keys = match &config.jwks {
            KeySource::Url(url) => IssuerKeys::Fetched(kept_fresh(KeyLocation::Url(url.as_url().clone()))),
            KeySource::File(path) => IssuerKeys::Fetched(kept_fresh(KeyLocation::File(path.clone()))),
            KeySource::Inline(jwks) => {
                let keys = KeySet::from_jwks(jwks);
                if !keys.serves(config.algorithms.iter().map(|algorithm| algorithm.jws())) {
                    return Err(AuthConfigError::InlineKeys);
                }
                IssuerKeys::Fixed(Arc::new(keys))
            }
        };
        Ok(Self { config, keys })
    }

    /// Whether its keys are still these.
    async fn still_has(&self, keys: &Arc<KeySet>) -> bool {
        self.keys.current().await.is_some_and(|current| Arc::ptr_eq(&current, keys))
    }

    /// The claims of a token, and the keys of which one has signed it.
    async fn verified_claims(&self, token: &str, unverified: &Unverified) -> Result<(Claims, Arc<KeySet>), AuthError> {
        if !unverified.is_of_type(&self.config.token_types) {
            return Err(AuthError::TypeNotAccepted);
        }
        if unverified.critical {
            return Err(AuthError::CriticalHeader);
        }
        let algorithm = self.pinned(&unverified.algorithm)?;
        let keys = self.keys.current().await.ok_or(AuthError::KeysUnavailable)?;
        let key_id = unverified.key_id.as_deref();
        match keys.find(key_id, algorithm) {
            Ok(key) => Ok((self.check(token, key, algorithm)?, keys)),
            Err(AuthError::KeyUnknown) => {
                let renewed = self.keys.renewed(&keys).await.ok_or(AuthError::KeyUnknown)?;
                Ok((self.check(token, renewed.find(key_id, algorithm)?, algorithm)?, renewed))
            }
            Err(error) => Err(error),
        }
    }

    fn pinned(&self, name: &str) -> Result<Algorithm, AuthError> {
        let named: SignatureAlgorithm = name.parse().map_err(|_| AuthError::AlgorithmNotAllowed)?;
        if !self.config.algorithms.contains(&named) {
            return Err(AuthError::AlgorithmNotAllowed);
        }
        Ok(named.jws())
    }

    /// Signature, issuer and audience. Expiry is left to [`Validity::check`].
    fn check(&self, token: &str, key: &DecodingKey, algorithm: Algorithm) -> Result<Claims, AuthError> {
        let mut validation = Validation::new(algorithm);
        validation.set_issuer(&[&self.config.issuer]);
        validation.set_audience(&[&self.config.audience]);
        // The library skips the check of a claim that is not there, unless it is required.
        validation.set_required_spec_claims(&["iss", "aud"]);
        // These two would read the machine's clock.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        jsonwebtoken::decode(token, key, &validation).map(|data| data.claims).map_err(|error| reason(error.kind()))
    }
}

/// The library's errors carry pieces of the token (a JSON error quotes it), so only their kind goes on.
fn reason(kind: &ErrorKind) -> AuthError {
    match kind {
        ErrorKind::MissingRequiredClaim(claim) => AuthError::ClaimMissing { claim: claim.clone() },
        ErrorKind::InvalidAudience => AuthError::AudienceWrong,
        ErrorKind::InvalidIssuer => AuthError::IssuerUnknown,
        ErrorKind::InvalidAlgorithm | ErrorKind::MissingAlgorithm => AuthError::AlgorithmNotAllowed,
        ErrorKind::InvalidToken | ErrorKind::Base64(_) | ErrorKind::Json(_) | ErrorKind::Utf8(_) => {
            AuthError::TokenMalformed
        }
        // Whatever else is wrong, the signature was not shown to hold.
        _ => AuthError::SignatureInvalid,
    }
}
