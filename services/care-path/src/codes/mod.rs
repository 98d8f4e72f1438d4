//! Closed code lists. Each is a Rust enum here and a file with labels in eight languages in `seeds/codes/`; a test
//! holds the two together, so that a code cannot exist without a label, nor a label without a code.

mod organisations;
mod path;
mod person;
mod repatriation;
mod rights;

use crate::spelt::Spelt;

pub use organisations::{Offering, OrgKind, Role, Seat, TargetGroup, Weekday};
pub use path::{
    AttendanceStatus, BedReleaseReason, BreakGlassOutcome, BreakGlassReason, CareAlertOutcome, CloseReason,
    DeclineReason, DischargeEndReason, DropoutReason, ErasureGround, ExceptionKind, ExceptionState, GuestState,
    HoldReason, IncidentKind, LinkBasis, LocationType, LookoutEndReason, LookoutOutcome, LookoutState, MatchLikeness,
    MatchReason, NextStep, Phase, Precision, ReferralState, RetractReason, Severity, SignalChannel, TaskKind,
    TaskStake, TurnAwayReason, Urgency, WithdrawReason,
};
pub use person::{Assurance, DataClass, DocumentKind, EthosLight, Household, Problem, RelationKind, Sex};
pub use repatriation::{
    ConditionStatus, ConsentPurpose, FollowUpOutcome, FollowUpTerm, HandoverDeclineReason, HandoverState,
    HandoverWithdrawReason, ReturnBarrier, ReturnCondition, ReturnWish,
};
pub use rights::{IndOutcome, InsuranceStatus, RightsBasis, RightsOutcome, YesNoUnknown};

/// A code of a closed list: it has a list, a spelling, and nothing else.
pub trait Code: Spelt {
    /// The list's name: the file in `seeds/codes/` and the last part of `/v1/codes/{list}`.
    const LIST: &'static str;
    /// Every code, in the order of the list.
    const ALL: &'static [Self] = Self::VALUES;

    /// The spelling in JSON, in GraphQL and in the list.
    fn code(self) -> &'static str {
        self.spelling()
    }

    /// The code that is spelt so.
    #[must_use]
    fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|each| each.code() == code)
    }
}

macro_rules! codes {
    (
        $(#[doc = $words:literal])*
        $name:ident in $list:literal { $($codes:tt)+ }
    ) => {
        $crate::spelt::spelt! {
            $(#[doc = $words])*
            pub enum $name { $($codes)+ }
        }

        impl $crate::codes::Code for $name {
            const LIST: &'static str = $list;
        }
    };
}
pub(crate) use codes;

// What queries may be narrowed by.
#[cfg(feature = "schema")]
crate::spelt::graphql_inputs!(
    LocationType,
    Offering,
    OrgKind,
    Phase,
    ReferralState,
    TargetGroup,
    TaskKind,
    TurnAwayReason
);

/// A code list as data: its name and its spellings.
#[derive(Debug, Clone, Copy)]
pub struct CodeList {
    pub name: &'static str,
    pub codes: fn() -> Vec<&'static str>,
}

fn spellings<C: Code>() -> Vec<&'static str> {
    C::ALL.iter().map(|each| each.code()).collect()
}

const fn list<C: Code>() -> CodeList {
    CodeList { name: C::LIST, codes: spellings::<C> }
}

/// Every code list there is, by name.
pub const LISTS: &[CodeList] = &[
    list::<Assurance>(),
    list::<AttendanceStatus>(),
    list::<BedReleaseReason>(),
    list::<CareAlertOutcome>(),
    list::<CloseReason>(),
    list::<ConditionStatus>(),
    list::<ConsentPurpose>(),
    list::<DataClass>(),
    list::<DeclineReason>(),
    list::<DischargeEndReason>(),
    list::<DocumentKind>(),
    list::<DropoutReason>(),
    list::<EthosLight>(),
    list::<Household>(),
    list::<ErasureGround>(),
    list::<ExceptionKind>(),
    list::<ExceptionState>(),
    list::<FollowUpOutcome>(),
    list::<FollowUpTerm>(),
    list::<GuestState>(),
    list::<HandoverDeclineReason>(),
    list::<HandoverState>(),
    list::<HandoverWithdrawReason>(),
    list::<HoldReason>(),
    list::<BreakGlassReason>(),
    list::<BreakGlassOutcome>(),
    list::<IncidentKind>(),
    list::<IndOutcome>(),
    list::<InsuranceStatus>(),
    list::<LinkBasis>(),
    list::<LocationType>(),
    list::<LookoutEndReason>(),
    list::<LookoutOutcome>(),
    list::<LookoutState>(),
    list::<MatchLikeness>(),
    list::<MatchReason>(),
    list::<NextStep>(),
    list::<Offering>(),
    list::<OrgKind>(),
    list::<Phase>(),
    list::<Precision>(),
    list::<Problem>(),
    list::<ReferralState>(),
    list::<RelationKind>(),
    list::<RetractReason>(),
    list::<ReturnBarrier>(),
    list::<ReturnCondition>(),
    list::<ReturnWish>(),
    list::<RightsBasis>(),
    list::<RightsOutcome>(),
    list::<Role>(),
    list::<Severity>(),
    list::<Sex>(),
    list::<SignalChannel>(),
    list::<TargetGroup>(),
    list::<TaskKind>(),
    list::<TaskStake>(),
    list::<TurnAwayReason>(),
    list::<Urgency>(),
    list::<Weekday>(),
    list::<WithdrawReason>(),
    list::<YesNoUnknown>(),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_list_has_its_own_name_and_every_code_its_own_spelling() {
        let names: BTreeSet<_> = LISTS.iter().map(|list| list.name).collect();
        assert_eq!(names.len(), LISTS.len());
        for list in LISTS {
            let codes = (list.codes)();
            let distinct: BTreeSet<_> = codes.iter().collect();
            assert_eq!(distinct.len(), codes.len(), "{} repeats a code", list.name);
        }
    }

    #[test]
    fn a_code_is_read_from_its_spelling_and_from_nothing_else() {
        assert_eq!(LocationType::from_code("shelter_24h"), Some(LocationType::Shelter24h));
        assert_eq!(LocationType::from_code("Shelter24h"), None);
        assert_eq!(serde_json::to_string(&LocationType::Shelter24h).ok().as_deref(), Some("\"shelter_24h\""));
    }
}
