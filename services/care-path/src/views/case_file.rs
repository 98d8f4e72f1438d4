//! The case file: all that a reader may see of a person, by category.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Serialize;

use super::break_glass::{EmergencyView, OpenedView, disclose_emergencies};
use super::handovers::ReturnView;
use super::presence::{PresenceView, incidents, remarks};
use super::progress::Progress;
use super::rights::RightsView;
use super::{
    CareAlertView, ExceptionView, IdentityView, IncidentView, LookoutView, NotedView, ReferralView, RemarkView,
    disclose_alerts, disclose_exceptions, disclose_lookouts, disclose_referrals, section, views,
};
use crate::codes::{CloseReason, EthosLight, Household, Phase, Problem, RelationKind, Urgency};
use crate::fact::{Fact, Facts, Label, Origin};
use crate::ids::{Municipality, NoteId, PersonId, UserId};
use crate::path::case::NoteAdded;
use crate::path::intake::{IntakeCompleted, LivingSituationRecorded, SocialSituation};
use crate::path::relations::Relation;
use crate::path::{Noted, Problems};
use crate::policy::{Category, Depth};
use crate::sight::Sight;
use crate::text::Text;
use crate::time::{DateTime, PartialDate};

views! {
    /// All that a reader may see of a person. What they may not see is absent.
    pub struct CaseFileView as "CaseFile" {
        pub person_id: PersonId,
        /// The number of the last recording of the case that the reader may know of: the `ETag`, for `If-Match`.
        pub revision: u64,
        /// Others that turned out to be the same human being; their paths are told here as one.
        pub linked_persons: Option<Vec<PersonId>>,
        pub phase: Option<Phase>,
        pub municipality: Option<Municipality>,
        /// The coordinator by name of user, where one is assigned.
        pub coordinator: Option<UserId>,
        /// Being out of sight would at once be dangerous.
        pub vulnerable: Option<bool>,
        /// The person is under age, as far as their age is known.
        pub minor: Option<bool>,
        pub opened_at: Option<DateTime>,
        pub updated_at: Option<DateTime>,
        pub closed: Option<CloseReason>,
        /// That the person died, as far as it was recorded.
        pub death: Option<DeathView>,
        /// The person was erased: what described them is gone.
        pub erased: Option<bool>,
        /// A part of what was recorded cannot be read, and is not shown.
        pub lacking: Option<bool>,
        /// The reader sees the case because they opened it in an emergency, until a time.
        pub break_glass: Option<EmergencyView>,
        pub presence: Option<PresenceView>,
        pub identity: Option<IdentityView>,
        /// Who belongs together with the person, whichever of the two paths says so.
        pub relations: Option<Vec<RelationView>>,
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
        /// Who opened the case in an emergency, without a relation to the person.
        pub emergencies: Option<Vec<OpenedView>>,
    }

    /// That somebody died.
    pub struct DeathView as "Death" {
        /// The day, where it was said.
        pub died_on: Option<NaiveDate>,
        #[serde(flatten)]
        pub noted: NotedView,
    }

    /// Somebody who belongs together with the person, and is another.
    pub struct RelationView as "Relation" {
        /// What the other is to this person.
        pub kind: RelationKind,
        /// The other; absent where the reader may not see them.
        pub person_id: Option<PersonId>,
        pub explanation: Option<Text>,
        /// Since when it is so, as far as it is known.
        pub occurred_at: DateTime,
        pub recorded_at: DateTime,
    }

    /// How somebody lives.
    #[derive(Default)]
    pub struct SocialView as "Social" {
        pub problems: Option<Vec<Problem>>,
        pub living_situation: Option<EthosLight>,
        pub household: Option<Household>,
        /// Since when the person has no home, as precisely as it is known.
        pub homeless_since: Option<PartialDate>,
        /// Since when the person is in the Netherlands, as precisely as it is known.
        pub in_the_netherlands_since: Option<PartialDate>,
        pub situation: Option<SocialSituation>,
        pub circumstances: Option<Vec<RemarkView>>,
    }

    /// What concerns somebody's health.
    #[derive(Default)]
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
    #[derive(Default)]
    pub struct JusticeView as "Justice" {
        pub problems: Option<Vec<Problem>>,
        pub conduct: Option<Vec<RemarkView>>,
    }

    /// A note.
    pub struct NoteView as "Note" {
        pub note_id: NoteId,
        pub text: Option<Text>,
        #[serde(flatten)]
        pub noted: NotedView,
    }
}

/// Which parts of a case file somebody asks for, by their names in JSON. Of the others nothing is shown, nor recorded as shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Wanted {
    #[default]
    All,
    Parts(BTreeSet<String>),
}

