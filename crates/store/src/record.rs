//! Records: documents of the app's own, in collections, each of one instance.

mod list;

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use wixapp_core::InstanceId;
use wixapp_core::clock::Timestamp;

use crate::conn::{Statement, row, sql};
use crate::error::Error;
use crate::store::Store;
use crate::value::Row;

pub use list::{RecordFilter, RecordPlace};

/// The longest stored record, in bytes of JSON.
const BODY_LIMIT: usize = 256 * 1024;
/// The longest id, state and tag, in bytes.
const NAME_LIMIT: usize = 128;

/// A document of the app's own, such as a post or a customer: any type that reads from and writes to JSON.
///
/// Records of one instance never meet those of another, and are deleted with the personal data of their site. They change
/// inside a transaction on their instance, which may start jobs and put credits aside in the same commit: see
/// [`Tx::save_record`](crate::Tx::save_record).
///
/// A field that is added to the type later needs a `#[serde(default)]`: what was stored before does not have it.
///
/// # Example
/// ```
/// use serde::{Deserialize, Serialize};
/// use wixapp_store::Record;
///
/// #[derive(Serialize, Deserialize)]
/// struct Note {
///     id: String,
///     text: String,
///     done: bool,
/// }
///
/// impl Record for Note {
///     const COLLECTION: &'static str = "notes";
///     fn id(&self) -> &str {
///         &self.id
///     }
///     fn state(&self) -> &str {
///         if self.done { "done" } else { "open" }
///     }
///     fn search_text(&self) -> String {
///         self.text.clone()
///     }
/// }
/// ```
pub trait Record: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The name of the collection, unique in the app. It is stored: renaming the type is free, changing this loses sight of
    /// what is there.
    const COLLECTION: &'static str;

    /// The record's name in its collection: 1 to 128 characters of `[A-Za-z0-9_.-]`.
    fn id(&self) -> &str;

    /// A word that lists can be narrowed to, read by index.
    fn state(&self) -> &str {
        ""
    }

    /// Further words that lists can be narrowed to.
    fn tags(&self) -> Vec<String> {
        Vec::new()
    }

    /// Where the record stands in lists, which run from the newest to the oldest; without it, by when it was made.
    fn at(&self) -> Option<Timestamp> {
        None
    }

    /// What a search looks through; letters match whatever their case.
    fn search_text(&self) -> String {
        String::new()
    }
}

/// A record with what the store knows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored<R> {
    /// The record.
    pub record: R,
    /// How often it was written, from 1. Who sends it back with a change has seen that state and no other.
    pub version: i64,
    /// When it was first written.
    pub created_at: Timestamp,
    /// When it was last written.
    pub updated_at: Timestamp,
}

/// Why a record was not written, or not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// There is none of this id.
    #[error("there is no such record")]
    Missing,
    /// Somebody else has written it since.
    #[error("the record is at version {version}")]
    Stale {
        /// The version that is stored.
        version: i64,
    },
    /// It cannot be stored as it is: its id, state or a tag is not well formed, or it is longer than 256 KiB.
    #[error("a record of `{collection}` cannot be stored: {why}")]
    Unfit {
        /// The collection.
        collection: &'static str,
        /// What is wrong.
        why: String,
    },
    /// What is stored does not read as the type.
    #[error("a stored record of `{collection}` does not read: {why}")]
    Unreadable {
        /// The collection.
        collection: &'static str,
        /// What the reader says.
        why: String,
    },
}

/// The records that were wanted, by collection and id.
pub(crate) type Records = BTreeMap<(String, String), RawRecord>;

/// A record as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct RawRecord {
    pub(crate) version: i64,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) body: String,
}

macro_rules! columns {
    ($after:literal) => {
        concat!(
            "SELECT collection, record_id, version, created_at, updated_at, body FROM records \
             WHERE instance_id = $1 AND collection = $2 AND ",
            $after
        )
    };
}
use columns;

impl RawRecord {
    pub(crate) fn select(instance_id: &InstanceId, collection: &str, id: &str) -> Statement {
        // No id has a NUL in it, and PostgreSQL knows none.
        sql!(columns!("record_id = $3"), instance_id, collection, id.replace('\0', ""))
    }

    pub(crate) fn select_all(instance_id: &InstanceId, collection: &str) -> Statement {
        sql!(columns!("version > 0 ORDER BY record_id"), instance_id, collection)
    }

    fn read(row: &mut Row) -> Result<((String, String), Self), Error> {
        let key = (row.text()?, row.text()?);
        let (version, created_at, updated_at) = (row.int()?, row.time()?, row.time()?);
        Ok((key, Self { version, created_at, updated_at, body: row.text()? }))
    }

