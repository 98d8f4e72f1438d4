//! Views in GraphQL: objects whose fields are spelt in camel case and are otherwise those of the JSON.
//!
//! async-graphql's derive would write out for each view how it is described and how each of its fields is resolved: that was
//! two fifths of this crate's code. Here each view brings the list of its fields, and what describes and resolves one is
//! compiled once. Nothing in a view waits for anything, so a field is resolved from what serde writes of it.

use std::any::type_name;
use std::collections::HashMap;

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{Field, FragmentDefinition, Selection, SelectionSet};
use async_graphql::registry::{Deprecation, MetaField, MetaType, MetaTypeId, MetaTypeName, Registry};
use async_graphql::{ContextBase, Name, OutputType, Positioned, ServerError, ServerResult, Value as GraphqlValue};
use serde::Serialize;
use serde_json::Value;

use crate::spelt::words;

/// A field of a view.
pub struct FieldOfView {
    /// Its name in JSON.
    pub name: &'static str,
    /// What is said of it, a line an item.
    pub words: &'static [&'static str],
    /// Describes its type.
    pub described: fn(&mut Registry) -> String,
    /// Where its fields are those of the view: describes all of them.
    pub flattened: Option<fn(&mut Registry) -> MetaType>,
}

/// What a view says of itself.
pub trait View: Fields + OutputType {
    const NAME: &'static str;
    const WORDS: &'static [&'static str];
    const FIELDS: &'static [FieldOfView];
}

/// What a view has under a name.
pub trait Fields: Send + Sync {
    /// The part that GraphQL calls so.
    fn field(&self, name: &str) -> Option<Part<'_>>;
}

/// A part of a view.
pub struct Part<'v> {
    pub of: &'v dyn Written,
    /// Tells its type as GraphQL writes it: `[Stay!]!`.
    pub ty: fn() -> String,
}

/// Whatever serde writes.
pub trait Written {
    /// As JSON.
    ///
    /// # Errors
    /// Where it cannot be written so.
    fn written(&self) -> serde_json::Result<Value>;
}

impl<T: Serialize> Written for T {
    fn written(&self) -> serde_json::Result<Value> {
        serde_json::to_value(self)
    }
}

/// A field's name as it is written in JSON, of an identifier.
pub const fn plain(identifier: &'static str) -> &'static str {
    match identifier.as_bytes() {
        [b'r', b'#', ..] => identifier.split_at(2).1,
        _ => identifier,
    }
}

/// Whether a name in GraphQL is that of a name in JSON.
pub fn is_spelt(graphql: &str, json: &str) -> bool {
    camel_case(json).eq(graphql.chars())
}

fn camel_case(name: &str) -> impl Iterator<Item = char> + '_ {
    name.split('_').enumerate().flat_map(|(place, word)| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| if place == 0 { first } else { first.to_ascii_uppercase() });
        first.into_iter().chain(letters)
    })
}

/// Describes a view. The registry's function is generic over what makes the type: a pointer to a function is one type for all.
pub fn described<V: View>(registry: &mut Registry) -> String {
    let make: fn(&mut Registry) -> MetaType =
        |registry| object(registry, V::NAME, V::WORDS, V::FIELDS, type_name::<V>());
    registry.create_output_type::<V, _>(MetaTypeId::Object, make)
}

