//! The monitor's figures as they were released, remarked on and imported, and the revision of their stream.

use std::sync::Arc;

use care_path::figures;
use care_path::figures::FiguresEvent;

use super::cases::Cases;
use super::digest::{ModelDigest, hash, sum};
use super::model::{AsOf, ReadModel};
use crate::history::{Heading, Stream};

/// All that is on the stream of figures.
#[derive(Default)]
pub struct Figures {
    all: Arc<figures::Figures>,
    revision: Option<u64>,
}

impl Figures {
    /// What was released, remarked and imported.
    #[must_use]
    pub fn all(&self) -> &Arc<figures::Figures> {
        &self.all
    }

    /// The last revision of their stream.
    #[must_use]
    pub fn revision(&self) -> Option<u64> {
        self.revision
    }

    pub(super) fn take_in(&mut self, event: FiguresEvent) {
        Arc::make_mut(&mut self.all).apply(event);
    }
}

impl ReadModel for Figures {
    fn note(&mut self, event: &Heading) {
        if event.stream == Some(Stream::Figures) {
            self.revision = Some(event.revision);
        }
    }

    fn digests(&self, _: &Cases, _: AsOf<'_>) -> Vec<ModelDigest> {
        let figures::Figures { releases, remarks, sources } = &*self.all;
        let rows = releases.iter().map(hash).chain(remarks.iter().map(hash)).chain(sources.iter().map(hash));
        vec![sum("figures", rows.chain(self.revision.iter().map(hash)))]
    }
}
