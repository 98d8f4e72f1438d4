//! What goes over the wire: batches to encrypt and decrypt, and what comes back for each item.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::kek::{Epoch, ToUnwrap, ToWrap};
use crate::secret::{Cipher, KEY_LEN, Key256, key_from};

/// Bytes of one item of a request at most: a plaintext or a ciphertext, its binding, and the names of the fields.
const ITEM: usize = 320;

#[derive(Serialize)]
struct EncryptItem<'a> {
    plaintext: &'a str,
    associated_data: String,
    key_version: u32,
}

#[derive(Serialize)]
struct DecryptItem<'a> {
    ciphertext: &'a str,
    associated_data: String,
}

/// A batch, written into one buffer that is wiped: one that grew would leave copies behind.
fn batch<T: Serialize>(items: impl ExactSizeIterator<Item = T>) -> Result<Zeroizing<Vec<u8>>, serde_json::Error> {
    let mut body = Zeroizing::new(Vec::with_capacity(32 + items.len() * ITEM));
    body.extend_from_slice(b"{\"batch_input\":[");
    for (at, item) in items.enumerate() {
        if at > 0 {
            body.push(b',');
        }
        serde_json::to_writer(&mut *body, &item)?;
    }
    body.extend_from_slice(b"]}");
    Ok(body)
}

/// What the wrap is bound to, as the service is told: a digest, for what it is made of holds the id of a person.
fn binding(aad: &[u8]) -> String {
    STANDARD.encode(digest(&SHA256, aad))
}

pub(super) fn to_encrypt(epoch: Epoch, keys: &[ToWrap<'_>]) -> Result<Zeroizing<Vec<u8>>, serde_json::Error> {
    let encoded = |each: &ToWrap<'_>| {
        let mut text = Zeroizing::new(String::with_capacity(KEY_LEN.div_ceil(3) * 4));
        STANDARD.encode_string(each.key.expose_secret(), &mut text);
        text
    };
    let plaintexts: Vec<_> = keys.iter().map(encoded).collect();
    batch(keys.iter().zip(&plaintexts).map(|(each, plaintext)| EncryptItem {
        plaintext,
        associated_data: binding(&each.aad),
        key_version: epoch.0,
    }))
}

pub(super) fn to_decrypt(keys: &[&ToUnwrap<'_>]) -> Result<Zeroizing<Vec<u8>>, serde_json::Error> {
    batch(keys.iter().map(|each| DecryptItem {
        // It has the form of a wrap, which is ASCII.
        ciphertext: std::str::from_utf8(each.wrapped).unwrap_or_default(),
        associated_data: binding(&each.aad),
    }))
}

/// Whether that is a data key as Transit wraps one under this version: `vault:v1:` and the base64 of a box.
pub(super) fn is_wrap_of(epoch: Epoch, wrapped: &[u8]) -> bool {
    let encoded = std::str::from_utf8(wrapped).ok().and_then(|text| text.strip_prefix(&format!("vault:v{epoch}:")));
    let sealed = encoded.and_then(|encoded| STANDARD.decode(encoded).ok());
    sealed.is_some_and(|sealed| sealed.len() == KEY_LEN + Cipher::OVERHEAD)
}

/// Why the service did not do it for one item. The texts are those of OpenBao's `keysutil`, which it has from Vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ItemError {
    /// It was changed, or wrapped by another key, or for another use.
    NotAuthentic,
    /// Rotated away, or not made yet.
    UnknownVersion,
    SoftDeleted,
    Other,
}

impl ItemError {
    fn read(text: &str) -> Self {
        match text {
            "cipher: message authentication failed" => Self::NotAuthentic,
            "ciphertext or signature version is disallowed by policy (too old)"
            | "invalid ciphertext: version is too new"
            | "requested version for encryption is higher than the latest key version"
            | "requested version for encryption is less than the minimum encryption key version" => {
                Self::UnknownVersion
            }
            "refusing to use soft-deleted key" => Self::SoftDeleted,
            _ => Self::Other,
        }
    }
}

#[derive(Deserialize)]
struct Outer<T> {
    data: T,
}

#[derive(Deserialize)]
struct Results<T> {
    batch_results: Vec<T>,
}

#[derive(Deserialize)]
struct EncryptResult {
    #[serde(default)]
    ciphertext: String,
    #[serde(default)]
    error: String,
}

pub(super) enum Encrypted {
    Ciphertext(String),
    Failed(ItemError),
}

pub(super) fn encrypted(body: &[u8]) -> Option<Vec<Encrypted>> {
    let read: Outer<Results<EncryptResult>> = serde_json::from_slice(body).ok()?;
    let each = |EncryptResult { ciphertext, error }| {
        if error.is_empty() { Encrypted::Ciphertext(ciphertext) } else { Encrypted::Failed(ItemError::read(&error)) }
    };
    Some(read.data.batch_results.into_iter().map(each).collect())
}

#[derive(Deserialize)]
struct DecryptResult {
    plaintext: Option<SecretString>,
    #[serde(default)]
    error: String,
}

pub(super) enum Decrypted {
    Key(Key256),
    NotAKey,
    Failed(ItemError),
}

pub(super) fn decrypted(body: &[u8]) -> Option<Vec<Decrypted>> {
    let read: Outer<Results<DecryptResult>> = serde_json::from_slice(body).ok()?;
    let each = |DecryptResult { plaintext, error }| {
        if !error.is_empty() {
            return Decrypted::Failed(ItemError::read(&error));
        }
        let key = plaintext.as_ref().and_then(|text| {
            let mut bytes = Zeroizing::new([0; KEY_LEN + 2]);
            let length = STANDARD.decode_slice(text.expose_secret(), bytes.as_mut_slice()).ok()?;
            key_from(&bytes[..length])
        });
        key.map_or(Decrypted::NotAKey, Decrypted::Key)
    };
    Some(read.data.batch_results.into_iter().map(each).collect())
}

/// What the service tells of a key.
#[derive(Debug, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "they are the service's")]
pub(super) struct KeyAbout {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub derived: bool,
    pub latest_version: u32,
    #[serde(default)]
    pub min_available_version: u32,
    #[serde(default)]
    pub min_decryption_version: u32,
    #[serde(default)]
    pub min_encryption_version: u32,
    #[serde(default)]
    pub soft_deleted: bool,
    #[serde(default)]
    exportable: bool,
    #[serde(default)]
    allow_plaintext_backup: bool,
}

impl KeyAbout {
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        serde_json::from_slice::<Outer<Self>>(body)
            .ok()
            .map(|outer| outer.data)
            .filter(|about| about.latest_version > 0)
    }

    pub(super) fn first_usable(&self) -> u32 {
        self.min_available_version.max(self.min_decryption_version).max(1)
    }

    /// Whether the key can leave the service.
    pub(super) const fn leaves(&self) -> bool {
        self.exportable || self.allow_plaintext_backup
    }
}

/// A name that the service gives, as far as it may go into an error.
pub(super) fn shown(name: &str) -> String {
    let is_plain = name.len() <= 40 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if is_plain { name.to_owned() } else { "another one".to_owned() }
}
