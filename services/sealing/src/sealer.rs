//! Sealing events, and opening them again.
//!
//! ```json
//! {"clear": {"name": {"$private": "identity", "at": 0}, "kind": "alias"},
//!  "sealed": {"identity": {"key": "<id of the data key>", "box": "<base64 of nonce, ciphertext and tag>"}}}
//! ```
//! All private values of one class are one box, under a key that is derived for this one event. The box is bound to the
//! stream, the event, its type, the class, the data key, and to what stays in clear, byte by byte: neither a value nor
//! what is said beside it can be moved or changed. It is not bound to revision or position: those are the log's to give.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use care_path::codes::{Code, DataClass};
use care_path::ids::{EventId, PersonId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::cache::Cached;
use super::key_store::Slot;
use super::marks::{self, BadMark, Content, PerClass};
use super::ring::{KeyError, KeyRing};
use super::secret::{Cipher, CryptoFailed, DataKey, KeyId, bind, derive};

/// The format, in all that is derived and authenticated: another one is another key.
const FORMAT: &[u8] = b"baken/event/v1";
/// Plaintexts are filled up to a multiple of this, so that the length of a box does not tell a name from another.
const BLOCK: usize = 64;

/// What an event's boxes are bound to.
#[derive(Debug, Clone, Copy)]
pub struct Binding<'a> {
    /// Whose keys: the person that the stream is about.
    pub person: PersonId,
    pub event: EventId,
    /// The event's type, as the log has it.
    pub kind: &'a str,
    pub stream: &'a str,
}

/// Why an event was not sealed. Nothing of it was written anywhere.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The person was erased: nothing that describes them can be recorded again.
    #[error("the person was erased")]
    Erased,
    #[error(transparent)]
    BadMark(#[from] BadMark),
    #[error("the event cannot be written as JSON")]
    NotJson,
    #[error(transparent)]
    Key(KeyError),
    #[error(transparent)]
    Crypto(#[from] CryptoFailed),
}

impl From<KeyError> for SealError {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Erased => Self::Erased,
            other => Self::Key(other),
        }
    }
}

