//! The care path: signals, places, stays, referrals, lookouts, exceptions, and how a case ends.

use super::codes;

codes! {
    /// Where somebody stands on the path. Derived by folding, never stored.
    Phase in "phase" {
        Signalled = "signalled",
        InContact = "in_contact",
        Sheltered = "sheltered",
        Referred = "referred",
        InCare = "in_care",
        Returning = "returning",
        Returned = "returned",
        OutOfSight = "out_of_sight",
        DroppedOut = "dropped_out",
        Closed = "closed",
    }
}

codes! {
    /// How precisely it is known when something happened.
    Precision in "occurred_precision" {
        /// At that instant.
        Instant = "instant",
        /// In the night that began on the evening of that day.
        Night = "night",
        /// On that day.
        Day = "day",
        /// Around that time.
        Approximate = "approximate",
    }
}

codes! {
    /// How a signal came in.
    SignalChannel in "signal_channel" {
        OutreachRound = "outreach_round",
        ForestWardenReport = "forest_warden_report",
        CitizenNuisanceReport = "citizen_nuisance_report",
        ShopkeeperReport = "shopkeeper_report",
        EnforcementContact = "enforcement_contact",
        PoliceContact = "police_contact",
        LowThresholdConversation = "low_threshold_conversation",
        MedicalConsult = "medical_consult",
        NgoConsult = "ngo_consult",
        DropInVisit = "drop_in_visit",
        ShelterIntake = "shelter_intake",
        CareAlert = "care_alert",
        SelfReport = "self_report",
    }
}

codes! {
    /// How it stands of an evening with somebody who has a bed.
    GuestState in "guest_state" {
        Expected = "expected",
        /// Their time there is over before that night, and the bed is still theirs.
        Leaves = "leaves",
        Arrived = "arrived",
        Left = "left",
        NotCome = "not_come",
        /// They did not come, and the bed is held for them.
        Held = "held",
        /// They had one, and others ended that the same night: the case was closed, they died, or they sleep elsewhere.
        NoBed = "no_bed",
    }
}

codes! {
    /// A kind of place where people are met, stay or sleep.
    LocationType in "location_type" {
        Street = "street",
        Hotspot = "hotspot",
        Forest = "forest",
        DropIn = "drop_in",
        DayShelter = "day_shelter",
        NightShelterEu = "night_shelter_eu",
        WinterShelter = "winter_shelter",
        WinterColdShelter = "winter_cold_shelter",
        Shelter24h = "shelter_24h",
        EmergencyBed = "emergency_bed",
        ShortStayPilot = "short_stay_pilot",
        MedicalShelter = "medical_shelter",
        NgoOffice = "ngo_office",
        InfoPoint = "info_point",
        Hospital = "hospital",
    }
}

impl LocationType {
    /// Whether it is out of doors: nobody is taken in there.
    #[must_use]
    pub fn is_public_space(self) -> bool {
        match self {
            Self::Street | Self::Hotspot | Self::Forest => true,
            Self::DropIn
            | Self::DayShelter
            | Self::NightShelterEu
            | Self::WinterShelter
            | Self::WinterColdShelter
            | Self::Shelter24h
            | Self::EmergencyBed
            | Self::ShortStayPilot
            | Self::MedicalShelter
            | Self::NgoOffice
            | Self::InfoPoint
            | Self::Hospital => false,
        }
    }

    /// Whether people sleep there by the night, and are expected of an evening: a hospital keeps its patients by day and night.
    #[must_use]
    pub fn is_slept_in_by_the_night(self) -> bool {
        self.has_beds() && self != Self::Hospital
    }

    /// Whether one can be given a bed there.
    #[must_use]
    pub fn has_beds(self) -> bool {
        match self {
            Self::NightShelterEu
            | Self::WinterShelter
            | Self::WinterColdShelter
            | Self::Shelter24h
            | Self::EmergencyBed
            | Self::ShortStayPilot
            | Self::MedicalShelter
            | Self::Hospital => true,
            Self::Street
            | Self::Hotspot
            | Self::Forest
            | Self::DropIn
            | Self::DayShelter
            | Self::NgoOffice
            | Self::InfoPoint => false,
        }
    }
}

codes! {
    /// How soon somebody must be helped.
    Urgency in "urgency" {
        Routine = "routine",
        Soon = "soon",
        Urgent = "urgent",
        Immediate = "immediate",
    }
}

