//! How large a query may be. It is measured on the document, with every fragment counted as often as it is spread,
//! before anything is validated or executed: one short request must not cost more than many honest ones.

mod measure;
mod scan;
mod weights;

#[cfg(test)]
mod tests;

use async_graphql::parser::types::{ExecutableDocument, OperationType, Selection, SelectionSet};
use async_graphql::parser::{Error, parse_query};
use async_graphql::{Positioned, ServerError, Variables};

use self::measure::{Measure, Measuring};
pub use self::weights::{BadSchema, Weights};
use super::error::request_error;

/// How much of each is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueryLimits {
    /// Bytes of the query's text.
    pub bytes: usize,
    /// Brackets within brackets, before the text is parsed: the parser descends into each.
    pub brackets: usize,
    /// Fragments and fields within each other.
    pub nesting: usize,
    /// Fields within fields.
    pub depth: usize,
    /// Fields within fields of the schema's own description, which is deeper.
    pub introspection_depth: usize,
    /// Lists within lists of the schema's own description.
    pub introspection_lists: usize,
    /// Fields, fragments and spreads, however they are named.
    pub selections: u64,
    /// Fields of the query root.
    pub root_fields: u64,
    pub directives: u64,
    pub aliases: u64,
    /// Fields of the answer, by estimate: each list counts what is selected of an item as often as it may have items.
    pub cost: u64,
}

impl Default for QueryLimits {
    fn default() -> Self {
        Self {
            bytes: 16 * 1024,
            brackets: 48,
            nesting: 24,
            depth: 12,
            introspection_depth: 20,
            introspection_lists: 3,
            selections: 500,
            root_fields: 20,
            directives: 20,
            aliases: 50,
            cost: 20_000,
        }
    }
}

/// What is told to whom, beside what the policy says of persons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Admits {
    /// Whether the schema is told.
    pub introspection: bool,
    /// Whether there is a connection that a subscription can go over.
    pub subscriptions: bool,
}

/// Why a query is not even tried.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TooMuch {
    #[error("the query has {found} bytes; {most} are allowed")]
    Bytes { found: usize, most: usize },
    #[error("the query has more than {0} brackets within brackets")]
    Brackets(usize),
    /// The parser's own words repeat the query: they are left out.
    #[error("the query does not parse at line {line}, column {column}")]
    Syntax { line: usize, column: usize },
    #[error("GraphQL only reads here; writes go over REST")]
    NotAQuery,
    #[error("subscriptions go over a WebSocket: graphql-transport-ws at this address")]
    NotOverSocket,
    #[error("a subscription has one field at its root, and no fragment")]
    SubscriptionRoot,
    #[error("a fragment spreads itself")]
    FragmentCycle,
    #[error("the query has {found} {what}; {most} are allowed")]
    Counted { what: Counted, found: u64, most: u64 },
    #[error("introspection is disabled here")]
    IntrospectionOff,
}

/// What is counted of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    Nesting,
    Depth,
    IntrospectionLists,
    Selections,
    RootFields,
    Directives,
    Aliases,
    Cost,
}

impl std::fmt::Display for Counted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Nesting => "selections within each other",
            Self::Depth => "fields within each other",
            Self::IntrospectionLists => "lists of the schema within each other",
            Self::Selections => "selections",
            Self::RootFields => "fields at its root",
            Self::Directives => "directives",
            Self::Aliases => "aliases",
            Self::Cost => "fields to answer, by estimate",
        })
    }
}

