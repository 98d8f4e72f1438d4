//! What stands out in the records: a function of them and of thresholds, and of nothing else. It accuses nobody; it says
//! where a privacy officer looks first. docs/access-log.md has the table.

use std::collections::{BTreeMap, BTreeSet};

use care_path::PersonId;
use care_path::codes::Role;
use care_path::ids::{BreakGlassId, OrgId, UserId};
use care_path::time::{self, DateTime};
use chrono::{Datelike, NaiveDate, Timelike, Weekday};
use serde::{Deserialize, Serialize};

use crate::{Access, Action, Outcome};

/// From how many on something stands out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thresholds {
    /// The hour in Amsterdam at which office hours begin, and the one at which they end.
    pub office_hours: std::ops::Range<u32>,
    /// Readings of one user on a day outside of these.
    pub outside_hours: usize,
    /// Persons whose record one user opened on a day.
    pub persons_a_day: usize,
    /// Cases that one user opened in an emergency, in the whole period.
    pub emergencies: usize,
    /// Searches of one user that found the same person, in the whole period.
    pub searches: usize,
    /// Ids of nobody, or of somebody hidden, that one user tried on a day.
    pub ids_tried: usize,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { office_hours: 7..19, outside_hours: 5, persons_a_day: 40, emergencies: 2, searches: 5, ids_tried: 5 }
    }
}

/// What stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PatternKind {
    /// A case was read that was open in an emergency alone: one for each opening.
    WithoutRelation,
    /// Somebody opened cases in an emergency again and again.
    RepeatedBreakGlass,
    /// Somebody asked for ids that lead nowhere, or to nobody whom they may know of.
    IdsTried,
    /// Somebody opened the records of many persons on a day.
    ManyPersons,
    /// Somebody found the same person by searching again and again.
    SearchedAgain,
    /// Somebody who works in office hours read outside of them.
    OutsideHours,
}

/// Something that stands out: who, when, how often and of whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    pub kind: PatternKind,
    pub user: UserId,
    pub role: Role,
    pub organisation: OrgId,
    pub first_at: DateTime,
    pub last_at: DateTime,
    /// How many, of what the kind counts.
    pub count: usize,
    /// From how many on it stands out.
    pub threshold: usize,
    /// Whom it is about.
    pub persons: BTreeSet<PersonId>,
    /// Where it is about a case that was opened in an emergency: by which ids.
    pub break_glass: BTreeSet<BreakGlassId>,
}

/// By what readings are put together: what stands out, who read, and of which day, person or opening.
type Key = (PatternKind, UserId, Role, OrgId, Apart);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Apart {
    Whole,
    Day(NaiveDate),
    Person(PersonId),
    Emergency(BreakGlassId),
}

/// What was put together.
struct Group {
    first_at: DateTime,
    last_at: DateTime,
    records: usize,
    persons: BTreeSet<PersonId>,
    break_glass: BTreeSet<BreakGlassId>,
}

/// What stands out in some records, in whatever order they come; the kinds that matter most first, then the latest.
#[must_use]
pub fn patterns<'a>(records: impl IntoIterator<Item = &'a Access>, thresholds: &Thresholds) -> Vec<Pattern> {
    let mut groups = BTreeMap::<Key, Group>::new();
    for access in records {
        for (kind, apart, persons) in told_by(access, thresholds) {
            let (user, organisation) = (access.user.clone(), access.organisation.clone());
            let group = groups.entry((kind, user, access.role, organisation, apart));
            group.or_insert_with(|| Group::at(access.at)).add(access, &persons);
        }
    }
    let found = groups.into_iter().filter_map(|((kind, user, role, organisation, _), group)| {
        let Group { first_at, last_at, records, persons, break_glass } = group;
        let (count, threshold) = match kind {
            PatternKind::WithoutRelation => (records, 1),
            PatternKind::RepeatedBreakGlass => (break_glass.len(), thresholds.emergencies),
            PatternKind::IdsTried => (persons.len(), thresholds.ids_tried),
            PatternKind::ManyPersons => (persons.len(), thresholds.persons_a_day),
            PatternKind::SearchedAgain => (records, thresholds.searches),
            PatternKind::OutsideHours => (records, thresholds.outside_hours),
        };
        let pattern =
            Pattern { kind, user, role, organisation, first_at, last_at, count, threshold, persons, break_glass };
        (count >= threshold).then_some(pattern)
    });
    let mut found: Vec<_> = found.collect();
    found.sort_by_key(|pattern| (pattern.kind, std::cmp::Reverse(pattern.last_at)));
    found
}

