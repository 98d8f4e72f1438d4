//! The write path: load, may, decide, append. There is no other.

mod error;
mod joins;
#[cfg(test)]
mod tests;

use care_path::command::{Asking, Command, CommandKind, Context, Decide, OtherPerson, Refusal, WithoutPerson};
use care_path::event::Event;
use care_path::figures::ReleaseFigures;
use care_path::ids::{CorrelationId, OrgId};
use care_path::policy::{Relation, acts_unseen, may, opens_unseen};
use care_path::sight::{Sight, told_late, too_late};
use care_path::time::{DateTime, Occurred};
use care_path::views::progress;
use care_path::{CarePath, EventId, PersonId, Principal};
use chrono::TimeDelta;
use uuid::Uuid;

pub use self::error::ExecuteError;
use self::error::{internal, not_sealed};
use self::joins::{answers_a_release, joins, may_join};
use super::directory::entry_decided;
use super::evening::puts_out_nobody;
use super::{Baken, MovedTo};
use crate::event_log::{Expected, LogError, Position, Proposed, StreamName};
use crate::history::{Envelope, Idempotency, KeyDigest, Purpose, StoredAnswer, Stream};
use crate::projections::{Case, World};
use crate::sealing::Binding;

/// Somebody asks for a command to be executed.
#[derive(Debug, Clone)]
pub struct Request {
    pub principal: Principal,
    /// Whose path; `None` opens a new one, counts people whom nobody knows, or changes the directory.
    pub person_id: Option<PersonId>,
    pub command: Command,
    /// When it happened; now, unless said.
    pub occurred: Option<Occurred>,
    /// The revision that the path must still have.
    pub if_match: Option<u64>,
    pub idempotency: Option<Idempotency>,
    pub correlation_id: CorrelationId,
    pub causation_id: Option<EventId>,
    pub purpose: Purpose,
}

/// What was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub person_id: Option<PersonId>,
    pub event_ids: Vec<EventId>,
    /// The number of the last recording of the case that the principal may know of.
    pub revision: u64,
    pub position: Position,
    pub created: Option<Created>,
    /// Where an entry was moved to.
    pub moved_to: Option<MovedTo>,
    /// The request had been answered before; this is that answer.
    pub repeated: bool,
}

/// What a command created: the name of its id, and the id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Created {
    pub name: &'static str,
    pub id: Uuid,
}

/// How far ahead of ours a reporter's clock may run.
const CLOCK_SKEW: TimeDelta = TimeDelta::minutes(5);
/// How often a decision is taken again when others wrote in between.
pub(super) const ATTEMPTS: usize = 16;

impl Baken {
    /// Executes a command: what it records is durable, and visible here, when this answers.
    ///
    /// # Errors
    /// See [`ExecuteError`]: then nothing was recorded, but for `Log`, `Behind` and `Outdated`, where it may have been.
    pub async fn execute(&self, request: Request) -> Result<Receipt, ExecuteError> {
        if !self.follows() {
            return Err(ExecuteError::Outdated);
        }
        let mover = matches!(request.command, Command::MoveEntry(..))
            .then(|| (request.principal.clone(), request.correlation_id));
        let erases = matches!(request.command, Command::EraseSubject(..));
        let receipt = self.execute_as_sent(request).await?;
        if erases {
            self.destroy_keys().await.map_err(ExecuteError::Keys)?;
        }
        match mover {
            Some((mover, correlation)) => self.finish_move(&mover, correlation, receipt).await,
            None => Ok(receipt),
        }
    }

    /// Executes a command, and nothing that follows from it.
    pub(super) async fn execute_as_sent(&self, mut request: Request) -> Result<Receipt, ExecuteError> {
        if let (Command::FinishMove(moved, finish), Some(from)) = (&mut request.command, request.person_id) {
            finish.erased = self.bring(from, *moved, request.correlation_id).await?;
        }
        let Some(idempotency) = request.idempotency else { return self.execute_once(request).await };
        let _turn = self.in_flight.turn(idempotency.key).await;
        match self.answered(&request, idempotency)? {
            Some(receipt) => Ok(receipt),
            None => self.execute_once(request).await,
        }
    }

