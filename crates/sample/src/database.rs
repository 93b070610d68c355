//! The database: one in-memory SQLite per instance, and rows as JSON.

use std::cell::RefCell;
use std::panic::Location;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::types::{Value as Cell, ValueRef};
use rusqlite::{Connection, ToSql, params_from_iter};
use serde_json::Value;

use crate::answer::Fault;
use crate::row::Row;

/// How many statements of one call are kept for its debug answer.
const STATEMENTS_SHOWN_MAX: usize = 20;
/// SQLite has no boolean: these columns hold 0 and 1.
const BOOLEANS: [&str; 4] = ["verified", "recalled", "paid", "prescription_only"];

/// The tables of one instance.
pub(crate) struct Database {
    connection: Mutex<Connection>,
    issuer: String,
}

impl Database {
    /// Creates the tables and fills them. `issuer` is whose tokens partners bring.
    pub(crate) fn open(issuer: String) -> Result<Self, rusqlite::Error> {
        let connection = Connection::open_in_memory()?;
        connection.execute_batch(include_str!("seed.sql"))?;
        connection.execute_batch(include_str!("seed_objects.sql"))?;
        for name in ["alice", "bob", "paula", "adam", "petra", "rita"] {
            connection.execute(
                "UPDATE customers SET password_hash = ?1 WHERE email = ?2",
                [weak_hash(&format!("{name}-pass")), format!("{name}@pharmacy.example")],
            )?;
        }
        Ok(Self { connection: Mutex::new(connection), issuer })
    }

    /// The books for one call: nobody else reads or writes meanwhile.
    pub(crate) fn books(&self) -> Books<'_> {
        Books {
            connection: self.connection.lock().unwrap_or_else(PoisonError::into_inner),
            statements: RefCell::default(),
            issuer: &self.issuer,
        }
    }
}

/// The database as one call uses it, with a note of every statement.
pub(crate) struct Books<'a> {
    connection: MutexGuard<'a, Connection>,
    statements: RefCell<(usize, Vec<String>)>,
    /// Whose tokens partners bring, as a URL.
    pub(crate) issuer: &'a str,
}

