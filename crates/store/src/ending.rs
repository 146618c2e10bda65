//! Subscriptions at Stripe that are to end, since the app was removed from the site they were bought for.

use wixapp_core::InstanceId;
use wixapp_core::clock::Timestamp;

use crate::conn::{Statement, rows, sql};
use crate::error::Error;
use crate::store::Store;
use crate::value::Row;

/// An instance whose subscriptions at Stripe are to be told to end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StripeEnding {
    /// The instance.
    pub instance_id: InstanceId,
    /// How often that did not work.
    pub attempts: i64,
}

impl StripeEnding {
    fn read(mut row: Row) -> Result<Self, Error> {
        Ok(Self { instance_id: row.parse()?, attempts: row.int()? })
    }
}

/// Notes that the instance's subscriptions are to end, if it ever bought at Stripe.
pub(crate) fn insert(instance_id: &InstanceId, at: Timestamp) -> Statement {
    sql!(
        "INSERT INTO stripe_endings (instance_id, attempts, next_at) \
         SELECT $1, 0, $2 WHERE EXISTS (SELECT 1 FROM stripe_links WHERE instance_id = $1) \
         ON CONFLICT (instance_id) DO NOTHING",
        instance_id,
        at
    )
}

impl Store {
    /// The instances whose subscriptions at Stripe are to be told to end by now, longest due first.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn list_stripe_endings(&self, now: Timestamp, limit: i64) -> Result<Vec<StripeEnding>, Error> {
        let statement = sql!(
            "SELECT instance_id, attempts FROM stripe_endings WHERE next_at <= $1 ORDER BY next_at, instance_id LIMIT $2",
            now,
            limit
        );
        self.read(move |conn| {
            let statement = statement.clone();
            Box::pin(
                async move { rows(conn, statement).await?.into_iter().map(StripeEnding::read).collect() },
            )
        })
        .await
    }

    /// Notes that nothing is left to end.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn finish_stripe_ending(&self, instance_id: &InstanceId) -> Result<(), Error> {
        self.change_ending(sql!("DELETE FROM stripe_endings WHERE instance_id = $1", instance_id)).await
    }

    /// Notes that it did not work, and when it is tried again.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn postpone_stripe_ending(
        &self,
        instance_id: &InstanceId,
        next_at: Timestamp,
    ) -> Result<(), Error> {
        self.change_ending(sql!(
            "UPDATE stripe_endings SET attempts = attempts + 1, next_at = $2 WHERE instance_id = $1",
            instance_id,
            next_at
        ))
        .await
    }

    async fn change_ending(&self, statement: Statement) -> Result<(), Error> {
        self.write(move |conn| {
            let statement = statement.clone();
            Box::pin(async move { conn.finish(vec![statement]).await })
        })
        .await
    }
}