fn object(
    registry: &mut Registry,
    name: &str,
    lines: &[&str],
    of_view: &[FieldOfView],
    rust_typename: &'static str,
) -> MetaType {
    let mut fields = IndexMap::new();
    for field in of_view {
        if let Some(flattened) = field.flattened {
            fields.extend(flattened(registry).fields().cloned().into_iter().flatten());
            continue;
        }
        let name: String = camel_case(field.name).collect();
        fields.insert(name.clone(), meta_field(name, words(field.words), (field.described)(registry)));
    }
    MetaType::Object {
        name: name.to_owned(),
        description: words(lines),
        fields,
        cache_control: async_graphql::CacheControl::default(),
        extends: false,
        shareable: false,
        resolvable: true,
        inaccessible: false,
        interface_object: false,
        tags: Vec::new(),
        keys: None,
        visible: None,
        is_subscription: false,
        rust_typename: Some(rust_typename),
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

fn meta_field(name: String, description: Option<String>, ty: String) -> MetaField {
    MetaField {
        name,
        description,
        args: IndexMap::new(),
        ty,
        deprecation: Deprecation::NoDeprecated,
        cache_control: async_graphql::CacheControl::default(),
        external: false,
        requires: None,
        provides: None,
        visible: None,
        shareable: false,
        inaccessible: false,
        tags: Vec::new(),
        override_from: None,
        compute_complexity: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

/// What was selected of a view.
///
/// # Errors
/// Where a part of it cannot be written.
pub fn resolved(
    name: &str,
    view: &dyn Fields,
    ctx: &ContextBase<'_, &Positioned<SelectionSet>>,
) -> ServerResult<GraphqlValue> {
    let resolver = Resolver { registry: &ctx.schema_env.registry, fragments: &ctx.query_env.fragments };
    resolver.object(name, &[&ctx.item.node], |field, sets| Ok(resolver.part(view, field, sets)?.unwrap_or_default()))
}

/// A field of a view, where it has one of that name.
///
/// # Errors
/// Where it cannot be written.
pub fn resolved_field(
    view: &dyn Fields,
    ctx: &ContextBase<'_, &Positioned<Field>>,
) -> ServerResult<Option<GraphqlValue>> {
    let resolver = Resolver { registry: &ctx.schema_env.registry, fragments: &ctx.query_env.fragments };
    let field = &ctx.item.node;
    resolver.part(view, field, &[&field.selection_set.node])
}

struct Resolver<'a> {
    registry: &'a Registry,
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
}

impl<'a> Resolver<'a> {
    /// A part of a view, if it has one of that name.
    fn part(
        &self,
        view: &dyn Fields,
        field: &'a Field,
        sets: &[&'a SelectionSet],
    ) -> ServerResult<Option<GraphqlValue>> {
        let name = &field.name;
        let Some(Part { of, ty }) = view.field(&name.node) else { return Ok(None) };
        let written = of.written().map_err(|error| ServerError::new(error.to_string(), Some(name.pos)))?;
        Ok(Some(self.value(&ty(), &written, sets)))
    }

    /// The fields that were selected of an object, by the name that each has in the answer (GraphQL, October 2021, §6.3.2).
    fn collect(&self, object: &str, sets: &[&'a SelectionSet], into: &mut IndexMap<&'a Name, Vec<&'a Field>>) {
        for selection in sets.iter().flat_map(|set| &set.items) {
            let (on, set) = match &selection.node {
                Selection::Field(field) => {
                    into.entry(&field.node.response_key().node).or_default().push(&field.node);
                    continue;
                }
                Selection::InlineFragment(fragment) => {
                    (fragment.node.type_condition.as_ref(), &fragment.node.selection_set)
                }
                Selection::FragmentSpread(spread) => match self.fragments.get(&spread.node.fragment_name.node) {
                    Some(fragment) => (Some(&fragment.node.type_condition), &fragment.node.selection_set),
                    None => continue,
                },
            };
            if on.is_none_or(|condition| condition.node.on.node == object) {
                self.collect(object, &[&set.node], into);
            }
        }
    }

    /// An object of whose fields `part` says what they are.
    fn object(
        &self,
        name: &str,
        sets: &[&'a SelectionSet],
        part: impl Fn(&'a Field, &[&'a SelectionSet]) -> ServerResult<GraphqlValue>,
    ) -> ServerResult<GraphqlValue> {
        let mut selected = IndexMap::new();
        self.collect(name, sets, &mut selected);
        let mut object = IndexMap::with_capacity(selected.len());
        for (key, fields) in selected {
            let Some(field) = fields.first() else { continue };
            let value = if field.name.node == "__typename" {
                GraphqlValue::String(name.to_owned())
            } else {
                let sets: Vec<_> = fields.iter().map(|field| &field.selection_set.node).collect();
                part(field, &sets)?
            };
            object.insert(key.clone(), value);
        }
        Ok(GraphqlValue::Object(object))
    }

    /// A value of a type, and what was selected of it.
    fn value(&self, ty: &str, written: &Value, sets: &[&'a SelectionSet]) -> GraphqlValue {
        match (MetaTypeName::create(ty).unwrap_non_null(), written) {
            (MetaTypeName::List(of), Value::Array(items)) => {
                GraphqlValue::List(items.iter().map(|item| self.value(of, item, sets)).collect())
            }
            (MetaTypeName::Named(name), Value::Object(parts)) => match self.registry.types.get(name) {
                Some(MetaType::Object { fields, .. }) => {
                    let part = |field: &'a Field, sets: &[&'a SelectionSet]| {
                        let name = field.name.node.as_str();
                        let part = parts.iter().find(|(json, _)| is_spelt(name, json));
                        // That there is such a field was validated.
                        let value =
                            part.zip(fields.get(name)).map(|((_, part), field)| self.value(&field.ty, part, sets));
                        Ok(value.unwrap_or_default())
                    };
                    self.object(name, sets, part).unwrap_or_default()
                }
                _ => leaf(written),
            },
            _ => leaf(written),
        }
    }
}

fn leaf(written: &Value) -> GraphqlValue {
    GraphqlValue::from_json(written.clone()).unwrap_or_default()
}

/// Makes a view an object of GraphQL.
macro_rules! object_of_fields {
    (
        $name:ident as $public:expr, [$($words:literal),*],
        $( { $field:ident : $type:ty, [$($field_words:literal),*] $(, $flat:ident)? } )*
    ) => {
        impl $crate::views::graphql::Fields for $name {
            fn field(&self, name: &str) -> Option<$crate::views::graphql::Part<'_>> {
                $( $crate::views::graphql::part!(self, name, $field: $type $(, $flat)?); )*
                None
            }
        }

        impl $crate::views::graphql::View for $name {
            const NAME: &'static str = $public;
            const WORDS: &'static [&'static str] = &[$($words),*];
            const FIELDS: &'static [$crate::views::graphql::FieldOfView] = &[$(
                $crate::views::graphql::FieldOfView {
                    name: $crate::views::graphql::plain(stringify!($field)),
                    words: &[$($field_words),*],
                    described: <$type as async_graphql::OutputType>::create_type_info,
                    flattened: $crate::views::graphql::flattened!($type $(, $flat)?),
                }
            ),*];
        }

        #[async_graphql::async_trait::async_trait]
        impl async_graphql::OutputType for $name {
            fn type_name() -> std::borrow::Cow<'static, str> {
                std::borrow::Cow::Borrowed(<$name as $crate::views::graphql::View>::NAME)
            }

            fn create_type_info(registry: &mut async_graphql::registry::Registry) -> String {
                $crate::views::graphql::described::<$name>(registry)
            }

            async fn resolve(
                &self,
                ctx: &async_graphql::ContextSelectionSet<'_>,
                _: &async_graphql::Positioned<async_graphql::parser::types::Field>,
            ) -> async_graphql::ServerResult<async_graphql::Value> {
                $crate::views::graphql::resolved(<$name as $crate::views::graphql::View>::NAME, self, ctx)
            }
        }

        #[async_graphql::async_trait::async_trait]
        impl async_graphql::ContainerType for $name {
            async fn resolve_field(
                &self,
                ctx: &async_graphql::Context<'_>,
            ) -> async_graphql::ServerResult<Option<async_graphql::Value>> {
                $crate::views::graphql::resolved_field(self, ctx)
            }
        }

        impl async_graphql::ObjectType for $name {}
    };
}

