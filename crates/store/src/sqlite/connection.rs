//! One connection to SQLite.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use futures_util::FutureExt;
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{ErrorCode, ffi};

use crate::conn::{Conn, Fut, Outcome, Statement};
use crate::error::Error;
use crate::value::{Row, Value};

/// How long a writer of another process may keep us waiting.
const BUSY_TIMEOUT_MS: u64 = 5_000;
const SWITCH_WAIT_MS: u64 = 10;
/// Statements this crate uses on one connection, with room to spare.
const STATEMENT_CACHE: usize = 128;

/// A checkpoint costs two waits for the disk and one write of each page that changed since the last: at 32 MB of log they
/// are rare enough. The log is cut back when a burst has made it larger than that. The cache holds the pages at the ends
/// of the books, which the next entries touch again.
const WRITER: &str =
    "PRAGMA wal_autocheckpoint = 8000; PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -20000;";

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Reading,
    Writing,
}

pub(crate) struct Connection {
    inner: rusqlite::Connection,
    /// The statements in SQLite's words, by the place of their shared text.
    texts: HashMap<(usize, usize), String>,
    /// Asked for by the work that runs now.
    undo: bool,
}

impl Connection {
    pub(crate) fn open(path: &Path, purpose: Use) -> Result<Self, Error> {
        let inner = rusqlite::Connection::open(path).map_err(map)?;
        inner.busy_timeout(Duration::from_millis(BUSY_TIMEOUT_MS)).map_err(map)?;
        inner.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
        // FULL: in WAL mode NORMAL may lose a commit that was already answered.
        inner
            .execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;")
            .map_err(map)?;
        // Without this SQLite prepares a statement anew for every value it is given, wherever a partial index could serve
        // it: that cost more than the statement itself.
        inner.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(map)?;
        match purpose {
            // What a reader keeps is worth nothing after the next commit, and a few pages serve one question.
            Use::Reading => {
                inner.execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -2000;").map_err(map)?;
            }
            Use::Writing => {
                log_ahead(&inner, path)?;
                inner.execute_batch(WRITER).map_err(map)?;
            }
        }
        add_strpos(&inner).map_err(map)?;
        Ok(Self { inner, texts: HashMap::new(), undo: false })
    }

    /// Whether a transaction is open. After some failures SQLite ends it by itself.
    pub(crate) fn in_transaction(&self) -> bool {
        !self.inner.is_autocommit()
    }

    /// How many rows were changed on this connection, ever.
    pub(crate) fn changes(&self) -> u64 {
        self.inner.total_changes()
    }

    /// Whether the work that ended just now asked for [`Conn::undo`].
    pub(crate) fn take_undo(&mut self) -> bool {
        std::mem::take(&mut self.undo)
    }

    /// Runs statements that have no parameters and no answer.
    pub(crate) fn batch(&self, text: &str) -> Result<(), Error> {
        self.inner.execute_batch(text).map_err(map)
    }

    /// Runs one statement without parameters that will be run again and again.
    pub(crate) fn step(&self, text: &str) -> Result<(), Error> {
        self.inner
            .prepare_cached(text)
            .and_then(|mut prepared| prepared.raw_execute())
            .map(|_| ())
            .map_err(map)
    }

    /// A number that changes when another process has written.
    pub(crate) fn data_version(&self) -> Result<i64, Error> {
        let mut prepared = self.inner.prepare_cached("PRAGMA data_version").map_err(map)?;
        prepared.query_row([], |row| row.get(0)).map_err(map)
    }

    fn run_one(&mut self, statement: &Statement) -> Result<Outcome, Error> {
        let place = (statement.sql.as_ptr().addr(), statement.sql.len());
        let text = self.texts.entry(place).or_insert_with(|| in_sqlite(statement.sql));
        let mut prepared = self.inner.prepare_cached(text).map_err(map)?;
        for (index, value) in statement.params.iter().enumerate() {
            refuse_nul(value)?;
            prepared.raw_bind_parameter(index + 1, value).map_err(map)?;
        }
        let columns = prepared.column_count();
        if columns == 0 {
            let affected = prepared.raw_execute().map_err(map)?;
            return Ok(Outcome { rows: Vec::new(), affected: affected as u64 });
        }
        let mut rows = Vec::new();
        let mut found = prepared.raw_query();
        while let Some(row) = found.next().map_err(map)? {
            let values = (0..columns)
                .map(|index| value(row.get_ref(index).map_err(map)?))
                .collect::<Result<_, _>>()?;
            rows.push(Row::new(values));
        }
        let affected = rows.len() as u64;
        Ok(Outcome { rows, affected })
    }

    fn run_all(&mut self, statements: &[Statement]) -> Result<Vec<Outcome>, Error> {
        statements.iter().map(|statement| self.run_one(statement)).collect()
    }
}

impl Conn for Connection {
    fn run(&mut self, statements: Vec<Statement>) -> Fut<'_, Vec<Outcome>> {
        std::future::ready(self.run_all(&statements)).boxed()
    }

    fn finish(&mut self, statements: Vec<Statement>) -> Fut<'_, ()> {
        std::future::ready(self.run_all(&statements).map(|_| ())).boxed()
    }

    fn undo(&mut self) -> Fut<'_, ()> {
        self.undo = true;
        std::future::ready(Ok(())).boxed()
    }
}

