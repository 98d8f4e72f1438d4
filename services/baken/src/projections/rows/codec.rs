//! The form of a row: what happened, opened and read, in `MessagePack`. What stands in each row is an array by place;
//! the event itself keeps the names of its fields, because many of them may be missing. What is known of an event without
//! reading it stands first, so that the rest need not be read for it.
//!
//! Private values are in these rows as they are. The rows are sealed as soon as they are made (`snapshot/boxes.rs`), and nothing
//! else in the service can make them.

use std::sync::Arc;

use care_path::codes::Precision;
use care_path::event::{Event, EventKind, samples};
use care_path::ids::{OrgId, UserId};
use care_path::time::{DateTime, Occurred};
use care_path::{Author, EventId, PersonId, Stamp};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::event_log::Position;
use crate::history::{Happened, Heading, Idempotency, KeyDigest, Stream};
use crate::projections::instant::{Instant, NoInstant};
use crate::sha256::Sha256;

/// Raised by hand where the same events are to be read otherwise than they were, though their shape stays: a mistake in
/// opening or lifting them that was put right. What changes their shape changes [`form`] by itself.
const VERSION: u32 = 1;

/// A row could not be written or read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a row does not have the form of this version")]
pub struct BadRow;

impl From<NoInstant> for BadRow {
    fn from(_: NoInstant) -> Self {
        Self
    }
}

/// The beginning of a row: [`Heading`].
#[derive(Serialize, Deserialize)]
struct Beginning {
    /// Nobody, for an event that is about nobody who is known.
    person: Option<Uuid>,
    event: Uuid,
    revision: u64,
    position: u64,
    request: Option<(Uuid, Uuid)>,
}

impl From<&Heading> for Beginning {
    fn from(heading: &Heading) -> Self {
        let Heading { stream, event_id, revision, position, idempotency } = heading;
        let digest = |digest: KeyDigest| Uuid::from_bytes(digest.to_bytes());
        Self {
            person: stream.person().map(|person| person.0),
            event: event_id.0,
            revision: *revision,
            position: position.0,
            request: idempotency.map(|Idempotency { key, body }| (digest(key), digest(body))),
        }
    }
}

impl From<Beginning> for Heading {
    fn from(beginning: Beginning) -> Self {
        let Beginning { person, event, revision, position, request } = beginning;
        let digest = |id: Uuid| KeyDigest::from_bytes(id.into_bytes());
        Self {
            stream: person.map_or(Stream::TurnAways, |person| Stream::Person(PersonId(person))),
            event_id: EventId(event),
            revision,
            position: Position(position),
            idempotency: request.map(|(key, body)| Idempotency { key: digest(key), body: digest(body) }),
        }
    }
}

/// What a row holds between its beginning and the event.
#[derive(Serialize, Deserialize)]
struct Middle {
    occurred: Instant,
    precision: Precision,
    recorded: Instant,
    user: UserId,
    role: care_path::codes::Role,
    organisation: OrgId,
    /// The type, by its place in the catalogue, and the version of its shape.
    kind: u16,
    version: u32,
}

/// Adds a row.
pub fn encode(happened: &Happened, rows: &mut Vec<u8>) -> Result<(), BadRow> {
    let Happened { stamp, event, .. } = happened;
    let kind = event.kind();
    let middle = Middle {
        occurred: stamp.occurred.at.into(),
        precision: stamp.occurred.precision,
        recorded: stamp.recorded_at.into(),
        user: stamp.by.user.clone(),
        role: stamp.by.role,
        organisation: stamp.by.organisation.clone(),
        kind: place_of(kind)?,
        version: kind.version(),
    };
    let mut writer = rmp_serde::Serializer::new(&mut *rows);
    Beginning::from(&happened.heading()).serialize(&mut writer).map_err(|_| BadRow)?;
    middle.serialize(&mut writer).map_err(|_| BadRow)?;
    event.serialize(&mut rmp_serde::Serializer::new(rows).with_struct_map()).map_err(|_| BadRow)
}

/// Reads a row back: one, and nothing after it.
pub fn decode(row: &[u8]) -> Result<Happened, BadRow> {
    let mut reader = rmp_serde::Deserializer::from_read_ref(row);
    let Heading { stream, event_id, revision, position, idempotency } =
        Beginning::deserialize(&mut reader).map_err(|_| BadRow)?.into();
    let middle = Middle::deserialize(&mut reader).map_err(|_| BadRow)?;
    let kind = *EventKind::ALL.get(usize::from(middle.kind)).ok_or(BadRow)?;
    if kind.version() != middle.version {
        return Err(BadRow);
    }
    let event: Event = kind.deserialize(&mut reader).map_err(|_| BadRow)?;
    // Any value at all would be one too many.
    if event.kind() != kind || IgnoredAny::deserialize(&mut reader).is_ok() {
        return Err(BadRow);
    }
    let stamp = Stamp {
        event_id,
        person_id: stream.key_owner(),
        occurred: Occurred { at: DateTime::try_from(middle.occurred)?, precision: middle.precision },
        recorded_at: middle.recorded.try_into()?,
        by: Author { user: middle.user, role: middle.role, organisation: middle.organisation },
    };
    Ok(Happened { stream, stamp: Arc::new(stamp), event, revision, position, idempotency })
}

