//! The order of deliveries: one lane per person, in which events follow each other, and lanes that do not wait for each
//! other. Pure: it knows neither store nor network, only what was read of the log, what became of it, and what has to be
//! written down so that nothing is lost if the process ends now.
//!
//! How far a webhook has come is the position before the first event that was neither delivered nor written down.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use care_path::PersonId;
use chrono::{DateTime, Utc};

use super::sender::Failure;
use super::store::{DeadLetter, DeliveryOutcomes, Pending};

/// Persons whose events wait to be tried again, before the whole webhook waits.
const MOST_BLOCKED: usize = 100;
/// Events that are written down as waiting, before the whole webhook waits.
const MOST_PENDING: usize = 10_000;
/// Events that were read and are neither delivered nor written down, before no more are read.
const MOST_READ: usize = 1_000;

/// What to deliver now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Job {
    pub person: PersonId,
    pub position: u64,
    /// Attempts that failed before.
    pub attempts: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    None,
    Ready,
    Waiting(DateTime<Utc>),
    Flying,
}

#[derive(Debug, Clone, Copy)]
struct Item {
    attempts: u32,
    due: DateTime<Utc>,
    /// Whether it is written down as pending, or will be with the next progress.
    kept: bool,
}

#[derive(Debug)]
struct Lane {
    items: BTreeMap<u64, Item>,
    turn: Turn,
}

/// The lanes of one webhook.
#[derive(Debug, Default)]
pub struct Lanes {
    of: HashMap<PersonId, Lane>,
    ready: VecDeque<PersonId>,
    waiting: BTreeSet<(DateTime<Utc>, PersonId)>,
    /// Read, and neither delivered nor kept.
    outstanding: BTreeSet<u64>,
    kept: usize,
    read: u64,
    progress: DeliveryOutcomes,
}

impl Lanes {
    /// Lanes of a webhook that has come to a position.
    #[must_use]
    pub fn new(reached: u64) -> Self {
        Self { read: reached, ..Self::default() }
    }

    /// How far the log was read.
    #[must_use]
    pub fn read_to(&self) -> u64 {
        self.read
    }

