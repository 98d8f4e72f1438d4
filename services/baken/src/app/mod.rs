//! The application: one write path, [`Baken::execute`], and one read path, [`Baken::query`]. Everything that writes or
//! reads goes through them: REST, GraphQL, the command line, the seeds.

mod access_proof;
mod accesses;
#[cfg(test)]
mod apart_tests;
mod break_glass;
mod codes;
mod directory;
mod erasure;
mod erasure_certificate;
#[cfg(test)]
mod erasure_tests;
mod evening;
mod execute;
mod figures;
mod following;
#[cfg(test)]
mod following_tests;
mod guard;
mod kept_accesses;
#[cfg(test)]
pub mod keys_away_tests;
#[cfg(test)]
mod kurrentdb_tests;
#[cfg(test)]
mod largest_tests;
#[cfg(test)]
mod linked_tests;
#[cfg(test)]
mod lists_tests;
mod lost;
mod matches;
mod me;
mod moving;
#[cfg(test)]
mod moving_tests;
mod notices;
mod operations;
mod page;
mod patterns;
mod query;
mod reading;
mod records;
#[cfg(test)]
mod return_tests;
mod search;
#[cfg(test)]
mod search_tests;
#[cfg(test)]
mod set_aside_tests;
#[cfg(test)]
mod set_back_tests;
mod standings;
#[cfg(test)]
mod standings_tests;
#[cfg(test)]
pub mod testing;
mod turn_aways;
#[cfg(test)]
mod turn_aways_tests;
mod turns;
#[cfg(test)]
mod upgrade_tests;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use access_log::AccessLog;

use crate::event_log::{EventLog, Position, StreamName};
use crate::history::KeyDigest;
use crate::projections::World;
use crate::sealing::Sealer;
use crate::settings::Settings;
use crate::sources::{Clock, IdSource};

use turns::Turns;

pub use accesses::{AccessFilter, AccessQueryError, AccessView, AccessedView, Period, SeenByView};
pub use break_glass::{BreakGlassCount, BreakGlassCounts};
pub use codes::{CodeListNameView, CodeListView, CodeView, LabelLanguage, code_labels, code_list, code_lists};
pub use directory::{FacilitiesFilter, OrganisationsFilter};
pub use erasure_certificate::CertificateError;
pub use evening::{EveningLine, LineStatus, opens};
pub use execute::{Created, ExecuteError, Receipt, Request};
pub use figures::{
    CategoryView, CellView, CurvePointView, CutView, DaysView, DefinitionView, EstimateView, FigureRemarkView,
    FiguresError, FiguresFilter, FiguresForm, ReleaseView, SourceView, TableView,
};
pub use following::{Cares, Following, WorklistFollowing, WorklistNow};
pub use me::{MayView, MeView};
pub use moving::MovedTo;
pub use notices::Notices;
pub use page::{Cursor, Edge, Mark, Page, PageRequest};
pub use patterns::{PatternView, PatternsView};
pub use query::{HandoverCounts, Only, PersonsFilter, QueryError, ReferralsFilter, StateCount};
pub use reading::Reading;
pub use records::RecordsError;
pub use standings::{Standings, Stands};
pub use turn_aways::TurnAwaysFilter;

/// How long a read waits for the position that it asks for.
const READ_YOUR_WRITES: Duration = Duration::from_secs(5);

/// The service: its log, its read models, and what they need.
pub struct Baken {
    access: Arc<dyn AccessLog>,
    log: Arc<dyn EventLog>,
    sealer: Arc<Sealer>,
    world: Arc<parking_lot::RwLock<World>>,
    settings: Arc<Settings>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    applied: watch::Receiver<Position>,
    /// Requests that are being answered: a repeat waits for the first to finish.
    in_flight: Turns<KeyDigest>,
    /// One writer at a time on a case, on this node: others would only conflict, or not know of each other.
    writing: Turns<StreamName>,
    /// One at a time destroys keys, on this node. Whether the roll that goes with it is still to be completed.
    erasing: tokio::sync::Mutex<bool>,
}

/// The read models have not reached the position that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the read models have not reached position {asked}; they are at {reached}")]
pub struct NotYet {
    pub asked: Position,
    pub reached: Position,
}

impl Baken {
    /// Puts the service together. Its read models follow the log elsewhere: see [`crate::projections::Follower`].
    #[must_use]
    pub fn new(
        log: Arc<dyn EventLog>,
        access: Arc<dyn AccessLog>,
        sealer: Arc<Sealer>,
        world: Arc<parking_lot::RwLock<World>>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
        applied: watch::Receiver<Position>,
    ) -> Self {
        let settings = world.read().settings().clone();
        Self {
            access,
            log,
            sealer,
            world,
            settings,
            clock,
            ids,
            applied,
            in_flight: Turns::default(),
            writing: Turns::default(),
            erasing: tokio::sync::Mutex::default(),
        }
    }

    /// The world's configuration.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The clock that everything goes by.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// The same clock, to keep.
    #[must_use]
    pub fn shared_clock(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }

    /// The source of ids.
    #[must_use]
    pub fn ids(&self) -> &dyn IdSource {
        &*self.ids
    }

    /// The position that the read models have reached.
    #[must_use]
    pub fn position(&self) -> Position {
        *self.applied.borrow()
    }

    /// The last position of the log.
    ///
    /// # Errors
    /// Where the log does not answer.
    pub async fn head(&self) -> Result<Position, crate::event_log::LogError> {
        self.log.head().await
    }

    /// Whether the read models still follow the log. They stop at an event that this version does not understand, which
    /// a newer node has written: from then on they are out of date for good, and nothing may be answered from them.
    #[must_use]
    pub fn follows(&self) -> bool {
        self.applied.has_changed().is_ok()
    }

    /// Waits until they follow no longer.
    pub async fn stopped_following(&self) {
        let mut applied = self.applied.clone();
        while applied.changed().await.is_ok() {}
    }

    /// Waits until the read models have reached a position.
    ///
    /// # Errors
    /// After five seconds.
    pub async fn reach(&self, asked: Position) -> Result<(), NotYet> {
        let mut applied = self.applied.clone();
        let reached = tokio::time::timeout(READ_YOUR_WRITES, applied.wait_for(|position| *position >= asked)).await;
        match reached {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(NotYet { asked, reached: self.position() }),
        }
    }
}
