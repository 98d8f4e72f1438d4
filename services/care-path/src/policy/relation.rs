//! What an actor has to do with a person.

use crate::actor::{Actor, Principal};
use crate::codes::LookoutState;
use crate::deadlines::Deadlines;
use crate::ids::OrgId;
use crate::path::CarePath;
use crate::text::Country;
use crate::time::{DateTime, days_after};

/// The relation between an actor and a person: the closest one counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// Nothing addressed, nobody involved.
    None,
    /// A lookout, care alert or handover is addressed to the actor's organisation or country.
    Addressed,
    /// The actor's organisation has an intake, stay, referral or care for the person, or had one not long ago.
    Involved,
    /// Coordinator or assessor of the person's municipality.
    Region,
}

impl Relation {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Region, Self::Involved, Self::Addressed, Self::None];

    /// The name in the policy's table.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Addressed => "addressed",
            Self::Involved => "involved",
            Self::Region => "region",
        }
    }
}

/// An actor's relation to a person, and whether the person consented to what is addressed to the actor's country.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub relation: Relation,
    pub consent: bool,
}

impl Standing {
    /// How a principal stands to the person of a path, at a time.
    #[must_use]
    pub fn of(principal: &Principal, path: &CarePath, now: DateTime, deadlines: &Deadlines) -> Self {
        let organisation = &principal.organisation;
        let relation = |holds: bool, relation: Relation| if holds { relation } else { Relation::None };
        let (relation, consent) = match &principal.actor {
            Actor::ProcessCoordinator { municipality } | Actor::MunicipalAssessor { municipality } => {
                (relation(path.municipality() == Some(municipality), Relation::Region), false)
            }
            Actor::ShelterWorker | Actor::OutreachWorker { .. } | Actor::CareProvider | Actor::ClientSupporter => {
                let involved = path.involves(organisation, now, deadlines);
                let addressed = || relation(path.looked_out_for_by(organisation, now), Relation::Addressed);
                (if involved { Relation::Involved } else { addressed() }, false)
            }
            Actor::Police => (relation(path.alerts(organisation, now), Relation::Addressed), false),
            Actor::EmbassyLiaison { country } | Actor::Ambassador { country } => {
                let mut handovers =
                    path.repatriation.handovers.iter().filter(|handover| handover.proposed.country == *country);
                let consent = handovers.clone().any(|handover| path.repatriation.consent_holds(handover));
                (relation(handovers.next().is_some(), Relation::Addressed), consent)
            }
            Actor::MonitorAnalyst { .. } | Actor::PrivacyOfficer | Actor::Administrator | Actor::System => {
                (Relation::None, false)
            }
        };
        Self { relation, consent }
    }
}

impl CarePath {
    /// Whether an organisation has an open intake, stay, referral or care for the person, or had one lately. An intake
    /// stays open for as long as a part that ended counts.
    #[must_use]
    pub fn involves(&self, organisation: &OrgId, now: DateTime, deadlines: &Deadlines) -> bool {
        let since = days_after(now, deadlines.involvement_days.saturating_neg());
        let intake = self
            .intakes
            .iter()
            .any(|intake| intake.stamp.by.organisation == *organisation && intake.stamp.occurred.at >= since);
        let stay = || {
            self.stays
                .iter()
                .filter(|stay| stay.bed.organisation == *organisation)
                .any(|stay| stay.released.as_ref().is_none_or(|released| released.stamp.occurred.at >= since))
        };
        let referral = || {
            self.referrals
                .iter()
                .filter(|referral| referral.made.to == *organisation || referral.made.from == *organisation)
                .any(|referral| referral.is_open() || referral.changed.occurred.at >= since)
        };
        intake || stay() || referral()
    }

    /// Whether an open lookout for the person is addressed to an organisation.
    #[must_use]
    pub fn looked_out_for_by(&self, organisation: &OrgId, now: DateTime) -> bool {
        self.lost.lookouts.iter().any(|lookout| {
            lookout.state == LookoutState::Open
                && lookout.issued.expires_at > now
                && lookout.issued.recipients.contains(organisation)
        })
    }

    /// Whether a care alert that still runs is addressed to an organisation.
    #[must_use]
    pub fn alerts(&self, organisation: &OrgId, now: DateTime) -> bool {
        self.lost.care_alerts.iter().any(|alert| alert.filed.to == *organisation && alert.filed.expires_at > now)
    }

    /// The organisations that may at any time stand in a relation to the person: what an index of cases by
    /// organisation holds. It may hold more than are related now, never fewer.
    pub fn concerned_organisations(&self) -> impl Iterator<Item = &OrgId> {
        let beds = self.stays.iter().map(|stay| &stay.bed.organisation);
        let referrals = self.referrals.iter().flat_map(|referral| [&referral.made.from, &referral.made.to]);
        let lookouts = self.lost.lookouts.iter().flat_map(|lookout| &lookout.issued.recipients);
        let alerts = self.lost.care_alerts.iter().map(|alert| &alert.filed.to);
        let recorders = self.recorded_by.iter().map(|(organisation, _)| organisation);
        recorders.chain(beds).chain(referrals).chain(lookouts).chain(alerts)
    }

    /// The countries that a handover was ever proposed to.
    pub fn concerned_countries(&self) -> impl Iterator<Item = Country> {
        self.repatriation.handovers.iter().map(|handover| handover.proposed.country)
    }
}
