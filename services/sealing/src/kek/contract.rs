//! What every provider of key-encryption keys has to do, run against each.

use std::collections::BTreeSet;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use parking_lot::Mutex;
use secrecy::ExposeSecret as _;

use super::transit::double::Double;
use super::{EnvironmentKek, Epoch, FileKek, KekError, KekProvider, ToUnwrap, ToWrap, TransitKek};
use crate::secret::{Key256, random_key};

const ONE: Epoch = Epoch(1);
const TWO: Epoch = Epoch(2);

/// Where the KEKs of one installation are, at first of epoch 1 alone.
#[async_trait]
trait Place: Send + Sync {
    /// What a process that starts now has.
    fn open(&self) -> Box<dyn KekProvider>;

    /// Makes the next epoch; what a process has that knows it.
    async fn rolled(&self) -> Box<dyn KekProvider> {
        let kek = self.open();
        kek.roll().await.unwrap();
        kek
    }

    /// Destroys the epochs before one; what a process has afterwards.
    async fn retired(&self, before: Epoch) -> Box<dyn KekProvider> {
        let kek = self.open();
        kek.retire(before).await.unwrap();
        kek
    }
}

struct AFile(tempfile::TempDir);

impl AFile {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        FileKek::create(folder.path().join("kek")).unwrap();
        Self(folder)
    }
}

impl Place for AFile {
    fn open(&self) -> Box<dyn KekProvider> {
        Box::new(FileKek::open(self.0.path().join("kek")).unwrap())
    }
}

/// The variable's entries. Who sets it does what a provider does elsewhere.
struct TheEnvironment(Mutex<Vec<(u32, String)>>);

impl TheEnvironment {
    fn new() -> Self {
        let place = Self(Mutex::default());
        place.add();
        place
    }

    fn add(&self) {
        let mut entries = self.0.lock();
        let next = entries.last().map_or(1, |(epoch, _)| epoch + 1);
        entries.push((next, STANDARD.encode(random_key().unwrap().expose_secret())));
    }
}

#[async_trait]
impl Place for TheEnvironment {
    fn open(&self) -> Box<dyn KekProvider> {
        let entries: Vec<_> = self.0.lock().iter().map(|(epoch, kek)| format!("{epoch}:{kek}")).collect();
        Box::new(EnvironmentKek::parse(&entries.join(",")).unwrap())
    }

    async fn rolled(&self) -> Box<dyn KekProvider> {
        assert!(matches!(self.open().roll().await, Err(KekError::CannotRoll(_))));
        self.add();
        self.open()
    }

    async fn retired(&self, before: Epoch) -> Box<dyn KekProvider> {
        self.open().retire(before).await.unwrap();
        let latest = self.0.lock().last().unwrap().0;
        self.0.lock().retain(|(epoch, _)| *epoch >= before.0.min(latest));
        self.open()
    }
}

struct ATransitKey(Double, tempfile::TempDir);

impl ATransitKey {
    fn new() -> Self {
        Self(Double::start(), tempfile::tempdir().unwrap())
    }
}

impl Place for ATransitKey {
    fn open(&self) -> Box<dyn KekProvider> {
        Box::new(TransitKek::open(&self.0.settings(self.1.path())).unwrap())
    }
}

fn keys(count: usize) -> Vec<Key256> {
    (0..count).map(|_| random_key().unwrap()).collect()
}

fn aad(at: usize) -> Vec<u8> {
    format!("key {at}").into_bytes()
}

async fn wrap(kek: &dyn KekProvider, epoch: Epoch, keys: &[Key256]) -> Result<Vec<Vec<u8>>, KekError> {
    let to_wrap: Vec<_> = keys.iter().enumerate().map(|(at, key)| ToWrap { key, aad: aad(at) }).collect();
    kek.wrap_keys(epoch, &to_wrap).await
}

/// Unwraps them, each bound as the key of its place.
async fn unwrap(kek: &dyn KekProvider, epoch: Epoch, wrapped: &[Vec<u8>]) -> Result<Vec<Option<Key256>>, KekError> {
    let to_unwrap: Vec<_> =
        wrapped.iter().enumerate().map(|(at, wrapped)| ToUnwrap { wrapped, aad: aad(at) }).collect();
    kek.unwrap_keys(epoch, &to_unwrap).await
}

