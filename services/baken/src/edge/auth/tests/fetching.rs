//! The real fetcher, against a small server on a loopback address and against files.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use reqwest::Url;

use super::*;
use crate::edge::auth::WorldKeys;
use crate::sources::{Clock, SystemClock};

/// Answers every request with `answer`, and gives the address.
fn serve(answer: impl Fn(&mut TcpStream, &str) + Send + 'static) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/jwks", listener.local_addr().unwrap()).parse().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map(Result::unwrap);
            let request = lines.next().unwrap();
            lines.find(String::is_empty);
            answer(&mut stream, &request);
        }
    });
    url
}

fn respond(stream: &mut TcpStream, status: &str, headers: &str, body: &[u8]) {
    // The client hangs up on what it will not read; that is not this server's trouble.
    let head = format!("HTTP/1.1 {status}\r\n{headers}connection: close\r\ncontent-length: {}\r\n\r\n", body.len());
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
}

async fn fetch(url: Url) -> Result<Vec<u8>, FetchError> {
    WorldKeys::new().unwrap().fetch(&KeyLocation::Url(url)).await
}

#[tokio::test]
async fn keys_are_fetched_over_http_and_verify_a_token() {
    let key = Signer::es256("a");
    let document = json!({ "keys": [key.jwk] }).to_string();
    let url = serve(move |stream, request| {
        assert_eq!(request, "GET /jwks HTTP/1.1");
        respond(stream, "200 OK", "", document.as_bytes());
    });
    let issuer = config(json!({
        "issuer": ISSUER, "audience": AUDIENCE, "algorithms": ["ES256"], "jwks": { "url": url.as_str() },
    }));
    let fetcher: Arc<dyn FetchKeys> = Arc::new(WorldKeys::new().unwrap());
    let verifier = Verifier::new(vec![issuer], &fetcher, Arc::new(SystemClock)).unwrap();
    let time = SystemClock.now().timestamp();
    let claims = with(with(claims(), "iat", json!(time)), "exp", json!(time + 60));
    assert!(verifier.verify(&key.token(&claims)).await.is_ok());
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = serve(|stream, _| respond(stream, "200 OK", "", b"{\"keys\":[]}"));
    let url = serve(move |stream, _| respond(stream, "302 Found", &format!("location: {elsewhere}\r\n"), b""));
    assert!(matches!(fetch(url).await, Err(FetchError::Status(302))));
}

#[tokio::test]
async fn an_error_page_is_not_a_key_set() {
    let url = serve(|stream, _| respond(stream, "503 Service Unavailable", "", b"{\"keys\":[]}"));
    assert!(matches!(fetch(url).await, Err(FetchError::Status(503))));
}

#[tokio::test]
async fn no_more_than_the_bound_is_read() {
    let exactly = |bytes: usize| serve(move |stream, _| respond(stream, "200 OK", "", &vec![b' '; bytes]));
    assert_eq!(fetch(exactly(256 * 1024)).await.unwrap().len(), 256 * 1024);
    assert!(matches!(fetch(exactly(256 * 1024 + 1)).await, Err(FetchError::TooLarge)));
    // A body without an announced length that never ends.
    let endless = serve(|stream, _| {
        let mut going = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").is_ok();
        while going {
            going = stream.write_all(&[b' '; 4096]).is_ok();
        }
    });
    assert!(matches!(fetch(endless).await, Err(FetchError::TooLarge)));
}

#[tokio::test]
async fn an_address_where_nobody_listens_is_unreachable() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert!(matches!(fetch(format!("http://{free}/").parse().unwrap()).await, Err(FetchError::Unreachable(_))));
}

#[tokio::test]
async fn an_address_that_never_answers_is_given_up_after_five_seconds() {
    let url = serve(|_, _| std::thread::sleep(Duration::from_secs(30)));
    let key = Signer::es256("a");
    let issuer = config(json!({
        "issuer": ISSUER, "audience": AUDIENCE, "algorithms": ["ES256"], "jwks": { "url": url.as_str() },
    }));
    let fetcher: Arc<dyn FetchKeys> = Arc::new(WorldKeys::new().unwrap());
    let verifier = Verifier::new(vec![issuer], &fetcher, Arc::new(TestClock::at(now()))).unwrap();
    let answer = tokio::time::timeout(Duration::from_secs(15), verifier.verify(&key.token(&claims()))).await;
    assert_eq!(answer.unwrap().unwrap_err(), AuthError::KeysUnavailable);
}

#[tokio::test]
async fn keys_are_read_from_a_file_and_read_again_when_an_unknown_key_appears() {
    let (old, new) = (Signer::es256("old"), Signer::es256("new"));
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keys.json");
    let publish = |signer: &Signer| std::fs::write(&path, json!({ "keys": [signer.jwk] }).to_string()).unwrap();
    publish(&old);
    let issuer = config(json!({
        "issuer": ISSUER, "audience": AUDIENCE, "algorithms": ["ES256"], "jwks": { "file": path },
    }));
    let clock = Arc::new(TestClock::at(now()));
    let fetcher: Arc<dyn FetchKeys> = Arc::new(WorldKeys::new().unwrap());
    let verifier = Verifier::new(vec![issuer], &fetcher, clock.clone()).unwrap();
    assert!(verifier.verify(&old.token(&claims())).await.is_ok());
    publish(&new);
    clock.advance(chrono::TimeDelta::seconds(60));
    assert!(verifier.verify(&new.token(&claims())).await.is_ok());
    assert_eq!(verifier.verify(&old.token(&claims())).await.unwrap_err(), AuthError::KeyUnknown);
}

#[tokio::test]
async fn a_file_that_is_absent_or_too_large_is_no_key_set() {
    let dir = tempfile::tempdir().unwrap();
    let fetch = |path| async move { WorldKeys::new().unwrap().fetch(&KeyLocation::File(path)).await };
    assert!(matches!(fetch(dir.path().join("absent")).await, Err(FetchError::File(_))));
    let large = dir.path().join("large");
    std::fs::write(&large, vec![b' '; 256 * 1024 + 1]).unwrap();
    assert!(matches!(fetch(large).await, Err(FetchError::TooLarge)));
}
