//! Enums whose values are written as names: codes, the types of events and the kinds of commands. JSON, OpenAPI and GraphQL
//! spell them alike, from the one list that each of them has.
//!
//! The derives of serde and of GraphQL would write out each of them in every place; that was a sixth of the crate's code. Here
//! each enum brings its list, and what reads, writes and describes it is compiled once.

use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserializer, Serializer};

/// A closed enum of names.
pub trait Spelt: Copy + Eq + Send + Sync + 'static {
    /// What the enum is called in the specifications.
    const NAME: &'static str;
    /// What is said of it there, a line an item.
    const WORDS: &'static [&'static str];
    /// Every value, in the order of the list.
    const VALUES: &'static [Self];
    /// How each of them is spelt, in the same order.
    const SPELLINGS: &'static [&'static str];
    /// What is said of each of them.
    const SPELLING_WORDS: &'static [&'static [&'static str]];

    /// How it is spelt.
    fn spelling(self) -> &'static str;
}

/// One of some spellings, by its number.
struct Among(&'static [&'static str]);

impl Visitor<'_> for Among {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<usize, E> {
        let found = self.0.iter().position(|spelling| *spelling == text);
        found.ok_or_else(|| E::unknown_variant(text, self.0))
    }
}

pub(crate) fn read<'de, T: Spelt, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_str(Among(T::SPELLINGS)).map(|number| T::VALUES[number])
}

pub(crate) fn write<T: Spelt, S: Serializer>(value: T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(value.spelling())
}

/// Makes an enum of names.
macro_rules! spelt {
    (
        $(#[doc = $words:literal])*
        pub enum $name:ident {
            $( $(#[doc = $item_words:literal])* $item:ident = $spelling:literal ),+ $(,)?
        }
    ) => {
        $(#[doc = $words])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        pub enum $name {
            $(
                $(#[doc = $item_words])*
                #[cfg_attr(feature = "schema", schema(rename = $spelling))]
                $item,
            )+
        }

        impl $crate::spelt::Spelt for $name {
            const NAME: &'static str = stringify!($name);
            const WORDS: &'static [&'static str] = &[$($words),*];
            const VALUES: &'static [Self] = &[$(Self::$item),+];
            const SPELLINGS: &'static [&'static str] = &[$($spelling),+];
            const SPELLING_WORDS: &'static [&'static [&'static str]] = &[$(&[$($item_words),*]),+];

            fn spelling(self) -> &'static str {
                match self {
                    $(Self::$item => $spelling,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($crate::spelt::Spelt::spelling(*self))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::spelt::write(*self, serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::spelt::read(deserializer)
            }
        }

        $crate::spelt::schema!($name);
    };
}
pub(crate) use spelt;

/// Describes an enum of names in GraphQL, as an output.
#[cfg(feature = "schema")]
macro_rules! schema {
    ($name:ident) => {
        #[async_graphql::async_trait::async_trait]
        impl async_graphql::OutputType for $name {
            fn type_name() -> std::borrow::Cow<'static, str> {
                std::borrow::Cow::Borrowed(<$name as $crate::spelt::Spelt>::NAME)
            }

            fn create_type_info(registry: &mut async_graphql::registry::Registry) -> String {
                $crate::spelt::in_graphql::<$name>(registry)
            }

            async fn resolve(
                &self,
                _: &async_graphql::ContextSelectionSet<'_>,
                _: &async_graphql::Positioned<async_graphql::parser::types::Field>,
            ) -> async_graphql::ServerResult<async_graphql::Value> {
                Ok($crate::spelt::graphql_value($crate::spelt::Spelt::spelling(*self)))
            }
        }
    };
}

#[cfg(not(feature = "schema"))]
macro_rules! schema {
    ($name:ident) => {};
}
pub(crate) use schema;

/// Takes enums of names in GraphQL as inputs too.
#[cfg(feature = "schema")]
macro_rules! graphql_inputs {
    ($($name:ident),+ $(,)?) => {$(
        impl async_graphql::InputType for $name {
            type RawValueType = Self;

            fn type_name() -> std::borrow::Cow<'static, str> {
                <Self as async_graphql::OutputType>::type_name()
            }

            fn create_type_info(registry: &mut async_graphql::registry::Registry) -> String {
                $crate::spelt::in_graphql::<Self>(registry)
            }

            fn parse(value: Option<async_graphql::Value>) -> async_graphql::InputValueResult<Self> {
                $crate::spelt::from_graphql(value)
            }

            fn to_value(&self) -> async_graphql::Value {
                $crate::spelt::graphql_value($crate::spelt::Spelt::spelling(*self))
            }

            fn as_raw_value(&self) -> Option<&Self> {
                Some(self)
            }
        }
    )+};
}
#[cfg(feature = "schema")]
pub(crate) use graphql_inputs;

#[cfg(feature = "schema")]
pub(crate) use described::{from_graphql, graphql_value, in_graphql, words};

#[cfg(feature = "schema")]
mod described {
    use async_graphql::registry::{Deprecation, MetaEnumValue, MetaType, MetaTypeId, Registry};
    use async_graphql::{InputType, InputValueError, InputValueResult, Name, OutputType, Value};

    use super::Spelt;

    /// What is said of something, if anything is.
    pub(crate) fn words(lines: &[&str]) -> Option<String> {
        let lines: Vec<_> = lines.iter().map(|line| line.trim()).collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }

    pub(crate) fn from_graphql<T: Spelt + InputType>(value: Option<Value>) -> InputValueResult<T> {
        let value = value.unwrap_or_default();
        let spelling = match &value {
            Value::Enum(name) => name.as_str(),
            Value::String(text) => text,
            _ => return Err(InputValueError::expected_type(value)),
        };
        let found = T::SPELLINGS.iter().position(|each| *each == spelling);
        found
            .map(|number| T::VALUES[number])
            .ok_or_else(|| InputValueError::custom(format_args!("is not a {}", T::NAME)))
    }

    pub(crate) fn graphql_value(spelling: &str) -> Value {
        Value::Enum(Name::new(spelling))
    }

    /// The registry's function is generic over what makes the type. A pointer to a function is one type for all enums.
    pub(crate) fn in_graphql<T: Spelt + OutputType>(registry: &mut Registry) -> String {
        let make: fn(&mut Registry) -> MetaType = |_| {
            let rust_typename = std::any::type_name::<T>();
            graphql(T::NAME, words(T::WORDS), T::SPELLINGS, T::SPELLING_WORDS, rust_typename)
        };
        registry.create_output_type::<T, _>(MetaTypeId::Enum, make)
    }

    fn graphql(
        name: &str,
        description: Option<String>,
        spellings: &[&str],
        spelling_words: &[&[&str]],
        rust_typename: &'static str,
    ) -> MetaType {
        let value = |(spelling, lines): (&&str, &&[&str])| {
            let value = MetaEnumValue {
                name: (*spelling).to_owned(),
                description: words(lines),
                deprecation: Deprecation::NoDeprecated,
                visible: None,
                inaccessible: false,
                tags: Vec::new(),
                directive_invocations: Vec::new(),
            };
            (value.name.clone(), value)
        };
        MetaType::Enum {
            name: name.to_owned(),
            description,
            enum_values: spellings.iter().zip(spelling_words).map(value).collect(),
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            rust_typename: Some(rust_typename),
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        }
    }
}
