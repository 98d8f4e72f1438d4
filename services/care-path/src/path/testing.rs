//! Given, when, then: the vocabulary of the decisions' tests.

use std::sync::Arc;

use chrono::TimeDelta;
use uuid::Uuid;

use super::case::{CaseClosed, CaseEvent};
use super::correction::{CorrectionEvent, arrivals, may_arrive};
use super::exception::RequestException;
use super::lost::{IssueLookout, LookoutRecipient};
use super::referral::Refer;
use super::relations::Statements;
use super::rights::Norms;
use super::signal::{RecordContact, ReportSignal, SignalEvent, SignalReceived};
use super::stay::AssignBed;
use super::{CarePath, Moved, Problems, Stamp, Story};
use crate::actor::{Actor, Principal};
use crate::codes::{CloseReason, ExceptionKind, LocationType, Offering, OrgKind, Problem, SignalChannel, Urgency};
use crate::command::{Command, Context, Decide, Refusal};
use crate::deadlines::Deadlines;
use crate::directory::{Directory, Facility, FacilityProfile, Organisation, OrganisationProfile};
use crate::event::Event;
use crate::ids::{EventId, Municipality, PersonId};
use crate::sight::Standing;
use crate::text::Country;
use crate::time::{DateTime, Moment, Occurred};

pub fn rotterdam() -> Municipality {
    "rotterdam".parse().unwrap()
}

pub fn this_person() -> PersonId {
    PersonId(Uuid::from_u128(1))
}

pub fn another_person() -> PersonId {
    PersonId(Uuid::from_u128(2))
}

/// Somebody who belongs together with this person, and is not the same.
pub fn a_relative() -> PersonId {
    PersonId(Uuid::from_u128(3))
}

/// The id that the n-th command of a test creates.
pub const fn id_of_command(index: u128) -> Uuid {
    Uuid::from_u128(0x1000 + index)
}

/// Nine in the evening, that many days from the beginning of the test.
pub fn evening(day: i64) -> DateTime {
    "2026-01-10T21:00:00Z".parse::<DateTime>().unwrap() + TimeDelta::days(day)
}

/// The same, as it comes in.
pub fn moment(day: i64) -> Moment {
    evening(day).try_into().unwrap()
}

pub fn principal(organisation: &str, actor: Actor) -> Principal {
    Principal { user: "somebody".parse().unwrap(), organisation: organisation.parse().unwrap(), actor }
}

pub fn night_shelter() -> Principal {
    principal("night-shelter-rotterdam", Actor::ShelterWorker)
}

pub fn shelter24() -> Principal {
    principal("shelter24-rotterdam", Actor::ShelterWorker)
}

pub fn street_doctor() -> Principal {
    principal("street-doctor-rotterdam", Actor::CareProvider)
}

pub fn hospital() -> Principal {
    principal("hospital-rotterdam", Actor::CareProvider)
}

pub fn child_protection() -> Principal {
    principal("child-protection-rotterdam", Actor::ClientSupporter)
}

pub fn supporter() -> Principal {
    principal("supporter-rotterdam", Actor::ClientSupporter)
}

pub fn police() -> Principal {
    principal("police-rotterdam", Actor::Police)
}

pub fn coordinator() -> Principal {
    principal("municipality-rotterdam", Actor::ProcessCoordinator { municipality: rotterdam() })
}

pub fn liaison(country: &str) -> Principal {
    principal("embassy-pl", Actor::EmbassyLiaison { country: country.parse().unwrap() })
}

pub fn receiving(country: &str) -> Principal {
    principal(&format!("care-provider-{}", country.to_lowercase()), Actor::ReceivingProvider)
}

/// The country of an embassy or a care provider abroad, by the end of its name.
fn of_country(id: &str) -> Option<Country> {
    id.rsplit('-').next().and_then(|end| end.to_uppercase().parse().ok())
}

