//! Tokens whose signature was checked: a client sends the same one with every request until it expires, and checking a
//! signature costs more than answering most requests.
//!
//! Only what cannot change is taken as known. The time is checked with every request, and a token is checked anew as
//! soon as its issuer's keys are others than those that it was checked with. Of the token itself a digest is kept.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use care_path::Principal;
use hashlink::LruCache;
use parking_lot::Mutex;

use super::claims::Validity;
use super::keys::KeySet;

/// As many tokens as are known at a time; beyond that, those that were not sent for the longest are checked again.
const AT_MOST: usize = 10_000;

/// A token's SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct TokenDigest([u8; 32]);

impl TokenDigest {
    pub(super) fn of(token: &str) -> Self {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
        Self(bytes)
    }
}

/// What a token was found to say.
#[derive(Clone)]
pub(super) struct KnownToken<I> {
    pub(super) issuer: I,
    /// The keys that it was checked with.
    pub(super) keys: Arc<KeySet>,
    pub(super) validity: Validity,
    pub(super) principal: Principal,
}

/// The tokens that were sent last.
pub(super) struct KnownTokens<I>(Mutex<LruCache<TokenDigest, KnownToken<I>>>);

impl<I> Default for KnownTokens<I> {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(AT_MOST)))
    }
}

impl<I: Clone> KnownTokens<I> {
    pub(super) fn find(&self, token: &TokenDigest) -> Option<KnownToken<I>> {
        self.0.lock().get(token).cloned()
    }

    pub(super) fn keep(&self, token: TokenDigest, known: KnownToken<I>) {
        self.0.lock().insert(token, known);
    }
}
