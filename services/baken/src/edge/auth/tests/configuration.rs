//! What a configuration cannot say, and what it may leave out.

use super::*;
use crate::edge::auth::{AuthConfigError, ClaimNames, JwksUrl, KeySource, SignatureAlgorithm};

fn refused(change: impl FnOnce(&mut Value)) -> AuthConfigError {
    let mut issuer = issuer_with(&[&Signer::es256("a")]);
    change(&mut issuer);
    Verifier::new(vec![config(issuer)], &(Arc::new(NoFetching) as _), Arc::new(TestClock::at(now()))).err().unwrap()
}

#[test]
fn symmetric_algorithms_and_none_cannot_be_configured() {
    for name in ["HS256", "HS384", "HS512", "none", "None", "es256", "ES512", "A128KW", ""] {
        assert_eq!(name.parse::<SignatureAlgorithm>(), Err(AuthConfigError::Algorithm), "{name:?}");
        let mut issuer = issuer_with(&[&Signer::es256("a")]);
        issuer["algorithms"] = json!(["ES256", name]);
        let error = serde_json::from_value::<IssuerConfig>(issuer).unwrap_err().to_string();
        assert!(error.contains("symmetric ones (HS256, …) and none are refused"), "{error}");
    }
}

#[test]
fn what_is_left_out_has_the_stricter_value() {
    let issuer = config(issuer_with(&[&Signer::es256("a")]));
    assert_eq!(issuer.token_types, ["at+jwt"]);
    assert_eq!(issuer.leeway_seconds, 30);
    assert_eq!(issuer.claims, ClaimNames::default());
    assert_eq!(issuer.claims.role, "baken_role");
}

#[test]
fn a_configuration_is_read_from_toml() {
    let toml = r#"
        [[issuers]]
        issuer = "https://login.example.nl"
        audience = "baken"
        algorithms = ["ES256", "EdDSA"]
        jwks = { url = "https://login.example.nl/jwks" }
        leeway_seconds = 5
        claims = { role = "role" }
        trusted_for = { roles = ["police"], municipalities = ["rotterdam"] }

        [[issuers]]
        issuer = "https://embassy.example"
        audience = "baken"
        algorithms = ["RS256"]
        jwks = { file = "/etc/baken/embassy.jwks" }
    "#;
    let read = config::Config::builder().add_source(config::File::from_str(toml, config::FileFormat::Toml));
    let issuers: Vec<IssuerConfig> = read.build().unwrap().get("issuers").unwrap();
    assert!(matches!(&issuers[0].jwks, KeySource::Url(url) if url.as_url().path() == "/jwks"));
    assert_eq!(issuers[0].algorithms, [SignatureAlgorithm::Es256, SignatureAlgorithm::EdDsa]);
    assert_eq!((issuers[0].leeway_seconds, issuers[0].claims.role.as_str()), (5, "role"));
    assert_eq!(issuers[0].claims.organisation, "baken_organisation");
    assert_eq!(issuers[0].trusted_for.municipalities.as_ref().unwrap().len(), 1);
    assert!(matches!(&issuers[1].jwks, KeySource::File(path) if path.ends_with("embassy.jwks")));
}

#[test]
fn a_misspelt_setting_is_refused_instead_of_ignored() {
    let mut issuer = issuer_with(&[&Signer::es256("a")]);
    issuer["audiences"] = json!(["baken"]);
    assert!(serde_json::from_value::<IssuerConfig>(issuer).is_err());
}

