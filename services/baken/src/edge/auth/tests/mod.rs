//! What the tests of the verifier share: keys to sign with, an issuer, and a token that is accepted until a test
//! changes one thing about it.

mod configuration;
mod fetching;
mod key_changes;
mod real_provider;
mod refusals;
mod scopes;
mod trust;

use std::sync::Arc;

use async_trait::async_trait;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

use super::{AuthError, Authenticated, FetchError, FetchKeys, IssuerConfig, KeyLocation, Verifier};
use crate::sources::testing::TestClock;

const ISSUER: &str = "https://login.example.nl";
const AUDIENCE: &str = "baken";

/// The moment at which the tests take place, in seconds since 1970.
const NOW: i64 = 1_790_000_000;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(NOW, 0).unwrap()
}

/// A key pair of an issuer.
#[derive(Clone)]
struct Signer {
    key: EncodingKey,
    algorithm: Algorithm,
    jwk: Value,
}

impl Signer {
    fn of(algorithm: Algorithm, kid: &str) -> Self {
        let random = SystemRandom::new();
        let key = match algorithm {
            Algorithm::ES256 => EncodingKey::from_ec_der(
                EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap().as_ref(),
            ),
            Algorithm::ES384 => EncodingKey::from_ec_der(
                EcdsaKeyPair::generate_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &random).unwrap().as_ref(),
            ),
            Algorithm::EdDSA => EncodingKey::from_ed_der(Ed25519KeyPair::generate_pkcs8v1(&random).unwrap().as_ref()),
            _ => rsa_key(),
        };
        let mut jwk = serde_json::to_value(Jwk::from_encoding_key(&key, algorithm).unwrap()).unwrap();
        jwk["kid"] = json!(kid);
        jwk["use"] = json!("sig");
        Self { key, algorithm, jwk }
    }

    fn es256(kid: &str) -> Self {
        Self::of(Algorithm::ES256, kid)
    }

    fn header(&self) -> Value {
        json!({ "alg": self.algorithm, "typ": "at+jwt", "kid": self.jwk["kid"] })
    }

    fn token(&self, claims: &Value) -> String {
        self.token_with(&self.header(), claims)
    }

    fn token_with(&self, header: &Value, claims: &Value) -> String {
        let message = unsigned(header, claims);
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &self.key, self.algorithm).unwrap();
        format!("{message}.{signature}")
    }
}

fn rsa_key() -> EncodingKey {
    let pair = aws_lc_rs::rsa::KeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
    let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(der.as_ref()));
    EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap()
}

fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    format!("{}.{}", part(header), part(claims))
}

/// The claims of a token that is accepted.
fn claims() -> Value {
    json!({
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "night-shelter-rotterdam",
        "iat": NOW - 60,
        "exp": NOW + 3600,
        "baken_role": "shelter_worker",
        "baken_organisation": "nachtopvang-rotterdam",
    })
}

fn with(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}

fn without(mut claims: Value, name: &str) -> Value {
    claims.as_object_mut().unwrap().remove(name).unwrap();
    claims
}

fn config(json: Value) -> IssuerConfig {
    serde_json::from_value(json).unwrap()
}

/// An issuer whose keys are part of its configuration.
fn issuer_with(signers: &[&Signer]) -> Value {
    let mut algorithms: Vec<_> = signers.iter().map(|signer| json!(signer.algorithm)).collect();
    algorithms.dedup();
    let jwks: Vec<_> = signers.iter().map(|signer| signer.jwk.clone()).collect();
    json!({ "issuer": ISSUER, "audience": AUDIENCE, "algorithms": algorithms, "jwks": { "inline": jwks } })
}

fn verifier_of(configs: Vec<Value>) -> Verifier {
    let configs = configs.into_iter().map(config).collect();
    Verifier::new(configs, &(Arc::new(NoFetching) as _), Arc::new(TestClock::at(now()))).unwrap()
}

/// Verifies a token of an issuer that has this one key.
async fn verify(signer: &Signer, token: &str) -> Result<Authenticated, AuthError> {
    verifier_of(vec![issuer_with(&[signer])]).verify(token).await
}

fn claim_missing(name: &str) -> AuthError {
    AuthError::ClaimMissing { claim: name.to_owned() }
}

fn claim_malformed(name: &str) -> AuthError {
    AuthError::ClaimMalformed { claim: name.to_owned() }
}

/// For issuers with inline keys: a fetch would be a mistake.
struct NoFetching;

#[async_trait]
impl FetchKeys for NoFetching {
    async fn fetch(&self, _: &KeyLocation) -> Result<Vec<u8>, FetchError> {
        panic!("inline keys were fetched");
    }
}