    pub(crate) fn read_all(rows: Vec<Row>) -> Result<Records, Error> {
        rows.into_iter().map(|mut row| Self::read(&mut row)).collect()
    }

    pub(crate) fn parse<R: Record>(&self) -> Result<Stored<R>, RecordError> {
        let record = serde_json::from_str(&self.body)
            .map_err(|error| RecordError::Unreadable { collection: R::COLLECTION, why: error.to_string() })?;
        let Self { version, created_at, updated_at, .. } = *self;
        Ok(Stored { record, version, created_at, updated_at })
    }
}

/// What is written of a record.
pub(crate) struct Written {
    pub(crate) raw: RawRecord,
    pub(crate) statement: Statement,
}

/// The statement that writes `record` over `old`, or anew.
pub(crate) fn write<R: Record>(
    instance_id: &InstanceId,
    record: &R,
    old: Option<&RawRecord>,
    now: Timestamp,
) -> Result<Written, RecordError> {
    let unfit = |why: String| RecordError::Unfit { collection: R::COLLECTION, why };
    let is_name = |text: &str| text.len() <= NAME_LIMIT && !text.contains(['|', '\0']);
    let is_id = |b: u8| b.is_ascii_alphanumeric() || b"_-.".contains(&b);
    let (id, state, tags) = (record.id(), record.state(), record.tags());
    if !(1..=NAME_LIMIT).contains(&id.len()) || !id.bytes().all(is_id) {
        return Err(unfit("an id has 1 to 128 characters of A-Z, a-z, 0-9, '_', '-' and '.'".to_owned()));
    }
    if !is_name(state) || !tags.iter().all(|tag| is_name(tag)) {
        return Err(unfit(format!("a state and a tag have at most {NAME_LIMIT} bytes, and no `|` or NUL")));
    }
    let body = serde_json::to_string(record).map_err(|error| unfit(error.to_string()))?;
    if body.len() > BODY_LIMIT {
        return Err(unfit(format!("it is {} bytes long, and at most {BODY_LIMIT} are stored", body.len())));
    }
    let created_at = old.map_or(now, |old| old.created_at);
    let raw = RawRecord { version: old.map_or(0, |old| old.version) + 1, created_at, updated_at: now, body };
    // A new one is never written over another that the decision has not seen.
    let text = if old.is_none() {
        "INSERT INTO records (instance_id, collection, record_id, version, state, tags, search, at, body, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
    } else {
        "UPDATE records SET version = $4, state = $5, tags = $6, search = $7, at = $8, body = $9, created_at = $10, \
         updated_at = $11 WHERE instance_id = $1 AND collection = $2 AND record_id = $3"
    };
    let statement = sql!(
        text,
        instance_id,
        R::COLLECTION,
        id,
        raw.version,
        state,
        if tags.is_empty() { String::new() } else { format!("|{}|", tags.join("|")) },
        searchable(&record.search_text()),
        record.at().unwrap_or(created_at),
        raw.body.as_str(),
        created_at,
        now
    );
    Ok(Written { raw, statement })
}

/// A text as searches compare it.
fn searchable(text: &str) -> String {
    text.to_lowercase().replace('\0', "\u{fffd}")
}

fn unreadable(error: &RecordError) -> Error {
    Error::Inconsistent(error.to_string())
}

impl Store {
    /// The record of this id, if there is one.
    ///
    /// # Errors
    /// When the database cannot be used; [`Error::Inconsistent`] when what is stored does not read as `R`.
    ///
    /// # Example
    /// ```no_run
    /// # use wixapp_store::{Record, Store};
    /// # async fn example<Note: Record>(store: Store, id: wixapp_core::InstanceId) -> Result<(), wixapp_store::Error> {
    /// let note = store.find_record::<Note>(&id, "note-1").await?;
    /// # Ok(()) }
    /// ```
    pub async fn find_record<R: Record>(
        &self,
        instance_id: &InstanceId,
        id: &str,
    ) -> Result<Option<Stored<R>>, Error> {
        let statement = RawRecord::select(instance_id, R::COLLECTION, id);
        let found = self
            .read(move |conn| {
                let statement = statement.clone();
                Box::pin(async move {
                    let found = row(conn, statement).await?;
                    found.map(|mut row| RawRecord::read(&mut row)).transpose()
                })
            })
            .await?;
        found.map(|(_, raw)| raw.parse().map_err(|error| unreadable(&error))).transpose()
    }
}
