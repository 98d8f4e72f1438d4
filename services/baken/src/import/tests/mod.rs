//! Files as they come, and what becomes of them.

mod cases;
mod encodings;
mod forms;
mod meaning;

use std::path::Path;

use serde_json::Value;

use super::{IdKey, ImportError, Mapping, Outgoing, Plan, Table, plan};

const SEEDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../seeds/import");

fn example() -> Mapping {
    Mapping::read(&Path::new(SEEDS).join("opvang.toml")).unwrap()
}

/// A mapping of a text, in which others stand for parts of it.
fn mapping_with(text: &str, changes: &[(&str, &str)]) -> Result<Mapping, ImportError> {
    let mut text = text.to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mapping.toml");
    std::fs::write(&file, text).unwrap();
    Mapping::read(&file)
}

fn planned(mapping: &Mapping, bytes: &[u8]) -> Plan {
    let now = "2026-11-28T12:00:00Z".parse().unwrap();
    plan(Table::of(bytes, mapping).unwrap(), mapping, &IdKey::to_look(), now)
}

fn lines(plan: &Plan) -> Vec<&Outgoing> {
    plan.lines().collect()
}

fn texts(plan: &Plan) -> Vec<String> {
    plan.lines().map(Outgoing::text).collect()
}

fn seed() -> Vec<u8> {
    std::fs::read(Path::new(SEEDS).join("opvang.csv")).unwrap()
}

fn findings(plan: &Plan) -> String {
    plan.findings.iter().flat_map(|finding| [finding.to_string(), "\n".to_owned()]).collect()
}

fn line(plan: &Plan, at: usize) -> Value {
    serde_json::from_str(&lines(plan)[at].text()).unwrap()
}

#[test]
fn the_example_is_in_order_and_several_rows_of_a_client_are_one_person() {
    let plan = planned(&example(), &seed());
    assert_eq!(findings(&plan), "");
    let names: Vec<_> = plan.lines().map(|line| format!("{} {}", line.row, line.name)).collect();
    let expected = [
        "2 person",
        "2 intake",
        "2 bed",
        "2 departure",
        "4 person",
        "4 intake",
        "4 bed",
        "5 intake",
        "5 bed",
        "5 departure",
        "6 person",
        "6 intake",
    ];
    assert_eq!(names, expected);
    let person = &line(&plan, 0)["id"];
    for of_the_same in [1, 2, 3, 7, 8, 9] {
        assert_eq!(&line(&plan, of_the_same)["person_of"], person);
    }
    assert_eq!(line(&plan, 9)["subject_of"], line(&plan, 8)["id"]);
}

#[test]
fn nobody_leaves_before_they_came_and_a_stay_without_an_end_is_told() {
    let plan = planned(&example(), &seed());
    let told: Vec<_> = plan.told.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["line 4: the stay has no end: the person is expected there every evening from now on"]);
    let wrong = String::from_utf8(seed()).unwrap().replace("03-11-2025;09-11-2025", "03-11-2025;02-11-2025");
    let expected = "line 2, column \"Vertrek\" (departure): must not lie before the arrival\n";
    assert_eq!(findings(&planned(&example(), wrong.as_bytes())), expected);
    let same_day = String::from_utf8(seed()).unwrap().replace("03-11-2025;09-11-2025", "03-11-2025;03-11-2025");
    assert_eq!(findings(&planned(&example(), same_day.as_bytes())), "");
}

