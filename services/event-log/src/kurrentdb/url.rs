//! The connection string of KurrentDB, kept so that nobody prints the password in it.

use std::fmt;
use std::str::FromStr;

use eventstore::ClientSettings;
use secrecy::{ExposeSecret, SecretString};

/// The prefix of Baken's streams, unless the connection string names another one.
pub const PREFIX: &str = "baken.";
/// The parameter that names it. It is Baken's own; the client never sees it.
const PARAMETER: &str = "streamPrefix";

/// A connection string as KurrentDB's clients take it: `kurrentdb://user:password@node1,node2?tls=true`, and with one
/// parameter of Baken's own, `streamPrefix`. It is not printed, but for its scheme, its nodes, and a prefix that is not the
/// usual one.
#[derive(Clone)]
pub struct KurrentUrl {
    /// As the client takes it.
    secret: SecretString,
    prefix: String,
    shown: String,
}

/// Why a connection string is refused. What it says is not repeated: it may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadKurrentUrl {
    #[error("this is not a connection string of KurrentDB")]
    Unreadable,
    #[error("`{PARAMETER}` may have at most 64 letters, digits, `.`, `_` and `-`, and be given once")]
    Prefix,
}

impl KurrentUrl {
    /// What the client is to do with it. A node that only follows the leader may be behind, so the leader is preferred
    /// whatever the connection string says.
    pub(super) fn settings(&self) -> Result<ClientSettings, BadKurrentUrl> {
        let text = self.secret.expose_secret();
        let joint = if text.contains('?') { '&' } else { '?' };
        // The client's own error repeats the whole string.
        format!("{text}{joint}nodePreference=leader").parse().map_err(|_| BadKurrentUrl::Unreadable)
    }

    /// One node of it, by itself: the client then asks no other.
    pub(super) fn only(&self, host: &str, port: u32) -> Self {
        let text = self.secret.expose_secret();
        let (scheme, rest) = text.split_once("://").unwrap_or(("kurrentdb", text));
        let (place, parameters) = rest.split_once('?').unwrap_or((rest, ""));
        let user = place.rsplit_once('@').map(|(user, _)| format!("{user}@")).unwrap_or_default();
        let scheme = scheme.trim_end_matches("+discover");
        let only = format!("{scheme}://{user}{host}:{port}?{parameters}").trim_end_matches('?').into();
        Self { secret: only, ..self.clone() }
    }

    /// What the names of Baken's streams begin with on the server. Empty for a log that was begun before there was a prefix.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The same cluster, with another prefix.
    #[must_use]
    pub fn with_prefix(&self, prefix: &str) -> Self {
        Self { prefix: prefix.to_owned(), ..self.clone() }
    }
}

/// A connection string without Baken's own parameter, and what that says.
fn without_prefix(text: &str) -> Result<(String, String), BadKurrentUrl> {
    let (place, parameters) = text.split_once('?').unwrap_or((text, ""));
    let is_ours =
        |parameter: &&str| parameter.split_once('=').is_some_and(|(name, _)| name.eq_ignore_ascii_case(PARAMETER));
    let (ours, others): (Vec<&str>, Vec<&str>) = parameters.split('&').partition(is_ours);
    let prefix = match ours[..] {
        [] => PREFIX,
        [one] => one.split_once('=').map_or("", |(_, prefix)| prefix),
        _ => return Err(BadKurrentUrl::Prefix),
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if prefix.len() > 64 || !prefix.bytes().all(plain) {
        return Err(BadKurrentUrl::Prefix);
    }
    let others = others.join("&");
    let text = if others.is_empty() { place.to_owned() } else { format!("{place}?{others}") };
    Ok((text, prefix.to_owned()))
}

impl FromStr for KurrentUrl {
    type Err = BadKurrentUrl;

    fn from_str(text: &str) -> Result<Self, BadKurrentUrl> {
        let (scheme, _) = text.split_once("://").ok_or(BadKurrentUrl::Unreadable)?;
        let (text, prefix) = without_prefix(text)?;
        let mut url = Self { secret: text.as_str().into(), prefix, shown: String::new() };
        let settings = url.settings()?;
        let nodes: Vec<_> = settings.hosts().iter().map(|node| format!("{}:{}", node.host, node.port)).collect();
        url.shown = format!("{scheme}://{}", nodes.join(","));
        Ok(url)
    }
}

impl fmt::Display for KurrentUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)?;
        if self.prefix == PREFIX { Ok(()) } else { write!(f, "?{PARAMETER}={}", self.prefix) }
    }
}

