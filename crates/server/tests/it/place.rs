//! A database of its own for each test, and a look at it past the store.

use std::time::Duration;

use tempfile::TempDir;
use tokio_postgres::NoTls;

const POSTGRES_URL: &str = "WIXAPP_TEST_POSTGRES_URL";

/// Where the app's database is.
pub(crate) enum Place {
    Sqlite(TempDir),
    Postgres(Database),
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().unwrap())
    }

    pub(crate) async fn postgres() -> Self {
        Self::Postgres(Database::create().await)
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite:{}", folder.path().join("app.sqlite3").display()),
            Self::Postgres(database) => database.url.clone(),
        }
    }

    /// Runs SQL behind the app's back.
    pub(crate) async fn raw(&self, sql: &str) {
        match self {
            Self::Sqlite(folder) => sqlite(folder).execute_batch(sql).unwrap(),
            Self::Postgres(database) => connect(&database.url).await.batch_execute(sql).await.unwrap(),
        }
    }

    /// The number that a query gives.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        match self {
            Self::Sqlite(folder) => sqlite(folder).query_row(sql, [], |row| row.get(0)).unwrap(),
            Self::Postgres(database) => {
                connect(&database.url).await.query_one(sql, &[]).await.unwrap().get(0)
            }
        }
    }

    /// Everything in the database, as text: equal before and after means that nothing changed. SQLite only.
    pub(crate) fn dump(&self) -> String {
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
                let values = (0..columns).map(|at| format!("{:?}", row.get_ref(at).unwrap()));
                dump.push(format!("{name}: {}\n", values.collect::<Vec<_>>().join(" | ")));
            }
        }
        dump.sort_unstable();
        dump.concat()
    }
}

fn sqlite(folder: &TempDir) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(folder.path().join("app.sqlite3")).unwrap();
    connection.busy_timeout(Duration::from_secs(10)).unwrap();
    connection
}

/// A database on the test server, dropped with this.
pub(crate) struct Database {
    server: String,
    name: String,
    url: String,
}

impl Database {
    async fn create() -> Self {
        let server = std::env::var(POSTGRES_URL).unwrap_or_else(|_| {
            panic!(
                "{POSTGRES_URL} is not set: run `cargo xtask test`, which starts a PostgreSQL for the tests"
            )
        });
        let name = format!("wixapp_test_{}", uuid::Uuid::new_v4().simple());
        connect(&server).await.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
        let (address, _) = server.rsplit_once('/').expect("the address ends with a database");
        Self { url: format!("{address}/{name}"), server, name }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        // A thread of its own: the test's runtime may be ending, or be busy with a failure.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let drop = format!("DROP DATABASE {name} WITH (FORCE)");
            runtime.block_on(async { connect(&server).await.batch_execute(&drop).await }).unwrap();
        });
        if dropped.join().is_err() && !std::thread::panicking() {
            panic!("the test's database could not be dropped");
        }
    }
}

async fn connect(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}
