//! The event catalogue: everything that can be recorded, closed, grouped by part of the path.
//!
//! An event is stored as `{"type": …, "version": …, "data": {…}}`. Variants are added, never edited; when a shape has
//! to change, its version goes up and [`read`] lifts the older shape (an upcaster). Golden JSON of every version that
//! was ever written is kept in `golden/`.

mod samples;
#[cfg(feature = "schema")]
mod schema;
#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) use samples::Labels;
pub(crate) use samples::fields;
pub use samples::samples;
#[cfg(feature = "schema")]
pub use schema::events_schema;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::codes::{Code, DataClass};
use crate::directory::DirectoryEvent;
use crate::fact::{Label, Origin, Visitor};
use crate::figures::FiguresEvent;
use crate::path::case::CaseEvent;
use crate::path::correction::CorrectionEvent;
use crate::path::deadline::DeadlineEvent;
use crate::path::discharge::DischargeEvent;
use crate::path::exception::ExceptionEvent;
use crate::path::identity::IdentityEvent;
use crate::path::incident::IncidentEvent;
use crate::path::intake::IntakeEvent;
use crate::path::lost::LostEvent;
use crate::path::privacy::PrivacyEvent;
use crate::path::referral::ReferralEvent;
use crate::path::relations::RelationEvent;
use crate::path::repatriation::RepatriationEvent;
use crate::path::rights::RightsEvent;
use crate::path::signal::SignalEvent;
use crate::path::stay::StayEvent;
use crate::policy::{Category, Depth};
use crate::private::{MARK, VALUE};
use crate::spelt::{Spelt, spelt};
use crate::text;

/// Why a stored event is not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("event type `{0}` is not known to this version")]
    UnknownType(String),
    #[error("event type `{kind}` has version {found}; this version of Baken reads up to {known}")]
    TooNew { kind: String, found: u32, known: u32 },
    #[error("event of type `{kind}` does not have the shape of its version: {reason}")]
    Malformed { kind: String, reason: String },
}

macro_rules! catalogue {
    ($( $part:ident($events:ident) { $( $kind:ident = $name:tt v $version:tt in $category:ident ),+ $(,)? } ),+ $(,)?) => {
        /// Something that happened on a person's path, to the directory, or with figures of many.
        #[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        #[serde(untagged)]
        pub enum Event {
            $( $part($events), )+
        }

        $(
            impl From<$events> for Event {
                fn from(event: $events) -> Self {
                    Self::$part(event)
                }
            }
        )+

        spelt! {
            /// The type of an event, without its content.
            pub enum EventKind {
                $($( $kind = $name, )+)+
            }
        }

        impl EventKind {
            /// Every type of event there is.
            pub const ALL: &'static [Self] = Self::VALUES;

            /// Its name in the log and in every answer.
            #[must_use]
            pub fn name(self) -> &'static str {
                self.spelling()
            }

            /// The version in which it is written now.
            #[must_use]
            pub fn version(self) -> u32 {
                match self {
                    $($( Self::$kind => $version, )+)+
                }
            }

            /// The category that decides who learns that it happened at all; of a deadline that passed, the task says, and of
            /// a retraction the entry: see [`Event::tells_of`].
            #[must_use]
            pub fn category(self) -> Category {
                match self {
                    $($( Self::$kind => Category::$category, )+)+
                }
            }

            /// Samples of it as they are stored, by name. A type without them does not compile.
            fn golden(self) -> &'static str {
                match self {
                    $($( Self::$kind => include_str!(concat!("golden/", $name, ".v", $version, ".json")), )+)+
                }
            }

            /// The part of the path, or of what lies beside it, that it belongs to.
            fn part(self) -> &'static str {
                match self {
                    $($( Self::$kind => stringify!($part), )+)+
                }
            }

            fn read(self, data: &Value) -> Result<Event, serde_json::Error> {
                match self {
                    $($( Self::$kind => Ok(Event::$part($events::$kind(Deserialize::deserialize(data)?))), )+)+
                }
            }
        }

        impl Event {
            /// Its type.
            #[must_use]
            pub fn kind(&self) -> EventKind {
                match self {
                    $($( Self::$part($events::$kind(_)) => EventKind::$kind, )+)+
                }
            }

            /// Shows each of its facts to a visitor.
            pub(crate) fn describe<'a>(&'a self, origin: Origin<'a>, visitor: &mut impl Visitor<'a>) {
                match self {
                    $( Self::$part(event) => event.describe(origin, visitor), )+
                }
            }
        }
    };
}

