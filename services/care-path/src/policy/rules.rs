//! The rules that a cell of the table cannot say. Each has its rows in `api-spec/policy.csv`.

use super::{Category, Depth, Relation, disclosed};
use crate::codes::{CloseReason, Code, ConsentPurpose, DataClass, Phase, Role, TaskKind};
use crate::event::EventKind;

/// The facts by name that a role sees of a category, where the cell says less than it means: of identity, a liaison sees
/// what a travel document needs; of how somebody lives, an assessor sees work, income and residence. `None` where the
/// depth of each fact decides.
#[must_use]
pub fn narrowed(role: Role, category: Category) -> Option<&'static [&'static str]> {
    let (of, names): (Category, &[&str]) = match role {
        Role::EmbassyLiaison => {
            let names: &[&str] = &[
                "name",
                "birth_date",
                "birth_place",
                "sex",
                "countries",
                "documents",
                "languages",
                "contact",
                "assurance",
            ];
            (Category::Identity, names)
        }
        Role::MunicipalAssessor => (Category::Social, &["situation", "answers"]),
        Role::ProcessCoordinator
        | Role::ShelterWorker
        | Role::OutreachWorker
        | Role::CareProvider
        | Role::ClientSupporter
        | Role::Police
        | Role::ReceivingProvider
        | Role::Ambassador
        | Role::MonitorAnalyst
        | Role::PrivacyOfficer
        | Role::Administrator
        | Role::System => return None,
    };
    (of == category).then_some(names)
}

/// What of a person the name of a recorder tells: a clinic's tells of health, a shelter's where somebody sleeps, an
/// embassy's of a return. `None` where it tells no more than what was recorded.
#[must_use]
pub fn recorder_tells_of(recorder: Role) -> Option<(Category, Depth)> {
    match recorder {
        Role::CareProvider => Some((Category::Medical, Depth::Minimal)),
        Role::ShelterWorker | Role::OutreachWorker | Role::Police => Some((Category::Presence, Depth::Minimal)),
        Role::EmbassyLiaison | Role::ReceivingProvider | Role::Ambassador => Some((Category::Return, Depth::Minimal)),
        Role::ProcessCoordinator
        | Role::ClientSupporter
        | Role::MunicipalAssessor
        | Role::MonitorAnalyst
        | Role::PrivacyOfficer
        | Role::Administrator
        | Role::System => None,
    }
}

/// What of a person a phase tells. Readers who may not see it are told the phase that the rest of the path makes.
#[must_use]
pub fn phase_tells_of(phase: Phase) -> Category {
    match phase {
        Phase::Signalled | Phase::InContact | Phase::Sheltered | Phase::OutOfSight | Phase::Closed => {
            Category::Presence
        }
        Phase::Referred | Phase::InCare | Phase::DroppedOut => Category::Referrals,
        Phase::Returning | Phase::Returned => Category::Return,
    }
}

/// The phases that a role may not be told in one of these relations: whoever is in one of them may be told to be in another.
pub fn phases_hidden_from(role: Role, relations: &[Relation]) -> impl Iterator<Item = Phase> {
    let is_hidden = move |phase: &Phase| {
        relations.iter().any(|relation| {
            let cells = disclosed(role, *relation, true);
            let knows = |category: Category| Depth::Minimal.within(cells.level(category));
            knows(Category::Presence) && !knows(phase_tells_of(*phase))
        })
    };
    Phase::ALL.iter().copied().filter(is_hidden)
}

/// What of a person the reason tells for which a case was closed.
#[must_use]
pub fn close_reason_tells_of(reason: CloseReason) -> Category {
    match reason {
        CloseReason::Returned => Category::Return,
        CloseReason::Housed
        | CloseReason::TransferredElsewhere
        | CloseReason::NoLongerHomeless
        | CloseReason::LeftCountry
        | CloseReason::Died
        | CloseReason::RegisteredInError
        | CloseReason::Other => Category::Presence,
    }
}

/// The data class that a consent must name before a category leaves for the country of return.
#[must_use]
pub fn consented_as(category: Category) -> DataClass {
    match category {
        Category::Identity => DataClass::Identity,
        Category::Medical | Category::Referrals => DataClass::Medical,
        Category::Justice => DataClass::Justice,
        Category::Return => DataClass::Return,
        Category::Presence | Category::Social | Category::Rights | Category::Lookout | Category::Notes => {
            DataClass::Social
        }
    }
}

/// Whether anything of a class may leave for the country of return at all. What the police reported never does.
#[must_use]
pub fn leaves_with_consent(class: DataClass) -> bool {
    match class {
        DataClass::Identity | DataClass::Social | DataClass::Medical | DataClass::Return => true,
        DataClass::Justice => false,
    }
}

/// Whether a consent names all that a handover tells: who the person is, and of their return.
#[must_use]
pub fn covers_a_handover(classes: &[DataClass]) -> bool {
    [DataClass::Identity, DataClass::Return].iter().all(|class| classes.contains(class))
}

/// Who is called in by a task: they see whom it is about, though they have nothing to do with the person yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CalledIn {
    /// The street doctors of the person's municipality.
    StreetDoctors,
    /// Child protection in the person's municipality.
    ChildProtection,
}

