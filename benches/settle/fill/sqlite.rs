//! Reading and writing the rows of a SQLite file.

use std::path::Path;

use rusqlite::{
    Connection,
    types::{Value, ValueRef},
};

use super::{Cell, Rows, Table};

pub struct File(Connection);

impl File {
    pub fn open(path: &Path) -> Self {
        let file = Connection::open(path).unwrap();
        // What is lost when the power fails is filled again.
        file.pragma_update(None, "synchronous", "OFF").unwrap();
        file.pragma_update(None, "cache_size", -524_288).unwrap();
        file.set_prepared_statement_cache_capacity(64);
        Self(file)
    }

    fn names(&self, sql: &str) -> Vec<String> {
        let mut statement = self.0.prepare(sql).unwrap();
        let names = statement.query_map([], |row| row.get(0)).unwrap();
        names.map(Result::unwrap).collect()
    }
}

impl Rows for File {
    fn tables(&mut self) -> Vec<Table> {
        let names = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'
                     AND name NOT LIKE 'refinery%' ORDER BY name";
        let columns =
            |name: &str| self.names(&format!("SELECT name FROM pragma_table_info('{name}') ORDER BY cid"));
        self.names(names).into_iter().map(|name| Table { columns: columns(&name), name }).collect()
    }

    fn read(&mut self, table: &Table) -> Vec<Vec<Cell>> {
        let sql = format!("SELECT {} FROM {}", table.columns.join(", "), table.name);
        let mut statement = self.0.prepare(&sql).unwrap();
        let mut rows = statement.query([]).unwrap();
        let mut read = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            let cell = |column: usize| match row.get_ref(column).unwrap() {
                ValueRef::Null => Cell::Null,
                ValueRef::Integer(number) => Cell::Int(number),
                ValueRef::Text(text) => Cell::Text(String::from_utf8(text.to_vec()).unwrap()),
                ValueRef::Blob(bytes) => Cell::Bytes(bytes.to_vec()),
                ValueRef::Real(number) => panic!("{}: {number} is no value of ours", table.name),
            };
            read.push((0..table.columns.len()).map(cell).collect());
        }
        read
    }

    fn write(&mut self, rows: &[(Table, Vec<Vec<Cell>>)]) {
        let transaction = self.0.transaction().unwrap();
        for (table, rows) in rows.iter().filter(|(_, rows)| !rows.is_empty()) {
            let places = vec!["?"; table.columns.len()].join(", ");
            let sql = format!("INSERT INTO {} ({}) VALUES ({places})", table.name, table.columns.join(", "));
            let mut statement = transaction.prepare_cached(&sql).unwrap();
            for row in rows {
                let values = row.iter().map(|cell| match cell {
                    Cell::Null => Value::Null,
                    Cell::Bool(yes) => Value::Integer(i64::from(*yes)),
                    Cell::Int(number) => Value::Integer(*number),
                    Cell::Text(text) => Value::Text(text.clone()),
                    Cell::Bytes(bytes) => Value::Blob(bytes.clone()),
                    Cell::Uuid(id) => Value::Blob(id.as_bytes().to_vec()),
                    Cell::Uuids(ids) => Value::Blob(ids.iter().flat_map(|id| *id.as_bytes()).collect()),
                });
                statement.execute(rusqlite::params_from_iter(values)).unwrap();
            }
        }
        transaction.commit().unwrap();
    }

    fn set_lane(&mut self, lane: i64, position: i64) {
        self.0.execute("UPDATE lanes SET position = ?2 WHERE lane = ?1", [lane, position]).unwrap();
    }

    fn finish(self: Box<Self>) {
        self.0.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    }
}