impl TooMuch {
    /// The error's `extensions.code`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Bytes { .. } => "QUERY_TOO_LARGE",
            Self::Syntax { .. } => "SYNTAX",
            Self::NotAQuery => "READ_ONLY",
            Self::NotOverSocket => "NOT_OVER_SOCKET",
            Self::SubscriptionRoot => "SUBSCRIPTION_ROOT",
            Self::FragmentCycle => "FRAGMENT_CYCLE",
            Self::IntrospectionOff => "INTROSPECTION_OFF",
            Self::Brackets(_) => "TOO_DEEP",
            Self::Counted { what, .. } => match what {
                Counted::Nesting | Counted::Depth | Counted::IntrospectionLists => "TOO_DEEP",
                Counted::Selections => "TOO_MANY_SELECTIONS",
                Counted::RootFields => "TOO_MANY_ROOT_FIELDS",
                Counted::Directives => "TOO_MANY_DIRECTIVES",
                Counted::Aliases => "TOO_MANY_ALIASES",
                Counted::Cost => "TOO_COMPLEX",
            },
        }
    }
}

fn syntax(error: &Error) -> TooMuch {
    let at = error.positions().next().unwrap_or_default();
    TooMuch::Syntax { line: at.line, column: at.column }
}

impl From<TooMuch> for ServerError {
    fn from(refused: TooMuch) -> Self {
        request_error(refused.to_string(), refused.code())
    }
}

/// GraphQL, October 2021, §5.2.3.1. The library would follow several at once, and none that a fragment brings.
fn one_field(root: &SelectionSet) -> Result<(), TooMuch> {
    match root.items.as_slice() {
        [Positioned { node: Selection::Field(_), .. }] => Ok(()),
        _ => Err(TooMuch::SubscriptionRoot),
    }
}

impl QueryLimits {
    /// Parses a query that is within the limits.
    ///
    /// # Errors
    /// Where it does not parse, writes, subscribes where it cannot, or is too large in any way.
    pub fn admit(
        &self,
        query: &str,
        variables: &Variables,
        weights: &Weights,
        admits: Admits,
    ) -> Result<ExecutableDocument, TooMuch> {
        if query.len() > self.bytes {
            return Err(TooMuch::Bytes { found: query.len(), most: self.bytes });
        }
        if scan::deepest_bracket(query) > self.brackets {
            return Err(TooMuch::Brackets(self.brackets));
        }
        let document = parse_query(query).map_err(|error| syntax(&error))?;
        for (_, operation) in document.operations.iter() {
            match operation.node.ty {
                OperationType::Query => {}
                OperationType::Mutation => return Err(TooMuch::NotAQuery),
                OperationType::Subscription if !admits.subscriptions => return Err(TooMuch::NotOverSocket),
                OperationType::Subscription => one_field(&operation.node.selection_set.node)?,
            }
            let mut measuring = Measuring::new(&document, &operation.node, variables, weights);
            self.check(&measuring.operation()?, admits.introspection)?;
            // A fragment that nothing spreads is invalid, but validating it is work too.
            for fragment in document.fragments.keys() {
                self.check(&Measure { root_fields: 0, ..measuring.fragment(fragment)? }, admits.introspection)?;
            }
        }
        Ok(document)
    }

    fn check(&self, measure: &Measure, introspection: bool) -> Result<(), TooMuch> {
        if measure.introspects && !introspection {
            return Err(TooMuch::IntrospectionOff);
        }
        let wide = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        let counts = [
            (Counted::Nesting, measure.nesting, wide(self.nesting)),
            (Counted::Depth, measure.depth, wide(self.depth)),
            (Counted::Depth, measure.introspection_depth, wide(self.introspection_depth)),
            (Counted::IntrospectionLists, measure.introspection_lists, wide(self.introspection_lists)),
            (Counted::Selections, measure.selections, self.selections),
            (Counted::RootFields, measure.root_fields, self.root_fields),
            (Counted::Directives, measure.directives, self.directives),
            (Counted::Aliases, measure.aliases, self.aliases),
            (Counted::Cost, measure.cost, self.cost),
        ];
        match counts.into_iter().find(|(_, found, most)| found > most) {
            Some((what, found, most)) => Err(TooMuch::Counted { what, found, most }),
            None => Ok(()),
        }
    }
}
