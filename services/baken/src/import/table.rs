//! The rows of a CSV file, as a Dutch Excel writes it or anything else: with a mark of its byte order or none, with
//! semicolons or a first line that says what it has instead, with line breaks inside of quotes.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::cell::is_no;
use super::encoding::Decoding;
use super::findings::LeftOut;
use super::mapping::Condition;
use super::records::{BrokenRow, RawRow, RawRows};
use super::{Finding, ImportError, Mapping, Notes};

/// The rows of a file, and what is wrong with its form.
pub struct Table {
    pub rows: Vec<Row>,
    /// How many rows could not be read. The findings say where.
    pub unread: usize,
    pub findings: Vec<Finding>,
    pub notes: Notes,
}

/// A row: what its columns say.
pub struct Row {
    /// The line of the file that it begins on.
    pub line: u64,
    columns: Arc<Columns>,
    cells: Vec<String>,
}

/// The names of columns, and where they are.
struct Columns {
    names: Vec<String>,
    places: HashMap<String, usize>,
}

impl Row {
    /// What a column says, without the white space around it; nothing where it is empty.
    #[must_use]
    pub fn cell(&self, column: &str) -> Option<&str> {
        let place = self.columns.places.get(column)?;
        self.cells.get(*place).map(String::as_str).filter(|cell| !cell.is_empty())
    }
}

impl Columns {
    /// How a column is told.
    fn name(&self, place: usize) -> String {
        let named = self.names.get(place).filter(|name| !name.is_empty());
        named.cloned().unwrap_or_else(|| format!("number {}", place + 1))
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
        let (bytes, encoding) = without_mark(bytes, mapping.file.encoding.0)?;
        let (delimiter, begin, line) = delimiter(&bytes, mapping.file.delimiter);
        let mut records = RawRows::new(bytes.get(begin..).unwrap_or_default(), delimiter, line);
        let mut table = Self { rows: Vec::new(), unread: 0, findings: Vec::new(), notes: Notes::default() };

        let header = match records.next() {
            Some(Ok(header)) => header,
            Some(Err(broken)) => return Ok(table.without_header(&broken, records)),
            None => RawRow { line, cells: Vec::new(), is_cut_off: true },
        };
        records.width = header.cells.len().checked_sub(1);
        let records: Vec<_> = records.collect();
        let columns = table.columns(&header, encoding, mapping);
        if !table.findings.is_empty() {
            table.unread = records.len();
            table.findings.extend(hint(&header, delimiter));
            return Ok(table);
        }

        let cells = records.iter().flatten().flat_map(|record| record.cells.iter().map(Vec::as_slice).enumerate());
        let names: Vec<_> = mapping.names().into_iter().filter_map(|name| columns.places.get(name).copied()).collect();
        let reading = Decoding::of(encoding, mapping.file.encoding_is_checked, &names, cells);
        let sheet = Sheet::new(columns, reading, mapping);
        for record in records {
            let before = table.findings.len();
            match record {
                Ok(record) => {
                    let row = sheet.row(record, &mut table);
                    if table.findings.len() == before {
                        table.rows.extend(row);
                    }
                }
                Err(BrokenRow { line, cell, why }) => {
                    table.findings.push(Finding::of_row(line, Some(&sheet.columns.name(cell)), why));
                }
            }
            table.unread += usize::from(table.findings.len() > before);
        }
        Ok(table)
    }

    fn without_header(mut self, broken: &BrokenRow, records: RawRows<'_>) -> Self {
        let column = format!("number {}", broken.cell + 1);
        self.findings.push(Finding::of_row(broken.line, Some(&column), broken.why));
        self.unread = records.count();
        self
    }

    /// The columns that the first line names, and what is wrong with it.
    fn columns(&mut self, header: &RawRow, encoding: &'static Encoding, mapping: &Mapping) -> Columns {
        let reading = Decoding::of(encoding, true, &[], header.cells.iter().map(Vec::as_slice).enumerate());
        let mut names = Vec::new();
        for (place, cell) in header.cells.iter().enumerate() {
            let name = reading.text(place, cell).unwrap_or_else(|why| {
                self.findings.push(Finding::of_row(header.line, Some(&format!("number {}", place + 1)), why));
                String::new()
            });
            names.push(name.trim().to_owned());
        }
        let finding = |column: &str, why: &str| Finding::of_row(header.line, Some(column), why);
        let of_column = |column: &str| match names.iter().filter(|name| **name == *column).count() {
            0 => Some(finding(column, "is not in the file")),
            1 => None,
            _ => Some(finding(column, "is there more than once")),
        };
        self.findings.extend(mapping.columns().into_iter().filter_map(of_column));
        let places = names.iter().cloned().enumerate().map(|(place, name)| (name, place)).collect();
        Columns { names, places }
    }
}

