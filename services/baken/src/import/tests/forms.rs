//! How files are written: marks, first lines, line ends, columns.

use super::*;

const HEADER: &str = "Nr;Naam;Datum";

fn mapping(rest: &str) -> Mapping {
    let text = format!(
        "source = \"s\"\nkey_file = \"k\"\nrow = []\n{rest}\n[person]\ncolumn = \"Nr\"\noccurred = {{ date = \"Datum\" }}\n\
        [person.data]\nchannel = {{ value = \"shelter_intake\" }}\n\"identity.name\" = {{ column = \"Naam\" }}\n"
    );
    mapping_with(&text, &[]).unwrap()
}

fn names(mapping: &Mapping, bytes: &[u8]) -> Vec<String> {
    let plan = planned(mapping, bytes);
    assert_eq!(findings(&plan), "");
    let name = |text: String| {
        serde_json::from_str::<Value>(&text).unwrap()["data"]["identity"]["name"].as_str().map(str::to_owned)
    };
    texts(&plan).into_iter().filter_map(name).collect()
}

#[test]
fn marks_of_the_byte_order_first_lines_and_line_ends_make_no_difference() {
    let plain = format!("{HEADER}\n1;Łukasz;01-11-2026\n2;\"Jan;\";02-11-2026\n");
    let utf_16 = |to_bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        "\u{feff}".encode_utf16().chain(plain.encode_utf16()).flat_map(to_bytes).collect()
    };
    let forms: Vec<Vec<u8>> = vec![
        plain.clone().into(),
        plain.trim_end().into(),
        plain.replace('\n', "\r\n").into(),
        plain.replace('\n', "\r").into(),
        format!("\u{feff}{plain}").into(),
        format!("sep=;\r\n{plain}").into(),
        format!("\u{feff}\"SEP=;\"\n{plain}").into(),
        format!("sep=,\n{}", plain.replace("\"Jan;\"", "Jan!").replace(';', ",").replace("Jan!", "Jan;")).into(),
        format!("sep=\t\n{}", plain.replace("\"Jan;\"", "Jan!").replace(';', "\t").replace("Jan!", "Jan;")).into(),
        utf_16(u16::to_le_bytes),
        utf_16(u16::to_be_bytes),
    ];
    for form in forms {
        assert_eq!(names(&mapping(""), &form), ["Łukasz", "Jan;"], "{:?}", String::from_utf8_lossy(&form));
    }
    // A file whose mark says how it is written is written so, whatever the mapping says.
    let mapping = mapping("[file]\nencoding = \"windows-1250\"");
    assert_eq!(names(&mapping, format!("\u{feff}{plain}").as_bytes()), ["Łukasz", "Jan;"]);
}

#[test]
fn lines_are_counted_as_the_file_has_them() {
    for before in ["", "sep=;\n", "\u{feff}sep=;\r\n"] {
        let text = format!("{before}{HEADER}\n\n1;\"a\nb\";01-11-2026\n2;B;bad\n");
        let plan = planned(&mapping(""), text.as_bytes());
        let expected = if before.is_empty() { "line 5," } else { "line 6," };
        assert!(findings(&plan).contains(expected), "{}", findings(&plan));
    }
}

#[test]
fn a_file_that_is_no_text_is_refused_with_what_to_do() {
    let utf_16: Vec<u8> = HEADER.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let error = Table::of(&utf_16, &mapping("")).err().unwrap();
    assert!(matches!(error, ImportError::Zeros) && error.to_string().contains("CSV UTF-8"), "{error}");
    let text: Vec<u8> = format!("{HEADER}\n1;Łukasz;01-11-2026\n").encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(names(&mapping("[file]\nencoding = \"utf-16le\""), &text), ["Łukasz"]);
    let broken = [0xFF, 0xFE, 0x00, 0xD8, 0x41, 0x00];
    assert!(matches!(Table::of(&broken, &mapping("")), Err(ImportError::Encoding("UTF-16"))));
}