#[track_caller]
fn are(unwrapped: &[Option<Key256>], keys: &[Key256]) {
    let bytes: Vec<_> = unwrapped.iter().map(|key| key.as_ref().map(|key| *key.expose_secret())).collect();
    let expected: Vec<_> = keys.iter().map(|key| Some(*key.expose_secret())).collect();
    assert_eq!(bytes, expected);
}

#[track_caller]
fn is_unknown<T>(result: Result<T, KekError>, kek: &dyn KekProvider, epoch: Epoch) {
    let error = result.map(|_| ()).unwrap_err();
    assert!(matches!(&error, KekError::UnknownEpoch { epoch: named, .. } if *named == epoch), "{error:?}");
    let text = error.to_string();
    assert!(text.contains(&kek.name().to_string()) && text.contains(&format!("epoch {epoch}")), "{text}");
    assert!(error.is_passing(), "it can be given back");
}

async fn keys_open_in_the_order_in_which_they_were_asked_for(place: &dyn Place) {
    let kek = place.open();
    assert_eq!(kek.current_epoch().await.unwrap(), ONE);
    // More than go in one request, and not a multiple of it.
    let keys = keys(1_203);
    let wrapped = wrap(&*kek, ONE, &keys).await.unwrap();
    are(&unwrap(&*place.open(), ONE, &wrapped).await.unwrap(), &keys);
    assert!(wrap(&*kek, ONE, &[]).await.unwrap().is_empty());
    assert!(unwrap(&*kek, ONE, &[]).await.unwrap().is_empty());
}

async fn no_two_wraps_are_equal_and_none_shows_its_key(place: &dyn Place) {
    let kek = place.open();
    let key = random_key().unwrap();
    let to_wrap = || ToWrap { key: &key, aad: aad(0) };
    let wrapped = kek.wrap_keys(ONE, &[to_wrap(), to_wrap(), to_wrap()]).await.unwrap();
    let different: BTreeSet<_> = wrapped.iter().collect();
    assert_eq!(different.len(), 3);
    let secret = key.expose_secret();
    let encoded = STANDARD.encode(secret);
    for wrap in &wrapped {
        assert!(!wrap.windows(8).any(|part| secret.windows(8).any(|secret| secret == part)));
        assert!(!wrap.windows(8).any(|part| encoded.as_bytes().windows(8).any(|secret| secret == part)));
    }
}

async fn a_wrap_opens_bound_as_it_was_and_beside_others_that_do_not_open(place: &dyn Place) {
    let kek = place.open();
    let keys = keys(4);
    let mut wrapped = wrap(&*kek, ONE, &keys).await.unwrap();
    wrapped.swap(1, 2);
    let unwrapped = unwrap(&*kek, ONE, &wrapped).await.unwrap();
    are(&unwrapped[..1], &keys[..1]);
    are(&unwrapped[3..], &keys[3..]);
    assert!(unwrapped[1].is_none() && unwrapped[2].is_none());
}

async fn what_was_changed_cut_or_wrapped_elsewhere_does_not_open(place: &dyn Place) {
    let kek = place.open();
    let keys = keys(1);
    let whole = wrap(&*kek, ONE, &keys).await.unwrap().remove(0);
    let mut odd = Vec::new();
    for at in 0..whole.len() {
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        odd.push(flipped);
        odd.push(whole[..at].to_vec());
    }
    for other in [Box::new(AFile::new()) as Box<dyn Place>, Box::new(ATransitKey::new())] {
        odd.extend(wrap(&*other.open(), ONE, &keys).await.unwrap());
    }
    odd.push(vec![0xff; 60]);
    let to_unwrap: Vec<_> = odd.iter().map(|wrapped| ToUnwrap { wrapped, aad: aad(0) }).collect();
    let unwrapped = kek.unwrap_keys(ONE, &to_unwrap).await.unwrap();
    assert_eq!(unwrapped.len(), odd.len());
    assert!(unwrapped.iter().all(Option::is_none));
}

async fn an_epoch_that_there_is_not_is_named(place: &dyn Place) {
    let kek = place.open();
    let keys = keys(2);
    is_unknown(wrap(&*kek, Epoch(9), &keys).await, &*kek, Epoch(9));
    let wrapped = wrap(&*kek, ONE, &keys).await.unwrap();
    is_unknown(unwrap(&*kek, Epoch(9), &wrapped).await, &*kek, Epoch(9));
}

