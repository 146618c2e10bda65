//! Spending: at once, and the drawing on grants that every spend shares.

use super::{Account, LedgerError, Movement};
use crate::clock::Timestamp;
use crate::credits::Credits;
use crate::entry::{Cause, EntryCode, LedgerAccount};
use crate::grant::{CreditGrant, Pool};
use crate::hold::Draw;
use crate::id::EntryId;

impl Account {
    /// Spends credits at once under the caller's `key`; returns the last entry's id.
    ///
    /// # Errors
    /// [`LedgerError::InsufficientCredits`] when there are not enough; [`LedgerError::BadAmount`] for zero.
    pub fn spend(
        &mut self,
        key: &str,
        action: &str,
        amount: Credits,
        cause: &Cause,
        now: Timestamp,
    ) -> Result<EntryId, LedgerError> {
        let draws = self.draw(amount, now)?;
        let reason =
            [action, cause.reason.as_str()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
        let cause = Cause { reason: reason.join(": "), ..cause.clone() };
        let mut last = None;
        for (pool, part) in by_pool(&draws) {
            let movement = Movement {
                debit: LedgerAccount::Available(pool),
                credit: LedgerAccount::Spent,
                amount: part,
                code: EntryCode::Spend,
                key: format!("spend:{key}:{}", pool.as_str()),
                hold: None,
            };
            last = Some(self.record(movement, &cause, now)?);
        }
        last.ok_or(LedgerError::BadAmount)
    }

    /// Takes `amount` from all that can be spent. What has expired leaves first.
    pub(super) fn draw(&mut self, amount: Credits, now: Timestamp) -> Result<Vec<Draw>, LedgerError> {
        if amount.is_zero() {
            return Err(LedgerError::BadAmount);
        }
        let available = self.spendable(now);
        if available < amount {
            return Err(LedgerError::InsufficientCredits { available, requested: amount });
        }
        self.expire_grants(now)?;
        self.draw_from(amount, |_| true)
    }

    /// Takes `amount` from the grants in drawing order. The caller has checked that there is enough.
    pub(super) fn draw_from(
        &mut self,
        amount: Credits,
        from: impl Fn(&CreditGrant) -> bool,
    ) -> Result<Vec<Draw>, LedgerError> {
        self.grants.sort_by(|a, b| a.draw_order().cmp(&b.draw_order()));
        let mut missing = amount;
        let mut draws = Vec::new();
        for grant in self.grants.iter_mut().filter(|g| !g.remaining.is_zero() && from(g)) {
            let part = grant.remaining.min(missing);
            grant.remaining = grant.remaining.checked_sub(part).ok_or(LedgerError::Overflow)?;
            missing = missing.checked_sub(part).ok_or(LedgerError::Overflow)?;
            draws.push(Draw { grant_id: grant.id.clone(), pool: grant.pool, amount: part });
            self.changes.touched_grants.push(grant.id.clone());
            if missing.is_zero() {
                return Ok(draws);
            }
        }
        Err(LedgerError::InsufficientCredits { available: self.available(), requested: amount })
    }
}

/// The sum of the draws of each pool, in drawing order.
pub(super) fn by_pool(draws: &[Draw]) -> Vec<(Pool, Credits)> {
    let sum = |pool: Pool| draws.iter().filter(|d| d.pool == pool).map(|d| d.amount.get()).sum::<i64>();
    let sums = Pool::ALL.into_iter().map(|pool| (pool, Credits::new(sum(pool)).unwrap_or(Credits::ZERO)));
    sums.filter(|(_, amount)| !amount.is_zero()).collect()
}