    /// Whether more may be read.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.waiting.len() < MOST_BLOCKED && self.kept < MOST_PENDING && self.outstanding.len() < MOST_READ
    }

    /// Events that are written down as waiting.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.kept
    }

    /// When the next lane is to be tried again.
    #[must_use]
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        self.waiting.first().map(|(due, _)| *due)
    }

    /// Takes in what the store has as pending.
    pub fn load(&mut self, pending: Vec<Pending>) {
        for Pending { position, person, attempts, due } in pending {
            let lane = self.of.entry(person).or_insert_with(Lane::empty);
            let item = lane.items.entry(position).or_insert(Item { attempts, due, kept: false });
            if !item.kept {
                item.kept = true;
                self.kept += 1;
                self.outstanding.remove(&position);
            }
            self.arm(person);
        }
    }

    /// Takes in an event that was read of the log.
    pub fn read(&mut self, person: PersonId, position: u64, now: DateTime<Utc>) {
        let lane = self.of.entry(person).or_insert_with(Lane::empty);
        if lane.items.contains_key(&position) {
            return;
        }
        // Behind one that is to be tried again it may have to wait for days.
        let kept = lane.items.values().next().is_some_and(|head| head.kept && head.attempts > 0);
        lane.items.insert(position, Item { attempts: 0, due: now, kept });
        if kept {
            self.kept += 1;
            self.progress.deferred.push(Pending { position, person, attempts: 0, due: now });
        } else {
            self.outstanding.insert(position);
        }
        self.arm(person);
    }

    /// The log was read up to here.
    pub fn advance(&mut self, position: u64) {
        self.read = self.read.max(position);
    }

    /// What to deliver next, if anything is to be delivered now.
    pub fn next(&mut self, now: DateTime<Utc>) -> Option<Job> {
        while let Some((due, person)) = self.waiting.first().copied().filter(|(due, _)| *due <= now) {
            self.waiting.remove(&(due, person));
            if let Some(lane) = self.of.get_mut(&person) {
                lane.turn = Turn::Ready;
                self.ready.push_back(person);
            }
        }
        while let Some(person) = self.ready.pop_front() {
            let Some(lane) = self.of.get_mut(&person).filter(|lane| lane.turn == Turn::Ready) else { continue };
            let Some((position, item)) = lane.items.first_key_value() else { continue };
            // One that was found in the store before it may have to wait still.
            if item.attempts > 0 && item.due > now {
                lane.turn = Turn::None;
                self.arm(person);
                continue;
            }
            let job = Job { person, position: *position, attempts: item.attempts };
            lane.turn = Turn::Flying;
            return Some(job);
        }
        None
    }

    /// Lets everything that waits to be tried again be tried now.
    pub fn hurry(&mut self, now: DateTime<Utc>) {
        for (_, person) in std::mem::take(&mut self.waiting) {
            let Some(lane) = self.of.get_mut(&person) else { continue };
            if let Some(head) = lane.items.values_mut().next() {
                head.due = now;
                lane.turn = Turn::Ready;
                self.ready.push_back(person);
            }
        }
    }

    /// It was delivered, or is not to be told any more.
    pub fn settled(&mut self, job: Job) {
        self.take(job);
    }

    /// It failed, and is to be tried again; what follows it waits with it.
    pub fn failed(&mut self, job: Job, due: DateTime<Utc>) {
        let Some(lane) = self.of.get_mut(&job.person) else { return };
        lane.turn = Turn::None;
        if let Some(item) = lane.items.get_mut(&job.position) {
            *item = Item { attempts: job.attempts + 1, due, kept: item.kept };
        }
        for (position, item) in &mut lane.items {
            if !item.kept || *position == job.position {
                let Item { attempts, due, .. } = *item;
                self.progress.deferred.push(Pending { position: *position, person: job.person, attempts, due });
            }
            if !item.kept {
                item.kept = true;
                self.kept += 1;
                self.outstanding.remove(position);
            }
        }
        self.arm(job.person);
    }

    /// It failed for the last time; what follows it goes on.
    pub fn died(&mut self, job: Job, failure: Failure, at: DateTime<Utc>) {
        let attempts = job.attempts + 1;
        self.progress.dead.push(DeadLetter { position: job.position, person: job.person, attempts, failure, at });
        self.take(job);
    }

    /// How far the webhook has come.
    #[must_use]
    pub fn reached(&self) -> u64 {
        self.outstanding.first().map_or(self.read, |first| first - 1)
    }

    /// Whether something has to be written down.
    #[must_use]
    pub fn has_changes(&self) -> bool {
        !(self.progress.deferred.is_empty() && self.progress.dead.is_empty() && self.progress.settled.is_empty())
    }

    /// Takes out what has to be written down.
    pub fn take_progress(&mut self) -> DeliveryOutcomes {
        DeliveryOutcomes { reached: self.reached(), ..std::mem::take(&mut self.progress) }
    }

    fn take(&mut self, job: Job) {
        let Some(lane) = self.of.get_mut(&job.person) else { return };
        lane.turn = Turn::None;
        if let Some(item) = lane.items.remove(&job.position) {
            if item.kept {
                self.kept -= 1;
                self.progress.settled.push(job.position);
            } else {
                self.outstanding.remove(&job.position);
            }
        }
        if lane.items.is_empty() {
            self.of.remove(&job.person);
        } else {
            self.arm(job.person);
        }
    }

    /// Gives a lane its turn, by its first event. One that is under way keeps it.
    fn arm(&mut self, person: PersonId) {
        let Some(lane) = self.of.get_mut(&person) else { return };
        let Some(head) = lane.items.values().next().copied() else { return };
        match lane.turn {
            Turn::Flying | Turn::Ready => return,
            Turn::Waiting(due) if due == head.due => return,
            Turn::Waiting(due) => {
                self.waiting.remove(&(due, person));
            }
            Turn::None => {}
        }
        if head.attempts == 0 {
            lane.turn = Turn::Ready;
            self.ready.push_back(person);
        } else {
            lane.turn = Turn::Waiting(head.due);
            self.waiting.insert((head.due, person));
        }
    }
}

impl Lane {
    fn empty() -> Self {
        Self { items: BTreeMap::new(), turn: Turn::None }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-10-25T00:30:00Z".parse().unwrap()
    }