    /// The first entry that a request of this key recorded, on whichever node.
    ///
    /// # Errors
    /// Where the log does not tell.
    pub async fn entry_of(&self, key: KeyDigest) -> Result<Option<EventId>, ExecuteError> {
        let seen = self.position();
        let first = || self.world.read().answers().of(key).and_then(|answer| answer.event_ids.first().copied());
        match first() {
            None if self.is_beyond(seen).await? => Ok(first()),
            entry => Ok(entry),
        }
    }

    /// Whether the key of any of these requests was used for another one, on whichever node.
    ///
    /// # Errors
    /// Where the log does not tell.
    pub async fn is_any_reused(&self, requests: &[Idempotency]) -> Result<bool, ExecuteError> {
        self.caught_up(self.log.head().await?).await?;
        let world = self.world.read();
        let reused =
            |request: &Idempotency| world.answers().of(request.key).is_some_and(|answer| answer.body != request.body);
        Ok(requests.iter().any(reused))
    }

    /// What a request of this key was answered, if it was; a key that came with another body is refused.
    fn answered(&self, request: &Request, idempotency: Idempotency) -> Result<Option<Receipt>, ExecuteError> {
        // The lock is let go before the answer is told: telling it takes the lock again.
        let answer = self.world.read().answers().of(idempotency.key).cloned();
        match answer {
            Some(answer) if answer.body == idempotency.body => Ok(Some(self.repeated(request, idempotency, answer))),
            Some(_) => Err(ExecuteError::KeyReused),
            None => Ok(None),
        }
    }

