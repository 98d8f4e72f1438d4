//! The case file: all that a reader may see of a person, by category.

use serde::Serialize;

use super::handovers::ReturnView;
use super::presence::{PresenceView, incidents, remarks};
use super::rights::RightsView;
use super::{
    CareAlertView, ExceptionView, IdentityView, IncidentView, LookoutView, NotedView, ReferralView, RemarkView,
    disclose_alerts, disclose_exceptions, disclose_lookouts, disclose_referrals, section, views,
};
use crate::codes::{CloseReason, EthosLight, Phase, Problem, Urgency};
use crate::ids::{Municipality, NoteId, PersonId, UserId};
use crate::path::Problems;
use crate::path::intake::SocialSituation;
use crate::path::{Noted, Stamp};
use crate::policy::Category::{Identity, Justice, Medical, Notes, Presence, Social};
use crate::policy::Depth::{Full, Minimal};
use crate::policy::Sight;
use crate::private::{Class, Private, open};
use crate::text::Text;
use crate::time::DateTime;

views! {
    /// All that a reader may see of a person. What they may not see is absent.
    pub struct CaseFileView as "CaseFile" {
        pub person_id: PersonId,
        /// The stream's revision: the `ETag`, for `If-Match`.
        pub revision: u64,
        /// Others that turned out to be the same human being; their paths are told here as one.
        pub linked_persons: Option<Vec<PersonId>>,
        pub phase: Option<Phase>,
        pub municipality: Option<Municipality>,
        /// The coordinator by name of user, where one is assigned.
        pub coordinator: Option<UserId>,
        /// Being out of sight would at once be dangerous.
        pub vulnerable: Option<bool>,
        pub opened_at: Option<DateTime>,
        pub updated_at: Option<DateTime>,
        pub closed: Option<CloseReason>,
        /// The person was erased: what described them is gone.
        pub erased: Option<bool>,
        /// A part of what was recorded cannot be read, and is not shown.
        pub lacking: Option<bool>,
        pub presence: Option<PresenceView>,
        pub identity: Option<IdentityView>,
        pub social: Option<SocialView>,
        pub medical: Option<MedicalView>,
        pub justice: Option<JusticeView>,
        pub incidents: Option<Vec<IncidentView>>,
        pub rights: Option<RightsView>,
        pub referrals: Option<Vec<ReferralView>>,
        pub exceptions: Option<Vec<ExceptionView>>,
        pub lookouts: Option<Vec<LookoutView>>,
        pub care_alerts: Option<Vec<CareAlertView>>,
        pub r#return: Option<ReturnView>,
        pub notes: Option<Vec<NoteView>>,
    }

    /// How somebody lives.
    pub struct SocialView as "Social" {
        pub problems: Option<Vec<Problem>>,
        pub living_situation: Option<EthosLight>,
        pub situation: Option<SocialSituation>,
        pub circumstances: Option<Vec<RemarkView>>,
    }

    /// What concerns somebody's health.
    pub struct MedicalView as "Medical" {
        pub urgency: Option<Urgency>,
        pub problems: Option<Vec<Problem>>,
        pub head_injury_suspected: Option<bool>,
        /// Since when two incidents about health in one night ask whether the place suits.
        pub unsuitable_since: Option<DateTime>,
        /// What those around the person must know.
        pub care_needs: Option<Vec<RemarkView>>,
        /// What was found.
        pub findings: Option<Vec<RemarkView>>,
    }

    /// What concerns conduct and justice.
    pub struct JusticeView as "Justice" {
        pub problems: Option<Vec<Problem>>,
        pub conduct: Option<Vec<RemarkView>>,
    }

    /// A note.
    pub struct NoteView as "Note" {
        pub note_id: NoteId,
        pub text: Option<Text>,
        #[serde(flatten)]
        #[cfg_attr(feature = "schema", graphql(flatten))]
        pub noted: NotedView,
    }
}

/// The case file of a person as a reader sees it. `person_id` is the id that was asked for, `revision` its stream's,
/// `linked` the others whose paths are folded into this one.
#[must_use]
pub fn disclose_case_file(sight: &Sight<'_>, person_id: PersonId, revision: u64, linked: &[PersonId]) -> CaseFileView {
    let path = sight.path();
    let presence = sight.shows_derived(Presence, Minimal);
    let closely = sight.shows_derived(Presence, Full);
    let names_links = sight.shows_derived(Identity, Full);
    CaseFileView {
        person_id,
        revision,
        linked_persons: section(linked.to_vec()).filter(|_| names_links),
        phase: presence.then(|| path.phase()),
        municipality: path.municipality().filter(|_| presence).cloned(),
        coordinator: path.case.coordinator.as_ref().filter(|_| closely).and_then(|assigned| assigned.fact.clone()),
        vulnerable: sight.shows_derived(Medical, Minimal).then(|| path.is_vulnerable(sight.now())),
        opened_at: path.opened_at().filter(|_| presence),
        updated_at: path.updated_at().filter(|_| presence),
        closed: path.case.closed.as_ref().filter(|_| closely).map(|closed| closed.fact),
        erased: path.is_erased().then_some(true),
        lacking: None,
        presence: PresenceView::of(sight),
        identity: IdentityView::of(sight),
        social: SocialView::of(sight),
        medical: MedicalView::of(sight),
        justice: JusticeView::of(sight),
        incidents: incidents(sight),
        rights: RightsView::of(sight),
        referrals: section(disclose_referrals(sight)),
        exceptions: section(disclose_exceptions(sight)),
        lookouts: section(disclose_lookouts(sight)),
        care_alerts: section(disclose_alerts(sight)),
        r#return: ReturnView::of(sight),
        notes: notes(sight),
    }
}

