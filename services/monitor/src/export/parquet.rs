//! A release as an Apache Parquet file, with the columns of its CSV file: <https://parquet.apache.org/docs/file-format/>.

use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::errors::Result;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;

use super::csv::{FIRST, LAST};
use super::{CUTS, rows};
use crate::definitions::Cut;
use crate::frozen::Frozen;

/// What a value is that is there, and one that is not.
const THERE: i16 = 1;
const NULL: i16 = 0;

/// A release as Parquet, uncompressed. A category is null for the total, and `value` where `status` is not `told`.
///
/// # Errors
/// Where the writer fails; it writes into memory.
pub fn parquet(release: &Frozen) -> Result<Vec<u8>> {
    let schema = Type::group_type_builder("figures").with_fields(fields()?).build()?;
    let mut writer = SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(WriterProperties::default()))?;
    let all: Vec<_> = rows(release).collect();
    let mut group = writer.next_row_group()?;
    let period = release.period.to_string();
    texts(&mut group, all.iter().map(|_| Some(period.as_str())))?;
    texts(&mut group, all.iter().map(|(table, ..)| Some(table.indicator.as_str())))?;
    numbers(&mut group, all.iter().map(|(table, ..)| Some(u64::from(table.version))))?;
    texts(&mut group, all.iter().map(|(table, ..)| Some(table.unit.code())))?;
    for cut in CUTS {
        texts(&mut group, all.iter().map(|(_, cell, _)| cell.categories.get(&cut).map(String::as_str)))?;
    }
    texts(&mut group, all.iter().map(|(.., measured)| Some(measured.measure.as_str())))?;
    texts(&mut group, all.iter().map(|(.., measured)| Some(measured.status)))?;
    numbers(&mut group, all.iter().map(|(.., measured)| measured.number))?;
    group.close()?;
    writer.into_inner()
}

fn fields() -> Result<Vec<Arc<Type>>> {
    let names = FIRST.into_iter().chain(CUTS.map(Cut::code)).chain(LAST);
    let field = |name: &str| {
        let is_number = matches!(name, "version" | "value");
        let physical = if is_number { Physical::INT64 } else { Physical::BYTE_ARRAY };
        let logical = (!is_number).then_some(LogicalType::String);
        let field = Type::primitive_type_builder(name, physical).with_repetition(Repetition::OPTIONAL);
        field.with_logical_type(logical).build().map(Arc::new)
    };
    names.map(field).collect()
}

type Group<'a> = SerializedRowGroupWriter<'a, Vec<u8>>;

/// Writes the next column, of texts.
fn texts<'a>(group: &mut Group<'_>, values: impl Iterator<Item = Option<&'a str>>) -> Result<()> {
    let values: Vec<Option<&str>> = values.collect();
    let there: Vec<ByteArray> = values.iter().flatten().map(|text| ByteArray::from(*text)).collect();
    let Some(mut column) = group.next_column()? else { return Ok(()) };
    column.typed::<ByteArrayType>().write_batch(&there, Some(&levels(&values)), None)?;
    column.close()
}

/// Writes the next column, of numbers.
fn numbers(group: &mut Group<'_>, values: impl Iterator<Item = Option<u64>>) -> Result<()> {
    let values: Vec<Option<u64>> = values.collect();
    let there: Vec<i64> = values.iter().flatten().map(|number| i64::try_from(*number).unwrap_or(i64::MAX)).collect();
    let Some(mut column) = group.next_column()? else { return Ok(()) };
    column.typed::<Int64Type>().write_batch(&there, Some(&levels(&values)), None)?;
    column.close()
}

fn levels<T>(values: &[Option<T>]) -> Vec<i16> {
    values.iter().map(|value| if value.is_some() { THERE } else { NULL }).collect()
}
