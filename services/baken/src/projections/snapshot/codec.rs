//! The rows of a snapshot: what happened, opened and read, in `MessagePack`. What stands in each row is an array by place;
//! the event itself keeps the names of its fields, because many of them may be missing.
//!
//! Private values are in these rows as they are. The rows are sealed as soon as they are made (`stretch.rs`), and nothing
//! else in the service can make them.

use std::sync::Arc;

use aws_lc_rs::digest;
use care_path::codes::Precision;
use care_path::event::{Event, EventKind, samples};
use care_path::ids::{OrgId, UserId};
use care_path::time::{DateTime, Occurred};
use care_path::{Author, EventId, PersonId, Stamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::app::{Happened, Idempotency, KeyDigest, Stream};
use crate::event_log::Position;

/// Raised by hand where the same events are to be read otherwise than they were, though their shape stays: a mistake in
/// opening or lifting them that was put right. What changes their shape changes [`form`] by itself.
const VERSION: u32 = 1;

/// A row could not be written or read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a row does not have the form of this version")]
pub struct BadRow;

type Instant = (i64, u32);

/// What a row holds beside the event.
#[derive(Serialize, Deserialize)]
struct Head {
    /// Nobody, for an event that is about nobody who is known.
    person: Option<Uuid>,
    event: Uuid,
    revision: u64,
    position: u64,
    occurred: Instant,
    precision: Precision,
    recorded: Instant,
    user: UserId,
    role: care_path::codes::Role,
    organisation: OrgId,
    request: Option<(Uuid, Uuid)>,
    /// The type, by its place in the catalogue, and the version of its shape.
    kind: u16,
    version: u32,
}

fn instant(at: DateTime) -> Instant {
    (at.timestamp(), at.timestamp_subsec_nanos())
}

fn at((seconds, nanos): Instant) -> Result<DateTime, BadRow> {
    DateTime::from_timestamp(seconds, nanos).ok_or(BadRow)
}

/// Adds a row.
pub fn encode(happened: &Happened, rows: &mut Vec<u8>) -> Result<(), BadRow> {
    let Happened { stream, stamp, event, revision, position, idempotency } = happened;
    let kind = event.kind();
    let head = Head {
        person: match stream {
            Stream::Person(person) => Some(person.0),
            Stream::TurnAways => None,
        },
        event: stamp.event_id.0,
        revision: *revision,
        position: position.0,
        occurred: instant(stamp.occurred.at),
        precision: stamp.occurred.precision,
        recorded: instant(stamp.recorded_at),
        user: stamp.by.user.clone(),
        role: stamp.by.role,
        organisation: stamp.by.organisation.clone(),
        request: idempotency
            .map(|Idempotency { key, body }| (Uuid::from_bytes(key.to_bytes()), Uuid::from_bytes(body.to_bytes()))),
        kind: place_of(kind)?,
        version: kind.version(),
    };
    head.serialize(&mut rmp_serde::Serializer::new(&mut *rows)).map_err(|_| BadRow)?;
    event.serialize(&mut rmp_serde::Serializer::new(rows).with_struct_map()).map_err(|_| BadRow)
}

/// Reads rows back: so many, and nothing after them.
pub fn decode(rows: &[u8], count: usize) -> Result<Vec<Happened>, BadRow> {
    let mut reader = rmp_serde::Deserializer::from_read_ref(rows);
    let happened = (0..count).map(|_| decode_one(&mut reader)).collect::<Result<Vec<_>, _>>()?;
    // Any value at all would be one too many.
    match serde::de::IgnoredAny::deserialize(&mut reader) {
        Ok(_) => Err(BadRow),
        Err(_) => Ok(happened),
    }
}

type Reader<'a> = rmp_serde::Deserializer<rmp_serde::decode::ReadRefReader<'a, [u8]>>;

fn decode_one(reader: &mut Reader<'_>) -> Result<Happened, BadRow> {
    let head = Head::deserialize(&mut *reader).map_err(|_| BadRow)?;
    let kind = *EventKind::ALL.get(usize::from(head.kind)).ok_or(BadRow)?;
    if kind.version() != head.version {
        return Err(BadRow);
    }
    let event: Event = kind.deserialize(reader).map_err(|_| BadRow)?;
    if event.kind() != kind {
        return Err(BadRow);
    }
    let stream = head.person.map_or(Stream::TurnAways, |person| Stream::Person(PersonId(person)));
    let stamp = Stamp {
        event_id: EventId(head.event),
        person_id: stream.key_owner(),
        occurred: Occurred { at: at(head.occurred)?, precision: head.precision },
        recorded_at: at(head.recorded)?,
        by: Author { user: head.user, role: head.role, organisation: head.organisation },
    };
    let digest = |id: Uuid| KeyDigest::from_bytes(id.into_bytes());
    Ok(Happened {
        stream,
        stamp: Arc::new(stamp),
        event,
        revision: head.revision,
        position: Position(head.position),
        idempotency: head.request.map(|(key, body)| Idempotency { key: digest(key), body: digest(body) }),
    })
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
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(&version.to_be_bytes());
    for kind in EventKind::ALL {
        context.update(kind.name().as_bytes());
        context.update(&kind.version().to_be_bytes());
    }
    context.update(rows);
    let mut form = [0; 32];
    form.iter_mut().zip(context.finish().as_ref()).for_each(|(to, from)| *to = *from);
    form
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

    fn rows_of(happened: &[Happened]) -> Vec<u8> {
        let mut rows = Vec::new();
        for each in happened {
            encode(each, &mut rows).unwrap();
        }
        rows
    }

    #[test]
    fn an_event_of_every_type_is_read_back_as_it_was() {
        let written: Vec<_> = samples().unwrap().into_iter().map(sample).collect();
        assert!(written.len() > EventKind::ALL.len(), "with all fields, and with as few as may be");
        let read = decode(&rows_of(&written), written.len()).unwrap();
        for (written, read) in written.iter().zip(&read) {
            let name = written.event.kind().name();
            assert!(read.event == written.event, "{name}");
            assert!(read.stamp == written.stamp && read.stream == written.stream, "{name}");
            assert_eq!((read.revision, read.position), (written.revision, written.position));
            assert_eq!(read.idempotency, written.idempotency);
        }
    }

    #[test]
    fn what_is_about_nobody_and_was_asked_by_nobody_is_read_back_too() {
        let event = samples().unwrap().remove(0);
        let by_nobody = Happened { stream: Stream::TurnAways, idempotency: None, ..sample(event) };
        let stamp = Stamp { person_id: by_nobody.stream.key_owner(), ..(*by_nobody.stamp).clone() };
        let written = Happened { stamp: Arc::new(stamp), ..by_nobody };
        let read = decode(&rows_of(std::slice::from_ref(&written)), 1).unwrap().remove(0);
        assert!(read.stream == Stream::TurnAways && read.idempotency.is_none() && read.stamp == written.stamp);
    }

    #[test]
    fn an_erased_value_stays_erased() {
        let erased = r#"{"type":"note_added","data":{"note":"00000000-0000-0000-0000-000000000007",
                         "text":{"$private":"social"}}}"#;
        let event = EventKind::NoteAdded.deserialize(&mut serde_json::Deserializer::from_str(erased)).unwrap();
        let read = decode(&rows_of(&[sample(event.clone())]), 1).unwrap();
        assert!(read[0].event == event);
    }

    #[test]
    fn neither_too_few_rows_nor_too_many_are_taken() {
        let rows = rows_of(&[sample(samples().unwrap().remove(0))]);
        assert!(decode(&rows, 1).is_ok());
        assert_eq!(decode(&rows, 0).map(|_| ()), Err(BadRow));
        assert_eq!(decode(&rows, 2).map(|_| ()), Err(BadRow));
        assert_eq!(decode(&rows[..rows.len() - 1], 1).map(|_| ()), Err(BadRow));
    }

    #[test]
    fn another_shape_or_another_version_is_another_form() {
        let rows = rows_of(&samples().unwrap().into_iter().map(sample).collect::<Vec<_>>());
        assert_eq!(form().unwrap(), form_of(VERSION, &rows));
        assert_ne!(form_of(VERSION, &rows), form_of(VERSION + 1, &rows));
        // A field that is new, or spelt otherwise, is another byte of some row.
        let mut otherwise = rows.clone();
        let middle = otherwise.len() / 2;
        otherwise[middle] ^= 1;
        assert_ne!(form_of(VERSION, &rows), form_of(VERSION, &otherwise));
    }
}
