//! From the claims of a verified token to the caller: each role with exactly the scope that it needs. A scope too few
//! would have to be guessed, and one too many means that the issuer thinks the role does more than it does here; both
//! are refused.

use care_path::actor::{Scope, ScopeError, ScopePart};
use care_path::codes::{Code, Role};
use care_path::{Actor, Principal};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};
use std::str::FromStr;
use std::time::Duration;

use super::config::ClaimNames;
use super::error::AuthError;

pub(super) type Claims = Map<String, Value>;

/// The caller that the claims describe.
pub(crate) fn principal(claims: &Claims, names: &ClaimNames) -> Result<Principal, AuthError> {
    // `sub` must be there (RFC 9068 §2.2), also where another claim names the user.
    required(claims, "sub")?;
    let user = parsed(claims, &names.user)?.ok_or_else(|| missing(&names.user))?;
    let organisation = parsed(claims, &names.organisation)?.ok_or_else(|| missing(&names.organisation))?;
    let role = Role::from_code(required(claims, &names.role)?).ok_or(AuthError::RoleUnknown)?;
    let scope = Scope {
        municipality: parsed(claims, &names.municipality)?,
        country: parsed(claims, &names.country)?,
        area: parsed(claims, &names.area)?,
    };
    let actor = Actor::of(role, scope).map_err(|error| match error {
        ScopeError::Missing(part) => missing(names.scope(part)),
        ScopeError::Unexpected(part) => AuthError::ClaimUnexpected { claim: names.scope(part).to_owned() },
        // Baken itself acts under this role, and it needs no token for that.
        ScopeError::Nobody => AuthError::RoleUnknown,
    })?;
    Ok(Principal { user, organisation, actor })
}

impl ClaimNames {
    fn scope(&self, part: ScopePart) -> &str {
        match part {
            ScopePart::Municipality => &self.municipality,
            ScopePart::Country => &self.country,
            ScopePart::Area => &self.area,
        }
    }
}

/// The claims that describe a caller: what [`principal`] reads back.
pub(crate) fn claims_of(principal: &Principal, names: &ClaimNames) -> Map<String, Value> {
    let mut claims = Claims::new();
    let mut say = |name: &String, value: &str| claims.insert(name.clone(), Value::from(value));
    say(&names.user, principal.user.as_str());
    say(&names.organisation, principal.organisation.as_str());
    say(&names.role, principal.actor.role().code());
    let Scope { municipality, country, area } = principal.actor.scope();
    if let Some(municipality) = municipality {
        say(&names.municipality, municipality.as_str());
    }
    if let Some(country) = country {
        say(&names.country, country.as_str());
    }
    if let Some(area) = area {
        say(&names.area, &area.to_string());
    }
    claims
}

/// From when until when a token holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Validity {
    from: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl Validity {
    /// Reads `exp`, `nbf` and `iat`.
    pub(super) fn of(claims: &Claims) -> Result<Self, AuthError> {
        let expires_at = time(claims, "exp")?.ok_or_else(|| missing("exp"))?;
        let issued_at = time(claims, "iat")?.ok_or_else(|| missing("iat"))?;
        let from = time(claims, "nbf")?.map_or(issued_at, |not_before| not_before.max(issued_at));
        Ok(Self { from, expires_at })
    }

    /// Checks that it holds now, and tells when it expires.
    ///
    /// The JWT library could, but it asks the machine for the time; this takes it from the injected clock, like
    /// everything else.
    pub(super) fn check(self, now: DateTime<Utc>, leeway: TimeDelta) -> Result<DateTime<Utc>, AuthError> {
        if now - leeway >= self.expires_at {
            return Err(AuthError::Expired);
        }
        if now + leeway < self.from {
            return Err(AuthError::NotYetValid);
        }
        Ok(self.expires_at)
    }
}

/// A `NumericDate` (RFC 7519 §2): seconds since 1970, possibly with a fraction.
fn time(claims: &Claims, name: &str) -> Result<Option<DateTime<Utc>>, AuthError> {
    let number = match claims.get(name) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Number(number)) => number,
        Some(_) => return Err(malformed(name)),
    };
    let since_1970 = match number.as_u64() {
        Some(seconds) => Some(Duration::from_secs(seconds)),
        None => number.as_f64().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
    };
    since_1970
        .and_then(|since| DateTime::from_timestamp(i64::try_from(since.as_secs()).ok()?, since.subsec_nanos()))
        .map(Some)
        .ok_or_else(|| malformed(name))
}

fn text<'a>(claims: &'a Claims, name: &str) -> Result<Option<&'a str>, AuthError> {
    match claims.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(malformed(name)),
    }
}

fn required<'a>(claims: &'a Claims, name: &str) -> Result<&'a str, AuthError> {
    text(claims, name)?.ok_or_else(|| missing(name))
}

fn parsed<T: FromStr>(claims: &Claims, name: &str) -> Result<Option<T>, AuthError> {
    text(claims, name)?.map(|text| text.parse().map_err(|_| malformed(name))).transpose()
}

fn missing(name: &str) -> AuthError {
    AuthError::ClaimMissing { claim: name.to_owned() }
}

fn malformed(name: &str) -> AuthError {
    AuthError::ClaimMalformed { claim: name.to_owned() }
}
