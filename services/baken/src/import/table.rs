//! The rows of a CSV file, as a Dutch Excel writes it or anything else: with a mark of its byte order or none, with
//! semicolons, with line breaks inside of quotes.

use std::collections::BTreeMap;
use std::path::Path;

use super::mapping::{Encoding, Format};
use super::{Finding, ImportError, Mapping};

/// The rows of a file, and what is wrong with its form.
pub struct Table {
    pub rows: Vec<Row>,
    pub findings: Vec<Finding>,
}

/// A row: what its columns say.
pub struct Row {
    /// The line of the file that it begins on.
    pub line: u64,
    cells: BTreeMap<String, String>,
}

impl Row {
    /// What a column says, without the white space around it; nothing where it is empty.
    #[must_use]
    pub fn cell(&self, column: &str) -> Option<&str> {
        self.cells.get(column).map(|cell| cell.trim()).filter(|cell| !cell.is_empty())
    }
}

impl Table {
    /// Reads a file.
    ///
    /// # Errors
    /// Where it cannot be read as a table at all.
    pub fn read(file: &Path, mapping: &Mapping) -> Result<Self, ImportError> {
        Self::of(&super::read(file)?, mapping)
    }

    /// Reads the bytes of a file.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn of(bytes: &[u8], mapping: &Mapping) -> Result<Self, ImportError> {
        let text = decoded(bytes, &mapping.file)?;
        let delimiter = u8::try_from(mapping.file.delimiter).unwrap_or(b';');
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
        let header: Vec<String> =
            reader.headers().map_err(|error| not_csv(&error))?.iter().map(|name| name.trim().to_owned()).collect();
        let mut table = Self { rows: Vec::new(), findings: of_header(&header, mapping) };
        if !table.findings.is_empty() {
            return Ok(table);
        }
        let mut places = Places { text: text.as_bytes(), counted: 0, line: 1 };
        for record in reader.records() {
            let record = record.map_err(|error| not_csv(&error))?;
            let line = places.line_of(record.position());
            if record.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            if record.len() != header.len() {
                let message = format!("has {} fields, and the first line has {}", record.len(), header.len());
                table.findings.push(Finding { line, column: None, command: None, message });
                continue;
            }
            let cells = header.iter().cloned().zip(record.iter().map(str::to_owned)).collect();
            table.rows.push(Row { line, cells });
        }
        Ok(table)
    }
}

/// On which lines records begin. The reader's own count is of where the record before ended, which is another line where
/// empty ones are between, and where lines end as they do on Windows.
struct Places<'a> {
    text: &'a [u8],
    counted: usize,
    line: u64,
}

impl Places<'_> {
    fn line_of(&mut self, record: Option<&csv::Position>) -> u64 {
        let ended = record.and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or(self.counted);
        let rest = self.text.get(ended..).unwrap_or_default();
        let begins = ended + rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let between = self.text.get(self.counted..begins).unwrap_or_default();
        self.line += between.iter().fold(0, |lines, byte| lines + u64::from(*byte == b'\n'));
        self.counted = begins;
        self.line
    }
}

fn decoded(bytes: &[u8], format: &Format) -> Result<String, ImportError> {
    let (encoding, name) = match format.encoding {
        Encoding::Utf8 => (encoding_rs::UTF_8, "UTF-8"),
        Encoding::Windows1252 => (encoding_rs::WINDOWS_1252, "Windows-1252"),
    };
    match encoding.decode(bytes) {
        (text, _, false) => Ok(text.into_owned()),
        (_, _, true) => Err(ImportError::Encoding(name)),
    }
}

/// What is wrong with the names of the columns.
fn of_header(header: &[String], mapping: &Mapping) -> Vec<Finding> {
    let finding = |column: &str, message: &str| Finding {
        line: 1,
        column: Some(column.to_owned()),
        command: None,
        message: message.to_owned(),
    };
    let times = |column: &str| header.iter().filter(|name| *name == column).count();
    let of_column = |column| match times(column) {
        0 => Some(finding(column, "is not in the file")),
        1 => None,
        _ => Some(finding(column, "is there more than once")),
    };
    mapping.columns().into_iter().filter_map(of_column).collect()
}

/// What the error itself says may repeat what is in the file.
fn not_csv(error: &csv::Error) -> ImportError {
    ImportError::Csv { line: error.position().map_or(1, csv::Position::line) }
}
