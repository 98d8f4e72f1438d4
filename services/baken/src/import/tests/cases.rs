//! Files that other systems' users had trouble with, one by one, and the kind of each.

use super::*;

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/import/tests/cases");

fn case(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(CASES).join(name)).unwrap()
}

fn text(name: &str) -> String {
    String::from_utf8(case(name)).unwrap()
}

/// The mapping of most cases, with changes.
fn changed(changes: &[(&str, &str)]) -> Mapping {
    mapping_with(&text("m.toml"), changes).unwrap()
}

fn m() -> Mapping {
    changed(&[])
}

/// The rows, what is wrong and what is left out.
fn told(plan: &Plan) -> String {
    format!("{}{}{}", findings(plan), plan.notes, plan.tally())
}

fn openings<'a>(plan: &'a Plan, field: &'a str) -> Vec<Value> {
    let of = |line: &Outgoing| serde_json::from_str::<Value>(&line.text()).unwrap().pointer(field).cloned();
    plan.lines().filter(|line| line.opens()).map(|line| of(line).unwrap_or_default()).collect()
}

#[test]
fn a_year_of_two_digits_is_refused_unless_the_mapping_says_until_when() {
    insta::assert_snapshot!(told(&planned(&m(), &case("two-digit-year.csv"))), @r#"
    line 2, column "Datum intake" (intake): must have a year of four digits, or the mapping must say `two_digit_years_until`
    line 2, column "Datum intake" (person): must have a year of four digits, or the mapping must say `two_digit_years_until`
    line 2, column "Geboortedatum" (person): must have a year of four digits, or the mapping must say `two_digit_years_until`
    1 rows: 0 taken, 0 repeated, 0 updated, 0 deleted, 1 refused
    "#);
    let mapping = changed(&[("times =", "two_digit_years_until = 2026\ntimes =")]);
    let plan = planned(&mapping, &case("two-digit-year.csv"));
    assert_eq!(told(&plan), "1 rows: 1 taken, 0 repeated, 0 updated, 0 deleted, 0 refused");
    assert_eq!(openings(&plan, "/data/identity/birth_date"), ["1976-02-14"]);
    assert_eq!(openings(&plan, "/occurred_at"), ["2025-11-03T18:45:00Z"]);

    let short = mapping_with(&text("m.toml"), &[("%Y-%m-%d", "%d-%m-%y")]).unwrap_err().to_string();
    assert!(short.contains("`dates` with %y need `two_digit_years_until`"), "{short}");
}

#[test]
fn a_quotation_mark_that_is_not_closed_refuses_its_row_and_swallows_no_other() {
    let plan = planned(&m(), &case("open-quote.csv"));
    insta::assert_snapshot!(told(&plan), @r#"
    line 2, column "Bijzonderheden": begins with a quotation mark that is not closed
    4 rows: 3 taken, 0 repeated, 0 updated, 0 deleted, 1 refused
    "#);
    assert_eq!(openings(&plan, "/data/identity/name"), ["Bogdan Tweede", "Cezar Derde", "Dawid Vierde"]);

    let plan = planned(&example(), &case("open-quote-seed.csv"));
    insta::assert_snapshot!(told(&plan), @r#"
    line 3, column "Reden vertrek": begins with a quotation mark that is not closed
    5 rows: 4 taken, 0 repeated, 0 updated, 0 deleted, 1 refused
    "#);
    let of: Vec<_> = plan.lines().filter(|line| line.opens()).map(|line| line.row).collect();
    assert_eq!(of, [2, 4, 5, 6]);
}

#[test]
fn text_of_another_code_page_is_refused_with_the_one_that_fits_better_and_read_in_that() {
    let of = |encoding: &str| mapping_with(&text("m-1252.toml"), &[("windows-1252", encoding)]).unwrap();
    insta::assert_snapshot!(told(&planned(&of("windows-1252"), &case("cp1250.csv"))), @r#"
    line 2, column "Bijzonderheden": makes no sense in windows-1252, and does in windows-1250: see the mapping's `encoding`, and `encoding_is_checked`
    line 2, column "Naam": makes no sense in windows-1252, and does in windows-1250: see the mapping's `encoding`, and `encoding_is_checked`
    line 3, column "Naam": makes no sense in windows-1252, and does in windows-1250: see the mapping's `encoding`, and `encoding_is_checked`
    2 rows: 0 taken, 0 repeated, 0 updated, 0 deleted, 2 refused
    "#);
    insta::assert_snapshot!(told(&planned(&of("utf-8"), &case("cp1250.csv"))), @r#"
    line 2, column "Bijzonderheden": is not written in utf-8; windows-1250 fits better: see the mapping's `encoding`
    line 2, column "Naam": is not written in utf-8; windows-1250 fits better: see the mapping's `encoding`
    line 3, column "Naam": is not written in utf-8; windows-1250 fits better: see the mapping's `encoding`
    2 rows: 0 taken, 0 repeated, 0 updated, 0 deleted, 2 refused
    "#);
    for encoding in ["windows-1250", "cp1250"] {
        let plan = planned(&of(encoding), &case("cp1250.csv"));
        assert_eq!(told(&plan), "2 rows: 2 taken, 0 repeated, 0 updated, 0 deleted, 0 refused");
        assert_eq!(openings(&plan, "/data/identity/name"), ["Łukasz Żółć-Śliwiński", "Stefan Ionescu-Ţepeş"]);
    }
    let error = mapping_with(&text("m.toml"), &[("utf-8", "latin-25")]).unwrap_err().to_string();
    assert!(error.contains("must be utf-8, windows-1252, windows-1250"), "{error}");
}

#[test]
fn a_row_that_ends_early_is_taken_where_only_what_is_optional_is_missing() {
    let plan = planned(&m(), &case("short-rows.csv"));
    insta::assert_snapshot!(told(&plan), @r#"
    line 3, column "Tijd": is missing: the row ends before it
    3 rows: 2 taken, 0 repeated, 0 updated, 0 deleted, 1 refused
    "#);
    assert_eq!(openings(&plan, "/data/identity/name"), ["Kort Een", "Vol"]);

    // A field that the mapping requires, a file that breaks off, and cells beyond the last column.
    let mapping = changed(&[("column = \"Bijzonderheden\"", "column = \"Bijzonderheden\", required = true")]);
    assert!(
        findings(&planned(&mapping, &case("short-rows.csv")))
            .starts_with("line 2, column \"Bijzonderheden\": is missing")
    );
    let head = text("short-rows.csv").lines().next().unwrap().to_owned();
    let broken = format!(
        "{head}\n1;A;01-02-1980;Pools;pl;20-11-2026;19:45;;;\n2;B;01-02-1980;Pools;pl;20-11-2026;19:45;ok;more\n3;C;01-02-1980;Pools;pl;20-11-2026;19:4"
    );
    insta::assert_snapshot!(told(&planned(&m(), broken.as_bytes())), @r#"
    line 3, column "number 9": has 9 cells, and the first line names 8 columns
    line 4, column "Tijd": is where the file breaks off
    3 rows: 1 taken, 0 repeated, 0 updated, 0 deleted, 2 refused
    "#);
}

#[test]
fn nobody_is_born_in_the_future_or_two_thousand_years_ago() {
    insta::assert_snapshot!(told(&planned(&m(), &case("future-birth.csv"))), @r#"
    line 2, column "Geboortedatum" (person): lies in the future
    line 3, column "Geboortedatum" (person): lies more than 120 years back; if it stands for what is not known, name it under `unknown`
    2 rows: 0 taken, 0 repeated, 0 updated, 0 deleted, 2 refused
    "#);
}

#[test]
fn a_clinic_s_standard_export_is_taken_without_the_row_that_was_deleted_and_tells_what_it_leaves_out() {
    // As it was mapped by somebody who did not think of deleted rows.
    let plan = planned(&mapping_with(&text("hmis.toml"), &[]).unwrap(), &case("hmis.csv"));
    insta::assert_snapshot!(told(&plan), @r#"
    line 3, column "DateDeleted": may say that the row was deleted: name it under `deleted` or `ignore` in the mapping
    column "DOBDataQuality": 2 cells not taken, the first on line 2: the mapping does not take the column; list it under `ignore` if it shall not
    column "DateUpdated": 2 cells not taken, the first on line 2: the mapping does not take the column; list it under `ignore` if it shall not
    column "ExportID": 2 cells not taken, the first on line 2: the mapping does not take the column; list it under `ignore` if it shall not
    column "MiddleName": 1 cells not taken, the first on line 3: the mapping does not take the column; list it under `ignore` if it shall not
    column "NameDataQuality": 2 cells not taken, the first on line 2: the mapping does not take the column; list it under `ignore` if it shall not
    column "SSN": 2 cells not taken, the first on line 2: the mapping does not take the column; list it under `ignore` if it shall not
    column "SSNDataQuality": 2 cells not taken, the first on line 2: the mapping does not take the column; list it under `ignore` if it shall not
    column "UserID": 2 cells not taken, the first on line 2: the mapping does not take the column; list it under `ignore` if it shall not
    2 rows: 1 taken, 0 repeated, 0 updated, 0 deleted, 1 refused
    "#);
    assert_eq!(openings(&plan, "/data/identity/birth_date"), ["1958-11-19"]);

    // As the example says it.
    let mapping = Mapping::read(&Path::new(SEEDS).join("hmis.toml")).unwrap();
    let plan = planned(&mapping, &case("hmis.csv"));
    assert_eq!(told(&plan), "2 rows: 1 taken, 0 repeated, 0 updated, 1 deleted, 0 refused");
    assert_eq!(openings(&plan, "/data/identity/name"), ["Testina Voorbeeld"]);
    let alive = text("hmis.csv").replace("2026-11-22 00:00:00", "");
    let plan = planned(&mapping, alive.as_bytes());
    assert_eq!(told(&plan), "2 rows: 2 taken, 0 repeated, 0 updated, 0 deleted, 0 refused");
    assert_eq!(openings(&plan, "/data/identity/name"), ["Testina Voorbeeld", "Probus van der Exempel"]);
    assert_eq!(openings(&plan, "/data/identity/birth_date"), [Value::from("1958-11-19"), Value::Null]);
}

#[test]
fn a_date_of_birth_is_taken_as_precisely_as_it_is_known() {
    let plan = planned(&m(), &case("partial-birth.csv"));
    insta::assert_snapshot!(told(&plan), @r#"
    line 4, column "Geboortedatum" (person): must be a date as in %d-%m-%Y or %Y-%m-%d
    4 rows: 3 taken, 0 repeated, 0 updated, 0 deleted, 1 refused
    "#);
    let mapping = changed(&[("times =", "unknown = [\"Onbekend\", \"?\"]\ntimes =")]);
    let plan = planned(&mapping, &case("partial-birth.csv"));
    let year = Value::from("1976");
    assert_eq!(openings(&plan, "/data/identity/birth_date"), [year.clone(), year, Value::Null, Value::Null]);
    assert_eq!(told(&plan), "4 rows: 4 taken, 0 repeated, 0 updated, 0 deleted, 0 refused");
    let month = text("partial-birth.csv").replace("00-00-1976", "00-02-1976");
    assert_eq!(openings(&planned(&mapping, month.as_bytes()), "/data/identity/birth_date")[0], "1976-02");
}

#[test]
fn a_language_is_a_tag_and_its_name_is_one_only_where_the_mapping_says_so() {
    let named = text("later-a.csv").replace(";pl;", ";Pools;");
    insta::assert_snapshot!(told(&planned(&m(), named.as_bytes())), @r#"
    line 2, column "Taal" (person): must be a BCP 47 tag of a language in the IANA registry, such as pl or rom, or und where it is not known
    1 rows: 0 taken, 0 repeated, 0 updated, 0 deleted, 1 refused
    "#);
    let codes = |rest: &str| {
        changed(&[("{ column = \"Taal\" }", &format!("{{ column = \"Taal\", codes = {{ POOLS = \"pl\" }}{rest} }}"))])
    };
    let plan = planned(&codes(""), named.as_bytes());
    assert_eq!(openings(&plan, "/data/identity/languages/0/language"), ["pl"]);
    let other = named.replace("Pools;10", "Fries;10");
    assert!(
        findings(&planned(&codes(""), other.as_bytes()))
            .starts_with("line 2, column \"Taal\" (person): says what `codes` does not have")
    );
    // An `otherwise` loses what the cell said, so that is told.
    let plan = planned(&codes(", otherwise = \"und\""), other.as_bytes());
    insta::assert_snapshot!(told(&plan), @r#"
    column "Taal": 1 cells not taken, the first on line 2: `codes` does not have what they say, and `otherwise` was taken
    1 rows: 1 taken, 0 repeated, 0 updated, 0 deleted, 0 refused
    "#);
}
