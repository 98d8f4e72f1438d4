//! Keys that are fetched, rotated, withdrawn, or cannot be had.

use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::TimeDelta;
use parking_lot::Mutex;
use tokio::sync::Semaphore;

use super::*;

/// Publishes what a test tells it to, and counts how often it was asked.
struct Publisher {
    document: Mutex<Option<String>>,
    fetches: AtomicUsize,
    /// A fetch takes a permit; a test that wants fetches to hang takes them all away.
    gate: Semaphore,
}

#[async_trait]
impl FetchKeys for Publisher {
    async fn fetch(&self, location: &KeyLocation) -> Result<Vec<u8>, FetchError> {
        assert!(matches!(location, KeyLocation::Url(url) if url.as_str() == "https://login.example.nl/jwks"));
        self.fetches.fetch_add(1, Ordering::SeqCst);
        let _permit = self.gate.acquire().await.unwrap();
        let document = self.document.lock().clone();
        document.map(String::into_bytes).ok_or(FetchError::Status(500))
    }
}

struct Scene {
    publisher: Arc<Publisher>,
    clock: Arc<TestClock>,
    verifier: Arc<Verifier>,
}

impl Scene {
    fn new(keys: &[&Signer]) -> Self {
        let publisher = Arc::new(Publisher {
            document: Mutex::default(),
            fetches: AtomicUsize::new(0),
            gate: Semaphore::new(1_000),
        });
        let clock = Arc::new(TestClock::at(now()));
        let issuer = config(json!({
            "issuer": ISSUER, "audience": AUDIENCE, "algorithms": ["ES256"],
            "jwks": { "url": "https://login.example.nl/jwks" },
        }));
        let fetcher: Arc<dyn FetchKeys> = publisher.clone();
        let verifier = Arc::new(Verifier::new(vec![issuer], &fetcher, clock.clone()).unwrap());
        let scene = Self { publisher, clock, verifier };
        scene.publish(keys);
        scene
    }

    fn publish(&self, signers: &[&Signer]) {
        let keys: Vec<_> = signers.iter().map(|signer| &signer.jwk).collect();
        *self.publisher.document.lock() = Some(json!({ "keys": keys }).to_string());
    }

    fn publish_nothing_usable(&self, document: Option<&str>) {
        *self.publisher.document.lock() = document.map(str::to_owned);
    }

    fn pass(&self, seconds: i64) {
        self.clock.advance(TimeDelta::seconds(seconds));
    }

    async fn try_key(&self, signer: &Signer) -> Result<(), AuthError> {
        self.verifier.verify(&signer.token(&claims())).await.map(|_| ())
    }

    fn fetches(&self) -> usize {
        self.publisher.fetches.load(Ordering::SeqCst)
    }

    /// Lets tasks in the background come to an end.
    async fn settle(&self, fetches: usize) {
        for _ in 0..1_000 {
            tokio::task::yield_now().await;
        }
        assert_eq!(self.fetches(), fetches);
    }
}

#[tokio::test]
async fn keys_are_fetched_with_the_first_token_and_kept() {
    let key = Signer::es256("a");
    let scene = Scene::new(&[&key]);
    assert_eq!(scene.fetches(), 0);
    for _ in 0..10 {
        assert_eq!(scene.try_key(&key).await, Ok(()));
    }
    assert_eq!(scene.fetches(), 1);
}

#[tokio::test]
async fn a_token_that_fails_before_its_key_matters_leads_to_no_fetch() {
    let key = Signer::es256("a");
    let scene = Scene::new(&[&key]);
    let other_issuer = key.token(&with(claims(), "iss", json!("https://evil.example")));
    let id_token = key.token_with(&with(key.header(), "typ", json!("JWT")), &claims());
    for token in ["x", &other_issuer, &id_token] {
        assert!(scene.verifier.verify(token).await.is_err());
    }
    assert_eq!(scene.fetches(), 0);
}

