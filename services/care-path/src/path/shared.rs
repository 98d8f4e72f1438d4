//! What several parts of the path share: a noted fact, problems by data class, and where somebody was seen.

use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{CarePath, Stamp};
use crate::codes::{DataClass, LocationType, Problem};
use crate::private::{Justice, Medical, Private, Social, open};
use crate::text::Line;

/// A fact with its stamp: when it happened, when we learned it, who recorded it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Noted<T> {
    pub(crate) stamp: Arc<Stamp>,
    pub(crate) fact: T,
}

impl<T: Clone> Noted<T> {
    pub(crate) fn new(stamp: &Arc<Stamp>, fact: &T) -> Self {
        Self { stamp: stamp.clone(), fact: fact.clone() }
    }
}

impl<T> Deref for Noted<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.fact
    }
}

/// Problems, apart by the class they are sealed in.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Problems {
    pub social: Option<Private<Vec<Problem>, Social>>,
    pub medical: Option<Private<Vec<Problem>, Medical>>,
    pub justice: Option<Private<Vec<Problem>, Justice>>,
}

impl Problems {
    pub(crate) fn of(problems: &[Problem]) -> Self {
        let of_class = |class: DataClass| -> Option<Vec<Problem>> {
            let mut found: Vec<_> = problems.iter().copied().filter(|problem| problem.data_class() == class).collect();
            found.sort_unstable();
            found.dedup();
            (!found.is_empty()).then_some(found)
        };
        Self {
            social: of_class(DataClass::Social).map(Private::known),
            medical: of_class(DataClass::Medical).map(Private::known),
            justice: of_class(DataClass::Justice).map(Private::known),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.social.is_none() && self.medical.is_none() && self.justice.is_none()
    }

    pub(crate) fn known(&self) -> impl Iterator<Item = Problem> {
        let social = open(self.social.as_ref()).into_iter().flatten();
        let medical = open(self.medical.as_ref()).into_iter().flatten();
        let justice = open(self.justice.as_ref()).into_iter().flatten();
        social.chain(medical).chain(justice).copied()
    }
}

/// Where somebody was last seen, and by whom.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Seen {
    pub(crate) stamp: Arc<Stamp>,
    pub(crate) location_type: Option<LocationType>,
    pub(crate) location: Option<Private<Line, Social>>,
}

impl CarePath {
    /// The person was there: the last sighting moves on, an episode out of sight ends, a dropout is behind them.
    pub(super) fn seen(
        &mut self,
        stamp: &Arc<Stamp>,
        location_type: Option<LocationType>,
        location: Option<&Private<Line, Social>>,
    ) {
        let newest = self.lost.last_seen.as_ref().is_none_or(|seen| seen.stamp.occurred.at <= stamp.occurred.at);
        if newest {
            self.lost.last_seen = Some(Seen { stamp: stamp.clone(), location_type, location: location.cloned() });
        }
        self.lost.back_in_sight(stamp);
        self.case.dropped_out = None;
    }
}
