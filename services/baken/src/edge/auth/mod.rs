//! Who is calling: takes a bearer token from a request and gives back a [`Principal`](care_path::Principal), or the
//! reason why not.
//!
//! Baken keeps no passwords and no sessions. It trusts the access tokens (RFC 9068) of the issuers that the
//! configuration names, and of nobody else: each with its own keys, algorithms and audience, pinned. What a token says
//! about the caller's role and scope is the only thing that any policy decision rests on, so every claim is checked
//! here, once.

mod cache;
mod claims;
mod config;
mod error;
mod fetch;
mod keys;
mod known;
mod token;
mod trust;
mod verifier;

#[cfg(test)]
mod tests;

pub use config::{AuthConfigError, ClaimNames, IssuerConfig, JwksUrl, KeySource, SignatureAlgorithm};
pub use error::AuthError;
pub use fetch::{FetchError, FetchKeys, KeyLocation, WorldKeys};
pub use token::bearer_token;
pub use trust::TrustedFor;
pub use verifier::{Authenticated, Verifier};

pub(crate) use claims::{claims_of, principal};
