//! The policy held against what it was decided to be: the table that officers review, the table of the domain, the
//! walls, and random histories.

mod artefact;
mod domain;
mod properties;
mod relation;
mod sight;
mod walls;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::{Category, Depth, Level, Relation};
use crate::codes::{Code, Role};

/// `api-spec/policy.csv` as it is checked in.
const FILE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../api-spec/policy.csv"));

/// What a line is found by: table, subject, relation, consent, category, item.
type Cell<'a> = [&'a str; 6];

/// The checked-in table, read again without the functions that wrote it.
struct Reviewed {
    /// The answer, the own recordings, the class that it is sealed in.
    lines: BTreeMap<Cell<'static>, [&'static str; 3]>,
}

impl Reviewed {
    fn read() -> &'static Self {
        static FILE_READ: LazyLock<Reviewed> = LazyLock::new(Reviewed::parse);
        &FILE_READ
    }

    fn parse() -> Self {
        let mut lines = BTreeMap::new();
        for line in FILE.lines().skip(1) {
            let cells: Vec<_> = line.split(',').collect();
            let [table, subject, relation, consent, category, item, answer, own, sealed] = cells[..] else {
                panic!("a line without nine cells: {line}");
            };
            let cell = [table, subject, relation, consent, category, item];
            assert!(lines.insert(cell, [answer, own, sealed]).is_none(), "a cell twice: {line}");
        }
        Self { lines }
    }

    /// What a role sees of a category: of what others recorded, and of what its own organisation did.
    fn disclosure(&self, role: Role, relation: Relation, consent: bool, category: Category) -> [&'static str; 2] {
        let told = if consent { "given" } else { "withheld" };
        let cell = |consent| ["disclosure", role.code(), relation.name(), consent, category.name(), ""];
        let found = self.lines.get(&cell("any")).or_else(|| self.lines.get(&cell(told)));
        let [others, own, _] = found.unwrap_or_else(|| panic!("no line {:?}", cell(told)));
        [others, own]
    }

    /// Whether a role sees something at a depth.
    fn shows(
        &self,
        (role, relation, consent): (Role, Relation, bool),
        (category, depth): (Category, Depth),
        recorded_by_own: bool,
    ) -> bool {
        let [others, own] = self.disclosure(role, relation, consent, category);
        let reaches = |level: &str| match depth {
            Depth::Minimal => level == "minimal" || level == "full",
            Depth::Full => level == "full",
        };
        reaches(others) || (recorded_by_own && reaches(own))
    }
}

/// Every role in every relation, with and without consent.
fn standings() -> impl Iterator<Item = (Role, Relation, bool)> {
    let relations = |role: &'static Role| Relation::ALL.map(|relation| (*role, relation));
    Role::ALL.iter().flat_map(relations).flat_map(|(role, relation)| [true, false].map(|given| (role, relation, given)))
}

fn levels() -> [Level; 3] {
    [Level::None, Level::Minimal, Level::Full]
}
