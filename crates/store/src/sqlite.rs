//! The SQLite driver: one writer that groups the transactions of many callers into one commit, and several readers.

mod connection;
mod group;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use futures_util::FutureExt;
use tokio::sync::broadcast;

use crate::conn::{Conn, Fut, Work};
use crate::error::Error;
use crate::live::Change;
use crate::migration::{Migrated, Migration};

pub(crate) use connection::map;
use connection::{Connection, Use};
use writer::Writer;

/// Readers share the page cache of the operating system; more of them than cores do not help.
const READERS: usize = 4;

pub(crate) struct Sqlite {
    path: PathBuf,
    writer: Writer,
    readers: Vec<Mutex<Connection>>,
    turn: AtomicUsize,
}

impl Sqlite {
    pub(crate) fn open(path: &Path, changes: broadcast::Sender<Change>) -> Result<Self, Error> {
        // An empty name or `:memory:` would give every connection a database of its own.
        if path.as_os_str().is_empty() || path == Path::new(":memory:") {
            return Err(Error::Unavailable("`sqlite:` needs the path of a file".to_owned()));
        }
        // The writer first: it makes the file, and readers cannot.
        let writer = Writer::start(Connection::open(path, Use::Writing)?, changes)?;
        let reader = |_| Connection::open(path, Use::Reading).map(Mutex::new);
        let readers = (0..READERS).map(reader).collect::<Result<_, _>>()?;
        Ok(Self { path: path.to_owned(), writer, readers, turn: AtomicUsize::new(0) })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Runs a short read on the calling thread: a point read from the page cache costs less than a hop to another.
    pub(crate) fn read<T>(&self, work: impl for<'c> Fn(&'c mut dyn Conn) -> Fut<'c, T>) -> Result<T, Error> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % self.readers.len();
        let mut reader = self.readers[turn].lock().unwrap_or_else(PoisonError::into_inner);
        at_once(work(&mut *reader))
    }

    pub(crate) async fn write<T: Send + 'static>(&self, work: Work<T>) -> Result<T, Error> {
        self.writer.write(work).await
    }

    pub(crate) async fn migrate(&self, migrations: &'static [Migration]) -> Result<Migrated, Error> {
        self.writer.migrate(migrations).await
    }

    pub(crate) async fn close(&self) {
        self.writer.close().await;
    }
}

/// The outcome of work on SQLite, whose futures never wait.
fn at_once<T>(work: Fut<'_, T>) -> Result<T, Error> {
    work.now_or_never()
        .unwrap_or_else(|| Err(Error::Inconsistent("work on SQLite waited for something else".to_owned())))
}