impl fmt::Debug for KurrentUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl PartialEq for KurrentUrl {
    fn eq(&self, other: &Self) -> bool {
        self.prefix == other.prefix && self.secret.expose_secret() == other.secret.expose_secret()
    }
}

impl Eq for KurrentUrl {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_string_is_shown_by_its_nodes_alone() {
        for (text, shown) in [
            ("kurrentdb://admin:secret@node?tls=false", "kurrentdb://node:2113"),
            ("kurrentdb://admin:secret@node1:2111,node2:2112,node3", "kurrentdb://node1:2111,node2:2112,node3:2113"),
            ("kurrentdb+discover://admin:secret@cluster.example:2113", "kurrentdb+discover://cluster.example:2113"),
            ("esdb://admin:secret@node:2113?userCertFile=/secret/a&userKeyFile=/secret/b", "esdb://node:2113"),
            ("kurrentdb://admin:secret@n?streamPrefix=baken.&tls=false", "kurrentdb://n:2113"),
            ("kurrentdb://admin:secret@n?tls=false&streamPrefix=", "kurrentdb://n:2113?streamPrefix="),
        ] {
            let url: KurrentUrl = text.parse().unwrap();
            assert_eq!(url.to_string(), shown);
            assert_eq!(format!("{url:?}"), shown);
        }
    }

    #[test]
    fn the_leader_is_asked_for_whatever_the_connection_string_says() {
        for text in ["kurrentdb://node", "kurrentdb://a,b?nodePreference=follower", "kurrentdb://a:1,b:2?tls=false"] {
            let settings = text.parse::<KurrentUrl>().unwrap().settings().unwrap();
            assert_eq!(format!("{:?}", settings.node_preference()), "Leader", "{text}");
        }
    }

    #[test]
    fn one_node_can_be_asked_by_itself_as_the_same_user() {
        for (text, only) in [
            ("kurrentdb://u:p@a,b?tls=false", "kurrentdb://u:p@b:1?tls=false"),
            ("esdb+discover://cluster.example", "esdb://b:1"),
        ] {
            assert_eq!(text.parse::<KurrentUrl>().unwrap().only("b", 1).secret.expose_secret(), only);
        }
    }

    #[test]
    fn the_prefix_is_bakens_own_matter_and_the_client_never_sees_it() {
        for (text, prefix, given) in [
            ("kurrentdb://node", "baken.", "kurrentdb://node"),
            ("kurrentdb://node?streamPrefix=north.", "north.", "kurrentdb://node"),
            (
                "kurrentdb://node?tls=false&StreamPrefix=&gossipTimeout=1",
                "",
                "kurrentdb://node?tls=false&gossipTimeout=1",
            ),
        ] {
            let url: KurrentUrl = text.parse().unwrap();
            assert_eq!((url.prefix(), url.secret.expose_secret()), (prefix, given));
        }
        let long = format!("kurrentdb://node?streamPrefix={}", "a".repeat(65));
        for text in ["kurrentdb://n?streamPrefix=$a", "kurrentdb://n?streamPrefix=a&streamPrefix=b", &long] {
            assert_eq!(text.parse::<KurrentUrl>(), Err(BadKurrentUrl::Prefix), "{text}");
        }
    }

    #[test]
    fn what_the_client_cannot_read_is_refused_without_being_repeated() {
        for text in ["kurrentdb:", "kurrentdb://", "kurrentdb://u:secret@node:port", "kurrentdb://u:secret@n?tls=maybe"]
        {
            let refused = text.parse::<KurrentUrl>().unwrap_err();
            assert!(!refused.to_string().contains("secret"));
        }
    }
}