/// Answers a field if it is the one that is looked for, or one of its own.
macro_rules! part {
    ($self:ident, $name:ident, $field:ident: $type:ty) => {
        if $crate::views::graphql::is_spelt($name, $crate::views::graphql::plain(stringify!($field))) {
            let ty = <$type as async_graphql::OutputType>::qualified_type_name;
            return Some($crate::views::graphql::Part { of: &$self.$field, ty });
        }
    };
    ($self:ident, $name:ident, $field:ident: $type:ty, flatten) => {
        if let Some(found) = $crate::views::graphql::Fields::field(&$self.$field, $name) {
            return Some(found);
        }
    };
}

macro_rules! flattened {
    ($type:ty) => {
        None
    };
    ($type:ty, flatten) => {
        Some(|registry| registry.create_fake_output_type::<$type>())
    };
}

pub(crate) use {flattened, object_of_fields, part};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_spelt_in_camel_case() {
        for (json, graphql) in [
            ("text", "text"),
            ("recorded_by_role", "recordedByRole"),
            ("ethos_light_2", "ethosLight2"),
            (plain("r#return"), "return"),
        ] {
            assert!(is_spelt(graphql, json), "{json}");
        }
        assert!(!is_spelt("recordedBy", "recorded_by_role"));
        assert!(!is_spelt("recorded_by", "recorded_by"));
    }
}
