//! That records of a person are in a signed log of accesses, for them to take away: of each record what they may know of it,
//! the rest as salted hashes, and its way up to the root that a checkpoint signs. Nothing else is needed to verify it.

use std::collections::BTreeSet;

use care_path::PersonId;
use care_path::time::DateTime;
use serde::{Deserialize, Serialize};
use transparency::{Checkpoint, Hash, InclusionProof, Leaves};

use crate::leaf::{Part, PersonFields, RecordLeaf, StoredRecord, body};

/// What kind of file it is, and in which version.
const FORMAT: &str = "baken/access-proof/1";

/// A hash as JSON: in base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HashText(pub Hash);

impl From<HashText> for String {
    fn from(HashText(hash): HashText) -> Self {
        hash.to_string()
    }
}

impl TryFrom<String> for HashText {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Hash::from_base64(&text).map(Self).ok_or("a hash is 32 bytes in base64")
    }
}

/// The proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessProof {
    pub format: String,
    /// The ids of the human being whose records these are.
    pub persons: BTreeSet<PersonId>,
    /// A signed note: the checkpoint of the log.
    pub checkpoint: String,
    /// The oldest first.
    pub records: Vec<ProvedRecord>,
}

/// A record: what is told of it, and its place in the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProvedRecord {
    /// It is the tree's leaf `number - 1`.
    pub number: u64,
    pub at: String,
    pub reader: ToldReader,
    pub persons: Vec<ToldPerson>,
    /// The hash of the whole record, which is withheld.
    pub record: HashText,
    /// The nodes beside the way to the root, the lowest first.
    pub path: Vec<HashText>,
}

/// What a person may know of who saw them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToldReader {
    pub salt: HashText,
    pub outcome: String,
    pub role: String,
    pub organisation: String,
}

/// One of the persons of a record: the one whom it is proved to, or anybody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum ToldPerson {
    Told { salt: HashText, person_id: String, categories: Vec<String> },
    Withheld { hash: HashText },
}

/// Why a proof shows nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccessProofError {
    #[error("it is no proof of this version: `{FORMAT}`")]
    Format,
    #[error("record {0} does not come after the one before it")]
    Order(u64),
    #[error("record {0} does not tell that something of the person was shown")]
    OfNobody(u64),
    #[error("record {number} is not in the tree of the checkpoint: {source}")]
    NotInTree { number: u64, source: transparency::ProofError },
}

impl StoredRecord {
    /// What these persons may know of it; `None` where its text is no record.
    fn told(&self, to: &BTreeSet<PersonId>) -> Option<ProvedRecord> {
        let fields = self.fields()?;
        let mut persons: Vec<_> = self.persons(&fields).collect();
        persons.sort_by_key(|(_, _, hash)| *hash.as_bytes());
        let told = |(person, salt, hash): (&PersonFields<'_>, Hash, Hash)| {
            if to.iter().all(|id| id.to_string() != person.person_id) {
                return ToldPerson::Withheld { hash: HashText(hash) };
            }
            let categories = person.categories.iter().map(|category| category.clone().into_owned()).collect();
            ToldPerson::Told { salt: HashText(salt), person_id: person.person_id.clone().into_owned(), categories }
        };
        let persons = persons.into_iter().map(told).collect();
        let reader = ToldReader {
            salt: HashText(self.seed.salt(Part::Reader, 0)),
            outcome: fields.outcome.into_owned(),
            role: fields.role.into_owned(),
            organisation: fields.organisation.into_owned(),
        };
        let record = HashText(self.whole());
        Some(ProvedRecord {
            number: self.number,
            at: fields.at.into_owned(),
            reader,
            persons,
            record,
            path: Vec::new(),
        })
    }
}

impl ProvedRecord {
    /// The hash of the leaf that follows from what is told and what is withheld.
    #[must_use]
    pub fn leaf(&self) -> Hash {
        let ToldReader { salt, outcome, role, organisation } = &self.reader;
        let reader = Part::Reader.hash(&salt.0, [outcome, role, organisation].map(String::as_bytes));
        let persons = self.persons.iter().map(|person| match person {
            ToldPerson::Withheld { hash } => hash.0,
            ToldPerson::Told { salt, person_id, categories } => {
                Part::Person.hash(&salt.0, std::iter::once(person_id).chain(categories).map(String::as_bytes))
            }
        });
        let body = body(self.record.0, reader, persons.collect()).as_bytes().to_vec();
        RecordLeaf { number: self.number, at: self.at.clone(), body }.hash()
    }

    /// What it tells of any of these persons; `None` where it tells of none of them, or that nothing was shown.
    fn tells_of(&self, persons: &BTreeSet<PersonId>) -> Option<()> {
        let is_theirs = |person: &ToldPerson| match person {
            ToldPerson::Told { person_id, .. } => persons.iter().any(|id| id.to_string() == *person_id),
            ToldPerson::Withheld { .. } => false,
        };
        let at: Result<DateTime, _> = self.at.parse();
        (at.is_ok() && self.reader.outcome == "shown" && self.persons.iter().any(is_theirs)).then_some(())
    }
}

impl AccessProof {
    /// The proof that these records, of these persons, are in the tree over these leaves, of which the note is the checkpoint.
    /// Records that tell of none of them, or that nothing was shown, are left out. `None` where the leaves are not the
    /// records'.
    #[must_use]
    pub fn of(
        persons: BTreeSet<PersonId>,
        mut stored: Vec<StoredRecord>,
        leaves: Leaves<'_>,
        checkpoint: String,
    ) -> Option<Self> {
        stored.sort_by_key(|record| record.number);
        let told: Option<Vec<_>> = stored.iter().map(|record| record.told(&persons)).collect();
        let mut records = told?;
        records.retain(|record| record.tells_of(&persons).is_some());
        let indices = records.iter().map(|record| record.number.checked_sub(1)).collect::<Option<Vec<_>>>()?;
        for (record, proof) in records.iter_mut().zip(InclusionProof::of_many(leaves, &indices)?) {
            record.path = proof.0.into_iter().map(HashText).collect();
        }
        Some(Self { format: FORMAT.to_owned(), persons, checkpoint, records })
    }

    /// Checks that each record is in the tree of the checkpoint, whose signature was verified, and tells of the person.
    ///
    /// # Errors
    /// See [`AccessProofError`].
    pub fn verify(&self, checkpoint: &Checkpoint) -> Result<(), AccessProofError> {
        if self.format != FORMAT {
            return Err(AccessProofError::Format);
        }
        let mut last = 0;
        for record in &self.records {
            let number = record.number;
            if number <= last {
                return Err(AccessProofError::Order(number));
            }
            last = number;
            record.tells_of(&self.persons).ok_or(AccessProofError::OfNobody(number))?;
            let proof = InclusionProof(record.path.iter().map(|HashText(hash)| *hash).collect());
            let verified = proof.verify(record.leaf(), number - 1, checkpoint.size, checkpoint.root);
            verified.map_err(|source| AccessProofError::NotInTree { number, source })?;
        }
        Ok(())
    }
}
