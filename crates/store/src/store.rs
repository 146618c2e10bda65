//! [`Store`]: the handle to the database.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::broadcast;
use wixapp_core::crash::{Moment, here};

use crate::conn::{Conn, Fut, Work};
use crate::error::Error;
use crate::live::Change;
use crate::migration::{self, Migrated};
use crate::postgres::Postgres;
use crate::sqlite::Sqlite;
use crate::transact::Queues;

/// Changes that wait for a slow watcher; one that falls further behind is told to look at everything again.
const WATCH_CAPACITY: usize = 4096;

pub(crate) enum Driver {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

struct Inner {
    driver: Driver,
    queues: Queues,
    changes: broadcast::Sender<Change>,
}

/// The database. Clones share one set of connections.
///
/// # Example
/// ```no_run
/// # async fn example() -> Result<(), wixapp_store::Error> {
/// let store = wixapp_store::Store::open("sqlite:app.sqlite3").await?;
/// store.migrate().await?;
/// assert!(store.find_instance(&"site-1".parse().expect("an id")).await?.is_none());
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

impl Store {
    /// Opens the database at `url`: `sqlite:<path>` (made when it is missing) or `postgres://…`.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the address is not understood or the database does not answer.
    pub async fn open(url: &str) -> Result<Self, Error> {
        let (changes, _) = broadcast::channel(WATCH_CAPACITY);
        let driver = match url.split_once(':') {
            Some(("sqlite", path)) => {
                let path = PathBuf::from(path.strip_prefix("//").unwrap_or(path));
                let changes = changes.clone();
                // It may wait for other processes that open the same file.
                let opened = tokio::task::spawn_blocking(move || Sqlite::open(&path, changes)).await;
                Driver::Sqlite(opened.map_err(|error| Error::Unavailable(error.to_string()))??)
            }
            Some(("postgres" | "postgresql", _)) => {
                Driver::Postgres(Postgres::open(url, changes.clone()).await?)
            }
            _ => {
                return Err(Error::Unavailable(
                    "the database address must begin with `sqlite:` or `postgres://`".to_owned(),
                ));
            }
        };
        Ok(Self { inner: Arc::new(Inner { driver, queues: Queues::default(), changes }) })
    }

    /// Brings the schema up to this version of wixapp. Safe to run again, and from several processes at once.
    ///
    /// # Errors
    /// [`Error::Inconsistent`] when the database was written by a newer version; else the database's own.
    pub async fn migrate(&self) -> Result<Migrated, Error> {
        match &self.inner.driver {
            Driver::Sqlite(sqlite) => sqlite.migrate(migration::SQLITE).await,
            Driver::Postgres(postgres) => postgres.migrate(migration::POSTGRES).await,
        }
    }

    /// Whether the database answers and has this version's schema.
    ///
    /// # Errors
    /// When it does not.
    pub async fn check(&self) -> Result<(), Error> {
        let version = match self.read(|conn| Box::pin(migration::version(conn))).await {
            Err(Error::Inconsistent(text)) => {
                return Err(Error::Inconsistent(format!("{text}: run `migrate`")));
            }
            version => version?,
        };
        if version == migration::SCHEMA_VERSION {
            return Ok(());
        }
        Err(Error::Inconsistent(format!(
            "the schema is at version {version} and should be at {}: run `migrate`",
            migration::SCHEMA_VERSION
        )))
    }

    /// The kind of database, for people: `SQLite` or `PostgreSQL`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match &self.inner.driver {
            Driver::Sqlite(_) => "SQLite",
            Driver::Postgres(_) => "PostgreSQL",
        }
    }

    /// Every change from now on, once it is committed; also those of other processes.
    #[must_use]
    pub fn watch(&self) -> broadcast::Receiver<Change> {
        self.inner.changes.subscribe()
    }

    /// Ends background work and closes the connections. Writes that are under way are finished first.
    pub async fn close(&self) {
        match &self.inner.driver {
            Driver::Sqlite(sqlite) => sqlite.close().await,
            Driver::Postgres(postgres) => postgres.close().await,
        }
    }

    pub(crate) fn driver(&self) -> &Driver {
        &self.inner.driver
    }

    pub(crate) fn queues(&self) -> &Queues {
        &self.inner.queues
    }

    /// Tells watchers here and in other processes what was committed.
    pub(crate) fn tell(&self, changes: Vec<Change>) {
        for change in &changes {
            // Nobody watching is fine.
            let _ = self.inner.changes.send(change.clone());
            here(Moment::ChangeTold);
        }
        if let Driver::Postgres(postgres) = &self.inner.driver {
            postgres.tell_others(changes);
        }
    }

    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl for<'c> Fn(&'c mut dyn Conn) -> Fut<'c, T> + Send + Sync + 'static,
    ) -> Result<T, Error> {
        match &self.inner.driver {
            Driver::Sqlite(sqlite) => sqlite.read(work),
            Driver::Postgres(postgres) => postgres.read(Arc::new(work)).await,
        }
    }

    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl for<'c> Fn(&'c mut dyn Conn) -> Fut<'c, T> + Send + Sync + 'static,
    ) -> Result<T, Error> {
        let work: Work<T> = Arc::new(work);
        let written = match &self.inner.driver {
            Driver::Sqlite(sqlite) => sqlite.write(work).await,
            Driver::Postgres(postgres) => postgres.write(work).await,
        }?;
        here(Moment::Committed);
        Ok(written)
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("kind", &self.kind()).finish_non_exhaustive()
    }
}
