//! The records of a CSV file, as RFC 4180 says, from its bytes. A library would be lenient with a quotation mark that is
//! not closed, and take the rows behind it for the text of one cell. Here that record is broken, and reading goes on at the
//! line behind the mark.

/// Bytes of the largest cell: no text that Baken takes is near to it.
const LARGEST_CELL: usize = 64 * 1024;

/// A record: the line that it begins on, and its cells as they are in the file.
#[derive(Debug, PartialEq, Eq)]
pub struct RawRow {
    pub line: u64,
    pub cells: Vec<Vec<u8>>,
    /// The file ends with it, and not with a line end.
    pub is_cut_off: bool,
}

/// A record that cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub struct BrokenRow {
    /// The line on which the cell begins.
    pub line: u64,
    /// The number of the cell, from 0.
    pub cell: usize,
    pub why: &'static str,
}

const OPEN: &str = "begins with a quotation mark that is not closed";
const GOES_ON: &str = "goes on behind the quotation mark that closes it; one inside of it must be doubled";
const SWALLOWS: &str = "holds whole rows of the file: a quotation mark is not closed";

/// Reads records from bytes.
pub struct RawRows<'a> {
    bytes: &'a [u8],
    delimiter: u8,
    at: usize,
    line: u64,
    /// Delimiters that a row has.
    pub width: Option<usize>,
    /// Up to here a line is a row: a mark seemed to open a cell that holds all of this.
    lines_until: usize,
}

/// Where a cell ended, and how.
enum End {
    Delimiter,
    Line,
    File,
}

impl<'a> RawRows<'a> {
    /// Reads from a line on.
    pub fn new(bytes: &'a [u8], delimiter: u8, line: u64) -> Self {
        Self { bytes, delimiter, at: 0, line, width: None, lines_until: 0 }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Goes over a line end, of any system, if there is one.
    fn ends_line(&mut self) -> bool {
        let length = match self.bytes.get(self.at..).unwrap_or_default() {
            [b'\r', b'\n', ..] => 2,
            [b'\r' | b'\n', ..] => 1,
            _ => return false,
        };
        self.at += length;
        self.line += 1;
        true
    }

    /// How the cell ends here; `None` where it goes on.
    fn ends_cell(&mut self) -> Option<End> {
        match self.peek() {
            None => Some(End::File),
            Some(byte) if byte == self.delimiter => {
                self.at += 1;
                Some(End::Delimiter)
            }
            Some(_) => self.ends_line().then_some(End::Line),
        }
    }

    fn skip_line(&mut self) {
        while self.peek().is_some() && !self.ends_line() {
            self.at += 1;
        }
    }

    fn bare(&mut self) -> (Vec<u8>, End) {
        let from = self.at;
        loop {
            let until = self.at;
            if let Some(end) = self.ends_cell() {
                return (self.bytes.get(from..until).unwrap_or_default().to_vec(), end);
            }
            self.at += 1;
        }
    }

    /// A cell in quotation marks. A line end within it is a line feed, on whichever system it was written.
    fn quoted(&mut self) -> Result<(Vec<u8>, End), &'static str> {
        self.at += 1;
        let (mut cell, mut delimiters, mut most) = (Vec::new(), 0, 0);
        let is_first = self.line;
        loop {
            if cell.len() > LARGEST_CELL {
                return Err(OPEN);
            }
            match (self.peek(), self.bytes.get(self.at + 1)) {
                (None, _) => return Err(OPEN),
                (Some(b'"'), Some(b'"')) => {
                    cell.push(b'"');
                    self.at += 2;
                }
                (Some(b'"'), _) => {
                    self.at += 1;
                    break;
                }
                (Some(byte), _) => {
                    let begins = self.at;
                    if self.ends_line() {
                        if begins < self.lines_until {
                            return Err(OPEN);
                        }
                        cell.push(b'\n');
                        delimiters = 0;
                        continue;
                    }
                    if byte == self.delimiter && self.line > is_first {
                        delimiters += 1;
                        most = most.max(delimiters);
                    }
                    cell.push(byte);
                    self.at += 1;
                }
            }
        }
        while self.peek().is_some_and(|byte| matches!(byte, b' ' | b'\t') && byte != self.delimiter) {
            self.at += 1;
        }
        let end = self.ends_cell().ok_or(GOES_ON)?;
        match self.width {
            Some(width) if width > 0 && most >= width => {
                if matches!(end, End::Delimiter) {
                    self.skip_line();
                }
                Err(SWALLOWS)
            }
            _ => Ok((cell, end)),
        }
    }

