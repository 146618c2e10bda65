//! One connection to PostgreSQL, reading or inside a transaction.

use std::pin::Pin;
use std::task::Poll;

use bytes::BytesMut;
use deadpool_postgres::Object;
use futures_util::future::{MaybeDone, maybe_done, poll_fn, try_join_all};
use futures_util::{FutureExt, TryStreamExt};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use wixapp_core::crash::{Moment, here};

use crate::conn::{Conn, Fut, Outcome, Statement};
use crate::error::Error;
use crate::value::{Row, Value};

/// Said outright, because the server's default may be another level.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

#[derive(PartialEq, Eq, Clone, Copy)]
enum State {
    /// Statements run on their own.
    Reading,
    /// `BEGIN` goes out with the first statements.
    Fresh,
    Open,
    /// `COMMIT` or `ROLLBACK` went out.
    Ended,
}

pub(crate) struct Connection<'a> {
    client: &'a Object,
    state: State,
    wants_retry: bool,
}

impl<'a> Connection<'a> {
    pub(crate) fn reading(client: &'a Object) -> Self {
        Self { client, state: State::Reading, wants_retry: false }
    }

    pub(crate) fn writing(client: &'a Object) -> Self {
        Self { client, state: State::Fresh, wants_retry: false }
    }

    /// Whether the work should be tried again: PostgreSQL asked for it, or the connection was lost before the commit.
    pub(crate) fn wants_retry(&self) -> bool {
        self.wants_retry
    }

    pub(crate) async fn commit(&mut self) -> Result<(), Error> {
        self.end("COMMIT").await
    }

    pub(crate) async fn rollback(&mut self) -> Result<(), Error> {
        self.end("ROLLBACK").await
    }

    async fn end(&mut self, how: &str) -> Result<(), Error> {
        if self.state == State::Open {
            self.state = State::Ended;
            self.client.batch_execute(how).await.map_err(map)?;
        }
        Ok(())
    }

    fn note(&mut self, error: tokio_postgres::Error) -> Error {
        let code = error.code();
        let asked = code == Some(&SqlState::T_R_SERIALIZATION_FAILURE)
            || code == Some(&SqlState::T_R_DEADLOCK_DETECTED);
        let lost = self.client.is_closed() || code == Some(&SqlState::ADMIN_SHUTDOWN);
        // Once the commit went out, nobody knows whether it arrived.
        self.wants_retry = asked || (lost && self.state != State::Ended);
        map(error)
    }

    /// Sends all statements without waiting between them; `COMMIT` behind them when `last`.
    ///
    /// When one fails, PostgreSQL refuses those behind it, and turns the `COMMIT` into a rollback.
    async fn pipeline(&mut self, statements: Vec<Statement>, last: bool) -> Result<Vec<Outcome>, Error> {
        let client = self.client;
        let prepared =
            try_join_all(statements.iter().map(|statement| client.prepare_cached(statement.sql))).await;
        let prepared = prepared.map_err(|error| self.note(error))?;
        let mut steps: Vec<Step<'_>> = Vec::with_capacity(statements.len() + 2);
        let begins = self.state == State::Fresh;
        if begins {
            self.state = State::Open;
            steps.push(step(command(client, BEGIN)));
        }
        let executed = prepared
            .iter()
            .zip(&statements)
            .map(|(prepared, statement)| execute(client, prepared, statement));
        steps.extend(executed.map(step));
        send(&mut steps).await;
        if last {
            here(Moment::CommitNext);
            // One that could not even be sent would be missing from what is committed.
            let unsent = steps.iter().any(|step| matches!(step, MaybeDone::Done(Err(_))));
            self.state = if unsent { State::Open } else { State::Ended };
            steps.push(step(command(client, if unsent { "ROLLBACK" } else { "COMMIT" })));
            send(&mut steps).await;
        }
        let outcomes = receive(steps).await.map_err(|error| self.note(error));
        self.state = if last { State::Ended } else { self.state };
        Ok(outcomes?.into_iter().skip(usize::from(begins)).take(statements.len()).collect())
    }
}

/// A statement on its way: sent by its first poll, then waiting for its answer.
type Step<'a> = MaybeDone<Pin<Box<dyn Future<Output = Result<Outcome, tokio_postgres::Error>> + Send + 'a>>>;