pub fn directory() -> Directory {
    use Offering::{Bed24h, ClientSupport, MedicalDropIn, NightBed, SocialWork};
    [
        ("night-shelter-rotterdam", OrgKind::NightShelter, Some("rotterdam"), vec![NightBed]),
        ("shelter24-rotterdam", OrgKind::Shelter24h, Some("rotterdam"), vec![Bed24h]),
        ("street-doctor-rotterdam", OrgKind::MedicalPost, Some("rotterdam"), vec![MedicalDropIn]),
        ("supporter-rotterdam", OrgKind::ClientSupport, Some("rotterdam"), vec![ClientSupport]),
        ("hospital-rotterdam", OrgKind::Hospital, Some("rotterdam"), vec![]),
        ("police-rotterdam", OrgKind::Police, Some("rotterdam"), vec![]),
        ("enforcement-rotterdam", OrgKind::MunicipalEnforcement, Some("rotterdam"), vec![]),
        ("municipality-rotterdam", OrgKind::Municipality, Some("rotterdam"), vec![]),
        ("night-shelter-utrecht", OrgKind::NightShelter, Some("utrecht"), vec![NightBed]),
        ("child-protection-rotterdam", OrgKind::ChildProtection, Some("rotterdam"), vec![SocialWork]),
        ("embassy-pl", OrgKind::Embassy, None, vec![]),
        ("care-provider-pl", OrgKind::ForeignCareProvider, None, vec![]),
        ("care-provider-ro", OrgKind::ForeignCareProvider, None, vec![]),
    ]
    .into_iter()
    .map(|(id, kind, municipality, offerings)| {
        let mut each = an_organisation(id, kind, municipality);
        each.profile.country = of_country(id);
        each.profile.offerings = offerings;
        if kind == OrgKind::Municipality {
            each.profile.coordinators = vec!["coordinator-rotterdam".parse().unwrap()];
        }
        each
    })
    .collect()
}

/// An organisation of whom nothing else is said.
pub fn an_organisation(id: &str, kind: OrgKind, municipality: Option<&str>) -> Organisation {
    let profile = OrganisationProfile {
        name: id.parse().unwrap(),
        kind,
        municipality: municipality.map(|name| name.parse().unwrap()),
        country: None,
        offerings: vec![],
        languages: vec![],
        target_groups: vec![],
        opening_times: vec![],
        phone: None,
        email: None,
        website: None,
        coordinators: vec![],
    };
    Organisation::new(id.parse().unwrap(), profile)
}

/// A place where people are expected by a time of an evening.
pub fn a_facility(id: &str, location_type: LocationType, cut_off: &str) -> Facility {
    let cut_off = Some(cut_off.parse().unwrap());
    let profile = FacilityProfile { name: id.parse().unwrap(), location_type, cut_off, address: None, district: None };
    Facility::new(id.parse().unwrap(), profile)
}

pub fn norms() -> Norms {
    Norms::from_json(include_str!("../../../../seeds/rights/2026-1.json")).unwrap()
}

pub fn a_signal() -> ReportSignal {
    ReportSignal {
        channel: SignalChannel::OutreachRound,
        urgency: None,
        municipality: None,
        location_type: Some(LocationType::Street),
        location: None,
        identity: None,
        circumstances: None,
        observations: None,
        conduct: None,
        problems: [].into(),
    }
}

pub fn a_contact() -> RecordContact {
    RecordContact {
        location_type: Some(LocationType::Street),
        location: None,
        language: None,
        summary: None,
        observations: None,
        problems: [].into(),
    }
}

pub fn a_bed() -> AssignBed {
    AssignBed {
        kind: LocationType::NightShelterEu,
        facility: None,
        from: None,
        until: None,
        expected_by: None,
        overbook: None,
    }
}

pub fn a_referral() -> Refer {
    Refer {
        to: "street-doctor-rotterdam".parse().unwrap(),
        offering: Offering::MedicalDropIn,
        urgency: None,
        reason: None,
        overbook: None,
    }
}

pub fn a_lookout() -> IssueLookout {
    IssueLookout {
        recipients: [LookoutRecipient::Organisation { organisation: "shelter24-rotterdam".parse().unwrap() }].into(),
        description: "a man of 50".parse().unwrap(),
        expires_at: None,
    }
}

