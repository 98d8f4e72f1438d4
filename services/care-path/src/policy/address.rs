//! To whom a part of a path is addressed. Readers who are merely addressed see what is addressed to them, while it
//! stands, and nothing else.

use super::Relation;
use crate::actor::{Actor, Principal};
use crate::codes::{DataClass, Role};
use crate::ids::OrgId;
use crate::text::Country;
use crate::time::{DateTime, days_after};

/// For how many days those who were asked to look out are told that it is over.
const END_TOLD_DAYS: i64 = 14;

/// To whom something is addressed, and for how long.
#[derive(Debug, Clone, Copy)]
pub enum Address<'a> {
    /// To none in particular: a part of the case.
    Case,
    /// A lookout: `until` is when it expires, `ended` when it was over; one of the two is there.
    Lookout { recipients: &'a [OrgId], until: Option<DateTime>, ended: Option<DateTime> },
    /// A care alert to the police.
    CareAlert { to: &'a OrgId, until: Option<DateTime>, ended: Option<DateTime> },
    /// A handover: `consented` has the data classes of its consent while the handover is open and the consent holds.
    Handover { country: Country, consented: Option<&'a [DataClass]> },
    /// What precedes a handover: options, conditions, consents.
    ReturnPreparation,
}

impl Address<'_> {
    /// Whether what is addressed like this is within a reader's reach, whatever its cells say.
    #[must_use]
    pub fn reaches(&self, reader: &Principal, relation: Relation, now: DateTime) -> bool {
        let knows_the_case = match relation {
            Relation::Region | Relation::Involved => true,
            Relation::Addressed | Relation::None => false,
        };
        let stands = |until: Option<DateTime>| until.is_some_and(|until| until > now);
        match self {
            Self::Case => true,
            // The police are asked by care alert, and never by lookout.
            Self::Lookout { .. } if reader.actor.role() == Role::Police => false,
            Self::Lookout { recipients, until, .. } => {
                knows_the_case || (recipients.contains(&reader.organisation) && stands(*until))
            }
            Self::CareAlert { to, until, .. } => knows_the_case || (**to == reader.organisation && stands(*until)),
            Self::Handover { country, consented } => {
                embassy_of(&reader.actor).is_none_or(|of| of == *country && consented.is_some())
            }
            Self::ReturnPreparation => embassy_of(&reader.actor).is_none(),
        }
    }

    /// Whether a reader was asked to look out, and that ended not long ago: then they are told that it is over, and nothing
    /// else.
    #[must_use]
    pub fn tells_end_to(&self, reader: &Principal, now: DateTime) -> bool {
        let lately = |ended: Option<DateTime>| ended.is_some_and(|ended| days_after(ended, END_TOLD_DAYS) > now);
        match self {
            Self::Lookout { .. } if reader.actor.role() == Role::Police => false,
            Self::Lookout { recipients, ended, .. } => recipients.contains(&reader.organisation) && lately(*ended),
            Self::CareAlert { to, ended, .. } => **to == reader.organisation && lately(*ended),
            Self::Case | Self::Handover { .. } | Self::ReturnPreparation => false,
        }
    }

    /// Whether a liaison passes on, unread, what is sealed for the receiving side: a document of a handover whose consent
    /// names the class that it is sealed in.
    #[must_use]
    pub fn passes_on(&self, reader: Role, sealed: Option<DataClass>) -> bool {
        let Self::Handover { consented: Some(classes), .. } = self else { return false };
        let Some(class) = sealed.filter(|class| classes.contains(class)) else { return false };
        match class {
            DataClass::Medical => reader == Role::EmbassyLiaison,
            DataClass::Identity | DataClass::Social | DataClass::Justice | DataClass::Return => false,
        }
    }
}

/// The country whose embassy a reader works at.
fn embassy_of(actor: &Actor) -> Option<Country> {
    match actor {
        Actor::EmbassyLiaison { country } | Actor::Ambassador { country } => Some(*country),
        Actor::ProcessCoordinator { .. }
        | Actor::ShelterWorker
        | Actor::OutreachWorker { .. }
        | Actor::CareProvider
        | Actor::ClientSupporter
        | Actor::MunicipalAssessor { .. }
        | Actor::Police
        | Actor::MonitorAnalyst { .. }
        | Actor::PrivacyOfficer
        | Actor::Administrator
        | Actor::System => None,
    }
}