fn step<'a>(sent: impl Future<Output = Result<Outcome, tokio_postgres::Error>> + Send + 'a) -> Step<'a> {
    maybe_done(sent.boxed())
}

/// Sends the steps in their order; sending one again does nothing.
async fn send(steps: &mut [Step<'_>]) {
    poll_fn(|context| {
        for step in &mut *steps {
            let _ = step.poll_unpin(context);
        }
        Poll::Ready(())
    })
    .await;
}

/// The answers of sent steps, or the first error once all have been answered.
async fn receive(mut steps: Vec<Step<'_>>) -> Result<Vec<Outcome>, tokio_postgres::Error> {
    for step in &mut steps {
        step.await;
    }
    steps.iter_mut().filter_map(|step| Pin::new(step).take_output()).collect()
}

async fn command(client: &Object, text: &str) -> Result<Outcome, tokio_postgres::Error> {
    client.batch_execute(text).await.map(|()| Outcome { rows: Vec::new(), affected: 0 })
}

impl Conn for Connection<'_> {
    fn run(&mut self, statements: Vec<Statement>) -> Fut<'_, Vec<Outcome>> {
        self.pipeline(statements, false).boxed()
    }

    fn finish(&mut self, statements: Vec<Statement>) -> Fut<'_, ()> {
        let last = self.state != State::Reading;
        async move { self.pipeline(statements, last).await.map(|_| ()) }.boxed()
    }

    fn undo(&mut self) -> Fut<'_, ()> {
        self.rollback().boxed()
    }
}

async fn execute(
    client: &Object,
    prepared: &tokio_postgres::Statement,
    statement: &Statement,
) -> Result<Outcome, tokio_postgres::Error> {
    let params = statement.params.iter().map(|value| value as &(dyn ToSql + Sync));
    let stream = client.query_raw(prepared, params).await?;
    let mut stream = std::pin::pin!(stream);
    let mut rows = Vec::new();
    while let Some(row) = stream.try_next().await? {
        let values = (0..row.len()).map(|index| value(&row, index)).collect::<Result<_, _>>()?;
        rows.push(Row::new(values));
    }
    Ok(Outcome { affected: stream.rows_affected().unwrap_or(0), rows })
}

fn value(row: &tokio_postgres::Row, index: usize) -> Result<Value, tokio_postgres::Error> {
    let kind = row.columns().get(index).map(|column| column.type_().clone());
    if kind == Some(Type::INT8) {
        return Ok(row.try_get::<_, Option<i64>>(index)?.into());
    }
    if kind == Some(Type::INT4) {
        return Ok(row.try_get::<_, Option<i32>>(index)?.map(i64::from).into());
    }
    Ok(row.try_get::<_, Option<String>>(index)?.into())
}

impl ToSql for Value {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(number) if *kind == Type::INT4 => i32::try_from(*number)?.to_sql(kind, out),
            Self::Int(number) => number.to_sql(kind, out),
            Self::Text(text) => text.to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        matches!(*kind, Type::INT8 | Type::INT4 | Type::TEXT | Type::VARCHAR | Type::UNKNOWN)
    }

    to_sql_checked!();
}

/// PostgreSQL's error in the words of this crate.
pub(super) fn map(error: tokio_postgres::Error) -> Error {
    let Some(failure) = error.as_db_error() else {
        return Error::Unavailable(error.to_string());
    };
    let class = failure.code().code().get(..2).unwrap_or_default();
    match class {
        "23" => Error::Conflict { constraint: failure.constraint().unwrap_or(failure.message()).to_owned() },
        // Connection, rollback, resources, operator's intervention, system: may be well again later.
        "08" | "40" | "53" | "55" | "57" | "58" => Error::Unavailable(failure.message().to_owned()),
        // A standby after a failover, or a transaction that the server ended because it stood idle.
        _ if [SqlState::READ_ONLY_SQL_TRANSACTION, SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT]
            .contains(failure.code()) =>
        {
            Error::Unavailable(failure.message().to_owned())
        }
        _ => Error::Inconsistent(format!("{}: {}", failure.code().code(), failure.message())),
    }
}
