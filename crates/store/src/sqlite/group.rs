//! A group: the work of many callers in one transaction, committed once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Receiver;

use tokio::sync::oneshot;
use wixapp_core::crash::{Moment, here};

use super::at_once;
use super::connection::Connection;
use super::writer::Request;
use crate::conn::Work;
use crate::error::Error;

/// How many callers share one commit at the most.
const GROUP_LIMIT: usize = 256;

/// One caller's work.
pub(super) trait Turn: Send {
    /// Runs the work; `false` when what it wrote must be undone. May be called again, from the start.
    fn run(&mut self, connection: &mut Connection) -> bool;
    /// Gives the outcome to the caller, after the commit or its failure.
    fn answer(self: Box<Self>, committed: Result<(), &Error>);
}

pub(super) struct Pending<T> {
    work: Work<T>,
    made: Option<Result<T, Error>>,
    caller: oneshot::Sender<Result<T, Error>>,
}

impl<T> Pending<T> {
    pub(super) fn new(work: Work<T>, caller: oneshot::Sender<Result<T, Error>>) -> Self {
        Self { work, made: None, caller }
    }
}

impl<T: Send> Turn for Pending<T> {
    fn run(&mut self, connection: &mut Connection) -> bool {
        // The thread serves everybody and must outlive one caller's mistake.
        let made = catch_unwind(AssertUnwindSafe(|| at_once((self.work)(connection))))
            .unwrap_or_else(|_| Err(Error::Inconsistent("database work broke down".to_owned())));
        let undone = connection.take_undo();
        let keep = made.is_ok() && !undone;
        self.made = Some(made);
        keep
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

/// Runs everything that waits in one transaction; returns a request that could not be part of it.
pub(super) fn run_group(
    connection: &mut Connection,
    first: Box<dyn Turn>,
    inbox: &Receiver<Request>,
) -> Option<Request> {
    if let Err(error) = begin(connection) {
        return refuse_all(first, inbox, &error);
    }
    let mut group = Group { turns: Vec::new(), careful: false };
    let mut other = None;
    let mut next = Some(first);
    while let Some(turn) = next.take() {
        if let Err(error) = group.run(connection, turn) {
            group.fail(connection, &error);
            return None;
        }
        if group.turns.len() < GROUP_LIMIT {
            match inbox.try_recv() {
                Ok(Request::Turn(turn)) => next = Some(turn),
                Ok(request @ Request::Migrate(..)) => other = Some(request),
                Err(_) => {}
            }
        }
    }
    here(Moment::CommitNext);
    match connection.step("COMMIT") {
        Ok(()) => group.turns.into_iter().for_each(|turn| turn.answer(Ok(()))),
        Err(error) => group.fail(connection, &error),
    }
    other
}

pub(super) fn begin(connection: &Connection) -> Result<(), Error> {
    if connection.in_transaction() {
        // The last rollback failed: without this no transaction could ever begin again.
        connection.step("ROLLBACK")?;
    }
    connection.step("BEGIN IMMEDIATE")
}

/// Answers everybody who waits: the database was busy for all the time that one of them may be kept waiting.
fn refuse_all(first: Box<dyn Turn>, inbox: &Receiver<Request>, error: &Error) -> Option<Request> {
    let mut refused = vec![first];
    let mut other = None;
    while other.is_none() {
        match inbox.try_recv() {
            Ok(Request::Turn(turn)) => refused.push(turn),
            Ok(request @ Request::Migrate(..)) => other = Some(request),
            Err(_) => break,
        }
    }
    // Answered last: what somebody sends after his answer is tried again.
    refused.into_iter().for_each(|turn| turn.answer(Err(error)));
    other
}

/// The turns that were run in the open transaction.
///
/// Turns run without a savepoint at first: with one, SQLite copies every page before changing it, and a turn that fails
/// has mostly not written anything.
struct Group {
    turns: Vec<Box<dyn Turn>>,
    /// Whether each turn has a savepoint of its own.
    careful: bool,
}

impl Group {
    /// Runs one more turn; an error is the end of the whole group.
    fn run(&mut self, connection: &mut Connection, mut turn: Box<dyn Turn>) -> Result<(), Error> {
        let changes = connection.changes();
        let ran = if self.careful {
            run_in_savepoint(connection, turn.as_mut()).map(|()| true)
        } else {
            run_freely(connection, turn.as_mut())
        };
        self.turns.push(turn);
        if ran? || connection.changes() == changes {
            return Ok(());
        }
        // What it wrote can only be undone together with what the others wrote: all once more, each with a way back.
        self.careful = true;
        connection.step("ROLLBACK")?;
        connection.step("BEGIN IMMEDIATE")?;
        self.turns.iter_mut().try_for_each(|turn| run_in_savepoint(connection, turn.as_mut()))
    }

    fn fail(self, connection: &Connection, error: &Error) {
        if connection.in_transaction() {
            // Should even this fail, the next transaction tries it again before it begins.
            let _ = connection.step("ROLLBACK");
        }
        self.turns.into_iter().for_each(|turn| turn.answer(Err(error)));
    }
}

/// Runs one turn; `false` when what it wrote must be undone.
fn run_freely(connection: &mut Connection, turn: &mut dyn Turn) -> Result<bool, Error> {
    let keep = turn.run(connection);
    if connection.in_transaction() {
        return Ok(keep);
    }
    Err(Error::Unavailable("the disk is full or failed".to_owned()))
}

/// Runs one turn in a savepoint of its own, so that its failure undoes nothing of the others.
fn run_in_savepoint(connection: &mut Connection, turn: &mut dyn Turn) -> Result<(), Error> {
    connection.step("SAVEPOINT turn")?;
    if !run_freely(connection, turn)? {
        connection.step("ROLLBACK TO turn")?;
    }
    connection.step("RELEASE turn")
}
