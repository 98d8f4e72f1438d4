//! Signals and contacts: how somebody comes into view, and is met.

use std::sync::Arc;

use super::identity::{IdentityClaim, IdentityState};
use super::{CarePath, Noted, Problems, Stamp};
use crate::codes::{LocationType, SignalChannel, Urgency};
use crate::fact::{events, part_events};
use crate::ids::Municipality;
use crate::private::{Identity, Justice, Medical, Private, Social};
use crate::text::{Language, Line, Text};

mod decide;
#[cfg(test)]
mod tests;

pub use decide::{RecordContact, ReportSignal};

part_events! {
    /// Signals and contacts.
    pub enum SignalEvent {
        SignalReceived(Box<SignalReceived>),
        ContactMade(ContactMade),
    }
}

events! {
    /// Somebody was signalled. The first signal opens a provisional person.
    pub struct SignalReceived {
        channel: clear SignalChannel => Presence, Minimal;
        urgency: clear Urgency => Medical, Minimal;
        municipality: maybe Municipality => Presence, Minimal;
        location_type: maybe LocationType => Presence, Minimal;
        location: maybe sealed(Line, Social) => Presence, Full;
        identity: ..Option<Private<IdentityClaim, Identity>>;
        circumstances: maybe sealed(Text, Social) => Social, Full;
        observations: maybe sealed(Text, Medical) => Medical, Full;
        conduct: maybe sealed(Text, Justice) => Justice, Full;
        #[serde(default, skip_serializing_if = "Problems::is_empty")]
        problems: ..Problems;
    }

    /// Somebody was met.
    pub struct ContactMade {
        location_type: maybe LocationType => Presence, Minimal;
        location: maybe sealed(Line, Social) => Presence, Full;
        language: maybe sealed(Language, Identity) => Identity, Minimal;
        summary: maybe sealed(Text, Social) => Social, Full;
        observations: maybe sealed(Text, Medical) => Medical, Full;
        #[serde(default, skip_serializing_if = "Problems::is_empty")]
        problems: ..Problems;
    }
}

pub(super) fn evolve(path: &mut CarePath, stamp: &Arc<Stamp>, event: &SignalEvent) {
    match event {
        SignalEvent::SignalReceived(signal) => {
            if path.municipality.is_none() {
                path.municipality.clone_from(&signal.municipality);
            }
            IdentityState::first_claim(path, stamp, signal.identity.as_ref());
            path.seen(stamp, signal.location_type, signal.location.as_ref());
            path.signals.push(Noted::new(stamp, signal));
        }
        SignalEvent::ContactMade(contact) => {
            path.seen(stamp, contact.location_type, contact.location.as_ref());
            path.case.contact(stamp);
            path.contacts.push(Noted::new(stamp, contact));
        }
    }
}
