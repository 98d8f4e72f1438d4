//! The policy held against what it was decided to be: the table that officers review, the table of the domain, the
//! walls, and random histories.

mod artefact;
mod domain;
mod extremes;
mod interference;
mod properties;
mod relation;
mod shown;
mod sight;
mod walls;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::codes::{Code, DataClass, Role};
use crate::fact::Label;
use crate::policy::{Category, Depth, Level, Relation};

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

    /// Whether a role sees something at a depth, by the cells alone.
    fn shows(
        &self,
        (role, relation, consent): (Role, Relation, bool),
        (category, depth): (Category, Depth),
        recorded_by_own: bool,
    ) -> bool {
        let [others, own] = self.disclosure(role, relation, consent, category);
        depth_within(depth, others) || (recorded_by_own && depth_within(depth, own))
    }

    /// Whether a role sees something that its own organisation recorded.
    fn shows_own(&self, role: Role, consents: bool, category: Category, depth: Depth) -> bool {
        let [_, own] = self.disclosure(role, Relation::None, consents, category);
        depth_within(depth, own)
    }

    /// Whether the table gives a fact of others: by the names that it narrows a category to, or by its depth.
    fn gives(&self, (role, relation, consent): (Role, Relation, bool), label: &Label) -> bool {
        let is_narrowed = self.lines.keys().any(|[table, subject, _, _, category, _]| {
            *table == "narrowed" && *subject == role.code() && *category == label.category.name()
        });
        let named = ["narrowed", role.code(), "", "", label.category.name(), label.name];
        let depth = if is_narrowed { Depth::Minimal } else { label.depth };
        let in_cells = self.shows((role, relation, consent), (label.category, depth), false);
        in_cells && (!is_narrowed || self.lines.contains_key(&named))
    }

    /// Whether a role reaches what is addressed.
    fn reaches(&self, role: Role, relation: Relation, consent: &str, subject: &str) -> bool {
        let cell = ["reach", role.code(), relation.name(), consent, "", subject];
        let found = self.lines.iter().find(|(key, _)| **key == cell);
        found.unwrap_or_else(|| panic!("no line {cell:?}")).1[0] == "reached"
    }

    /// The data class that a consent must name for a category.
    fn consent(&self, category: Category) -> DataClass {
        let answer = self.lines[&["consent", "", "", "given", category.name(), ""]][0];
        DataClass::from_code(answer).unwrap()
    }

    /// Whether a role passes on what is sealed in a class.
    fn passes_on(&self, role: Role, class: DataClass) -> bool {
        let [answer, _, sealed] = self.lines[&["document", role.code(), "", "given", "medical", "document"]];
        answer == "passes_on" && sealed == class.code()
    }

    /// What must be seen for the recorder of a role to be told.
    fn recorder(&self, role: Role) -> Option<(Category, Depth)> {
        Category::ALL.into_iter().find_map(|category| {
            let level = self.lines.get(&["recorder", role.code(), "", "", category.name(), ""])?[0];
            Some((category, if level == "full" { Depth::Full } else { Depth::Minimal }))
        })
    }
}

fn depth_within(depth: Depth, level: &str) -> bool {
    match depth {
        Depth::Minimal => level == "minimal" || level == "full",
        Depth::Full => level == "full",
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
