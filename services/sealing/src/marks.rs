//! The marks of private values in an event's JSON: taking the values out, and putting them back.
//!
//! Known is only what `care_path::private` writes. Anything else that carries the mark is refused: a private value that
//! is spelt wrongly must not go into the log in clear.

use care_path::codes::{Code, DataClass};
use care_path::private::{MARK, VALUE};
use serde_json::{Map, Value};

/// Beside the mark, in what stays in clear: the value's place in the list of its class.
const AT: &str = "at";
/// Deeper JSON could be written but not read again: the parser stops at 128, and values move around by a level or two.
const DEEPEST: usize = 100;

/// An event's JSON that cannot be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadMark {
    #[error("a value is marked private in a way that is not known")]
    Unknown,
    #[error("a private value holds another one")]
    Nested,
    #[error("the event is nested too deeply")]
    TooDeep,
}

/// What the marks and the lists say does not fit together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mismatch;

/// Something for each data class.
pub(super) struct PerClass<T>([T; DataClass::ALL.len()]);

impl<T> PerClass<T> {
    pub(super) fn new(mut each: impl FnMut() -> T) -> Self {
        Self(std::array::from_fn(|_| each()))
    }

    pub(super) fn get_mut(&mut self, class: DataClass) -> &mut T {
        &mut self.0[class as usize]
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (DataClass, &T)> {
        DataClass::ALL.iter().copied().zip(&self.0)
    }
}

/// The private values of an event, by class, in the order of the tree.
pub(super) type Taken = PerClass<Vec<Value>>;

/// Takes every known private value out of the tree and leaves its place in it.
pub(super) fn take_out(tree: &mut Value) -> Result<Taken, BadMark> {
    let mut taken = Taken::new(Vec::new);
    take_from(tree, &mut taken, 0)?;
    Ok(taken)
}

fn take_from(tree: &mut Value, taken: &mut Taken, depth: usize) -> Result<(), BadMark> {
    if depth > DEEPEST {
        return Err(BadMark::TooDeep);
    }
    match tree {
        Value::Object(object) if object.contains_key(MARK) => take_marked(object, taken, depth),
        Value::Object(object) => object.values_mut().try_for_each(|value| take_from(value, taken, depth + 1)),
        Value::Array(array) => array.iter_mut().try_for_each(|value| take_from(value, taken, depth + 1)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}

fn take_marked(object: &mut Map<String, Value>, taken: &mut Taken, depth: usize) -> Result<(), BadMark> {
    let class = class_of(object).ok_or(BadMark::Unknown)?;
    match (object.len(), object.remove(VALUE)) {
        // Erased already: it stays as it is.
        (1, None) => Ok(()),
        (2, Some(value)) => {
            refuse_marks_in(&value, depth + 1)?;
            let list = taken.get_mut(class);
            object.insert(AT.to_owned(), list.len().into());
            list.push(value);
            Ok(())
        }
        _ => Err(BadMark::Unknown),
    }
}

/// Each class is destroyed by its own key: a value inside of another one's would not be.
fn refuse_marks_in(value: &Value, depth: usize) -> Result<(), BadMark> {
    if depth > DEEPEST {
        return Err(BadMark::TooDeep);
    }
    match value {
        Value::Object(object) if object.contains_key(MARK) => Err(BadMark::Nested),
        Value::Object(object) => object.values().try_for_each(|value| refuse_marks_in(value, depth + 1)),
        Value::Array(array) => array.iter().try_for_each(|value| refuse_marks_in(value, depth + 1)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}

/// What became of a class's values.
pub(super) enum Content {
    /// No box of the class was there.
    Nothing,
    /// Its key was destroyed.
    Erased,
    /// The values; each is put back once.
    Values(Vec<Option<Value>>),
}

/// Puts the values back where their marks are.
pub(super) fn put_back(tree: &mut Value, content: &mut PerClass<Content>) -> Result<(), Mismatch> {
    put_into(tree, content)?;
    let left_over = |(_, content): (_, &Content)| match content {
        Content::Values(values) => values.iter().any(Option::is_some),
        Content::Nothing | Content::Erased => false,
    };
    if content.iter().any(left_over) { Err(Mismatch) } else { Ok(()) }
}

fn put_into(tree: &mut Value, content: &mut PerClass<Content>) -> Result<(), Mismatch> {
    match tree {
        Value::Object(object) if object.contains_key(MARK) => put_at_mark(object, content),
        Value::Object(object) => object.values_mut().try_for_each(|value| put_into(value, content)),
        Value::Array(array) => array.iter_mut().try_for_each(|value| put_into(value, content)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}

fn put_at_mark(object: &mut Map<String, Value>, content: &mut PerClass<Content>) -> Result<(), Mismatch> {
    let class = class_of(object).ok_or(Mismatch)?;
    let place = match (object.len(), object.remove(AT)) {
        (1, None) => return Ok(()),
        (2, Some(place)) => place.as_u64().and_then(|place| usize::try_from(place).ok()).ok_or(Mismatch)?,
        _ => return Err(Mismatch),
    };
    match content.get_mut(class) {
        Content::Nothing => Err(Mismatch),
        Content::Erased => Ok(()),
        Content::Values(values) => {
            let value = values.get_mut(place).and_then(Option::take).ok_or(Mismatch)?;
            object.insert(VALUE.to_owned(), value);
            Ok(())
        }
    }
}

fn class_of(object: &Map<String, Value>) -> Option<DataClass> {
    object.get(MARK).and_then(Value::as_str).and_then(DataClass::from_code)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_marked_leaves_the_tree_and_its_place_stays() {
        let mut event = json!({
            "name": {"$private": "identity", "value": "Marek"},
            "notes": [{"$private": "medical", "value": {"a": 1}}, {"$private": "medical", "value": null}],
            "old": {"$private": "social"},
            "night": 3,
        });
        let mut taken = take_out(&mut event).unwrap();
        let marks = json!({
            "name": {"$private": "identity", "at": 0},
            "notes": [{"$private": "medical", "at": 0}, {"$private": "medical", "at": 1}],
            "old": {"$private": "social"},
            "night": 3,
        });
        assert_eq!(event, marks);
        assert_eq!(*taken.get_mut(DataClass::Identity), [json!("Marek")]);
        assert_eq!(*taken.get_mut(DataClass::Medical), [json!({"a": 1}), json!(null)]);
        assert!(taken.get_mut(DataClass::Social).is_empty());
    }

    #[test]
    fn a_mark_that_is_not_known_is_refused_rather_than_left_in_clear() {
        for bad in [
            json!({"$private": "medical", "value": 1, "more": 2}),
            json!({"$private": "medical", "at": 0}),
            json!({"$private": "medical", "valu": 1}),
            json!({"$private": "health", "value": 1}),
            json!({"$private": 7, "value": 1}),
            json!({"$private": null}),
        ] {
            assert_eq!(take_out(&mut json!([bad])).map(|_| ()), Err(BadMark::Unknown), "{bad}");
        }
        let inside = json!({"$private": "medical", "value": [{"$private": "social", "value": 1}]});
        assert_eq!(take_out(&mut json!([inside])).map(|_| ()), Err(BadMark::Nested));
    }

    #[test]
    fn json_that_could_not_be_read_again_is_refused() {
        let nested = |levels| (0..levels).fold(json!(1), |inner, _| json!([inner]));
        assert!(take_out(&mut nested(DEEPEST)).is_ok());
        assert_eq!(take_out(&mut nested(DEEPEST + 1)).map(|_| ()), Err(BadMark::TooDeep));
        let deep_value = |levels| json!({"$private": "medical", "value": nested(levels)});
        assert!(take_out(&mut deep_value(DEEPEST - 1)).is_ok());
        assert_eq!(take_out(&mut deep_value(DEEPEST)).map(|_| ()), Err(BadMark::TooDeep));
    }

    #[test]
    fn marks_and_values_have_to_match_one_to_one() {
        let mark = |at: i64| json!({"$private": "medical", "at": at});
        let values = || Content::Values(vec![Some(json!("a")), Some(json!("b"))]);
        let put = |mut tree: Value, content: Content| {
            let mut all = PerClass::new(|| Content::Nothing);
            *all.get_mut(DataClass::Medical) = content;
            put_back(&mut tree, &mut all).map(|()| tree)
        };
        let known = |value| json!({"$private": "medical", "value": value});
        assert_eq!(put(json!([mark(1), mark(0)]), values()), Ok(json!([known("b"), known("a")])));
        for bad in [json!([mark(0)]), json!([mark(0), mark(0)]), json!([mark(0), mark(1), mark(2)]), json!([mark(-1)])]
        {
            assert_eq!(put(bad, values()), Err(Mismatch));
        }
        assert_eq!(put(json!([mark(0)]), Content::Nothing), Err(Mismatch));
        let erased = json!({"$private": "medical"});
        assert_eq!(put(json!([mark(0), mark(1)]), Content::Erased), Ok(json!([erased, erased])));
    }
}
