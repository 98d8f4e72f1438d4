//! Tokens of the development issuer are accepted where they should be, and its key is one and stays private.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Barrier};

use care_path::Area;
use chrono::DateTime;

use super::*;
use crate::edge::auth::{AuthError, FetchKeys, Verifier, WorldKeys};
use crate::sources::testing::{SequentialIds, TestClock};

fn clock() -> Arc<TestClock> {
    Arc::new(TestClock::at(DateTime::from_timestamp(1_790_000_000, 0).unwrap()))
}

fn caller(actor: Actor) -> Principal {
    Principal { user: "somebody".parse().unwrap(), organisation: "somewhere".parse().unwrap(), actor }
}

fn verifier(issuer: &DevIssuer, clock: Arc<TestClock>) -> Verifier {
    let fetcher: Arc<dyn FetchKeys> = Arc::new(WorldKeys::new().unwrap());
    Verifier::new(vec![issuer.issuer_config().unwrap()], &fetcher, clock).unwrap()
}

#[tokio::test]
async fn its_tokens_are_accepted_for_twelve_hours_and_say_who_the_caller_is() {
    let dir = tempfile::tempdir().unwrap();
    let issuer = DevIssuer::open_or_create(dir.path()).unwrap();
    let clock = clock();
    let verifier = verifier(&issuer, clock.clone());
    let callers = [
        caller(Actor::ShelterWorker),
        caller(Actor::OutreachWorker { municipality: "rotterdam".parse().unwrap() }),
        caller(Actor::EmbassyLiaison { country: "PL".parse().unwrap() }),
        caller(Actor::MonitorAnalyst { area: Area::National }),
        caller(Actor::MonitorAnalyst { area: Area::Region("utrecht".parse().unwrap()) }),
    ];
    let ids = SequentialIds::default();
    for caller in &callers {
        let token = issuer.token_for(caller, &*clock, &ids).unwrap();
        assert_eq!(&verifier.verify(&token).await.unwrap().principal, caller);
    }
    let token = issuer.token_for(&callers[0], &*clock, &ids).unwrap();
    clock.advance(TimeDelta::hours(12));
    assert!(verifier.verify(&token).await.is_ok(), "within the leeway");
    clock.advance(TimeDelta::seconds(30));
    assert_eq!(verifier.verify(&token).await.unwrap_err(), AuthError::Expired);
}

#[test]
fn each_token_has_an_id_of_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let issuer = DevIssuer::open_or_create(dir.path()).unwrap();
    let ids = SequentialIds::default();
    let id = || {
        let token = issuer.token_for(&caller(Actor::Police), &*clock(), &ids).unwrap();
        let claims: Value = jsonwebtoken::dangerous::insecure_decode(token).map(|data| data.claims).unwrap();
        claims["jti"].as_str().unwrap().to_owned()
    };
    assert_ne!(id(), id());
}

#[test]
fn it_makes_nobody_the_system() {
    let dir = tempfile::tempdir().unwrap();
    let issuer = DevIssuer::open_or_create(dir.path()).unwrap();
    let refused = issuer.token_for(&caller(Actor::System), &*clock(), &SequentialIds::default());
    assert!(matches!(refused, Err(DevIssuerError::SystemNeedsNoToken)));
}

#[tokio::test]
async fn a_token_made_by_another_process_on_the_same_folder_is_accepted() {
    let dir = tempfile::tempdir().unwrap();
    let (serving, printing) =
        (DevIssuer::open_or_create(dir.path()).unwrap(), DevIssuer::open_or_create(dir.path()).unwrap());
    let token = printing.token_for(&caller(Actor::Police), &*clock(), &SequentialIds::default()).unwrap();
    assert!(verifier(&serving, clock()).verify(&token).await.is_ok());
}

#[tokio::test]
async fn a_token_of_another_folder_is_refused() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let issuer = DevIssuer::open_or_create(here.path()).unwrap();
    let other = DevIssuer::open_or_create(there.path()).unwrap();
    let token = other.token_for(&caller(Actor::Police), &*clock(), &SequentialIds::default()).unwrap();
    assert_eq!(verifier(&issuer, clock()).verify(&token).await.unwrap_err(), AuthError::KeyUnknown);
}

#[test]
fn those_who_create_the_key_at_the_same_time_end_up_with_the_same_one() {
    for _ in 0..20 {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("new");
        let start = Barrier::new(8);
        let keys: Vec<_> = std::thread::scope(|scope| {
            let openers: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        start.wait();
                        DevIssuer::open_or_create(&folder).unwrap().key_id
                    })
                })
                .collect();
            openers.into_iter().map(|opener| opener.join().unwrap()).collect()
        });
        assert!(keys.iter().all(|key| key == &keys[0]), "{keys:?}");
        let left: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, [KEY_FILE]);
    }
}

#[cfg(unix)]
#[test]
fn the_key_is_for_its_owner_only_and_is_made_so_again() {
    use std::os::unix::fs::PermissionsExt;

    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(KEY_FILE);
    let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    DevIssuer::open_or_create(dir.path()).unwrap();
    assert_eq!(mode(), 0o600);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    DevIssuer::open_or_create(dir.path()).unwrap();
    assert_eq!(mode(), 0o600);
}

#[test]
fn a_damaged_key_is_refused_and_not_replaced() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(KEY_FILE), b"not a key").unwrap();
    assert!(matches!(DevIssuer::open_or_create(dir.path()), Err(DevIssuerError::DamagedKey)));
    assert_eq!(fs::read(dir.path().join(KEY_FILE)).unwrap(), b"not a key");
}

#[test]
fn it_is_allowed_in_development_on_loopback_addresses_and_nowhere_else() {
    let loopback: [IpAddr; 4] = [
        Ipv4Addr::LOCALHOST.into(),
        Ipv4Addr::new(127, 3, 2, 1).into(),
        Ipv6Addr::LOCALHOST.into(),
        Ipv4Addr::LOCALHOST.to_ipv6_mapped().into(),
    ];
    let open: [IpAddr; 4] = [
        Ipv4Addr::UNSPECIFIED.into(),
        Ipv6Addr::UNSPECIFIED.into(),
        Ipv4Addr::new(192, 168, 1, 2).into(),
        Ipv4Addr::UNSPECIFIED.to_ipv6_mapped().into(),
    ];
    for address in loopback {
        assert!(DevIssuer::allowed(Profile::Development, address).is_ok(), "{address}");
    }
    for address in open {
        let refused = DevIssuer::allowed(Profile::Development, address);
        assert!(matches!(refused, Err(DevIssuerError::NotLoopback)), "{address}");
    }
    for address in loopback.into_iter().chain(open) {
        let refused = DevIssuer::allowed(Profile::Production, address);
        assert!(matches!(refused, Err(DevIssuerError::NotInProduction)), "{address}");
    }
}
