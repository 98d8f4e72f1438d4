//! The worklist: what waits, and for whom, derived from a path whenever somebody asks.
//!
//! Nothing of it is stored. A task is there because of what was recorded, and is gone as soon as something else was:
//! what is answered, done or overtaken simply is not on the list any more, and no deadline can be forgotten. What has
//! no term of its own in the [`Deadlines`] takes the street doctor's (a day) where somebody may come to harm, and the
//! review's (a week) otherwise.
//!
//! A task is addressed to those who can do it. Whether one of them sees it, the policy says: see [`crate::views`]. Some
//! tasks call those in who have nothing to do with the person yet: see [`calls_in`]. So that nothing waits for somebody who
//! cannot know, the coordinator is asked where the one whom it concerns is not involved.

mod course;
mod glass;
mod health;
mod leaving;
mod minors;
mod returning;
mod stake;
mod steps;

#[cfg(test)]
mod marek;
#[cfg(test)]
mod testing;

use std::cell::OnceCell;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::derived::Risks;
use super::lookup::Answers;
use super::matching::{Likeness, Traits};
use super::{CarePath, Stamp};
use crate::actor::{Actor, Principal};
use crate::codes::{NextStep, Offering, OrgKind, Role, TaskKind, TaskStake};
use crate::command::CommandKind;
use crate::deadlines::Deadlines;
use crate::directory::{Directory, Organisation};
use crate::event::EventKind;
use crate::fact::{Fact, Label, Origin};
use crate::ids::{EventId, Municipality, OrgId, PersonId, SubjectId};
use crate::policy::rules::{CalledIn, calls_in};
use crate::policy::{Category, Depth};
use crate::text::Country;
use crate::time::{DateTime, Night, days_after, hours_after, minutes_after};

/// Something that waits for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    pub kind: TaskKind,
    /// The referral, lookout, care alert, exception, discharge or handover that it is about, if it is about one.
    pub subject: Option<SubjectId>,
    pub addressee: Addressee,
    /// What of the person somebody must be allowed to see for it to be on their list: this category …
    pub category: Category,
    /// … at this depth.
    pub depth: Depth,
    /// When it arose.
    pub since: DateTime,
    pub due: DateTime,
    /// Which one it is of those that arise from the same cause: the week of a review, the first or second follow-up.
    pub round: u32,
    /// What happened that makes it wait; `None` where it is that nothing happened.
    pub because: Option<EventKind>,
    /// What is at stake while it waits.
    pub stake: TaskStake,
    /// What the reason of what happened suggests, and how deep that reason lies.
    pub(crate) suggests: Option<(NextStep, Depth)>,
    /// The event that it arose from.
    pub(in crate::path) cause: Arc<Stamp>,
}

impl Task {
    /// Whether it calls a principal's organisation in: they may know whom it is about, for they could not do it otherwise.
    fn calls(&self, principal: &Principal, directory: &Directory) -> bool {
        let called = match (calls_in(self.kind), &self.addressee) {
            (Some(CalledIn::StreetDoctors), Addressee::CareProvidersIn(_)) => true,
            (Some(CalledIn::ChildProtection), Addressee::Organisation(organisation)) => {
                directory.find(organisation).is_some_and(|found| found.kind == OrgKind::ChildProtection)
            }
            (Some(CalledIn::StreetDoctors | CalledIn::ChildProtection) | None, _) => false,
        };
        called && self.addressee.is(principal, directory)
    }

    /// That it waits, as it can be told: by its category and depth, and to those who recorded what it arose from.
    pub(crate) fn told(&self) -> Fact<'_, TaskKind> {
        let label = Label { name: "task", category: self.category, depth: self.depth, sealed: None };
        Fact::new(label, Origin::recorded(&self.cause), Some(self.kind))
    }

    /// What the reason suggests, as it can be told: as deep as the reason.
    pub(crate) fn suggestion(&self) -> Option<Fact<'_, NextStep>> {
        let (step, depth) = self.suggests?;
        let label = Label { name: "suggestion", category: self.category, depth, sealed: None };
        Some(Fact::new(label, Origin::recorded(&self.cause), Some(step)))
    }
}

