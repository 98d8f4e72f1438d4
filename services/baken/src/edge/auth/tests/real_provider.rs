//! Against a real provider of tokens, over real HTTP. `tests/oidc/run.sh` starts one and runs this with its address;
//! on its own the test has nothing to talk to.

use std::collections::BTreeMap;

use care_path::codes::{Code, Role};
use chrono::TimeDelta;
use serde::Deserialize;

use super::*;
use crate::edge::auth::WorldKeys;
use crate::sources::{Clock, SystemClock};

/// What the provider's script writes beside its address.
#[derive(Deserialize)]
struct Issued {
    /// Tokens that must be accepted, by user.
    accepted: BTreeMap<String, IssuedToken>,
    /// Tokens of the same provider that must be refused, by what is wrong with them.
    refused: BTreeMap<String, BadToken>,
}

#[derive(Deserialize)]
struct IssuedToken {
    algorithm: String,
    role: String,
    token: String,
}

#[derive(Deserialize)]
struct BadToken {
    code: String,
    token: String,
}

fn environment(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run tests/oidc/run.sh"))
}

fn issued() -> Issued {
    serde_json::from_slice(&std::fs::read(environment("BAKEN_OIDC_TOKENS")).unwrap()).unwrap()
}

async fn assert_all_accepted(verifier: &Verifier, issued: &Issued) {
    for (user, IssuedToken { algorithm, role, token }) in &issued.accepted {
        let principal = verifier.verify(token).await.unwrap_or_else(|error| panic!("{user} {algorithm}: {error}"));
        assert_eq!(principal.principal.user.as_str(), user);
        assert_eq!(principal.principal.actor.role().code(), role);
    }
}

#[tokio::test]
#[ignore = "needs the OpenID provider that tests/oidc/run.sh starts"]
async fn tokens_of_a_real_openid_provider_are_verified_before_and_after_it_changes_its_keys() {
    let clock = Arc::new(TestClock::at(SystemClock.now()));
    let issuer = config(json!({
        "issuer": environment("BAKEN_OIDC_ISSUER"),
        "audience": environment("BAKEN_OIDC_AUDIENCE"),
        "algorithms": ["ES256", "RS256", "PS256", "EdDSA"],
        "jwks": { "url": environment("BAKEN_OIDC_JWKS") },
    }));
    let fetcher: Arc<dyn FetchKeys> = Arc::new(WorldKeys::new().unwrap());
    let verifier = Verifier::new(vec![issuer], &fetcher, clock.clone()).unwrap();

    let before = issued();
    let roles: Vec<_> = before.accepted.values().map(|each| each.role.as_str()).collect();
    for role in Role::ALL.iter().filter(|role| **role != Role::System) {
        assert!(roles.contains(&role.code()), "the provider issues no token for {role}");
    }
    for algorithm in ["ES256", "RS256", "PS256", "EdDSA"] {
        assert!(
            before.accepted.values().any(|each| each.algorithm == algorithm),
            "no token is signed with {algorithm}"
        );
    }
    assert_all_accepted(&verifier, &before).await;
    assert!(before.refused.len() >= 8, "the provider issues too few bad tokens");
    for (what, BadToken { code, token }) in &before.refused {
        let refused = verifier.verify(token).await.map(|_| ()).map_err(|error| error.code());
        assert_eq!(refused, Err(code.as_str()), "{what}");
    }

    let rotated = reqwest::Client::new().post(environment("BAKEN_OIDC_ROTATE")).send().await.unwrap();
    assert_eq!(rotated.status(), 204);
    let after = issued();
    let new = &after.accepted["night-shelter-rotterdam"].token;
    assert_eq!(verifier.verify(new).await.unwrap_err(), AuthError::KeyUnknown, "the cool-down is not over");
    clock.advance(TimeDelta::seconds(60));
    assert_all_accepted(&verifier, &after).await;
    let old = &before.accepted["night-shelter-rotterdam"].token;
    assert_eq!(verifier.verify(old).await.unwrap_err(), AuthError::KeyUnknown);
}