pub fn an_exception_request() -> RequestException {
    RequestException {
        kind: ExceptionKind::Longer24hStay,
        until: Some(moment(30)),
        reason: "he cannot be alone at night".parse().unwrap(),
    }
}

fn signal(problems: &[Problem]) -> Event {
    let signal = SignalReceived {
        channel: SignalChannel::PoliceContact,
        urgency: Urgency::Routine,
        municipality: Some(rotterdam()),
        location_type: None,
        location: None,
        identity: None,
        circumstances: None,
        observations: None,
        conduct: None,
        problems: Problems::of(problems),
    };
    SignalEvent::SignalReceived(Box::new(signal)).into()
}

pub fn signalled() -> Event {
    signal(&[])
}

pub fn confused() -> Event {
    signal(&[Problem::ConfusedBehaviour])
}

pub fn closed(reason: CloseReason) -> Event {
    CaseEvent::CaseClosed(CaseClosed { reason, explanation: None }).into()
}

/// A path in a test: what was given, and what the last command answered.
#[derive(Clone)]
pub struct Given {
    story: Story,
    by: Principal,
    now: DateTime,
    /// How long ago it happened when it is recorded.
    ago: TimeDelta,
    /// When that happened which is told next, if it is told late.
    happened: Option<Occurred>,
    deadlines: Deadlines,
    commands: u128,
    /// The id of what the next command makes, where a test says so.
    next_id: Option<Uuid>,
    events: u128,
    last: Result<Vec<Event>, Refusal>,
}

/// A path on which this happened. Commands are the night shelter's unless said otherwise.
pub fn given(history: impl IntoIterator<Item = Event>) -> Given {
    let mut given = Given {
        story: Story::default(),
        by: night_shelter(),
        now: evening(0),
        ago: TimeDelta::zero(),
        happened: None,
        deadlines: Deadlines::default(),
        commands: 0,
        next_id: None,
        events: 0,
        last: Ok(vec![]),
    };
    for event in history {
        given.tell(event, None);
    }
    given
}

impl Given {
    fn tell(&mut self, event: Event, caused_by: Option<EventId>) -> EventId {
        self.tell_of(this_person(), event, caused_by)
    }

    fn tell_of(&mut self, person_id: PersonId, event: Event, caused_by: Option<EventId>) -> EventId {
        self.events += 1;
        let event_id = EventId(Uuid::from_u128(0x9000 + self.events));
        let stamp = Stamp {
            event_id,
            person_id,
            occurred: self.happened.unwrap_or(Occurred::instant(self.now - self.ago)),
            recorded_at: self.now,
            by: self.by.author(),
            caused_by,
            moved: None,
        };
        self.story.tell(Arc::new(stamp), event);
        event_id
    }

    #[track_caller]
    pub fn when<C: Decide<Subject = ()>>(self, command: C) -> Self {
        self.when_on((), command)
    }

    #[track_caller]
    pub fn when_on<C: Decide>(self, subject: C::Subject, command: C) -> Self {
        self.send(subject, command, None)
    }

    /// Baken does something because of an event.
    fn when_because(self, cause: EventId, command: Command) -> Self {
        self.send((), command, Some(cause))
    }

    #[track_caller]
    fn send<C: Decide>(mut self, subject: C::Subject, command: C, cause: Option<EventId>) -> Self {
        if let Err(refusal) = &self.last {
            panic!("the command before was refused: {refusal}");
        }
        let (directory, norms) = (directory(), norms());
        let members: Vec<_> = std::iter::once(this_person()).chain(self.story.path.linked_with()).collect();
        let context = Context {
            now: self.now,
            occurred: self.happened.unwrap_or(Occurred::instant(self.now - self.ago)),
            by: &self.by,
            person_id: this_person(),
            members: &members,
            id: self.next_id.take().unwrap_or(id_of_command(self.commands)),
            directory: &directory,
            figures: &crate::figures::Figures::default(),
            is_full: false,
            deadlines: &self.deadlines,
            norms: &norms,
            nobody: false,
        };
        self.last = crate::command::decide(command, subject, &self.story.path, &context);
        self.commands += 1;
        let mut cause = cause;
        for event in self.last.clone().unwrap_or_default() {
            cause = Some(self.tell(event, cause));
        }
        self
    }

