//! Who takes part, as the log tells it, and the revision of each organisation's stream.

use std::collections::BTreeMap;
use std::sync::Arc;

use care_path::directory::{Directory, DirectoryEvent};
use care_path::ids::OrgId;
use care_path::time::DateTime;

use super::digest::{ModelDigest, hash, sum};
use crate::history::Heading;

/// The directory, folded from its streams.
#[derive(Default)]
pub struct Listed {
    directory: Arc<Directory>,
    revisions: BTreeMap<OrgId, u64>,
}

impl Listed {
    /// One that begins with what is there already.
    pub fn from(directory: Directory) -> Self {
        Self { directory: Arc::new(directory), revisions: BTreeMap::new() }
    }

    pub fn directory(&self) -> &Arc<Directory> {
        &self.directory
    }

    /// The last revision of an organisation's stream.
    pub fn revision(&self, organisation: &OrgId) -> Option<u64> {
        self.revisions.get(organisation).copied()
    }

    /// An event was recorded.
    pub fn note(&mut self, event: &Heading) {
        if let Some(organisation) = event.organisation() {
            self.revisions.insert(organisation.clone(), event.revision);
        }
    }

    pub fn take_in(&mut self, event: &DirectoryEvent, at: DateTime) {
        // Who holds it still goes on with what it was.
        Arc::make_mut(&mut self.directory).take_in(event, at);
    }

    pub fn digest(&self) -> ModelDigest {
        sum("directory", self.directory.all().map(hash).chain(self.revisions.iter().map(hash)))
    }
}
