//! The table of those who were seen, in a CSV file. A figure that is not plain is an error at its line and column, and no guess.

use monitor::size::{Counts, Histories, History, MAX_PERSONS, TableError};

use super::sheet::{self, Names, ReadError, Row, Rows};

/// Rows of the largest table.
const MOST_ROWS: usize = 1_000_000;
const FREQ: &str = "freq";
const TIMES: &str = "times";
/// The count of a history that nobody can have.
const IMPOSSIBLE: &str = "NA";

/// What a file holds.
#[derive(Debug)]
pub struct Table {
    /// Below the header, without empty lines.
    pub rows: usize,
    pub content: Content,
}

#[derive(Debug)]
pub enum Content {
    Histories(Histories),
    Counts(Counts),
}

/// The columns of a table, and which of them is `freq`.
struct Header<'a> {
    columns: &'a Names,
    freq: usize,
}

impl Table {
    /// Reads the bytes of a file.
    pub fn of(bytes: &[u8]) -> Result<Self, ReadError> {
        sheet::read(bytes, |columns, rows| {
            let header = Header::of(columns)?;
            match header.is_of_counts() {
                Some(times) => counts(&header, times, rows),
                None => histories(&header, rows),
            }
        })
    }
}

impl<'a> Header<'a> {
    fn of(columns: &'a Names) -> Result<Self, ReadError> {
        let freq = columns.names.iter().position(|name| name.eq_ignore_ascii_case(FREQ));
        freq.map(|freq| Self { columns, freq }).ok_or_else(|| {
            let there = columns.names.join(", ");
            let why = format!("no column is named {FREQ}; it is the number of persons. There are: {there}");
            ReadError::Line { line: columns.line, why }
        })
    }

    /// Where `times` is, if it is the only column beside `freq`.
    fn is_of_counts(&self) -> Option<usize> {
        let times = self.columns.names.iter().position(|name| name.eq_ignore_ascii_case(TIMES))?;
        (self.columns.names.len() == 2).then_some(times)
    }

    fn lists(&self) -> impl Iterator<Item = usize> {
        (0..self.columns.names.len()).filter(|place| *place != self.freq)
    }

    fn error(&self, row: &Row, place: usize, why: &impl ToString) -> ReadError {
        self.columns.error(row, place, why)
    }

    /// A whole number of a cell, in plain digits.
    fn number(&self, row: &Row, place: usize, of: &str) -> Result<u64, ReadError> {
        let cell = &row.cells[place];
        if cell.is_empty() || !cell.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(self.error(row, place, &format!("{cell:?} is not a whole number of {of}")));
        }
        cell.parse().map_err(|_| self.error(row, place, &format!("{cell} is more than the most, {MAX_PERSONS}")))
    }

    fn is_impossible(&self, row: &Row) -> bool {
        row.cells[self.freq].eq_ignore_ascii_case(IMPOSSIBLE)
    }
}

fn histories(header: &Header<'_>, rows: Rows<'_>) -> Result<Table, ReadError> {
    let lists: Vec<usize> = header.lists().collect();
    let names = lists.iter().map(|place| header.columns.names[*place].clone());
    let mut table =
        Histories::new(names).map_err(|error| ReadError::Line { line: header.columns.line, why: error.to_string() })?;
    let mut number = 0;
    for row in rows {
        let row = row?;
        number = count(&row, number)?;
        let mut is_on = Vec::with_capacity(lists.len());
        for place in &lists {
            is_on.push(match row.cells[*place].as_str() {
                "0" => false,
                "1" => true,
                other => return Err(header.error(&row, *place, &format!("{other:?} is neither 0 nor 1"))),
            });
        }
        let history = History::of(is_on);
        let added = if header.is_impossible(&row) {
            table.add_structural_zero(history)
        } else {
            table.add(history, header.number(&row, header.freq, "persons")?)
        };
        added.map_err(|error| header.error(&row, header.freq, &error))?;
    }
    Ok(Table { rows: number, content: Content::Histories(table) })
}

fn counts(header: &Header<'_>, times: usize, rows: Rows<'_>) -> Result<Table, ReadError> {
    let mut table = Counts::default();
    let mut number = 0;
    for row in rows {
        let row = row?;
        number = count(&row, number)?;
        let seen = header.number(&row, times, "times")?;
        let persons = header.number(&row, header.freq, "persons")?;
        table.add(seen, persons).map_err(|error| {
            let place = if matches!(error, TableError::TooManyPersons) { header.freq } else { times };
            header.error(&row, place, &error)
        })?;
    }
    Ok(Table { rows: number, content: Content::Counts(table) })
}

