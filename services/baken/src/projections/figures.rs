//! The releases of figures, in the order in which they were made, and the revision of their stream.

use std::sync::Arc;

use care_path::Stamp;
use care_path::figures::{FiguresEvent, FiguresReleased};

use super::cases::Cases;
use super::digest::{ModelDigest, hash, sum};
use super::model::{AsOf, ReadModel};
use crate::history::{Heading, Stream};

/// All releases of figures.
#[derive(Default)]
pub struct Figures {
    releases: Vec<Release>,
    revision: Option<u64>,
}

/// A release, and when it was made.
#[derive(Clone, Hash)]
pub struct Release {
    pub released: Arc<FiguresReleased>,
    pub stamp: Arc<Stamp>,
}

impl Figures {
    /// The releases, the first first.
    #[must_use]
    pub fn releases(&self) -> &[Release] {
        &self.releases
    }

    /// The last revision of their stream.
    #[must_use]
    pub fn revision(&self) -> Option<u64> {
        self.revision
    }

    pub(super) fn take_in(&mut self, event: FiguresEvent, stamp: &Arc<Stamp>) {
        let FiguresEvent::FiguresReleased(released) = event;
        self.releases.push(Release { released: Arc::new(released), stamp: stamp.clone() });
    }
}

impl ReadModel for Figures {
    fn note(&mut self, event: &Heading) {
        if event.stream == Some(Stream::Figures) {
            self.revision = Some(event.revision);
        }
    }

    fn digests(&self, _: &Cases, _: AsOf<'_>) -> Vec<ModelDigest> {
        vec![sum("figures", self.releases.iter().map(hash).chain(self.revision.iter().map(hash)))]
    }
}
