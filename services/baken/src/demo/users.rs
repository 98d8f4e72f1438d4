//! The users of the demo world, each with the role and scope that a token of theirs would carry.

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
    area: Option<String>,
}

/// Everybody in the demo world.
///
/// # Errors
/// Where the seed does not give each user the scope of the role, and no other.
pub fn users() -> Result<Vec<DemoUser>, SeedError> {
    let seeds: Vec<SeedUser> = parsed("demo/users.json", USERS)?;
    seeds.into_iter().map(of_seed).collect()
}

fn of_seed(seed: SeedUser) -> Result<DemoUser, SeedError> {
    let SeedUser { user, name, role, organisation, municipality, country, area } = seed;
    let actor = actor(role, municipality, country, area)
        .map_err(|problem| SeedError::User { user: user.to_string(), problem })?;
    Ok(DemoUser { principal: Principal { user: user.clone(), organisation, actor }, user, name })
}

fn actor(
    role: Role,
    municipality: Option<Municipality>,
    country: Option<Country>,
    area: Option<String>,
) -> Result<Actor, &'static str> {
    match (role, municipality, country, area) {
        (Role::ProcessCoordinator, Some(municipality), None, None) => Ok(Actor::ProcessCoordinator { municipality }),
        (Role::OutreachWorker, Some(municipality), None, None) => Ok(Actor::OutreachWorker { municipality }),
        (Role::MunicipalAssessor, Some(municipality), None, None) => Ok(Actor::MunicipalAssessor { municipality }),
        (Role::EmbassyLiaison, None, Some(country), None) => Ok(Actor::EmbassyLiaison { country }),
        (Role::Ambassador, None, Some(country), None) => Ok(Actor::Ambassador { country }),
        (Role::MonitorAnalyst, None, None, Some(area)) => Ok(Actor::MonitorAnalyst { area: of_area(&area)? }),
        (Role::ShelterWorker, None, None, None) => Ok(Actor::ShelterWorker),
        (Role::CareProvider, None, None, None) => Ok(Actor::CareProvider),
        (Role::ClientSupporter, None, None, None) => Ok(Actor::ClientSupporter),
        (Role::Police, None, None, None) => Ok(Actor::Police),
        (Role::PrivacyOfficer, None, None, None) => Ok(Actor::PrivacyOfficer),
        (Role::Administrator, None, None, None) => Ok(Actor::Administrator),
        (Role::System, ..) => Err("is Baken itself, which nobody can be"),
        (
            Role::ProcessCoordinator
            | Role::ShelterWorker
            | Role::OutreachWorker
            | Role::CareProvider
            | Role::ClientSupporter
            | Role::MunicipalAssessor
            | Role::Police
            | Role::EmbassyLiaison
            | Role::Ambassador
            | Role::MonitorAnalyst
            | Role::PrivacyOfficer
            | Role::Administrator,
            ..,
        ) => Err("must have the scope of the role, and no other"),
    }
}

fn of_area(area: &str) -> Result<Area, &'static str> {
    if area == "national" {
        return Ok(Area::National);
    }
    area.parse().map(Area::Region).map_err(|_| "has an area that is neither `national` nor a region")
}
