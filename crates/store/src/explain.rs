//! Everything that stands behind one ledger entry.

use wixapp_core::clock::{Timestamp, from_micros};
use wixapp_core::entry::Entry;
use wixapp_core::grant::CreditGrant;
use wixapp_core::hold::Hold;
use wixapp_core::{EntryId, InstanceId};

use crate::conn::{Conn, Statement, row, sql};
use crate::error::Error;
use crate::ledger::read_entry;
use crate::load::{grant_columns, hold_columns, read_grant, read_hold};
use crate::store::Store;
use crate::value::Row;

/// An entry with the fact, the grant and the hold it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryStory {
    /// The entry.
    pub entry: Entry,
    /// What Wix said, where that was the reason.
    pub fact: Option<FactNote>,
    /// The credits that were given, where the entry gave some.
    pub grant: Option<CreditGrant>,
    /// The reservation it belongs to.
    pub hold: Option<Hold>,
}

/// A fact in short: what came, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactNote {
    /// Its dedupe key.
    pub key: String,
    /// Wix's name of the event, or of the question it answers.
    pub event_type: String,
    /// When it happened, by Wix's clock.
    pub happened_at: Timestamp,
    /// When it was stored.
    pub received_at: Timestamp,
}

macro_rules! entry_columns {
    ($condition:literal) => {
        concat!(
            "SELECT entry_id, instance_id, seq, debit, credit, amount, code, business_key, hold_id, actor, reason, \
             fact_key, created_at, available_after, hash FROM entries WHERE instance_id = $1 AND ",
            $condition
        )
    };
}

impl Store {
    /// The entry with this id and what stands behind it, if it is one of the instance's.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn find_entry_story(
        &self,
        instance_id: &InstanceId,
        id: &EntryId,
    ) -> Result<Option<EntryStory>, Error> {
        // An id begins with the moment it was made at, and that is what the entries of an instance are found by.
        let Some(at) = made_at(id) else { return Ok(None) };
        let (instance_id, id) = (instance_id.clone(), id.clone());
        self.read(move |conn| {
            let (instance_id, id) = (instance_id.clone(), id.clone());
            Box::pin(async move {
                let found = row(conn, select_entry(&instance_id, &id, at)).await?;
                match found {
                    Some(found) => tell(conn, read_entry(found)?).await.map(Some),
                    None => Ok(None),
                }
            })
        })
        .await
    }
}

impl Store {
    /// The entry under this business key and what stands behind it, if the instance has one.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn find_entry_story_by_key(
        &self,
        instance_id: &InstanceId,
        business_key: &str,
    ) -> Result<Option<EntryStory>, Error> {
        let (instance_id, key) = (instance_id.clone(), business_key.to_owned());
        self.read(move |conn| {
            let by_key = sql!(entry_columns!("business_key = $2"), &instance_id, key.as_str());
            Box::pin(async move {
                match row(conn, by_key).await? {
                    Some(found) => tell(conn, read_entry(found)?).await.map(Some),
                    None => Ok(None),
                }
            })
        })
        .await
    }
}

fn select_entry(instance_id: &InstanceId, id: &EntryId, at: Timestamp) -> Statement {
    sql!(entry_columns!("created_at = $2 AND entry_id = $3"), instance_id, at, id)
}

async fn tell(conn: &mut dyn Conn, entry: Entry) -> Result<EntryStory, Error> {
    let id = &entry.instance_id;
    let fact = match &entry.cause.fact {
        Some(key) => row(conn, select_fact(id, key)).await?.map(FactNote::read).transpose()?,
        None => None,
    };
    let grant = sql!(grant_columns!("business_key = $2"), id, entry.business_key.as_str());
    let grant = row(conn, grant).await?.map(read_grant).transpose()?;
    let hold = match &entry.pending_id {
        Some(hold_id) => {
            row(conn, sql!(hold_columns!("hold_id = $2"), id, hold_id)).await?.map(read_hold).transpose()?
        }
        None => None,
    };
    Ok(EntryStory { entry, fact, grant, hold })
}

fn select_fact(instance_id: &InstanceId, key: &str) -> Statement {
    sql!(
        "SELECT fact_key, event_type, happened_at, received_at FROM facts WHERE instance_id = $1 AND fact_key = $2",
        instance_id,
        key
    )
}

impl FactNote {
    fn read(mut row: Row) -> Result<Self, Error> {
        Ok(Self {
            key: row.text()?,
            event_type: row.text()?,
            happened_at: row.time()?,
            received_at: row.time()?,
        })
    }
}

/// The moment in one of our ids: the first 48 bits of its body are milliseconds.
fn made_at(id: &EntryId) -> Option<Timestamp> {
    let (_, body) = id.as_str().split_once('_')?;
    let millis = i64::from_str_radix(body.get(..12)?, 16).ok()?;
    Some(from_micros(millis.checked_mul(1_000)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_tells_when_it_was_made() {
        let at: Timestamp = "2026-03-01T10:00:00.123Z".parse().unwrap();
        assert_eq!(made_at(&EntryId::new(at, [255; 10])), Some(at));
        for text in ["ent", "ent_", "ent_12", "ent_unknown_unknown"] {
            assert_eq!(made_at(&text.parse().unwrap()), None, "{text}");
        }
    }
}
