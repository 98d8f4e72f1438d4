//! What a field may cost, read out of the schema itself, so that no new field is forgotten: what takes `first` is a
//! list of that many, and every other list is taken to have a few items.

use std::collections::HashMap;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{BaseType, FieldDefinition, Type, TypeKind, TypeSystemDefinition};
use async_graphql::{Name, Value};

use crate::app::PageRequest;

/// How many items a list without pages is taken to have.
const A_FEW: u64 = 5;

/// Why a schema cannot be weighed.
#[derive(Debug, thiserror::Error)]
#[error("the schema does not parse: {0}")]
pub struct BadSchema(#[from] async_graphql::parser::Error);

/// Every field of every object type: what it leads to, and how often.
#[derive(Debug)]
pub struct Weights {
    fields: HashMap<Name, HashMap<Name, Weight>>,
}

#[derive(Debug)]
pub(super) struct Weight {
    pub leads_to: Name,
    times: Times,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Times {
    Once,
    AFew,
    AsAsked,
}

impl Weights {
    /// Weighs a schema, given in the schema definition language.
    ///
    /// # Errors
    /// Where it does not parse.
    pub fn of(sdl: &str) -> Result<Self, BadSchema> {
        let mut fields = HashMap::new();
        for definition in parse_schema(sdl)?.definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let TypeKind::Object(object) = definition.node.kind else { continue };
            let pages = object.fields.iter().any(|field| field.node.name.node == "pageInfo");
            let weighed = object.fields.iter().map(|field| (field.node.name.node.clone(), weigh(&field.node, pages)));
            fields.insert(definition.node.name.node, weighed.collect::<HashMap<_, _>>());
        }
        Ok(Self { fields })
    }

    pub(super) fn field(&self, object: &str, field: &str) -> Option<&Weight> {
        self.fields.get(object)?.get(field)
    }
}

/// The items of a connection have been counted where `first` was.
fn weigh(field: &FieldDefinition, of_connection: bool) -> Weight {
    let takes_first = field.arguments.iter().any(|argument| argument.node.name.node == "first");
    let (leads_to, is_list) = named(&field.ty.node);
    let times = match (takes_first, is_list && !of_connection) {
        (true, _) => Times::AsAsked,
        (false, true) => Times::AFew,
        (false, false) => Times::Once,
    };
    Weight { leads_to: leads_to.clone(), times }
}

fn named(field_type: &Type) -> (&Name, bool) {
    match &field_type.base {
        BaseType::Named(name) => (name, false),
        BaseType::List(item) => (named(item).0, true),
    }
}

impl Weight {
    /// How many items there may be. A `first` that is none is refused later, or is the default.
    pub fn times(&self, first: Option<&Value>) -> u64 {
        let most = PageRequest::MOST as u64;
        match self.times {
            Times::Once => 1,
            Times::AFew => A_FEW,
            Times::AsAsked => match first {
                Some(Value::Number(number)) => number.as_u64().unwrap_or(most).clamp(1, most),
                _ => PageRequest::DEFAULT as u64,
            },
        }
    }
}
