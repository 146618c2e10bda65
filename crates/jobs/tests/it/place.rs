//! A database of its own for each test.

use tempfile::TempDir;
use tokio_postgres::NoTls;

const POSTGRES_URL: &str = "WIXAPP_TEST_POSTGRES_URL";

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

    /// Runs SQL behind the store's back.
    pub(crate) async fn raw(&self, sql: &str) {
        match self {
            Self::Sqlite(folder) => sqlite(folder).execute_batch(sql).unwrap(),
            Self::Postgres(database) => connect(&database.url).await.batch_execute(sql).await.unwrap(),
        }
    }

    pub(crate) async fn lock(&self) -> Lock {
        match self {
            Self::Sqlite(folder) => {
                let writer = sqlite(folder);
                writer.execute_batch("BEGIN IMMEDIATE").unwrap();
                Lock::Sqlite { _writer: writer }
            }
            Self::Postgres(database) => {
                let writer = connect(&database.url).await;
                writer.batch_execute("BEGIN; LOCK TABLE jobs IN EXCLUSIVE MODE").await.unwrap();
                Lock::Postgres { _writer: writer }
            }
        }
    }
}

/// Keeps everybody else from writing for as long as it lives.
pub(crate) enum Lock {
    Sqlite { _writer: rusqlite::Connection },
    Postgres { _writer: tokio_postgres::Client },
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

fn sqlite(folder: &TempDir) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(folder.path().join("app.sqlite3")).unwrap();
    connection.busy_timeout(crate::stage::LIMIT).unwrap();
    connection
}

async fn connect(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}
