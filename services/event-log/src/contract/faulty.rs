//! A log with one fault at a time, to see that the contract finds it. Each is a mistake that somebody could make in an
//! adapter; without a fault it keeps the contract.

use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;

use crate::port::{Appended, EventLog, Expected, LogError, LogPage, Position, Proposed, Recorded, StreamName};
use crate::rules::{self, Repeat};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    None,
    // Expectations.
    IgnoresExpected,
    IgnoresNoStream,
    RefusesAny,
    TellsAnotherActual,
    WritesBeforeItChecks,
    RevisionsFromOne,
    TakesEmptyAppends,
    // Repeats.
    ForgetsIds,
    ForgetsIdsOfOthers,
    RemembersOnlyTheLastAppend,
    ExpectsOfRepeats,
    AnswersRepeatsWithTheEnd,
    ReplacesOnRepeat,
    TakesUsedIdsElsewhere,
    TakesUsedIdsBesideNew,
    TakesAnIdTwice,
    // Reading.
    KeepsTextOnly,
    KeepsLittle,
    ReadsStreamsFromTheStart,
    ReadsStreamsByPrefix,
    ReadsByStream,
    NumbersByPosition,
    // Following.
    SaysHeadTooEarly,
    RepeatsTheLastEvent,
    SkipsAtFullPages,
    HeadLagsBehind,
    SleepsOn,
    WakesByPollingAlone,
    // Many at once.
    ChecksThenWrites,
    LooksForIdsThenWrites,
    ShowsPositionsLate,
    // Reopening.
    LosesTheLast,
    LosesIdsOnReopening,
}

#[derive(Default)]
struct State {
    events: Vec<Recorded>,
    taken: u64,
    /// Ids before this place are forgotten.
    forgotten: usize,
}

pub(super) struct FaultyLog {
    fault: Fault,
    state: Mutex<State>,
    /// One append or page at a time, which is what some of the faults do without.
    turn: tokio::sync::Mutex<()>,
}

impl FaultyLog {
    pub(crate) fn new(fault: Fault) -> Self {
        Self { fault, state: Mutex::default(), turn: tokio::sync::Mutex::default() }
    }

    async fn turn(&self) -> Option<tokio::sync::MutexGuard<'_, ()>> {
        match self.fault {
            Fault::ChecksThenWrites | Fault::LooksForIdsThenWrites | Fault::ShowsPositionsLate => None,
            _ => Some(self.turn.lock().await),
        }
    }

    fn has(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    /// What closing and opening again does to it.
    pub(crate) fn reopen(&self) {
        let mut state = self.state.lock();
        if self.has(Fault::LosesTheLast) {
            state.events.pop();
        }
        if self.has(Fault::LosesIdsOnReopening) {
            state.forgotten = state.events.len();
        }
    }

    fn revision(&self, stream: &StreamName) -> Option<u64> {
        self.state.lock().events.iter().filter(|event| event.stream == *stream).map(|event| event.revision).max()
    }

    fn known(&self, stream: &StreamName, event: &Proposed) -> Option<Repeat> {
        let state = self.state.lock();
        let (place, found) = state.events.iter().enumerate().find(|(_, known)| known.id == event.id)?;
        let here = found.stream == *stream;
        let last = state.events.last().is_some_and(|last| last.stream == found.stream);
        let forgotten = place < state.forgotten
            || self.has(Fault::ForgetsIds)
            || (!here && self.has(Fault::TakesUsedIdsElsewhere))
            || (here && self.has(Fault::ForgetsIdsOfOthers) && place % 2 == 1)
            || (self.has(Fault::RemembersOnlyTheLastAppend) && !last);
        (!forgotten).then_some(Repeat { here, revision: found.revision, position: found.position })
    }

    fn repeat(
        &self,
        stream: &StreamName,
        expected: Expected,
        events: &[Proposed],
    ) -> Result<Option<Appended>, LogError> {
        let known: Vec<_> = events.iter().map(|event| self.known(stream, event)).collect();
        if self.has(Fault::TakesUsedIdsBesideNew) && known.iter().any(Option::is_none) {
            return Ok(None);
        }
        let Some(mut answer) = rules::repeated(known)? else { return Ok(None) };
        if self.has(Fault::ExpectsOfRepeats) {
            rules::expect(expected, self.revision(stream))?;
        }
        if self.has(Fault::ReplacesOnRepeat) {
            for event in &mut self.state.lock().events {
                if let Some(again) = events.iter().find(|again| again.id == event.id) {
                    event.data.clone_from(&again.data);
                }
            }
        }
        if self.has(Fault::AnswersRepeatsWithTheEnd) {
            answer.position = Position(self.state.lock().taken);
        }
        Ok(Some(answer))
    }

    fn expect(&self, expected: Expected, actual: Option<u64>) -> Result<(), LogError> {
        match (self.fault, expected) {
            (Fault::IgnoresExpected, _) | (Fault::IgnoresNoStream, Expected::NoStream) => Ok(()),
            (Fault::RefusesAny, Expected::Any) if actual.is_none() => Err(LogError::Conflict { expected, actual }),
            (Fault::TellsAnotherActual, _) => {
                rules::expect(expected, actual).map_err(|_| LogError::Conflict { expected, actual: Some(99) })
            }
            _ => rules::expect(expected, actual),
        }
    }

    fn write(&self, stream: &StreamName, revision: u64, event: Proposed) -> Recorded {
        let Proposed { id, kind, mut data, metadata } = event;
        if self.has(Fault::KeepsTextOnly) {
            data = String::from_utf8_lossy(&data).into_owned().into_bytes();
        }
        if self.has(Fault::KeepsLittle) {
            data.truncate(65_536);
        }
        let mut state = self.state.lock();
        state.taken += 1;
        Recorded { id, stream: stream.clone(), revision, position: Position(state.taken), kind, data, metadata }
    }

    fn last(&self) -> Position {
        self.state.lock().events.iter().map(|event| event.position).max().unwrap_or_default()
    }
}

