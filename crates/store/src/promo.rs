//! How many instances have redeemed a promo code: the one count that no instance's own books can keep.
//!
//! A place is taken in the transaction that gives the credits, while the code's row is locked: there is no place without a
//! redemption, and nothing to give back.

use std::collections::BTreeSet;

use wixapp_core::catalog::normalise_code;

use crate::conn::{Conn, row, sql};
use crate::error::Error;
use crate::tx::Tx;

/// The places of a promo code, as one transaction sees them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Places {
    /// How many are taken.
    taken: i64,
    /// Whether this instance has one.
    mine: bool,
}

/// Locks the codes and counts their places; in one order everywhere, so that nobody waits for each other.
pub(crate) async fn load(conn: &mut dyn Conn, tx: &mut Tx, codes: &[String]) -> Result<(), Error> {
    let id = tx.account.instance_id.clone();
    for code in codes.iter().collect::<BTreeSet<_>>() {
        let counter = sql!(
            "INSERT INTO promos (code, claimed) VALUES ($1, 0) ON CONFLICT (code) DO NOTHING",
            code.as_str()
        );
        conn.run(vec![counter]).await?;
        let lock = sql!("SELECT claimed FROM promos WHERE code = $1 FOR UPDATE", code.as_str());
        let taken = row(conn, lock).await?.map(|mut row| row.int()).transpose()?.unwrap_or(0);
        let mine = sql!(
            "SELECT instance_id FROM promo_claims WHERE code = $1 AND instance_id = $2",
            code.as_str(),
            &id
        );
        let mine = row(conn, mine).await?.is_some();
        tx.promos.insert(code.clone(), Places { taken, mine });
    }
    Ok(())
}

impl Tx {
    /// Takes one of the `limit` places of a promo code, in this same transaction; `false` when all are taken. The code must have
    /// been wanted by [`Want::promo`](crate::Want::promo): of any other, no place is known to be free.
    ///
    /// An instance that has a place keeps it: asking again is `true` and takes no second one.
    pub fn claim_promo(&mut self, code: &str, limit: u32) -> bool {
        let code = normalise_code(code);
        let Some(places) = self.promos.get_mut(&code) else { return false };
        if places.mine {
            return true;
        }
        if places.taken >= i64::from(limit) {
            return false;
        }
        *places = Places { taken: places.taken + 1, mine: true };
        self.writes.push(sql!(
            "INSERT INTO promo_claims (code, instance_id, created_at) VALUES ($1, $2, $3)",
            code.as_str(),
            &self.account.instance_id,
            self.now
        ));
        self.writes.push(sql!("UPDATE promos SET claimed = claimed + 1 WHERE code = $1", code.as_str()));
        true
    }
}
