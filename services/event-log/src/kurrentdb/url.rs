//! The connection string of KurrentDB, kept so that nobody prints the password in it.

use std::fmt;
use std::str::FromStr;

use eventstore::ClientSettings;
use secrecy::{ExposeSecret, SecretString};

/// A connection string as KurrentDB's clients take it: `kurrentdb://user:password@node1,node2?tls=true`. It is not
/// printed, but for its scheme and its nodes.
#[derive(Clone)]
pub struct KurrentUrl {
    secret: SecretString,
    shown: String,
}

/// It is none that the client reads. What it says is not repeated: it may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a connection string of KurrentDB")]
pub struct BadKurrentUrl;

impl KurrentUrl {
    /// What the client is to do with it. A node that only follows the leader may be behind, so the leader is preferred
    /// whatever the connection string says.
    pub(super) fn settings(&self) -> Result<ClientSettings, BadKurrentUrl> {
        let text = self.secret.expose_secret();
        let joint = if text.contains('?') { '&' } else { '?' };
        // The client's own error repeats the whole string.
        format!("{text}{joint}nodePreference=leader").parse().map_err(|_| BadKurrentUrl)
    }
}

impl FromStr for KurrentUrl {
    type Err = BadKurrentUrl;

    fn from_str(text: &str) -> Result<Self, BadKurrentUrl> {
        let (scheme, _) = text.split_once("://").ok_or(BadKurrentUrl)?;
        let mut url = Self { secret: text.into(), shown: String::new() };
        let settings = url.settings()?;
        let nodes: Vec<_> = settings.hosts().iter().map(|node| format!("{}:{}", node.host, node.port)).collect();
        url.shown = format!("{scheme}://{}", nodes.join(","));
        Ok(url)
    }
}

impl fmt::Display for KurrentUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for KurrentUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl PartialEq for KurrentUrl {
    fn eq(&self, other: &Self) -> bool {
        self.secret.expose_secret() == other.secret.expose_secret()
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
    fn what_the_client_cannot_read_is_refused_without_being_repeated() {
        for text in ["kurrentdb:", "kurrentdb://", "kurrentdb://u:secret@node:port", "kurrentdb://u:secret@n?tls=maybe"]
        {
            let refused = text.parse::<KurrentUrl>().unwrap_err();
            assert!(!refused.to_string().contains("secret"));
        }
    }
}
