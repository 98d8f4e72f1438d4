//! Who a caller is to Baken, and what the policy lets them do: so that a client can offer that and no more.

use care_path::codes::Role;
use care_path::command::CommandKind;
use care_path::ids::{Municipality, OrgId, UserId};
use care_path::policy::{Relation, may};
use care_path::text::Country;
use care_path::{Actor, Area, Principal};

/// Who I am, and what I may do.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema, async_graphql::SimpleObject)]
#[graphql(name = "Me")]
pub struct MeView {
    pub user: UserId,
    pub organisation: OrgId,
    pub role: Role,
    /// The municipality that the role is for.
    pub municipality: Option<Municipality>,
    /// The country that the role is for.
    pub country: Option<Country>,
    /// What an analyst's counts are about: `national`, or a municipality.
    pub area: Option<String>,
    /// The commands that the role may send.
    pub may: Vec<MayView>,
}

/// A command that a role may send.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema, async_graphql::SimpleObject)]
#[graphql(name = "Permission")]
pub struct MayView {
    pub command: CommandKind,
    /// In which relations to the person: `region`, `involved`, `addressed` or `none`.
    pub relations: Vec<String>,
}

impl MeView {
    /// Who a principal is.
    #[must_use]
    pub fn of(principal: &Principal) -> Self {
        let role = principal.actor.role();
        let may = CommandKind::ALL.iter().filter_map(|command| MayView::of(role, *command)).collect();
        let mut me = Self {
            user: principal.user.clone(),
            organisation: principal.organisation.clone(),
            role,
            municipality: None,
            country: None,
            area: None,
            may,
        };
        match &principal.actor {
            Actor::ProcessCoordinator { municipality }
            | Actor::OutreachWorker { municipality }
            | Actor::MunicipalAssessor { municipality } => me.municipality = Some(municipality.clone()),
            Actor::EmbassyLiaison { country } | Actor::Ambassador { country } => me.country = Some(*country),
            Actor::MonitorAnalyst { area: Area::National } => me.area = Some("national".to_owned()),
            Actor::MonitorAnalyst { area: Area::Region(municipality) } => me.area = Some(municipality.to_string()),
            Actor::ShelterWorker
            | Actor::CareProvider
            | Actor::ClientSupporter
            | Actor::Police
            | Actor::ReceivingProvider
            | Actor::PrivacyOfficer
            | Actor::Administrator
            | Actor::System => {}
        }
        me
    }
}

impl MayView {
    fn of(role: Role, command: CommandKind) -> Option<Self> {
        let allowed = Relation::ALL.into_iter().filter(|relation| may(role, command, *relation));
        let relations: Vec<_> = allowed.map(|relation| relation.name().to_owned()).collect();
        (!relations.is_empty()).then_some(Self { command, relations })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn me(actor: Actor) -> MeView {
        let principal = Principal { user: "one".parse().unwrap(), organisation: "an-org".parse().unwrap(), actor };
        MeView::of(&principal)
    }

    #[test]
    fn the_police_may_report_a_signal_and_answer_what_is_addressed_to_them() {
        let may = me(Actor::Police).may;
        let told: Vec<_> = may.iter().map(|may| (may.command, may.relations.join(" "))).collect();
        assert_eq!(
            told,
            [
                (CommandKind::ReportSignal, "addressed none".to_owned()),
                (CommandKind::AnswerCareAlert, "addressed".to_owned()),
                (CommandKind::RetractEntry, "addressed none".to_owned()),
                (CommandKind::MoveEntry, "addressed none".to_owned()),
            ]
        );
    }

    #[test]
    fn a_scope_is_told_where_the_role_has_one() {
        let liaison = me(Actor::EmbassyLiaison { country: "PL".parse().unwrap() });
        assert_eq!(liaison.country.map(|country| country.to_string()).as_deref(), Some("PL"));
        let analyst = me(Actor::MonitorAnalyst { area: Area::National });
        let may: Vec<_> = analyst.may.into_iter().map(|may| may.command).collect();
        let all = [
            CommandKind::ReleaseFigures,
            CommandKind::RemarkOnFigures,
            CommandKind::ImportSource,
            CommandKind::WithdrawSource,
        ];
        assert_eq!((analyst.area.as_deref(), &*may), (Some("national"), &all[..]));
    }
}
