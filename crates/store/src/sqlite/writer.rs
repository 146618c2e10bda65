//! The one writer: a thread that runs what callers ask of it, one group after the other.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{broadcast, oneshot};

use super::at_once;
use super::connection::Connection;
use super::group::{Pending, Turn, begin, run_group};
use crate::conn::Work;
use crate::error::Error;
use crate::live::Change;
use crate::migration::{self, Migrated, Migration};

/// How often an idle writer looks whether another process has written.
const LOOK_AROUND: Duration = Duration::from_millis(500);

pub(super) enum Request {
    Turn(Box<dyn Turn>),
    Migrate(&'static [Migration], oneshot::Sender<Result<Migrated, Error>>),
}

pub(crate) struct Writer {
    requests: Mutex<Option<Sender<Request>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    pub(crate) fn start(connection: Connection, changes: broadcast::Sender<Change>) -> Result<Self, Error> {
        // Looked at before the thread runs: what another process writes from now on must not be missed.
        let seen = connection.data_version()?;
        let (requests, inbox) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || serve(connection, seen, &inbox, &changes))
            .map_err(|error| Error::Unavailable(format!("no thread for the writer: {error}")))?;
        Ok(Self { requests: Mutex::new(Some(requests)), thread: Mutex::new(Some(thread)) })
    }

    pub(crate) async fn write<T: Send + 'static>(&self, work: Work<T>) -> Result<T, Error> {
        let (caller, outcome) = oneshot::channel();
        self.send(Request::Turn(Box::new(Pending::new(work, caller))))?;
        outcome.await.unwrap_or_else(|_| Err(stopped()))
    }

    pub(crate) async fn migrate(&self, migrations: &'static [Migration]) -> Result<Migrated, Error> {
        let (caller, outcome) = oneshot::channel();
        self.send(Request::Migrate(migrations, caller))?;
        outcome.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// Lets the writer finish what was asked of it, and waits for its end.
    pub(crate) async fn close(&self) {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).take();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // A writer that broke down has nothing left to finish.
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }

    fn send(&self, request: Request) -> Result<(), Error> {
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.as_ref().and_then(|requests| requests.send(request).ok()).ok_or_else(stopped)
    }
}

fn stopped() -> Error {
    Error::Unavailable("the database is closed".to_owned())
}

fn serve(
    mut connection: Connection,
    mut seen: i64,
    inbox: &Receiver<Request>,
    changes: &broadcast::Sender<Change>,
) {
    loop {
        match inbox.recv_timeout(LOOK_AROUND) {
            Ok(Request::Migrate(migrations, caller)) => {
                let _ = caller.send(migrate(&mut connection, migrations));
            }
            Ok(Request::Turn(first)) => {
                if let Some(Request::Migrate(migrations, caller)) = run_group(&mut connection, first, inbox) {
                    let _ = caller.send(migrate(&mut connection, migrations));
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        // Our own commits do not change the number; another process's do, and its changes are not told to us.
        // A number that cannot be read now is read the next time.
        if let Some(version) = connection.data_version().ok().filter(|version| *version != seen) {
            seen = version;
            let _ = changes.send(Change::resync());
        }
    }
}

fn migrate(connection: &mut Connection, migrations: &[Migration]) -> Result<Migrated, Error> {
    begin(connection)?;
    let done = apply(connection, migrations).and_then(|done| connection.step("COMMIT").map(|()| done));
    if done.is_err() && connection.in_transaction() {
        connection.step("ROLLBACK")?;
    }
    done
}

fn apply(connection: &mut Connection, migrations: &[Migration]) -> Result<Migrated, Error> {
    connection.batch(migration::TABLE)?;
    let from = at_once(migration::version(connection))?;
    migration::refuse_newer(from)?;
    for migration in migrations.iter().filter(|migration| migration.version > from) {
        connection.batch(migration.text)?;
        connection.batch(&format!("INSERT INTO schema_versions (version) VALUES ({})", migration.version))?;
    }
    Ok(Migrated { from, to: migration::SCHEMA_VERSION })
}
