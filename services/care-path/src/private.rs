//! `Private`: a describing value that can be forgotten.
//!
//! What describes a person is sealed in the log under the person's key of its data class; once that key is destroyed
//! the value reads as erased, for ever. The type names the class, so a describing field without one does not compile.
//! In JSON a private value is marked, and that mark is all the sealing layer needs to know:
//! `{"$private": "medical", "value": …}`, or without `value` once it is erased.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use serde::de::Error as _;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::codes::{Code, DataClass};

/// The key that marks a private value in JSON; its value is the data class.
pub const MARK: &str = "$private";
/// The key of the value itself.
pub const VALUE: &str = "value";

/// A data class at the level of types.
pub trait Class {
    const CLASS: DataClass;
}

macro_rules! classes {
    ($($name:ident),+) => {$(
        #[doc = concat!("The data class `", stringify!($name), "`.")]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {}

        impl Class for $name {
            const CLASS: DataClass = DataClass::$name;
        }
    )+};
}
classes!(Identity, Social, Medical, Justice, Return);

/// A value that describes a person: known, or erased.
pub struct Private<T, C>(Option<T>, PhantomData<fn() -> C>);

impl<T, C> Private<T, C> {
    /// A value that is known.
    pub const fn known(value: T) -> Self {
        Self(Some(value), PhantomData)
    }

    /// A value whose key was destroyed.
    #[must_use]
    pub const fn erased() -> Self {
        Self(None, PhantomData)
    }

    /// The value, unless it was erased.
    pub const fn get(&self) -> Option<&T> {
        self.0.as_ref()
    }

    /// Whether the value was erased.
    #[must_use]
    pub const fn is_erased(&self) -> bool {
        self.0.is_none()
    }
}

impl<T, C> From<T> for Private<T, C> {
    fn from(value: T) -> Self {
        Self::known(value)
    }
}

/// Turns what a command says into what an event keeps.
pub(crate) fn private<T, C>(value: Option<T>) -> Option<Private<T, C>> {
    value.map(Private::known)
}

/// The value of a describing field that may be absent or erased.
pub(crate) fn open<T, C>(field: Option<&Private<T, C>>) -> Option<&T> {
    field.and_then(Private::get)
}

impl<T: Clone, C> Clone for Private<T, C> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}

impl<T: PartialEq, C> PartialEq for Private<T, C> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T: Eq, C> Eq for Private<T, C> {}

impl<T: Hash, C> Hash for Private<T, C> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<T, C: Class> fmt::Debug for Private<T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.is_erased() { "erased" } else { "known" };
        write!(f, "Private({}, {what})", C::CLASS)
    }
}

impl<T: Serialize, C: Class> Serialize for Private<T, C> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1 + usize::from(self.0.is_some())))?;
        map.serialize_entry(MARK, C::CLASS.code())?;
        if let Some(value) = &self.0 {
            map.serialize_entry(VALUE, value)?;
        }
        map.end()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Marked<T> {
    #[serde(rename = "$private")]
    class: DataClass,
    #[serde(default = "none", rename = "value")]
    value: Option<T>,
}

fn none<T>() -> Option<T> {
    None
}

impl<'de, T: Deserialize<'de>, C: Class> Deserialize<'de> for Private<T, C> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let marked = Marked::<T>::deserialize(deserializer)?;
        if marked.class != C::CLASS {
            return Err(D::Error::custom("a private value of another data class"));
        }
        Ok(Self(marked.value, PhantomData))
    }
}

/// In the schema of events a private value is the value: what is sealed is a matter of storage.
#[cfg(feature = "schema")]
mod schema {
    use std::borrow::Cow;

    use utoipa::openapi::RefOr;
    use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, Schema, Type};
    use utoipa::{__dev::ComposeSchema, PartialSchema, ToSchema};

    use super::{Class, MARK, Private, VALUE};
    use crate::codes::Code;

    impl<T: ToSchema, C: Class> ComposeSchema for Private<T, C> {
        fn compose(_: Vec<RefOr<Schema>>) -> RefOr<Schema> {
            let class = ObjectBuilder::new().schema_type(Type::String).enum_values(Some([C::CLASS.code()]));
            let schema = ObjectBuilder::new()
                .property(MARK, class)
                .property(VALUE, T::schema())
                .required(MARK)
                .additional_properties(Some(AdditionalProperties::FreeForm(false)))
                .description(Some("Sealed in the log under the person's key of this data class."))
                .build();
            RefOr::T(Schema::Object(schema))
        }
    }

    impl<T: ToSchema, C: Class> ToSchema for Private<T, C> {
        fn name() -> Cow<'static, str> {
            Cow::Borrowed("Private")
        }

        fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
            T::schemas(schemas);
        }
    }

    macro_rules! marker_schemas {
        ($($name:ident),+) => {$(
            impl PartialSchema for super::$name {
                fn schema() -> RefOr<Schema> {
                    RefOr::T(Schema::Object(ObjectBuilder::new().schema_type(Type::Null).build()))
                }
            }

            impl ToSchema for super::$name {}
        )+};
    }
    marker_schemas!(Identity, Social, Medical, Justice, Return);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_value_is_marked_with_its_class() {
        let value: Private<u8, Medical> = Private::known(7);
        assert_eq!(serde_json::to_value(&value).unwrap(), serde_json::json!({"$private": "medical", "value": 7}));
        assert_eq!(serde_json::from_str::<Private<u8, Medical>>(r#"{"$private":"medical","value":7}"#).unwrap(), value);
    }

    #[test]
    fn an_erased_value_stays_erased_and_says_so() {
        let value: Private<u8, Return> = serde_json::from_str(r#"{"$private":"return"}"#).unwrap();
        assert!(value.is_erased());
        assert_eq!(value.get(), None);
    }

    #[test]
    fn a_value_of_one_class_is_not_read_as_one_of_another() {
        assert!(serde_json::from_str::<Private<u8, Social>>(r#"{"$private":"medical","value":7}"#).is_err());
    }

    #[test]
    fn debug_output_never_holds_the_value() {
        let value: Private<&str, Identity> = Private::known("Marek");
        assert_eq!(format!("{value:?}"), "Private(identity, known)");
    }
}
