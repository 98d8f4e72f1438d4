//! The read path: from the read models, through the policy, to views. It alone makes them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;

use care_path::codes::{HandoverState, Phase, ReferralState, Role, TaskKind};
use care_path::command::CommandKind;
use care_path::ids::{HandoverId, Municipality, OrgId};
use care_path::jwe::SealedDocument;
use care_path::path::List;
use care_path::policy::END_TOLD_DAYS;
use care_path::policy::rules::{phases_hidden_from, told_count, told_part};
use care_path::sight::{Disclosed, Sight};
use care_path::text::Country;
use care_path::time::{DateTime, days_after};
use care_path::views::{
    self, CaseFileView, EndedView, ExceptionView, ListedView, PersonSummaryView, PhaseView, Progress, ReferralView,
    TaskView, TimelineEntryView, Wanted,
};
use care_path::{Actor, PersonId, Principal};

use super::Baken;
use super::guard::of_many;
use super::matches::Tasks;
use super::page::{Edge, Mark, Page, PageRequest};
use super::reading::Reading;
use crate::projections::{Case, Feature, Place, Reach, World, addresses};

/// Why there is nothing to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// There is no such thing, or none that the principal may know of: the same to them.
    #[error("not found")]
    NotFound,
    #[error("the cursor does not belong to this list")]
    BadCursor,
}

/// Which persons a list is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonsFilter {
    pub phase: Option<Phase>,
    pub municipality: Option<Municipality>,
    pub out_of_sight: Option<bool>,
    pub updated_since: Option<DateTime>,
}

impl PersonsFilter {
    /// Whether a person fits, by what the reader is shown of them alone: nothing is learned from a list's being empty.
    pub(super) fn fits(&self, view: &PersonSummaryView) -> bool {
        self.phase.is_none_or(|phase| view.phase == Some(phase))
            && self.municipality.as_ref().is_none_or(|named| view.municipality.as_ref() == Some(named))
            && self.out_of_sight.is_none_or(|out_of_sight| view.out_of_sight == Some(out_of_sight))
            && self.updated_since.is_none_or(|since| view.updated_at.is_some_and(|at| at >= since))
    }
}

/// Which parts of cases a list has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Only {
    /// Those too that are over.
    #[default]
    All,
    /// Those that still go on.
    Open,
    /// Those that are over.
    Over,
}

impl Only {
    fn takes(self, is_open: bool) -> bool {
        match self {
            Self::All => true,
            Self::Open => is_open,
            Self::Over => !is_open,
        }
    }
}

impl From<bool> for Only {
    fn from(open: bool) -> Self {
        if open { Self::Open } else { Self::All }
    }
}

/// Which referrals a list has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReferralsFilter {
    pub only: Only,
    /// Those in one of these states.
    pub states: Option<Vec<ReferralState>>,
    /// Those to an organisation.
    pub to: Option<OrgId>,
    /// Those from an organisation.
    pub from: Option<OrgId>,
}

impl ReferralsFilter {
    /// Whether a referral fits, by what the reader is shown of it alone.
    fn fits(&self, view: &ReferralView) -> bool {
        self.states.as_ref().is_none_or(|states| view.state.is_some_and(|state| states.contains(&state)))
            && self.to.as_ref().is_none_or(|to| view.to == *to)
            && self.from.as_ref().is_none_or(|from| view.from == *from)
    }
}

/// How many handovers to a country are in a state: all that an ambassador sees of them.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema, async_graphql::SimpleObject)]
pub struct HandoverCounts {
    pub country: Country,
    /// States with fewer than five handovers are not told.
    pub states: Vec<StateCount>,
    /// Proposed and not yet acknowledged. Absent below five.
    pub waiting: Option<u32>,
    /// Of these, past the term for the acknowledgement. Absent where it, or the rest, is below five.
    pub overdue: Option<u32>,
}

/// How many are in one state.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema, async_graphql::SimpleObject)]
pub struct StateCount {
    pub state: HandoverState,
    pub count: u32,
}

impl Baken {
    /// The case file of a person.
    ///
    /// # Errors
    /// Where there is none, or none for this principal.
    pub fn case_file(&self, reader: &Reading, person: PersonId) -> Result<CaseFileView, QueryError> {
        self.case_file_parts(reader, person, &Wanted::All)
    }

