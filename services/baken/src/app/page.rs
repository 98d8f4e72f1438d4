//! Pages of lists, by opaque cursors.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use care_path::PersonId;
use care_path::codes::{Code, TaskKind, TaskStake};
use care_path::ids::SubjectId;
use care_path::sight::Disclosed;
use care_path::time::DateTime;
use uuid::Uuid;

use super::QueryError;
use super::turn_aways::Row;
use crate::projections::{PartPlace, Place};

/// A place in a list, opaque to whoever is given it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(pub String);

/// Where an item stands in its list. Its cursor is made when somebody asks for it: of most pages, that is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    Number(u64),
    Id(Uuid),
    Part(PartPlace),
    Task(Place),
    /// The number that a list is ordered by (how well it fits, when it goes), and the id.
    Ranked(i64, Uuid),
    /// The short name of an organisation or a facility.
    Name(String),
    /// A row of turn-aways.
    Row(Row),
}

impl Mark {
    /// Whether it comes after a number, in a list whose places are counted.
    pub(super) fn is_after(&self, number: Option<u64>) -> bool {
        number.is_none_or(|after| matches!(self, Self::Number(place) if *place > after))
    }

    /// The cursor of the place.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        Cursor(match self {
            Self::Number(number) => URL_SAFE_NO_PAD.encode(number.to_be_bytes()),
            Self::Id(id) => URL_SAFE_NO_PAD.encode(id),
            Self::Ranked(rank, id) => {
                URL_SAFE_NO_PAD.encode([rank.to_be_bytes().as_slice(), id.as_bytes().as_slice()].concat())
            }
            Self::Row(row) => URL_SAFE_NO_PAD.encode(row.to_string()),
            Self::Part(place) => URL_SAFE_NO_PAD.encode(place.to_bytes()),
            Self::Name(name) => URL_SAFE_NO_PAD.encode(name),
            Self::Task(place) => {
                let mut bytes = place.stake.code().as_bytes().to_vec();
                bytes.push(b'.');
                bytes.extend(place.due.timestamp().to_be_bytes());
                bytes.extend(place.due.timestamp_subsec_nanos().to_be_bytes());
                bytes.extend(place.case.0.as_bytes());
                bytes.extend(place.kind.code().as_bytes());
                bytes.push(b'.');
                bytes.extend(place.subject.iter().flat_map(|subject| *subject.0.as_bytes()));
                URL_SAFE_NO_PAD.encode(bytes)
            }
        })
    }
}

impl Cursor {
    fn bytes(&self) -> Result<Vec<u8>, QueryError> {
        URL_SAFE_NO_PAD.decode(&self.0).map_err(|_| QueryError::BadCursor)
    }
}

/// Which page of a list is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    first: usize,
    after: Option<Cursor>,
}

impl PageRequest {
    /// As many as a page has unless said.
    pub const DEFAULT: usize = 50;
    /// As many as a page may have.
    pub const MOST: usize = 200;

    /// The page after a cursor. `first` is 1 to 200.
    #[must_use]
    pub fn new(first: Option<usize>, after: Option<Cursor>) -> Option<Self> {
        let first = first.unwrap_or(Self::DEFAULT);
        (1..=Self::MOST).contains(&first).then_some(Self { first, after })
    }

    pub(super) fn after_number(&self) -> Result<Option<u64>, QueryError> {
        let number = |cursor: &Cursor| cursor.bytes()?.try_into().map_err(|_| QueryError::BadCursor);
        Ok(self.after.as_ref().map(number).transpose()?.map(u64::from_be_bytes))
    }

    pub(super) fn after_id(&self) -> Result<Option<Uuid>, QueryError> {
        let id = |cursor: &Cursor| Uuid::from_slice(&cursor.bytes()?).map_err(|_| QueryError::BadCursor);
        self.after.as_ref().map(id).transpose()
    }

    pub(super) fn after_part(&self) -> Result<Option<PartPlace>, QueryError> {
        let place = |cursor: &Cursor| PartPlace::from_bytes(&cursor.bytes()?).ok_or(QueryError::BadCursor);
        self.after.as_ref().map(place).transpose()
    }

    pub(super) fn after_ranked(&self) -> Result<Option<(i64, Uuid)>, QueryError> {
        let Some(cursor) = &self.after else { return Ok(None) };
        let bytes = cursor.bytes()?;
        let (rank, id) = bytes.split_first_chunk().ok_or(QueryError::BadCursor)?;
        Ok(Some((i64::from_be_bytes(*rank), Uuid::from_slice(id).map_err(|_| QueryError::BadCursor)?)))
    }

    pub(super) fn after_row(&self) -> Result<Option<Row>, QueryError> {
        let row = |cursor: &Cursor| Row::read(&cursor.bytes()?).ok_or(QueryError::BadCursor);
        self.after.as_ref().map(row).transpose()
    }

