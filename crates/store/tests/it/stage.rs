//! A database of its own for each test, a store on it, and raw access past the store.

use std::time::Duration;

use tempfile::TempDir;
use tokio_postgres::NoTls;
use wixapp_core::account::LedgerError;
use wixapp_core::clock::Timestamp;
use wixapp_core::entry::{Cause, Entry};
use wixapp_core::grant::{GrantRequest, Pool, Source};
use wixapp_core::hold::{Hold, ReserveRequest};
use wixapp_core::{Credits, EntryId, InstanceId};
use wixapp_store::{Error, Instance, Store, Want};

/// No test waits longer than this for something that must happen.
pub(crate) const LIMIT: Duration = Duration::from_secs(20);

const POSTGRES_URL: &str = "WIXAPP_TEST_POSTGRES_URL";

pub(crate) struct Stage {
    pub(crate) store: Store,
    place: Place,
}

enum Place {
    Sqlite(TempDir),
    Postgres(Database),
}

impl Stage {
    pub(crate) async fn sqlite() -> Self {
        Self::migrated(Place::Sqlite(tempfile::tempdir().unwrap())).await
    }

    pub(crate) async fn postgres() -> Self {
        Self::migrated(Place::Postgres(Database::create().await)).await
    }

    async fn migrated(place: Place) -> Self {
        let store = Store::open(&place.url()).await.unwrap();
        store.migrate().await.unwrap();
        Self { store, place }
    }

    pub(crate) fn url(&self) -> String {
        self.place.url()
    }

    /// A second store on the same database: what another process would have.
    pub(crate) async fn another_store(&self) -> Store {
        Store::open(&self.url()).await.unwrap()
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        matches!(self.place, Place::Sqlite(_))
    }

    /// Runs SQL behind the store's back; what is refused gives the database's words and the constraint's name.
    pub(crate) async fn raw(&self, sql: &str) -> Result<(), String> {
        match &self.place {
            Place::Sqlite(folder) => {
                sqlite_connection(folder).execute_batch(sql).map_err(|error| error.to_string())
            }
            Place::Postgres(database) => {
                let client = connect(&database.url).await;
                client.batch_execute(sql).await.map_err(|error| {
                    let failure = error.as_db_error().expect("the server refused it");
                    format!("{} {}", failure.message(), failure.constraint().unwrap_or_default())
                })
            }
        }
    }

    /// The number that a query gives.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        match &self.place {
            Place::Sqlite(folder) => sqlite_connection(folder).query_row(sql, [], |row| row.get(0)).unwrap(),
            Place::Postgres(database) => {
                connect(&database.url).await.query_one(sql, &[]).await.unwrap().get(0)
            }
        }
    }

    /// A new, empty database in place of the one that the stage began with.
    pub(crate) async fn empty_again(self) -> (String, EmptyPlace) {
        let place = match self.place {
            Place::Sqlite(_) => Place::Sqlite(tempfile::tempdir().unwrap()),
            Place::Postgres(_) => Place::Postgres(Database::create().await),
        };
        (place.url(), EmptyPlace(place))
    }
}

/// Keeps an empty database alive.
pub(crate) struct EmptyPlace(#[expect(dead_code, reason = "held for its drop")] Place);

impl Place {
    fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite:{}", folder.path().join("app.sqlite3").display()),
            Self::Postgres(database) => database.url.clone(),
        }
    }
}

fn sqlite_connection(folder: &TempDir) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(folder.path().join("app.sqlite3")).unwrap();
    connection.busy_timeout(LIMIT).unwrap();
    connection
}

/// A database on the test server, dropped with this.
struct Database {
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

pub(crate) async fn connect(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

pub(crate) fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

/// The time of most tests.
pub(crate) fn now() -> Timestamp {
    at("2026-03-01T10:00:00Z")
}

pub(crate) fn instance(id: &str) -> InstanceId {
    id.parse().unwrap()
}

pub(crate) fn credits(amount: i64) -> Credits {
    Credits::new(amount).unwrap()
}

pub(crate) fn gift(key: &str, pool: Pool, amount: i64) -> GrantRequest {
    GrantRequest {
        business_key: key.to_owned(),
        pool,
        source: Source::Adjust,
        amount: credits(amount),
        plan_id: Some("starter".parse().unwrap()),
        catalog_version: "standard-1".to_owned(),
        effective_at: now(),
        expires_at: None,
        cause: Cause::new("operator", "a gift"),
    }
}

pub(crate) fn put_aside(key: &str, amount: i64) -> ReserveRequest {
    ReserveRequest {
        key: key.to_owned(),
        action: "publish".to_owned(),
        amount: credits(amount),
        expires_at: None,
    }
}

/// Gives credits under a key, once.
pub(crate) async fn give(store: &Store, id: &InstanceId, request: GrantRequest) -> bool {
    let want = Want::money().facts();
    let given =
        store.transact(id, want, now(), move |tx| tx.account.grant(request.clone(), tx.now)).await.unwrap();
    given.unwrap()
}

pub(crate) async fn spend(
    store: &Store,
    id: &InstanceId,
    key: &str,
    amount: i64,
) -> Result<Result<EntryId, LedgerError>, Error> {
    let key = key.to_owned();
    store
        .transact(id, Want::money(), now(), move |tx| {
            let cause = Cause::new("user", "a post");
            tx.account.spend(&key, "publish", credits(amount), &cause, tx.now)
        })
        .await
}

pub(crate) async fn reserve(store: &Store, id: &InstanceId, request: ReserveRequest) -> Hold {
    let want = Want::money().hold_key(request.key.clone());
    let held =
        store.transact(id, want, now(), move |tx| tx.account.reserve(request.clone(), tx.now)).await.unwrap();
    held.unwrap()
}

/// The instance, which must be there and whose books must be in order.
pub(crate) async fn sound(store: &Store, id: &InstanceId) -> Instance {
    assert_eq!(store.verify_ledger(id).await.unwrap(), None);
    store.find_instance(id).await.unwrap().expect("the instance is known")
}

/// All entries, oldest first.
pub(crate) async fn entries(store: &Store, id: &InstanceId) -> Vec<Entry> {
    let mut entries = store.list_entries(id, None, i64::MAX).await.unwrap();
    entries.reverse();
    entries
}
