//! Copies of a whole database on SQLite, and bringing one back: the database's part of a snapshot in development.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};

use crate::error::Error;
use crate::sqlite::map;
use crate::store::{Driver, Store};

/// How long another connection may keep a copy waiting.
const BUSY: Duration = Duration::from_secs(10);
/// Pages copied at once; the whole copy is one transaction all the same.
const STEP: std::ffi::c_int = 4_096;

impl Store {
    /// Writes a copy of the whole database to `path`, which must not exist yet. It is consistent: the state of one moment,
    /// while others read and write.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the file cannot be written, and on PostgreSQL, whose copies its own tools make.
    pub async fn copy_to(&self, path: &Path) -> Result<(), Error> {
        let from = match self.driver() {
            Driver::Sqlite(sqlite) => sqlite.path().to_owned(),
            Driver::Postgres(_) => return Err(only_sqlite()),
        };
        let to = path.to_owned();
        run(move || vacuum_into(&from, &to)).await
    }

    /// Replaces everything in the database at `url` by the copy at `path`, in one transaction. Nobody may work with the
    /// database meanwhile: what a [`Store`] keeps in memory would be of another time.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when `path` is no database or the database is in use, and on PostgreSQL.
    pub async fn bring_back(url: &str, path: &Path) -> Result<(), Error> {
        let Some(to) = url.strip_prefix("sqlite:") else { return Err(only_sqlite()) };
        let to = PathBuf::from(to.strip_prefix("//").unwrap_or(to));
        let from = path.to_owned();
        run(move || restore(&from, &to)).await
    }
}

fn only_sqlite() -> Error {
    Error::Unavailable(
        "copies are made of SQLite databases; use pg_dump and pg_restore for PostgreSQL".to_owned(),
    )
}

async fn run(work: impl FnOnce() -> Result<(), Error> + Send + 'static) -> Result<(), Error> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Unavailable(error.to_string()))?
}

fn vacuum_into(from: &Path, to: &Path) -> Result<(), Error> {
    let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(map)?;
    source.busy_timeout(BUSY).map_err(map)?;
    let to = to.to_str().ok_or_else(|| Error::Unavailable("the path of the copy is no text".to_owned()))?;
    source.execute("VACUUM INTO ?1", [to]).map_err(map)?;
    Ok(())
}

fn restore(from: &Path, to: &Path) -> Result<(), Error> {
    let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(map)?;
    // A file that is no database is noticed before the first page is overwritten.
    source.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).map_err(map)?;
    let mut target = Connection::open(to).map_err(map)?;
    target.busy_timeout(BUSY).map_err(map)?;
    target.execute_batch("PRAGMA synchronous = FULL;").map_err(map)?;
    let backup = Backup::new(&source, &mut target).map_err(map)?;
    backup.run_to_completion(STEP, Duration::from_millis(20), None).map_err(map)
}