codes! {
    /// Why somebody was turned away.
    TurnAwayReason in "turn_away_reason" {
        Full = "full",
        NoEntitlement = "no_entitlement",
        NoInsurance = "no_insurance",
        NoRegionLink = "no_region_link",
        Behaviour = "behaviour",
        Language = "language",
        Other = "other",
    }
}

codes! {
    /// Whether somebody was there, or went.
    AttendanceStatus in "attendance_status" {
        Present = "present",
        Left = "left",
    }
}

codes! {
    /// Why a bed was given up.
    BedReleaseReason in "bed_release_reason" {
        MovedOn = "moved_on",
        OwnChoice = "own_choice",
        NoShow = "no_show",
        Suspended = "suspended",
        Hospitalised = "hospitalised",
        Ended = "ended",
        Other = "other",
    }
}

codes! {
    /// What happened in an incident.
    IncidentKind in "incident_kind" {
        LostAtNight = "lost_at_night",
        CannotFindBed = "cannot_find_bed",
        Confusion = "confusion",
        Collapse = "collapse",
        SelfHarm = "self_harm",
        SubstanceUse = "substance_use",
        Aggression = "aggression",
        Theft = "theft",
        Conflict = "conflict",
        Other = "other",
    }
}

impl IncidentKind {
    /// Whether it is about health; the others are about conduct.
    #[must_use]
    pub fn is_health(self) -> bool {
        match self {
            Self::LostAtNight
            | Self::CannotFindBed
            | Self::Confusion
            | Self::Collapse
            | Self::SelfHarm
            | Self::SubstanceUse => true,
            Self::Aggression | Self::Theft | Self::Conflict | Self::Other => false,
        }
    }

    /// Whether somebody is hurt: a doctor is needed at once.
    #[must_use]
    pub fn is_injury(self) -> bool {
        match self {
            Self::Collapse | Self::SelfHarm => true,
            Self::LostAtNight
            | Self::CannotFindBed
            | Self::Confusion
            | Self::SubstanceUse
            | Self::Aggression
            | Self::Theft
            | Self::Conflict
            | Self::Other => false,
        }
    }
}

codes! {
    /// How bad an incident was.
    Severity in "severity" {
        Low = "low",
        Medium = "medium",
        High = "high",
    }
}

codes! {
    /// Where a referral stands.
    ReferralState in "referral_state" {
        Made = "made",
        Waitlisted = "waitlisted",
        Accepted = "accepted",
        Started = "started",
        Declined = "declined",
        Withdrawn = "withdrawn",
        DroppedOut = "dropped_out",
        Ended = "ended",
    }
}

impl ReferralState {
    /// Whether it still waits for its answer.
    #[must_use]
    pub const fn awaits_answer(self) -> bool {
        match self {
            Self::Made | Self::Waitlisted => true,
            Self::Accepted | Self::Started | Self::Declined | Self::Withdrawn | Self::DroppedOut | Self::Ended => false,
        }
    }

    /// Whether it neither ended nor came to nothing.
    #[must_use]
    pub const fn is_open(self) -> bool {
        match self {
            Self::Made | Self::Waitlisted | Self::Accepted | Self::Started => true,
            Self::Declined | Self::Withdrawn | Self::DroppedOut | Self::Ended => false,
        }
    }

    /// Whether it can be taken back: until care begins.
    #[must_use]
    pub const fn can_be_withdrawn(self) -> bool {
        match self {
            Self::Made | Self::Waitlisted | Self::Accepted => true,
            Self::Started | Self::Declined | Self::Withdrawn | Self::DroppedOut | Self::Ended => false,
        }
    }
}

codes! {
    /// Why a referral was declined.
    DeclineReason in "decline_reason" {
        PlaceScarcity = "place_scarcity",
        NoEntitlement = "no_entitlement",
        Uninsured = "uninsured",
        Language = "language",
        NotSuitable = "not_suitable",
        NoRegionLink = "no_region_link",
        HousingProspectRequired = "housing_prospect_required",
        Other = "other",
    }
}

codes! {
    /// Why the referring side took a referral back.
    WithdrawReason in "withdraw_reason" {
        NoLongerNeeded = "no_longer_needed",
        OtherOffer = "other_offer",
        PersonDeclined = "person_declined",
        MadeInError = "made_in_error",
        Other = "other",
    }
}

