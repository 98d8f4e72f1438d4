//! The policy as one table that a privacy officer can read and review: `api-spec/policy.csv`. It is written from the
//! functions that decide, every cell of them, and a test holds the checked-in file against them.
//!
//! Four tables in one, told apart by the first column:
//! `disclosure`: how much a role sees of a category, of what others and of what the own organisation recorded;
//! `command`: whether a role may send a command; `event`: the category that tells that such an event happened, of a deadline by its task;
//! `field`: the category and the level at which a field of an event is seen, and the data class that it is sealed in.

use super::{Category, Depth, Level, Relation, disclosed, may, own_recordings};
use crate::codes::{Code, Role, TaskKind};
use crate::command::CommandKind;
use crate::event::{EventKind, Unreadable, fields};
use crate::path::tasks;

/// The names of the columns.
const COLUMNS: [&str; 9] =
    ["table", "subject", "relation", "consent", "category", "item", "answer", "own_recordings", "sealed_as"];

/// The whole policy as comma-separated values: one line of column names, then one line for each cell.
///
/// # Errors
/// Where a sample of the event catalogue cannot be read, which a test excludes.
pub fn csv() -> Result<String, Unreadable> {
    let mut table = Table(String::new());
    table.line(COLUMNS);
    for role in Role::ALL {
        for relation in Relation::ALL {
            disclosure(&mut table, *role, relation);
        }
    }
    for role in Role::ALL {
        for relation in Relation::ALL {
            for command in CommandKind::ALL {
                let answer = if may(*role, *command, relation) { "may" } else { "may_not" };
                table.line(["command", role.code(), relation.name(), "", "", command.name(), answer, "", ""]);
            }
        }
    }
    for kind in EventKind::ALL {
        for (item, category, depth) in tells_of(*kind) {
            table.line(["event", kind.name(), "", "", category.name(), item, level(depth).name(), "", ""]);
        }
    }
    for kind in EventKind::ALL {
        for field in fields(*kind)? {
            let level = level(field.depth);
            let sealed = field.sealed.map_or("clear", Code::code);
            table.line(["field", kind.name(), "", "", field.category.name(), field.name, level.name(), "", sealed]);
        }
    }
    Ok(table.0)
}

fn level(depth: Depth) -> Level {
    match depth {
        Depth::Minimal => Level::Minimal,
        Depth::Full => Level::Full,
    }
}

/// What a type of event tells of; of a deadline that passed, for each task.
pub(super) fn tells_of(kind: EventKind) -> Vec<(&'static str, Category, Depth)> {
    if kind != EventKind::DeadlinePassed {
        return vec![("", kind.category(), Depth::Minimal)];
    }
    let of_task = |task: &TaskKind| {
        let (category, depth) = tasks::tells_of(*task);
        (task.code(), category, depth)
    };
    TaskKind::ALL.iter().map(of_task).collect()
}

/// Consent has lines of its own only where it changes an answer.
fn disclosure(table: &mut Table, role: Role, relation: Relation) {
    let matters = disclosed(role, relation, true) != disclosed(role, relation, false);
    let consents: &[(&str, bool)] = if matters { &[("given", true), ("withheld", false)] } else { &[("any", false)] };
    for (consent, given) in consents {
        for category in Category::ALL {
            let others = disclosed(role, relation, *given).level(category).name();
            let own = own_recordings(role).level(category).name();
            let relation = relation.name();
            table.line(["disclosure", role.code(), relation, consent, category.name(), "", others, own, ""]);
        }
    }
}

/// Cells are names and need no quoting.
struct Table(String);

impl Table {
    fn line(&mut self, cells: [&str; COLUMNS.len()]) {
        self.0.push_str(&cells.join(","));
        self.0.push('\n');
    }
}