    /// The parts of the case file that are asked for. Of these alone it is recorded that they were shown.
    ///
    /// # Errors
    /// Where there is none, or none for this principal.
    pub fn case_file_parts(
        &self,
        reader: &Reading,
        person: PersonId,
        wanted: &Wanted,
    ) -> Result<CaseFileView, QueryError> {
        self.seen(reader, person, |case, sight, world| {
            let linked: Vec<_> = case.members.iter().copied().filter(|member| *member != person).collect();
            let goes_by_progress = wanted.has("revision") || wanted.has("updated_at");
            let progress = if goes_by_progress { views::progress(sight, case.told()) } else { Progress::default() };
            let view = views::disclose_parts(sight, wanted, person, progress, &linked)
                .with_lacking(sight, !case.set_aside.is_empty())
                .with_relations(sight, wanted, |other| {
                    world.case(other).is_some_and(|case| self.sight(reader, world, case).is_some())
                });
            let others = view.relations.iter().flatten().filter_map(|relation| relation.person_id);
            for other in others {
                reader.shown(Disclosed::nothing_of(other));
            }
            view
        })
    }

    /// The commands that a principal may send about a person.
    ///
    /// # Errors
    /// Where there is none, or none for this principal.
    pub fn may_send(&self, reader: &Reading, person: PersonId) -> Result<Vec<CommandKind>, QueryError> {
        self.seen(reader, person, |_, sight, _| {
            CommandKind::ALL.iter().copied().filter(|command| sight.may(*command)).collect()
        })
    }

    /// The requests for an exception about a person that the reader may see.
    ///
    /// # Errors
    /// Where there is no such person, or none for this reader.
    pub fn exceptions_of(&self, reader: &Reading, person: PersonId) -> Result<Vec<ExceptionView>, QueryError> {
        self.seen(reader, person, |_, sight, _| views::disclose_exceptions(sight))
    }

    /// What waits for a principal about a person, where most is at stake first.
    ///
    /// # Errors
    /// Where there is none, or none for this principal.
    pub fn tasks_of(&self, reader: &Reading, person: PersonId) -> Result<Vec<TaskView>, QueryError> {
        self.seen(reader, person, |case, _, world| {
            let Tasks { tasks, about } = self.tasks(reader, world, case);
            for disclosed in about {
                reader.shown(disclosed);
            }
            tasks
        })
    }

    /// Whether a relation of two persons is on record, for a principal who may know of both.
    #[must_use]
    pub fn are_related(&self, principal: &Principal, person: PersonId, other: PersonId) -> bool {
        let world = self.world.read();
        let seen = |person| world.case(person).filter(|case| self.sight(principal, &world, case).is_some());
        let (Some(one), Some(two)) = (seen(person), seen(other)) else { return false };
        one.path.relations().iter().any(|relation| two.members.contains(&relation.with))
    }

    /// The phases that a person's path went through, in the order of happening.
    ///
    /// # Errors
    /// Where there is none, or none for this principal.
    pub fn phases(&self, reader: &Reading, person: PersonId) -> Result<Vec<PhaseView>, QueryError> {
        self.seen(reader, person, |case, sight, _| {
            let history = case.history.iter().map(|entry| (&entry.stamp, &entry.event));
            views::disclose_phases(sight, history, case.path.heard())
        })
    }

    /// A page of a person's timeline, oldest recording first.
    ///
    /// # Errors
    /// Where there is none, or none for this principal; or the cursor is not one.
    pub fn timeline(
        &self,
        reader: &Reading,
        person: PersonId,
        page: &PageRequest,
    ) -> Result<Page<TimelineEntryView>, QueryError> {
        let after = page.after_number()?;
        self.seen(reader, person, |case, sight, _| {
            let rest = case.history.iter().filter(|entry| after.is_none_or(|after| entry.position.0 > after));
            let shown = rest.filter_map(|entry| {
                let view = views::disclose_entry(sight, &entry.stamp, &entry.event)?;
                let other = view.other_person().map(Disclosed::nothing_of);
                let about = [sight.disclosed(entry.stamp.person_id)].into_iter().chain(other).collect();
                Some(Edge { mark: Mark::Number(entry.position.0), node: view, about })
            });
            reader.shown_on(page.cut(shown))
        })
    }