fn count(row: &Row, before: usize) -> Result<usize, ReadError> {
    if before == MOST_ROWS {
        return Err(ReadError::Line { line: row.line, why: format!("there are more than {MOST_ROWS} rows") });
    }
    Ok(before + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read, in one line.
    fn read(text: impl AsRef<[u8]>) -> String {
        match Table::of(text.as_ref()) {
            Ok(Table { rows, content: Content::Histories(table) }) => {
                let cells = table.cells().map(|cell| format!("{}={}", table.label(cell), table.persons(cell)));
                let cells: Vec<_> = cells.filter(|cell| !cell.ends_with("=0")).collect();
                format!("{rows} rows, {}: {}", table.names().join("+"), cells.join(" "))
            }
            Ok(Table { rows, content: Content::Counts(counts) }) => {
                let cells: Vec<_> = counts.iter().map(|(times, persons)| format!("{times}={persons}")).collect();
                format!("{rows} rows: {}", cells.join(" "))
            }
            Err(error) => error.to_string(),
        }
    }

    const PLAIN: &str = "a,b,freq\n1,1,5\n1,0,60\n0,1,70\n";
    const AS_READ: &str = "3 rows, a+b: 10=60 01=70 11=5";

    #[test]
    fn a_table_is_the_same_in_every_form_that_programs_write() {
        assert_eq!(read(PLAIN), AS_READ);
        assert_eq!(read(PLAIN.replace('\n', "\r\n")), AS_READ);
        assert_eq!(read(PLAIN.replace('\n', "\r")), AS_READ);
        assert_eq!(read(PLAIN.trim_end()), AS_READ);
        assert_eq!(read(["\u{feff}", PLAIN].concat()), AS_READ);
        assert_eq!(read(PLAIN.replace(',', ";")), AS_READ);
        assert_eq!(read(PLAIN.replace(',', "\t")), AS_READ);
        assert_eq!(read(PLAIN.replace(',', " , ")), AS_READ);
        assert_eq!(read(["sep=;\n", &PLAIN.replace(',', ";")].concat()), AS_READ);
        assert_eq!(read("\"a\",\"b\",\"freq\"\n\"1\",\"1\",\"5\"\n1,0,60\n0,1,70\n"), AS_READ);
        assert_eq!(read("freq,a,b\n5,1,1\n60,1,0\n70,0,1\n"), AS_READ);
        assert_eq!(read("a,b,FREQ\n1,1,5\n\n1,0,60\n,,\n0,1,70\n\n"), AS_READ);
        let utf_16: Vec<u8> = PLAIN.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read([b"\xff\xfe".as_slice(), &utf_16].concat()), AS_READ);
    }

    #[test]
    fn names_of_lists_are_any_text() {
        assert_eq!(read("\"Łódź, outreach\";police;freq\n1;1;2\n"), "1 rows, Łódź, outreach+police: 11=2");
        assert_eq!(read("times,shelter,freq\n1,1,2\n"), "1 rows, times+shelter: 11=2");
    }

    #[test]
    fn rows_of_the_same_history_are_added_up_and_zeros_change_nothing() {
        assert_eq!(read("a,b,freq\n1,1,5\n1,1,2\n0,1,0\n1,0,007\n"), "4 rows, a+b: 10=7 11=7");
        assert_eq!(read("times,freq\n1,5\n3,2\n1,4\n2,0\n"), "4 rows: 1=9 3=2");
        assert_eq!(read("a,b,freq\n0,0,0\n0,0,NA\n1,1,2\n"), "3 rows, a+b: 11=2");
        assert_eq!(read("a,b,freq\n"), "0 rows, a+b: ");
    }

    #[test]
    fn a_count_that_is_not_plain_is_an_error_at_its_line_and_column() {
        for bad in ["-1", "NaN", "1.5", "1e3", "+5", "five", "", "1 000", "∞", "0x10"] {
            let error = read(format!("a,b,freq\n1,1,5\n1,0,{bad}\n"));
            assert_eq!(error, format!("line 3, column 3 (freq): {bad:?} is not a whole number of persons"));
        }
        let huge = read("times,freq\n1,99999999999999999999\n");
        assert_eq!(huge, "line 2, column 2 (freq): 99999999999999999999 is more than the most, 10000000000");
        let many = read("a,b,freq\n1,1,10000000000\n1,0,1\n");
        assert_eq!(many, "line 3, column 3 (freq): there are more than 10000000000 persons");
    }

    #[test]
    fn a_history_that_is_none_is_an_error_at_its_line_and_column() {
        assert_eq!(read("a,b,freq\n1,2,5\n"), "line 2, column 2 (b): \"2\" is neither 0 nor 1");
        assert_eq!(read("a,b,freq\n\n,1,5\n"), "line 3, column 1 (a): \"\" is neither 0 nor 1");
        let unseen = "a person on no list was not seen and cannot be counted; that number is what is estimated";
        assert_eq!(read("a,b,freq\n0,0,5\n"), format!("line 2, column 3 (freq): {unseen}"));
        let unseen = "a person seen zero times was not seen and cannot be counted; that number is what is estimated";
        assert_eq!(read("times,freq\n0,5\n"), format!("line 2, column 1 (times): {unseen}"));
        let often = read("times,freq\n1000001,5\n");
        assert_eq!(
            often,
            "line 2, column 1 (times): a person cannot be seen 1000001 times: at most 1000000 are counted"
        );
    }

    #[test]
    fn a_history_without_a_count_is_a_structural_zero() {
        let Ok(Table { content: Content::Histories(table), .. }) = Table::of(b"a,b,freq\n1,1,NA\n1,0,5\n0,1,5\n")
        else {
            panic!("not read")
        };
        let zeros: Vec<_> = table.structural_zeros().iter().map(|zero| table.label(*zero)).collect();
        assert_eq!(zeros, ["11"]);
        let both = read("a,b,freq\n1,1,5\n1,1,NA\n");
        assert_eq!(both, "line 3, column 3 (freq): the history 11 has a count and is said to be impossible");
        assert_eq!(read("times,freq\n2,NA\n"), "line 2, column 2 (freq): \"NA\" is not a whole number of persons");
    }

    #[test]
    fn a_row_of_another_length_is_an_error() {
        assert_eq!(read("a,b,freq\n1,5\n"), "line 2, column 3 (freq): the row has 2 cells, the header 3");
        assert_eq!(read("a,b,freq\n1,0,5,7\n"), "line 2, column 4 (no name): the row has 4 cells, the header 3");
    }

    #[test]
    fn a_header_that_says_too_little_is_an_error() {
        let no_freq = "line 1: no column is named freq; it is the number of persons. There are: ";
        assert_eq!(read("a,b,n\n1,1,5\n"), format!("{no_freq}a, b, n"));
        assert_eq!(read("1110,3\n"), format!("{no_freq}1110, 3"));
        assert_eq!(read("a,,freq\n1,1,5\n"), "line 1, column 2 (): the column has no name");
        assert_eq!(read("a,A,freq\n1,1,5\n"), "line 1, column 2 (A): another column has this name");
        assert_eq!(read("freq\n5\n"), "line 1: there is no list");
        assert_eq!(read("sep=;\nfreq\n5\n"), "line 2: there is no list");
        assert_eq!(read("a,b,c,d,e,f,freq\n"), "line 1: there are 6 lists; at most 5 are compared");
    }

    #[test]
    fn what_is_no_table_is_an_error() {
        assert_eq!(read(""), "the file is empty");
        assert_eq!(read("\u{feff}\n\n"), "the file is empty");
        let open = read("a,b,freq\n1,\"1,5\n");
        assert_eq!(open, "line 2, column 2 (b): begins with a quotation mark that is not closed");
        assert_eq!(read(b"a,b,freq\n1,\xff,5\n"), "line 2, column 2 (b): is not written in UTF-8");
        assert!(read([0_u8; 64]).starts_with("the file is no text"));
    }

    #[test]
    fn more_rows_than_a_table_can_have_are_an_error() {
        let row = "1,1\n";
        let most = ["times,freq\n", &row.repeat(MOST_ROWS)].concat();
        assert_eq!(read(&most), "1000000 rows: 1=1000000");
        assert_eq!(read([&most, row].concat()), "line 1000002: there are more than 1000000 rows");
    }
}
