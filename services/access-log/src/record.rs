//! A record, with the fields that NEN 7513 asks for. docs/access-log.md says of each where it comes from.

use std::net::IpAddr;

use care_path::codes::Role;
use care_path::ids::{CorrelationId, OrgId, UserId};
use care_path::sight::Disclosed;
use care_path::time::DateTime;
use serde::{Deserialize, Serialize};

/// Something of persons was shown to somebody, or refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    pub at: DateTime,
    #[serde(flatten)]
    pub asks: Asks,
    pub outcome: Outcome,
    pub user: UserId,
    pub role: Role,
    pub organisation: OrgId,
    /// Of whom, and what.
    pub persons: Vec<Disclosed>,
}

/// How somebody came to read something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asks {
    /// The request, as its answer's `X-Request-Id` has it.
    pub request_id: CorrelationId,
    pub surface: Surface,
    pub action: Action,
    /// What was asked for: the route's pattern, or the operation, never with the ids or names that were put into it.
    pub operation: String,
    /// From where, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
}

/// Where it was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Surface {
    Rest,
    Graphql,
    Board,
    /// Server-sent events, subscriptions and what waits live.
    Stream,
    Webhook,
}

/// What somebody did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Asked for one person, or for a list.
    Read,
    /// Looked for somebody by name or by what else is known of them.
    Search,
    /// Was told without asking.
    Deliver,
    /// Took away a file.
    Export,
    /// Read this log.
    Review,
}

/// Whether anything was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Shown,
    /// There is nobody by that id, or nobody whom the reader may know of: the record does not say which.
    Hidden,
}
