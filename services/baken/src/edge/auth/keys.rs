//! The public keys that an issuer publishes, and which of them may check a token: a key is used only for what its own
//! type, curve, `alg`, `use` and `key_ops` allow, whatever the token asks for.

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;

use super::error::AuthError;
use super::fetch::FetchError;

/// A key that checks signatures.
struct Key {
    id: Option<String>,
    kind: KeyKind,
    /// The one algorithm that it is meant for, where it says so.
    only: Option<KeyAlgorithm>,
    decoding: DecodingKey,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum KeyKind {
    P256,
    P384,
    Rsa,
    Ed25519,
}

/// The keys of one issuer.
pub(super) struct KeySet {
    keys: Vec<Key>,
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<serde_json::Value>,
}

impl KeySet {
    /// Reads a JWK set.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, FetchError> {
        let document: Document = serde_json::from_slice(bytes).map_err(|_| FetchError::NotAKeySet)?;
        Ok(Self::from_jwks(&document.keys))
    }

    /// Keeps the keys that can check signatures. A key of a kind that is not known here is left out, and the others
    /// stand (RFC 7517 §5); symmetric keys are never let in.
    pub(super) fn from_jwks(jwks: &[serde_json::Value]) -> Self {
        Self { keys: jwks.iter().filter_map(Key::from_jwk).collect() }
    }

    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is a key for one of these algorithms.
    pub(super) fn serves(&self, algorithms: impl IntoIterator<Item = Algorithm>) -> bool {
        algorithms.into_iter().any(|algorithm| self.keys.iter().any(|key| key.fits(algorithm)))
    }

    /// The key that a token names. A token may leave the name out only where there is nothing to choose.
    pub(super) fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Result<&DecodingKey, AuthError> {
        let mut named = match (id, self.keys.as_slice()) {
            (Some(_), keys) | (None, keys @ [_]) => {
                keys.iter().filter(move |key| id.is_none() || key.id.as_deref() == id).peekable()
            }
            (None, _) => return Err(AuthError::KeyIdMissing),
        };
        if named.peek().is_none() {
            return Err(AuthError::KeyUnknown);
        }
        // Two keys may share an id if their types differ (RFC 7517 §4.5).
        named.find(|key| key.fits(algorithm)).map(|key| &key.decoding).ok_or(AuthError::KeyUnfit)
    }
}

impl Key {
    fn from_jwk(json: &serde_json::Value) -> Option<Self> {
        let jwk = Jwk::deserialize(json).ok()?;
        let kind = match &jwk.algorithm {
            AlgorithmParameters::EllipticCurve(parameters) => match parameters.curve {
                EllipticCurve::P256 => KeyKind::P256,
                EllipticCurve::P384 => KeyKind::P384,
                _ => return None,
            },
            AlgorithmParameters::RSA(_) => KeyKind::Rsa,
            AlgorithmParameters::OctetKeyPair(parameters) if parameters.curve == EllipticCurve::Ed25519 => {
                KeyKind::Ed25519
            }
            _ => return None,
        };
        let for_signatures = matches!(jwk.common.public_key_use, None | Some(PublicKeyUse::Signature));
        let for_checking =
            jwk.common.key_operations.as_ref().is_none_or(|operations| operations.contains(&KeyOperations::Verify));
        if !for_signatures || !for_checking {
            return None;
        }
        let decoding = DecodingKey::from_jwk(&jwk).ok()?;
        Some(Self { id: jwk.common.key_id, kind, only: jwk.common.key_algorithm, decoding })
    }

    fn fits(&self, algorithm: Algorithm) -> bool {
        let of_its_kind = match algorithm {
            Algorithm::ES256 => self.kind == KeyKind::P256,
            Algorithm::ES384 => self.kind == KeyKind::P384,
            Algorithm::RS256
            | Algorithm::RS384
            | Algorithm::RS512
            | Algorithm::PS256
            | Algorithm::PS384
            | Algorithm::PS512 => self.kind == KeyKind::Rsa,
            Algorithm::EdDSA => self.kind == KeyKind::Ed25519,
            // HS256 and whatever the library adds: no public key is for those.
            _ => false,
        };
        of_its_kind && self.only.is_none_or(|only| only == KeyAlgorithm::from(algorithm))
    }
}
