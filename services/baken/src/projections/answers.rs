//! What requests were answered: by the digest of its key, a repeat is told what the first was told.

use std::collections::hash_map::Entry::{Occupied, Vacant};

use super::cases::Cases;
use super::digest::{ModelDigest, hash, sum};
use super::map::Map;
use super::model::{AsOf, ReadModel};
use crate::history::{Heading, KeyDigest, StoredAnswer};

/// Answers by the key of the request.
#[derive(Default)]
pub struct Answers(Map<KeyDigest, StoredAnswer>);

impl Answers {
    /// What a request of this key was answered.
    #[must_use]
    pub fn of(&self, key: KeyDigest) -> Option<&StoredAnswer> {
        self.0.get(&key)
    }
}

impl ReadModel for Answers {
    /// The answer to a request is told by the events that it made.
    fn note(&mut self, event: &Heading) {
        let Some(idempotency) = event.idempotency else { return };
        let Heading { event_id, revision, position, .. } = *event;
        let person_id = event.person();
        match self.0.entry(idempotency.key) {
            Occupied(answer) => {
                let answer = answer.into_mut();
                answer.event_ids.push(event_id);
                (answer.revision, answer.position) = (revision, position);
            }
            Vacant(place) => {
                let event_ids = vec![event_id];
                place.insert(StoredAnswer { body: idempotency.body, person_id, event_ids, revision, position });
            }
        }
    }

    fn digests(&self, _: &Cases, _: AsOf<'_>) -> Vec<ModelDigest> {
        vec![sum("answers", self.0.iter().map(hash))]
    }
}
