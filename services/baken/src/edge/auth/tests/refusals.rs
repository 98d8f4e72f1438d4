//! Every way in which a token is refused, each one change away from a token that is accepted.

use super::*;

async fn refusal_of(claims: Value) -> AuthError {
    let signer = Signer::es256("a");
    verify(&signer, &signer.token(&claims)).await.unwrap_err()
}

async fn refusal_of_header(change: impl FnOnce(&mut Value)) -> AuthError {
    let signer = Signer::es256("a");
    let mut header = signer.header();
    change(&mut header);
    verify(&signer, &signer.token_with(&header, &claims())).await.unwrap_err()
}

#[tokio::test]
async fn the_token_from_which_the_others_differ_is_accepted() {
    let signer = Signer::es256("a");
    let caller = verify(&signer, &signer.token(&claims())).await.unwrap();
    assert_eq!(caller.principal.user.as_str(), "night-shelter-rotterdam");
    assert_eq!(caller.principal.organisation.as_str(), "nachtopvang-rotterdam");
    assert_eq!(caller.principal.actor, care_path::Actor::ShelterWorker);
    assert_eq!(caller.expires_at.timestamp(), NOW + 3600);
}

#[tokio::test]
async fn every_algorithm_that_can_be_configured_can_be_verified() {
    use Algorithm::{ES256, ES384, EdDSA, PS256, PS384, PS512, RS256, RS384, RS512};
    for algorithm in [ES256, ES384, EdDSA, RS256, RS384, RS512, PS256, PS384, PS512] {
        let signer = Signer::of(algorithm, "a");
        assert!(verify(&signer, &signer.token(&claims())).await.is_ok(), "{algorithm:?}");
    }
}

#[tokio::test]
async fn an_expired_token_is_refused_once_the_leeway_is_over() {
    let signer = Signer::es256("a");
    let expired_for = |seconds: i64| signer.token(&with(claims(), "exp", json!(NOW - seconds)));
    assert!(verify(&signer, &expired_for(29)).await.is_ok());
    assert_eq!(verify(&signer, &expired_for(30)).await.unwrap_err(), AuthError::Expired);
}

#[tokio::test]
async fn a_token_that_is_not_valid_yet_is_refused_beyond_the_leeway() {
    let signer = Signer::es256("a");
    for claim in ["nbf", "iat"] {
        let valid_in = |seconds: i64| signer.token(&with(claims(), claim, json!(NOW + seconds)));
        assert!(verify(&signer, &valid_in(30)).await.is_ok(), "{claim}");
        assert_eq!(verify(&signer, &valid_in(31)).await.unwrap_err(), AuthError::NotYetValid, "{claim}");
    }
}

#[tokio::test]
async fn a_token_from_the_future_is_refused_though_it_says_that_it_is_valid() {
    let from_the_future = with(with(claims(), "nbf", json!(NOW - 60)), "iat", json!(NOW + 31));
    assert_eq!(refusal_of(from_the_future).await, AuthError::NotYetValid);
}

#[tokio::test]
async fn the_times_are_held_against_the_injected_clock() {
    let signer = Signer::es256("a");
    let clock = Arc::new(TestClock::at(now()));
    let verifier =
        Verifier::new(vec![config(issuer_with(&[&signer]))], &(Arc::new(NoFetching) as _), clock.clone()).unwrap();
    let token = signer.token(&claims());
    assert!(verifier.verify(&token).await.is_ok());
    clock.advance(chrono::TimeDelta::hours(2));
    assert_eq!(verifier.verify(&token).await.unwrap_err(), AuthError::Expired);
    clock.advance(chrono::TimeDelta::hours(-4));
    assert_eq!(verifier.verify(&token).await.unwrap_err(), AuthError::NotYetValid);
}

#[tokio::test]
async fn a_token_without_a_required_claim_is_refused() {
    for claim in ["iss", "aud", "exp", "iat", "sub", "baken_role", "baken_organisation"] {
        assert_eq!(refusal_of(without(claims(), claim)).await, claim_missing(claim));
        assert_eq!(refusal_of(with(claims(), claim, Value::Null)).await, claim_missing(claim));
    }
}

#[tokio::test]
async fn times_that_are_no_numbers_of_seconds_are_refused() {
    for claim in ["exp", "iat", "nbf"] {
        for value in [json!("soon"), json!(true), json!(-1), json!(u64::MAX), json!(1e300)] {
            assert_eq!(refusal_of(with(claims(), claim, value)).await, claim_malformed(claim));
        }
    }
}

