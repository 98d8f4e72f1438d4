//! The return: conditions, consent, and the states of a repatriation handover.

use chrono::{NaiveDate, TimeDelta};

use super::{Offering, Problem, codes};

codes! {
    /// What keeps somebody from going back.
    ReturnBarrier in "return_barrier" {
        FamilyReconciliation = "family_reconciliation",
        JusticeProblemHome = "justice_problem_home",
        Fear = "fear",
        ShameLowStatusJobs = "shame_low_status_jobs",
        LowWillingness = "low_willingness",
    }
}

codes! {
    /// What must be arranged before a return may be handed over. All six.
    ReturnCondition in "return_condition" {
        HousingArranged = "housing_arranged",
        AddictionCareArranged = "addiction_care_arranged",
        PsychiatryArranged = "psychiatry_arranged",
        ProfessionalKnowsHomeOptions = "professional_knows_home_options",
        OptionsPresentedHonestly = "options_presented_honestly",
        EmbassyContacted = "embassy_contacted",
    }
}

impl ReturnCondition {
    /// Whether somebody may do without it: only care and housing that the person does not need.
    #[must_use]
    pub fn may_be_not_applicable(self) -> bool {
        match self {
            Self::HousingArranged | Self::AddictionCareArranged | Self::PsychiatryArranged => true,
            Self::ProfessionalKnowsHomeOptions | Self::OptionsPresentedHonestly | Self::EmbassyContacted => false,
        }
    }

    /// Whether it arranges care for a problem.
    #[must_use]
    pub fn arranges_for(self, problem: Problem) -> bool {
        match self {
            Self::AddictionCareArranged => matches!(problem, Problem::Alcohol | Problem::HardDrugs),
            Self::PsychiatryArranged => {
                matches!(problem, Problem::UntreatedMental | Problem::ConfusedBehaviour | Problem::MemoryProblem)
            }
            Self::HousingArranged
            | Self::ProfessionalKnowsHomeOptions
            | Self::OptionsPresentedHonestly
            | Self::EmbassyContacted => false,
        }
    }

    /// The care that it arranges.
    #[must_use]
    pub fn arranges_what(self) -> Option<Offering> {
        match self {
            Self::AddictionCareArranged => Some(Offering::AddictionCare),
            Self::PsychiatryArranged => Some(Offering::MentalHealthCare),
            Self::HousingArranged
            | Self::ProfessionalKnowsHomeOptions
            | Self::OptionsPresentedHonestly
            | Self::EmbassyContacted => None,
        }
    }
}

codes! {
    /// How a return condition is met.
    ConditionStatus in "condition_status" {
        Evidenced = "evidenced",
        NotApplicable = "not_applicable",
    }
}

codes! {
    /// What the person wants, after the options were presented.
    ReturnWish in "return_wish" {
        WantsToReturn = "wants_to_return",
        Undecided = "undecided",
        DoesNotWantToReturn = "does_not_want_to_return",
    }
}

codes! {
    /// What the person consents to.
    ConsentPurpose in "consent_purpose" {
        Repatriation = "repatriation",
        CareCoordination = "care_coordination",
        MedicalExchange = "medical_exchange",
        UninsuredReport = "uninsured_report",
    }
}

codes! {
    /// Where a handover stands.
    HandoverState in "handover_state" {
        Proposed = "proposed",
        Acknowledged = "acknowledged",
        Accepted = "accepted",
        Declined = "declined",
        Departed = "departed",
        Arrived = "arrived",
        Withdrawn = "withdrawn",
    }
}

impl HandoverState {
    /// Whether it still goes on.
    #[must_use]
    pub const fn is_open(self) -> bool {
        match self {
            Self::Proposed | Self::Acknowledged | Self::Accepted | Self::Departed => true,
            Self::Declined | Self::Arrived | Self::Withdrawn => false,
        }
    }
}

codes! {
    /// Why the receiving side does not take the person over.
    HandoverDeclineReason in "handover_decline_reason" {
        NoPlace = "no_place",
        NotANational = "not_a_national",
        CareNotAvailable = "care_not_available",
        InformationMissing = "information_missing",
        Other = "other",
    }
}

codes! {
    /// Why a handover stopped on this side.
    HandoverWithdrawReason in "handover_withdraw_reason" {
        ConsentWithdrawn = "consent_withdrawn",
        PersonChangedMind = "person_changed_mind",
        ConditionNoLongerMet = "condition_no_longer_met",
        OutOfSight = "out_of_sight",
        Died = "died",
        Other = "other",
    }
}

codes! {
    /// When somebody asks how it goes after the arrival.
    FollowUpTerm in "follow_up_term" {
        Days30 = "days_30",
        Days90 = "days_90",
    }
}

impl FollowUpTerm {
    /// How many days after the arrival it is asked how it goes.
    #[must_use]
    pub const fn days(self) -> i64 {
        match self {
            Self::Days30 => 30,
            Self::Days90 => 90,
        }
    }

    /// The day from which on how it goes is taken: the 7th before its day. Before that, nobody can know.
    #[must_use]
    pub fn taken_from(self, arrived: NaiveDate) -> NaiveDate {
        arrived.checked_add_signed(TimeDelta::days(self.days() - 7)).unwrap_or(NaiveDate::MAX)
    }
}

codes! {
    /// How it goes after the arrival.
    FollowUpOutcome in "follow_up_outcome" {
        Housed = "housed",
        InCare = "in_care",
        HomelessAgain = "homeless_again",
        LeftAgain = "left_again",
        NotReached = "not_reached",
    }
}