    /// As many as the page has, and one more if there is a next.
    pub(super) fn wanted(&self) -> usize {
        self.first + 1
    }

    pub(super) fn after_task(&self) -> Result<Option<Place>, QueryError> {
        let Some(cursor) = &self.after else { return Ok(None) };
        place(&cursor.bytes()?).map(Some).ok_or(QueryError::BadCursor)
    }

    pub(super) fn after_name(&self) -> Result<Option<String>, QueryError> {
        let name = |cursor: &Cursor| String::from_utf8(cursor.bytes()?).map_err(|_| QueryError::BadCursor);
        self.after.as_ref().map(name).transpose()
    }

    /// Cuts the page off what follows its cursor.
    pub(super) fn cut<T>(&self, following: impl Iterator<Item = Edge<T>>) -> Page<T> {
        let mut edges: Vec<_> = following.take(self.first + 1).collect();
        let more = edges.len() > self.first;
        edges.truncate(self.first);
        Page { edges, more }
    }
}

fn place(bytes: &[u8]) -> Option<Place> {
    let dot = bytes.iter().position(|byte| *byte == b'.')?;
    let stake = TaskStake::from_code(std::str::from_utf8(&bytes[..dot]).ok()?)?;
    let (due, rest) = bytes[dot + 1..].split_at_checked(8)?;
    let (nanos, rest) = rest.split_at_checked(4)?;
    let (case, rest) = rest.split_at_checked(16)?;
    let dot = rest.iter().position(|byte| *byte == b'.')?;
    let subject = &rest[dot + 1..];
    Some(Place {
        stake,
        due: DateTime::from_timestamp(
            i64::from_be_bytes(due.try_into().ok()?),
            u32::from_be_bytes(nanos.try_into().ok()?),
        )?,
        case: PersonId(Uuid::from_slice(case).ok()?),
        kind: TaskKind::from_code(std::str::from_utf8(&rest[..dot]).ok()?)?,
        subject: if subject.is_empty() { None } else { Some(SubjectId(Uuid::from_slice(subject).ok()?)) },
    })
}

impl Default for PageRequest {
    fn default() -> Self {
        Self { first: Self::DEFAULT, after: None }
    }
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    pub edges: Vec<Edge<T>>,
    /// Whether the list goes on after it.
    pub more: bool,
}

/// An item of a list with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Edge<T> {
    pub mark: Mark,
    pub node: T,
    /// Of whom it shows something.
    pub about: Vec<Disclosed>,
}

impl<T> Page<T> {
    pub(super) fn empty() -> Self {
        Self { edges: Vec::new(), more: false }
    }

    /// What is on it.
    #[must_use]
    pub fn into_nodes(self) -> Vec<T> {
        self.edges.into_iter().map(|edge| edge.node).collect()
    }

    /// The cursor of the next page, where there is one.
    #[must_use]
    pub fn next(&self) -> Option<Cursor> {
        self.edges.last().filter(|_| self.more).map(|edge| edge.mark.cursor())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_one_to_two_hundred_items() {
        assert!(PageRequest::new(Some(0), None).is_none());
        assert!(PageRequest::new(Some(201), None).is_none());
        assert!(PageRequest::new(Some(200), None).is_some());
    }

    #[test]
    fn cursors_are_read_back_and_others_are_refused() {
        let id = Uuid::from_u128(7);
        let of = |cursor: Cursor| PageRequest::new(None, Some(cursor)).unwrap();
        let at = |mark: Mark| of(mark.cursor());
        assert_eq!(at(Mark::Id(id)).after_id(), Ok(Some(id)));
        assert_eq!(at(Mark::Id(id)).after_part(), Err(QueryError::BadCursor));
        let part = PartPlace::from_bytes(&[[1; 9].as_slice(), id.as_bytes()].concat()).unwrap();
        assert_eq!(at(Mark::Part(part)).after_part(), Ok(Some(part)));
        assert_eq!(at(Mark::Number(9)).after_number(), Ok(Some(9)));
        assert_eq!(at(Mark::Ranked(-7, id)).after_ranked(), Ok(Some((-7, id))));
        assert_eq!(at(Mark::Id(id)).after_ranked(), Err(QueryError::BadCursor));
        for subject in [None, Some(SubjectId(id))] {
            let due = "2026-11-20T09:00:00.000000001Z".parse().unwrap();
            let place =
                Place { stake: TaskStake::Urgent, due, case: PersonId(id), kind: TaskKind::FindPerson, subject };
            assert_eq!(at(Mark::Task(place)).after_task(), Ok(Some(place)));
        }
        assert_eq!(of(Cursor("not a cursor".into())).after_id(), Err(QueryError::BadCursor));
        assert_eq!(at(Mark::Number(9)).after_part(), Err(QueryError::BadCursor));
    }
}
