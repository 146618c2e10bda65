//! A database of its own for each test, and raw access to it past the store. For tests only: what fails here panics.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot reach its database has failed")]

mod server;

use std::time::Duration;

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use tempfile::TempDir;
use tokio_postgres::Client;

pub use server::{Database, connect};

/// The file of a database on SQLite, in a folder of its own.
const FILE: &str = "app.sqlite3";
/// How long raw access waits for a writer of the store.
const BUSY: Duration = Duration::from_secs(20);

/// Where a test's database is; gone when dropped.
#[derive(Debug)]
pub enum Place {
    /// A file in a folder of its own.
    Sqlite(TempDir),
    /// A database of its own on the server that `WIXAPP_TEST_POSTGRES_URL` names.
    Postgres(Database),
}

/// Keeps everybody else from writing for as long as it lives.
#[derive(Debug)]
pub struct Lock {
    _sqlite: Option<Connection>,
    _postgres: Option<Client>,
}

impl Place {
    /// An empty database on SQLite.
    #[must_use]
    pub fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().unwrap())
    }

    /// An empty database on PostgreSQL.
    pub async fn postgres() -> Self {
        Self::Postgres(Database::create(None).await)
    }

    /// Another empty database of the same kind.
    pub async fn another(&self) -> Self {
        match self {
            Self::Sqlite(_) => Self::sqlite(),
            Self::Postgres(_) => Self::postgres().await,
        }
    }

    /// A copy of the whole database as it is now. Nobody may have it open: PostgreSQL refuses to copy it then, and a file
    /// of SQLite without its log is another.
    pub async fn copy(&self) -> Self {
        match self {
            Self::Sqlite(folder) => {
                let copy = tempfile::tempdir().unwrap();
                for file in std::fs::read_dir(folder.path()).unwrap() {
                    let file = file.unwrap();
                    std::fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
                }
                Self::Sqlite(copy)
            }
            Self::Postgres(database) => Self::Postgres(Database::create(Some(database)).await),
        }
    }

    /// The database's address, as the store takes it.
    #[must_use]
    pub fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite:{}", folder.path().join(FILE).display()),
            Self::Postgres(database) => database.url().to_owned(),
        }
    }

    /// Whether it is a file of SQLite.
    #[must_use]
    pub fn is_sqlite(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }

    /// Runs SQL behind the store's back.
    pub async fn raw(&self, sql: &str) {
        self.try_raw(sql).await.unwrap();
    }

    /// Runs SQL behind the store's back.
    ///
    /// # Errors
    /// The database's words, with the constraint's name, when it refuses.
    pub async fn try_raw(&self, sql: &str) -> Result<(), String> {
        match self {
            Self::Sqlite(folder) => sqlite(folder).execute_batch(sql).map_err(|error| error.to_string()),
            Self::Postgres(database) => {
                connect(database.url()).await.batch_execute(sql).await.map_err(|error| {
                    let failure = error.as_db_error().expect("the server refused it");
                    format!("{} {}", failure.message(), failure.constraint().unwrap_or_default())
                })
            }
        }
    }

    /// The number that a query gives.
    pub async fn number(&self, sql: &str) -> i64 {
        match self {
            Self::Sqlite(folder) => sqlite(folder).query_row(sql, [], |row| row.get(0)).unwrap(),
            Self::Postgres(database) => {
                connect(database.url()).await.query_one(sql, &[]).await.unwrap().get(0)
            }
        }
    }

    /// Keeps everybody else from writing: to the whole file, or to `table` on PostgreSQL.
    pub async fn lock(&self, table: &str) -> Lock {
        match self {
            Self::Sqlite(folder) => {
                let writer = sqlite(folder);
                writer.execute_batch("BEGIN IMMEDIATE").unwrap();
                Lock { _sqlite: Some(writer), _postgres: None }
            }
            Self::Postgres(database) => {
                let writer = connect(database.url()).await;
                let lock = format!("BEGIN; LOCK TABLE {table} IN EXCLUSIVE MODE");
                writer.batch_execute(&lock).await.unwrap();
                Lock { _sqlite: None, _postgres: Some(writer) }
            }
        }
    }

    /// The tables in which a text stands, by their names.
    pub async fn tables_with(&self, text: &str) -> Vec<String> {
        let mut found = match self {
            Self::Sqlite(_) => {
                let dump = self.dump();
                let rows = dump.lines().filter(|row| row.contains(text));
                rows.map(|row| row.split(':').next().unwrap_or_default().to_owned()).collect()
            }
            Self::Postgres(database) => {
                let client = connect(database.url()).await;
                let names = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'";
                let mut found = Vec::new();
                for row in client.query(names, &[]).await.unwrap() {
                    let name: String = row.get(0);
                    let rows =
                        format!("SELECT count(*) FROM {name} AS row WHERE position($1 IN row::text) > 0");
                    let count: i64 = client.query_one(&rows, &[&text]).await.unwrap().get(0);
                    found.extend((count > 0).then_some(name));
                }
                found
            }
        };
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Everything in the database, as text: equal before and after means that nothing changed. SQLite only.
    #[must_use]
    pub fn dump(&self) -> String {
        let Self::Sqlite(folder) = self else { panic!("dumps are made of SQLite") };
        let connection = sqlite(folder);
        let names = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
        let mut names = connection.prepare(names).unwrap();
        let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let mut dump = Vec::new();
        for name in names {
            let mut rows = connection.prepare(&format!("SELECT * FROM {name}")).unwrap();
            let columns = rows.column_count();
            let mut rows = rows.query([]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                let values = (0..columns).map(|at| match row.get_ref(at).unwrap() {
                    ValueRef::Text(text) => format!("{:?}", String::from_utf8_lossy(text)),
                    value => format!("{value:?}"),
                });
                dump.push(format!("{name}: {}\n", values.collect::<Vec<_>>().join(" | ")));
            }
        }
        dump.sort_unstable();
        dump.concat()
    }
}

fn sqlite(folder: &TempDir) -> Connection {
    let connection = Connection::open(folder.path().join(FILE)).unwrap();
    connection.busy_timeout(BUSY).unwrap();
    connection
}
