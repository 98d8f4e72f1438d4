//! What on a path a command is about, and on whose stream that lies.

use super::{CarePath, Stamp};
use crate::actor::Principal;
use crate::ids::{
    BedId, BreakGlassId, CareAlertId, ConsentId, DischargeId, EventId, ExceptionId, HandoverId, HoldId, LookoutId,
    PersonId, ReferralId,
};
use crate::time::DateTime;

/// What on a path a command is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The path as such.
    Path,
    /// All that is kept of the person.
    Record,
    /// The return, of which the whole case is one: a person goes home once.
    Return,
    /// The link with a person, or that there is none.
    Person(PersonId),
    Bed(BedId),
    /// The open stay at the sender's organisation, if there is one.
    OwnBed,
    /// A case that was opened in an emergency.
    BreakGlass(BreakGlassId),
    CareAlert(CareAlertId),
    Consent(ConsentId),
    /// What was recorded as such.
    Entry(EventId),
    Discharge(DischargeId),
    Exception(ExceptionId),
    Handover(HandoverId),
    Hold(HoldId),
    Lookout(LookoutId),
    Referral(ReferralId),
}

impl Subject {
    /// Whether a link that another node has just made must be known before it is decided. The person has one last word on a
    /// return, and leaves once; a hold on one of their ids keeps the record of them all.
    #[must_use]
    pub fn is_of_the_whole_case(self) -> bool {
        match self {
            Self::Record | Self::Return | Self::BreakGlass(_) | Self::Consent(_) | Self::Handover(_) => true,
            Self::Path
            | Self::Person(_)
            | Self::Bed(_)
            | Self::OwnBed
            | Self::CareAlert(_)
            | Self::Entry(_)
            | Self::Discharge(_)
            | Self::Exception(_)
            | Self::Hold(_)
            | Self::Lookout(_)
            | Self::Referral(_) => false,
        }
    }

    /// Whose stream it lies on, of those that a path was folded from; `None` where it lies on none of them.
    pub(crate) fn lies_on(self, named: PersonId, path: &CarePath, by: &Principal, at: DateTime) -> Option<PersonId> {
        let stamp: &Stamp = match self {
            Self::Path | Self::Record | Self::Return => return Some(named),
            Self::Person(other) => {
                let said = path.identity.links.iter().chain(&path.identity.dismissed);
                let mut said = said.map(|said| (said.stamp.person_id, said.fact));
                return said.find(|said| *said == (named, other) || *said == (other, named)).map(|(of, _)| of);
            }
            Self::Bed(id) => &path.stay(id)?.assigned.stamp,
            Self::OwnBed => &path.open_stay_at(&by.organisation, at)?.assigned.stamp,
            Self::BreakGlass(id) => &path.privacy.glass(id)?.broken.stamp,
            Self::CareAlert(id) => &path.lost.care_alert(id)?.filed.stamp,
            Self::Consent(id) => {
                let mut consents = path.repatriation.consents.iter();
                &consents.find(|each| each.given.consent == id)?.given.stamp
            }
            Self::Entry(id) => &path.record.find(id)?.stamp,
            Self::Discharge(id) => &path.announced(id)?.announced.stamp,
            Self::Exception(id) => &path.exceptions.iter().find(|each| each.requested.exception == id)?.requested.stamp,
            Self::Handover(id) => &path.repatriation.handover(id)?.proposed.stamp,
            Self::Hold(id) => &path.privacy.holds.iter().find(|hold| hold.hold == id)?.stamp,
            Self::Lookout(id) => &path.lost.lookouts.iter().find(|each| each.issued.lookout == id)?.issued.stamp,
            Self::Referral(id) => &path.referrals.iter().find(|each| each.made.referral == id)?.made.stamp,
        };
        Some(stamp.person_id)
    }
}