catalogue! {
    Signal(SignalEvent) {
        SignalReceived = "signal_received" v 2 in Presence,
        ContactMade = "contact_made" v 1 in Presence,
    },
    Identity(IdentityEvent) {
        IdentityUpdated = "identity_updated" v 2 in Identity,
        PersonsLinked = "persons_linked" v 1 in Identity,
        PersonsUnlinked = "persons_unlinked" v 1 in Identity,
        MatchDismissed = "match_dismissed" v 1 in Notes,
        MatchReleased = "match_released" v 1 in Notes,
        MatchAgreed = "match_agreed" v 1 in Notes,
    },
    Relation(RelationEvent) {
        PersonsRelated = "persons_related" v 1 in Social,
        PersonsUnrelated = "persons_unrelated" v 1 in Social,
    },
    Intake(IntakeEvent) {
        IntakeCompleted = "intake_completed" v 2 in Presence,
        LivingSituationRecorded = "living_situation_recorded" v 1 in Social,
        TurnedAway = "turned_away" v 2 in Presence,
    },
    Stay(StayEvent) {
        BedAssigned = "bed_assigned" v 2 in Presence,
        AttendanceRecorded = "attendance_recorded" v 1 in Presence,
        NoShowRecorded = "no_show_recorded" v 1 in Presence,
        BedReleased = "bed_released" v 1 in Presence,
    },
    Incident(IncidentEvent) {
        IncidentObserved = "incident_observed" v 1 in Presence,
    },
    Rights(RightsEvent) {
        RightsAssessed = "rights_assessed" v 1 in Rights,
        IndDecisionRecorded = "ind_decision_recorded" v 1 in Rights,
        InsuranceRecorded = "insurance_recorded" v 1 in Rights,
        UninsuredReportFiled = "uninsured_report_filed" v 1 in Rights,
    },
    Referral(ReferralEvent) {
        ReferralMade = "referral_made" v 2 in Referrals,
        ReferralAccepted = "referral_accepted" v 1 in Referrals,
        ReferralDeclined = "referral_declined" v 1 in Referrals,
        ReferralWaitlisted = "referral_waitlisted" v 1 in Referrals,
        ReferralWithdrawn = "referral_withdrawn" v 1 in Referrals,
        CareStarted = "care_started" v 1 in Referrals,
        CareEnded = "care_ended" v 1 in Referrals,
        DroppedOut = "dropped_out" v 1 in Referrals,
    },
    Lost(LostEvent) {
        WentOutOfSight = "went_out_of_sight" v 1 in Presence,
        Escalated = "escalated" v 1 in Presence,
        LookoutIssued = "lookout_issued" v 1 in Lookout,
        LookoutAcknowledged = "lookout_acknowledged" v 1 in Lookout,
        SightingReported = "sighting_reported" v 1 in Lookout,
        LookoutResolved = "lookout_resolved" v 1 in Lookout,
        LookoutExpired = "lookout_expired" v 1 in Lookout,
        LookoutEnded = "lookout_ended" v 1 in Lookout,
        CareAlertFiled = "care_alert_filed" v 1 in Lookout,
        CareAlertAnswered = "care_alert_answered" v 1 in Lookout,
        CareAlertEnded = "care_alert_ended" v 1 in Lookout,
    },
    Exception(ExceptionEvent) {
        ExceptionRequested = "exception_requested" v 1 in Presence,
        ExceptionGranted = "exception_granted" v 1 in Presence,
        ExceptionDenied = "exception_denied" v 1 in Presence,
        ExceptionOvertaken = "exception_overtaken" v 1 in Presence,
    },
    Discharge(DischargeEvent) {
        DischargedTo = "discharged_to" v 1 in Presence,
        DischargeAnnounced = "discharge_announced" v 1 in Presence,
        DischargeCalledOff = "discharge_called_off" v 1 in Presence,
    },
    Repatriation(RepatriationEvent) {
        ReturnOptionsPresented = "return_options_presented" v 1 in Return,
        ReturnRefused = "return_refused" v 1 in Return,
        ReturnConditionEvidenced = "return_condition_evidenced" v 2 in Return,
        ConsentGiven = "consent_given" v 1 in Return,
        ConsentWithdrawn = "consent_withdrawn" v 1 in Return,
        HandoverProposed = "handover_proposed" v 2 in Return,
        HandoverAcknowledged = "handover_acknowledged" v 1 in Return,
        HandoverAccepted = "handover_accepted" v 1 in Return,
        HandoverDeclined = "handover_declined" v 1 in Return,
        HandoverDocumentAttached = "handover_document_attached" v 1 in Medical,
        HandoverQuestionAsked = "handover_question_asked" v 1 in Return,
        HandoverQuestionAnswered = "handover_question_answered" v 1 in Return,
        Departed = "departed" v 2 in Return,
        ArrivalConfirmed = "arrival_confirmed" v 1 in Return,
        FollowUpRecorded = "follow_up_recorded" v 1 in Return,
        HandoverWithdrawn = "handover_withdrawn" v 1 in Return,
    },
    Case(CaseEvent) {
        CoordinatorAssigned = "coordinator_assigned" v 1 in Presence,
        NoteAdded = "note_added" v 1 in Notes,
        CaseClosed = "case_closed" v 1 in Presence,
        CaseReopened = "case_reopened" v 1 in Presence,
        DeathRecorded = "death_recorded" v 1 in Presence,
    },
    Privacy(PrivacyEvent) {
        HoldPlaced = "hold_placed" v 1 in Notes,
        HoldLifted = "hold_lifted" v 1 in Notes,
        GlassBroken = "glass_broken" v 1 in Notes,
        BreakGlassEnded = "break_glass_ended" v 1 in Notes,
        BreakGlassReviewed = "break_glass_reviewed" v 1 in Notes,
        SubjectErased = "subject_erased" v 2 in Presence,
    },
    Deadline(DeadlineEvent) {
        DeadlinePassed = "deadline_passed" v 1 in Presence,
    },
    Correction(CorrectionEvent) {
        EntryRetracted = "entry_retracted" v 1 in Presence,
        EntryMoved = "entry_moved" v 1 in Presence,
    },
    // On streams of their own, and never on a person's path: no cell is asked for them.
    Directory(DirectoryEvent) {
        OrganisationRegistered = "organisation_registered" v 1 in Notes,
        OrganisationChanged = "organisation_changed" v 1 in Notes,
        OrganisationClosed = "organisation_closed" v 1 in Notes,
        OrganisationReopened = "organisation_reopened" v 1 in Notes,
        FacilityRegistered = "facility_registered" v 1 in Notes,
        FacilityChanged = "facility_changed" v 1 in Notes,
        FacilityClosed = "facility_closed" v 1 in Notes,
        FacilityReopened = "facility_reopened" v 1 in Notes,
        CapacitySet = "capacity_set" v 1 in Notes,
    },
    Figures(FiguresEvent) {
        FiguresReleased = "figures_released" v 1 in Notes,
        FiguresRemarked = "figures_remarked" v 1 in Notes,
        SourceImported = "source_imported" v 1 in Notes,
        SourceWithdrawn = "source_withdrawn" v 1 in Notes,
    },
}

