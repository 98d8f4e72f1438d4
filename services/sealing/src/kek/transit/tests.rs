//! What may go wrong with a Transit service: each says what to do, names the key and no secret, and passes by itself once
//! it is mended. The contract of all providers is tested elsewhere.

use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use care_path::ids::{EventId, PersonId};
use secrecy::ExposeSecret as _;
use serde_json::json;
use uuid::Uuid;

use super::double::{Double, Fault, State};
use super::*;
use crate::secret::random_key;
use crate::{Binding, KeyError, KeyRing, MemoryKeyStore, SealError, Sealer, copy_keys};

const ONE: Epoch = Epoch(1);
const TWO: Epoch = Epoch(2);

/// A service with one wrapped key, and what uses it.
struct Used {
    double: Double,
    folder: tempfile::TempDir,
    kek: TransitKek,
    key: Key256,
    wrapped: Vec<u8>,
}

impl Used {
    async fn new() -> Self {
        let (double, folder) = (Double::start(), tempfile::tempdir().unwrap());
        let kek = TransitKek::open(&double.settings(folder.path())).unwrap();
        let key = random_key().unwrap();
        let wrapped = kek.wrap_keys(ONE, &[ToWrap { key: &key, aad: b"bound".to_vec() }]).await.unwrap().remove(0);
        Self { double, folder, kek, key, wrapped }
    }

    fn set(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.double.state.lock());
    }

    fn new_token(&self, token: &str) {
        self.set(|state| token.clone_into(&mut state.token));
    }

    fn write_token(&self, token: &str) {
        storage::owner_only::write(&self.folder.path().join("token"), token).unwrap();
    }

    async fn wrap(&self) -> Result<Vec<Vec<u8>>, KekError> {
        self.kek.wrap_keys(ONE, &[ToWrap { key: &self.key, aad: b"bound".to_vec() }]).await
    }

    async fn unwrap(&self) -> Result<Option<Key256>, KekError> {
        let keys = [ToUnwrap { wrapped: &self.wrapped, aad: b"bound".to_vec() }];
        Ok(self.kek.unwrap_keys(ONE, &keys).await?.remove(0))
    }

    async fn opens(&self) {
        let opened = self.unwrap().await.unwrap().unwrap();
        assert_eq!(opened.expose_secret(), self.key.expose_secret());
    }

    /// The error of an unwrap, which names the key and nothing that is secret.
    async fn refused(&self) -> KekError {
        let error = self.unwrap().await.unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(text.contains("the Transit key transit/baken at http://127.0.0.1:"), "{text}");
        let wrapped = std::str::from_utf8(&self.wrapped).unwrap();
        for secret in ["s.first", "s.second", wrapped, &STANDARD.encode(self.key.expose_secret())] {
            assert!(!text.contains(secret), "{text}");
        }
        assert!(error.is_passing(), "{error}");
        error
    }
}

#[tokio::test]
async fn a_service_that_is_sealed_or_busy_for_a_moment_is_asked_again() {
    let used = Used::new().await;
    for fault in [
        Fault::Sealed,
        Fault::Status(429),
        Fault::Status(412),
        Fault::Status(502),
        Fault::CutOff,
        Fault::DoneAndCutOff,
        Fault::TooMany(1),
    ] {
        used.double.fail([fault]);
        let before = used.double.requests();
        used.opens().await;
        assert_eq!(used.double.requests(), before + 2);
    }
}

#[tokio::test]
async fn a_service_that_stays_sealed_is_not_available_and_works_once_it_is_unsealed() {
    let used = Used::new().await;
    used.double.fail(vec![Fault::Sealed; 4]);
    let before = used.double.requests();
    let error = used.refused().await;
    assert!(matches!(&error, KekError::Unavailable { why, .. } if why.contains("503")), "{error:?}");
    assert_eq!(used.double.requests(), before + 4, "it is not asked for ever");
    used.opens().await;
}