    /// A page of the persons whom the principal may see, by id.
    ///
    /// # Errors
    /// Where the cursor is not one.
    pub fn persons(
        &self,
        reader: &Reading,
        filter: &PersonsFilter,
        page: &PageRequest,
    ) -> Result<Page<PersonSummaryView>, QueryError> {
        let after = page.after_id()?;
        let phase = match filter.out_of_sight {
            Some(true) if filter.phase.is_some_and(|phase| phase != Phase::OutOfSight) => return Ok(Page::empty()),
            Some(true) => Some(Phase::OutOfSight),
            _ => filter.phase,
        };
        let world = self.world.read();
        let (reaches, index) = (Reach::of(reader), world.index());
        let sets = reaches.iter().flat_map(|reach| match phase {
            None => index.within(reach, None).into_iter().collect::<Vec<_>>(),
            Some(phase) => indexed_in(phase, reader.actor.role(), reach)
                .filter_map(|phase| index.within(reach, Some(phase)))
                .collect(),
        });
        let candidates = merged(sets.collect(), after.map(PersonId));
        // So that those of whom nothing is new need not be looked at.
        let is_new =
            |id: &PersonId| filter.updated_since.is_none_or(|since| world.index().is_updated_since(*id, since));
        let shown = candidates.filter(is_new).filter_map(|id| {
            let case = world.case(id)?;
            let (view, disclosed) = self.summary(reader, &world, case)?;
            filter.fits(&view).then(|| Edge { mark: Mark::Id(id.0), node: view, about: vec![disclosed] })
        });
        Ok(reader.shown_on(page.cut(shown)))
    }

    /// A person in brief.
    pub(super) fn summary(
        &self,
        principal: &Principal,
        world: &World,
        case: &Case,
    ) -> Option<(PersonSummaryView, Disclosed)> {
        of_many(case, || {
            let sight = self.sight(principal, world, case)?;
            let updated_at = views::last_known(&sight, case.told().rev());
            let view = views::disclose_summary(&sight, case.id(), updated_at);
            Some((view, sight.disclosed(case.id())))
        })
    }

    /// A page of what waits for the principal, all of it or of one kind: where most is at stake first, then what is due first.
    ///
    /// # Errors
    /// Where the cursor is not one.
    pub fn worklist(
        &self,
        reader: &Reading,
        kind: Option<TaskKind>,
        page: &PageRequest,
    ) -> Result<Page<TaskView>, QueryError> {
        let after = page.after_task()?;
        let world = self.world.read();
        let addresses = addresses(reader, world.directory());
        let sets: Vec<_> = addresses.iter().flat_map(|address| world.waiting(address)).collect();
        let mut of_case = HashMap::with_capacity(PageRequest::DEFAULT);
        let wanted = |place: &Place| Some(*place) != after && kind.is_none_or(|kind| place.kind == kind);
        let shown = merged_from(sets, after).filter(wanted).filter_map(|place| {
            let case = world.case(place.case)?;
            // The tasks are derived from the path once more, as of now, and through the policy.
            let Tasks { tasks, about } = of_case
                .entry(place.case)
                .or_insert_with(|| of_many(case, || Some(self.tasks(reader, &world, case))).unwrap_or_default());
            let is_it =
                |task: &&TaskView| (task.due_at, task.kind, task.subject_id) == (place.due, place.kind, place.subject);
            let view = tasks.iter().find(is_it)?.clone();
            Some(Edge { mark: Mark::Task(place), node: view, about: about.clone() })
        });
        Ok(reader.shown_on(page.cut(shown)))
    }

    /// A page of the parts of many cases that the principal may see: lookouts, care alerts, requests for an exception or
    /// handovers. Of what goes on, the most urgent comes first, then what has waited longest (of lookouts and care alerts, the
    /// latest); of all there is, the latest.
    ///
    /// # Errors
    /// Where the cursor is not one.
    pub fn list<T: ListedView>(&self, reader: &Reading, only: Only, page: &PageRequest) -> Result<Page<T>, QueryError> {
        self.parts(reader, &Reach::of(reader), only, page, |_| true)
    }

