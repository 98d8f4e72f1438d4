use std::collections::BTreeSet;

use super::super::csv;
use super::{FILE, Reviewed, standings};
use crate::codes::{Code, Role};
use crate::command::CommandKind;
use crate::event::{EventKind, fields};
use crate::policy::{Category, Depth, Relation, disclosed, may, own_recordings};

const REVIEW: &str = "If it was meant, write the files anew (`baken spec`) and have the change reviewed.";

#[test]
fn every_cell_of_disclosure_is_as_it_was_reviewed() {
    let reviewed = Reviewed::read();
    for (role, relation, consent) in standings() {
        for category in Category::ALL {
            let others = disclosed(role, relation, consent).level(category).name();
            let own = own_recordings(role, consent).level(category).name();
            assert_eq!(
                [others, own],
                reviewed.disclosure(role, relation, consent, category),
                "{role}, {}, consent {consent}: {} is not seen as api-spec/policy.csv says. {REVIEW}",
                relation.name(),
                category.name(),
            );
        }
    }
}

#[test]
fn every_cell_of_commands_is_as_it_was_reviewed() {
    let reviewed = Reviewed::read();
    for role in Role::ALL {
        for relation in Relation::ALL {
            for command in CommandKind::ALL {
                let answer = if may(*role, *command, relation) { "may" } else { "may_not" };
                let (relation, command) = (relation.name(), command.name());
                let cell = ["command", role.code(), relation, "", "", command];
                assert_eq!(
                    reviewed.lines.get(&cell),
                    Some(&[answer, "", ""]),
                    "{role}, {relation}: {command} is not answered as api-spec/policy.csv says. {REVIEW}",
                );
            }
        }
    }
}

#[test]
fn every_field_of_every_event_is_as_it_was_reviewed() {
    let reviewed = Reviewed::read();
    for kind in EventKind::ALL.iter().filter(|kind| kind.is_of_a_path()) {
        for (item, category, depth) in csv::tells_of(*kind) {
            let tells = ["event", kind.name(), "", "", category.name(), item];
            let level = if depth == Depth::Full { "full" } else { "minimal" };
            assert_eq!(reviewed.lines.get(&tells), Some(&[level, "", ""]), "{kind} {item}. {REVIEW}");
        }
        for field in fields(*kind).unwrap() {
            let level = match field.depth {
                Depth::Minimal => "minimal",
                Depth::Full => "full",
            };
            let sealed = field.sealed.map_or("clear", Code::code);
            let cell = ["field", kind.name(), "", "", field.category.name(), field.name];
            assert_eq!(
                reviewed.lines.get(&cell),
                Some(&[level, "", sealed]),
                "`{}` of {kind} is not as api-spec/policy.csv says. {REVIEW}",
                field.name,
            );
        }
    }
}

#[test]
fn nothing_is_reviewed_that_is_not_there_and_the_file_is_what_is_written() {
    let written = csv().unwrap();
    let (written_lines, file_lines): (BTreeSet<_>, BTreeSet<_>) = (written.lines().collect(), FILE.lines().collect());
    let stale: Vec<_> = file_lines.difference(&written_lines).collect();
    assert!(stale.is_empty(), "in api-spec/policy.csv and not in the policy: {stale:#?}. {REVIEW}");
    assert!(written == FILE, "api-spec/policy.csv has another order or other line ends. {REVIEW}");
}

#[test]
fn the_table_is_rectangular_and_no_cell_needs_quoting() {
    let columns = FILE.lines().next().unwrap().split(',').count();
    for line in FILE.lines() {
        assert_eq!(line.split(',').count(), columns, "{line}");
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | ',');
        assert!(line.chars().all(plain), "{line}");
    }
}

#[test]
fn consent_has_lines_of_its_own_only_where_it_changes_an_answer() {
    let by_consent: BTreeSet<_> = Reviewed::read()
        .lines
        .keys()
        .filter(|[table, _, _, consent, ..]| *table == "disclosure" && *consent != "any")
        .map(|[_, role, relation, ..]| (*role, *relation))
        .collect();
    let abroad = ["embassy_liaison", "receiving_provider"];
    let expected = abroad.into_iter().flat_map(|role| Relation::ALL.map(|relation| (role, relation.name())));
    assert_eq!(by_consent, expected.collect());
}
