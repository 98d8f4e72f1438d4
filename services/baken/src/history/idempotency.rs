//! Repeated requests: the same key and body give the same answer, once; the same key with another body is refused.
//!
//! The draft of the HTTP working group (draft-ietf-httpapi-idempotency-key-header) asks for both. What was answered is
//! not stored beside the log but folded from it: the envelope of an event carries the digests of the request that made
//! it, so an answer cannot be lost while its event is kept, nor the other way round.

use std::fmt;

use aws_lc_rs::hmac;
use care_path::{Actor, EventId, PersonId, Principal};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use super::envelope::Idempotency;
use crate::event_log::Position;
use crate::sha256::Sha256;

/// A digest of 128 bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyDigest([u8; 16]);

impl KeyDigest {
    fn truncated(bytes: &[u8]) -> Self {
        let mut digest = [0; 16];
        digest.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        Self(digest)
    }

    /// The digest of a user's key, which is the user's own: another's key of the same text is another key.
    ///
    /// The system's keys have a space of their own. A token can claim the system's names, but never its role.
    #[must_use]
    pub fn of(principal: &Principal, key: &str) -> Self {
        let mut context = Sha256::new();
        if principal.actor == Actor::System {
            // A user's digest begins with the length of a name; no name is that long.
            context.update(&u64::MAX.to_be_bytes());
        }
        for part in [principal.organisation.as_str(), principal.user.as_str(), key] {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part.as_bytes());
        }
        Self::truncated(&context.finish())
    }

    /// An id made of the digest: the same request makes the same id, on whichever node.
    #[must_use]
    pub fn id(self, what: &str) -> Uuid {
        let mut context = Sha256::new();
        context.update(&self.0);
        context.update(what.as_bytes());
        Uuid::new_v8(Self::truncated(&context.finish()).0)
    }
}

impl fmt::Debug for KeyDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Uuid::from_bytes(self.0).simple())
    }
}

impl Serialize for KeyDigest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Uuid::from_bytes(self.0).simple())
    }
}

impl<'de> Deserialize<'de> for KeyDigest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Uuid::deserialize(deserializer).map(|id| Self(id.into_bytes()))
    }
}

impl Idempotency {
    /// The digests of a request: of its key, which is the user's own, and of all that the request says.
    ///
    /// The body's digest is keyed with the key itself, of which only a digest is kept: nobody who reads the log can try
    /// out bodies against it.
    #[must_use]
    pub fn of(principal: &Principal, key: &str, method: &str, path: &str, body: &[u8]) -> Self {
        let mut of_body = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()));
        for part in [method.as_bytes(), path.as_bytes(), body] {
            of_body.update(&(part.len() as u64).to_be_bytes());
            of_body.update(part);
        }
        Self { key: KeyDigest::of(principal, key), body: KeyDigest::truncated(of_body.sign().as_ref()) }
    }
}

/// What a request was answered, as the log tells it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StoredAnswer {
    pub body: KeyDigest,
    pub person_id: Option<PersonId>,
    pub event_ids: Vec<EventId>,
    pub revision: u64,
    pub position: Position,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_with_the_names_of_the_system_has_other_keys_than_the_system() {
        let system = Principal::baken();
        let named_alike = |actor| KeyDigest::of(&Principal { actor, ..system.clone() }, "timer");
        let token = named_alike(Actor::ShelterWorker);
        assert_ne!(token, KeyDigest::of(&system, "timer"));
        // What is in the log already keeps its digest.
        assert_eq!(format!("{token:?}"), "0b80a9638d44b8a98154cdca9550e9c0");
    }
}