impl CalledIn {
    /// The name in the policy's table.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::StreetDoctors => "street_doctors",
            Self::ChildProtection => "child_protection",
        }
    }
}

/// Whom a task calls in. Other tasks go to those who may know of the person anyway.
#[must_use]
pub fn calls_in(task: TaskKind) -> Option<CalledIn> {
    match task {
        TaskKind::StreetDoctorVisit | TaskKind::HeadInjuryScreen | TaskKind::PlanDischarge => {
            Some(CalledIn::StreetDoctors)
        }
        TaskKind::ProtectMinor => Some(CalledIn::ChildProtection),
        TaskKind::AssignCoordinator
        | TaskKind::ReviewMatch
        | TaskKind::KnownElsewhere
        | TaskKind::EstablishLanguage
        | TaskKind::RightsAssessment
        | TaskKind::IndDecision
        | TaskKind::UninsuredReport
        | TaskKind::SuitabilityReview
        | TaskKind::AnswerReferral
        | TaskKind::StartCare
        | TaskKind::FindPerson
        | TaskKind::AcknowledgeLookout
        | TaskKind::AnswerCareAlert
        | TaskKind::ReviewSighting
        | TaskKind::DecideException
        | TaskKind::ReviewUnsafeDischarge
        | TaskKind::SendDischargeLetter
        | TaskKind::PartiesMeeting
        | TaskKind::AcknowledgeHandover
        | TaskKind::AnswerHandover
        | TaskKind::RecordDeparture
        | TaskKind::ConfirmArrival
        | TaskKind::FollowUp
        | TaskKind::TraceNoShow
        | TaskKind::NextStep
        | TaskKind::NextStepAfterException
        | TaskKind::ReviewReopened
        | TaskKind::ReviewSignOfLife
        | TaskKind::CloseAfterDeath
        | TaskKind::PrepareArrival
        | TaskKind::ReviewStay
        | TaskKind::FollowUpDischarge
        | TaskKind::ReviewStoppedReturn
        | TaskKind::AnswerHandoverQuestion
        | TaskKind::TraceArrival
        | TaskKind::ReviewBreakGlass
        | TaskKind::WeeklyReview => None,
    }
}

/// How a discharge that was announced stands, for the place that was warned of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warned {
    /// It is expected.
    Expected,
    /// The person was discharged as announced, not longer ago than parts that ended count.
    Discharged,
    /// That is longer ago, or it was called off, or nobody followed it up in the term for that.
    Over,
}

impl Warned {
    /// All, with their names in the policy's table.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Expected, "expected"), (Self::Discharged, "discharged"), (Self::Over, "over")];
}

/// Whether a place that a hospital warned is involved with the person: it prepares for them, and must know whom it expects
/// and, for some time, who came.
#[must_use]
pub fn involves_the_warned(stands: Warned) -> bool {
    match stands {
        Warned::Expected | Warned::Discharged => true,
        Warned::Over => false,
    }
}

/// Whether a consent to a purpose decides anything. What leaves for the country of return rests on consent. What is shared
/// between those who care for a person here rests on the table, and the report of uninsured care on the law: a consent to
/// those changes nothing, and is not taken.
#[must_use]
pub fn decides(purpose: ConsentPurpose) -> bool {
    match purpose {
        ConsentPurpose::Repatriation => true,
        ConsentPurpose::CareCoordination | ConsentPurpose::MedicalExchange | ConsentPurpose::UninsuredReport => false,
    }
}

/// What an event tells of where the person is, beside what it is about, to all who may know of the person's presence: a
/// sighting where they were; what shows that they are there, that they are in sight again. So the beginning of care, which
/// an assessor is not told of, ends the disappearance that they see.
#[must_use]
pub fn tells_of_presence(kind: EventKind) -> Option<&'static str> {
    const TOLD: [(EventKind, &str); 4] = [
        (EventKind::SightingReported, "last_seen"),
        (EventKind::CareStarted, "in_sight"),
        (EventKind::LookoutResolved, "in_sight"),
        (EventKind::ArrivalConfirmed, "in_sight"),
    ];
    TOLD.iter().find(|(tells, _)| *tells == kind).map(|(_, what)| *what)
}

/// Whose turn-aways a role may read, place by place and night by night, people among them whom nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TurnAwaysOf {
    /// Those of all organisations of the reader's municipality, and which persons were not seen since.
    Municipality,
    /// Those of the reader's organisation.
    OwnOrganisation,
    Nobody,
}

impl TurnAwaysOf {
    /// The name in the policy's table.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Municipality => "municipality",
            Self::OwnOrganisation => "own_organisation",
            Self::Nobody => "none",
        }
    }
}