codes! {
    /// Why somebody dropped out of a trajectory.
    DropoutReason in "dropout_reason" {
        CulturalMismatch = "cultural_mismatch",
        Language = "language",
        NoFollowUpPath = "no_follow_up_path",
        WaitingTime = "waiting_time",
        ProviderUnwillingUninsured = "provider_unwilling_uninsured",
        UninsuredSchemeUnknownOrComplex = "uninsured_scheme_unknown_or_complex",
        PlaceScarcity = "place_scarcity",
        HousingProspectRequired = "housing_prospect_required",
        Distrust = "distrust",
        FearOfReturn = "fear_of_return",
        MustEarnIncome = "must_earn_income",
        OutOfSight = "out_of_sight",
        LeftCountry = "left_country",
        Died = "died",
        Other = "other",
    }
}

codes! {
    /// Where a lookout stands.
    LookoutState in "lookout_state" {
        Open = "open",
        Resolved = "resolved",
        Expired = "expired",
        Ended = "ended",
    }
}

codes! {
    /// How a lookout ended.
    LookoutOutcome in "lookout_outcome" {
        FoundSafe = "found_safe",
        FoundInCare = "found_in_care",
        FoundInCustody = "found_in_custody",
        LeftArea = "left_area",
        Died = "died",
        IssuedInError = "issued_in_error",
    }
}

codes! {
    /// What the police answer to a care alert.
    CareAlertOutcome in "care_alert_outcome" {
        Received = "received",
        Seen = "seen",
        NotSeen = "not_seen",
    }
}

codes! {
    /// Why an entry was taken back.
    RetractReason in "retract_reason" {
        WrongPerson = "wrong_person",
        WrongValue = "wrong_value",
        Duplicate = "duplicate",
        Other = "other",
    }
}

codes! {
    /// What an exception is asked for.
    ExceptionKind in "exception_kind" {
        Longer24hStay = "longer_24h_stay",
        LongerNightStay = "longer_night_stay",
        ShelterWithoutEntitlement = "shelter_without_entitlement",
        CareWithoutInsurance = "care_without_insurance",
        Other = "other",
    }
}

codes! {
    /// Where the request for an exception stands.
    ExceptionState in "exception_state" {
        Pending = "pending",
        Granted = "granted",
        Denied = "denied",
        Overtaken = "overtaken",
    }
}

codes! {
    /// Why a case was closed. Always somebody's decision.
    CloseReason in "close_reason" {
        Housed = "housed",
        Returned = "returned",
        TransferredElsewhere = "transferred_elsewhere",
        NoLongerHomeless = "no_longer_homeless",
        LeftCountry = "left_country",
        Died = "died",
        RegisteredInError = "registered_in_error",
        Other = "other",
    }
}

codes! {
    /// What a link between two persons rests on.
    LinkBasis in "link_basis" {
        SameDocument = "same_document",
        SelfDeclared = "self_declared",
        RecognisedByProfessional = "recognised_by_professional",
        MatchingDescription = "matching_description",
    }
}

codes! {
    /// In what two persons agree who may be the same human being.
    MatchReason in "match_reason" {
        Name = "name",
        Alias = "alias",
        BirthDate = "birth_date",
        ApproximateAge = "approximate_age",
        Sex = "sex",
        Countries = "countries",
        Languages = "languages",
        Origin = "origin",
        BirthPlace = "birth_place",
        Documents = "documents",
        Contact = "contact",
        Problems = "problems",
        LocationType = "location_type",
        OccurredAt = "occurred_at",
    }
}

codes! {
    /// How well something agrees with what somebody looks for.
    MatchLikeness in "match_likeness" {
        /// As it is written, but for order, case, accents and script.
        Same = "same",
        /// In another form or spelling, or with a typing error.
        Close = "close",
        /// In part, or nearly.
        Perhaps = "perhaps",
    }
}

codes! {
    /// Why a record must not be erased for now.
    HoldReason in "hold_reason" {
        LegalProceedings = "legal_proceedings",
        Complaint = "complaint",
        SupervisoryAuthority = "supervisory_authority",
    }
}

codes! {
    /// On what ground the data of a person are erased.
    ErasureGround in "erasure_ground" {
        /// The person asked for it (GDPR art. 17(1)(b); of a medical file, art. 7:455 of the Dutch Civil Code).
        Request = "request",
        /// They should never have been recorded, or not so (GDPR art. 17(1)(d)).
        Unlawful = "unlawful",
        /// The time is over for which they are kept (GDPR art. 5(1)(e) and 17(1)(a)).
        RetentionEnded = "retention_ended",
    }
}