/// For whom something waits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = TaskAddressee))]
#[serde(rename_all = "snake_case")]
pub enum Addressee {
    Coordinator(Municipality),
    Assessor(Municipality),
    Organisation(OrgId),
    /// Street doctors: the care providers of a municipality's organisations that anybody may see without an appointment.
    CareProvidersIn(Municipality),
    /// The embassy of that country.
    Embassy(Country),
}

impl Addressee {
    /// Whether it is this principal, who may still not see what it is about.
    #[must_use]
    pub fn is(&self, principal: &Principal, directory: &Directory) -> bool {
        let actor = &principal.actor;
        match self {
            Self::Coordinator(of) => {
                matches!(actor, Actor::ProcessCoordinator { municipality } if municipality == of)
            }
            Self::Assessor(of) => matches!(actor, Actor::MunicipalAssessor { municipality } if municipality == of),
            Self::Organisation(organisation) => principal.organisation == *organisation,
            Self::CareProvidersIn(municipality) => {
                let own = directory.taking_part(&principal.organisation);
                *actor == Actor::CareProvider && own.is_some_and(|own| sees_patients_in(own, municipality))
            }
            Self::Embassy(of) => matches!(actor, Actor::EmbassyLiaison { country } if country == of),
        }
    }
}

fn sees_patients_in(organisation: &Organisation, municipality: &Municipality) -> bool {
    organisation.municipality.as_ref() == Some(municipality) && is_open_to_all(organisation)
}

fn is_open_to_all(organisation: &Organisation) -> bool {
    let open_to_all = [Offering::MedicalDropIn, Offering::MedicalClinic];
    open_to_all.iter().any(|offering| organisation.offerings.contains(offering))
}

/// What of a person a task tells of. Whoever may not see that, is not asked.
pub(crate) const fn tells_of(kind: TaskKind) -> (Category, Depth) {
    use Depth::{Full, Minimal};
    match kind {
        TaskKind::AssignCoordinator
        | TaskKind::FindPerson
        | TaskKind::ReviewUnsafeDischarge
        | TaskKind::ReviewReopened
        | TaskKind::ReviewSignOfLife
        | TaskKind::PrepareArrival
        | TaskKind::PlanDischarge
        | TaskKind::FollowUpDischarge => (Category::Presence, Minimal),
        TaskKind::ReviewMatch | TaskKind::KnownElsewhere | TaskKind::EstablishLanguage | TaskKind::ProtectMinor => {
            (Category::Identity, Full)
        }
        TaskKind::DecideException
        | TaskKind::PartiesMeeting
        | TaskKind::TraceNoShow
        | TaskKind::NextStepAfterException
        | TaskKind::ReviewStay
        | TaskKind::CloseAfterDeath
        | TaskKind::WeeklyReview => (Category::Presence, Full),
        TaskKind::ReviewBreakGlass => (Category::Notes, Full),
        TaskKind::StreetDoctorVisit
        | TaskKind::HeadInjuryScreen
        | TaskKind::SuitabilityReview
        | TaskKind::SendDischargeLetter => (Category::Medical, Minimal),
        TaskKind::RightsAssessment => (Category::Rights, Minimal),
        TaskKind::IndDecision | TaskKind::UninsuredReport => (Category::Rights, Full),
        TaskKind::AnswerReferral | TaskKind::StartCare | TaskKind::NextStep => (Category::Referrals, Minimal),
        TaskKind::AcknowledgeLookout | TaskKind::AnswerCareAlert => (Category::Lookout, Minimal),
        TaskKind::ReviewSighting => (Category::Lookout, Full),
        TaskKind::AcknowledgeHandover
        | TaskKind::AnswerHandover
        | TaskKind::RecordDeparture
        | TaskKind::ConfirmArrival
        | TaskKind::FollowUp
        | TaskKind::ReviewStoppedReturn
        | TaskKind::AnswerHandoverQuestion
        | TaskKind::TraceArrival => (Category::Return, Full),
    }
}

