//! The one writer: a thread that runs the work of many callers in one transaction and commits once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{broadcast, oneshot};

use super::at_once;
use super::connection::Connection;
use crate::conn::Work;
use crate::error::Error;
use crate::live::Change;
use crate::migration::{self, Migrated, Migration};

/// How many callers share one commit at the most.
const GROUP_LIMIT: usize = 256;
/// How often an idle writer looks whether another process has written.
const LOOK_AROUND: Duration = Duration::from_millis(500);

/// One caller's work.
trait Turn: Send {
    /// Runs the work; `false` when what it wrote must be undone.
    fn run(&mut self, connection: &mut Connection) -> bool;
    /// Gives the outcome to the caller, after the commit or its failure.
    fn answer(self: Box<Self>, committed: Result<(), &Error>);
}

struct Pending<T> {
    work: Work<T>,
    made: Option<Result<T, Error>>,
    caller: oneshot::Sender<Result<T, Error>>,
}

impl<T: Send> Turn for Pending<T> {
    fn run(&mut self, connection: &mut Connection) -> bool {
        // The thread serves everybody and must outlive one caller's mistake.
        let made = catch_unwind(AssertUnwindSafe(|| at_once((self.work)(connection))))
            .unwrap_or_else(|_| Err(Error::Inconsistent("database work broke down".to_owned())));
        let good = made.is_ok();
        self.made = Some(made);
        good
    }

    fn answer(self: Box<Self>, committed: Result<(), &Error>) {
        let outcome = match (self.made, committed) {
            (Some(Err(error)), _) => Err(error),
            (Some(made), Ok(())) => made,
            (_, Err(error)) => Err(error.again()),
            (None, Ok(())) => Err(Error::Inconsistent("work was committed without having run".to_owned())),
        };
        // The caller may have gone away; what is committed stays.
        let _ = self.caller.send(outcome);
    }
}

enum Request {
    Turn(Box<dyn Turn>),
    Migrate(&'static [Migration], oneshot::Sender<Result<Migrated, Error>>),
}

pub(crate) struct Writer {
    requests: Mutex<Option<Sender<Request>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    pub(crate) fn start(connection: Connection, changes: broadcast::Sender<Change>) -> Result<Self, Error> {
        let (requests, inbox) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || serve(connection, &inbox, &changes))
            .map_err(|error| Error::Unavailable(format!("no thread for the writer: {error}")))?;
        Ok(Self { requests: Mutex::new(Some(requests)), thread: Mutex::new(Some(thread)) })
    }

    pub(crate) async fn write<T: Send + 'static>(&self, work: Work<T>) -> Result<T, Error> {
        let (caller, outcome) = oneshot::channel();
        self.send(Request::Turn(Box::new(Pending { work, made: None, caller })))?;
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

fn serve(mut connection: Connection, inbox: &Receiver<Request>, changes: &broadcast::Sender<Change>) {
    let mut seen = connection.data_version().ok();
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
        let version = connection.data_version().ok();
        if version != seen {
            seen = version;
            let _ = changes.send(Change::resync());
        }
    }
}

/// Runs everything that waits in one transaction; returns a request that could not be part of it.
fn run_group(
    connection: &mut Connection,
    first: Box<dyn Turn>,
    inbox: &Receiver<Request>,
) -> Option<Request> {
    if let Err(error) = begin(connection) {
        return refuse_all(first, inbox, &error);
    }
    let mut turns = Vec::new();
    let mut other = None;
    let mut next = Some(first);
    while let Some(mut turn) = next.take() {
        let good = run_turn(connection, turn.as_mut());
        turns.push(turn);
        if let Err(error) = good {
            rollback(connection, turns, &error);
            return None;
        }
        if turns.len() < GROUP_LIMIT {
            match inbox.try_recv() {
                Ok(Request::Turn(turn)) => next = Some(turn),
                Ok(request @ Request::Migrate(..)) => other = Some(request),
                Err(_) => {}
            }
        }
    }
    match connection.step("COMMIT") {
        Ok(()) => turns.into_iter().for_each(|turn| turn.answer(Ok(()))),
        Err(error) => rollback(connection, turns, &error),
    }
    other
}

fn begin(connection: &Connection) -> Result<(), Error> {
    if connection.in_transaction() {
        // The last rollback failed: without this no transaction could ever begin again.
        connection.step("ROLLBACK")?;
    }
    connection.step("BEGIN IMMEDIATE")
}

/// Answers everybody who waits: the database was busy for all the time that one of them may be kept waiting.
fn refuse_all(first: Box<dyn Turn>, inbox: &Receiver<Request>, error: &Error) -> Option<Request> {
    first.answer(Err(error));
    loop {
        match inbox.try_recv() {
            Ok(Request::Turn(turn)) => turn.answer(Err(error)),
            Ok(request @ Request::Migrate(..)) => return Some(request),
            Err(_) => return None,
        }
    }
}

/// Runs one turn in a savepoint of its own, so that its failure undoes nothing of the others.
fn run_turn(connection: &mut Connection, turn: &mut dyn Turn) -> Result<(), Error> {
    connection.begin_turn()?;
    let keep = turn.run(connection);
    if !connection.in_transaction() {
        return Err(Error::Unavailable("the disk is full or failed".to_owned()));
    }
    connection.end_turn(keep)
}

fn rollback(connection: &Connection, turns: Vec<Box<dyn Turn>>, error: &Error) {
    if connection.in_transaction() {
        // Should even this fail, the next BEGIN says so to the next caller.
        let _ = connection.step("ROLLBACK");
    }
    turns.into_iter().for_each(|turn| turn.answer(Err(error)));
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