    async fn execute_once(&self, mut request: Request) -> Result<Receipt, ExecuteError> {
        self.with_figures(&request.principal, &mut request.command).await?;
        let now = self.clock.now();
        let occurred = request.occurred.unwrap_or(Occurred::instant(now));
        if occurred.at > now + CLOCK_SKEW {
            return Err(Refusal::Field { field: "occurred_at", message: "must not lie in the future" }.into());
        }
        let mut up_to_date = false;
        for _ in 0..ATTEMPTS {
            let target = self.target(&request, occurred)?;
            let _writing = self.writing.turn(target.turn.clone()).await;
            // The last bed of a place is given once: whoever asks for one there comes after the other, on this node.
            let _place = match self.place_asked(&request, occurred) {
                Some(place) => Some(self.writing.turn(place).await),
                None => None,
            };
            let kind = request.command.kind();
            if self.is_linked(&target) || joins(kind) || request.command.subject().is_of_the_whole_case() {
                // The append guards one stream alone: what was recorded on the others must be known here.
                self.caught_up(self.log.head().await?).await?;
            }
            let seen = self.position();
            let decided = self.decide(&request, &target, occurred);
            // Another node may have recorded this very request by now: the decision rests on it then.
            if let Some(idempotency) = request.idempotency
                && let Some(receipt) = self.answered(&request, idempotency)?
            {
                return Ok(receipt);
            }
            let (events, revision) = match decided {
                Ok(decided) => decided,
                // What another node has recorded may not be known here yet: nobody is refused for that.
                Err(_) if !up_to_date && self.is_beyond(seen).await? => {
                    up_to_date = true;
                    continue;
                }
                Err(ExecuteError::Contended) => continue,
                Err(refused) => return Err(refused),
            };
            let proposed = self.propose(&request, &target, occurred, &events).await?;
            let event_ids = proposed.iter().map(|event| event.id.into()).collect();
            let expected = match (&target.kind, revision) {
                (Target::Nobody, _) => Expected::Any,
                (_, None) => Expected::NoStream,
                (_, Some(revision)) => Expected::Revision(revision),
            };
            match self.log.append(&target.stream, expected, proposed).await {
                Ok(appended) => {
                    self.caught_up(appended.position).await?;
                    let (principal, position) = (&request.principal, appended.position);
                    return Ok(Receipt {
                        person_id: target.person,
                        event_ids,
                        revision: self.told_revision(principal, target.person, position).unwrap_or(appended.revision),
                        position,
                        created: created(request.command.kind(), target.id),
                        moved_to: None,
                        repeated: false,
                    });
                }
                Err(LogError::Conflict { .. }) => {
                    if let Some(receipt) = self.overtaken(&request, &target).await? {
                        return Ok(receipt);
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(ExecuteError::Contended)
    }

    /// Whether the person has several ids, each with a stream of its own.
    fn is_linked(&self, target: &Aim) -> bool {
        let world = self.world.read();
        target.person.and_then(|person| world.case(person)).is_some_and(Case::is_linked)
    }

    /// Whether the log goes on after a position. The read models have reached its end, as it was, when this answers.
    pub(super) async fn is_beyond(&self, seen: Position) -> Result<bool, ExecuteError> {
        let head = self.log.head().await?;
        self.caught_up(head).await?;
        Ok(head > seen)
    }

    /// Waits until the read models have reached a position.
    pub(super) async fn caught_up(&self, position: Position) -> Result<(), ExecuteError> {
        let behind = |why| if self.follows() { ExecuteError::Behind(why) } else { ExecuteError::Outdated };
        self.reach(position).await.map_err(behind)
    }

    /// Somebody wrote to the stream in between, on another node: it may have been this very request.
    async fn overtaken(&self, request: &Request, target: &Aim) -> Result<Option<Receipt>, ExecuteError> {
        self.is_beyond(self.position()).await?;
        if target.kind == Target::New && request.idempotency.is_none() {
            return Err(ExecuteError::Contended);
        }
        match request.idempotency {
            Some(idempotency) => self.answered(request, idempotency),
            None => Ok(None),
        }
    }

    /// Where the command goes: a known person's stream, a new one, the count of people whom nobody knows, or the directory.
    fn target(&self, request: &Request, occurred: Occurred) -> Result<Aim, ExecuteError> {
        let fresh = |what: &str| match request.idempotency {
            Some(idempotency) => idempotency.key.id(what),
            None => self.ids.uuid_v7(),
        };
        let id = fresh("created");
        let (kind, person, case) = match (request.person_id, request.command.kind().without_person()) {
            (named, Some(WithoutPerson::Directory)) => return self.entry(request, named, id),
            (_, Some(WithoutPerson::Figures)) => {
                let stream = Stream::of_figures();
                let turn = stream.clone();
                return Ok(Aim { kind: Target::Figures, person: None, stream, turn, id });
            }
            (Some(named), _) => {
                let world = self.world.read();
                let owner = owner(&world, request, named, occurred);
                let case = world.case(named);
                (Target::Known(named), Some(owner), case.map(Case::id))
            }
            (None, Some(WithoutPerson::Opens)) => (Target::New, Some(PersonId(fresh("person"))), None),
            (None, Some(WithoutPerson::Counts)) => (Target::Nobody, None, None),
            (None, None) => return Err(ExecuteError::NotFound),
        };
        let stream = match person {
            Some(person) => Stream::of_person(person),
            None => Stream::of_turn_aways(&request.principal.organisation),
        };
        let turn = case.map_or_else(|| stream.clone(), Stream::of_person);
        Ok(Aim { kind, person, stream, turn, id })
    }

    /// Whether the principal may send a command about a person, as they stand to the person now. `at` is when it happened, and when
    /// it is told.
    fn require_allowed(
        &self,
        request: &Request,
        world: &World,
        case: &Case,
        at: (DateTime, DateTime),
    ) -> Result<(), ExecuteError> {
        let Request { principal, command, .. } = request;
        let (role, kind, (_, now)) = (principal.actor.role(), command.kind(), at);
        let late = |or: ExecuteError| too_late(principal, command, &case.path, now).map_or(or, ExecuteError::Refused);
        let deadlines = self.settings.deadlines.of_case(&case.path);
        // Of somebody who was erased there is no case to open.
        let opens = || opens_unseen(role, kind) && !case.path.is_erased();
        let allowed = match Sight::of(principal, &case.path, now, deadlines, world.directory()) {
            _ if told_late(principal, command, &case.path, at) => true,
            Some(sight) => sight.may(kind),
            None if acts_unseen(role) || opens() => may(role, kind, Relation::None),
            None => return Err(late(ExecuteError::NotFound)),
        };
        if allowed { Ok(()) } else { Err(late(ExecuteError::Forbidden)) }
    }

    /// Whether the principal may, and what then happens: the events, and the revision that they rest on.
    fn decide(
        &self,
        request: &Request,
        target: &Aim,
        occurred: Occurred,
    ) -> Result<(Vec<Event>, Option<u64>), ExecuteError> {
        let now = self.clock.now();
        let kind = request.command.kind();
        let role = request.principal.actor.role();
        let person_id = target.person.unwrap_or(PersonId(Uuid::nil()));
        let world = self.world.read();
        let asking = Asking { now, occurred, by: &request.principal, directory: world.directory() };
        let is_full = self.is_full(&world, &request.command.asks_for(&asking));
        let decide = |path: &CarePath, members: &[PersonId]| {
            let context = Context {
                now,
                occurred,
                by: &request.principal,
                person_id,
                members,
                id: target.id,
                directory: world.directory(),
                figures: world.figures().all(),
                is_full,
                deadlines: self.settings.deadlines.of_case(path),
                norms: &self.settings.norms,
                nobody: target.kind == Target::Nobody,
            };
            let command = request.command.clone();
            let command = if let Some(named) = request.person_id { command.said_on(person_id, named) } else { command };
            command.decide((), path, &context)
        };
        let named = match &target.kind {
            Target::Known(named) => *named,
            Target::Directory(organisation) => {
                let allowed = may(role, kind, Relation::None);
                let revision = organisation.as_ref().and_then(|organisation| world.revision_of(organisation));
                let decide =
                    || puts_out_nobody(&request.command, &world).and_then(|()| decide(&CarePath::default(), &[]));
                return entry_decided(request, allowed, organisation.is_some(), revision, decide);
            }
            Target::Figures => {
                if !may(role, kind, Relation::None) {
                    return Err(ExecuteError::Forbidden);
                }
                // Another release was made meanwhile: the tables were not made beside it.
                if let Command::ReleaseFigures((), ReleaseFigures { frozen: Some(frozen), .. }) = &request.command
                    && frozen.beside != world.figures().all().releases.len()
                {
                    return Err(ExecuteError::Contended);
                }
                return Ok((decide(&CarePath::default(), &[])?, world.figures().revision()));
            }
            Target::New | Target::Nobody => {
                if !may(role, kind, Relation::None) {
                    return Err(ExecuteError::Forbidden);
                }
                let counts = counts_of_nobody(&world, request, target);
                return Ok((decide(&counts, &[])?, None));
            }
        };
        let Some(case) = world.case(named) else {
            self.look_at_another(&request.principal, &world);
            return Err(ExecuteError::NotFound);
        };
        self.require_allowed(request, &world, case, (occurred.at, now))?;
        if let (Some(other), Some(place)) = (request.command.other_person(), kind.other_person())
            && !self.is_known(&request.principal, &world, other)
            && !(answers_a_release(kind) && self.is_released_to(&request.principal, &world, case, other))
        {
            return Err(match place {
                OtherPerson::Subject => ExecuteError::NotFound,
                OtherPerson::Field(field) => Refusal::Field { field, message: "no such person" }.into(),
            });
        }
        let joined = request.command.other_person().filter(|_| joins(kind)).and_then(|other| world.case(other));
        if let Some(other) = joined {
            may_join(kind, case, other)?;
        }
        if let Some(expected) = request.if_match {
            let actual = self.revision_to(&request.principal, &world, case, Position(u64::MAX));
            if expected != actual {
                return Err(ExecuteError::Stale { actual });
            }
        }
        // A link was made or undone meanwhile: the command goes elsewhere now.
        if owner(&world, request, named, occurred) != person_id {
            return Err(ExecuteError::Contended);
        }
        #[cfg(test)]
        case.history.iter().for_each(|entry| crate::projections::At::View.panic_at(entry.stamp.event_id));
        // Linked persons are one human being: what may happen next goes by all that is known of them.
        let events = decide(&case.path, &case.members)?;
        if let Command::MoveEntry(_, moved) = &request.command {
            self.may_move(&request.principal, &world, case, moved.to, &events)?;
        }
        Ok((events, world.revision(person_id)))
    }

    fn is_known(&self, principal: &Principal, world: &World, person: PersonId) -> bool {
        world.case(person).is_some_and(|case| self.sight(principal, world, case).is_some())
    }

    /// Seals the events and puts them into their envelopes.
    async fn propose(
        &self,
        request: &Request,
        target: &Aim,
        occurred: Occurred,
        events: &[Event],
    ) -> Result<Vec<Proposed>, ExecuteError> {
        let mut proposed = Vec::with_capacity(events.len());
        let mut cause = request.causation_id;
        for (number, event) in events.iter().enumerate() {
            let id = EventId(match request.idempotency {
                // Nothing conflicts on a stream that only counts: the log knows a repeat on another node by its id.
                Some(idempotency) if target.kind == Target::Nobody => idempotency.key.id(&format!("event {number}")),
                _ => self.ids.uuid_v7(),
            });
            let envelope = Envelope {
                version: event.kind().version(),
                occurred_at: occurred.at,
                occurred_precision: occurred.precision,
                recorded_at: self.clock.now(),
                by: request.principal.author(),
                correlation_id: request.correlation_id,
                causation_id: cause,
                purpose: request.purpose,
                idempotency: request.idempotency,
                moved: None,
            };
            let key_owner = target.person.unwrap_or(Stream::TurnAways.key_owner());
            proposed.push(self.sealed(key_owner, &target.stream, id, &envelope, event).await?);
            cause = Some(id);
        }
        Ok(proposed)
    }

    /// Seals an event for somebody's stream.
    pub(super) async fn sealed(
        &self,
        person: PersonId,
        stream: &StreamName,
        id: EventId,
        envelope: &Envelope,
        event: &Event,
    ) -> Result<Proposed, ExecuteError> {
        let kind = event.kind().name();
        let binding = Binding { person, event: id, kind, stream: stream.as_str() };
        let data = event.data().map_err(internal)?;
        let data = self.sealer.seal(binding, data).await.map_err(not_sealed)?;
        let metadata = serde_json::to_vec(envelope).map_err(internal)?;
        Ok(Proposed { id: id.0, kind: kind.to_owned(), data, metadata })
    }
}

/// Where a command goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// The person to whom it was sent.
    Known(PersonId),
    New,
    Nobody,
    /// The directory's entry of an organisation; `None` for a facility that there is not.
    Directory(Option<OrgId>),
    /// The releases of figures.
    Figures,
}

pub(super) struct Aim {
    pub kind: Target,
    /// Whose stream it is recorded on.
    pub person: Option<PersonId>,
    pub stream: StreamName,
    /// Whose turn it is: one command of a case at a time, on whichever of the linked persons' streams it is recorded.
    pub turn: StreamName,
    /// The id of what the command creates.
    pub id: Uuid,
}

/// Whose stream a command to a person is recorded on: of a linked person's, the one that its subject lies on.
fn owner(world: &World, request: &Request, named: PersonId, occurred: Occurred) -> PersonId {
    match world.case(named) {
        Some(case) if case.is_linked() => request.command.lies_on(named, &case.path, &request.principal, occurred.at),
        Some(_) | None => named,
    }
}

impl Baken {
    /// The number of the last recording of a case, up to a position, that a principal may know of: its revision to them. It
    /// does not move with what is hidden from them. Those who act unseen know of what they recorded themselves.
    fn revision_to(&self, principal: &Principal, world: &World, case: &Case, until: Position) -> u64 {
        let entries = case.history.iter().take_while(|entry| entry.position <= until);
        match self.sight(principal, world, case) {
            Some(sight) => progress(&sight, entries.map(|entry| (&*entry.stamp, &entry.event))).revision,
            None => entries.filter(|entry| principal.recorded(&entry.stamp.by)).skip(1).map(|_| 1).sum(),
        }
    }

    /// The revision of a person's case to a principal; `None` where there is no person.
    pub(super) fn told_revision(
        &self,
        principal: &Principal,
        person: Option<PersonId>,
        until: Position,
    ) -> Option<u64> {
        let world = self.world.read();
        Some(self.revision_to(principal, &world, world.case(person?)?, until))
    }

    fn repeated(&self, request: &Request, idempotency: Idempotency, answer: StoredAnswer) -> Receipt {
        let revision = self.told_revision(&request.principal, answer.person_id, answer.position);
        Receipt {
            person_id: answer.person_id,
            event_ids: answer.event_ids,
            revision: revision.unwrap_or(answer.revision),
            position: answer.position,
            created: created(request.command.kind(), idempotency.key.id("created")),
            moved_to: None,
            repeated: true,
        }
    }
}

fn created(kind: CommandKind, id: Uuid) -> Option<Created> {
    kind.creates().map(|name| Created { name, id })
}

/// What a new person's path is before it begins; of people whom nobody knows, what the organisation counted.
fn counts_of_nobody(world: &World, request: &Request, target: &Aim) -> CarePath {
    let counts = world.turn_aways().counts_of(&request.principal.organisation);
    // Only what is taken back must be found.
    let takes_back = matches!(request.command, Command::RetractTurnAway(..)) && target.kind == Target::Nobody;
    counts.filter(|_| takes_back).cloned().unwrap_or_default()
}
