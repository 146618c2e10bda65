//! Where each instance buys its plans.

use wixapp_core::clock::Timestamp;
use wixapp_core::{BillingSource, InstanceId};

use crate::conn::{row, sql};
use crate::error::Error;
use crate::store::Store;

impl Store {
    /// Where the instance buys, once that is settled.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn find_billing_source(
        &self,
        instance_id: &InstanceId,
    ) -> Result<Option<BillingSource>, Error> {
        let statement = sql!("SELECT source FROM billing_sources WHERE instance_id = $1", instance_id);
        self.read(move |conn| {
            let statement = statement.clone();
            Box::pin(async move {
                row(conn, statement).await?.map(|mut row| row.named(BillingSource::parse)).transpose()
            })
        })
        .await
    }

    /// Settles where the instance buys from now on, whatever was settled before.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn set_billing_source(
        &self,
        instance_id: &InstanceId,
        source: BillingSource,
        now: Timestamp,
    ) -> Result<(), Error> {
        let statement = sql!(
            "INSERT INTO billing_sources (instance_id, source, changed_at) VALUES ($1, $2, $3) \
             ON CONFLICT (instance_id) DO UPDATE SET source = excluded.source, changed_at = excluded.changed_at",
            instance_id,
            source.as_str(),
            now
        );
        self.write(move |conn| {
            let statement = statement.clone();
            Box::pin(async move { conn.finish(vec![statement]).await })
        })
        .await
    }
}
