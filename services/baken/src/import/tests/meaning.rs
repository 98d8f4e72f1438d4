//! A row is what it means: how it is written makes no difference, and what it says later adds to what it said.

use super::*;

const MAPPING: &str = r#"
source = "s"
key_file = "k"
row = ["Datum"]
[file]
dates = ["%d-%m-%Y", "%Y-%m-%d"]
two_digit_years_until = 2026
[person]
column = "Nr"
occurred = { date = "Datum", time = "Tijd" }
[person.data]
channel = { value = "shelter_intake" }
location = { column = "Plek" }
"identity.name" = { column = "Naam" }
"identity.birth_date" = { column = "Geboren", as = "date" }
[[command]]
name = "intake"
command = "record_intake"
occurred = { date = "Datum", time = "Tijd" }
[command.data]
circumstances = { column = "Verhaal" }
"#;

const HEADER: &str = "Nr;Naam;Geboren;Datum;Tijd;Plek;Verhaal";

fn of(rows: &str) -> Plan {
    planned(&mapping_with(MAPPING, &[]).unwrap(), format!("{HEADER}\n{rows}").as_bytes())
}

/// Row, name and body of each line.
fn said(plan: &Plan) -> Vec<String> {
    assert_eq!(findings(plan), "");
    let of = |line: &Outgoing| {
        let text: Value = serde_json::from_str(&line.text()).unwrap();
        format!("{} {} {}", line.row, line.name, text["data"])
    };
    plan.lines().map(of).collect()
}

#[test]
fn how_a_row_is_written_makes_no_difference() {
    let plain = texts(&of("1;Jan Kowal;14-02-1976;03-11-2025;19:45;hal;\"twee\nregels\"\n"));
    for rows in [
        "\"1\";\"Jan Kowal\";\"14-02-1976\";\"03-11-2025\";\"19:45\";\"hal\";\"twee\nregels\"\n",
        " 1 ; Jan Kowal ;14-2-1976;3-11-2025;19:45; hal ;\"twee\r\nregels\"\r\n",
        "1;Jan Kowal;1976-02-14;2025-11-03;19:45;hal;\"twee\nregels\"",
        "1;Jan Kowal;14-02-76;03-11-25;19:45;hal;\"twee\rregels\"",
    ] {
        assert_eq!(texts(&of(rows)), plain, "{rows}");
    }
    let columns = "Verhaal;Kamer;Plek;Tijd;Datum;Geboren;Naam;Nr\n\"twee\nregels\";12;hal;19:45;03-11-2025;14-02-1976;Jan Kowal;1\n";
    let other_order = planned(&mapping_with(MAPPING, &[]).unwrap(), columns.as_bytes());
    assert_eq!(texts(&other_order), plain);
    let other_form = format!(
        "\u{feff}sep=,\n{}\n1,Jan Kowal,14-02-1976,03-11-2025,19:45,hal,\"twee\nregels\"\n",
        HEADER.replace(';', ",")
    );
    assert_eq!(texts(&planned(&mapping_with(MAPPING, &[]).unwrap(), other_form.as_bytes())), plain);
}

#[test]
fn letters_are_the_same_however_they_are_composed() {
    let (composed, taken_apart) = ("1;Zoë;;03-11-2025;;;\n", "1;Zoe\u{308};;03-11-2025;;;\n");
    assert_eq!(texts(&of(composed)), texts(&of(taken_apart)));
    let column = MAPPING.replace("Geboren", "Gebören");
    let taken_apart = planned(
        &mapping_with(&column, &[]).unwrap(),
        "Nr;Naam;Gebo\u{308}ren;Datum;Tijd;Plek;Verhaal\n1;A;;03-11-2025;;;\n".as_bytes(),
    );
    assert_eq!(findings(&taken_apart), "");
}

#[test]
fn a_row_that_comes_twice_is_counted_as_repeated() {
    let plan = of("1;Jan;;03-11-2025;19:45;;\n\"1\";Jan;;2025-11-03;19:45;;\n1;Jan;;04-11-2025;19:45;;\n");
    assert_eq!(plan.tally().to_string(), "3 rows: 2 taken, 1 repeated, 0 updated, 0 deleted, 0 refused");
}

#[test]
fn a_later_row_adds_what_it_knows_of_the_person_and_an_empty_cell_takes_nothing_away() {
    let plan = of(
        "1;Jan;;03-11-2025;19:45;hal;a\n1;Jan Kowal;14-02-1976;04-11-2025;19:45;hal;b\n1;;;05-11-2025;19:45;hal;c\n\
        1;Jan Kowal;1976;06-11-2025;19:45;;d\n1;Jan Nowak;14-02-1976;07-11-2025;19:45;tuin;e\n",
    );
    let expected = [
        r#"2 person {"channel":"shelter_intake","identity":{"name":"Jan"},"location":"hal"}"#,
        r#"2 intake {"circumstances":"a"}"#,
        r#"3 identity {"assurance":"alias","claim":{"birth_date":"1976-02-14","name":"Jan Kowal"}}"#,
        r#"3 intake {"circumstances":"b"}"#,
        r#"4 intake {"circumstances":"c"}"#,
        r#"5 intake {"circumstances":"d"}"#,
        r#"6 identity {"assurance":"alias","claim":{"name":"Jan Nowak"}}"#,
        r#"6 intake {"circumstances":"e"}"#,
    ];
    assert_eq!(said(&plan), expected);
    assert_eq!(
        plan.notes.to_string(),
        "column \"Plek\": 1 cells not taken, the first on line 6: a person's first row told it, and later ones do not change it\n"
    );
}

