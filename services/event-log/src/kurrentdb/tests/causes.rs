//! What an operator is told who gets something of the connection string wrong: the cause, and what to do about it.

use std::io::Read as _;
use std::net::TcpListener;

use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection};

use super::*;

async fn told(url: &str) -> String {
    let url: KurrentUrl = url.parse().unwrap();
    let refused = KurrentLog::open(&url, &hasty()).await.err().unwrap();
    assert!(matches!(refused, KurrentOpenError::Read(LogError::Unavailable(_))), "{refused}");
    let said = refused.to_string();
    assert!(!said.contains("geheim"), "{said}");
    said.strip_prefix("the event log is not available: ").unwrap().to_owned()
}

#[tokio::test]
async fn a_rejected_password_is_told_from_a_cluster_that_is_away() {
    for nodes in [1, 3] {
        let double = Double::cluster(nodes).await;
        // "baken:secret"
        double.asks_for("Basic YmFrZW46c2VjcmV0");
        KurrentLog::open(&double.url_as("baken:secret@"), &hasty()).await.unwrap();
        for user in ["baken:geheim@", ""] {
            let told = told(&double.text_as(user)).await;
            let due = "does not let the user in: correct user and password in the connection string";
            assert!(told.starts_with("127.0.0.1:") && told.ends_with(due), "{told}");
        }
    }
}

#[tokio::test]
async fn the_one_right_that_is_missing_is_named() {
    let double = Double::start().await;
    double.closes_all();
    let told = told(&double.text_as("baken:geheim@")).await;
    assert!(told.contains("does not let the user read $all: an administrator must give them that right"), "{told}");
}

#[tokio::test]
async fn a_node_that_is_not_there_is_named() {
    let double = Double::start().await;
    double.stop(0).await;
    let said = told(&double.text_as("baken:geheim@")).await;
    assert!(said.starts_with("127.0.0.1:") && said.contains("refuses connections: no server listens there"), "{said}");
    let said = told("kurrentdb://baken:geheim@node.invalid?tls=false&maxDiscoverAttempts=1").await;
    assert!(said.starts_with("the name node.invalid is not known here"), "{said}");
}

#[tokio::test]
async fn a_server_without_tls_that_is_asked_for_it_is_told() {
    let double = Double::start().await;
    let said = told(&double.text_as("baken:geheim@").replace("tls=false", "tls=true")).await;
    assert!(said.contains("answers without TLS: if that is meant, add tls=false to the connection string"), "{said}");
}

/// A server with a certificate of its own authority: it shakes hands, and then says nothing. Its port, and the authority.
fn with_tls(name: &str) -> (u16, String) {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec![name.to_owned()]).unwrap().self_signed(&key).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let (config, listener) = (Arc::new(config), TcpListener::bind("127.0.0.1:0").unwrap());
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let (mut connection, config) = (connection.unwrap(), config.clone());
            std::thread::spawn(move || {
                let mut session = ServerConnection::new(config).unwrap();
                if session.complete_io(&mut connection).is_ok() {
                    let _ = connection.read(&mut [0; 1_000]);
                }
                // What was not of TLS is answered with an alert.
                let _ = session.write_tls(&mut connection);
            });
        }
    });
    (port, certificate.pem())
}

#[tokio::test]
async fn each_way_in_which_tls_fails_is_told() {
    let (port, authority) = with_tls("localhost");
    let said = told(&format!("kurrentdb://baken:geheim@localhost:{port}")).await;
    assert!(said.contains("is signed by an authority that is not known here: name its file"), "{said}");
    let said = told(&format!("kurrentdb://baken:geheim@localhost:{port}?tls=false")).await;
    assert!(said.contains("answers nothing without TLS: leave tls=false out of the connection string"), "{said}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, authority).unwrap();
    let said = told(&format!("kurrentdb://baken:geheim@127.0.0.1:{port}?tlsCaFile={}", file.display())).await;
    assert!(said.contains("is for another name: connect by a name that it has"), "{said}");
    std::fs::write(&file, "nothing").unwrap();
    let said = told(&format!("kurrentdb://baken:geheim@localhost:{port}?tlsCaFile={}", file.display())).await;
    assert!(said.starts_with("the file of tlsCaFile, ") && said.contains("has no certificates in PEM"), "{said}");
}

#[tokio::test]
async fn the_setting_that_limits_an_append_is_named() {
    let double = Double::start().await;
    double.takes_at_most(1_000);
    let log = log_of(&double).await;
    let large = Proposed { data: vec![1; 2_000], ..event() };
    let refused = log.append(&stream("person-1"), Expected::NoStream, vec![large]).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "an append may have at most 1000 bytes: raise MaxAppendSize of the KurrentDB server (KURRENTDB_MAX_APPEND_SIZE)"
    );
}