    /// A page of the referrals that the principal may see, in the same order.
    ///
    /// # Errors
    /// Where the cursor is not one.
    pub fn referrals(
        &self,
        reader: &Reading,
        filter: &ReferralsFilter,
        page: &PageRequest,
    ) -> Result<Page<ReferralView>, QueryError> {
        // Those from or to the reader's own organisation are found with it, and need not be looked for among all.
        let named = [&filter.to, &filter.from].into_iter().flatten();
        let own = named.filter(|named| **named == reader.organisation).map(|own| Reach::Organisation(own.clone()));
        let reaches = own.take(1).collect::<Vec<_>>();
        let reaches = if reaches.is_empty() { Reach::of(reader) } else { reaches };
        self.parts(reader, &reaches, filter.only, page, |view| filter.fits(view))
    }

    /// A page of what the principal was asked for, or warned of, and is over: the latest first.
    ///
    /// # Errors
    /// Where the cursor is not one.
    pub fn ended(&self, reader: &Reading, page: &PageRequest) -> Result<Page<EndedView>, QueryError> {
        let after = page.after_part()?;
        let (world, told_since) = (self.world.read(), days_after(self.clock.now(), -END_TOLD_DAYS));
        let (reaches, feature) = (Reach::of(reader), Feature { list: List::Ended, open: false });
        let sets = reaches.iter().filter_map(|reach| world.index().parts(reach, feature)).collect();
        let lately = merged_from(sets, after).take_while(|place| !place.is_older_than(told_since));
        let shown = lately.filter_map(|place| {
            let case = world.case(place.case)?;
            let (node, about) = of_many(case, || {
                let sight = self.sight_of_ends(reader, case)?;
                let node = views::disclose_ended(&sight).into_iter().find(|view| view.subject_id.0 == place.part)?;
                let about = vec![sight.disclosed(node.person_id)];
                Some((node, about))
            })?;
            Some(Edge { mark: Mark::Part(place), node, about })
        });
        Ok(reader.shown_on(page.cut(shown)))
    }

    /// The counts of handovers to an ambassador's country, and to nobody else's.
    #[must_use]
    pub fn handover_counts(&self, principal: &Principal) -> Option<HandoverCounts> {
        let Actor::Ambassador { country } = principal.actor else { return None };
        let world = self.world.read();
        let now = self.clock.now();
        let mut states = BTreeMap::new();
        let (mut waiting, mut overdue) = (0, 0);
        let reach = Reach::Country(country);
        let parts = world.index().parts(&reach, Feature { list: List::Handovers, open: false }).into_iter().flatten();
        let cases: BTreeSet<_> = parts.map(|place| place.case).collect();
        let tallies = cases.into_iter().filter_map(|id| world.case(id)).filter_map(|case| {
            let deadlines = self.settings.deadlines.of_case(&case.path);
            of_many(case, || {
                let tallies = case.path.handovers_to(country);
                Some(tallies.map(|tally| (tally.state, tally.acknowledgement_due(deadlines) < now)).collect::<Vec<_>>())
            })
        });
        for (state, is_late) in tallies.flatten() {
            *states.entry(state).or_insert(0) += 1;
            if state == HandoverState::Proposed {
                waiting += 1;
                overdue += u32::from(is_late);
            }
        }
        let told = |(state, count)| told_count(count).map(|count| StateCount { state, count });
        let states = states.into_iter().filter_map(told).collect();
        Some(HandoverCounts { country, states, waiting: told_count(waiting), overdue: told_part(overdue, waiting) })
    }

    /// The sealed document of a handover, for those who pass it on unread.
    ///
    /// # Errors
    /// Where there is none, or none for this principal.
    pub fn handover_document(
        &self,
        reader: &Reading,
        person: PersonId,
        handover: HandoverId,
    ) -> Result<SealedDocument, QueryError> {
        self.seen(reader, person, |_, sight, _| views::disclose_document(sight, handover))?.ok_or(QueryError::NotFound)
    }