#[test]
fn keys_come_over_https_or_from_this_machine() {
    for good in [
        "https://login.example.nl/jwks",
        "http://127.0.0.1:3000/jwks",
        "http://127.8.9.1/jwks",
        "http://[::1]:3000/jwks",
        "http://localhost:3000/jwks",
    ] {
        assert!(good.parse::<JwksUrl>().is_ok(), "{good}");
    }
    for bad in [
        "http://login.example.nl/jwks",
        "http://127.0.0.1.evil.example/jwks",
        "http://localhost.evil.example/jwks",
        "http://10.0.0.1/jwks",
        "https://user:secret@login.example.nl/jwks",
        "https://:secret@login.example.nl/jwks",
        "ftp://localhost/jwks",
        "file:///etc/jwks",
        "login.example.nl",
    ] {
        assert_eq!(bad.parse::<JwksUrl>(), Err(AuthConfigError::JwksUrl), "{bad}");
    }
}

#[test]
fn an_issuer_needs_a_name_an_audience_a_type_and_an_algorithm() {
    assert_eq!(refused(|issuer| issuer["issuer"] = json!("")), AuthConfigError::Empty);
    assert_eq!(refused(|issuer| issuer["audience"] = json!("")), AuthConfigError::Empty);
    assert_eq!(refused(|issuer| issuer["token_types"] = json!([])), AuthConfigError::Empty);
    assert_eq!(refused(|issuer| issuer["token_types"] = json!(["at+jwt", ""])), AuthConfigError::Empty);
    assert_eq!(refused(|issuer| issuer["algorithms"] = json!([])), AuthConfigError::NoAlgorithm);
}

#[test]
fn a_leeway_of_more_than_five_minutes_is_refused() {
    assert_eq!(refused(|issuer| issuer["leeway_seconds"] = json!(301)), AuthConfigError::Leeway);
}

#[test]
fn inline_keys_must_serve_an_algorithm_of_the_issuer() {
    assert_eq!(refused(|issuer| issuer["jwks"]["inline"] = json!([])), AuthConfigError::InlineKeys);
    assert_eq!(refused(|issuer| issuer["algorithms"] = json!(["RS256"])), AuthConfigError::InlineKeys);
    assert_eq!(refused(|issuer| issuer["jwks"]["inline"][0]["use"] = json!("enc")), AuthConfigError::InlineKeys);
    assert_eq!(refused(|issuer| issuer["jwks"]["inline"][0]["key_ops"] = json!(["sign"])), AuthConfigError::InlineKeys);
    let secret = json!([{ "kty": "oct", "k": "c2VjcmV0", "alg": "HS256", "kid": "a" }]);
    assert_eq!(refused(|issuer| issuer["jwks"]["inline"] = secret), AuthConfigError::InlineKeys);
}

#[test]
fn the_names_of_the_claims_are_distinct_and_not_the_token_s_own() {
    for (name, value) in [
        ("role", ""),
        ("role", "baken_organisation"),
        ("role", "exp"),
        ("role", "sub"),
        ("user", "iss"),
        ("user", "baken_role"),
        ("area", "with \"quotes\""),
    ] {
        let error = refused(|issuer| issuer["claims"] = json!({ name: value }));
        assert_eq!(error, AuthConfigError::ClaimNames, "{name} = {value}");
    }
    let error = refused(|issuer| issuer["claims"] = json!({ "user": "oid", "organisation": "sub" }));
    assert_eq!(error, AuthConfigError::ClaimNames);
}

#[test]
fn a_limit_that_names_nothing_is_refused() {
    for limit in ["roles", "organisations", "municipalities", "countries"] {
        assert_eq!(refused(|issuer| issuer["trusted_for"] = json!({ limit: [] })), AuthConfigError::EmptyLimit);
    }
}

#[test]
fn a_verifier_needs_an_issuer_and_each_issuer_once() {
    let signer = Signer::es256("a");
    let clock = Arc::new(TestClock::at(now()));
    let of = |issuers: Vec<Value>| {
        Verifier::new(issuers.into_iter().map(config).collect(), &(Arc::new(NoFetching) as _), clock.clone()).err()
    };
    assert_eq!(of(vec![]), Some(AuthConfigError::NoIssuer));
    assert_eq!(of(vec![issuer_with(&[&signer]), issuer_with(&[&signer])]), Some(AuthConfigError::IssuerTwice));
}
