//! Deleting by age what nobody needs any more. Facts, the books and the keys of both are kept for ever.

use wixapp_core::clock::Timestamp;

use crate::conn::{Statement, sql};
use crate::error::Error;
use crate::store::Store;

impl Store {
    /// Deletes notices that were made before this moment and do not wait any more, `limit` at most; returns how many.
    ///
    /// A deleted notice may be written anew when the same happens again: with it goes the key that made it happen once.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn purge_notices(&self, before: Timestamp, limit: i64) -> Result<u64, Error> {
        self.purge(sql!(
            "DELETE FROM notices WHERE (instance_id, notice_key) IN (SELECT instance_id, notice_key FROM notices \
             WHERE state <> 'waiting' AND created_at < $1 ORDER BY created_at LIMIT $2) \
             AND state <> 'waiting'",
            before,
            limit
        ))
        .await
    }

    /// Deletes events of Stripe that came before this moment and say nothing to this app: of unknown types, and about what
    /// others sold; `limit` at most. Returns how many.
    ///
    /// No money is counted twice for it: an event that brings any is a fact, whose key stays, or waits, or is parked.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn purge_stripe_events(&self, before: Timestamp, limit: i64) -> Result<u64, Error> {
        self.purge(sql!(
            "DELETE FROM stripe_events WHERE event_id IN (SELECT event_id FROM stripe_events \
             WHERE state IN ('unknown', 'foreign') AND received_at < $1 ORDER BY received_at LIMIT $2)",
            before,
            limit
        ))
        .await
    }

    pub(crate) async fn purge(&self, statement: Statement) -> Result<u64, Error> {
        self.write(move |conn| {
            let statement = statement.clone();
            Box::pin(async move {
                let deleted = conn.run(vec![statement]).await?;
                Ok(deleted.first().map_or(0, |outcome| outcome.affected))
            })
        })
        .await
    }
}
