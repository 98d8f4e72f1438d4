//! What is wrong with the fields of a request: told all at once, but never more than a client can use. A body may have
//! thousands of fields that are not known, and a list thousands of bad items.

use serde::Serialize;
use utoipa::ToSchema;

/// As many problems as are told of one request.
const MOST: usize = 20;
/// As much of a name that came in as is repeated, in bytes.
const NAME_MAX: usize = 200;

/// A value that cannot be, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldProblem {
    /// A JSON pointer (RFC 6901) into the body. A very long one is cut, and ends in `…`.
    #[schema(example = "/identity/countries/0")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// The name of a query parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// The rule that the value breaks; never the value. The last of very many problems has neither pointer nor parameter,
    /// and says how many are not listed.
    pub message: String,
}

impl FieldProblem {
    /// A field of the body.
    #[must_use]
    pub fn at(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self { pointer: Some(cut(pointer.into(), NAME_MAX)), parameter: None, message: message.into() }
    }

    /// A query parameter.
    #[must_use]
    pub fn parameter(name: impl Into<String>, message: impl Into<String>) -> Self {
        Self { pointer: None, parameter: Some(cut(name.into(), NAME_MAX)), message: message.into() }
    }
}

/// The first of the problems of a request, and how many more there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldProblems {
    told: Vec<FieldProblem>,
    more: usize,
}

impl FieldProblems {
    /// Adds a problem.
    pub fn push(&mut self, problem: FieldProblem) {
        if self.told.len() < MOST {
            self.told.push(problem);
        } else {
            self.more += 1;
        }
    }

    /// Adds all of others.
    pub fn append(&mut self, others: Self) {
        self.more += others.more;
        others.told.into_iter().for_each(|problem| self.push(problem));
    }

    /// What was read, where nothing is wrong: neither with it, nor with what was looked at before.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn checked<T>(mut self, read: Result<T, Self>) -> Result<T, Self> {
        match read {
            Ok(read) if self.is_empty() => Ok(read),
            Ok(_) => Err(self),
            Err(found) => {
                self.append(found);
                Err(self)
            }
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.told.is_empty()
    }

    /// Whether there are more than are told, so that there is no use in looking for others.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.more > 0
    }

    /// The same, in what stands at a place of the body.
    #[must_use]
    pub fn within(mut self, place: &str) -> Self {
        for pointer in self.told.iter_mut().filter_map(|problem| problem.pointer.as_mut()) {
            pointer.insert_str(0, place);
        }
        self
    }

    /// As they are told: in the order of the body, with how many there are beside.
    #[must_use]
    pub fn told(&self) -> Vec<FieldProblem> {
        let mut told = self.told.clone();
        told.sort_by(|one, other| one.pointer.cmp(&other.pointer));
        if self.more > 0 {
            let message = format!("at least {} more problems are not listed", self.more);
            told.push(FieldProblem { pointer: None, parameter: None, message });
        }
        told
    }
}

impl From<FieldProblem> for FieldProblems {
    fn from(only: FieldProblem) -> Self {
        Self { told: vec![only], more: 0 }
    }
}

/// The text, or as much of it as may be repeated.
#[must_use]
pub fn cut(mut text: String, most: usize) -> String {
    if text.len() > most {
        text.truncate(text.floor_char_boundary(most));
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_are_told_in_their_order_and_of_the_others_how_many() {
        let mut problems = FieldProblems::default();
        for number in (0..MOST + 5).rev() {
            problems.push(FieldProblem::at(format!("/{number:03}"), "is bad"));
        }
        let told = problems.clone().within("/data").told();
        assert_eq!(told.len(), MOST + 1);
        assert_eq!(told[0].pointer.as_deref(), Some("/data/005"));
        assert_eq!(told[MOST].message, "at least 5 more problems are not listed");
        let mut twice = problems.clone();
        twice.append(problems);
        assert_eq!(twice.told().last().unwrap().message, "at least 30 more problems are not listed");
    }

    #[test]
    fn a_long_name_is_cut_between_its_letters() {
        let problem = FieldProblem::at(format!("/{}", "ż".repeat(50_000)), "is bad");
        assert_eq!(problem.pointer.map(|pointer| pointer.len()), Some(199 + "…".len()));
        assert_eq!(FieldProblem::parameter("é".repeat(200), "is bad").parameter.map(|name| name.len()), Some(203));
    }
}
