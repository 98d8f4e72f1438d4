//! What is said of a person: problems, living situation, sex, and how sure we are of who they are.

use super::codes;

codes! {
    /// What an event describes of a person, by how it is sealed: each class has a data key of its own.
    DataClass in "data_class" {
        Identity = "identity",
        Social = "social",
        Medical = "medical",
        Justice = "justice",
        Return = "return",
    }
}

codes! {
    /// A problem or a risk in somebody's life, as the source registers them.
    Problem in "problem" {
        NoPostalAddress = "no_postal_address",
        Uninsured = "uninsured",
        NoFixedIncome = "no_fixed_income",
        NoSupportNetwork = "no_support_network",
        LabourExploitation = "labour_exploitation",
        Unemployment = "unemployment",
        SocialExclusion = "social_exclusion",
        UntreatedPhysical = "untreated_physical",
        UntreatedMental = "untreated_mental",
        Alcohol = "alcohol",
        HardDrugs = "hard_drugs",
        PublicNuisance = "public_nuisance",
        Shoplifting = "shoplifting",
        ConfusedBehaviour = "confused_behaviour",
        MemoryProblem = "memory_problem",
        /// A risk: trafficking in human beings.
        Trafficking = "trafficking",
        /// A risk: prostitution.
        Prostitution = "prostitution",
        /// A risk: a dependency relationship.
        DependencyRelationship = "dependency_relationship",
        Injury = "injury",
    }
}

impl Problem {
    /// The class that a problem is sealed in: health data, criminal data, and the rest (GDPR art. 9 and 10).
    #[must_use]
    pub fn data_class(self) -> DataClass {
        match self {
            Self::Injury
            | Self::UntreatedPhysical
            | Self::UntreatedMental
            | Self::Alcohol
            | Self::HardDrugs
            | Self::ConfusedBehaviour
            | Self::MemoryProblem => DataClass::Medical,
            Self::PublicNuisance | Self::Shoplifting => DataClass::Justice,
            Self::NoPostalAddress
            | Self::Uninsured
            | Self::NoFixedIncome
            | Self::NoSupportNetwork
            | Self::LabourExploitation
            | Self::Unemployment
            | Self::SocialExclusion
            | Self::Trafficking
            | Self::Prostitution
            | Self::DependencyRelationship => DataClass::Social,
        }
    }

    /// Whether somebody with this problem is at once in danger when out of sight: the grace for a no-show is shorter.
    #[must_use]
    pub fn makes_vulnerable(self) -> bool {
        match self {
            Self::Injury
            | Self::UntreatedPhysical
            | Self::UntreatedMental
            | Self::ConfusedBehaviour
            | Self::MemoryProblem
            | Self::Trafficking
            | Self::Prostitution
            | Self::DependencyRelationship => true,
            Self::NoPostalAddress
            | Self::Uninsured
            | Self::NoFixedIncome
            | Self::NoSupportNetwork
            | Self::LabourExploitation
            | Self::Unemployment
            | Self::SocialExclusion
            | Self::Alcohol
            | Self::HardDrugs
            | Self::PublicNuisance
            | Self::Shoplifting => false,
        }
    }
}

codes! {
    /// ETHOS Light (FEANTSA), with the seventh category of the Dutch ETHOS counts.
    EthosLight in "ethos_light" {
        LivingRough = "living_rough",
        EmergencyAccommodation = "emergency_accommodation",
        HomelessAccommodation = "homeless_accommodation",
        Institution = "institution",
        NonConventionalDwelling = "non_conventional_dwelling",
        WithFamilyFriends = "with_family_friends",
        ThreatenedEviction = "threatened_eviction",
    }
}

codes! {
    /// Whom somebody lives or travels with.
    Household in "household" {
        Alone = "alone",
        Couple = "couple",
        CoupleWithChildren = "couple_with_children",
        OneParentWithChildren = "one_parent_with_children",
        WithOthers = "with_others",
    }
}

codes! {
    /// Sex as stated by the person or seen on a document.
    Sex in "sex" {
        Male = "male",
        Female = "female",
        Other = "other",
        Unknown = "unknown",
    }
}

codes! {
    /// How sure we are of who somebody is. No step on the path asks for more than `none`.
    Assurance in "assurance" {
        None = "none",
        Alias = "alias",
        SelfDeclared = "self_declared",
        DocumentSeen = "document_seen",
        AuthorityConfirmed = "authority_confirmed",
    }
}

codes! {
    /// What another person is to this one.
    RelationKind in "relation_kind" {
        Partner = "partner",
        Parent = "parent",
        Child = "child",
        Guardian = "guardian",
        /// The one for whom a guardian is.
        Ward = "ward",
        TravelsWith = "travels_with",
    }
}

impl RelationKind {
    /// What this person is to the other.
    #[must_use]
    pub fn turned(self) -> Self {
        match self {
            Self::Parent => Self::Child,
            Self::Child => Self::Parent,
            Self::Guardian => Self::Ward,
            Self::Ward => Self::Guardian,
            Self::Partner | Self::TravelsWith => self,
        }
    }

    /// Whether the other is responsible for this person.
    #[must_use]
    pub fn is_responsible(self) -> bool {
        match self {
            Self::Parent | Self::Guardian => true,
            Self::Partner | Self::Child | Self::Ward | Self::TravelsWith => false,
        }
    }
}

codes! {
    /// A document that says who somebody is. None is ever required.
    DocumentKind in "document_kind" {
        Passport = "passport",
        IdentityCard = "identity_card",
        TravelDocument = "travel_document",
        Other = "other",
    }
}
