//! Reading and writing the rows of a PostgreSQL database: COPY in its text format.

use std::{fmt::Write as _, pin::pin};

use bytes::Bytes;
use futures::SinkExt as _;
use tokio::runtime::Runtime;
use tokio_postgres::{Client, NoTls, Row, types::Type};

use super::{Cell, Rows, Table};

pub struct Database {
    runtime: Runtime,
    client: Client,
}

impl Database {
    pub fn open(url: &str) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let (client, connection) = runtime.block_on(tokio_postgres::connect(url, NoTls)).unwrap();
        runtime.spawn(connection);
        runtime.block_on(client.batch_execute("SET synchronous_commit = off")).unwrap();
        Self { runtime, client }
    }

    fn query(&self, sql: &str) -> Vec<Row> {
        self.runtime.block_on(self.client.query(sql, &[])).unwrap()
    }
}

impl Rows for Database {
    fn tables(&mut self) -> Vec<Table> {
        let names = "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
                     AND relkind = 'r' AND relname NOT LIKE 'refinery%' ORDER BY relname";
        let columns = |name: &str| {
            let sql = format!(
                "SELECT attname::text FROM pg_attribute WHERE attrelid = '{name}'::regclass
                 AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
            );
            self.query(&sql).iter().map(|row| row.get(0)).collect()
        };
        let tables = self.query(names);
        tables
            .iter()
            .map(|row| row.get(0))
            .map(|name: String| Table { columns: columns(&name), name })
            .collect()
    }

    fn read(&mut self, table: &Table) -> Vec<Vec<Cell>> {
        let rows = self.query(&format!("SELECT {} FROM {}", table.columns.join(", "), table.name));
        rows.iter().map(|row| (0..row.len()).map(|column| cell(row, column)).collect()).collect()
    }

    fn write(&mut self, rows: &[(Table, Vec<Vec<Cell>>)]) {
        self.runtime.block_on(async {
            let transaction = self.client.transaction().await.unwrap();
            for (table, rows) in rows.iter().filter(|(_, rows)| !rows.is_empty()) {
                let copy = format!("COPY {} ({}) FROM STDIN", table.name, table.columns.join(", "));
                let mut sink = pin!(transaction.copy_in::<_, Bytes>(&copy).await.unwrap());
                let mut text = String::new();
                for row in rows {
                    line(row, &mut text);
                }
                sink.send(Bytes::from(text)).await.unwrap();
                sink.close().await.unwrap();
            }
            transaction.commit().await.unwrap();
        });
    }

    fn set_lane(&mut self, lane: i64, position: i64) {
        let sql = format!("UPDATE lanes SET position = {position} WHERE lane = {lane}");
        self.runtime.block_on(self.client.batch_execute(&sql)).unwrap();
    }

    fn finish(self: Box<Self>) {
        // Plans that were made for empty tables are slow.
        self.runtime.block_on(self.client.batch_execute("VACUUM ANALYZE")).unwrap();
        self.runtime.block_on(self.client.batch_execute("CHECKPOINT")).unwrap();
    }
}

fn cell(row: &Row, column: usize) -> Cell {
    let kind = row.columns()[column].type_();
    let cell = match *kind {
        Type::BOOL => row.get::<_, Option<bool>>(column).map(Cell::Bool),
        Type::INT2 => row.get::<_, Option<i16>>(column).map(|number| Cell::Int(number.into())),
        Type::INT4 => row.get::<_, Option<i32>>(column).map(|number| Cell::Int(number.into())),
        Type::INT8 => row.get::<_, Option<i64>>(column).map(Cell::Int),
        Type::TEXT | Type::VARCHAR => row.get::<_, Option<String>>(column).map(Cell::Text),
        Type::BYTEA => row.get::<_, Option<Vec<u8>>>(column).map(Cell::Bytes),
        Type::UUID => row.get::<_, Option<uuid::Uuid>>(column).map(Cell::Uuid),
        Type::UUID_ARRAY => row.get::<_, Option<Vec<uuid::Uuid>>>(column).map(Cell::Uuids),
        _ => panic!("`fill` does not know the type {kind}"),
    };
    cell.unwrap_or(Cell::Null)
}

/// A row as COPY wants it.
fn line(row: &[Cell], text: &mut String) {
    for (column, cell) in row.iter().enumerate() {
        if column > 0 {
            text.push('\t');
        }
        let _ = match cell {
            Cell::Null => write!(text, "\\N"),
            Cell::Bool(yes) => write!(text, "{yes}"),
            Cell::Int(number) => write!(text, "{number}"),
            Cell::Uuid(id) => write!(text, "{id}"),
            Cell::Uuids(ids) => {
                let ids: Vec<String> = ids.iter().map(uuid::Uuid::to_string).collect();
                write!(text, "{{{}}}", ids.join(","))
            }
            Cell::Bytes(bytes) => write!(text, "\\\\x{}", hex::encode(bytes)),
            Cell::Text(told) => {
                for character in told.chars() {
                    match character {
                        '\\' => text.push_str("\\\\"),
                        '\n' => text.push_str("\\n"),
                        '\r' => text.push_str("\\r"),
                        '\t' => text.push_str("\\t"),
                        other => text.push(other),
                    }
                }
                Ok(())
            }
        };
    }
    text.push('\n');
}