impl Wanted {
    /// Whether a part is asked for.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Parts(names) => names.contains(name),
        }
    }

    fn part<T>(&self, name: &str, show: impl FnOnce() -> Option<T>) -> Option<T> {
        self.has(name).then(show).flatten()
    }
}

/// The case file of a person as a reader sees it. `person_id` is the id that was asked for, `linked` the others whose
/// paths are folded into this one, `progress` how far the path has come for this reader.
#[must_use]
pub fn disclose_case_file(
    sight: &Sight<'_>,
    person_id: PersonId,
    progress: Progress,
    linked: &[PersonId],
) -> CaseFileView {
    disclose_parts(sight, &Wanted::All, person_id, progress, linked)
}

/// The parts of it that are asked for.
#[must_use]
pub fn disclose_parts(
    sight: &Sight<'_>,
    wanted: &Wanted,
    person_id: PersonId,
    progress: Progress,
    linked: &[PersonId],
) -> CaseFileView {
    let path = sight.path();
    let coordinator = || {
        let assigned = path.case.coordinator.as_ref()?;
        sight.show(assigned.facts().coordinator()).cloned()
    };
    let closed = || sight.show(path.case.closed.as_ref()?.facts().reason()).copied();
    let notes = || section(path.case.notes.iter().filter_map(|note| note_view(sight, note)).collect());
    CaseFileView {
        person_id,
        revision: progress.revision,
        linked_persons: wanted.part("linked_persons", || sight.show(linked_persons(linked))),
        phase: wanted.part("phase", || sight.phase()),
        municipality: wanted.part("municipality", || sight.show(path.facts().municipality()).cloned()),
        coordinator: wanted.part("coordinator", coordinator),
        vulnerable: wanted.part("vulnerable", || sight.show(path.vulnerable(sight.now()))),
        minor: wanted.part("minor", || sight.show(path.minor(sight.now()))),
        opened_at: wanted.part("opened_at", || sight.show(path.facts().opened_at())),
        updated_at: progress.updated_at,
        closed: wanted.part("closed", closed),
        death: wanted.part("death", || DeathView::of(sight)),
        erased: path.is_erased().then_some(true),
        lacking: None,
        break_glass: wanted.part("break_glass", || EmergencyView::of(sight)),
        presence: wanted.part("presence", || PresenceView::of(sight)),
        identity: wanted.part("identity", || IdentityView::of(sight)),
        relations: None,
        social: wanted.part("social", || SocialView::of(sight)),
        medical: wanted.part("medical", || MedicalView::of(sight)),
        justice: wanted.part("justice", || JusticeView::of(sight)),
        incidents: wanted.part("incidents", || incidents(sight)),
        rights: wanted.part("rights", || RightsView::of(sight)),
        referrals: wanted.part("referrals", || section(disclose_referrals(sight))),
        exceptions: wanted.part("exceptions", || section(disclose_exceptions(sight))),
        lookouts: wanted.part("lookouts", || section(disclose_lookouts(sight))),
        care_alerts: wanted.part("care_alerts", || section(disclose_alerts(sight))),
        r#return: wanted.part("return", || ReturnView::of(sight)),
        notes: wanted.part("notes", notes),
        emergencies: wanted.part("emergencies", || section(disclose_emergencies(sight))),
    }
}

impl DeathView {
    fn of(sight: &Sight<'_>) -> Option<Self> {
        let died = sight.path().case.died.as_ref()?;
        let (died_on, stamp) = sight.show_even_erased(died.facts().died_on())?;
        Some(Self { died_on: died_on.copied(), noted: NotedView::of(sight, stamp) })
    }
}

impl CaseFileView {
    /// Tells who belongs together with the person. Who that is, is told where the reader may see that person too.
    #[must_use]
    pub fn with_relations(self, sight: &Sight<'_>, wanted: &Wanted, may_see: impl Fn(PersonId) -> bool) -> Self {
        if !wanted.has("relations") {
            return self;
        }
        let relations = sight.path().relations();
        let shown = relations.iter().filter_map(|relation| RelationView::of(sight, relation, &may_see)).collect();
        Self { relations: section(shown), ..self }
    }

    /// Says that a part of what was recorded cannot be read, to those who may see that somebody is there.
    #[must_use]
    pub fn with_lacking(self, sight: &Sight<'_>, lacking: bool) -> Self {
        let lacking = (lacking && sight.knows(Category::Presence, Depth::Minimal)).then_some(true);
        Self { lacking, ..self }
    }
}

/// Where the policy finds who else is the same human being.
pub(crate) const LINKED: Label =
    Label { name: "linked_persons", category: Category::Identity, depth: Depth::Full, sealed: None };