/// Why something sealed was not opened. None of these means erased: that is not an error.
#[derive(Debug, thiserror::Error)]
pub enum UnsealError {
    /// It was changed, or it was sealed for another event, stream, type or class.
    #[error("its seal does not match: it was changed, or sealed for another event")]
    Tampered,
    /// The key store has never had this key: it is another one, or older than the log.
    #[error("the key store does not know the data key {0}: it is another store, or an older one")]
    KeyMissing(KeyId),
    /// It does not have the form of something sealed.
    #[error("it is not in the sealed format")]
    Malformed,
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl From<CryptoFailed> for UnsealError {
    fn from(failed: CryptoFailed) -> Self {
        Self::Key(failed.into())
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SealedBox<'a> {
    key: Uuid,
    #[serde(rename = "box", borrow)]
    sealed: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SealedEvent<'a> {
    #[serde(borrow)]
    clear: &'a RawValue,
    #[serde(borrow, default)]
    sealed: BTreeMap<DataClass, SealedBox<'a>>,
}

/// Seals and opens events and blobs.
pub struct Sealer {
    pub(super) ring: Arc<KeyRing>,
}

impl Sealer {
    #[must_use]
    pub const fn new(ring: Arc<KeyRing>) -> Self {
        Self { ring }
    }

    /// The keys that it works with.
    #[must_use]
    pub const fn ring(&self) -> &Arc<KeyRing> {
        &self.ring
    }

    /// Seals an event's private values, each class under its own key. Keys that do not exist yet are made, and are
    /// durable before anything is sealed with them.
    pub async fn seal(&self, binding: Binding<'_>, mut event: Value) -> Result<Vec<u8>, SealError> {
        let taken = marks::take_out(&mut event)?;
        let clear = serde_json::to_vec(&event).map_err(|_| SealError::NotJson)?;
        let lists: Vec<_> = taken.iter().filter(|(_, values)| !values.is_empty()).collect();
        let slots: Vec<_> = lists.iter().map(|(class, _)| Slot::Person(binding.person, *class)).collect();
        let keys = self.ring.keys_for(&slots).await?;
        let mut boxes = BTreeMap::new();
        for ((class, values), key) in lists.into_iter().zip(keys) {
            let sealed = Cow::Owned(STANDARD.encode(seal_values(binding, class, &key, &clear, values)?));
            boxes.insert(class, SealedBox { key: key.id().0, sealed });
        }
        let mut out = Vec::with_capacity(clear.len() + 256);
        out.extend_from_slice(br#"{"clear":"#);
        out.extend_from_slice(&clear);
        if !boxes.is_empty() {
            out.extend_from_slice(br#","sealed":"#);
            serde_json::to_writer(&mut out, &boxes).map_err(|_| SealError::NotJson)?;
        }
        out.push(b'}');
        Ok(out)
    }

    /// Opens what `seal` made, for the same binding. Where a person's keys were destroyed, their values are erased.
    pub async fn open(&self, binding: Binding<'_>, sealed: &[u8]) -> Result<Value, UnsealError> {
        let event = parse(sealed)?;
        let slots: Vec<_> = event.sealed.keys().map(|class| Slot::Person(binding.person, *class)).collect();
        let found = self.ring.find(&slots).await?;
        let mut content = PerClass::new(|| Content::Nothing);
        for ((class, sealed), found) in event.sealed.iter().zip(found) {
            let Some(opened) = open_box(binding, *class, sealed, event.clear, &found)? else {
                let id = KeyId(sealed.key);
                // A key of somebody or something else: the box was moved. A key of nobody: the store is not the one.
                let moved = self.ring.slot_of(id).await?.is_some();
                return Err(if moved { UnsealError::Tampered } else { UnsealError::KeyMissing(id) });
            };
            *content.get_mut(*class) = opened;
        }
        restore(event.clear, &mut content)
    }

    /// The same, at once, where all keys that it takes are in memory; `None` where they are not.
    pub fn open_cached(&self, binding: Binding<'_>, sealed: &[u8]) -> Result<Option<Value>, UnsealError> {
        let event = parse(sealed)?;
        let mut content = PerClass::new(|| Content::Nothing);
        for (class, sealed) in &event.sealed {
            let found = self.ring.cached(Slot::Person(binding.person, *class));
            let Some(opened) = open_box(binding, *class, sealed, event.clear, &found)? else {
                return Ok(None);
            };
            *content.get_mut(*class) = opened;
        }
        restore(event.clear, &mut content).map(Some)
    }
}

fn parse(sealed: &[u8]) -> Result<SealedEvent<'_>, UnsealError> {
    serde_json::from_slice(sealed).map_err(|_| UnsealError::Malformed)
}

fn seal_values(
    binding: Binding<'_>,
    class: DataClass,
    key: &DataKey,
    clear: &[u8],
    values: &[Value],
) -> Result<Vec<u8>, SealError> {
    let plain = Zeroizing::new(serde_json::to_vec(values).map_err(|_| SealError::NotJson)?);
    let padded = plain.len().next_multiple_of(BLOCK);
    let cipher = event_cipher(binding, class, key)?;
    let sealed = cipher.seal(&aad(binding, class, key.id(), clear), padded, |buffer| {
        buffer.extend_from_slice(&plain);
        // White space after JSON is JSON.
        buffer.resize(buffer.len() + padded - plain.len(), b' ');
    })?;
    Ok(sealed)
}

/// The content of one box; `None` where what was found is not its key.
fn open_box(
    binding: Binding<'_>,
    class: DataClass,
    sealed: &SealedBox<'_>,
    clear: &RawValue,
    found: &Cached,
) -> Result<Option<Content>, UnsealError> {
    let key = match found {
        Cached::Erased => return Ok(Some(Content::Erased)),
        Cached::Key(key) if key.id().0 == sealed.key => key,
        Cached::Key(_) | Cached::Unknown => return Ok(None),
    };
    let mut buffer = Zeroizing::new(STANDARD.decode(sealed.sealed.as_bytes()).map_err(|_| UnsealError::Tampered)?);
    let aad = aad(binding, class, key.id(), clear.get().as_bytes());
    let plain = event_cipher(binding, class, key)?.open(&aad, &mut buffer).ok_or(UnsealError::Tampered)?;
    let values: Vec<Value> = serde_json::from_slice(plain).map_err(|_| UnsealError::Malformed)?;
    Ok(Some(Content::Values(values.into_iter().map(Some).collect())))
}

fn restore(clear: &RawValue, content: &mut PerClass<Content>) -> Result<Value, UnsealError> {
    let mut event = serde_json::from_str(clear.get()).map_err(|_| UnsealError::Malformed)?;
    marks::put_back(&mut event, content).map_err(|_| UnsealError::Tampered)?;
    Ok(event)
}

fn event_cipher(binding: Binding<'_>, class: DataClass, key: &DataKey) -> Result<Cipher, CryptoFailed> {
    let info = [FORMAT, b"|", class.code().as_bytes(), b"|", binding.kind.as_bytes()];
    Cipher::new(&derive(key.key(), binding.event.0.as_bytes(), &info)?)
}

fn aad(binding: Binding<'_>, class: DataClass, key: KeyId, clear: &[u8]) -> Vec<u8> {
    bind(&[
        FORMAT,
        binding.stream.as_bytes(),
        binding.event.0.as_bytes(),
        binding.kind.as_bytes(),
        class.code().as_bytes(),
        key.0.as_bytes(),
        clear,
    ])
}
