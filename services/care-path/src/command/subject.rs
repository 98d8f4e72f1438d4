//! What a command is about, and on whose stream it is decided. Where persons are linked, a thing stays on the stream on
//! which it was created: a command about it is decided and recorded there, whichever of the persons it was sent to.

use uuid::Uuid;

use super::Command;
use crate::actor::Principal;
use crate::ids::{
    BedId, BreakGlassId, CareAlertId, ConsentId, DischargeId, EventId, ExceptionId, HandoverId, HoldId, LookoutId,
    PersonId, ReferralId,
};
use crate::path::CarePath;
pub use crate::path::subjects::Subject;
use crate::time::DateTime;

/// The type of the id that names a command's subject in a route or a batch line; `()` where it has none.
pub(super) trait SubjectId: Copy + Into<Subject> {
    /// Makes it from the id that the caller named, if it named one.
    fn from_id(id: Option<Uuid>) -> Option<Self>;

    /// What it is called from its other end, where it has two.
    fn turned(self, named: PersonId) -> Self;

    /// The entry, where it is one; itself, where it is anything else.
    #[must_use]
    fn or_entry(self, _: EventId) -> Self {
        self
    }
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
    ($($id:ident: $subject:ident $(, which $or:item)?);+ $(;)?) => {$(
        impl SubjectId for $id {
            fn from_id(id: Option<Uuid>) -> Option<Self> {
                id.map(Self)
            }

            fn turned(self, _: PersonId) -> Self {
                self
            }

            $($or)?
        }

        impl From<$id> for Subject {
            fn from(id: $id) -> Self {
                Self::$subject(id)
            }
        }
    )+};
}
things! {
    BedId: Bed;
    BreakGlassId: BreakGlass;
    CareAlertId: CareAlert;
    ConsentId: Consent;
    DischargeId: Discharge;
    EventId: Entry, which fn or_entry(self, entry: EventId) -> Self { entry };
    ExceptionId: Exception;
    HandoverId: Handover;
    HoldId: Hold;
    LookoutId: Lookout;
    ReferralId: Referral;
}

impl Command {
    /// On whose stream it is recorded. It was sent to a person whose path may be folded from the streams of several.
    #[must_use]
    pub fn lies_on(&self, named: PersonId, path: &CarePath, by: &Principal, at: DateTime) -> PersonId {
        self.subject().lies_on(named, path, by, at).unwrap_or(named)
    }

    /// The command, sent to one person, as it is recorded on the stream of another.
    #[must_use]
    pub fn said_on(self, stream: PersonId, named: PersonId) -> Self {
        if stream == named { self } else { self.turned(named) }
    }
}
