//! Random histories for properties: random principals send random commands that the policy lets them send, and what the
//! decisions answer happens. Whatever a property says then holds of paths that people could have lived.

mod bodies;
mod commands;
mod dice;

use std::fmt;
use std::sync::Arc;

use chrono::TimeDelta;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use uuid::Uuid;

use super::{CarePath, Stamp, Story};
use crate::actor::{Actor, Area, Principal};
use crate::codes::{LocationType, OrgKind, Precision};
use crate::command::{Command, CommandKind, Context, Decide, Refusal};
use crate::deadlines::Deadlines;
use crate::directory::{Directory, Organisation};
use crate::event::Event;
use crate::ids::{EventId, Municipality};
use crate::path::correction::FinishMove;
use crate::path::rights::Norms;
use crate::path::testing::{a_facility, an_organisation, directory, evening, norms, principal, this_person};
use crate::path::timers::TimerKind;
use crate::policy::{Relation, acts_unseen, may};
use crate::sight::Standing;
use crate::time::{DateTime, Occurred};
use dice::Dice;

/// A path that was lived, with all that happened on it.
pub struct History {
    pub events: Vec<(Arc<Stamp>, Event)>,
    /// What living it, event by event, led to.
    pub path: CarePath,
    pub now: DateTime,
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = |(stamp, event): &(Arc<Stamp>, Event)| format!("{}: {}", stamp.by.organisation, event.kind());
        f.debug_list().entries(self.events.iter().map(told)).finish()
    }
}

impl History {
    /// The history as the path takes it in.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<Stamp>, &Event)> {
        self.events.iter().map(|(stamp, event)| (stamp, event))
    }

    fn tell(&mut self, stamp: Arc<Stamp>, event: Event) {
        let mut story = Story { events: std::mem::take(&mut self.events), path: std::mem::take(&mut self.path) };
        story.tell(stamp, event);
        Story { events: self.events, path: self.path } = story;
    }
}

/// Somebody does something, some hours after what was done before.
#[derive(Debug, Clone)]
struct Step {
    /// Whether somebody who has to do with the person goes on with what is open.
    goes_on: bool,
    who: Index,
    what: Index,
    hours: u16,
    /// How many hours before it is recorded it happened.
    late: u8,
    /// Whether Baken ran meanwhile, and did what was due when it was due.
    watched: bool,
    dice: [u8; 16],
}

fn steps() -> impl Strategy<Value = Step> {
    let late = prop_oneof![3 => Just(0), 1 => 0..72_u8];
    let watched = prop::bool::weighted(0.6);
    (prop::bool::weighted(0.35), any::<Index>(), any::<Index>(), 0..60_u16, late, watched, any::<[u8; 16]>()).prop_map(
        |(goes_on, who, what, hours, late, watched, dice)| Step { goes_on, who, what, hours, late, watched, dice },
    )
}

/// How a history begins. What takes many steps in their order would never come of chance.
#[derive(Debug, Clone, Copy)]
enum Beginning {
    Signal,
    Lost,
    Return,
}

impl Beginning {
    fn script(self) -> Vec<CommandKind> {
        use CommandKind as C;
        let after = match self {
            Self::Signal => vec![],
            Self::Lost => vec![C::IssueLookout, C::FileCareAlert],
            Self::Return => {
                let mut script = vec![C::PresentReturnOptions, C::GiveConsent];
                script.extend([C::EvidenceReturnCondition; 6]);
                script.push(C::ProposeHandover);
                script
            }
        };
        [vec![C::ReportSignal], after].concat()
    }
}

/// Histories of up to some hundred events. Baken does what is due by itself whenever it runs, and at the end it does.
pub fn histories() -> impl Strategy<Value = History> {
    let beginning = prop_oneof![Just(Beginning::Signal), Just(Beginning::Lost), Just(Beginning::Return)];
    (beginning, any::<[u8; 16]>(), vec(steps(), 0..60)).prop_map(|(beginning, dice, steps)| {
        let mut living = Living::new();
        for (place, command) in beginning.script().into_iter().enumerate() {
            let coordinator = &principals()[0];
            living.send(coordinator, command, 0, &mut Dice::new(&dice, place));
        }
        if matches!(beginning, Beginning::Return) && dice[0] < 64 {
            living.returns(&dice);
        }
        for step in steps {
            living.step(&step);
        }
        living.watch(living.history.now);
        living.history
    })
}

