//! Where the Transit key is, and how it is reached.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;

use reqwest::Url;
use serde::Deserialize;

use crate::kek::{KekError, KekName};

/// The configuration of a Transit key. It holds no secret: the token is in a file of its own.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransitSettings {
    /// The service, as `https://vault.example.org:8200`. `http` only to a loopback address, where an agent may listen.
    pub address: String,
    /// Where the secrets engine is mounted.
    #[serde(default = "default_mount")]
    pub mount: String,
    /// The key's name.
    pub key: String,
    pub namespace: Option<String>,
    /// A file with the token, which only its owner may read. It is read again when the token was refused.
    pub token_file: PathBuf,
    /// Certificates in PEM that vouch for the service, in place of those that this machine trusts.
    pub ca_file: Option<PathBuf>,
    /// How long one request may take with all its tries.
    #[serde(default = "default_timeout")]
    pub timeout_seconds: NonZeroU32,
}

fn default_mount() -> String {
    "transit".to_owned()
}

/// Short of the time that a client waits for a write.
const fn default_timeout() -> NonZeroU32 {
    match NonZeroU32::new(10) {
        Some(seconds) => seconds,
        None => NonZeroU32::MIN,
    }
}

impl TransitSettings {
    /// What the key is called in errors.
    pub(super) fn name(&self) -> KekName {
        let Self { address, mount, key, namespace, .. } = self;
        // A URL may hold a password; an address that is not one is not repeated.
        let host = address.parse::<Url>().ok().map(|url| url.origin().ascii_serialization());
        let host = host.unwrap_or_else(|| "an address that is not a URL".to_owned());
        let namespace = namespace.as_ref().map(|name| format!(", namespace {name}")).unwrap_or_default();
        KekName::new(&format!("the Transit key {mount}/{key} at {host}{namespace}"))
    }

    /// The URL below which the engine's paths lie.
    pub(super) fn engine(&self) -> Result<Url, KekError> {
        let setup = |why: &str| KekError::Setup { kek: self.name(), why: why.to_owned() };
        let mut url: Url =
            self.address.parse().map_err(|_| setup("address must be a URL such as https://vault:8200"))?;
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        match url.scheme() {
            "https" => {}
            "http" if here => {}
            "http" => return Err(setup("over http it may be at a loopback address only: use https")),
            _ => return Err(setup("address must begin with https://")),
        }
        if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
            return Err(setup("address must hold neither a user, a query nor a fragment"));
        }
        if !is_name(&self.key) {
            return Err(setup("key must be of letters, digits, `_`, `-` and `.`"));
        }
        if !self.mount.split('/').all(is_name) {
            return Err(setup("mount must be of names with `/` between them"));
        }
        let mut segments = url.path_segments_mut().map_err(|()| setup("address must be a URL with a host"))?;
        segments.pop_if_empty().push("v1").extend(self.mount.split('/'));
        drop(segments);
        Ok(url)
    }
}

/// What Transit takes for a key's name: nothing in it means anything in a path.
fn is_name(text: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    text.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_') && text.bytes().all(inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(address: &str, mount: &str, key: &str) -> TransitSettings {
        TransitSettings {
            address: address.to_owned(),
            mount: mount.to_owned(),
            key: key.to_owned(),
            namespace: None,
            token_file: "token".into(),
            ca_file: None,
            timeout_seconds: default_timeout(),
        }
    }

    #[test]
    fn the_engine_lies_below_the_address() {
        for (address, mount, url) in [
            ("https://vault.example.org:8200", "transit", "https://vault.example.org:8200/v1/transit"),
            ("https://vault.example.org/behind/", "teams/transit", "https://vault.example.org/behind/v1/teams/transit"),
            ("http://127.0.0.1:8100", "transit", "http://127.0.0.1:8100/v1/transit"),
            ("http://[::1]:8100", "transit", "http://[::1]:8100/v1/transit"),
            ("http://localhost:8100", "transit", "http://localhost:8100/v1/transit"),
        ] {
            assert_eq!(settings(address, mount, "baken").engine().unwrap().as_str(), url);
        }
    }

    #[test]
    fn what_cannot_be_asked_safely_is_refused_by_its_name() {
        for (address, mount, key, named) in [
            ("http://vault.example.org:8200", "transit", "baken", "https"),
            ("http://10.0.0.1:8200", "transit", "baken", "https"),
            ("ftp://vault.example.org", "transit", "baken", "https"),
            ("vault", "transit", "baken", "URL"),
            ("https://user:hunter2@vault.example.org", "transit", "baken", "user"),
            ("https://vault.example.org", "transit/../sys", "baken", "mount"),
            ("https://vault.example.org", "", "baken", "mount"),
            ("https://vault.example.org", "transit", "ba/ken", "key"),
            ("https://vault.example.org", "transit", "..", "key"),
        ] {
            let refused = settings(address, mount, key).engine().unwrap_err();
            assert!(matches!(refused, KekError::Setup { .. }) && !refused.is_passing(), "{refused:?}");
            let text = refused.to_string();
            assert!(text.contains(named) && !text.contains("hunter2"), "{text}");
        }
    }
}