/// What rows are read by.
struct Sheet<'a> {
    columns: Arc<Columns>,
    reading: Decoding,
    mapping: &'a Mapping,
    /// What becomes of the cells of each column.
    uses: Vec<Use>,
}

/// What becomes of the cells of a column.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// A row is not read that ends before it.
    Required,
    Taken,
    Ignored,
    /// The mapping does not name it; it may mark rows as deleted.
    MayDelete,
    Unmapped,
}

impl<'a> Sheet<'a> {
    fn new(columns: Columns, reading: Decoding, mapping: &'a Mapping) -> Self {
        let (required, taken) = (mapping.required(), mapping.columns());
        let use_of = |name: &String| match name.as_str() {
            name if required.contains(name) => Use::Required,
            name if taken.contains(name) => Use::Taken,
            name if mapping.ignore.iter().any(|ignored| ignored == name) => Use::Ignored,
            name if tells_of_deletion(name) => Use::MayDelete,
            _ => Use::Unmapped,
        };
        let uses = columns.names.iter().map(use_of).collect();
        Self { columns: Arc::new(columns), reading, mapping, uses }
    }

    /// A row of a record, unless it is empty; what is wrong with it is told to the table.
    fn row(&self, record: RawRow, table: &mut Table) -> Option<Row> {
        let RawRow { line, cells: raw, is_cut_off } = record;
        let width = self.columns.names.len();
        let mut cells = Vec::with_capacity(width);
        for (place, cell) in raw.iter().enumerate() {
            let text = self.reading.text(place, cell).unwrap_or_else(|why| {
                table.findings.push(Finding::of_row(line, Some(&self.columns.name(place)), why));
                String::new()
            });
            let text = text.trim();
            let text = if self.mapping.file.is_unknown(text) { "" } else { text };
            let used = self.uses.get(place).copied().unwrap_or(Use::Unmapped);
            if let Some(why) = spoiled(text, used) {
                table.findings.push(Finding::of_row(line, Some(&self.columns.name(place)), why));
            }
            cells.push(text.to_owned());
        }
        if raw.iter().all(|cell| cell.trim_ascii().is_empty()) {
            return None;
        }
        if cells.iter().skip(width).any(|cell| !cell.is_empty()) {
            let message = format!("has {} cells, and the first line names {width} columns", cells.len());
            table.findings.push(Finding::of_row(line, Some(&self.columns.name(width)), message));
        }
        cells.truncate(width);
        self.is_whole(line, cells.len(), is_cut_off, table);
        let row = Row { line, columns: self.columns.clone(), cells };
        self.left_out(&row, table);
        Some(row)
    }

    /// A row may end before columns that are not needed: Excel leaves out what is empty at the end.
    fn is_whole(&self, line: u64, cells: usize, is_cut_off: bool, table: &mut Table) {
        let before = table.findings.len();
        for (name, used) in self.columns.names.iter().zip(&self.uses).skip(cells) {
            if *used == Use::Required {
                table.findings.push(Finding::of_row(line, Some(name), "is missing: the row ends before it"));
            }
        }
        if is_cut_off && cells < self.columns.names.len() && table.findings.len() == before {
            let column = self.columns.name(cells.saturating_sub(1));
            table.findings.push(Finding::of_row(line, Some(&column), "is where the file breaks off"));
        }
    }

    /// Tells of the cells that the mapping does not take.
    fn left_out(&self, row: &Row, table: &mut Table) {
        let cells = row.cells.iter().zip(&self.uses).enumerate();
        for (place, (cell, used)) in cells.filter(|(_, (cell, _))| !cell.is_empty()) {
            match used {
                Use::Required | Use::Taken | Use::Ignored => {}
                Use::MayDelete if !is_no(cell) => {
                    let message =
                        "may say that the row was deleted: name it under `deleted` or `ignore` in the mapping";
                    table.findings.push(Finding::of_row(row.line, Some(&self.columns.name(place)), message));
                }
                Use::MayDelete | Use::Unmapped => {
                    table.notes.note(&self.columns.name(place), LeftOut::Unmapped, row.line);
                }
            }
        }
    }
}

