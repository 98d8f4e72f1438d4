//! Issuers whose word is good for some things only.

use super::*;

async fn admitted(trusted_for: Value, claims: Value) -> Result<Authenticated, AuthError> {
    let signer = Signer::es256("a");
    let mut issuer = issuer_with(&[&signer]);
    issuer["trusted_for"] = trusted_for;
    verifier_of(vec![issuer]).verify(&signer.token(&claims)).await
}

fn not_trusted(claim: &str) -> AuthError {
    AuthError::ClaimNotTrusted { claim: claim.to_owned() }
}

fn liaison(country: &str) -> Value {
    with(with(claims(), "baken_role", json!("embassy_liaison")), "baken_country", json!(country))
}

fn coordinator(municipality: &str) -> Value {
    with(with(claims(), "baken_role", json!("process_coordinator")), "baken_municipality", json!(municipality))
}

fn analyst(area: &str) -> Value {
    with(with(claims(), "baken_role", json!("monitor_analyst")), "baken_area", json!(area))
}

#[tokio::test]
async fn an_embassy_s_provider_cannot_name_a_coordinator() {
    let roles = json!({ "roles": ["embassy_liaison", "ambassador"] });
    assert!(admitted(roles.clone(), liaison("PL")).await.is_ok());
    assert_eq!(admitted(roles, coordinator("rotterdam")).await.unwrap_err(), not_trusted("baken_role"));
}

#[tokio::test]
async fn an_embassy_s_provider_cannot_speak_for_another_country() {
    let countries = json!({ "countries": ["PL"] });
    assert!(admitted(countries.clone(), liaison("PL")).await.is_ok());
    assert_eq!(admitted(countries, liaison("RO")).await.unwrap_err(), not_trusted("baken_country"));
}

#[tokio::test]
async fn a_provider_cannot_speak_for_another_organisation() {
    let organisations = |name: &str| json!({ "organisations": [name] });
    assert!(admitted(organisations("nachtopvang-rotterdam"), claims()).await.is_ok());
    let refused = admitted(organisations("nachtopvang-utrecht"), claims()).await;
    assert_eq!(refused.unwrap_err(), not_trusted("baken_organisation"));
}

#[tokio::test]
async fn a_city_s_provider_cannot_speak_for_another_city_nor_for_the_country() {
    let municipalities = json!({ "municipalities": ["rotterdam"] });
    assert!(admitted(municipalities.clone(), coordinator("rotterdam")).await.is_ok());
    assert!(admitted(municipalities.clone(), analyst("rotterdam")).await.is_ok());
    let refused = admitted(municipalities.clone(), coordinator("utrecht")).await;
    assert_eq!(refused.unwrap_err(), not_trusted("baken_municipality"));
    let refused = admitted(municipalities.clone(), analyst("utrecht")).await;
    assert_eq!(refused.unwrap_err(), not_trusted("baken_municipality"));
    assert_eq!(admitted(municipalities, analyst("national")).await.unwrap_err(), not_trusted("baken_area"));
}