codes! {
    /// Why somebody opens a case without a relation to the person.
    BreakGlassReason in "break_glass_reason" {
        DangerToLife = "danger_to_life",
        MedicalEmergency = "medical_emergency",
        /// Somebody has to be protected from others at once: a child, a victim of trafficking.
        UrgentSafeguarding = "urgent_safeguarding",
    }
}

codes! {
    /// What a review found of somebody who opened a case without a relation to the person.
    BreakGlassOutcome in "break_glass_outcome" {
        Justified = "justified",
        NotJustified = "not_justified",
    }
}

codes! {
    /// What waits for somebody.
    TaskKind in "task_kind" {
        AssignCoordinator = "assign_coordinator",
        ReviewMatch = "review_match",
        ProtectMinor = "protect_minor",
        /// Somebody may be known in another municipality.
        KnownElsewhere = "known_elsewhere",
        StreetDoctorVisit = "street_doctor_visit",
        HeadInjuryScreen = "head_injury_screen",
        EstablishLanguage = "establish_language",
        RightsAssessment = "rights_assessment",
        IndDecision = "ind_decision",
        UninsuredReport = "uninsured_report",
        SuitabilityReview = "suitability_review",
        AnswerReferral = "answer_referral",
        StartCare = "start_care",
        FindPerson = "find_person",
        AcknowledgeLookout = "acknowledge_lookout",
        AnswerCareAlert = "answer_care_alert",
        /// Somebody saw a person whom nobody can find, and nobody has gone after it yet.
        ReviewSighting = "review_sighting",
        DecideException = "decide_exception",
        ReviewUnsafeDischarge = "review_unsafe_discharge",
        SendDischargeLetter = "send_discharge_letter",
        PartiesMeeting = "parties_meeting",
        AcknowledgeHandover = "acknowledge_handover",
        AnswerHandover = "answer_handover",
        RecordDeparture = "record_departure",
        ConfirmArrival = "confirm_arrival",
        FollowUp = "follow_up",
        TraceNoShow = "trace_no_show",
        NextStep = "next_step",
        NextStepAfterException = "next_step_after_exception",
        ReviewStay = "review_stay",
        ReviewReopened = "review_reopened",
        ReviewSignOfLife = "review_sign_of_life",
        CloseAfterDeath = "close_after_death",
        PrepareArrival = "prepare_arrival",
        PlanDischarge = "plan_discharge",
        FollowUpDischarge = "follow_up_discharge",
        ReviewStoppedReturn = "review_stopped_return",
        AnswerHandoverQuestion = "answer_handover_question",
        TraceArrival = "trace_arrival",
        /// Somebody opened the case without a relation to the person.
        ReviewBreakGlass = "review_break_glass",
        WeeklyReview = "weekly_review",
    }
}

codes! {
    /// What is at stake while a task waits, the most first.
    TaskStake in "task_stake" {
        Danger = "danger",
        Urgent = "urgent",
        Waiting = "waiting",
        Routine = "routine",
        Review = "review",
    }
}

codes! {
    /// What the reason suggests for which something came to nothing.
    NextStep in "next_step" {
        UninsuredScheme = "uninsured_scheme",
        ProviderOrInterpreter = "provider_or_interpreter",
        StreetDoctor = "street_doctor",
        OtherProvider = "other_provider",
        Exception = "exception",
        RightsAssessment = "rights_assessment",
        ClientSupporter = "client_supporter",
        LookForPerson = "look_for_person",
        Talk = "talk",
    }
}

codes! {
    /// Why a lookout or a care alert ended, other than by its resolution or its time.
    LookoutEndReason in "lookout_end_reason" {
        Found = "found",
        CaseClosed = "case_closed",
        Died = "died",
        NoLongerNeeded = "no_longer_needed",
        IssuedInError = "issued_in_error",
    }
}

codes! {
    /// Why a discharge that was announced does not come about as announced.
    DischargeEndReason in "discharge_end_reason" {
        Stays = "stays",
        OtherDestination = "other_destination",
        AnnouncedInError = "announced_in_error",
        AnnouncedAnew = "announced_anew",
        NotFollowedUp = "not_followed_up",
        CaseClosed = "case_closed",
        Died = "died",
    }
}

impl DischargeEndReason {
    /// Whether somebody says so; the others follow from what else is recorded.
    #[must_use]
    pub fn is_said(self) -> bool {
        match self {
            Self::Stays | Self::OtherDestination | Self::AnnouncedInError => true,
            Self::AnnouncedAnew | Self::NotFollowedUp | Self::CaseClosed | Self::Died => false,
        }
    }
}