#[test]
fn an_older_excels_characters_are_read_where_the_mapping_says_so() {
    let (bytes, ..) = encoding_rs::WINDOWS_1252.encode("Nr;Naam;Datum\n7;Zoë;01-11-2026\n");
    assert_eq!(names(&mapping("[file]\nencoding = \"windows-1252\""), &bytes), ["Zoë"]);
    let plan = planned(&mapping(""), &bytes);
    assert_eq!(
        findings(&plan),
        "line 2, column \"Naam\": is not written in utf-8; windows-1252 fits better: see the mapping's `encoding`\n"
    );
    let (bytes, ..) = encoding_rs::WINDOWS_1252.encode("Nr;Naam;Datum;Cliëntnummer\n7;Zoë;01-11-2026;\n");
    let plan = planned(&mapping(""), &bytes);
    assert!(findings(&plan).starts_with("line 1, column \"number 4\": is not written in utf-8"), "{}", findings(&plan));
    assert_eq!(plan.tally().refused, 1);
}

#[test]
fn what_stands_between_the_columns_is_told_where_it_is_not_what_the_mapping_says() {
    let plan = planned(&mapping(""), b"Nr,Naam,Datum\n1,A,01-11-2026\n2,B,01-11-2026\n");
    assert!(findings(&plan).contains("line 1: ',' may stand between the columns, and not ';'"), "{}", findings(&plan));
    assert_eq!(plan.tally().to_string(), "2 rows: 0 taken, 0 repeated, 0 updated, 0 deleted, 2 refused");
}

#[test]
fn an_empty_file_has_no_rows_and_lacks_every_column() {
    for empty in ["", "\u{feff}", "\n\n"] {
        let plan = planned(&mapping(""), empty.as_bytes());
        assert_eq!((plan.findings.len(), plan.tally().rows()), (3, 0), "{empty:?}");
    }
}

