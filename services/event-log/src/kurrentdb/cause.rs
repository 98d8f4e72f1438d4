//! Why a cluster does not answer: the client hides it, so a node is asked step by step. The name, the connection, the TLS
//! handshake, the user, what the user may read: the first step that fails is the cause, and is told with what to do about it.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use eventstore::{ClientSettings, ReadAllOptions, ReadStreamOptions, StreamPosition};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CertificateError, ClientConfig, ClientConnection, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::runtime::Handle;

use super::link::{Failure, Link};
use super::{KurrentUrl, Options};

/// For each step.
const PATIENCE: Duration = Duration::from_secs(3);
/// What a client of HTTP/2 begins with, and a frame of no settings.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
/// The first byte that a server with TLS answers to what is none.
const TLS_ALERT: u8 = 0x15;
/// Of a frame, the byte that says what it is, and what it is for settings.
const FRAME_KIND: usize = 3;
const SETTINGS: u8 = 4;

/// The authorities of the file in the connection string, if it names one. The client does not look whether it can be read.
pub(super) fn authorities(settings: &ClientSettings) -> Result<Option<RootCertStore>, String> {
    let Some(file) = settings.tls_ca_file() else { return Ok(None) };
    let unusable =
        |why: String| format!("the file of tlsCaFile, {file}, has no certificates in PEM that can be used: {why}");
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|why| unusable(why.to_string()))? {
        let certificate = certificate.map_err(|why| unusable(why.to_string()))?;
        roots.add(certificate).map_err(|why| unusable(why.to_string()))?;
    }
    if roots.is_empty() { Err(unusable("there is none in it".to_owned())) } else { Ok(Some(roots)) }
}

/// The cause, if one can be found out: of the first node that is reached, or of the last one that is not.
pub(super) async fn cause(url: &KurrentUrl, handle: &Handle) -> Option<String> {
    let settings = url.settings().ok()?;
    let mut cause = None;
    for node in settings.hosts().clone() {
        let (settings, host, port) = (settings.clone(), node.host.clone(), u16::try_from(node.port).ok()?);
        let reached = handle.spawn_blocking(move || reach(&settings, &host, port)).await.ok()?;
        match reached {
            Ok(()) => {
                return may_read(&url.only(&node.host, node.port), &format!("{}:{port}", node.host), handle).await;
            }
            Err(Unreached::Away(why)) => cause = Some(why),
            Err(Unreached::NotSo(why)) => return Some(why),
        }
    }
    cause
}

/// Why a node is not reached.
enum Unreached {
    /// Another node may be.
    Away(String),
    /// Something answers, and not as the connection string has it: no node will.
    NotSo(String),
}

fn reach(settings: &ClientSettings, host: &str, port: u16) -> Result<(), Unreached> {
    let at = format!("{host}:{port}");
    let addresses = (host, port).to_socket_addrs().map_err(|_| {
        Unreached::Away(format!("the name {host} is not known here: correct it in the connection string, or in DNS"))
    })?;
    let mut outcome = Err(Unreached::Away(format!("the name {host} has no address")));
    for address in addresses {
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(connection) => {
                outcome = Ok(connection);
                break;
            }
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
                outcome = Err(Unreached::Away(format!(
                    "{at} refuses connections: no server listens there; start it, or correct host and port"
                )));
            }
            Err(error) => {
                outcome = Err(Unreached::Away(format!(
                    "{at} cannot be reached ({error}): look at the address, and at firewalls in between"
                )));
            }
        }
    }
    let mut connection = outcome?;
    let timeouts = connection.set_read_timeout(Some(PATIENCE)).and(connection.set_write_timeout(Some(PATIENCE)));
    timeouts.map_err(|error| Unreached::Away(format!("{at}: {error}")))?;
    let spoken = if settings.is_secure_mode_enabled() {
        with_tls(settings, &mut connection, host, &at)
    } else {
        without_tls(&mut connection, &at)
    };
    spoken.map_err(Unreached::NotSo)
}