#[tokio::test]
async fn an_unknown_key_leads_to_one_fetch_and_then_to_none_for_a_minute() {
    let (key, unknown) = (Signer::es256("a"), Signer::es256("b"));
    let scene = Scene::new(&[&key]);
    assert_eq!(scene.try_key(&key).await, Ok(()));
    scene.pass(60);
    for _ in 0..5 {
        assert_eq!(scene.try_key(&unknown).await, Err(AuthError::KeyUnknown));
    }
    assert_eq!(scene.fetches(), 2);
    scene.pass(59);
    assert_eq!(scene.try_key(&unknown).await, Err(AuthError::KeyUnknown));
    assert_eq!(scene.fetches(), 2);
    scene.pass(1);
    assert_eq!(scene.try_key(&unknown).await, Err(AuthError::KeyUnknown));
    assert_eq!(scene.fetches(), 3);
}

#[tokio::test]
async fn ten_thousand_unknown_keys_at_once_lead_to_one_fetch() {
    let key = Signer::es256("a");
    let scene = Scene::new(&[&key]);
    assert_eq!(scene.try_key(&key).await, Ok(()));
    scene.pass(60);
    let all_of_them = scene.publisher.gate.acquire_many(1_000).await.unwrap();
    let callers: Vec<_> = (0..10_000)
        .map(|number| {
            let (verifier, token) = (scene.verifier.clone(), key.clone());
            let header = with(token.header(), "kid", json!(format!("invented-{number}")));
            tokio::spawn(async move { verifier.verify(&token.token_with(&header, &claims())).await })
        })
        .collect();
    scene.settle(2).await;
    drop(all_of_them);
    for caller in callers {
        assert_eq!(caller.await.unwrap().unwrap_err(), AuthError::KeyUnknown);
    }
    assert_eq!(scene.fetches(), 2);
}

#[tokio::test]
async fn a_hundred_first_tokens_at_once_lead_to_one_fetch_and_are_all_accepted() {
    let key = Signer::es256("a");
    let scene = Scene::new(&[&key]);
    let all_of_them = scene.publisher.gate.acquire_many(1_000).await.unwrap();
    let callers: Vec<_> = (0..100)
        .map(|_| {
            let (verifier, token) = (scene.verifier.clone(), key.token(&claims()));
            tokio::spawn(async move { verifier.verify(&token).await })
        })
        .collect();
    scene.settle(1).await;
    drop(all_of_them);
    for caller in callers {
        assert!(caller.await.unwrap().is_ok());
    }
    assert_eq!(scene.fetches(), 1);
}

#[tokio::test]
async fn a_new_key_is_accepted_after_a_fetch_and_the_old_one_refused_once_it_is_gone() {
    let (old, new) = (Signer::es256("old"), Signer::es256("new"));
    let scene = Scene::new(&[&old]);
    assert_eq!(scene.try_key(&old).await, Ok(()));
    scene.publish(&[&old, &new]);
    scene.pass(60);
    assert_eq!(scene.try_key(&new).await, Ok(()));
    assert_eq!(scene.try_key(&old).await, Ok(()));
    assert_eq!(scene.fetches(), 2);
    scene.publish(&[&new]);
    scene.pass(600);
    assert_eq!(scene.try_key(&old).await, Ok(()), "this use starts the fetch and does not wait for it");
    scene.settle(3).await;
    assert_eq!(scene.try_key(&old).await, Err(AuthError::KeyUnknown));
    assert_eq!(scene.try_key(&new).await, Ok(()));
    assert_eq!(scene.fetches(), 3);
}

#[tokio::test]
async fn a_key_that_was_replaced_under_its_old_name_is_no_longer_accepted() {
    let (old, new) = (Signer::es256("a"), Signer::es256("a"));
    let scene = Scene::new(&[&old]);
    assert_eq!(scene.try_key(&old).await, Ok(()));
    scene.publish(&[&new]);
    scene.pass(600);
    assert_eq!(scene.try_key(&new).await, Err(AuthError::SignatureInvalid));
    scene.settle(2).await;
    assert_eq!(scene.try_key(&new).await, Ok(()));
    assert_eq!(scene.try_key(&old).await, Err(AuthError::SignatureInvalid));
}