/// The facility of a night shelter.
pub const BEDS: &str = "beds";

/// Everybody who acts and reads in a random history: each role, and of most another one who has nothing to do with it.
pub fn principals() -> Vec<Principal> {
    let city = |name: &str| -> Municipality { name.parse().unwrap() };
    let country = |name: &str| name.parse().unwrap();
    [
        ("municipality-rotterdam", Actor::ProcessCoordinator { municipality: city("rotterdam") }),
        ("night-shelter-rotterdam", Actor::ShelterWorker),
        ("shelter24-rotterdam", Actor::ShelterWorker),
        ("outreach-rotterdam", Actor::OutreachWorker { municipality: city("rotterdam") }),
        ("street-doctor-rotterdam", Actor::CareProvider),
        ("hospital-rotterdam", Actor::CareProvider),
        ("supporter-rotterdam", Actor::ClientSupporter),
        ("municipality-rotterdam", Actor::MunicipalAssessor { municipality: city("rotterdam") }),
        ("police-rotterdam", Actor::Police),
        ("embassy-pl", Actor::EmbassyLiaison { country: country("PL") }),
        ("municipality-utrecht", Actor::ProcessCoordinator { municipality: city("utrecht") }),
        ("night-shelter-utrecht", Actor::ShelterWorker),
        ("police-utrecht", Actor::Police),
        ("embassy-ro", Actor::EmbassyLiaison { country: country("RO") }),
        ("embassy-pl", Actor::Ambassador { country: country("PL") }),
        ("statistics", Actor::MonitorAnalyst { area: Area::National }),
        ("municipality-rotterdam", Actor::MonitorAnalyst { area: Area::Region(city("rotterdam")) }),
        ("baken", Actor::PrivacyOfficer),
        ("baken", Actor::Administrator),
        ("baken", Actor::System),
        ("care-provider-pl", Actor::ReceivingProvider),
        ("care-provider-ro", Actor::ReceivingProvider),
        ("child-protection-rotterdam", Actor::ClientSupporter),
        ("child-protection-rotterdam", Actor::ShelterWorker),
        ("child-protection-rotterdam", Actor::OutreachWorker { municipality: city("rotterdam") }),
    ]
    .into_iter()
    .map(|(organisation, actor)| principal(organisation, actor))
    .map(|who| match who.actor {
        // Nobody reviews what they did themselves.
        Actor::PrivacyOfficer => Principal { user: "officer".parse().unwrap(), ..who },
        _ => who,
    })
    .collect()
}

/// The organisations of the decisions' tests, and those that only read and write here.
///
/// The night shelters have beds.
pub fn everybody() -> Directory {
    let more = [
        ("outreach-rotterdam", OrgKind::OutreachTeam, "rotterdam"),
        ("municipality-utrecht", OrgKind::Municipality, "utrecht"),
        ("police-utrecht", OrgKind::Police, "utrecht"),
    ];
    let more = more.into_iter().map(|(id, kind, municipality)| an_organisation(id, kind, Some(municipality)));
    directory().all().cloned().chain(more).map(with_beds).collect()
}

/// Where people are expected by eleven in the evening.
fn with_beds(organisation: Organisation) -> Organisation {
    let beds = a_facility(BEDS, LocationType::NightShelterEu, "23:00");
    let facilities = if organisation.kind == OrgKind::NightShelter { vec![beds] } else { vec![] };
    Organisation { facilities, ..organisation }
}

struct Living {
    history: History,
    directory: Directory,
    deadlines: Deadlines,
    norms: Norms,
    sent: u128,
    /// How many texts were typed: no two are the same.
    texts: usize,
}

impl Living {
    fn new() -> Self {
        Self {
            history: History { events: vec![], path: CarePath::default(), now: evening(0) },
            directory: everybody(),
            deadlines: Deadlines::default(),
            norms: norms(),
            sent: 0,
            texts: 0,
        }
    }

    /// Somebody goes home as they said, and is asked after a month how it goes.
    fn returns(&mut self, dice: &[u8; 16]) {
        use CommandKind as C;
        let coordinator = &principals()[0];
        let steps = [C::AcknowledgeHandover, C::AcceptHandover, C::RecordDeparture, C::ConfirmArrival];
        let done = steps
            .into_iter()
            .all(|kind| (20..26).any(|place| self.send(coordinator, kind, 0, &mut Dice::new(dice, place))));
        if done {
            let later = self.history.now + TimeDelta::days(30);
            self.watch(later);
            self.history.now = later;
            for place in 26..30 {
                self.send(coordinator, C::RecordFollowUp, 0, &mut Dice::new(dice, place));
            }
        }
    }

