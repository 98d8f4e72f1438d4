//! What organisations do with their webhooks: set up, look, rotate, try, and send again what was given up. A webhook of
//! somebody else does not exist for them; the administrator sees all of them, and nothing of any person.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use care_path::codes::Role;
use care_path::event::EventKind;
use care_path::ids::{EventId, OrgId};
use care_path::list::Few;
use care_path::{Actor, PersonId, Principal};
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Url;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::store::DeadLetter;
use super::subscription::{Definition, Held, may_be_told};
use super::{
    Message, Outcome, SigningSecret, TargetError, WebhookEntry, WebhookId, WebhookState, WebhookStoreError, Webhooks,
};
use crate::app::Reading;
use crate::event_log::Position;
use crate::history::Idempotency;

/// A webhook to be set up.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreateWebhook)]
pub struct NewWebhook {
    /// Where messages are sent: an https address without credentials or fragment, of a host with public addresses.
    #[schema(max_length = 2000, example = "https://hooks.example.org/baken")]
    pub url: String,
    /// The types of events to be told of; all that you may know of, unless said.
    #[serde(default)]
    #[schema(required = false, inline)]
    pub types: Option<Few<EventKind, 100>>,
    /// What receives it, in a few words. Never anything about a person.
    #[serde(default)]
    #[schema(max_length = 64, pattern = "^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$", example = "bed planning")]
    pub description: Option<String>,
}

/// A webhook.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Webhook)]
pub struct WebhookView {
    pub webhook_id: WebhookId,
    /// Whose it is: what it is told is what this role of this organisation may know.
    pub organisation: OrgId,
    pub role: Role,
    /// Where messages are sent; for an administrator without path and query, which can hold a token.
    pub url: String,
    /// The types of events that it is told of; absent where it is all that its role may know of.
    pub types: Option<Vec<EventKind>>,
    pub description: Option<String>,
    pub state: WebhookState,
    pub created_at: DateTime<Utc>,
    /// Until then messages are also signed with the secret before the last rotation.
    pub previous_secret_until: Option<DateTime<Utc>>,
    pub last_success_at: Option<DateTime<Utc>>,
    /// Everything up to this position of the log was delivered, is pending, or is a dead letter.
    pub position: u64,
    /// How many positions of the log lie beyond that.
    pub lag: u64,
    /// Events that wait to be tried again, or behind such of the same person.
    pub pending: u64,
    /// Events that were given up after the last attempt.
    pub dead_letters: u64,
}

/// A webhook that was set up.
#[derive(Serialize, ToSchema)]
#[schema(as = CreatedWebhook)]
pub struct Made {
    #[serde(flatten)]
    pub webhook: WebhookView,
    /// What messages are signed with. It is told now, and to a repeat of this request for 15 minutes, and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "whsec_…")]
    pub secret: Option<SigningSecret>,
    #[serde(skip)]
    pub repeated: bool,
}

/// A secret that was replaced.
#[derive(Serialize, ToSchema)]
#[schema(as = RotatedSecret)]
pub struct Rotated {
    pub webhook_id: WebhookId,
    /// The new secret. It is told now, and to a repeat of this request for 15 minutes, and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "whsec_…")]
    pub secret: Option<SigningSecret>,
    /// Until then messages are signed with the one before as well.
    pub previous_secret_until: Option<DateTime<Utc>>,
}

/// What became of a message that was sent to try a receiver out.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = WebhookTest)]
pub struct Pinged {
    /// `delivered`, `gone`, `status`, `timed_out`, `unreachable` or `not_allowed`.
    pub outcome: &'static str,
    /// What the receiver answered, where that was no success.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
}

/// An event that was given up.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = DeadLetter)]
pub struct DeadLetterView {
    /// The dead letter's name: its place in the log.
    pub position: u64,
    pub event_id: EventId,
    pub r#type: EventKind,
    pub person_id: PersonId,
    pub attempts: u32,
    /// Why the last attempt failed: `status`, `timed_out`, `unreachable` or `not_allowed`.
    pub failure: &'static str,
    /// What the receiver answered, where it answered.
    pub status: Option<u16>,
    pub given_up_at: DateTime<Utc>,
}

/// Dead letters that are sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ReplayedLetters)]
pub struct Replayed {
    pub replayed: u64,
    /// Dead letters that are left: send the request again for them.
    pub left: u64,
}