#[tokio::test]
async fn old_keys_are_renewed_in_the_background_by_one_fetch_and_nobody_waits() {
    let key = Signer::es256("a");
    let scene = Scene::new(&[&key]);
    assert_eq!(scene.try_key(&key).await, Ok(()));
    scene.pass(599);
    assert_eq!(scene.try_key(&key).await, Ok(()));
    scene.settle(1).await;
    scene.pass(1);
    let hanging = scene.publisher.gate.acquire_many(1_000).await.unwrap();
    for _ in 0..10 {
        assert_eq!(scene.try_key(&key).await, Ok(()));
    }
    scene.settle(2).await;
    drop(hanging);
    scene.settle(2).await;
    assert_eq!(scene.try_key(&key).await, Ok(()));
    scene.settle(2).await;
}

#[tokio::test]
async fn a_key_that_was_withdrawn_while_nobody_called_opens_nothing() {
    let (old, new) = (Signer::es256("old"), Signer::es256("new"));
    let scene = Scene::new(&[&old]);
    assert_eq!(scene.try_key(&old).await, Ok(()));
    scene.publish(&[&new]);
    scene.clock.advance(TimeDelta::minutes(59));
    let token = old.token(&claims());
    scene.clock.advance(TimeDelta::minutes(1));
    assert_eq!(scene.verifier.verify(&token).await.unwrap_err(), AuthError::KeyUnknown);
}

#[tokio::test]
async fn an_issuer_that_withdraws_all_its_keys_is_believed() {
    let key = Signer::es256("a");
    let scene = Scene::new(&[&key]);
    assert_eq!(scene.try_key(&key).await, Ok(()));
    scene.publish(&[]);
    scene.pass(600);
    assert_eq!(scene.try_key(&key).await, Ok(()));
    scene.settle(2).await;
    assert_eq!(scene.try_key(&key).await, Err(AuthError::KeyUnknown));
}

#[tokio::test]
async fn a_failing_fetch_keeps_the_old_keys() {
    let key = Signer::es256("a");
    let scene = Scene::new(&[&key]);
    assert_eq!(scene.try_key(&key).await, Ok(()));
    for (round, document) in [None, Some("<html>"), Some("{}"), Some("{\"keys\": 7}")].into_iter().enumerate() {
        scene.publish_nothing_usable(document);
        scene.pass(600);
        assert_eq!(scene.try_key(&key).await, Ok(()), "{document:?}");
        scene.settle(2 + round).await;
        scene.pass(59);
        assert_eq!(scene.try_key(&key).await, Ok(()), "{document:?}");
        scene.settle(2 + round).await;
    }
}

#[tokio::test]
async fn keys_of_kinds_that_are_not_known_here_do_not_spoil_the_others() {
    let key = Signer::es256("a");
    let scene = Scene::new(&[&key]);
    let odd = json!({ "keys": [
        { "kty": "AKP", "alg": "ML-DSA-44", "kid": "a", "pub": "x" },
        { "kty": "EC", "crv": "secp256k1", "x": "x", "y": "y", "kid": "a" },
        { "kty": "oct", "k": "c2VjcmV0", "kid": "a" },
        { "kty": "RSA", "kid": "a" },
        "nonsense",
        key.jwk,
    ]});
    scene.publish_nothing_usable(Some(&odd.to_string()));
    assert_eq!(scene.try_key(&key).await, Ok(()));
}

