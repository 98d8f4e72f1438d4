//! What several parts of the path share: a noted fact, problems by data class, and where somebody was seen.

use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{CarePath, Stamp};
use crate::codes::{DataClass, LocationType, Problem};
use crate::fact::{Facts, Origin, derived_facts, facts};
use crate::policy::Address;
use crate::private::{Justice, Medical, Private, Social, open};
use crate::text::Line;
use crate::time::Occurred;

/// A fact with its stamp: when it happened, when we learned it, who recorded it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Noted<T> {
    pub(in crate::path) stamp: Arc<Stamp>,
    pub(in crate::path) fact: T,
}

impl<T: Clone> Noted<T> {
    pub(in crate::path) fn new(stamp: &Arc<Stamp>, fact: &T) -> Self {
        Self { stamp: stamp.clone(), fact: fact.clone() }
    }
}

impl<T> Noted<T> {
    /// What can be told of it, as a part of the case.
    pub(crate) fn facts(&self) -> Facts<'_, T> {
        self.addressed(Address::Case)
    }

    /// What can be told of it, as a part of something that is addressed to somebody.
    pub(crate) fn addressed<'a>(&'a self, address: Address<'a>) -> Facts<'a, T> {
        Origin::recorded(&self.stamp).addressed(address).of(&self.fact)
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

    /// Whether there are none.
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

// Each class in its own category: what those around a person must know of.
facts! { Problems as it {
    social: Vec<Problem> = "problems" in Social, Minimal: maybe_sealed(&it.social);
    medical: Vec<Problem> = "health_problems" in Medical, Minimal: maybe_sealed(&it.medical);
    justice: Vec<Problem> = "conduct_problems" in Justice, Minimal: maybe_sealed(&it.justice);
}}

/// Where somebody was last seen, and by whom.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Seen {
    pub(in crate::path) stamp: Arc<Stamp>,
    pub(in crate::path) location_type: Option<LocationType>,
    pub(in crate::path) location: Option<Private<Line, Social>>,
}

derived_facts! { Seen as it, "last_seen" {
    at: is Occurred = "occurred_at" in Presence, Minimal: clear(it.stamp.occurred);
    stamp: is &'a Stamp = "recorded" in Presence, Minimal: clear(&*it.stamp);
    location_type: is LocationType = "location_type" in Presence, Minimal: maybe(it.location_type);
    location: is &'a Line = "location" in Presence, Full: maybe(it.location.as_ref().and_then(Private::get));
}}

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
        self.lost.known(stamp);
        self.lost.back_in_sight(stamp);
        self.case.dropped_out = None;
    }
}
