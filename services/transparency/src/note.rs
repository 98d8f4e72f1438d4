//! Signed notes (C2SP `signed-note`): a text, an empty line, and a line for each signature.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::key::{KeyKind, Signer, VerifierKey, is_name};

/// Bytes of a note at most, with all its signatures.
const LONGEST: usize = 1_000_000;
const ID: usize = 4;
const TIME: usize = 8;
const DASH: &str = "\u{2014} ";

/// Why a text is no signed note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    #[error("a signed note has at most {LONGEST} bytes")]
    TooLong,
    #[error("a signed note has no control characters but line feeds")]
    Control,
    #[error("a signed note is a text, an empty line, and lines of signatures")]
    Shape,
    #[error("a line of a note's signatures is malformed")]
    Signature,
}

/// A signature is not the one of the key that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WrongSignature;

/// A signature line. Whether it is right is not known yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    pub name: String,
    pub id: u32,
    pub bytes: Vec<u8>,
}

impl Signature {
    fn by(signer: &Signer, bytes: Vec<u8>) -> Self {
        Self { name: signer.public().name().to_owned(), id: signer.public().id(), bytes }
    }

    /// Whether it says that it is this key's.
    #[must_use]
    pub fn claims(&self, key: &VerifierKey) -> bool {
        self.name == key.name() && self.id == key.id()
    }

    /// Whether it is this key's signature of the text; where that says so, when it was made, in seconds since 1970.
    pub(crate) fn verify(&self, key: &VerifierKey, text: &str) -> Result<Option<u64>, WrongSignature> {
        let (time, right) = match key.kind() {
            KeyKind::Log => (None, key.verifies(text.as_bytes(), &self.bytes)),
            KeyKind::Cosigner => {
                let (time, signature) = self.bytes.split_first_chunk::<TIME>().ok_or(WrongSignature)?;
                let time = u64::from_be_bytes(*time);
                (Some(time), key.verifies(cosigned(text, time).as_bytes(), signature))
            }
        };
        if right { Ok(time) } else { Err(WrongSignature) }
    }
}

/// What a cosigner signs (`tlog-cosignature`, "Ed25519 signed message").
fn cosigned(text: &str, time: u64) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

/// A text with signatures, none of which was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedNote {
    text: String,
    signatures: Vec<Signature>,
}

impl SignedNote {
    /// The text, signed by a log's key. It ends in a line feed. What it is must follow from its first line: a checkpoint's is
    /// its log's name, so that no other text can be taken for one.
    #[must_use]
    pub fn sign(text: String, signer: &Signer) -> Self {
        let signature = Signature::by(signer, signer.sign(text.as_bytes()));
        Self { text, signatures: vec![signature] }
    }

    /// Adds a cosigner's signature, made at this time, in seconds since 1970.
    pub fn cosign(&mut self, signer: &Signer, time: u64) {
        let signature = signer.sign(cosigned(&self.text, time).as_bytes());
        self.signatures.push(Signature::by(signer, [&time.to_be_bytes()[..], &signature].concat()));
    }

    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text's first line: of which log it says that it is.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.text.lines().next().unwrap_or_default()
    }

    #[must_use]
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }
}

impl fmt::Display for SignedNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        for Signature { name, id, bytes } in &self.signatures {
            writeln!(f, "{DASH}{name} {}", STANDARD.encode([&id.to_be_bytes()[..], bytes].concat()))?;
        }
        Ok(())
    }
}

impl FromStr for SignedNote {
    type Err = NoteError;

    fn from_str(note: &str) -> Result<Self, NoteError> {
        if note.len() > LONGEST {
            return Err(NoteError::TooLong);
        }
        if note.chars().any(|each| each < ' ' && each != '\n') {
            return Err(NoteError::Control);
        }
        // The text may have empty lines: the last one ends it.
        let (text, signatures) = note.rsplit_once("\n\n").ok_or(NoteError::Shape)?;
        let lines = signatures.strip_suffix('\n').ok_or(NoteError::Shape)?;
        let signatures = lines.split('\n').map(signature).collect::<Option<_>>().ok_or(NoteError::Signature)?;
        Ok(Self { text: format!("{text}\n"), signatures })
    }
}

fn signature(line: &str) -> Option<Signature> {
    let (name, signature) = line.strip_prefix(DASH)?.split_once(' ')?;
    let decoded = STANDARD.decode(signature).ok()?;
    let (id, bytes) = decoded.split_first_chunk::<ID>()?;
    let whole = is_name(name) && !bytes.is_empty();
    whole.then(|| Signature { name: name.to_owned(), id: u32::from_be_bytes(*id), bytes: bytes.to_vec() })
}

#[cfg(test)]
impl SignedNote {
    pub(crate) fn signatures_mut(&mut self) -> &mut [Signature] {
        &mut self.signatures
    }
}
