//! A record as a leaf of a Merkle tree, built so that a part of it can be shown and the rest withheld.
//!
//! A leaf holds the record's number, its time, and a hash over hashes of its parts: the whole record as it is stored, what a
//! person may know of the reader, and each person. Each part is hashed with a salt of its own; the salts follow from a random
//! seed, which goes when the record goes. So who is shown one part with its salt cannot guess the others, and of a record that
//! was removed number, time and hash are left. docs/tamper-evidence.md has the encoding.

use std::borrow::Cow;
use std::fmt;

use aws_lc_rs::rand::fill;
use serde::Deserialize;
use transparency::{Hash, Leaf};

const RECORD: &str = "baken/access/1";
const BODY: &str = "baken/access-body/1";
const PART: &str = "baken/access-part/1";
const SALT: &str = "baken/access-salt/1";

/// What a part is, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// The record, byte for byte as it is stored.
    Record,
    /// The outcome, and the reader's role and organisation.
    Reader,
    /// A person and what was shown of them.
    Person,
}

impl Part {
    const fn name(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Reader => "reader",
            Self::Person => "person",
        }
    }

    /// The hash of this part, whose fields these are.
    pub(crate) fn hash<'a>(self, salt: &Hash, fields: impl IntoIterator<Item = &'a [u8]>) -> Hash {
        let part = Leaf::new(PART).field(self.name().as_bytes()).field(salt.as_bytes());
        fields.into_iter().fold(part, Leaf::field).hash()
    }
}

/// What the salts of a record follow from.
#[derive(Clone, PartialEq, Eq)]
pub struct Seed([u8; Self::LEN]);

impl Seed {
    pub(crate) const LEN: usize = 32;

    /// A new one; `None` where the machine has no randomness.
    pub(crate) fn random() -> Option<Self> {
        let mut seed = [0; Self::LEN];
        fill(&mut seed).ok()?;
        Some(Self(seed))
    }

    pub(crate) const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    /// A name that follows from it: 16 hexadecimal digits.
    pub(crate) fn name(&self) -> String {
        let (eight, _) = self.0.as_chunks();
        eight.first().map_or_else(String::new, |eight| format!("{:016x}", u64::from_be_bytes(*eight)))
    }

    /// The salt of a part. Persons differ by their place in the record, from 0; of the other parts there is one.
    pub(crate) fn salt(&self, part: Part, place: u64) -> Hash {
        Leaf::new(SALT).field(&self.0).field(part.name().as_bytes()).number(place).hash()
    }
}

/// The hash over the hashes of a record's parts. Those of the persons are in the order of their bytes, so that their order
/// says nothing of them.
pub(crate) fn body(record: Hash, reader: Hash, mut persons: Vec<Hash>) -> Hash {
    persons.sort_by_key(|person| *person.as_bytes());
    let body = Leaf::new(BODY).field(record.as_bytes()).field(reader.as_bytes());
    persons.iter().fold(body, |body, person| body.field(person.as_bytes())).hash()
}

/// What is left of a record when it is removed, and what its leaf is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordLeaf {
    pub number: u64,
    /// As the record has it. Empty where the record had been removed before the store had a tree.
    pub at: String,
    /// The hash over its parts.
    pub body: Vec<u8>,
}

impl RecordLeaf {
    /// The leaf of a record of which nothing is left but that it was.
    pub(crate) const fn of_nothing(number: u64) -> Self {
        Self { number, at: String::new(), body: Vec::new() }
    }

    pub(crate) const fn is_of_nothing(&self) -> bool {
        self.at.is_empty() && self.body.is_empty()
    }

    /// The hash of the leaf, which is the tree's leaf `number - 1`.
    #[must_use]
    pub fn hash(&self) -> Hash {
        Leaf::new(RECORD).number(self.number).field(self.at.as_bytes()).field(&self.body).hash()
    }
}

/// A record as the store has it.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredRecord {
    pub number: u64,
    pub(crate) seed: Seed,
    pub(crate) record: Vec<u8>,
}

impl fmt::Debug for StoredRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredRecord").field("number", &self.number).finish_non_exhaustive()
    }
}