/// The commands of which one does a task, or gets it done. Whoever may send none of them, is not asked either.
#[must_use]
pub const fn done_by(kind: TaskKind) -> &'static [CommandKind] {
    use CommandKind as C;
    match kind {
        TaskKind::AssignCoordinator => &[C::AssignCoordinator],
        TaskKind::ReviewMatch => &[C::LinkPersons, C::DismissMatch],
        TaskKind::ProtectMinor => &[C::Refer, C::RelatePersons, C::RecordIntake],
        TaskKind::KnownElsewhere => &[C::ReleaseMatch, C::AgreeMatch, C::DismissMatch],
        TaskKind::StreetDoctorVisit | TaskKind::HeadInjuryScreen => &[C::RecordContact, C::RecordIntake, C::Refer],
        TaskKind::EstablishLanguage => &[C::UpdateIdentity, C::RecordContact, C::RecordIntake],
        TaskKind::RightsAssessment => &[C::AssessRights],
        TaskKind::IndDecision => &[C::RecordIndDecision],
        TaskKind::UninsuredReport => &[C::FileUninsuredReport],
        TaskKind::SuitabilityReview
        | TaskKind::ReviewUnsafeDischarge
        | TaskKind::PartiesMeeting
        | TaskKind::WeeklyReview => &[C::AddNote],
        TaskKind::AnswerReferral => &[C::AcceptReferral, C::DeclineReferral, C::WaitlistReferral],
        TaskKind::StartCare => &[C::StartCare, C::AssignBed],
        TaskKind::TraceNoShow => {
            &[C::RecordAttendance, C::RecordContact, C::IssueLookout, C::MarkOutOfSight, C::ReleaseBed, C::AddNote]
        }
        TaskKind::NextStep | TaskKind::PlanDischarge => &[C::Refer, C::AddNote],
        TaskKind::NextStepAfterException | TaskKind::ReviewStay => &[C::RequestException, C::ReleaseBed, C::AddNote],
        TaskKind::ReviewReopened => &[C::AddNote, C::AssignCoordinator, C::CloseCase],
        TaskKind::ReviewSignOfLife => &[C::RetractEntry, C::AddNote],
        TaskKind::CloseAfterDeath => &[C::CloseCase],
        TaskKind::PrepareArrival => &[C::AssignBed, C::RecordIntake, C::AddNote],
        TaskKind::FollowUpDischarge => &[C::ReportDischarge, C::AnnounceDischarge, C::CallOffDischarge, C::AddNote],
        TaskKind::FindPerson => &[C::IssueLookout, C::ResolveLookout, C::RecordContact],
        TaskKind::ReviewSighting => &[C::ResolveLookout, C::RecordContact, C::AddNote],
        TaskKind::AcknowledgeLookout => &[C::AcknowledgeLookout],
        TaskKind::AnswerCareAlert => &[C::AnswerCareAlert],
        TaskKind::DecideException => &[C::DecideException],
        TaskKind::SendDischargeLetter => &[C::ReportDischarge, C::AddNote],
        TaskKind::AcknowledgeHandover => &[C::AcknowledgeHandover],
        TaskKind::AnswerHandover => &[C::AcceptHandover, C::DeclineHandover],
        TaskKind::RecordDeparture => &[C::RecordDeparture],
        TaskKind::ConfirmArrival => &[C::ConfirmArrival],
        TaskKind::FollowUp => &[C::RecordFollowUp],
        TaskKind::ReviewStoppedReturn => &[C::AddNote, C::PresentReturnOptions],
        TaskKind::AnswerHandoverQuestion => &[C::AnswerHandoverQuestion],
        TaskKind::ReviewBreakGlass => &[C::ReviewBreakGlass],
        TaskKind::TraceArrival => &[C::ConfirmArrival, C::WithdrawHandover],
    }
}