    fn later(seconds: i64) -> DateTime<Utc> {
        now() + TimeDelta::seconds(seconds)
    }

    fn person(number: u128) -> PersonId {
        PersonId(Uuid::from_u128(number))
    }

    /// Lanes that have read events of these persons, at the positions 1, 2, 3, ….
    fn of(persons: &[u128]) -> Lanes {
        let mut lanes = Lanes::new(0);
        for (position, number) in (1..).zip(persons) {
            lanes.read(person(*number), position, now());
            lanes.advance(position);
        }
        lanes
    }

    fn started(lanes: &mut Lanes, at: DateTime<Utc>) -> Vec<Job> {
        std::iter::from_fn(|| lanes.next(at)).collect()
    }

    fn positions(jobs: &[Job]) -> Vec<u64> {
        jobs.iter().map(|job| job.position).collect()
    }

    #[test]
    fn events_of_one_person_follow_each_other_and_persons_do_not_wait_for_each_other() {
        let mut lanes = of(&[1, 2, 1, 1]);
        let first = started(&mut lanes, now());
        assert_eq!(positions(&first), [1, 2]);
        lanes.settled(first[0]);
        assert_eq!(positions(&started(&mut lanes, now())), [3]);
    }

    #[test]
    fn the_webhook_has_come_as_far_as_everything_is_delivered_or_written_down() {
        let mut lanes = of(&[1, 2, 1, 3]);
        let jobs = started(&mut lanes, now());
        assert_eq!(lanes.reached(), 0);
        lanes.settled(jobs[1]);
        assert_eq!(lanes.reached(), 0);
        lanes.failed(jobs[0], later(5));
        assert_eq!(lanes.reached(), 3, "the first and the third wait in the store, the fourth is under way");
        let progress = lanes.take_progress();
        let waiting: Vec<_> = progress.deferred.iter().map(|each| (each.position, each.attempts)).collect();
        assert_eq!((progress.reached, waiting), (3, vec![(1, 1), (3, 0)]));
        lanes.settled(jobs[2]);
        assert_eq!((lanes.reached(), lanes.has_changes()), (4, false));
    }

    #[test]
    fn what_failed_is_tried_again_when_it_is_due_and_then_what_waited_behind_it() {
        let mut lanes = of(&[1, 1]);
        let job = lanes.next(now()).unwrap();
        lanes.failed(job, later(5));
        lanes.read(person(1), 3, now());
        assert_eq!((lanes.next(later(4)), lanes.next_due()), (None, Some(later(5))));
        let again = lanes.next(later(5)).unwrap();
        assert_eq!((again.position, again.attempts), (1, 1));
        lanes.settled(again);
        let second = lanes.next(later(5)).unwrap();
        lanes.settled(second);
        let third = lanes.next(later(5)).unwrap();
        lanes.settled(third);
        assert_eq!(lanes.next(later(5)), None);
        let progress = lanes.take_progress();
        assert_eq!((progress.settled, lanes.pending()), (vec![1, 2, 3], 0));
    }

    #[test]
    fn after_the_last_attempt_the_persons_later_events_go_on() {
        let mut lanes = of(&[1, 1]);
        let job = lanes.next(now()).unwrap();
        lanes.died(job, Failure::TimedOut, now());
        assert_eq!(lanes.next(now()).unwrap().position, 2);
        let progress = lanes.take_progress();
        assert_eq!((progress.dead.len(), progress.dead[0].attempts, progress.reached), (1, 1, 1));
    }

    #[test]
    fn when_too_many_persons_wait_the_whole_webhook_waits() {
        let numbers: Vec<_> = (0..MOST_BLOCKED as u128).collect();
        let mut lanes = of(&numbers);
        let jobs = started(&mut lanes, now());
        for job in &jobs[1..] {
            lanes.failed(*job, later(60));
        }
        assert!(lanes.has_room());
        lanes.failed(jobs[0], later(60));
        assert!(!lanes.has_room());
        assert_eq!(started(&mut lanes, later(60)).len(), MOST_BLOCKED);
        assert!(lanes.has_room());
    }

