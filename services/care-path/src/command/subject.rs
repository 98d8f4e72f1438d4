//! What a command is about, and on whose stream it is decided. Where persons are linked, a thing stays on the stream on
//! which it was created: a command about it is decided and recorded there, whichever of the persons it was sent to.

use uuid::Uuid;

use super::Command;
use crate::actor::Principal;
use crate::ids::{BedId, CareAlertId, ConsentId, ExceptionId, HandoverId, HoldId, LookoutId, PersonId, ReferralId};
use crate::path::{CarePath, Stamp};

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
    Exception(ExceptionId),
    Handover(HandoverId),
    Hold(HoldId),
    Lookout(LookoutId),
    Referral(ReferralId),
}

/// The type of the id that names a command's subject in a route or a batch line; `()` where it has none.
pub(super) trait SubjectId: Copy + Into<Subject> {
    /// Makes it from the id that the caller named, if it named one.
    fn from_id(id: Option<Uuid>) -> Option<Self>;

    /// What it is called from its other end, where it has two.
    fn turned(self, named: PersonId) -> Self;
}

impl SubjectId for () {
    fn from_id(id: Option<Uuid>) -> Option<Self> {
        id.is_none().then_some(())
    }

    fn turned(self, _: PersonId) -> Self {}
}

impl From<()> for Subject {
    fn from((): ()) -> Self {
        Self::Path
    }
}

impl SubjectId for PersonId {
    fn from_id(id: Option<Uuid>) -> Option<Self> {
        id.map(Self)
    }

    fn turned(self, named: PersonId) -> Self {
        named
    }
}

impl From<PersonId> for Subject {
    fn from(id: PersonId) -> Self {
        Self::Person(id)
    }
}

macro_rules! things {
    ($($id:ident: $subject:ident),+ $(,)?) => {$(
        impl SubjectId for $id {
            fn from_id(id: Option<Uuid>) -> Option<Self> {
                id.map(Self)
            }

            fn turned(self, _: PersonId) -> Self {
                self
            }
        }

        impl From<$id> for Subject {
            fn from(id: $id) -> Self {
                Self::$subject(id)
            }
        }
    )+};
}
things! {
    BedId: Bed,
    CareAlertId: CareAlert,
    ConsentId: Consent,
    ExceptionId: Exception,
    HandoverId: Handover,
    HoldId: Hold,
    LookoutId: Lookout,
    ReferralId: Referral,
}

impl Subject {
    /// Whose stream it lies on, of those that a path was folded from; `None` where it lies on none of them.
    fn lies_on(self, named: PersonId, path: &CarePath, by: &Principal) -> Option<PersonId> {
        let stamp: &Stamp = match self {
            Self::Path => return Some(named),
            Self::Person(other) => {
                let said = path.identity.links.iter().chain(&path.identity.dismissed);
                let mut said = said.map(|said| (said.stamp.person_id, said.fact));
                return said.find(|said| *said == (named, other) || *said == (other, named)).map(|(of, _)| of);
            }
            Self::Bed(id) => &path.stays.iter().find(|stay| stay.bed.bed == id)?.stamp,
            Self::OwnBed => &path.open_stay_at(&by.organisation)?.stamp,
            Self::CareAlert(id) => &path.lost.care_alerts.iter().find(|each| each.filed.alert == id)?.filed.stamp,
            Self::Consent(id) => {
                let mut consents = path.repatriation.consents.iter();
                &consents.find(|each| each.given.consent == id)?.given.stamp
            }
            Self::Exception(id) => &path.exceptions.iter().find(|each| each.requested.exception == id)?.requested.stamp,
            Self::Handover(id) => &path.repatriation.handover(id)?.proposed.stamp,
            Self::Hold(id) => &path.privacy.holds.iter().find(|hold| hold.fact.0 == id)?.stamp,
            Self::Lookout(id) => &path.lost.lookouts.iter().find(|each| each.issued.lookout == id)?.issued.stamp,
            Self::Referral(id) => &path.referrals.iter().find(|each| each.made.referral == id)?.made.stamp,
        };
        Some(stamp.person_id)
    }
}

impl Command {
    /// On whose stream it is decided and recorded. It was sent to a person whose path may be folded from the streams of
    /// several.
    #[must_use]
    pub fn lies_on(&self, named: PersonId, path: &CarePath, by: &Principal) -> PersonId {
        self.subject().lies_on(named, path, by).unwrap_or(named)
    }

    /// The command, sent to one person, as it is decided on the stream of another.
    #[must_use]
    pub fn said_on(self, stream: PersonId, named: PersonId) -> Self {
        if stream == named { self } else { self.turned(named) }
    }
}