impl CarePath {
    /// Everything that waits: where most is at stake first, then what is due first.
    ///
    /// Nothing waits for somebody who was erased. After a death somebody closes the case, unless there was a sign of life since. On a
    /// closed case nothing waits but what a return asks for after its end: a case is closed because somebody went home, and that is
    /// when it matters how it goes. That somebody opened the case in an emergency is reviewed all the same.
    #[must_use]
    pub fn open_tasks(&self, now: DateTime, deadlines: &Deadlines, directory: &Directory) -> Vec<Task> {
        self.tasks(AskedAt::Now(now), deadlines, directory)
    }

    /// Everything that waits or will, each as it stands when it is due if nothing else is recorded until then; what has
    /// passed unanswered as it stood. Reviews are asked for again every week.
    pub(super) fn tasks_when_due(&self, deadlines: &Deadlines, directory: &Directory) -> Vec<Task> {
        self.tasks(AskedAt::WhenDue, deadlines, directory)
    }

    /// Whether a principal's organisation is called in, by a task that waits: see [`calls_in`].
    #[must_use]
    pub(crate) fn calls(
        &self,
        principal: &Principal,
        now: DateTime,
        deadlines: &Deadlines,
        directory: &Directory,
    ) -> bool {
        let own = directory.taking_part(&principal.organisation);
        let may_be_called = own.is_some_and(|own| self.may_be_called(own));
        if !may_be_called || self.is_erased() || self.is_closed() || self.case.died.is_some() {
            return false;
        }
        let mut list = TaskList::new(self, AskedAt::Now(now), deadlines, directory);
        minors::add(&mut list);
        health::calls(&mut list);
        leaving::plan(&mut list);
        list.tasks.iter().any(|task| task.calls(principal, directory))
    }

    /// The organisations that may be called in, now or when time goes on: what an index of cases by organisation holds.
    pub fn may_call<'a>(&'a self, directory: &'a Directory) -> impl Iterator<Item = &'a OrgId> {
        directory.open().filter(|each| self.may_be_called(each)).map(|each| &each.id)
    }

    fn may_be_called(&self, organisation: &Organisation) -> bool {
        let (protects, sees_all) = (organisation.kind == OrgKind::ChildProtection, is_open_to_all(organisation));
        let is_local = || self.municipality().is_some() && organisation.municipality.as_ref() == self.municipality();
        let minor = || self.updated_at().is_some_and(|at| self.is_minor(at));
        let doctor = || health::asks_for_doctor(self) || leaving::asks_for_doctor(self);
        (protects || sees_all) && is_local() && ((protects && minor()) || (sees_all && doctor()))
    }

    fn tasks(&self, as_of: AskedAt, deadlines: &Deadlines, directory: &Directory) -> Vec<Task> {
        if !self.exists() || self.is_erased() {
            return Vec::new();
        }
        let mut list = TaskList::new(self, as_of, deadlines, directory);
        // Whoever opened the case answers for it, whatever became of the person.
        glass::reviews(&mut list);
        if self.case.died.is_some() {
            course::death(&mut list);
            list.sort();
            return list.tasks;
        }
        returning::after_departure(&mut list);
        returning::questions(&mut list);
        if !self.is_closed() {
            returning::before_departure(&mut list);
            returning::abandoned(&mut list);
            returning::stopped(&mut list);
            minors::add(&mut list);
            health::add(&mut list);
            leaving::add(&mut list);
            course::add(&mut list);
            steps::add(&mut list);
        }
        list.sort();
        list.tasks
    }
}

/// As of when tasks are derived: some come and go with time alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AskedAt {
    Now(DateTime),
    WhenDue,
}

/// A worklist in the making.
struct TaskList<'a> {
    path: &'a CarePath,
    as_of: AskedAt,
    deadlines: &'a Deadlines,
    directory: &'a Directory,
    tasks: Vec<Task>,
    /// Looked up for one task after another.
    risks: OnceCell<Risks>,
    reviews: OnceCell<Answers<'a>>,
    visits: OnceCell<Answers<'a>>,
    found: OnceCell<Answers<'a>>,
}

