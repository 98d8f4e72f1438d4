//! Moving an entry from the wrong person to the right one: two streams, of which an append is of one.
//!
//! First `EntryMoved` is recorded on the wrong person's stream: it says what goes where, and changes nothing. Then one append to
//! the right person's stream brings the entries there, sealed with that person's keys. From that append on they count there, and
//! on the wrong person no more, for that case hears it. At last they are retracted there, which tells everybody who was told.
//! What breaks off in between, the watch finishes, or the same request when it is sent again: an entry counts once throughout.

use care_path::command::{Command, Context, Refusal};
use care_path::directory::Directory;
use care_path::event::Event;
use care_path::ids::CorrelationId;
use care_path::path::correction::{Arrival, CorrectionEvent, CorrectionRefusal, FinishMove, arrivals, may_arrive};
use care_path::sight::Sight;
use care_path::time::{DateTime, Occurred};
use care_path::{EventId, Moved, PersonId, Principal, Stamp};
use uuid::Uuid;

use super::execute::ATTEMPTS;
use super::{Baken, ExecuteError, Receipt, Request};
use crate::event_log::{Expected, LogError, Position, Proposed, StreamName};
use crate::history::{Envelope, Purpose, Stream};
use crate::projections::{Case, World};

/// Where an entry was moved to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedTo {
    pub person_id: PersonId,
    /// What was recorded there.
    pub event_ids: Vec<EventId>,
    /// The number of the last recording of that case that the principal may know of.
    pub revision: u64,
}

/// What is to be recorded on the right person.
struct Bringing {
    to: PersonId,
    arrivals: Vec<Arrival>,
    revision: u64,
}

/// How far a move has come.
enum Underway {
    ToBring(Bringing),
    Arrived,
    /// One of the two was erased: nothing is brought anywhere.
    Erased,
}

impl Baken {
    /// Whether what a principal moves may be recorded on the other person, whom they see.
    pub(super) fn may_move(
        &self,
        principal: &Principal,
        world: &World,
        case: &Case,
        to: PersonId,
        events: &[Event],
    ) -> Result<(), ExecuteError> {
        let now = self.clock.now();
        let target = world.case(to).filter(|target| !target.path.is_erased());
        let target = target.ok_or(Refusal::Field { field: "to", message: "no such person" })?;
        let Some(Event::Correction(CorrectionEvent::EntryMoved(moved))) = events.first() else { return Ok(()) };
        let carried = carried(case, moved.carried());
        let deadlines = self.settings.deadlines.of_case(&target.path);
        let sight = Sight::of(principal, &target.path, now, deadlines, world.directory());
        let relation = sight.ok_or(Refusal::Field { field: "to", message: "no such person" })?.relation();
        self.on_the_right_person(world.directory(), (target, to), principal, now, |path, context| {
            may_arrive(&carried, path, relation, context)
        })?;
        Ok(())
    }

    /// Finishes the move that a receipt is of, and tells where the entry went.
    pub(super) async fn finish_move(
        &self,
        sender: &Principal,
        correlation_id: CorrelationId,
        receipt: Receipt,
    ) -> Result<Receipt, ExecuteError> {
        let (Some(from), Some(moved)) = (receipt.person_id, receipt.event_ids.first().copied()) else {
            return Ok(receipt);
        };
        let finish = Request {
            principal: Principal::baken(),
            person_id: Some(from),
            command: Command::FinishMove(moved, FinishMove::default()),
            occurred: None,
            if_match: None,
            idempotency: None,
            correlation_id,
            causation_id: Some(moved),
            purpose: Purpose::default(),
        };
        match self.execute_as_sent(finish).await {
            // The watch was there first, or the request was sent before.
            Ok(_) | Err(ExecuteError::Refused(Refusal::Correction(CorrectionRefusal::AlreadyMoved))) => {}
            Err(error) => return Err(error),
        }
        Ok(self.told_move(sender, from, moved, receipt))
    }

    /// The receipt of a move that is finished: the same whenever it is asked for.
    fn told_move(&self, sender: &Principal, from: PersonId, moved: EventId, receipt: Receipt) -> Receipt {
        let told = {
            let world = self.world.read();
            let to = world.case(from).and_then(|case| case.path.move_of(moved)).map(|moving| moving.to);
            let retractions = world.case(from).into_iter().flat_map(|case| follows_from(case, moved));
            let event_ids: Vec<_> = std::iter::once(moved).chain(retractions.clone().map(|(id, _)| id)).collect();
            let last = retractions.map(|(_, position)| position).max();
            to.map(|to| {
                let received = world.case(to).into_iter().flat_map(|case| case.path.received(moved));
                (to, received.map(|stamp| stamp.event_id).collect::<Vec<_>>(), event_ids, last)
            })
        };
        let Some((to, received, event_ids, last)) = told else { return receipt };
        let position = last.unwrap_or(receipt.position).max(receipt.position);
        let revision = |person| self.told_revision(sender, Some(person), position);
        let moved_to = MovedTo { person_id: to, event_ids: received, revision: revision(to).unwrap_or_default() };
        Receipt {
            event_ids,
            revision: revision(from).unwrap_or(receipt.revision),
            position,
            moved_to: Some(moved_to),
            ..receipt
        }
    }