    #[test]
    fn what_waits_can_be_hurried() {
        let mut lanes = of(&[1, 2]);
        for job in started(&mut lanes, now()) {
            lanes.failed(job, later(3_600));
        }
        assert_eq!(lanes.next(later(1)), None);
        lanes.hurry(later(1));
        assert_eq!(positions(&started(&mut lanes, later(1))), [1, 2]);
        assert_eq!(lanes.next_due(), None);
    }

    #[test]
    fn a_replayed_event_goes_before_later_ones_that_wait() {
        let mut lanes = Lanes::new(9);
        let waits = |position, attempts, due| Pending { position, person: person(1), attempts, due };
        lanes.load(vec![waits(7, 3, later(60))]);
        assert_eq!(lanes.next(now()), None);
        lanes.load(vec![waits(2, 0, now()), waits(7, 3, later(60))]);
        let replayed = lanes.next(now()).unwrap();
        assert_eq!(replayed.position, 2);
        lanes.settled(replayed);
        assert_eq!((lanes.next(now()), lanes.pending()), (None, 1));
        assert_eq!(lanes.next(later(60)).unwrap().attempts, 3);
    }

    #[derive(Debug, Clone, Copy)]
    enum Step {
        Read(u128),
        Start,
        Succeed(usize),
        Fail(usize),
        Save,
        Crash,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => (0..4_u128).prop_map(Step::Read),
            4 => Just(Step::Start),
            3 => any::<usize>().prop_map(Step::Succeed),
            2 => any::<usize>().prop_map(Step::Fail),
            2 => Just(Step::Save),
            1 => Just(Step::Crash),
        ]
    }

    proptest! {
        /// Whatever fails, and wherever the process ends: everything is delivered, and the first delivery of an event
        /// comes after the first of every earlier one of the same person.
        #[test]
        fn nothing_is_lost_and_nobody_hears_of_things_out_of_order(steps in proptest::collection::vec(step(), 1..200)) {
            let mut log: Vec<PersonId> = Vec::new();
            let (mut reached, mut stored) = (0, BTreeMap::<u64, Pending>::new());
            let mut lanes = Lanes::new(0);
            let (mut flying, mut delivered) = (Vec::<Job>::new(), Vec::<u64>::new());
            let mut clock = now();
            let mut end = [Step::Start, Step::Succeed(0)].repeat(3 * steps.len() + 3);
            let mut all = steps;
            all.append(&mut end);
            for step in all {
                clock += TimeDelta::seconds(1);
                match step {
                    Step::Read(number) => log.push(person(number)),
                    Step::Start => {
                        let read_to = lanes.read_to();
                        for (position, person) in (1..).zip(&log).filter(|(position, _)| *position > read_to) {
                            lanes.read(*person, position, clock);
                        }
                        lanes.advance(log.len() as u64);
                        flying.extend(lanes.next(clock));
                    }
                    Step::Succeed(which) if !flying.is_empty() => {
                        let job = flying.remove(which % flying.len());
                        delivered.push(job.position);
                        lanes.settled(job);
                    }
                    Step::Fail(which) if !flying.is_empty() => {
                        let job = flying.remove(which % flying.len());
                        lanes.failed(job, clock + TimeDelta::seconds(2));
                    }
                    Step::Succeed(_) | Step::Fail(_) => {}
                    Step::Save => {
                        let progress = lanes.take_progress();
                        reached = progress.reached;
                        stored.extend(progress.deferred.into_iter().map(|each| (each.position, each)));
                        stored.retain(|position, _| !progress.settled.contains(position));
                    }
                    Step::Crash => {
                        flying.clear();
                        lanes = Lanes::new(reached);
                        lanes.load(stored.values().copied().collect());
                    }
                }
            }
            for number in 0..4 {
                let of_person: Vec<_> =
                    (1..).zip(&log).filter(|(_, each)| **each == person(number)).map(|(position, _)| position).collect();
                let mut heard: Vec<u64> = Vec::new();
                for position in delivered.iter().filter(|position| of_person.contains(position)) {
                    if !heard.contains(position) {
                        heard.push(*position);
                    }
                }
                prop_assert_eq!(heard, of_person);
            }
        }
    }
}
