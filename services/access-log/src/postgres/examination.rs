//! Examining the store in PostgreSQL, as it is when this begins.

use std::collections::VecDeque;

use care_path::time::DateTime;
use storage::postgres::{self, ConnectError, Connector, PostgresUrl};
use tokio_postgres::{Client, Row};

use super::schema;
use crate::examine::{ExaminedRow, Examiner};
use crate::leaf::RecordLeaf;
use crate::{AccessFault, Examined, KeptDays, OpenError};

const BEGIN: &str = "
    BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
    DECLARE records NO SCROLL CURSOR FOR
        SELECT leaves.number, at, body, seed, record, user_id, organisation
        FROM baken_access.leaves LEFT JOIN baken_access.accesses USING (number) ORDER BY leaves.number;
    DECLARE persons NO SCROLL CURSOR FOR SELECT number, person FROM baken_access.persons ORDER BY number;";
const ALONE: &str = "SELECT number FROM baken_access.accesses AS here
    WHERE NOT EXISTS (SELECT 1 FROM baken_access.leaves WHERE number = here.number) ORDER BY number LIMIT 20";

/// A store in PostgreSQL, as it is when this is opened.
pub struct PostgresExamination {
    client: Client,
    name: String,
}

impl PostgresExamination {
    /// Opens a store that is there, and makes nothing.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open(url: &PostgresUrl) -> Result<Self, OpenError> {
        let connector = Connector::new(url)?;
        let opened = postgres::in_time(async {
            let mut client = connector.client().await.map_err(ConnectError::from)?;
            schema::prepare(&mut client, false).await?;
            // Others may write meanwhile; what they add is for the next time.
            client.batch_execute(BEGIN).await.map_err(ConnectError::from)?;
            let name = schema::name(&client).await?;
            Ok(Self { client, name })
        });
        opened.await.ok_or(ConnectError::TooLate)?
    }

    /// Which store it is.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// As [`crate::Examination::read`].
    ///
    /// # Errors
    /// Where the server does not answer.
    pub async fn read(
        &self,
        kept: KeptDays,
        now: DateTime,
        take: impl FnMut(Examined),
    ) -> Result<Vec<AccessFault>, OpenError> {
        self.read_all(Examiner::new(kept, now), take).await.map_err(|error| ConnectError::from(error).into())
    }

    async fn read_all(
        &self,
        mut examiner: Examiner,
        mut take: impl FnMut(Examined),
    ) -> Result<Vec<AccessFault>, tokio_postgres::Error> {
        let mut persons = PersonRows { client: &self.client, fetched: VecDeque::new(), at_end: false };
        loop {
            let rows = self.client.query("FETCH 1000 FROM records", &[]).await?;
            for row in &rows {
                let row = examined_row(row)?;
                let found = persons.until(row.number).await?;
                take(examiner.row(&row, &found));
            }
            if rows.is_empty() {
                break;
            }
        }
        let rest = persons.until(i64::MAX).await?;
        let alone = self.client.query(ALONE, &[]).await?;
        Ok(examiner.end(&rest, alone.iter().map(|row| row.get(0))))
    }
}

fn examined_row(row: &Row) -> Result<ExaminedRow, tokio_postgres::Error> {
    let number: i64 = row.try_get(0)?;
    Ok(ExaminedRow {
        number,
        leaf: RecordLeaf { number: number.cast_unsigned(), at: row.try_get(1)?, body: row.try_get(2)? },
        seed: row.try_get(3)?,
        record: row.try_get(4)?,
        user: row.try_get(5)?,
        organisation: row.try_get(6)?,
    })
}

/// The persons by whom records are found, by the records' numbers.
struct PersonRows<'a> {
    client: &'a Client,
    fetched: VecDeque<(i64, Vec<u8>)>,
    at_end: bool,
}

impl PersonRows<'_> {
    /// Those up to a number that were not given yet.
    async fn until(&mut self, number: i64) -> Result<Vec<(i64, Vec<u8>)>, tokio_postgres::Error> {
        let mut found = Vec::new();
        loop {
            while let Some(row) = self.fetched.pop_front_if(|(of, _)| *of <= number) {
                found.push(row);
            }
            if self.at_end || !self.fetched.is_empty() {
                return Ok(found);
            }
            let rows = self.client.query("FETCH 5000 FROM persons", &[]).await?;
            self.at_end = rows.is_empty();
            let person = |row: &Row| (row.get(0), row.get::<_, uuid::Uuid>(1).as_bytes().to_vec());
            self.fetched.extend(rows.iter().map(person));
        }
    }
}
