//! Listens for other nodes' appends. A notification that is lost costs half a second, never an event.

use std::future::poll_fn;
use std::time::Duration;

use tokio::sync::watch;
use tokio_postgres::AsyncMessage;

use super::appender::advance;
use super::schema::CHANNEL;
use crate::port::Position;
use storage::postgres::{Connector, in_time};

/// How long to wait before listening again.
const PAUSE: Duration = Duration::from_secs(1);

/// Listens for as long as it is not dropped.
pub(super) async fn run(connector: Connector, head: watch::Sender<Position>) {
    loop {
        if let Err(error) = listen(&connector, &head).await {
            tracing::warn!(why = storage::postgres::reason(&error), "not listening to the event log; trying again");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn listen(connector: &Connector, head: &watch::Sender<Position>) -> Result<(), tokio_postgres::Error> {
    // Where no connection comes about in time, it is tried again.
    let Some(connected) = in_time(connector.connect()).await else { return Ok(()) };
    let (client, mut connection) = connected?;
    let messages = async {
        while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notification(told) = message?
                && let Ok(position) = told.payload().parse()
            {
                advance(head, Position(position));
            }
        }
        Ok(())
    };
    let begin = async {
        client.batch_execute(&format!("LISTEN {CHANNEL}")).await?;
        // The client is kept, for the connection ends with it.
        std::future::pending::<Result<(), tokio_postgres::Error>>().await
    };
    tokio::select! {
        ended = messages => ended,
        failed = begin => failed,
    }
}
