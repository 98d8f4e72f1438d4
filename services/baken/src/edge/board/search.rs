//! Finding somebody on the board: by a name and a year of birth, as they are typed into one box.

use care_path::Principal;
use care_path::matching::PersonSought;
use care_path::views::PersonSummaryView;
use serde_json::{Map, Value};

use crate::app::{PageRequest, PersonsFilter};
use crate::edge::Edge;
use crate::edge::problem::{FieldProblem, Problem};
use crate::edge::rest::fields;
use crate::edge::rest::search::look_for;

/// As many as are offered.
const OFFERED: usize = 20;

/// Who fits, the best first, of those whom the reader may see.
///
/// # Errors
/// Where nobody can be looked for by it, or the reader searches too often.
pub async fn search(edge: &Edge, principal: &Principal, typed: &str) -> Result<Vec<PersonSummaryView>, Problem> {
    let is_year = |word: &&str| word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    let (years, names): (Vec<_>, Vec<_>) = typed.split_whitespace().partition(is_year);
    let known = [("name", names.join(" ")), ("birth_date", years.first().copied().unwrap_or_default().to_owned())];
    look_up(edge, principal, known.into_iter().collect()).await
}

/// Who may be meant by what is known of somebody.
///
/// # Errors
/// As [`search`].
pub async fn look_up(
    edge: &Edge,
    principal: &Principal,
    known: Vec<(&str, String)>,
) -> Result<Vec<PersonSummaryView>, Problem> {
    let said = known.into_iter().filter(|(_, value)| !value.is_empty());
    let body: Map<String, Value> = said.map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
    let sought = fields::read::<PersonSought>(body).map_err(Problem::Fields)?;
    let at = |field: &str, rule: String| FieldProblem::at(format!("/{field}"), rule);
    let page = PageRequest::new(Some(OFFERED), None).unwrap_or_default();
    Ok(look_for(edge, principal, sought, &PersonsFilter::default(), &page, at).await?.into_nodes())
}
