//! The domain's own table, transcribed by hand and compared with the code, so that a slip in either is found.

use super::standings;
use crate::codes::{Code, Role};
use crate::policy::{Category, Level, Relation, disclosed, own_recordings};

/// F full, M minimal, O only what the own organisation recorded, – nothing.
const TABLE: &str = "
                             presence identity social medical justice rights referrals return lookout notes
process_coordinator region       F        F      F       M       M      F        F       F       F      F
process_coordinator break_glass  F        F      F       M       M      F        F       –       F      F
shelter_worker      involved     F        F      M       M       O      M        M       –       F      O
shelter_worker      addressed    –        –      –       –       –      –        –       –       M      –
outreach_worker     involved     F        F      M       M       O      M        M       –       F      O
outreach_worker     addressed    M        M      –       –       –      –        –       –       F      –
care_provider       involved     F        F      F       F       –      F        F       M       M      O
care_provider       break_glass  F        F      F       F       –      F        F       –       M      O
care_provider       addressed    –        –      –       –       –      –        –       –       M      –
care_provider       called       F        F      –       M       –      –        –       –       M      –
shelter_worker      called       F        F      –       –       –      –        –       –       –      –
outreach_worker     called       F        F      –       –       –      –        –       –       –      –
client_supporter    called       F        F      –       –       –      –        –       –       –      –
client_supporter    involved     F        F      F       M       –      F        F       F       M      O
municipal_assessor  region       M        F      F       –       –      F        –       –       –      –
police              addressed    –        –      –       –       O      –        –       –       M      –
embassy_liaison     consented    –        M      –       –       –      –        –       F       –      –
receiving_provider  consented    –        F      M       –       –      –        –       F       –      –
";

/// Whom the table gives nothing, and who is named in it for counts alone.
const NOTHING_OF_ANYBODY: [Role; 5] =
    [Role::Ambassador, Role::MonitorAnalyst, Role::PrivacyOfficer, Role::Administrator, Role::System];

struct Row {
    role: Role,
    relation: Relation,
    /// Whether it holds only with the person's consent.
    consented: bool,
    cells: [char; 10],
}

fn rows() -> Vec<Row> {
    let mut lines = TABLE.lines().skip(1);
    let columns: Vec<_> = lines.next().unwrap().split_whitespace().collect();
    assert_eq!(columns, Category::ALL.map(Category::name));
    lines
        .map(|line| {
            let words: Vec<_> = line.split_whitespace().collect();
            let cells: Vec<char> = words[2..].iter().map(|cell| cell.chars().next().unwrap()).collect();
            let (relation, consented) = match words[1] {
                "region" => (Relation::Region, false),
                "involved" => (Relation::Involved, false),
                "addressed" => (Relation::Addressed, false),
                "called" => (Relation::Called, false),
                "break_glass" => (Relation::BreakGlass, false),
                "consented" => (Relation::Addressed, true),
                other => panic!("no such relation: {other}"),
            };
            let role = Role::from_code(words[0]).unwrap();
            Row { role, relation, consented, cells: cells.try_into().unwrap() }
        })
        .collect()
}

#[test]
fn what_others_recorded_is_seen_as_the_domain_says() {
    let rows = rows();
    assert_eq!(rows.len(), 18);
    for (role, relation, consent) in standings() {
        let row = rows.iter().find(|row| row.role == role && row.relation == relation && (consent || !row.consented));
        for (place, category) in Category::ALL.into_iter().enumerate() {
            let expected = match row.map_or('–', |row| row.cells[place]) {
                'F' => Level::Full,
                'M' => Level::Minimal,
                'O' | '–' => Level::None,
                other => panic!("no such level: {other}"),
            };
            let level = disclosed(role, relation, consent).level(category);
            let (relation, category) = (relation.name(), category.name());
            assert_eq!(level, expected, "{role}, {relation}, consent {consent}: {category}");
        }
    }
}

/// "Everyone sees their own organisation's own recordings", but for the wall: police "never see where somebody sleeps,
/// nor anything medical, nor anything of a return", and those abroad, who keep what they recorded of a return.
#[test]
fn what_the_own_organisation_recorded_is_seen_as_the_domain_says() {
    let rows = rows();
    for role in Role::ALL.iter().copied() {
        for (place, category) in Category::ALL.into_iter().enumerate() {
            let of_role = || rows.iter().filter(|row| row.role == role);
            let works_without_persons = NOTHING_OF_ANYBODY.contains(&role);
            let expected = match role {
                Role::EmbassyLiaison | Role::ReceivingProvider if category == Category::Return => Level::Full,
                Role::EmbassyLiaison | Role::ReceivingProvider => Level::None,
                // What the police see of others' alerts, they see of their own; O is theirs by definition.
                Role::Police if of_role().all(|row| row.cells[place] == '–') => Level::None,
                _ if works_without_persons => Level::None,
                _ => Level::Full,
            };
            assert_eq!(own_recordings(role, true).level(category), expected, "{role}: {}", category.name());
            let is_o = of_role().any(|row| row.cells[place] == 'O');
            assert!(!is_o || expected == Level::Full, "{role}: {} is O", category.name());
        }
    }
}

#[test]
fn whoever_has_no_line_in_the_table_is_listed_as_having_nothing() {
    let named: Vec<_> = rows().into_iter().map(|row| row.role).collect();
    for role in Role::ALL {
        assert_ne!(named.contains(role), NOTHING_OF_ANYBODY.contains(role), "{role}");
    }
}
