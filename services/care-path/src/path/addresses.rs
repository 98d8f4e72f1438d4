//! To whom an event is addressed: those of a lookout, a care alert or a return go to certain readers alone.

use super::CarePath;
use super::deadline::DeadlineEvent;
use super::lost::LostEvent;
use crate::event::Event;
use crate::fact::Origin;
use crate::ids::{CareAlertId, HandoverId, LookoutId, SubjectId};
use crate::policy::Address;
use crate::stamp::Stamp;

impl CarePath {
    /// Where the facts of an event come from, with whom it is addressed to.
    pub(crate) fn origin<'a>(&'a self, stamp: &'a Stamp, event: &'a Event) -> Origin<'a> {
        Origin::recorded(stamp).addressed(self.address_of(event))
    }

    fn address_of(&self, event: &Event) -> Address<'_> {
        match event {
            Event::Repatriation(event) => {
                event.handover().map_or(Address::ReturnPreparation, |id| self.address_of_handover(id))
            }
            Event::Lost(event) => self.address_of_lookout(event),
            Event::Deadline(DeadlineEvent::DeadlinePassed(passed)) => {
                passed.subject.and_then(|subject| self.address_of_subject(subject)).unwrap_or(Address::Case)
            }
            Event::Signal(_)
            | Event::Identity(_)
            | Event::Intake(_)
            | Event::Stay(_)
            | Event::Incident(_)
            | Event::Rights(_)
            | Event::Referral(_)
            | Event::Exception(_)
            | Event::Discharge(_)
            | Event::Case(_)
            | Event::Privacy(_) => Address::Case,
        }
    }

    /// What is of something unknown is addressed to none of those who see only what is addressed to them.
    fn address_of_handover(&self, id: HandoverId) -> Address<'_> {
        let handover = self.repatriation.handover(id);
        handover.map_or(Address::ReturnPreparation, |handover| self.repatriation.address(handover))
    }

    fn address_of_lookout(&self, event: &LostEvent) -> Address<'_> {
        let unknown = Address::Lookout { recipients: &[], until: None };
        let lookout = |id: LookoutId| self.lost.lookouts.iter().find(|lookout| lookout.issued.lookout == id);
        let alert = |id: CareAlertId| self.lost.care_alerts.iter().find(|alert| alert.filed.alert == id);
        match (event.lookout(), event.care_alert()) {
            (Some(id), _) => lookout(id).map_or(unknown, super::lost::Lookout::address),
            (None, Some(id)) => alert(id).map_or(unknown, super::lost::CareAlert::address),
            (None, None) => Address::Case,
        }
    }

    /// Ids are never used twice: a subject is one thing alone.
    fn address_of_subject(&self, subject: SubjectId) -> Option<Address<'_>> {
        let lookout = self.lost.lookouts.iter().find(|lookout| lookout.issued.lookout.0 == subject.0);
        let alert = || self.lost.care_alerts.iter().find(|alert| alert.filed.alert.0 == subject.0);
        let handover = || self.repatriation.handover(HandoverId(subject.0));
        let lookout = lookout.map(super::lost::Lookout::address);
        let alert = || alert().map(super::lost::CareAlert::address);
        lookout.or_else(alert).or_else(|| handover().map(|handover| self.repatriation.address(handover)))
    }
}
