//! The messages of graphql-transport-ws (the GraphQL over WebSocket protocol), and what its close codes say.

use actix_ws::{CloseCode, CloseReason};
use async_graphql::{Response, ServerError, Value};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::super::http::Body;

/// The subprotocol, and the only one: `graphql-ws`, which is older, is refused.
pub const PROTOCOL: &str = "graphql-transport-ws";
/// The longest id of an operation.
const ID_BYTES: usize = 255;

/// What a client says.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Said {
    ConnectionInit { payload: Option<Map<String, Json>> },
    Ping { payload: Option<Map<String, Json>> },
    Pong {},
    Subscribe { id: String, payload: Map<String, Json> },
    Complete { id: String },
}

impl Said {
    /// Reads a message; `None` where it is none of the protocol.
    pub fn read(text: &str) -> Option<Self> {
        let said = serde_json::from_str(text).ok()?;
        match &said {
            Self::Subscribe { id, .. } | Self::Complete { id } if id.is_empty() || id.len() > ID_BYTES => None,
            _ => Some(said),
        }
    }
}

/// What is said to a client.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Say<'a> {
    ConnectionAck,
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<Map<String, Json>>,
    },
    Next {
        id: &'a str,
        payload: Body<'a>,
    },
    Error {
        id: &'a str,
        payload: &'a [ServerError],
    },
    Complete {
        id: &'a str,
    },
}

impl Say<'_> {
    pub fn next<'a>(id: &'a str, response: &'a Response) -> Say<'a> {
        Say::Next { id, payload: Body { data: Some(&response.data), errors: &response.errors } }
    }

    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Whether a subscription could not begin, or a query not be executed: then there is an error, and no data.
pub fn is_refused(response: &Response, subscribes: bool) -> bool {
    let executed = response.errors.iter().any(|error| !error.path.is_empty());
    response.data == Value::Null && !response.errors.is_empty() && (subscribes || !executed)
}

/// Why a connection ends by us. The words name no content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// What was sent is not of the protocol.
    Malformed,
    /// There is no token, or none that is accepted; another one helps.
    Unauthorized(&'static str),
    /// There are two tokens, of different callers.
    TwoCallers,
    /// The token has expired: clients fetch another and come back.
    Expired,
    InitTimeout,
    InitTwice,
    IdTaken,
    /// The service ends.
    GoingAway,
    /// There are too many, or keys cannot be had: another time.
    TryLater(&'static str),
    TooLarge,
    /// The client does not take what it is sent: there is nobody to tell.
    Stalled,
    /// The client has gone, or said that it goes.
    Gone,
}

impl End {
    /// The close code and its reason; none where there is nobody to tell.
    pub fn reason(self) -> Option<CloseReason> {
        let (code, words) = match self {
            Self::Malformed => (4400, "the message is not of graphql-transport-ws"),
            Self::Unauthorized(code) => (4401, code),
            Self::TwoCallers => (4403, "the tokens are of different callers"),
            Self::Expired => (4403, "token_expired"),
            Self::InitTimeout => (4408, "Connection initialisation timeout"),
            Self::IdTaken => (4409, "Subscriber already exists"),
            Self::InitTwice => (4429, "Too many initialisation requests"),
            Self::GoingAway => (1001, "the service ends"),
            Self::TryLater(words) => (1013, words),
            Self::TooLarge => (1009, "the message is too large"),
            Self::Stalled => return None,
            Self::Gone => (1000, ""),
        };
        Some(CloseReason { code: CloseCode::from(code), description: Some(words.to_owned()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_message_of_the_protocol_is_not_read() {
        for message in [
            "",
            "[]",
            "\"ping\"",
            r#"{"type": "start", "id": "1", "payload": {"query": "{ __typename }"}}"#,
            r#"{"type": "connection_terminate"}"#,
            r#"{"type": "subscribe", "payload": {"query": "{ __typename }"}}"#,
            r#"{"type": "subscribe", "id": "", "payload": {"query": "{ __typename }"}}"#,
            r#"{"type": "subscribe", "id": 1, "payload": {"query": "{ __typename }"}}"#,
            r#"{"type": "subscribe", "id": "1"}"#,
            r#"{"type": "complete"}"#,
            r#"{"type": "connection_init", "payload": "Bearer"}"#,
        ] {
            assert!(Said::read(message).is_none(), "{message}");
        }
        let long = format!(r#"{{"type": "complete", "id": "{}"}}"#, "x".repeat(256));
        assert!(Said::read(&long).is_none());
        assert!(matches!(Said::read(r#"{"type": "pong", "payload": {}}"#), Some(Said::Pong {})));
        assert!(matches!(Said::read(r#"{"type": "connection_init"}"#), Some(Said::ConnectionInit { payload: None })));
    }

    #[test]
    fn messages_are_spelt_as_the_protocol_has_them() {
        let response = Response::new(Value::Boolean(true));
        let said = [
            Say::ConnectionAck.text(),
            Say::Pong { payload: None }.text(),
            Say::next("1", &response).text(),
            Say::Complete { id: "1" }.text(),
            Say::Error { id: "1", payload: &[ServerError::new("no", None)] }.text(),
        ];
        insta::assert_snapshot!(said.join("\n"), @r#"
        {"type":"connection_ack"}
        {"type":"pong"}
        {"type":"next","id":"1","payload":{"data":true}}
        {"type":"complete","id":"1"}
        {"type":"error","id":"1","payload":[{"message":"no"}]}
        "#);
    }
}