#[tokio::test]
async fn a_registered_claim_with_a_structure_is_refused() {
    for claim in ["exp", "nbf", "sub", "iss", "aud"] {
        for value in [json!([[NOW]]), json!({ "is": NOW })] {
            let refusal = refusal_of(with(claims(), claim, value)).await;
            assert!(
                refusal == AuthError::TokenMalformed
                    || refusal == claim_missing(claim)
                    || refusal == claim_malformed(claim),
                "{claim}: {refusal:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_time_with_a_fraction_of_a_second_is_understood() {
    let signer = Signer::es256("a");
    #[expect(clippy::cast_precision_loss, reason = "a double holds today's seconds exactly")]
    let token = signer.token(&with(claims(), "exp", json!(NOW as f64 + 100.5)));
    let expires_at = verify(&signer, &token).await.unwrap().expires_at;
    assert_eq!(expires_at.timestamp_millis(), (NOW + 100) * 1000 + 500);
}

#[tokio::test]
async fn a_token_for_another_audience_is_refused() {
    assert_eq!(refusal_of(with(claims(), "aud", json!("payroll"))).await, AuthError::AudienceWrong);
    assert_eq!(refusal_of(with(claims(), "aud", json!(["payroll", "baken2"]))).await, AuthError::AudienceWrong);
    assert_eq!(refusal_of(with(claims(), "aud", json!([]))).await, AuthError::AudienceWrong);
    assert_eq!(refusal_of(with(claims(), "aud", json!(7))).await, claim_missing("aud"));
}

#[tokio::test]
async fn one_audience_of_several_is_enough() {
    let signer = Signer::es256("a");
    let token = signer.token(&with(claims(), "aud", json!(["payroll", "baken"])));
    assert!(verify(&signer, &token).await.is_ok());
}

#[tokio::test]
async fn an_issuer_that_is_not_configured_is_refused_even_if_its_name_is_almost_right() {
    for issuer in ["https://evil.example", "https://login.example.nl/", "HTTPS://LOGIN.EXAMPLE.NL", ""] {
        assert_eq!(refusal_of(with(claims(), "iss", json!(issuer))).await, AuthError::IssuerUnknown, "{issuer:?}");
    }
    assert_eq!(refusal_of(with(claims(), "iss", json!([ISSUER]))).await, AuthError::TokenMalformed);
}

#[tokio::test]
async fn an_id_token_is_not_an_access_token() {
    assert_eq!(refusal_of_header(|header| header["typ"] = json!("JWT")).await, AuthError::TypeNotAccepted);
    assert_eq!(refusal_of_header(|header| header["typ"] = Value::Null).await, AuthError::TypeNotAccepted);
}

#[tokio::test]
async fn a_token_signed_with_the_public_key_as_a_secret_is_refused() {
    let signer = Signer::es256("a");
    let verifier = verifier_of(vec![issuer_with(&[&signer])]);
    let x = URL_SAFE_NO_PAD.decode(signer.jwk["x"].as_str().unwrap()).unwrap();
    let y = URL_SAFE_NO_PAD.decode(signer.jwk["y"].as_str().unwrap()).unwrap();
    let point = [&[4], x.as_slice(), y.as_slice()].concat();
    for secret in [point, signer.jwk.to_string().into_bytes()] {
        let forger =
            Signer { key: EncodingKey::from_secret(&secret), algorithm: Algorithm::HS256, jwk: signer.jwk.clone() };
        let token = forger.token(&claims());
        assert_eq!(verifier.verify(&token).await.unwrap_err(), AuthError::AlgorithmNotAllowed);
        // The same bytes under the header of the algorithm that is allowed.
        let signature = token.rsplit_once('.').unwrap().1;
        let relabelled = format!("{}.{signature}", unsigned(&signer.header(), &claims()));
        assert_eq!(verifier.verify(&relabelled).await.unwrap_err(), AuthError::SignatureInvalid);
    }
}

#[tokio::test]
async fn a_token_without_a_signature_is_refused_however_none_is_spelt() {
    let signer = Signer::es256("a");
    for none in ["none", "None", "NONE", ""] {
        let token = format!("{}.", unsigned(&json!({ "alg": none, "typ": "at+jwt", "kid": "a" }), &claims()));
        assert_eq!(verify(&signer, &token).await.unwrap_err(), AuthError::AlgorithmNotAllowed, "{none:?}");
    }
    let unsigned = format!("{}.", unsigned(&signer.header(), &claims()));
    assert_eq!(verify(&signer, &unsigned).await.unwrap_err(), AuthError::SignatureInvalid);
}

#[tokio::test]
async fn an_algorithm_that_the_issuer_does_not_use_is_refused_though_its_key_would_fit() {
    let rs256 = Signer::of(Algorithm::RS256, "a");
    let mut issuer = issuer_with(&[&rs256]);
    issuer["jwks"]["inline"][0].as_object_mut().unwrap().remove("alg");
    let ps256 = Signer { algorithm: Algorithm::PS256, ..rs256.clone() };
    assert!(verifier_of(vec![issuer.clone()]).verify(&rs256.token(&claims())).await.is_ok());
    let refused = verifier_of(vec![issuer.clone()]).verify(&ps256.token(&claims())).await;
    assert_eq!(refused.unwrap_err(), AuthError::AlgorithmNotAllowed);
    // And a pinned algorithm does not help a key that says it is for another one.
    issuer["algorithms"] = json!(["RS256", "PS256"]);
    issuer["jwks"]["inline"][0]["alg"] = json!("RS256");
    let refused = verifier_of(vec![issuer]).verify(&ps256.token(&claims())).await;
    assert_eq!(refused.unwrap_err(), AuthError::KeyUnfit);
}

#[tokio::test]
async fn a_key_of_another_type_than_the_algorithm_is_not_used() {
    use Algorithm::{ES256, ES384, EdDSA, PS256, RS256};
    let keys = [ES256, ES384, EdDSA, RS256].map(|algorithm| Signer::of(algorithm, &format!("{algorithm:?}")));
    let mut issuer = issuer_with(&keys.each_ref());
    issuer["algorithms"] = json!([ES256, ES384, EdDSA, RS256, PS256]);
    for jwk in issuer["jwks"]["inline"].as_array_mut().unwrap() {
        jwk.as_object_mut().unwrap().remove("alg");
    }
    let verifier = verifier_of(vec![issuer]);
    for signer in &keys {
        for other in keys.iter().filter(|other| other.jwk["kid"] != signer.jwk["kid"]) {
            let header = with(signer.header(), "kid", other.jwk["kid"].clone());
            let refused = verifier.verify(&signer.token_with(&header, &claims())).await;
            assert_eq!(refused.unwrap_err(), AuthError::KeyUnfit, "{header}");
        }
        assert!(verifier.verify(&signer.token(&claims())).await.is_ok());
    }
}

#[tokio::test]
async fn a_token_that_demands_an_extension_is_refused() {
    for critical in [json!(["exp"]), json!([]), Value::Null, json!("b64")] {
        let refusal = refusal_of_header(|header| header["crit"] = critical.clone()).await;
        assert_eq!(refusal, AuthError::CriticalHeader, "{critical}");
    }
}

#[tokio::test]
async fn a_key_that_the_token_brings_along_is_ignored() {
    let (issuer, attacker) = (Signer::es256("a"), Signer::es256("a"));
    let mut header = attacker.header();
    header["jwk"] = attacker.jwk.clone();
    header["jku"] = json!("https://evil.example/jwks");
    header["x5u"] = json!("https://evil.example/cert");
    let refused = verify(&issuer, &attacker.token_with(&header, &claims())).await;
    assert_eq!(refused.unwrap_err(), AuthError::SignatureInvalid);
    assert!(verify(&issuer, &issuer.token_with(&header, &claims())).await.is_ok());
}

#[tokio::test]
async fn a_payload_that_was_changed_after_signing_is_refused() {
    let signer = Signer::es256("a");
    let token = signer.token(&claims());
    let signature = token.rsplit_once('.').unwrap().1;
    let promoted = with(claims(), "baken_role", json!("privacy_officer"));
    let tampered = format!("{}.{signature}", unsigned(&signer.header(), &promoted));
    assert_eq!(verify(&signer, &tampered).await.unwrap_err(), AuthError::SignatureInvalid);
}

#[tokio::test]
async fn a_header_that_was_changed_after_signing_is_refused() {
    let signer = Signer::es256("a");
    let token = signer.token_with(&with(signer.header(), "typ", json!("JWT")), &claims());
    let signature = token.rsplit_once('.').unwrap().1;
    let retyped = format!("{}.{signature}", unsigned(&signer.header(), &claims()));
    assert_eq!(verify(&signer, &retyped).await.unwrap_err(), AuthError::SignatureInvalid);
}

#[tokio::test]
async fn a_token_of_one_issuer_signed_with_the_key_of_another_is_refused() {
    let (ours, theirs) = (Signer::es256("a"), Signer::es256("b"));
    let mut other = issuer_with(&[&theirs]);
    other["issuer"] = json!("https://embassy.example");
    let verifier = verifier_of(vec![issuer_with(&[&ours]), other]);
    let their_claims = with(claims(), "iss", json!("https://embassy.example"));
    assert!(verifier.verify(&theirs.token(&their_claims)).await.is_ok());
    assert_eq!(verifier.verify(&theirs.token(&claims())).await.unwrap_err(), AuthError::KeyUnknown);
    // The same with the key id of the issuer whose name is used.
    let posing = theirs.token_with(&ours.header(), &claims());
    assert_eq!(verifier.verify(&posing).await.unwrap_err(), AuthError::SignatureInvalid);
}

#[tokio::test]
async fn an_oversized_token_is_refused_before_it_is_read() {
    let signer = Signer::es256("a");
    let padded = |bytes: usize| signer.token(&with(claims(), "padding", json!("x".repeat(bytes))));
    assert!(verify(&signer, &padded(5_000)).await.is_ok());
    assert_eq!(verify(&signer, &padded(8_000)).await.unwrap_err(), AuthError::TokenTooLong);
    assert_eq!(verify(&signer, &"x".repeat(1 << 20)).await.unwrap_err(), AuthError::TokenTooLong);
}

#[tokio::test]
async fn what_is_not_a_jws_of_three_parts_is_malformed() {
    let signer = Signer::es256("a");
    let token = signer.token(&claims());
    let jwe = format!("{token}.x.y");
    let padded = token.replacen('.', "=.", 1);
    let not_json = format!("{}.{}.x", URL_SAFE_NO_PAD.encode("[]"), URL_SAFE_NO_PAD.encode("{}"));
    for bad in ["", "abc", "a.b", "a.b.c", "..", &jwe, &padded, &not_json] {
        assert_eq!(verify(&signer, bad).await.unwrap_err(), AuthError::TokenMalformed, "{bad:?}");
    }
    let bad_signature = format!("{}.!!", unsigned(&signer.header(), &claims()));
    assert_eq!(verify(&signer, &bad_signature).await.unwrap_err(), AuthError::TokenMalformed);
}

#[tokio::test]
async fn a_claim_that_is_written_twice_does_not_choose_another_issuer() {
    let signer = Signer::es256("a");
    let twice = claims().to_string().replacen('{', "{\"iss\":\"https://evil.example\",", 1);
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(signer.header().to_string()), URL_SAFE_NO_PAD.encode(twice));
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &signer.key, signer.algorithm).unwrap();
    assert_eq!(verify(&signer, &format!("{message}.{signature}")).await.unwrap_err(), AuthError::TokenMalformed);
}

#[tokio::test]
async fn a_token_without_a_key_id_is_accepted_only_where_there_is_one_key() {
    let (first, second) = (Signer::es256("a"), Signer::es256("b"));
    let token = first.token_with(&without(first.header(), "kid"), &claims());
    assert!(verify(&first, &token).await.is_ok());
    let refused = verifier_of(vec![issuer_with(&[&first, &second])]).verify(&token).await;
    assert_eq!(refused.unwrap_err(), AuthError::KeyIdMissing);
}

#[tokio::test]
async fn no_refusal_repeats_what_the_token_holds() {
    let secret = "zq-secret-zq";
    let signer = Signer::es256("a");
    let mut tokens: Vec<String> = claims()
        .as_object()
        .unwrap()
        .keys()
        .flat_map(|name| {
            [json!(format!("{secret} ")), json!([secret]), json!({ secret: secret })]
                .map(|value| signer.token(&with(claims(), name, value)))
        })
        .collect();
    for name in ["alg", "typ", "kid", "crit"] {
        tokens.push(signer.token_with(&with(signer.header(), name, json!(secret)), &claims()));
    }
    tokens.push(secret.to_owned());
    for token in tokens {
        let error = verify(&signer, &token).await.unwrap_err();
        let said = format!("{error} {error:?} {} {:?}", error.code(), error.challenge());
        assert!(!said.contains(secret), "{said}");
    }
}