/// What of a record's text goes into parts of their own, as it is written there.
#[derive(Deserialize)]
pub(crate) struct Fields<'a> {
    #[serde(borrow)]
    pub(crate) at: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) outcome: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) role: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) organisation: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) persons: Vec<PersonFields<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct PersonFields<'a> {
    #[serde(borrow)]
    pub(crate) person_id: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) categories: Vec<Cow<'a, str>>,
}

impl Fields<'_> {
    pub(crate) fn reader(&self, salt: &Hash) -> Hash {
        Part::Reader.hash(salt, [&self.outcome, &self.role, &self.organisation].map(|field| field.as_bytes()))
    }
}

impl PersonFields<'_> {
    pub(crate) fn hash(&self, salt: &Hash) -> Hash {
        let fields = std::iter::once(&self.person_id).chain(&self.categories).map(|field| field.as_bytes());
        Part::Person.hash(salt, fields)
    }
}

impl StoredRecord {
    /// What its text says; `None` where that is no record.
    pub(crate) fn fields(&self) -> Option<Fields<'_>> {
        serde_json::from_slice(&self.record).ok()
    }

    /// The salt and the hash of each person, in the record's order.
    pub(crate) fn persons<'a>(
        &'a self,
        fields: &'a Fields<'a>,
    ) -> impl Iterator<Item = (&'a PersonFields<'a>, Hash, Hash)> {
        (0..).zip(&fields.persons).map(|(place, person)| {
            let salt = self.seed.salt(Part::Person, place);
            (person, salt, person.hash(&salt))
        })
    }

    pub(crate) fn whole(&self) -> Hash {
        Part::Record.hash(&self.seed.salt(Part::Record, 0), [&self.record[..]])
    }

    /// Its leaf; `None` where its text is no record.
    #[must_use]
    pub fn leaf(&self) -> Option<RecordLeaf> {
        let fields = self.fields()?;
        let persons = self.persons(&fields).map(|(_, _, hash)| hash).collect();
        let body = body(self.whole(), fields.reader(&self.seed.salt(Part::Reader, 0)), persons);
        Some(RecordLeaf { number: self.number, at: fields.at.into_owned(), body: body.as_bytes().to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str = r#"{"at":"2026-11-29T09:00:00Z","request_id":"00000000-0000-0000-0000-000000000001","surface":"rest","action":"read","operation":"GET /v1/persons","outcome":"shown","user":"anna","role":"process_coordinator","organisation":"town-hall","persons":[{"person_id":"00000000-0000-0000-0000-000000000002","relation":"region","categories":["identity","notes"]},{"person_id":"00000000-0000-0000-0000-000000000003","relation":"region","categories":[]}]}"#;

    fn stored(record: &str) -> StoredRecord {
        StoredRecord { number: 7, seed: Seed::from_bytes([9; 32]), record: record.as_bytes().to_vec() }
    }

    /// The encoding of what is in somebody's checkpoints can never change: another one has another label.
    #[test]
    fn the_leaf_of_a_record_is_the_one_that_it_always_was() {
        let leaf = stored(RECORD).leaf().unwrap();
        assert_eq!((leaf.number, leaf.at.as_str()), (7, "2026-11-29T09:00:00Z"));
        assert_eq!(leaf.hash().to_string(), "2uc+ald4qF4UI6MflGiRP1nxWbvH3k5lecrtouTY8gk=");
        assert_eq!(RecordLeaf::of_nothing(7).hash().to_string(), "QeJoDb9cu9ERBrJv0ECQOvE4VTEfIyINzdyYNzxkLVo=");
    }

    #[test]
    fn every_byte_of_a_record_its_number_and_its_seed_are_in_its_leaf() {
        let leaf = stored(RECORD).leaf().unwrap().hash();
        for (at, byte) in RECORD.bytes().enumerate() {
            let mut other = stored(RECORD);
            other.record[at] = if byte == b'0' { b'1' } else { b'0' };
            assert!(other.leaf().is_none_or(|other| other.hash() != leaf), "{at}");
        }
        let spaced = stored(&RECORD.replacen(',', ", ", 1));
        let (mut elsewhere, mut salted) = (stored(RECORD), stored(RECORD));
        (elsewhere.number, salted.seed) = (8, Seed::from_bytes([8; 32]));
        for other in [spaced, elsewhere, salted] {
            assert_ne!(other.leaf().unwrap().hash(), leaf);
        }
    }
}
