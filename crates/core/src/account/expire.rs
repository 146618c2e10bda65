//! Credits whose time is over leave the books.

use super::{Account, LedgerError, Movement};
use crate::clock::Timestamp;
use crate::credits::Credits;
use crate::entry::{Cause, EntryCode, LedgerAccount};
use crate::reason::ReasonCode;

impl Account {
    /// What can be spent at `now`, over all pools: what has expired is not among it.
    #[must_use]
    pub fn spendable(&self, now: Timestamp) -> Credits {
        let expired: i64 = self.grants.iter().filter(|g| g.is_expired(now)).map(|g| g.remaining.get()).sum();
        Credits::new(self.balances.available() - expired).unwrap_or(Credits::ZERO)
    }

    /// The next moment at which credits expire.
    #[must_use]
    pub fn next_expiry(&self) -> Option<Timestamp> {
        self.grants
            .iter()
            .filter(|grant| !grant.remaining.is_zero())
            .filter_map(|grant| grant.expires_at)
            .min()
    }

    /// Moves what has expired by `now` out of the pools, an entry for each grant; returns how many grants.
    ///
    /// # Errors
    /// [`LedgerError::Overflow`] only, which the books' own limits rule out.
    pub fn expire_grants(&mut self, now: Timestamp) -> Result<usize, LedgerError> {
        let over = |grant: &crate::grant::CreditGrant| grant.is_expired(now) && !grant.remaining.is_zero();
        let mut over: Vec<_> = self.grants.iter().filter(|grant| over(grant)).collect();
        // The order of the entries must not depend on the order in which grants were loaded.
        over.sort_by(|a, b| a.draw_order().cmp(&b.draw_order()));
        let ids: Vec<_> = over.into_iter().map(|grant| grant.id.clone()).collect();
        for id in &ids {
            let Some(grant) = self.grants.iter_mut().find(|grant| grant.id == *id) else { continue };
            let movement = Movement {
                debit: LedgerAccount::Available(grant.pool),
                credit: LedgerAccount::Expired,
                amount: grant.remaining,
                code: EntryCode::Expire,
                key: format!("expire:{}", grant.business_key),
                hold: None,
            };
            grant.expire();
            self.changes.touched_grants.push(id.clone());
            self.record(movement, &Cause::new("cycle", ReasonCode::Expired.alone()), now)?;
        }
        Ok(ids.len())
    }
}