/// Why it is not done.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// This process sends none.
    #[error("this service sends no webhooks")]
    Off,
    /// There is none, or none of yours: the same to you.
    #[error("not found")]
    NotFound,
    #[error("your role receives no events")]
    Forbidden,
    #[error("an administrator has disabled this webhook")]
    Blocked,
    #[error("this role of your organisation has {MOST} webhooks already")]
    TooMany,
    #[error("this key was used for another request")]
    KeyReused,
    #[error("url {0}")]
    Url(#[from] TargetError),
    #[error("description must be 1 to 64 letters, digits, spaces, dots, hyphens or underscores")]
    Description,
    #[error("the webhook store is not available")]
    Store(#[from] WebhookStoreError),
    #[error("internal error")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Webhooks of one role of an organisation.
const MOST: usize = 20;
/// Secrets that a message is signed with at most, however often they are rotated.
const MOST_SECRETS: usize = 5;
/// How long the repeat of a request is told its secret.
const REPEATED_FOR: TimeDelta = TimeDelta::minutes(15);
/// Dead letters that are sent again by one request.
const MOST_REPLAYED: usize = 1_000;

fn is_description(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b" ._-".contains(&byte);
    (1..=64).contains(&text.len()) && text.bytes().all(allowed) && text.as_bytes()[0].is_ascii_alphanumeric()
}

fn is_administrator(principal: &Principal) -> bool {
    principal.actor == Actor::Administrator
}

impl Webhooks {
    /// Sets a webhook up. It begins with what happens next.
    ///
    /// # Errors
    /// Where the role is told nothing, or the address may not be called.
    pub async fn create(
        &self,
        principal: &Principal,
        new: NewWebhook,
        made_with: Idempotency,
    ) -> Result<Made, WebhookError> {
        if !may_be_told(&principal.actor) {
            return Err(WebhookError::Forbidden);
        }
        if new.description.as_deref().is_some_and(|text| !is_description(text)) {
            return Err(WebhookError::Description);
        }
        let options = &self.shared.options;
        let url = options.targets.check(&new.url, &*options.lookup).await?;
        let _alone = self.shared.changing.lock().await;
        let now = self.shared.baken.clock().now();
        let id = WebhookId(made_with.key.id("webhook"));
        if let Some(entry) = self.entries.read().get(&id) {
            let definition = entry.definition();
            if definition.made_with.body != made_with.body {
                return Err(WebhookError::KeyReused);
            }
            let recent = definition.rotated_at.is_none() && now - definition.made_at < REPEATED_FOR;
            let secret = definition.secrets.first().filter(|_| recent).map(|held| held.secret.clone());
            return Ok(Made { webhook: self.view(entry, principal), secret, repeated: true });
        }
        // What an administrator has disabled does not come back under another id.
        let is_blocked = |definition: &Definition| {
            definition.state == WebhookState::Blocked
                && definition.maker.organisation == principal.organisation
                && definition.url == url.as_str()
        };
        if self.entries.read().values().any(|entry| is_blocked(&entry.definition())) {
            return Err(WebhookError::Blocked);
        }
        if self.entries.read().values().filter(|entry| entry.definition().is_of(principal)).count() >= MOST {
            return Err(WebhookError::TooMany);
        }
        let secret = SigningSecret::random()?;
        let mut types: Vec<_> = new.types.unwrap_or_default().into();
        types.sort_unstable();
        let definition = Definition {
            maker: principal.clone(),
            made_at: now,
            made_with,
            url: url.into(),
            types,
            description: new.description,
            state: WebhookState::Active,
            secrets: vec![Held { secret: secret.clone(), until: None }],
            rotated_at: None,
            rotated_with: None,
        };
        let after = self.shared.baken.position().0;
        let sealed = self.shared.seal(id, &definition).await?;
        self.shared.store.add(id, sealed, after).await?;
        let entry = Arc::new(WebhookEntry::new(id, definition, after));
        self.set_up(entry.clone());
        tracing::info!(webhook = %id, "a webhook was set up");
        Ok(Made { webhook: self.view(&entry, principal), secret: Some(secret), repeated: false })
    }

    /// The webhooks of the principal's role and organisation, oldest first; all of them, for an administrator.
    #[must_use]
    pub fn list(&self, principal: &Principal) -> Vec<WebhookView> {
        let entries = self.entries.read();
        let shown = entries.values().filter(|entry| is_administrator(principal) || entry.definition().is_of(principal));
        let mut shown: Vec<_> = shown.map(|entry| self.view(entry, principal)).collect();
        shown.sort_by_key(|webhook| (webhook.created_at, webhook.webhook_id));
        shown
    }

    /// One webhook.
    ///
    /// # Errors
    /// Where there is none for this principal.
    pub fn show(&self, principal: &Principal, id: WebhookId) -> Result<WebhookView, WebhookError> {
        Ok(self.view(&*self.found(principal, id)?, principal))
    }

    /// Removes a webhook with all that waits for it.
    ///
    /// # Errors
    /// Where there is none of this principal, an administrator has disabled it, or the store does not answer.
    pub async fn remove(&self, principal: &Principal, id: WebhookId) -> Result<(), WebhookError> {
        let _alone = self.shared.changing.lock().await;
        let entry = self.own(principal, id)?;
        if entry.definition().state == WebhookState::Blocked {
            return Err(WebhookError::Blocked);
        }
        self.shared.store.remove(id).await?;
        entry.removed.store(true, Ordering::Relaxed);
        self.entries.write().remove(&id);
        if let Some(worker) = self.workers.lock().remove(&id) {
            worker.abort();
        }
        Ok(())
    }

    /// Makes a new secret, and lets the old one go after a while.
    ///
    /// # Errors
    /// Where there is none of this principal, or the store does not answer.
    pub async fn rotate(
        &self,
        principal: &Principal,
        id: WebhookId,
        rotated_with: Idempotency,
    ) -> Result<Rotated, WebhookError> {
        let _alone = self.shared.changing.lock().await;
        let entry = self.own(principal, id)?;
        let mut definition = Definition::clone(&entry.definition());
        let now = self.shared.baken.clock().now();
        let previous = |definition: &Definition| definition.secrets.get(1).and_then(|held| held.until);
        if definition.rotated_with == Some(rotated_with) {
            let recent = definition.rotated_at.is_some_and(|at| now - at < REPEATED_FOR);
            let secret = definition.secrets.first().filter(|_| recent).map(|held| held.secret.clone());
            return Ok(Rotated { webhook_id: id, secret, previous_secret_until: previous(&definition) });
        }
        let until = now + self.shared.options.rotation;
        definition.secrets.retain_mut(|held| now < *held.until.get_or_insert(until));
        definition.secrets.truncate(MOST_SECRETS - 1);
        let secret = SigningSecret::random()?;
        definition.secrets.insert(0, Held { secret: secret.clone(), until: None });
        definition.rotated_at = Some(now);
        definition.rotated_with = Some(rotated_with);
        let previous_secret_until = previous(&definition);
        self.shared.replace(&entry, definition).await?;
        Ok(Rotated { webhook_id: id, secret: Some(secret), previous_secret_until })
    }

    /// Sends again, from where it stopped; and tries at once what waits to be tried again.
    ///
    /// # Errors
    /// Where there is none for this principal, or an administrator has disabled it.
    pub async fn enable(&self, principal: &Principal, id: WebhookId) -> Result<WebhookView, WebhookError> {
        let entry = self.found(principal, id)?;
        if entry.definition().state == WebhookState::Blocked && !is_administrator(principal) {
            return Err(WebhookError::Blocked);
        }
        entry.hurried.store(true, Ordering::Relaxed);
        self.shared.set_state(&entry, WebhookState::Active).await?;
        Ok(self.view(&entry, principal))
    }

    /// Sends nothing any more, until it is enabled.
    ///
    /// # Errors
    /// Where there is none for this principal.
    pub async fn disable(&self, principal: &Principal, id: WebhookId) -> Result<WebhookView, WebhookError> {
        let entry = self.found(principal, id)?;
        let state = match entry.definition().state {
            WebhookState::Blocked => WebhookState::Blocked,
            _ if is_administrator(principal) => WebhookState::Blocked,
            _ => WebhookState::Disabled,
        };
        self.shared.set_state(&entry, state).await?;
        Ok(self.view(&entry, principal))
    }

    /// Sends a message that tells of nothing, now.
    ///
    /// # Errors
    /// Where there is none of this principal.
    pub async fn ping(&self, principal: &Principal, id: WebhookId) -> Result<Pinged, WebhookError> {
        let definition = self.own(principal, id)?.definition();
        let baken = &self.shared.baken;
        let message = Message::ping(id, EventId(baken.ids().uuid_v7()), baken.clock().now());
        let message = message.map_err(|error| WebhookError::Internal(error.into()))?;
        Ok(match self.shared.send(&definition, message).await {
            Outcome::Delivered => Pinged { outcome: "delivered", status: None },
            Outcome::Gone => Pinged { outcome: "gone", status: Some(410) },
            Outcome::Failed { failure, .. } => Pinged { outcome: failure.code(), status: failure.status() },
        })
    }

    /// Up to `limit` dead letters after a position, of events that the principal may still know of; and where to go on
    /// from, if there may be more.
    ///
    /// # Errors
    /// Where there is none of this principal, or the store does not answer.
    pub async fn dead_letters(
        &self,
        reader: &Reading,
        id: WebhookId,
        after: u64,
        limit: usize,
    ) -> Result<(Vec<DeadLetterView>, Option<u64>), WebhookError> {
        self.own(reader, id)?;
        let letters = self.shared.store.dead_letters(id, after, limit).await?;
        let next = letters.last().filter(|_| letters.len() == limit).map(|last| last.position);
        let shown = letters.into_iter().filter_map(|letter| self.letter(reader, letter)).collect();
        Ok((shown, next))
    }

    /// Sends dead letters again: all of them, up to a thousand, or the one at a position.
    ///
    /// # Errors
    /// Where there is none of this principal, or no such dead letter, or the store does not answer.
    pub async fn replay(
        &self,
        principal: &Principal,
        id: WebhookId,
        which: Option<u64>,
    ) -> Result<Replayed, WebhookError> {
        let entry = self.own(principal, id)?;
        let now = self.shared.baken.clock().now();
        let replayed = self.shared.store.replay(id, which, MOST_REPLAYED, now).await?;
        if which.is_some() && replayed == 0 {
            return Err(WebhookError::NotFound);
        }
        entry.live.replayed(replayed);
        entry.woken.notify_one();
        Ok(Replayed { replayed, left: entry.live.dead_letters.load(Ordering::Relaxed) })
    }

    fn letter(&self, reader: &Reading, letter: DeadLetter) -> Option<DeadLetterView> {
        let notice = self.shared.baken.notice(reader, letter.person, Position(letter.position))?;
        Some(DeadLetterView {
            position: letter.position,
            event_id: notice.event_id,
            r#type: notice.r#type,
            person_id: notice.person_id,
            attempts: letter.attempts,
            failure: letter.failure.code(),
            status: letter.failure.status(),
            given_up_at: letter.at,
        })
    }

    /// A webhook that is the principal's, or that they look at as administrator.
    fn found(&self, principal: &Principal, id: WebhookId) -> Result<Arc<WebhookEntry>, WebhookError> {
        let entry = self.entries.read().get(&id).cloned();
        let theirs = entry.filter(|entry| is_administrator(principal) || entry.definition().is_of(principal));
        theirs.ok_or(WebhookError::NotFound)
    }

    /// A webhook that is the principal's own.
    fn own(&self, principal: &Principal, id: WebhookId) -> Result<Arc<WebhookEntry>, WebhookError> {
        let entry = self.found(principal, id)?;
        if entry.definition().is_of(principal) { Ok(entry) } else { Err(WebhookError::Forbidden) }
    }

    fn view(&self, entry: &WebhookEntry, principal: &Principal) -> WebhookView {
        let definition = entry.definition();
        let now = self.shared.baken.clock().now();
        let load = |number: &std::sync::atomic::AtomicU64| number.load(Ordering::Relaxed);
        let position = load(&entry.live.reached);
        let own = definition.is_of(principal);
        let origin = || Url::parse(&definition.url).map(|url| url.origin().ascii_serialization()).unwrap_or_default();
        WebhookView {
            webhook_id: entry.id,
            organisation: definition.maker.organisation.clone(),
            role: definition.maker.actor.role(),
            url: if own { definition.url.clone() } else { origin() },
            types: (!definition.types.is_empty()).then(|| definition.types.clone()),
            description: definition.description.clone(),
            state: definition.state,
            created_at: definition.made_at,
            previous_secret_until: definition.secrets.get(1).and_then(|held| held.until).filter(|until| now < *until),
            last_success_at: entry.live.last_success(),
            position,
            lag: self.shared.baken.position().0.saturating_sub(position),
            pending: load(&entry.live.pending),
            dead_letters: load(&entry.live.dead_letters),
        }
    }
}
