//! Lists that come in: each type says how long one may be, and none holds a value twice.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// A list of at most so many values. What is said twice is kept once, where it was said first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Few<T, const MOST: usize>(Vec<T>);

/// A list is longer than may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must have at most {0} items")]
pub struct TooMany(usize);

impl<T, const MOST: usize> Default for Few<T, MOST> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T, const MOST: usize> Deref for Few<T, MOST> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T, const MOST: usize> From<Few<T, MOST>> for Vec<T> {
    fn from(few: Few<T, MOST>) -> Self {
        few.0
    }
}

impl<T: PartialEq, const MOST: usize> Few<T, MOST> {
    fn add(&mut self, value: T) {
        if !self.0.contains(&value) {
            self.0.push(value);
        }
    }
}

impl<T: PartialEq, const LENGTH: usize, const MOST: usize> From<[T; LENGTH]> for Few<T, MOST> {
    fn from(values: [T; LENGTH]) -> Self {
        const { assert!(LENGTH <= MOST, "more than the list may have") }
        let mut few = Self::default();
        for value in values {
            few.add(value);
        }
        few
    }
}

impl<T: PartialEq, const MOST: usize> TryFrom<Vec<T>> for Few<T, MOST> {
    type Error = TooMany;

    fn try_from(values: Vec<T>) -> Result<Self, TooMany> {
        if values.len() > MOST {
            return Err(TooMany(MOST));
        }
        let mut few = Self::default();
        for value in values {
            few.add(value);
        }
        Ok(few)
    }
}

impl<'de, T: Deserialize<'de> + PartialEq, const MOST: usize> Deserialize<'de> for Few<T, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Reading(PhantomData))
    }
}

/// Stops reading at the first value that is too many.
struct Reading<T, const MOST: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de> + PartialEq, const MOST: usize> Visitor<'de> for Reading<T, MOST> {
    type Value = Few<T, MOST>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of at most {MOST} items")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut few = Few::default();
        for _ in 0..MOST {
            let Some(value) = items.next_element()? else { return Ok(few) };
            few.add(value);
        }
        match items.next_element::<IgnoredAny>()? {
            None => Ok(few),
            Some(_) => Err(serde::de::Error::custom(TooMany(MOST))),
        }
    }
}

#[cfg(feature = "schema")]
mod schema {
    use std::borrow::Cow;

    use utoipa::openapi::RefOr;
    use utoipa::openapi::schema::{ArrayBuilder, Schema};
    use utoipa::{__dev::ComposeSchema, ToSchema};

    use super::Few;

    impl<T: ToSchema, const MOST: usize> ComposeSchema for Few<T, MOST> {
        fn compose(of: Vec<RefOr<Schema>>) -> RefOr<Schema> {
            let items = of.into_iter().next().unwrap_or_else(T::schema);
            ArrayBuilder::new().items(items).max_items(Some(MOST)).into()
        }
    }

    impl<T: ToSchema, const MOST: usize> ToSchema for Few<T, MOST> {
        fn name() -> Cow<'static, str> {
            Cow::Borrowed("Few")
        }

        fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
            schemas.push((T::name().into_owned(), T::schema()));
            T::schemas(schemas);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Vec<u8>, String> {
        serde_json::from_str::<Few<u8, 3>>(json).map(Vec::from).map_err(|error| error.to_string())
    }

    #[test]
    fn a_list_of_as_many_as_may_be_is_taken_and_one_more_is_refused_by_their_number() {
        assert_eq!(read("[1, 2, 3]"), Ok(vec![1, 2, 3]));
        let refused = read("[1, 2, 3, 4]").unwrap_err();
        assert!(refused.starts_with("must have at most 3 items"), "{refused}");
        assert_eq!(Few::<u8, 3>::try_from(vec![1; 4]), Err(TooMany(3)));
    }

    #[test]
    fn what_is_said_twice_is_kept_once() {
        assert_eq!(read("[2, 1, 2]"), Ok(vec![2, 1]));
        assert_eq!(Few::<u8, 3>::try_from(vec![7, 7]).map(Vec::from), Ok(vec![7]));
    }
}
