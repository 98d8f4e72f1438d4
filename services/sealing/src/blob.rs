//! Sealing files that are not events: snapshots, stored answers, payloads that wait to be sent.
//!
//! They hold data of many persons, so no person's key can seal them. Each purpose has a data key of the service, and an
//! erasure destroys that: the blobs are copies, and can be made again without the person.

use aws_lc_rs::rand;
use zeroize::Zeroizing;

use super::cache::Cached;
use super::key_store::{KeyPurpose, Slot};
use super::sealer::{SealError, Sealer, UnsealError};
use super::secret::{Cipher, CryptoFailed, DataKey, KeyId, bind, derive};

const FORMAT: &[u8] = b"baken/blob/v1";
const VERSION: u8 = 1;
const SALT: usize = 32;
/// Version, key id, salt; then the box.
const HEAD: usize = 1 + 16 + SALT;

impl Sealer {
    /// Seals bytes for a purpose, bound to `aad`: a name, a position, whatever must not be mistaken for another's.
    pub async fn seal_blob(&self, purpose: KeyPurpose, aad: &[u8], bytes: &[u8]) -> Result<Vec<u8>, SealError> {
        let keys = self.ring.keys_for(&[Slot::Service(purpose)]).await?;
        let key = keys.first().ok_or(CryptoFailed)?;
        let mut salt = [0; SALT];
        rand::fill(&mut salt).map_err(CryptoFailed::from)?;
        let cipher = blob_cipher(purpose, key, &salt)?;
        let aad = blob_aad(purpose, key.id(), aad);
        let sealed = cipher.seal(&aad, bytes.len(), |buffer| buffer.extend_from_slice(bytes))?;
        Ok([&[VERSION], key.id().0.as_bytes().as_slice(), &salt, &sealed].concat())
    }

    /// Opens what `seal_blob` made for the same purpose and `aad`. A blob whose key was destroyed is `KeyMissing`: it
    /// is to be made again.
    pub async fn open_blob(
        &self,
        purpose: KeyPurpose,
        aad: &[u8],
        blob: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, UnsealError> {
        let (head, sealed) = blob.split_at_checked(HEAD).ok_or(UnsealError::Malformed)?;
        let (version, rest) = head.split_first().ok_or(UnsealError::Malformed)?;
        let (id, salt) = rest.split_at(16);
        if *version != VERSION {
            return Err(UnsealError::Malformed);
        }
        let id = KeyId(uuid::Uuid::from_slice(id).map_err(|_| UnsealError::Malformed)?);
        let slot = Slot::Service(purpose);
        let key = match self.ring.find(&[slot]).await?.pop() {
            Some(Cached::Key(key)) if key.id() == id => key,
            _ if self.ring.slot_of(id).await?.is_some() => return Err(UnsealError::Tampered),
            _ => return Err(UnsealError::KeyMissing(id)),
        };
        let mut buffer = Zeroizing::new(sealed.to_vec());
        let cipher = blob_cipher(purpose, &key, salt)?;
        let plain = cipher.open(&blob_aad(purpose, id, aad), &mut buffer).ok_or(UnsealError::Tampered)?;
        Ok(Zeroizing::new(plain.to_vec()))
    }
}

fn blob_cipher(purpose: KeyPurpose, key: &DataKey, salt: &[u8]) -> Result<Cipher, CryptoFailed> {
    Cipher::new(&derive(key.key(), salt, &[FORMAT, b"|", purpose.name().as_bytes()])?)
}

fn blob_aad(purpose: KeyPurpose, key: KeyId, aad: &[u8]) -> Vec<u8> {
    bind(&[FORMAT, purpose.name().as_bytes(), key.0.as_bytes(), aad])
}
