//! A page of a list, as JSON.

use serde::Serialize;
use utoipa::ToSchema;

use crate::app;

/// A page of a list.
#[derive(Serialize, ToSchema)]
#[schema(bound = "T: ToSchema")]
pub struct PageOf<T> {
    pub items: Vec<T>,
    /// The cursor of the next page; null where this is the last.
    #[schema(required = true)]
    pub next: Option<String>,
}

impl<T> From<app::Page<T>> for PageOf<T> {
    fn from(page: app::Page<T>) -> Self {
        let next = page.next().map(|cursor| cursor.0);
        Self { items: page.into_nodes(), next }
    }
}
