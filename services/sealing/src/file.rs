//! Sealing a file of many boxes, such as a stretch of a snapshot: too large to be sealed at once.
//!
//! Each file has a key of its own, derived with its own salt from the data key of its purpose, so that no box of one file
//! opens in another. Each box is bound to the file's header, to its place, and to whether it is the last one: a file that
//! was cut off, put in another order or given another header does not open.

use std::ops::Deref;

use aws_lc_rs::aead::NONCE_LEN;
use aws_lc_rs::rand;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::cache::Cached;
use super::key_store::{Purpose, Slot};
use super::ring::KeyError;
use super::sealer::{OpenError, SealError, Sealer};
use super::secret::{Cipher, CryptoFailed, KeyId, bind, derive};

const FORMAT: &[u8] = b"baken/file/v1";
const SALT: usize = 32;

/// What a file is opened with again: it goes into the file's header, and is no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileKey {
    /// The data key of the purpose.
    pub id: KeyId,
    pub salt: [u8; SALT],
}

/// Where a box stands in its file.
#[derive(Debug, Clone, Copy)]
pub struct BoxPlace<'a> {
    /// The header of the file, as it is written.
    pub header: &'a [u8],
    pub index: u32,
    pub last: bool,
}

impl BoxPlace<'_> {
    fn bound(&self, key: KeyId) -> Vec<u8> {
        bind(&[FORMAT, key.0.as_bytes(), self.header, &self.index.to_be_bytes(), &[u8::from(self.last)]])
    }
}

/// Seals and opens the boxes of one file.
pub struct FileCipher {
    key: KeyId,
    cipher: Cipher,
}

impl FileCipher {
    /// Seals what `write` adds.
    ///
    /// # Errors
    /// Where the backend refuses.
    pub fn seal(&self, place: BoxPlace<'_>, bytes: &[u8]) -> Result<Vec<u8>, CryptoFailed> {
        self.cipher.seal(&place.bound(self.key), bytes.len(), |buffer| buffer.extend_from_slice(bytes))
    }

    /// Opens a box; `None` where it is not the one that was sealed for this place.
    #[must_use]
    pub fn open(&self, place: BoxPlace<'_>, sealed: Vec<u8>) -> Option<OpenedBox> {
        let mut content = Zeroizing::new(sealed);
        let length = self.cipher.open(&place.bound(self.key), &mut content)?.len();
        content.truncate(NONCE_LEN + length);
        Some(OpenedBox(content))
    }
}

/// What is in a box. It is wiped when it is dropped.
pub struct OpenedBox(Zeroizing<Vec<u8>>);

impl Deref for OpenedBox {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.0.get(NONCE_LEN..).unwrap_or_default()
    }
}

impl Sealer {
    /// What a new file of a purpose is sealed with.
    ///
    /// The store is asked for the data key and for everybody who was erased, in this order, whatever is in memory: another
    /// node may have erased somebody, which destroyed the key of before. So a file either holds nothing of somebody who
    /// was erased, or its key is gone.
    ///
    /// # Errors
    /// Where the key cannot be had.
    pub async fn new_file(&self, purpose: Purpose) -> Result<(FileKey, FileCipher), SealError> {
        let key = self.ring.purpose_key(purpose).await?;
        self.ring.learn_erased().await?;
        let mut salt = [0; SALT];
        rand::fill(&mut salt).map_err(CryptoFailed::from)?;
        let cipher = file_cipher(purpose, key.key(), &salt)?;
        Ok((FileKey { id: key.id(), salt }, FileCipher { key: key.id(), cipher }))
    }

    /// What a file is opened with. One whose key was destroyed is `KeyMissing`.
    ///
    /// # Errors
    /// Where the key is not there, or cannot be had.
    pub async fn known_file(&self, purpose: Purpose, file: FileKey) -> Result<FileCipher, OpenError> {
        match self.ring.find(&[Slot::Service(purpose)]).await?.pop() {
            Some(Cached::Key(key)) if key.id() == file.id => {
                Ok(FileCipher { key: file.id, cipher: file_cipher(purpose, key.key(), &file.salt)? })
            }
            _ => Err(OpenError::KeyMissing(file.id)),
        }
    }
}

fn file_cipher(purpose: Purpose, key: &super::secret::Key256, salt: &[u8]) -> Result<Cipher, CryptoFailed> {
    Cipher::new(&derive(key, salt, &[FORMAT, b"|", purpose.name().as_bytes()])?)
}

impl FileKey {
    /// From what a header says.
    #[must_use]
    pub const fn of(id: Uuid, salt: [u8; SALT]) -> Self {
        Self { id: KeyId(id), salt }
    }
}

impl super::ring::KeyRing {
    /// The data key of a purpose as the store has it now, made where there is none.
    async fn purpose_key(&self, purpose: Purpose) -> Result<std::sync::Arc<super::secret::DataKey>, KeyError> {
        self.cache.evict_purpose(purpose);
        let keys = self.keys_for(&[Slot::Service(purpose)]).await?;
        keys.into_iter().next().ok_or_else(|| CryptoFailed.into())
    }
}