fn linked_persons(linked: &[PersonId]) -> Fact<'_, Vec<PersonId>> {
    Fact::new(LINKED, Origin::derived(), section(linked.to_vec()))
}

/// Problems of one class, as far as the recordings that noted them are shown.
fn problems<'a>(
    sight: &Sight<'a>,
    of_class: impl Fn(Facts<'a, Problems>) -> Fact<'a, &'a Vec<Problem>>,
) -> Option<Vec<Problem>> {
    let shown = sight.path().noted_problems().filter_map(|noted| sight.show(of_class(noted)));
    let mut found: Vec<_> = shown.flatten().copied().collect();
    found.sort_unstable();
    found.dedup();
    section(found)
}

/// The newest value of a field of what was recorded again and again, among those that are shown.
fn newest<'a, E, T: 'a>(
    sight: &Sight<'a>,
    recorded: &'a [Noted<E>],
    fact: impl Fn(Facts<'a, E>) -> Fact<'a, &'a T>,
) -> Option<&'a T> {
    recorded.iter().rev().find_map(|each| sight.show(fact(each.facts())))
}

impl RelationView {
    fn of(sight: &Sight<'_>, relation: &Relation<'_>, may_see: impl Fn(PersonId) -> bool) -> Option<Self> {
        let (_, stamp) = sight.show_noted(relation.facts.kind())?;
        Some(Self {
            kind: relation.kind,
            person_id: Some(relation.with).filter(|other| may_see(*other)),
            explanation: sight.show(relation.facts.explanation()).cloned(),
            occurred_at: stamp.occurred.at,
            recorded_at: stamp.recorded_at,
        })
    }
}

impl SocialView {
    fn of(sight: &Sight<'_>) -> Option<Self> {
        let path = sight.path();
        let signals = path.signals.iter().map(|signal| sight.remark(signal.facts().circumstances()));
        let contacts = path.contacts.iter().map(|contact| sight.remark(contact.facts().summary()));
        let intakes = path.intakes.iter().map(|intake| sight.remark(intake.facts().circumstances()));
        let view = Self {
            problems: problems(sight, Facts::<Problems>::social),
            living_situation: path.living_situations().into_iter().rev().find_map(|fact| sight.show(fact)).copied(),
            household: newest(sight, &path.living, Facts::<LivingSituationRecorded>::household).copied(),
            homeless_since: newest(sight, &path.living, Facts::<LivingSituationRecorded>::homeless_since).copied(),
            in_the_netherlands_since: newest(
                sight,
                &path.living,
                Facts::<LivingSituationRecorded>::in_the_netherlands_since,
            )
            .copied(),
            situation: newest(sight, &path.intakes, Facts::<IntakeCompleted>::situation).cloned(),
            circumstances: remarks(signals.chain(contacts).chain(intakes)),
        };
        (view != Self::default()).then_some(view)
    }
}

impl MedicalView {
    pub(super) fn of(sight: &Sight<'_>) -> Option<Self> {
        let path = sight.path();
        let needs = path.intakes.iter().map(|intake| sight.remark(intake.facts().care_needs()));
        let signals = path.signals.iter().map(|signal| sight.remark(signal.facts().observations()));
        let contacts = path.contacts.iter().map(|contact| sight.remark(contact.facts().observations()));
        let intakes = path.intakes.iter().map(|intake| sight.remark(intake.facts().findings()));
        let discharges = path.discharges.iter().map(|discharge| sight.remark(discharge.facts().findings()));
        let view = Self {
            urgency: sight.show(path.facts().urgency()),
            problems: problems(sight, Facts::<Problems>::medical),
            head_injury_suspected: newest(sight, &path.intakes, Facts::<IntakeCompleted>::head_injury_suspected)
                .copied(),
            unsuitable_since: sight.show(path.facts().unsuitable_since()),
            care_needs: remarks(needs),
            findings: remarks(signals.chain(contacts).chain(intakes).chain(discharges)),
        };
        (view != Self::default()).then_some(view)
    }
}

impl JusticeView {
    fn of(sight: &Sight<'_>) -> Option<Self> {
        let conduct = sight.path().signals.iter().map(|signal| sight.remark(signal.facts().conduct()));
        let view = Self { problems: problems(sight, Facts::<Problems>::justice), conduct: remarks(conduct) };
        (view != Self::default()).then_some(view)
    }
}

fn note_view(sight: &Sight<'_>, note: &Noted<NoteAdded>) -> Option<NoteView> {
    let (note_id, stamp) = sight.show_noted(note.facts().note())?;
    let text = sight.show(note.facts().text()).cloned();
    Some(NoteView { note_id: *note_id, text, noted: NotedView::of(sight, stamp) })
}