    fn record(&mut self) -> Result<RawRow, BrokenRow> {
        let (line, mut cells) = (self.line, Vec::new());
        loop {
            let (at, at_line) = (self.at, self.line);
            let (cell, end) = if self.peek() == Some(b'"') {
                self.quoted().map_err(|why| {
                    // What the mark seemed to open is read again, from the line behind it.
                    self.lines_until = self.lines_until.max(self.at);
                    (self.at, self.line) = (at, at_line);
                    self.skip_line();
                    BrokenRow { line: at_line, cell: cells.len(), why }
                })?
            } else {
                self.bare()
            };
            cells.push(cell);
            match end {
                End::Delimiter => {}
                End::Line => return Ok(RawRow { line, cells, is_cut_off: false }),
                End::File => return Ok(RawRow { line, cells, is_cut_off: true }),
            }
        }
    }
}

impl Iterator for RawRows<'_> {
    type Item = Result<RawRow, BrokenRow>;

    /// The next record that is no empty line.
    fn next(&mut self) -> Option<Self::Item> {
        while self.ends_line() {}
        self.peek()?;
        Some(self.record())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, width: usize) -> Vec<String> {
        let mut records = RawRows::new(text.as_bytes(), b';', 1);
        records.width = Some(width);
        let told = |record| match record {
            Ok(RawRow { line, cells, .. }) => {
                let cells: Vec<_> = cells.into_iter().map(|cell| String::from_utf8(cell).unwrap()).collect();
                format!("{line}: {}", cells.join(" | ").replace('\n', "/"))
            }
            Err(BrokenRow { line, cell, why }) => format!("{line}, {cell}: {why}"),
        };
        records.map(told).collect()
    }

    #[test]
    fn records_are_read_with_the_line_ends_of_any_system() {
        let expected = ["1: a | b", "4: c | d/e", "6: f | "];
        for end in ["\n", "\r\n", "\r"] {
            let text = ["a;b", "", "", "c;\"d", "e\"", "f;"].join(end);
            assert_eq!(read(&text, 9), expected, "{end:?}");
            assert_eq!(read(&[&text, end].concat(), 9), expected, "{end:?}");
        }
    }

    #[test]
    fn quotation_marks_are_read_as_they_are_meant() {
        assert_eq!(read("\"a \"\"b\"\"\";\"\";\"c;d\" ;e \"f\"", 9), ["1: a \"b\" |  | c;d | e \"f\""]);
    }

    #[test]
    fn a_mark_that_is_not_closed_breaks_its_own_row_and_no_other() {
        // To the end of the file; to the next mark; to one that stands alone; in the middle of a row.
        assert_eq!(read("1;\"x\n2;y\n3;z\n", 1), [&format!("1, 1: {OPEN}"), "2: 2 | y", "3: 3 | z"]);
        assert_eq!(read("1;\"x\n2;y\n3;\"z\"\n", 1), [&format!("1, 1: {GOES_ON}"), "2: 2 | y", "3: 3 | z"]);
        assert_eq!(read("1;\"x\n2;y\"\n3;z\n", 1), [&format!("1, 1: {SWALLOWS}"), "2: 2 | y\"", "3: 3 | z"]);
        assert_eq!(read("1;\"x;y\n2;y;y\n", 2), [&format!("1, 1: {OPEN}"), "2: 2 | y | y"]);
        assert_eq!(read("\"1;x\n2;y\n", 1), [&format!("1, 0: {OPEN}"), "2: 2 | y"]);
        // Several; and one behind a cell of several lines.
        let twice = read("1;\"x\n2;\"y\n3;z\n", 1);
        assert_eq!(twice, [&format!("1, 1: {GOES_ON}"), &format!("2, 1: {OPEN}"), "3: 3 | z"]);
        // A text that only seems to hold a row leaves a mark behind, which opens nothing.
        let rest = read("1;\"a\nb;c\"\n2;\"d\ne\"\n", 1);
        assert_eq!(rest, [&format!("1, 1: {SWALLOWS}"), "2: b | c\"", "3: 2 | d/e"]);
        let rest = read("1;\"a\n;\"\n2;\"d\"\n", 1);
        assert_eq!(rest, [&format!("1, 1: {SWALLOWS}"), &format!("2, 1: {OPEN}"), "3: 2 | d"]);
        let behind = read("1;\"a\nb\";\"x\n2;y;z\n", 2);
        assert_eq!(behind, [&format!("2, 2: {OPEN}"), "3: 2 | y | z"]);
    }

    #[test]
    fn a_text_of_several_lines_with_delimiters_is_a_text_until_a_line_of_it_has_as_many_as_a_row() {
        assert_eq!(read("1;\"a;b;c\nd;e\";f\n", 2), ["1: 1 | a;b;c/d;e | f"]);
        assert_eq!(read("1;\"a\nd;e;g\";f\n", 2)[0], format!("1, 1: {SWALLOWS}"));
    }

    #[test]
    fn a_cell_without_end_is_not_read_to_the_end_of_a_large_file() {
        let text = format!("1;\"x\n{}", "2;\"\"\n".repeat(100_000));
        let read = read(&text, 1);
        assert_eq!((read.len(), read[1].as_str()), (100_001, "2: 2 | "));
    }
}
