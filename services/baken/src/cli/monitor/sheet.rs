//! The rows of a CSV file, as whatever program may have written it: with a mark of its byte order or none, any line ends, commas,
//! semicolons or tabs, with quotation marks and spaces. What it says is taken strictly: an error names the line and the column.

use encoding_rs::UTF_8;

use crate::import::{BrokenRow, ImportError, RawRow, RawRows, delimiter, without_mark};

#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("the file is empty")]
    Empty,
    #[error(transparent)]
    Encoding(#[from] ImportError),
    #[error("line {line}: {why}")]
    Line { line: u64, why: String },
    #[error("line {line}, column {column} ({name}): {why}")]
    Cell { line: u64, column: usize, name: String, why: String },
}

/// A row whose cells are text without space around them.
pub struct Row {
    pub line: u64,
    pub cells: Vec<String>,
}

/// What the columns are called, each of them otherwise, and the line that says so.
pub struct Names {
    pub line: u64,
    pub names: Vec<String>,
}

/// The rows that are not empty.
pub type Rows<'a> = &'a mut dyn Iterator<Item = Result<Row, ReadError>>;

/// Reads the bytes of a file.
pub fn read<T>(bytes: &[u8], table: impl FnOnce(&Names, Rows<'_>) -> Result<T, ReadError>) -> Result<T, ReadError> {
    let (bytes, _) = without_mark(bytes, UTF_8)?;
    let (delimiter, begin, line) = delimiter(&bytes, likely_delimiter(&bytes));
    let mut records = RawRows::new(bytes.get(begin..).unwrap_or_default(), delimiter, line);
    let first = records.next().ok_or(ReadError::Empty)?;
    let names = Names::of(row(first, &[])?)?;
    records.width = Some(names.names.len() - 1);
    let rows = records.map(|record| row(record, &names.names));
    let is_empty = |row: &Row| row.cells.iter().all(String::is_empty);
    let mut rows = rows.filter(|row| !row.as_ref().is_ok_and(is_empty));
    table(&names, &mut rows)
}

/// What stands between the columns most often in the first line.
fn likely_delimiter(bytes: &[u8]) -> char {
    let header = bytes.split(|byte| matches!(byte, b'\n' | b'\r')).find(|line| !line.is_empty()).unwrap_or_default();
    let times = |delimiter: char| header.iter().filter(|byte| char::from(**byte) == delimiter).count();
    [';', '\t', ','].into_iter().max_by_key(|delimiter| times(*delimiter)).unwrap_or(',')
}

/// The text of a record, with as many cells as the header has names.
fn row(record: Result<RawRow, BrokenRow>, names: &[String]) -> Result<Row, ReadError> {
    let at = |line: u64, cell: usize, why: &str| ReadError::Cell {
        line,
        column: cell + 1,
        name: names.get(cell).cloned().unwrap_or_else(|| "no name".to_owned()),
        why: why.to_owned(),
    };
    let RawRow { line, cells, .. } = record.map_err(|BrokenRow { line, cell, why }| at(line, cell, why))?;
    let mut texts = Vec::with_capacity(cells.len());
    for (place, cell) in cells.into_iter().enumerate() {
        let text = String::from_utf8(cell).map_err(|_| at(line, place, "is not written in UTF-8"))?;
        texts.push(text.trim().to_owned());
    }
    if !names.is_empty() && texts.len() != names.len() {
        let cells = texts.len();
        let why = format!("the row has {cells} cells, the header {}", names.len());
        return Err(at(line, cells.min(names.len()), &why));
    }
    Ok(Row { line, cells: texts })
}

impl Names {
    fn of(row: Row) -> Result<Self, ReadError> {
        let Row { line, cells: names } = row;
        let at = |place: usize, why: &str| {
            Err(ReadError::Cell { line, column: place + 1, name: names[place].clone(), why: why.to_owned() })
        };
        for (place, name) in names.iter().enumerate() {
            if name.is_empty() {
                return at(place, "the column has no name");
            }
            if names[..place].iter().any(|other| other.eq_ignore_ascii_case(name)) {
                return at(place, "another column has this name");
            }
        }
        Ok(Self { line, names })
    }

    /// An error in a cell.
    pub fn error(&self, row: &Row, place: usize, why: &impl ToString) -> ReadError {
        ReadError::Cell { line: row.line, column: place + 1, name: self.names[place].clone(), why: why.to_string() }
    }
}
