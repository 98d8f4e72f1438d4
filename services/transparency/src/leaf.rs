//! How what a log stores becomes the content of a leaf: bytes from which every field can be read back, so that no two
//! different entries have the same.

use crate::Hash;

/// The content of a leaf: a label that says what the entry is and in which version, then its fields in a fixed order. Each
/// is preceded by its length in bytes, as 64 bits, big-endian; so is the label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf(Vec<u8>);

impl Leaf {
    /// A leaf of this kind, without fields. Another kind, or another version of it, has another label.
    #[must_use]
    pub fn new(label: &str) -> Self {
        Self(Vec::new()).field(label.as_bytes())
    }

    /// Adds a field.
    #[must_use]
    pub fn field(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
        self.0.extend_from_slice(bytes);
        self
    }

    /// Adds a number, as a field of eight bytes, big-endian.
    #[must_use]
    pub fn number(self, number: u64) -> Self {
        self.field(&number.to_be_bytes())
    }

    #[must_use]
    pub fn content(&self) -> &[u8] {
        &self.0
    }

    #[must_use]
    pub fn hash(&self) -> Hash {
        Hash::of_leaf(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_leaf_is_its_label_and_its_fields_each_after_its_length() {
        let leaf = Leaf::new("note/1").field(b"hi").number(258).field(b"");
        let written = [
            &[0, 0, 0, 0, 0, 0, 0, 6][..],
            b"note/1",
            &[0, 0, 0, 0, 0, 0, 0, 2],
            b"hi",
            &[0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 1, 2],
            &[0, 0, 0, 0, 0, 0, 0, 0],
        ];
        assert_eq!(leaf.content(), written.concat());
    }

    proptest! {
        #[test]
        fn two_entries_have_the_same_content_only_if_all_their_fields_are_equal(
            one in prop::collection::vec(prop::collection::vec(0_u8..2, 0..3), 0..4),
            other in prop::collection::vec(prop::collection::vec(0_u8..2, 0..3), 0..4),
        ) {
            let written = |fields: &[Vec<u8>]| fields.iter().fold(Leaf::new("t"), |leaf, field| leaf.field(field));
            prop_assert_eq!(written(&one) == written(&other), one == other);
        }
    }
}
