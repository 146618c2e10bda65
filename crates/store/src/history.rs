//! Reading the history of an instance's credits: pages by kind, pool and time, and sums by day and action.
//!
//! A page costs the same in long books as in short ones: every statement here reads a stretch of one index.

use wixapp_core::clock::Timestamp;
use wixapp_core::entry::{Entry, EntryCode};
use wixapp_core::grant::Pool;
use wixapp_core::{Credits, InstanceId};

use crate::conn::{Statement, rows, sql};
use crate::error::Error;
use crate::ledger::read_entry;
use crate::store::Store;
use crate::value::Row;

const DAY_US: i64 = 24 * 60 * 60 * 1_000_000;

/// An entry's place in the history, which runs by time and, at one moment, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct EntryPlace {
    /// When the entry was made.
    pub at: Timestamp,
    /// Its number in the books.
    pub seq: i64,
}

impl EntryPlace {
    /// Where this entry stands.
    #[must_use]
    pub fn of(entry: &Entry) -> Self {
        Self { at: entry.created_at, seq: entry.seq }
    }
}

/// Which entries of a history are wanted; the default is all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntryFilter {
    /// Only this kind.
    pub code: Option<EntryCode>,
    /// Only what touched this pool.
    pub pool: Option<Pool>,
    /// From this moment on.
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub to: Option<Timestamp>,
    /// Only what stands before this place, which is older.
    pub before: Option<EntryPlace>,
}

/// What was spent on one action on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayUsage {
    /// The day, counted from 1970-01-01 in the asked offset.
    pub day: i64,
    /// What the credits were spent on.
    pub action: String,
    /// How many.
    pub credits: Credits,
}

macro_rules! columns {
    ($after:literal) => {
        concat!(
            "SELECT entry_id, instance_id, seq, debit, credit, amount, code, business_key, hold_id, actor, reason, fact_key, \
             created_at, available_after, hash FROM entries WHERE instance_id = $1 AND ",
            $after
        )
    };
}

/// The pool an entry touches, in the words of its index: SQLite takes the index only for the same expression.
macro_rules! pool {
    () => {
        "(CASE WHEN substr(credit, 1, 10) = 'available:' THEN substr(credit, 11) \
         WHEN substr(debit, 1, 10) = 'available:' THEN substr(debit, 11) ELSE '' END)"
    };
}

const BY_TIME: &str =
    columns!("created_at >= $2 AND (created_at, seq) < ($3, $4) ORDER BY created_at DESC, seq DESC LIMIT $5");

const BY_KIND: &str = concat!(
    columns!("code = $2 AND "),
    pool!(),
    " = $3 AND created_at >= $4 AND (created_at, seq) < ($5, $6) ORDER BY created_at DESC, seq DESC LIMIT $7"
);

macro_rules! spent {
    ($code:literal, $pool:literal) => {
        concat!(
            "SELECT created_at, reason, amount FROM entries WHERE instance_id = $1 AND code = '",
            $code,
            "' AND ",
            pool!(),
            " = '",
            $pool,
            "' AND created_at >= $3 AND created_at < $4"
        )
    };
}

/// What was spent, by kind and pool: in this form each part is a stretch of the index on both databases.
const USAGE: &str = concat!(
    "SELECT (created_at + $2) / 86400000000 AS day, \
     CASE WHEN strpos(reason, ': ') > 0 THEN substr(reason, 1, strpos(reason, ': ') - 1) ELSE reason END AS action, \
     CAST(sum(amount) AS BIGINT) FROM (",
    spent!("spend", "promo"),
    " UNION ALL ",
    spent!("spend", "plan"),
    " UNION ALL ",
    spent!("spend", "purchased"),
    " UNION ALL ",
    spent!("post", ""),
    ") AS spent GROUP BY 1, 2 ORDER BY 1, 2"
);

impl Store {
    /// A stretch of an instance's history, newest first.
    ///
    /// New entries stand before all that were listed, so that pages read one after the other with
    /// [`EntryFilter::before`] neither skip nor repeat any.
    ///
    /// # Errors
    /// When the database cannot be used.
    ///
    /// # Example
    /// ```no_run
    /// # use wixapp_store::{EntryFilter, EntryPlace};
    /// # async fn example(store: wixapp_store::Store, id: wixapp_core::InstanceId) -> Result<(), wixapp_store::Error> {
    /// let mut filter = EntryFilter::default();
    /// let newest = store.list_history(&id, &filter, 20).await?;
    /// filter.before = newest.last().map(EntryPlace::of);
    /// let older = store.list_history(&id, &filter, 20).await?;
    /// # Ok(()) }
    /// ```
    pub async fn list_history(
        &self,
        instance_id: &InstanceId,
        filter: &EntryFilter,
        limit: i64,
    ) -> Result<Vec<Entry>, Error> {
        let statements = statements(instance_id, filter, limit);
        let mut found = self
            .read(move |conn| {
                let statements = statements.clone();
                Box::pin(async move {
                    let outcomes = conn.run(statements).await?;
                    outcomes
                        .into_iter()
                        .flat_map(|outcome| outcome.rows)
                        .map(read_entry)
                        .collect::<Result<Vec<_>, _>>()
                })
            })
            .await?;
        found.sort_by_key(|entry| std::cmp::Reverse(EntryPlace::of(entry)));
        found.truncate(usize::try_from(limit).unwrap_or(0));
        Ok(found)
    }

