//! What is done at fixed times: when each is due next, and who in the fleet was first.

use wixapp_core::clock::Timestamp;

use crate::conn::{Statement, rows, sql};
use crate::error::Error;
use crate::store::Store;
use crate::tx::Tx;
use crate::value::Row;

/// Something that is done at fixed times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CronEntry {
    /// Its name, unique in the app: without `|`.
    pub name: String,
    /// At which times, in words that change when the times do.
    pub schedule: String,
    /// When it is due next.
    pub next_at: Timestamp,
}

impl CronEntry {
    fn read(mut row: Row) -> Result<Self, Error> {
        Ok(Self { name: row.text()?, schedule: row.text()?, next_at: row.time()? })
    }

    pub(crate) fn read_all(rows: Vec<Row>) -> Result<Vec<Self>, Error> {
        rows.into_iter().map(Self::read).collect()
    }
}

pub(crate) fn select(name: &str) -> Statement {
    sql!("SELECT name, schedule, next_at FROM crons WHERE name = $1 FOR UPDATE", name)
}

impl Store {
    /// Keeps these and no others: new ones, and those whose times have changed, are due at their `next_at`; those that are
    /// there already stay as they are; all others are never due again.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn keep_crons(&self, entries: &[CronEntry]) -> Result<(), Error> {
        let names = entries.iter().fold("|".to_owned(), |names, entry| names + &entry.name + "|");
        let mut statements = vec![sql!(
            "UPDATE crons SET next_at = $2 WHERE strpos($1, '|' || name || '|') = 0",
            names,
            Timestamp::MAX
        )];
        statements.extend(entries.iter().map(|entry| {
            sql!(
                "INSERT INTO crons (name, schedule, next_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE \
                 SET schedule = excluded.schedule, next_at = excluded.next_at \
                 WHERE crons.schedule <> excluded.schedule OR crons.next_at = $4",
                entry.name.as_str(),
                entry.schedule.as_str(),
                entry.next_at,
                Timestamp::MAX
            )
        }));
        self.write(move |conn| {
            let statements = statements.clone();
            Box::pin(async move { conn.run(statements).await.map(|_| ()) })
        })
        .await
    }

    /// Those that are due by `now`.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn list_due_crons(&self, now: Timestamp) -> Result<Vec<CronEntry>, Error> {
        let statement =
            sql!("SELECT name, schedule, next_at FROM crons WHERE next_at <= $1 ORDER BY name", now);
        self.read(move |conn| {
            let statement = statement.clone();
            Box::pin(async move { CronEntry::read_all(rows(conn, statement).await?) })
        })
        .await
    }
}

impl Tx {
    /// Passes a tick that was due at `due`, so that the next is at `next`: `false` when another was faster. It must have been
    /// wanted, in a transaction on [`InstanceId::app`](wixapp_core::InstanceId::app), which all of a fleet wait for in turn.
    pub fn pass_tick(&mut self, name: &str, due: Timestamp, next: Timestamp) -> bool {
        let Some(entry) = self.crons.iter_mut().find(|entry| entry.name == name) else { return false };
        if entry.next_at != due {
            return false;
        }
        entry.next_at = next;
        self.writes.push(sql!("UPDATE crons SET next_at = $2 WHERE name = $1", name, next));
        true
    }
}
