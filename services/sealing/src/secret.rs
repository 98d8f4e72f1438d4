//! Keys in memory, and the two operations on them: authenticated encryption and derivation.
//!
//! Everything cryptographic in Baken's sealing goes through these few functions, so that there is one place to review.
//! Key bytes live on the heap, behind types that wipe them when they are dropped and print nothing of them.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::{hkdf, rand};
use secrecy::{ExposeSecret, ExposeSecretMut, SecretBox};
use uuid::Uuid;

/// The length of every key here, in bytes.
pub const KEY_LEN: usize = 32;

/// 256 bits of key, wiped when dropped.
pub type Key256 = SecretBox<[u8; KEY_LEN]>;

/// The cryptographic backend refused: no randomness, or a bug. What was to be sealed was not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cryptographic backend failed")]
pub struct CryptoFailed;

impl From<Unspecified> for CryptoFailed {
    fn from(_: Unspecified) -> Self {
        Self
    }
}

/// The name of a data key: random, and says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub Uuid);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A data key, unwrapped.
pub struct DataKey {
    id: KeyId,
    key: Key256,
}

impl DataKey {
    /// A key that did not exist before.
    pub(super) fn generate() -> Result<Self, CryptoFailed> {
        let mut id = [0; 16];
        rand::fill(&mut id)?;
        Ok(Self { id: KeyId(uuid::Builder::from_random_bytes(id).into_uuid()), key: random_key()? })
    }

    pub(super) const fn known(id: KeyId, key: Key256) -> Self {
        Self { id, key }
    }

    /// The key's name.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.id
    }

    pub(super) const fn key(&self) -> &Key256 {
        &self.key
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Random key bytes.
pub(super) fn random_key() -> Result<Key256, CryptoFailed> {
    let mut key = Key256::default();
    rand::fill(key.expose_secret_mut())?;
    Ok(key)
}

/// A key from bytes that were read or decrypted; `None` where there are not 32 of them.
pub(super) fn key_from(bytes: &[u8]) -> Option<Key256> {
    if bytes.len() != KEY_LEN {
        return None;
    }
    Some(Key256::init_with_mut(|key| key.copy_from_slice(bytes)))
}

struct KeyLength;

impl hkdf::KeyType for KeyLength {
    fn len(&self) -> usize {
        KEY_LEN
    }
}

/// A key for one purpose out of a data key (HKDF-SHA-256, RFC 5869).
pub(super) fn derive(key: &Key256, salt: &[u8], info: &[&[u8]]) -> Result<Key256, CryptoFailed> {
    let secret = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(key.expose_secret());
    let mut derived = Key256::default();
    secret.expand(info, KeyLength)?.fill(derived.expose_secret_mut())?;
    Ok(derived)
}

/// AES-256-GCM with a random nonce of 96 bits. A box is nonce, ciphertext and tag, one after the other.
pub(super) struct Cipher(RandomizedNonceKey);

impl Cipher {
    /// What a box is longer than its content.
    pub(super) const OVERHEAD: usize = NONCE_LEN + 16;

    pub(super) fn new(key: &Key256) -> Result<Self, CryptoFailed> {
        Ok(Self(RandomizedNonceKey::new(&AES_256_GCM, key.expose_secret())?))
    }

    /// Seals what `write` adds to the buffer, in place: the plaintext is not copied.
    pub(super) fn seal(
        &self,
        aad: &[u8],
        expected_len: usize,
        write: impl FnOnce(&mut Vec<u8>),
    ) -> Result<Vec<u8>, CryptoFailed> {
        let mut buffer = Vec::with_capacity(expected_len + Self::OVERHEAD);
        buffer.extend_from_slice(&[0; NONCE_LEN]);
        write(&mut buffer);
        let (head, content) = buffer.split_at_mut(NONCE_LEN);
        let (nonce, tag) = self.0.seal_in_place_separate_tag(Aad::from(aad), content)?;
        head.copy_from_slice(nonce.as_ref());
        buffer.extend_from_slice(tag.as_ref());
        Ok(buffer)
    }

    /// Opens a box in place; `None` where it is not authentic.
    pub(super) fn open<'a>(&self, aad: &[u8], sealed: &'a mut [u8]) -> Option<&'a mut [u8]> {
        let (nonce, content) = sealed.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        self.0.open_in_place(nonce, Aad::from(aad), content).ok()
    }
}