/// What a record may be a part of, and whom it is then about.
fn told_by(access: &Access, thresholds: &Thresholds) -> Vec<(PatternKind, Apart, Vec<PersonId>)> {
    let day = Apart::Day(time::local_date(access.at));
    let persons = || access.persons.iter().map(|shown| shown.person_id).collect::<Vec<_>>();
    match (access.outcome, access.asks.action) {
        (Outcome::Hidden, Action::Read | Action::Search) => vec![(PatternKind::IdsTried, day, persons())],
        // What is told without asking says nothing of who was told; reading this log is read by others; files are of nobody.
        (_, Action::Deliver | Action::Review | Action::Export) => Vec::new(),
        (Outcome::Shown, Action::Read | Action::Search) => {
            let mut told = Vec::new();
            for shown in &access.persons {
                if let Some(by) = shown.break_glass_id {
                    told.push((PatternKind::WithoutRelation, Apart::Emergency(by), vec![shown.person_id]));
                    told.push((PatternKind::RepeatedBreakGlass, Apart::Whole, vec![shown.person_id]));
                }
                if access.asks.action == Action::Search {
                    told.push((PatternKind::SearchedAgain, Apart::Person(shown.person_id), vec![shown.person_id]));
                }
            }
            // A list shows many at once and is everyday work: what is counted are records that somebody opened.
            if access.persons.len() == 1 && access.asks.action == Action::Read {
                told.push((PatternKind::ManyPersons, day.clone(), persons()));
            }
            if works_in_office_hours(access.role) && is_outside(access.at, thresholds) {
                told.push((PatternKind::OutsideHours, day, persons()));
            }
            told
        }
    }
}

/// Whether it is no working hour in Amsterdam. Public holidays are not known here.
fn is_outside(at: DateTime, thresholds: &Thresholds) -> bool {
    let local = time::clock(at);
    let weekend = matches!(local.weekday(), Weekday::Sat | Weekday::Sun);
    weekend || !thresholds.office_hours.contains(&local.hour())
}

/// Whether a role works in office hours. Those who work at night, at weekends and on call do not stand out by it.
fn works_in_office_hours(role: Role) -> bool {
    match role {
        Role::ProcessCoordinator
        | Role::MunicipalAssessor
        | Role::ClientSupporter
        | Role::EmbassyLiaison
        | Role::ReceivingProvider
        | Role::Ambassador
        | Role::MonitorAnalyst
        | Role::PrivacyOfficer
        | Role::Administrator => true,
        Role::ShelterWorker | Role::OutreachWorker | Role::CareProvider | Role::Police | Role::System => false,
    }
}

impl Group {
    fn at(at: DateTime) -> Self {
        let (persons, break_glass) = (BTreeSet::new(), BTreeSet::new());
        Self { first_at: at, last_at: at, records: 0, persons, break_glass }
    }

    fn add(&mut self, access: &Access, persons: &[PersonId]) {
        self.first_at = self.first_at.min(access.at);
        self.last_at = self.last_at.max(access.at);
        self.records += 1;
        self.persons.extend(persons);
        let of_them = access.persons.iter().filter(|shown| persons.contains(&shown.person_id));
        self.break_glass.extend(of_them.filter_map(|shown| shown.break_glass_id));
    }
}

#[cfg(test)]
#[path = "patterns_tests.rs"]
mod tests;
