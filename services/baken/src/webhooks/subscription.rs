//! What a webhook is: whose it is, where it goes, what it cares for, and the secrets that it is signed with. All of it
//! is sealed where it is stored: an address can hold a token as well as a secret can.

use std::fmt;

use aws_lc_rs::rand;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use care_path::event::EventKind;
use care_path::ids::EventId;
use care_path::{Actor, Principal};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, Serializer};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::history::Idempotency;
use crate::sealing::CryptoFailed;
use crate::sha256::Sha256;

/// A webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, format = Uuid)]
pub struct WebhookId(pub Uuid);

impl fmt::Display for WebhookId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl WebhookId {
    /// The id of the message that tells this webhook of an event: the same however often it is sent (Standard Webhooks,
    /// "Webhook metadata").
    #[must_use]
    pub fn message(self, event: EventId) -> String {
        let mut context = Sha256::new();
        context.update(self.0.as_bytes());
        context.update(event.0.as_bytes());
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(context.finish()).for_each(|(to, from)| *to = from);
        format!("msg_{}", Uuid::new_v8(bytes).simple())
    }
}

/// What a message is signed with: `whsec_` and 32 random bytes in base64. Nothing prints it by accident.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub struct SigningSecret(Zeroizing<String>);

impl From<String> for SigningSecret {
    fn from(secret: String) -> Self {
        Self(Zeroizing::new(secret))
    }
}

impl Serialize for SigningSecret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl SigningSecret {
    /// A new one.
    ///
    /// # Errors
    /// Where the machine has no randomness.
    pub fn random() -> Result<Self, CryptoFailed> {
        let mut bytes = Zeroizing::new([0; 32]);
        rand::fill(&mut *bytes)?;
        Ok(Self(Zeroizing::new(format!("whsec_{}", STANDARD.encode(*bytes)))))
    }

    /// The secret in clear: to sign with, and to tell its owner once.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// A secret, and how long it is signed with; the newest has no end.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Held {
    pub secret: SigningSecret,
    pub until: Option<DateTime<Utc>>,
}

/// Whether a webhook is sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WebhookState {
    Active,
    /// Its owner disabled it.
    Disabled,
    /// The receiver answered 410 Gone.
    Gone,
    /// An administrator disabled it, and only they can enable it.
    Blocked,
}

/// A webhook as it was set up.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Definition {
    /// Who made it: the webhook is told what they may know. The user's name is for the operators alone.
    #[serde(with = "as_claims")]
    pub maker: Principal,
    pub made_at: DateTime<Utc>,
    pub made_with: Idempotency,
    pub url: String,
    /// The types of events that it cares for; all, where there are none.
    #[serde(default)]
    pub types: Vec<EventKind>,
    pub description: Option<String>,
    pub state: WebhookState,
    /// The newest first.
    pub secrets: Vec<Held>,
    pub rotated_at: Option<DateTime<Utc>>,
    pub rotated_with: Option<Idempotency>,
}

impl Definition {
    /// Whether it is a principal's to manage: of the same organisation, in the same role and scope.
    pub fn is_of(&self, principal: &Principal) -> bool {
        self.maker.organisation == principal.organisation && self.maker.actor == principal.actor
    }

    pub fn cares_for(&self, kind: EventKind) -> bool {
        self.types.is_empty() || self.types.contains(&kind)
    }

    /// The secrets that a message is signed with now.
    pub fn signing(&self, now: DateTime<Utc>) -> impl Iterator<Item = &SigningSecret> {
        self.secrets.iter().filter(move |held| held.until.is_none_or(|until| now < until)).map(|held| &held.secret)
    }
}

/// Whether a role may be told of events at all: the others see no person, and so no event.
pub(super) fn may_be_told(actor: &Actor) -> bool {
    match actor {
        Actor::ProcessCoordinator { .. }
        | Actor::ShelterWorker
        | Actor::OutreachWorker { .. }
        | Actor::CareProvider
        | Actor::ClientSupporter
        | Actor::MunicipalAssessor { .. }
        | Actor::Police
        | Actor::EmbassyLiaison { .. }
        | Actor::ReceivingProvider => true,
        Actor::Ambassador { .. }
        | Actor::MonitorAnalyst { .. }
        | Actor::PrivacyOfficer
        | Actor::Administrator
        | Actor::System => false,
    }
}

/// A principal as the claims of a token would name them: one way to write a role with its scope.
mod as_claims {
    use care_path::Principal;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use serde_json::{Map, Value};

    use crate::edge::auth::{ClaimNames, claims_of, principal};

    pub fn serialize<S: Serializer>(maker: &Principal, serializer: S) -> Result<S::Ok, S::Error> {
        claims_of(maker, &ClaimNames::default()).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Principal, D::Error> {
        let claims = Map::<String, Value>::deserialize(deserializer)?;
        principal(&claims, &ClaimNames::default()).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing::user;
    use crate::demo;

    #[test]
    fn a_message_has_one_id_for_each_event_and_webhook() {
        let id = |webhook, event| WebhookId(Uuid::from_u128(webhook)).message(EventId(Uuid::from_u128(event)));
        assert_eq!(id(1, 2), id(1, 2));
        assert_ne!(id(1, 2), id(2, 1));
        assert_ne!(id(1, 2), id(1, 3));
        assert!(id(1, 2).starts_with("msg_") && !id(1, 2).contains('.'));
    }

    #[test]
    fn a_secret_is_of_32_random_bytes_and_signs_as_standard_webhooks_says() {
        let (one, two) = (SigningSecret::random().unwrap(), SigningSecret::random().unwrap());
        assert_ne!(one.expose(), two.expose());
        let bytes = STANDARD.decode(one.expose().strip_prefix("whsec_").unwrap()).unwrap();
        assert_eq!(bytes.len(), 32);
        assert!(standardwebhooks::Webhook::new(one.expose()).is_ok());
    }

    #[test]
    fn every_demo_user_is_stored_with_role_scope_and_organisation() {
        for demo in demo::users().unwrap() {
            let maker = user(demo.principal.user.as_str());
            let written = as_claims::serialize(&maker, serde_json::value::Serializer).unwrap();
            assert_eq!(as_claims::deserialize(written).unwrap(), maker);
        }
    }
}