/// Switches the file to write-ahead logging, in which readers and the writer do not wait for each other.
fn log_ahead(connection: &rusqlite::Connection, path: &Path) -> Result<(), Error> {
    let mut tries_left = BUSY_TIMEOUT_MS / SWITCH_WAIT_MS;
    loop {
        let mode = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get::<_, String>(0));
        match mode.map_err(map) {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(_) => {
                let text = format!("{}: write-ahead logging is not possible there", path.display());
                return Err(Error::Unavailable(text));
            }
            // For this switch SQLite does not wait by itself: several processes may open a new file at once.
            Err(error) if error.is_unavailable() && tries_left > 0 => tries_left -= 1,
            Err(error) => return Err(error),
        }
        std::thread::sleep(Duration::from_millis(SWITCH_WAIT_MS));
    }
}

/// PostgreSQL stores no NUL in a text; the two databases must refuse the same.
fn refuse_nul(value: &Value) -> Result<(), Error> {
    match value {
        Value::Text(text) if text.as_bytes().contains(&0) => {
            Err(Error::Inconsistent("a text with a NUL character cannot be stored".to_owned()))
        }
        Value::Text(_) | Value::Int(_) | Value::Null => Ok(()),
    }
}

/// The shared text in SQLite's words: numbered parameters, and no row locks, which one writer does not need.
fn in_sqlite(text: &str) -> String {
    text.replace('$', "?").replace(" FOR UPDATE SKIP LOCKED", "").replace(" FOR UPDATE", "")
}

/// PostgreSQL's name for the place of one text in another, counted from 1.
fn add_strpos(connection: &rusqlite::Connection) -> rusqlite::Result<()> {
    use rusqlite::functions::FunctionFlags;
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("strpos", 2, flags, |context| {
        let (text, part) = (context.get_raw(0).as_str()?, context.get_raw(1).as_str()?);
        Ok(text.find(part).map_or(0, |at| i64::try_from(at).unwrap_or(i64::MAX - 1) + 1))
    })
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Self::Int(number) => ToSqlOutput::Borrowed(ValueRef::Integer(*number)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
        })
    }
}

fn value(value: ValueRef<'_>) -> Result<Value, Error> {
    match value {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(number) => Ok(Value::Int(number)),
        ValueRef::Text(bytes) => {
            let text = std::str::from_utf8(bytes)
                .map_err(|_| Error::Inconsistent("a text that is no UTF-8".to_owned()))?;
            Ok(Value::Text(text.to_owned()))
        }
        ValueRef::Real(_) | ValueRef::Blob(_) => {
            Err(Error::Inconsistent("a value of an unknown kind".to_owned()))
        }
    }
}

/// SQLite's error in the words of this crate.
pub(crate) fn map(error: rusqlite::Error) -> Error {
    let rusqlite::Error::SqliteFailure(failure, message) = &error else {
        return Error::Inconsistent(error.to_string());
    };
    let text = message.clone().unwrap_or_else(|| failure.to_string());
    match failure.code {
        ErrorCode::ConstraintViolation => {
            Error::Conflict { constraint: constraint(failure.extended_code, &text) }
        }
        ErrorCode::DatabaseBusy
        | ErrorCode::DatabaseLocked
        | ErrorCode::DiskFull
        | ErrorCode::SystemIoFailure
        | ErrorCode::CannotOpen
        | ErrorCode::OutOfMemory
        | ErrorCode::ReadOnly
        | ErrorCode::PermissionDenied => Error::Unavailable(text),
        _ => Error::Inconsistent(text),
    }
}

/// The name of a constraint. SQLite names a CHECK by its name and a UNIQUE by its columns.
fn constraint(extended_code: i32, text: &str) -> String {
    let detail = text.split_once(": ").map_or(text, |(_, detail)| detail);
    match (extended_code, detail) {
        (ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY, columns) => {
            unique_name(columns).to_owned()
        }
        (ffi::SQLITE_CONSTRAINT_TRIGGER, _) => text.split(':').next().unwrap_or(text).to_owned(),
        (_, detail) => detail.to_owned(),
    }
}

/// PostgreSQL's name for the UNIQUE constraint that SQLite names by its columns.
fn unique_name(columns: &str) -> &str {
    match columns {
        "entries.instance_id, entries.business_key" => "entries_business_key_once",
        "grants.instance_id, grants.business_key" => "grants_business_key_once",
        "holds.instance_id, holds.hold_key" => "holds_key_once",
        "entries.instance_id, entries.seq" => "entries_pkey",
        "business_keys.instance_id, business_keys.business_key" => "business_keys_pkey",
        "replies.instance_id, replies.reply_key" => "replies_pkey",
        "jobs.instance_id, jobs.job_id" => "jobs_pkey",
        "jobs.instance_id, jobs.unique_key, jobs.unique_place" => "jobs_unique_once",
        "checkouts.instance_id, checkouts.checkout_id" => "checkouts_pkey",
        "deliveries.instance_id, deliveries.delivery_id" => "deliveries_pkey",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;
    use crate::migration;

    #[test]
    fn a_statement_that_a_partial_index_serves_is_prepared_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut connection = Connection::open(&folder.path().join("a.sqlite3"), Use::Writing).unwrap();
        migration::SQLITE.iter().for_each(|migration| connection.batch(migration.text).unwrap());
        let select =
            "SELECT checkout_id FROM checkouts WHERE instance_id = $1 AND state = 'open' ORDER BY created_at";
        for number in 0..10 {
            let params = vec![Value::Text(format!("instance-{number}"))];
            connection.run_one(&Statement { sql: select, params }).unwrap();
        }
        let prepared = connection.inner.prepare_cached(&in_sqlite(select)).unwrap();
        assert_eq!(prepared.get_status(StatementStatus::Run), 10);
        assert_eq!(prepared.get_status(StatementStatus::RePrepare), 0);
    }
}