/// Authenticated data out of fields, each with its length before it, so that no two lists of fields look the same.
pub(super) fn bind(fields: &[&[u8]]) -> Vec<u8> {
    let mut bound = Vec::with_capacity(fields.iter().map(|field| field.len() + 8).sum());
    for field in fields {
        bound.extend_from_slice(&(field.len() as u64).to_be_bytes());
        bound.extend_from_slice(field);
    }
    bound
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_of_a_key_holds_its_name_and_nothing_of_its_bytes() {
        let key = DataKey::known(KeyId(Uuid::nil()), key_from(&[0xAB; KEY_LEN]).unwrap());
        assert_eq!(format!("{key:?}"), "DataKey { id: KeyId(00000000-0000-0000-0000-000000000000), .. }");
        let secret = format!("{:?}", key.key());
        assert!(secret.contains("REDACTED") && !secret.contains("171") && !secret.to_lowercase().contains("ab,"));
    }

    #[test]
    fn derived_keys_differ_by_salt_and_by_purpose() {
        let key = random_key().unwrap();
        let derived = |salt: &[u8], info: &[u8]| derive(&key, salt, &[info]).unwrap().expose_secret().to_vec();
        assert_eq!(derived(b"salt", b"a"), derived(b"salt", b"a"));
        assert_ne!(derived(b"salt", b"a"), derived(b"salt", b"b"));
        assert_ne!(derived(b"salt", b"a"), derived(b"pepper", b"a"));
    }

    /// The expected bytes were computed apart from this code, with HMAC alone: extract, then one block of expand.
    #[test]
    fn derivation_is_hkdf_with_sha_256() {
        let key = key_from(&[0x0b; KEY_LEN]).unwrap();
        let derived = derive(&key, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], &[b"in", b"fo"]).unwrap();
        let expected: [u8; KEY_LEN] = [
            0x2f, 0x01, 0x6e, 0xd5, 0x0d, 0x35, 0x85, 0x62, 0xe4, 0x9c, 0x8f, 0xfe, 0x9f, 0x9d, 0x6e, 0xc6, 0xcc, 0x92,
            0x2a, 0x5d, 0xb6, 0x3a, 0xc4, 0x3b, 0xf9, 0x00, 0x41, 0xf4, 0x2b, 0x0f, 0xdb, 0x81,
        ];
        assert_eq!(derived.expose_secret(), &expected);
    }

    #[test]
    fn a_box_opens_only_with_its_own_key_and_authenticated_data() {
        let cipher = Cipher::new(&random_key().unwrap()).unwrap();
        let sealed = cipher.seal(b"aad", 5, |buffer| buffer.extend_from_slice(b"plain")).unwrap();
        assert_eq!(sealed.len(), 5 + Cipher::OVERHEAD);
        assert_eq!(cipher.open(b"aad", &mut sealed.clone()).unwrap(), b"plain");
        assert!(cipher.open(b"other", &mut sealed.clone()).is_none());
        assert!(Cipher::new(&random_key().unwrap()).unwrap().open(b"aad", &mut sealed.clone()).is_none());
        for at in 0..sealed.len() {
            let mut flipped = sealed.clone();
            flipped[at] ^= 1;
            assert!(cipher.open(b"aad", &mut flipped).is_none(), "byte {at}");
            assert!(cipher.open(b"aad", &mut sealed[..at].to_vec()).is_none(), "cut at {at}");
        }
    }

    #[test]
    fn fields_bound_together_cannot_be_read_as_other_fields() {
        assert_ne!(bind(&[b"ab", b"c"]), bind(&[b"a", b"bc"]));
        assert_ne!(bind(&[b"ab"]), bind(&[b"ab", b""]));
    }
}
