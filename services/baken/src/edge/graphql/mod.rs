//! The GraphQL edge: it reads and never writes, over the same views as REST, and through the same policy. Queries are
//! posted; queries and subscriptions go over a WebSocket.

mod connection;
mod error;
mod http;
pub mod limits;
mod query;
mod socket;
mod subscription;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use async_graphql::parser::types::OperationType;
use async_graphql::{
    EmptyMutation, Name, Request, Response, SDLExportOptions, Schema, SchemaBuilder, ServerError, Variables,
};
use care_path::PersonId;
use care_path::ids::{FacilityId, Municipality, OrgId, UserId};
use care_path::text::{Age, Country, Language, Line, Text};
use care_path::time::DateTime;
use care_path::views::DetailsView;
use futures_util::stream::BoxStream;

pub use self::http::routes;
use self::limits::{Admits, BadSchema, QueryLimits, Weights};
use self::query::Query;
use self::subscription::Subscription;
use crate::app::{Baken, Reading};
use crate::edge::rates::Rates;

type Root = Schema<Query, EmptyMutation, Subscription>;

/// The schema, with what its queries are measured by.
pub struct Graphql {
    schema: Root,
    weights: Weights,
    limits: QueryLimits,
    introspection: bool,
}

/// What somebody asks for.
#[derive(Default)]
pub struct Ask {
    pub query: String,
    /// Which operation of the query, where it has several.
    pub operation: Option<String>,
    pub variables: Variables,
}

impl Graphql {
    /// The edge over a service.
    ///
    /// # Errors
    /// Where the schema cannot be read back, and queries therefore not be measured.
    pub fn new(baken: Arc<Baken>, rates: Arc<Rates>, introspection: bool) -> Result<Self, BadSchema> {
        let mut builder = builder().data(baken).data(rates);
        if !introspection {
            // Neither the library may tell the schema, be it by suggesting names.
            builder = builder.disable_introspection().disable_suggestions();
        }
        let schema = builder.finish();
        let weights = Weights::of(&export(&schema))?;
        Ok(Self { schema, weights, limits: QueryLimits::default(), introspection })
    }

    /// Answers a query for somebody, if it is within the limits.
    pub async fn answer(&self, reader: Arc<Reading>, ask: Ask) -> Response {
        let request = match self.admit(reader, ask, false) {
            Ok(request) => request,
            Err(refused) => return Response::from_errors(vec![refused]),
        };
        let mut response = self.schema.execute(request).await;
        error::complete(&mut response);
        response
    }

    /// Answers a query, or begins to answer a subscription, if it is within the same limits. Says which it is.
    fn answers(&self, reader: Arc<Reading>, ask: Ask) -> Result<(bool, BoxStream<'static, Response>), ServerError> {
        let mut request = self.admit(reader, ask, true)?;
        let named = request.operation_name.clone();
        // A document that cannot be read was not admitted; which operation is meant, the library says.
        let subscribes = request.parsed_query().is_ok_and(|document| {
            let is_it =
                |name: Option<&Name>| named.as_deref().is_none_or(|named| name.is_some_and(|name| name == named));
            let mut meant = document.operations.iter().filter(|(name, _)| is_it(*name));
            meant.any(|(_, operation)| operation.node.ty == OperationType::Subscription)
        });
        Ok((subscribes, self.schema.execute_stream(request)))
    }

    fn admit(&self, reader: Arc<Reading>, ask: Ask, subscriptions: bool) -> Result<Request, ServerError> {
        let admits = Admits { introspection: self.introspection, subscriptions };
        let document = self.limits.admit(&ask.query, &ask.variables, &self.weights, admits)?;
        let mut request = Request::new(ask.query).variables(ask.variables).data(reader);
        request.operation_name = ask.operation;
        request.set_parsed_query(document);
        Ok(request)
    }
}

fn builder() -> SchemaBuilder<Query, EmptyMutation, Subscription> {
    Schema::build(Query, EmptyMutation, Subscription)
        .override_output_type_description::<Text>("Free text of one or more lines, up to 4,000 characters.")
        .override_output_type_description::<Line>("One line of text, up to 200 characters.")
        .override_output_type_description::<Language>("A language: a BCP 47 tag.")
        .override_output_type_description::<Country>("A country: ISO 3166-1 alpha-2.")
        .override_output_type_description::<Age>("An age in whole years.")
        .override_output_type_description::<OrgId>(
            "An organisation, by its short name: `codes(list: \"organisations\")`.",
        )
        .override_output_type_description::<FacilityId>("A building or ward of an organisation, by its short name.")
        .override_output_type_description::<Municipality>("A municipality, by its short name: `rotterdam`.")
        .override_output_type_description::<UserId>("A user, as the token's `sub` names them.")
        .override_output_type_description::<PersonId>("A person: a UUID that says nothing of them.")
        .override_output_type_description::<DateTime>("An instant: RFC 3339, in UTC.")
        .override_output_type_description::<chrono::NaiveDate>("A day: `2026-02-24`.")
        .override_output_type_description::<DetailsView>(
            "An event's fields by name, in the spelling of REST: those that the reader may see, as a JSON object.",
        )
}

/// The schema in the schema definition language, in an order that stays: what `api-spec/schema.graphql` is.
#[must_use]
pub fn sdl() -> String {
    export(&builder().finish())
}

fn export(schema: &Root) -> String {
    let options = SDLExportOptions::new()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items()
        .prefer_single_line_descriptions()
        .use_space_ident();
    schema.sdl_with_options(options)
}
