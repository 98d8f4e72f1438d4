//! Turn-aways, read again: by place, night and reason, the last night first.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fmt;
use std::ops::RangeInclusive;

use care_path::Principal;
use care_path::codes::{Code, TurnAwayReason};
use care_path::ids::{FacilityId, OrgId};
use care_path::policy::rules::{TurnAwaysOf, turn_aways_of};
use care_path::sight::Disclosed;
use care_path::time::Night;
use care_path::views::{NightOfTurnAways, TurnAwaysView};
use chrono::NaiveDate;

use super::guard::of_many;
use super::page::{Edge, Mark, Page, PageRequest};
use super::reading::Reading;
use super::{Baken, QueryError};
use crate::projections::World;

/// Which turn-aways a list is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TurnAwaysFilter {
    pub organisation: Option<OrgId>,
    /// The first night, by the day on whose evening it begins.
    pub from: Option<NaiveDate>,
    /// The last night.
    pub until: Option<NaiveDate>,
    pub reason: Option<TurnAwayReason>,
}

impl TurnAwaysFilter {
    /// Whether it ends before it begins.
    #[must_use]
    pub fn is_backwards(&self) -> bool {
        self.from.zip(self.until).is_some_and(|(from, until)| until < from)
    }

    fn nights(&self) -> RangeInclusive<NaiveDate> {
        self.from.unwrap_or(NaiveDate::MIN)..=self.until.unwrap_or(NaiveDate::MAX)
    }
}

impl Baken {
    /// A page of turn-aways: a row for each place, night and reason, the last night first.
    ///
    /// # Errors
    /// Where the cursor is not one.
    pub fn turn_aways(
        &self,
        reader: &Reading,
        filter: &TurnAwaysFilter,
        page: &PageRequest,
    ) -> Result<Page<TurnAwaysView>, QueryError> {
        let after = page.after_row()?;
        let world = self.world.read();
        let organisations = read_by(reader, &world);
        let organisations: Vec<_> = organisations
            .into_iter()
            .filter(|each| filter.organisation.as_ref().is_none_or(|organisation| each == organisation))
            .collect();
        let nights: BTreeSet<Night> =
            organisations.iter().flat_map(|organisation| world.turn_aways().nights_of(organisation)).collect();
        let within = filter.nights();
        let nights = nights.into_iter().rev().filter(|night| {
            within.contains(&night.date()) && after.as_ref().is_none_or(|after| night.date() <= after.night.0)
        });
        let rows = nights.flat_map(|night| {
            let of = |organisation: &OrgId| self.night_of(reader, &world, organisation, night);
            organisations.iter().flat_map(of).collect::<Vec<_>>()
        });
        let wanted =
            |(view, _): &(TurnAwaysView, Vec<Disclosed>)| filter.reason.is_none_or(|reason| view.reason == reason);
        let shown = rows.filter(wanted).map(|(view, about)| (Row::of(&view), view, about));
        let shown = shown.filter(|(row, ..)| after.as_ref().is_none_or(|after| row > after));
        let edges = shown.map(|(row, node, about)| Edge { mark: Mark::Row(row), node, about });
        Ok(reader.shown_on(page.cut(edges)))
    }

    /// The rows of a night, each with those whom it names.
    fn night_of(
        &self,
        principal: &Principal,
        world: &World,
        organisation: &OrgId,
        night: Night,
    ) -> Vec<(TurnAwaysView, Vec<Disclosed>)> {
        let mut seen = Vec::new();
        let mut told = NightOfTurnAways::of(organisation.clone(), night);
        world.turn_aways().unknown(organisation, night).iter().for_each(|counted| told.count(counted));
        for id in world.turn_aways().known(organisation, night) {
            let Some(case) = world.case(id) else { continue };
            of_many(case, || {
                let sight = self.sight(principal, world, case)?;
                told.count_person(&sight, case.id());
                seen.push(sight.disclosed(case.id()));
                Some(())
            });
        }
        let is_own = principal.organisation == *organisation;
        let rows = told.told(principal.actor.role(), is_own, self.clock.now()).into_iter();
        let named = |view: &TurnAwaysView| {
            let names = |id| view.not_seen_since.iter().flatten().any(|not_seen| not_seen.person_id == id);
            seen.iter().filter(|disclosed| names(disclosed.person_id)).copied().collect()
        };
        rows.map(|view| (view.clone(), named(&view))).collect()
    }
}

/// The organisations whose turn-aways a principal may read, by id.
fn read_by(principal: &Principal, world: &World) -> BTreeSet<OrgId> {
    match turn_aways_of(principal.actor.role()) {
        TurnAwaysOf::Nobody => BTreeSet::new(),
        TurnAwaysOf::OwnOrganisation => BTreeSet::from([principal.organisation.clone()]),
        TurnAwaysOf::Municipality => {
            let municipality = principal.actor.municipality();
            let here = world.directory().all().filter(|each| each.municipality.as_ref() == municipality);
            here.filter(|_| municipality.is_some()).map(|each| each.id.clone()).collect()
        }
    }
}

/// Where a row stands in the list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    night: Reverse<NaiveDate>,
    organisation: OrgId,
    facility: Option<FacilityId>,
    reason: TurnAwayReason,
}

impl Row {
    fn of(view: &TurnAwaysView) -> Self {
        let (organisation, facility) = (view.organisation.clone(), view.facility.clone());
        Self { night: Reverse(view.night), organisation, facility, reason: view.reason }
    }

    /// Reads one back.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut parts = std::str::from_utf8(bytes).ok()?.split('/');
        let (night, organisation, facility, reason) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        Some(Self {
            night: Reverse(night.parse().ok()?),
            organisation: organisation.parse().ok()?,
            facility: if facility.is_empty() { None } else { Some(facility.parse().ok()?) },
            reason: TurnAwayReason::from_code(reason).filter(|_| parts.next().is_none())?,
        })
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let facility = self.facility.as_ref().map_or("", FacilityId::as_str);
        write!(f, "{}/{}/{facility}/{}", self.night.0, self.organisation, self.reason)
    }
}
