//! To whom an event is addressed: those of a lookout, a care alert or a return go to certain readers alone.

use super::CarePath;
use super::deadline::DeadlineEvent;
use super::discharge::AnnouncedDischarge;
use super::lost::LostEvent;
use super::repatriation::RepatriationEvent;
use crate::event::Event;
use crate::fact::Origin;
use crate::ids::{CareAlertId, DischargeId, EventId, HandoverId, LookoutId, SubjectId};
use crate::policy::{Address, Category};
use crate::stamp::Stamp;

/// A lookout or alert of which nothing is known is addressed to none.
const UNKNOWN_LOOKOUT: Address<'static> = Address::Lookout { recipients: &[], until: None, ended: None };
/// So is a discharge of which nothing is known.
const UNKNOWN_DISCHARGE: Address<'static> = Address::Discharge { to: None, ended: None };

impl CarePath {
    /// Where the facts of an event come from, with whom it is addressed to.
    pub(crate) fn origin<'a>(&'a self, stamp: &'a Stamp, event: &'a Event) -> Origin<'a> {
        Origin::recorded(stamp).addressed(self.address_of(event))
    }

    fn address_of(&self, event: &Event) -> Address<'_> {
        match event {
            Event::Repatriation(RepatriationEvent::ConsentWithdrawn(withdrawn)) => {
                let arrived = self.repatriation.arrived_on(withdrawn.consent);
                arrived.map_or(Address::ReturnPreparation, |handover| self.repatriation.address(handover))
            }
            Event::Repatriation(event) => {
                event.handover().map_or(Address::ReturnPreparation, |id| self.address_of_handover(id))
            }
            Event::Lost(event) => self.address_of_lookout(event),
            Event::Discharge(event) => event
                .discharge()
                .map_or(Address::Case, |id| self.announced(id).map_or(UNKNOWN_DISCHARGE, AnnouncedDischarge::address)),
            Event::Deadline(DeadlineEvent::DeadlinePassed(passed)) => {
                let unknown = || of_unknown(event.tells_of().0);
                passed.subject.map_or(Address::Case, |id| self.address_of_subject(id).unwrap_or_else(unknown))
            }
            Event::Correction(event) => self.address_of_entry(event.entry(), event.tells_of().0),
            Event::Signal(_)
            | Event::Identity(_)
            | Event::Relation(_)
            | Event::Intake(_)
            | Event::Stay(_)
            | Event::Incident(_)
            | Event::Rights(_)
            | Event::Referral(_)
            | Event::Exception(_)
            | Event::Case(_)
            | Event::Privacy(_)
            | Event::Directory(_)
            | Event::Figures(_) => Address::Case,
        }
    }

    /// What is of something unknown is addressed to none of those who see only what is addressed to them.
    fn address_of_handover(&self, id: HandoverId) -> Address<'_> {
        let handover = self.repatriation.handover(id);
        handover.map_or(Address::ReturnPreparation, |handover| self.repatriation.address(handover))
    }

    fn address_of_lookout(&self, event: &LostEvent) -> Address<'_> {
        let lookout = |id: LookoutId| self.lost.lookouts.iter().find(|lookout| lookout.issued.lookout == id);
        let alert = |id: CareAlertId| self.lost.care_alert(id);
        match (event.lookout(), event.care_alert()) {
            (Some(id), _) => lookout(id).map_or(UNKNOWN_LOOKOUT, super::lost::Lookout::address),
            (None, Some(id)) => alert(id).map_or(UNKNOWN_LOOKOUT, super::lost::CareAlert::address),
            (None, None) => Address::Case,
        }
    }

    /// What takes an entry back goes to those to whom the entry went.
    fn address_of_entry(&self, entry: EventId, tells_of: Category) -> Address<'_> {
        if let Some(taken_back) = self.taken_back.iter().find(|taken_back| taken_back.entry == entry) {
            return taken_back.address();
        }
        let thing = self.record.find(entry).and_then(|recorded| recorded.thing);
        let addressed = thing.and_then(|thing| self.address_of_subject(SubjectId(thing)));
        addressed.unwrap_or_else(|| of_unknown(tells_of))
    }

    /// Ids are never used twice: a subject is one thing alone.
    fn address_of_subject(&self, subject: SubjectId) -> Option<Address<'_>> {
        let lookout = self.lost.lookouts.iter().find(|lookout| lookout.issued.lookout.0 == subject.0);
        let alert = || self.lost.care_alert(CareAlertId(subject.0));
        let handover = || self.repatriation.handover(HandoverId(subject.0));
        let lookout = lookout.map(super::lost::Lookout::address);
        let alert = || alert().map(super::lost::CareAlert::address);
        let discharge = || self.announced(DischargeId(subject.0)).map(AnnouncedDischarge::address);
        lookout
            .or_else(alert)
            .or_else(discharge)
            .or_else(|| handover().map(|handover| self.repatriation.address(handover)))
    }
}

/// To whom a deadline is addressed that passed on something of which nothing is known: to none of those who see only what
/// is addressed to them.
fn of_unknown(category: Category) -> Address<'static> {
    match category {
        Category::Lookout => UNKNOWN_LOOKOUT,
        Category::Return => Address::ReturnPreparation,
        Category::Presence
        | Category::Identity
        | Category::Social
        | Category::Medical
        | Category::Justice
        | Category::Rights
        | Category::Referrals
        | Category::Notes => Address::Case,
    }
}