#[test]
fn rows_of_a_person_are_told_in_the_order_in_which_they_happened_wherever_they_stand() {
    let rows = [
        "1;Jan;;03-11-2025;19:45;;a",
        "2;Ana;;03-11-2025;;;",
        "1;Jan Kowal;14-02-1976;04-11-2025;19:45;;b",
        "1;Jan Nowak;;05-11-2025;;;c",
    ];
    let forwards = of(&rows.join("\n"));
    let mut turned = rows;
    turned.reverse();
    let backwards = of(&turned.join("\n"));
    let sorted = |plan: &Plan| {
        let mut texts = texts(plan);
        texts.sort();
        texts
    };
    assert_eq!(sorted(&forwards), sorted(&backwards));
    // In the file that is turned round they stand on lines 5, 3 and 2; each makes two lines.
    let of_jan: Vec<_> = lines(&backwards).into_iter().filter(|line| line.row != 4).map(|line| line.row).collect();
    assert_eq!(of_jan, [5, 5, 3, 3, 2, 2]);
}

#[test]
fn whoever_is_surer_than_an_alias_says_so() {
    let mapping =
        mapping_with(MAPPING, &[("column = \"Nr\"", "column = \"Nr\"\nassurance = \"document_seen\"")]).unwrap();
    let plan = planned(&mapping, format!("{HEADER}\n1;Jan;;03-11-2025;19:45;;\n").as_bytes());
    assert_eq!(said(&plan)[1], r#"2 identity {"assurance":"document_seen","claim":{"name":"Jan"}}"#);
    let error = mapping_with(MAPPING, &[("column = \"Nr\"", "column = \"Nr\"\nassurance = \"sure\"")]).unwrap_err();
    assert!(error.to_string().contains("document_seen"), "{error}");
}

#[test]
fn what_happens_in_the_future_is_refused_before_it_is_sent() {
    let plan = of("1;Jan;;29-11-2026;19:45;;\n2;Ana;;28-11-2026;12:30;;\n");
    insta::assert_snapshot!(findings(&plan), @r#"
    line 2, column "Datum" (intake): must not lie in the future
    line 2, column "Datum" (person): must not lie in the future
    "#);
}

#[test]
fn a_moment_must_be_a_whole_date_and_a_birth_date_has_no_time_of_day() {
    insta::assert_snapshot!(findings(&of("1;Jan;;11-2025;19:45;;\n2;Ana;00-00-0000;03-11-2025;;;\n")), @r#"
    line 2, column "Datum" (intake): must be a whole date, with its day, month and year
    line 2, column "Datum" (person): must be a whole date, with its day, month and year
    line 3, column "Geboren" (person): is no day of the calendar
    "#);
    let mapping = mapping_with(MAPPING, &[("\"%Y-%m-%d\"", "\"%Y-%m-%d\", \"%Y-%m-%d %H:%M:%S\"")]).unwrap();
    let rows = "1;Jan;1976-02-14 00:00:00;2025-11-03 00:00:00;;;\n2;Ana;1976-02-13 23:00:00;2025-11-03 18:30:00;;;\n3;Eva;;2025-11-03 18:30:00;;;\n";
    let plan = planned(&mapping, format!("{HEADER}\n{rows}").as_bytes());
    assert_eq!(
        findings(&plan),
        "line 3, column \"Geboren\" (person): has a time of day beside its date, which may be of another day\n"
    );
    let told = |at: usize| {
        let line = line(&plan, at);
        format!("{} {}", line["occurred_at"].as_str().unwrap(), line["occurred_precision"].as_str().unwrap())
    };
    assert_eq!([told(0), told(2)], ["2025-11-02T23:00:00Z day", "2025-11-03T17:30:00Z instant"]);
}

#[test]
fn a_cell_without_any_item_of_a_list_says_nothing() {
    let with = "\"identity.countries\" = { column = \"Plek\", separator = \",\" }";
    let mapping = mapping_with(MAPPING, &[("location = { column = \"Plek\" }", with)]).unwrap();
    let plan = planned(&mapping, format!("{HEADER}\n1;Jan;;03-11-2025;;, ;\n2;Ana;;03-11-2025;;PL,,RO;\n").as_bytes());
    let identities = [0, 2].map(|at| line(&plan, at)["data"]["identity"].clone());
    assert_eq!(
        identities,
        [serde_json::json!({"name": "Jan"}), serde_json::json!({"name": "Ana", "countries": ["PL", "RO"]})]
    );
}
