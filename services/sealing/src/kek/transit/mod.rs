//! A KEK in the Transit secrets engine of OpenBao or HashiCorp Vault, or of what speaks its HTTP API. The KEK never leaves
//! that service: it wraps and unwraps data keys for us. An epoch is a version of the Transit key.
//!
//! The API is that of OpenBao's documentation (`website/content/docs/api/secret/transit.mdx`) and of its source. It was
//! tested against the double in this folder alone, and not against either product.

mod client;
#[cfg(test)]
pub(super) mod double;
mod settings;
#[cfg(test)]
mod tests;
mod token;
mod wire;

use std::ops::RangeInclusive;

use async_trait::async_trait;
use serde::Serialize;

use self::client::{Answer, Client, Repeat};
use self::wire::{Decrypted, Encrypted, ItemError, KeyAbout};
use super::{Epoch, KekError, KekName, KekProvider, ToUnwrap, ToWrap};
use crate::secret::Key256;

pub use settings::TransitSettings;

/// Keys that go in one request: some 100 KB.
const BATCH: usize = 500;

/// A KEK in a Transit secrets engine.
pub struct TransitKek {
    client: Client,
}

impl TransitKek {
    /// Reads the token. The service is not asked for anything yet.
    pub fn open(settings: &TransitSettings) -> Result<Self, KekError> {
        Ok(Self { client: Client::new(settings)? })
    }

    /// What the service tells of the key, which must be one that Baken can use.
    async fn about(&self) -> Result<KeyAbout, KekError> {
        let answer = self.client.read_key().await?;
        let about = KeyAbout::read(&answer).ok_or_else(|| self.odd("it tells nothing of the key"))?;
        let unusable = match &about {
            KeyAbout { soft_deleted: true, .. } => Some("the key is soft-deleted: restore it".to_owned()),
            KeyAbout { kind, .. } if kind != "aes256-gcm96" => {
                Some(format!("the key must be of the type aes256-gcm96, and is {}", wire::shown(kind)))
            }
            KeyAbout { derived: true, .. } => Some("the key must not be derived".to_owned()),
            _ => None,
        };
        match unusable {
            Some(why) => Err(KekError::Refused { kek: self.name(), why }),
            None => Ok(about),
        }
    }

    /// The versions that wrap and unwrap.
    async fn usable(&self) -> Result<RangeInclusive<u32>, KekError> {
        let about = self.about().await?;
        Ok(about.first_usable()..=about.latest_version)
    }

    fn odd(&self, what: &str) -> KekError {
        KekError::unavailable(&self.name(), format!("its answer is not one of Transit: {what}"))
    }

    fn unknown(&self, epoch: Epoch) -> KekError {
        KekError::UnknownEpoch { kek: self.name(), epoch }
    }