    /// What notices alone go by, where there is no sight.
    pub(super) fn sight_of_ends<'a>(&'a self, principal: &'a Principal, case: &'a Case) -> Option<Sight<'a>> {
        Sight::of_ends(principal, &case.path, self.clock.now(), self.settings.deadlines.of_case(&case.path))
    }

    /// What a principal sees of a case of the world that is read.
    pub(super) fn sight<'a>(&'a self, principal: &'a Principal, world: &World, case: &'a Case) -> Option<Sight<'a>> {
        #[cfg(test)]
        case.history.iter().for_each(|entry| crate::projections::At::View.panic_at(entry.stamp.event_id));
        let deadlines = self.settings.deadlines.of_case(&case.path);
        Sight::of(principal, &case.path, self.clock.now(), deadlines, world.directory())
    }

    /// Does for nobody what is done for somebody hidden: how long it takes does not tell them apart.
    pub(super) fn look_at_another(&self, principal: &Principal, world: &World) {
        let look = |case| of_many(case, || Some(self.sight(principal, world, case).is_some()));
        std::hint::black_box(world.cases().next().and_then(look));
    }

    /// Shows something of one person, if the principal may know of them.
    pub(super) fn seen<T>(
        &self,
        reader: &Reading,
        person: PersonId,
        show: impl FnOnce(&Case, &Sight<'_>, &World) -> T,
    ) -> Result<T, QueryError> {
        let world = self.world.read();
        let seen = world.case(person).and_then(|case| Some((case, self.sight(reader, &world, case)?)));
        let Some((case, sight)) = seen else {
            if world.case(person).is_none() {
                self.look_at_another(reader, &world);
            }
            reader.hidden(person);
            return Err(QueryError::NotFound);
        };
        let shown = show(case, &sight, &world);
        reader.shown(sight.disclosed(person));
        Ok(shown)
    }

    /// A page of the parts that the lists within reach have, each once, in the order of the lists.
    fn parts<T: ListedView>(
        &self,
        reader: &Reading,
        reaches: &[Reach],
        only: Only,
        page: &PageRequest,
        fits: impl Fn(&T) -> bool,
    ) -> Result<Page<T>, QueryError> {
        let after = page.after_part()?;
        let (world, now) = (self.world.read(), self.clock.now());
        let feature = Feature { list: T::LIST, open: only == Only::Open };
        let sets = reaches.iter().filter_map(|reach| world.index().parts(reach, feature)).collect();
        let mut of_case = HashMap::with_capacity(PageRequest::DEFAULT);
        let shown = merged_from(sets, after).filter_map(|place| {
            let disclosed = || {
                let case = world.case(place.case)?;
                of_many(case, || {
                    let sight = self.sight(reader, &world, case)?;
                    let parts: HashMap<_, _> = T::disclose(&sight).into_iter().map(|part| (part.id(), part)).collect();
                    Some((parts, vec![sight.disclosed(place.case)]))
                })
            };
            let (parts, about) = of_case.entry(place.case).or_insert_with(|| disclosed().unwrap_or_default());
            let node = parts.remove(&place.part)?;
            let is_wanted = only.takes(node.is_open(now)) && fits(&node);
            is_wanted.then(|| Edge { mark: Mark::Part(place), node, about: about.clone() })
        });
        Ok(reader.shown_on(page.cut(shown)))
    }
}

/// The phases that those may really be in who are told to be in one. The index has the real ones.
fn indexed_in(told: Phase, role: Role, reach: &Reach) -> impl Iterator<Item = Phase> {
    let hidden = match told {
        // Nobody is told these instead of another.
        Phase::Closed | Phase::OutOfSight => None,
        Phase::Signalled
        | Phase::InContact
        | Phase::Sheltered
        | Phase::Referred
        | Phase::InCare
        | Phase::Returning
        | Phase::Returned
        | Phase::DroppedOut => Some(phases_hidden_from(role, reach.relations())),
    };
    hidden.into_iter().flatten().filter(move |hidden| *hidden != told).chain([told])
}

/// The cases of several sets in order, each once, after an id.
fn merged(sets: Vec<&BTreeSet<PersonId>>, after: Option<PersonId>) -> impl Iterator<Item = PersonId> + '_ {
    merged_from(sets, after).filter(move |id| Some(*id) != after)
}

/// What is in several sets in order, each once, from one of them on.
fn merged_from<T: Ord + Copy>(sets: Vec<&BTreeSet<T>>, from: Option<T>) -> impl Iterator<Item = T> {
    let from = from.map_or(Bound::Unbounded, Bound::Included);
    let mut ranges: Vec<_> =
        sets.into_iter().map(|set| set.range((from, Bound::Unbounded)).copied().peekable()).collect();
    std::iter::from_fn(move || {
        let next = ranges.iter_mut().filter_map(|range| range.peek().copied()).min()?;
        for range in &mut ranges {
            range.next_if_eq(&next);
        }
        Some(next)
    })
}