    #[track_caller]
    pub fn and<C: Decide<Subject = ()>>(self, command: C) -> Self {
        self.when_on((), command)
    }

    #[track_caller]
    pub fn and_on<C: Decide>(self, subject: C::Subject, command: C) -> Self {
        self.when_on(subject, command)
    }

    /// A command that may be refused.
    pub fn tries<C: Decide>(self, subject: C::Subject, command: C) -> Option<Self> {
        let tried = self.when_on(subject, command);
        tried.last.is_ok().then_some(tried)
    }

    /// What follows happened at another time than it is told.
    pub fn happened(self, happened: Option<DateTime>) -> Self {
        Self { happened: happened.map(Occurred::instant), ..self }
    }

    /// A command of which it is not known to the hour when that happened.
    #[track_caller]
    pub fn and_told<C: Decide<Subject = ()>>(self, occurred: Occurred, command: C) -> Self {
        Self { happened: Some(occurred), ..self }.when(command)
    }

    /// Baken does what is due by now.
    #[track_caller]
    pub fn watched(mut self) -> Self {
        let by = std::mem::replace(&mut self.by, Principal::baken());
        for round in 0.. {
            let timers = self.story.path.timers(&self.deadlines, &directory());
            let Some(timer) = timers.into_iter().next().filter(|timer| timer.due <= self.now) else { break };
            assert!(round < 100, "it comes again and again: {timer:?}");
            self = self.when_because(timer.cause, timer.command());
            assert!(self.last.is_ok(), "{timer:?}: {:?}", self.last);
        }
        Self { by, ..self }
    }

    pub fn path(&self) -> &CarePath {
        &self.story.path
    }

    pub fn now(&self) -> DateTime {
        self.now
    }

    /// What happened, in the order of the log.
    pub fn events(&self) -> &[(Arc<Stamp>, Event)] {
        &self.story.events
    }

    pub fn by(self, by: Principal) -> Self {
        Self { by, ..self }
    }

    /// By the terms of a municipality that sets its own.
    pub fn under(self, deadlines: Deadlines) -> Self {
        Self { deadlines, ..self }
    }

    /// Something happens that no command of this test recorded.
    pub fn and_happened(mut self, event: &Event) -> Self {
        self.tell(event.clone(), None);
        self
    }

    /// The same, on the stream of a person who is linked with this one.
    pub fn and_happened_to(mut self, person: PersonId, event: &Event) -> Self {
        self.tell_of(person, event.clone(), None);
        self
    }

    /// What the last command on another path moves is recorded here, unless a rule stands against it.
    #[track_caller]
    pub fn and_received(mut self, from: &Self) -> Self {
        let Ok([Event::Correction(CorrectionEvent::EntryMoved(moved))]) = from.last.as_deref() else {
            panic!("nothing is moved: {:?}", from.last);
        };
        let history = from.story.iter().filter(|(stamp, _)| moved.carried().contains(&stamp.event_id));
        let carried: Vec<_> = history.map(|(stamp, event)| (&**stamp, event)).collect();
        let (directory, deadlines, norms) = (directory(), Deadlines::default(), norms());
        let context = Context {
            now: self.now,
            occurred: Occurred::instant(self.now),
            by: &self.by,
            person_id: this_person(),
            members: &[this_person()],
            id: Uuid::nil(),
            directory: &directory,
            figures: &crate::figures::Figures::default(),
            is_full: false,
            deadlines: &deadlines,
            norms: &norms,
            nobody: false,
        };
        let relation = Standing::of(&self.by, &self.story.path, self.now, &deadlines, &directory).relation;
        self.last = may_arrive(&carried, &self.story.path, relation, &context).map(|()| Vec::new());
        let by = from.story.events.last().map(|(stamp, _)| Moved { from: another_person(), by: stamp.event_id });
        let mut ids: Vec<EventId> = Vec::new();
        for arrival in self.last.is_ok().then(|| arrivals(&carried, &self.story.path, &context)).into_iter().flatten() {
            self.events += 1;
            let event_id = EventId(Uuid::from_u128(0x9000 + self.events));
            let stamp = Stamp {
                event_id,
                person_id: this_person(),
                occurred: arrival.occurred,
                recorded_at: self.now,
                by: arrival.by,
                caused_by: arrival.follows.map(|number| ids[number]),
                moved: by,
            };
            ids.push(event_id);
            self.story.tell(Arc::new(stamp), arrival.event.clone());
            self.last.iter_mut().for_each(|events| events.push(arrival.event.clone()));
        }
        self
    }

