//! Commands as calls of the REST interface, for tests over HTTP and for the calls that `baken demo` prints.

use care_path::PersonId;
use care_path::command::{CommandKind, Method};
use care_path::ids::UserId;
use serde_json::Value;
use uuid::Uuid;

/// A call of the REST interface.
#[derive(Clone, PartialEq)]
pub struct RestCall {
    /// Whose token it takes.
    pub user: UserId,
    pub method: Method,
    /// The path, from `/v1` on.
    pub path: String,
    /// The value of `Idempotency-Key`.
    pub key: String,
    pub body: Value,
}

/// The method and path of a command; `None` for what no caller may send, and where an id is missing that the path has. After
/// the person and the subject it names what the body does.
#[must_use]
pub fn rest_path(
    kind: CommandKind,
    person: Option<PersonId>,
    subject: Option<Uuid>,
    body: &Value,
) -> Option<(Method, String)> {
    let route = kind.route()?;
    let mut subject = subject;
    let filled = route.path.split('/').map(|part| match part.strip_prefix('{').and_then(|id| id.strip_suffix('}')) {
        Some("person_id") => Some(person?.to_string()),
        Some(id) => subject.take().map(|id| id.to_string()).or_else(|| body[id].as_str().map(str::to_owned)),
        None => Some(part.to_owned()),
    });
    Some((route.method, filled.collect::<Option<Vec<_>>>()?.join("/")))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const PERSON: PersonId = PersonId(Uuid::from_u128(1));
    const SUBJECT: Uuid = Uuid::from_u128(2);

    #[test]
    fn the_paths_are_those_of_the_contract() {
        let path = |kind, subject| rest_path(kind, Some(PERSON), subject, &Value::Null).unwrap().1;
        assert_eq!(path(CommandKind::ReportSignal, None), "/v1/signals");
        assert_eq!(path(CommandKind::RecordNoShow, None), format!("/v1/persons/{PERSON}/no-shows"));
        let sighting = path(CommandKind::ReportSighting, Some(SUBJECT));
        assert_eq!(sighting, format!("/v1/persons/{PERSON}/lookouts/{SUBJECT}/sightings"));
        let unlinked = rest_path(CommandKind::UnlinkPersons, Some(PERSON), Some(SUBJECT), &Value::Null);
        assert_eq!(unlinked, Some((Method::Delete, format!("/v1/persons/{PERSON}/links/{SUBJECT}"))));
    }

    #[test]
    fn every_command_has_a_path_of_its_own_but_those_of_the_watch() {
        let body = serde_json::json!({ "question_id": SUBJECT });
        let paths: BTreeSet<_> = CommandKind::ALL
            .iter()
            .filter_map(|kind| rest_path(*kind, Some(PERSON), Some(SUBJECT), &body))
            .map(|(method, path)| (method.name(), path))
            .collect();
        assert_eq!(paths.len(), CommandKind::ALL.len() - 5);
    }

    #[test]
    fn a_path_that_lacks_an_id_is_none() {
        assert_eq!(rest_path(CommandKind::RecordContact, None, None, &Value::Null), None);
        assert_eq!(rest_path(CommandKind::ResolveLookout, Some(PERSON), None, &Value::Null), None);
        let answer = CommandKind::AnswerHandoverQuestion;
        assert_eq!(rest_path(answer, Some(PERSON), Some(SUBJECT), &Value::Null), None);
    }
}