    /// Lets somebody who may send anything at all send one of it: the first that is not refused.
    fn step(&mut self, step: &Step) {
        let now = self.history.now + TimeDelta::hours(i64::from(step.hours));
        if step.watched {
            self.watch(now);
        }
        self.history.now = now;
        let (path, now) = (&self.history.path, self.history.now);
        let able: Vec<(Principal, Vec<CommandKind>)> = principals()
            .into_iter()
            .filter_map(|principal| {
                let relation = Standing::of(&principal, path, now, &self.deadlines, &self.directory).relation;
                let role = principal.actor.role();
                let is_near = relation != Relation::None || acts_unseen(role);
                let sends: Vec<_> = CommandKind::ALL
                    .iter()
                    .copied()
                    .filter(|kind| may(role, *kind, relation))
                    .filter(|kind| !step.goes_on || (is_near && commands::goes_on(*kind)))
                    .collect();
                (!sends.is_empty()).then_some((principal, sends))
            })
            .collect();
        if able.is_empty() {
            return;
        }
        let (who, sends) = &able[step.who.index(able.len())];
        let first = step.what.index(sends.len());
        let mut in_turn = sends.iter().cycle().skip(first).take(sends.len());
        let mut dice = Dice::new(&step.dice, 0);
        in_turn.any(|kind| self.send(who, *kind, step.late, &mut dice));
    }

    /// Baken starts, knowing nothing but what was recorded, and does what falls due until a time.
    fn watch(&mut self, until: DateTime) {
        self.history.path = CarePath::fold(self.history.iter());
        for round in 0.. {
            let timers = self.history.path.timers(&self.deadlines, &self.directory);
            let Some(timer) = timers.into_iter().next().filter(|timer| timer.due <= until) else { return };
            assert!(round < 5_000, "it comes again and again: {timer:?}");
            self.history.now = self.history.now.max(timer.due);
            let occurred = Occurred::instant(timer.due);
            let command = match timer.what {
                // The other person is nobody here: it is as if they had been erased.
                TimerKind::MoveFinishes(moved) => Command::FinishMove(moved, FinishMove { erased: true }),
                _ => timer.command(),
            };
            let done = self.decide(&Principal::baken(), &command, occurred, Some(timer.cause));
            assert_eq!(done, Ok(()), "{timer:?}");
        }
    }

    /// Sends a command, and says whether it was taken; if it is refused, nothing happens.
    fn send(&mut self, by: &Principal, kind: CommandKind, late: u8, dice: &mut Dice<'_>) -> bool {
        let now = self.history.now;
        self.sent += 1;
        dice.count_texts_from(self.texts);
        let command = commands::command(kind, &self.history.path, now, dice);
        self.texts = dice.texts();
        let Some(command) = command else { return false };
        let precision = if late == 0 { Precision::Instant } else { Precision::Approximate };
        let occurred = Occurred { at: now - TimeDelta::hours(i64::from(late)), precision };
        self.decide(by, &command, occurred, None).is_ok()
    }

    fn decide(
        &mut self,
        by: &Principal,
        command: &Command,
        occurred: Occurred,
        cause: Option<EventId>,
    ) -> Result<(), Refusal> {
        let now = self.history.now;
        let members: Vec<_> = std::iter::once(this_person()).chain(self.history.path.linked_with()).collect();
        let context = Context {
            now,
            occurred,
            by,
            person_id: this_person(),
            members: &members,
            id: Uuid::from_u128(0x1000 + self.sent),
            directory: &self.directory,
            figures: &crate::figures::Figures::default(),
            is_full: false,
            deadlines: &self.deadlines,
            norms: &self.norms,
            nobody: false,
        };
        let mut cause = cause;
        for event in command.clone().decide((), &self.history.path, &context)? {
            let number = self.history.events.len() as u128;
            let stamp = Arc::new(Stamp {
                event_id: EventId(Uuid::from_u128(0x9000 + number)),
                person_id: this_person(),
                occurred,
                recorded_at: now,
                by: by.author(),
                caused_by: cause,
                moved: None,
            });
            cause = Some(stamp.event_id);
            self.history.tell(stamp, event);
        }
        Ok(())
    }
}
