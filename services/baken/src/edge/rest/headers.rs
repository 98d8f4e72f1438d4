//! The headers that a request says its conditions with, read strictly: what is not understood is refused, for a
//! condition that is skipped is worse than none.

use actix_web::HttpRequest;
use actix_web::http::header::HeaderName;
use uuid::Uuid;

use super::submission::POSITION;
use crate::edge::problem::Problem;
use crate::event_log::Position;

const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// The one value of a header, if the header is there.
///
/// # Errors
/// Where there are several, or it is no ASCII.
pub fn single<'a>(
    request: &'a HttpRequest,
    name: &HeaderName,
    shown: &'static str,
) -> Result<Option<&'a str>, Problem> {
    let mut values = request.headers().get_all(name);
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Problem::Header { header: shown, message: "may be there only once" });
    }
    let text = value.to_str().map_err(|_| Problem::Header { header: shown, message: "must be ASCII" })?;
    Ok(Some(text.trim()))
}

/// The key by which a repeated request is known (draft-ietf-httpapi-idempotency-key-header).
///
/// # Errors
/// Where there is none, or none that could be one.
pub fn idempotency_key(request: &HttpRequest) -> Result<String, Problem> {
    let bad = |message| Problem::Header { header: IDEMPOTENCY_KEY, message };
    let name = HeaderName::from_static("idempotency-key");
    let key = single(request, &name, IDEMPOTENCY_KEY)?
        .ok_or_else(|| bad("is required: a value of your choice, the same when you repeat the request"))?;
    // The draft writes the key as a string of RFC 8941, in quotes; most clients do not.
    let key = key.strip_prefix('"').and_then(|key| key.strip_suffix('"')).unwrap_or(key);
    if !(1..=255).contains(&key.len()) || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(bad("must be 1 to 255 visible ASCII characters"));
    }
    Ok(key.to_owned())
}

/// The revision that a condition names: one strong entity tag.
///
/// # Errors
/// Where it is anything else.
pub fn revision(request: &HttpRequest, name: &HeaderName, shown: &'static str) -> Result<Option<u64>, Problem> {
    let Some(tag) = single(request, name, shown)? else { return Ok(None) };
    let revision = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).and_then(number);
    let message = "must be one strong entity tag, as an ETag of this path told it";
    revision.map(Some).ok_or(Problem::Header { header: shown, message })
}

/// Whether a revision is among the entity tags of a condition, compared weakly (RFC 9110 §13.1.2). What is not
/// understood is no tag: then the whole answer is given.
#[must_use]
pub fn any_revision(request: &HttpRequest, name: &HeaderName, revision: u64) -> bool {
    let tag = etag(revision);
    let lists = request.headers().get_all(name).filter_map(|value| value.to_str().ok());
    let mut tags = lists.flat_map(|list| list.split(',')).map(str::trim);
    tags.any(|each| each == "*" || each.strip_prefix("W/").unwrap_or(each) == tag)
}

/// The position that a read waits for.
///
/// # Errors
/// Where it is no position.
pub fn position(request: &HttpRequest) -> Result<Option<Position>, Problem> {
    let Some(text) = single(request, &POSITION, "Baken-Position")? else { return Ok(None) };
    let message = "must be a position that a write answered with";
    number(text).map(|position| Some(Position(position))).ok_or(Problem::Header { header: "Baken-Position", message })
}

/// A whole number in digits, and in no other spelling.
#[must_use]
pub fn number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// The entity tag of a revision.
#[must_use]
pub fn etag(revision: u64) -> String {
    format!("\"{revision}\"")
}

/// A UUID with its hyphens, and in no other spelling.
#[must_use]
pub fn uuid(text: &str) -> Option<Uuid> {
    (text.len() == 36).then(|| Uuid::try_parse(text).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::IF_MATCH;
    use actix_web::test::TestRequest;

    use super::*;

    fn with(name: &str, value: &str) -> HttpRequest {
        TestRequest::default().insert_header((name, value)).to_http_request()
    }

    #[test]
    fn a_key_is_visible_ascii_with_or_without_quotes() {
        let key = |value: &str| idempotency_key(&with("idempotency-key", value)).ok();
        assert_eq!(key("signal-1").as_deref(), Some("signal-1"));
        assert_eq!(key("\"signal-1\"").as_deref(), Some("signal-1"));
        assert_eq!(key(&"k".repeat(255)).map(|key| key.len()), Some(255));
        for bad in ["", "\"\"", "two words", &"k".repeat(256)] {
            assert_eq!(key(bad), None, "{bad:?}");
        }
        assert!(idempotency_key(&TestRequest::default().to_http_request()).is_err());
    }

    #[test]
    fn a_condition_is_one_strong_tag() {
        let read = |value: &str| revision(&with("if-match", value), &IF_MATCH, "If-Match").ok().flatten();
        assert_eq!(read("\"7\""), Some(7));
        for bad in ["7", "W/\"7\"", "\"7\", \"8\"", "*", "\"+7\"", "\"\"", "\"99999999999999999999\""] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn two_values_of_one_header_are_refused() {
        let request =
            TestRequest::default().append_header(("baken-position", "1")).append_header(("baken-position", "2"));
        assert!(position(&request.to_http_request()).is_err());
        assert_eq!(position(&with("baken-position", "12")).unwrap(), Some(Position(12)));
        assert!(position(&with("baken-position", "-1")).is_err());
    }
}
