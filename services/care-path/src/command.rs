//! Commands: what may be asked to be recorded, and the one way in which it is decided. [`catalogue`] lists them all.

mod catalogue;
mod row;
mod subject;

use uuid::Uuid;

pub use catalogue::{Command, CommandKind};
#[cfg(feature = "schema")]
pub use row::BodyType;
pub use row::{Method, OtherPerson, Route, UnreadableCommand, WithoutPerson};
pub use subject::Subject;

use crate::actor::{Actor, Principal};
use crate::deadlines::Deadlines;
use crate::directory::{Asked, Directory, DirectoryRefusal, Organisation, Overbook};
use crate::event::Event;
use crate::figures::{Figures, FiguresRefusal};
use crate::ids::{Municipality, OrgId, PersonId};
use crate::path::CarePath;
use crate::path::case::CaseRefusal;
use crate::path::correction::CorrectionRefusal;
use crate::path::deadline::DeadlineRefusal;
use crate::path::discharge::DischargeRefusal;
use crate::path::exception::ExceptionRefusal;
use crate::path::identity::IdentityRefusal;
use crate::path::lost::LostRefusal;
use crate::path::privacy::{BreakGlassRefusal, PrivacyRefusal};
use crate::path::referral::ReferralRefusal;
use crate::path::relations::RelationRefusal;
use crate::path::repatriation::ReturnRefusal;
use crate::path::rights::{Norms, RightsRefusal};
use crate::path::stay::StayRefusal;
use crate::text::Text;
use crate::time::{DateTime, Occurred};

/// What a decision may know beside the path: the time, who acts, and the world's configuration. All of it is data.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    pub now: DateTime,
    pub occurred: Occurred,
    pub by: &'a Principal,
    /// The person whose path this is.
    pub person_id: PersonId,
    /// All who are known to be this person, over however many links; the person too.
    pub members: &'a [PersonId],
    /// A fresh id, for what the command creates.
    pub id: Uuid,
    pub directory: &'a Directory,
    pub figures: &'a Figures,
    /// No place is free where the command asks for one.
    pub is_full: bool,
    pub deadlines: &'a Deadlines,
    pub norms: &'a Norms,
    /// There is no person: a count of people whom nobody knows.
    pub nobody: bool,
}

impl<'a> Context<'a> {
    /// Whether the command is about people whom nobody knows.
    pub(crate) fn about_nobody_known(&self) -> bool {
        self.nobody
    }

    /// Whether the actor acts for this organisation; the system acts for all.
    pub(crate) fn acts_for(&self, organisation: &OrgId) -> bool {
        self.by.organisation == *organisation || self.by.actor == Actor::System
    }

    pub(crate) fn is_coordinator(&self) -> bool {
        matches!(self.by.actor, Actor::ProcessCoordinator { .. })
    }

    /// The municipality of the actor, or of the actor's organisation.
    pub(crate) fn home_municipality(&self) -> Option<Municipality> {
        self.directory.home_of(self.by)
    }

    /// Why a place is given though none is free; refused where nobody says why.
    pub(crate) fn overbooked(
        &self,
        overbook: Option<Overbook>,
        full: impl Into<Refusal>,
    ) -> Result<Option<Text>, Refusal> {
        if !self.is_full {
            return Ok(None);
        }
        overbook.map(|overbook| Some(overbook.reason)).ok_or_else(|| full.into())
    }

    /// An organisation that takes part now, or the refusal that names the field.
    pub(crate) fn known_organisation(
        &self,
        field: &'static str,
        organisation: &OrgId,
    ) -> Result<&'a Organisation, Refusal> {
        let known =
            self.directory.find(organisation).ok_or(Refusal::field(field, "no such organisation takes part"))?;
        if known.closures.is_closed() {
            return Err(Refusal::field(field, "takes part no more: it is closed"));
        }
        Ok(known)
    }
}

/// Turns a command into events, or refuses it. Pure: the same path and context give the same answer.
pub trait Decide {
    /// How a case must stand for it.
    const REQUIRES: Requires = Requires::Nothing;