#[async_trait]
impl EventLog for FaultyLog {
    async fn append(
        &self,
        stream: &StreamName,
        expected: Expected,
        events: Vec<Proposed>,
    ) -> Result<Appended, LogError> {
        let _turn = self.turn().await;
        if events.is_empty() && self.has(Fault::TakesEmptyAppends) {
            return Ok(Appended { revision: 0, position: self.last() });
        }
        if events.is_empty() || !self.has(Fault::TakesAnIdTwice) {
            rules::well_formed(&events)?;
        }
        if let Some(before) = self.repeat(stream, expected, &events)? {
            return Ok(before);
        }
        if self.has(Fault::LooksForIdsThenWrites) {
            tokio::time::sleep(Duration::from_millis(10)).await;
            // A proper check of the expectation would find out.
            let revision = self.revision(stream).map_or(0, |last| last + 1);
            return self.keep(stream, revision, events).await;
        }
        let actual = self.revision(stream);
        if self.has(Fault::WritesBeforeItChecks) {
            let revision = actual.map_or(0, |last| last + 1);
            let first = self.write(stream, revision, events[0].clone());
            if let Err(refused) = self.expect(expected, actual) {
                self.state.lock().events.push(first);
                return Err(refused);
            }
        }
        self.expect(expected, actual)?;
        let first = u64::from(self.has(Fault::RevisionsFromOne));
        let revision = actual.map_or(first, |last| last + 1);
        if self.has(Fault::ChecksThenWrites) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self.keep(stream, revision, events).await
    }

    async fn read_stream(&self, stream: &StreamName, from: u64) -> Result<Vec<Recorded>, LogError> {
        let from = if self.has(Fault::ReadsStreamsFromTheStart) { 0 } else { from };
        let mine = |event: &&Recorded| {
            let by_prefix = self.has(Fault::ReadsStreamsByPrefix);
            event.stream == *stream || by_prefix && event.stream.as_str().starts_with(stream.as_str())
        };
        Ok(self.state.lock().events.iter().filter(mine).filter(|event| event.revision >= from).cloned().collect())
    }

    async fn read_all(&self, after: Position, limit: usize) -> Result<LogPage, LogError> {
        let _turn = self.turn().await;
        let mut all = self.state.lock().events.clone();
        all.sort_by_key(|event| event.position);
        if self.has(Fault::ReadsByStream) {
            all.sort_by(|one, other| one.stream.cmp(&other.stream));
        }
        if self.has(Fault::NumbersByPosition) {
            for event in &mut all {
                event.revision = event.position.0;
            }
        }
        let from = if self.has(Fault::RepeatsTheLastEvent) { Position(after.0.saturating_sub(1)) } else { after };
        let head = self.last();
        let mut events: Vec<_> = all.into_iter().filter(|event| event.position > from).collect();
        let full = events.len() >= limit;
        events.truncate(limit);
        let mut next = match events.last() {
            Some(last) if full => last.position,
            _ => head.max(after),
        };
        if full && self.has(Fault::SkipsAtFullPages) {
            next.0 += 1;
        }
        let at_head = next >= head || self.has(Fault::SaysHeadTooEarly);
        Ok(LogPage { events, next, at_head })
    }

    async fn head(&self) -> Result<Position, LogError> {
        let head = self.last();
        Ok(if self.has(Fault::HeadLagsBehind) { Position(head.0.saturating_sub(1)) } else { head })
    }

    async fn wake(&self, seen: Position) {
        if self.has(Fault::SleepsOn) {
            std::future::pending::<()>().await;
        }
        if self.has(Fault::WakesByPollingAlone) {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        while self.last() <= seen {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

impl FaultyLog {
    async fn keep(&self, stream: &StreamName, revision: u64, events: Vec<Proposed>) -> Result<Appended, LogError> {
        let count = events.len() as u64;
        let kept: Vec<_> =
            (revision..).zip(events).map(|(revision, event)| self.write(stream, revision, event)).collect();
        let position = kept.last().map(|event| event.position).unwrap_or_default();
        if self.has(Fault::ShowsPositionsLate) {
            // As a sequence does: a position is taken when writing begins, and seen when it has ended.
            tokio::time::sleep(Duration::from_millis(position.0 % 4 * 5)).await;
        }
        self.state.lock().events.extend(kept);
        Ok(Appended { revision: revision + count - 1, position })
    }
}
