//! What a reader is shown. A view is made here from a path and a [`Sight`] of it, and nowhere else: its types cannot
//! be built outside this crate, and a path cannot be serialised. What a role may not see is absent.
//!
//! The same types make the OpenAPI and the GraphQL schema, so that both edges serialise the same thing.

mod break_glass;
mod case_file;
mod directory;
mod ended;
mod evening;
mod exceptions;
#[cfg(feature = "schema")]
pub(crate) mod graphql;
mod handovers;
mod identity;
mod lists;
mod lookouts;
mod lost;
mod matches;
mod notice;
mod persons;
mod phases;
mod presence;
mod progress;
mod records;
mod referrals;
mod rights;
mod timeline;
mod turn_aways;
mod worklist;

pub use break_glass::{
    BreakGlassState, BreakGlassView, EmergencyView, OpenedView, disclose_break_glass, disclose_emergencies,
};
pub(crate) use case_file::LINKED;
pub use case_file::{
    CaseFileView, DeathView, JusticeView, MedicalView, NoteView, RelationView, SocialView, Wanted, disclose_case_file,
    disclose_parts,
};
pub use directory::{FacilityView, OrganisationView, disclose_facility, disclose_organisation, shows_organisation};
pub use ended::{EndedView, disclose_ended};
pub use evening::{EveningCountsView, EveningView, GuestView, disclose_guest};
pub use exceptions::{ExceptionView, disclose_exceptions};
pub use handovers::{
    ConditionView, ConsentView, FollowUpView, HandoverView, OptionsView, QuestionView, RefusalView, ReturnView,
    disclose_document, disclose_handovers,
};
pub use identity::IdentityView;
pub use lists::ListedView;
pub use lookouts::{AcknowledgementView, CareAlertView, LookoutView, SightingView, disclose_alerts, disclose_lookouts};
pub use lost::{EpisodeView, LostView, disclose_lost, lost_due};
pub use matches::{
    MatchElsewhereView, MatchView, WeightView, disclose_known_elsewhere, disclose_match, disclose_match_elsewhere,
    disclose_match_review,
};
pub use notice::{NoticeView, disclose_notice};
pub use persons::{MatchedView, PersonSummaryView, disclose_fit, disclose_summary};
pub(crate) use phases::PHASES;
pub use phases::{PhaseView, disclose_phases};
pub use presence::{AnnouncedDischargeView, DischargeView, PresenceView, SeenView, StayView};
pub use progress::{Progress, last_known, progress};
pub use records::{ErasureView, HoldView, RetentionView, disclose_erasure, disclose_holds, disclose_retention};
pub use referrals::{ReferralView, disclose_referrals};
pub use rights::{RightsAssessmentView, RightsView};
pub use timeline::{DetailsView, TimelineEntryView, disclose_entry};
pub use turn_aways::{NightOfTurnAways, NotSeenView, TurnAwaysView};
pub use worklist::{TaskView, disclose_tasks};

use serde::Serialize;

use crate::codes::{IncidentKind, Precision, Role, Severity};
use crate::fact::Fact;
use crate::ids::{OrgId, PersonId};
use crate::path::Stamp;
use crate::sight::Sight;
use crate::text::Text;
use crate::time::DateTime;

/// Derives what every view derives. Clients of GraphQL read types by name, so a view may say by which (`as "…"`).
macro_rules! views {
    ($(
        $(#[doc = $words:literal])*
        $(#[derive($($derived:ident),+)])?
        pub struct $name:ident $(as $public:literal)? {$(
            $(#[doc = $field_words:literal])*
            $(#[serde($flat:ident)])?
            $(#[cfg_attr($($cfg:tt)+)])?
            pub $field:ident : $type:ty
        ),* $(,)?}
    )+) => {$(
        $(#[doc = $words])*
        #[serde_with::skip_serializing_none]
        #[derive(Clone, PartialEq, Serialize $(, $($derived),+)?)]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        #[non_exhaustive]
        pub struct $name {$(
            $(#[doc = $field_words])*
            $(#[serde($flat)])?
            $(#[cfg_attr($($cfg)+)])?
            pub $field: $type,
        )*}

        #[cfg(feature = "schema")]
        $crate::views::graphql::object_of_fields!(
            $name as $crate::views::named!($name $($public)?), [$($words),*],
            $( { $field: $type, [$($field_words),*] $(, $flat)? } )*
        );
    )+};
}

/// What a view is called in GraphQL.
#[cfg(feature = "schema")]
macro_rules! named {
    ($name:ident) => {
        stringify!($name)
    };
    ($name:ident $public:literal) => {
        $public
    };
}
#[cfg(feature = "schema")]
pub(crate) use named;
pub(crate) use views;

views! {
    /// When something happened, when it was learned, and who recorded it.
    pub struct NotedView as "Noted" {
        /// When it happened.
        pub occurred_at: DateTime,
        /// How precisely that is known.
        pub occurred_precision: Precision,
        /// When it was recorded.
        pub recorded_at: DateTime,
        /// The organisation that recorded it. Absent where its name would tell what the reader may not know.
        pub recorded_by: Option<OrgId>,
        /// The role of who recorded it, under the same rule.
        pub recorded_by_role: Option<Role>,
        /// The person on whose stream it was recorded: linked persons share one case file.
        pub person_id: PersonId,
    }

    /// Something that was written of somebody.
    pub struct RemarkView as "Remark" {
        pub text: Text,
        #[serde(flatten)]
        pub noted: NotedView,
    }

    /// An incident.
    pub struct IncidentView as "Incident" {
        pub severity: Option<Severity>,
        pub kind: Option<IncidentKind>,
        pub description: Option<Text>,
        #[serde(flatten)]
        pub noted: NotedView,
    }
}

impl NotedView {
    pub(crate) fn of(sight: &Sight<'_>, stamp: &Stamp) -> Self {
        let names_recorder = sight.names_recorder(stamp);
        Self {
            occurred_at: stamp.occurred.at,
            occurred_precision: stamp.occurred.precision,
            recorded_at: stamp.recorded_at,
            recorded_by: names_recorder.then(|| stamp.by.organisation.clone()),
            recorded_by_role: names_recorder.then_some(stamp.by.role),
            person_id: stamp.person_id,
        }
    }
}

/// A section that has something in it, or none.
pub(crate) fn section<T>(items: Vec<T>) -> Option<Vec<T>> {
    (!items.is_empty()).then_some(items)
}

impl Sight<'_> {
    /// A text with who wrote it and when, where the reader is shown it.
    pub(crate) fn remark(&self, text: Fact<'_, &Text>) -> Option<RemarkView> {
        let (text, stamp) = self.show_noted(text)?;
        Some(RemarkView { text: text.clone(), noted: NotedView::of(self, stamp) })
    }
}