impl CaseFileView {
    /// Says that a part of what was recorded cannot be read, to those who may see that somebody is there.
    #[must_use]
    pub fn with_lacking(self, sight: &Sight<'_>, lacking: bool) -> Self {
        let lacking = (lacking && sight.shows_derived(Presence, Minimal)).then_some(true);
        Self { lacking, ..self }
    }
}

/// Problems that somebody noted, with who noted them: each is shown if that recording is.
fn problems<C: Class>(
    sight: &Sight<'_>,
    category: crate::policy::Category,
    of_class: impl Fn(&Problems) -> Option<&Private<Vec<Problem>, C>>,
) -> Option<Vec<Problem>> {
    let path = sight.path();
    let signals = path.signals.iter().map(|signal| (&signal.stamp, &signal.problems));
    let contacts = path.contacts.iter().map(|contact| (&contact.stamp, &contact.problems));
    let intakes = path.intakes.iter().map(|intake| (&intake.stamp, &intake.problems));
    let mut found: Vec<_> = signals
        .chain(contacts)
        .chain(intakes)
        .filter(|(stamp, _)| sight.shows(category, Minimal, stamp))
        .filter_map(|(_, problems)| open(of_class(problems)))
        .flatten()
        .copied()
        .collect();
    found.sort_unstable();
    found.dedup();
    section(found)
}

/// The newest value of an intake's field among those that are shown.
fn newest_of_intakes<'a, T>(
    sight: &Sight<'a>,
    shown: impl Fn(&Stamp) -> bool,
    field: impl Fn(&'a crate::path::intake::IntakeCompleted) -> Option<T>,
) -> Option<T> {
    let mut visible = sight.path().intakes.iter().rev().filter(|intake| shown(&intake.stamp));
    visible.find_map(|intake: &'a Noted<_>| field(&intake.fact))
}

impl SocialView {
    fn of(sight: &Sight<'_>) -> Option<Self> {
        if !sight.opens(Social) {
            return None;
        }
        let path = sight.path();
        let at = |depth| move |stamp: &Stamp| sight.shows(Social, depth, stamp);
        let signals = path.signals.iter().map(|one| sight.remark(Social, Full, &one.stamp, one.circumstances.as_ref()));
        let contacts = path.contacts.iter().map(|one| sight.remark(Social, Full, &one.stamp, one.summary.as_ref()));
        let intakes = path.intakes.iter().map(|one| sight.remark(Social, Full, &one.stamp, one.circumstances.as_ref()));
        let view = Self {
            problems: problems(sight, Social, |problems| problems.social.as_ref()),
            living_situation: newest_of_intakes(sight, at(Minimal), |one| open(one.living_situation.as_ref()).copied()),
            situation: newest_of_intakes(sight, at(Full), |one| open(one.situation.as_ref()).cloned()),
            circumstances: remarks(signals.chain(contacts).chain(intakes)),
        };
        let empty = Self { problems: None, living_situation: None, situation: None, circumstances: None };
        (view != empty).then_some(view)
    }
}

impl MedicalView {
    fn of(sight: &Sight<'_>) -> Option<Self> {
        if !sight.opens(Medical) {
            return None;
        }
        let path = sight.path();
        let minimal = |stamp: &Stamp| sight.shows(Medical, Minimal, stamp);
        let needs = path.intakes.iter().map(|one| sight.remark(Medical, Minimal, &one.stamp, one.care_needs.as_ref()));
        let signals = path.signals.iter().map(|one| sight.remark(Medical, Full, &one.stamp, one.observations.as_ref()));
        let contacts =
            path.contacts.iter().map(|one| sight.remark(Medical, Full, &one.stamp, one.observations.as_ref()));
        let intakes = path.intakes.iter().map(|one| sight.remark(Medical, Full, &one.stamp, one.findings.as_ref()));
        let discharges =
            path.discharges.iter().map(|one| sight.remark(Medical, Full, &one.stamp, one.findings.as_ref()));
        let view = Self {
            urgency: path.urgency().filter(|_| sight.shows_derived(Medical, Minimal)),
            problems: problems(sight, Medical, |problems| problems.medical.as_ref()),
            head_injury_suspected: newest_of_intakes(sight, minimal, |one| {
                open(one.head_injury_suspected.as_ref()).copied()
            }),
            unsuitable_since: path.unsuitable_since().filter(|stamp| minimal(stamp)).map(|stamp| stamp.recorded_at),
            care_needs: remarks(needs),
            findings: remarks(signals.chain(contacts).chain(intakes).chain(discharges)),
        };
        let empty = Self {
            urgency: None,
            problems: None,
            head_injury_suspected: None,
            unsuitable_since: None,
            care_needs: None,
            findings: None,
        };
        (view != empty).then_some(view)
    }
}

impl JusticeView {
    fn of(sight: &Sight<'_>) -> Option<Self> {
        if !sight.opens(Justice) {
            return None;
        }
        let signals = &sight.path().signals;
        let conduct = signals.iter().map(|one| sight.remark(Justice, Full, &one.stamp, one.conduct.as_ref()));
        let view = Self {
            problems: problems(sight, Justice, |problems| problems.justice.as_ref()),
            conduct: remarks(conduct),
        };
        let empty = Self { problems: None, conduct: None };
        (view != empty).then_some(view)
    }
}

fn notes(sight: &Sight<'_>) -> Option<Vec<NoteView>> {
    let shown = sight.path().case.notes.iter().filter(|note| sight.shows(Notes, Minimal, &note.stamp));
    section(
        shown
            .map(|note| NoteView {
                note_id: note.note,
                text: note.text.get().filter(|_| sight.shows(Notes, Full, &note.stamp)).cloned(),
                noted: NotedView::of(&note.stamp),
            })
            .collect(),
    )
}