async fn after_a_roll_both_epochs_open_what_is_theirs(place: &dyn Place) {
    let keys = keys(3);
    let by_one = wrap(&*place.open(), ONE, &keys).await.unwrap();
    let kek = place.rolled().await;
    assert_eq!(kek.current_epoch().await.unwrap(), TWO);
    let by_two = wrap(&*kek, TWO, &keys).await.unwrap();
    for kek in [kek, place.open()] {
        are(&unwrap(&*kek, ONE, &by_one).await.unwrap(), &keys);
        are(&unwrap(&*kek, TWO, &by_two).await.unwrap(), &keys);
        assert!(unwrap(&*kek, TWO, &by_one).await.unwrap().iter().all(Option::is_none));
        assert!(unwrap(&*kek, ONE, &by_two).await.unwrap().iter().all(Option::is_none));
    }
}

async fn a_retired_epoch_is_gone_and_named(place: &dyn Place) {
    let keys = keys(2);
    let by_one = wrap(&*place.open(), ONE, &keys).await.unwrap();
    let by_two = wrap(&*place.rolled().await, TWO, &keys).await.unwrap();
    // A second time as well: the process that did it first may have been killed before it could say so.
    for _ in 0..2 {
        for kek in [place.retired(TWO).await, place.open()] {
            is_unknown(unwrap(&*kek, ONE, &by_one).await, &*kek, ONE);
            is_unknown(wrap(&*kek, ONE, &keys).await, &*kek, ONE);
            are(&unwrap(&*kek, TWO, &by_two).await.unwrap(), &keys);
        }
    }
}

async fn the_latest_epoch_is_never_retired(place: &dyn Place) {
    let keys = keys(1);
    place.rolled().await;
    let by_two = wrap(&*place.open(), TWO, &keys).await.unwrap();
    let kek = place.retired(Epoch(99)).await;
    are(&unwrap(&*kek, TWO, &by_two).await.unwrap(), &keys);
    assert_eq!(kek.current_epoch().await.unwrap(), TWO);
}

async fn a_roll_that_nobody_used_harms_nothing(place: &dyn Place) {
    let keys = keys(1);
    let by_one = wrap(&*place.open(), ONE, &keys).await.unwrap();
    // The process that rolled was killed before it could tell the key store.
    drop(place.rolled().await);
    let kek = place.open();
    assert_eq!(kek.current_epoch().await.unwrap(), TWO);
    are(&unwrap(&*kek, ONE, &by_one).await.unwrap(), &keys);
    let kek = place.rolled().await;
    assert_eq!(kek.current_epoch().await.unwrap(), Epoch(3));
    let by_three = wrap(&*kek, Epoch(3), &keys).await.unwrap();
    let kek = place.retired(Epoch(3)).await;
    is_unknown(unwrap(&*kek, ONE, &by_one).await, &*kek, ONE);
    is_unknown(wrap(&*kek, TWO, &keys).await, &*kek, TWO);
    are(&unwrap(&*kek, Epoch(3), &by_three).await.unwrap(), &keys);
}

macro_rules! contract {
    ($($name:ident),+ $(,)?) => {
        mod file {
            use super::*;

            $(#[tokio::test]
            async fn $name() {
                super::$name(&AFile::new()).await;
            })+
        }

        mod environment {
            use super::*;

            $(#[tokio::test]
            async fn $name() {
                super::$name(&TheEnvironment::new()).await;
            })+
        }

        /// Against the double alone.
        mod transit {
            use super::*;

            $(#[tokio::test]
            async fn $name() {
                super::$name(&ATransitKey::new()).await;
            })+
        }
    };
}
contract!(
    keys_open_in_the_order_in_which_they_were_asked_for,
    no_two_wraps_are_equal_and_none_shows_its_key,
    a_wrap_opens_bound_as_it_was_and_beside_others_that_do_not_open,
    what_was_changed_cut_or_wrapped_elsewhere_does_not_open,
    an_epoch_that_there_is_not_is_named,
    after_a_roll_both_epochs_open_what_is_theirs,
    a_retired_epoch_is_gone_and_named,
    the_latest_epoch_is_never_retired,
    a_roll_that_nobody_used_harms_nothing,
);