#[tokio::test]
async fn a_wait_that_is_longer_than_the_patience_is_not_waited() {
    let used = Used::new().await;
    used.double.fail([Fault::TooMany(3_600)]);
    let began = Instant::now();
    let error = used.refused().await;
    assert!(matches!(&error, KekError::Unavailable { why, .. } if why.contains("429")), "{error:?}");
    assert!(began.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn a_renewed_token_is_read_and_an_old_one_is_said_to_be_refused() {
    let used = Used::new().await;
    used.new_token("s.second");
    let before = used.double.requests();
    let error = used.refused().await;
    let names_the_file = |why: &str| why.contains(used.folder.path().to_str().unwrap());
    assert!(matches!(&error, KekError::Refused { why, .. } if names_the_file(why)), "{error:?}");
    assert_eq!(used.double.requests(), before + 1, "the same token is not tried twice");
    used.write_token("s.second\n");
    used.opens().await;
}

#[tokio::test]
async fn a_token_that_others_may_read_or_that_is_not_there_is_refused() {
    let used = Used::new().await;
    let settings = used.double.settings(used.folder.path());
    let refused = |settings: &TransitSettings| TransitKek::open(settings).map(|_| ()).unwrap_err();
    for empty in ["", " \n", "two\nlines"] {
        used.write_token(empty);
        assert!(matches!(refused(&settings), KekError::Refused { .. }));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        used.write_token("s.first");
        std::fs::set_permissions(&settings.token_file, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(refused(&settings), KekError::ReadableByOthers { mode: 0o640, .. }));
    }
    std::fs::remove_file(&settings.token_file).unwrap();
    let error = refused(&settings).to_string();
    assert!(error.contains("transit/baken") && error.contains(settings.token_file.to_str().unwrap()), "{error}");
}

#[tokio::test]
async fn a_service_that_is_slow_is_given_up_in_time() {
    let used = Used::new().await;
    let settings =
        TransitSettings { timeout_seconds: 1.try_into().unwrap(), ..used.double.settings(used.folder.path()) };
    let kek = TransitKek::open(&settings).unwrap();
    used.double.fail([Fault::Slow(Duration::from_secs(4))]);
    let began = Instant::now();
    let error = kek.current_epoch().await.unwrap_err();
    assert!(matches!(&error, KekError::Unavailable { why, .. } if why.contains("in time")), "{error:?}");
    assert!(began.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn a_service_that_is_not_there_is_not_available() {
    let used = Used::new().await;
    let settings =
        TransitSettings { address: "http://127.0.0.1:1".to_owned(), ..used.double.settings(used.folder.path()) };
    let error = TransitKek::open(&settings).unwrap().current_epoch().await.unwrap_err();
    assert!(matches!(error, KekError::Unavailable { .. }), "{error:?}");
    assert!(error.to_string().contains("http://127.0.0.1:1"), "{error}");
}

#[tokio::test]
async fn answers_that_are_not_those_of_transit_are_not_believed() {
    let used = Used::new().await;
    for fault in [
        Fault::FewerResults,
        Fault::ShortKeys,
        Fault::Body("<html>welcome</html>".to_owned()),
        Fault::Body("{\"data\":{}}".to_owned()),
        Fault::Body("{\"data\":{\"batch_results\":[{}]}}".to_owned()),
        Fault::Status(500),
        Fault::Item(0, "something else"),
        // Text of the service is not repeated: it could hold anything.
        Fault::Item(0, "s.first"),
    ] {
        used.double.fail([fault.clone()]);
        let error = used.refused().await;
        assert!(matches!(error, KekError::Unavailable { .. }), "{fault:?}: {error:?}");
    }
    for large in [super::client::MAX_BYTES + 1, 8 * super::client::MAX_BYTES] {
        used.double.fail(vec![Fault::Body("x".repeat(large)); 4]);
        let error = used.refused().await;
        assert!(matches!(&error, KekError::Unavailable { why, .. } if why.contains("1 MiB")), "{error:?}");
    }
    used.opens().await;
}

#[tokio::test]
async fn a_wrap_that_does_not_come_back_as_one_of_the_version_that_was_asked_for_is_not_kept() {
    let used = Used::new().await;
    for body in [
        r#"{"data":{"batch_results":[{"ciphertext":"vault:v2:AAAA"}]}}"#,
        r#"{"data":{"batch_results":[{"ciphertext":""}]}}"#,
    ] {
        used.double.fail([Fault::Body(body.to_owned())]);
        assert!(matches!(used.wrap().await, Err(KekError::Unavailable { .. })));
    }
    used.double.fail([Fault::Item(0, "cipher: message authentication failed")]);
    assert!(matches!(used.wrap().await, Err(KekError::Refused { .. })));
}

#[tokio::test]
async fn an_item_is_foreign_only_where_the_service_says_so() {
    let used = Used::new().await;
    used.double.fail([Fault::Item(0, "cipher: message authentication failed")]);
    assert!(used.unwrap().await.unwrap().is_none());
    used.double.fail([Fault::Item(0, "ciphertext or signature version is disallowed by policy (too old)")]);
    assert!(matches!(used.refused().await, KekError::UnknownEpoch { epoch: ONE, .. }));
}

#[tokio::test]
async fn a_token_does_not_follow_a_redirect() {
    let (used, other) = (Used::new().await, Double::start());
    let elsewhere = other.settings(tempfile::tempdir().unwrap().path()).address;
    used.double.fail([Fault::Redirect(format!("{elsewhere}/v1/transit/decrypt/baken"))]);
    assert!(matches!(used.refused().await, KekError::Refused { .. }));
    assert_eq!(other.requests(), 0);
}

#[tokio::test]
async fn a_key_that_was_deleted_is_named_and_one_that_was_made_anew_opens_nothing() {
    let used = Used::new().await;
    used.set(|state| state.deleted = true);
    assert!(matches!(used.refused().await, KekError::Gone { .. }));
    for error in [
        used.wrap().await.map(|_| ()).unwrap_err(),
        used.kek.current_epoch().await.map(|_| ()).unwrap_err(),
        used.kek.roll().await.map(|_| ()).unwrap_err(),
        used.kek.retire(TWO).await.unwrap_err(),
    ] {
        assert!(matches!(error, KekError::Gone { .. }), "{error:?}");
    }
    used.set(|state| state.deleted = false);
    used.opens().await;
    used.set(State::make_anew);
    assert!(used.unwrap().await.unwrap().is_none());
}

#[tokio::test]
async fn a_version_that_was_taken_out_of_use_is_named_and_works_once_it_is_allowed_again() {
    let used = Used::new().await;
    used.kek.roll().await.unwrap();
    used.set(|state| state.min_decryption = 2);
    assert!(matches!(used.refused().await, KekError::UnknownEpoch { epoch: ONE, .. }));
    used.set(|state| (state.min_decryption, state.min_encryption) = (1, 2));
    used.opens().await;
    assert!(matches!(used.wrap().await, Err(KekError::UnknownEpoch { epoch: ONE, .. })));
    used.set(|state| state.soft_deleted = true);
    assert!(matches!(used.refused().await, KekError::Refused { .. }));
    assert!(matches!(used.kek.current_epoch().await, Err(KekError::Refused { .. })));
}

#[tokio::test]
async fn a_key_of_another_type_is_refused_with_its_type() {
    let used = Used::new().await;
    used.set(|state| state.kind = Some("rsa-2048"));
    let error = used.kek.current_epoch().await.unwrap_err().to_string();
    assert!(error.contains("aes256-gcm96") && error.contains("rsa-2048"), "{error}");
    used.set(|state| state.kind = Some("s.first is odd"));
    let error = used.kek.current_epoch().await.unwrap_err().to_string();
    assert!(!error.contains("s.first"), "{error}");
}

#[tokio::test]
async fn a_rotation_whose_answer_was_lost_is_not_sent_twice() {
    let used = Used::new().await;
    // The first request reads the key, and the next one rotates it.
    used.double.fail([Fault::Slow(Duration::ZERO), Fault::DoneAndCutOff]);
    let error = used.kek.roll().await.unwrap_err();
    assert!(matches!(error, KekError::Unavailable { .. }), "{error:?}");
    assert_eq!(used.kek.current_epoch().await.unwrap(), TWO);
    // What did not reach the service is sent again.
    used.double.fail([Fault::Slow(Duration::ZERO), Fault::Sealed]);
    assert_eq!(used.kek.roll().await.unwrap(), Epoch(3));
}

#[tokio::test]
async fn a_retirement_that_broke_off_is_finished_by_the_next_and_takes_nothing_back() {
    let used = Used::new().await;
    used.kek.roll().await.unwrap();
    used.kek.roll().await.unwrap();
    // It reads, configures, and is killed before it trims.
    used.double.fail([Fault::Slow(Duration::ZERO), Fault::Slow(Duration::ZERO), Fault::Status(500)]);
    assert!(used.kek.retire(Epoch(3)).await.is_err());
    let minima = |state: &State| (state.min_available, state.min_decryption, state.min_encryption);
    assert_eq!(minima(&used.double.state.lock()), (0, 3, 3));
    // Another node, which is behind.
    used.kek.retire(TWO).await.unwrap();
    assert_eq!(minima(&used.double.state.lock()), (2, 3, 3));
    used.kek.retire(Epoch(3)).await.unwrap();
    used.kek.retire(TWO).await.unwrap();
    assert_eq!(minima(&used.double.state.lock()), (3, 3, 3));
    assert!(matches!(used.refused().await, KekError::UnknownEpoch { epoch: ONE, .. }));
}

#[tokio::test]
async fn requests_say_what_an_agent_and_a_namespace_need_and_are_of_a_bounded_size() {
    let used = Used::new().await;
    let settings = TransitSettings { namespace: Some("care/".to_owned()), ..used.double.settings(used.folder.path()) };
    let kek = TransitKek::open(&settings).unwrap();
    assert!(kek.name().to_string().contains("namespace care/"));
    let keys: Vec<_> = (0..1_001).map(|_| random_key().unwrap()).collect();
    let to_wrap: Vec<_> = keys.iter().map(|key| ToWrap { key, aad: b"person 17".to_vec() }).collect();
    used.set(|state| {
        state.seen.clear();
        state.bodies.clear();
    });
    assert_eq!(kek.wrap_keys(ONE, &to_wrap).await.unwrap().len(), 1_001);
    let state = used.double.state.lock();
    let items: Vec<_> = state.seen.iter().map(|(_, _, items)| *items).collect();
    assert_eq!(items, [BATCH, BATCH, 1]);
    for (_, headers, _) in &state.seen {
        assert_eq!(headers["x-vault-namespace"], "care/");
        assert_eq!(headers["x-vault-request"], "true");
        assert_eq!(headers["x-vault-token"], "s.first");
    }
    // What a wrap is bound to goes as a digest.
    let bodies = String::from_utf8(state.bodies.clone()).unwrap();
    assert!(!bodies.contains(&STANDARD.encode("person 17")));
}

#[tokio::test]
async fn certificates_that_cannot_be_used_are_refused_by_the_name_of_their_file() {
    let used = Used::new().await;
    let ca_file = used.folder.path().join("ca.pem");
    std::fs::write(&ca_file, "no certificate").unwrap();
    let settings = TransitSettings { ca_file: Some(ca_file.clone()), ..used.double.settings(used.folder.path()) };
    let error = TransitKek::open(&settings).map(|_| ()).unwrap_err();
    assert!(matches!(&error, KekError::Setup { .. }), "{error:?}");
    assert!(error.to_string().contains(ca_file.to_str().unwrap()), "{error}");
}

fn bound() -> Binding<'static> {
    let person = PersonId(Uuid::from_u128(17));
    Binding { person, event: EventId(Uuid::from_u128(900)), kind: "signal_received", stream: "person-17" }
}

async fn sealer(used: &Used, store: &Arc<MemoryKeyStore>) -> Result<Sealer, KeyError> {
    let kek = TransitKek::open(&used.double.settings(used.folder.path())).unwrap();
    Ok(Sealer::new(Arc::new(KeyRing::open(store.clone(), Arc::new(kek), KeyRing::CAPACITY).await?)))
}

#[tokio::test]
async fn with_a_transit_key_everything_opens_after_an_erasure_but_what_was_erased_and_older_copies() {
    let (used, store, older) = (Used::new().await, Arc::new(MemoryKeyStore::default()), MemoryKeyStore::default());
    let event = |name: &str| json!({"name": {"$private": "identity", "value": name}});
    let first = sealer(&used, &store).await.unwrap();
    let written = first.seal(bound(), event("Marek")).await.unwrap();
    let other = Binding { person: PersonId(Uuid::from_u128(18)), ..bound() };
    let kept = first.seal(other, event("Anna")).await.unwrap();
    let older = Arc::new(older);
    copy_keys(&*store, &*older).await.unwrap();

    // As an erasure does, while another node serves.
    let second = sealer(&used, &store).await.unwrap();
    first.ring().begin_roll().await.unwrap();
    first.ring().destroy(bound().person).await.unwrap();
    assert_eq!(second.open(other, &kept).await.unwrap(), event("Anna"));
    assert_eq!(first.ring().settle().await.unwrap(), 1);
    let minima = |state: &State| (state.min_available, state.min_decryption, state.min_encryption);
    assert_eq!(minima(&used.double.state.lock()), (2, 2, 2));
    let third = sealer(&used, &store).await.unwrap();
    for sealer in [&first, &second, &third] {
        assert_eq!(sealer.open(other, &kept).await.unwrap(), event("Anna"));
    }
    assert_eq!(third.open(bound(), &written).await.unwrap(), json!({"name": {"$private": "identity"}}));

    let refused = sealer(&used, &older).await.map(|_| ()).unwrap_err();
    assert!(matches!(refused, KeyError::Kek(KekError::UnknownEpoch { epoch: ONE, .. })), "{refused:?}");
    used.set(State::make_anew);
    used.set(State::rotate);
    let refused = sealer(&used, &store).await.map(|_| ()).unwrap_err();
    assert!(matches!(refused, KeyError::WrongKek { epoch: TWO, .. }), "{refused:?}");
    let unsealed = second.seal(Binding { person: PersonId(Uuid::from_u128(19)), ..other }, event("Jan")).await;
    assert!(matches!(unsealed, Err(SealError::Key(KeyError::WrongKek { .. }))), "{unsealed:?}");
    used.set(|state| state.deleted = true);
    let refused = sealer(&used, &store).await.map(|_| ()).unwrap_err();
    assert!(matches!(refused, KeyError::Kek(KekError::Gone { .. })), "{refused:?}");
}
