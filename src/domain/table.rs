//! Reading the CSV files under `programs/`, every bad line reported.

use serde::de::DeserializeOwned;

/// Why a line can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct TableError {
    /// The line, from 1.
    pub line: u64,
    /// The column, and what was expected there.
    pub message: String,
}

/// Hands every row to `add`, which may refuse it in a sentence. Lines that start with `#` are comments.
pub(super) fn each_row<Row: DeserializeOwned>(
    text: &str,
    mut add: impl FnMut(Row) -> Result<(), String>,
) -> Result<(), Vec<TableError>> {
    let mut reader =
        csv::ReaderBuilder::new().comment(Some(b'#')).trim(csv::Trim::All).from_reader(text.as_bytes());
    let headers = reader.headers().cloned().unwrap_or_default();
    let mut errors = Vec::new();
    for record in reader.records() {
        let (line, added) = match record {
            Ok(record) => {
                let line = record.position().map_or(0, csv::Position::line);
                let row =
                    record.deserialize::<Row>(Some(&headers)).map_err(|error| describe(&error, &headers));
                (line, row.and_then(&mut add))
            }
            Err(error) => (error.position().map_or(0, csv::Position::line), Err(describe(&error, &headers))),
        };
        if let Err(message) = added {
            errors.push(TableError { line, message });
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// The library's words, with the column's name in place of its own idea of the position.
fn describe(error: &csv::Error, headers: &csv::StringRecord) -> String {
    if let csv::ErrorKind::Deserialize { err, .. } = error.kind() {
        let index = err.field().and_then(|index| usize::try_from(index).ok());
        let column = index.and_then(|index| headers.get(index)).unwrap_or("row");
        format!("{column}: {}", err.kind())
    } else if let csv::ErrorKind::UnequalLengths { expected_len, len, .. } = error.kind() {
        format!("expected {expected_len} columns, found {len}")
    } else {
        error.to_string()
    }
}
