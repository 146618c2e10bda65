//! A fresh database for one proof.

use std::time::Duration;

use anyhow::{Context, Result};
use clap::ValueEnum;
use tempfile::TempDir;
use tokio_postgres::NoTls;
use wixapp_store::Store;

/// Names a server on which databases may be created; `cargo xtask` starts one.
const POSTGRES_URL: &str = "WIXAPP_TEST_POSTGRES_URL";

/// How long a reader waits for a file that a process holds, which may be frozen.
const PATIENCE: Duration = Duration::from_secs(20);

/// Which database a proof runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// A file of its own.
    Sqlite,
    /// A database of its own on the server that `WIXAPP_TEST_POSTGRES_URL` names.
    Postgres,
}

/// A database that is there for one proof.
#[derive(Debug)]
pub(crate) struct Database {
    url: String,
    place: Place,
}

#[derive(Debug)]
enum Place {
    File(#[expect(dead_code, reason = "held for its drop")] TempDir),
    Server { url: String, name: String },
}

impl Database {
    /// Makes an empty database.
    pub(crate) async fn create(kind: Kind) -> Result<Self> {
        match kind {
            Kind::Sqlite => {
                let folder = tempfile::Builder::new().prefix("wixapp-torture-").tempdir()?;
                let url = format!("sqlite:{}", folder.path().join("app.sqlite3").display());
                Ok(Self { url, place: Place::File(folder) })
            }
            Kind::Postgres => {
                let server = std::env::var(POSTGRES_URL).with_context(|| {
                    format!("{POSTGRES_URL} is not set: run `cargo xtask torture`, which starts a PostgreSQL")
                })?;
                let name = format!("wixapp_torture_{}", uuid::Uuid::new_v4().simple());
                run(&server, &format!("CREATE DATABASE {name}")).await?;
                let (address, _) = server.rsplit_once('/').context("the address must end with a database")?;
                Ok(Self { url: format!("{address}/{name}"), place: Place::Server { url: server, name } })
            }
        }
    }

    /// The address for the server under test.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// A handle of our own, beside those of the servers, with the schema up to date.
    pub(crate) async fn store(&self) -> Result<Store> {
        let store = Store::open(&self.url).await?;
        store.migrate().await?;
        Ok(store)
    }

    /// The number that a query gives, read beside those who use the database.
    pub(crate) async fn number(&self, sql: &str) -> Result<i64> {
        match &self.place {
            Place::File(_) => {
                let path = self.url.strip_prefix("sqlite:").context("it is a file")?;
                let reader =
                    rusqlite::Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)?;
                reader.busy_timeout(PATIENCE)?;
                Ok(reader.query_row(sql, [], |row| row.get(0))?)
            }
            Place::Server { .. } => {
                let (client, connection) =
                    tokio_postgres::connect(&self.url, NoTls).await.context("PostgreSQL")?;
                let driving = tokio::spawn(connection);
                let number = client.query_one(sql, &[]).await?.get(0);
                drop(client);
                driving.await?.context("PostgreSQL")?;
                Ok(number)
            }
        }
    }

    /// How large SQLite's log is in bytes; that of PostgreSQL is its own affair.
    pub(crate) fn log_size(&self) -> Result<Option<u64>> {
        let Place::File(_) = &self.place else { return Ok(None) };
        let path = self.url.strip_prefix("sqlite:").context("it is a file")?;
        Ok(Some(std::fs::metadata(format!("{path}-wal")).context("there is no log")?.len()))
    }

    /// Removes the database; one whose proof failed is left for people to look at.
    pub(crate) async fn remove(self) -> Result<()> {
        match self.place {
            Place::File(_) => Ok(()),
            Place::Server { url, name } => run(&url, &format!("DROP DATABASE {name} WITH (FORCE)")).await,
        }
    }
}

async fn run(url: &str, sql: &str) -> Result<()> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.context("PostgreSQL")?;
    let driving = tokio::spawn(connection);
    client.batch_execute(sql).await?;
    drop(client);
    driving.await?.context("PostgreSQL")
}