/// What waits, before it is said for whom.
struct Waiting<'a> {
    kind: TaskKind,
    subject: Option<SubjectId>,
    cause: &'a Arc<Stamp>,
    because: Option<EventKind>,
    since: DateTime,
    due: DateTime,
    round: u32,
    suggests: Option<(NextStep, Depth)>,
    /// Somebody is hurt, whatever else is at stake with such a task.
    danger: bool,
}

impl<'a> Waiting<'a> {
    /// It waits since its cause was recorded: nobody could act on what nobody knew.
    fn new(kind: TaskKind, cause: &'a Arc<Stamp>, because: EventKind, due: DateTime) -> Self {
        Self {
            kind,
            subject: None,
            cause,
            because: Some(because),
            since: cause.recorded_at,
            due,
            round: 0,
            suggests: None,
            danger: false,
        }
    }

    fn about(self, subject: Uuid) -> Self {
        Self { subject: Some(SubjectId(subject)), ..self }
    }
}

/// A person may be one whom somebody knows already: the coordinator looks at both, within the street doctor's day, for
/// until then what is known of the one does not help the other.
#[must_use]
pub fn match_review(of: &Traits, likeness: &Likeness, other: PersonId, deadlines: &Deadlines) -> Task {
    let (cause, because) = likeness.since();
    let (category, depth) = tells_of(TaskKind::ReviewMatch);
    Task {
        kind: TaskKind::ReviewMatch,
        subject: Some(SubjectId(other.0)),
        addressee: Addressee::Coordinator(of.municipality().clone()),
        category,
        depth,
        since: cause.recorded_at,
        due: hours_after(cause.recorded_at, deadlines.street_doctor_hours),
        round: 0,
        because: Some(because),
        stake: TaskStake::Routine,
        suggests: None,
        cause: cause.clone(),
    }
}

/// A person may be known in another municipality: the coordinator releases who they are, or agrees with what the other
/// released. When it arose follows from this path alone, and it names nobody: nothing is told of the other.
#[must_use]
pub fn known_elsewhere(of: &Traits, deadlines: &Deadlines) -> Task {
    let told = of.last_told();
    let (category, depth) = tells_of(TaskKind::KnownElsewhere);
    Task {
        kind: TaskKind::KnownElsewhere,
        subject: None,
        addressee: Addressee::Coordinator(of.municipality().clone()),
        category,
        depth,
        since: told.stamp.recorded_at,
        due: days_after(told.stamp.recorded_at, deadlines.review_days),
        round: 0,
        because: Some(told.kind),
        stake: TaskStake::Routine,
        suggests: None,
        cause: told.stamp.clone(),
    }
}

impl<'a> TaskList<'a> {
    fn new(path: &'a CarePath, as_of: AskedAt, deadlines: &'a Deadlines, directory: &'a Directory) -> Self {
        let (risks, [reviews, visits, found]) = (OnceCell::new(), [const { OnceCell::new() }; 3]);
        Self { path, as_of, deadlines, directory, tasks: Vec::new(), risks, reviews, visits, found }
    }

    /// The time as of which something is looked at that is due then.
    fn at(&self, due: DateTime) -> DateTime {
        match self.as_of {
            AskedAt::Now(now) => now,
            AskedAt::WhenDue => due,
        }
    }

    /// Where most is at stake first, then what is due first.
    fn sort(&mut self) {
        self.tasks.sort_by_key(|task| (task.stake, task.due, task.kind, task.subject));
    }

    fn ask(&mut self, addressees: impl IntoIterator<Item = Addressee>, waiting: &Waiting<'_>) {
        let (category, depth) = tells_of(waiting.kind);
        let stake = if waiting.danger { TaskStake::Danger } else { self.stake(waiting.kind, waiting.due) };
        let mut asked: Vec<Addressee> = Vec::new();
        for addressee in addressees.into_iter().filter_map(|each| self.taking_part(each)) {
            if !asked.contains(&addressee) {
                asked.push(addressee);
            }
        }
        self.tasks.extend(asked.into_iter().map(|addressee| Task {
            kind: waiting.kind,
            subject: waiting.subject,
            addressee,
            category,
            depth,
            since: waiting.since,
            due: waiting.due,
            round: waiting.round,
            because: waiting.because,
            stake,
            suggests: waiting.suggests,
            cause: waiting.cause.clone(),
        }));
    }