impl EventKind {
    /// Whether it lies on a path; what is about the directory or about figures does not.
    #[must_use]
    pub fn is_of_a_path(self) -> bool {
        !matches!(self.part(), "Directory" | "Figures")
    }
}

impl std::str::FromStr for EventKind {
    type Err = Unreadable;

    fn from_str(name: &str) -> Result<Self, Unreadable> {
        let found = Self::ALL.iter().copied().find(|kind| kind.name() == name);
        found.ok_or_else(|| Unreadable::UnknownType(name.to_owned()))
    }
}

/// Lifts the data of an older version to the version that is written now.
///
/// A claim of who somebody is (in signals, intakes and updates of the identity) was always of a whole day of birth in
/// version 1, and said nothing of a place of birth, of documents, and of what is not known any more. Version 2 takes a day
/// as one form of a date of birth, and the rest may be missing: what was written in version 1 is as it would be now. A turn-away
/// says since version 2 at which facility it was, where that is known. That a person was erased had no content in version 1,
/// and says since on what ground. Of other events, what was added since may be missing in all of them, and an older one is
/// read as it is.
fn upcast(kind: EventKind, version: u32, data: Value) -> Value {
    match (kind, version, data) {
        (EventKind::SubjectErased, 1, Value::Null) => Value::Object(Map::new()),
        (_, _, data) => data,
    }
}