    /// Records on the right person what a move carries, unless it stands there already. Says whether there is nobody any more
    /// whom it could be recorded on.
    pub(super) async fn bring(
        &self,
        from: PersonId,
        moved: EventId,
        correlation_id: CorrelationId,
    ) -> Result<bool, ExecuteError> {
        for _ in 0..ATTEMPTS {
            let turn = {
                let world = self.world.read();
                let moving = world.case(from).and_then(|case| case.path.move_of(moved));
                let to = moving.ok_or(Refusal::from(CorrectionRefusal::Unknown))?.to;
                Stream::of_person(world.case(to).map_or(to, Case::id))
            };
            let _writing = self.writing.turn(turn).await;
            let seen = self.position();
            let bringing = match self.underway(from, moved)? {
                Underway::ToBring(bringing) => bringing,
                Underway::Arrived => return Ok(false),
                Underway::Erased => return Ok(true),
            };
            let stream = Stream::of_person(bringing.to);
            let by = Moved { from, by: moved };
            let proposed = match self.propose_arrivals(&bringing, &stream, by, correlation_id).await {
                Err(ExecuteError::Erased) => return Ok(true),
                proposed => proposed?,
            };
            match self.log.append(&stream, Expected::Revision(bringing.revision), proposed).await {
                Ok(appended) => {
                    self.caught_up(appended.position).await?;
                    return Ok(false);
                }
                // Somebody else wrote there, be it this very move on another node.
                Err(LogError::Conflict { .. }) => drop(self.is_beyond(seen).await?),
                Err(error) => return Err(error.into()),
            }
        }
        Err(ExecuteError::Contended)
    }

    /// What is still to be brought to the right person.
    fn underway(&self, from: PersonId, moved: EventId) -> Result<Underway, ExecuteError> {
        let world = self.world.read();
        let case = world.case(from).ok_or(ExecuteError::NotFound)?;
        let moving = case.path.move_of(moved).ok_or(Refusal::from(CorrectionRefusal::Unknown))?;
        let to = moving.to;
        let (Some(target), Some(revision)) = (world.case(to), world.revision(to)) else {
            return Ok(Underway::Erased);
        };
        if target.path.received(moved).next().is_some() {
            return Ok(Underway::Arrived);
        }
        if case.path.is_erased() || target.path.is_erased() {
            return Ok(Underway::Erased);
        }
        let carried = carried(case, moving.carried);
        let now = self.clock.now();
        let arrivals =
            self.on_the_right_person(world.directory(), (target, to), &Principal::baken(), now, |path, context| {
                arrivals(&carried, path, context)
            });
        Ok(Underway::ToBring(Bringing { to, arrivals, revision }))
    }

    /// Asks something of the path of the right person.
    fn on_the_right_person<T>(
        &self,
        directory: &Directory,
        (target, to): (&Case, PersonId),
        by: &Principal,
        now: DateTime,
        ask: impl FnOnce(&care_path::CarePath, &Context<'_>) -> T,
    ) -> T {
        let path = &target.path;
        let context = Context {
            now,
            occurred: Occurred::instant(now),
            by,
            person_id: to,
            members: &target.members,
            id: Uuid::nil(),
            directory,
            figures: &care_path::figures::Figures::default(),
            is_full: false,
            deadlines: self.settings.deadlines.of_case(path),
            norms: &self.settings.norms,
            nobody: false,
        };
        ask(path, &context)
    }

    async fn propose_arrivals(
        &self,
        bringing: &Bringing,
        stream: &StreamName,
        moved: Moved,
        correlation_id: CorrelationId,
    ) -> Result<Vec<Proposed>, ExecuteError> {
        let ids: Vec<_> = bringing.arrivals.iter().map(|_| EventId(self.ids.uuid_v7())).collect();
        let mut proposed = Vec::with_capacity(ids.len());
        for (arrival, id) in bringing.arrivals.iter().zip(&ids) {
            let envelope = Envelope {
                version: arrival.event.kind().version(),
                occurred_at: arrival.occurred.at,
                occurred_precision: arrival.occurred.precision,
                recorded_at: self.clock.now(),
                by: arrival.by.clone(),
                correlation_id,
                causation_id: arrival.follows.and_then(|number| ids.get(number)).copied(),
                purpose: Purpose::default(),
                idempotency: None,
                moved: Some(moved),
            };
            proposed.push(self.sealed(bringing.to, stream, *id, &envelope, &arrival.event).await?);
        }
        Ok(proposed)
    }
}

/// The entries of a case that are carried, in the order of the log.
fn carried<'a>(case: &'a Case, entries: &[EventId]) -> Vec<(&'a Stamp, &'a Event)> {
    case.told().filter(|(stamp, _)| entries.contains(&stamp.event_id)).collect()
}

/// What was recorded on a case because of a move: the retractions, each after the one before it.
fn follows_from(case: &Case, moved: EventId) -> impl Iterator<Item = (EventId, Position)> + Clone {
    let mut last = moved;
    let following: Vec<_> = case
        .history
        .iter()
        .filter(|entry| matches!(entry.event, Event::Correction(_)))
        .filter_map(|entry| {
            let follows = entry.stamp.caused_by == Some(last);
            follows.then(|| {
                last = entry.stamp.event_id;
                (entry.stamp.event_id, entry.position)
            })
        })
        .collect();
    following.into_iter()
}
