//! What a notary reads: the entries of a log as leaves, from where it stopped.

use std::sync::Arc;

use access_log::{AccessError, AccessLog};
use async_trait::async_trait;
use event_log::copy::Keep;
use event_log::{EventLog, LogError, StreamName};
use transparency::Hash;

use crate::EntryPlace;
use crate::reading::LeafReading;

/// Records that are read at a time.
const PAGE: usize = 1_000;

/// Why a log cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    #[error("the event log: {0}")]
    Log(#[from] LogError),
    #[error(transparent)]
    Access(#[from] AccessError),
}

/// Some entries of a log, and whether they were the last.
pub(crate) struct SourcePage {
    pub(crate) leaves: Vec<(Hash, EntryPlace)>,
    pub(crate) at_head: bool,
}

/// A log that is read leaf by leaf.
#[async_trait]
pub(crate) trait LeafSource: Send {
    /// The next leaves.
    ///
    /// # Errors
    /// Where the log does not answer, or cannot be read there.
    async fn next(&mut self) -> Result<SourcePage, SourceError>;

    /// Whether the last leaf that was given is still there.
    ///
    /// # Errors
    /// Where the log does not answer.
    async fn has_the_last(&self) -> Result<bool, SourceError>;
}

/// The events of a log.
pub(crate) struct EventSource {
    log: Arc<dyn EventLog>,
    reading: LeafReading,
    /// The last event that was read: its stream and revision, and its leaf.
    last: Option<(StreamName, u64, Hash)>,
}

impl EventSource {
    pub fn new(log: Arc<dyn EventLog>, keep: Keep) -> Self {
        Self { reading: LeafReading::new(log.clone(), keep), log, last: None }
    }
}

#[async_trait]
impl LeafSource for EventSource {
    async fn next(&mut self) -> Result<SourcePage, SourceError> {
        let Some(page) = self.reading.next().await? else {
            return Ok(SourcePage { leaves: Vec::new(), at_head: true });
        };
        if let Some(last) = page.leaves.last() {
            self.last = Some((last.place.stream.clone(), last.place.revision, last.leaf));
        }
        let leaves = page.leaves.into_iter().map(|read| (read.leaf, EntryPlace::Event(read.place))).collect();
        Ok(SourcePage { leaves, at_head: page.at_head })
    }

    async fn has_the_last(&self) -> Result<bool, SourceError> {
        let Some((stream, revision, leaf)) = &self.last else { return Ok(true) };
        let there = self.log.read_stream(stream, *revision).await?;
        Ok(there.first().is_some_and(|event| crate::leaf_of(event) == *leaf))
    }
}

/// The records of accesses.
pub(crate) struct AccessSource {
    access: Arc<dyn AccessLog>,
    /// The last record that was read, and its leaf.
    last: Option<(u64, Hash)>,
}

impl AccessSource {
    pub fn new(access: Arc<dyn AccessLog>) -> Self {
        Self { access, last: None }
    }
}

#[async_trait]
impl LeafSource for AccessSource {
    async fn next(&mut self) -> Result<SourcePage, SourceError> {
        let after = self.last.map_or(0, |(number, _)| number);
        let read = self.access.leaves(after, PAGE).await?;
        let at_head = read.len() < PAGE;
        let mut leaves = Vec::with_capacity(read.len());
        for leaf in read {
            let hash = leaf.hash();
            self.last = Some((leaf.number, hash));
            leaves.push((hash, EntryPlace::Record { number: leaf.number, at: leaf.at }));
        }
        Ok(SourcePage { leaves, at_head })
    }

    async fn has_the_last(&self) -> Result<bool, SourceError> {
        let Some((number, leaf)) = self.last else { return Ok(true) };
        let there = self.access.leaves(number - 1, 1).await?;
        Ok(there.first().is_some_and(|there| there.hash() == leaf))
    }
}
