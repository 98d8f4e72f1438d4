//! Connections, after the Relay cursor specification: the application's pages as GraphQL clients expect them.

use async_graphql::connection::{Connection, Edge};
use async_graphql::{ObjectType, OutputType};

use super::error::QueryRefused;
use crate::app::{Cursor, Page, PageRequest};

/// Which page somebody asks for, as the arguments of a field say it.
pub(super) struct Window {
    pub request: PageRequest,
    continues: bool,
}

impl Window {
    pub fn new(first: Option<i32>, after: Option<String>) -> Result<Self, QueryRefused> {
        let first = first.map(usize::try_from).transpose().map_err(|_| QueryRefused::First)?;
        let continues = after.is_some();
        let request = PageRequest::new(first, after.map(Cursor)).ok_or(QueryRefused::First)?;
        Ok(Self { request, continues })
    }

    /// The page as a connection, with fields that say something of the list as a whole.
    pub fn show<T: OutputType, F: ObjectType>(&self, page: Page<T>, fields: F) -> Connection<String, T, F> {
        // There is something before a cursor, for a cursor is the place of an item.
        let mut connection = Connection::with_additional_fields(self.continues, page.more, fields);
        connection.edges = page.edges.into_iter().map(|edge| Edge::new(edge.mark.cursor().0, edge.node)).collect();
        connection
    }
}
