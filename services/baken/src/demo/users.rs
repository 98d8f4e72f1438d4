//! The users of the demo world, each with the role and scope that a token of theirs would carry.

use care_path::actor::Scope;
use care_path::codes::Role;
use care_path::ids::{Municipality, OrgId, UserId};
use care_path::text::Country;
use care_path::{Actor, Area, Principal};
use serde::Deserialize;

use super::{SeedError, USERS, parsed};

/// A user of the demo world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoUser {
    pub user: UserId,
    pub name: String,
    pub principal: Principal,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedUser {
    user: UserId,
    name: String,
    role: Role,
    organisation: OrgId,
    municipality: Option<Municipality>,
    country: Option<Country>,
    area: Option<Area>,
}

/// Everybody in the demo world.
///
/// # Errors
/// Where the seed does not give each user the scope of the role, and no other.
pub fn users() -> Result<Vec<DemoUser>, SeedError> {
    let seeds: Vec<SeedUser> = parsed("demo/users.json", USERS)?;
    seeds.into_iter().map(of_seed).collect()
}

/// Everybody in another description of users, such as a simulation writes.
///
/// # Errors
/// As [`users`].
pub fn users_of(text: &str) -> Result<Vec<DemoUser>, SeedError> {
    let seeds: Vec<SeedUser> = serde_json::from_str(text).map_err(SeedError::Users)?;
    seeds.into_iter().map(of_seed).collect()
}

fn of_seed(seed: SeedUser) -> Result<DemoUser, SeedError> {
    let SeedUser { user, name, role, organisation, municipality, country, area } = seed;
    let actor = Actor::of(role, Scope { municipality, country, area })
        .map_err(|source| SeedError::User { user: user.to_string(), source })?;
    Ok(DemoUser { principal: Principal { user: user.clone(), organisation, actor }, user, name })
}