    pub fn days_later(self, days: i64) -> Self {
        Self { now: self.now + TimeDelta::days(days), ..self }
    }

    /// Until a time that is to come.
    pub fn until(self, now: DateTime) -> Self {
        Self { now, ..self }
    }

    pub fn hours_later(self, hours: i64) -> Self {
        Self { now: self.now + TimeDelta::hours(hours), ..self }
    }

    pub fn a_day_later(self) -> Self {
        self.days_later(1)
    }

    pub fn a_day_earlier(self) -> Self {
        self.days_later(-1)
    }

    /// What the next command makes has this id, whenever it is sent.
    pub fn making(self, id: Uuid) -> Self {
        Self { next_id: Some(id), ..self }
    }

    /// What comes next happened at that time.
    pub fn of(self, happened: DateTime) -> Self {
        Self { ago: self.now - happened, ..self }
    }

    /// What comes next is told that many days after it happened.
    pub fn days_late(self, days: i64) -> Self {
        Self { ago: TimeDelta::days(days), ..self }
    }

    #[track_caller]
    pub fn then(self, check: impl FnOnce(&CarePath)) -> Self {
        if let Err(refusal) = &self.last {
            panic!("refused: {refusal}");
        }
        check(&self.story.path);
        self
    }

    #[track_caller]
    pub fn then_types<const N: usize>(self, types: [&str; N]) -> Self {
        let events = self.last.as_ref().unwrap_or_else(|refusal| panic!("refused: {refusal}"));
        let found: Vec<_> = events.iter().map(|event| event.kind().name()).collect();
        assert_eq!(found, types);
        self
    }

    /// The path, and what happened on it.
    pub fn then_told(self, check: impl FnOnce(&CarePath, &[(Arc<Stamp>, Event)])) {
        check(&self.story.path, &self.story.events);
    }

    /// The id of the last event that was recorded.
    pub fn last_id(&self) -> EventId {
        EventId(Uuid::from_u128(0x9000 + self.events))
    }

    /// The path as it is where those of others say something of the person.
    pub fn hearing(&self, said: &Statements) -> CarePath {
        CarePath::fold_hearing(self.story.iter(), said.clone())
    }

    /// What was received last was recorded by somebody else first.
    #[track_caller]
    pub fn then_as_recorded_by(self, who: &Principal) -> Self {
        let (stamp, _) = self.story.events.last().unwrap();
        assert!(who.recorded(&stamp.by) && stamp.moved.is_some() && stamp.occurred.at < stamp.recorded_at);
        self
    }

    /// The last event that the last command recorded.
    #[track_caller]
    pub fn last_event(self) -> Event {
        self.last.unwrap().pop().unwrap()
    }

    #[track_caller]
    pub fn then_event(self, is_it: impl Fn(&Event) -> bool) -> Self {
        let events = self.last.as_ref().unwrap_or_else(|refusal| panic!("refused: {refusal}"));
        assert!(events.iter().any(is_it), "no such event among {events:?}");
        self
    }

    #[track_caller]
    pub fn then_err(self, refusal: impl Into<Refusal>) {
        assert_eq!(self.last, Err(refusal.into()));
    }

    #[track_caller]
    pub fn then_field(self, name: &str) {
        match self.last {
            Err(Refusal::Field { field, .. }) => assert_eq!(field, name),
            other => panic!("expected a refusal of `{name}`, found {other:?}"),
        }
    }

    #[track_caller]
    pub fn then_not_yours(self) {
        assert_eq!(self.last, Err(Refusal::NotYours));
    }
}
