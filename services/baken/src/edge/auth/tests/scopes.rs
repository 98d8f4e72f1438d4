//! Each role with exactly its scope: the table of `DOMAIN.md` §2.

use care_path::codes::{Code, Role};
use care_path::{Actor, Area, Principal};

use super::*;
use crate::edge::auth::{ClaimNames, claims_of};

/// What each role's token must carry besides user and organisation.
fn scope_of(role: Role) -> Option<(&'static str, &'static str)> {
    match role {
        Role::ProcessCoordinator | Role::OutreachWorker | Role::MunicipalAssessor => {
            Some(("baken_municipality", "rotterdam"))
        }
        Role::EmbassyLiaison | Role::Ambassador => Some(("baken_country", "PL")),
        Role::MonitorAnalyst => Some(("baken_area", "national")),
        Role::ShelterWorker
        | Role::CareProvider
        | Role::ClientSupporter
        | Role::Police
        | Role::ReceivingProvider
        | Role::PrivacyOfficer
        | Role::Administrator
        | Role::System => None,
    }
}

const SCOPES: [(&str, &str); 3] =
    [("baken_municipality", "rotterdam"), ("baken_country", "PL"), ("baken_area", "national")];

fn callers() -> impl Iterator<Item = Role> {
    Role::ALL.iter().copied().filter(|role| *role != Role::System)
}

fn claims_for(role: Role) -> Value {
    let claims = with(claims(), "baken_role", json!(role.code()));
    match scope_of(role) {
        Some((name, value)) => with(claims, name, json!(value)),
        None => claims,
    }
}

async fn principal_of(claims: Value) -> Result<Principal, AuthError> {
    let signer = Signer::es256("a");
    verify(&signer, &signer.token(&claims)).await.map(|caller| caller.principal)
}

#[tokio::test]
async fn every_role_is_accepted_with_its_own_scope() {
    for role in callers() {
        assert_eq!(principal_of(claims_for(role)).await.unwrap().actor.role(), role);
    }
}

#[tokio::test]
async fn every_role_is_refused_without_its_scope() {
    for role in callers() {
        if let Some((name, _)) = scope_of(role) {
            let refused = principal_of(without(claims_for(role), name)).await;
            assert_eq!(refused.unwrap_err(), claim_missing(name), "{role}");
        }
    }
}

#[tokio::test]
async fn every_role_is_refused_with_a_scope_that_is_another_role_s() {
    for role in callers() {
        for (name, value) in SCOPES.into_iter().filter(|(name, _)| scope_of(role).is_none_or(|own| own.0 != *name)) {
            let refused = principal_of(with(claims_for(role), name, json!(value))).await;
            assert_eq!(refused.unwrap_err(), AuthError::ClaimUnexpected { claim: name.to_owned() }, "{role}");
        }
    }
}

#[tokio::test]
async fn every_role_needs_an_organisation() {
    for role in callers() {
        let refused = principal_of(without(claims_for(role), "baken_organisation")).await;
        assert_eq!(refused.unwrap_err(), claim_missing("baken_organisation"), "{role}");
    }
}

#[tokio::test]
async fn the_scope_is_what_the_claim_says() {
    let coordinator = principal_of(claims_for(Role::ProcessCoordinator)).await.unwrap();
    assert_eq!(coordinator.actor, Actor::ProcessCoordinator { municipality: "rotterdam".parse().unwrap() });
    let liaison = principal_of(claims_for(Role::EmbassyLiaison)).await.unwrap();
    assert_eq!(liaison.actor, Actor::EmbassyLiaison { country: "PL".parse().unwrap() });
    let national = principal_of(claims_for(Role::MonitorAnalyst)).await.unwrap();
    assert_eq!(national.actor, Actor::MonitorAnalyst { area: Area::National });
    let regional = with(claims_for(Role::MonitorAnalyst), "baken_area", json!("utrecht"));
    let area = Area::Region("utrecht".parse().unwrap());
    assert_eq!(principal_of(regional).await.unwrap().actor, Actor::MonitorAnalyst { area });
}

#[tokio::test]
async fn a_malformed_scope_is_refused_even_where_the_role_has_none() {
    let values = [
        ("baken_municipality", vec![json!("Den Haag"), json!(""), json!(["rotterdam"]), json!(599)]),
        ("baken_country", vec![json!("pl"), json!("XX"), json!("Poland"), json!(["PL"]), json!("")]),
        ("baken_area", vec![json!("National"), json!("Den Haag"), json!(""), json!(["national"])]),
    ];
    for (name, malformed) in values {
        for value in malformed {
            for role in callers() {
                let refused = principal_of(with(claims_for(role), name, value.clone())).await;
                assert_eq!(refused.unwrap_err(), claim_malformed(name), "{role} {value}");
            }
        }
    }
}

#[tokio::test]
async fn a_user_or_organisation_that_is_not_a_plain_name_is_refused() {
    for name in ["sub", "baken_organisation"] {
        for value in [json!("Jan Jansen"), json!(""), json!("a/b"), json!(1), json!("x".repeat(65))] {
            assert_eq!(principal_of(with(claims(), name, value)).await.unwrap_err(), claim_malformed(name));
        }
    }
}

#[tokio::test]
async fn a_scope_that_is_null_is_a_scope_that_is_not_there() {
    assert!(principal_of(with(claims(), "baken_municipality", Value::Null)).await.is_ok());
}

#[tokio::test]
async fn a_role_that_does_not_exist_is_refused() {
    for role in ["director", "Shelter_Worker", "shelter_worker ", ""] {
        assert_eq!(principal_of(with(claims(), "baken_role", json!(role))).await.unwrap_err(), AuthError::RoleUnknown);
    }
    let several = with(claims(), "baken_role", json!(["shelter_worker", "police"]));
    assert_eq!(principal_of(several).await.unwrap_err(), claim_malformed("baken_role"));
}

#[tokio::test]
async fn nobody_is_the_system() {
    assert_eq!(principal_of(claims_for(Role::System)).await.unwrap_err(), AuthError::RoleUnknown);
}

#[tokio::test]
async fn the_claims_may_have_the_names_that_the_provider_gives_them() {
    let signer = Signer::es256("a");
    let mut issuer = issuer_with(&[&signer]);
    issuer["claims"] = json!({ "user": "oid", "role": "https://baken.example/role", "organisation": "org" });
    let claims = json!({
        "iss": ISSUER, "aud": AUDIENCE, "iat": NOW, "exp": NOW + 60,
        "sub": "pairwise|Xy_9", "oid": "6f0c1b5e-0000-4000-8000-1234567890ab",
        "https://baken.example/role": "police", "org": "politie-rotterdam",
    });
    let caller = verifier_of(vec![issuer.clone()]).verify(&signer.token(&claims)).await.unwrap();
    assert_eq!(caller.principal.user.as_str(), "6f0c1b5e-0000-4000-8000-1234567890ab");
    assert_eq!(caller.principal.actor, Actor::Police);
    let without_sub = signer.token(&without(claims, "sub"));
    assert_eq!(verifier_of(vec![issuer]).verify(&without_sub).await.unwrap_err(), claim_missing("sub"));
}

#[tokio::test]
async fn claims_written_for_a_caller_are_read_back_as_the_same_caller() {
    for role in callers() {
        let principal = principal_of(claims_for(role)).await.unwrap();
        let mut written = claims();
        written.as_object_mut().unwrap().extend(claims_of(&principal, &ClaimNames::default()));
        assert_eq!(principal_of(written).await.unwrap(), principal);
    }
}
