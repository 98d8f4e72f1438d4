//! The rights assessment: its outcomes, the grounds they rest on, and its answers.

use super::codes;

codes! {
    /// What the checklist says of the right to provisions under the Wmo. An aid without binding force.
    RightsOutcome in "rights_outcome" {
        Likely = "likely",
        Unclear = "unclear",
        LikelyNot = "likely_not",
        OutOfScope = "out_of_scope",
    }
}

codes! {
    /// The ground that an assessment of rights rests on: one for each rule of the ruleset, in its order.
    RightsBasis in "rights_basis" {
        IndAppealPending = "ind_appeal_pending",
        IndDecision = "ind_decision",
        OutsideFreeMovement = "outside_free_movement",
        NationalityUnknown = "nationality_unknown",
        PermanentResidence = "permanent_residence",
        PermanentResidenceUnproven = "permanent_residence_unproven",
        Worker = "worker",
        WorkBelowNorm = "work_below_norm",
        TemporarilyUnfit = "temporarily_unfit",
        UnemployedAfterAYear = "unemployed_after_a_year",
        UnemployedWithinAYear = "unemployed_within_a_year",
        VocationalTraining = "vocational_training",
        RegistrationUnknown = "registration_unknown",
        FamilyMember = "family_member",
        DomesticViolence = "domestic_violence",
        FirstThreeMonths = "first_three_months",
        FirstTimeJobSeeker = "first_time_job_seeker",
        Inactive = "inactive",
        AnswersMissing = "answers_missing",
    }
}

codes! {
    /// A decision of the Immigration and Naturalisation Service on the right of residence.
    IndOutcome in "ind_outcome" {
        LawfulResidence = "lawful_residence",
        NoLawfulResidence = "no_lawful_residence",
    }
}

codes! {
    /// Whether somebody is insured for health care.
    InsuranceStatus in "insurance_status" {
        InsuredNl = "insured_nl",
        InsuredHomeCountry = "insured_home_country",
        Uninsured = "uninsured",
        Unknown = "unknown",
    }
}

codes! {
    /// An answer that may stay open.
    YesNoUnknown in "yes_no_unknown" {
        Yes = "yes",
        No = "no",
        Unknown = "unknown",
    }
}