#[test]
fn a_row_says_in_bakens_words_what_it_says_in_the_shelters() {
    let plan = planned(&example(), &seed());
    let mut opening = line(&plan, 0);
    opening.as_object_mut().unwrap().remove("id");
    insta::assert_snapshot!(format!("{opening:#}"), @r#"
    {
      "command": "report_signal",
      "data": {
        "channel": "shelter_intake",
        "identity": {
          "alias": "Jan met de pet",
          "birth_date": "1976-02-14",
          "countries": [
            "PL"
          ],
          "languages": [
            {
              "interpreter_needed": true,
              "language": "pl"
            }
          ]
        },
        "location_type": "night_shelter_eu"
      },
      "occurred_at": "2025-11-03T18:45:00Z",
      "occurred_precision": "instant"
    }
    "#);
    let intake = line(&plan, 1);
    assert_eq!(intake["data"]["problems"], serde_json::json!(["uninsured", "no_fixed_income"]));
    assert_eq!(intake["data"]["circumstances"], "Slaapt bij het station.\nWerkte tot de zomer in een kas.");
    let moments: Vec<_> = [1, 2, 3, 5, 7]
        .map(|at| {
            let line = line(&plan, at);
            format!("{} {}", line["occurred_at"].as_str().unwrap(), line["occurred_precision"].as_str().unwrap())
        })
        .into();
    // Winter time; an hour that no column tells; a day; a day without a time; and an hour that the clock skipped.
    assert_eq!(
        moments,
        [
            "2025-11-03T18:45:00Z instant",
            "2025-11-03T19:00:00Z approximate",
            "2025-11-08T23:00:00Z day",
            "2025-11-03T23:00:00Z day",
            "2026-03-29T01:30:00Z instant",
        ]
    );
}

#[test]
fn everything_that_is_wrong_is_told_by_line_and_column_and_no_value_is_repeated() {
    let text = "Cliëntnummer;Roepnaam;Geboortedatum;Nationaliteit;Taal;Tolk nodig;Datum intake;Tijd;Slaapplek;Problemen;\
        Bijzonderheden;Aankomst;Vertrek;Reden vertrek\n\
        1;A;1976/02/14;Frans;;misschien;;25:00;Onder de brug;alcohol, drugs;;;;\n\
        ;B;;;;;01-02-2026;;;;;;;\n\
        2;C;;;;;01-02-2026;;;;\"een\nof twee\";;;\n\
        \n\
        2;C;;;;;01-02-2026;;Buiten;;;;;\n\
        3;too few\n\
        4;D;;;;;01-02-2026;;;;;;03-02-2026;\n";
    let plan = planned(&example(), text.as_bytes());
    insta::assert_snapshot!(findings(&plan), @r#"
    line 2, column "Datum intake" (intake): must tell when it happened
    line 2, column "Datum intake" (person): must tell when it happened
    line 2, column "Geboortedatum" (person): must be a date as in %d-%m-%Y or %Y-%m-%d
    line 2, column "Nationaliteit" (person): says what `codes` does not have
    line 2, column "Problemen" (intake): says what `codes` does not have
    line 2, column "Slaapplek" (intake): says what `codes` does not have
    line 2, column "Tolk nodig" (person): must be yes or no
    line 3, column "Cliëntnummer": must tell whom the row is about
    line 7 (intake): is the same row as the one of line 4, and says something else
    line 8, column "Aankomst": is missing: the row ends before it
    line 8, column "Datum intake": is missing: the row ends before it
    line 8, column "Tijd": is missing: the row ends before it
    line 8, column "Vertrek": is missing: the row ends before it
    line 9, column "Reden vertrek" (departure): is required
    line 9, column "Vertrek" (departure): is about the `bed` of the same row, which makes none
    "#);
    for value in ["Frans", "misschien", "25:00", "brug", "drugs", "1976"] {
        assert!(!findings(&plan).contains(value), "{value}");
    }
    assert_eq!(plan.tally().to_string(), "6 rows: 1 taken, 0 repeated, 0 updated, 0 deleted, 5 refused");
}

#[test]
fn columns_that_are_not_there_are_told_all_at_once() {
    let plan = planned(&example(), b"Tijd;Tijd;Vertrek\n");
    assert_eq!(plan.findings.len(), example().columns().len() - 1);
    assert!(findings(&plan).contains("line 1, column \"Tijd\": is there more than once\n"));
}

#[test]
fn what_the_service_would_refuse_for_its_form_is_told_by_column() {
    let text = std::fs::read_to_string(Path::new(SEEDS).join("opvang.toml")).unwrap();
    let mapping = |from: &str, to: &str| mapping_with(&text, &[(from, to)]);
    let plan = planned(&mapping("Pools = \"PL\"", "Pools = \"Poland\"").unwrap(), &seed());
    insta::assert_snapshot!(findings(&plan), @r#"
    line 2, column "Nationaliteit" (person): must be an ISO 3166-1 alpha-2 code in capitals, such as PL
    line 5, column "Nationaliteit" (person): must be an ISO 3166-1 alpha-2 code in capitals, such as PL
    "#);
    for (from, to, why) in [
        ("subject_of = \"bed\"", "subject_of = \"bad\"", "names no command before it"),
        ("name = \"bed\"", "name = \"intake\"", "two commands of the name `intake`"),
        ("{ column = \"Roepnaam\" }", "{ }", "must have one of `value`, `column`, `columns` and `moment`"),
        ("Europe/Amsterdam", "Amsterdam", "must be a time zone"),
        ("command = \"assign_bed\"", "command = \"assign_beds\"", "assign_beds"),
        ("separator", "seperator", "seperator"),
    ] {
        let error = mapping(from, to).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
}

#[test]
fn the_number_of_a_client_is_in_no_line_and_a_longer_file_makes_the_same_ids() {
    let mapping = example();
    let (whole, text) = (planned(&mapping, &seed()), String::from_utf8(seed()).unwrap());
    for line in texts(&whole) {
        assert!(["1042", "1043", "1050"].iter().all(|number| !line.contains(&format!("\"{number}\""))));
    }
    // An earlier export, which ended before the third row.
    let shorter = &text[..text.find("1042;Jan met de pet;14-02-1976;Pools;Pools;ja;29").unwrap()];
    let shorter = planned(&mapping, shorter.as_bytes());
    assert_eq!(texts(&shorter), texts(&whole)[..7]);
}
