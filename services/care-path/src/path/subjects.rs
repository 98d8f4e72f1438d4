//! What on a path a command is about, and on whose stream that lies.

use super::{CarePath, Stamp};
use crate::actor::Principal;
use crate::ids::{
    BedId, CareAlertId, ConsentId, EventId, ExceptionId, HandoverId, HoldId, LookoutId, PersonId, ReferralId,
};

/// What on a path a command is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The path as such.
    Path,
    /// The link with a person, or that there is none.
    Person(PersonId),
    Bed(BedId),
    /// The open stay at the sender's organisation, if there is one.
    OwnBed,
    CareAlert(CareAlertId),
    Consent(ConsentId),
    /// What was recorded as such.
    Entry(EventId),
    Exception(ExceptionId),
    Handover(HandoverId),
    Hold(HoldId),
    Lookout(LookoutId),
    Referral(ReferralId),
}

impl Subject {
    /// Whose stream it lies on, of those that a path was folded from; `None` where it lies on none of them.
    pub(crate) fn lies_on(self, named: PersonId, path: &CarePath, by: &Principal) -> Option<PersonId> {
        let stamp: &Stamp = match self {
            Self::Path => return Some(named),
            Self::Person(other) => {
                let said = path.identity.links.iter().chain(&path.identity.dismissed);
                let mut said = said.map(|said| (said.stamp.person_id, said.fact));
                return said.find(|said| *said == (named, other) || *said == (other, named)).map(|(of, _)| of);
            }
            Self::Bed(id) => &path.stays.iter().find(|stay| stay.assigned.bed == id)?.assigned.stamp,
            Self::OwnBed => &path.open_stay_at(&by.organisation)?.assigned.stamp,
            Self::CareAlert(id) => &path.lost.care_alerts.iter().find(|each| each.filed.alert == id)?.filed.stamp,
            Self::Consent(id) => {
                let mut consents = path.repatriation.consents.iter();
                &consents.find(|each| each.given.consent == id)?.given.stamp
            }
            Self::Entry(id) => &path.record.find(id)?.stamp,
            Self::Exception(id) => &path.exceptions.iter().find(|each| each.requested.exception == id)?.requested.stamp,
            Self::Handover(id) => &path.repatriation.handover(id)?.proposed.stamp,
            Self::Hold(id) => &path.privacy.holds.iter().find(|hold| hold.hold == id)?.stamp,
            Self::Lookout(id) => &path.lost.lookouts.iter().find(|each| each.issued.lookout == id)?.issued.stamp,
            Self::Referral(id) => &path.referrals.iter().find(|each| each.made.referral == id)?.made.stamp,
        };
        Some(stamp.person_id)
    }
}