#[tokio::test]
async fn without_any_keys_the_service_is_unavailable_and_tries_again_soon() {
    let key = Signer::es256("a");
    let scene = Scene::new(&[&key]);
    scene.publish_nothing_usable(None);
    for _ in 0..5 {
        assert_eq!(scene.try_key(&key).await, Err(AuthError::KeysUnavailable));
    }
    assert_eq!(scene.fetches(), 1);
    scene.publish(&[&key]);
    scene.pass(4);
    assert_eq!(scene.try_key(&key).await, Err(AuthError::KeysUnavailable));
    scene.pass(1);
    assert_eq!(scene.try_key(&key).await, Ok(()));
    assert_eq!(scene.fetches(), 2);
}

#[tokio::test]
async fn a_caller_who_hangs_up_does_not_take_the_fetch_along() {
    let (old, new) = (Signer::es256("old"), Signer::es256("new"));
    let scene = Scene::new(&[&old]);
    assert_eq!(scene.try_key(&old).await, Ok(()));
    scene.publish(&[&old, &new]);
    scene.pass(60);
    let hanging = scene.publisher.gate.acquire_many(1_000).await.unwrap();
    let (verifier, token) = (scene.verifier.clone(), new.token(&claims()));
    let caller = tokio::spawn(async move { verifier.verify(&token).await });
    scene.settle(2).await;
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    drop(hanging);
    assert_eq!(scene.try_key(&new).await, Ok(()));
    assert_eq!(scene.fetches(), 2);
}

#[tokio::test]
async fn a_clock_that_is_set_back_does_not_keep_old_keys_alive() {
    let (old, new) = (Signer::es256("old"), Signer::es256("new"));
    let scene = Scene::new(&[&old]);
    assert_eq!(scene.try_key(&old).await, Ok(()));
    scene.publish(&[&new]);
    scene.pass(-20);
    assert_eq!(scene.try_key(&old).await, Err(AuthError::KeyUnknown));
    assert_eq!(scene.try_key(&new).await, Ok(()));
}

#[tokio::test]
async fn a_token_that_is_known_is_refused_like_any_other_once_its_key_is_withdrawn() {
    let (old, new) = (Signer::es256("old"), Signer::es256("new"));
    let scene = Scene::new(&[&old]);
    let token = old.token(&claims());
    for _ in 0..3 {
        assert!(scene.verifier.verify(&token).await.is_ok());
    }
    scene.publish(&[&new]);
    scene.pass(600);
    assert!(scene.verifier.verify(&token).await.is_ok(), "this use starts the fetch and does not wait for it");
    scene.settle(2).await;
    assert_eq!(scene.verifier.verify(&token).await.unwrap_err(), AuthError::KeyUnknown);
    scene.publish(&[&old, &new]);
    scene.pass(60);
    assert!(scene.verifier.verify(&token).await.is_ok());
}

#[tokio::test]
async fn a_token_that_is_known_is_refused_before_its_time_and_after_it() {
    let key = Signer::es256("a");
    let scene = Scene::new(&[&key]);
    let token = key.token(&with(claims(), "exp", json!(NOW + 300)));
    let verify = || scene.verifier.verify(&token);
    assert!(verify().await.is_ok());
    scene.pass(299);
    assert!(verify().await.is_ok());
    scene.pass(3_600);
    assert_eq!(verify().await.unwrap_err(), AuthError::Expired);
    scene.pass(-3_900);
    assert!(verify().await.is_ok());
    scene.pass(-3_600);
    assert_eq!(verify().await.unwrap_err(), AuthError::NotYetValid);
}

#[tokio::test]
async fn a_token_that_was_refused_is_checked_again_the_next_time() {
    let (known, other) = (Signer::es256("a"), Signer::es256("b"));
    let scene = Scene::new(&[&known]);
    let token = other.token(&claims());
    assert_eq!(scene.verifier.verify(&token).await.unwrap_err(), AuthError::KeyUnknown);
    scene.publish(&[&known, &other]);
    scene.pass(60);
    assert!(scene.verifier.verify(&token).await.is_ok());
}
