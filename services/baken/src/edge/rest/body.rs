//! A request's body: read within a size and a time, and taken for JSON only where it is an object without doubt.

use std::fmt;

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use futures_util::StreamExt;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::edge::Limits;
use crate::edge::problem::Problem;

const JSON: &str = "application/json";

/// Reads the whole body.
///
/// # Errors
/// Where it is too large, too slow, or breaks off.
pub async fn read(request: &HttpRequest, mut payload: Payload, limits: &Limits) -> Result<Vec<u8>, Problem> {
    let limit = limits.body_bytes;
    let announced = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(Problem::TooLarge { limit });
    }
    let arriving = async {
        let mut body = Vec::with_capacity(announced.unwrap_or_default().min(64 * 1024));
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|_| Problem::Malformed("The body broke off."))?;
            if body.len() + chunk.len() > limit {
                return Err(Problem::TooLarge { limit });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    };
    tokio::time::timeout(limits.body_deadline, arriving).await.map_err(|_| Problem::TooSlow)?
}

/// Takes a body for a JSON object. An empty one is an empty object: some commands say all in their path.
///
/// # Errors
/// Where it is not JSON, not an object, or says one thing twice.
pub fn object(request: &HttpRequest, body: &[u8]) -> Result<Map<String, Value>, Problem> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    if !is_json(request) {
        return Err(Problem::MediaType { accepted: JSON });
    }
    parse(body).map_err(|why| {
        Problem::Malformed(match why {
            NotAnObject::NotJson => "The body is not JSON.",
            NotAnObject::Twice => "The body names a field twice.",
            NotAnObject::GoesOn => "The body goes on after its JSON object.",
            NotAnObject::Other => "The body is not a JSON object.",
        })
    })
}

/// Why a text is not a JSON object without doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAnObject {
    NotJson,
    /// It names a field twice.
    Twice,
    /// There is more after it.
    GoesOn,
    /// It is JSON, and no object.
    Other,
}

/// Reads a JSON object.
///
/// # Errors
/// Where it is none, or not without doubt.
pub fn parse(text: &[u8]) -> Result<Map<String, Value>, NotAnObject> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    let value = Unambiguous.deserialize(&mut reader).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => NotAnObject::Twice,
        _ => NotAnObject::NotJson,
    })?;
    reader.end().map_err(|_| NotAnObject::GoesOn)?;
    match value {
        Value::Object(object) => Ok(object),
        _ => Err(NotAnObject::Other),
    }
}

/// Whether the body is said to be JSON.
#[must_use]
pub fn is_json(request: &HttpRequest) -> bool {
    is_of(request, JSON)
}

/// Whether the body is said to be of a media type. Its parameters change nothing: JSON is UTF-8 (RFC 8259 §8.1).
#[must_use]
pub fn is_of(request: &HttpRequest, expected: &str) -> bool {
    let media_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    media_type.and_then(|text| text.split(';').next()).is_some_and(|name| name.trim().eq_ignore_ascii_case(expected))
}

/// Reads any JSON value, but for objects that have a key twice: readers disagree on which of them counts.
struct Unambiguous;

impl<'de> DeserializeSeed<'de> for Unambiguous {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Unambiguous {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = items.next_element_seed(Unambiguous)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(Unambiguous)?;
            if object.insert(key, value).is_some() {
                return Err(A::Error::custom("a key is there twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use actix_web::test::TestRequest;
    use actix_web::web::Bytes;
    use futures_util::stream;

    use super::*;

    fn read_as_json(body: &str) -> Result<Map<String, Value>, String> {
        let request = TestRequest::post().insert_header(("content-type", "application/json; charset=utf-8"));
        object(&request.to_http_request(), body.as_bytes()).map_err(|problem| problem.to_string())
    }

    #[test]
    fn a_body_is_one_json_object_and_says_nothing_twice() {
        let read = read_as_json(r#"{"a": [1, -2, 0.5, true, null, {"b": "c"}]}"#).unwrap();
        assert_eq!(Value::Object(read), serde_json::json!({"a": [1, -2, 0.5, true, null, {"b": "c"}]}));
        assert_eq!(read_as_json(""), Ok(Map::new()));
        for (bad, why) in [
            ("{", "The body is not JSON."),
            (" ", "The body is not JSON."),
            ("[]", "The body is not a JSON object."),
            ("{} {}", "The body goes on after its JSON object."),
            (r#"{"a": {"b": 1, "b": 2}}"#, "The body names a field twice."),
            ("{\"a\": \"\\ud800\"}", "The body is not JSON."),
        ] {
            assert_eq!(read_as_json(bad), Err(why.to_owned()), "{bad}");
        }
        let deep = format!("{}{}", r#"{"a":"#.repeat(200), "}".repeat(200));
        assert_eq!(read_as_json(&deep), Err("The body is not JSON.".to_owned()));
    }

    #[test]
    fn json_is_what_the_header_says_and_nothing_else() {
        for other in ["text/plain", "application/jsonx", "multipart/form-data"] {
            let request = TestRequest::post().insert_header(("content-type", other)).to_http_request();
            assert!(matches!(object(&request, b"{}"), Err(Problem::MediaType { .. })), "{other}");
        }
    }

    #[actix_web::test]
    async fn a_body_that_stops_coming_is_not_waited_for_and_one_that_does_not_end_is_cut() {
        let request = TestRequest::post().to_http_request();
        let limits = Limits { body_deadline: Duration::from_millis(20), ..Limits::default() };
        let stalled = Payload::Stream {
            payload: stream::once(async { Ok(Bytes::from("{")) }).chain(stream::pending()).boxed_local(),
        };
        let problem = read(&request, stalled, &limits).await.unwrap_err();
        assert_eq!(problem.details().status, 408);
        let endless =
            Payload::Stream { payload: stream::repeat_with(|| Ok(Bytes::from_static(&[b' '; 1024]))).boxed_local() };
        let problem = read(&request, endless, &limits).await.unwrap_err();
        assert_eq!(problem.details().status, 413);
    }
}