/// Reads the beginning of a row.
pub fn heading(row: &[u8]) -> Result<Heading, BadRow> {
    let mut reader = rmp_serde::Deserializer::from_read_ref(row);
    Ok(Beginning::deserialize(&mut reader).map_err(|_| BadRow)?.into())
}

fn place_of(kind: EventKind) -> Result<u16, BadRow> {
    // The catalogue is listed in the order of its type.
    let place = kind as usize;
    debug_assert_eq!(EventKind::ALL.get(place), Some(&kind), "the catalogue lists every type at its place");
    u16::try_from(place).map_err(|_| BadRow)
}

/// What rows look like to this version: a digest of a row of every type of event, with every field and with none. It is
/// worked out, not kept by hand, so that nobody can change the shape of an event and forget it: a snapshot of another form
/// is not read.
pub fn form() -> Result<[u8; 32], BadRow> {
    let mut rows = Vec::new();
    for event in samples().map_err(|_| BadRow)? {
        encode(&sample(event), &mut rows)?;
    }
    Ok(form_of(VERSION, &rows))
}

fn form_of(version: u32, rows: &[u8]) -> [u8; 32] {
    let mut context = Sha256::new();
    context.update(&version.to_be_bytes());
    for kind in EventKind::ALL {
        context.update(kind.name().as_bytes());
        context.update(&kind.version().to_be_bytes());
    }
    context.update(rows);
    context.finish()
}

/// An event as it might have happened, with everything in its row.
fn sample(event: Event) -> Happened {
    let id = Uuid::from_u128(7);
    let stamp = Stamp {
        event_id: EventId(id),
        person_id: PersonId(id),
        occurred: Occurred::instant(DateTime::UNIX_EPOCH),
        recorded_at: DateTime::UNIX_EPOCH,
        by: care_path::Principal::baken().author(),
    };
    let digest = KeyDigest::from_bytes([7; 16]);
    Happened {
        stream: Stream::Person(PersonId(id)),
        stamp: Arc::new(stamp),
        event,
        revision: 7,
        position: Position(7),
        idempotency: Some(Idempotency { key: digest, body: digest }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row_of(happened: &Happened) -> Vec<u8> {
        let mut row = Vec::new();
        encode(happened, &mut row).unwrap();
        row
    }

    #[test]
    fn an_event_of_every_type_is_read_back_as_it_was() {
        let written: Vec<_> = samples().unwrap().into_iter().map(sample).collect();
        assert!(written.len() > EventKind::ALL.len(), "with all fields, and with as few as may be");
        for written in written {
            let row = row_of(&written);
            let read = decode(&row).unwrap();
            let name = written.event.kind().name();
            assert!(read.event == written.event, "{name}");
            assert!(read.stamp == written.stamp, "{name}");
            assert_eq!(read.heading(), written.heading());
            assert_eq!(heading(&row), Ok(written.heading()));
        }
    }

    #[test]
    fn what_is_about_nobody_and_was_asked_by_nobody_is_read_back_too() {
        let event = samples().unwrap().remove(0);
        let by_nobody = Happened { stream: Stream::TurnAways, idempotency: None, ..sample(event) };
        let stamp = Stamp { person_id: by_nobody.stream.key_owner(), ..(*by_nobody.stamp).clone() };
        let written = Happened { stamp: Arc::new(stamp), ..by_nobody };
        let read = decode(&row_of(&written)).unwrap();
        assert!(read.stream == Stream::TurnAways && read.idempotency.is_none() && read.stamp == written.stamp);
    }

    #[test]
    fn an_erased_value_stays_erased() {
        let erased = r#"{"type":"note_added","data":{"note":"00000000-0000-0000-0000-000000000007",
                         "text":{"$private":"social"}}}"#;
        let event = EventKind::NoteAdded.deserialize(&mut serde_json::Deserializer::from_str(erased)).unwrap();
        let read = decode(&row_of(&sample(event.clone()))).unwrap();
        assert!(read.event == event);
    }

    #[test]
    fn neither_part_of_a_row_nor_more_than_a_row_is_taken() {
        let row = row_of(&sample(samples().unwrap().remove(0)));
        assert!(decode(&row).is_ok());
        assert_eq!(decode(&row[..row.len() - 1]).map(|_| ()), Err(BadRow));
        assert_eq!(decode(&[&row[..], &row[..]].concat()).map(|_| ()), Err(BadRow));
        assert_eq!(heading(&row[..9]).map(|_| ()), Err(BadRow));
    }

    #[test]
    fn another_shape_or_another_version_is_another_form() {
        let rows: Vec<_> = samples().unwrap().into_iter().flat_map(|event| row_of(&sample(event))).collect();
        assert_eq!(form().unwrap(), form_of(VERSION, &rows));
        assert_ne!(form_of(VERSION, &rows), form_of(VERSION + 1, &rows));
        // A field that is new, or spelt otherwise, is another byte of some row.
        let mut otherwise = rows.clone();
        let middle = otherwise.len() / 2;
        otherwise[middle] ^= 1;
        assert_ne!(form_of(VERSION, &rows), form_of(VERSION, &otherwise));
    }
}
