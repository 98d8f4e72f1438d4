//! Pages of lists that go on: what they show of each, and where the rest is.

use std::collections::BTreeSet;

use board::pages::{self, CountryCount, Desk, Handovers, Lookouts, Part, Referrals, StateShare};
use care_path::codes::{Code, ReferralState, Role, TaskKind};
use care_path::policy::rules::{TurnAwaysOf, turn_aways_of};
use care_path::views::{EndedView, ExceptionView, HandoverView, TaskView};
use maud::Markup;

use super::place::Further;
use super::show::{SHOWN, Viewed};
use crate::app::{HandoverCounts, MeView, Only, ReferralsFilter, StateCount, TurnAwaysFilter};
use crate::edge::problem::Problem;

/// As much of a list as a page shows where each item comes with its forms.
const WITH_FORMS: usize = 12;

impl Viewed<'_> {
    /// Who is lost, what is to be decided, what waits.
    pub fn desk(&self, further: &Further) -> Result<Markup, Problem> {
        let (baken, reader) = (&*self.edge.baken, &*self.reading);
        let tasks = baken.worklist(reader, None, &further.request("waits", SHOWN))?;
        let tasks = further.part("/board/desk", "waits", tasks);
        if reader.actor.role() == Role::MunicipalAssessor {
            return Ok(self.with_page(self.at, |page| pages::rights_waiting(page, &tasks)));
        }
        let lost = baken.lost(reader, &further.request("lost", SHOWN))?;
        let kind = Some(TaskKind::DecideException);
        let deciding = baken.worklist(reader, kind, &further.request("decide", WITH_FORMS))?;
        let Part { items, next, start } = further.part("/board/desk", "decide", deciding);
        let request = |task: &TaskView| {
            let requests = baken.exceptions_of(reader, task.person_id).ok()?;
            let is_it = |request: &ExceptionView| task.subject_id.is_some_and(|id| id.0 == request.exception_id.0);
            requests.into_iter().find(is_it).map(|request| (request.noted.person_id, request))
        };
        let to_decide = Part { items: items.iter().filter_map(request).collect(), next, start };
        let desk = Desk { lost: further.part("/board/desk", "lost", lost), to_decide, tasks };
        let known = self.known(desk.to_decide.items.iter().map(|(person, _)| *person));
        Ok(self.with_known(&known, self.at, |page| pages::desk(page, &desk)))
    }

    /// Referrals to and from the reader's organisation; to those who follow all cases, all that are open.
    pub fn referrals(&self, further: &Further) -> Result<Markup, Problem> {
        let (baken, reader) = (&*self.edge.baken, &*self.reading);
        let own = Some(reader.organisation.clone());
        let list = |list: &str, filter: ReferralsFilter| {
            let page = baken.referrals(reader, &filter, &further.request(list, WITH_FORMS))?;
            Ok::<_, Problem>(further.part("/board/referrals", list, page))
        };
        let open = || ReferralsFilter { only: Only::Open, ..ReferralsFilter::default() };
        let to_us = |waiting: bool| {
            let states = ReferralState::ALL.iter().filter(|state| state.is_open() && state.awaits_answer() == waiting);
            ReferralsFilter { to: own.clone(), states: Some(states.copied().collect()), ..open() }
        };
        let from = own.clone().filter(|_| reader.actor.role() != Role::ProcessCoordinator);
        let tasks = baken.worklist(reader, None, &further.request("waits", SHOWN))?;
        let referrals = Referrals {
            waiting: list("in", to_us(true))?,
            running: list("care", to_us(false))?,
            sent: list("out", ReferralsFilter { from, ..open() })?,
            over: list("over", ReferralsFilter { to: own.clone(), only: Only::Over, ..open() })?,
            tasks: further.part("/board/referrals", "waits", tasks),
        };
        let Referrals { waiting, running, sent, over, .. } = &referrals;
        let all = [waiting, running, sent, over].into_iter().flat_map(|part| &part.items);
        let known = self.known(all.map(|referral| referral.noted.person_id));
        Ok(self.with_known(&known, self.at, |page| pages::referrals(page, &referrals)))
    }

    /// Whom to look out for; to the police, their alerts.
    pub fn lookouts(&self, further: &Further) -> Result<Markup, Problem> {
        let (baken, reader) = (&*self.edge.baken, &*self.reading);
        let lookouts = baken.list(reader, Only::Open, &further.request("lookouts", WITH_FORMS))?;
        let alerts = match reader.actor.role() {
            Role::Police => {
                let alerts = baken.list(reader, Only::Open, &further.request("alerts", WITH_FORMS))?;
                further.part("/board/lookouts", "alerts", alerts)
            }
            _ => Part::whole(Vec::new()),
        };
        let lookouts = further.part("/board/lookouts", "lookouts", lookouts);
        let lists = Lookouts { lookouts, alerts, ended: self.ended("/board/lookouts", further)? };
        Ok(self.with_page(self.at, |page| pages::lookouts(page, &lists)))
    }

    /// Handovers: those that go on, then those that are over; to an ambassador, their counts.
    pub fn handovers(&self, further: &Further) -> Result<Markup, Problem> {
        let (baken, reader) = (&*self.edge.baken, &*self.reading);
        if let Some(counts) = baken.handover_counts(reader) {
            let counts = counted(&counts);
            return Ok(self.with_page(self.at, |page| pages::ambassador(page, &counts)));
        }
        let part = |list: &str, only| {
            let page = baken.list(reader, only, &further.request(list, WITH_FORMS))?;
            Ok::<Part<HandoverView>, Problem>(further.part("/board/handovers", list, page))
        };
        let (open, over) = (part("handovers", Only::Open)?, part("over", Only::Over)?);
        let persons: BTreeSet<_> = open.items.iter().chain(&over.items).map(|each| each.noted.person_id).collect();
        let tasks = persons.into_iter().flat_map(|person| baken.tasks_of(reader, person).unwrap_or_default());
        let handovers = Handovers {
            tasks: tasks.collect(),
            open,
            over,
            ended: self.ended("/board/handovers", further)?,
            may: MeView::of(reader).may.into_iter().map(|each| each.command).collect(),
        };
        Ok(self.with_page(self.at, |page| pages::handovers(page, &handovers)))
    }

    /// What the reader was asked for and is over.
    fn ended(&self, at: &str, further: &Further) -> Result<Part<EndedView>, Problem> {
        let page = self.edge.baken.ended(&self.reading, &further.request("ended", SHOWN))?;
        Ok(further.part(at, "ended", page))
    }

    /// Who was turned away, for those who may read it.
    pub fn turn_aways(&self, further: &Further) -> Result<Markup, Problem> {
        let (baken, reader) = (&*self.edge.baken, &*self.reading);
        if turn_aways_of(reader.actor.role()) == TurnAwaysOf::Nobody {
            return Err(Problem::NotFound);
        }
        let found = baken.turn_aways(reader, &TurnAwaysFilter::default(), &further.request("nights", SHOWN))?;
        let rows = further.part("/board/turn-aways", "nights", found);
        let lost = rows.items.iter().flat_map(|row| row.not_seen_since.iter().flatten()).map(|each| each.person_id);
        Ok(self.with_known(&self.known(lost), self.at, |page| pages::turn_aways(page, &rows)))
    }
}

/// An ambassador's counts, as the page takes them.
fn counted(counts: &HandoverCounts) -> CountryCount {
    let state = |each: &StateCount| StateShare { state: each.state.code().to_owned(), count: each.count };
    CountryCount {
        country: counts.country.to_string(),
        states: counts.states.iter().map(state).collect(),
        waiting: counts.waiting,
        overdue: counts.overdue,
    }
}