    /// What an instance spent between `from` and `to`, by day and action, oldest day first.
    ///
    /// Days begin at midnight `offset_s` seconds east of UTC.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn list_usage(
        &self,
        instance_id: &InstanceId,
        from: Timestamp,
        to: Timestamp,
        offset_s: i64,
    ) -> Result<Vec<DayUsage>, Error> {
        let statement = sql!(USAGE, instance_id, offset_s.saturating_mul(1_000_000), from, to);
        self.read(move |conn| {
            let statement = statement.clone();
            Box::pin(async move { rows(conn, statement).await?.into_iter().map(DayUsage::read).collect() })
        })
        .await
    }
}

impl DayUsage {
    fn read(mut row: Row) -> Result<Self, Error> {
        Ok(Self { day: row.int()?, action: row.text()?, credits: row.credits()? })
    }

    /// When the day begins, in the offset it was asked for.
    #[must_use]
    pub fn starts_at(&self, offset_s: i64) -> Timestamp {
        let micros = self.day.saturating_mul(DAY_US).saturating_sub(offset_s.saturating_mul(1_000_000));
        wixapp_core::clock::from_micros(micros)
    }
}

/// One statement for all kinds, or one for each kind and pool that is wanted: each reads a stretch of an index that is in
/// order already, and what they find together is at most a page of each.
fn statements(instance_id: &InstanceId, filter: &EntryFilter, limit: i64) -> Vec<Statement> {
    let from = filter.from.unwrap_or(Timestamp::UNIX_EPOCH);
    let end = filter.to.map(|to| EntryPlace { at: to, seq: i64::MIN });
    let newest = EntryPlace { at: Timestamp::MAX, seq: i64::MAX };
    let before = [end, filter.before].into_iter().flatten().min().unwrap_or(newest);
    if filter.code.is_none() && filter.pool.is_none() {
        return vec![sql!(BY_TIME, instance_id, from, before.at, before.seq, limit)];
    }
    let codes = EntryCode::ALL.into_iter().filter(|code| filter.code.is_none_or(|wanted| wanted == *code));
    let pools: Vec<&str> = match filter.pool {
        Some(pool) => vec![pool.as_str()],
        None => Pool::ALL.iter().map(|pool| pool.as_str()).chain([""]).collect(),
    };
    codes
        .flat_map(|code| pools.iter().map(move |pool| (code, *pool)))
        .map(|(code, pool)| {
            sql!(BY_KIND, instance_id, code.as_str(), pool, from, before.at, before.seq, limit)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What SQLite says of how it would run a statement.
    fn plan(text: &str) -> String {
        let database = rusqlite::Connection::open_in_memory().unwrap();
        database.execute_batch(crate::migration::SQLITE[0].text).unwrap();
        let flags = rusqlite::functions::FunctionFlags::SQLITE_DETERMINISTIC;
        database.create_scalar_function("strpos", 2, flags, |_| Ok(0)).unwrap();
        let mut prepared = database.prepare(&format!("EXPLAIN QUERY PLAN {text}")).unwrap();
        let lines = prepared.raw_query().mapped(|row| row.get::<_, String>(3)).collect::<Result<Vec<_>, _>>();
        lines.unwrap().join("\n")
    }

    #[test]
    fn a_page_reads_a_stretch_of_its_index_and_sorts_nothing() {
        for (text, index) in [(BY_TIME, "entries_by_time"), (BY_KIND, "entries_by_kind")] {
            let plan = plan(text);
            assert!(plan.contains(index) && plan.contains("created_at>"), "{plan}");
            assert!(!plan.contains("TEMP B-TREE") && !plan.contains("SCAN"), "{plan}");
        }
    }

    #[test]
    fn the_usage_of_some_days_reads_those_days_only() {
        let plan = plan(USAGE);
        assert_eq!(plan.matches("entries_by_kind").count(), 4, "{plan}");
        assert_eq!(plan.matches("created_at>? AND created_at<?").count(), 4, "{plan}");
    }
}