/// Takes out what is sealed in some classes: so the data are read once the keys of these are destroyed.
pub fn erase(data: &mut Value, destroyed: &impl Fn(DataClass) -> bool) {
    match data {
        Value::Object(object) => match object.get(MARK).and_then(Value::as_str).and_then(DataClass::from_code) {
            Some(class) if destroyed(class) => drop(object.remove(VALUE)),
            Some(_) => {}
            None => object.values_mut().for_each(|each| erase(each, destroyed)),
        },
        Value::Array(array) => array.iter_mut().for_each(|each| erase(each, destroyed)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Reads an event from its stored parts.
///
/// # Errors
/// Where the type or version is not known to this version, or the data does not have its shape.
pub fn read(kind: &str, version: u32, data: Value) -> Result<Event, Unreadable> {
    let parsed: EventKind = kind.parse()?;
    if version == 0 || version > parsed.version() {
        return Err(Unreadable::TooNew { kind: kind.to_owned(), found: version, known: parsed.version() });
    }
    let mut data = upcast(parsed, version, data);
    let read = parsed.read(&data);
    let read = read.or_else(|error| if text::reveal(&mut data) { parsed.read(&data) } else { Err(error) });
    read.map_err(|error| Unreadable::Malformed {
        kind: kind.to_owned(),
        // The category of the error alone: its text may quote what was stored.
        reason: format!("{:?}", error.classify()),
    })
}

impl Event {
    /// The same event, as it is read once the keys of the person are destroyed.
    ///
    /// # Errors
    /// Never, of an event that was read or decided: each is read with all that is private taken out.
    pub fn erased(&self) -> Result<Self, Unreadable> {
        let kind = self.kind();
        let malformed = |reason: serde_json::Error| Unreadable::Malformed {
            kind: kind.name().to_owned(),
            reason: format!("{:?}", reason.classify()),
        };
        let mut data = self.data().map_err(malformed)?;
        erase(&mut data, &|_| true);
        read(kind.name(), kind.version(), data)
    }

    /// What of a person a reader must be allowed to see to learn that this happened: what the catalogue says of its
    /// type; of a deadline, what the task tells of that was not done; of a retraction, what the entry tells of.
    #[must_use]
    pub fn tells_of(&self) -> (Category, Depth) {
        match self {
            Self::Deadline(event) => event.tells_of(),
            Self::Correction(event) => event.tells_of(),
            other => (other.kind().category(), Depth::Minimal),
        }
    }

    /// The label of its having happened. A sealed document goes where its content goes.
    pub(crate) fn label(&self) -> Label {
        let (category, depth) = self.tells_of();
        let sealed = (self.kind() == EventKind::HandoverDocumentAttached).then_some(DataClass::Medical);
        Label { name: self.kind().name(), category, depth, sealed }
    }

    /// The event's data as it is stored, with its private values marked and not yet sealed.
    ///
    /// # Errors
    /// Where a value cannot be serialised, which no event's can.
    pub fn data(&self) -> Result<Value, serde_json::Error> {
        let mut tagged = serde_json::to_value(self)?;
        Ok(tagged.get_mut("data").map(Value::take).unwrap_or_default())
    }
}
