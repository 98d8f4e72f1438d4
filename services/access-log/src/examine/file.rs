//! Examining a store's file.

use std::path::Path;

use care_path::time::DateTime;
use rusqlite::{Connection, OpenFlags, Row, Rows, Statement};
use storage::sqlite_file::NotOurs;

use super::{AccessFault, Examined, ExaminedRow, Examiner};
use crate::leaf::RecordLeaf;
use crate::sqlite::LAYOUT;
use crate::{KeptDays, OpenError};

/// A store's file, as it is when this is opened.
pub struct FileExamination {
    connection: Connection,
    name: String,
}

impl FileExamination {
    /// Opens the file to read it. It is not made where there is none, and an older one is not brought up to date.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let of = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i32>(0));
        if of("application_id")? != LAYOUT.application {
            return Err(NotOurs::Foreign.into());
        }
        if of("user_version")? != LAYOUT.version {
            return Err(NotOurs::OtherVersion.into());
        }
        // Others may write meanwhile; what they add is for the next time.
        connection.execute_batch("BEGIN")?;
        let names = {
            let mut statement = connection.prepare("SELECT name FROM store")?;
            statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?
        };
        let name = names.join("+");
        Ok(Self { connection, name })
    }

    /// Which store it is.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Reads all records and hands each on, in the order of their numbers; answers what is wrong with them. Records may be
    /// removed that are older than they are kept for, at this time.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn read(
        &self,
        kept: KeptDays,
        now: DateTime,
        mut take: impl FnMut(Examined),
    ) -> Result<Vec<AccessFault>, OpenError> {
        let mut examiner = Examiner::new(kept, now);
        let mut persons = self.connection.prepare("SELECT number, person FROM persons ORDER BY number")?;
        let mut persons = PersonRows::new(&mut persons)?;
        let mut rows = self.connection.prepare(
            "SELECT leaves.number, at, body, seed, record, user, organisation
             FROM leaves LEFT JOIN accesses USING (number) ORDER BY leaves.number",
        )?;
        let mut rows = rows.query([])?;
        while let Some(row) = rows.next()? {
            let row = examined_row(row)?;
            let found = persons.until(row.number)?;
            take(examiner.row(&row, &found));
        }
        let rest = persons.until(i64::MAX)?;
        let sql =
            "SELECT number FROM accesses WHERE number NOT IN (SELECT number FROM leaves) ORDER BY number LIMIT 20";
        let mut alone = self.connection.prepare(sql)?;
        let alone = alone.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(examiner.end(&rest, alone))
    }
}

fn examined_row(row: &Row<'_>) -> rusqlite::Result<ExaminedRow> {
    let number: i64 = row.get(0)?;
    Ok(ExaminedRow {
        number,
        leaf: RecordLeaf { number: number.cast_unsigned(), at: row.get(1)?, body: row.get(2)? },
        seed: row.get(3)?,
        record: row.get(4)?,
        user: row.get(5)?,
        organisation: row.get(6)?,
    })
}

/// The persons by whom records are found, by the records' numbers.
struct PersonRows<'a> {
    rows: Rows<'a>,
    next: Option<(i64, Vec<u8>)>,
}

impl<'a> PersonRows<'a> {
    fn new(statement: &'a mut Statement<'_>) -> rusqlite::Result<Self> {
        let mut persons = Self { rows: statement.query([])?, next: None };
        persons.advance()?;
        Ok(persons)
    }

    fn advance(&mut self) -> rusqlite::Result<()> {
        self.next = match self.rows.next()? {
            Some(row) => Some((row.get(0)?, row.get(1)?)),
            None => None,
        };
        Ok(())
    }

    /// Those up to a number that were not given yet.
    fn until(&mut self, number: i64) -> rusqlite::Result<Vec<(i64, Vec<u8>)>> {
        let mut found = Vec::new();
        while let Some(row) = self.next.take_if(|(of, _)| *of <= number) {
            found.push(row);
            self.advance()?;
        }
        Ok(found)
    }
}
