//! Keys of notes, in the text forms of C2SP `signed-note` and of Go's `golang.org/x/mod/sumdb/note`: a public one is
//! `NAME+ID+KEY`, a private one `PRIVATE+KEY+NAME+ID+KEY`.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, ParsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

const SEED: usize = 32;
const PUBLIC: usize = 32;
const PRIVATE: &str = "PRIVATE+KEY+";

/// What a key signs: the byte that tells its signatures from those of other kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// A log signs the text of its own note.
    Log,
    /// A second party signs a log's checkpoint, with the time (`cosignature/v1`).
    Cosigner,
}

impl KeyKind {
    const fn byte(self) -> u8 {
        match self {
            Self::Log => 0x01,
            Self::Cosigner => 0x04,
        }
    }

    const fn of(byte: u8) -> Option<Self> {
        match byte {
            0x01 => Some(Self::Log),
            0x04 => Some(Self::Cosigner),
            _ => None,
        }
    }
}

/// Why a text is no key, or a key cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("a key's name may be neither empty nor hold spaces, control characters or `+`")]
    Name,
    #[error("a verifier key is NAME+ID+KEY, with eight hexadecimal digits and base64")]
    Public,
    #[error("a signing key is PRIVATE+KEY+NAME+ID+KEY, with eight hexadecimal digits and base64")]
    Private,
    #[error("the key's id is not the one of its name and key")]
    Id,
    #[error("keys of this kind are not known: only Ed25519, of a log (1) and of a cosigner (4)")]
    Kind,
    #[error("the cryptographic library refused the key")]
    Cryptography,
}

/// The name that a key signs under: `example.org/baken`.
#[must_use]
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|each| each.is_whitespace() || each.is_control() || each == '+')
}

/// The first four bytes of a hash over name, kind and key (`signed-note`, "Signatures").
fn id(name: &str, kind: KeyKind, public: &[u8]) -> u32 {
    let hashed = digest(&SHA256, &[name.as_bytes(), b"\n", &[kind.byte()], public].concat());
    hashed.as_ref().iter().take(4).fold(0, |id, byte| id << 8 | u32::from(*byte))
}

/// What a text `NAME+ID+KEY` holds: of a public key its bytes, of a private one its seed.
struct KeyParts<'a> {
    name: &'a str,
    id: u32,
    kind: KeyKind,
    key: Zeroizing<[u8; 32]>,
}

fn parts(text: &str, malformed: KeyError) -> Result<KeyParts<'_>, KeyError> {
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else { return Err(malformed) };
    if !is_name(name) {
        return Err(KeyError::Name);
    }
    let is_hex = id.len() == 8 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let id = u32::from_str_radix(id, 16).ok().filter(|_| is_hex).ok_or(malformed)?;
    let decoded = Zeroizing::new(STANDARD.decode(key).map_err(|_| malformed)?);
    let (kind, key) = decoded.split_first().ok_or(malformed)?;
    let kind = KeyKind::of(*kind).ok_or(KeyError::Kind)?;
    Ok(KeyParts { name, id, kind, key: Zeroizing::new(key.try_into().map_err(|_| malformed)?) })
}

fn written(name: &str, kind: KeyKind, public: &[u8; PUBLIC], key: &[u8]) -> Zeroizing<String> {
    let key = Zeroizing::new([&[kind.byte()], key].concat());
    let encoded = Zeroizing::new(STANDARD.encode(&*key));
    Zeroizing::new(format!("{name}+{:08x}+{}", id(name, kind, public), *encoded))
}

/// The public key of a signer, by which its signatures are known.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: u32,
    kind: KeyKind,
    public: [u8; PUBLIC],
}

impl VerifierKey {
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    #[must_use]
    pub const fn id(&self) -> u32 {
        self.id
    }

    #[must_use]
    pub const fn kind(&self) -> KeyKind {
        self.kind
    }

    /// Whether the signature is this key's, over this message.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        ParsedPublicKey::new(&ED25519, self.public).is_ok_and(|key| key.verify_sig(message, signature).is_ok())
    }
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let KeyParts { name, id: said, kind, key } = parts(text, KeyError::Public)?;
        if said != id(name, kind, &*key) {
            return Err(KeyError::Id);
        }
        ParsedPublicKey::new(&ED25519, *key).map_err(|_| KeyError::Cryptography)?;
        Ok(Self { name: name.to_owned(), id: said, kind, public: *key })
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&written(&self.name, self.kind, &self.public, &self.public))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A private key. It is printed only by [`Self::to_text`].
pub struct Signer {
    key: Ed25519KeyPair,
    seed: Zeroizing<[u8; SEED]>,
    public: VerifierKey,
}

impl Signer {
    /// A new key.
    ///
    /// # Errors
    /// Where the name cannot be one, or the machine has no randomness.
    pub fn generate(name: &str, kind: KeyKind) -> Result<Self, KeyError> {
        let mut seed = Zeroizing::new([0; SEED]);
        SystemRandom::new().fill(&mut *seed).map_err(|_| KeyError::Cryptography)?;
        Self::from_seed(name, kind, seed)
    }

    fn from_seed(name: &str, kind: KeyKind, seed: Zeroizing<[u8; SEED]>) -> Result<Self, KeyError> {
        if !is_name(name) {
            return Err(KeyError::Name);
        }
        let key = Ed25519KeyPair::from_seed_unchecked(&*seed).map_err(|_| KeyError::Cryptography)?;
        let public: [u8; PUBLIC] = key.public_key().as_ref().try_into().map_err(|_| KeyError::Cryptography)?;
        let public = VerifierKey { name: name.to_owned(), id: id(name, kind, &public), kind, public };
        Ok(Self { key, seed, public })
    }

    /// Reads what [`Self::to_text`] writes.
    ///
    /// # Errors
    /// See [`KeyError`].
    pub fn from_text(text: &str) -> Result<Self, KeyError> {
        let text = text.trim().strip_prefix(PRIVATE).ok_or(KeyError::Private)?;
        let KeyParts { name, id: said, kind, key: seed } = parts(text, KeyError::Private)?;
        let signer = Self::from_seed(name, kind, seed)?;
        if signer.public.id == said { Ok(signer) } else { Err(KeyError::Id) }
    }

    /// The private key, for a file that only its owner can read.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let VerifierKey { name, kind, public, .. } = &self.public;
        let mut text = Zeroizing::new(PRIVATE.to_owned());
        text.push_str(&written(name, *kind, public, &*self.seed));
        text
    }

    /// The key that its signatures are verified by.
    #[must_use]
    pub const fn public(&self) -> &VerifierKey {
        &self.public
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.key.sign(message).as_ref().to_vec()
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Signer").field(&self.public).finish()
    }
}