impl Books<'_> {
    /// All rows that a statement gives.
    #[track_caller]
    pub(crate) fn rows(&self, sql: &str, values: &[&dyn ToSql]) -> Result<Vec<Row>, Fault> {
        let place = Location::caller();
        self.note(sql);
        let fetch = || -> Result<Vec<Row>, rusqlite::Error> {
            let mut statement = self.connection.prepare_cached(sql)?;
            let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
            let mut found = statement.query(values)?;
            let mut rows = Vec::new();
            while let Some(row) = found.next()? {
                let mut fields = Row::new();
                for (index, name) in names.iter().enumerate() {
                    fields.insert(name.clone(), json(name, row.get_ref(index)?));
                }
                rows.push(fields);
            }
            Ok(rows)
        };
        fetch().map_err(|error| Fault::sql(&error, sql, place))
    }

    /// The first row, if there is one.
    #[track_caller]
    pub(crate) fn row(&self, sql: &str, values: &[&dyn ToSql]) -> Result<Option<Row>, Fault> {
        Ok(self.rows(sql, values)?.into_iter().next())
    }

    /// A statement that changes rows; how many it changed.
    #[track_caller]
    pub(crate) fn run(&self, sql: &str, values: &[&dyn ToSql]) -> Result<usize, Fault> {
        let place = Location::caller();
        self.note(sql);
        let mut statement =
            self.connection.prepare_cached(sql).map_err(|e| Fault::sql(&e, sql, place))?;
        statement.execute(values).map_err(|error| Fault::sql(&error, sql, place))
    }

    /// Inserts what of `fields` is a column of the table; the new row's id.
    #[track_caller]
    pub(crate) fn insert(&self, table: &str, fields: &Row) -> Result<i64, Fault> {
        let bound = self.bind(table, fields)?;
        let names: Vec<&str> = bound.iter().map(|(name, _)| name.as_str()).collect();
        let marks = vec!["?"; names.len()].join(", ");
        let sql = format!("INSERT INTO {table} ({}) VALUES ({marks})", names.join(", "));
        self.write(&sql, bound)?;
        Ok(self.connection.last_insert_rowid())
    }

    /// Writes what of `fields` is a column of the table into the row whose `key` is `id`.
    #[track_caller]
    pub(crate) fn update(
        &self,
        table: &str,
        key: &str,
        id: &dyn ToSql,
        fields: &Row,
    ) -> Result<(), Fault> {
        let bound = self.bind(table, fields)?;
        if bound.is_empty() {
            return Ok(());
        }
        let sets: Vec<String> = bound.iter().map(|(name, _)| format!("{name} = ?")).collect();
        let number = sets.len() + 1;
        let sql = format!("UPDATE {table} SET {} WHERE {key} = ?{number}", sets.join(", "));
        let place = Location::caller();
        self.note(&sql);
        let write = || -> Result<usize, rusqlite::Error> {
            let mut statement = self.connection.prepare_cached(&sql)?;
            for (index, (_, value)) in bound.iter().enumerate() {
                statement.raw_bind_parameter(index + 1, value)?;
            }
            statement.raw_bind_parameter(number, id)?;
            statement.raw_execute()
        };
        write().map(drop).map_err(|error| Fault::sql(&error, &sql, place))
    }

    /// How many statements ran, and the first of them.
    pub(crate) fn statements(&self) -> (usize, Vec<String>) {
        self.statements.borrow().clone()
    }

    #[track_caller]
    fn write(&self, sql: &str, bound: Vec<(String, Cell)>) -> Result<(), Fault> {
        let place = Location::caller();
        self.note(sql);
        let values = params_from_iter(bound.into_iter().map(|(_, value)| value));
        let mut statement =
            self.connection.prepare_cached(sql).map_err(|e| Fault::sql(&e, sql, place))?;
        statement.execute(values).map(drop).map_err(|error| Fault::sql(&error, sql, place))
    }

    /// The fields that are columns of the table, as SQLite takes them.
    #[track_caller]
    fn bind(&self, table: &str, fields: &Row) -> Result<Vec<(String, Cell)>, Fault> {
        let columns = self.rows("SELECT name FROM pragma_table_info(?1)", &[&table])?;
        let is_column =
            |name: &str| columns.iter().any(|row| row.get("name").is_some_and(|n| n == name));
        let bound = fields.iter().filter(|(name, _)| is_column(name));
        Ok(bound.map(|(name, value)| (name.clone(), cell(value))).collect())
    }

    fn note(&self, sql: &str) {
        let mut noted = self.statements.borrow_mut();
        noted.0 += 1;
        if noted.1.len() < STATEMENTS_SHOWN_MAX {
            noted.1.push(sql.to_owned());
        }
    }
}

/// The hash of a password: FNV-1a, unsalted. The pharmacy meant to replace it before launch.
pub(crate) fn weak_hash(password: &str) -> String {
    let hash = password.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("fnv1a${hash:016x}")
}

fn json(name: &str, cell: ValueRef<'_>) -> Value {
    match cell {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) if BOOLEANS.contains(&name) => Value::Bool(number != 0),
        ValueRef::Integer(number) => Value::from(number),
        ValueRef::Real(number) => Value::from(number),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            Value::from(String::from_utf8_lossy(bytes).into_owned())
        }
    }
}

fn cell(value: &Value) -> Cell {
    match value {
        Value::Null => Cell::Null,
        Value::Bool(yes) => Cell::Integer(i64::from(*yes)),
        Value::Number(number) => number
            .as_i64()
            .map(Cell::Integer)
            .or_else(|| number.as_f64().map(Cell::Real))
            .unwrap_or(Cell::Null),
        Value::String(text) => Cell::Text(text.clone()),
        Value::Array(_) | Value::Object(_) => Cell::Text(value.to_string()),
    }
}
