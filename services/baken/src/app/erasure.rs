//! Erasing a person. That it is decided is an event; what follows from it is done until it is done.
//!
//! The event comes first: it is appended to the path as it was decided on, so that no hold and no entry comes in between, and
//! nothing is recorded of the person after it. From the event follows all else, on every node and after every restart: the
//! read models forget what they held, the keys are destroyed, and the key-encryption key rolls, so that no older copy of the
//! key store opens any more. A process that is killed on the way goes on where it was.

use care_path::PersonId;

use super::Baken;
use crate::sealing::{KekError, KeyError, KeyRing};

impl Baken {
    /// Destroys the keys of everybody who was erased and still has any, here or on whichever node it was decided. Says how
    /// many there were.
    ///
    /// # Errors
    /// Where the key store, or the provider of the key-encryption key, does not answer.
    pub async fn destroy_keys(&self) -> Result<usize, KeyError> {
        let ring = self.sealer.ring();
        let doomed = || -> Vec<PersonId> {
            let world = self.world.read();
            world.erased().iter().copied().filter(|person| !ring.is_erased(*person)).collect()
        };
        if doomed().is_empty() {
            return Ok(0);
        }
        let mut is_rolling = self.erasing.lock().await;
        // Another node may have been first.
        ring.learn_erased().await?;
        let doomed = doomed();
        if doomed.is_empty() {
            return Ok(0);
        }
        // The roll begins before the keys go: should this process end in between, it is completed at the next start. Should
        // another node complete it in between, a new one begins.
        *is_rolling = begin_roll(ring).await?;
        for person in &doomed {
            ring.destroy(*person).await?;
        }
        *is_rolling = begin_roll(ring).await?;
        tracing::info!(persons = doomed.len(), "the keys of those who were erased are destroyed");
        Ok(doomed.len())
    }

    /// Completes the roll of the key-encryption key that an erasure began: from then on no older copy of the key store opens.
    /// Says how many keys were wrapped anew.
    ///
    /// # Errors
    /// Where the key store, or the provider of the key-encryption key, does not answer.
    pub async fn complete_roll(&self) -> Result<usize, KeyError> {
        let mut is_rolling = self.erasing.lock().await;
        if !*is_rolling {
            return Ok(0);
        }
        let wrapped = self.sealer.ring().settle().await?;
        *is_rolling = false;
        Ok(wrapped)
    }
}

/// Begins to roll the key-encryption key, and says whether it can be rolled from here.
async fn begin_roll(ring: &KeyRing) -> Result<bool, KeyError> {
    match ring.begin_roll().await {
        Ok(_) => Ok(true),
        Err(KeyError::Kek(KekError::CannotRoll(whose))) => {
            tracing::warn!(
                whose,
                "roll the key-encryption key by hand: until then older backups of the key store open"
            );
            Ok(false)
        }
        Err(error) => Err(error),
    }
}
