//! To whom a part of a path is addressed. Readers who are merely addressed see what is addressed to them, while it
//! stands, and nothing else.

use super::abroad::Abroad;
use super::{Category, Depth, Relation, disclosed};
use crate::actor::Principal;
use crate::codes::{DataClass, Role};
use crate::ids::OrgId;
use crate::text::Country;
use crate::time::{DateTime, days_after};

/// For how many days those who were asked for something are told that it is over.
pub const END_TOLD_DAYS: i64 = 14;

/// To whom something is addressed, and for how long.
#[derive(Debug, Clone, Copy)]
pub enum Address<'a> {
    /// To none in particular: a part of the case.
    Case,
    /// A lookout: `until` is when it expires, `ended` when it was over; one of the two is there.
    Lookout { recipients: &'a [OrgId], until: Option<DateTime>, ended: Option<DateTime> },
    /// A care alert to the police.
    CareAlert { to: &'a OrgId, until: Option<DateTime>, ended: Option<DateTime> },
    /// A discharge that a hospital announced: `to` is the place that was warned, `ended` when it was called off.
    Discharge { to: Option<&'a OrgId>, ended: Option<DateTime> },
    /// A handover to a country, and to the care provider there that it names: `consented` has the data classes of its
    /// consent while the consent holds.
    Handover { country: Country, receiving: Option<&'a OrgId>, stands: Stands, consented: Option<&'a [DataClass]> },
    /// What an organisation was asked for, or warned of, and was taken back: it need not wait for the person.
    TakenBack { from: &'a OrgId, since: DateTime },
    /// What precedes a handover: options, conditions, consents.
    ReturnPreparation,
}

/// How far a handover has come, for those abroad who see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    /// It goes on: the embassy and the receiving side see it.
    Open,
    /// The person arrived, as was told then: the receiving side sees it, and of the case what was told until then.
    Arrived(DateTime),
    /// It was declined or withdrawn, a later one took its place, or the person is here again, since then: nobody abroad sees it.
    Over(DateTime),
}

impl<'a> Address<'a> {
    /// Whether what is addressed like this is within a reader's reach, whatever its cells say.
    #[must_use]
    pub fn reaches(&self, reader: &Principal, relation: Relation, now: DateTime) -> bool {
        let knows_the_case = match relation {
            Relation::Region | Relation::Involved | Relation::BreakGlass => true,
            Relation::Called | Relation::Addressed | Relation::None => false,
        };
        let stands = |until: Option<DateTime>| until.is_some_and(|until| until > now);
        match self {
            Self::Case | Self::TakenBack { .. } => true,
            // The police are asked by care alert, and never by lookout.
            Self::Lookout { .. } if reader.actor.role() == Role::Police => false,
            Self::Lookout { recipients, until, .. } => {
                knows_the_case || (recipients.contains(&reader.organisation) && stands(*until))
            }
            Self::CareAlert { to, until, .. } => knows_the_case || (**to == reader.organisation && stands(*until)),
            Self::Discharge { .. } => knows_the_case || relation == Relation::Called,
            Self::Handover { .. } => Abroad::of(reader).is_none() || self.shown_abroad(reader).is_some(),
            Self::ReturnPreparation => Abroad::of(reader).is_none(),
        }
    }

    /// The data classes that the consent to a handover lets a reader abroad see: of one that is addressed to them, stands
    /// for them, and whose consent holds.
    #[must_use]
    pub fn shown_abroad(&self, reader: &Principal) -> Option<&'a [DataClass]> {
        let Self::Handover { country, receiving, stands, consented } = *self else { return None };
        let abroad = Abroad::of(reader)?;
        let stands = match (stands, abroad) {
            (Stands::Open, _) | (Stands::Arrived(_), Abroad::Provider(_)) => true,
            (Stands::Arrived(_), Abroad::Embassy(_)) | (Stands::Over(_), _) => false,
        };
        consented.filter(|_| stands && abroad.is_named(country, receiving))
    }

    /// Until when a recording must have been told for a reader abroad to be shown it, by a handover that is addressed to them and
    /// stands for them: after the arrival the case goes on without them. What is of the handover itself they see all the same.
    #[must_use]
    pub fn tells_of_the_case_until(&self, reader: &Principal) -> Option<DateTime> {
        self.shown_abroad(reader)?;
        match self {
            Self::Handover { stands: Stands::Open, .. } => Some(DateTime::MAX_UTC),
            Self::Handover { stands: Stands::Arrived(told), .. } => Some(*told),
            Self::Handover { stands: Stands::Over(_), .. }
            | Self::Case
            | Self::Lookout { .. }
            | Self::CareAlert { .. }
            | Self::Discharge { .. }
            | Self::TakenBack { .. }
            | Self::ReturnPreparation => None,
        }
    }

    /// Whether something of this address, told at a time or made of several recordings, is told to a reader who is told of the
    /// case until then.
    #[must_use]
    pub fn is_told(&self, told: Option<DateTime>, until: DateTime) -> bool {
        match self {
            Self::Handover { .. } => true,
            Self::Case
            | Self::Lookout { .. }
            | Self::CareAlert { .. }
            | Self::Discharge { .. }
            | Self::TakenBack { .. }
            | Self::ReturnPreparation => told.unwrap_or(DateTime::MAX_UTC) <= until,
        }
    }

    /// Whether a reader was asked for something, to look out or to take the person in or over, and that ended not long ago:
    /// then they are told that it is over, and nothing else. They would go on waiting otherwise.
    #[must_use]
    pub fn tells_end_to(&self, reader: &Principal, now: DateTime) -> bool {
        // Of an organisation that was asked, those roles are told that see what is asked of it.
        let asked = disclosed(reader.actor.role(), Relation::Addressed, false).level(Category::Lookout);
        let answers = Depth::Minimal.within(asked);
        let lately = |ended: Option<DateTime>| ended.is_some_and(|ended| days_after(ended, END_TOLD_DAYS) > now);
        match self {
            Self::Lookout { .. } if reader.actor.role() == Role::Police => false,
            Self::Lookout { recipients, ended, .. } => {
                answers && recipients.contains(&reader.organisation) && lately(*ended)
            }
            Self::CareAlert { to, ended, .. } => answers && **to == reader.organisation && lately(*ended),
            Self::Discharge { to, ended } => {
                // Of the place that was warned, those roles are told that see the person while they prepare.
                let prepares = disclosed(reader.actor.role(), Relation::Involved, false).level(Category::Presence);
                Depth::Minimal.within(prepares) && *to == Some(&reader.organisation) && lately(*ended)
            }
            Self::Handover { country, receiving, stands: Stands::Over(since), .. } => {
                let theirs = Abroad::of(reader).is_some_and(|abroad| abroad.is_named(*country, *receiving));
                theirs && reader.actor.role() != Role::Ambassador && lately(Some(*since))
            }
            Self::TakenBack { from, since } => {
                let involved = disclosed(reader.actor.role(), Relation::Involved, false);
                let answers = Depth::Minimal.within(involved.level(Category::Referrals));
                answers && **from == reader.organisation && lately(Some(*since))
            }
            Self::Case | Self::Handover { .. } | Self::ReturnPreparation => false,
        }
    }

    /// When it was told that it is over, where it is.
    #[must_use]
    pub fn ended(&self) -> Option<DateTime> {
        match self {
            Self::Lookout { ended, .. } | Self::CareAlert { ended, .. } | Self::Discharge { ended, .. } => *ended,
            Self::Handover { stands: Stands::Over(since), .. } | Self::TakenBack { since, .. } => Some(*since),
            Self::Case | Self::Handover { .. } | Self::ReturnPreparation => None,
        }
    }

    /// Whether a reader is given the sealed document of a handover whose consent names the class that it is sealed in: a
    /// liaison passes it on unread, the receiving side opens it.
    #[must_use]
    pub fn passes_on(&self, reader: Role, sealed: Option<DataClass>) -> bool {
        let Self::Handover { consented: Some(classes), .. } = self else { return false };
        let Some(class) = sealed.filter(|class| classes.contains(class)) else { return false };
        match class {
            DataClass::Medical => matches!(reader, Role::EmbassyLiaison | Role::ReceivingProvider),
            DataClass::Identity | DataClass::Social | DataClass::Justice | DataClass::Return => false,
        }
    }
}
