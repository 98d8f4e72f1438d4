//! Where webhooks may go. Whoever may name an address for us to call could have us call what only we can reach: a
//! database beside us, the cloud's metadata service. So the name is resolved by us, every address it leads to is looked
//! at, and the connection goes to the addresses that were looked at: a name that changes its mind gains nothing.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ipnet::IpNet;
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Which targets are allowed.
#[derive(Debug, Clone, Default)]
pub struct Targets {
    /// The hosts that may be called: names, or `*.` and a name for all below it. Where there are none, any may.
    pub hosts: Vec<String>,
    /// Networks that may be called although they are not public.
    pub networks: Vec<IpNet>,
    /// Whether `http` will do. Never in production.
    pub plain_http: bool,
}

/// Why a target is not called. It never says what an address was: that would tell of the network that we are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    #[error("must be an absolute URL")]
    NotAUrl,
    #[error("must begin with https://")]
    Scheme,
    #[error("must not hold a user name or password")]
    Credentials,
    #[error("must not have a fragment")]
    Fragment,
    #[error("must be at most 2000 bytes long")]
    Long,
    #[error("must name a host that the operators allow")]
    Host,
    #[error("must name a host with public addresses only, or with such as the operators allow")]
    Address,
}

const LONGEST: usize = 2_000;
/// How long the addresses of a name are waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// Finds the addresses of a name.
#[async_trait]
pub trait Lookup: Send + Sync + 'static {
    /// All addresses; none where there is no such name.
    async fn addresses(&self, name: &str) -> Vec<IpAddr>;
}

/// Asks whom the machine asks.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemLookup;

#[async_trait]
impl Lookup for SystemLookup {
    async fn addresses(&self, name: &str) -> Vec<IpAddr> {
        match tokio::time::timeout(PATIENCE, tokio::net::lookup_host((name, 0))).await {
            Ok(Ok(found)) => found.map(|address| address.ip()).collect(),
            Ok(Err(_)) | Err(_) => Vec::new(),
        }
    }
}

impl Targets {
    /// Reads a URL and checks all of it that needs no resolving.
    ///
    /// # Errors
    /// Why it may not be called.
    pub fn read(&self, text: &str) -> Result<Url, TargetError> {
        if text.len() > LONGEST {
            return Err(TargetError::Long);
        }
        let url = Url::parse(text).map_err(|_| TargetError::NotAUrl)?;
        match url.scheme() {
            "https" => {}
            "http" if self.plain_http => {}
            _ => return Err(TargetError::Scheme),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(TargetError::Credentials);
        }
        if url.fragment().is_some() {
            return Err(TargetError::Fragment);
        }
        let host = url.host_str().ok_or(TargetError::NotAUrl)?;
        if !self.is_listed(host) {
            return Err(TargetError::Host);
        }
        match literal(&url) {
            Some(address) if !self.is_allowed(address) => Err(TargetError::Address),
            _ => Ok(url),
        }
    }

    /// Checks a URL with the addresses that its host has now.
    ///
    /// # Errors
    /// Why it may not be called.
    pub async fn check(&self, text: &str, lookup: &dyn Lookup) -> Result<Url, TargetError> {
        let url = self.read(text)?;
        if literal(&url).is_none() {
            self.resolve(url.host_str().unwrap_or_default(), lookup).await?;
        }
        Ok(url)
    }

    /// The addresses of a name, all of which may be called.
    async fn resolve(&self, name: &str, lookup: &dyn Lookup) -> Result<Vec<IpAddr>, TargetError> {
        let found = lookup.addresses(name).await;
        // One that may not be called among others is no accident; a name without any tells nothing either.
        let all_allowed = !found.is_empty() && found.iter().all(|address| self.is_allowed(*address));
        if all_allowed { Ok(found) } else { Err(TargetError::Address) }
    }

    fn is_listed(&self, host: &str) -> bool {
        let host = host.strip_suffix('.').unwrap_or(host);
        self.hosts.is_empty()
            || self.hosts.iter().any(|listed| match listed.strip_prefix("*.") {
                Some(parent) => host.strip_suffix(parent).is_some_and(|below| below.len() > 1 && below.ends_with('.')),
                None => host.eq_ignore_ascii_case(listed),
            })
    }

    fn is_allowed(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        is_public(address) || self.networks.iter().any(|network| network.contains(&address))
    }
}

fn literal(url: &Url) -> Option<IpAddr> {
    let host = url.host_str()?;
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host).parse().ok()
}

