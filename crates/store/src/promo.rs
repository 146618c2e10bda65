//! How many instances have redeemed a promo code: the one count that no instance's own books can keep.

use wixapp_core::InstanceId;
use wixapp_core::catalog::normalise_code;
use wixapp_core::clock::Timestamp;

use crate::conn::{row, sql};
use crate::error::Error;
use crate::store::Store;

impl Store {
    /// Takes one of the `limit` places of a promo code for an instance; `false` when all are taken.
    ///
    /// An instance that took a place keeps it: asking again is `true` and takes no second one. Take the place first and
    /// redeem then; when the code is refused after all, [`release_promo`](Self::release_promo) gives the place back.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn claim_promo(
        &self,
        code: &str,
        instance_id: &InstanceId,
        limit: u32,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let (code, id) = (normalise_code(code), instance_id.clone());
        self.write(move |conn| {
            let (code, id) = (code.clone(), id.clone());
            Box::pin(async move {
                let counter = sql!(
                    "INSERT INTO promos (code, claimed) VALUES ($1, 0) ON CONFLICT (code) DO NOTHING",
                    code.as_str()
                );
                // The counter's row is locked before the claims are looked at, so that claimers come one by one.
                let lock = sql!("UPDATE promos SET claimed = claimed WHERE code = $1", code.as_str());
                let insert = sql!(
                    "INSERT INTO promo_claims (code, instance_id, created_at) SELECT $1, $2, CAST($3 AS BIGINT) \
                     WHERE (SELECT claimed FROM promos WHERE code = $1) < $4 ON CONFLICT (code, instance_id) DO NOTHING",
                    code.as_str(),
                    &id,
                    now,
                    i64::from(limit)
                );
                let count = sql!(
                    "UPDATE promos SET claimed = (SELECT count(*) FROM promo_claims WHERE code = $1) WHERE code = $1",
                    code.as_str()
                );
                conn.run(vec![counter, lock, insert, count]).await?;
                let mine = sql!(
                    "SELECT instance_id FROM promo_claims WHERE code = $1 AND instance_id = $2",
                    code.as_str(),
                    &id
                );
                Ok(row(conn, mine).await?.is_some())
            })
        })
        .await
    }

    /// Gives an instance's place of a promo code back.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn release_promo(&self, code: &str, instance_id: &InstanceId) -> Result<(), Error> {
        let (code, id) = (normalise_code(code), instance_id.clone());
        self.write(move |conn| {
            let (code, id) = (code.clone(), id.clone());
            Box::pin(async move {
                let lock = sql!("UPDATE promos SET claimed = claimed WHERE code = $1", code.as_str());
                let delete =
                    sql!("DELETE FROM promo_claims WHERE code = $1 AND instance_id = $2", code.as_str(), &id);
                let count = sql!(
                    "UPDATE promos SET claimed = (SELECT count(*) FROM promo_claims WHERE code = $1) WHERE code = $1",
                    code.as_str()
                );
                conn.run(vec![lock, delete, count]).await?;
                Ok(())
            })
        })
        .await
    }
}
