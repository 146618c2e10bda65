//! The door to a database connection that both drivers share.
//!
//! All SQL of this crate is written once, in the subset both databases understand, and runs against a [`Conn`]. On
//! SQLite a connection's futures are ready at once; on PostgreSQL the statements of one call travel in one round trip.

use std::pin::Pin;
use std::sync::Arc;

use crate::error::Error;
use crate::value::{Row, Value};

pub(crate) type Fut<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// A statement with its parameters, `$1`, `$2` … in the text.
///
/// `FOR UPDATE` and `SKIP LOCKED` may stand in it: SQLite, with its one writer, needs neither and drops them.
#[derive(Debug, Clone)]
pub(crate) struct Statement {
    pub(crate) sql: &'static str,
    pub(crate) params: Vec<Value>,
}

/// Builds a [`Statement`]: the text, then its parameters.
macro_rules! sql {
    ($text:expr $(, $param:expr)* $(,)?) => {
        $crate::conn::Statement { sql: $text, params: vec![$($crate::value::Value::from($param)),*] }
    };
}
pub(crate) use sql;

/// What a statement gave.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) rows: Vec<Row>,
    /// The rows it changed.
    pub(crate) affected: u64,
}

/// A connection, inside a transaction when it was handed out for writing.
pub(crate) trait Conn: Send {
    /// Runs the statements in order; the first error ends it.
    fn run(&mut self, statements: Vec<Statement>) -> Fut<'_, Vec<Outcome>>;

    /// Runs the last statements of a transaction, which may then be committed in the same breath.
    fn finish(&mut self, statements: Vec<Statement>) -> Fut<'_, ()>;

    /// Ends the transaction without a trace of what was done in it.
    fn undo(&mut self) -> Fut<'_, ()>;
}

/// Work on a connection that can be tried again from the start.
pub(crate) type Work<T> = Arc<dyn for<'c> Fn(&'c mut dyn Conn) -> Fut<'c, T> + Send + Sync>;

/// Runs one statement and returns its rows.
pub(crate) async fn rows(conn: &mut dyn Conn, statement: Statement) -> Result<Vec<Row>, Error> {
    let outcomes = conn.run(vec![statement]).await?;
    Ok(outcomes.into_iter().next().map(|outcome| outcome.rows).unwrap_or_default())
}

/// Runs one statement and returns its first row.
pub(crate) async fn row(conn: &mut dyn Conn, statement: Statement) -> Result<Option<Row>, Error> {
    Ok(rows(conn, statement).await?.into_iter().next())
}