fn with_tls(settings: &ClientSettings, connection: &mut TcpStream, host: &str, at: &str) -> Result<(), String> {
    if !settings.is_tls_certificate_verification_enabled() || settings.user_certificate().is_some() {
        // What then decides is not looked at here.
        return Ok(());
    }
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let config = match authorities(settings)? {
        Some(roots) => config.with_root_certificates(roots),
        None => config.with_platform_verifier().map_err(|error| {
            format!("the system's certificates cannot be used ({error}): name the authority's file (tlsCaFile)")
        })?,
    };
    let mut config = config.with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let name =
        ServerName::try_from(host.to_owned()).map_err(|_| format!("{host} is no name that a certificate can have"))?;
    let mut session = ClientConnection::new(Arc::new(config), name).map_err(|error| error.to_string())?;
    let Err(error) = session.complete_io(connection) else { return Ok(()) };
    let no_tls = format!("{at} answers without TLS: if that is meant, add tls=false to the connection string");
    let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) else {
        return Err(match error.kind() {
            ErrorKind::WouldBlock | ErrorKind::TimedOut => {
                format!("{at} does not answer: it may be overloaded, or stopped")
            }
            _ => no_tls,
        });
    };
    Err(match error {
        rustls::Error::InvalidMessage(_) => no_tls,
        rustls::Error::InvalidCertificate(why) => refused_certificate(at, why),
        other => format!("the TLS handshake with {at} fails: {other}"),
    })
}

fn refused_certificate(at: &str, why: &CertificateError) -> String {
    match why {
        CertificateError::UnknownIssuer => format!(
            "the certificate of {at} is signed by an authority that is not known here: name its file in the connection \
             string (tlsCaFile=/path/ca.pem), or have the system trust it"
        ),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!("the certificate of {at} is for another name: connect by a name that it has")
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            format!("the certificate of {at} has expired: renew it, or set this machine's clock")
        }
        other => format!("the certificate of {at} is refused: {other}"),
    }
}

fn without_tls(connection: &mut TcpStream, at: &str) -> Result<(), String> {
    let mut said = [0; 9];
    let mut read = 0;
    if connection.write_all(PREFACE).is_ok() {
        while read < said.len() {
            match connection.read(&mut said[read..]) {
                Ok(0) => break,
                Ok(more) => read += more,
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    return Err(format!("{at} does not answer: it may be overloaded, or stopped"));
                }
                Err(_) => break,
            }
        }
    }
    match &said[..read] {
        said if said.get(FRAME_KIND) == Some(&SETTINGS) => Ok(()),
        [] | [TLS_ALERT, ..] => {
            Err(format!("{at} answers nothing without TLS: leave tls=false out of the connection string"))
        }
        _ => Err(format!("what answers at {at} is no KurrentDB: correct host and port")),
    }
}

/// Whether the user is let in, and may read the whole log.
async fn may_read(url: &KurrentUrl, at: &str, handle: &Handle) -> Option<String> {
    let link = Link::new(url.clone(), &Options { attempt: PATIENCE, ..Options::default() });
    let stream = format!("{}asked", url.prefix());
    let asked = handle.spawn(async move {
        let one = ReadStreamOptions::default().max_count(1);
        let let_in = link.call(|client| async move { client.read_stream(stream, &one).await?.next().await });
        if matches!(let_in.await, Err(Failure::Denied)) {
            return Some(false);
        }
        let one = ReadAllOptions::default().position(StreamPosition::Start).max_count(1);
        let all = link.call(|client| async move { client.read_all(&one).await?.next().await });
        matches!(all.await, Err(Failure::Denied)).then_some(true)
    });
    let is_let_in = asked.await.ok()??;
    Some(if is_let_in {
        format!("{at} does not let the user read $all: an administrator must give them that right (docs/kurrentdb.md)")
    } else {
        format!("{at} does not let the user in: correct user and password in the connection string")
    })
}
