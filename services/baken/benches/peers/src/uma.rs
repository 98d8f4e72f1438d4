//! UmaDB: a server of its own, asked by its own gRPC client. A stream is a tag; an append fails if an event with the tag
//! came after the last one that the writer knows.

use std::collections::HashMap;
use std::sync::Mutex;

use umadb_client::{AsyncUmaDbClient, UmaDbClient};
use umadb_dcb::{DcbAppendCondition, DcbEvent, DcbEventStoreAsync, DcbQuery, DcbQueryItem};

use crate::load::{Append, Contender, EVENTS, Failure, KIND};

/// Connections of the client: one would make all clients share the flow control of one HTTP/2 connection.
const CONNECTIONS: usize = 4;

pub struct Uma {
    clients: Vec<AsyncUmaDbClient>,
    /// The position of each open stream's last event, which UmaDB's condition goes by in place of a revision.
    positions: Mutex<HashMap<String, u64>>,
}

impl Uma {
    pub async fn open(address: &str) -> Result<Self, Failure> {
        let mut clients = Vec::new();
        for _ in 0..CONNECTIONS {
            clients.push(UmaDbClient::new(format!("http://{address}")).connect_async().await?);
        }
        Ok(Self { clients, positions: Mutex::default() })
    }

    fn known(&self) -> Result<std::sync::MutexGuard<'_, HashMap<String, u64>>, Failure> {
        self.positions.lock().map_err(|_| Failure::from("a client has panicked"))
    }
}

impl Contender for Uma {
    async fn append(&self, append: Append<'_>) -> Result<(), Failure> {
        let after = if append.revision.is_some() { self.known()?.get(append.stream).copied() } else { None };
        let of_stream = DcbQuery::new().item(DcbQueryItem::new().tags([append.stream]));
        let event = DcbEvent::new()
            .event_type(KIND)
            .tags([append.stream])
            .uuid(append.id)
            .data(append.data)
            .metadata_entry("metadata", std::str::from_utf8(append.metadata)?);
        let client = &self.clients[usize::from(append.id.as_bytes()[15]) % CONNECTIONS];
        let condition = DcbAppendCondition::new(of_stream).after(after);
        let position = client.append(vec![event], Some(condition), None).await?;
        let mut known = self.known()?;
        if append.revision.is_some_and(|revision| revision + 2 == EVENTS) {
            known.remove(append.stream);
        } else {
            known.insert(append.stream.to_owned(), position);
        }
        Ok(())
    }
}
