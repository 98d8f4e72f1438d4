//! What one reader sees of one person: the table's cells for their relation, and the rules that a cell cannot say.

use super::table::{Cells, disclosed, own_recordings};
use super::{Category, Depth, Relation, Standing, may};
use crate::actor::{Actor, Principal};
use crate::codes::Role;
use crate::command::CommandKind;
use crate::deadlines::Deadlines;
use crate::ids::OrgId;
use crate::path::lost::{CareAlert, Lookout};
use crate::path::repatriation::Handover;
use crate::path::{CarePath, Stamp};
use crate::time::DateTime;

/// A reader's sight of a person. Having one means that something may be shown; each field is asked for still.
pub struct Sight<'a> {
    principal: &'a Principal,
    path: &'a CarePath,
    now: DateTime,
    standing: Standing,
    others: Cells,
    own: Cells,
}

impl<'a> Sight<'a> {
    /// The sight that a principal has of the person of a path; `None` hides that the person exists.
    #[must_use]
    pub fn of(principal: &'a Principal, path: &'a CarePath, now: DateTime, deadlines: &Deadlines) -> Option<Self> {
        if !path.exists() {
            return None;
        }
        let standing = Standing::of(principal, path, now, deadlines);
        let role = principal.actor.role();
        let others = disclosed(role, standing.relation, standing.consent);
        let own = if path.was_recorded_by(principal) { own_recordings(role) } else { Cells::NOTHING };
        let sees_something = !(others.is_nothing() && own.is_nothing());
        sees_something.then_some(Self { principal, path, now, standing, others, own })
    }

    /// The relation that the sight rests on.
    #[must_use]
    pub fn relation(&self) -> Relation {
        self.standing.relation
    }

    /// Whether the reader may send a command about the person.
    pub(crate) fn may(&self, command: CommandKind) -> bool {
        may(self.principal.actor.role(), command, self.standing.relation)
    }

    pub(crate) fn principal(&self) -> &'a Principal {
        self.principal
    }

    pub(crate) fn path(&self) -> &'a CarePath {
        self.path
    }

    pub(crate) fn now(&self) -> DateTime {
        self.now
    }

    /// Whether the reader's organisation recorded this itself, in the reader's role.
    pub(crate) fn is_own(&self, stamp: &Stamp) -> bool {
        self.principal.recorded(&stamp.by)
    }

    /// Whether the reader acts for this organisation.
    pub(crate) fn acts_for(&self, organisation: &OrgId) -> bool {
        self.principal.organisation == *organisation
    }

    /// That they recorded something, everybody knows of themselves, as long as anything is theirs to see.
    pub(crate) fn keeps_own(&self, stamp: &Stamp) -> bool {
        self.is_own(stamp) && !self.own.is_nothing()
    }

    /// Whether a field of a category, at a depth, recorded by somebody, is shown.
    pub(crate) fn shows(&self, category: Category, depth: Depth, stamp: &Stamp) -> bool {
        depth.within(self.others.level(category)) || (self.is_own(stamp) && depth.within(self.own.level(category)))
    }

    /// Whether a field that the whole path makes, such as its phase, is shown.
    pub(crate) fn shows_derived(&self, category: Category, depth: Depth) -> bool {
        depth.within(self.others.level(category))
    }

    /// Whether anything of a category may be shown at all.
    pub(crate) fn opens(&self, category: Category) -> bool {
        Depth::Minimal.within(self.others.level(category)) || Depth::Minimal.within(self.own.level(category))
    }

    /// Those who are only addressed see the lookouts addressed to them, while they run, and no others. The police see
    /// none: they are asked by care alert.
    pub(crate) fn sees_lookout(&self, lookout: &Lookout) -> bool {
        if !self.shows(Category::Lookout, Depth::Minimal, &lookout.issued.stamp) {
            return false;
        }
        match (self.principal.actor.role(), self.standing.relation) {
            (Role::Police, _) => false,
            (_, Relation::Region | Relation::Involved) => true,
            (_, Relation::Addressed | Relation::None) => {
                let addressed = lookout.issued.recipients.contains(&self.principal.organisation);
                self.is_own(&lookout.issued.stamp) || (addressed && lookout.issued.expires_at > self.now)
            }
        }
    }

    /// The same for care alerts.
    pub(crate) fn sees_alert(&self, alert: &CareAlert) -> bool {
        if !self.shows(Category::Lookout, Depth::Minimal, &alert.filed.stamp) {
            return false;
        }
        match self.standing.relation {
            Relation::Region | Relation::Involved => true,
            Relation::Addressed | Relation::None => {
                let addressed = alert.filed.to == self.principal.organisation;
                self.is_own(&alert.filed.stamp) || (addressed && alert.filed.expires_at > self.now)
            }
        }
    }

    /// A liaison sees the handovers to her country for which consent holds, and nothing else of a return.
    pub(crate) fn sees_handover(&self, handover: &Handover) -> bool {
        match &self.principal.actor {
            Actor::EmbassyLiaison { country } => {
                handover.proposed.country == *country && self.path.repatriation.consent_holds(handover)
            }
            Actor::ProcessCoordinator { .. }
            | Actor::ShelterWorker
            | Actor::OutreachWorker { .. }
            | Actor::CareProvider
            | Actor::ClientSupporter
            | Actor::MunicipalAssessor { .. }
            | Actor::Police
            | Actor::Ambassador { .. }
            | Actor::MonitorAnalyst { .. }
            | Actor::PrivacyOfficer
            | Actor::Administrator
            | Actor::System => self.shows(Category::Return, Depth::Minimal, &handover.proposed.stamp),
        }
    }

    /// Whether the reader sees the preparation of a return: options, conditions, consents.
    pub(crate) fn sees_return_preparation(&self) -> bool {
        !matches!(self.principal.actor, Actor::EmbassyLiaison { .. })
    }
}