/// What a spreadsheet made of a cell instead of what was in it.
fn spoiled(cell: &str, used: Use) -> Option<&'static str> {
    let is_taken = matches!(used, Use::Required | Use::Taken);
    let is_error = ["#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"].contains(&cell);
    let is_too_narrow = cell.len() > 2 && cell.bytes().all(|byte| byte == b'#');
    if is_taken && (is_error || is_too_narrow) {
        return Some("holds an error of a spreadsheet, and not what was in it");
    }
    (used == Use::Required && is_scientific(cell))
        .then_some("is a number that a spreadsheet shortened: others may look the same")
}

/// Whether a cell is a long number as spreadsheets write it: `1,23457E+11`.
fn is_scientific(cell: &str) -> bool {
    let Some((number, exponent)) = cell.split_once("E+") else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mantissa =
        number.split_once([',', '.']).map_or_else(|| digits(number), |(whole, rest)| digits(whole) && digits(rest));
    mantissa && digits(exponent)
}

impl Condition {
    /// Whether a row is one of those.
    pub fn holds(&self, row: &Row) -> bool {
        let cell = row.cell(&self.column);
        match &self.is {
            None => cell.is_some(),
            Some(texts) => {
                let cell = cell.unwrap_or_default().to_lowercase();
                texts.iter().any(|text| text.trim().to_lowercase() == cell)
            }
        }
    }
}

/// Whether a column is one that systems mark deleted rows with.
fn tells_of_deletion(column: &str) -> bool {
    let name = column.to_lowercase();
    ["deleted", "verwijderd", "gewist"].iter().any(|word| name.contains(word))
}

/// The bytes without a mark of their order, and what they are written in: a mark says it by itself.
pub(crate) fn without_mark(bytes: &[u8], said: &'static Encoding) -> Result<(Vec<u8>, &'static Encoding), ImportError> {
    let (encoding, mark) = Encoding::for_bom(bytes).unwrap_or((said, 0));
    let bytes = bytes.get(mark..).unwrap_or_default();
    if encoding == UTF_16LE || encoding == UTF_16BE {
        let text = encoding.decode_without_bom_handling_and_without_replacement(bytes);
        let text = text.ok_or(ImportError::Encoding("UTF-16"))?;
        return Ok((text.into_owned().into_bytes(), UTF_8));
    }
    // In UTF-16 every other byte of a Western text is zero.
    let begin = bytes.get(..1024).unwrap_or(bytes);
    let zeros = begin.iter().filter(|byte| matches!(byte, 0)).count();
    if zeros * 4 > begin.len() {
        return Err(ImportError::Zeros);
    }
    Ok((bytes.to_vec(), encoding))
}

/// What stands between cells, where the header begins, and on which line. Excel heeds a first line `sep=;`, and so do we.
pub(crate) fn delimiter(bytes: &[u8], said: char) -> (u8, usize, u64) {
    let said = u8::try_from(said).unwrap_or(b';');
    let length = bytes.iter().take_while(|byte| !matches!(byte, b'\r' | b'\n')).count();
    let first = bytes.get(..length).unwrap_or_default();
    let quoted = first.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
    let lower = quoted.unwrap_or(first).to_ascii_lowercase();
    match lower.strip_prefix(b"sep=") {
        Some([delimiter]) if delimiter.is_ascii() => {
            let end = bytes.get(length..).unwrap_or_default();
            let end = if end.starts_with(b"\r\n") { 2 } else { end.len().min(1) };
            (*delimiter, length + end, 2)
        }
        _ => (said, 0, 1),
    }
}

/// Where the whole header is one column, what may stand between its names instead.
fn hint(header: &RawRow, delimiter: u8) -> Option<Finding> {
    let [only] = header.cells.as_slice() else { return None };
    let others = [b';', b',', b'\t', b'|'].into_iter().filter(|other| *other != delimiter);
    let times = |other: u8| only.split(|byte| *byte == other).count() - 1;
    let likely = others.max_by_key(|other| times(*other)).filter(|other| times(*other) > 0)?;
    let message =
        format!("{:?} may stand between the columns, and not {:?}", char::from(likely), char::from(delimiter));
    Some(Finding::of_row(header.line, None, message))
}
