//! What the double's nodes have in common: one log, and KurrentDB's judgement of appends (as its `IndexWriter` judges
//! them): exact for an append that names a revision, and for others by a cache of recent ids that forgets.

use std::collections::{HashMap, HashSet, VecDeque};

use uuid::Uuid;

use super::wire::{ExpectedRevision, ProposedMessage};

/// So many ids the double remembers for appends that name no revision; the real server remembers more, and forgets too.
const RECENT: usize = 8;
/// After so many appends the server writes something of its own into the log.
const OWN: usize = 3;

/// An event as it lies in the log.
#[derive(Clone)]
pub(crate) struct Stored {
    pub id: Uuid,
    pub stream: String,
    pub revision: u64,
    pub position: u64,
    pub metadata: HashMap<String, String>,
    pub custom_metadata: Vec<u8>,
    pub data: Vec<u8>,
}

/// What came of an append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Written {
        revision: u64,
        position: u64,
    },
    /// Where it was written before; `None` where the server does not look up its place.
    Idempotent {
        revision: u64,
        position: Option<u64>,
    },
    WrongExpectedVersion {
        current: Option<u64>,
    },
}

#[derive(Default)]
pub(crate) struct Store {
    pub events: Vec<Stored>,
    streams: HashMap<String, Vec<usize>>,
    recent: VecDeque<(Uuid, String, u64)>,
    end: u64,
    appends: usize,
}

impl Store {
    /// A log with what a server writes when it starts for the first time.
    pub(crate) fn new() -> Self {
        let mut store = Self { end: 4_713, ..Self::default() };
        store.own("$stats-127.0.0.1:2113");
        store
    }

    pub(crate) fn last(&self, stream: &str) -> Option<u64> {
        self.streams.get(stream).map(|places| places.len() as u64 - 1)
    }

    pub(crate) fn on(&self, stream: &str) -> Option<Vec<&Stored>> {
        Some(self.streams.get(stream)?.iter().map(|place| &self.events[*place]).collect())
    }

    pub(crate) fn append(&mut self, stream: &str, expected: ExpectedRevision, events: Vec<ProposedMessage>) -> Verdict {
        let current = self.last(stream);
        let ids: Vec<Uuid> = events.iter().filter_map(|event| event.id.as_ref()?.read()).collect();
        let wrong = Verdict::WrongExpectedVersion { current };
        let verdict = match expected {
            ExpectedRevision::StreamExists(_) if current.is_none() => wrong,
            ExpectedRevision::Any(_) | ExpectedRevision::StreamExists(_) => self.by_memory(stream, &ids, wrong),
            ExpectedRevision::NoStream(_) => self.by_revision(stream, 0, &ids, wrong),
            ExpectedRevision::Revision(revision) if revision == u64::MAX => wrong,
            ExpectedRevision::Revision(revision) => self.by_revision(stream, revision + 1, &ids, wrong),
        };
        if let Verdict::Written { .. } = verdict { self.write(stream, events) } else { verdict }
    }

    /// By the ids that are remembered, whatever the stream's revision.
    fn by_memory(&self, stream: &str, ids: &[Uuid], wrong: Verdict) -> Verdict {
        let mut last = None;
        for id in ids {
            match self.recent.iter().find(|(known, on, _)| known == id && on == stream) {
                Some((_, _, revision)) => last = Some(*revision),
                None if last.is_none() => return Verdict::Written { revision: 0, position: 0 },
                None => return wrong,
            }
        }
        last.map_or(wrong, |revision| Verdict::Idempotent { revision, position: None })
    }

    /// By the events on the stream from a revision on.
    fn by_revision(&self, stream: &str, next: u64, ids: &[Uuid], wrong: Verdict) -> Verdict {
        let known = self.on(stream).unwrap_or_default();
        let Ok(next) = usize::try_from(next) else { return wrong };
        if next >= known.len() {
            return if next == known.len() { Verdict::Written { revision: 0, position: 0 } } else { wrong };
        }
        let mut there = known[next..].iter().take(ids.len());
        if !there.clone().map(|event| event.id).eq(ids.iter().copied()) {
            return wrong;
        }
        // Its place is looked up in the index, where what was written a moment ago is not yet.
        there.next_back().map_or(wrong, |event| {
            let indexed = !self.recent.iter().any(|(known, ..)| *known == event.id);
            Verdict::Idempotent { revision: event.revision, position: indexed.then_some(event.position) }
        })
    }

    fn write(&mut self, stream: &str, events: Vec<ProposedMessage>) -> Verdict {
        for event in events {
            let Some(id) = event.id.as_ref().and_then(super::wire::Uuid::read) else { continue };
            self.put(stream, id, event.metadata, event.custom_metadata, event.data);
        }
        let last = self.events.last().map(|event| (event.revision, event.position));
        self.appends += 1;
        if self.appends.is_multiple_of(OWN) {
            self.own("$stats-127.0.0.1:2113");
            // As a projection does that sorts streams by category.
            self.own("$ce-contract");
        }
        let (revision, position) = last.unwrap_or_default();
        Verdict::Written { revision, position }
    }

    /// An event of the server's own.
    pub(crate) fn own(&mut self, stream: &str) {
        let metadata = HashMap::from([("type".to_owned(), "$statsCollected".to_owned())]);
        self.put(stream, Uuid::from_u128(u128::from(self.end)), metadata, Vec::new(), b"{}".to_vec());
    }

    /// An event of another application's.
    pub(crate) fn others(&mut self, stream: &str) {
        let metadata = HashMap::from([
            ("type".to_owned(), "OrderPlaced".to_owned()),
            ("content-type".to_owned(), "application/json".to_owned()),
        ]);
        self.put(stream, Uuid::from_u128(u128::from(self.end)), metadata, Vec::new(), b"{}".to_vec());
    }

    fn put(
        &mut self,
        stream: &str,
        id: Uuid,
        metadata: HashMap<String, String>,
        custom_metadata: Vec<u8>,
        data: Vec<u8>,
    ) {
        let places = self.streams.entry(stream.to_owned()).or_default();
        let (revision, position) = (places.len() as u64, self.end);
        places.push(self.events.len());
        // A record has the length of what it holds, and some more.
        self.end += 97 + (stream.len() + custom_metadata.len() + data.len()) as u64;
        self.recent.push_back((id, stream.to_owned(), revision));
        if self.recent.len() > RECENT {
            self.recent.pop_front();
        }
        self.events.push(Stored { id, stream: stream.to_owned(), revision, position, metadata, custom_metadata, data });
    }

    /// No id is on the log twice.
    pub(crate) fn is_without_repeats(&self) -> bool {
        let mut seen = HashSet::new();
        self.events.iter().all(|event| seen.insert(event.id))
    }
}
