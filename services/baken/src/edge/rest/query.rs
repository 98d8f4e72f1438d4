//! Query parameters, read strictly: one that is not known is named, for a filter that is skipped in silence shows more
//! than was asked for.

use std::fmt::Display;

use actix_web::HttpRequest;
use actix_web::web::Query;
use utoipa::IntoParams;

use crate::app::{Cursor, PageRequest};
use crate::edge::problem::{FieldProblem, FieldProblems, Problem};

/// The parameters of a request, as far as they were not taken yet.
pub struct Parameters {
    given: Vec<(String, String)>,
    problems: FieldProblems,
}

impl Parameters {
    /// The parameters of a request.
    ///
    /// # Errors
    /// Where the query cannot be read.
    pub fn of(request: &HttpRequest) -> Result<Self, Problem> {
        let given = Query::<Vec<(String, String)>>::from_query(request.query_string())
            .map_err(|_| Problem::Malformed("The query cannot be read."))?;
        Ok(Self { given: given.into_inner(), problems: FieldProblems::default() })
    }

    /// Takes a parameter, if it is there and is what it must be.
    pub fn take<T>(&mut self, name: &str, rule: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let at = self.given.iter().position(|(each, _)| each == name)?;
        let (_, value) = self.given.remove(at);
        let read = read(&value);
        if read.is_none() {
            self.problems.push(FieldProblem::parameter(name, rule));
        }
        read
    }

    /// Takes a parameter, if it is there and can be read. What is wrong with it is told by the type that it is read as.
    pub fn read<T, E: Display>(&mut self, name: &str, read: impl FnOnce(&str) -> Result<T, E>) -> Option<T> {
        let at = self.given.iter().position(|(each, _)| each == name)?;
        let (_, value) = self.given.remove(at);
        read(&value).map_err(|why| self.refuse(name, why)).ok()
    }

    /// A parameter is not what it must be.
    pub fn refuse(&mut self, name: &str, why: impl Display) {
        self.problems.push(FieldProblem::parameter(name, why.to_string()));
    }

    /// Takes the page that is asked for.
    pub fn page(&mut self) -> PageRequest {
        let rule = format!("must be a number from 1 to {}", PageRequest::MOST);
        let in_range = |text: &str| text.parse().ok().filter(|first| PageRequest::new(Some(*first), None).is_some());
        let first = self.take("first", &rule, in_range);
        let after = self.take("after", "must be the cursor of a page", |text| Some(Cursor(text.to_owned())));
        PageRequest::new(first, after).unwrap_or_default()
    }

    /// Nothing may be left, and everything must have been what it must be.
    ///
    /// # Errors
    /// Every parameter for which that does not hold.
    pub fn end(mut self) -> Result<(), Problem> {
        let unknown = |(name, _)| FieldProblem::parameter(name, "is not a parameter here, or is there twice");
        self.given.into_iter().map(unknown).for_each(|problem| self.problems.push(problem));
        if self.problems.is_empty() { Ok(()) } else { Err(Problem::Fields(self.problems)) }
    }
}

/// The page that a request asks for, where it may ask for nothing else.
///
/// # Errors
/// Where it asks for something else, or for a page that cannot be.
pub fn page(request: &HttpRequest) -> Result<PageRequest, Problem> {
    let mut parameters = Parameters::of(request)?;
    let page = parameters.page();
    parameters.end()?;
    Ok(page)
}

/// A request without parameters.
///
/// # Errors
/// Where there is one.
pub fn none(request: &HttpRequest) -> Result<(), Problem> {
    Parameters::of(request)?.end()
}

/// How the pages of a list are asked for.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it documents what `Parameters::page` reads")]
pub struct PageParameters {
    /// As many items at most; 50 unless said.
    #[param(minimum = 1, maximum = 200)]
    first: Option<u8>,
    /// The `next` of the page before.
    after: Option<String>,
}
