//! Measures a document. Each fragment is measured once and added as often as it is spread, so that measuring takes no
//! longer than the document is long, however much it would expand to.

use std::collections::HashMap;

use async_graphql::parser::types::{
    ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet,
};
use async_graphql::{Name, Positioned, Value, Variables};

use super::{TooMuch, Weights};

/// How much there is of a selection. All of it saturates: more than can be counted is too much anyway.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Measure {
    pub nesting: u64,
    pub depth: u64,
    pub introspection_depth: u64,
    pub introspection_lists: u64,
    pub selections: u64,
    pub root_fields: u64,
    pub directives: u64,
    pub aliases: u64,
    pub cost: u64,
    pub introspects: bool,
}

impl Measure {
    /// One beside the other.
    fn beside(self, other: Self) -> Self {
        Self {
            nesting: self.nesting.max(other.nesting),
            depth: self.depth.max(other.depth),
            introspection_depth: self.introspection_depth.max(other.introspection_depth),
            introspection_lists: self.introspection_lists.max(other.introspection_lists),
            selections: self.selections.saturating_add(other.selections),
            root_fields: self.root_fields.saturating_add(other.root_fields),
            directives: self.directives.saturating_add(other.directives),
            aliases: self.aliases.saturating_add(other.aliases),
            cost: self.cost.saturating_add(other.cost),
            introspects: self.introspects || other.introspects,
        }
    }

    /// Within a fragment, whose fields stand where it is spread.
    fn within_fragment(self, directives: usize) -> Self {
        Self {
            nesting: self.nesting.saturating_add(1),
            selections: self.selections.saturating_add(1),
            directives: self.directives.saturating_add(directives as u64),
            ..self
        }
    }
}

/// A fragment is being measured, or has been.
enum State {
    Begun,
    Done(Measure),
}

/// Measures the selections of one operation, with its variables.
pub(super) struct Measuring<'a> {
    document: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
    variables: &'a Variables,
    weights: &'a Weights,
    fragments: HashMap<&'a Name, State>,
}

impl<'a> Measuring<'a> {
    pub fn new(
        document: &'a ExecutableDocument,
        operation: &'a OperationDefinition,
        variables: &'a Variables,
        weights: &'a Weights,
    ) -> Self {
        Self { document, operation, variables, weights, fragments: HashMap::new() }
    }

    /// The whole operation.
    pub fn operation(&mut self) -> Result<Measure, TooMuch> {
        let root = match self.operation.ty {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        };
        let mut measure = self.set(Some(root), &self.operation.selection_set)?;
        let of_variables = self.operation.variable_definitions.iter().map(|variable| variable.node.directives.len());
        let directives = self.operation.directives.len() + of_variables.sum::<usize>();
        measure.directives = measure.directives.saturating_add(directives as u64);
        Ok(measure)
    }

    /// A fragment where it is defined. One that is not there is refused by the validation.
    pub fn fragment(&mut self, name: &'a Name) -> Result<Measure, TooMuch> {
        match self.fragments.get(name) {
            Some(State::Done(measure)) => return Ok(*measure),
            Some(State::Begun) => return Err(TooMuch::FragmentCycle),
            None => {}
        }
        let Some(fragment) = self.document.fragments.get(name) else { return Ok(Measure::default()) };
        let fragment = &fragment.node;
        self.fragments.insert(name, State::Begun);
        let set = self.set(Some(&fragment.type_condition.node.on.node), &fragment.selection_set)?;
        let measure = set.within_fragment(fragment.directives.len());
        self.fragments.insert(name, State::Done(measure));
        Ok(measure)
    }

    fn set(&mut self, object: Option<&str>, set: &'a Positioned<SelectionSet>) -> Result<Measure, TooMuch> {
        set.node.items.iter().try_fold(Measure::default(), |sum, selection| {
            let measure = match &selection.node {
                Selection::Field(field) => self.field(object, &field.node)?,
                Selection::FragmentSpread(spread) => {
                    let fragment = self.fragment(&spread.node.fragment_name.node)?;
                    let directives = spread.node.directives.len() as u64;
                    Measure { directives: fragment.directives.saturating_add(directives), ..fragment }
                }
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref();
                    let object = condition.map_or(object, |condition| Some(condition.node.on.node.as_str()));
                    let set = self.set(object, &inline.node.selection_set)?;
                    set.within_fragment(inline.node.directives.len())
                }
            };
            Ok(sum.beside(measure))
        })
    }

    fn field(&mut self, object: Option<&str>, field: &'a Field) -> Result<Measure, TooMuch> {
        let weights = self.weights;
        let name = field.name.node.as_str();
        let introspects = matches!(name, "__schema" | "__type");
        let weight = object.and_then(|object| weights.field(object, name));
        // The description of the schema is no part of the schema that was weighed.
        let describes = introspects || object.is_some_and(|object| object.starts_with("__"));
        let leads_to = if describes { Some("__Type") } else { weight.map(|weight| weight.leads_to.as_str()) };
        let inner = self.set(leads_to, &field.selection_set)?;
        let first = field
            .get_argument("first")
            .and_then(|argument| argument.node.clone().into_const_with(|name| self.variable(&name).ok_or(())).ok());
        let times = weight.map_or(1, |weight| weight.times(first.as_ref()));
        let deeper = |depth: u64, counts: bool| if counts || depth > 0 { depth.saturating_add(1) } else { 0 };
        Ok(Measure {
            nesting: inner.nesting.saturating_add(1),
            depth: deeper(inner.depth, !describes),
            introspection_depth: deeper(inner.introspection_depth, describes),
            introspection_lists: inner.introspection_lists.saturating_add(u64::from(describes && is_list(name))),
            selections: inner.selections.saturating_add(1),
            root_fields: 1,
            directives: inner.directives.saturating_add(field.directives.len() as u64),
            aliases: inner.aliases.saturating_add(u64::from(field.alias.is_some())),
            cost: inner.cost.saturating_mul(times).saturating_add(1),
            introspects: inner.introspects || introspects,
        })
    }

    /// What a variable says, or its default does.
    fn variable(&self, name: &Name) -> Option<Value> {
        if let Some(given) = self.variables.get(name) {
            return Some(given.clone());
        }
        let defined = self.operation.variable_definitions.iter().find(|variable| variable.node.name.node == *name);
        defined?.node.default_value.as_ref().map(|default| default.node.clone())
    }
}

/// The lists of the schema's own description.
fn is_list(field: &str) -> bool {
    matches!(
        field,
        "types" | "directives" | "fields" | "args" | "inputFields" | "interfaces" | "possibleTypes" | "enumValues"
    )
}