    async fn encrypt(&self, epoch: Epoch, keys: &[ToWrap<'_>]) -> Result<Vec<Vec<u8>>, KekError> {
        let body = wire::to_encrypt(epoch, keys).map_err(|_| self.odd("the request cannot be written"))?;
        let answer = self.client.encrypt(body).await?;
        let results = self.results(&answer, keys.len(), wire::encrypted)?;
        let wrap = |result: Encrypted| match result {
            Encrypted::Ciphertext(text) if wire::is_wrap_of(epoch, text.as_bytes()) => Ok(text.into_bytes()),
            Encrypted::Ciphertext(_) => Err(self.odd("a ciphertext is not of the version that was asked for")),
            Encrypted::Failed(why) => Err(self.failed(epoch, why)),
        };
        results.into_iter().map(wrap).collect()
    }

    async fn decrypt(&self, epoch: Epoch, keys: &[&ToUnwrap<'_>]) -> Result<Vec<Option<Key256>>, KekError> {
        let body = wire::to_decrypt(keys).map_err(|_| self.odd("the request cannot be written"))?;
        let answer = self.client.decrypt(body).await?;
        let results = self.results(&answer, keys.len(), wire::decrypted)?;
        let unwrap = |result: Decrypted| match result {
            Decrypted::Key(key) => Ok(Some(key)),
            Decrypted::NotAKey => Err(self.odd("a plaintext is not a key")),
            Decrypted::Failed(ItemError::NotAuthentic) => Ok(None),
            Decrypted::Failed(why) => Err(self.failed(epoch, why)),
        };
        results.into_iter().map(unwrap).collect()
    }

    /// What the service says of each item, in the order of the request.
    fn results<T>(
        &self,
        answer: &Answer,
        expected: usize,
        read: impl FnOnce(&[u8]) -> Option<Vec<T>>,
    ) -> Result<Vec<T>, KekError> {
        let status = answer.status;
        match read(&answer.body) {
            Some(results) if results.len() == expected => Ok(results),
            Some(_) => Err(self.odd("it is for another number of keys than were asked for")),
            None if status.is_success() => Err(self.odd("it holds no results")),
            None => Err(self.client.failure(answer)),
        }
    }

    fn failed(&self, epoch: Epoch, why: ItemError) -> KekError {
        let refused = |why: &str| KekError::Refused { kek: self.name(), why: why.to_owned() };
        match why {
            ItemError::UnknownVersion => self.unknown(epoch),
            ItemError::SoftDeleted => refused("the key is soft-deleted: restore it"),
            ItemError::NotAuthentic => refused("it did not take what was to be wrapped"),
            ItemError::Other => {
                KekError::unavailable(&self.name(), "it fails for a key, and says why in words unknown here")
            }
        }
    }
}

#[derive(Serialize)]
struct Minimum {
    min_decryption_version: u32,
    min_encryption_version: u32,
}

#[derive(Serialize)]
struct Trim {
    min_available_version: u32,
}

#[async_trait]
impl KekProvider for TransitKek {
    fn name(&self) -> KekName {
        self.client.name().clone()
    }

    async fn current_epoch(&self) -> Result<Epoch, KekError> {
        let about = self.about().await?;
        if about.leaves() {
            tracing::warn!(
                kek = %self.name(),
                "the key may be exported or backed up in plain text: an erasure does not reach such copies"
            );
        }
        Ok(Epoch(about.latest_version))
    }

    async fn wrap_keys(&self, epoch: Epoch, keys: &[ToWrap<'_>]) -> Result<Vec<Vec<u8>>, KekError> {
        let mut wrapped = Vec::with_capacity(keys.len());
        for batch in keys.chunks(BATCH) {
            wrapped.extend(self.encrypt(epoch, batch).await?);
        }
        Ok(wrapped)
    }

    async fn unwrap_keys(&self, epoch: Epoch, keys: &[ToUnwrap<'_>]) -> Result<Vec<Option<Key256>>, KekError> {
        let mut unwrapped: Vec<_> = keys.iter().map(|_| None).collect();
        // What is not in the form of a wrap of this version is not asked for: it is damaged, or another one's.
        let asked: Vec<_> = (0..keys.len()).filter(|at| wire::is_wrap_of(epoch, keys[*at].wrapped)).collect();
        if asked.is_empty() && !keys.is_empty() && !self.usable().await?.contains(&epoch.0) {
            return Err(self.unknown(epoch));
        }
        for batch in asked.chunks(BATCH) {
            let items: Vec<_> = batch.iter().map(|at| &keys[*at]).collect();
            for (at, key) in batch.iter().zip(self.decrypt(epoch, &items).await?) {
                unwrapped[*at] = key;
            }
        }
        Ok(unwrapped)
    }

    /// Where it is not known whether the service did it, it may have made a version that nobody uses: the next roll uses it.
    async fn roll(&self) -> Result<Epoch, KekError> {
        let before = self.about().await?.latest_version;
        self.client.post("rotate", &serde_json::Map::new(), Repeat::OnlyIfNotDone).await?;
        let latest = self.about().await?.latest_version;
        if latest > before {
            Ok(Epoch(latest))
        } else {
            Err(self.odd("the key has no new version after it was rotated"))
        }
    }

    /// Trims the older versions, which the service does only once they are neither for encrypting nor for decrypting.
    async fn retire(&self, before: Epoch) -> Result<(), KekError> {
        let about = self.about().await?;
        let first = before.0.min(about.latest_version);
        if about.min_available_version >= first {
            return Ok(());
        }
        if about.min_decryption_version < first || about.min_encryption_version < first {
            let minimum = Minimum {
                min_decryption_version: about.min_decryption_version.max(first),
                min_encryption_version: about.min_encryption_version.max(first),
            };
            self.client.post("config", &minimum, Repeat::Always).await?;
        }
        match self.client.post("trim", &Trim { min_available_version: first }, Repeat::Always).await {
            // Another node may have trimmed more meanwhile.
            Err(_) if self.about().await?.min_available_version >= first => Ok(()),
            trimmed => trimmed,
        }
    }
}
