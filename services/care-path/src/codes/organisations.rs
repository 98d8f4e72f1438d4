//! Who takes part: kinds of organisation, what they offer, and the roles of their people.

use super::codes;

codes! {
    /// What kind of organisation takes part in the chain.
    OrgKind in "org_kind" {
        EuMigrantNgo = "eu_migrant_ngo",
        OutreachTeam = "outreach_team",
        Ggd = "ggd",
        CityHomelessTeam = "city_homeless_team",
        DayShelter = "day_shelter",
        DropIn = "drop_in",
        NightShelter = "night_shelter",
        Shelter24h = "shelter_24h",
        WinterShelter = "winter_shelter",
        MedicalShelter = "medical_shelter",
        MedicalPost = "medical_post",
        Hospital = "hospital",
        MentalHealth = "mental_health",
        AddictionCare = "addiction_care",
        Probation = "probation",
        SupportedLiving = "supported_living",
        ClientSupport = "client_support",
        Municipality = "municipality",
        MunicipalEnforcement = "municipal_enforcement",
        Police = "police",
        Embassy = "embassy",
        ForeignCareProvider = "foreign_care_provider",
        ChildProtection = "child_protection",
        WomensShelter = "womens_shelter",
        Statistics = "statistics",
    }
}

/// Where an organisation is, as far as it must be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seat {
    /// In a municipality: whoever they meet is followed by its coordinators.
    Municipality,
    /// In a country abroad: what is addressed to the country reaches it.
    Country,
    /// In a municipality, or all over the country.
    Any,
}

impl OrgKind {
    /// Whether it may be asked to look out: shelters, outreach and hospitals, to whom people come. A lookout is never an
    /// instrument of enforcement: the police are asked by care alert, and authorities of return are not asked at all.
    #[must_use]
    pub const fn may_look_out(self) -> bool {
        match self {
            Self::EuMigrantNgo
            | Self::OutreachTeam
            | Self::Ggd
            | Self::CityHomelessTeam
            | Self::DayShelter
            | Self::DropIn
            | Self::NightShelter
            | Self::Shelter24h
            | Self::WinterShelter
            | Self::MedicalShelter
            | Self::Hospital
            | Self::WomensShelter => true,
            Self::MedicalPost
            | Self::MentalHealth
            | Self::AddictionCare
            | Self::SupportedLiving
            | Self::ClientSupport
            | Self::Probation
            | Self::Municipality
            | Self::MunicipalEnforcement
            | Self::Police
            | Self::Embassy
            | Self::ForeignCareProvider
            | Self::ChildProtection
            | Self::Statistics => false,
        }
    }

    /// Whether a care alert may be addressed to it.
    #[must_use]
    pub const fn answers_care_alerts(self) -> bool {
        matches!(self, Self::Police | Self::MunicipalEnforcement)
    }

    /// Where an organisation of this kind must be said to be.
    #[must_use]
    pub const fn seat(self) -> Seat {
        match self {
            Self::OutreachTeam
            | Self::Ggd
            | Self::CityHomelessTeam
            | Self::DayShelter
            | Self::DropIn
            | Self::NightShelter
            | Self::Shelter24h
            | Self::WinterShelter
            | Self::WomensShelter
            | Self::MedicalShelter
            | Self::MedicalPost
            | Self::Hospital
            | Self::SupportedLiving
            | Self::MunicipalEnforcement => Seat::Municipality,
            Self::Embassy | Self::ForeignCareProvider => Seat::Country,
            Self::EuMigrantNgo
            | Self::ClientSupport
            | Self::MentalHealth
            | Self::AddictionCare
            | Self::Probation
            | Self::Municipality
            | Self::Police
            | Self::ChildProtection
            | Self::Statistics => Seat::Any,
        }
    }

    /// Whether people sleep there, also where its facilities are not in the directory.
    #[must_use]
    pub const fn has_beds(self) -> bool {
        match self {
            Self::NightShelter
            | Self::Shelter24h
            | Self::WinterShelter
            | Self::WomensShelter
            | Self::MedicalShelter
            | Self::Hospital => true,
            Self::EuMigrantNgo
            | Self::OutreachTeam
            | Self::Ggd
            | Self::CityHomelessTeam
            | Self::DayShelter
            | Self::DropIn
            | Self::MedicalPost
            | Self::MentalHealth
            | Self::AddictionCare
            | Self::SupportedLiving
            | Self::ClientSupport
            | Self::Probation
            | Self::Municipality
            | Self::MunicipalEnforcement
            | Self::Police
            | Self::Embassy
            | Self::ForeignCareProvider
            | Self::ChildProtection
            | Self::Statistics => false,
        }
    }
}

codes! {
    /// What an organisation offers, and what a referral asks for.
    Offering in "offering" {
        MealWarmSeat = "meal_warm_seat",
        LegalClinic = "legal_clinic",
        MedicalClinic = "medical_clinic",
        SocialWork = "social_work",
        MultilingualHealthInfo = "multilingual_health_info",
        OnlineGpOwnLanguage = "online_gp_own_language",
        MedicalDropIn = "medical_drop_in",
        MedicalShelter = "medical_shelter",
        NightBed = "night_bed",
        WinterBed = "winter_bed",
        Bed24h = "bed_24h",
        SupportedLiving = "supported_living",
        MentalHealthCare = "mental_health_care",
        AddictionCare = "addiction_care",
        Probation = "probation",
        ClientSupport = "client_support",
        ShortStayShelter = "short_stay_shelter",
        Repatriation = "repatriation",
    }
}

codes! {
    /// For whom an organisation is meant in particular.
    TargetGroup in "target_group" {
        Women = "women",
        Families = "families",
        Couples = "couples",
        Minors = "minors",
        YoungAdults = "young_adults",
        OlderPeople = "older_people",
        Lgbtq = "lgbtq",
        Addiction = "addiction",
        Psychiatric = "psychiatric",
        MedicalCare = "medical_care",
        TraffickingVictims = "trafficking_victims",
        WithPets = "with_pets",
    }
}

codes! {
    /// A day of the week.
    Weekday in "weekday" {
        Monday = "monday",
        Tuesday = "tuesday",
        Wednesday = "wednesday",
        Thursday = "thursday",
        Friday = "friday",
        Saturday = "saturday",
        Sunday = "sunday",
    }
}

codes! {
    /// What somebody does in the chain. The role decides, together with its scope, what they may do and see.
    Role in "role" {
        ProcessCoordinator = "process_coordinator",
        ShelterWorker = "shelter_worker",
        OutreachWorker = "outreach_worker",
        CareProvider = "care_provider",
        ClientSupporter = "client_supporter",
        MunicipalAssessor = "municipal_assessor",
        Police = "police",
        EmbassyLiaison = "embassy_liaison",
        /// Care in the country of return: it takes over a person whom a handover names it for.
        ReceivingProvider = "receiving_provider",
        Ambassador = "ambassador",
        MonitorAnalyst = "monitor_analyst",
        PrivacyOfficer = "privacy_officer",
        Administrator = "administrator",
        /// Baken itself, when a deadline passes.
        System = "system",
    }
}