    /// Who is asked: the coordinator, where an organisation or embassy takes part no more. Nobody there would read it.
    fn taking_part(&self, addressee: Addressee) -> Option<Addressee> {
        match addressee {
            Addressee::Organisation(organisation) if self.closed_since(&organisation).is_some() => self.coordinator(),
            Addressee::Embassy(country) if self.directory.has_left_since(country).is_some() => self.coordinator(),
            Addressee::Organisation(_)
            | Addressee::Coordinator(_)
            | Addressee::Assessor(_)
            | Addressee::CareProvidersIn(_)
            | Addressee::Embassy(_) => Some(addressee),
        }
    }

    /// Since when an organisation takes part no more, if it does not.
    fn closed_since(&self, organisation: &OrgId) -> Option<DateTime> {
        self.directory.find(organisation)?.closures.closed_since().map(Night::noon)
    }

    /// The coordinator of the person's municipality. Without one nobody can be asked.
    fn coordinator(&self) -> Option<Addressee> {
        self.path.municipality().cloned().map(Addressee::Coordinator)
    }

    fn assessor(&self) -> Option<Addressee> {
        self.path.municipality().cloned().map(Addressee::Assessor)
    }

    /// Who visits patients. They are called in; the coordinator is asked as well, always, for there may be none.
    fn visitors(&self) -> impl Iterator<Item = Addressee> + use<> {
        let doctors = self.path.municipality().cloned().map(Addressee::CareProvidersIn);
        doctors.into_iter().chain(self.coordinator())
    }

    /// An organisation, as long as it is involved or recorded the cause itself; otherwise the coordinator.
    fn involved(&self, organisation: &OrgId, cause: &Stamp, due: DateTime) -> Option<Addressee> {
        let knows =
            cause.by.organisation == *organisation || self.path.involves(organisation, self.at(due), self.deadlines);
        if knows { Some(Addressee::Organisation(organisation.clone())) } else { self.coordinator() }
    }

    fn is_coordinated_since(&self, cause: &Stamp) -> bool {
        self.reviews.get_or_init(|| self.coordinators_notes().collect()).has_one_to(cause)
    }

    /// Whether somebody who gives care met the person after a cause.
    fn is_visited_since(&self, cause: &Stamp) -> bool {
        self.visits.get_or_init(|| self.path.case.met_by_care.iter().collect()).has_one_to(cause)
    }

    /// Whether the person came back into sight since: then nobody need be asked to look out any more.
    fn was_found_since(&self, cause: &Stamp) -> bool {
        let ends = || self.path.lost.episodes.iter().filter_map(|episode| episode.ended.as_ref()).collect();
        !self.path.is_out_of_sight() && self.found.get_or_init(ends).has_one_to(cause)
    }

    /// The type of an event of the path.
    fn kind_of(&self, stamp: &Stamp) -> EventKind {
        self.path.record.find(stamp.event_id).map_or(EventKind::CaseReopened, |recorded| recorded.kind)
    }

    /// Whether an organisation wrote a note since a cause was recorded.
    fn has_note_since(&self, organisation: &OrgId, cause: &Stamp) -> bool {
        let mut notes = self.path.case.notes.iter().map(|note| &note.stamp);
        notes.any(|stamp| stamp.by.organisation == *organisation && stamp.recorded_at >= cause.recorded_at)
    }

    /// A coordinator's note is the record that something was looked at.
    fn coordinators_notes(&self) -> impl Iterator<Item = &'a Arc<Stamp>> + use<'a> {
        let notes = self.path.case.notes.iter().map(|note| &note.stamp);
        notes.filter(|stamp| stamp.by.role == Role::ProcessCoordinator)
    }

    fn hours_since(&self, cause: &Stamp, hours: impl Fn(&Deadlines) -> i64) -> DateTime {
        hours_after(cause.recorded_at, hours(self.deadlines))
    }