/// Whose turn-aways a role may read. Of persons who are known, only those are counted of whom the reader is shown it.
#[must_use]
pub fn turn_aways_of(role: Role) -> TurnAwaysOf {
    match role {
        Role::ProcessCoordinator => TurnAwaysOf::Municipality,
        Role::ShelterWorker | Role::OutreachWorker | Role::CareProvider | Role::ClientSupporter => {
            TurnAwaysOf::OwnOrganisation
        }
        Role::MunicipalAssessor
        | Role::Police
        | Role::EmbassyLiaison
        | Role::ReceivingProvider
        | Role::Ambassador
        | Role::MonitorAnalyst
        | Role::PrivacyOfficer
        | Role::Administrator
        | Role::System => TurnAwaysOf::Nobody,
    }
}

/// What of the access log a role may read: the record of who saw what of whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessLogOf {
    /// All of it, with users and addresses.
    Everybody,
    /// Of a person whom they are shown: which organisations saw them, in which role, when and what. It is the person's to know.
    Person,
    Nobody,
}

impl AccessLogOf {
    /// The name in the policy's table.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Everybody => "everybody",
            Self::Person => "person",
            Self::Nobody => "none",
        }
    }
}

/// Whether a role keeps the records: it is told when each goes and what holds it, and nothing of what is in it.
#[must_use]
pub fn keeps_records(role: Role) -> bool {
    match role {
        Role::PrivacyOfficer => true,
        Role::ProcessCoordinator
        | Role::ShelterWorker
        | Role::OutreachWorker
        | Role::CareProvider
        | Role::ClientSupporter
        | Role::MunicipalAssessor
        | Role::Police
        | Role::EmbassyLiaison
        | Role::ReceivingProvider
        | Role::Ambassador
        | Role::MonitorAnalyst
        | Role::Administrator
        | Role::System => false,
    }
}

/// Whether a role is told of every case that was opened in an emergency: by whom, for what reason, and what the review found.
/// Nothing of what is in the case.
#[must_use]
pub fn oversees_break_glass(role: Role) -> bool {
    match role {
        Role::PrivacyOfficer => true,
        Role::ProcessCoordinator
        | Role::ShelterWorker
        | Role::OutreachWorker
        | Role::CareProvider
        | Role::ClientSupporter
        | Role::MunicipalAssessor
        | Role::Police
        | Role::EmbassyLiaison
        | Role::ReceivingProvider
        | Role::Ambassador
        | Role::MonitorAnalyst
        | Role::Administrator
        | Role::System => false,
    }
}

/// What of the access log a role may read.
#[must_use]
pub fn access_log_of(role: Role) -> AccessLogOf {
    match role {
        Role::PrivacyOfficer => AccessLogOf::Everybody,
        Role::ClientSupporter => AccessLogOf::Person,
        Role::ProcessCoordinator
        | Role::ShelterWorker
        | Role::OutreachWorker
        | Role::CareProvider
        | Role::MunicipalAssessor
        | Role::Police
        | Role::EmbassyLiaison
        | Role::ReceivingProvider
        | Role::Ambassador
        | Role::MonitorAnalyst
        | Role::Administrator
        | Role::System => AccessLogOf::Nobody,
    }
}

/// Which figures of the monitor a role may read. None of them is of anybody, and none is below a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FiguresOf {
    /// The releases, as everybody is shown them.
    Releases,
    /// Those, and the tables of the own municipality with a lower threshold.
    ReleasesAndOwn,
    Nothing,
}

impl FiguresOf {
    /// The name in the policy's table.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Releases => "releases",
            Self::ReleasesAndOwn => "releases_and_own",
            Self::Nothing => "none",
        }
    }
}

/// Which figures of the monitor a role may read.
#[must_use]
pub fn figures_of(role: Role) -> FiguresOf {
    match role {
        Role::MonitorAnalyst => FiguresOf::Releases,
        Role::ProcessCoordinator => FiguresOf::ReleasesAndOwn,
        Role::ShelterWorker
        | Role::OutreachWorker
        | Role::CareProvider
        | Role::ClientSupporter
        | Role::MunicipalAssessor
        | Role::Police
        | Role::EmbassyLiaison
        | Role::ReceivingProvider
        | Role::Ambassador
        | Role::PrivacyOfficer
        | Role::Administrator
        | Role::System => FiguresOf::Nothing,
    }
}

/// A count below this tells of people whom somebody may know.
pub const SMALLEST_COUNT: u32 = 5;

/// A count as it may be told: `None` where so few were counted that it would tell of them.
#[must_use]
pub fn told_count(count: u32) -> Option<u32> {
    (count >= SMALLEST_COUNT).then_some(count)
}

/// A part of a count as it may be told: neither it nor the rest is small, for one is known from the other.
#[must_use]
pub fn told_part(part: u32, whole: u32) -> Option<u32> {
    let rest = whole.saturating_sub(part);
    told_count(part).filter(|_| rest == 0 || rest >= SMALLEST_COUNT)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A list by phase goes through the hidden ones as well: the fewer there are, the less it reads.
    #[test]
    fn a_coordinator_is_told_every_phase_but_those_of_a_return_in_an_emergency() {
        let hidden = |relations| phases_hidden_from(Role::ProcessCoordinator, relations).collect::<Vec<_>>();
        assert_eq!(hidden(&Relation::ALL), [Phase::Returning, Phase::Returned]);
        assert_eq!(hidden(&[Relation::Region]), []);
    }
}
