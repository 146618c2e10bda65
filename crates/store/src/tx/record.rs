//! What a transaction does with records: read, write, delete.

use super::Tx;
use crate::conn::sql;
use crate::record::{Record, RecordError, Stored, write};

impl Tx {
    /// A record that was wanted, as it stands now.
    ///
    /// # Errors
    /// [`RecordError::Unreadable`] when what is stored does not read as `R`.
    pub fn record<R: Record>(&self, id: &str) -> Result<Option<Stored<R>>, RecordError> {
        self.records.get(&key::<R>(id)).map(|raw| raw.parse()).transpose()
    }

    /// A record that was wanted and must be there, at this version when one is named.
    ///
    /// # Errors
    /// [`RecordError::Missing`], [`RecordError::Stale`], [`RecordError::Unreadable`].
    pub fn record_at<R: Record>(&self, id: &str, version: Option<i64>) -> Result<Stored<R>, RecordError> {
        let stored = self.record::<R>(id)?.ok_or(RecordError::Missing)?;
        match version {
            Some(version) if version != stored.version => Err(RecordError::Stale { version: stored.version }),
            _ => Ok(stored),
        }
    }

    /// The records of a collection that were wanted, by id.
    ///
    /// # Errors
    /// [`RecordError::Unreadable`] when what is stored does not read as `R`.
    pub fn records<R: Record>(&self) -> Result<Vec<Stored<R>>, RecordError> {
        let of_collection = self.records.iter().filter(|((collection, _), _)| collection == R::COLLECTION);
        of_collection.map(|(_, raw)| raw.parse()).collect()
    }

    /// Writes a record, in this same transaction: over the one of its id that was wanted and is there, else a new one.
    ///
    /// A record that is there and was not wanted is not written over: the commit is refused then.
    ///
    /// # Errors
    /// [`RecordError::Unfit`] when it cannot be stored as it is.
    ///
    /// # Example
    /// ```no_run
    /// # use serde::{Deserialize, Serialize};
    /// # use wixapp_store::{Record, RecordError, Store, Want};
    /// # #[derive(Clone, Serialize, Deserialize)] struct Note { id: String, done: bool }
    /// # impl Record for Note { const COLLECTION: &'static str = "notes"; fn id(&self) -> &str { &self.id } }
    /// # async fn example(store: Store, now: wixapp_core::clock::Timestamp) -> Result<(), Box<dyn std::error::Error>> {
    /// let want = Want::money().record::<Note>("note-1");
    /// store.transact(&"site-1".parse()?, want, now, |tx| {
    ///     // The state the caller has seen, and no other.
    ///     let mut note = tx.record_at::<Note>("note-1", Some(3))?.record;
    ///     note.done = true;
    ///     tx.save_record(&note)
    /// }).await??;
    /// # Ok(()) }
    /// ```
    pub fn save_record<R: Record + Clone>(&mut self, record: &R) -> Result<Stored<R>, RecordError> {
        let key = key::<R>(record.id());
        let written = write(&self.account.instance_id, record, self.records.get(&key), self.now)?;
        let (version, created_at) = (written.raw.version, written.raw.created_at);
        self.writes.push(written.statement);
        self.records.insert(key, written.raw);
        Ok(Stored { record: record.clone(), version, created_at, updated_at: self.now })
    }

    /// Deletes a record, wanted or not.
    pub fn delete_record<R: Record>(&mut self, id: &str) {
        self.writes.push(sql!(
            "DELETE FROM records WHERE instance_id = $1 AND collection = $2 AND record_id = $3",
            &self.account.instance_id,
            R::COLLECTION,
            id.replace('\0', "")
        ));
        self.records.remove(&key::<R>(id));
    }
}

fn key<R: Record>(id: &str) -> (String, String) {
    (R::COLLECTION.to_owned(), id.to_owned())
}
