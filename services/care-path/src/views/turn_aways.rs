//! Turn-aways by place, night and reason, as a reader is shown them: people whom nobody knows by the rule that says whose
//! turn-aways a role may read, persons by what the reader is shown of each.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use super::views;
use crate::codes::{Role, TurnAwayReason};
use crate::ids::{EventId, FacilityId, OrgId, PersonId};
use crate::path::intake::Counted;
use crate::policy::rules::{TurnAwaysOf, turn_aways_of};
use crate::sight::Sight;
use crate::time::{DateTime, Night};

views! {
    /// How many were turned away at a place, in a night, for a reason.
    pub struct TurnAwaysView as "TurnAways" {
        pub organisation: OrgId,
        pub facility: Option<FacilityId>,
        /// The day on whose evening the night begins, in the Netherlands.
        pub night: NaiveDate,
        pub reason: TurnAwayReason,
        /// Persons who are known, as far as you may know of it.
        pub persons_known: u32,
        /// People whom nobody knows.
        pub persons_unknown: u32,
        /// Of the known ones, how many were seen again, as far as you may know.
        pub of_these_seen_again: u32,
        /// To coordinators: who was not seen since, of those whose case goes on.
        pub not_seen_since: Option<Vec<NotSeenView>>,
        /// To the organisation that recorded them: the entries about people whom nobody knows, which it may take back.
        pub entries: Option<Vec<EventId>>,
    }

    /// A person who was turned away and not seen since.
    pub struct NotSeenView as "NotSeen" {
        pub person_id: PersonId,
        /// Days since that night; 0 while it lasts.
        pub days: u32,
    }
}

/// At which door of an organisation, and for which reason.
type Group = (Option<FacilityId>, TurnAwayReason);

/// What is counted in one group.
#[derive(Default)]
struct Tally {
    known: BTreeMap<PersonId, Seen>,
    unknown: u32,
    entries: Vec<EventId>,
}

/// Whether somebody was seen since they were turned away.
#[derive(Clone, Copy)]
struct Seen {
    again: bool,
    /// Their case goes on: somebody may look for them.
    open: bool,
}

/// The turn-aways of an organisation in a night, as one reader is shown them.
pub struct NightOfTurnAways {
    organisation: OrgId,
    night: Night,
    groups: BTreeMap<Group, Tally>,
}

impl NightOfTurnAways {
    /// Before anything was counted.
    #[must_use]
    pub fn of(organisation: OrgId, night: Night) -> Self {
        Self { organisation, night, groups: BTreeMap::new() }
    }

    /// Counts people whom nobody knows, whom the organisation turned away in this night.
    pub fn count(&mut self, counted: &Counted) {
        let tally = self.groups.entry((counted.facility.clone(), counted.reason)).or_default();
        tally.unknown = tally.unknown.saturating_add(counted.persons.into());
        tally.entries.push(counted.entry);
    }

    /// Counts a person, as far as the reader is shown that they were turned away here.
    pub fn count_person(&mut self, sight: &Sight<'_>, person: PersonId) {
        let path = sight.path();
        let last = path.last_seen().and_then(|seen| sight.show(seen.stamp()));
        for turned_away in path.turn_aways().all().filter(|each| each.place() == (&self.organisation, self.night)) {
            let facts = turned_away.facts();
            let (Some((reason, stamp)), Some(_)) = (sight.show_noted(facts.reason()), sight.show(facts.persons()))
            else {
                continue;
            };
            if !sight.names_recorder(stamp) {
                continue;
            }
            // To be turned away once more in the same night is not to be seen again.
            let in_this_night = |event: EventId| {
                path.turn_aways().all().any(|each| each.entry() == event && each.place().1 == self.night)
            };
            let again = last.is_some_and(|last| last.occurred.at > stamp.occurred.at && !in_this_night(last.event_id));
            let facility = sight.show(facts.facility()).cloned();
            let seen = Seen { again, open: path.require_open().is_ok() && !path.is_erased() };
            self.groups.entry((facility, *reason)).or_default().known.insert(person, seen);
        }
    }

    /// What a reader is shown: a row for each door and reason.
    #[must_use]
    pub fn told(self, reader: Role, is_own: bool, now: DateTime) -> Vec<TurnAwaysView> {
        let Self { organisation, night, groups } = self;
        let days = (Night::of(now).date() - night.date()).num_days().max(0);
        let days = u32::try_from(days).unwrap_or(u32::MAX);
        let names_persons = match turn_aways_of(reader) {
            TurnAwaysOf::Municipality => true,
            TurnAwaysOf::OwnOrganisation | TurnAwaysOf::Nobody => false,
        };
        let row = |((facility, reason), tally): (Group, Tally)| {
            let count = |of: &dyn Fn(&Seen) -> bool| {
                u32::try_from(tally.known.values().filter(|seen| of(seen)).count()).unwrap_or(u32::MAX)
            };
            let not_seen = tally.known.iter().filter(|(_, seen)| !seen.again && seen.open);
            let not_seen = not_seen.map(|(person, _)| NotSeenView { person_id: *person, days }).collect();
            TurnAwaysView {
                organisation: organisation.clone(),
                facility,
                night: night.date(),
                reason,
                persons_known: count(&|_| true),
                persons_unknown: tally.unknown,
                of_these_seen_again: count(&|seen| seen.again),
                not_seen_since: super::section(not_seen).filter(|_| names_persons),
                entries: super::section(tally.entries).filter(|_| is_own),
            }
        };
        groups.into_iter().map(row).collect()
    }
}