    /// What on the path the command is about: a referral, a lookout, … `()` where it is about the path.
    type Subject;

    /// Decides. How the case must stand is asked by [`decide`].
    ///
    /// # Errors
    /// The rule that stands against it.
    fn decide(self, subject: Self::Subject, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal>;

    /// The organisation whose entry in the directory it is about; for a facility, its owner. `None` where it is about a person,
    /// or the facility is unknown.
    fn organisation(&self, _: &Directory) -> Option<OrgId> {
        None
    }

    /// The facilities and the night for which it asks for a place. None for a past night: late reports are not refused.
    fn asks_for(&self, _: &Asking<'_>) -> Asked {
        Asked::default()
    }
}

/// How a case must stand for a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requires {
    Nothing,
    /// The person lives: a statement of their own is recorded.
    Life,
    /// It is open, and the person lives: for what is planned or asked for.
    OpenCase,
}

/// Decides on a command, where the case stands as the command requires.
///
/// # Errors
/// The rule that stands against it.
pub fn decide<C: Decide>(
    command: C,
    subject: C::Subject,
    path: &CarePath,
    at: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    match C::REQUIRES {
        Requires::Nothing => {}
        Requires::Life => path.require_alive()?,
        Requires::OpenCase => path.require_open()?,
    }
    command.decide(subject, path, at)
}

/// Who asks for a place, and when.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    pub now: DateTime,
    pub occurred: Occurred,
    pub by: &'a Principal,
    pub directory: &'a Directory,
}

/// Declares the refusal of a command, with the parts of the path that refuse.
macro_rules! parts {
    ($($part:ident($refusal:ty)),+ $(,)?) => {
        /// Why a command is refused.
        #[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
        pub enum Refusal {
            /// The value of a field cannot be: 422, with a pointer to the field.
            #[error("{field}: {message}")]
            Field { field: &'static str, message: &'static str },
            /// It is another organisation's to do: 403.
            #[error("this is for another organisation to do")]
            NotYours,
            $( #[error(transparent)] $part(#[from] $refusal), )+
        }

        impl Refusal {
            /// The codes of all refusals: a translation must have each.
            #[must_use]
            pub fn codes() -> Vec<&'static str> {
                let parts: &[&[&str]] = &[&["invalid_field", "not_yours"], $(<$refusal>::CODES),+];
                parts.concat()
            }

            /// The rule's code, for programs: stable.
            #[must_use]
            pub fn code(&self) -> &'static str {
                match self {
                    Self::Field { .. } => "invalid_field",
                    Self::NotYours => "not_yours",
                    $( Self::$part(refusal) => refusal.code(), )+
                }
            }
        }
    };
}

parts! {
    Case(CaseRefusal),
    Identity(IdentityRefusal),
    Relation(RelationRefusal),
    Stay(StayRefusal),
    Referral(ReferralRefusal),
    Lost(LostRefusal),
    Discharge(DischargeRefusal),
    Exception(ExceptionRefusal),
    Rights(RightsRefusal),
    Return(ReturnRefusal),
    Privacy(PrivacyRefusal),
    BreakGlass(BreakGlassRefusal),
    Deadline(DeadlineRefusal),
    Correction(CorrectionRefusal),
    Directory(DirectoryRefusal),
    Figures(FiguresRefusal),
}

impl Refusal {
    pub(crate) const fn field(field: &'static str, message: &'static str) -> Self {
        Self::Field { field, message }
    }
}

/// Declares the refusals of a part of the path: each a rule with a code for programs and a sentence for people.
macro_rules! refusals {
    ($(#[$meta:meta])* $name:ident { $( $rule:ident $(($holds:ty))? = $code:literal : $message:literal ),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
        pub enum $name {
            $( #[error($message)] $rule $(($holds))?, )+
        }

        impl $name {
            /// The codes of all rules.
            pub(crate) const CODES: &'static [&'static str] = &[$($code),+];

            /// The rule's code, for programs: stable.
            #[must_use]
            pub fn code(&self) -> &'static str {
                match self {
                    $( Self::$rule { .. } => $code, )+
                }
            }
        }
    };
}
pub(crate) use refusals;