/// Whether an address is somewhere on the public internet: what the IANA registries of special addresses do not name
/// (RFC 6890). An IPv6 address that carries an IPv4 one is as public as that.
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        // "This network"; shared address space of providers; protocol assignments; the old relays of 6to4; tests of
        // network devices; multicast, what is reserved, and broadcast.
        || a == 0
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (18..20).contains(&b))
        || a >= 224;
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let carried = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match segments {
        // NAT64 and 6to4 lead to the IPv4 address in them; Teredo hides one, and is gone from the world.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => carried(high, low),
        // Protocol assignments, among them Teredo; documentation.
        [0x2001, 0..0x200 | 0xdb8, ..] | [0x3fff, 0..0x1000, ..] => false,
        // All else that is public begins with 001: loopback, unique local, link local and multicast do not.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

/// Resolves for the HTTP client, and answers only addresses that were looked at.
pub(super) struct CheckedResolver {
    pub targets: Arc<Targets>,
    pub lookup: Arc<dyn Lookup>,
}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (targets, lookup) = (self.targets.clone(), self.lookup.clone());
        Box::pin(async move {
            let found = targets.resolve(name.as_str(), &*lookup).await?;
            // The client puts in the port of the URL.
            let found: Vec<_> = found.into_iter().map(|address| SocketAddr::new(address, 0)).collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(), TargetError> {
        Targets::default().read(text).map(|_| ())
    }

    #[test]
    fn a_target_is_an_https_address_without_credentials_or_fragment() {
        assert_eq!(read("https://hooks.example.org/baken?source=1"), Ok(()));
        assert_eq!(read("http://hooks.example.org/"), Err(TargetError::Scheme));
        assert_eq!(read("file:///etc/passwd"), Err(TargetError::Scheme));
        assert_eq!(read("https://somebody@example.org/"), Err(TargetError::Credentials));
        assert_eq!(read("https://:secret@example.org/"), Err(TargetError::Credentials));
        assert_eq!(read("https://example.org/#part"), Err(TargetError::Fragment));
        assert_eq!(read("hooks.example.org"), Err(TargetError::NotAUrl));
        assert_eq!(read(&format!("https://example.org/{}", "x".repeat(2_000))), Err(TargetError::Long));
        let development = Targets { plain_http: true, ..Targets::default() };
        assert!(development.read("http://hooks.example.org/").is_ok());
    }

    #[test]
    fn addresses_that_are_not_public_are_refused_however_they_are_written() {
        for host in [
            "127.0.0.1",
            "2130706433",
            "0x7f.1",
            "0177.0.0.1",
            "127.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "240.0.0.1",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:a00:1]",
            "[fe80::1]",
            "[fd00::1]",
            "[fc00::1]",
            "[ff02::1]",
            "[64:ff9b::10.0.0.1]",
            "[2002:7f00:1::]",
            "[2001:db8::1]",
            "[2001::1]",
            "[3fff::1]",
            "[fec0::1]",
            "[::10.0.0.1]",
        ] {
            assert_eq!(read(&format!("https://{host}/")), Err(TargetError::Address), "{host}");
        }
        for host in
            ["93.184.215.14", "[2606:2800:21f:cb07::1]", "[64:ff9b::93.184.215.14]", "100.128.0.1", "172.32.0.1"]
        {
            assert_eq!(read(&format!("https://{host}/")), Ok(()), "{host}");
        }
    }

    #[test]
    fn the_operators_may_open_a_network_of_their_own() {
        let targets = Targets { networks: vec!["10.20.0.0/16".parse().unwrap()], ..Targets::default() };
        assert!(targets.read("https://10.20.3.4/").is_ok());
        assert!(targets.read("https://[::ffff:10.20.3.4]/").is_ok(), "the same address, written as IPv6");
        assert_eq!(targets.read("https://10.21.3.4/"), Err(TargetError::Address));
    }

    #[test]
    fn where_hosts_are_listed_no_other_is_called() {
        let hosts = vec!["hooks.example.org".to_owned(), "*.shelter.example".to_owned()];
        let targets = Targets { hosts, ..Targets::default() };
        for allowed in ["hooks.example.org", "HOOKS.example.org", "hooks.example.org.", "a.b.shelter.example"] {
            assert!(targets.read(&format!("https://{allowed}/")).is_ok(), "{allowed}");
        }
        for other in ["example.org", "x.hooks.example.org", "shelter.example", "notshelter.example", "93.184.215.14"] {
            assert_eq!(targets.read(&format!("https://{other}/")).err(), Some(TargetError::Host), "{other}");
        }
    }

    struct Knows(Vec<&'static str>);

    #[async_trait]
    impl Lookup for Knows {
        async fn addresses(&self, _: &str) -> Vec<IpAddr> {
            self.0.iter().map(|address| address.parse().unwrap()).collect()
        }
    }

    #[tokio::test]
    async fn a_name_is_refused_for_any_address_that_is_not_public_and_where_it_has_none() {
        let check = async |addresses: &[&'static str]| {
            Targets::default().check("https://hooks.example.org/", &Knows(addresses.to_vec())).await.map(|_| ())
        };
        assert_eq!(check(&["93.184.215.14", "2606:2800:21f:cb07::1"]).await, Ok(()));
        assert_eq!(check(&["93.184.215.14", "10.0.0.1"]).await, Err(TargetError::Address));
        assert_eq!(check(&["::ffff:127.0.0.1"]).await, Err(TargetError::Address));
        assert_eq!(check(&[]).await, Err(TargetError::Address));
    }
}
