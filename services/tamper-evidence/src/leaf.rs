//! An event as a leaf of the tree: everything that the log stores of it, but for its position.
//!
//! Positions are each engine's own, so that a log copied to another engine is the same tree; what they say of the order, the
//! order of the leaves says too. When an event was recorded, by whom and for what, is in its metadata. What describes a
//! person is in its data, sealed: destroying a key changes no leaf.

use event_log::Recorded;
use transparency::{Hash, Leaf};

/// What kind of leaf it is, and in which version of its encoding.
const LABEL: &str = "baken/event/1";

/// The hash of an event's leaf. Its fields, in this order: id (16 bytes), stream, revision (a number), type, metadata, data.
#[must_use]
pub fn leaf_of(event: &Recorded) -> Hash {
    let Recorded { id, stream, revision, position: _, kind, data, metadata } = event;
    Leaf::new(LABEL)
        .field(id.as_bytes())
        .field(stream.as_str().as_bytes())
        .number(*revision)
        .field(kind.as_bytes())
        .field(metadata)
        .field(data)
        .hash()
}

#[cfg(test)]
mod tests {
    use event_log::{Position, StreamName};
    use uuid::Uuid;

    use super::*;

    fn event() -> Recorded {
        Recorded {
            id: Uuid::from_u128(7),
            stream: StreamName::new("person-1"),
            revision: 3,
            position: Position(11),
            kind: "signal_received".to_owned(),
            data: b"sealed".to_vec(),
            metadata: b"{}".to_vec(),
        }
    }

    #[test]
    fn every_field_of_an_event_but_its_position_is_in_its_leaf() {
        let changes: [fn(&mut Recorded); 6] = [
            |event| event.id = Uuid::from_u128(8),
            |event| event.stream = StreamName::new("person-2"),
            |event| event.revision = 4,
            |event| event.kind.push('s'),
            |event| event.data.push(0),
            |event| event.metadata.clear(),
        ];
        for change in changes {
            let mut other = event();
            change(&mut other);
            assert_ne!(leaf_of(&other), leaf_of(&event()), "{other:?}");
        }
        let elsewhere = Recorded { position: Position(12), ..event() };
        assert_eq!(leaf_of(&elsewhere), leaf_of(&event()));
    }

    /// The encoding of what is in somebody's checkpoints can never change: another one has another label.
    #[test]
    fn the_leaf_of_an_event_is_the_one_that_it_always_was() {
        assert_eq!(leaf_of(&event()).to_string(), "+uxFMuo9eFWpy7HDg32Y5a4x8OHgv/pGgfZVhXJu16g=");
    }
}