    /// When those who are asked to look out must have answered.
    fn lookout_answered(&self, cause: &Stamp) -> DateTime {
        let risk = self.risks.get_or_init(|| self.path.risks()).at(cause.recorded_at, self.deadlines);
        minutes_after(cause.recorded_at, self.deadlines.lookout_answer(&risk))
    }

    fn days_since(&self, cause: &Stamp, days: impl Fn(&Deadlines) -> i64) -> DateTime {
        days_after(cause.recorded_at, days(self.deadlines))
    }
}

/// The order in which things happened; of what happened at one time, what was recorded first comes first.
pub(super) fn happened(stamp: &Stamp) -> (DateTime, DateTime, EventId) {
    (stamp.occurred.at, stamp.recorded_at, stamp.event_id)
}

/// The order in which things were recorded. Ids of events grow, which settles what was recorded at the same instant.
pub(super) fn recorded(stamp: &Stamp) -> (DateTime, EventId) {
    (stamp.recorded_at, stamp.event_id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::Precision;
    use crate::path::testing::{directory, evening, night_shelter, principal, street_doctor, this_person};
    use crate::time::Occurred;
    use chrono::TimeDelta;

    fn stamp(id: u128, recorded_on: i64, occurred_at: DateTime, precision: Precision) -> Stamp {
        Stamp {
            event_id: EventId(Uuid::from_u128(id)),
            person_id: this_person(),
            occurred: Occurred { at: occurred_at, precision },
            recorded_at: evening(recorded_on),
            by: night_shelter().author(),
            caused_by: None,
            moved: None,
        }
    }

    fn follows(later: &Stamp, cause: &Stamp) -> bool {
        [&Arc::new(later.clone())].into_iter().collect::<Answers<'_>>().has_one_to(cause)
    }

    #[test]
    fn a_street_doctor_is_a_care_provider_whom_anybody_may_see_in_that_municipality() {
        let is_street_doctor = |principal: &Principal, municipality: &str| {
            Addressee::CareProvidersIn(municipality.parse().unwrap()).is(principal, &directory())
        };
        assert!(is_street_doctor(&street_doctor(), "rotterdam"));
        assert!(!is_street_doctor(&street_doctor(), "utrecht"));
        assert!(!is_street_doctor(&principal("street-doctor-rotterdam", Actor::ShelterWorker), "rotterdam"));
        assert!(!is_street_doctor(&principal("hospital-rotterdam", Actor::CareProvider), "rotterdam"));
    }

    #[test]
    fn an_answer_is_recorded_after_its_cause_and_did_not_happen_before_it() {
        let exactly = |id, recorded_on, occurred_on| stamp(id, recorded_on, evening(occurred_on), Precision::Instant);
        let cause = exactly(1, 5, 3);
        assert!(follows(&exactly(2, 6, 4), &cause));
        assert!(follows(&exactly(2, 5, 3), &cause), "at the same instant, but later on the path");
        assert!(!follows(&cause, &cause));
        assert!(!follows(&exactly(2, 4, 4), &cause), "who recorded it could not know");
        assert!(!follows(&exactly(2, 6, 2), &cause), "it had happened already");
    }

    #[test]
    fn a_time_that_is_not_precise_has_the_benefit_of_a_day_and_a_night_that_of_its_rest() {
        let cause = stamp(1, 3, evening(3), Precision::Instant);
        let hours_before = |hours, precision| stamp(2, 4, evening(3) - TimeDelta::hours(hours), precision);
        for precision in [Precision::Day, Precision::Approximate] {
            assert!(follows(&hours_before(24, precision), &cause));
            assert!(!follows(&hours_before(25, precision), &cause));
        }
        // Ten in the evening in Amsterdam: the night began at noon, and the one before it was over.
        assert!(follows(&hours_before(10, Precision::Night), &cause));
        assert!(!follows(&hours_before(11, Precision::Night), &cause));
        assert!(!follows(&hours_before(1, Precision::Instant), &cause));
    }
}