#[test]
fn every_cell_that_is_not_taken_is_told_by_its_column_unless_the_mapping_ignores_it() {
    let text =
        "Nr;Naam;Datum;Kamer;;Verwijderd op\n1;A;01-11-2026;12;;\n2;B;01-11-2026;;x;nee\n3;C;01-11-2026;14;;ja\n";
    let plan = planned(&mapping(""), text.as_bytes());
    insta::assert_snapshot!(format!("{}{}{}", findings(&plan), plan.notes, plan.tally()), @r#"
    line 4, column "Verwijderd op": may say that the row was deleted: name it under `deleted` or `ignore` in the mapping
    column "Kamer": 2 cells not taken, the first on line 2: the mapping does not take the column; list it under `ignore` if it shall not
    column "Verwijderd op": 1 cells not taken, the first on line 3: the mapping does not take the column; list it under `ignore` if it shall not
    column "number 5": 1 cells not taken, the first on line 3: the mapping does not take the column; list it under `ignore` if it shall not
    3 rows: 2 taken, 0 repeated, 0 updated, 0 deleted, 1 refused
    "#);
    let ignoring = mapping("ignore = [\"Kamer\", \"\"]\ndeleted = { column = \"Verwijderd op\", is = [\"JA\"] }");
    let plan = planned(&ignoring, text.as_bytes());
    assert_eq!(
        format!("{}{}{}", findings(&plan), plan.notes, plan.tally()),
        "3 rows: 2 taken, 0 repeated, 0 updated, 1 deleted, 0 refused"
    );
}

#[test]
fn a_name_may_stand_in_several_columns_in_the_order_that_the_mapping_says() {
    let text = "source = \"s\"\nkey_file = \"k\"\nrow = []\n[person]\ncolumn = \"Nr\"\n[person.data]\nchannel = { value = \"shelter_intake\" }\n\
        \"identity.name\" = { columns = [\"Voornaam\", \"Tussenvoegsel\", \"Achternaam\"], unknown = [\"n.b.\"] }\n";
    let rows =
        "Achternaam;Tussenvoegsel;Voornaam;Nr\nExempel; van der ;Probus;1\nVoorbeeld;;Testina;2\nn.b.;;Jan;3\n;;;4\n";
    assert_eq!(
        names(&mapping_with(text, &[]).unwrap(), rows.as_bytes()),
        ["Probus van der Exempel", "Testina Voorbeeld", "Jan"]
    );
    let turned =
        [("[\"Voornaam\", \"Tussenvoegsel\", \"Achternaam\"]", "[\"Achternaam\", \"Voornaam\"], join = \", \"")];
    assert_eq!(names(&mapping_with(text, &turned).unwrap(), rows.as_bytes())[0], "Exempel, Probus");
    for wrong in ["column = \"Nr\", columns = [\"Voornaam\"]", "columns = [\"Voornaam\"], as = \"date\""] {
        let changes = [("columns = [\"Voornaam\", \"Tussenvoegsel\", \"Achternaam\"]", wrong)];
        assert!(mapping_with(text, &changes).is_err(), "{wrong}");
    }
}

#[test]
fn what_a_spreadsheet_made_of_a_cell_is_refused() {
    let text = "Nr;Naam;Datum;Kamer\n1,23457E+11;A;01-11-2026;\n2;#NAME?;01-11-2026;\n3;C;########;#REF!\n4;#1;01-11-2026;\n2E10;E;01-11-2026;\n";
    let plan = planned(&mapping(""), text.as_bytes());
    insta::assert_snapshot!(findings(&plan), @r#"
    line 2, column "Nr": is a number that a spreadsheet shortened: others may look the same
    line 3, column "Naam": holds an error of a spreadsheet, and not what was in it
    line 4, column "Datum": holds an error of a spreadsheet, and not what was in it
    "#);
    assert_eq!(plan.tally().taken, 2);
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    /// A cell, written in quotation marks or, where it can be, without.
    fn written(cell: &str, in_quotes: bool) -> String {
        let must = cell.contains(['"', ';', '\n', '\r']) || cell.starts_with("sep=");
        if in_quotes || must { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
    }

    proptest! {
        #[test]
        fn whatever_is_written_as_csv_is_read_as_it_was(
            names in prop::collection::vec(("[A-Za-z\u{e0}-\u{f6}\"; \n]{0,12}", any::<bool>()), 1..20),
            end in prop::sample::select(vec!["\n", "\r\n", "\r"]),
            mark in any::<bool>(),
        ) {
            let mut text = format!("{}{HEADER}{end}", if mark { "\u{feff}" } else { "" });
            for (number, (name, in_quotes)) in names.iter().enumerate() {
                let name = written(name, *in_quotes);
                text = [text, format!("{number};{name};01-11-2026{end}")].concat();
            }
            let checked = mapping("[file]\nencoding_is_checked = true");
            let table = Table::of(text.as_bytes(), &checked).unwrap();
            // A line of the text that has as many semicolons as a row may be one.
            if names.iter().all(|(name, _)| name.split('\n').skip(1).all(|line| line.matches(';').count() < 2)) {
                prop_assert_eq!(&table.findings, &[]);
                let read: Vec<_> = table.rows.iter().map(|row| row.cell("Naam").unwrap_or_default()).collect();
                let expected: Vec<_> = names.iter().map(|(name, _)| name.trim()).collect();
                prop_assert_eq!(read, expected);
            } else {
                prop_assert!(table.rows.len() + table.unread >= names.len());
            }
        }

        #[test]
        fn every_row_of_any_file_is_counted_and_nothing_of_it_is_repeated_in_what_is_told(
            bytes in prop::collection::vec(prop::sample::select(b"\"; \r\n1a\xc3\xab\xa3-\0".to_vec()), 0..200),
            encoding in prop::sample::select(vec!["utf-8", "windows-1252", "windows-1250"]),
        ) {
            let mapping = mapping(&format!("[file]\nencoding = \"{encoding}\""));
            let file = [HEADER.as_bytes(), b"\n", &bytes].concat();
            let Ok(table) = Table::of(&file, &mapping) else { return Ok(()) };
            let (rows, unread) = (table.rows.len(), table.unread);
            let plan = plan(table, &mapping, &IdKey::to_look(), "2026-11-28T12:00:00Z".parse().unwrap());
            prop_assert_eq!(plan.tally().rows(), rows + unread);
            let told: std::collections::BTreeSet<_> = plan.findings.iter().map(|finding| finding.line).collect();
            prop_assert!(told.len() >= plan.tally().refused, "{}", findings(&plan));
        }

        #[test]
        fn a_mark_that_is_not_closed_costs_its_own_row_alone(
            broken in 0_usize..8,
            quoted in prop::collection::vec(any::<bool>(), 8),
        ) {
            let mut text = format!("{HEADER}\n");
            for (number, in_quotes) in quoted.iter().enumerate() {
                let name = if number == broken { "\"open".to_owned() } else { written("Jan", *in_quotes) };
                text = [text, format!("{number};{name};01-11-2026\n")].concat();
            }
            let table = Table::of(text.as_bytes(), &mapping("")).unwrap();
            prop_assert_eq!((table.rows.len(), table.unread), (7, 1));
            prop_assert_eq!(table.findings[0].line, broken as u64 + 2);
            prop_assert_eq!(table.findings[0].column.as_deref(), Some("Naam"));
        }
    }
}
