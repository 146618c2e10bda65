//! Lists of records: by state, tag, time and text, page by page, newest first.

use wixapp_core::InstanceId;
use wixapp_core::clock::Timestamp;

use super::{RawRecord, Record, Stored, columns, searchable, unreadable};
use crate::conn::{Statement, sql};
use crate::error::Error;
use crate::store::Store;
use crate::value::Row;

/// A record's place in a list, which runs by time and, at one moment, by id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordPlace {
    /// Its [`at`](Record::at), or when it was made.
    pub at: Timestamp,
    /// Its id.
    pub id: String,
}

impl RecordPlace {
    /// Where this record stands.
    #[must_use]
    pub fn of<R: Record>(stored: &Stored<R>) -> Self {
        let at = stored.record.at().unwrap_or(stored.created_at);
        Self { at, id: stored.record.id().to_owned() }
    }
}

/// Which records are wanted; the default is all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordFilter {
    /// Only in one of these states; in any when empty.
    pub states: Vec<String>,
    /// Only with this tag.
    pub tag: Option<String>,
    /// From this moment on.
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub to: Option<Timestamp>,
    /// Only where this text occurs in the [`search_text`](Record::search_text), whatever the case of its letters.
    pub text: Option<String>,
    /// Only what stands before this place, which is older.
    pub before: Option<RecordPlace>,
}

macro_rules! rest {
    () => {
        "at >= $4 AND (at, record_id) < ($5, $6) AND ($7 = '' OR strpos(tags, $7) > 0) \
         AND ($8 = '' OR strpos(search, $8) > 0)"
    };
}

macro_rules! page {
    ($state:literal) => {
        concat!(columns!($state), " AND ", rest!(), " ORDER BY at DESC, record_id DESC LIMIT $9")
    };
}

macro_rules! number {
    ($state:literal) => {
        concat!(
            "SELECT count(*) FROM records WHERE instance_id = $1 AND collection = $2 AND ",
            $state,
            " AND ",
            rest!()
        )
    };
}

/// Each of them reads a stretch of one index; `$3` says nothing where any state will do.
const BY_TIME: &str = page!("$3 = ''");
const BY_STATE: &str = page!("state = $3");
const COUNT: &str = number!("$3 = ''");
const COUNT_OF_STATE: &str = number!("state = $3");

impl Store {
    /// A stretch of a collection, newest first, `limit` at most.
    ///
    /// The last one's [`RecordPlace`] as [`RecordFilter::before`] gives the next stretch. A record that is written meanwhile
    /// and moves in the list may be seen twice or not at all; one that keeps its place never is.
    ///
    /// # Errors
    /// When the database cannot be used; [`Error::Inconsistent`] when what is stored does not read as `R`.
    ///
    /// # Example
    /// ```no_run
    /// # use wixapp_store::{Record, RecordFilter, RecordPlace, Store};
    /// # async fn example<Note: Record>(store: Store, id: wixapp_core::InstanceId) -> Result<(), wixapp_store::Error> {
    /// let mut filter = RecordFilter { states: vec!["open".to_owned()], ..RecordFilter::default() };
    /// let newest = store.list_records::<Note>(&id, &filter, 20).await?;
    /// filter.before = newest.last().map(RecordPlace::of);
    /// let older = store.list_records::<Note>(&id, &filter, 20).await?;
    /// # Ok(()) }
    /// ```
    pub async fn list_records<R: Record>(
        &self,
        instance_id: &InstanceId,
        filter: &RecordFilter,
        limit: i64,
    ) -> Result<Vec<Stored<R>>, Error> {
        let limit = limit.max(0);
        let mut statements = filter.statements::<R>(instance_id, BY_TIME, BY_STATE);
        statements.iter_mut().for_each(|statement| statement.params.push(limit.into()));
        let rows = self.all_rows(statements).await?;
        let parse =
            |mut row: Row| RawRecord::read(&mut row)?.1.parse::<R>().map_err(|error| unreadable(&error));
        let mut found = rows.into_iter().map(parse).collect::<Result<Vec<_>, _>>()?;
        found.sort_by_key(|stored| std::cmp::Reverse(RecordPlace::of(stored)));
        found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(found)
    }

    /// How many records pass the filter.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn count_records<R: Record>(
        &self,
        instance_id: &InstanceId,
        filter: &RecordFilter,
    ) -> Result<i64, Error> {
        let rows = self.all_rows(filter.statements::<R>(instance_id, COUNT, COUNT_OF_STATE)).await?;
        rows.into_iter().map(|mut row| row.int()).sum()
    }

    async fn all_rows(&self, statements: Vec<Statement>) -> Result<Vec<Row>, Error> {
        self.read(move |conn| {
            let statements = statements.clone();
            Box::pin(async move {
                let outcomes = conn.run(statements).await?;
                Ok(outcomes.into_iter().flat_map(|outcome| outcome.rows).collect())
            })
        })
        .await
    }
}

impl RecordFilter {
    /// One statement for all states, or one for each: what they find together is at most a page of each.
    fn statements<R: Record>(
        &self,
        instance_id: &InstanceId,
        any: &'static str,
        of_state: &'static str,
    ) -> Vec<Statement> {
        let of = |text, state: &str| {
            let newest = RecordPlace { at: Timestamp::MAX, id: String::new() };
            let end = self.to.map(|to| RecordPlace { at: to, id: String::new() });
            let before = [end, self.before.clone()].into_iter().flatten().min().unwrap_or(newest);
            let tag = self.tag.as_deref().map_or(String::new(), searchable_tag);
            let text_wanted = self.text.as_deref().map_or(String::new(), searchable);
            let from = self.from.unwrap_or(Timestamp::UNIX_EPOCH);
            sql!(text, instance_id, R::COLLECTION, state, from, before.at, before.id, tag, text_wanted)
        };
        if self.states.is_empty() {
            return vec![of(any, "")];
        }
        let mut states = self.states.clone();
        states.sort();
        states.dedup();
        states.iter().map(|state| of(of_state, &state.replace('\0', "\u{fffd}"))).collect()
    }
}

/// A tag as it stands among others.
fn searchable_tag(tag: &str) -> String {
    format!("|{}|", tag.replace('\0', "\u{fffd}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_reads_a_stretch_of_its_index_and_sorts_nothing() {
        let database = rusqlite::Connection::open_in_memory().unwrap();
        for migration in crate::migration::SQLITE {
            database.execute_batch(migration.text).unwrap();
        }
        let flags = rusqlite::functions::FunctionFlags::SQLITE_DETERMINISTIC;
        database.create_scalar_function("strpos", 2, flags, |_| Ok(0)).unwrap();
        for (text, index) in [(BY_TIME, "records_by_time"), (BY_STATE, "records_by_state")] {
            let mut prepared = database.prepare(&format!("EXPLAIN QUERY PLAN {text}")).unwrap();
            let lines = prepared.raw_query().mapped(|row| row.get::<_, String>(3));
            let plan = lines.collect::<Result<Vec<_>, _>>().unwrap().join("\n");
            assert!(plan.contains(index) && plan.contains("at>"), "{plan}");
            assert!(!plan.contains("TEMP B-TREE") && !plan.contains("SCAN"), "{plan}");
        }
    }
}
